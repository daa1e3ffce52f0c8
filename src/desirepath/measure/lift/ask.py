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
from dataclasses import dataclass
from os import cpu_count

import numpy as np
from numpy.typing import NDArray

from desirepath.core.estimate import MINIMUM_N, Estimate, Measured, NoEstimate, too_few
from desirepath.core.times import TimeRange
from desirepath.core.words import By
from desirepath.journey.bits import BY_CUSTOMER, VOIDED
from desirepath.journey.definition import Journey
from desirepath.journey.visits import Visits
from desirepath.measure.answers import Lift
from desirepath.measure.cohort import EVER, Cohort, Mask, can_succeed, cohort
from desirepath.measure.lift.moments import compare_moments, first_meetings, moments
from desirepath.measure.lift.risk_sets import compare_reached, spells
from desirepath.measure.meetings import Int64, Meetings, actions, meetings, visit_of_events
from desirepath.stats.false_discovery import adjusted
from desirepath.stats.stratified import NOTHING, StratifiedDifference, never_certain
from desirepath.trail.trails import Trails

FALSE_DISCOVERY_RATE = 0.05
ON_THE_WAY = 0.9  # a step that so many of the successful have taken is a part of succeeding, not a help to it
LIKE = (
    "success within the horizon of visits that met it, less that of visits alike until then that had not: same entry "
    "channel, quarter and kind of start, about as many touchpoints met so far, as long after entry, as soon after the "
    "last action"
)

Difference = StratifiedDifference | NoEstimate


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
    start = ground(journey, visits, trails, as_of=as_of, where=where, period=period, owner=owner)
    found = differences(journey, visits, trails, start, like)
    q = adjusted([p_of(one) for one in found.values()])
    return {pair: _lift(one, float(q[i]), as_of) for i, (pair, one) in enumerate(found.items())}


@dataclass(frozen=True, slots=True)
class Ground:
    """What all comparisons of one asking start from.

    cohorts: by stage, of those that can succeed. won: over all visits: success within the horizon, which is known.
    acts: by stage, what customers did in visits whose horizon is known; met: touchpoints that these met. What was
    undone later is in neither: it tells what came after it, not what it did.
    """

    cohorts: dict[int, Cohort]
    won: Mask
    acts: dict[int, Meetings]
    met: dict[int, Meetings]


def ground(
    journey: Journey,
    visits: Visits,
    trails: Trails,
    *,
    as_of: int,
    where: Mask | None = None,
    period: TimeRange = EVER,
    owner: Int64 | None = None,
) -> Ground:
    """The cohorts and meetings of everybody asked about. owner: visit_of_events(…), where the caller has it."""
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
    owner = np.where((trails.evidence & VOIDED) != 0, -1, owner)

    def by_stage(found: Meetings) -> dict[int, Meetings]:
        stage = visits.stage[found.visit]
        return {one: found.where(stage == one) for one in cohorts}

    acts = by_stage(actions(visits, trails, owner, rated))
    return Ground(cohorts, won, acts, by_stage(meetings(visits, trails, owner, rated)))


def differences(
    journey: Journey, visits: Visits, trails: Trails, start: Ground, like: Int64 | None = None
) -> dict[tuple[int, int], Difference]:
    """(stage, touchpoint code) → what meeting it adds, or why that is not known; nothing is adjusted yet."""
    by_customers = customer_made(journey, trails)
    return {
        (stage, code): difference
        for stage in start.cohorts
        for code, difference in stage_differences(
            journey, visits, trails, start, stage, by_customers, like
        ).items()
    }


def stage_differences(
    journey: Journey,
    visits: Visits,
    trails: Trails,
    start: Ground,
    stage: int,
    by_customers: Mask,
    like: Int64 | None = None,
) -> dict[int, Difference]:
    """The same of one stage, by touchpoint code. by_customers: customer_made(…)."""
    acts, met, again = start.acts[stage], start.met[stage], repeat_steps(journey, stage)
    found = _of_stage(start.cohorts[stage], start.won, visits, trails, acts, met, like, by_customers, again)
    return {code: one if isinstance(one, NoEstimate) else never_certain(one) for code, one in found.items()}


def customer_made(journey: Journey, trails: Trails) -> Mask:
    """Per touchpoint: whether customers bring it about: as declared, else by most of its events."""
    kinds = len(journey.touchpoints)
    named = np.flatnonzero(trails.touchpoint >= 0)
    code = trails.touchpoint[named]
    own = (trails.evidence[named] & BY_CUSTOMER) != 0
    most = 2 * np.bincount(code, own, kinds) >= np.bincount(code, minlength=kinds)
    declared = [t.by for t in journey.touchpoints]
    return np.array([most[i] if by is None else by == By.CUSTOMER for i, by in enumerate(declared)], bool)


