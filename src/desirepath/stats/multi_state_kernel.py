"""The product integral of a multi-state process, for everybody and with each group of the sample left out at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desirepath.core.compiled import kernel

Int64 = NDArray[np.int64]
Float = NDArray[np.float64]


@kernel
def _apply(probability: Float, change: Float, touched: NDArray[np.bool_]) -> None:
    """The moves of one instant happen together."""
    for k in range(len(touched)):
        if touched[k]:
            for b in range(probability.shape[1]):
                probability[k, b] += change[k, b]
                change[k, b] = 0.0
            touched[k] = False


@kernel
def occupy(
    start: Int64,
    stop: Int64,
    state: Int64,
    target: Int64,
    group: Int64,
    by_start: Int64,
    by_stop: Int64,
    probability: Float,
    grid: Int64,
    out: Float,
) -> None:
    """Walk through time; write the probabilities at each instant of `grid` to out [grid, states, groups + 1].

    grid ascends.
    Stays: start < stop, in `state`, then a move to `target` (−1: not seen any longer). by_start, by_stop: their orders.
    probability, [states, groups + 1]: at the beginning; column b leaves group b out, the last leaves nobody out.
    A stay is at risk at t where start < t ≤ stop. Per move the cost is that of a column, not of the sample.
    """
    states, columns = probability.shape
    # Counts as floats: numbers of one kind are taken several at a time.
    at_risk, within = np.zeros(states), np.zeros((states, columns))
    change, touched = np.zeros((states, columns)), np.zeros(states, np.bool_)
    q, come, i = 0, 0, 0
    while i < len(by_stop):
        t = stop[by_stop[i]]
        while q < len(grid) and grid[q] < t:
            out[q] = probability
            q += 1
        while come < len(by_start) and start[by_start[come]] < t:
            r = by_start[come]
            at_risk[state[r]] += 1
            within[state[r], group[r]] += 1
            come += 1
        first = i
        while i < len(by_stop) and stop[by_stop[i]] == t:
            r = by_stop[i]
            h, to, g = state[r], target[r], group[r]
            if to >= 0:
                moved_here, moved_there = change[h], change[to]
                own = moved_here[g], moved_there[g]
                for b in range(columns):
                    # Who stands in for nobody cannot move: only the group of the mover itself can be empty here.
                    flow = probability[h, b] / max(at_risk[h] - within[h, b], 1.0)
                    moved_here[b] -= flow
                    moved_there[b] += flow
                moved_here[g], moved_there[g] = own  # the group without the mover does not see the move
                touched[h] = touched[to] = True
            i += 1
        _apply(probability, change, touched)
        for j in range(first, i):
            r = by_stop[j]
            at_risk[state[r]] -= 1
            within[state[r], group[r]] -= 1
    while q < len(grid):
        out[q] = probability
        q += 1
