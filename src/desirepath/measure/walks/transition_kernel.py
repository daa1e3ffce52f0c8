"""The loops that follow steps: from which to which, how long it took, what was gone round, where walks ended.

Waits are sorted into bins, eight to each doubling; the bins that hold the ranks asked for are then read a second time,
wait by wait, so that a quantile is exact and nothing but those few waits is ever kept.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from desirepath.core.compiled import kernel
from desirepath.measure.walks.path_kernel import end_of_walk, fate, take_steps

Int64 = NDArray[np.int64]
Mask = NDArray[np.bool_]
Columns = tuple[Int64, Int64, NDArray[Any], Mask, Mask]  # offset, ts, code, starts, asked: as of read_walks

BINS = 512  # of waits up to 2⁶² µs
EDGE, CYCLE, REWORK, END, START = range(5)  # what `seek` can look for


@kernel
def bin_of(wait: int) -> Any:
    """The bin of a wait: the exponent and three more bits of wait + 1 as a float. A longer wait has no lower bin."""
    return np.uintp(np.int64(np.float64(wait + 1).view(np.int64) >> 49) - np.int64(1023 * 8))


@kernel
def tally(
    low: int,
    high: int,
    who: Int64,
    columns: Columns,
    gap: int,
    collapse: bool,
    kinds: int,
    slot: NDArray[np.int32],
    bins: NDArray[np.int32],
    pick: NDArray[np.uint8],
    cursor: Int64,
    out: Int64,
) -> None:
    """Every wait between two steps that follow each other in a walk, of the runs who[low:high].

    slot: [kinds²], the place of each transition in the other tables, −1 where it is not asked about.
    With no `pick`: bins [slots, BINS] += 1. Else, where pick [slots, BINS] says k > 0, the wait is written to out at
    cursor[slot, k − 1], which goes on.
    """
    offset, ts, code, starts, asked = columns
    one, counting = np.uintp(1), len(pick) == 0
    has_starts, has_asked = len(starts) > 0, len(asked) > 0
    for k in range(low, high):
        p, end = np.uintp(offset[who[k]]), np.uintp(offset[who[k] + 1])
        before, since, last, counted = np.int64(-1), np.int64(0), np.int64(0), not has_asked
        first = p
        while p < end:
            now, step = ts[p], np.int64(code[p])
            if p == first or (gap >= 0 and now - last > gap) or (has_starts and starts[p]):
                before = np.int64(-1)
                if has_asked:
                    counted = asked[p]
            last = now
            p += one
            if step < 0:
                continue
            if before >= 0 and counted and not (collapse and step == before):
                s = slot[np.uintp(before * kinds + step)]
                if s >= 0:
                    wait = now - since
                    at = bin_of(wait)
                    if counting:
                        bins[np.uintp(s), at] += 1
                    elif pick[np.uintp(s), at] > 0:
                        to = np.uintp(pick[np.uintp(s), at] - 1)
                        out[cursor[np.uintp(s), to]] = wait
                        cursor[np.uintp(s), to] += 1
            before, since = step, now


@kernel
def plan(
    bins: NDArray[np.int32], ranks: Int64, pick: NDArray[np.uint8], begin: Int64, cursor: Int64, inner: Int64
) -> int:
    """In which bins do the waits of these ranks (from 1; 0: none) lie, and where will those bins be written?

    bins: [parts, slots, BINS]. Fills pick [slots, BINS]: 1 + which of the slot's picked bins; begin [slots, ranks + 1]:
    where each picked bin's waits begin; cursor [parts, slots, ranks]: where each part writes its own; inner [slots,
    ranks, 2]: the picked bin and the place in it, −1 where no rank is asked. Returns how many waits there are.
    """
    size = np.int64(0)
    for s in range(bins.shape[1]):
        below, picked = np.int64(0), 0
        highest = ranks[s].max()
        for b in range(bins.shape[2]):
            if below >= highest:
                break
            here = np.int64(0)
            for part in range(bins.shape[0]):
                here += bins[part, s, b]
            if here == 0:
                continue
            first = size
            for r in range(ranks.shape[1]):
                if below < ranks[s, r] <= below + here:
                    if pick[s, b] == 0:
                        begin[s, picked] = size
                        for part in range(bins.shape[0]):
                            cursor[part, s, picked] = first
                            first += bins[part, s, b]
                        size += here
                        picked += 1
                        pick[s, b] = picked
                    inner[s, r, 0], inner[s, r, 1] = pick[s, b] - 1, ranks[s, r] - 1 - below
            below += here
        for k in range(picked, begin.shape[1]):
            begin[s, k] = size
    return int(size)


@kernel
def select(low: int, high: int, begin: Int64, waits: Int64, inner: Int64, found: Int64) -> None:
    """Of the slots low … high − 1: found[slot, r] = the wait at that place of its bin."""
    for s in range(low, high):
        for k in range(begin.shape[1] - 1):
            if begin[s, k + 1] - begin[s, k] > 1:
                waits[begin[s, k] : begin[s, k + 1]].sort()
        for r in range(found.shape[1]):
            if inner[s, r, 0] >= 0:
                found[s, r] = waits[begin[s, inner[s, r, 0]] + inner[s, r, 1]]


@kernel
def follow(
    low: int,
    high: int,
    who: Int64,
    columns: Columns,
    ends: tuple[NDArray[np.int8], NDArray[np.int8]],
    gap: int,
    collapse: bool,
    home: Int64,
    edges: Int64,
    cycles: Int64,
    steps_table: Int64,
    ended: Int64,
    tallies: Int64,
) -> None:
    """Count what the walks of the runs who[low:high] do.

    home: the stage's place of each code, −1 none. edges, cycles: [kinds, kinds], a → b and a → b → a.
    steps_table: [kinds, 5]: times done; walks that did it; walks that began with it; times done again after leaving it;
    walks that did so. ended: [kinds, 8]: last steps by fate. tallies: walks, those with a step, those that went back to
    an earlier stage's step, times that they did.
    """
    offset, ts, code, starts, asked = columns
    kinds = len(home)
    steps, where = np.empty(64, np.int64), np.empty(64, np.int64)
    seen, again = np.full(kinds, -1, np.int64), np.full(kinds, -1, np.int64)
    number = np.int64(0)
    for k in range(low, high):
        run = who[k]
        p, end = offset[run], offset[run + 1]
        tallies[0] += p == end and len(asked) == 0
        while p < end:
            began = p
            p = end_of_walk(p, end, ts, gap, starts)
            if len(asked) > 0 and not asked[began]:
                continue
            number += 1
            tallies[0] += 1
            if p - began > len(steps):
                steps, where = np.empty(2 * (p - began), np.int64), np.empty(2 * (p - began), np.int64)
            m = take_steps(began, p, code, steps, where)
            if m == 0:
                continue
            tallies[1] += 1
            steps_table[steps[0], 2] += 1
            back, before, earlier = False, np.int64(-1), np.int64(-1)
            for j in range(m):
                step = steps[j]
                if before == step and collapse:
                    continue
                if before >= 0:
                    edges[before, step] += 1
                    if home[step] >= 0 and home[step] < home[before]:
                        back = True
                        tallies[3] += 1
                if before != step:
                    if earlier == step:
                        cycles[step, before] += 1
                    if seen[step] == number:
                        steps_table[step, 3] += 1
                        steps_table[step, 4] += again[step] != number
                        again[step] = number
                    else:
                        seen[step] = number
                        steps_table[step, 1] += 1
                    earlier = before
                steps_table[step, 0] += 1
                before = step
            tallies[2] += back
            ended[before, fate(p, began, end, run, ends)] += 1


@kernel
def square(
    low: int,
    high: int,
    who: Int64,
    customer: NDArray[np.int32],
    columns: Columns,
    ends: tuple[NDArray[np.int8], NDArray[np.int8]],
    gap: int,
    collapse: bool,
    unknown: Mask,
    stopped: int,
    hit_hit: Int64,
    hit_known: Int64,
    known_known: Int64,
    customers: Int64,
) -> None:
    """How unevenly do customers share in the transitions? Sums of squares and products over whole customers.

    customer: of each run; empty: it is the run. unknown: fates after which what comes next is not known; stopped: the
    fate that is a hit of its own, the last column. hit_hit, hit_known: [kinds, kinds + 1], over customers the sum of
    (times a → b)² and of (times a → b) × (times a, next known); known_known: [kinds]; customers: who has any of these.
    """
    offset, ts, code, starts, asked = columns
    kinds = len(known_known)
    wide = kinds + 1
    steps, where = np.empty(64, np.int64), np.empty(64, np.int64)
    hits, known = np.zeros(kinds * wide, np.int64), np.zeros(kinds, np.int64)
    touched, at = np.empty(kinds * wide, np.int64), np.empty(kinds, np.int64)
    k = low
    while k < high:
        whose = customer[who[k]] if len(customer) > 0 else who[k]
        edges, nodes = 0, 0
        while k < high and (customer[who[k]] if len(customer) > 0 else who[k]) == whose:
            run = who[k]
            p, end = offset[run], offset[run + 1]
            while p < end:
                began = p
                p = end_of_walk(p, end, ts, gap, starts)
                if len(asked) > 0 and not asked[began]:
                    continue
                if p - began > len(steps):
                    steps, where = np.empty(2 * (p - began), np.int64), np.empty(2 * (p - began), np.int64)
                m = take_steps(began, p, code, steps, where)
                for j in range(m):
                    a = steps[j]
                    b = steps[j + 1] if j + 1 < m else kinds
                    if a == b and collapse:
                        continue
                    if j + 1 == m:
                        last = fate(p, began, end, run, ends)
                        if unknown[last]:
                            continue
                        b = kinds if last == stopped else -1
                    nodes += known[a] == 0
                    at[nodes - 1] = a if known[a] == 0 else at[nodes - 1]
                    known[a] += 1
                    if b >= 0:
                        e = a * wide + b
                        edges += hits[e] == 0
                        touched[edges - 1] = e if hits[e] == 0 else touched[edges - 1]
                        hits[e] += 1
            k += 1
        for i in range(edges):
            e = touched[i]
            hit_hit[e // wide, e % wide] += hits[e] * hits[e]
            hit_known[e // wide, e % wide] += hits[e] * known[e // wide]
            hits[e] = 0
        for i in range(nodes):
            known_known[at[i]] += known[at[i]] * known[at[i]]
            customers[at[i]] += 1
            known[at[i]] = 0


@kernel
def seek(
    low: int,
    high: int,
    who: Int64,
    columns: Columns,
    ends: tuple[NDArray[np.int8], NDArray[np.int8]],
    gap: int,
    what: int,
    a: int,
    b: int,
    found: Mask,
) -> None:
    """Mark in found the runs of who[low:high] that have a walk with it.

    EDGE: b right after a. CYCLE: a, b, a. REWORK: a done again after leaving it. END: a last, the fate being b.
    START: a first. Steps done several times running are one, but for an edge from a step to itself.
    """
    offset, ts, code, starts, asked = columns
    steps, where = np.empty(64, np.int64), np.empty(64, np.int64)
    for k in range(low, high):
        run = who[k]
        p, end = offset[run], offset[run + 1]
        while p < end and not found[run]:
            began = p
            p = end_of_walk(p, end, ts, gap, starts)
            if len(asked) > 0 and not asked[began]:
                continue
            if p - began > len(steps):
                steps, where = np.empty(2 * (p - began), np.int64), np.empty(2 * (p - began), np.int64)
            m = take_steps(began, p, code, steps, where)
            if m == 0:
                continue
            if what == END:
                found[run] = steps[m - 1] == a and fate(p, began, end, run, ends) == b
            elif what == START:
                found[run] = steps[0] == a
            else:
                found[run] = _has(steps, m, what, a, b)


@kernel
def _has(steps: Int64, m: int, what: int, a: int, b: int) -> bool:
    before, earlier, seen = np.int64(-1), np.int64(-1), False
    for j in range(m):
        step = steps[j]
        if what == EDGE and before == a and step == b:
            return True
        if step == before:
            continue
        if what == CYCLE and step == a and before == b and earlier == a:
            return True
        if what == REWORK and step == a and seen:
            return True
        seen = seen or step == a
        before, earlier = step, before
    return False
