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
