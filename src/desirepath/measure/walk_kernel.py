"""The loop that marks where the last session before a silence ends."""

from __future__ import annotations

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
