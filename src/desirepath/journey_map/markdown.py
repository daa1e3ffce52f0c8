"""The map as Markdown: stage by stage, lane by lane, each claim with its class, interval and n.

Every sign that Markdown or HTML could read is escaped, so what people wrote stays what they wrote.
"""

from __future__ import annotations

import re

from desirepath.core.estimate import Estimate
from desirepath.journey_map import say
from desirepath.journey_map.document import Cell, Drawing, Lane, MapDocument, StageColumn, Unit
from desirepath.journey_map.report.tables import Rules

_TELLING = re.compile(r"([\\`*_\[\]<>|~&$])")


def to_markdown(d: MapDocument) -> str:
    """CommonMark with tables."""
    parts = [_head(d), _track(d)]
    parts += [_stage(d, stage) for stage in d.stages]
    parts += [_whole(d), _empty(d), _notes(d), _contracts(d)]
    return "\n\n".join(part for part in parts if part) + "\n"


def escape(text: str) -> str:
    """Text on one line in which nothing is markup: not inline, not at a line's start, not a bare address."""
    plain = " ".join(text.split())
    plain = _TELLING.sub(r"\\\1", plain)
    # A list, heading or rule only begins a line; a bare address links itself.
    plain = re.sub(r"^([-+]|#{1,6})(?=\s|$)", r"\\\1", plain)
    plain = re.sub(r"^(\d{1,9})([.)])(?=\s|$)", r"\1\\\2", plain)
    plain = re.sub(r"^([-=])(?=[-= ]*$)", r"\\\1", plain)
    return plain.replace("://", ":&#47;/").replace("www.", "www&#46;")


def _head(d: MapDocument) -> str:
    who = f"{d.kind} journey, {d.who}, {say.period(d)}, known until {say.day(d.as_of, d.time_zone)}"
    who += f", definition {d.definition or 'none'}"
    lines = [f"# {escape(d.title)}", escape(who[:1].upper() + who[1:]) + "."]
    for h in d.headlines:
        lines.append(
            f"{escape(h.before)} **{escape(h.strong)}** {escape(h.after)}".strip().replace("** :", "**:")
        )
    if not d.headlines:
        lines.append("Nothing stands out beyond chance yet.")
    lines += [f"{say.FLAG} **{escape(say.drift(d))}**"] if say.drift(d) else []
    return "\n\n".join(lines)


def _track(d: MapDocument) -> str:
    rows = [
        "| Stage | Customers | Skipped it | Succeed | 95 % interval | n | How soon | Fell silent | Left | Still here |",
        "| --- | --: | --: | --: | --: | --: | --- | --: | --: | --: |",
    ]
    rows += [_track_row(d, s) for s in d.stages]
    return "## The track\n\n" + "\n".join(rows)


def _track_row(d: MapDocument, s: StageColumn) -> str:
    rate = s.rate
    cells = [
        escape(s.label),
        say.count(s.customers),
        say.count(s.skipped),
        f"{say.of(rate, Unit.SHARE)} {s.success} within {say.duration(s.within)}"
        if isinstance(rate, Estimate)
        else say.of(rate, Unit.SHARE),
        say.span(rate, Unit.SHARE),
        say.count(rate.n),
        s.time,
        say.count(s.lapsed),
        say.count(s.left),
        say.count(s.in_flight),
    ]
    return "| " + " | ".join(c if n == 0 else escape(c) for n, c in enumerate(cells)) + " |"


def _stage(d: MapDocument, stage: StageColumn) -> str:
    parts = [f"## {escape(stage.label)}" + (f": {escape(stage.about)}" if stage.about else "")]
    for lane in d.lanes:
        if lane.id != "track" and not lane.nothing:
            lines = (
                _touchpoints(d, lane, stage.id)
                if lane.drawing is Drawing.CARDS
                else _items(d, lane, stage.id)
            )
            parts += [f"### {escape(lane.label)}\n\n" + "\n".join(lines)] if lines else []
    return "\n\n".join(parts)


