"""Slow, obvious twins of comparisons: by customers, one at a time."""

from __future__ import annotations

import numpy as np


def weighted_incidence(time, cause, weight, until: int) -> float:
    """P(cause 1 by `until`) where row i counts weight[i] times, from the definition."""
    happened, left = 0.0, 1.0
    for u in sorted({t for t, c in zip(time, cause, strict=True) if c > 0 and t <= until}):
        at_risk = sum(w for t, w in zip(time, weight, strict=True) if t >= u)
        first = sum(w for t, c, w in zip(time, cause, weight, strict=True) if t == u and c == 1)
        every = sum(w for t, c, w in zip(time, cause, weight, strict=True) if t == u and c > 0)
        happened += left * first / at_risk
        left *= 1 - every / at_risk
    return happened


def weighted_mean_time(time, cause, weight, until: int) -> float:
    """The mean time without cause 1: what lies above the incidence, step by step."""
    steps = sorted({t for t, c in zip(time, cause, strict=True) if c > 0 and t <= until} | {until})
    area, before = 0.0, 0
    for u in steps:
        area += (u - before) * (1 - weighted_incidence(time, cause, weight, before))
        before = u
    return area


def influence_of(value, time, cause, until: int, step: float = 1e-6) -> np.ndarray:
    """How much a little more weight of each row moves a value."""
    moved = []
    for i in range(len(time)):
        more, less = np.ones(len(time)), np.ones(len(time))
        more[i] += step
        less[i] -= step
        moved.append((value(time, cause, more, until) - value(time, cause, less, until)) / (2 * step))
    return np.array(moved)


def decomposed(a_value, a_group, b_value, b_group) -> dict[object, tuple[float, float]]:
    """By group, (mix, rate), from the formula, one group at a time."""
    found = {}
    whole_a, whole_b = sum(a_value) / len(a_value), sum(b_value) / len(b_value)
    for g in set(a_group) | set(b_group):
        mine = [v for v, k in zip(a_value, a_group, strict=True) if k == g]
        theirs = [v for v, k in zip(b_value, b_group, strict=True) if k == g]
        w1, w0 = len(mine) / len(a_value), len(theirs) / len(b_value)
        r1 = sum(mine) / len(mine) if mine else None
        r0 = sum(theirs) / len(theirs) if theirs else None
        r1, r0 = (r0 if r1 is None else r1), (r1 if r0 is None else r0)
        mix = (w1 - w0) * ((r1 + r0) / 2 - (whole_a + whole_b) / 2)
        found[g] = (mix, (r1 - r0) * (w1 + w0) / 2)
    return found
