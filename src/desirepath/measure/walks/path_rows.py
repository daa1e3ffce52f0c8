"""Which exact paths are walked most, how do their walks end, how long do they take, and what are they worth?

In: walks and their path counts. Out: a PathLine for each of the commonest; `other` and `without_steps` close the sum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desirepath.core.estimate import Measured
from desirepath.core.times import NEVER
from desirepath.journey.definition import Journey
from desirepath.journey.visits import Visits
from desirepath.measure.cohort import Mask, horizon_of, take
from desirepath.measure.meetings import first_of_group
from desirepath.measure.walks.fared import Told, sessions_told, succeeded_share, walks_told
from desirepath.measure.walks.path_counts import Found, PathCounts, commonest, find_parts, is_plain
from desirepath.measure.walks.walk import Fate, Walks, bare
from desirepath.measure.whole import horizon_of_all
from desirepath.measure.worth import success_worth
from desirepath.stats.aalen_johansen import aalen_johansen, incidence_quantile
from desirepath.stats.intervals import proportion
from desirepath.trail.spread import distinct
from desirepath.trail.trails import Trails

Int64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PathLine:
    """One exact path. steps: codes. goes_on: it is longer than what is kept. share: of all walks with a path.

    succeeded: of its walks whose end is known. time: the median, µs, walks in flight counting as longer. value: minor
    units, all its walks together. first, last: its rows of the counts. customers: how many walked it.
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
    customers: int


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
    shown = [(int(starts[i]), int(ends[i])) for i in best.tolist()]
    if is_plain(walks, counts.shape):
        groups = sessions_told(walks, counts, shown, trails.value, goal, as_of=as_of)
    elif walks.customer is None:
        horizon = horizon_of_all(journey)
        groups = walks_told(walks, counts, shown, trails.value, goal, horizon=horizon, as_of=as_of)
    else:
        groups = _Judge(journey, visits, trails, walks, counts, as_of, goal).of(shown)
    steps = counts.steps(starts[best])
    for row, i, (first, last), fared in zip(steps, best.tolist(), shown, groups, strict=True):
        lines.append(
            PathLine(
                steps=tuple(row[row >= 0].tolist()),
                goes_on=bool(counts.fate[first] == Fate.CUT),
                walks=int(each[i]),
                share=proportion(int(each[i]), counts.total, as_of=as_of),
                succeeded=fared.succeeded,
                time=fared.time,
                value=fared.value,
                in_flight=fared.in_flight,
                first=first,
                last=last,
                customers=fared.customers,
            )
        )
    other = counts.total - bare - sum(line.walks for line in lines)
    return PathLines(tuple(lines), other, len(each) - int(empty) - len(lines), bare)


def customers_with(walks: Walks, counts: PathCounts, rows: Int64) -> Int64:
    """The customers, each once, of the walks that these rows of the counts count."""
    parts = find_parts(walks, counts, rows, lambda found: distinct(walks.customers(found.run)))
    return distinct(np.concatenate([np.empty(0, np.int32), *parts])).astype(np.int64)


@dataclass(frozen=True, slots=True)
class _Fared:
    """How some walks of one path fared. succeeded: of `known`. took: µs to the end (over), or as long as is known."""

    succeeded: int
    known: int
    took: Int64
    over: Mask
    value: int
    in_flight: int
    customers: Int64


