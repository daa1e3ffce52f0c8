"""A business whose channels' effects are known: what would be sold without each of them?

In: a seed. Out: customers' touches and orders as columns, and for each channel the orders that there would not have
been without it, with the same people and the same luck. It is for judging attribution: `video` makes people want to
buy and is met early; `social` does so a little; `email` reminds those who want something, some of whom would forget;
`retargeting` follows the keen, who hardly need it; `search` and `coupon` are met by those who have decided and add
nothing. Nothing here looks like what any model of attribution supposes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desirepath.core.times import DAY
from desirepath.simulate.chance import Chance, Flags, Floats, Ints

Int64 = NDArray[np.int64]

CHANNELS = ("video", "social", "email", "retargeting", "search", "coupon")
VIDEO, SOCIAL, EMAIL, RETARGETING, SEARCH, COUPON = range(len(CHANNELS))
# What meeting a channel adds to the log-odds of buying.
EFFECTS = (1.1, 0.35, 0.8, 0.1, 0.0, 0.0)
STARTS = 1_704_067_200_000_000  # 2024-01-01
_SPAN = 300.0  # days over which people appear
_KNOWN = 320.0  # what happens later, nobody knows yet
_PRICE = 8_000  # minor units, median


@dataclass(frozen=True)
class KnownChannels:
    """Events by customer and time, in the columns of a trail, and the truth.

    code: the channel that was met, −1 where the event is an order. convert: which events are orders. value: minor
    units. known: µs, until when anything is known. incremental: orders that there would not be without each channel.
    """

    offset: Int64
    ts: Int64
    code: NDArray[np.int16]
    convert: Flags
    value: Int64
    known: int
    labels: tuple[str, ...]
    incremental: dict[str, int]

    @property
    def orders(self) -> int:
        """All orders."""
        return int(self.convert.sum())


def known_channels(customers: int = 20_000, seed: int = 1802) -> KnownChannels:
    """The business as it is, with what is true of it."""
    person, time, code, value = _walk(customers, seed, None)
    order = np.lexsort((code < 0, time, person))
    person, time, code, value = person[order], time[order], code[order], value[order]
    offset = np.searchsorted(person, np.arange(customers + 1)).astype(np.int64)
    orders = int((code < 0).sum())
    without = {
        name: orders - int((_walk(customers, seed, c)[2] < 0).sum()) for c, name in enumerate(CHANNELS)
    }
    return KnownChannels(
        offset=offset,
        ts=STARTS + np.round(time * DAY).astype(np.int64),
        code=code.astype(np.int16),
        convert=code < 0,
        value=value,
        known=STARTS + round(_KNOWN * DAY),
        labels=CHANNELS,
        incremental=without,
    )


def _walk(customers: int, seed: int, off: int | None) -> tuple[Ints, Floats, Ints, Int64]:
    """(person, day, channel or −1 for an order, value) of every event, in a world without the channel `off`."""
    chance = Chance(seed)
    ids = chance.ids(np.arange(customers))
    keen = chance.share(ids, "keen")
    now = _SPAN * chance.share(ids, "appears")
    odds = -3.4 + 3.0 * keen
    rows: list[tuple[Ints, Floats, Ints, Int64]] = []

    def meets(channel: int, who: Flags, when: Floats) -> None:
        nonlocal odds
        if channel == off:
            return
        odds = odds + EFFECTS[channel] * who
        rows.append(_events(np.flatnonzero(who), when, channel))

    # Early, whoever they are; some of them twice.
    for channel, share in ((VIDEO, 0.40), (SOCIAL, 0.30)):
        meets(
            channel, chance.happens(ids, CHANNELS[channel], share), now + chance.share(ids, "early", channel)
        )
    again = chance.happens(ids, "video again", 0.15) & (off != VIDEO)
    rows.append(_events(np.flatnonzero(again), now + 1.5 + chance.share(ids, "again"), VIDEO))
    # Then those who want something: the keener, the more.
    looks = chance.happens(ids, "looks", 0.25 + 0.6 * keen)
    meets(
        RETARGETING,
        looks & chance.happens(ids, "followed", 0.2 + 0.6 * keen),
        now + 3 + 4 * chance.share(ids, "follows"),
    )
    meets(EMAIL, looks & chance.happens(ids, "subscribed", 0.35), now + 8 + 3 * chance.share(ids, "mail"))
    buys = chance.happens(ids, "buys", 1 / (1 + np.exp(-odds)))
    when = now + 12 + 6 * chance.share(ids, "decides")
    # Those who have decided look the shop up, and for a coupon; of the others only a few do.
    meets(SEARCH, chance.happens(ids, "searches", np.where(buys, 0.75, 0.06)), when)
    meets(COUPON, chance.happens(ids, "seeks a coupon", np.where(buys, 0.35, 0.01)), when + 0.02)
    price = np.round(chance.wait(ids, "price", _PRICE, 0.4)).astype(np.int64)
    rows.append(_events(np.flatnonzero(buys), when + 0.05, -1, price))
    person, time, code, value = (np.concatenate(column) for column in zip(*rows, strict=True))
    seen = time <= _KNOWN
    return person[seen], time[seen], code[seen], value[seen]


def _events(
    who: Ints, when: Floats, channel: int, value: Int64 | None = None
) -> tuple[Ints, Floats, Ints, Int64]:
    size = len(who)
    worth = np.zeros(size, np.int64) if value is None else value[who]
    return who, when[who], np.full(size, channel, np.int64), worth
