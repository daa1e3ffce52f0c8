"""Promises against what was delivered, what is at stake, and everything that people wrote on the map."""

from __future__ import annotations

from datetime import timedelta

from desirepath.core.estimate import Estimate
from desirepath.core.words import Rests
from desirepath.journey.claim import Claim
from desirepath.journey.definition import Promise, Stage, Written
from desirepath.journey.hours import BusinessTime
from desirepath.journey_map import exhibits, say
from desirepath.journey_map.cells.checks import checked
from desirepath.journey_map.cells.draft import Draft, blank, cell_id, counted, microseconds
from desirepath.journey_map.document import Cell, Column, Drawing, Exhibit, Unit, Value
from desirepath.measure.answers import PromiseAnswer
from desirepath.measure.promises.kept import in_business_hours


def promises(draft: Draft) -> list[Cell]:
    """One cell a promise; a stage without one says so."""
    declared = {p.id: p for p in draft.inputs.journey.promises}
    cells: list[Cell] = []
    for stage in draft.stages:
        here = [a for a in draft.inputs.promises if _home(draft, a) == stage.id]
        cells += [_promise(draft, stage, a, declared.get(a.promise)) for a in here]
        if not here:
            cells.append(blank("promises", stage.id, "No promise declared."))
    return cells


def _home(draft: Draft, answer: PromiseAnswer) -> str:
    """The stage under which a promise is shown; one without a stage stands where the purchase is."""
    ids = [s.id for s in draft.stages]
    if answer.stage in ids:
        return str(answer.stage)
    return next((s.id for s in draft.stages if s.goal_advances), ids[0])


def _length(within: timedelta | BusinessTime) -> str:
    return str(within) if isinstance(within, BusinessTime) else say.duration(microseconds(within))


def _promise(draft: Draft, stage: Stage, answer: PromiseAnswer, declared: Promise | None) -> Cell:
    terms = []
    if declared and declared.within:
        terms.append(f"within {_length(declared.within)}")
    hours = ", business hours" if declared and in_business_hours(declared) else ""
    if declared and declared.or_by:
        terms.append("by the promised time")
    label = declared.label if declared else answer.promise
    terms = [term for term in terms if term.replace(say.NBSP, " ") not in label]
    _, half, _ = answer.took
    rows = [("everyone", answer.kept), *answer.by_segment.items()]
    open_ones = [f"{answer.waiting:,} still in time"] if answer.waiting else []
    open_ones += [f"{answer.overdue:,} overdue"] if answer.overdue else []
    return counted(
        "promises",
        stage,
        answer.promise,
        drawing=Drawing.BARS,
        contract=answer.contract,
        title=label,
        text=" or ".join(terms),
        detail=", ".join(open_ones),
        values=(
            Value("kept", "kept", Unit.SHARE, answer.kept),
            Value("took", f"took (median{hours})", Unit.DURATION, half),
            Value("late_by", f"late by (median of the late{hours})", Unit.DURATION, answer.late_by),
            Value("made", "made", Unit.COUNT, int(answer.made)),
            Value("due", "due", Unit.COUNT, int(answer.due)),
            Value("waiting", "open and in time", Unit.COUNT, int(answer.waiting)),
            Value("overdue", "open and overdue", Unit.COUNT, int(answer.overdue)),
            *_would_be_kept(draft, answer, hours),
        ),
        exhibits=exhibits.present(
            _effects(draft, answer),
            exhibits.whiskers("Kept, by segment", "Segment", Unit.SHARE, rows),
            exhibits.table(
                "How long it took",
                (Column("part", "Part"), Column("time", "Time", Unit.DURATION)),
                (
                    (label, exhibits.ends(measured)[0])
                    for label, measured in zip(
                        ("a quarter within", "half within", "three quarters within"), answer.took, strict=True
                    )
                ),
                "Those still open count as longer.",
            ),
        ),
        fill=answer.kept.value if isinstance(answer.kept, Estimate) else None,
    )


