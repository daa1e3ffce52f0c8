"""Those who chose a touchpoint, against those who, at a like moment, chose another.

In: what customers did within visits whose horizon is known. Out: for each touchpoint that customers go to themselves,
how much more often the visit succeeded. A moment is a customer's coming to a touchpoint; comparing moments with
moments means that nobody is credited with having lived long enough to meet something, nor compared with those who had
silently gone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desirepath.core.times import DAY, HOUR, NEVER
from desirepath.journey.visits import Visits
from desirepath.measure.cohort import Cohort, Mask
from desirepath.measure.lift.alike import code_of_visit, dense, entry_strata
from desirepath.measure.meetings import Int64, Meetings, first_of_group
from desirepath.stats.stratified import LEAST_CONTRAST, NOTHING, StratifiedDifference
from desirepath.trail.trails import Trails

Float = NDArray[np.float64]
_ELAPSED_BINS = 8
GAPS = np.array([HOUR // 2, DAY], np.int64)  # within a session, within a day, later
DISTINCT = np.array([1, 2, 3, 5], np.int64)  # touchpoints met so far: 0, 1, 2, 3–4, 5 or more


@dataclass(frozen=True, slots=True)
class Moments:
    """Grain: a customer's coming to a touchpoint within a visit; the same one twice running is one moment.

    Sorted by visit (row of the visits). stratum: moments of one stratum are alike.
    """

    visit: Int64
    touchpoint: Int64
    stratum: Int64
    won: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.visit)


def moments(
    found: Cohort, won: Mask, visits: Visits, trails: Trails, acts: Meetings, like: Int64 | None
) -> Moments:
    """The moments of the cohort's rated visits, before success, before the end, within the horizon.

    won: over all visits, success within the horizon. acts: what customers did in these visits (meetings.actions).
    like: per visit, a further code that must agree (a segment, a trait). Alike are moments of visits with the
    same entry channel, quarter and kind of start, with about as many touchpoints met so far, as
    long after entry (eighths), and as soon after the last action.
    """
    rows, at, visit = found.rows[found.masks["rated"]], acts.at, acts.visit
    elapsed, before = on_the_way(found, visits, trails, at, visit)
    # What is no touchpoint may be a shadow of success itself: a confirmation page, say.
    before &= acts.touchpoint >= 0
    gap = np.append(0, np.diff(elapsed))
    gap[first_of_group(visit)] = -1
    visit, touchpoint, elapsed, gap = visit[before], acts.touchpoint[before], elapsed[before], gap[before]
    keep = first_of_group(visit) | np.append(True, touchpoint[1:] != touchpoint[:-1])[: len(visit)]
    visit, touchpoint, elapsed, gap = visit[keep], touchpoint[keep], elapsed[keep], gap[keep]
    met_before = distinct_before(visit, first_meetings(visit, touchpoint))
    parts = [
        code_of_visit(rows, entry_strata(visits, trails, rows, like), visits)[visit],
        np.searchsorted(DISTINCT, met_before, side="right"),
        elapsed_bins(elapsed),
        np.where(gap < 0, 0, 1 + np.searchsorted(GAPS, gap)),
    ]
    return Moments(visit, touchpoint, dense(parts), won[visit].astype(np.int64))


def on_the_way(found: Cohort, visits: Visits, trails: Trails, at: Int64, visit: Int64) -> tuple[Int64, Mask]:
    """(µs since entry, whether there was still something left to decide) of events in visits.

    Left to decide: before success and the visit's end (the events of both are none), within the horizon.
    """
    elapsed = np.maximum(trails.ts[at] - visits.entered[visit], 0)
    success = visits.succeeded[visit]
    before = (success == NEVER) | (trails.ts[at] < success)
    before &= (at != visits.success_event[visit]) & (at != visits.end_event[visit])
    return elapsed, before & (elapsed <= found.horizon)


def elapsed_bins(elapsed: Int64, bins: int = _ELAPSED_BINS) -> Int64:
    """0 at the entry itself, then 1 … bins: as many in each of the times since entry."""
    later = elapsed[elapsed > 0]
    edges = np.unique(np.quantile(later, np.arange(1, bins) / bins)) if len(later) else later
    return np.where(elapsed == 0, 0, 1 + np.searchsorted(edges, elapsed))


def first_meetings(visit: Int64, touchpoint: Int64) -> Int64:
    """1 where a visit meets a touchpoint for the first time, else 0. Rows of one visit must lie together."""
    from desirepath.measure import kernels

    new = np.zeros(len(visit), np.int64)
    kernels.first_meetings(visit, touchpoint, int(touchpoint.max(initial=0)) + 1, new)
    return new


def distinct_before(visit: Int64, new: Int64) -> Int64:
    """How many different touchpoints each visit had met before each of its moments. new: first_meetings(…)."""
    before = np.cumsum(new) - new
    first = first_of_group(visit)
    return before - before[first][np.cumsum(first) - 1] if len(visit) else before


def compare_moments(found: Moments, visits: Visits, codes: Int64) -> list[StratifiedDifference]:
    """What meeting each touchpoint in `codes` adds, its variance clustered by customer.

    The same as stats.stratified.mantel_haenszel over (first meetings, moments of visits that had not met it), those
    that met it later allowed for, without writing out a row for each touchpoint and moment.
    """
    from desirepath.measure import kernels

    strata = int(found.stratum.max(initial=-1)) + 1
    if not strata or not len(codes):
        return [NOTHING] * len(codes)
    place = np.full(int(max(found.touchpoint.max(), codes.max())) + 2, -1, np.int64)
    place[codes] = np.arange(len(codes))
    code = place[found.touchpoint]  # −1 reads the last item, which is −1
    met_hits, met_n, after_hits, after_n, later_n = (np.zeros((strata, len(codes))) for _ in range(5))
    kernels.tally_moments(
        found.visit, code, found.stratum, found.won, met_hits, met_n, after_hits, after_n, later_n
    )
    not_n = np.bincount(found.stratum, minlength=strata)[:, None] - after_n
    not_hits = np.bincount(found.stratum, found.won, strata)[:, None] - after_hits
    value, contrast, when_met, when_not = _influence(met_hits, met_n, not_hits, not_n, later_n)
    used = (met_n > 0) & (not_n > 0)
    out = np.zeros((5, len(codes)))
    customer = visits.customer[found.visit]
    kernels.spread_moments(
        found.visit, customer, code, found.stratum, found.won, used, when_met, when_not, out
    )
    met = np.where(used, met_n, 0).sum(axis=0)
    error = np.sqrt(out[0] * out[4] / np.maximum(out[4] - 1, 1))
    freedom = np.minimum(out[2], out[3]) - 1.0
    return [
        StratifiedDifference(float(v), float(e), int(m), int(c), float(f)) if enough else NOTHING
        for v, e, m, c, f, enough in zip(
            value, error, met, out[1], freedom, contrast >= LEAST_CONTRAST, strict=True
        )
    ]


def _influence(
    met_hits: Float, met_n: Float, not_hits: Float, not_n: Float, later_n: Float
) -> tuple[Float, Float, Float, Float]:
    """(difference, share of contrast in ever meeting it, influence when met, influence when not), by touchpoint.

    The influences are by stratum and outcome (and, when not met, by whether it was met later), ready for the kernel.
    """
    n = met_n + not_n
    some = (met_n > 0) & (not_n > 0)
    n_or_2 = np.where(some, n, 2.0)
    weight = np.where(some, met_n * not_n / n_or_2, 0.0).sum(axis=0)
    total = np.where(some, met_n * (not_n - later_n) / n_or_2, 0.0).sum(axis=0)
    top = np.where(some, (met_hits * not_n - not_hits * met_n) / n_or_2, 0.0).sum(axis=0)
    contrast = np.divide(total, weight, out=np.zeros(len(total)), where=weight > 0)
    value = np.divide(top, total, out=np.full(len(total), np.nan), where=total > 0)
    delta = np.nan_to_num(value)
    share = met_n / n_or_2
    mean = (met_hits + not_hits - delta * (met_n + later_n)) / n_or_2
    scale = np.where(some, 1 / np.sqrt(1 - 1 / n_or_2), 0.0) / np.where(total > 0, total, 1.0)
    won, later = np.array([0.0, 1.0])[None, :, None], np.array([0.0, 1.0])[None, None, :, None]
    when_met = ((1 - share) * scale)[:, None, :] * (won - delta - mean[:, None, :])
    when_not = (-share * scale)[:, None, None, :] * (
        won[:, :, None, :] - delta * later - mean[:, None, None, :]
    )
    return value, contrast, np.ascontiguousarray(when_met), np.ascontiguousarray(when_not)
