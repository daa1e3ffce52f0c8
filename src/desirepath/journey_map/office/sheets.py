"""The sheets of the workbook, one function each. Grain of each: its docstring."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from desirepath.core.estimate import Estimate, Measured, NoEstimate
from desirepath.journey_map import say
from desirepath.journey_map.document import Cell, Drawing, Lane, MapDocument, Tone, Unit, Value
from desirepath.journey_map.office.workbook import Book, Sheet, unit_name
from desirepath.journey_map.palette import LIGHT
from desirepath.journey_map.report.build import claim, subtitle
from desirepath.journey_map.report.tables import Rules
from desirepath.journey_map.report.told import Report

_MUTED: dict[str, Any] = {"font_color": LIGHT["muted"]}
_WRAP: dict[str, Any] = {"text_wrap": True}
_TONES = {Tone.GOOD: "further", Tone.BAD: "less far"}


def _known(d: MapDocument) -> str:
    return f"{subtitle(d)}. Known until {say.moment(d.as_of, d.time_zone)} ({d.time_zone}), definition {d.definition}."


def _labels(d: MapDocument) -> dict[str, str]:
    return {s.id: s.label for s in d.stages}


# ---- the map


def the_map(book: Book, d: MapDocument) -> None:
    """Stages are columns; the track's numbers are rows, then the lanes in words."""
    sheet = book.sheet("Map", [22, *[38] * len(d.stages)])
    sheet.title(d.title, _known(d))
    for n, one in enumerate(d.headlines):
        sheet.text(0, one.sentence, bold=n == 0)
        sheet.row += 1
    if not d.headlines:
        sheet.text(0, "Nothing stands out beyond chance yet.", **_MUTED)
        sheet.row += 1
    sheet.row += 1
    sheet.head(["", *(s.label for s in d.stages)], columns=1)
    _track(sheet, d)
    for lane in d.lanes:
        if lane.id != "track":
            _lane(sheet, d, lane)


def _track(sheet: Sheet, d: MapDocument) -> None:
    sheet.text(0, "What it is", bold=True)
    for n, stage in enumerate(d.stages):
        sheet.text(n + 1, stage.about, **_WRAP, **_MUTED)
    sheet.row += 1
    for name in ("customers", "skipped", "lapsed", "left", "in_flight"):
        sheet.text(0, _COUNTS[name], bold=True)
        for n, stage in enumerate(d.stages):
            if not d.cell(stage.reach_cell).blank:
                sheet.number(n + 1, getattr(stage, name), Unit.COUNT, align="left")
        sheet.row += 1
    sheet.text(0, "Succeed", bold=True)
    for n, stage in enumerate(d.stages):
        if isinstance(stage.rate, Estimate):
            sheet.number(n + 1, stage.rate.value, Unit.SHARE, align="left", bold=True)
        else:
            sheet.text(n + 1, say.missing(stage.rate), italic=True, **_MUTED)
    sheet.row += 1
    sheet.text(0, "… how it is meant", **_MUTED)
    for n, stage in enumerate(d.stages):
        if isinstance(stage.rate, Estimate):
            words = f"{stage.success} within {say.duration(stage.within)}; 95 % interval "
            words += f"{say.span(stage.rate, Unit.SHARE)}, n {say.count(stage.rate.n)}" + (
                f"; {stage.time}" if stage.time else ""
            )
            sheet.text(n + 1, words, **_WRAP, **_MUTED)
    sheet.row += 1


_COUNTS = {
    "customers": "Customers",
    "skipped": "… who jumped over it",
    "lapsed": "Fell silent",
    "left": "Left",
    "in_flight": "Still on the way",
}


def _lane(sheet: Sheet, d: MapDocument, lane: Lane) -> None:
    """One row a claim, so that no row is higher than a screen; the lane's name stands at its first."""
    style: dict[str, Any] = {"top": 1, "top_color": LIGHT["line"]}
    sheet.text(0, lane.label, bold=True, **style)
    for cell in lane.at(""):
        sheet.text(1, f"The whole journey: {_words(d, cell)}", **_WRAP)
        sheet.row += 1
    if lane.nothing:
        sheet.text(1, lane.nothing, italic=True, **_MUTED, **style)
        sheet.row += 1
        return
    stacks = [[c for c in lane.at(s.id) if c.shown and (c.series != "inferred")] for s in d.stages]
    for n in range(max((len(stack) for stack in stacks), default=0)):
        for column, stack in enumerate(stacks):
            if n < len(stack):
                cell, top = stack[n], style if n == 0 else {}
                quiet = {"italic": True, **_MUTED} if cell.blank else _painted(cell)
                sheet.text(column + 1, _words(d, cell), **_WRAP, **quiet, **top)
        sheet.row += 1


