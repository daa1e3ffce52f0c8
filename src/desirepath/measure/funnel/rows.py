"""What became of each attempt, by what is known? The masks that counts, rates and member lists are read off.

In: matches, the trails' times, until when is known. Out: FunnelRows. Failed is who stopped where the window elapsed, or
something broke the attempt, before our knowledge ended; whose window is still open is in flight, and lost to nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from desirepath.core.times import FOREVER, NEVER
from desirepath.measure.funnel.matches import Int64, Mask, Matches
from desirepath.measure.funnel.plan import FunnelPlan
from desirepath.stats.aalen_johansen import Incidence, aalen_johansen
from desirepath.trail.spread import distinct

CONVERTED, BROKEN = 1, 2


@dataclass(frozen=True, slots=True)
class FunnelRows:
    """Attempts that are meant. rows: their places in the matches; all else is aligned with it. Times are µs.

    stopped: when something broke it, NEVER where nothing did. rated: the window elapsed before knowledge ended.
    """

    matches: Matches
    ts: Int64
    rows: Int64
    levels: int
    known: int
    customer: Int64
    entered: Int64
    reached: NDArray[np.int32]
    deadline: Int64
    stopped: Int64
    converted: Mask
    failed: Mask
    broken: Mask
    in_flight: Mask
    rated: Mask
    _times: dict[int, Int64] = field(default_factory=dict, compare=False, repr=False)
    _curves: dict[tuple[int, int], Incidence] = field(default_factory=dict, compare=False, repr=False)

    @property
    def horizon(self) -> int:
        """The longest window of any attempt, µs; 0 where none is known."""
        sure = self.deadline < FOREVER
        return int((self.deadline[sure] - self.entered[sure]).max(initial=0))

    def when(self, level: int, those: Mask) -> Int64:
        """When those attempts came to a step that they reached."""
        found: Int64 = self._came(level)[those]
        return found

    def _came(self, level: int) -> Int64:
        """[rows]: when each came to a step, NEVER where it did not."""
        if level not in self._times:
            if level == 0:
                return self._times.setdefault(0, self.entered)
            there = np.flatnonzero(self.reached > level)
            at = np.full(len(self.rows), NEVER)
            at[there] = self.ts[self.matches.at(level, self.rows[there])]
            self._times[level] = at
        return self._times[level]

    def curve(self, level: int, since: int = 0) -> Incidence:
        """Aalen–Johansen from one step to another: reached, or broken before; else seen until window or knowledge end.

        What lies beyond our knowledge is not claimed, and who came to the first step after it was never watched.
        """
        if (level, since) not in self._curves:
            self._curves[level, since] = self._curve(level, since)
        return self._curves[level, since]

    def _curve(self, level: int, since: int) -> Incidence:
        asked = self.reached > since
        start = np.full(len(self.rows), NEVER)
        start[asked] = self.when(since, asked)
        asked &= start <= self.known
        there = asked & (self.reached > level)
        end = np.minimum(self.deadline, self.known)
        cause = np.zeros(len(self.rows), np.int8)
        over = asked & ~there & self.broken & (self.stopped <= self.known)
        end[over], cause[over] = self.stopped[over], BROKEN
        at = self.when(level, there)
        end[there] = np.minimum(at, self.known)
        cause[there] = np.where(at <= self.known, CONVERTED, 0)
        # A date-only event stands at its day's start, which may be before the step that it follows.
        return aalen_johansen(np.maximum(end - start, 0)[asked], cause[asked], 2)


def rows_of(
    matches: Matches, ts: Int64, plan: FunnelPlan, known: int, those: Mask | None = None
) -> FunnelRows:
    """The attempts (all, or those of a group) and what became of them."""
    rows = np.arange(len(matches)) if those is None else np.flatnonzero(those)
    levels = len(plan.required)
    reached, deadline, breaker = matches.reached[rows], matches.deadline[rows], matches.broken[rows]
    converted, broken = reached == levels, breaker >= 0
    over = (deadline <= known) & (deadline < FOREVER)
    stopped = np.full(len(rows), NEVER)
    stopped[broken] = ts[breaker[broken]]
    return FunnelRows(
        matches=matches,
        ts=ts,
        rows=rows,
        levels=levels,
        known=known,
        customer=matches.customer[rows],
        entered=ts[matches.entry[rows]] if len(rows) else np.empty(0, np.int64),
        reached=reached,
        deadline=deadline,
        stopped=stopped,
        converted=converted,
        failed=~converted & (broken | over),
        broken=~converted & broken,
        in_flight=~converted & ~broken & ~over,
        rated=over,
    )


def members(found: FunnelRows, what: str, level: int | None = None) -> Int64:
    """The customers, each once, behind a count (of a level): reached, failed, broken, in_flight or converted."""
    those = np.ones(len(found.rows), np.bool_) if what == "reached" else getattr(found, what).copy()
    if level is not None:
        those &= (found.reached > level) if what == "reached" else (found.reached == level + 1)
    codes: Int64 = distinct(found.customer[those])
    return codes