def _would_be_kept(draft: Draft, answer: PromiseAnswer, hours: str) -> tuple[Value, ...]:
    """The promise that would be kept 95 times in 100."""
    if answer.promise not in draft.inputs.promise_times:
        return ()
    within, sayable = draft.inputs.promise_times[answer.promise]
    said = f": promise {sayable}" if sayable else ""
    return (Value("kept_95", f"would be kept 95 times in 100{hours}{said}", Unit.DURATION, within),)


def _effects(draft: Draft, answer: PromiseAnswer) -> Exhibit | None:
    """What a broken one does, beside like customers whose promise was kept."""
    found = draft.inputs.promise_effects.get(answer.promise, ())
    if not any(one.difference.known for one in found):
        return None
    names = {"advancing": "success of the visit", "return": "coming back"}
    rows = [
        (
            f"{names.get(one.what, f'{one.what} (of its scale)')}{'' if one.beyond_chance else ', may be chance'}",
            one.difference,
        )
        for one in found
    ]
    note = "Broken less kept, among customers alike until the day it was due. Associations: they need not be the cause."
    return exhibits.whiskers("What a broken one does", "What", Unit.POINTS, rows, note)


def stakes(draft: Draft) -> list[Cell]:
    """What those lost in a stage would have been worth, at most: the size of the opportunity."""
    cells = []
    for stage in draft.stages:
        answer = draft.stage(stage.id)
        if answer is None or not isinstance(answer.value_lost, Estimate) or answer.value_lost.value <= 0:
            continue
        amount = say.money(answer.value_lost.value, draft.inputs.journey.currency, short=True)
        cells.append(
            counted(
                "opportunities",
                stage,
                "value-lost",
                drawing=Drawing.WORDS,
                contract=answer.contract,
                title=f"At most {amount} was lost here",
                detail=f"{answer.lost:,} lost × value of a success",
                values=(
                    Value("value_lost", "value of those lost, at most", Unit.MONEY, answer.value_lost),
                    Value("value_per_success", "value of a success", Unit.MONEY, answer.value_per_success),
                    Value("lost", "lost without success", Unit.COUNT, int(answer.lost)),
                ),
            )
        )
    return cells


def written(draft: Draft, lane: str) -> list[Cell]:
    """What people wrote for a lane. A stage that the journey does not have counts as the whole journey."""
    ids = {s.id for s in draft.stages}
    cells: list[Cell] = []
    for entry in draft.inputs.journey.written:
        if entry.lane == lane:
            stage = entry.stage if entry.stage in ids else ""
            claims = (*entry.holds, *(None,) * len(entry.text))[: len(entry.text)]
            cells += [
                _written(draft, lane, stage, entry, len(cells) + n, said)
                for n, said in enumerate(zip(entry.text, claims, strict=True))
            ]
    if lane == "backstage":
        cells += _backstage(draft)
    return cells


def _written(
    draft: Draft, lane: str, stage: str, entry: Written, number: int, said: tuple[str, Claim | None]
) -> Cell:
    text, claim = said
    return Cell(
        id=cell_id(lane, stage or "journey", f"written-{number + 1}"),
        lane=lane,
        stage=stage,
        drawing=Drawing.WORDS,
        rests=Rests.ASSUMED,
        title=text,
        detail=f"written by {entry.by}" if entry.by else "",
        check=checked(draft, claim.text) if claim else None,
    )


def _backstage(draft: Draft) -> list[Cell]:
    ids = {s.id for s in draft.stages}
    return [
        Cell(
            id=cell_id("backstage", t.stage, t.id),
            lane="backstage",
            stage=t.stage,
            drawing=Drawing.WORDS,
            rests=Rests.ASSUMED,
            title=t.backstage,
            detail=f"behind {t.label}",
        )
        for t in draft.inputs.journey.touchpoints
        if t.backstage and t.stage in ids and t.stage is not None
    ]
