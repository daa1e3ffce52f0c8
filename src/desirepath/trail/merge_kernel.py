"""The loops of merging: each customer's run is copied from where it is, one column at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from desirepath.core.compiled import kernel

Int64 = NDArray[np.int64]
Int16 = NDArray[np.int16]


@kernel
def copy_runs(
    kept: Int64,
    old_offset: Int64,
    new_offset: Int64,
    old: NDArray[Any],
    new: NDArray[Any],
    to: NDArray[Any],
) -> None:
    """The runs one after the other: kept[c] of the old column, or, where that is −1, the next of the new one."""
    at = anew = 0
    for c in range(len(kept)):
        if kept[c] >= 0:
            for i in range(old_offset[kept[c]], old_offset[kept[c] + 1]):
                to[at] = old[i]
                at += 1
        else:
            for i in range(new_offset[anew], new_offset[anew + 1]):
                to[at] = new[i]
                at += 1
            anew += 1


@kernel
def recode(kept: Int64, offset: Int64, codes: Int16, to: Int16) -> None:
    """In the runs that were kept, each code becomes the one that now stands for it; −1 stays."""
    for c in range(len(kept)):
        if kept[c] >= 0:
            for i in range(offset[c], offset[c + 1]):
                if to[i] >= 0:
                    to[i] = codes[to[i]]
