"""Which ways do customers really take through a stage?

In: the touchpoints that each visit met, in order. Out: the commonest exact paths, repeats collapsed, with their
success, time and worth; `other` closes the sum, so that paths, other and total always agree.
"""

from __future__ import annotations

import numpy as np

from desirepath.core.estimate import Measured
from desirepath.core.times import NEVER, TimeRange
from desirepath.journey.definition import Journey
from desirepath.journey.visits import Visits
from desirepath.measure.answers import PathRow, PathsAnswer
from desirepath.measure.cohort import EVER, Cohort, Mask, cohort, contract, pass_starts
from desirepath.measure.lift.alike import dense
from desirepath.measure.meetings import Int64, first_of_group, meetings, visit_of_events
from desirepath.measure.worth import success_worth
from desirepath.stats.aalen_johansen import aalen_johansen, incidence_quantile
from desirepath.stats.intervals import proportion
from desirepath.trail.trails import Trails

LONGEST = 12


def paths(
    journey: Journey,
    visits: Visits,
    trails: Trails,
    *,
    as_of: int,
    top: int = 10,
    where: Mask | None = None,
    period: TimeRange = EVER,
    owner: Int64 | None = None,
) -> tuple[PathsAnswer, ...]:
    """One answer a stage. Every observed visit has one path; one that met no touchpoint has the empty path.

    Ties are ordered by the touchpoints' order in the journey. Visits in flight are there with the path so far.
    """
    owner = visit_of_events(visits, trails) if owner is None else owner
    worth, starts = success_worth(visits, trails), pass_starts(visits)
    answers = []
    for place in range(len(journey.stages)):
        one = cohort(journey, visits, place, as_of=as_of, where=where, period=period, starts=starts)
        answers.append(_of_stage(journey, visits, trails, place, one, owner, worth, as_of, top))
    return tuple(answers)


def steps_of(
    visits: Visits, trails: Trails, owner: Int64, rows: Int64, longest: int = LONGEST
) -> tuple[Int64, Mask]:
    """(steps [len(rows), longest], cut): touchpoint codes in order, repeats collapsed, −1 after the last.

    rows: sorted rows of the visits. cut: whether the visit's path was longer.
    """
    asked = np.zeros(len(visits), bool)
    asked[rows] = True
    met = meetings(visits, trails, owner, asked)
    turn = first_of_group(met.visit) | np.append(True, met.touchpoint[1:] != met.touchpoint[:-1])[: len(met)]
    visit, code = met.visit[turn], met.touchpoint[turn]
    begin = np.flatnonzero(first_of_group(visit))
    step = np.arange(len(visit)) - np.repeat(begin, np.diff(np.append(begin, len(visit))))
    place = np.searchsorted(rows, visit)
    steps, cut = np.full((len(rows), longest), -1, np.int64), np.zeros(len(rows), bool)
    within = step < longest
    steps[place[within], step[within]] = code[within]
    cut[place[~within]] = True
    return steps, cut


def _of_stage(
    journey: Journey,
    visits: Visits,
    trails: Trails,
    place: int,
    found: Cohort,
    owner: Int64,
    worth: Int64,
    as_of: int,
    top: int,
) -> PathsAnswer:
    stage = journey.stages[place]
    inside = np.flatnonzero(found.masks["entered"])
    rows = found.rows[inside]
    steps, cut = steps_of(visits, trails, owner, rows)
    path = dense([steps[:, i] + 1 for i in range(steps.shape[1])]) if len(rows) else rows
    count = np.bincount(path)
    # Codes of `dense` are in the order of the steps, so a stable sort settles ties by it.
    common = np.argsort(-count, kind="stable")[:top]
    shown = []
    for kind in common.tolist():
        mine = inside[path == kind]
        codes = steps[np.flatnonzero(path == kind)[0]]
        rated = found.masks["rated"][mine]
        shown.append(
            PathRow(
                steps=tuple(journey.touchpoints[c].id for c in codes if c >= 0),
                visits=len(mine),
                succeeded=proportion(
                    int(found.masks["rated_succeeded"][mine].sum()), int(rated.sum()), as_of=as_of
                ),
                time=_time_in_stage(found, mine, as_of),
                value=int(worth[found.rows[mine]].sum()),
                members=found.visits.customer[mine],
            )
        )
    rest = len(rows) - sum(row.visits for row in shown)
    return PathsAnswer(
        stage=stage.id,
        rows=tuple(shown),
        other=rest,
        other_kinds=len(count) - len(shown),
        total=len(rows),
        truncated=int(cut.sum()),
        contract=contract(
            journey,
            as_of,
            f"Which ways do customers take through {stage.label}?",
            "visits of the stage, not skipped; for success, those whose horizon is known",
            f"exact touchpoints in order within the visit, repeats collapsed, at most {LONGEST}; the rest is other",
        ),
    )


def _time_in_stage(found: Cohort, mine: Int64, as_of: int) -> Measured:
    """The median stay, by Kaplan–Meier: visits still in flight have stayed at least as long as is known."""
    v, until = found.visits, np.maximum(found.until[mine], found.visits.entered[mine])
    ended = v.ended[mine]
    over = (ended != NEVER) & (ended <= until)
    stay = np.where(over, ended, until) - v.entered[mine]
    return incidence_quantile(aalen_johansen(stay, over, 1), 0.5, as_of=as_of)
