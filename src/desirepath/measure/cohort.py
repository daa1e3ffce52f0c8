"""Which visits does a question about a stage count, and what is known of each?

In: visits, a stage, who and when. Out: one Cohort with a mask for every count. Rates, curves, touchpoints and member
lists all start from it, so that they cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from desirepath.core.times import NEVER, TimeRange
from desirepath.core.words import Outcome, Start, Track
from desirepath.journey.definition import Journey
from desirepath.journey.visits import Visits
from desirepath.measure.answers import Contract

Mask = NDArray[np.bool_]
Int64 = NDArray[np.int64]

EVER = TimeRange()


@dataclass(frozen=True, slots=True)
class Cohort:
    """The visits of one stage and track that were asked about.

    rows: their places in the whole table. until: how far each is known, µs. horizon: the stage's, µs.
    masks: by the name of a count, over `visits`.
    """

    rows: Int64
    visits: Visits
    until: Int64
    horizon: int
    masks: dict[str, Mask]

    def count(self, what: str) -> int:
        """How many visits a mask keeps."""
        return int(np.count_nonzero(self.masks[what]))


def horizon_of(journey: Journey, stage: int) -> int:
    """The horizon of a stage's rate in µs."""
    return journey.stages[stage].measured_within // timedelta(microseconds=1)


def can_succeed(journey: Journey, stage: int, track: Track = Track.JOURNEY) -> bool:
    """Whether a stage has any success: a goal, or a later stage to advance to. A repeat cycle ends with a goal."""
    last = track == Track.JOURNEY and stage == len(journey.stages) - 1
    return journey.stages[stage].goal is not None or not last


class _Taken:
    """Some rows of visits, with their columns: each is taken when it is first read, for a question reads few."""

    def __init__(self, visits: Visits, rows: Int64) -> None:
        self._visits, self._rows = visits, rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getattr__(self, name: str) -> NDArray[Any]:
        if name not in Visits.__dataclass_fields__:
            raise AttributeError(name)
        column: NDArray[Any] = getattr(self._visits, name)[self._rows]
        setattr(self, name, column)
        return column


def take(visits: Visits, rows: Int64) -> Visits:
    """The visits at `rows`, in that order: the work is that of the rows asked for, and of the columns read."""
    return cast("Visits", _Taken(visits, rows))


def pass_starts(visits: Visits) -> Mask:
    """The first observed visit of each pass: where it began."""
    observed = np.flatnonzero(~visits.skipped)
    first = np.zeros(len(visits), bool)
    if len(observed):
        key = np.stack([visits.customer[observed], visits.track[observed], visits.pass_no[observed]])
        first[observed] = np.append(True, (key[:, 1:] != key[:, :-1]).any(axis=0))
    return first


def entered_within(visits: Visits, where: Mask | None, period: TimeRange) -> Mask | None:
    """Who and when as one mask over the visits; None asks about all."""
    if period == EVER:
        return where
    within: Mask = (visits.entered >= period.start) & (visits.entered < period.end)
    return within if where is None else where & within


def asked_visits(visits: Visits, where: Mask | None, period: TimeRange, track: Track) -> Mask:
    """The observed visits of a track that entered within `period` and that `where` keeps."""
    asked: Mask = ~visits.skipped & (visits.track == track)
    both = entered_within(visits, where, period)
    return asked if both is None else asked & both


def lost_visits(visits: Visits) -> Mask:
    """Left or lapsed without success."""
    over = (visits.outcome == Outcome.LEFT) | (visits.outcome == Outcome.LAPSED)
    lost: Mask = over & ~visits.skipped & (visits.succeeded == NEVER)
    return lost


def open_visits(visits: Visits) -> Mask:
    """In flight and without success so far."""
    still: Mask = (visits.outcome == Outcome.IN_FLIGHT) & ~visits.skipped & (visits.succeeded == NEVER)
    return still


def cohort(
    journey: Journey,
    visits: Visits,
    stage: int,
    *,
    as_of: int,
    where: Mask | None = None,
    period: TimeRange = EVER,
    track: Track = Track.JOURNEY,
    starts: Mask | None = None,
) -> Cohort:
    """The visits of `stage` on `track` that entered within `period` and that `where` keeps.

    where: over all visits. starts: pass_starts(visits), where the caller has it already.
    """
    asked = (visits.stage == stage) & (visits.track == track)
    both = entered_within(visits, where, period)
    if both is not None:
        asked &= both
    rows = np.flatnonzero(asked)
    v = take(visits, rows)
    began = (pass_starts(visits) if starts is None else starts)[rows]
    until = np.minimum(v.knowledge, as_of)
    horizon = horizon_of(journey, stage)
    return Cohort(rows, v, until, horizon, masks_of(v, until, horizon, began))


def masks_of(v: Visits, until: Int64, horizon: int | Int64, began: Mask) -> dict[str, Mask]:
    """A mask for every count. until: how far each is known. horizon: of all, or of each. began: where passes begin."""
    entered = ~v.skipped
    done = v.succeeded != NEVER
    left, lapsed = entered & (v.outcome == Outcome.LEFT), entered & (v.outcome == Outcome.LAPSED)
    in_flight = entered & (v.outcome == Outcome.IN_FLIGHT)
    returns = entered & began & (v.start == Start.RETURN)
    known = v.entered + horizon <= until
    soon = v.won_back != NEVER
    return {
        "reached": np.ones(len(v), bool),
        "entered": entered,
        "skipped": v.skipped.astype(bool),
        "succeeded": entered & done,
        "advanced": entered & (v.outcome == Outcome.ADVANCED),
        "left": left,
        "lapsed": lapsed,
        "in_flight": in_flight,
        "lost": (left | lapsed) & ~done,
        "still_open": in_flight & ~done,
        "returns": returns,
        "comebacks": entered & began & (v.start == Start.COMEBACK),
        "win_backs": returns & soon,
        "rated": entered & known,
        "rated_succeeded": entered & known & done & (v.succeeded - v.entered <= horizon),
        "too_young": entered & ~known,
        "rated_returns": returns & known,
        "rated_win_backs": returns & known & soon & (v.won_back - v.entered <= horizon),
    }


def contract(
    journey: Journey, as_of: int, question: str, denominator: str, rule: str, source: str = ""
) -> Contract:
    """A contract that names the definition it was made with."""
    return Contract(question, denominator, rule, as_of, journey.version, source)


def visit_outcomes(found: Cohort) -> tuple[Int64, NDArray[np.int8], Mask]:
    """For Aalen–Johansen: (time since entry, cause, which visits of the cohort), observed visits only.

    Causes: 1 succeeded, 2 left, 3 lapsed, 0 not yet known. What lies beyond a visit's knowledge is not claimed; a
    visit that entered after its knowledge ended was never watched. A pass that ended in any way but by lapsing
    (said so, or completed without this stage's goal) counts as left.
    """
    v, until = found.visits, found.until
    asked = found.masks["entered"] & (until >= v.entered)
    done = (v.succeeded != NEVER) & (v.succeeded <= until)
    over = (v.pass_ended != NEVER) & (v.pass_ended <= until) & ~done
    end = np.where(done, v.succeeded, np.where(over, v.pass_ended, until))
    cause = np.zeros(len(v), np.int8)
    cause[over] = np.where(v.pass_outcome[over] == Outcome.LAPSED, 3, 2)
    cause[done] = 1
    return (end - v.entered)[asked], cause[asked], asked
