"""The track: one worn path through the stages, as thick as the customers who walk it.

Thickness is proportional to the square root of customers, the same scale throughout, so that a small stage
beside a huge one can still be seen; the legend says so. Within the band, the part that was never seen in the
stage (skipped) and the part still there (in flight) are shares of its thickness. Those lost wear away below
in strands on the same scale. The upper edge stays nearly level, so that the numbers can stand on it in a row
and never meet, whatever the sizes.

Coordinates: x runs from 0 to `width` a stage, y downwards from 0 to HEIGHT.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from desirepath.journey_map.document import StageColumn

THICKEST = 92.0
HEIGHT = 142.0
THINNEST = 2.0  # of what is not zero: a customer must not vanish
TOP = 4.0
_SETTLE = 0.16  # the upper edge sinks by this part of the thickness lost: a path seen into the distance
_STRANDS = 5


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle within the band."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class StagePiece:
    """One stage of the track. Empty strings and None: nothing of the kind."""

    top: float
    bottom: float
    skipped: Box | None
    in_flight: Box | None
    strands: tuple[str, ...]
    empty: bool


@dataclass(frozen=True, slots=True)
class TrackShape:
    """The band as one path, and the pieces by stage."""

    band: str
    skipped: str
    pieces: tuple[StagePiece, ...]
    width: float
    height: float = HEIGHT


def thickness(customers: Sequence[int], thickest: float = THICKEST) -> list[float]:
    """Proportional to the square root; the largest is `thickest`."""
    most = max(customers, default=0)
    if most <= 0:
        return [0.0 for _ in customers]
    return [max(THINNEST, thickest * sqrt(c / most)) if c > 0 else 0.0 for c in customers]


def track_shape(stages: Sequence[StageColumn], width: float = 100.0) -> TrackShape:
    """The shape of the whole track."""
    scale = thickness([s.customers for s in stages])
    most = max((s.customers for s in stages), default=0)
    tops = [TOP + (THICKEST - t) * _SETTLE for t in scale]
    bottoms = [top + t for top, t in zip(tops, scale, strict=True)]
    pale = [
        t * min(1.0, s.skipped / s.customers) if s.customers else 0.0
        for t, s in zip(scale, stages, strict=True)
    ]
    pieces = []
    for n, stage in enumerate(stages):
        pieces.append(
            StagePiece(
                top=tops[n],
                bottom=bottoms[n],
                skipped=_box(n, width, 0.0, 0.7, tops[n], pale[n]),
                in_flight=_in_flight(n, width, stage, bottoms[n], scale[n]),
                strands=_strands(n, width, stage, most, bottoms[n]),
                empty=stage.customers <= 0,
            )
        )
    return TrackShape(
        band=ribbon(tops, bottoms, width),
        skipped=ribbon(tops, [t + p for t, p in zip(tops, pale, strict=True)], width) if any(pale) else "",
        pieces=tuple(pieces),
        width=width * len(stages),
    )


def ribbon(tops: Sequence[float], bottoms: Sequence[float], width: float) -> str:
    """A band through all stages: level within each, and a smooth change across each boundary."""
    if not tops:
        return ""
    end = len(tops) * width
    upper = f"M0 {tops[0]:.1f}"
    lower = ""
    for n in range(len(tops) - 1):
        a, b = (n + 0.7) * width, (n + 1.12) * width
        mid = (a + b) / 2
        upper += f"H{a:.1f}C{mid:.1f} {tops[n]:.1f} {mid:.1f} {tops[n + 1]:.1f} {b:.1f} {tops[n + 1]:.1f}"
        # The lower edge is walked backwards.
        lower = (
            f"H{b:.1f}C{mid:.1f} {bottoms[n + 1]:.1f} {mid:.1f} {bottoms[n]:.1f} {a:.1f} {bottoms[n]:.1f}"
            + lower
        )
    return f"{upper}H{end:.1f}V{bottoms[-1]:.1f}{lower}H0Z"


def _box(n: int, width: float, start: float, end: float, y: float, height: float) -> Box | None:
    if height < 0.5:
        return None
    return Box((n + start) * width, y, (end - start) * width, height)


def _in_flight(n: int, width: float, stage: StageColumn, bottom: float, thick: float) -> Box | None:
    """Those still in the stage: the lower part of the band, before the boundary, by their share."""
    if not stage.customers or stage.in_flight <= 0:
        return None
    height = max(THINNEST, thick * min(1.0, stage.in_flight / stage.customers))
    height = min(height, thick)
    return _box(n, width, 0.16, 0.68, bottom - height, height)


def _strands(n: int, width: float, stage: StageColumn, most: int, bottom: float) -> tuple[str, ...]:
    """Those lost leave from the lower edge and wear away, in strands that end one after another."""
    if stage.lost <= 0 or most <= 0:
        return ()
    thick = min(max(THINNEST, THICKEST * sqrt(stage.lost / most)), bottom - TOP)
    each = thick / _STRANDS
    start, reach = (n + 0.46) * width, 0.5 * width
    fall = 12 + thick * 0.36
    made = []
    for k in range(_STRANDS):
        # The lowest strand leaves first and falls deepest; the highest runs along the edge for longest.
        deep = (k + 1) / _STRANDS
        y0, y1 = bottom - thick + k * each, bottom - thick + (k + 1) * each + 0.3
        x_end = start + reach * (1.02 - 0.34 * (deep - 0.2))
        y_end = min(HEIGHT - 1, bottom + fall * (0.25 + 0.75 * deep))
        near, far = start + reach * 0.42, start + reach * 0.66
        made.append(
            f"M{start:.1f} {y0:.1f}C{near + 6:.1f} {y0:.1f} {far + 4:.1f} {y_end - 5:.1f} {x_end:.1f} {y_end:.1f}"
            f"C{far - 3:.1f} {y_end - 1:.1f} {near:.1f} {y1:.1f} {start:.1f} {y1:.1f}Z"
        )
    return tuple(made)


@dataclass(frozen=True, slots=True)
class DownPiece:
    """One stage of the track that runs down the side of a narrow screen; x from 0 to WIDE, y 0 … 100."""

    band: str
    skipped: str
    strand: str


WIDE = 44.0


def track_down(stages: Sequence[StageColumn]) -> tuple[DownPiece, ...]:
    """The same path running down, one piece a stage; each ends as wide as the next begins."""
    most = max((s.customers for s in stages), default=0)
    scale = thickness([s.customers for s in stages], WIDE * 0.62)
    pieces = []
    for n, stage in enumerate(stages):
        here = scale[n]
        after = scale[n + 1] if n + 1 < len(scale) else here
        pale = here * min(1.0, stage.skipped / stage.customers) if stage.customers else 0.0
        strand = ""
        if stage.lost > 0 and most > 0:
            thick = min(here, max(THINNEST, WIDE * 0.62 * sqrt(stage.lost / most)))
            tip = min(WIDE, here + 4 + thick * 0.5)
            strand = (
                f"M{here - thick:.1f} 84C{here - thick:.1f} 92 {tip - 3:.1f} 93 {tip:.1f} 100"
                f"C{tip:.1f} 94 {here:.1f} 92 {here:.1f} 84Z"
            )
        pieces.append(
            DownPiece(
                band=f"M0 0H{here:.1f}V88C{here:.1f} 95 {after:.1f} 95 {after:.1f} 100H0Z",
                skipped=f"M0 0H{pale:.1f}V100H0Z" if pale >= 0.5 else "",
                strand=strand,
            )
        )
    return tuple(pieces)
