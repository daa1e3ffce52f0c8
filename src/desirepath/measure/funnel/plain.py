"""The commonest funnel, quickly: steps in order, others between them, a window in time.

It gives what attempts.attempts gives (a property test holds the two equal) without asking at every event what
is never so here: nothing is excluded or held, nothing is date-only, and the steps are codes or bits of one column.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from desirepath.core.compiled import kernel
from desirepath.measure.funnel.rules import ALL, BEST

Int64 = NDArray[np.int64]
Words = NDArray[np.uint64]
Flags = NDArray[np.bool_]


@kernel
def _fewest(word: Words, q: int, best: int, below: Words) -> bool:
    """Whether q could be fewer of the later steps than best. below: one word, the bits of those."""
    mine, other = word[q] & below, word[best] & below
    count = 0
    for _ in range(64):
        if mine:
            mine &= mine - np.uint64(1)
            count += 1
        if other:
            other &= other - np.uint64(1)
            count -= 1
    return count < 0


@kernel
def _walk(
    ts: Int64, word: Words, bits: Words, later: Words, j: int, low: int, high: int, deadline: int, path: Int64
) -> int:
    """How many steps an attempt from j reached."""
    path[0] = j
    level, now, q = 1, ts[j], j
    while level < len(bits):
        while q > low and ts[q - 1] == now:
            q -= 1
        bit, best = bits[level], -1
        while q < high and ts[q] <= deadline:
            if best >= 0 and ts[q] > ts[best]:
                break
            if word[q] & bit:
                used = False
                i = level - 1
                while i >= 0 and ts[path[i]] == ts[q]:
                    used = used or path[i] == q
                    i -= 1
                if not used and (best < 0 or _fewest(word, q, best, later[level])):
                    best = q
            q += 1
        if best < 0:
            break
        path[level], now, q = best, ts[best], best
        level += 1
    return level


@kernel
def _entry(ts: Int64, word: Words, may: Flags, bit: int, q: int, high: int, since: int, until: int) -> int:
    """The first entry at or after q; `high` where there is none."""
    while q < high:
        if word[q] & bit and since <= ts[q] < until and (len(may) == 0 or may[q]):
            return q
        q += 1
    return high


@kernel
def _tied_entry(
    ts: Int64, word: Words, may: Flags, bit: int, j: int, high: int, since: int, until: int, later: Words
) -> int:
    best, q = j, j + 1
    while q < high and ts[q] == ts[j]:
        q = _entry(ts, word, may, bit, q, high, since, until)
        if q < high and ts[q] == ts[j] and _fewest(word, q, best, later[0]):
            best = q
        q += 1
    return best


@kernel
def _furthest(
    ts: Int64,
    word: Words,
    may: Flags,
    bits: Words,
    low: int,
    high: int,
    since: int,
    until: int,
    length: int,
    start: Int64,
) -> int:
    """The event at which the furthest step is first reached; how far is left in start[-1]. Needs distinct times."""
    levels = len(bits)
    start[:] = -1
    furthest, where = 0, low
    for q in range(low, high):
        for i in range(levels - 1, 0, -1):
            if word[q] & bits[i] and start[i - 1] >= 0 and ts[q] - ts[start[i - 1]] <= length:
                start[i] = start[i - 1]
                if i > furthest:
                    furthest, where = i, q
        if word[q] & bits[0] and since <= ts[q] < until and (len(may) == 0 or may[q]):
            start[0] = q
        if furthest == levels - 1:
            break
    return where


@kernel
def _best(
    ts: Int64,
    word: Words,
    may: Flags,
    bits: Words,
    later: Words,
    low: int,
    high: int,
    length: int,
    since: int,
    until: int,
    first: int,
    path: Int64,
    room: Int64,
) -> tuple[int, int]:
    """(the earliest of the entries that come furthest, how many steps); first: the first entry, path: its own."""
    levels, entry = len(bits), bits[0]
    j, level = first, _walk(ts, word, bits, later, first, low, high, ts[first] + length, path)
    if level == levels:
        return j, level
    tied = False
    for q in range(low + 1, high):
        tied = tied or ts[q] == ts[q - 1]
    if not tied:
        where = _furthest(ts, word, may, bits, low, high, since, until, length, room[0])
        while ts[where] - ts[j] > length:
            j = _entry(ts, word, may, entry, j + 1, high, since, until)
        return j, _walk(ts, word, bits, later, j, low, high, ts[j] + length, path)
    trial, k = room[1], first + 1
    while level < levels:
        k = _entry(ts, word, may, entry, k, high, since, until)
        if k == high:
            break
        further = _walk(ts, word, bits, later, k, low, high, ts[k] + length, trial)
        if further > level:
            j, level = k, further
            path[:level] = trial[:level]
        k += 1
    return j, level


@kernel
def _over(ts: Int64, j: int, high: int, deadline: int, complete: bool, path: Int64) -> int:
    """The first event of a next attempt: after the last step of a complete one, else after the window."""
    end = j + 1
    if complete:
        for q in path:
            end = max(end, q + 1)
    else:
        while end < high and ts[end] <= deadline:
            end += 1
    return end


@kernel
def _bits_at(column: NDArray[Any], table: Words, wanted: Any, p: int) -> Any:
    if len(table):
        return table[np.int64(column[p]) + 1]
    return np.uint64(column[p]) & wanted


class Room(NamedTuple):
    """What one customer did that matters: small enough to stay in the processor's nearest cache."""

    at: Int64
    ts: Int64
    word: Words
    may: Flags
    path: Int64
    trial: Int64  # [2, levels]


