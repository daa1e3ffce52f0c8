"""Those whom a touchpoint reached, against those whom it could have reached at the same point and had not.

In: visits whose horizon is known. Out: for each touchpoint that the business brings about (a mail, a parcel), how much
more often the visit succeeded. At the very time since entry at which one visit is reached, the comparison is all
like visits that still go on and have not been reached: nobody is credited with having lived long enough for it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desirepath.core.times import DAY, HOUR, NEVER
from desirepath.journey.visits import Visits
from desirepath.measure.alike import dense, entry_strata
from desirepath.measure.cohort import Cohort, Mask
from desirepath.measure.meetings import Int64, Meetings, first_of_group
from desirepath.measure.moments import DISTINCT, distinct_before, first_meetings
from desirepath.stats.stratified import LEAST_CONTRAST, NOTHING, StratifiedDifference
from desirepath.trail.trails import Trails

Float = NDArray[np.float64]
_MS = 1000  # times are ms here, so that a code and a time fit into one int64
_SINCE = np.array([0, HOUR, DAY, 7 * DAY], np.int64)  # how long since the customer's last action


@dataclass(frozen=True, slots=True)
class Spells:
    """Grain: a stretch of a visit (start, stop] in ms since entry in which its state does not change.

    visit: row of the visits. stratum: of the visit's entry, of the touchpoints met so far, and of how long ago the
    customer last did something.
    """

    visit: Int64
    start: Int64
    stop: Int64
    stratum: Int64
    won: Float
    span: int  # more than any time: code × span + time orders by code, then time
    ordered: list[tuple[Int64, Float]]


def spells(
    found: Cohort, won: Mask, visits: Visits, trails: Trails, acts: Meetings, like: Int64 | None
) -> Spells:
    """The cohort's rated visits, from entry until success, end or horizon, cut where their state changes."""
    rows = found.rows[found.masks["rated"]]
    end = going_on_until(visits, rows, found.horizon)
    visit, begin, met = _states(visits, trails, rows, acts)
    place = np.searchsorted(rows, visit)
    until = np.append(begin[1:], 0)[: len(begin)]
    last = np.append(visit[1:] != visit[:-1], True)[: len(visit)]
    until = np.minimum(np.where(last, end[place], until), end[place])
    parts = []
    for k, since in enumerate(_SINCE):
        start = begin + since
        stop = np.minimum(until, begin + _SINCE[k + 1]) if k + 1 < len(_SINCE) else until
        kept = np.flatnonzero((start < stop) | ((k == 0) & (start == 0) & (stop == 0)))
        parts.append((visit[kept], start[kept], stop[kept], met[kept], np.full(len(kept), k)))
    visit, start, stop, met, recent = (np.concatenate(column) for column in zip(*parts, strict=True))
    stratum = dense([entry_strata(visits, trails, visit, like), met, recent])
    start = np.where(start == 0, -1, start // _MS)  # who is reached on entry is compared with those who enter
    order = np.lexsort((start, visit))
    visit, start, stop, stratum = visit[order], start[order], (stop // _MS)[order], stratum[order]
    y = won[visit].astype(np.float64)
    span = found.horizon // _MS + 4
    return Spells(visit, start, stop, stratum, y, span, _ordered(stratum, start, stop, y, span))


def _states(visits: Visits, trails: Trails, rows: Int64, acts: Meetings) -> tuple[Int64, Int64, Int64]:
    """(visit, µs since entry at which a state begins, touchpoints met by then), sorted; the first is at 0."""
    elapsed = np.maximum(trails.ts[acts.at] - visits.entered[acts.visit], 0)
    visit = np.concatenate([rows, acts.visit])
    begin = np.concatenate([np.zeros(len(rows), np.int64), elapsed])
    touchpoint = np.concatenate([np.full(len(rows), -1), acts.touchpoint])
    order = np.lexsort((begin, visit))
    visit, begin, touchpoint = visit[order], begin[order], touchpoint[order]
    new = first_meetings(visit, touchpoint)
    after = distinct_before(visit, new) + new
    # Of several actions at one instant the last counts; what an action meets counts from then on.
    last = np.append((visit[1:] != visit[:-1]) | (begin[1:] != begin[:-1]), True)[: len(visit)]
    return visit[last], begin[last], np.searchsorted(DISTINCT, after[last], side="right")


def going_on_until(visits: Visits, rows: Int64, horizon: int) -> Int64:
    """µs since entry until which each visit can still be reached: its success, its end, or the horizon."""
    entered, ended, done = visits.entered[rows], visits.ended[rows], visits.succeeded[rows]
    end = np.full(len(rows), horizon)
    end = np.where(ended != NEVER, np.minimum(end, ended - entered), end)
    return np.where(done != NEVER, np.minimum(end, done - entered), end)


def compare_reached(
    found: Cohort, going: Spells, won: Mask, visits: Visits, trails: Trails, met: Meetings, code: int
) -> StratifiedDifference:
    """What being reached by `code` adds to the like visits at risk at that very time.

    met: meetings of the rated visits. Each visit reached weighs n/(n + 1), n being the visits it is compared with;
    those of them that are reached later are allowed for (stats.stratified). Variance: influence of those reached
    and of those compared, summed by customer. Sources: Li, Propert & Rosenbaum (2001), balanced risk sets, here
    with all of the set; Robins (1994).
    """
    visit, when = _first_reached(found, visits, trails, met, code)
    if not len(visit):
        return NOTHING
    span = going.span
    key = going.visit * span + going.start + 1
    place = np.searchsorted(key, visit * span + when + 1, side="left") - 1
    stratum = going.stratum[place]
    # Those reached are compared no longer from then on: the rest of their spells, to be taken off.
    reached_at = np.full(len(visits), going.span, np.int64)
    reached_at[visit] = when
    later = reached_at[going.visit] < span
    start = np.maximum(going.start, reached_at[going.visit] - 1)
    row = np.flatnonzero(start < going.stop)
    off = (going.stratum[row], start[row], going.stop[row])
    theirs = (going.stratum[later], going.start[later], going.stop[later])
    n, hits = _at_risk(going.ordered, stratum, when, span)
    n_off, hits_off = _at_risk(_ordered(*off, going.won[row], span), stratum, when, span)
    n_later, _ = _at_risk(_ordered(*theirs, going.won[later], span), stratum, when, span)
    n, hits, n_later = n - n_off, hits - hits_off, n_later - n_off
    some = n > 0
    visit, when, stratum = visit[some], when[some], stratum[some]
    n, hits, n_later = n[some], hits[some], n_later[some]
    weight, mine = n / (n + 1), won[visit].astype(np.float64)
    total = float((weight * (1 - n_later / n)).sum())
    if not some.any() or total < LEAST_CONTRAST * weight.sum():
        return NOTHING
    value = float((weight * (mine - hits / n)).sum()) / total
    mean = (hits - value * n_later) / n
    weights = (weight / n, weight * mean / n)
    one, two = _spent((going.stratum, going.start, going.stop), stratum, when, weights, span)
    one_off, two_off = _spent(off, stratum, when, weights, span)
    one[row] -= one_off
    two[row] -= two_off
    who = visits.customer
    influence = np.bincount(
        who[going.visit], two - (going.won - value * later) * one, int(who.max(initial=0)) + 1
    )
    influence += np.bincount(who[visit], weight * (mine - value - mean), len(influence))
    compared = np.unique(going.visit[one > 1e-12])
    clusters = len(np.unique(np.concatenate([who[visit], who[compared]])))
    error = math.sqrt(float(influence @ influence) * clusters / max(clusters - 1, 1)) / total
    few = min(len(np.unique(who[visit])), len(np.unique(who[compared])))
    return StratifiedDifference(value, error, len(visit), len(compared), few - 1.0)


def _first_reached(
    found: Cohort, visits: Visits, trails: Trails, met: Meetings, code: int
) -> tuple[Int64, Int64]:
    """(visit, ms since entry) of the first meeting of each visit that was still going on."""
    mine = np.flatnonzero(met.touchpoint == code)
    mine = mine[first_of_group(met.visit[mine])]
    at, visit = met.at[mine], met.visit[mine]
    when = np.maximum(trails.ts[at] - visits.entered[visit], 0)
    end = going_on_until(visits, visit, found.horizon)
    on_the_way = ((when < end) | ((when == 0) & (end == 0))) & (at != visits.success_event[visit])
    return visit[on_the_way], when[on_the_way] // _MS


def _ordered(stratum: Int64, start: Int64, stop: Int64, y: Float, span: int) -> list[tuple[Int64, Float]]:
    """Spells in the order of their starts, and of their stops: (key of stratum and time, wins up to each)."""
    parts = []
    for time in (start, stop):
        key = stratum * span + time + 1
        order = np.argsort(key)
        parts.append((key[order], np.append(0.0, np.cumsum(y[order]))))
    return parts


def _at_risk(parts: list[tuple[Int64, Float]], stratum: Int64, when: Int64, span: int) -> tuple[Float, Float]:
    """(how many, how many of them won) of the spells with start < when ≤ stop in the stratum."""
    counts: list[Float] = []
    for key, wins in parts:
        place = np.searchsorted(key, stratum * span + when + 1, side="left")
        low = np.searchsorted(key, stratum * span, side="left")
        counts += [(place - low).astype(np.float64), wins[place] - wins[low]]
    return counts[0] - counts[2], counts[1] - counts[3]


def _spent(
    spells: tuple[Int64, Int64, Int64], stratum: Int64, when: Int64, weights: tuple[Float, Float], span: int
) -> tuple[Float, Float]:
    """For each spell (stratum, start, stop) the sums of two weights over those reached in it: start < when ≤ stop."""
    key = stratum * span + when + 1
    order = np.argsort(key, kind="stable")
    key = key[order]
    low = np.searchsorted(key, spells[0] * span + spells[1] + 1, side="right")
    high = np.searchsorted(key, spells[0] * span + spells[2] + 1, side="right")
    one, two = (np.append(0.0, np.cumsum(weight[order])) for weight in weights)
    return one[high] - one[low], two[high] - two[low]
