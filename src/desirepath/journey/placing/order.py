"""In which order do a customer's events act? "In which order" of docs/reference/stages.md, compiled.

In: a chunk of customers' events in stored order. Out: their positions in the order in which they act, and when.
Events with a time of day keep it; a date-only event finds its place within its day by what it is evidence of.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desirepath.core.compiled import kernel
from desirepath.core.times import DAY, FOREVER
from desirepath.journey.bits import DATE_ONLY, EXIT, GOAL, MAX_STAGES

Int64 = NDArray[np.int64]

# Numba's cache knows of changes to a function's own file only: what calls each other stays in one file.
_STAGES = (1 << MAX_STAGES) - 1


@kernel
def _rank(bits: int, stages: int) -> int:
    """2s + 1 for the highest stage entered or 2s + 2 for the highest goal reached, the greater; 0 for neither."""
    if bits & (_STAGES | _STAGES << GOAL) == 0:
        return 0
    for s in range(stages - 1, -1, -1):
        if bits >> (GOAL + s) & 1:
            return 2 * s + 2
        if bits >> s & 1:
            return 2 * s + 1
    return 0


@kernel
def _first_from(times: Int64, instant: int) -> int:
    """The place of the first of the sorted times that is not before the instant."""
    low, high = 0, len(times)
    while low < high:
        middle = (low + high) // 2
        if times[middle] < instant:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def _day_end(start: int, zone_from: Int64, zone_offset: Int64) -> int:
    """The first instant of a later local date than that of `start`."""
    k = _first_from(zone_from, start + 1) - 1
    midnight = ((start + zone_offset[k]) // DAY + 1) * DAY
    while True:
        # A midnight that the clocks jump over is the jump itself.
        end: int = max(midnight - zone_offset[k], zone_from[k])
        if k + 1 == len(zone_from) or end < zone_from[k + 1]:
            return end
        k += 1


@kernel
def _effective_time(
    i: int, ts: Int64, bits: Int64, ranks: Int64, zone_from: Int64, zone_offset: Int64
) -> int:
    """When the date-only event i of a customer acts. ts, bits, ranks: of all of the customer's events."""
    start: int = ts[i]
    own, best, until = ranks[i], start, FOREVER
    if own == 0 and bits[i] >> EXIT & _STAGES == 0:
        return start
    end = _day_end(start, zone_from, zone_offset)
    for q in range(_first_from(ts, start), len(ts)):
        if ts[q] >= end or ts[q] > until:
            break
        if bits[q] & DATE_ONLY or ranks[q] == 0:
            continue
        if own == 0 or ranks[q] < own:
            best = ts[q]
        elif ranks[q] > own:
            until = ts[q]  # what is lower and of the same instant still comes before it
    return best


@kernel
def _sort(order: Int64, times: Int64, ranks: Int64) -> None:
    """Sort `order` by the time, then the rank, of the events that it names; equals keep their order.

    Merges of ever longer runs: what is in order already, which is nearly all, costs one look.
    """
    n, width = len(order), 1
    room = np.empty(n, np.int64)
    while width < n:
        for low in range(0, n - width, 2 * width):
            middle, high = low + width, min(low + 2 * width, n)
            a, b = low, middle
            if not _comes_before(order[b], order[b - 1], times, ranks):
                continue
            for to in range(low, high):
                if a == middle or (b < high and _comes_before(order[b], order[a], times, ranks)):
                    room[to] = order[b]
                    b += 1
                else:
                    room[to] = order[a]
                    a += 1
            for to in range(low, high):
                order[to] = room[to]
        width *= 2


@kernel
def _comes_before(i: int, j: int, times: Int64, ranks: Int64) -> bool:
    first: bool = times[i] < times[j] or (times[i] == times[j] and ranks[i] < ranks[j])
    return first


@kernel
def _order_one(
    ts: Int64,
    bits: Int64,
    stages: int,
    zone_from: Int64,
    zone_offset: Int64,
    order: Int64,
    when: Int64,
    ranks: Int64,
) -> None:
    """One customer: order and when, of as many items as there are events; ranks is room to work in."""
    in_order = True
    for i in range(len(ts)):
        order[i], when[i] = i, ts[i]
        if bits[i] & DATE_ONLY or (
            i > 0 and ts[i] == ts[i - 1] and _rank(bits[i], stages) < _rank(bits[i - 1], stages)
        ):
            in_order = False
    if in_order:
        return
    for i in range(len(ts)):
        ranks[i] = _rank(bits[i], stages)
    times = np.empty(len(ts), np.int64)
    for i in range(len(ts)):
        times[i] = ts[i]
        if bits[i] & DATE_ONLY:
            times[i] = _effective_time(i, ts, bits, ranks, zone_from, zone_offset)
    _sort(order, times, ranks)
    for i in range(len(ts)):
        when[i] = times[order[i]]


@kernel
def order_chunk(
    low: int,
    high: int,
    offset: Int64,
    ts: Int64,
    bits: Int64,
    stages: int,
    zone_from: Int64,
    zone_offset: Int64,
    order: Int64,
    when: Int64,
) -> None:
    """Fill order (positions in the trail) and when (effective times) for the customers low … high − 1.

    order, when: an item for each of their events. From instant zone_from[i] on, local time is UTC + zone_offset[i].
    """
    begin = offset[low]
    ranks = np.empty(offset[high] - begin, np.int64)
    for c in range(low, high):
        first, last = offset[c], offset[c + 1]
        a, b = first - begin, last - begin
        _order_one(
            ts[first:last],
            bits[first:last],
            stages,
            zone_from,
            zone_offset,
            order[a:b],
            when[a:b],
            ranks[a:b],
        )
        for i in range(a, b):
            order[i] += first
