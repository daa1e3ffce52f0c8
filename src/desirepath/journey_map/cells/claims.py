"""Pains and delights: what costs or brings successes beyond chance, and what is hard; the heaviest first.

Not only touchpoints: the way from one to the next, coming again, going back and long waits are compared as well.
"""

from __future__ import annotations

from collections.abc import Iterator

from desirepath.core.estimate import Estimate, Measured
from desirepath.journey.definition import Stage
from desirepath.journey_map import say
from desirepath.journey_map.cells.draft import Draft, counted
from desirepath.journey_map.cells.touchpoints import SHOWN, is_hard, values_of
from desirepath.journey_map.document import Cell, Drawing, Tone, Unit, Value
from desirepath.measure.answers import TouchpointAnswer
from desirepath.measure.friction.rank import Ranked, said_of

_LANES = {"pain_points": Tone.BAD, "delights": Tone.GOOD}
_MET = {
    "touchpoint": "visits that met it",
    "step": "visits that went so",
    "loop": "visits that came again",
    "back": "visits that went back",
    "wait": "visits that waited so long",
}


def pains(draft: Draft) -> list[Cell]:
    """What stands out as bad: fewer succeed than of like visits, or it is hard."""
    return [cell for stage in draft.stages for cell in _of_stage(draft, stage, "pain_points")]


def delights(draft: Draft) -> list[Cell]:
    """What stands out as good."""
    return [cell for stage in draft.stages for cell in _of_stage(draft, stage, "delights")]


def _of_stage(draft: Draft, stage: Stage, lane: str) -> Iterator[Cell]:
    """The heaviest few are shown, the others open from there; what is only hard comes last."""
    found = [one for one in _ranked(draft, stage) if _tone(one) is _LANES[lane]]
    claimed = {one.thing.touchpoint for one in found if one.thing.kind == "touchpoint"}
    codes = {t.id: i for i, t in enumerate(draft.inputs.journey.touchpoints)}
    met = {codes[t.touchpoint]: t for t in draft.touchpoints(stage.id)}
    for place, one in enumerate(found):
        yield _claim(draft, stage, one, met.get(one.thing.touchpoint), lane, shown=place < SHOWN)
    if lane == "pain_points":
        hard = [t for code, t in met.items() if is_hard(t) and code not in claimed]
        hard.sort(key=lambda t: -t.visits)
        for place, t in enumerate(hard, len(found)):
            yield _hard(draft, stage, t, shown=place < SHOWN)


def _ranked(draft: Draft, stage: Stage) -> list[Ranked]:
    friction = draft.inputs.friction
    place = draft.inputs.journey.index(stage.id)
    return [] if friction is None else [one for one in friction.ranked if one.thing.stage == place]


def _tone(one: Ranked) -> Tone:
    if not one.beyond_chance or not isinstance(one.difference, Estimate):
        return Tone.PLAIN
    return Tone.GOOD if one.difference.value > 0 else Tone.BAD


def _claim(
    draft: Draft, stage: Stage, one: Ranked, met: TouchpointAnswer | None, lane: str, *, shown: bool
) -> Cell:
    friction = draft.inputs.friction
    assert friction is not None  # the claim is one of its own
    parts = [f"{say.of(one.difference, Unit.POINTS)} going on, against like customers"]
    is_touchpoint = one.thing.kind == "touchpoint"
    if is_touchpoint and met is not None and lane == "pain_points" and is_hard(met):
        parts.append(f"hard, ease {say.of(met.ease, Unit.EMOTION)}")
    more = (
        ()
        if not is_touchpoint or met is None
        else tuple(v for v in values_of(met) if v.name in ("reach", "repeats", "wait"))
    )
    subject = draft.inputs.journey.touchpoints[one.thing.touchpoint].id if one.thing.touchpoint >= 0 else ""
    target = draft.inputs.journey.touchpoints[one.thing.target].id if one.thing.target >= 0 else ""
    part = subject if is_touchpoint else "-".join(p for p in (one.thing.kind, subject, target) if p)
    return counted(
        lane,
        stage,
        part,
        drawing=Drawing.WORDS,
        contract=friction.contract,
        title=_title(said_of(draft.inputs.journey, one.thing)),
        detail="; ".join(parts),
        values=(*_values(one, lane), *more),
        tone=_LANES[lane],
        shown=shown,
    )


def _title(said: str) -> str:
    return said[:1].upper() + said[1:]


def _values(one: Ranked, lane: str) -> tuple[Value, ...]:
    tone = _LANES[lane]
    q = f"{one.q:.2g}" if one.q >= 0.001 else "under 0.001"
    cost = lane == "pain_points"
    successes: Measured = one.recoverable if cost else one.successes
    worth = one.value.map(lambda x: -x) if cost else one.value
    return (
        Value(
            "difference", f"success, against like visits (an association; adjusted p {q})", Unit.POINTS,
            one.difference, tone,
        ),
        Value(
            "successes", "successes that it costs, as if it were the cause" if cost
            else "successes that it brings, as if it were the cause", Unit.COUNT, successes,
        ),
        Value("worth", "what they are worth", Unit.MONEY, worth),
        Value("met", _MET[one.thing.kind], Unit.COUNT, int(one.met)),
        Value("compared", "like visits that they were compared with", Unit.COUNT, int(one.compared)),
        Value("customers", "customers", Unit.COUNT, int(one.customers)),
        Value("customers_lost", "of them without success", Unit.COUNT, int(one.customers_lost)),
    )  # fmt: skip


def _hard(draft: Draft, stage: Stage, answer: TouchpointAnswer, *, shown: bool) -> Cell:
    """Hard, though it costs nothing beyond chance."""
    by_name = {v.name: v for v in values_of(answer)}
    return counted(
        "pain_points",
        stage,
        answer.touchpoint,
        drawing=Drawing.WORDS,
        contract=answer.contract,
        title=draft.label(answer.touchpoint),
        detail=f"hard, ease {say.of(answer.ease, Unit.EMOTION)}",
        values=tuple(by_name[name] for name in ("ease", "reach", "repeats", "wait")),
        tone=Tone.WARN,
        shown=shown,
    )
