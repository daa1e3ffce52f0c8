"""The loops of the build: deal events out to neighbourhoods of customers, then sort each neighbourhood in cache.

A neighbourhood is a run of customers whose events fit the processor's cache; where each lies in the final columns
is known beforehand. Dealing writes a few thousand streams in order; sorting reads and writes one short stretch.
Serial loops without the GIL: build.py spreads them over threads.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from desirepath.core.compiled import kernel

Int64 = NDArray[np.int64]
Columns = tuple[NDArray[Any], ...]  # those of build.COLUMNS, in that order

_FEW = 64  # so few keys are sorted quickest by comparing all with all
_RUN = 32  # where there are more, runs of so many are merged
_SAFE = 2**62  # instants nearer to zero than this can be subtracted from each other


# ---- dealing out ------------------------------------------------------------------------------------


@kernel
def count(customer: NDArray[Any], counts: Int64) -> bool:
    """Add the events of each customer to counts. False where a code is none of them."""
    for i in range(len(customer)):
        c = customer[i]
        if c < 0 or c >= len(counts):
            return False
        counts[c] += 1
    return True


@kernel
def count_hoods(customer: Int64, customers: int, shift: int, counts: Int64) -> bool:
    """Add the events of each neighbourhood to counts. False where a code is no customer."""
    for i in range(len(customer)):
        c = customer[i]
        if c < 0 or c >= customers:
            return False
        counts[c >> shift] += 1
    return True


@kernel
def deal(customer: Int64, shift: int, free: Int64, to: Int64, local: NDArray[np.uint16]) -> None:
    """Give each event the next free place of its neighbourhood, and write there which customer in it it is of."""
    mask = (1 << shift) - 1
    for i in range(len(customer)):
        hood = customer[i] >> shift
        at = free[hood]
        free[hood] = at + 1
        to[i] = at
        local[at] = customer[i] & mask


@kernel
def scatter(column: NDArray[Any], to: Int64, out: NDArray[Any]) -> None:
    """Write each item to its place. One column at a time: the streams that are open then fit the cache."""
    for i in range(len(to)):
        out[to[i]] = column[i]


# ---- sorting ----------------------------------------------------------------------------------------


@kernel
def _sort_few(keys: Int64, first: int, last: int, out: Int64) -> None:
    """Sort keys[first:last], few and all different, into out: each one's place is the number of those below it.

    That is more comparing than sorting needs, but the processor does eight at a time and none is a branch.
    """
    # Unsigned: an index that cannot be negative need not be looked at, and the loop can be taken eight at a time.
    low, high = np.uintp(first), np.uintp(last)
    for i in range(low, high):
        key, place = keys[i], low
        for j in range(low, high):
            place += np.uintp(keys[j] < key)
        out[place] = key


@kernel
def _sort_many(keys: Int64, first: int, last: int, room: Int64) -> None:
    """Sort keys[first:last], all different, where they lie: short runs, then merging runs. room: as long as keys."""
    for low in range(first, last, _RUN):
        high = min(low + _RUN, last)
        _sort_few(keys, low, high, room)
        for i in range(low, high):
            keys[i] = room[i]
    width = _RUN
    while width < last - first:
        for low in range(first, last - width, 2 * width):
            middle, high = low + width, min(low + 2 * width, last)
            if keys[middle - 1] <= keys[middle]:
                continue
            for i in range(low, middle):
                room[i] = keys[i]
            a, b, to = low, middle, low
            while a < middle and b < high:
                # Without a branch: which side is smaller is a coin toss that no processor foresees.
                left, right = room[a], keys[b]
                smaller = right < left
                keys[to] = right if smaller else left
                b += smaller
                a += not smaller
                to += 1
            while a < middle:
                keys[to] = room[a]
                a += 1
                to += 1
        width *= 2


@kernel
def _order_ties(first: int, last: int, base: int, ts: Int64, place: Int64, arrival: Int64) -> None:
    """Within each stretch of equal times put the events in order of arrival."""
    i = first
    while i + 1 < last:
        if ts[i] != ts[i + 1]:
            i += 1
            continue
        end = i + 2
        while end < last and ts[end] == ts[i]:
            end += 1
        if end - i > _RUN:
            came = np.empty(end - i, np.int64)
            for j in range(i, end):
                came[j - i] = arrival[base + place[j]]
            place[i:end] = place[i:end][np.argsort(came, kind="mergesort")]
        else:
            for j in range(i + 1, end):
                one, k = place[j], j
                while k > i and arrival[base + place[k - 1]] > arrival[base + one]:
                    place[k] = place[k - 1]
                    k -= 1
                place[k] = one
        i = end


@kernel
def _order_run(
    first: int,
    last: int,
    base: int,
    ts: Int64,
    place: Int64,
    keys: Int64,
    room: Int64,
    order: Int64,
    arrival: Int64,
) -> None:
    """Order one customer's events, first … last − 1, by (ts, arrival): sorts their times, and fills order.

    place: where each lies, in the neighbourhood that begins at base. keys, room: to work in.
    """
    low, high = ts[first], ts[first]
    for i in range(first + 1, last):
        low, high = min(low, ts[i]), max(high, ts[i])
    bits = 1
    while (last - first) >> bits:
        bits += 1
    if low < -_SAFE or high > _SAFE or (high - low) >> (62 - bits):
        by_time = np.argsort(ts[first:last], kind="mergesort")
        ts[first:last] = ts[first:last][by_time]
        order[first:last] = place[first:last][by_time]
        _order_ties(first, last, base, ts, order, arrival)
        return
    # Time and place in one number: sorting moves half as much, and compares once.
    mask, tied, before = (1 << bits) - 1, False, low - 1
    for i in range(first, last):
        keys[i] = (ts[i] - low) << bits | (i - first)
    if last - first <= _FEW:
        _sort_few(keys, first, last, room)
    else:
        _sort_many(keys, first, last, room)
        for i in range(first, last):
            room[i] = keys[i]
    for i in range(first, last):
        at = (room[i] >> bits) + low
        tied = tied or at == before
        order[i] = place[first + (room[i] & mask)]
        ts[i] = before = at
    if tied:
        _order_ties(first, last, base, ts, order, arrival)


@kernel
def _permute(column: NDArray[Any], base: int, place: Int64, room: NDArray[Any], length: int) -> None:
    for i in range(length):
        room[i] = column[base + place[i]]
    for i in range(length):
        column[base + i] = room[i]


@kernel
def _group(
    low: int, high: int, offset: Int64, local: NDArray[np.uint16], column: Int64, ts: Int64, place: Int64
) -> bool:
    """Lay the events of a neighbourhood together by customer: times in ts, whence in place. False: others came."""
    base = offset[low]
    free, end = np.empty(high - low, np.int64), np.empty(high - low, np.int64)
    for c in range(low, high):
        free[c - low], end[c - low] = offset[c] - base, offset[c + 1] - base
    for i in range(offset[high] - base):
        c = local[base + i]
        at = free[c]
        if at >= end[c]:
            return False
        free[c] = at + 1
        ts[at], place[at] = column[base + i], i
    return True


@kernel
def sort_hoods(
    first: int,
    last: int,
    shift: int,
    offset: Int64,
    local: NDArray[np.uint16],
    arrival: Int64,
    columns: Columns,
) -> bool:
    """Sort the events of the neighbourhoods first … last − 1 by (customer, ts, arrival), where they lie.

    local: which customer of its neighbourhood each event is of. False where a customer has other events than offset
    says. arrival may be the column `event` itself: it is permuted after it was looked at. waits_until may be empty.
    """
    customers, most = len(offset) - 1, 0
    for hood in range(first, last):
        low, high = hood << shift, min((hood + 1) << shift, customers)
        most = max(most, offset[high] - offset[low])
    when, touchpoint, channel, evidence, value, event, waits = columns
    ts, place, order = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.int64)
    keys, room, narrow = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.int16)
    for hood in range(first, last):
        low, high = hood << shift, min((hood + 1) << shift, customers)
        base, length = offset[low], offset[high] - offset[low]
        if not _group(low, high, offset, local, when, ts, place):
            return False
        for c in range(low, high):
            if offset[c] < offset[c + 1]:
                a, b = offset[c] - base, offset[c + 1] - base
                _order_run(a, b, base, ts, place, keys, room, order, arrival)
        for i in range(length):
            when[base + i] = ts[i]
        _permute(touchpoint, base, order, narrow, length)
        _permute(channel, base, order, narrow, length)
        _permute(evidence, base, order, room, length)
        _permute(value, base, order, room, length)
        _permute(event, base, order, room, length)
        if len(waits):
            _permute(waits, base, order, room, length)
    return True
