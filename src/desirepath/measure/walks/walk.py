"""What is one walk? A session, a visit, a pass or a whole trail: the events whose steps make one path.

In: trails, visits, and a code for each event (−1: no step). Out: Walks, over which paths and transitions are read.
Walks lie in runs: a run is a customer's trail that is cut into sessions, or one visit or pass by itself. Every walk
has a fate, so that who is still on the way is never taken for one who stopped.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from desirepath.core.times import FOREVER, NEVER, TimeRange
from desirepath.core.words import Outcome, Track
from desirepath.journey.visits import Visits
from desirepath.measure.meetings import visit_of_events
from desirepath.trail.spread import customers_of
from desirepath.trail.trails import Trails

Int64 = NDArray[np.int64]
Int8 = NDArray[np.int8]
Mask = NDArray[np.bool_]
Unit = Literal["session", "visit", "pass", "trail"]
_ALWAYS = TimeRange()


class Fate(IntEnum):
    """How a walk ended. CUT is of paths: they go on beyond the longest that is kept."""

    ENDED = 0  # a session that was over; the customer came back later
    IN_FLIGHT = 1  # the walk may still go on
    LAPSED = 2  # silence followed until the clock ran out
    LEFT = 3  # the customer said so: declined, cancelled
    ADVANCED = 4
    QUIET = 5  # a session that is over; whether the customer comes back is not known yet
    CUT = 7


_OF_OUTCOME = np.zeros(4, np.int8)
_OF_OUTCOME[[Outcome.IN_FLIGHT, Outcome.ADVANCED, Outcome.LEFT, Outcome.LAPSED]] = [
    Fate.IN_FLIGHT, Fate.ADVANCED, Fate.LEFT, Fate.LAPSED,
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Walks:
    """Runs of events, and where they are cut into walks.

    runs: those asked about, ascending. offset: [all runs + 1], where each begins in ts and code.
    starts: where another walk begins (by day, by campaign); asked: which walks count, at their first event; None:
    nowhere, all. since, until: of these, only those whose first event lies within.
    gap: µs without an event after which another walk begins; −1: none.
    run_ends, event_ends: a Fate by run, or by event that ends a walk; the second where there are both.
    at: the places of the events in the trails; None: they are the trails' own. customer, row: of each run, the code
    and the first of its visits' rows; None: the run is the customer.
    """

    unit: Unit
    runs: Int64
    offset: Int64
    ts: Int64
    code: NDArray[Any]
    gap: int = -1
    starts: Mask | None = None
    asked: Mask | None = None
    run_ends: Int8 | None = None
    event_ends: Int8 | None = None
    at: Int64 | None = None
    customer: NDArray[np.int32] | None = None
    row: Int64 | None = None
    since: int = NEVER
    until: int = FOREVER

    @property
    def all_asked(self) -> bool:
        """Whether all walks of the runs count."""
        return self.asked is None and self.since == NEVER and self.until == FOREVER

    def marked(self) -> Walks:
        """The same with a mask that says all of who is asked about."""
        if self.since == NEVER and self.until == FOREVER:
            return self
        within = (self.ts >= self.since) & (self.ts < self.until)
        asked = within if self.asked is None else self.asked & within
        return replace(self, asked=asked, since=NEVER, until=FOREVER)

    def columns(self) -> tuple[Int64, Int64, NDArray[np.int16], Mask, Mask]:
        """As the loops over any walks read them: for all parts at once, since who is asked about may be made here."""
        return (
            bare(self.offset),
            bare(self.ts),
            bare_codes(self.code),
            bare_mask(self.starts),
            bare_mask(self.marked().asked),
        )

    def ends(self) -> tuple[Int8, Int8]:
        """The fates of runs and of events, of no length where there are none."""
        none = np.empty(0, np.int8)
        return (
            bare(none if self.run_ends is None else self.run_ends),
            bare(none if self.event_ends is None else self.event_ends),
        )

    def places(self, events: Int64) -> Int64:
        """Where events of the walks are in the trails; −1 stays."""
        if self.at is None:
            return events
        return np.append(self.at, -1)[events]

    def customers(self, runs: Int64) -> NDArray[np.int32]:
        """The customer of each of these runs."""
        return runs.astype(np.int32) if self.customer is None else self.customer[runs]

    def fates(self, runs: Int64, last: Int64) -> Int8:
        """How the walks of these runs ended whose last event stands there; −1 for a run without events."""
        found = np.full(len(runs), Fate.ENDED, np.int8)
        if self.event_ends is not None:
            there = last >= 0
            found[there] = self.event_ends[last[there]]
        elif self.run_ends is not None:
            over = (last < 0) | (last + 1 == self.offset[runs + 1])
            found[over] = self.run_ends[runs[over]]
        return found

    def over_trails(self, mask: Mask) -> Mask:
        """A mask over the trails' events as one over these."""
        return mask if self.at is None else mask[self.at]


