"""The loop over customers: which of their attempts count, and how far each one came.

Serial, without the GIL: matches.py spreads it over ranges of customers.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from desirepath.core.compiled import kernel
from desirepath.measure.funnel.rules import (
    ANY,
    BEST,
    FIRST,
    ORDERED,
    Events,
    Rules,
    has,
    inside,
    is_entry,
    later,
    used,
    window_end,
)
from desirepath.measure.funnel.walk import attempt, walk

Int64 = NDArray[np.int64]
Flags = NDArray[np.bool_]


@kernel
def _entry_at(events: Events, q: int, low: int, high: int, taken: Flags, rules: Rules) -> int:
    """Of the entries that tie with the entry q, the one that could be the fewest later steps. taken: can be empty."""
    best = q
    if rules.order == ANY:
        return best
    k = q + 1
    while k < high and events.ts[k] == events.ts[q]:
        same = not len(events.value) or events.value[k] == events.value[q]
        free = not len(taken) or not taken[k - low]
        fewer = later(events, k, 0, rules) < later(events, best, 0, rules)
        if same and free and fewer and is_entry(events, k, rules):
            best = k
        k += 1
    return best


@kernel
def _plain(events: Events, low: int, high: int, rules: Rules) -> bool:
    """Whether the quick way to the best entry is right: plain order, and no two events at one instant."""
    if rules.order != ORDERED or len(rules.exclusions) or len(events.value) or rules.back:
        return False
    tied = False
    for q in range(low + 1, high):
        tied |= events.ts[q] == events.ts[q - 1]
    return not tied


@kernel
def _best_plain(events: Events, low: int, high: int, start: Int64, rules: Rules) -> int:
    """The earliest of the entries that come furthest, in one pass. start: room, one item a step.

    Of all attempts that have reached a step, the one that began last has the most time left: it alone need be
    followed. Where it first comes furthest, the earliest entry whose window is still open comes as far.
    """
    start[:] = -1
    furthest, where = -1, -1
    for q in range(low, high):
        for i in range(len(start) - 1, 0, -1):
            j = start[i - 1]
            if j < 0 or not has(events, q, rules.required[i]):
                continue
            if inside(events, j, q, window_end(events, j, rules), rules):
                start[i] = j
                if i > furthest:
                    furthest, where = i, q
        if is_entry(events, q, rules):
            start[0] = q
            if furthest < 0:
                furthest, where = 0, q
        if furthest == len(start) - 1:
            break
    if where < 0:
        return -1
    for q in range(low, where + 1):
        if is_entry(events, q, rules) and inside(events, q, where, window_end(events, q, rules), rules):
            return q
    return where


@kernel
def _best_entry(
    events: Events, low: int, high: int, path: Int64, rules: Rules, room: Int64
) -> tuple[int, int, int]:
    """(entry or −1, steps reached, what broke it or −1) of the earliest entry that comes furthest."""
    if _plain(events, low, high, rules):
        j = _best_plain(events, low, high, room[0], rules)
        if j < 0:
            return -1, 0, -1
        level, broken = walk(events, j, low, high, path, rules)
        return j, level, broken
    best, furthest, broke = -1, 0, -1
    trial = room[3]
    for j in range(low, high):
        if not is_entry(events, j, rules):
            continue
        level, broken = attempt(events, j, low, high, trial, rules, room)
        if level > furthest:
            best, furthest, broke = j, level, broken
            path[:level] = trial[:level]
        if furthest == len(rules.required):
            break
    return best, furthest, broke


@kernel
def _note_optional(
    events: Events, low: int, high: int, level: int, broken: int, path: Int64, rules: Rules, out: Flags
) -> None:
    """Which optional steps were done: each on its own, between the required steps around it."""
    j = path[0]
    deadline = window_end(events, j, rules)
    for o in range(len(rules.optional)):
        bit, before, behind = rules.optional[o]
        if level <= before:
            continue
        start = events.ts[path[before]]
        for q in range(low, high):
            if level > behind:
                if events.ts[q] > events.ts[path[behind]]:
                    break
            elif not inside(events, j, q, deadline, rules) or (
                broken >= 0 and events.ts[q] > events.ts[broken]
            ):
                break
            ours = not len(events.value) or events.value[q] == events.value[j]
            if ours and events.end[q] >= start and has(events, q, bit) and not used(q, level, path):
                out[o] = True
                break


class Out(NamedTuple):
    """What is written, a row an attempt: whose, steps reached, what broke it, the place of its first step in `steps`.

    All are places in Events but `customer`, which is a place in the range. deadline: µs.
    """

    customer: Int64
    reached: NDArray[np.int32]
    broken: Int64
    deadline: Int64
    first: Int64
    steps: Int64
    optional: Flags  # [rows, optional]


@kernel
def attempts(events: Events, begin: Int64, rules: Rules, out: Out) -> int:
    """Every attempt that counts, of every customer. Returns how many; out.first has one more item."""
    levels = len(rules.required)
    path, room = np.empty(levels, np.int64), np.empty((4, levels), np.int64)
    rows, filled, nothing = 0, 0, np.empty(0, np.bool_)
    for c in range(len(begin) - 1):
        low, high = begin[c], begin[c + 1]
        if low == high:
            continue
        if rules.reentry == BEST:
            j, level, broken = _best_entry(events, low, high, path, rules, room)
            if j >= 0:
                filled = _write(events, c, low, high, level, broken, path, rules, out, rows, filled)
                rows += 1
            continue
        if rules.reentry == FIRST:
            j = low
            while j < high and not is_entry(events, j, rules):
                j += 1
            if j < high:
                j = _entry_at(events, j, low, high, nothing, rules)
                level, broken = attempt(events, j, low, high, path, rules, room)
                filled = _write(events, c, low, high, level, broken, path, rules, out, rows, filled)
                rows += 1
            continue
        taken, q = np.zeros(high - low, np.bool_), low
        while q < high:
            if taken[q - low] or not is_entry(events, q, rules):
                q += 1
                continue
            j = _entry_at(events, q, low, high, taken, rules)
            floor = _floor(events, j, low, taken)
            level, broken = attempt(events, j, floor, high, path, rules, room)
            filled = _write(events, c, low, high, level, broken, path, rules, out, rows, filled)
            rows += 1
            for k in range(floor, _end(events, j, high, level, broken, path, rules)):
                if not len(events.value) or events.value[k] == events.value[j]:
                    taken[k - low] = True
    out.first[rows] = filled
    return rows


@kernel
def _floor(events: Events, j: int, low: int, taken: Flags) -> int:
    """The first event after the last that earlier attempts (of the same value) have taken."""
    q = j
    while q > low:
        ours = not len(events.value) or events.value[q - 1] == events.value[j]
        if ours and taken[q - 1 - low]:
            break
        q -= 1
    return q


@kernel
def _end(events: Events, j: int, high: int, level: int, broken: int, path: Int64, rules: Rules) -> int:
    """The first event of a next attempt: after the last step, or from the breaker on, or after the window."""
    if level == len(rules.required):
        end = j
        for i in range(level):
            end = max(end, path[i])
        return end + 1
    if broken >= 0:
        return max(broken, j + 1)
    deadline, q = window_end(events, j, rules), j + 1
    while q < high and inside(events, j, q, deadline, rules):
        q += 1
    return q


@kernel
def _write(
    events: Events,
    c: int,
    low: int,
    high: int,
    level: int,
    broken: int,
    path: Int64,
    rules: Rules,
    out: Out,
    row: int,
    filled: int,
) -> int:
    out.customer[row], out.reached[row], out.broken[row] = c, level, broken
    out.deadline[row], out.first[row] = window_end(events, path[0], rules), filled
    for i in range(level):
        out.steps[filled + i] = path[i]
    if len(rules.optional):
        _note_optional(events, low, high, level, broken, path, rules, out.optional[row])
    return filled + level
