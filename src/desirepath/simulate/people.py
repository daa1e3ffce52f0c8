"""Who comes to the shop: five kinds of people, and what is fixed about each person.

In: ids. Out: People, one row per person. The kinds differ in devices, channels, patience, wishes and
loyalty; what is measured on the map has to come out of their mixture, as it does in life.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from desirepath.simulate.chance import Chance, Flags, Floats, Ids, Ints, child
from desirepath.simulate.seasons import Span

# Entry channels of a session, in the order of the weights below.
DIRECT, SEARCH, SEARCH_ADS, STORIES, SOCIAL, COUPON_SITE, FRIEND, EMAIL, RETARGETING = range(9)
CHANNELS = (
    "direct",
    "search",
    "search_ads",
    "stories",
    "social",
    "coupon_site",
    "friend",
    "email",
    "retargeting",
)
DESKTOP, MOBILE, APP, TABLET = range(4)
DEVICES = ("desktop", "mobile", "app", "tablet")

REGIONS = ("NSW", "VIC", "QLD", "WA", "SA")
_REGION_WEIGHTS = (0.36, 0.24, 0.16, 0.16, 0.08)
WEST = REGIONS.index("WA")

_FIRST_ID = 1 << 40  # friends' numbers never meet those of people who came by themselves


@dataclass(frozen=True)
class Persona:
    """One kind of people. Shares and chances are 0 … 1, waits are in days."""

    name: str
    share: float
    mobile: float  # whose first device is a phone
    two_devices: float
    first_channel: tuple[float, ...]  # direct … coupon site, see CHANNELS
    considers: float
    looks_again: float  # after a visit of consideration, comes for another
    pause: float  # between visits
    decides: float
    depth: float  # how many pages more, beside the usual, they read
    goes_on: float  # from the cart to the checkout
    seeks_coupon: float  # leaves the checkout for the coupon site
    to_store: float  # buys in the store instead
    delight: float  # how they take what they get, mean
    again: float  # log-odds of wanting to buy again
    again_days: float
    guest: float  # orders without an account
    refers: float


PERSONAS = (
    Persona(
        "bargain_hunter", 0.26, 0.62, 0.40, (0.15, 0.25, 0.25, 0.10, 0.10, 0.15),
        0.62, 0.52, 4.5, 0.48, 0.0, 0.78, 0.62, 0.03, -0.10, -1.00, 75.0, 0.30, 0.06,
    ),
    Persona(
        "careful_comparer", 0.24, 0.42, 0.45, (0.15, 0.45, 0.25, 0.05, 0.08, 0.02),
        0.80, 0.60, 3.5, 0.60, 1.0, 0.84, 0.28, 0.06, 0.05, -0.45, 85.0, 0.20, 0.08,
    ),
    Persona(
        "loyal_fan", 0.12, 0.50, 0.45, (0.30, 0.25, 0.15, 0.08, 0.20, 0.02),
        0.85, 0.42, 2.5, 0.58, 1.0, 0.90, 0.22, 0.10, 0.60, 1.10, 55.0, 0.08, 0.22,
    ),
    Persona(
        "gift_buyer", 0.16, 0.55, 0.35, (0.20, 0.30, 0.30, 0.10, 0.08, 0.02),
        0.72, 0.42, 2.0, 0.52, 1.0, 0.84, 0.28, 0.12, 0.15, -1.15, 95.0, 0.45, 0.07,
    ),
    Persona(
        "story_scroller", 0.22, 0.90, 0.15, (0.02, 0.05, 0.05, 0.70, 0.18, 0.00),
        0.22, 0.25, 6.0, 0.16, 0.0, 0.62, 0.20, 0.02, -0.15, -1.40, 90.0, 0.35, 0.04,
    ),
)  # fmt: skip
BARGAIN, COMPARER, FAN, GIFT, SCROLLER = range(len(PERSONAS))


def of_persona(field: str, persona: Ints) -> Floats:
    """A persona's number for each person."""
    return np.array([getattr(p, field) for p in PERSONAS], dtype=np.float64)[persona]


