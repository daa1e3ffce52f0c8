"""The loops of the measures, over plain arrays: compiled once, serial, without the GIL."""

from __future__ import annotations

import numba
import numpy as np

from desirepath.core.times import NEVER

_jit = numba.njit(cache=True, nogil=True)


@_jit
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


@_jit
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


@_jit
def _end_customer(total, in_customer, out):  # type: ignore[no-untyped-def]
    for k in range(len(total)):
        out[0, k] += total[k] * total[k]
        out[2, k] += in_customer[0, k]
        out[3, k] += in_customer[1, k]
        out[4, k] += in_customer[0, k] or in_customer[1, k]
    total[:] = 0.0
    in_customer[:] = False


@_jit
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


@_jit
def first_meetings(visit, touchpoint, kinds, new):  # type: ignore[no-untyped-def]
    """Mark where a visit meets a touchpoint for the first time. Rows of one visit lie together."""
    seen_by = np.full(kinds, -1, np.int64)
    for i in range(len(visit)):
        k = touchpoint[i]
        if k >= 0 and seen_by[k] != visit[i]:
            seen_by[k] = visit[i]
            new[i] = 1


# A risk set is walked along its timeline: starts and stops of spells, in the order of (stratum, time). Being reached
# comes before all else at its time, so that a spell (start, stop] is at risk at its stop and not at its start.
# `line`: (key, spell, stops) of the timeline, (visit, start, stop) by spell, reached_at by visit.


@_jit
def count_at_risk(line, won, r_key, r_visit, n, hits, later):  # type: ignore[no-untyped-def]
    """At each time that a visit is reached: how many others go on unreached, how many won, were reached later.

    won: by visit. r_key, r_visit: those reached, by key.
    """
    key, spell, stops, visit, start, stop, reached_at = line
    here, here_won, here_later = 0, 0, 0
    never = reached_at.max()
    i, j = 0, 0
    while j < len(r_key):
        while i < len(key) and key[i] < r_key[j]:
            s = spell[i]
            v = visit[s]
            change = 0
            if stops[i]:
                if start[s] < reached_at[v] and reached_at[v] > stop[s]:
                    change = -1
            elif start[s] < reached_at[v]:
                change = 1
            here += change
            here_won += change * won[v]
            here_later += change * (reached_at[v] < never)
            i += 1
        end = j
        while end < len(r_key) and r_key[end] == r_key[j]:
            here -= 1
            here_won -= won[r_visit[end]]
            here_later -= 1
            end += 1
        for k in range(j, end):
            n[k], hits[k], later[k] = here, here_won, here_later
        j = end


@_jit
def spread_at_risk(line, residual, customer, r_key, r_spell, weights, influence, compared):  # type: ignore[no-untyped-def]
    """Add to each customer's influence what their visits weighed as comparisons.

    weights: (first, second) that each one reached gives to every visit at risk: second − residual × first, summed.
    residual: by visit. compared: marked by visit.
    """
    key, spell, stops, visit, start, stop, reached_at = line
    first, second = weights
    one, two = 0.0, 0.0
    one_at, two_at = np.zeros(len(visit)), np.zeros(len(visit))
    i, j = 0, 0
    while j <= len(r_key):
        while i < len(key) and (j == len(r_key) or key[i] < r_key[j]):
            s = spell[i]
            v = visit[s]
            if stops[i]:
                if start[s] < reached_at[v] and reached_at[v] > stop[s] and one > one_at[s]:
                    influence[customer[v]] += two - two_at[s] - residual[v] * (one - one_at[s])
                    compared[v] = True
            elif start[s] < reached_at[v]:
                one_at[s], two_at[s] = one, two
            i += 1
        if j == len(r_key):
            break
        end = j
        while end < len(r_key) and r_key[end] == r_key[j]:
            s = r_spell[end]
            v = visit[s]
            if one > one_at[s]:
                influence[customer[v]] += two - two_at[s] - residual[v] * (one - one_at[s])
                compared[v] = True
            end += 1
        for k in range(j, end):
            one += first[k]
            two += second[k]
        j = end