def _painted(cell: Cell) -> dict[str, Any]:
    return {} if cell.tone is Tone.PLAIN else {"font_color": LIGHT[cell.tone.value]}


def _words(d: MapDocument, cell: Cell) -> str:
    """A claim in two lines: its words, and its number with what it rests on."""
    if cell.blank:
        return f"{cell.series}: {cell.blank}" if cell.series else cell.blank
    rests = cell.rests.value if cell.rests else ""
    if cell.drawing is Drawing.CHAIN:
        return f"{' → '.join(cell.chain) or 'no touchpoint'}\n{rests}: {cell.detail}"
    if cell.drawing in (Drawing.CARDS, Drawing.LINES, Drawing.BARS, Drawing.NUMBERS) and cell.values:
        first = ", ".join(part for part in (cell.title, cell.text) if part)
        detail = f"; {cell.detail}" if cell.detail and cell.values[0].known else ""
        return f"{first}\n{rests}: {say.sentence(cell.values[0], d)}{detail}"
    told = claim(d, cell, Rules(()))
    return f"{told.text}\n{rests}: {told.second}" if told.second else f"{told.text}\n{rests}"


# ---- numbers


def numbers(book: Book, d: MapDocument, rules: Rules) -> None:
    """One row a number of a cell, unrounded, with its interval and all that it rests on; a missing one says why."""
    names = ("Lane", "Stage", "About", "Measure", "Value", "Low", "High", "n", "Unit", "Basis", "Interval by", "Level",
             "Why no value", "As of", "Rule (see About)", "Definition", "Cell")  # fmt: skip
    sheet = book.sheet("Numbers", [14, 15, 28, 36, 12, 12, 12, 9, 16, 10, 22, 7, 26, 16, 8, 14, 34])
    rows = [(lane, cell, value) for lane in d.lanes for cell in lane.cells for value in cell.values]
    labels = _labels(d)
    sheet.head(names, columns=4, filtered=len(rows))
    for lane, cell, value in rows:
        sheet.text(0, lane.label)
        sheet.text(1, labels.get(cell.stage, cell.stage))
        sheet.text(2, cell.title)
        sheet.text(3, value.label)
        _measured(sheet, 4, value.measured, value.unit)
        sheet.text(8, unit_name(value.unit, d.currency))
        sheet.text(9, cell.rests.value if cell.rests else "")
        if isinstance(value.measured, Estimate):
            sheet.text(10, value.measured.method)
            sheet.number(11, value.measured.level, Unit.SHARE)
        elif isinstance(value.measured, NoEstimate):
            sheet.text(12, say.missing(value.measured), **_MUTED)
        else:
            sheet.text(10, "exact count", **_MUTED)
        sheet.number(13, cell.as_of, Unit.INSTANT)
        sheet.number(14, rules.number(cell.contract) or None, Unit.COUNT)
        sheet.text(15, cell.contract.definition if cell.contract else "")
        sheet.text(16, cell.id, **_MUTED)
        sheet.row += 1


def _measured(sheet: Sheet, column: int, measured: Measured | int | None, unit: Unit, n: bool = True) -> None:
    """Value, low and high, and n where asked, from that column on."""
    if isinstance(measured, Estimate):
        for place, amount in enumerate((measured.value, measured.low, measured.high)):
            sheet.number(column + place, amount, unit)
        if n:
            sheet.number(column + 3, measured.n, Unit.COUNT)
    elif isinstance(measured, NoEstimate):
        if n and measured.n:
            sheet.number(column + 3, measured.n, Unit.COUNT)
    elif measured is not None:
        sheet.number(column, measured, unit)


# ---- findings, stages, touchpoints