@dataclass(frozen=True)
class People:
    """One row per person; what does not change about them.

    number: unique and small; account numbers, e-mail addresses and phones are made from it.
    arrives: wall seconds at which they first hear of the shop.
    referrer: the row of the person who sent them, −1 for those who came by themselves.
    care_guide: drawn by lot to get the onboarding e-mail.
    """

    ids: Ids
    number: Ints
    persona: Ints
    region: Ints
    primary: Ints
    two_devices: Flags
    first_channel: Ints
    arrives: Floats
    taste: Floats
    birth_year: Ints
    guest: Flags
    care_guide: Flags
    newsletter: Flags
    forgets_cookies: Flags
    has_phone: Flags
    referrer: Ints

    def __len__(self) -> int:
        return len(self.ids)

    def joined(self, more: People) -> People:
        """These people, then those."""
        return People(
            **{f.name: np.concatenate([getattr(self, f.name), getattr(more, f.name)]) for f in fields(self)}
        )


def draw_people(chance: Chance, span: Span, numbers: Ints) -> People:
    """The people who come by themselves, numbers 0, 1, 2 …"""
    ids = chance.ids(numbers)
    persona = chance.pick(ids, "persona", [p.share for p in PERSONAS])
    channel = chance.pick(ids, "first channel", _first_channels()[persona])
    arrives = span.arrivals(chance, ids, persona == GIFT)
    return _fixed(chance, ids, numbers, persona, channel, arrives, np.full(len(ids), -1, dtype=np.int64))


def draw_friends(chance: Chance, ids: Ids, numbers: Ints, arrives: Floats, referrer: Ints) -> People:
    """The people whom a customer sent: more fans among them, and all by the channel `friend`."""
    persona = chance.pick(ids, "persona", [0.2, 0.22, 0.34, 0.2, 0.04])
    channel = np.full(len(ids), FRIEND, dtype=np.int64)
    return _fixed(chance, ids, numbers, persona, channel, arrives, referrer)


def friend_ids(order_ids: Ids) -> Ids:
    """The id of the friend whom the buyer of an order may send."""
    return child(order_ids, _FIRST_ID)


def _first_channels() -> NDArray[np.float64]:
    table = np.zeros((len(PERSONAS), len(CHANNELS)))
    for row, persona in enumerate(PERSONAS):
        table[row, : len(persona.first_channel)] = persona.first_channel
    return table


def _fixed(
    chance: Chance, ids: Ids, numbers: Ints, persona: Ints, channel: Ints, arrives: Floats, referrer: Ints
) -> People:
    mobile = of_persona("mobile", persona)
    mobile = np.where(np.isin(channel, (STORIES, SOCIAL)), np.sqrt(mobile), mobile)
    return People(
        ids=ids,
        number=numbers,
        persona=persona,
        region=chance.pick(ids, "region", _REGION_WEIGHTS),
        primary=np.where(chance.happens(ids, "phone first", mobile), MOBILE, DESKTOP).astype(np.int64),
        two_devices=chance.happens(ids, "two devices", of_persona("two_devices", persona)),
        first_channel=channel,
        arrives=arrives,
        taste=of_persona("delight", persona) + 0.5 * chance.normal(ids, "taste"),
        birth_year=(1984 + 13 * chance.normal(ids, "birth")).clip(1938, 2006).astype(np.int64),
        guest=chance.happens(ids, "guest", of_persona("guest", persona)),
        care_guide=chance.happens(ids, "lot of the care guide", 0.5),
        newsletter=chance.happens(ids, "newsletter", 0.07),
        forgets_cookies=chance.happens(ids, "cookies", 0.3),
        has_phone=chance.happens(ids, "phone", 0.62),
        referrer=referrer,
    )


def without_stories(people: People) -> Flags:
    """Who would come in a world without the paid stories: all but those who first met us there."""
    return np.not_equal(people.first_channel, STORIES)


def through_search(people: People) -> People:
    """The same people in a world without the coupon site: who came by it comes by a search instead."""
    return replace(
        people, first_channel=np.where(people.first_channel == COUPON_SITE, SEARCH, people.first_channel)
    )
