"""How far are two sides apart, and could chance alone have done it?

In: rows of each side with the customer (cluster) that each belongs to. Out: each side's value with its interval, the
difference with its interval, and the p-value at which that interval would just touch 0.

One rule for shares, means and times: each side brings an interval that suits its kind, and the difference recovers its
variance from both (MOVER). What the same customers add to both sides is known from their influences, so that a
customer on both sides is no evidence twice over, and a group compared with itself differs by exactly nothing.
Sources: Newcombe (1998), methods 10 of both papers; Zou & Donner (2008).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desirepath.core.estimate import MINIMUM_N, Estimate, Measured, NoEstimate, too_few
from desirepath.stats.intervals import net_ends, t_of, wilson, z_of

Float = NDArray[np.float64]
Ints = NDArray[np.integer]
Mask = NDArray[np.bool_]
Ends = Callable[[float], tuple[float, float]]
_FARTHEST = 7.0  # standard errors; beyond it a p-value of 1e-12 is as good as any smaller one
_STEPS = 40


@dataclass(frozen=True, slots=True)
class Part:
    """One side of a comparison.

    n: rows. clusters: distinct customers, sorted; influence: what each adds to the value's error, summing to 0; both
    empty where it is not known. ends: the interval of the value at a level.
    """

    value: float
    n: int
    clusters: Ints
    influence: Float
    ends: Ends
    method: str

    def measured(self, *, as_of: int, level: float = 0.95) -> Estimate:
        """The value with its interval."""
        low, high = self.ends(level)
        low, high = min(low, self.value), max(high, self.value)
        return Estimate(self.value, low, high, self.n, self.method, as_of, level)


def summed(influence: Float, cluster: Ints) -> tuple[Ints, Float]:
    """(distinct clusters, each one's summed influence)."""
    names, place = np.unique(cluster, return_inverse=True)
    return names, np.bincount(place, influence, len(names)).astype(np.float64)


def spread(influence: Float) -> float:
    """The standard error that clusters' influences add up to, with the correction for few clusters."""
    k = len(influence)
    return math.sqrt(float(influence @ influence) * k / (k - 1)) if k > 1 else math.inf


def share_part(hit: Mask, cluster: Ints) -> Part:
    """A share of rows. Wilson's interval at the effective n (Korn & Graubard 1998), never above the number of rows."""
    n, value = len(hit), float(hit.mean())
    names, influence = summed((hit - value) / n, cluster)
    effective = _effective(value * (1 - value) / n, influence, n)
    return Part(
        value, n, names, influence, lambda level: wilson(value * effective, effective, level), "wilson"
    )


def mean_part(values: Float, cluster: Ints, scale: tuple[float, float] | None = None) -> Part:
    """A mean of rows with Student's t over customers; within `scale` where the values have one.

    On a scale, rows that are all alike leave the doubt that shares of so many rows would (Wilson's interval).
    """
    n, value = len(values), float(values.mean())
    names, influence = summed((values - value) / n, cluster)
    error = spread(influence)

    def ends(level: float) -> tuple[float, float]:
        if scale is None:
            away = t_of(level, max(len(names) - 1, 1)) * error if error > 0 else 0.0
            return value - away, value + away
        least, most = scale
        if not error > 0 or len(names) < 2:
            part = (value - least) / (most - least)
            low, high = wilson(part * len(names), len(names), level)
            return least + low * (most - least), least + high * (most - least)
        away = t_of(level, len(names) - 1) * error
        return max(least, value - away), min(most, value + away)

    return Part(value, n, names, influence, ends, "t")


def net_part(sign: Ints, cluster: Ints) -> Part:
    """The share of +1 less that of −1, × 100. Adjusted Wald at the effective n (Rocks 2016)."""
    n, value = len(sign), float(sign.mean())
    names, influence = summed((sign - value) / n, cluster)
    up, down = float((sign > 0).mean()), float((sign < 0).mean())
    effective = _effective((up + down - value**2) / n, influence, n)

    def ends(level: float) -> tuple[float, float]:
        low, high = net_ends(up * effective, down * effective, effective, level)
        return 100 * low, 100 * high

    return Part(100 * value, n, names, 100 * influence, ends, "adjusted wald")


def probability_part(value: float, influence: Float, cluster: Ints, at_risk: int) -> Part:
    """A probability that is no plain share (a cumulative incidence). Wilson's interval at the n of like variance.

    influence: by row, of sum 0. at_risk: still seen at the end, for a value of 0 or 1.
    """
    names, total = summed(influence, cluster)
    variance = spread(total) ** 2 if len(names) > 1 else math.inf
    inner = 0 < value < 1 and 0 < variance < math.inf
    effective = value * (1 - value) / variance if inner else float(max(at_risk, 1))
    return Part(
        value,
        len(influence),
        names,
        total,
        lambda level: wilson(value * effective, effective, level),
        "aalen-johansen, clustered",
    )


def time_part(value: float, influence: Float, cluster: Ints, longest: float) -> Part:
    """A mean time up to `longest` from right-censored rows: Student's t over customers, within [0, longest]."""
    names, total = summed(influence, cluster)
    error = spread(total)

    def ends(level: float) -> tuple[float, float]:
        if not 0 < error < math.inf:
            low, high = wilson(value / longest * len(names), len(names), level)
            return low * longest, high * longest
        away = t_of(level, len(names) - 1) * error
        return max(0.0, value - away), min(longest, value + away)

    return Part(value, len(influence), names, total, ends, "restricted mean")


def told_part(found: Estimate) -> Part:
    """A side of which only the estimate is known: its arms are stretched to the level that is asked for."""
    below, above = found.value - found.low, found.high - found.value
    unit = z_of(found.level)

    def ends(level: float) -> tuple[float, float]:
        by = z_of(level) / unit
        return found.value - below * by, found.value + above * by

    nobody = np.empty(0, np.int64)
    return Part(found.value, found.n, nobody, np.empty(0), ends, found.method)


@dataclass(frozen=True, slots=True)
class Apart:
    """The first side less the second. p: two-sided, NaN where there is no difference to judge."""

    difference: Measured
    p: float


def apart(one: Part, other: Part, *, as_of: int, needed: int = MINIMUM_N, level: float = 0.95) -> Apart:
    """The difference of two sides. `needed` rows and, where they are known, customers are asked of each."""
    fewest = min(len(s.clusters) if len(s.clusters) else s.n for s in (one, other))
    if min(one.n, other.n, fewest) < max(needed, 2):
        return Apart(too_few(min(one.n, other.n, fewest), max(needed, 2)), math.nan)
    shared = likeness(one, other)
    value = one.value - other.value
    low, high = _ends(one, other, shared, level)
    if not (math.isfinite(low) or math.isfinite(high)):
        none = NoEstimate("not_reached", one.n + other.n, detail="neither end of the interval was reached")
        return Apart(none, math.nan)
    found = Estimate(
        value, min(low, value), max(high, value), one.n + other.n, f"mover of {one.method}", as_of, level
    )
    return Apart(found, _p(one, other, shared, value))


def likeness(one: Part, other: Part) -> float:
    """The correlation of two sides' errors, by the customers on both; 0 where there are none."""
    _, mine, theirs = np.intersect1d(one.clusters, other.clusters, assume_unique=True, return_indices=True)
    scale = math.sqrt(float(one.influence @ one.influence) * float(other.influence @ other.influence))
    if not len(mine) or not scale > 0:
        return 0.0
    return max(-1.0, min(1.0, float(one.influence[mine] @ other.influence[theirs]) / scale))


def _ends(one: Part, other: Part, shared: float, level: float) -> tuple[float, float]:
    a_low, a_high = one.ends(level)
    b_low, b_high = other.ends(level)
    value = one.value - other.value
    low = value - _joined(one.value - a_low, b_high - other.value, shared)
    return low, value + _joined(a_high - one.value, other.value - b_low, shared)


def _joined(x: float, y: float, shared: float) -> float:
    x, y = max(x, 0.0), max(y, 0.0)
    if math.isinf(x) or math.isinf(y):
        return math.inf
    return math.sqrt(max(x * x + y * y - 2 * shared * x * y, 0.0))


def _p(one: Part, other: Part, shared: float, value: float) -> float:
    """The level's complement at which the interval's nearer end touches 0, so that both always agree."""
    if value == 0:
        return 1.0

    def clear_of_zero(z: float) -> bool:
        low, high = _ends(one, other, shared, math.erf(z / math.sqrt(2)))
        return low > 0 if value > 0 else high < 0

    least, most = 0.0, _FARTHEST
    if clear_of_zero(most):
        return math.erfc(most / math.sqrt(2))
    for _ in range(_STEPS):
        middle = (least + most) / 2
        least, most = (middle, most) if clear_of_zero(middle) else (least, middle)
    return math.erfc(least / math.sqrt(2))


def _effective(simple: float, influence: Float, n: int) -> float:
    """The rows over the design effect: the clustered variance over the simple one, never below 1."""
    clustered = spread(influence) ** 2
    return n / max(1.0, clustered / simple) if simple > 0 and math.isfinite(clustered) else float(n)
