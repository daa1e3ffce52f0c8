"""Trails of which few have changed: the runs of the others are copied, column by column, from the last build.

In: the last trails, the trails of the customers who were read anew, and for each customer of the answer where
their run is. Out: Trails, as if all had been built at once. A merged copy costs one pass over the columns, which
is what writing them costs; in return every reader finds plain columns, and none has to look in two places.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from desirepath.trail.build import COLUMNS, Allocate, in_memory
from desirepath.trail.trails import Trails

Int64 = NDArray[np.int64]
Int16 = NDArray[np.int16]

ANEW = -1  # the customer's run is the next of those that were read anew


def merge_trails(
    before: Trails,
    anew: Trails,
    kept: Int64,
    allocate: Allocate = in_memory,
    channels: Int16 | None = None,
) -> Trails:
    """The trails of `len(kept)` customers.

    kept: for each customer the place in `before` whose run is kept, or ANEW: the runs of `anew` belong to these, in
    their order. channels: the new code of each channel of `before`, where codes have changed.
    Raises ValueError where `anew` has other than the customers that are ANEW.
    """
    fresh = kept == ANEW
    if int(fresh.sum()) != anew.customers:
        raise ValueError(f"{anew.customers} trails were read anew, and {int(fresh.sum())} were to be")
    counts = np.empty(len(kept), np.int64)
    counts[fresh] = np.diff(anew.offset)
    counts[~fresh] = np.diff(before.offset)[kept[~fresh]]
    offset = np.zeros(len(kept) + 1, np.int64)
    np.cumsum(counts, out=offset[1:])
    columns = {name: allocate(name, kind, int(offset[-1])) for name, kind in COLUMNS.items()}

    def copy(name: str) -> None:
        from desirepath.trail import merge_kernel  # Numba takes 0.3 s to import: only when merging

        runs = _plain(before.offset), _plain(anew.offset)
        old, new, to = (
            _plain(getattr(before, name)),
            _plain(getattr(anew, name)),
            columns[name].view(np.ndarray),
        )
        merge_kernel.copy_runs(kept, *runs, old, new, to)
        if name == "channel" and channels is not None:
            merge_kernel.recode(kept, offset, channels, to)

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        list(pool.map(copy, COLUMNS))
    return Trails(offset=offset, **columns)  # type: ignore[arg-type]  # kinds as in COLUMNS


def _plain(column: NDArray[np.generic]) -> NDArray[np.generic]:
    """A view that cannot be written: a kernel is compiled anew for every kind of array that it is given."""
    view = column.view(np.ndarray)
    view.flags.writeable = False
    return view
