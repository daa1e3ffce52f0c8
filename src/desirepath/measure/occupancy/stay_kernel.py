"""Visits become stays in states: one customer at a time, as far as each was watched."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desirepath.core.compiled import kernel
from desirepath.core.times import NEVER
from desirepath.core.words import Outcome

Int64 = NDArray[np.int64]

ADVANCED, LEFT = int(Outcome.ADVANCED), int(Outcome.LEFT)


@kernel
def _path(
    low: int,
    high: int,
    zero: int,
    stages: int,
    before: bool,
    entered: Int64,
    ended: Int64,
    outcome: NDArray[np.int8],
    next_stage: NDArray[np.int8],
    stage: NDArray[np.int8],
    until: Int64,
    at: Int64,
    state: Int64,
) -> tuple[int, int]:
    """The states of one customer, each with the instant it began; returns (how many, until when they were watched).

    Of several at one instant the last stands. States: the stages, then left, lapsed, completed, unplaced.
    """
    size, watched = 0, zero
    if before:
        at[0], state[0], size = zero, stages + 3, 1
    for v in range(low, high):
        if entered[v] > until[v]:
            break
        next_is_known = v + 1 == high or entered[v + 1] <= until[v + 1]
        for part in range(2):
            if part == 0:
                t, to = entered[v], int(stage[v])
            else:
                watched = max(watched, until[v])
                if ended[v] == NEVER or ended[v] > until[v]:
                    return size, max(watched, entered[v])
                t = ended[v]
                if outcome[v] == ADVANCED and next_stage[v] >= 0:
                    if not next_is_known:
                        return size, t
                    continue
                to = stages + (2 if outcome[v] == ADVANCED else 0 if outcome[v] == LEFT else 1)
            if size and at[size - 1] == t:
                size -= 1
            if size == 0 or state[size - 1] != to:
                at[size], state[size] = t, to
                size += 1
    return size, watched


@kernel
def stays(
    begins: Int64,
    zero: Int64,
    before: bool,
    unplaced_until: int,
    stages: int,
    entered: Int64,
    ended: Int64,
    outcome: NDArray[np.int8],
    next_stage: NDArray[np.int8],
    stage: NDArray[np.int8],
    until: Int64,
    out: Int64,
) -> int:
    """Write the stays of every customer: rows of out, [5, …]: who, start, stop, state, target. Returns how many.

    begins: [customers + 1], where each one's visits begin. zero: their time 0. before: they are unplaced from there to
    their first visit; unplaced_until: until when that is known. until: of each visit.
    """
    n, most = 0, 0
    for c in range(len(begins) - 1):
        most = max(most, begins[c + 1] - begins[c])
    at, state = np.empty(2 * most + 2, np.int64), np.empty(2 * most + 2, np.int64)
    for c in range(len(begins) - 1):
        size, watched = _path(
            begins[c], begins[c + 1], zero[c], stages, before, entered, ended, outcome, next_stage, stage, until, at,
            state,
        )  # fmt: skip
        if begins[c] == begins[c + 1] and before:
            watched = max(watched, unplaced_until)
        for k in range(size):
            stop = at[k + 1] if k + 1 < size else watched
            if stop > at[k]:
                out[0, n], out[1, n], out[2, n], out[3, n] = c, at[k] - zero[c], stop - zero[c], state[k]
                out[4, n] = state[k + 1] if k + 1 < size else -1
                n += 1
    return n
