"""The two loops of Aalen and Johansen's curves over very many: one look at each time, and one at each step.

They give what NumPy gives in aalen_johansen.py, to the last bit: the sums are taken in the same order.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from desirepath.core.compiled import kernel

Int64 = NDArray[np.int64]
Float = NDArray[np.float64]


@kernel
def steps(
    t: Int64,
    c: NDArray[Any],
    causes: int,
    time: Int64,
    at_risk: Int64,
    probability: Float,
    happened: Float,
    before: Float,
) -> int:
    """The steps of times in order and their causes; returns how many. The last five arrays are written."""
    n, k, i, left = len(t), 0, 0, 1.0
    sums = np.zeros(causes)
    while i < n:
        j, every = i, 0
        for q in range(causes):
            happened[q, k] = 0.0
        while j < n and t[j] == t[i]:
            if c[j]:
                happened[c[j] - 1, k] += 1.0
                every += 1
            j += 1
        if every:
            risk = float(n - i)
            time[k], at_risk[k], before[k] = t[i], n - i, left
            for q in range(causes):
                sums[q] += left * happened[q, k] / risk
                probability[q, k] = sums[q]
            left *= 1 - every / risk
            k += 1
        i = j
    return k


@kernel
def variance(at_risk: Int64, before: Float, probability: Float, own: Float, every: Float, out: Float) -> None:
    """The variance at each step of one cause. own: how often it happened there; every: all causes."""
    a, b, c, mine, step, cross = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(len(at_risk)):
        risk, p, s, d = float(at_risk[i]), probability[i], before[i], own[i]
        free = risk - every[i]
        hazard = every[i] / (risk * free) if free > 0 else 0.0
        a += hazard
        b += p * hazard
        c += p * p * hazard
        mine += s * s * d * (risk - d) / (risk * risk * risk)
        one = s * d / (risk * risk)
        step += one
        cross += p * one
        found = p * p * a - 2 * p * b + c + mine - 2 * (p * step - cross)
        out[i] = max(found, 0.0)
