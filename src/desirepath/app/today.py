"""What matters now: every stage against its target, and alarms with their evidence.

In: one build; of whom, of when. Out: Kpi of each stage and of the whole way, met or missed only beyond chance; Alarm
for promises broken more often than before, scores that fell, customers who are overdue, doctor's errors, and sources
that end early. An alarm names the question, with its fields, that is its evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from desirepath.app.questions import question_class
from desirepath.app.questions.question import QuestionError
from desirepath.core.estimate import Estimate, Measured
from desirepath.journey.read import WHOLE

if TYPE_CHECKING:
    from desirepath.app.asking import Asking
    from desirepath.measure.comparison.ask import Compared

Say = Callable[[str, float], None]
State = Literal["met", "missed", "open", "unknown", "none"]
Part = Literal["customers", "doctor"]  # of the alarms: the one is there sooner


@dataclass(frozen=True, slots=True)
class Kpi:
    """A stage (or `journey`, the whole way) against its target. within: the rate's horizon, µs.

    state: met, missed (beyond chance), open (the interval holds the target), unknown (no rate), none (no target).
    """

    stage: str
    label: str
    goal: bool
    rate: Measured
    within: int
    customers: int
    in_flight: int
    at_stake: Measured | None
    target: float | None
    state: State


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that has got worse, or is wrong. level: error, warning, note. page: where its evidence is.

    question, fields: the question that answers it, where the page is `ask`; list: its count whose customers are meant.
    """

    kind: Literal["promise", "score", "overdue", "doctor", "source"]
    level: Literal["error", "warning", "note"]
    title: str
    detail: str
    page: Literal["ask", "data"]
    customers: int | None = None
    value: float | None = None
    question: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    list: str = ""


def kpis(asking: Asking, *, segment: str | None, since: str | None, until: str | None) -> tuple[Kpi, ...]:
    """Every stage's rate against its target, then the whole way's."""
    found = asking.stages(segment=segment, since=since, until=until)
    targets = {one.stage: one.rate for one in asking.journey.targets}
    told = []
    for stage in asking.journey.stages:
        one = found[stage.id]
        told.append(
            Kpi(
                stage=stage.id,
                label=stage.label,
                goal=stage.goal is not None,
                rate=one.rate,
                within=round(stage.measured_within.total_seconds() * 1_000_000),
                customers=one.customers,
                in_flight=one.in_flight,
                at_stake=one.value_at_stake,
                target=targets.get(stage.id),
                state=state_of(one.rate, targets.get(stage.id)),
            )
        )
    whole = found.whole
    target = targets.get(WHOLE)
    told.append(
        Kpi(
            WHOLE, asking.journey.title, True, whole.rate, whole.horizon, whole.customers, whole.in_flight, None,
            target, state_of(whole.rate, target),
        )
    )  # fmt: skip
    return tuple(told)


def state_of(rate: Measured, target: float | None) -> State:
    """Whether a rate meets a target, as far as its interval tells."""
    if target is None:
        return "none"
    if not isinstance(rate, Estimate):
        return "unknown"
    return "met" if rate.low >= target else "missed" if rate.high < target else "open"


def alarms(
    asking: Asking,
    files: Sequence[Path],
    *,
    segment: str | None,
    since: str,
    until: str,
    say: Say,
    part: Part | None = None,
) -> tuple[Alarm, ...]:
    """Alarms, the worst first. since, until: the period that is held against as long a time before it.

    files: journey.yaml and sources.yaml, for doctor. part: only what customers met, or only what doctor finds.
    """
    found: list[Alarm] = []
    if part != "doctor":
        say("promises and scores", 0.02)
        found += _worse(asking, segment, since, until)
        say("customers overdue", 0.1 if part is None else 0.6)
        found += _overdue(asking, segment)
    if part != "customers":
        found += _doctor(asking, files, say if part else lambda step, share: say(step, 0.15 + 0.85 * share))
    rank = {"error": 0, "warning": 1, "note": 2}
    return tuple(sorted(found, key=lambda one: (rank[one.level], -(one.value or 0), -(one.customers or 0))))


def _worse(asking: Asking, segment: str | None, since: str, until: str) -> list[Alarm]:
    """Promises that are broken more often than before, and scores that fell, both beyond chance."""
    measures = tuple(
        family
        for family, some in (("promise", asking.journey.promises), ("score", len(asking.scores)))
        if some
    )
    found = []
    for family in measures:  # a family that nothing was measured of must not hide the other
        try:
            question = question_class("comparison")(
                a=f"period:{since}..{until}", measures=(family,), segment=segment
            )
            answer = question.answer(asking)
        except QuestionError:
            continue
        rows: Sequence[Compared] = answer.result.rows
        found += [_fallen(one, asking, since, until) for one in rows if _is_worse(one)]
    return found


def _is_worse(one: Compared) -> bool:
    return one.beyond_chance and isinstance(one.difference, Estimate) and one.difference.high < 0


def _fallen(one: Compared, asking: Asking, since: str, until: str) -> Alarm:
    from desirepath.app.questions.units import apart_in_words, in_words

    now, before = (in_words(side, one.measure.unit, asking.currency) for side in (one.a, one.b))
    apart, ends = apart_in_words(one.difference, one.measure.unit, asking.currency)
    promise = one.measure.family == "promise"
    made = {"promise": one.measure.subject, "since": since, "until": until}  # in the period that is meant
    fields = made if promise else {"a": f"period:{since}..{until}", "measures": one.measure.id}
    return Alarm(
        kind="promise" if promise else "score",
        level="warning",
        title=one.measure.label,
        detail=f"{now} against {before} before: {apart} ({ends}; n {one.a_n:,} and {one.b_n:,})",
        page="ask",
        customers=len(one.a_customers),
        question="promises" if promise else "comparison",
        fields=fields,
        list="broken" if promise else f"{one.measure.id} a",
    )


def _overdue(asking: Asking, segment: str | None) -> list[Alarm]:
    """Customers who are silent for longer than is usual for them, if anybody's rhythm is known."""
    try:
        answer = question_class("overdue")(segment=segment).answer(asking)
    except QuestionError:
        return []  # nothing is bought in this journey
    result = answer.result
    fresh = 0 if result.why is not None else int(result.fresh.sum())
    if not fresh:
        return []
    return [
        Alarm(
            kind="overdue",
            level="warning",
            title="overdue",
            detail=answer.says[0],
            page="ask",
            customers=fresh,
            value=float(result.at_stake),
            question="overdue",
            list="overdue",
        )
    ]


def _doctor(asking: Asking, files: Sequence[Path], say: Say) -> list[Alarm]:
    """Doctor's errors, and sources that hold back what is known."""
    from desirepath.app.doctor.examine import examine

    report = examine(asking, files, say=say)
    told: list[Any] = [
        one for one in report.findings if one.severity.value == "error" or one.code == "sources_end"
    ]
    return [
        Alarm(
            kind="source" if one.code == "sources_end" else "doctor",
            level=one.severity.value,
            title=one.subject,
            detail=f"{one.message} {one.effect.text}".strip(),
            page="data",
        )
        for one in told
    ]
