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
from desirepath.measure.cohort import Mask
from desirepath.measure.stages_known import Groups as CodesOf
from desirepath.measure.stages_known import asked_group, asked_groups, known_visits
from desirepath.measure.whole import WHOLE

if TYPE_CHECKING:
    from desirepath.app.questions.breakdown import Groups

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

    Without it the groups' answers have neither curves nor repeat cycles: the page compares numbers.
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
    found = _groups(asking, by)
    answers = _of_groups(asking, found, where, stage)
    groups = [
        StageGroup(group.key, group.label, group.kind, answers[place])
        for place, group in enumerate(found.groups)
        if place in answers
    ]
    return StagesSeen(seen, tuple(groups), found.overlap)


def _of_groups(
    asking: Asking, found: Groups, where: Mask, stage: str | None
) -> dict[int, dict[str, StageAnswer]]:
    """The answers of each group that has any of these visits, by its place."""
    known = asking.known
    if known is None:
        known = known_visits(asking.journey, asking.visits, asking.as_of, asking.starts)

    def asked(code: CodesOf, groups: int) -> list[dict[str, StageAnswer]]:
        return measure_stages.grouped(
            asking.journey, known, code, groups, as_of=asking.as_of, worth=asking.worth, only=stage,
            brief=stage is None,
        )  # fmt: skip

    if found.code is not None:
        code = asked_groups(found.code, len(found.groups), where)
        some = np.bincount(code[code >= 0], minlength=len(found.groups)) > 0
        answers = asked(code, len(found.groups))
        return {place: one for place, one in enumerate(answers) if some[place]}
    masks = {place: where & group.rows for place, group in enumerate(found.groups)}
    return {place: asked(asked_group(known, mask), 1)[0] for place, mask in masks.items() if mask.any()}


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
