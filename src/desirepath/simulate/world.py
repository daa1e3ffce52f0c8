"""What the shop does to its customers, true or in another world: the planted truths as switches.

The default World is the one that the exports tell of. Each other value is a world that differs in one
thing, with the same people and the same luck: the difference is the true effect.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from desirepath.simulate.chance import Flags, Floats, Ints
from desirepath.simulate.people import MOBILE, WEST
from desirepath.simulate.seasons import DAY, Span, wall

PROMISED_DAYS = 5.0
ANSWER_HOURS = 4.0
SOUND_FAILURE = 0.04  # a payment attempt fails: a card refused, a code mistyped
BROKEN_FAILURE = 0.38  # … on the phone, with the payment page of the release below
PAYS_AGAIN = 0.58  # after a failed attempt, tries once more on the spot
CARE_GUIDE_LOGIT = 0.70  # what the onboarding e-mail adds to the log-odds of wanting to buy again


@dataclass(frozen=True)
class World:
    """friction: the payment page on phones is broken from the release on.
    depot: parcels to the west go through the new depot, which is slow, from its opening on.
    care_guide: who gets the onboarding e-mail: those of the lot, all, or none.
    coupon_site, stories: whether these channels run.
    """

    friction: bool = True
    depot: bool = True
    care_guide: Literal["lot", "all", "none"] = "lot"
    coupon_site: bool = True
    stories: bool = True


def release(span: Span) -> float:
    """When the broken payment page went live: the first of a month, after some quarter of the span."""
    return wall(span.month_at(0.28))


def depot_opening(span: Span) -> float:
    """When parcels to the west began to go through the new depot: about the middle of the span."""
    return wall(span.month_at(0.5))


def failure(world: World, span: Span, device: Ints, moments: Floats) -> Floats:
    """The chance that one payment attempt fails."""
    broken = (device == MOBILE) & (moments >= release(span)) & world.friction
    return np.where(broken, BROKEN_FAILURE, SOUND_FAILURE)


def through_depot(world: World, span: Span, region: Ints, paid: Floats) -> Flags:
    """Which parcels go through the slow depot."""
    return np.equal(region, WEST) & (paid >= depot_opening(span)) & world.depot


def gets_care_guide(world: World, lot: Flags) -> Flags:
    """Who is sent the onboarding e-mail after a first order."""
    if world.care_guide == "lot":
        return lot
    return np.full(len(lot), world.care_guide == "all")


def promised(paid: Floats) -> Floats:
    """Until when the parcel was promised: the end of the fifth day."""
    return (np.floor(paid / DAY) + PROMISED_DAYS + 1) * DAY - 60
