"""The commonest funnel, quickly: steps in order, others between them, one entry a customer, a window in time.

It gives what attempts.attempts gives (a property test holds the two equal) without asking at every event what
is never so here: nothing is excluded or held, nothing is date-only, and one word has all the steps.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desirepath.core.compiled import kernel

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
        if _entry(ts, word, may, bits[0], q, q + 1, since, until) == q:
            start[0] = q
        if furthest == levels - 1:
            break
    return where


@kernel
def attempts(
    ts: Int64,
    word: Words,
    may: Flags,
    begin: Int64,
    bits: Words,
    later: Words,
    length: int,
    since: int,
    until: int,
    best: bool,
    customer: Int64,
    reached: NDArray[np.int32],
    deadline: Int64,
    first: Int64,
    steps: Int64,
) -> int:
    """One attempt a customer. bits: of each step; later: of all the steps after it. Returns how many.

    Written are, a row an attempt: the customer, steps reached, the window's end, where its steps begin in `steps`.
    """
    levels = len(bits)
    path, trial, start = np.empty(levels, np.int64), np.empty(levels, np.int64), np.empty(levels, np.int64)
    rows, filled, entry = 0, 0, bits[0]
    for c in range(len(begin) - 1):
        low, high = begin[c], begin[c + 1]
        j = _entry(ts, word, may, entry, low, high, since, until)
        if j == high:
            continue
        if j + 1 < high and ts[j + 1] == ts[j] and not best:
            j = _tied_entry(ts, word, may, entry, j, high, since, until, later)
        level = _walk(ts, word, bits, later, j, low, high, ts[j] + length, path)
        if best and level < levels:
            tied = False
            for q in range(low + 1, high):
                tied = tied or ts[q] == ts[q - 1]
            k = j + 1
            if not tied:
                where = _furthest(ts, word, may, bits, low, high, since, until, length, start)
                while ts[where] - ts[j] > length:
                    j = _entry(ts, word, may, entry, j + 1, high, since, until)
                level = _walk(ts, word, bits, later, j, low, high, ts[j] + length, path)
                k = high
            while level < levels:
                k = _entry(ts, word, may, entry, k, high, since, until)
                if k == high:
                    break
                further = _walk(ts, word, bits, later, k, low, high, ts[k] + length, trial)
                if further > level:
                    j, level = k, further
                    path[:level] = trial[:level]
                k += 1
        customer[rows], reached[rows], deadline[rows], first[rows] = c, level, ts[j] + length, filled
        for i in range(level):
            steps[filled + i] = path[i]
        filled += level
        rows += 1
    first[rows] = filled
    return rows
