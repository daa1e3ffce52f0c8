"""Emotion as reported (scores) and as shown by behaviour (ease), never mixed; and what customers say."""

from __future__ import annotations

from dataclasses import replace

from desirepath.core.estimate import Estimate, NoEstimate
from desirepath.core.words import Rests
from desirepath.journey.definition import Stage
from desirepath.journey_map import exhibits, say
from desirepath.journey_map.cells.draft import Draft, blank, cell_id, counted
from desirepath.journey_map.document import Cell, Chart, Column, Drawing, Exhibit, Tone, Unit, Value
from desirepath.journey_map.text import shorten
from desirepath.measure.answers import Contract, EffortAnswer, ScoreAnswer, TouchpointAnswer, Verbatim

NO_MODEL = "No model of words yet."
QUOTES_SHOWN = 2
QUOTE_LENGTH = 140

_KINDS = {"nps": "would recommend", "csat": "satisfied", "ces": "easy", "rating": "rating"}


def emotion(draft: Draft) -> list[Cell]:
    """The points of the lines, in the order of the way; the missing ones too, so that a line breaks there."""
    cells: list[Cell] = []
    for stage in draft.stages:
        here = _stage(draft, stage)
        cells += here
        for series, reason in (("reported", "No scores here."), ("effort", "No meetings here to judge by.")):
            if not any(c.series == series for c in here):
                cells.append(blank("emotion", stage.id, reason, part=series, series=series))
        cells.append(blank("emotion", stage.id, NO_MODEL, part="inferred", series="inferred", shown=False))
    return cells


def _stage(draft: Draft, stage: Stage) -> list[Cell]:
    scores = [s for s in draft.inputs.scores if s.stage == stage.id]
    met = {t.touchpoint: t for t in draft.touchpoints(stage.id)}
    drawn = list(met)[: draft.inputs.touchpoints_shown]
    scored = [s.touchpoint for s in scores if s.touchpoint]
    # One axis for all lines, so that a score stands above the ease of the same touchpoint.
    axis = sorted(dict.fromkeys([*drawn, *scored]), key=lambda id: met[id].order if id in met else 1.0)
    whole = [s for s in scores if not s.touchpoint]
    places = {id: (place + 1) / (len(axis) + 1 + bool(whole)) for place, id in enumerate(axis)}
    end = (len(axis) + 1) / (len(axis) + 2)
    cells = [_reported(draft, stage, s, places[s.touchpoint]) for s in scores if s.touchpoint]
    cells += [_reported(draft, stage, s, end if axis else 0.5) for s in whole]
    cells += [_ease(draft, stage, met[id], places[id]) for id in axis if id in met and _is_met(met[id])]
    cells += [_effort(stage, e) for e in draft.inputs.efforts if e.stage == stage.id]
    return sorted(cells, key=lambda c: (c.series != "reported", c.place))


def _is_met(answer: TouchpointAnswer) -> bool:
    """A parcel sent is nobody's effort: where no customer does anything, no point is missing either."""
    return isinstance(answer.ease, Estimate) or answer.ease.reason != "no_data"


def _point_tone(measured: Estimate | NoEstimate) -> Tone:
    if isinstance(measured, NoEstimate) or measured.low <= 0 <= measured.high:
        return Tone.PLAIN
    return Tone.GOOD if measured.low > 0 else Tone.BAD


def _reported(draft: Draft, stage: Stage, answer: ScoreAnswer, place: float) -> Cell:
    kind = _KINDS.get(answer.kind, answer.kind)
    where = draft.label(answer.touchpoint) if answer.touchpoint else stage.label
    unit = Unit.SCORE if answer.kind == "nps" else Unit.SHARE
    tone = _point_tone(answer.emotion)
    return counted(
        "emotion",
        stage,
        "reported",
        answer.kind,
        answer.touchpoint or "",
        drawing=Drawing.LINES,
        contract=answer.contract,
        rests=Rests.REPORTED,
        title=where,
        text=f"{answer.kind.upper() if len(answer.kind) <= 4 else answer.kind}: {kind}",
        detail="" if isinstance(answer.emotion, Estimate) else say.missing(answer.emotion),
        values=(
            Value("emotion", "mean feeling, −2 … +2", Unit.EMOTION, answer.emotion, tone),
            Value("score", f"{answer.kind}, in its own unit", unit, answer.value),
        ),
        tone=tone,
        exhibits=(
            Exhibit(
                "Answers",
                (Column("score", "Score on its scale", Unit.SHARE), Column("answers", "Answers", Unit.COUNT)),
                tuple((float(share), int(n)) for share, n in answer.histogram),
                Chart.BARS,
            ),
        )
        if answer.histogram
        else (),
        series="reported",
        place=place,
    )


