"""Of those who set out, how many come through the journey to the purchase, how soon, and how do the others end?

In: visits. Out: one WholeAnswer over passes. A pass that a buyer began by coming back is none of it: that way is
measured as returns and win-backs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from desirepath.core.times import FOREVER, NEVER, TimeRange, say_duration
from desirepath.core.words import Outcome, Start, Track
from desirepath.journey.definition import Journey
from desirepath.journey.visits import Visits
from desirepath.measure.answers import Members, WholeAnswer
from desirepath.measure.cohort import EVER, Mask, contract
from desirepath.measure.stages_known import Known, asked_group, known_of, tally, times_of
from desirepath.stats.aalen_johansen import Incidence, aalen_johansen, incidence_by, incidence_quantile
from desirepath.stats.intervals import proportion
from desirepath.trail.spread import distinct

Int64 = NDArray[np.int64]
WHOLE = "journey"  # the name that stands where a stage's would
COUNTS = ("entered", "succeeded", "left", "lapsed", "in_flight", "rated", "rated_succeeded")


@dataclass(frozen=True, slots=True)
class Passes:
    """Grain: pass. rows: the first row of each in the visits. came: when the purchase was reached, NEVER where not.

    until: how far each is known, µs.
    """

    rows: Int64
    customer: NDArray[np.int32]
    began: Int64
    came: Int64
    ended: Int64
    outcome: NDArray[np.int8]
    until: Int64

    def asked(self, where: Mask | None, period: TimeRange) -> Passes:
        """Those that began within `period`, and whose first visit `where` (over visits) keeps."""
        keep = np.flatnonzero(self.within(where, period))
        return Passes(*(getattr(self, f.name)[keep] for f in fields(self)))

    def within(self, where: Mask | None, period: TimeRange) -> Mask:
        """Which these are."""
        keep: Mask = (self.began >= period.start) & (self.began < period.end)
        if where is not None:
            keep &= where[self.rows]
        return keep

    def masks(self, horizon: int) -> dict[str, Mask]:
        """A mask for every count; those who have come through are in no other outcome."""
        came = self.came != NEVER
        rated = self.began + horizon <= self.until
        over = ~came & (self.ended != NEVER)
        lapsed = over & (self.outcome == Outcome.LAPSED)
        return {
            "entered": np.ones(len(self.rows), bool),
            "succeeded": came,
            "left": over & ~lapsed,
            "lapsed": lapsed,
            "in_flight": ~came & ~over,
            "rated": rated,
            "rated_succeeded": rated & came & (self.came - self.began <= horizon),
        }

    def outcomes(self, masks: Mapping[str, Mask]) -> tuple[Int64, NDArray[np.int8], Mask]:
        """(time since the beginning, cause, which passes were watched); the first two of these. masks: its own."""
        watched = self.until >= self.began
        came = masks["succeeded"] & (self.came <= self.until)
        over = (masks["left"] | masks["lapsed"]) & (self.ended <= self.until)
        end = np.where(came, self.came, np.where(over, self.ended, self.until))
        cause = np.where(came, 1, np.where(over, np.where(masks["lapsed"], 3, 2), 0)).astype(np.int8)
        return (end - self.began)[watched], cause[watched], watched


def whole(
    journey: Journey,
    visits: Visits,
    *,
    as_of: int,
    where: Mask | None = None,
    period: TimeRange = EVER,
    passes: Passes | None = None,
    known: Known | None = None,
) -> WholeAnswer:
    """The whole journey as one question over passes.

    The end is the stage after the one whose goal is the purchase; in a buyer journey its completion; where no stage
    is a purchase, the last stage. The horizon is the sum of the horizons of the stages before the end.
    where: over visits; a pass counts by its first row. period: of the pass's beginning. passes: passes_of the same
    journey, visits and as_of, where they are known already; known: known_passes of them, where there are many.
    """
    passes = passes or passes_of(journey, visits, as_of)
    horizon = horizon_of_all(journey)
    n, customers, newest, curves = (
        _counted(passes.asked(where, period), horizon)
        if known is None
        else _looked_up(known, passes.within(where, period))
    )
    within = say_duration(horizon)
    return WholeAnswer(
        customers=customers,
        entered=n["entered"],
        succeeded=n["succeeded"],
        left=n["left"],
        lapsed=n["lapsed"],
        in_flight=n["in_flight"],
        rate=proportion(n["rated_succeeded"], n["rated"], as_of=as_of),
        rate_final_at=newest + horizon if n["entered"] else NEVER,
        eventually=incidence_by(curves, horizon, as_of=as_of),
        time_quartiles=(
            incidence_quantile(curves, 0.25, as_of=as_of),
            incidence_quantile(curves, 0.5, as_of=as_of),
            incidence_quantile(curves, 0.75, as_of=as_of),
        ),
        horizon=horizon,
        contract=contract(
            journey,
            as_of,
            f"Of those who set out, how many came through to {_end_label(journey)} within {within}?",
            f"passes that began at least {within} before what we know ends; a buyer's returns are not among them",
            f"came through at most {within} after the pass began, however it ended; Wilson's interval. Over all passes "
            "beside it: Aalen–Johansen, leaving and lapsing competing",
            "Wilson (1927); Aalen & Johansen (1978)",
        ),
    )


def _counted(passes: Passes, horizon: int) -> tuple[dict[str, int], int, int, Incidence]:
    """(every count, how many customers, when the last began, the curves), of passes looked at one by one."""
    masks = passes.masks(horizon)
    time, cause, _ = passes.outcomes(masks)
    n = {name: int(mask.sum()) for name, mask in masks.items()}
    newest = int(passes.began.max()) if len(passes.rows) else NEVER
    return n, len(distinct(passes.customer)), newest, aalen_johansen(time, cause, 3)


def _looked_up(known: Known, asked: Mask) -> tuple[dict[str, int], int, int, Incidence]:
    """The same, off what is known of all passes."""
    group = asked_group(known, asked)
    found = tally(known, group, 1)
    (times,) = times_of(known, group, found, 0)
    n = {name: int(count[0, 0]) for name, count in found.counts.items()}
    curves = aalen_johansen(times.time, times.cause, 3, in_order=True)
    return n, int(found.customers[0, 0]), int(found.newest[0, 0]), curves


def known_passes(journey: Journey, passes: Passes) -> Known:
    """What is known of each pass, whoever is asked about."""
    masks = passes.masks(horizon_of_all(journey))
    time, cause, watched = passes.outcomes(masks)
    one = np.zeros(len(passes.rows), np.int64)
    return known_of(masks, one, 1, passes.customer, passes.began, time, cause, watched)


def whole_members(
    journey: Journey,
    visits: Visits,
    what: str,
    *,
    as_of: int,
    where: Mask | None = None,
    period: TimeRange = EVER,
) -> Members:
    """Who is behind a count of `whole` asked with the same arguments. Raises KeyError for an unknown count."""
    passes = passes_of(journey, visits, as_of).asked(where, period)
    kept = passes.masks(horizon_of_all(journey))[what]
    return Members(WHOLE, what, passes.rows[kept], passes.customer[kept])


def horizon_of_all(journey: Journey) -> int:
    """The time that the whole way is given: the horizons of its stages one after the other, µs."""
    stages = journey.stages[: end_of(journey)] or journey.stages
    return sum((s.measured_within for s in stages), timedelta()) // timedelta(microseconds=1)


def end_of(journey: Journey) -> int:
    """The stage whose beginning is the end of the way; the number of stages where that lies beyond the last."""
    for place, stage in enumerate(journey.stages):
        if stage.goal_advances and stage.goal is not None:
            return place + 1
    return len(journey.stages) - 1


def _end_label(journey: Journey) -> str:
    end = end_of(journey)
    return journey.stages[end].label if end < len(journey.stages) else "its end"


def passes_of(journey: Journey, visits: Visits, as_of: int) -> Passes:
    """All passes of the journey that set out at its beginning; who is first seen beyond its end did not."""
    end = end_of(journey)
    rows = np.flatnonzero((visits.track == Track.JOURNEY) & (visits.start != Start.RETURN))
    customer, number = visits.customer[rows], visits.pass_no[rows]
    new = np.ones(len(rows), bool)
    new[1:] = (customer[1:] != customer[:-1]) | (number[1:] != number[:-1])
    begin = np.flatnonzero(new)
    # The end reached: the first row at or beyond it, or, beyond the last stage, the pass completed.
    beyond = np.where(visits.stage[rows] >= end, visits.entered[rows], FOREVER)
    came = _least(beyond, begin)
    if end == len(journey.stages):
        first = rows[begin]
        done = visits.pass_outcome[first] == Outcome.ADVANCED
        came = np.where(done, visits.pass_ended[first], FOREVER)
    until = np.minimum(_least(visits.knowledge[rows], begin), as_of)
    first = rows[begin]
    began = visits.entered[first]
    # Who is first seen beyond the end (a buyer of old, a friend who was told) did not walk this way.
    keep = (visits.stage[first] < end) | visits.skipped[first]
    return Passes(
        first[keep],
        visits.customer[first][keep],
        began[keep],
        np.where(came == FOREVER, NEVER, came)[keep],
        visits.pass_ended[first][keep],
        visits.pass_outcome[first][keep],
        until[keep],
    )


def _least(values: Int64, begin: Int64) -> Int64:
    """The least of each group of consecutive values."""
    return np.minimum.reduceat(values, begin) if len(begin) else np.empty(0, np.int64)
