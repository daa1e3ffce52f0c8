"""The face of customers whom a rule means, and groups that are candidates for personas.

In: one build; a segment, a persona or a rule. Out: what these customers do, feel and are worth beside all others, some
of their words (masked unless asked for), as the question `groups` answers it; and the groups that it finds by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from desirepath.app.questions import question_class
from desirepath.core.estimate import Measured
from desirepath.core.times import from_us
from desirepath.journey_map.text import clean_text, mask_text
from desirepath.measure.groups.face import over_represented, under_represented

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from desirepath.app.asking import Asking
    from desirepath.measure.groups.find import Group, GroupsAnswer

_MET, _QUOTES = 5, 4


@dataclass(frozen=True, slots=True)
class Beside:
    """One thing of them and of all others, with the difference. unit: share, points, score, money, ease …"""

    id: str
    label: str
    unit: str
    inside: Measured
    beside: Measured
    difference: Measured
    beyond_chance: bool


@dataclass(frozen=True, slots=True)
class Quote:
    """What one of them wrote or said. score_share: of the same event, 0 … 1."""

    text: str
    stage: str | None
    channel: str
    at: int
    score_share: float | None


@dataclass(frozen=True, slots=True)
class FaceTold:
    """Who they are. more, fewer: touchpoints that most more, most fewer of them meet, beyond chance.

    measures: success, value, scores, ease and promises, what is beyond chance first. worth: value of a customer.
    """

    rule: str
    label: str
    customers: int
    of: int
    share: Measured
    as_of: str | None
    more: tuple[Beside, ...]
    fewer: tuple[Beside, ...]
    measures: tuple[Beside, ...]
    worth: Measured
    worth_beside: Measured
    quotes: tuple[Quote, ...]
    says: str
    denominator: str
    how: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A group that was found, and the rule that nearly means it.

    jaccard: how much of it is found again in samples. precision: of those whom the rule means, the share in the group;
    recall: of the group, the share whom the rule means.
    """

    name: str
    label: str
    rule: str | None
    customers: int
    share: Measured
    jaccard: float
    stable: bool
    precision: Measured | None
    recall: Measured | None
    face: FaceTold


@dataclass(frozen=True, slots=True)
class Candidates:
    """What was found. says: the answer in a sentence, also where there are no groups."""

    says: str
    candidates: tuple[Candidate, ...]


def face_of(asking: Asking, rule: str, *, reveal: bool = False) -> FaceTold:
    """The face of a segment or persona (segment:ID, persona:ID) or of a rule. Raises QuestionError."""
    answer = question_class("groups")(rule=rule).answer(asking)
    result: GroupsAnswer = answer.result
    return _told(asking, result, result.groups[0], rule, answer.says[0], reveal=reveal)


def candidates(
    asking: Asking, into: int | None, say: Callable[[str, float], None], *, reveal: bool = False
) -> Candidates:
    """Groups of customers by what they do. into: so many, believed or not; without it as many as are found again."""
    say("groups", 0.05)
    answer = question_class("groups")(into=into).answer(asking)
    result: GroupsAnswer = answer.result
    found = []
    for place, one in enumerate(result.groups):
        say("faces", 0.7 + 0.3 * place / len(result.groups))
        rule = one.rule
        found.append(
            Candidate(
                name=one.name or f"group_{place + 1}",
                label=one.label,
                rule=None if rule is None else rule.rule,
                customers=one.n,
                share=one.share,
                jaccard=one.jaccard,
                stable=one.stable,
                precision=None if rule is None else rule.precision,
                recall=None if rule is None else rule.recall,
                face=_told(asking, result, one, "" if rule is None else rule.rule, "", reveal=reveal),
            )
        )
    return Candidates(answer.says[0], tuple(found))


def _told(
    asking: Asking, result: GroupsAnswer, group: Group, rule: str, says: str, *, reveal: bool
) -> FaceTold:
    seen = group.face

    def met(some: Sequence[object]) -> tuple[Beside, ...]:
        return tuple(
            Beside(m.touchpoint, m.label, "share", m.inside, m.beside, m.difference, m.beyond_chance)  # type: ignore[attr-defined]  # Met
            for m in some
        )

    measures = sorted(seen.compared, key=lambda one: not one.beyond_chance)
    return FaceTold(
        rule=rule,
        label=group.label,
        customers=group.n,
        of=result.grouped,
        share=group.share,
        as_of=from_us(asking.as_of, asking.journey.time_zone).isoformat(),
        more=met(over_represented(seen.met, _MET)),
        fewer=met(under_represented(seen.met, _MET)),
        measures=tuple(
            Beside(c.measure.id, c.measure.label, c.measure.unit, c.a, c.b, c.difference, c.beyond_chance)
            for c in measures
        ),
        worth=seen.worth,
        worth_beside=seen.worth_beside,
        quotes=_quotes(asking, group.customers, reveal=reveal),
        says=says,
        denominator=result.contract.denominator,
        how=result.contract.rule,
    )


def _quotes(asking: Asking, customers: NDArray[np.int64], *, reveal: bool) -> tuple[Quote, ...]:
    """A few of their words: the gladdest, the angriest, and the newest."""
    from desirepath.measure.verbatims import verbatims

    found = verbatims(
        asking.journey,
        asking.visits,
        asking.trails,
        asking.texts,
        as_of=asking.as_of,
        scores=asking.scores,
        channels=asking.channels,
        per_stage=2,
        where=np.isin(np.asarray(asking.visits.customer), customers),
    )
    labels = {stage.id: stage.label for stage in asking.journey.stages}
    shown = clean_text if reveal else lambda text: mask_text(clean_text(text))
    newest = sorted(found.chosen, key=lambda one: -one.at)
    rated = sorted(
        (one for one in newest if one.score_share is not None), key=lambda one: one.score_share or 0.0
    )
    # One who is glad, one who is not, then whoever spoke last: no text twice.
    chosen = dict.fromkeys([*rated[-1:], *rated[:1], *newest])
    return tuple(
        Quote(shown(one.text), labels.get(one.stage or ""), one.channel, one.at, one.score_share)
        for one in list(chosen)[:_QUOTES]
    )