def bare(column: NDArray[Any]) -> NDArray[Any]:
    """A column as the loops take it: not to be written, so that they are compiled once and not for every kind."""
    view = np.ascontiguousarray(column).view(np.ndarray)
    view.flags.writeable = False
    return view


def bare_codes(code: NDArray[Any]) -> NDArray[np.int16]:
    """The same for codes, which all fit 16 bits."""
    return bare(code.astype(np.int16, copy=False))


def bare_mask(mask: Mask | None) -> Mask:
    """The same for a mask that may not be asked for; no length says so, and one over no events is not that."""
    if mask is None:
        return bare(np.empty(0, np.bool_))
    return bare(mask if len(mask) else np.zeros(1, np.bool_))


def sessions(
    trails: Trails,
    visits: Visits,
    code: NDArray[Any],
    *,
    as_of: int,
    gap: int,
    starts: Mask | None = None,
    asked: Mask | None = None,
    period: TimeRange = _ALWAYS,
    ends: Int8 | None = None,
) -> Walks:
    """Every session of the customers. starts: as of trail.sessions, where gap alone does not say it (then gap is −1).

    asked, period: which count, at their first event. ends: what session_ends gives, where it is at hand.
    """
    if ends is None:
        ends = session_ends(trails, visits, as_of=as_of, gap=gap, starts=starts)
    return Walks(
        "session", _asked_runs(trails, asked, period), trails.offset, trails.ts, code, gap, starts, asked,
        event_ends=ends, since=period.start, until=period.end,
    )  # fmt: skip


def session_ends(trails: Trails, visits: Visits, *, as_of: int, gap: int, starts: Mask | None = None) -> Int8:
    """[events]: the Fate of the session whose last event it is; the same whoever is asked about.

    A session is in flight while the next event could still be of it: the customer's last, no more than `gap` (a day
    where none is set) before as_of.
    """
    from desirepath.measure.walks import kernel as walk_kernel

    marks = np.empty(0, np.bool_) if starts is None else starts
    ends = np.zeros(trails.events, np.int8)
    mine = np.flatnonzero(~visits.skipped & (visits.track == Track.JOURNEY))
    fate = _OF_OUTCOME[visits.outcome[mine]]
    fate[fate == Fate.IN_FLIGHT] = Fate.QUIET
    told = mine[fate != Fate.ADVANCED]
    walk_kernel.mark_ends(
        visits.customer[told], _last_known(visits, told), fate[fate != Fate.ADVANCED], trails.offset, trails.ts,
        gap, marks, ends,
    )  # fmt: skip
    last = trails.offset[1:] - 1
    last = last[trails.offset[1:] > trails.offset[:-1]]
    fresh = last[as_of - trails.ts[last] <= (gap if gap >= 0 else 86_400_000_000)]
    ends[fresh] = Fate.IN_FLIGHT
    return ends


def _last_known(visits: Visits, rows: Int64) -> Int64:
    """When a visit that ended badly, or not yet, was last heard of: its last activity, or the exit itself."""
    left = visits.outcome[rows] == Outcome.LEFT
    return np.where(left, visits.ended[rows], visits.active[rows])


def whole_trails(
    trails: Trails,
    visits: Visits,
    code: NDArray[Any],
    *,
    asked: Mask | None = None,
    period: TimeRange = _ALWAYS,
) -> Walks:
    """All that a customer did is one walk; its fate is that of the last visit. Of the unplaced nothing is known."""
    ends = np.full(trails.customers, Fate.QUIET, np.int8)
    rows = observed_rows(visits)
    ends[visits.customer[rows]] = _OF_OUTCOME[visits.outcome[rows]]  # of several, the last is kept
    return Walks(
        "trail", _asked_runs(trails, asked, period), trails.offset, trails.ts, code,
        asked=asked, run_ends=ends, since=period.start, until=period.end,
    )  # fmt: skip