def findings(book: Book, d: MapDocument, rules: Rules) -> None:
    """One row a number behind a finding; the finding's sentence stands at its first."""
    names = ("Finding", "Lane", "Stage", "About", "Basis", "Measure", "Value", "Low", "High", "n", "Unit", "Question",
             "Over", "Rule", "After")  # fmt: skip
    sheet = book.sheet("Findings", [60, 14, 15, 24, 10, 34, 11, 11, 11, 9, 16, 40, 44, 70, 40])
    labels = _labels(d)
    lanes = {lane.id: lane.label for lane in d.lanes}
    sheet.head(names, columns=1)
    for one in d.headlines:
        sheet.text(0, one.sentence, bold=True, **_WRAP)
        cell = d.cell(one.cell) if one.cell else None
        for n, value in enumerate(cell.values if cell else ()):
            assert cell is not None
            sheet.text(1, lanes.get(cell.lane, cell.lane))
            sheet.text(2, labels.get(cell.stage, ""))
            sheet.text(3, cell.title, **_WRAP)
            sheet.text(4, cell.rests.value if cell.rests else "")
            sheet.text(5, value.label, **_WRAP)
            _measured(sheet, 6, value.measured, value.unit)
            sheet.text(10, unit_name(value.unit, d.currency) if value.known else say.value(value))
            if n == 0 and cell.contract:
                for column, words in enumerate(
                    (
                        cell.contract.question,
                        cell.contract.denominator,
                        cell.contract.rule,
                        cell.contract.source,
                    )
                ):
                    sheet.text(11 + column, words, **_WRAP, **_MUTED)
            sheet.row += 1
        if cell is None:
            sheet.row += 1
    if not d.headlines:
        sheet.text(0, "Nothing stands out beyond chance yet.", **_MUTED)


def stages(book: Book, d: MapDocument) -> None:
    """One row a stage."""
    names = ("Stage", "About", "Customers", "Jumped over it", "Succeed", "Low", "High", "n", "What succeeding is",
             "Within (days)", "Why no rate", "How soon", "Lost", "Fell silent", "Left", "Still on the way")  # fmt: skip
    sheet = book.sheet("Stages", [18, 36, 11, 11, 10, 10, 10, 10, 18, 9, 20, 26, 10, 10, 10, 12])
    sheet.head(names, columns=1, filtered=len(d.stages))
    for s in d.stages:
        sheet.text(0, s.label, bold=True)
        sheet.text(1, s.about, **_WRAP, **_MUTED)
        if d.cell(s.reach_cell).blank:
            sheet.text(10, d.cell(s.reach_cell).blank, **_MUTED)
            sheet.row += 1
            continue
        sheet.number(2, s.customers, Unit.COUNT)
        sheet.number(3, s.skipped, Unit.COUNT)
        _measured(sheet, 4, s.rate, Unit.SHARE)
        sheet.text(8, s.success)
        sheet.number(9, s.within, Unit.DURATION)
        sheet.text(10, say.missing(s.rate) if isinstance(s.rate, NoEstimate) else "", **_MUTED)
        sheet.text(11, s.time)
        for column, amount in enumerate((s.lost, s.lapsed, s.left, s.in_flight)):
            sheet.number(12 + column, amount, Unit.COUNT)
        sheet.row += 1


def touchpoints(book: Book, d: MapDocument) -> None:
    """One row a touchpoint in a stage. An empty field is a number that is missing; Numbers says why."""
    names = ("Stage", "Touchpoint", "Channel", "Customers", "Of the stage's visits", "Low", "High",
             "Going on, against like customers (points)", "Low", "High", "n", "Beyond chance", "Times a visit", "Low",
             "High", "Then waits (days)", "Low", "High", "Ease (−2 … +2)", "Low", "High", "Lost here")  # fmt: skip
    sheet = book.sheet(
        "Touchpoints", [16, 26, 14, 11, 10, 9, 9, 16, 9, 9, 9, 11, 9, 9, 9, 10, 9, 9, 9, 9, 9, 9]
    )
    lane = next((lane for lane in d.lanes if lane.id == "touchpoints"), None)
    rows = [c for c in lane.cells if c.value("reach")] if lane else []
    labels = _labels(d)
    sheet.head(names, columns=2, filtered=len(rows))
    for cell in rows:
        sheet.text(0, labels.get(cell.stage, cell.stage))
        sheet.text(1, cell.title)
        sheet.text(2, cell.text)
        _amount(sheet, 3, cell.value("reach"))
        _amount(sheet, 4, cell.value("share"))
        _amount(sheet, 7, cell.value("difference"), n=True)
        sheet.text(
            11, _TONES.get(cell.tone, ""), font_color=LIGHT[cell.tone.value if cell.tone in _TONES else "ink"]
        )
        for column, name in ((12, "repeats"), (15, "wait"), (18, "ease"), (21, "last_seen")):
            _amount(sheet, column, cell.value(name))
        sheet.row += 1