def repeat_steps(journey: Journey, stage: int) -> Mask:
    """Per touchpoint: whether in this stage it is a step of the repeat cycle, from browsing to ordering once more.

    Whoever looks at goods after a purchase is about to buy: that is what buying again looks like, no help to it.
    """
    bought = next((i for i, s in enumerate(journey.stages) if s.goal_advances), len(journey.stages))
    homes = [len(journey.stages) if t.stage is None else journey.index(t.stage) for t in journey.touchpoints]
    return np.array([stage > bought and home <= bought for home in homes], bool)


def _of_stage(
    one: Cohort,
    won: Mask,
    visits: Visits,
    trails: Trails,
    acts: Meetings,
    met: Meetings,
    like: Int64 | None,
    by_customers: Mask,
    again: Mask,
) -> dict[int, Difference]:
    """Touchpoint code → difference, for all that were met; not compared where too few met it, or all who succeeded."""
    new = first_meetings(met.visit, met.touchpoint) > 0
    reach = np.bincount(met.touchpoint[new], minlength=len(by_customers))
    found: dict[int, Difference] = {int(code): NOTHING for code in np.flatnonzero(reach)}
    on_the_way = taken_by_the_successful(one, won, visits, trails, met.where(new), len(by_customers))
    for code in np.flatnonzero(on_the_way >= ON_THE_WAY).tolist():
        detail = f"{on_the_way[code]:.0%} of those who succeed pass it"
        found[code] = NoEstimate("on_the_way", int(reach[code]), detail=detail)
    for code in np.flatnonzero(again & (reach > 0)).tolist():
        detail = "a step of the repeat cycle, which has rates of its own"
        found[code] = NoEstimate("on_the_way", int(reach[code]), detail=detail)
    reach = np.where((on_the_way >= ON_THE_WAY) | again, 0, reach)
    codes = np.flatnonzero((reach >= MINIMUM_N) & by_customers)
    if len(codes):
        at = moments(one, won, visits, trails, acts, like)
        found |= dict(zip(codes.tolist(), compare_moments(at, visits, codes), strict=True))
    codes = np.flatnonzero((reach >= MINIMUM_N) & ~by_customers)
    if len(codes):
        going = spells(one, won, visits, trails, acts, like)
        with ThreadPoolExecutor(min(4, cpu_count() or 1)) as pool:  # the kernels hold no lock
            compared = pool.map(
                lambda code: compare_reached(one, going, visits, trails, met, code), codes.tolist()
            )
            found |= dict(zip(codes.tolist(), compared, strict=True))
    return found


def taken_by_the_successful(
    one: Cohort, won: Mask, visits: Visits, trails: Trails, first: Meetings, kinds: int
) -> NDArray[np.float64]:
    """By touchpoint: the share of the successful visits that met it before they succeeded; first: first meetings."""
    before = won[first.visit] & (trails.ts[first.at] <= visits.succeeded[first.visit])
    share: NDArray[np.float64] = np.bincount(first.touchpoint[before], minlength=kinds) / max(
        one.count("rated_succeeded"), 1
    )
    return share


def p_of(one: Difference) -> float:
    """The p-value of a difference; NaN where too few are behind it."""
    if isinstance(one, NoEstimate) or min(one.met, one.compared) < MINIMUM_N:
        return math.nan
    return one.p


def estimate_of(one: StratifiedDifference, as_of: int) -> Measured:
    """A difference with its interval, where enough are behind it."""
    if min(one.met, one.compared) < MINIMUM_N:
        return too_few(min(one.met, one.compared))
    low, high = one.interval()
    # With little contrast the addition is loose, and may come out beyond what a share can do.
    value = max(-1.0, min(1.0, one.value))
    return Estimate(value, low, high, one.met, "mantel-haenszel, clustered", as_of)


def _lift(one: Difference, q: float, as_of: int) -> Lift:
    if isinstance(one, NoEstimate):
        return Lift(one, 1.0, False, 0, 0)
    difference = estimate_of(one, as_of)
    known = difference.known and not math.isnan(q)
    return Lift(difference, q if known else 1.0, known and q <= FALSE_DISCOVERY_RATE, one.met, one.compared)
