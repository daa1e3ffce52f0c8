"""Touchpoints: cards by reach, all of a stage side by side; the frontstage."""

from __future__ import annotations

from dataclasses import replace

from desirepath.core.estimate import Estimate
from desirepath.core.times import AT_ONCE
from desirepath.core.words import By
from desirepath.journey.definition import Stage
from desirepath.journey_map import exhibits, say
from desirepath.journey_map.cells.draft import Draft, blank, counted
from desirepath.journey_map.document import Cell, Column, Drawing, Tone, Unit, Value
from desirepath.measure.answers import TouchpointAnswer

SHOWN = 3  # of a stage in a lane; the others open from there
_ASSOCIATION = "An association among customers who were as far: it need not be the cause."


def tone_of(answer: TouchpointAnswer) -> Tone:
    """Good or bad only where the difference is beyond chance over all touchpoints asked about."""
    difference = answer.lift.difference
    if not answer.lift.beyond_chance or not isinstance(difference, Estimate):
        return Tone.PLAIN
    return Tone.GOOD if difference.value > 0 else Tone.BAD


def is_hard(answer: TouchpointAnswer) -> bool:
    """Hard beyond chance: the whole interval of its ease is below zero."""
    return isinstance(answer.ease, Estimate) and answer.ease.high < 0


def cards(draft: Draft) -> list[Cell]:
    """One cell a touchpoint, the stage's furthest-reaching first; beyond the top few they open on demand."""
    cells: list[Cell] = []
    for stage in draft.stages:
        here = draft.touchpoints(stage.id)
        if not here:
            cells.append(blank("touchpoints", stage.id, "No event here matches a touchpoint."))
        most = max((t.reach for t in here), default=0)
        cells += [
            _card(draft, stage, t, most, shown=place < draft.inputs.touchpoints_shown)
            for place, t in enumerate(here)
        ]
        if here:
            cells.append(_all(draft, stage, here))
    return cells


def values_of(answer: TouchpointAnswer) -> tuple[Value, ...]:
    """The numbers of a touchpoint, as its card, its claims and the frontstage show them."""
    tone = tone_of(answer)
    return (
        Value("reach", "customers reached", Unit.COUNT, int(answer.reach)),
        Value(
            "difference",
            f"further than like customers who had not met it ({_association(answer)})",
            Unit.POINTS,
            answer.lift.difference,
            tone,
        ),
        Value("met", "visits that met it, compared with visits alike", Unit.COUNT, int(answer.lift.met)),
        Value("compared", "visits alike that had not met it", Unit.COUNT, int(answer.lift.compared)),
        Value("visits", "visits that met it", Unit.COUNT, int(answer.visits)),
        Value("meetings", "meetings", Unit.COUNT, int(answer.meetings)),
        Value("share", "of the stage's visits met it", Unit.SHARE, answer.share),
        Value("repeats", "times a visit", Unit.TIMES, answer.repeats),
        Value("wait", "to the customer's next action (median)", Unit.DURATION, answer.wait),
        Value("ease", "ease, −2 hard … +2 easy", Unit.EMOTION, answer.ease),
        Value("last_seen", "lost visits that ended here", Unit.COUNT, int(answer.last_seen)),
        *((Value("value", "value", Unit.MONEY, int(answer.value)),) if answer.value else ()),
    )


def _association(answer: TouchpointAnswer) -> str:
    """What a difference is, and is not; p is adjusted over all touchpoints asked about (false discovery)."""
    if not isinstance(answer.lift.difference, Estimate):
        return "an association"
    q = answer.lift.q
    return f"an association; adjusted p {f'{q:.2g}' if q >= 0.001 else 'under 0.001'}"


def _detail(answer: TouchpointAnswer) -> str:
    """The most telling second line of a card: the lift beyond chance, else repeats, else the wait."""
    difference = answer.lift.difference
    if tone_of(answer) is not Tone.PLAIN:
        return say.of(difference, Unit.POINTS)
    if isinstance(answer.repeats, Estimate) and answer.repeats.value >= 1.5:
        return f"{say.of(answer.repeats, Unit.TIMES)} times a visit"
    if isinstance(answer.wait, Estimate):
        if say.at_once(answer.wait):
            return f"goes on {AT_ONCE}"
        return f"then waits {say.of(answer.wait, Unit.DURATION)}"
    return ""


def _card(draft: Draft, stage: Stage, answer: TouchpointAnswer, most: int, *, shown: bool) -> Cell:
    return counted(
        "touchpoints",
        stage,
        answer.touchpoint,
        drawing=Drawing.CARDS,
        contract=answer.contract,
        title=draft.label(answer.touchpoint),
        text=answer.channel,
        detail=_detail(answer),
        values=values_of(answer),
        tone=tone_of(answer),
        fill=answer.reach / most if most else 0.0,
        shown=shown,
    )


def _all(draft: Draft, stage: Stage, here: list[TouchpointAnswer]) -> Cell:
    """All touchpoints of the stage in one table, by channel, and their lifts side by side."""
    by_channel = sorted(here, key=lambda t: (t.channel, -t.reach))
    question = f"Which touchpoints of {stage.label} lift or hold back those who meet them?"
    return counted(
        "touchpoints",
        stage,
        "all-touchpoints",
        drawing=Drawing.CARDS,
        contract=replace(here[0].contract, question=question),
        title=f"All touchpoints of {stage.label}",
        values=(Value("touchpoints", "touchpoints met", Unit.COUNT, len(here)),),
        exhibits=(
            exhibits.whiskers(
                "Who goes further, who less far",
                "Touchpoint",
                Unit.POINTS,
                [(draft.label(t.touchpoint), t.lift.difference) for t in here],
                f"Against like customers who had not met it. {_ASSOCIATION}",
            ),
            exhibits.table(
                "By channel",
                (
                    Column("channel", "Channel"),
                    Column("touchpoint", "Touchpoint"),
                    Column("reach", "Customers", Unit.COUNT),
                    Column("share", "Of visits", Unit.SHARE),
                    Column("repeats", "Times a visit", Unit.TIMES),
                    Column("wait", "Then waits", Unit.DURATION),
                    Column("ease", "Ease", Unit.EMOTION),
                    Column("last_seen", "Lost here", Unit.COUNT),
                ),
                (
                    (
                        t.channel,
                        draft.label(t.touchpoint),
                        t.reach,
                        exhibits.ends(t.share)[0],
                        exhibits.ends(t.repeats)[0],
                        exhibits.ends(t.wait)[0],
                        exhibits.ends(t.ease)[0],
                        t.last_seen,
                    )
                    for t in by_channel
                ),
            ),
        ),
        shown=False,
    )


def frontstage(draft: Draft) -> list[Cell]:
    """The touchpoints at which the business or a machine acts, as observed."""
    cells: list[Cell] = []
    for stage in draft.stages:
        before = len(cells)
        for t in draft.touchpoints(stage.id):
            definition = draft.touchpoint(t.touchpoint)
            if definition is None or definition.by not in (By.BUSINESS, By.MACHINE):
                continue
            cells.append(
                counted(
                    "frontstage",
                    stage,
                    t.touchpoint,
                    drawing=Drawing.WORDS,
                    contract=t.contract,
                    title=definition.label,
                    detail=f"{t.channel + ', ' if t.channel else ''}to {t.reach:,} customers",
                    values=tuple(v for v in values_of(t) if v.name in ("reach", "share", "wait")),
                    shown=len(cells) - before < SHOWN,
                )
            )
    return cells
