"""The loops that read paths: walks in, how often each exact path was walked out.

A path is a number: its steps are digits (code + 1) in the base `kinds + 1`, the first step the highest; those that do
not fit one int64 go on in a second. So two paths are the same exactly when their numbers are: nothing is hashed away.
The three lowest bits of the first number say how the walk ended (walks.Fate). No step at all is the number 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from desirepath.core.compiled import kernel

Int64 = NDArray[np.int64]
Mask = NDArray[np.bool_]

FATE_BITS = 3
CUT = 7  # the path goes on beyond the longest that is kept
_FULL = 2  # a table holds at least so many places for each path


# ---- the table of paths -----------------------------------------------------------------------------


@kernel
def place_of(keys: Int64, low: int, high: int) -> int:
    """Where a path is in the table, or the free place for it. keys: [a power of two, 3]: low, high, count."""
    mask = len(keys) - 1
    mixed = (low ^ (high * np.int64(0x2545F4914F6CDD1D))) * np.int64(-7046029254386353131)
    at = (mixed ^ (mixed >> 32)) & mask
    while keys[at, 2] != 0 and (keys[at, 0] != low or keys[at, 1] != high):
        at = (at + 1) & mask
    return int(at)


@kernel
def add(keys: Int64, used: int, low: int, high: int, count: int) -> tuple[Int64, int]:
    """Count a path so many times more. Returns the table, which grows as it must, and how many paths are in it."""
    at = place_of(keys, low, high)
    if keys[at, 2] == 0:
        used += 1
        if used * _FULL > len(keys):
            wide = np.zeros((2 * len(keys), 3), np.int64)
            for j in range(len(keys)):
                if keys[j, 2] != 0:
                    to = place_of(wide, keys[j, 0], keys[j, 1])
                    wide[to, 0], wide[to, 1], wide[to, 2] = keys[j, 0], keys[j, 1], keys[j, 2]
            keys = wide
            at = place_of(keys, low, high)
        keys[at, 0], keys[at, 1] = low, high
    keys[at, 2] += count
    return keys, used


@kernel
def add_all(keys: Int64, used: int, more: Int64) -> tuple[Int64, int]:
    """Add the paths of another table."""
    for i in range(len(more)):
        if more[i, 2] != 0:
            keys, used = add(keys, used, more[i, 0], more[i, 1], more[i, 2])
    return keys, used


# ---- reading ----------------------------------------------------------------------------------------


@kernel
def end_of_walk(first: int, end: int, ts: Int64, gap: int, starts: Mask) -> int:
    """Where the walk that begins at the event `first` is over: the event after its last."""
    p = first + 1
    while p < end and not ((gap >= 0 and ts[p] - ts[p - 1] > gap) or (len(starts) > 0 and starts[p])):
        p += 1
    return min(p, end)


@kernel
def take_steps(first: int, last: int, code: NDArray[Any], steps: Int64, where: Int64) -> int:
    """Write the codes and places of the events that are steps; returns how many are."""
    m = 0
    for p in range(first, last):
        if code[p] >= 0:
            steps[m], where[m] = code[p], p
            m += 1
    return m


@kernel
def fate(after: int, began: int, end: int, run: int, ends: tuple[NDArray[np.int8], NDArray[np.int8]]) -> int:
    """How the walk ended whose last event is the one before `after`."""
    run_ends, event_ends = ends
    if len(event_ends) > 0 and after > began:
        return int(event_ends[after - 1])
    if after == end and len(run_ends) > 0:
        return int(run_ends[run])
    return 0


@kernel
def _reached(marks: Mask, where: Int64, first: int, last: int) -> int:
    """The first of where[first:last] that is marked; −1 where none is."""
    for j in range(first, last):
        if marks[where[j]]:
            return j
    return -1


@kernel
def _number(
    steps: Int64, first: int, last: int, backward: bool, collapse: bool, base: int, fits: int, longest: int
) -> tuple[int, int, bool]:
    """The path steps[first:last] as (low without its fate, high, whether it goes on beyond the longest)."""
    number, above, n, before = np.int64(0), np.int64(0), 0, np.int64(-1)
    for j in range(last - first):
        step = steps[last - 1 - j] if backward else steps[first + j]
        if collapse and step == before:
            continue
        before = step
        if n == longest:
            return int(number), int(above), True
        if n < fits:
            number = number * base + step + 1
        else:
            above = above * base + step + 1
        n += 1
    return int(number), int(above), False


@kernel
def read_walks(
    low: int,
    high: int,
    who: Int64,
    columns: tuple[Int64, Int64, NDArray[Any], Mask, Mask],
    ends: tuple[NDArray[np.int8], NDArray[np.int8]],
    anchors: tuple[Mask, Mask],
    shape: tuple[int, int, int, int, bool, bool],
    tallies: Int64,
    few: Int64,
    keys: Int64,
    used: int,
    chosen: Int64,
    others: bool,
    found: Int64,
) -> tuple[Int64, int, Int64, int]:
    """Every walk of the runs who[low:high], the general way. Either counts paths or finds the walks behind them.

    columns: offset, ts, code, where another walk begins, which walks are asked about (at their first event); the last
    two may be empty: nowhere, all. ends: how a run ends; how a walk that ends at an event ends; the second wins where
    it is not empty. anchors: where a path may begin, where it ends; empty: at the walk's own ends.
    shape: gap (−1: none), base, fits, longest, backward, collapse. tallies: walks, those with a step, those that began,
    those that arrived. few: counts of the lowest paths, by their number; keys, used: the others. chosen: sorted paths
    [n, 2] to be found; few then holds the place of each of the lowest paths in chosen, n where it is not there.
    found: [room, 6], no room: count. Else by walk: its path's place in chosen, run, first and last event of the path,
    first and last event of the walk; other paths (their place is n) are passed over unless `others` are wanted.
    Returns the table, how much is in it, found (which grows as it must) and how many were found.
    """
    offset, ts, code, starts, asked = columns
    begins, arrives = anchors
    gap, base, fits, longest, backward, collapse = shape
    steps, where = np.empty(64, np.int64), np.empty(64, np.int64)
    filled, counting = 0, len(found) == 0
    for k in range(low, high):
        run = who[k]
        p, end = offset[run], offset[run + 1]
        empty_run = p == end
        while p < end or empty_run:
            empty_run = False
            began = p
            p = end_of_walk(p, end, ts, gap, starts)
            if len(asked) > 0 and (p == began or not asked[began]):
                continue
            if p - began > len(steps):
                steps, where = np.empty(2 * (p - began), np.int64), np.empty(2 * (p - began), np.int64)
            m = take_steps(began, p, code, steps, where)
            tallies[0] += 1
            tallies[1] += m > 0
            first, last = 0, m
            if len(begins) > 0:
                first = _reached(begins, where, 0, m)
                tallies[2] += first >= 0
            if len(arrives) > 0 and first >= 0:
                last = _reached(arrives, where, first + (len(begins) > 0), m) + 1
                tallies[3] += last > 0
            if first < 0 or (last == 0 and len(arrives) > 0):
                continue
            number, above, cut = _number(steps, first, last, backward, collapse, base, fits, longest)
            over = backward or len(arrives) > 0
            number = (number << FATE_BITS) | (CUT if cut else 0 if over else fate(p, began, end, run, ends))
            low_one = above == 0 and number < len(few)
            if counting:
                if low_one:
                    few[np.uintp(number)] += 1
                else:
                    keys, used = add(keys, used, number, above, 1)
                continue
            path = few[np.uintp(number)] if low_one else _place(chosen, number, above)
            if path == len(chosen) and not others:
                continue
            if filled == len(found):
                found = np.concatenate((found, found))
            found[filled, 0] = path
            found[filled, 1] = run
            found[filled, 2] = where[first] if m > 0 else -1
            found[filled, 3] = where[last - 1] if m > 0 else -1
            found[filled, 4], found[filled, 5] = began, p - 1
            filled += 1
    return keys, used, found, filled


@kernel
def _place(chosen: Int64, low: int, high: int) -> int:
    """Which of the sorted paths it is; their number where it is none."""
    a, b = 0, len(chosen)
    while a < b:
        middle = (a + b) // 2
        if chosen[middle, 1] < high or (chosen[middle, 1] == high and chosen[middle, 0] < low):
            a = middle + 1
        else:
            b = middle
    if a < len(chosen) and chosen[a, 0] == low and chosen[a, 1] == high:
        return a
    return len(chosen)
