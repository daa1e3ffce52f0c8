"""The micro map's way: steps one under another, the spine between neighbours, arcs for those who jump or go back.

Coordinates in rem: a row a step, ROW high; the spine at SPINE from the left. Jumps ahead bow to the left,
ways back to the right. Thickness is proportional to the square root of visits, as on the track.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from desirepath.journey_map.document import Flow, Step

ROW = 4.25
WIDTH = 9.0
SPINE = 4.5
_THICKEST = 1.5
_MOST_ARCS = 14  # the strongest; more would be a tangle that says less


@dataclass(frozen=True, slots=True)
class Arc:
    """One way between two steps. kind: on (to the next row), jump (further ahead), back, in, out."""

    kind: str
    path: str
    thick: float
    visits: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Node:
    """One step's place on the spine; the radius grows with the square root of its reach."""

    y: float
    r: float


@dataclass(frozen=True, slots=True)
class Ladder:
    """The drawing, as high as its rows."""

    nodes: tuple[Node, ...]
    arcs: tuple[Arc, ...]
    width: float
    height: float


def ladder(steps: Sequence[Step], flows: Sequence[Flow]) -> Ladder:
    """The drawing of one stage's steps."""
    most = max((s.reach for s in steps), default=0) or 1
    busiest = max((f.visits for f in flows), default=0) or 1
    nodes = tuple(Node((n + 0.5) * ROW, 0.28 + 0.5 * sqrt(step.reach / most)) for n, step in enumerate(steps))
    strongest = sorted(flows, key=lambda f: -f.visits)[:_MOST_ARCS]
    arcs = tuple(
        _arc(flow, nodes, len(steps), max(0.08, _THICKEST * sqrt(flow.visits / busiest)))
        for flow in strongest
    )
    return Ladder(nodes, tuple(sorted(arcs, key=lambda a: -a.thick)), WIDTH, len(steps) * ROW)


def _arc(flow: Flow, nodes: Sequence[Node], steps: int, thick: float) -> Arc:
    if flow.start < 0:
        y = nodes[flow.end].y
        return Arc(
            "in",
            f"M{0.2} {y - 1.3:.2f}C{SPINE - 2:.2f} {y - 1.3:.2f} {SPINE - 2:.2f} {y:.2f} {SPINE:.2f} {y:.2f}",
            min(thick, 0.5),
            flow.visits,
            flow.start,
            flow.end,
        )
    if flow.end < 0:
        y = nodes[flow.start].y
        return Arc(
            "out",
            f"M{SPINE:.2f} {y:.2f}C{SPINE + 2:.2f} {y:.2f} {SPINE + 2:.2f} {y + 1.3:.2f} "
            f"{WIDTH - 0.2:.2f} {y + 1.3:.2f}",
            min(thick, 0.5),
            flow.visits,
            flow.start,
            flow.end,
        )
    y0, y1 = nodes[flow.start].y, nodes[flow.end].y
    if flow.end == flow.start + 1:
        return Arc("on", f"M{SPINE} {y0:.2f}V{y1:.2f}", thick, flow.visits, flow.start, flow.end)
    span = abs(flow.end - flow.start) / max(1, steps - 1)
    side = -1 if flow.end > flow.start else 1
    bow = SPINE + side * (1.6 + 2.2 * span)
    kind = "jump" if side < 0 else "back"
    return Arc(
        kind,
        f"M{SPINE} {y0:.2f}C{bow:.2f} {y0:.2f} {bow:.2f} {y1:.2f} {SPINE} {y1:.2f}",
        min(thick, 0.6 if kind == "jump" else 0.35),
        flow.visits,
        flow.start,
        flow.end,
    )
