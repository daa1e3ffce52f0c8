"""One shape of a drawing, in numbers: the sheet and the charts are lists of these, and templates paint them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shape:
    """A path, rect or circle; kind says which, role its paint. `d` for paths, else x, y, w, h."""

    kind: str
    role: str
    d: str = ""
    x: float = 0.0
    y: float = 0.0
    w: float = 0.0
    h: float = 0.0
