"""The map as a PDF to print or to send: the drawing on one page, then everything that it rests on.

In: a MapDocument. Out: the bytes of a PDF whose letters are text, tagged for screen readers (PDF/UA-1), with
bookmarks, page numbers, and on every page until when it is known and by which definition.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, replace

from desirepath.journey_map import say
from desirepath.journey_map.document import Exhibit, MapDocument
from desirepath.journey_map.drawing.charts import chart
from desirepath.journey_map.drawing.sheet import Sheet, sheet
from desirepath.journey_map.jinja import environment
from desirepath.journey_map.palette import DARK, LIGHT
from desirepath.journey_map.paper.typesetting import FACE, FONT, GROW, typeset
from desirepath.journey_map.report.build import report
from desirepath.journey_map.report.told import FindingTold, LaneTold, StageTold, Table
from desirepath.journey_map.svg import drawn
from desirepath.journey_map.text import shorten

ROOM = (404.0, 272.0)  # mm, of the drawing on an A3 page
_LEAST, _WIDEST, _STEP = 1400.0, 4200.0, 50.0  # px of a sheet: beyond, its words could not be read on A3
LONGEST = 600  # characters of one text on paper; the page, the JSON and the workbook have all of it
COLUMNS = 3  # of claims beside one another
_CHART_ROWS = 14


def to_pdf(document: MapDocument, theme: str = "light") -> bytes:
    """The PDF. theme: dark for screens, else light, on white: paper is white already."""
    colours = DARK if theme == "dark" else {**LIGHT, "paper": LIGHT["card"]}
    page = fitting(document)
    told = report(document)
    charts = _Charts(document, colours)
    data: dict[str, object] = {
        "face": FACE,
        "colours": colours,
        "title": told.title,
        "subtitle": told.subtitle,
        "facts": told.facts,
        "known": say.day(document.as_of, document.time_zone),
        "definition": document.definition or "none",
        "alt": _alt(document),
        "ratio": page.height / page.width,
        "findings": [_finding(f, charts) for f in told.findings],
        "stages": _table(told.stages),
        "by_stage": [_stage(s, charts, document) for s in told.by_stage],
        "whole": _lanes(told.whole),
        "blank": told.blank,
        "guesses": told.guesses,
        "sources": _table(told.sources) if told.sources else None,
        "reading": told.reading,
        "rules": [[rule.question, rule.sentences] for rule in told.rules],
    }
    drawings = {"map": drawn(document, page, colours, FONT, GROW), **charts.made}
    plain = _plain(data)
    assert isinstance(plain, dict)
    return typeset("report.typ", plain, drawings, format="pdf", as_of=document.as_of)


def fitting(document: MapDocument) -> Sheet:
    """The narrowest sheet, so that its letters are the largest, that has the shape of the page or is flatter."""
    narrow, wide = 0, int((_WIDEST - _LEAST) // _STEP)
    while narrow < wide:
        middle = (narrow + wide) // 2
        made = sheet(document, _LEAST + _STEP * middle, blank_lanes=False)
        if made.height <= made.width * ROOM[1] / ROOM[0]:
            wide = middle
        else:
            narrow = middle + 1
    return sheet(document, _LEAST + _STEP * narrow, blank_lanes=False)


class _Charts:
    """The charts as drawings, each under a name of its own."""

    def __init__(self, document: MapDocument, colours: dict[str, str]) -> None:
        self._document, self._colours = document, colours
        self.made: dict[str, str] = {}

    def draw(self, exhibit: Exhibit | None) -> dict[str, object] | None:
        """The name of the drawing with its caption and keys; None where there is nothing to draw."""
        if exhibit is None:
            return None
        short = (
            replace(exhibit, rows=exhibit.rows[:_CHART_ROWS]) if exhibit.chart.value != "curve" else exhibit
        )
        shape = chart(short, self._document)
        if shape is None:
            return None
        name = f"chart{len(self.made) + 1}"
        template = environment().get_template("chart.svg.j2")
        self.made[name] = template.render(x=shape, c=self._colours, font=FONT)
        keys = ", ".join(_KEYS.get(role, "") + what for role, what in shape.keys)
        return {"name": name, "title": exhibit.title, "keys": keys, "note": exhibit.note}


_KEYS = {"track": "brown: ", "lapsed": "dashed: ", "left": "dotted: "}


def _alt(d: MapDocument) -> str:
    """What the drawing says to those who cannot see it; the pages after it say everything in tables."""
    stages = "; ".join(
        f"{s.label}: {say.count(s.customers)} customers, {say.count(s.lost)} lost" for s in d.stages
    )
    return f"Journey map of {shorten(d.title, 200)}. {stages}. The tables on the next pages say the same in words."


def _finding(f: FindingTold, charts: _Charts) -> dict[str, object]:
    shown = next((made for e in f.exhibits if (made := charts.draw(e))), None)
    return {
        "before": f.headline.before,
        "strong": f.headline.strong,
        "after": f.headline.after,
        "tone": f.headline.tone.value,
        "where": f.where,
        "rests": f.rests,
        "numbers": _table(f.numbers) if f.numbers else None,
        "tables": [_table(t) for t in f.tables if shown is None or t.title != shown["title"]],
        "chart": shown,
        "rule": [f.question, f.rule],
        "how": f.how,
    }


def _stage(s: StageTold, charts: _Charts, d: MapDocument) -> dict[str, object]:
    return {
        "label": s.stage.label,
        "about": s.stage.about,
        "numbers": _table(s.numbers),
        "curve": charts.draw(s.curve),
        "lifts": charts.draw(s.lifts),
        "tables": [_table(t) for t in s.tables],
        "lanes": _lanes(s.lanes),
    }


def _lanes(lanes: Iterable[LaneTold]) -> list[list[dict[str, object]]]:
    """Lanes in columns of about one height, in their order from top to bottom."""
    tall = [(lane, 1.5 + sum(2 + len(c.text + c.second) / 60 for c in lane.claims)) for lane in lanes]
    goal = sum(height for _, height in tall) / COLUMNS
    columns: list[list[dict[str, object]]] = [[] for _ in range(COLUMNS)]
    at, filled = 0, 0.0
    for lane, height in tall:
        if columns[at] and at < COLUMNS - 1 and filled + height / 2 > goal:
            at, filled = at + 1, 0.0
        columns[at].append(
            {"label": lane.label, "claims": [asdict(c) | {"tone": c.tone.value} for c in lane.claims]}
        )
        filled += height
    return [column for column in columns if column]


def _table(t: Table) -> dict[str, object]:
    return {
        "title": t.title,
        "columns": t.columns,
        "right": t.right,
        "rows": t.rows,
        "note": t.note,
        "how": t.how,
        # A table is as wide as its words, but for words that have to be broken.
        "wide": any(len(row[0]) > 110 for row in t.rows),
    }


_LONG_WORD = re.compile(r"\S{28}")


def _plain(thing: object) -> object:
    """Texts that a line can break: a word as long as a line gets places to break at, a text without end is cut."""
    if isinstance(thing, str):
        short = thing if len(thing) <= LONGEST else shorten(thing, LONGEST)
        return _LONG_WORD.sub(lambda found: f"{found[0]}\u200b", short)
    if isinstance(thing, dict):
        return {name: _plain(part) for name, part in thing.items()}
    if isinstance(thing, tuple | list):
        return [_plain(part) for part in thing]
    return thing
