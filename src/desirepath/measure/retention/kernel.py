"""The loop of retention: in which of its periods did each customer return? One customer at a time.

A period is a number of steps after the step in which the customer started. Steps are those of a calendar (edges) or
grains of plain time (edges empty). Counts add up over ranges of customers. Judged by tests/twins/retention.py.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desirepath.core.compiled import kernel
from desirepath.core.times import FOREVER, NEVER

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
Mask = NDArray[np.bool_]


@kernel
def first_events(low: int, high: int, offset: Int64, mask: Mask, at: Int64) -> None:
    """The place of each customer's first event that the mask keeps; −1 where there is none."""
    for c in range(low, high):
        at[c] = -1
        for i in range(offset[c], offset[c + 1]):
            if mask[i]:
                at[c] = i
                break


@kernel
def step_of(t: int, edges: Int64, per_us: float, grain: int) -> int:
    """Which step an instant lies in. The guess is off by a few at most: periods are about as long as each other."""
    most = len(edges) - 2
    if most < 0:
        return t // grain
    k = min(max(int((t - edges[0]) * per_us), 0), most)
    while k > 0 and t < edges[k]:
        k -= 1
    while k < most and t >= edges[k + 1]:
        k += 1
    return k


@kernel
def _begin(step: int, edges: Int64, grain: int) -> int:
    """The instant at which a step begins; FOREVER beyond the calendar."""
    if len(edges) == 0:
        return step * grain
    return edges[step] if step < len(edges) else FOREVER


@kernel
def _whole(steps: int, size: int) -> int:
    """How many whole periods so many steps are. Most calendars have one step a period, and dividing is slow."""
    return steps if size == 1 else steps // size


@kernel
def _last_return(first: int, end: int, start: int, ts: Int64, mask: Mask, known: int) -> int:
    """The place of the last event that is a return and known; −1 where there is none. The start is none."""
    for i in range(end - 1, first - 1, -1):
        if ts[i] <= known and (len(mask) == 0 or mask[i]) and i != start:
            return i
    return -1


@kernel
def count_returns(
    low: int,
    high: int,
    customer: Int64,
    at: Int64,
    cohort: Int32,
    base: int,
    offset: Int64,
    ts: Int64,
    mask: Mask,
    edges: Int64,
    per_us: float,
    grain: int,
    size: int,
    known: int,
    column_of: Int64,
    over_by: Int64,
    open_ended: bool,
    ordered: bool,
    own: bool,
    over: Int64,
    hits: Int64,
    wanted: int,
    out: NDArray[np.uint8],
) -> None:
    """Count the starts low … high − 1 by cohort and column, and who returned.

    customer, at: of each start, and its event's place. cohort: its code; empty: its step less `base`.
    mask: which events are returns; empty: all. size: steps a period. column_of: the column of a period, −1 none; where
    open_ended, the last column that it counts in. over_by: how many columns are over once so many periods are.
    ordered: a return comes after the start in the stored order; else anywhere from the start's step on.
    own: the start itself is a return. over, [cohorts, columns + 1]: starts by how many of their columns are over.
    hits, [cohorts, 2, columns]: returns in columns that are over, in others.
    wanted: a column, or −1; out then has 1 for a return in it and 2 for its being over, for each start.
    """
    known_step = step_of(known + 1, edges, per_us, grain)
    columns, periods = hits.shape[2], len(column_of)
    for r in range(low, high):
        a, end = at[r], offset[customer[r] + 1]
        start = step_of(ts[a], edges, per_us, grain)
        k = cohort[r] if len(cohort) else start - base
        whole = over_by[min(_whole(known_step - start, size), len(over_by) - 1)]
        over[k, whole] += 1
        if 0 <= wanted < whole:
            out[r] |= 2
        i = a + 1
        if not ordered:
            i, began = a, offset[customer[r]]
            while i > began and step_of(ts[i - 1], edges, per_us, grain) >= start:
                i -= 1
        if open_ended:
            last = _last_return(i, end, a, ts, mask, known)
            reached = -1
            if last >= 0:
                p = _whole(step_of(ts[last], edges, per_us, grain) - start, size)
                reached = column_of[min(p, periods - 1)]
            elif own:
                reached = column_of[0]
            for j in range(min(reached + 1, columns)):
                hits[k, 1 if j >= whole else 0, j] += 1
            if 0 <= wanted <= reached:
                out[r] |= 1
            continue
        before, until = -1, NEVER  # the last column counted; nothing before `until` can be news
        if own and column_of[0] >= 0:
            before, until = column_of[0], _begin(start + size, edges, grain)
            hits[k, 1 if before >= whole else 0, before] += 1
            if before == wanted:
                out[r] |= 1
        while i < end:
            t = ts[i]
            if t < until or (len(mask) and not mask[i]) or i == a:
                i += 1
                continue
            p = _whole(step_of(t, edges, per_us, grain) - start, size)
            if t > known or p >= periods:
                break
            until = _begin(start + (p + 1) * size, edges, grain)
            j = column_of[p]
            if j > before:
                before = j
                hits[k, 1 if j >= whole else 0, j] += 1
                if j == wanted:
                    out[r] |= 1
            i += 1