def _asked_runs(trails: Trails, asked: Mask | None, period: TimeRange) -> Int64:
    """Whose walks may count: nobody else need be looked at."""
    some = np.flatnonzero(np.diff(trails.offset))  # who is excluded has no events, and no walk
    found = some.astype(np.int64, copy=False) if asked is None else customers_of(trails.offset, asked)
    if period != _ALWAYS:
        first, last = trails.ts[trails.offset[found]], trails.ts[trails.offset[found + 1] - 1]
        found = found[(first < period.end) & (last >= period.start)]
    return found


@dataclass(frozen=True, slots=True)
class Laid:
    """Visits, or passes, one after the other: what of their walks hangs on no question.

    at: the places of their events in the trails, as Walks has it; offset: [runs + 1], where each begins in at and ts.
    ends: a Fate by run. customer, row: by run, as Walks has them.
    """

    unit: Literal["visit", "pass"]
    at: Int64
    offset: Int64
    ts: Int64
    ends: Int8
    customer: NDArray[np.int32]
    row: Int64

    def walks(self, code: NDArray[Any], *, kept: Mask | None = None, starts: Mask | None = None) -> Walks:
        """Their walks. code: of all events of the trails. kept: [visits], those asked about, at a run's first row.

        starts: of sessions over the trails; then each session within a visit or pass is a walk of its own.
        """
        marks = None
        if starts is not None:
            session = np.cumsum(starts)[self.at]
            marks = np.append(True, session[1:] != session[:-1])[: len(self.at)]
        runs = np.arange(len(self.row), dtype=np.int64)
        return Walks(
            self.unit if starts is None else "session", runs if kept is None else runs[kept[self.row]],
            self.offset, self.ts, np.ascontiguousarray(code[self.at]), starts=marks,
            run_ends=self.ends, at=self.at, customer=self.customer, row=self.row,
        )  # fmt: skip


def observed_rows(visits: Visits) -> Int64:
    """The visits of the journey's track that somebody was seen in."""
    return np.flatnonzero(~visits.skipped & (visits.track == Track.JOURNEY))


def owner_of_steps(visits: Visits, trails: Trails) -> Int64:
    """[events]: the visit that each is of, −1 none. The goal that ends the last stage is of that visit: it enters no
    next one."""
    owner = visit_of_events(visits, trails)
    rows = observed_rows(visits)
    rows = rows[(visits.outcome[rows] == Outcome.ADVANCED) & (visits.end_event[rows] >= 0)]
    rows = rows[owner[visits.end_event[rows]] < 0]
    owner[visits.end_event[rows]] = rows
    return owner


def lay_out(trails: Trails, visits: Visits, owner: Int64, rows: Int64, *, passes: bool = False) -> Laid:
    """These visits (sorted rows of the journey's track, observed), or the passes that they are of.

    owner: as of owner_of_steps.
    """
    run_of_row = np.arange(len(rows))
    if passes and len(rows):
        key = np.stack([visits.customer[rows], visits.pass_no[rows]])
        run_of_row = np.cumsum(np.append(True, (key[:, 1:] != key[:, :-1]).any(axis=0))) - 1
    run = np.full(len(visits) + 1, -1, np.int64)  # owner −1 reads the last item
    run[rows] = run_of_row
    number = run[owner]
    at = np.flatnonzero(number >= 0)
    number = number[at]
    if len(number) and (number[1:] < number[:-1]).any():  # ties can be stored in another order than placed
        order = np.argsort(number, kind="stable")
        at, number = at[order], number[order]
    runs = int(run_of_row[-1]) + 1 if len(rows) else 0
    offset = np.searchsorted(number, np.arange(runs + 1)).astype(np.int64)
    first = rows[np.searchsorted(run_of_row, np.arange(runs))]
    ends = _OF_OUTCOME[visits.outcome[first]]
    if passes:
        over = visits.pass_ended[first] != NEVER
        ends = np.where(over, _OF_OUTCOME[visits.pass_outcome[first]], Fate.IN_FLIGHT).astype(np.int8)
    return Laid("pass" if passes else "visit", at, offset, trails.ts[at], ends, visits.customer[first], first)
