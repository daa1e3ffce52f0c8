"""The map as one HTML file that works offline, without scripts too, and asks the network for nothing.

In: a MapDocument. Out: the file's text. The page is written stage by stage, which is how a screen reader and
a narrow screen go through it; wide screens and paper place the same boxes as lanes. Every cell is a link to
its evidence further down; the script only opens it in place. The content-security policy allows this page's
own style and script by their digests, and nothing else.
"""

from __future__ import annotations

import gzip
import hashlib
import json as json_format
from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from markupsafe import Markup

from desirepath.core.estimate import Estimate
from desirepath.journey_map import say
from desirepath.journey_map.document import Cell, MapDocument, StageMap, Tone, Trail, Unit, Value
from desirepath.journey_map.drawing.charts import chart
from desirepath.journey_map.drawing.ladder import ladder
from desirepath.journey_map.drawing.lines import lines
from desirepath.journey_map.drawing.track import track_down, track_shape
from desirepath.journey_map.jinja import environment
from desirepath.journey_map.json import as_data
from desirepath.journey_map.palette import DARK, FONT, LIGHT, css_variables
from desirepath.journey_map.text import shorten, slug
from desirepath.measure.answers import Contract

CLASSES = (
    ("observed", "from what customers did"),
    ("reported", "from what they said"),
    ("inferred", "by a model"),
    ("assumed", "somebody wrote it"),
)
_OUTCOMES = {
    "advanced": "went on",
    "left": "left",
    "lapsed": "fell silent",
    "in_flight": "is still on the way",
    "succeeded": "succeeded",
}


@dataclass(frozen=True, slots=True)
class Whisker:
    """An interval on an axis of 0 … 100; `zero` is None where the axis has no zero inside."""

    at: float
    low: float
    high: float
    zero: float | None
    tone: str


@dataclass(frozen=True, slots=True)
class Says:
    """The words beside the lowest point of a stage's feelings."""

    text: str
    side: str
    y: int
    tone: str


def to_html(d: MapDocument, theme: str = "auto") -> str:
    """The page. theme: 'auto' follows the reader's system; 'light' and 'dark' hold until they change it."""
    view = _View(d)
    style, script = _style(d, theme), _static("map.js")
    return (
        environment()
        .get_template("map.html.j2")
        .render(
            d=d,
            policy=_policy(style, script),
            style=Markup(style),  # our own files and colours
            script=Markup(script),  # our own file
            data=_data(d),
            **view.helpers(),
        )
    )


@cache
def _static(name: str) -> str:
    return files("desirepath.journey_map").joinpath("static", name).read_text(encoding="utf-8")


