"""The loop that marks where sessions begin."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desirepath.core.compiled import kernel

Int64 = NDArray[np.int64]
_DAY = 86_400_000_000


@kernel
def mark(
    who: Int64,
    offset: Int64,
    ts: Int64,
    gap: int,
    changes: Int64,
    shifts: Int64,
    campaign: NDArray[np.int32],
    out: NDArray[np.bool_],
) -> None:
    """Sets out where a session begins. gap −1, no changes, no campaign: that rule is not asked."""
    for k in range(len(who)):
        first, last = offset[who[k]], offset[who[k] + 1]
        code, day, zone = np.int64(-1), np.int64(0), 0
        for p in range(first, last):
            new = p == first or (gap >= 0 and ts[p] - ts[p - 1] > gap)
            if len(changes):
                while zone + 1 < len(changes) and ts[p] >= changes[zone + 1]:
                    zone += 1
                today = (ts[p] + shifts[zone]) // _DAY
                new = new or today != day
                day = today
            if len(campaign) and campaign[p] >= 0:
                new = new or (code >= 0 and campaign[p] != code)
                code = np.int64(campaign[p])
            out[p] = new
