"""One stage's answer, off its numbers, however these were counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from desirepath.core.estimate import Measured, NoEstimate
from desirepath.core.times import NEVER, say_duration
from desirepath.core.words import Track
from desirepath.journey.definition import Journey
from desirepath.measure.answers import Contract, Curve, StageAnswer
from desirepath.measure.cohort import Cohort, can_succeed, contract, visit_outcomes
from desirepath.measure.stages_known import Tally, Times
from desirepath.measure.worth import Int64, worth_of_sums, worth_per_success
from desirepath.stats.aalen_johansen import (
    Incidence,
    aalen_johansen,
    band_at,
    incidence_by,
    incidence_quantile,
)
from desirepath.stats.intervals import product, proportion, quantile, times_number
from desirepath.trail.spread import distinct

QUARTILES = (0.25, 0.5, 0.75)
NO_SPEND = NoEstimate("no_data", detail="no metrics source says what was spent")
NO_COST = NoEstimate("no_data", detail="spend is joined to the journey itself, not to repeat cycles")
_CURVE_POINTS = 256  # a drawing shows no more


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a stage's visits on one track are counted as. newest: the last entry, NEVER where none.

    took: of the rate's successes, in order, µs. value: what a success was worth.
    """

    counts: Mapping[str, int]
    customers: int
    newest: int
    horizon: int
    curves: Incidence
    took: Int64
    value: Measured


def counted(found: Cohort, worth: Int64 | None, as_of: int) -> Numbers:
    """Of visits looked at one by one."""
    v = found.visits
    entered = v.entered[found.masks["entered"]]
    times, causes, _ = visit_outcomes(found)
    return Numbers(
        {name: found.count(name) for name in found.masks},
        len(distinct(v.customer)),
        int(entered.max()) if len(entered) else NEVER,
        found.horizon,
        aalen_johansen(times, causes, 3),
        np.sort((v.succeeded - v.entered)[found.masks["rated_succeeded"]]),
        worth_per_success(found, worth, as_of),
    )


def looked_up(found: Tally, times: Times, group: int, cell: int, horizon: int, as_of: int) -> Numbers:
    """The same of a group in a cell, off what is known of all visits."""
    counts = {name: int(count[group, cell]) for name, count in found.counts.items()}
    return Numbers(
        counts,
        int(found.customers[group, cell]),
        int(found.newest[group, cell]),
        horizon,
        aalen_johansen(times.time, times.cause, 3, in_order=True),
        times.took,
        worth_of_sums(counts["succeeded"], found.worth_of(group, cell), as_of),
    )


def answer_of(
    journey: Journey,
    place: int,
    track: Track,
    found: Numbers,
    spent: Measured,
    as_of: int,
    *,
    curve: bool = True,
) -> StageAnswer:
    """The answer of a stage on one track, without its repeat cycles."""
    stage, n, value = journey.stages[place], found.counts, found.value
    rate, eventually, quartiles, soon = _success(journey, place, found, as_of, track)
    return StageAnswer(
        stage=stage.id,
        customers=found.customers,
        entered=n["entered"],
        skipped=n["skipped"],
        succeeded=n["succeeded"],
        advanced=n["advanced"],
        left=n["left"],
        lapsed=n["lapsed"],
        in_flight=n["in_flight"],
        lost=n["lost"],
        rate=rate,
        rate_final_at=found.newest + found.horizon if n["entered"] else NEVER,
        eventually=eventually,
        curve=_curve(found.curves, found.horizon) if curve else None,
        time_quartiles=quartiles,
        returns=n["returns"],
        comebacks=n["comebacks"],
        win_backs=n["win_backs"],
        win_back_rate=proportion(n["rated_win_backs"], n["rated_returns"], as_of=as_of),
        value_per_success=value,
        value_at_stake=product(rate, value, n["still_open"]),
        value_lost=times_number(value, n["lost"]),
        cost=spent,
        repeat=None,
        contract=_contract(journey, place, as_of, track),
        rated=n["rated"],
        rated_succeeded=n["rated_succeeded"],
        too_young=n["too_young"],
        time_of_succeeded=soon,
    )


Three = tuple[Measured, Measured, Measured]


def _success(
    journey: Journey, place: int, found: Numbers, as_of: int, track: Track
) -> tuple[Measured, Measured, Three, Three]:
    """(rate, eventually, quartiles over all, quartiles of those who succeeded within the horizon)."""
    n = found.counts
    if not can_succeed(journey, place, track):
        none = NoEstimate("not_declared", n["entered"], detail="the last stage, and it has no goal")
        return none, none, (none, none, none), (none, none, none)
    rate = proportion(n["rated_succeeded"], n["rated"], as_of=as_of)
    eventually = incidence_by(found.curves, found.horizon, as_of=as_of)
    over_all = tuple(incidence_quantile(found.curves, p, as_of=as_of) for p in QUARTILES)
    of_those = tuple(quantile(found.took, p, as_of=as_of) for p in QUARTILES)
    return rate, eventually, (over_all[0], over_all[1], over_all[2]), (of_those[0], of_those[1], of_those[2])


def _curve(curves: Incidence, horizon: int) -> Curve | None:
    """The curve up to twice the horizon, thinned to what a drawing shows; the horizon's own step is kept."""
    steps = int(np.searchsorted(curves.time, 2 * horizon, side="right"))
    if not steps:
        return None
    keep = np.unique(np.linspace(0, steps - 1, min(steps, _CURVE_POINTS)).round().astype(np.int64))
    at = int(curves.place(horizon))
    keep = np.unique(np.append(keep, max(at, 0)))
    low, high = band_at(curves, keep)
    p = curves.probability
    return Curve(curves.time[keep], p[0, keep], low, high, p[1, keep], p[2, keep], curves.at_risk[keep])


def _contract(journey: Journey, place: int, as_of: int, track: Track) -> Contract:
    stage = journey.stages[place]
    within = say_duration(stage.measured_within)
    goal = "reached its goal" if stage.goal is not None else "advanced"
    who = "repeat cycles" if track == Track.REPEAT else "visits"
    return contract(
        journey,
        as_of,
        f"Of those who entered {stage.label}, how many {goal} within {within}?",
        f"{who} of the stage, not skipped, that entered at least {within} before what we know ends",
        f"succeeded at most {within} after entry, however the visit ended; Wilson's interval. Over all visits beside "
        "it: Aalen–Johansen, leaving and lapsing competing, visits still in flight censored where knowledge ends",
        "Wilson (1927); Aalen & Johansen (1978)",
    )
