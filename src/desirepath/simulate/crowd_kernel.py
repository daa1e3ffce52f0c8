"""The loop that makes a crowd's events: each a function of the seed and of its own place, of nothing else.

In: a stretch of arrivals. Out: their columns filled. What the numbers mean is told in crowd.py.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from desirepath.core.compiled import kernel
from desirepath.core.times import DAY
from desirepath.journey.bits import BY_BUSINESS, BY_CUSTOMER, ENTER, GOAL

Int64 = NDArray[np.int64]
Floats = NDArray[np.float64]

# Numba makes a float of int64 and uint64 together: everything that is mixed is uint64.
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_U30, _U27, _U31, _U11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_A, _B = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_MILLISECOND = 1_000
_YEAR = 365 * DAY
_ORDER = 3  # the stage whose evidence is an order
TIED, PLAIN, BUSINESS = 0.03, 0.55, 0.15


@kernel
def _mix(x: Any) -> Any:
    """SplitMix64's finalizer, as in chance.py."""
    x ^= x >> _U30
    x *= _A
    x ^= x >> _U27
    x *= _B
    return x ^ x >> _U31


@kernel
def _share(ids: Any, draw: int) -> float:
    """Uniform in (0, 1): the draw of that number for whoever has that id."""
    bits = _mix(ids + np.uint64(draw) * _GOLDEN)
    return (np.float64(bits >> _U11) + 0.5) / 9007199254740992.0


@kernel
def _shuffled(i: int, total: int, seed: Any) -> Any:
    """A one-to-one map of 0 … total − 1 onto itself without any order: each round can be undone."""
    bits = 2
    while (total - 1) >> bits:
        bits += 1
    mask, half = (np.uint64(1) << np.uint64(bits)) - np.uint64(1), np.uint64(bits // 2)
    x = np.uint64(i)
    while True:
        for turn in range(3):
            x = (x + _mix(seed + np.uint64(turn))) & mask
            x = (x * _A) & mask
            x ^= x >> half
        if x < np.uint64(total):
            return np.int64(x)


@kernel
def _owner(place: int, offset: Int64) -> int:
    """Whose event is at that place: the last customer who begins there or before."""
    low, high = 0, len(offset) - 1
    while high - low > 1:
        middle = (low + high) // 2
        if offset[middle] <= place:
            low = middle
        else:
            high = middle
    return low


@kernel
def _life(
    who: Any, reach: Floats, skips: float, medians: Floats, start: int, entries: Int64
) -> tuple[int, bool]:
    """When a customer enters each stage; returns the furthest one, and whether the second was skipped."""
    furthest = 0
    while furthest < len(reach) and _share(who, 10 + furthest) < reach[furthest]:
        furthest += 1
    skipped = furthest >= 2 and _share(who, 20) < skips
    entries[0] = start + int(_share(who, 0) * _YEAR) // _MILLISECOND * _MILLISECOND
    for s in range(furthest):
        # An exponential wait: its every quantile is known when its median is.
        wait = -np.log(_share(who, 30 + s)) * (medians[s] / np.log(2.0))
        entries[s + 1] = entries[s] + (int(wait) // _MILLISECOND + 1) * _MILLISECOND
        if skipped and s == 1:
            entries[2] = entries[1]
    return furthest, skipped


@kernel
def _moment(own: Any, furthest: int, skipped: bool, entries: Int64) -> tuple[int, int]:
    """When one of the further events happens, and what it is evidence of (−1: nothing)."""
    if _share(own, 1) < TIED:  # under one timestamp with an entry
        s = min(furthest, int(_share(own, 2) * (furthest + 1)))
        return entries[s], -1 if skipped and s == 1 else s
    last = entries[furthest] + 30 * DAY
    at = entries[0] + int(_share(own, 3) * (last - entries[0])) // _MILLISECOND * _MILLISECOND
    reached = 0
    while reached < furthest and entries[reached + 1] <= at:
        reached += 1
    if _share(own, 4) < PLAIN:
        return at, -1
    return at, min(reached, int(_share(own, 5) * (reached + 1)))


@kernel
def fill(
    first: int,
    offset: Int64,
    seed: Any,
    start: int,
    reach: Floats,
    skips: float,
    medians: Floats,
    columns: tuple[NDArray[Any], ...],
) -> None:
    """The events that arrive as numbers first, first + 1, …: as many as the columns are long."""
    customer, ts, kind, touchpoint, channel, evidence, value, event = columns
    total = offset[-1]
    entries = np.empty(len(reach) + 1, np.int64)
    for i in range(len(customer)):
        place = _shuffled(first + i, total, seed)
        c = _owner(place, offset)
        turn = place - offset[c]
        who = _mix(seed ^ _mix(np.uint64(c) * _GOLDEN))
        own = _mix(who + np.uint64(turn + 1) * _B)
        furthest, skipped = _life(who, reach, skips, medians, start, entries)
        if turn <= furthest:
            at, stage = entries[turn], turn
            if skipped and turn == 1:
                stage = -1
        else:
            at, stage = _moment(own, furthest, skipped, entries)
        by = BY_BUSINESS if stage < 0 and _share(own, 6) < BUSINESS else BY_CUSTOMER
        luck = _share(own, 7)
        customer[i], ts[i], event[i], value[i] = c, at, first + i, 0
        point = (5 if stage < 0 else stage) * 10 + int(luck * luck * 10)
        touchpoint[i], channel[i] = point, point * 7 % 8
        if stage < 0:
            kind[i], evidence[i] = 5 + int(_share(own, 8) * 5), by
            continue
        kind[i], evidence[i] = stage, by | 1 << (ENTER + stage)
        if stage == _ORDER:
            evidence[i] |= 1 << (GOAL + _ORDER) | 1 << (GOAL + _ORDER - 1)
            value[i] = 500 + int(_share(own, 9) ** 3 * 30_000)