def _data(document: MapDocument) -> str:
    """The JSON export, packed and in letters that mean nothing to HTML."""
    text = json_format.dumps(as_data(document), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()


def _policy(style: str, script: str) -> str:
    def digest(text: str) -> str:
        return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    return (
        f"default-src 'none'; style-src {digest(style)}; script-src {digest(script)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _style(document: MapDocument, theme: str) -> str:
    """All rules. Placements are classes because the policy allows no inline style."""
    count = len(document.stages)
    least = 12.5 if count <= 7 else 11.0
    stacked = min(60.0, 8 + count * 10.5)
    dark = css_variables(DARK)
    colours = (
        f":root{{{css_variables(LIGHT)}--font:{FONT};--stages:{count};--least:{least}rem;"
        f"--sheet:{max(2000, min(3000, round((8 + count * 27) * 16)))}}}"
        f'@media screen{{:root[data-theme="dark"]{{{dark}color-scheme:dark}}}}'
    )
    if theme == "dark":
        colours += f'@media screen{{:root:not([data-theme="light"]){{{dark}color-scheme:dark}}}}'
    elif theme == "auto":
        colours += (
            f'@media screen and (prefers-color-scheme: dark){{:root:not([data-theme="light"]){{{dark}'
            "color-scheme:dark}}"
        )
    sheet = _static("sheet.css")
    wide = _static("wide.css") + "".join(f".c{n}{{grid-column:{n}}}" for n in range(1, count + 2))
    wide += "".join(f".r{n}{{grid-row:{n}}}" for n in range(1, len(document.lanes) * 2 + 5))
    wide += "".join(f".l{n}{{grid-row:{n} / span 2}}" for n in range(5, len(document.lanes) * 2 + 5, 2))
    sizes = "".join(f".w{n}{{width:{n}%}}.y{n}{{top:{n}%}}" for n in range(101))
    return (
        f"{colours}\n{_static('base.css')}\n{_static('map.css')}\n{_static('detail.css')}\n{sizes}\n"
        f"@media screen and (min-width: 44rem) and (max-width: {stacked - 0.01}rem) {{\n{_static('tablet.css')}}}\n"
        f"@media print, screen and (min-width: {stacked}rem) {{\n{wide}\n}}\n"
        f"@media print {{\n{sheet}}}\n@media screen {{ .on-paper {{\n{wide}\n{sheet}}} }}\n{_static('print.css')}"
    )


class _View:
    """What the templates ask: numbers in words, drawings, and the cell behind an id."""

    def __init__(self, document: MapDocument) -> None:
        self.d = document
        self.cells = {c.id: c for c in document.cells()}
        self.labels = {s.id: s.label for s in document.stages}
        emotion = next((lane.cells for lane in document.lanes if lane.id == "emotion"), ())
        self.rules: dict[tuple[str, str, str], Contract] = {}
        for cell in document.cells():
            for one in (cell.contract, cell.check.contract if cell.check else None):
                if one is not None:
                    self.rules.setdefault(_rule(one), one)
        self._rule_numbers = {key: n + 1 for n, key in enumerate(self.rules)}
        self.feel = lines(emotion, [s.id for s in document.stages])

    def helpers(self) -> dict[str, object]:
        """All names that the templates use besides the document."""
        d = self.d
        zone = d.time_zone
        return {
            "track": track_shape(d.stages),
            "down": track_down(d.stages),
            "feel": self.feel,
            "classes": CLASSES,
            "period": say.period(d),
            "drift": say.drift(d),
            "slug": slug,
            "count": say.count,
            "duration": say.duration,
            "day": lambda t: say.day(t, zone),
            "moment": lambda t: say.moment(t, zone),
            "money": lambda amount: say.money(amount, d.currency),
            "say": self.say,
            "span": self.span,
            "of": lambda measured, unit: say.of(measured, Unit(unit), d.currency),
            "scalar": lambda v, unit: say.scalar(v, Unit(unit), d),
            "percent": lambda part: max(0, min(100, round((part or 0) * 100))),
            "whisker_of": whisker_of,
            "spark": spark,
            "cell_of": self.cells.__getitem__,
            "cells_at": lambda id: self.cells[id].stage,
            "stage_label": lambda id: self.labels.get(id, id),
            "lowest": self.lowest,
            "unknown": lambda cells: say.why_none(cells, d.currency),
            "methods": methods,
            "rules": list(self.rules.values()),
            "rule_of": lambda contract: self._rule_numbers[_rule(contract)],
            "chart_of": lambda exhibit: chart(exhibit, d),
            "ladder": lambda micro: ladder(micro.steps, micro.flows),
            "trails_of": self.trails_of,
            "trails_on": lambda cell: [t for t in d.trails if t.path == cell],
            "outcome": lambda word: _OUTCOMES.get(word, word),
        }

    def say(self, value: Value, short: bool = False) -> str:
        """A value's number; money short where space is."""
        if short and value.unit is Unit.MONEY and value.known:
            amount = value.measured.value if isinstance(value.measured, Estimate) else value.measured
            return say.money(float(amount), self.d.currency, short=True)  # type: ignore[arg-type]
        return say.value(value, self.d.currency)

    def span(self, value: Value, short: bool = False) -> str:
        """A value's interval."""
        if short and value.unit is Unit.MONEY and isinstance(value.measured, Estimate):
            low, high = (
                say.money(end, None, short=True) for end in (value.measured.low, value.measured.high)
            )
            return f"{low}–{high}"
        return say.interval(value, self.d.currency)

    def lowest(self, stage: str) -> Says | None:
        """The point below zero beyond chance that is lowest in a stage; reported before ease."""
        here = [p for p in self.feel.points if self.cells[p.cell].stage == stage and p.tone is Tone.BAD]
        if not here:
            return None
        worst = max(here, key=lambda p: (p.series == "reported", p.y))
        feeling = self.cells[worst.cell].value("emotion")
        text = f"{shorten(worst.title, 26)} {say.value(feeling) if feeling else ''}"
        side = "left" if worst.x % 100 < 50 else "right"
        # Below the point and its whisker, or above where the floor is near.
        y = worst.low + 4 if worst.low < 80 else worst.high - 20
        return Says(text, side, max(0, min(86, round(y))), worst.tone.value)

    def trails_of(self, micro: StageMap) -> list[Trail]:
        """The example trails of a stage."""
        return [t for t in self.d.trails if t.id in micro.trails]


def _rule(one: Contract) -> tuple[str, str, str]:
    """What makes two contracts the same way of counting, whatever they are asked of."""
    return one.denominator, one.rule, one.source


def methods(cell: Cell) -> str:
    """How the intervals of a cell were made."""
    found = {
        f"{v.measured.level * 100:.0f}{say.NBSP}%, {v.measured.method}"
        for v in cell.values
        if isinstance(v.measured, Estimate)
    }
    return "; ".join(sorted(found))


_AXES = {Unit.SHARE: (0.0, 1.0), Unit.EMOTION: (-2.0, 2.0)}


def whisker_of(value: Value | None) -> Whisker | None:
    """Where an interval stands on a small axis: shares on 0 … 100 %, feelings on −2 … +2, points around 0."""
    if value is None or not isinstance(value.measured, Estimate):
        return None
    estimate = value.measured
    start, end = _AXES.get(value.unit, (-0.3, 0.3))

    def at(amount: float) -> float:
        return round(max(0.0, min(100.0, (amount - start) / (end - start) * 100)), 1)

    tone = value.tone.value if value.tone is not Tone.PLAIN else ""
    zero = at(0.0) if start < 0 < end else None
    return Whisker(at(estimate.value), at(estimate.low), at(estimate.high), zero, tone)


def spark(cell: Cell) -> str:
    """The line of a small chart in 100 × 20, from the cell's first table."""
    rows = cell.exhibits[0].rows if cell.exhibits else ()
    amounts = [float(r[1]) for r in rows if isinstance(r[1], int | float)]
    most = max(amounts, default=0.0)
    if len(amounts) < 2 or most <= 0:
        return ""
    step = 100 / (len(amounts) - 1)
    return "M" + "L".join(f"{n * step:.1f} {19 - 18 * a / most:.1f}" for n, a in enumerate(amounts))
