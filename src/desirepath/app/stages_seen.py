"""The stages as one looks at them: every answer, and the same for each group of a breakdown.

In: of whom, of when, by what. Out: StagesSeen; the customers behind any count of it. A group is the stages asked about
its own visits and no others (filter first, then measure), so its numbers are those that its segment would give.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from desirepath.app.asking import Asking, Stages
from desirepath.core.errors import NotFound, nearest
from desirepath.core.words import Track
from desirepath.measure import stages as measure_stages
from desirepath.measure import whole as measure_whole
from desirepath.measure.answers import StageAnswer
from desirepath.measure.cohort import Mask, take
from desirepath.measure.whole import WHOLE
from desirepath.trail.spread import together

if TYPE_CHECKING:
    from desirepath.app.questions.breakdown import Group, Groups

REPEAT = "repeat:"  # before a stage's id: its repeat cycles


@dataclass(frozen=True)
class StageGroup:
    """One group of a breakdown. key: as it is asked for. kind: value, other or none."""

    key: str
    label: str
    kind: str
    answers: Mapping[str, StageAnswer]


@dataclass(frozen=True, slots=True)
class StageCount:
    """A count of a stage: of whom, of when, of which group.

    stage: its id, `repeat:` before it, or `journey` for the whole way. group: the key of one group of `by`.
    """

    stage: str
    count: str
    segment: str | None = None
    since: str | None = None
    until: str | None = None
    by: str | None = None
    group: str | None = None


@dataclass(frozen=True)
class StagesSeen:
    """All stages, and by group where a breakdown was asked for. overlap: a customer may be in several groups."""

    stages: Stages
    groups: tuple[StageGroup, ...] = ()
    overlap: bool = False


def see_stages(
    asking: Asking,
    *,
    segment: str | None = None,
    since: str | None = None,
    until: str | None = None,
    by: str | None = None,
    stage: str | None = None,
) -> StagesSeen:
    """Every stage, and by each group of `by`. stage: the groups' answers of this stage only.

    Raises NotFound, QuestionError or PeriodError.
    """
    seen = asking.stages(segment=segment, since=since, until=until)
    if stage is not None:
        seen[stage]  # refused where there is no such stage
    if by is None:
        return StagesSeen(seen)
    where = _asked(asking, segment, since, until)
    if stage is not None:
        where &= asking.visits.stage == asking.journey.index(stage)
    starts, worth, found = asking.starts, asking.worth, _groups(asking, by)

    def seen_of(group: Group) -> StageGroup | None:
        rows = np.flatnonzero(where & group.rows)
        if not len(rows):
            return None
        answers = measure_stages.stages(
            asking.journey, take(asking.visits, rows), as_of=asking.as_of, trails=asking.trails,
            starts=starts[rows], worth=worth[rows],
        )  # fmt: skip
        kept = {name: one for name, one in answers.items() if stage in (None, name)}
        return StageGroup(group.key, group.label, group.kind, kept)

    groups = [one for one in together(seen_of, found.groups, len(where)) if one is not None]
    return StagesSeen(seen, tuple(groups), found.overlap)


def stage_codes(asking: Asking, of: StageCount) -> NDArray[np.int64]:
    """The codes of the customers behind a count, each once. Raises NotFound, QuestionError or PeriodError."""
    if of.stage == WHOLE:
        _known("count", of.count, measure_whole.COUNTS)
        passes = measure_whole.whole_members(
            asking.journey, asking.visits, of.count, as_of=asking.as_of, where=asking.membership(of.segment),
            period=asking.period(of.since, of.until),
        )  # fmt: skip
        return np.unique(passes.customer).astype(np.int64)
    id, track = of.stage.removeprefix(REPEAT), Track.REPEAT if of.stage.startswith(REPEAT) else Track.JOURNEY
    _known("stage", id, [one.id for one in asking.journey.stages])
    _known("count", of.count, measure_stages.COUNTS)
    where = _asked(asking, of.segment, of.since, of.until)
    if of.by is not None and of.group is not None:
        groups = {one.key: one for one in _groups(asking, of.by).groups}
        if of.group not in groups:
            hint = nearest(of.group, groups, "Groups")
            raise NotFound(f'there is no group "{of.group}" of {of.by}', hint=hint)
        where &= groups[of.group].rows
    members = measure_stages.members(
        asking.journey, asking.visits, id, of.count, as_of=asking.as_of, where=where, track=track
    )
    return np.unique(members.customer).astype(np.int64)


def _known(what: str, name: str, known: Sequence[str]) -> None:
    if name not in known:
        raise NotFound(f'there is no {what} "{name}"', hint=nearest(name, known, f"{what.capitalize()}s"))


def _asked(asking: Asking, segment: str | None, since: str | None, until: str | None) -> Mask:
    where = asking.asked(asking.membership(segment), asking.period(since, until))
    return np.ones(len(asking.visits), np.bool_) if where is None else where.copy()


def _groups(asking: Asking, by: str) -> Groups:
    """The visits, parted by what holds at the event that they were entered with."""
    from desirepath.app.questions.breakdown import groups_by

    return groups_by(asking, by, asking.visits.entry_event)
