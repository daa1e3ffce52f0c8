"""The charts of the evidence: each is a drawing of its exhibit's table, in a box of WIDTH × height.

Out: plain shapes and labels; the template colours and escapes them. Labels are placed here so that they
never meet: axes have few ticks, and rows are as high as a line of text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from desirepath.journey_map import say
from desirepath.journey_map.document import Chart, Exhibit, MapDocument, Scalar, Unit
from desirepath.journey_map.drawing.shapes import Shape

WIDTH = 440.0
ROW = 26.0
MOST_ROWS = 40


@dataclass(frozen=True, slots=True)
class Label:
    """Words in the chart. anchor: start, middle, end."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    role: str = "muted"
    title: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart ready to be written."""

    width: float
    height: float
    marks: tuple[Shape, ...]
    labels: tuple[Label, ...]
    keys: tuple[tuple[str, str], ...] = ()  # (role, what it is)


def chart(exhibit: Exhibit, document: MapDocument) -> Drawn | None:
    """The drawing of an exhibit; None where it is only a table, or has nothing to draw."""
    draw = {
        Chart.CURVE: _curve,
        Chart.LINE: _line,
        Chart.BARS: _bars,
        Chart.WHISKERS: _whiskers,
    }.get(exhibit.chart)
    return draw(exhibit, document) if draw and exhibit.rows else None


def _number(value: Scalar) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _axis(exhibit: Exhibit, left: float, right: float) -> tuple[Callable[[float], float], float, float]:
    start, end = _number(exhibit.rows[0][0]), _number(exhibit.rows[-1][0])
    span = (end - start) or 1.0
    return (lambda x: left + (x - start) / span * (right - left)), start, end


def _path(points: list[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _ticks(most: float) -> list[float]:
    """0 and two or three round steps up to at least `most`."""
    if most <= 0:
        return [0.0, 1.0]
    size = 10.0 ** len(str(int(most))) / 10 if most >= 1 else 0.1
    while size / 10 > most:
        size /= 10
    for step in (size / 5, size / 2, size, size * 2, size * 5):
        if most / step <= 4:
            break
    top = int(-(-most // step))
    return [k * step for k in range(top + 1)]


def _frame(
    ticks: list[float], unit: Unit, height: float, document: MapDocument
) -> tuple[list[Shape], list[Label]]:
    marks, labels = [], []
    bottom, top = height - 24, 10.0
    for tick in ticks:
        y = bottom - tick / ticks[-1] * (bottom - top)
        marks.append(Shape("rule", "grid", f"M44 {y:.1f}H{WIDTH - 8:.0f}"))
        text = say.number(tick, unit, document.currency, 0) if unit is Unit.SHARE else say.compact(tick)
        labels.append(Label(38, y + 4, text, "end"))
    return marks, labels


def _curve(exhibit: Exhibit, document: MapDocument) -> Drawn | None:
    if exhibit.rows[0][0] == exhibit.rows[-1][0]:
        return None  # everything happened at once: there is no line
    height = 210.0
    most = max(max(_number(r[3]), _number(r[4]), _number(r[5])) for r in exhibit.rows)
    ticks = [t for t in _ticks(min(1.0, most)) if t <= 1.0001]
    marks, labels = _frame(ticks, Unit.SHARE, height, document)
    across, start, end = _axis(exhibit, 44, WIDTH - 8)
    bottom, top = height - 24, 10.0

    def up(value: Scalar) -> float:
        return bottom - min(_number(value), ticks[-1]) / ticks[-1] * (bottom - top)

    def points(column: int) -> list[tuple[float, float]]:
        return [(across(_number(r[0])), up(r[column])) for r in exhibit.rows]

    marks.append(Shape("band", "track-soft", _path(points(3)) + "L" + _path(points(2)[::-1])[1:] + "Z"))
    marks.append(Shape("line", "lapsed", _path(points(5))))
    if any(_number(r[4]) for r in exhibit.rows):
        marks.append(Shape("line", "left", _path(points(4))))
    marks.append(Shape("line", "track", _path(points(1))))
    for place, anchor in ((0.0, "start"), (0.5, "middle"), (1.0, "end")):
        at = start + (end - start) * place
        labels.append(
            Label(44 + (WIDTH - 52) * place, height - 6, say.duration(at) if at else "entry", anchor)
        )
    keys = [("track", "succeeded, with its interval"), ("lapsed", "fell silent")]
    if any(_number(r[4]) for r in exhibit.rows):
        keys.append(("left", "left"))
    return Drawn(WIDTH, height, tuple(marks), tuple(labels), tuple(keys))


def _line(exhibit: Exhibit, document: MapDocument) -> Drawn:
    height = 170.0
    ticks = _ticks(max(_number(r[1]) for r in exhibit.rows))
    marks, labels = _frame(ticks, Unit.COUNT, height, document)
    across, start, end = _axis(exhibit, 44, WIDTH - 8)
    bottom, top = height - 24, 10.0
    points = [
        (across(_number(r[0])), bottom - _number(r[1]) / ticks[-1] * (bottom - top)) for r in exhibit.rows
    ]
    marks.append(Shape("line", "track", _path(points)))
    labels.append(Label(44, height - 6, say.day(int(start), document.time_zone)))
    if len(exhibit.rows) > 1:
        labels.append(Label(WIDTH - 8, height - 6, say.day(int(end), document.time_zone), "end"))
    return Drawn(WIDTH, height, tuple(marks), tuple(labels))


def _bars(exhibit: Exhibit, document: MapDocument) -> Drawn:
    rows = exhibit.rows[:MOST_ROWS]
    most = max(_number(r[1]) for r in rows) or 1.0
    unit = exhibit.columns[0].unit
    marks, labels = [], []
    for n, row in enumerate(rows):
        y = n * ROW
        name = (
            say.scalar(row[0], unit, document) if unit is not Unit.SHARE else f"{_number(row[0]) * 100:.0f} %"
        )
        labels.append(Label(132, y + 17, _fit(name, 20), "end", "ink", name))
        width = _number(row[1]) / most * (WIDTH - 200)
        marks.append(Shape("bar", "track", x=140, y=y + 6, w=max(width, 0.8 if row[1] else 0.0), h=ROW - 12))
        labels.append(Label(146 + width, y + 17, say.scalar(row[1], exhibit.columns[1].unit, document)))
    return Drawn(WIDTH, len(rows) * ROW + 4, tuple(marks), tuple(labels))


def _whiskers(exhibit: Exhibit, document: MapDocument) -> Drawn | None:
    rows = exhibit.rows[:MOST_ROWS]
    known = [r for r in rows if r[1] is not None]
    if not known:
        return None
    unit = exhibit.columns[1].unit
    low, high = _range(unit, [_number(r[2]) for r in known], [_number(r[3]) for r in known])
    left, right = 140.0, WIDTH - 84

    def across(value: float) -> float:
        return left + (value - low) / ((high - low) or 1.0) * (right - left)

    bottom = len(rows) * ROW
    marks, labels = [], []
    for tick in (low, 0.0, high) if low < 0 < high else (low, high):
        marks.append(Shape("rule", "edge" if tick == 0 else "grid", f"M{across(tick):.1f} 0V{bottom:.1f}"))
        text = say.number(tick, unit, document.currency, 0).split(say.NBSP)[0] if unit in _SCALED else ""
        labels.append(Label(across(tick), bottom + 15, text, "middle"))
    for n, row in enumerate(rows):
        y = n * ROW + ROW / 2
        name = say.scalar(row[0], Unit.TEXT, document)
        labels.append(Label(132, y + 4, _fit(name, 20), "end", "ink", name))
        if row[1] is None:
            labels.append(Label(left + 4, y + 4, "no estimate"))
            continue
        role = "track" if unit is not Unit.POINTS else "ink"
        # An open end runs to the edge.
        left_end = low if row[2] is None else _number(row[2])
        right_end = high if row[3] is None else _number(row[3])
        marks.append(Shape("whisker", role, f"M{across(left_end):.1f} {y:.1f}H{across(right_end):.1f}"))
        marks.append(Shape("dot", role, x=across(_number(row[1])), y=y))
        labels.append(
            Label(WIDTH - 4, y + 4, say.number(_number(row[1]), unit, document.currency), "end", "ink")
        )
    return Drawn(WIDTH, bottom + 20, tuple(marks), tuple(labels))


_SCALED = (Unit.SHARE, Unit.POINTS, Unit.EMOTION)


def _range(unit: Unit, lows: list[float], highs: list[float]) -> tuple[float, float]:
    if unit is Unit.SHARE:
        return 0.0, 1.0
    if unit is Unit.POINTS:
        most = max(0.05, *(abs(v) for v in lows + highs))
        round_up = -(-most * 100 // 5) * 5 / 100
        return -round_up, round_up
    return min(0.0, *lows), max(0.0, *highs)


def _fit(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
