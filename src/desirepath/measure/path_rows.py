"""Which exact paths are walked most, how do their walks end, how long do they take, and what are they worth?

In: walks and their path counts. Out: a PathLine for each of the commonest; `other` and `without_steps` close the sum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desirepath.core.estimate import Measured, NoEstimate
from desirepath.core.times import NEVER
from desirepath.journey.definition import Journey
from desirepath.journey.visits import Visits
from desirepath.measure.cohort import Mask, horizon_of, take
from desirepath.measure.path_counts import Found, PathCounts, commonest, find_walks
from desirepath.measure.walks import Fate, Walks
from desirepath.measure.whole import horizon_of_all
from desirepath.measure.worth import success_worth
from desirepath.stats.aalen_johansen import aalen_johansen, incidence_quantile
from desirepath.stats.intervals import proportion
from desirepath.trail.trails import Trails

Int64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PathLine:
    """One exact path. steps: codes. goes_on: it is longer than what is kept. share: of all walks with a path.

    succeeded: of its walks whose end is known. time: the median, µs, walks in flight counting as longer. value: minor
    units, all its walks together. first, last: its rows of the counts. customers: codes, each once, ascending.
    """

    steps: tuple[int, ...]
    goes_on: bool
    walks: int
    share: Measured
    succeeded: Measured
    time: Measured
    value: int
    in_flight: int
    first: int
    last: int
    customers: Int64


@dataclass(frozen=True, slots=True)
class PathLines:
    """The commonest exact paths. other: walks of other paths, other_kinds: how many of those there are.

    Walks of the lines, other and without_steps add up to the walks that have a path.
    """

    lines: tuple[PathLine, ...]
    other: int
    other_kinds: int
    without_steps: int


def path_lines(
    journey: Journey,
    visits: Visits,
    trails: Trails,
    walks: Walks,
    counts: PathCounts,
    *,
    as_of: int,
    top: int,
    goal: Mask | None,
) -> PathLines:
    """The `top` commonest paths of one step or more; ties in the order of the steps.

    goal: over the trails' events, what counts as success of a walk that is no visit; None: there is no such thing.
    """
    starts = counts.starts()
    each = np.add.reduceat(counts.count, starts) if len(starts) else starts
    empty = len(starts) > 0 and not (counts.key[0] >> [3, 0]).any()  # the empty path stands first
    bare = int(each[0]) if empty else 0
    each[:1] = 0 if empty else each[:1]
    best = commonest(each, min(top, len(each) - int(empty)))
    ends = np.append(starts[1:], len(counts.key))
    lines = []
    judge = _Judge(journey, visits, trails, walks, counts, as_of, goal)
    groups = judge.of([(int(starts[i]), int(ends[i])) for i in best.tolist()])
    steps = counts.steps(starts[best])
    for row, i, (succeeded, time, value, in_flight, who) in zip(steps, best.tolist(), groups, strict=True):
        first, last = int(starts[i]), int(ends[i])
        lines.append(
            PathLine(
                steps=tuple(row[row >= 0].tolist()),
                goes_on=bool(counts.fate[first] == Fate.CUT),
                walks=int(each[i]),
                share=proportion(int(each[i]), counts.total, as_of=as_of),
                succeeded=succeeded,
                time=time,
                value=value,
                in_flight=in_flight,
                first=first,
                last=last,
                customers=who,
            )
        )
    other = counts.total - bare - sum(line.walks for line in lines)
    return PathLines(tuple(lines), other, len(each) - int(empty) - len(lines), bare)


def customers_with(walks: Walks, counts: PathCounts, rows: Int64) -> Int64:
    """The customers, each once, of the walks that these rows of the counts count."""
    found = find_walks(walks, counts, rows)
    return np.unique(walks.customers(found.run)).astype(np.int64)


_Told = tuple[Measured, Measured, int, int, Int64]


class _Judge:
    """What became of the walks of some paths."""

    def __init__(
        self,
        journey: Journey,
        visits: Visits,
        trails: Trails,
        walks: Walks,
        counts: PathCounts,
        as_of: int,
        goal: Mask | None,
    ) -> None:
        self.journey, self.visits, self.trails = journey, visits, trails
        self.walks, self.counts, self.as_of, self.goal = walks, counts, as_of, goal
        self.worth = success_worth(visits, trails) if walks.unit == "visit" else np.empty(0, np.int64)

    def of(self, groups: list[tuple[int, int]]) -> list[_Told]:
        """(succeeded, time, value, in flight, customers) of the walks of each range of rows."""
        sizes = [last - first for first, last in groups]
        rows = np.array([r for first, last in groups for r in range(first, last)], np.int64)
        order = np.argsort(rows)
        group = np.repeat(np.arange(len(groups)), sizes)[order]
        found = find_walks(self.walks, self.counts, rows[order])
        mine = group[found.path] if len(rows) else found.path
        order = np.argsort(mine, kind="stable")
        cuts = np.searchsorted(mine[order], np.arange(len(groups) + 1))
        return [self._one(_taken(found, order[cuts[i] : cuts[i + 1]])) for i in range(len(groups))]

    def _one(self, found: Found) -> _Told:
        customers = np.unique(self.walks.customers(found.run)).astype(np.int64)
        fate = self.walks.fates(found.run, found.end)
        in_flight = int((fate == Fate.IN_FLIGHT).sum())
        if self.walks.unit == "visit" and self.walks.row is not None:
            rows = self.walks.row[found.run]
            succeeded = self._visits_succeeded(rows)
            time = self._arrived(found) if self.counts.shape.arrives is not None else self._stay(rows)
            return succeeded, time, int(self.worth[rows].sum()), in_flight, customers
        value = int(self._sum(found.first, found.end, self.trails.value).sum())
        time = self._arrived(found) if self.counts.shape.arrives is not None else self._lasted(found, fate)
        return self._reached_goal(found, fate), time, value, in_flight, customers

    def _visits_succeeded(self, rows: Int64) -> Measured:
        """Within the stage's horizon, of those whose horizon is known: as measure.stages has it."""
        v = take(self.visits, rows)
        horizon = np.array([horizon_of(self.journey, s) for s in range(len(self.journey.stages))], np.int64)
        within = horizon[v.stage]
        known = v.entered + within <= np.minimum(v.knowledge, self.as_of)
        done = known & (v.succeeded != NEVER) & (v.succeeded - v.entered <= within)
        return proportion(int(done.sum()), int(known.sum()), as_of=self.as_of)

    def _reached_goal(self, found: Found, fate: NDArray[np.int8]) -> Measured:
        """Of sessions that are over; of longer walks, those that began long enough ago for the whole journey."""
        if self.goal is None:
            return NoEstimate("not_declared", len(found), detail="no stage has a goal: name one")
        hits = self._sum(found.first, found.end, self.goal) > 0
        if self.walks.unit == "session":
            known = fate != Fate.IN_FLIGHT
        else:
            known = self._ts(found.begin) + horizon_of_all(self.journey) <= self.as_of
        return proportion(int((hits & known).sum()), int(known.sum()), as_of=self.as_of)

    def _stay(self, rows: Int64) -> Measured:
        """The median stay in the stage: visits in flight have stayed at least as long as is known."""
        v = take(self.visits, rows)
        until = np.maximum(np.minimum(v.knowledge, self.as_of), v.entered)
        over = (v.ended != NEVER) & (v.ended <= until)
        stay = np.where(over, v.ended, until) - v.entered
        return incidence_quantile(aalen_johansen(stay, over, 1), 0.5, as_of=self.as_of)

    def _lasted(self, found: Found, fate: NDArray[np.int8]) -> Measured:
        """The median time from the path's first event to the walk's last; walks in flight last at least so long."""
        over = (fate != Fate.IN_FLIGHT) & ((fate != Fate.QUIET) | (self.walks.unit == "session"))
        lasted = self._ts(found.end) - self._ts(found.first)
        return incidence_quantile(aalen_johansen(lasted, over, 1), 0.5, as_of=self.as_of)

    def _arrived(self, found: Found) -> Measured:
        """The median time from the path's first event to the one that it ends at: all have arrived."""
        took = self._ts(found.last) - self._ts(found.first)
        return incidence_quantile(aalen_johansen(took, np.ones(len(took), bool), 1), 0.5, as_of=self.as_of)

    def _ts(self, at: Int64) -> Int64:
        return self.walks.ts[at]

    def _sum(self, first: Int64, last: Int64, column: NDArray[np.generic]) -> Int64:
        """What a column of the trails adds up to between these events of the walks."""
        from desirepath.measure import walk_kernel

        out = np.empty(len(first), np.int64)
        read = column if self.walks.at is None else column[self.walks.at]
        walk_kernel.sum_between(first, last, read, out)
        return out


def _taken(found: Found, rows: Int64) -> Found:
    return Found(
        found.path[rows],
        found.run[rows],
        found.first[rows],
        found.last[rows],
        found.begin[rows],
        found.end[rows],
    )
