"""Those whom a touchpoint reached, against those whom it could have reached at the same point and had not.

In: visits whose horizon is known. Out: for each touchpoint that the business brings about (a mail, a parcel), how much
more often the visit succeeded. At the very time since entry at which one visit is reached, the comparison is all
like visits that still go on and have not been reached: nobody is credited with having lived long enough for it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from desirepath.core.times import DAY, HOUR, NEVER
from desirepath.journey.visits import Visits
from desirepath.measure.alike import code_of_visit, entry_strata
from desirepath.measure.cohort import Cohort, Mask
from desirepath.measure.meetings import Int64, Meetings, first_of_group
from desirepath.measure.moments import DISTINCT, distinct_before, first_meetings
from desirepath.stats.stratified import LEAST_CONTRAST, NOTHING, StratifiedDifference
from desirepath.trail.trails import Trails

_MS = 1000  # times are ms here, so that a code and a time fit into one int64
_SINCE = np.array([0, HOUR, DAY, 7 * DAY], np.int64)  # how long since the customer's last action


@dataclass(frozen=True, slots=True)
class Spells:
    """Grain: a stretch of a visit, (start, stop] in ms since entry, in which its state does not change.

    visit: row of the visits. stratum: of the visit's entry, of the touchpoints met so far, and of how long ago the
    customer last did something. Sorted by visit, time. key, spell, stops: their starts and stops by stratum and time.
    """

    visit: Int64
    start: Int64
    stop: Int64
    stratum: Int64
    span: int  # more than any time: code × span + time orders by code, then time
    key: Int64
    spell: Int64
    stops: Mask


def spells(found: Cohort, visits: Visits, trails: Trails, acts: Meetings, like: Int64 | None) -> Spells:
    """The cohort's rated visits, from entry until success, end or horizon, cut where their state changes."""
    rows = found.rows[found.masks["rated"]]
    end = going_on_until(visits, rows, found.horizon)
    visit, begin, met = _states(visits, trails, rows, acts)
    ends = code_of_visit(rows, end, visits)[visit]
    last = np.append(visit[1:] != visit[:-1], True)[: len(visit)]
    until = np.minimum(np.where(last, ends, np.append(begin[1:], 0)[: len(begin)]), ends)
    parts = []
    for k, since in enumerate(_SINCE):
        start = begin + since
        stop = np.minimum(until, begin + _SINCE[k + 1]) if k + 1 < len(_SINCE) else until
        kept = np.flatnonzero((start < stop) | ((k == 0) & (start == 0) & (stop == 0)))
        parts.append((visit[kept], start[kept], stop[kept], met[kept], np.full(len(kept), k)))
    visit, start, stop, met, recent = (np.concatenate(column) for column in zip(*parts, strict=True))
    alike = code_of_visit(rows, entry_strata(visits, trails, rows, like), visits)
    stratum = (alike[visit] * (len(DISTINCT) + 1) + met) * len(_SINCE) + recent
    # Who is reached on entry is compared with those who enter.
    start, stop = np.where(start == 0, -1, start // _MS), stop // _MS
    order = np.lexsort((start, visit))
    order = order[start[order] < stop[order]]
    return _timeline(visit[order], start[order], stop[order], stratum[order], found.horizon // _MS + 4)


def _timeline(visit: Int64, start: Int64, stop: Int64, stratum: Int64, span: int) -> Spells:
    """Join spells that follow each other in one state, and lay out their starts and stops by stratum and time."""
    joins = (visit[1:] == visit[:-1]) & (stratum[1:] == stratum[:-1]) & (start[1:] == stop[:-1])
    first = np.flatnonzero(np.append(True, ~joins)[: len(visit)])
    final = np.append(first[1:], len(visit))[: len(first)] - 1
    visit, start, stop, stratum = visit[first], start[first], stop[final], stratum[first]
    key = np.concatenate([stratum * span + start + 1, stratum * span + stop + 1])
    order = np.argsort(key, kind="stable")
    n = len(visit)
    return Spells(visit, start, stop, stratum, span, key[order], order % max(n, 1), order >= n)


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
    from desirepath.measure import kernels

    visit, when = _first_reached(found, visits, trails, met, code)
    if not len(visit):
        return NOTHING
    spell = np.searchsorted(going.visit * going.span + going.start + 1, visit * going.span + when + 1) - 1
    key = going.stratum[spell] * going.span + when + 1
    order = np.argsort(key, kind="stable")
    visit, when, spell, key = visit[order], when[order], spell[order], key[order]
    reached_at = np.full(len(visits) + 1, going.span, np.int64)  # the last item is always "never"
    reached_at[visit] = when
    line = (going.key, going.spell, going.stops, going.visit, going.start, going.stop, reached_at)
    n, hits, later = (np.zeros(len(visit)) for _ in range(3))
    kernels.count_at_risk(line, won.astype(np.int64), key, visit, n, hits, later)
    some = n > 0
    n_or_1 = np.where(some, n, 1.0)
    weight, mine = n / (n + 1), won[visit].astype(np.float64)
    total = float((weight * (1 - later / n_or_1)).sum())
    if not some.any() or total < LEAST_CONTRAST * weight.sum():
        return NOTHING
    value = float((weight * (mine - hits / n_or_1)).sum()) / total
    mean = (hits - value * later) / n_or_1
    who, compared = visits.customer, np.zeros(len(visits), bool)
    influence = np.zeros(int(who.max(initial=0)) + 1)
    residual = won - value * (reached_at[:-1] < going.span)
    weights = (weight / n_or_1, weight * mean / n_or_1)
    kernels.spread_at_risk(line, residual, who, key, spell, weights, influence, compared)
    visit = visit[some]
    influence += np.bincount(who[visit], (weight * (mine - value - mean))[some], len(influence))
    reached, others = np.zeros(len(influence), bool), np.zeros(len(influence), bool)
    reached[who[visit]] = True
    others[who[compared]] = True
    clusters = int((reached | others).sum())
    error = math.sqrt(float(influence @ influence) * clusters / max(clusters - 1, 1)) / total
    few = min(int(reached.sum()), int(others.sum()))
    return StratifiedDifference(value, error, len(visit), int(compared.sum()), few - 1.0)


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
