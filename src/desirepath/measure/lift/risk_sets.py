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
from desirepath.measure.cohort import Cohort, Mask
from desirepath.measure.lift.alike import entry_strata, renumbered
from desirepath.measure.lift.moments import DISTINCT
from desirepath.measure.meetings import Int64, Meetings, first_of_group
from desirepath.stats.stratified import LEAST_CONTRAST, NOTHING, StratifiedDifference
from desirepath.trail.trails import Trails

_MS = 1000  # times are ms here, so that a code and a time fit into one int64
_SINCE = np.array([0, HOUR, DAY, 7 * DAY], np.int64)  # how long since the customer's last action


@dataclass(frozen=True, slots=True)
class Spells:
    """Grain: a stretch of a visit, (start, stop] in ms since entry, in which its state does not change.

    rows: the visits, by their rows in the table; customer: theirs, as 0, 1, 2 …; won: by visit. place: the spell's
    visit, a place in rows; sorted by it and time. stratum: of the visit's entry, of the touchpoints met so far, and of
    how long ago the customer last did something. timeline: (key, visit, time, whether it stops), starts and stops by
    stratum and time.
    """

    rows: Int64
    customer: Int64
    won: Int64
    place: Int64
    start: Int64
    stratum: Int64
    span: int  # more than any time: code × span + time orders by code, then time
    timeline: tuple[Int64, Int64, Int64, Mask]


def spells(
    found: Cohort, won: Mask, visits: Visits, trails: Trails, acts: Meetings, like: Int64 | None
) -> Spells:
    """The cohort's rated visits, from entry until success, end or horizon, cut where their state changes."""
    from desirepath.measure import kernels

    rows = found.rows[found.masks["rated"]]
    elapsed = np.maximum(trails.ts[acts.at] - visits.entered[acts.visit], 0)
    first_act = np.searchsorted(acts.visit, np.append(rows, rows[-1:] + 1))
    out = np.empty((len(_SINCE) * (len(rows) + len(acts)), 4), np.int64)
    kinds = int(acts.touchpoint.max(initial=0)) + 1
    end = going_on_until(visits, rows, found.horizon)
    filled = kernels.lay_spells(end, first_act, elapsed, acts.touchpoint, kinds, DISTINCT, _SINCE, _MS, out)
    place, start, stop, state = (np.ascontiguousarray(column) for column in out[:filled].T)
    stratum = entry_strata(visits, trails, rows, like)[place] * ((len(DISTINCT) + 1) * len(_SINCE)) + state
    span = found.horizon // _MS + 4
    time = np.concatenate([start, stop])
    key = np.concatenate([stratum, stratum]) * span + time + 1
    order = np.argsort(key, kind="stable")
    timeline = (key[order], np.concatenate([place, place])[order], time[order], order >= filled)
    customer = renumbered(visits.customer[rows].astype(np.int64))
    return Spells(rows, customer, won[rows].astype(np.int64), place, start, stratum, span, timeline)


def going_on_until(visits: Visits, rows: Int64, horizon: int) -> Int64:
    """µs since entry until which each visit can still be reached: its success, its end, or the horizon."""
    entered, ended, done = visits.entered[rows], visits.ended[rows], visits.succeeded[rows]
    end = np.full(len(rows), horizon)
    end = np.where(ended != NEVER, np.minimum(end, ended - entered), end)
    return np.where(done != NEVER, np.minimum(end, done - entered), end)


def compare_reached(
    found: Cohort, going: Spells, visits: Visits, trails: Trails, met: Meetings, code: int
) -> StratifiedDifference:
    """What being reached by `code` adds to the like visits at risk at that very time.

    met: meetings of the rated visits. Each visit reached weighs n/(n + 1), n being the visits it is compared with;
    those of them that are reached later are allowed for (stats.stratified). Variance: influence of those reached
    and of those compared, summed by customer. Sources: Li, Propert & Rosenbaum (2001), balanced risk sets, here
    with all of the set; Robins (1994).
    """
    from desirepath.measure import kernels

    visit, when = _first_reached(found, going.rows, visits, trails, met, code)
    if not len(visit):
        return NOTHING
    spell = np.searchsorted(going.place * going.span + going.start + 1, visit * going.span + when + 1) - 1
    key = going.stratum[spell] * going.span + when + 1
    order = np.argsort(key, kind="stable")
    visit, when, key = visit[order], when[order], key[order]
    reached_at = np.full(len(going.rows) + 1, going.span, np.int64)
    reached_at[visit] = when
    compared, sets = np.zeros(len(going.rows), bool), np.zeros((len(visit), 3))
    weighed = np.zeros((len(going.rows), 2))
    kernels.walk_risk_sets(going.timeline, reached_at, going.won, key, visit, sets, weighed, compared)
    n, hits, later = sets.T
    some = n > 0
    n_or_1 = np.where(some, n, 1.0)
    weight, mine = n / (n + 1), going.won[visit].astype(np.float64)
    total = float((weight * (1 - later / n_or_1)).sum())
    if not some.any() or total < LEAST_CONTRAST * weight.sum():
        return NOTHING
    value = float((weight * (mine - hits / n_or_1)).sum()) / total
    mean = (hits - value * later) / n_or_1
    of_visit = weighed[:, 0] - value * weighed[:, 1]
    of_visit[visit] += weight * (mine - value - mean)
    influence = np.bincount(going.customer, of_visit)
    reached, others = np.zeros(len(influence), bool), np.zeros(len(influence), bool)
    reached[going.customer[visit[some]]] = True
    others[going.customer[compared]] = True
    clusters = int((reached | others).sum())
    error = math.sqrt(float(influence @ influence) * clusters / max(clusters - 1, 1)) / total
    few = min(int(reached.sum()), int(others.sum()))
    return StratifiedDifference(value, error, int(some.sum()), int(compared.sum()), few - 1.0)


def _first_reached(
    found: Cohort, rows: Int64, visits: Visits, trails: Trails, met: Meetings, code: int
) -> tuple[Int64, Int64]:
    """(place in rows, ms since entry) of the first meeting of each visit that was still going on."""
    mine = np.flatnonzero(met.touchpoint == code)
    mine = mine[first_of_group(met.visit[mine])]
    at, visit = met.at[mine], met.visit[mine]
    when = np.maximum(trails.ts[at] - visits.entered[visit], 0)
    end = going_on_until(visits, visit, found.horizon)
    on_the_way = ((when < end) | ((when == 0) & (end == 0))) & (at != visits.success_event[visit])
    return np.searchsorted(rows, visit[on_the_way]), when[on_the_way] // _MS
