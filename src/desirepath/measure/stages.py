"""How many customers reach each stage, how many succeed, how soon, and what is it worth?

In: visits, and trails and spend where there are any. Out: a StageAnswer per stage; the members of every count.
Counts, rates and curves are read off one Cohort per stage, and nobody who is still on the way is counted as lost.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from desirepath.core.estimate import Measured, NoEstimate
from desirepath.core.times import NEVER, TimeRange, say_duration
from desirepath.core.words import Track
from desirepath.journey.definition import Journey
from desirepath.journey.visits import Visits
from desirepath.measure.answers import Contract, Curve, Members, StageAnswer
from desirepath.measure.cohort import (
    EVER,
    Cohort,
    Mask,
    can_succeed,
    cohort,
    contract,
    entered_within,
    pass_starts,
    visit_outcomes,
)
from desirepath.measure.cost import cost
from desirepath.measure.inputs import MetricRows
from desirepath.measure.worth import Int64, success_worth, worth_per_success
from desirepath.stats.aalen_johansen import Incidence, aalen_johansen, band, incidence_by, incidence_quantile
from desirepath.stats.intervals import product, proportion, quantile, times_number
from desirepath.trail.spread import distinct, together
from desirepath.trail.trails import Trails

COUNTS = (
    "customers", "reached", "entered", "skipped", "succeeded", "advanced", "left", "lapsed", "in_flight", "lost",
    "returns", "comebacks", "win_backs", "rated", "rated_succeeded", "too_young",
)  # fmt: skip
QUARTILES = (0.25, 0.5, 0.75)
_CURVE_POINTS = 256  # a drawing shows no more


def stages(
    journey: Journey,
    visits: Visits,
    *,
    as_of: int,
    trails: Trails | None = None,
    channels: Sequence[str] = (),
    metrics: MetricRows | None = None,
    where: Mask | None = None,
    period: TimeRange = EVER,
    starts: Mask | None = None,
    worth: Int64 | None = None,
) -> dict[str, StageAnswer]:
    """One answer a stage, by its id, in the journey's order.

    as_of: µs; nothing later is claimed. trails: for values and cost; without them those have no estimate. where: which
    visits (a segment), over all of them. period: of entry. channels: the trails' channel codes → names. starts:
    pass_starts of all visits, where these are only some of them. worth: success_worth, where it is known already.
    """
    starts = pass_starts(visits) if starts is None else starts
    if trails is not None and worth is None:
        worth = success_worth(visits, trails)

    both = entered_within(visits, where, period)  # once, and not for every stage

    def asked_of(place: int) -> StageAnswer:
        one = cohort(journey, visits, place, as_of=as_of, where=both, starts=starts)
        again = cohort(journey, visits, place, as_of=as_of, where=both, track=Track.REPEAT, starts=starts)
        spent: Measured = NoEstimate("no_data", detail="no metrics source says what was spent")
        if trails is not None and metrics is not None and len(metrics):
            everyone = one if where is None else cohort(
                journey, visits, place, as_of=as_of, period=period, starts=starts
            )  # fmt: skip
            asked = np.ones(len(everyone.rows), bool) if where is None else where[everyone.rows]
            spent = cost(journey, everyone, asked, trails, channels, metrics, period, as_of)
        repeat = None
        if len(again.rows):
            repeat = _answer(journey, place, again, worth, _no_cost(), None, as_of, Track.REPEAT)
        return _answer(journey, place, one, worth, spent, repeat, as_of, Track.JOURNEY)

    answers = together(asked_of, range(len(journey.stages)), len(visits))
    return {stage.id: answer for stage, answer in zip(journey.stages, answers, strict=True)}


def members(
    journey: Journey,
    visits: Visits,
    stage: str,
    what: str,
    *,
    as_of: int,
    where: Mask | None = None,
    period: TimeRange = EVER,
    track: Track = Track.JOURNEY,
) -> Members:
    """Who is behind a count of `stages` asked with the same arguments; `what` is one of COUNTS.

    Raises KeyError for a stage or count that does not exist.
    """
    found = cohort(
        journey, visits, journey.index(stage), as_of=as_of, where=where, period=period, track=track
    )
    kept = found.masks["reached" if what == "customers" else what]
    rows, codes = found.rows[kept], found.visits.customer[kept]
    if what == "customers":
        codes, first = np.unique(codes, return_index=True)
        rows = rows[first]
    return Members(stage, what, rows, codes)


def _answer(
    journey: Journey,
    place: int,
    found: Cohort,
    worth: Int64 | None,
    spent: Measured,
    repeat: StageAnswer | None,
    as_of: int,
    track: Track,
) -> StageAnswer:
    stage, v, count = journey.stages[place], found.visits, found.count
    entered = v.entered[found.masks["entered"]]
    times, causes, _ = visit_outcomes(found)
    curves = aalen_johansen(times, causes, 3)
    rate, eventually, quartiles, soon = _success(journey, place, found, curves, as_of, track)
    value = worth_per_success(found, worth, as_of)
    at_stake = product(rate, value, count("still_open"))
    return StageAnswer(
        stage=stage.id,
        customers=len(distinct(v.customer)),
        entered=count("entered"),
        skipped=count("skipped"),
        succeeded=count("succeeded"),
        advanced=count("advanced"),
        left=count("left"),
        lapsed=count("lapsed"),
        in_flight=count("in_flight"),
        lost=count("lost"),
        rate=rate,
        rate_final_at=int(entered.max()) + found.horizon if len(entered) else NEVER,
        eventually=eventually,
        curve=_curve(curves, found.horizon),
        time_quartiles=quartiles,
        returns=count("returns"),
        comebacks=count("comebacks"),
        win_backs=count("win_backs"),
        win_back_rate=proportion(count("rated_win_backs"), count("rated_returns"), as_of=as_of),
        value_per_success=value,
        value_at_stake=at_stake,
        value_lost=times_number(value, count("lost")),
        cost=spent,
        repeat=repeat,
        contract=_contract(journey, place, as_of, track),
        rated=count("rated"),
        rated_succeeded=count("rated_succeeded"),
        too_young=count("too_young"),
        time_of_succeeded=soon,
    )


Three = tuple[Measured, Measured, Measured]


def _success(
    journey: Journey, place: int, found: Cohort, curves: Incidence, as_of: int, track: Track
) -> tuple[Measured, Measured, Three, Three]:
    """(rate, eventually, quartiles over all, quartiles of those who succeeded within the horizon)."""
    if not can_succeed(journey, place, track):
        none = NoEstimate("not_declared", found.count("entered"), detail="the last stage, and it has no goal")
        return none, none, (none, none, none), (none, none, none)
    rate = proportion(found.count("rated_succeeded"), found.count("rated"), as_of=as_of)
    eventually = incidence_by(curves, found.horizon, as_of=as_of)
    over_all = tuple(incidence_quantile(curves, p, as_of=as_of) for p in QUARTILES)
    done, v = found.masks["rated_succeeded"], found.visits
    took = np.sort((v.succeeded - v.entered)[done])
    of_those = tuple(quantile(took, p, as_of=as_of) for p in QUARTILES)
    return rate, eventually, (over_all[0], over_all[1], over_all[2]), (of_those[0], of_those[1], of_those[2])


def _no_cost() -> Measured:
    return NoEstimate("no_data", detail="spend is joined to the journey itself, not to repeat cycles")


def _curve(curves: Incidence, horizon: int) -> Curve | None:
    """The curve up to twice the horizon, thinned to what a drawing shows; the horizon's own step is kept."""
    steps = int(np.searchsorted(curves.time, 2 * horizon, side="right"))
    if not steps:
        return None
    keep = np.unique(np.linspace(0, steps - 1, min(steps, _CURVE_POINTS)).round().astype(np.int64))
    at = int(curves.place(horizon))
    keep = np.unique(np.append(keep, max(at, 0)))
    low, high = band(curves)
    p = curves.probability
    return Curve(
        curves.time[keep], p[0, keep], low[keep], high[keep], p[1, keep], p[2, keep], curves.at_risk[keep]
    )


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
