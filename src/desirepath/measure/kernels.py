"""The loops of the measures, over plain arrays: compiled once, serial, without the GIL."""

from __future__ import annotations

import numpy as np

from desirepath.core.compiled import kernel
from desirepath.core.times import NEVER


@kernel
def own(rows, customer, entered, ended, offset, ts, owner):  # type: ignore[no-untyped-def]
    """Give each event to the visit whose time it lies in: one walk along each customer's events and visits."""
    last_customer, p = -1, 0
    for i in range(len(rows)):
        r = rows[i]
        c = customer[r]
        if c != last_customer:
            last_customer, p = c, offset[c]
        end = offset[c + 1]
        while p < end and ts[p] < entered[r]:
            p += 1
        while p < end and (ended[r] == NEVER or ts[p] < ended[r]):
            owner[p] = r
            p += 1


@kernel
def tally_moments(visit, code, stratum, won, met_hits, met_n, after_hits, after_n, later_n):  # type: ignore[no-untyped-def]
    """Count, by stratum and touchpoint: first meetings; moments at or after one; moments before one.

    Moments are sorted by visit. code: −1 where the moment's touchpoint is not asked about.
    Tables: [strata, touchpoints].
    """
    kinds = met_n.shape[1]
    met, order = np.zeros(kinds, np.bool_), np.empty(kinds, np.int64)
    size, here, began = 0, -1, 0
    for i in range(len(visit)):
        if visit[i] != here:
            here, began = visit[i], i
            for j in range(size):
                met[order[j]] = False
            size = 0
        s, k, y = stratum[i], code[i], won[i]
        if k >= 0 and not met[k]:
            met[k] = True
            order[size] = k
            size += 1
            met_n[s, k] += 1
            met_hits[s, k] += y
            for j in range(began, i):
                later_n[stratum[j], k] += 1
        for j in range(size):
            after_n[s, order[j]] += 1
            after_hits[s, order[j]] += y


@kernel
def _end_customer(total, in_customer, out):  # type: ignore[no-untyped-def]
    for k in range(len(total)):
        out[0, k] += total[k] * total[k]
        out[2, k] += in_customer[0, k]
        out[3, k] += in_customer[1, k]
        out[4, k] += in_customer[0, k] or in_customer[1, k]
    total[:] = 0.0
    in_customer[:] = False


@kernel
def spread_moments(visit, customer, code, stratum, won, used, when_met, when_not, out):  # type: ignore[no-untyped-def]
    """Sum each customer's influence on each touchpoint's difference, and add up the squares of the sums.

    used: [strata, touchpoints]: has a comparison. when_met: [strata, won 0/1, touchpoints], when_not: [strata, won 0/1,
    met later 0/1, touchpoints]: the influence of a moment, 0 where not used. out, [5, touchpoints]: sum of squares;
    visits that served as comparison; customers who met it, who were compared, who did either.
    """
    kinds, n = used.shape[1], len(visit)
    total, in_customer = np.zeros(kinds), np.zeros((2, kinds), np.bool_)
    met, will, in_visit = np.zeros(kinds, np.bool_), np.zeros(kinds, np.int64), np.zeros(kinds, np.bool_)
    i, who = 0, -1
    while i < n:
        if customer[i] != who:
            _end_customer(total, in_customer, out)
            who = customer[i]
        end = i
        will[:] = 0
        while end < n and visit[end] == visit[i]:
            if code[end] >= 0:
                will[code[end]] = 1
            end += 1
        met[:] = False
        in_visit[:] = False
        for j in range(i, end):
            s, mine, y = stratum[j], code[j], won[j]
            if mine >= 0 and not met[mine]:
                met[mine] = True
                total[mine] += when_met[s, y, mine]
                in_customer[0, mine] |= used[s, mine]
            for k in range(kinds):
                if not met[k]:
                    total[k] += when_not[s, y, will[k], k]
                    in_visit[k] |= used[s, k]
        for k in range(kinds):
            out[1, k] += in_visit[k]
            in_customer[1, k] |= in_visit[k]
        i = end
    _end_customer(total, in_customer, out)


@kernel
def first_meetings(visit, touchpoint, kinds, new):  # type: ignore[no-untyped-def]
    """Mark where a visit meets a touchpoint for the first time. Rows of one visit lie together."""
    seen_by = np.full(kinds, -1, np.int64)
    for i in range(len(visit)):
        k = touchpoint[i]
        if k >= 0 and seen_by[k] != visit[i]:
            seen_by[k] = visit[i]
            new[i] = 1