def _ease(draft: Draft, stage: Stage, answer: TouchpointAnswer, place: float) -> Cell:
    tone = _point_tone(answer.ease)
    contract = _ease_contract(draft, stage, answer)
    return counted(
        "emotion",
        stage,
        "effort",
        answer.touchpoint,
        drawing=Drawing.LINES,
        contract=contract,
        title=draft.label(answer.touchpoint),
        text="ease, from behaviour",
        detail="" if isinstance(answer.ease, Estimate) else say.missing(answer.ease),
        values=(
            Value("emotion", "ease, −2 hard … +2 easy", Unit.EMOTION, answer.ease, tone),
            Value("repeats", "times a visit", Unit.TIMES, answer.repeats),
            Value("wait", "to the customer's next action (median)", Unit.DURATION, answer.wait),
            Value("last_seen", "lost visits that ended here", Unit.COUNT, int(answer.last_seen)),
        ),
        tone=tone,
        series="effort",
        place=place,
    )


def _ease_contract(draft: Draft, stage: Stage, answer: TouchpointAnswer) -> Contract:
    """Ease at a touchpoint is counted as that of its stage is; the touchpoint's own contract is about going on."""
    whole = next((e.contract for e in draft.inputs.efforts if e.stage == stage.id), answer.contract)
    question = f"How hard do customers have to work at {draft.label(answer.touchpoint)} in {stage.label}?"
    return replace(whole, question=question)


def _effort(stage: Stage, answer: EffortAnswer) -> Cell:
    tone = _point_tone(answer.ease)
    return counted(
        "emotion",
        stage,
        "effort",
        drawing=Drawing.LINES,
        contract=answer.contract,
        title=stage.label,
        text="ease of the stage, from behaviour",
        detail="" if isinstance(answer.ease, Estimate) else say.missing(answer.ease),
        values=(Value("emotion", "ease, −2 hard … +2 easy", Unit.EMOTION, answer.ease, tone),),
        tone=tone,
        exhibits=(
            exhibits.table(
                "What made meetings hard",
                (Column("sign", "Sign"), Column("share", "Of meetings", Unit.SHARE)),
                (
                    # Of no meetings there is no share; 0 % would be an answer.
                    (sign, float(share) if answer.meetings else None)
                    for sign, share in (
                        ("had to do it again", answer.repeated),
                        ("went back", answer.went_back),
                        ("asked for help", answer.asked_for_help),
                        ("fell silent after it", answer.fell_silent),
                    )
                ),
                "A meeting can be hard in more than one way.",
            ),
        ),
        series="effort",
        place=-1.0,  # of the whole stage: said in words, never a point of the line
    )


def thoughts(draft: Draft) -> list[Cell]:
    """The newest verbatims of each stage as they are, masked; how many there are stands beside them."""
    cells: list[Cell] = []
    for stage in draft.stages:
        here = [v for v in draft.inputs.verbatims if v.stage == stage.id and v.text.strip()]
        total = max(draft.inputs.verbatim_counts.get(stage.id, 0), len(here))
        cells += [_quote(draft, stage, here, place, total) for place in range(min(len(here), QUOTES_SHOWN))]
    return cells


def _quote(draft: Draft, stage: Stage, here: list[Verbatim], place: int, total: int) -> Cell:
    one = here[place]
    score = "" if one.score_share is None else f", score {say.number(one.score_share, Unit.SHARE, digits=0)}"
    when = say.day(one.at, draft.inputs.journey.time_zone)
    source = draft.words(one.source)
    return Cell(
        id=cell_id("thoughts", stage.id, f"reported-{place + 1}"),
        lane="thoughts",
        stage=stage.id,
        drawing=Drawing.QUOTES,
        rests=Rests.REPORTED,
        title=f"What customers say in {stage.label}",
        text=shorten(draft.words(one.text), QUOTE_LENGTH),
        detail=f"1 of {total:,}, {source}, {when}{score}",
        values=(Value("verbatims", "with words", Unit.COUNT, total),),
        as_of=draft.inputs.as_of,
        contract=draft.inputs.verbatims_contract,
        exhibits=(exhibits.quotes(here, total, draft),) if place == 0 else (),
    )
