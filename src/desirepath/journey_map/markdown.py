"""The map as Markdown: stage by stage, lane by lane, each claim with its class, interval and n.

Every sign that Markdown or HTML could read is escaped, so what people wrote stays what they wrote.
"""

from __future__ import annotations

import re

from desirepath.core.estimate import Estimate
from desirepath.journey_map import say
from desirepath.journey_map.document import Cell, Drawing, Lane, MapDocument, StageColumn, Unit
from desirepath.journey_map.text import cleaned

_TELLING = re.compile(r"([\\`*_\[\]<>|~&$])")


def to_markdown(document: MapDocument) -> str:
    """CommonMark with tables."""
    d = cleaned(document)
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
    who = f"{d.kind} journey, {d.who}, known until {say.day(d.as_of, d.time_zone)}, definition {d.definition or 'none'}"
    lines = [f"# {escape(d.title)}", escape(who[:1].upper() + who[1:]) + "."]
    for h in d.headlines:
        lines.append(
            f"{escape(h.before)} **{escape(h.strong)}** {escape(h.after)}".strip().replace("** :", "**:")
        )
    if not d.headlines:
        lines.append("Nothing stands out beyond chance yet.")
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
        if lane.id == "track" or lane.nothing:
            continue
        items = [_item(d, cell) for cell in lane.at(stage.id) if cell.series != "inferred"]
        if items:
            parts.append(f"### {escape(lane.label)}\n\n" + "\n".join(items))
    return "\n\n".join(parts)


def _item(d: MapDocument, cell: Cell) -> str:
    if cell.blank:
        series = f"{cell.series}: " if cell.series else ""
        return f"- *{escape(series + cell.blank)}*"
    rests = cell.rests.value if cell.rests else ""
    words = escape(cell.title)
    if cell.drawing is Drawing.QUOTES:
        words = f"“{escape(cell.text)}”"
    elif cell.chain:
        words = escape(" → ".join(cell.chain))
    elif cell.text:
        words += f", {escape(cell.text)}"
    line = f"- {words} ({rests})"
    numbers = [f"{escape(v.label)}: {escape(say.sentence(v, d))}" for v in cell.values if v.known]
    # A card's second line repeats one of its numbers.
    told = cell.detail and cell.drawing is not Drawing.CARDS
    more = "; ".join([*([escape(cell.detail)] if told else []), *numbers])
    return f"{line}: {more}" if more else line


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
    return "\n\n".join(parts)


def _contracts(d: MapDocument) -> str:
    seen = {c.contract.question: c.contract for c in d.cells() if c.contract}
    if not seen:
        return ""
    lines = [
        f"- **{escape(c.question)}** Over {escape(c.denominator)}. {escape(c.rule)}"
        + (f" After {escape(c.source)}." if c.source else "")
        for c in seen.values()
    ]
    return "## How it is counted\n\n" + "\n".join(lines)
