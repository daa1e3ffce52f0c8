"""What do the customers of a group do, how far do they get, what do they feel, what are they worth?

In: a group and those beside it. Out: its face: the touchpoints that more (or fewer) of them meet, and the measures on
which they differ, each with its interval and with false discovery control; what one of them has brought.

A group that was found by what customers do differs in what they do: there an interval says how much, and proves
nothing. What they feel and are worth was not looked at when groups were found.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from desirepath.core.estimate import Estimate, Measured, NoEstimate
from desirepath.measure.cohort import Mask
from desirepath.measure.comparison.ask import FALSE_DISCOVERY_RATE, Compared, comparison
from desirepath.measure.comparison.comparables import Side
from desirepath.measure.comparison.side_rows import SideRows
from desirepath.measure.groups.features import Acts
from desirepath.measure.meetings import Int64
from desirepath.stats.differences import apart, share_part
from desirepath.stats.false_discovery import adjusted
from desirepath.stats.intervals import mean
from desirepath.trail.trails import Trails

FAMILIES = ("rate", "value", "score", "ease", "promise")


@dataclass(frozen=True, slots=True)
class Met:
    """One touchpoint: the share of the group that ever went to it, that of the others, and the difference."""

    touchpoint: str
    label: str
    inside: Measured
    beside: Measured
    difference: Measured
    q: float
    beyond_chance: bool


@dataclass(frozen=True, slots=True)
class Face:
    """met: the most over-represented first. compared: measures of the group (a) and of the others (b).

    worth, worth_beside: mean value of all events of a customer, minor units.
    """

    met: tuple[Met, ...]
    compared: tuple[Compared, ...]
    worth: Measured
    worth_beside: Measured


def face(
    rows: SideRows, acts: Acts, who: Int64, inside: Mask, sides: tuple[Side, Side], *, with_value: bool
) -> Face:
    """The face of those of `who` that are `inside`, against the others of `who`.

    acts: the own meetings of `who`. sides: the same group and the others, as the measures are asked for them.
    """
    measures = [one for one in rows.measurables if one.family in FAMILIES]
    found = comparison(rows, *sides, measures)
    none: Measured = NoEstimate("no_data", detail="no event carries a value")
    worth, beside = _worth(rows.trails, who, inside, rows.as_of) if with_value else (none, none)
    return Face(
        met=_met(rows, acts, who, inside),
        compared=tuple(one for one in found.rows if one.difference.known),
        worth=worth,
        worth_beside=beside,
    )


def over_represented(found: Sequence[Met], most: int) -> list[Met]:
    """The touchpoints that most more of the group meet than of the others, beyond chance."""
    more = [
        m for m in found if m.beyond_chance and isinstance(m.difference, Estimate) and m.difference.low > 0
    ]
    return more[:most]


def under_represented(found: Sequence[Met], most: int) -> list[Met]:
    """The touchpoints that most fewer of the group meet, beyond chance."""
    fewer = [
        m for m in found if m.beyond_chance and isinstance(m.difference, Estimate) and m.difference.high < 0
    ]
    return fewer[::-1][:most]


def _worth(trails: Trails, who: Int64, inside: Mask, as_of: int) -> tuple[Measured, Measured]:
    total = np.append(0, np.cumsum(trails.value))
    worth = (total[trails.offset[who + 1]] - total[trails.offset[who]]).astype(np.float64)
    return mean(worth[inside], as_of=as_of), mean(worth[~inside], as_of=as_of)


def _met(rows: SideRows, acts: Acts, who: Int64, inside: Mask) -> tuple[Met, ...]:
    """Every touchpoint that anybody went to, the most over-represented first."""
    kinds = len(rows.journey.touchpoints)
    pairs = np.unique(acts.row * kinds + acts.code)
    row, code = pairs // kinds, pairs % kinds
    mine, theirs = np.flatnonzero(inside), np.flatnonzero(~inside)
    if not len(mine) or not len(theirs):
        return ()
    found, p = [], []
    for k in np.unique(code).tolist():
        hit = np.zeros(len(who), bool)
        hit[row[code == k]] = True
        one, other = share_part(hit[mine], who[mine]), share_part(hit[theirs], who[theirs])
        judged = apart(one, other, as_of=rows.as_of)
        touchpoint = rows.journey.touchpoints[k]
        sides = (one.measured(as_of=rows.as_of), other.measured(as_of=rows.as_of))
        found.append(Met(touchpoint.id, touchpoint.label, *sides, judged.difference, math.nan, False))
        p.append(judged.p)
    q = adjusted(p)
    known = [
        replace(m, q=float(q[i]), beyond_chance=bool(q[i] <= FALSE_DISCOVERY_RATE))
        for i, m in enumerate(found)
    ]
    return tuple(sorted(known, key=lambda m: (-_size(m.difference), m.touchpoint)))


def _size(difference: Measured) -> float:
    return difference.value if isinstance(difference, Estimate) else -math.inf