def _amount(sheet: Sheet, column: int, value: Value | None, *, n: bool = False) -> None:
    if value is not None:
        _measured(sheet, column, value.measured, value.unit, n)


# ---- words, evidence, about


def words(book: Book, d: MapDocument) -> None:
    """One row a claim in words: what customers said, what people wrote, what stands out."""
    sheet = book.sheet("Words", [16, 16, 70, 50, 10])
    labels = _labels(d)
    made = [
        (lane, cell)
        for lane in d.lanes
        for cell in lane.cells
        if not cell.blank and cell.drawing in (Drawing.QUOTES, Drawing.WORDS, Drawing.CHAIN)
    ]
    sheet.head(("Lane", "Stage", "Words", "More", "Basis"), columns=2, filtered=len(made))
    for lane, cell in made:
        told = claim(d, cell, Rules(()))
        sheet.text(0, lane.label)
        sheet.text(1, labels.get(cell.stage, "The whole journey"))
        sheet.text(2, " → ".join(cell.chain) or told.text, **_WRAP)
        sheet.text(3, told.second, **_WRAP, **_MUTED)
        sheet.text(4, told.rests)
        sheet.row += 1


def evidence(book: Book, d: MapDocument) -> None:
    """The tables behind the cells, one under another; the first four columns say whose they are, on every row."""
    tables = [(lane, cell, x) for lane in d.lanes for cell in lane.cells for x in cell.exhibits if x.rows]
    most = max((len(x.columns) for _, _, x in tables), default=1)
    sheet = book.sheet("Evidence", [14, 15, 28, 34, 34, *[14] * max(0, most - 1)])
    labels = _labels(d)
    sheet.head(("Lane", "Stage", "About", "Table", "Its columns"), columns=4)
    for lane, cell, x in tables:
        for row in range(len(x.rows) + 1):
            whose = (lane.label, labels.get(cell.stage, ""), cell.title, x.title)
            for column, word in enumerate(whose):
                sheet.text(column, word, **_MUTED)
            if row == 0:
                for column, one in enumerate(x.columns):
                    unit = f" ({unit_name(one.unit, d.currency)})" if one.unit in _UNITS else ""
                    sheet.text(4 + column, one.label + unit, bold=True, bg_color=LIGHT["tint"])
            else:
                for column, (amount, one) in enumerate(zip(x.rows[row - 1], x.columns, strict=True)):
                    sheet.scalar(4 + column, amount, one.unit)
            sheet.row += 1


_UNITS = (Unit.POINTS, Unit.DURATION, Unit.MONEY)


def about(book: Book, told: Report) -> None:
    """What the map is of, what its words mean, what is missing, and how everything is counted."""
    sheet = book.sheet("About", [26, 60, 44, 80, 40])
    sheet.title(told.title, told.subtitle)
    sheet.row += 1
    _pairs(sheet, "This map", told.facts)
    _pairs(sheet, "How to read it", told.reading)
    _pairs(sheet, "Blank lanes", told.blank)
    _pairs(sheet, "Guesses to confirm", [("", guess) for guess in told.guesses])
    if told.sources:
        sheet.head((told.sources.title, *told.sources.columns[1:]), freeze=False)
        for row in told.sources.rows:
            for column, words in enumerate(row):
                sheet.text(column, words)
            sheet.row += 1
        sheet.row += 1
    sheet.head(("Rule", "Question", "Over", "How it is counted", "After"), freeze=False)
    for n, rule in enumerate(told.rules):
        sheet.number(0, n + 1, Unit.COUNT, align="left")
        more = f" (and {rule.more} alike)" if rule.more else ""
        for column, words in enumerate((rule.question + more, "; ".join(rule.over), rule.rule, rule.source)):
            sheet.text(1 + column, words, **_WRAP)
        sheet.row += 1


def _pairs(sheet: Sheet, title: str, pairs: Iterable[tuple[str, str]] | Sequence[tuple[str, str]]) -> None:
    found = list(pairs)
    if not found:
        return
    sheet.head((title, ""), freeze=False)
    for name, what in found:
        sheet.text(0, name, bold=True, **_WRAP)
        sheet.text(1, what, **_WRAP)
        sheet.row += 1
    sheet.row += 1
