"""Do those who meet a touchpoint go further than like customers who do not?

In: visits, trails. Out: for each stage and touchpoint a risk difference in the stage's success within its horizon,
with its interval and a false discovery control over all of them. An association, not a cause: whoever asks for
help may have been in trouble before.

Touchpoints that customers go to are compared moment by moment (moments.py), those that the business brings about by
risk sets (risk_sets.py). Both compare only from the meeting on, with visits that were alike until then.
"""

from __future__ import annotations

import math

import numpy as np

from desirepath.core.estimate import MINIMUM_N, Estimate, Measured, NoEstimate, too_few
from desirepath.core.times import TimeRange
from desirepath.core.words import By, Track
from desirepath.journey.bits import BY_CUSTOMER
from desirepath.journey.definition import Journey
from desirepath.journey.visits import Visits
from desirepath.measure.answers import Lift
from desirepath.measure.cohort import EVER, Mask, can_succeed, cohort
from desirepath.measure.meetings import Int64, actions, meetings, visit_of_events
from desirepath.measure.moments import compare_moments, moments
from desirepath.measure.risk_sets import compare_reached, spells
from desirepath.stats.false_discovery import adjusted
from desirepath.stats.stratified import NOTHING, StratifiedDifference
from desirepath.trail.trails import Trails

FALSE_DISCOVERY_RATE = 0.05
LIKE = (
    "success within the horizon of visits that met it, less that of visits alike until then that had not: same entry "
    "channel, quarter and kind of start, about as many touchpoints met so far, as long after entry, as soon after the "
    "last action"
)


def lifts(
    journey: Journey,
    visits: Visits,
    trails: Trails,
    *,
    as_of: int,
    where: Mask | None = None,
    period: TimeRange = EVER,
    owner: Int64 | None = None,
    like: Int64 | None = None,
) -> dict[tuple[int, int], Lift]:
    """(stage, touchpoint code) → Lift, for every pair that was met in a visit whose horizon is known.

    like: a code per visit that compared visits must share (a trait, a segment). owner: visit_of_events(…).
    """
    owner = visit_of_events(visits, trails) if owner is None else owner
    by_customers = customer_made(journey, trails)
    found: dict[tuple[int, int], StratifiedDifference] = {}
    for stage in range(len(journey.stages)):
        if can_succeed(journey, stage):
            found |= _of_stage(
                journey, visits, trails, stage, as_of, where, period, owner, like, by_customers
            )
    q = adjusted([_p(one) for one in found.values()])
    return {pair: _lift(one, float(q[i]), as_of) for i, (pair, one) in enumerate(found.items())}


def customer_made(journey: Journey, trails: Trails) -> Mask:
    """Per touchpoint: whether customers bring it about: as declared, else by most of its events."""
    kinds = len(journey.touchpoints)
    named = np.flatnonzero(trails.touchpoint >= 0)
    code = trails.touchpoint[named]
    own = (trails.evidence[named] & BY_CUSTOMER) != 0
    most = 2 * np.bincount(code, own, kinds) >= np.bincount(code, minlength=kinds)
    declared = [t.by for t in journey.touchpoints]
    return np.array([most[i] if by is None else by == By.CUSTOMER for i, by in enumerate(declared)], bool)


def _of_stage(
    journey: Journey,
    visits: Visits,
    trails: Trails,
    stage: int,
    as_of: int,
    where: Mask | None,
    period: TimeRange,
    owner: Int64,
    like: Int64 | None,
    by_customers: Mask,
) -> dict[tuple[int, int], StratifiedDifference]:
    one = cohort(journey, visits, stage, as_of=as_of, where=where, period=period, track=Track.JOURNEY)
    rated, won = np.zeros(len(visits), bool), np.zeros(len(visits), bool)
    rated[one.rows[one.masks["rated"]]] = True
    won[one.rows[one.masks["rated_succeeded"]]] = True
    acts, met = actions(visits, trails, owner, rated), meetings(visits, trails, owner, rated)
    first = np.unique(met.visit * len(journey.touchpoints) + met.touchpoint)
    reach = np.bincount(first % max(len(journey.touchpoints), 1), minlength=len(journey.touchpoints))
    found = {(stage, int(code)): NOTHING for code in np.flatnonzero(reach)}
    codes = np.flatnonzero((reach >= MINIMUM_N) & by_customers)
    if len(codes):
        at = moments(one, won, visits, trails, acts, like)
        found |= dict(zip(((stage, int(c)) for c in codes), compare_moments(at, visits, codes), strict=True))
    codes = np.flatnonzero((reach >= MINIMUM_N) & ~by_customers)
    if len(codes):
        going = spells(one, won, visits, trails, acts, like)
        for code in codes.tolist():
            found[stage, code] = compare_reached(one, going, won, visits, trails, met, code)
    return found


def _p(one: StratifiedDifference) -> float:
    return one.p if min(one.met, one.compared) >= MINIMUM_N else math.nan


def _lift(one: StratifiedDifference, q: float, as_of: int) -> Lift:
    difference: Measured
    if min(one.met, one.compared) < MINIMUM_N:
        difference = too_few(min(one.met, one.compared))
    elif math.isnan(one.p):
        # All of both succeeded, or none: there is no spread to tell chance from.
        difference = NoEstimate("no_variation", one.met, detail="all like visits ended the same way")
    else:
        low, high = one.interval()
        difference = Estimate(one.value, low, high, one.met, "mantel-haenszel, clustered", as_of)
    known = difference.known and not math.isnan(q)
    return Lift(difference, q if known else 1.0, known and q <= FALSE_DISCOVERY_RATE, one.met, one.compared)
