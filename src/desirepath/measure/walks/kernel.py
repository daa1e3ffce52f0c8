"""Loops over walks: where the last session before a silence ends; what the events of a walk add up to; how it fared."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from desirepath.core.compiled import kernel
from desirepath.measure.walks.path_kernel import fate as fate_of

Int64 = NDArray[np.int64]
Mask = NDArray[np.bool_]

IN_FLIGHT, SUCCEEDED, VALUE, CUSTOMERS, STAYED, KNOWN = range(6)  # what is told of each group of walks
GOING_ON, QUIET = 1, 5  # walk.Fate


@kernel
def mark_ends(
    customer: NDArray[np.int32],
    last: Int64,
    fate: NDArray[np.int8],
    offset: Int64,
    ts: Int64,
    gap: int,
    starts: NDArray[np.bool_],
    out: NDArray[np.int8],
) -> None:
    """Writes each visit's fate to the last event of the session in which it was last heard of, at the instant `last`.

    gap: µs, −1 none; starts: where sessions begin, may be empty.
    """
    for i in range(len(customer)):
        low, high = offset[customer[i]], offset[customer[i] + 1]
        end = high
        while high - low > 1:
            middle = (low + high) // 2
            if ts[middle] <= last[i]:
                low = middle
            else:
                high = middle
        while low + 1 < end and not (
            (gap >= 0 and ts[low + 1] - ts[low] > gap) or (len(starts) > 0 and starts[low + 1])
        ):
            low += 1
        out[low] = fate[i]


@kernel
def sum_between(first: Int64, last: Int64, column: NDArray[Any], out: Int64) -> None:
    """Write to out[i] the sum of column[first[i]] … column[last[i]]; nothing where there is no first (−1)."""
    for i in range(len(first)):
        out[i] = 0
        if first[i] >= 0:
            for p in range(first[i], last[i] + 1):
                out[i] += column[p]


@kernel
def judge_found(
    found: Int64,
    group: NDArray[np.int16],
    offset: Int64,
    ts: Int64,
    ends: tuple[NDArray[np.int8], NDArray[np.int8]],
    value: Int64,
    goal: Mask,
    rule: tuple[bool, bool, int],
    told: Int64,
    took: Int64,
    of: NDArray[np.int16],
) -> int:
    """What became of these walks, whose runs are customers. found: rows of path_kernel.read_walks, each with a step.

    group: of each path. goal: which events are success; may be empty. rule: whether the walks are sessions, of which
    all that are over are known (of others those that began at the third item or before); whether their paths arrive,
    so that the time is that until then. told, took, of: as of session_kernel.judge_sessions, but KNOWN are those whose
    end is known, and there is room for all. Returns how many were written.
    """
    sessions, arrive, latest = rule
    before = np.full(len(told), -1, np.int64)
    filled, wanted = 0, len(goal) > 0
    for i in range(len(found)):
        g, run = np.int64(group[found[i, 0]]), found[i, 1]
        first, last, began, end = found[i, 2], found[i, 3], found[i, 4], found[i, 5]
        worth, done = np.int64(0), False
        for p in range(first, end + 1):
            worth += value[p]
            done |= wanted and goal[p]
        fate = fate_of(end + 1, began, offset[run + 1], run, ends)
        going_on = fate == GOING_ON
        known = not going_on if sessions else ts[began] <= latest
        over = arrive or not (going_on or (fate == QUIET and not sessions))
        told[g, IN_FLIGHT] += going_on
        told[g, KNOWN] += known
        told[g, SUCCEEDED] += known and done
        told[g, VALUE] += worth
        told[g, CUSTOMERS] += before[g] != run
        before[g] = run
        lasted = ts[last if arrive else end] - ts[first]
        if over and lasted == 0:
            continue
        told[g, STAYED] += 1
        took[filled], of[filled] = lasted << 1 | (not over), g
        filled += 1
    return filled
