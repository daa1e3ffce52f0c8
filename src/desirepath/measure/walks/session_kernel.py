"""The loops over sessions, each from its first step: the plainest walks, and the most asked about.

In: the events of trails, and which sessions are meant. Out: how often each path was walked; what became of the sessions
of some paths. They know nothing of other walks than sessions that silence ends: path_kernel.read_walks reads them all.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from desirepath.core.compiled import kernel
from desirepath.core.times import FOREVER, NEVER
from desirepath.measure.walks.kernel import CUSTOMERS, GOING_ON, IN_FLIGHT, KNOWN, STAYED, SUCCEEDED, VALUE
from desirepath.measure.walks.path_kernel import CUT, FATE_BITS, add, place_of

Int64 = NDArray[np.int64]
Int8 = NDArray[np.int8]
Mask = NDArray[np.bool_]
Columns = tuple[Int64, Int64, NDArray[Any], Int8]  # offset, ts, code, ends
Meant = tuple[Mask, int, int] | None  # asked, since, until
Shape = tuple[int, int, int, int, bool]  # gap, base, fits, longest, collapse


@kernel
def read_session(
    p: Any, end: Any, ts: Int64, code: NDArray[Any], ends: Int8, shape: Shape
) -> tuple[Any, Any, Any, Any]:
    """The session that begins at p: (the event after its last, its path as two numbers, its first step)."""
    gap, base, fits, longest, collapse = shape
    one = np.uintp(1)  # unsigned: an index that cannot be negative need not be looked at
    number, above, n, last, first = np.int64(0), np.int64(0), 0, np.int64(-1), p
    while True:
        step = np.int64(code[p])
        if step >= 0 and not (collapse and step == last):
            if n == 0:
                first = p
            last = step
            if n < fits:
                number = number * base + step + 1
            elif n < longest:
                above = above * base + step + 1
            n += 1
        p += one
        if p == end or ts[p] - ts[p - one] > gap:
            break
    number <<= FATE_BITS
    if n > longest:
        number |= CUT
    elif len(ends) > 0:
        number |= np.int64(ends[p - one])
    return p, number, above, first


@kernel
def after_session(p: Any, end: Any, ts: Int64, gap: int) -> Any:
    """The event after the last of the session that begins at p."""
    one = np.uintp(1)
    p += one
    while p < end and ts[p] - ts[p - one] <= gap:
        p += one
    return p


@kernel
def next_meant(p: Any, end: Any, ts: Int64, gap: int, asked: Mask, since: int, until: int) -> Any:
    """Where the first session begins that is meant, of those that begin at p and after it; end where none is."""
    if p < end and ts[end - np.uintp(1)] < since:
        return end
    while p < end and ts[p] < until:
        if ts[p] >= since and (len(asked) == 0 or asked[p]):
            return p
        p = after_session(p, end, ts, gap)
    return end


@kernel
def count_sessions(
    low: int,
    high: int,
    who: Int64,
    columns: Columns,
    meant: Meant,
    shape: Shape,
    few: Int64,
    keys: Int64,
    used: int,
) -> tuple[Int64, int]:
    """Every session of the customers who[low:high] that is meant.

    columns: code is that of each event, −1 where it is no step; ends: how a session ends whose last event it is; may be
    empty. meant: asked at the first event (empty: all), and since ≤ its instant < until; None: all are. shape: gap: µs;
    an event so long after the one before is of the same session, a later one begins another; base; fits: digits of the
    first number, at most `longest`. few: counts of the lowest paths, by their number: all of one step at least. keys,
    used: the others. Returns these two.
    """
    offset, ts, code, ends = columns
    gap = shape[0]
    told, small, one = len(ends) > 0, len(few), np.uintp(1)
    if meant is None:  # what is not asked for is not compiled either
        asked, since, until, some = np.empty(0, np.bool_), NEVER, FOREVER, False
    else:
        asked, since, until, some = *meant, True
    for k in range(low, high):
        c = who[k]
        p, end = np.uintp(offset[c]), np.uintp(offset[c + 1])
        while True:
            if some:
                p = next_meant(p, end, ts, gap, asked, since, until)
            if p >= end:
                break
            if p + one == end or ts[p + one] - ts[p] > gap:
                alone = (np.int64(code[p]) + 1) << FATE_BITS  # one event: most sessions in most data
                if told:
                    alone |= np.int64(ends[p])
                few[np.uintp(alone)] += 1
                p += one
                continue
            p, number, above, _ = read_session(p, end, ts, code, ends, shape)
            if above == 0 and number < small:
                few[np.uintp(number)] += 1
            else:
                keys, used = add(keys, used, number, above, 1)
    return keys, used


@kernel
def _group(few: NDArray[np.int16], keys: Int64, number: int, above: int) -> Any:
    """The group of a path, −1 for one that is not looked for: as of judge_sessions."""
    if above == 0 and number < len(few):
        return np.int64(few[np.uintp(number)])
    return keys[place_of(keys, number, above), 2] - 1


@kernel
def judge_sessions(
    low: int,
    high: int,
    who: Int64,
    columns: Columns,
    meant: Meant,
    shape: Shape,
    few: NDArray[np.int16],
    keys: Int64,
    value: Int64,
    goal: Mask,
    told: Int64,
    took: Int64,
    of: NDArray[np.int16],
) -> tuple[Int64, NDArray[np.int16], int]:
    """What became of the sessions of some paths: as count_sessions reads them.

    few: the group of each of the lowest paths, by its number, −1 for one that is not looked for. keys: of the others,
    1 + their group where the count would be. goal: which events are success; may be empty. told: [groups, 6]: those in
    flight; over (KNOWN); over that succeeded; the value of their events; customers; those that were not over at once.
    What success, value and time are of begins with the path's first step. took, of: how long each of these, twice the
    µs, and 1 more where it is in flight; and its group. Returns both, which grow as they must, and how many there are.
    """
    offset, ts, code, ends = columns
    if meant is None:
        asked, since, until, some = np.empty(0, np.bool_), NEVER, FOREVER, False
    else:
        asked, since, until, some = *meant, True
    gap, one, before, filled = shape[0], np.uintp(1), np.full(len(told), -1, np.int64), 0
    known, wanted = len(ends) > 0, len(goal) > 0
    for k in range(low, high):
        c = who[k]
        p, end = np.uintp(offset[c]), np.uintp(offset[c + 1])
        while True:
            if some:
                p = next_meant(p, end, ts, gap, asked, since, until)
            if p >= end:
                break
            first = p
            if p + one == end or ts[p + one] - ts[p] > gap:
                alone = (np.int64(code[p]) + 1) << FATE_BITS
                if known:
                    alone |= np.int64(ends[p])
                g, p = np.int64(few[np.uintp(alone)]), p + one
            else:
                p, number, above, first = read_session(p, end, ts, code, ends, shape)
                g = _group(few, keys, number, above)
            if g < 0:
                continue
            over = not known or ends[p - one] != GOING_ON
            worth, done, q = np.int64(0), False, first
            while q < p:
                worth += value[q]
                done |= wanted and goal[q]
                q += one
            told[g, KNOWN] += over
            told[g, VALUE] += worth
            told[g, SUCCEEDED] += over and done
            told[g, CUSTOMERS] += before[g] != c
            before[g] = c
            lasted = ts[p - one] - ts[first]
            if over and lasted == 0:
                continue
            if filled == len(took):
                took, of = np.concatenate((took, took)), np.concatenate((of, of))
            took[filled], of[filled] = lasted << 1 | (not over), g
            told[g, IN_FLIGHT] += not over
            told[g, STAYED] += 1
            filled += 1
    return took, of, filled


@kernel
def deal(took: Int64, of: NDArray[np.int16], places: Int64, out: Int64) -> None:
    """Write how long each session took to its group's part of out. places: [groups], where the next one is written."""
    for i in range(len(took)):
        out[places[of[i]]] = took[i]
        places[of[i]] += 1