def _touchpoints(d: MapDocument, lane: Lane, stage: str) -> list[str]:
    """A table of the touchpoints on the map; how many more there are stands below it."""
    cells = lane.at(stage)
    shown = [c for c in cells if c.shown and not c.blank]
    if not shown:
        return _items(d, lane, stage)
    names = ("reach", "difference", "repeats", "wait", "ease", "last_seen")
    lines = [
        "| Touchpoint | Channel | Customers | Going on, against like customers | Times a visit | Then waits | Ease "
        "| Lost here |",
        "| --- | --- | --: | --: | --: | --: | --: | --: |",
    ]
    for cell in shown:
        values = [v for name in names if (v := cell.value(name)) is not None]
        numbers = [say.value(v, d.currency) for v in values]
        spans = [f" ({say.interval(v)})" if v.name == "difference" and v.known else "" for v in values]
        row = [cell.title, cell.text, *(n + s for n, s in zip(numbers, spans, strict=True))]
        lines.append("| " + " | ".join(escape(field) for field in row) + " |")
    more = sum(not c.shown for c in cells) - 1
    return [*lines, "", f"All observed. And {more} more."] if more > 0 else [*lines, "", "All observed."]


def _items(d: MapDocument, lane: Lane, stage: str) -> list[str]:
    cells = [c for c in lane.at(stage) if c.series != "inferred"]
    if lane.drawing is Drawing.NUMBERS:
        lines = [_item(d, c) for c in cells if c.blank or (c.values and c.values[0].known)]
        return lines + [f"- *{escape(why)}*" for why in say.why_none(cells, d.currency)]
    return [_item(d, cell) for cell in cells if cell.shown or lane.drawing is Drawing.CHAIN]


def _item(d: MapDocument, cell: Cell) -> str:
    """One claim on one line: its words, its first number with interval and n, and what it rests on."""
    if cell.blank:
        series = f"{cell.series}: " if cell.series else ""
        return f"- *{escape(series + cell.blank)}*"
    rests = cell.rests.value if cell.rests else ""
    words, told = cell.title, [cell.detail]
    first = cell.values[0] if cell.values else None
    if cell.drawing is Drawing.QUOTES:
        words, rests, told = f"“{cell.text}”", f"{rests}: {cell.detail}", []
    elif first is None:
        rests, told = ", ".join(part for part in (rests, say.detail(cell)) if part), []
    elif cell.drawing is Drawing.CHAIN:
        words = " → ".join(cell.chain) or "no touchpoint"
        succeeded = cell.value("succeeded")
        told += [f"succeeded {say.sentence(succeeded, d)}"] if succeeded else []
    elif cell.drawing is Drawing.WORDS:
        # The detail says the number already; its interval is what is missing.
        span = say.interval(first, d.currency)
        if isinstance(first.measured, Estimate):
            told = [f"{cell.detail} ({span}, n {say.count(first.measured.n)})"]
    else:
        words += f", {cell.text}" if cell.text else ""
        kept = "kept " if cell.drawing is Drawing.BARS else ""
        told = [kept + say.sentence(first, d), *(told if first.known else [])]
    line = "; ".join(part for part in told if part)
    mark = f"{say.FLAG} " if cell.drifts else ""
    return f"- {mark}{escape(words)}" + (f": {escape(line)}" if line else "") + f" ({escape(rests)})"


def _whole(d: MapDocument) -> str:
    found: list[tuple[Lane, Cell]] = [(lane, cell) for lane in d.lanes for cell in lane.at("")]
    if not found:
        return ""
    return "## The whole journey\n\n" + "\n".join(
        f"{_item(d, cell)}; {escape(lane.label)}" for lane, cell in found
    )


def _empty(d: MapDocument) -> str:
    lines = [f"- {escape(lane.label)}: {escape(lane.nothing)}" for lane in d.lanes if lane.nothing]
    return "## Blank lanes\n\n" + "\n".join(lines) if lines else ""


def _notes(d: MapDocument) -> str:
    parts = []
    if d.guesses:
        parts.append("## Guesses to confirm\n\n" + "\n".join(f"- {escape(g)}" for g in d.guesses))
    if d.sources:
        lines = [
            f"- {escape(s.name)}: {escape(say.day(s.complete_until, d.time_zone) or 'not known')}"
            + (" (assumed: its newest event)" if s.assumed else "")
            for s in d.sources
        ]
        parts.append("## Until when the sources are complete\n\n" + "\n".join(lines))
    if d.cautions:
        parts.append("## Left out\n\n" + "\n".join(f"- {escape(one)}" for one in d.cautions))
    if d.excluded:
        parts.append("## Counted nowhere\n\n" + "\n".join(f"- {escape(str(one))}" for one in d.excluded))
    return "\n\n".join(parts)


def _contracts(d: MapDocument) -> str:
    """Each way of counting once, by the first question that it answers."""
    lines = [f"- **{escape(r.question)}** {escape(r.sentences)}" for r in Rules(d.cells()).told()]
    return "## How it is counted\n\n" + "\n".join(lines) if lines else ""
