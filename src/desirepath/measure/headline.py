"""What matters most now?

In: answers of the other measures. Out: findings beyond chance, the weightiest first, each a sentence with its numbers;
none where nothing is beyond chance. What costs successes and what was promised and not kept come before the stage
that loses most, since a loss alone does not say what to mend.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest

from desirepath.core.estimate import Estimate, Measured
from desirepath.journey.definition import Journey
from desirepath.measure.answers import Finding, PromiseAnswer, StageAnswer, TouchpointAnswer
from desirepath.measure.cohort import contract
from desirepath.stats.intervals import difference


def headline(
    journey: Journey,
    stages: Mapping[str, StageAnswer],
    touchpoints: Sequence[TouchpointAnswer] = (),
    promises: Sequence[PromiseAnswer] = (),
) -> tuple[Finding, ...]:
    """The findings: in turn the weightiest touchpoint and the weightiest promise, then the stage that loses most.

    What they weigh are customers (lost, or let down), times what a success of the stage is worth where that is known
    for all of their kind. The two kinds are not weighed against each other: who was let down is not yet lost.
    """
    costly = _by_weight([f for t in touchpoints if (f := _touchpoint(journey, t, stages)) is not None])
    broken = _by_weight([f for p in promises if (f := _promise(journey, p, stages)) is not None])
    found = [f for pair in zip_longest(costly, broken) for f in pair if f is not None]
    worst = _stage(journey, stages)
    return tuple(found) if worst is None else (*found, worst)


def _by_weight(found: list[Finding]) -> list[Finding]:
    valued = all(f.value is not None for f in found)
    return sorted(found, key=lambda f: (-(f.value or 0.0) if valued else -f.customers, f.stage, f.subject))


def _touchpoint(journey: Journey, one: TouchpointAnswer, stages: Mapping[str, StageAnswer]) -> Finding | None:
    lift = one.lift
    if not lift.beyond_chance or not isinstance(lift.difference, Estimate) or lift.difference.high >= 0:
        return None
    lost = lift.met * -lift.difference.value
    stage, label = _stage_label(journey, one.stage), _touchpoint_label(journey, one.touchpoint)
    points = lift.difference.map(lambda x: -100 * x)
    assert isinstance(points, Estimate)
    return Finding(
        kind="touchpoint",
        stage=one.stage,
        subject=one.touchpoint,
        before="Much is lost at ",
        strong=label,
        after=f": in {stage}, those who meet it go on {points.value:.0f} points less often than customers like them "
        f"({points.low:.0f} to {points.high:.0f}), about {lost:,.0f} of {lift.met:,}.",
        customers=lost,
        value=_worth(stages, one.stage, lost),
        measured=lift.difference,
        contract=one.contract,
    )


def _promise(journey: Journey, one: PromiseAnswer, stages: Mapping[str, StageAnswer]) -> Finding | None:
    if not isinstance(one.kept, Estimate) or one.kept.high >= 1:
        return None
    broken = one.kept.map(lambda x: 100 * (1 - x))
    assert isinstance(broken, Estimate)
    let_down = one.due * (1 - one.kept.value)
    label = next(p.label for p in journey.promises if p.id == one.promise)
    assert one.contract is not None
    return Finding(
        kind="promise",
        stage=one.stage or "",
        subject=one.promise,
        before="",
        strong=label,
        after=f" was promised and not kept for {let_down:,.0f} of {one.due:,} "
        f"({broken.value:.1f} %, {broken.low:.1f} to {broken.high:.1f}){_worst_segment(journey, one)}.",
        customers=let_down,
        value=_worth(stages, one.stage or "", let_down),
        measured=one.kept,
        contract=one.contract,
    )


def _worst_segment(journey: Journey, one: PromiseAnswer) -> str:
    """ ", most of all for …", for the segment that is let down more than the rest beyond chance."""
    assert isinstance(one.kept, Estimate)
    kept = round(one.kept.value * one.kept.n)
    known = {name: m for name, m in one.by_segment.items() if isinstance(m, Estimate)}
    # As many comparisons as segments: each is asked to be that much surer (Bonferroni).
    level = 1 - 0.05 / max(len(known), 1)
    worst: tuple[float, str] | None = None
    for name, mine in known.items():
        theirs = round(mine.value * mine.n)
        gap: Measured = difference(
            theirs, mine.n, kept - theirs, one.kept.n - mine.n, as_of=mine.as_of, level=level
        )
        if isinstance(gap, Estimate) and gap.high < 0 and (worst is None or gap.value < worst[0]):
            worst = (gap.value, name)
    if worst is None:
        return ""
    labels = {s.id: s.label for s in journey.segments} | {p.id: p.label for p in journey.personas}
    mine = known[worst[1]]
    name = labels.get(worst[1], worst[1])
    return f", most of all for {name}: {100 * (1 - mine.value):.1f} % of {mine.n:,}"


def _stage(journey: Journey, stages: Mapping[str, StageAnswer]) -> Finding | None:
    """The stage with the lowest success, where its interval lies below that of all others; none with only one."""
    rated = [(a.rate, a) for a in stages.values() if isinstance(a.rate, Estimate)]
    rated.sort(key=lambda pair: pair[0].value)
    if len(rated) < 2 or rated[0][0].high >= min(rate.low for rate, _ in rated[1:]):
        return None
    rate, one = rated[0]
    lost = rate.n - one.rated_succeeded
    share = rate.map(lambda x: 100 * (1 - x))
    assert isinstance(share, Estimate)
    return Finding(
        kind="stage",
        stage=one.stage,
        subject=one.stage,
        before="Fewest go on from ",
        strong=_stage_label(journey, one.stage),
        after=f": {lost:,} of {rate.n:,} did not within its time "
        f"({share.value:.1f} %, {share.low:.1f} to {share.high:.1f}).",
        customers=float(lost),
        value=_worth(stages, one.stage, lost),
        measured=rate,
        contract=contract(
            journey,
            rate.as_of,
            "From which stage do fewest go on?",
            one.contract.denominator,
            "the stage whose rate lies below all others' with its whole interval",
        ),
    )


def _worth(stages: Mapping[str, StageAnswer], stage: str, customers: float) -> float | None:
    """At most so much: as if each of them would have succeeded."""
    answer = stages.get(stage)
    if answer is None or not isinstance(answer.value_per_success, Estimate):
        return None
    return answer.value_per_success.value * customers


def _stage_label(journey: Journey, stage: str) -> str:
    return journey.stages[journey.index(stage)].label


def _touchpoint_label(journey: Journey, touchpoint: str) -> str:
    return next(t.label for t in journey.touchpoints if t.id == touchpoint)
