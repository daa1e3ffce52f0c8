"""The emotion lines: points where there is a number, and nothing drawn across a missing one.

In: the cells of the emotion lane. Out: paths in a space of 0 … 100 a stage across and 0 … 100 down
(+2 at the top) unless another size is asked for, and points. Between neighbouring points the curve is monotone, so it
never rises above or falls below what was measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from desirepath.core.estimate import Estimate
from desirepath.journey_map.document import Cell, Tone

SERIES = ("reported", "effort")
PAD = 6.0  # above +2 and below −2, so that a point there is whole


@dataclass(frozen=True, slots=True)
class Point:
    """One measured point. x: `across` a stage, y: 0 … `down` downwards; low, high: its interval's ends, as y."""

    cell: str
    series: str
    x: float
    y: float
    low: float
    high: float
    title: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring points of one line: the curve through them, and the band of their intervals."""

    series: str
    line: str
    band: str


@dataclass(frozen=True, slots=True)
class Lines:
    """The whole drawing; `zero` is the y of a feeling of 0."""

    runs: tuple[Run, ...]
    points: tuple[Point, ...]
    stages: int
    zero: float = 50.0


def height_of(feeling: float) -> float:
    """−2 … +2 as y, 0 … 100."""
    inside = min(2.0, max(-2.0, feeling))
    return PAD + (2.0 - inside) / 4.0 * (100 - 2 * PAD)


def lines(
    cells: Sequence[Cell], stages: Sequence[str], *, across: float = 100.0, down: float = 100.0
) -> Lines:
    """All lines. `cells` in the order of the way; a cell without a number, and a stage without a cell, breaks its line.

    across, down: the width of a stage and the height of the whole drawing. A drawing that is stretched later
    would stretch its points as well: not every renderer keeps strokes as they are.
    """
    runs: list[Run] = []
    points: list[Point] = []
    for series in SERIES:
        run: list[Point] = []
        for column, stage in enumerate(stages):
            here = [c for c in cells if c.series == series and c.stage == stage and c.place >= 0]
            if not here:  # a stage of which nothing is known is not crossed
                runs += _close(run)
                run = []
            for cell in sorted(here, key=lambda c: c.place):
                point = _point(cell, column, across, down / 100)
                if point is None:
                    runs += _close(run)
                    run = []
                else:
                    run.append(point)
                    points.append(point)
        runs += _close(run)
    return Lines(tuple(runs), tuple(points), len(stages), height_of(0.0) * down / 100)


def _point(cell: Cell, column: int, across: float, tall: float) -> Point | None:
    feeling = cell.value("emotion")
    if cell.blank or feeling is None or not isinstance(feeling.measured, Estimate):
        return None
    return Point(
        cell=cell.id,
        series=cell.series,
        x=round((column + cell.place) * across, 2),
        y=height_of(feeling.measured.value) * tall,
        low=height_of(feeling.measured.low) * tall,
        high=height_of(feeling.measured.high) * tall,
        title=cell.title,
        tone=cell.tone,
    )


def _close(run: list[Point]) -> list[Run]:
    # Two scores of one touchpoint stand on one spot: the line goes through the first of them.
    apart: list[Point] = []
    for point in run:
        if not apart or point.x - apart[-1].x > 1e-6:
            apart.append(point)
    if len(apart) < 2:
        return []
    xs = [p.x for p in apart]
    upper = curve(xs, [p.high for p in apart])
    lower = curve(xs[::-1], [p.low for p in apart][::-1])
    return [Run(apart[0].series, curve(xs, [p.y for p in apart]), f"{upper}L{lower[1:]}Z")]


def curve(xs: Sequence[float], ys: Sequence[float]) -> str:
    """A monotone cubic through the points: no hill or dip between them that was not measured.

    Source: Fritsch & Carlson (1980), with the slopes of Steffen (1990).
    """
    steps = [(xs[i + 1] - xs[i], ys[i + 1] - ys[i]) for i in range(len(xs) - 1)]
    slopes = [dy / dx for dx, dy in steps]
    tangents = [slopes[0]]
    for i in range(1, len(slopes)):
        before, after = slopes[i - 1], slopes[i]
        if before * after <= 0:
            tangents.append(0.0)
            continue
        h0, h1 = abs(steps[i - 1][0]), abs(steps[i][0])
        mean = (before * h1 + after * h0) / (h0 + h1)
        limit = 2 * min(abs(before), abs(after))
        tangents.append(max(-limit, min(limit, mean)))
    tangents.append(slopes[-1])
    path = f"M{xs[0]:.2f} {ys[0]:.2f}"
    for i, (dx, _) in enumerate(steps):
        path += (
            f"C{xs[i] + dx / 3:.2f} {ys[i] + tangents[i] * dx / 3:.2f} "
            f"{xs[i + 1] - dx / 3:.2f} {ys[i + 1] - tangents[i + 1] * dx / 3:.2f} {xs[i + 1]:.2f} {ys[i + 1]:.2f}"
        )
    return path