@kernel
def lay_spells(end, first_act, elapsed, touchpoint, kinds, distinct, since, ms, out):  # type: ignore[no-untyped-def]
    """Cut each visit into spells of one state; returns how many. Times in `elapsed` and `end` are µs since entry.

    The acts of visit i, in order of time, are first_act[i] … first_act[i + 1]. State: how many of the bounds `distinct`
    the touchpoints met so far reach, times len(since), plus how many of `since` (µs after the last act) have passed,
    less 1. out: [visit's place, start, stop, state], times in units of `ms` µs; adjoining spells of one state are one.
    """
    seen_by = np.full(kinds, -1, np.int64)
    filled = 0
    for i in range(len(end)):
        met, j, last = 0, first_act[i], first_act[i + 1]
        at = 0
        began = filled
        while True:
            # All acts of this instant; the entry is an act of its own.
            while j < last and elapsed[j] <= at:
                k = touchpoint[j]
                if k >= 0 and seen_by[k] != i:
                    seen_by[k] = i
                    met += 1
                j += 1
            until = min(elapsed[j], end[i]) if j < last else end[i]
            level = 0
            for bound in distinct:
                level += met >= bound
            for r in range(len(since)):
                start, stop = at + since[r], until
                if r + 1 < len(since):
                    stop = min(stop, at + since[r + 1])
                start = -1 if start == 0 else start // ms
                stop = stop // ms
                if start >= stop:
                    continue
                state = level * len(since) + r
                if filled > began and out[filled - 1, 3] == state and out[filled - 1, 2] == start:
                    out[filled - 1, 2] = stop
                else:
                    out[filled, 0], out[filled, 1], out[filled, 2], out[filled, 3] = i, start, stop, state
                    filled += 1
            if j >= last or elapsed[j] >= end[i]:
                break
            at = elapsed[j]
    return filled


@kernel
def _leave(v, own_won, own_later, sums, sums_at, weighed, compared):  # type: ignore[no-untyped-def]
    one = sums[0] - sums_at[v, 0]
    if one > 0:
        weighed[v, 0] += sums[1] - sums_at[v, 1] - own_won * one
        weighed[v, 1] += sums[2] - sums_at[v, 2] - own_later * one
        compared[v] = True


@kernel
def walk_risk_sets(timeline, reached_at, won, r_key, r_visit, sets, weighed, compared):  # type: ignore[no-untyped-def]
    """Walk along the risk sets: at each time that a visit is reached, who could have been and was not?

    timeline: (key, visit, time, whether it stops): starts and stops of spells, by stratum and time. Being reached comes
    before all else at its time, so that a spell (start, stop] is at risk at its stop and not at its start.
    reached_at, won: by visit; the last item of reached_at is "never". r_key, r_visit: those reached, by key.
    Out: sets [reached, 3]: how many others, how many of them won, how many were reached later. weighed [visits, 2]:
    what each one weighed as a comparison, free of the difference and by it. compared: by visit.
    """
    key, visit, time, stops = timeline
    never = reached_at[-1]
    here = np.zeros(3)
    sums, sums_at = np.zeros(3), np.zeros((len(won), 3))  # a visit is in one spell at a time
    i, j = 0, 0
    while i < len(key) or j < len(r_key):
        if j >= len(r_key) or (i < len(key) and key[i] < r_key[j]):
            v, at, stopping = visit[i], time[i], stops[i]
            i += 1
            if reached_at[v] <= at:
                continue  # reached before it began, or taken out when it was reached
            later = reached_at[v] < never
            sign = -1 if stopping else 1
            here[0] += sign
            here[1] += sign * won[v]
            here[2] += sign * later
            if stopping:
                _leave(v, won[v], later, sums, sums_at, weighed, compared)
            else:
                sums_at[v] = sums
            continue
        end = j
        while end < len(r_key) and r_key[end] == r_key[j]:
            v = r_visit[end]
            here[0] -= 1
            here[1] -= won[v]
            here[2] -= 1
            _leave(v, won[v], 1, sums, sums_at, weighed, compared)
            end += 1
        for k in range(j, end):
            sets[k] = here
            if here[0] > 0:
                share = 1 / (here[0] + 1)  # the weight n/(n + 1), spread over n
                sums[0] += share
                sums[1] += share * here[1] / here[0]
                sums[2] += share * here[2] / here[0]
        j = end
