"""What held for a customer at a moment? Looking back along a trail, never forward.

In: trails, and what was said at some of their instants. Out: for each event what had been said by then, equal times
included; for a customer and a moment, the last event until then.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desirepath.core.compiled import kernel

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]


@kernel
def last_said(low: int, high: int, offset: Int64, ts: Int64, code: Int32, out: Int32) -> None:
    """For the events of customers low … high − 1: the code that was last said by then; −1 where none was.

    Of several said at one instant the greatest counts, and it counts for all events of that instant.
    """
    for c in range(low, high):
        said = np.int32(-1)
        p, end = offset[c], offset[c + 1]
        while p < end:
            best, q = np.int32(-1), p
            while q < end and ts[q] == ts[p]:
                best = max(best, code[q])
                q += 1
            if best >= 0:
                said = best
            for i in range(p, q):
                out[i] = said
            p = q


@kernel
def fill(
    low: int,
    high: int,
    offset: Int64,
    ts: Int64,
    begin: Int64,
    at: Int64,
    held: NDArray[np.bool_],
    before: bool,
    out: NDArray[np.bool_],
) -> None:
    """What held at each event of customers low … high − 1: as changed at the last instant `at` up to the event's.

    begin [customers + 1]: where each customer's changes begin in at and held, which ascend. before: what held until
    the first change.
    """
    for c in range(low, high):
        k, now = begin[c], before
        for p in range(offset[c], offset[c + 1]):
            while k < begin[c + 1] and at[k] <= ts[p]:
                now = held[k]
                k += 1
            out[p] = now


@kernel
def last_events(offset: Int64, ts: Int64, customer: Int32, moment: Int64, out: Int64) -> None:
    """For each customer and moment the position of the last event until then; −1 where there is none."""
    for i in range(len(customer)):
        low, high = offset[customer[i]], offset[customer[i] + 1]
        first = low
        while low < high:
            middle = (low + high) >> 1
            if ts[middle] <= moment[i]:
                low = middle + 1
            else:
                high = middle
        out[i] = low - 1 if low > first else -1
