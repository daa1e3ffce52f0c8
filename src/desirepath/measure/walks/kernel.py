"""Loops over walks: where the last session before a silence ends; what the events of a walk add up to."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from desirepath.core.compiled import kernel

Int64 = NDArray[np.int64]


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