class Out(NamedTuple):
    """What is written, a row an attempt: the customer, steps reached, the window's end, where its steps begin."""

    customer: Int64
    reached: NDArray[np.int32]
    deadline: Int64
    first: Int64
    steps: Int64


@kernel
def _closely(
    c: int,
    column: NDArray[Any],
    table: Words,
    may: Flags,
    ts: Int64,
    offset: Int64,
    bits: Words,
    later: Words,
    length: int,
    since: int,
    until: int,
    reentry: int,
    room: Room,
    out: Out,
    rows: int,
    filled: int,
) -> tuple[int, int]:
    """The attempts of one customer, by all the rules; returns how many rows and steps there are then."""
    m, at, t, word, path = 0, room.at, room.ts, room.word, room.path
    for p in range(offset[c], offset[c + 1]):
        one = _bits_at(column, table, bits[0] | later[0], p)
        at[m], word[m] = p, one
        m += one != 0
    for i in range(m):
        t[i] = ts[at[i]]
    if len(may):
        for i in range(m):
            room.may[i] = may[at[i]]
    low = 0
    while low < m:
        j = _entry(t, word, room.may, bits[0], low, m, since, until)
        if j == m:
            break
        if reentry == BEST:
            j, level = _best(t, word, room.may, bits, later, 0, m, length, since, until, j, path, room.trial)
        else:
            if j + 1 < m and t[j + 1] == t[j]:
                j = _tied_entry(t, word, room.may, bits[0], j, m, since, until, later)
            level = _walk(t, word, bits, later, j, low, m, t[j] + length, path)
        out.customer[rows], out.reached[rows], out.deadline[rows] = c, level, t[j] + length
        out.first[rows] = filled
        for i in range(level):
            out.steps[filled + i] = at[path[i]]
        filled += level
        rows += 1
        low = m
        if reentry == ALL:
            low = _over(t, j, m, t[j] + length, level == len(bits), path)
    return rows, filled


@kernel
def attempts(
    column: NDArray[Any],
    table: Words,
    may: Flags,
    ts: Int64,
    offset: Int64,
    bits: Words,
    later: Words,
    length: int,
    since: int,
    until: int,
    reentry: int,
    room: Room,
    out: Out,
) -> int:
    """The attempts of each customer that count. bits: of each step; later: of all the steps after it.

    column: the bits of each event, or a code of which table has the bits (by code + 1); its events lie where ts has
    them. Returns how many. Most customers are walked straight, each event looked at once; closely are looked at those
    where a step's event is several steps, and those of whose entries another may come further than the first. It
    cannot where no event of the next step is left: that comes after any other entry's last step, too.
    """
    levels, rows, filled, wanted = len(bits), 0, 0, bits[0] | later[0]
    for c in range(len(offset) - 1):
        begin, end = offset[c], offset[c + 1]
        p, level, limit = begin, 0, np.int64(0)
        while p < end:
            its = _bits_at(column, table, wanted, p)
            if its & bits[0] and since <= ts[p] < until and (len(may) == 0 or may[p]):
                break
            p += 1
        if p == end:
            continue
        closely = reentry == ALL
        limit = ts[p] + length
        while not closely:
            out.steps[filled + level] = p
            closely = _bits_at(column, table, wanted, p) & later[level] != 0
            level += 1
            if level == levels:
                break
            q = p
            while q > begin and ts[q - 1] == ts[p]:  # what ties with a step may lie before it
                q -= 1
            while q < end and not _bits_at(column, table, wanted, q) & bits[level]:
                q += 1
            if q == end:
                break
            if ts[q] > limit:
                closely |= reentry == BEST
                break
            p = q
        if closely:
            rows, filled = _closely(
                c,
                column,
                table,
                may,
                ts,
                offset,
                bits,
                later,
                length,
                since,
                until,
                reentry,
                room,
                out,
                rows,
                filled,
            )
            continue
        out.customer[rows], out.reached[rows], out.deadline[rows] = c, level, limit
        out.first[rows] = filled
        filled += level
        rows += 1
    out.first[rows] = filled
    return rows
