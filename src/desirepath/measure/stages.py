"""How many customers reach each stage, how many succeed, how soon, and what is it worth?

In: visits, and trails and spend where there are any. Out: a StageAnswer per stage; the members of every count.
Counts, rates and curves are read off one Cohort per stage, or off what is Known of all visits where there are many;
nobody who is still on the way is counted as lost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from desirepath.core.estimate import Measured
from desirepath.core.times import TimeRange
from desirepath.core.words import Track
from desirepath.journey.definition import Journey
from desirepath.journey.visits import Visits
from desirepath.measure.answers import Members, StageAnswer
from desirepath.measure.cohort import EVER, Mask, cohort, entered_within, horizon_of, pass_starts
from desirepath.measure.cost import cost
from desirepath.measure.inputs import MetricRows
from desirepath.measure.stages_answer import NO_COST, NO_SPEND, answer_of, counted, looked_up
from desirepath.measure.stages_known import Groups, Known, asked_group, cell_of, tally, times_of
from desirepath.measure.worth import Int64, success_worth
from desirepath.trail.spread import together
from desirepath.trail.trails import Trails

COUNTS = (
    "customers", "reached", "entered", "skipped", "succeeded", "advanced", "left", "lapsed", "in_flight", "lost",
    "returns", "comebacks", "win_backs", "rated", "rated_succeeded", "too_young",
)  # fmt: skip


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
    known: Known | None = None,
) -> dict[str, StageAnswer]:
    """One answer a stage, by its id, in the journey's order.

    as_of: µs; nothing later is claimed. trails: for values and cost; without them those have no estimate. where: which
    visits (a segment), over all of them. period: of entry. channels: the trails' channel codes → names. starts:
    pass_starts of all visits, where these are only some of them. worth: success_worth, where it is known already.
    known: known_visits of the same visits and as_of, where there are many.
    """
    starts = pass_starts(visits) if starts is None else starts
    if trails is not None and worth is None:
        worth = success_worth(visits, trails)

    both = entered_within(visits, where, period)  # once, and not for every stage

    def spent_on(place: int) -> Measured:
        if trails is None or metrics is None or not len(metrics):
            return NO_SPEND
        everyone = cohort(journey, visits, place, as_of=as_of, period=period, starts=starts)
        asked = np.ones(len(everyone.rows), bool) if where is None else where[everyone.rows]
        return cost(journey, everyone, asked, trails, channels, metrics, period, as_of)

    def on(place: int, track: Track, spent: Measured) -> StageAnswer | None:
        found = cohort(journey, visits, place, as_of=as_of, where=both, track=track, starts=starts)
        if track == Track.REPEAT and not len(found.rows):
            return None
        return answer_of(journey, place, track, counted(found, worth, as_of), spent, as_of)

    def asked_of(place: int) -> StageAnswer:
        one = on(place, Track.JOURNEY, spent_on(place))
        assert one is not None
        return replace(one, repeat=on(place, Track.REPEAT, NO_COST))

    if known is not None:
        (found,) = grouped(
            journey, known, asked_group(known, both), 1, as_of=as_of, worth=worth, spent_on=spent_on
        )
        return found
    answers = together(asked_of, range(len(journey.stages)), len(visits))
    return {stage.id: answer for stage, answer in zip(journey.stages, answers, strict=True)}


def grouped(
    journey: Journey,
    known: Known,
    group: Groups,
    groups: int,
    *,
    as_of: int,
    worth: Int64 | None = None,
    only: str | None = None,
    brief: bool = False,
    spent_on: Callable[[int], Measured] | None = None,
) -> list[dict[str, StageAnswer]]:
    """What `stages` answers of each group's visits, all groups counted together.

    group: 0 … groups − 1 of each visit, −1 of whom nobody asked for. only: this stage. brief: without the curves and
    the repeat cycles. spent_on: the cost, by the place of a stage.
    """
    found = tally(known, group, groups, worth)
    places = [place for place, stage in enumerate(journey.stages) if only in (None, stage.id)]
    tracks = (Track.JOURNEY,) if brief else (Track.JOURNEY, Track.REPEAT)

    def all_groups(cell: tuple[int, Track]) -> list[StageAnswer]:
        place, track = cell
        spent: Measured = NO_COST if track == Track.REPEAT else NO_SPEND
        if spent_on is not None and track == Track.JOURNEY:
            spent = spent_on(place)
        horizon, here = horizon_of(journey, place), cell_of(place, track)
        numbers = (
            looked_up(found, times, g, here, horizon, as_of)
            for g, times in enumerate(times_of(known, group, found, here))
        )
        return [answer_of(journey, place, track, one, spent, as_of, curve=not brief) for one in numbers]

    cells = [(place, track) for place in places for track in tracks]
    answers = dict(zip(cells, together(all_groups, cells, len(known)), strict=True))
    reached = found.counts["reached"]

    def of_group(g: int, place: int) -> StageAnswer:
        one = answers[place, Track.JOURNEY][g]
        again = not brief and reached[g, cell_of(place, Track.REPEAT)]
        return replace(one, repeat=answers[place, Track.REPEAT][g]) if again else one

    return [{journey.stages[place].id: of_group(g, place) for place in places} for g in range(groups)]


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
