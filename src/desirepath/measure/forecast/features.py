"""What was known of each customer at a moment, and what came of them within a horizon after it?

In: trails, visits, which events are purchases. Out: a matrix of features from events before the moment only, and labels
from what came after it. Nothing after the moment is in a feature.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from desirepath.core.times import DAY, NEVER
from desirepath.core.words import Outcome, Track
from desirepath.journey.bits import BY_BUSINESS, BY_CUSTOMER
from desirepath.journey.visits import Visits
from desirepath.measure.value.purchases import kept
from desirepath.trail.spread import spread
from desirepath.trail.trails import Trails

Float = NDArray[np.float64]
Narrow = NDArray[np.float32]  # a million customers have as many rows at every moment
Int64 = NDArray[np.int64]
Mask = NDArray[np.bool_]
What = Literal["purchase", "next_stage", "lapse"]

# In the order of the kernel's columns. Amounts and days are taken as logarithms: twice as long is twice as long.
COUNTED = (
    "events so far",
    "own actions so far",
    "own actions in the last 7 days",
    "own actions in the last 30 days",
    "own actions in the last 90 days",
    "contacts by us in the last 30 days",
    "different touchpoints met",
    "purchases so far",
    "purchases in the last 90 days",
    "refunds so far",
    "spent so far",
    "days since first seen",
    "days since the last own action",
    "days since the last purchase",
)
_SEEN, _SPENT, _SINCE_PURCHASE, _BOUGHT = 0, 10, 13, 7


@dataclass(frozen=True, slots=True)
class World:
    """All that features and labels are made from. stages, channels: names, in the order of their codes."""

    trails: Trails
    visits: Visits
    bought: Mask
    stages: tuple[str, ...]
    channels: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The features' names."""
        return (
            *COUNTED,
            "never bought",
            "days in the stage",
            *(f"in {s}" for s in self.stages),
            *(f"first met by {c}" for c in self.channels),
        )


@dataclass(frozen=True, slots=True)
class Moment:
    """Grain: customer asked about at the moment. features [customers, names]; came: within the horizon."""

    at: int
    customer: Int64
    features: Narrow
    came: Mask


def look(world: World, at: int, horizon: int, what: What, step: int = 1) -> Moment:
    """Who is asked about at `at` (µs), what was known of them, and to whom it came before at + horizon (µs).

    purchase: everybody with an event before. next_stage: whose visit was open, but for the last stage. lapse: whose
    visit was open; it ends by lapsing or leaving. step: only every so many-th customer, by code.
    """
    from desirepath.measure.forecast import kernel

    trails = world.trails
    own, business = (trails.evidence & BY_CUSTOMER) != 0, (trails.evidence & BY_BUSINESS) != 0
    counted, bought = np.zeros((trails.customers, len(COUNTED))), kept(world.bought)
    kinds = int(trails.touchpoint.max(initial=-1)) + 1

    def work(low: int, high: int) -> None:
        kernel.look_back(
            low, high, trails.offset, trails.ts, trails.touchpoint, kinds, trails.value, own, business,
            bought, at, counted,
        )  # fmt: skip

    spread(work, trails.offset)
    stage, days, ended, outcome = _open(world.visits, trails.customers, at)
    asked = counted[:, _SEEN] > 0
    if what != "purchase":
        asked &= stage >= 0
    if what == "next_stage":
        asked &= stage < len(world.stages) - 1
    who = np.flatnonzero(asked)
    who = who[who % step == 0]
    return Moment(
        at,
        who.astype(np.int64),
        _matrix(world, counted, stage, days, who),
        _came(world, what, at, at + horizon, ended, outcome)[who],
    )


def _open(visits: Visits, customers: int, at: int) -> tuple[Int64, Float, Int64, NDArray[np.int8]]:
    """Of each customer's visit that is open at `at`: (stage, −1 without one; days in it; when it ended; how)."""
    rows = np.flatnonzero(
        (visits.track == Track.JOURNEY)
        & ~visits.skipped
        & (visits.entered < at)
        & ((visits.ended == NEVER) | (visits.ended >= at))
    )
    stage, days = np.full(customers, -1, np.int64), np.zeros(customers)
    ended, outcome = np.full(customers, NEVER, np.int64), np.zeros(customers, np.int8)
    who = visits.customer[rows]  # the last of several of one instant counts: rows are in order
    stage[who], days[who] = visits.stage[rows], (at - visits.entered[rows]) / DAY
    ended[who], outcome[who] = visits.ended[rows], visits.outcome[rows]
    return stage, days, ended, outcome


def _came(world: World, what: What, at: int, until: int, ended: Int64, outcome: NDArray[np.int8]) -> Mask:
    """Per customer."""
    if what == "purchase":
        trails = world.trails
        events = np.flatnonzero(world.bought)
        when = trails.ts[events]
        hit = np.zeros(trails.customers, np.bool_)
        events = events[(when >= at) & (when < until)]
        hit[np.searchsorted(trails.offset, events, side="right") - 1] = True
        return hit
    within = (ended >= at) & (ended < until)
    if what == "next_stage":
        return np.asarray(within & (outcome == Outcome.ADVANCED), np.bool_)
    return np.asarray(within & ((outcome == Outcome.LAPSED) | (outcome == Outcome.LEFT)), np.bool_)


def _matrix(world: World, counted: Float, stage: Int64, days: Float, who: Int64) -> Narrow:
    trails, out = world.trails, np.empty((len(who), len(world.names)), np.float32)
    base, width = counted[who], len(COUNTED)
    out[:, width] = base[:, _BOUGHT] == 0
    base[:, _SPENT] = np.maximum(base[:, _SPENT], 0)
    out[:, :width] = np.log1p(base)
    out[:, width + 1] = np.log1p(days[who])
    first = trails.channel[trails.offset[who]]
    for k in range(len(world.stages)):
        out[:, width + 2 + k] = stage[who] == k
    for k in range(len(world.channels)):
        out[:, width + 2 + len(world.stages) + k] = first == k
    return out