class _Judge:
    """What became of the walks of some paths, whatever the walks are, read a range of customers at a time."""

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
        self.journey, self.visits = journey, visits
        self.walks, self.counts, self.as_of = walks, counts, as_of
        self.goal = None if goal is None else bare(walks.over_trails(goal))
        self.value = bare(trails.value if walks.at is None else trails.value[walks.at])
        self.worth = success_worth(visits, trails) if walks.unit == "visit" else np.empty(0, np.int64)

    def of(self, groups: list[tuple[int, int]]) -> list[Told]:
        """Of the walks of each range of rows."""
        rows = np.array([r for first, last in groups for r in range(first, last)], np.int64)
        order = np.argsort(rows)
        group = np.repeat(np.arange(len(groups)), [last - first for first, last in groups])[order]

        def part(found: Found) -> list[_Fared]:
            mine = group[found.path] if len(rows) else found.path
            by_group = np.argsort(mine.astype(np.int16), kind="stable")  # of 16 bits it is a radix sort
            cuts = np.append(0, np.cumsum(np.bincount(mine, minlength=len(groups))))
            return [self._fared(_taken(found, by_group[cuts[i] : cuts[i + 1]])) for i in range(len(groups))]

        parts = find_parts(self.walks, self.counts, rows[order], part)
        return [self._told([one[i] for one in parts]) for i in range(len(groups))]

    def _told(self, parts: list[_Fared]) -> Told:
        known, done = sum(part.known for part in parts), sum(part.succeeded for part in parts)
        declared = self.goal is not None or self.walks.unit == "visit"
        took = np.concatenate([part.took for part in parts])
        over = np.concatenate([part.over for part in parts])
        return Told(
            succeeded_share(declared, done, known, as_of=self.as_of),
            incidence_quantile(aalen_johansen(took, over, 1), 0.5, as_of=self.as_of),
            sum(part.value for part in parts),
            sum(part.in_flight for part in parts),
            len(distinct(np.concatenate([part.customers for part in parts]))),
        )

    def _fared(self, found: Found) -> _Fared:
        fate = self.walks.fates(found.run, found.end)
        in_flight = int((fate == Fate.IN_FLIGHT).sum())
        customers = self.walks.customers(found.run).astype(np.int64)  # ascending, as runs are
        customers = customers[first_of_group(customers)]
        if self.walks.unit == "visit" and self.walks.row is not None:
            rows = self.walks.row[found.run]
            succeeded, known = self._visits_succeeded(rows)
            took, over = self._stay(rows)
            value = int(self.worth[rows].sum())
        else:
            succeeded, known = self._reached_goal(found, fate)
            took, over = self._lasted(found, fate)
            value = int(_sum(found.first, found.end, self.value).sum())
        if self.counts.shape.arrives is not None:  # all have arrived: the time from the one step to the other
            took, over = self.walks.ts[found.last] - self.walks.ts[found.first], np.ones(len(found), np.bool_)
        return _Fared(succeeded, known, took, over, value, in_flight, customers)

    def _visits_succeeded(self, rows: Int64) -> tuple[int, int]:
        """Within the stage's horizon, of those whose horizon is known: as measure.stages has it."""
        v = take(self.visits, rows)
        horizon = np.array([horizon_of(self.journey, s) for s in range(len(self.journey.stages))], np.int64)
        within = horizon[v.stage]
        known = v.entered + within <= np.minimum(v.knowledge, self.as_of)
        done = known & (v.succeeded != NEVER) & (v.succeeded - v.entered <= within)
        return int(done.sum()), int(known.sum())

    def _reached_goal(self, found: Found, fate: NDArray[np.int8]) -> tuple[int, int]:
        """Of sessions that are over; of longer walks, those that began long enough ago for the whole journey."""
        if self.walks.unit == "session":
            known = fate != Fate.IN_FLIGHT
        else:
            known = self.walks.ts[found.begin] + horizon_of_all(self.journey) <= self.as_of
        if self.goal is None:
            return 0, int(known.sum())
        return int(((_sum(found.first, found.end, self.goal) > 0) & known).sum()), int(known.sum())

    def _stay(self, rows: Int64) -> tuple[Int64, Mask]:
        """How long in the stage: visits in flight have stayed at least as long as is known."""
        v = take(self.visits, rows)
        until = np.maximum(np.minimum(v.knowledge, self.as_of), v.entered)
        over = (v.ended != NEVER) & (v.ended <= until)
        return np.where(over, v.ended, until) - v.entered, over

    def _lasted(self, found: Found, fate: NDArray[np.int8]) -> tuple[Int64, Mask]:
        """From the path's first event to the walk's last: walks in flight last at least so long."""
        over = (fate != Fate.IN_FLIGHT) & ((fate != Fate.QUIET) | (self.walks.unit == "session"))
        return self.walks.ts[found.end] - self.walks.ts[found.first], over


def _sum(first: Int64, last: Int64, column: NDArray[np.generic]) -> Int64:
    """What a column adds up to between these events of each walk."""
    from desirepath.measure.walks import kernel as walk_kernel

    out = np.empty(len(first), np.int64)
    walk_kernel.sum_between(first, last, column, out)
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
