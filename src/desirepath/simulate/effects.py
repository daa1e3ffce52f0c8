"""What is true: the planted effects, in the very population that the exports tell of.

In: the people of the first block. Out: an Effect for each planted truth. Each is the difference between the
world as it is and a world without that one thing, with the same people and the same luck; so it is the effect
on these people, not an estimate of it. What a measure finds in the exports should agree within its interval.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from desirepath.simulate import people as who
from desirepath.simulate.aftermath import nps_score, stars
from desirepath.simulate.block import Block, make_block
from desirepath.simulate.chance import Chance, Flags, Floats, Ints
from desirepath.simulate.people import MOBILE, WEST
from desirepath.simulate.seasons import DAY, Span
from desirepath.simulate.tables import Table, where
from desirepath.simulate.world import World, depot_opening, release

CHECKOUT_DAYS = 14
REPEAT_DAYS = 180
SOON_DAYS = 90


@dataclass(frozen=True)
class Effect:
    """`value` is with − without. n: the people or orders that it is over. unit: 'share', 'stars', 'points',
    'orders' or 'cents'."""

    about: str
    with_it: float
    without_it: float
    n: int
    unit: str = "share"

    @property
    def value(self) -> float:
        """The true effect."""
        return self.with_it - self.without_it


def true_effects(chance: Chance, span: Span, numbers: Ints, real: Block) -> dict[str, Effect]:
    """All planted truths over the people of these numbers, whose real world is `real`."""

    def world(**changes: object) -> Block:
        return make_block(chance, span, World(**changes), numbers, 1 << 41)  # type: ignore[arg-type]

    size = len(numbers)
    out = _friction(chance, span, size, real, world(friction=False))
    out |= _depot(chance, span, size, real, world(depot=False))
    out |= _care_guide(span, size, world(care_guide="all"), world(care_guide="none"))
    out |= _coupon_site(real, world(coupon_site=False))
    out |= _stories(real, world(stories=False))
    return out | _nps(real)


# ---- what a world looks like -----------------------------------------------------------------------------


def first_carts(block: Block, size: int) -> Table:
    """The first visit to the cart of each of the first `size` persons, and whether it ended in an order within
    CHECKOUT_DAYS: person, time, device, won."""
    a = block.attempts
    rank = np.argsort(a["time"], kind="stable")
    rank = rank[(a["cycle"][rank] == 0) & (a["person"][rank] < size)]
    person, first = np.unique(a["person"][rank], return_index=True)
    row = rank[first]
    paid = nth_paid(block.orders, len(block.people), 0)[person]
    wait = paid - a["time"][row]
    won = (wait >= 0) & (wait <= CHECKOUT_DAYS * DAY)
    return {"person": person, "time": a["time"][row], "device": a["device"][row], "won": won}


def nth_paid(orders: Table, size: int, nth: int) -> Floats:
    """When each person paid for their first (0), second (1) … order; inf: never."""
    rank = np.lexsort((orders["paid"], orders["person"]))
    person = orders["person"][rank]
    place = np.arange(len(person)) - np.searchsorted(person, person)
    out = np.full(size, np.inf)
    out[person[place == nth]] = orders["paid"][rank][place == nth]
    return out


def repeats(block: Block, size: int, days: int, span: Span) -> tuple[Flags, Flags]:
    """Of the first `size` persons: who bought long enough ago to tell, and who bought again within `days`."""
    first = nth_paid(block.orders, len(block.people), 0)[:size]
    second = nth_paid(block.orders, len(block.people), 1)[:size]
    with np.errstate(invalid="ignore"):
        return first <= span.end - days * DAY, second - first <= days * DAY


def _mean(values: Flags | Floats | Ints) -> float:
    return float(np.mean(values)) if len(values) else float("nan")


def nps(scores: Ints) -> float:
    """Promoters less detractors, in points."""
    return 100.0 * (_mean(scores >= 9) - _mean(scores <= 6))


# ---- the truths ----------------------------------------------------------------------------------------------


def _friction(chance: Chance, span: Span, size: int, real: Block, sound: Block) -> dict[str, Effect]:
    with_it, without = first_carts(real, size), first_carts(sound, size)
    hit = (with_it["device"] == MOBILE) & (with_it["time"] >= release(span))
    about = (
        "Success within 14 days of the first visit to the cart, on a phone, since the payment page's release: "
        "as it is, and with a sound payment page."
    )
    effect = Effect(about, _mean(with_it["won"][hit]), _mean(without["won"][hit]), int(hit.sum()))
    return {"mobile_checkout": effect}


def _depot(chance: Chance, span: Span, size: int, real: Block, sound: Block) -> dict[str, Effect]:
    """Orders of the west since the depot's opening: first orders, where the same ones are in both worlds, and
    what was said of all."""
    (a, again_a, wrote_a, said_a), (b, again_b, wrote_b, said_b) = (
        _west(span, size, block) for block in (real, sound)
    )
    when = "Orders to the west since the depot's opening"
    return {
        "west_kept": Effect(f"{when}: delivered in time.", _mean(~a["late"]), _mean(~b["late"]), len(a["late"])),
        "west_stars": Effect(
            f"{when}: stars, had all of them written a review.",
            _mean(stars(chance, a)), _mean(stars(chance, b)), len(a["late"]), "stars",
        ),
        "west_stars_written": Effect(
            f"{when}: stars of the reviews that were written.", _mean(wrote_a), _mean(wrote_b), len(wrote_a), "stars"
        ),
        "west_nps": Effect(
            f"{when}: NPS, had all of them answered.",
            nps(nps_score(chance, a)), nps(nps_score(chance, b)), len(a["late"]), "points",
        ),
        "west_nps_answered": Effect(f"{when}: NPS of the answers.", nps(said_a), nps(said_b), len(said_a), "points"),
        "west_repeat": Effect(
            f"{when}: ordered again within {SOON_DAYS} days (of first orders old enough to tell).",
            _mean(again_a), _mean(again_b), len(again_a),
        ),
    }  # fmt: skip


def _west(span: Span, size: int, block: Block) -> tuple[Table, Flags, Ints, Ints]:
    """First orders to the west since the opening that are due; which of them were repeated soon; the stars
    written and the scores answered about any such order."""
    every = block.orders
    hit = (block.people.region[every["person"]] == WEST) & (every["paid"] >= depot_opening(span))
    due = hit & ~np.isnan(every["shipped"]) & (every["promised"] < span.end)
    own = where(every, due & (every["cycle"] == 0) & (every["person"] < size))
    able, again = repeats(block, size, SOON_DAYS, span)
    able, again = able[own["person"]], again[own["person"]]
    answered = ~np.isnan(block.nps["answered"]) & hit[block.nps["order"]]
    return (
        own,
        again[able],
        block.reviews["stars"][hit[block.reviews["order"]]],
        block.nps["everybody"][answered],
    )


def _care_guide(span: Span, size: int, everyone: Block, nobody: Block) -> dict[str, Effect]:
    members = ~everyone.people.guest[:size]
    able, with_it = repeats(everyone, size, REPEAT_DAYS, span)
    same, without = repeats(nobody, size, REPEAT_DAYS, span)
    hit = able & same & members
    about = (
        f"Ordered again within {REPEAT_DAYS} days of the first order (account holders): "
        "were all sent the care guide, and were none."
    )
    return {"care_guide": Effect(about, _mean(with_it[hit]), _mean(without[hit]), int(hit.sum()))}


def _coupon_site(real: Block, without: Block) -> dict[str, Effect]:
    used = real.orders["coupon"]
    at_checkout = real.attempts["began"]
    return {
        "coupon_site_orders": Effect(
            "Orders, with the coupon site and without it: it wins nobody.",
            float(len(used)), float(len(without.orders["paid"])), int(used.sum()), "orders",
        ),
        "coupon_site_looks": Effect(
            "What it looks like: success of visits to the cart that came by the coupon site, and of the others.",
            _mean(real.attempts["won"][real.attempts["coupon"]]), _mean(real.attempts["won"][~real.attempts["coupon"]]),
            int(at_checkout.sum()),
        ),
        "coupon_site_revenue": Effect(
            "Revenue, with the coupon site and without it: what it costs in discounts.",
            float(real.orders["total"].sum()), float(without.orders["total"].sum()), int(used.sum()), "cents",
        ),
    }  # fmt: skip


def _stories(real: Block, without: Block) -> dict[str, Effect]:
    came = real.people.first_channel == who.STORIES
    search = real.people.first_channel == who.SEARCH_ADS
    buyers = np.isin(np.arange(len(came)), real.orders["person"])
    return {
        "stories_orders": Effect(
            "Orders, with the paid stories and without them.",
            float(len(real.orders["paid"])), float(len(without.orders["paid"])), int(came.sum()), "orders",
        ),
        "stories_buyers": Effect(
            "Share who ever bought: people first met by a story, and by a search ad.",
            _mean(buyers[came]), _mean(buyers[search]), int(came.sum()),
        ),
    }  # fmt: skip


def _nps(real: Block) -> dict[str, Effect]:
    score, answered = real.nps["everybody"], ~np.isnan(real.nps["answered"])
    return {
        "nps_bias": Effect(
            "NPS of those who answered, and of all who were asked, had they all answered.",
            nps(score[answered]), nps(score), int(answered.sum()), "points",
        )
    }  # fmt: skip
