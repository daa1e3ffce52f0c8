"""Do those who meet a touchpoint go further than like customers who do not?

In: visits, trails. Out: for each stage and touchpoint a risk difference in the stage's success within its horizon,
with its interval and a false discovery control over all of them. An association, not a cause: whoever asks for
help may have been in trouble before.

Touchpoints that customers go to are compared moment by moment (moments.py), those that the business brings about by
risk sets (risk_sets.py). Both compare only from the meeting on, with visits that were alike until then.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count

import numpy as np

from desirepath.core.estimate import MINIMUM_N, Estimate, Measured, NoEstimate, too_few
from desirepath.core.times import TimeRange
from desirepath.core.words import By
from desirepath.journey.bits import BY_CUSTOMER
from desirepath.journey.definition import Journey
from desirepath.journey.visits import Visits
from desirepath.measure.answers import Lift
from desirepath.measure.cohort import EVER, Cohort, Mask, can_succeed, cohort
from desirepath.measure.meetings import Int64, Meetings, actions, meetings, visit_of_events
from desirepath.measure.moments import compare_moments, first_meetings, moments
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
    cohorts = {
        stage: cohort(journey, visits, stage, as_of=as_of, where=where, period=period)
        for stage in range(len(journey.stages))
        if can_succeed(journey, stage)
    }
    rated, won = np.zeros(len(visits), bool), np.zeros(len(visits), bool)
    for one in cohorts.values():
        rated[one.rows[one.masks["rated"]]] = True
        won[one.rows[one.masks["rated_succeeded"]]] = True
    acts, met = actions(visits, trails, owner, rated), meetings(visits, trails, owner, rated)
    by_customers = customer_made(journey, trails)
    found: dict[tuple[int, int], StratifiedDifference] = {}
    for stage, one in cohorts.items():
        here, seen = (rows.where(visits.stage[rows.visit] == stage) for rows in (acts, met))
        for code, difference in _of_stage(one, won, visits, trails, here, seen, like, by_customers).items():
            found[stage, code] = difference
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
    one: Cohort,
    won: Mask,
    visits: Visits,
    trails: Trails,
    acts: Meetings,
    met: Meetings,
    like: Int64 | None,
    by_customers: Mask,
) -> dict[int, StratifiedDifference]:
    """Touchpoint code → difference, for all that were met; those met by too few are not compared."""
    new = first_meetings(met.visit, met.touchpoint) > 0
    reach = np.bincount(met.touchpoint[new], minlength=len(by_customers))
    found = {int(code): NOTHING for code in np.flatnonzero(reach)}
    codes = np.flatnonzero((reach >= MINIMUM_N) & by_customers)
    if len(codes):
        at = moments(one, won, visits, trails, acts, like)
        found |= dict(zip(codes.tolist(), compare_moments(at, visits, codes), strict=True))
    codes = np.flatnonzero((reach >= MINIMUM_N) & ~by_customers)
    if len(codes):
        going = spells(one, visits, trails, acts, like)
        with ThreadPoolExecutor(min(4, cpu_count() or 1)) as pool:  # the kernels hold no lock
            compared = pool.map(
                lambda code: compare_reached(one, going, won, visits, trails, met, code), codes.tolist()
            )
            found |= dict(zip(codes.tolist(), compared, strict=True))
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
