"""The loops of the build: scatter events to their customers, sort each customer's run where it lies."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from desirepath.core.compiled import kernel

Int64 = NDArray[np.int64]
Columns = tuple[NDArray[Any], ...]  # those of build.COLUMNS, in that order


@kernel
def scatter(
    customer: Int64,
    arrival: Int64,
    columns: Columns,
    free: Int64,
    end: Int64,
    to_arrival: Int64,
    to_columns: Columns,
) -> bool:
    """Write each event at the next free place of its customer; `free` moves on. False where there is none.

    free, end: the next place of each customer, and that after their last. columns: as in build.COLUMNS.
    """
    ts, touchpoint, channel, evidence, value, event, waits = columns
    to_ts, to_touchpoint, to_channel, to_evidence, to_value, to_event, to_waits = to_columns
    for i in range(len(customer)):
        c = customer[i]
        # Out of its run an event would overwrite a neighbour's, or what is not ours at all.
        if c < 0 or c >= len(free) or free[c] >= end[c]:
            return False
        at = free[c]
        free[c] = at + 1
        to_ts[at], to_touchpoint[at], to_channel[at] = ts[i], touchpoint[i], channel[i]
        to_evidence[at], to_value[at], to_event[at] = evidence[i], value[i], event[i]
        to_waits[at], to_arrival[at] = waits[i], arrival[i]
    return True


@kernel
def _in_order(first: int, last: int, ts: Int64, arrival: Int64) -> bool:
    for i in range(first + 1, last):
        if ts[i] < ts[i - 1] or (ts[i] == ts[i - 1] and arrival[i] < arrival[i - 1]):
            return False
    return True


@kernel
def sort_runs(offset: Int64, arrival: Int64, columns: Columns) -> None:
    """Sort the events of each customer by (ts, arrival)."""
    ts, touchpoint, channel, evidence, value, event, waits = columns
    for c in range(len(offset) - 1):
        first, last = offset[c], offset[c + 1]
        if _in_order(first, last, ts, arrival):
            continue
        by_arrival = np.argsort(arrival[first:last], kind="mergesort")
        by_time = np.argsort(ts[first:last][by_arrival], kind="mergesort")
        order = by_arrival[by_time]
        arrival[first:last] = arrival[first:last][order]
        ts[first:last] = ts[first:last][order]
        touchpoint[first:last] = touchpoint[first:last][order]
        channel[first:last] = channel[first:last][order]
        evidence[first:last] = evidence[first:last][order]
        value[first:last] = value[first:last][order]
        event[first:last] = event[first:last][order]
        waits[first:last] = waits[first:last][order]
