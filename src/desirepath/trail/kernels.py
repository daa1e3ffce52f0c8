"""The loops of the build: scatter events to their customers, sort each customer's run where it lies."""

from __future__ import annotations

import numba
import numpy as np

_jit = numba.njit(cache=True, nogil=True)


@_jit
def scatter(customer, free, ts, touchpoint, channel, evidence, value, event, waits, arrival,
            to_ts, to_touchpoint, to_channel, to_evidence, to_value, to_event, to_waits, to_arrival):  # type: ignore[no-untyped-def]  # fmt: skip
    """Write event i at the next free place of its customer; `free` moves on."""
    for i in range(len(customer)):
        c = customer[i]
        at = free[c]
        free[c] = at + 1
        to_ts[at], to_touchpoint[at], to_channel[at] = ts[i], touchpoint[i], channel[i]
        to_evidence[at], to_value[at], to_event[at] = evidence[i], value[i], event[i]
        to_waits[at], to_arrival[at] = waits[i], arrival[i]


@_jit
def _in_order(first, last, ts, arrival):  # type: ignore[no-untyped-def]
    for i in range(first + 1, last):
        if ts[i] < ts[i - 1] or (ts[i] == ts[i - 1] and arrival[i] < arrival[i - 1]):
            return False
    return True


@_jit
def sort_runs(offset, arrival, ts, touchpoint, channel, evidence, value, event, waits):  # type: ignore[no-untyped-def]
    """Sort the events of each customer by (ts, arrival)."""
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
