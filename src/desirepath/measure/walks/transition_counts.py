"""From which step to which, how often, and after how long?

In: walks (measure.walks), or bare columns. Out: counts that add up, and exact quantiles of the waits.

Low-level, over bare columns: `transitions_of(offset, ts, code, kinds=60, quantiles=(0.25, 0.5, 0.75))` has the counts
[kinds, kinds] and the exact waits [kinds, kinds, quantiles] of every transition, within whole trails or sessions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import cpu_count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desirepath.measure.walks.walk import Fate, Walks, bare
from desirepath.trail.spread import ranges, spread

Int64 = NDArray[np.int64]
Mask = NDArray[np.bool_]

MOST_EDGES = 4096  # with waits: a histogram each
_BINS = 512
_FATES = 8


@dataclass(frozen=True, slots=True)
class EdgeWaits:
    """count: [kinds, kinds], how often b followed a. wait: [kinds, kinds, quantiles], µs; −1 where b never did."""

    count: Int64
    wait: Int64


def transitions_of(
    offset: Int64,
    ts: Int64,
    code: NDArray[Any],
    *,
    kinds: int,
    gap: int = -1,
    quantiles: Sequence[float] = (0.25, 0.5, 0.75),
    collapse: bool = False,
    threads: int | None = None,
) -> EdgeWaits:
    """All transitions between the steps of trails, at most 64 kinds, with exact quantiles of their waits.

    code: of each event, 0 … kinds − 1, −1 where it is no step. gap: µs; steps with a longer silence between any two
    events do not follow each other; −1: they always do. A quantile p is the least wait that the share p do not exceed.
    """
    if kinds * kinds > MOST_EDGES:
        raise ValueError(f"waits are kept of {MOST_EDGES} transitions at most: say which ones")
    walks = Walks("session", np.arange(len(offset) - 1, dtype=np.int64), offset, ts, code, gap)
    slot = np.arange(kinds * kinds, dtype=np.int32)
    passes = _Passes(walks, kinds, slot, kinds * kinds, collapse, threads)
    count = passes.count()
    ranks = np.stack([np.ceil(p * count) for p in quantiles], axis=1).astype(np.int64)
    wait = passes.waits(np.where(count[:, None] > 0, np.maximum(ranks, 1), 0))
    return EdgeWaits(count.reshape(kinds, kinds), wait.reshape(kinds, kinds, len(quantiles)))


def waits_at(walks: Walks, kinds: int, pairs: Int64, ranks: Int64, *, collapse: bool) -> Int64:
    """The waits of these ranks (from 1; 0: none asked) of these transitions; −1 where none was asked.

    pairs: [n, 2], n ≤ MOST_EDGES, each once. ranks: [n, any], at most as high as the transition's count.
    """
    slot = np.full(kinds * kinds, -1, np.int32)
    slot[pairs[:, 0] * kinds + pairs[:, 1]] = np.arange(len(pairs))
    passes = _Passes(walks, kinds, slot, len(pairs), collapse, None)
    passes.count()
    return passes.waits(ranks)


class _Passes:
    """Two passes over the same walks, in the same parts: the first fills bins, the second reads a few of them."""

    def __init__(
        self,
        walks: Walks,
        kinds: int,
        slot: NDArray[np.int32],
        slots: int,
        collapse: bool,
        threads: int | None,
    ) -> None:
        self.walks, self.kinds, self.slot, self.slots = walks, kinds, slot, slots
        self.collapse, self.threads = collapse, threads or cpu_count() or 1
        self.parts = ranges(walks.offset, walks.runs, self.threads)
        self.columns = walks.columns()
        self.bins = np.zeros((len(self.parts), slots, _BINS), np.int32)

    def count(self) -> Int64:
        """How often each slot's transition happened."""
        none = np.empty((0, _BINS), np.uint8), np.empty((0, 0), np.int64), np.empty(0, np.int64)
        self._each_part(lambda part, low, high: self._tally(low, high, self.bins[part], *none))
        total: Int64 = self.bins.sum(axis=(0, 2), dtype=np.int64)
        return total

    def waits(self, ranks: Int64) -> Int64:
        """[slots, ranks]: the waits of these ranks, from 1; −1 for rank 0."""
        from desirepath.measure.walks import transition_kernel

        wide = ranks.shape[1]
        pick = np.zeros((self.slots, _BINS), np.uint8)
        begin = np.zeros((self.slots, wide + 1), np.int64)
        cursor = np.zeros((len(self.parts), self.slots, wide), np.int64)
        inner = np.full((self.slots, wide, 2), -1, np.int64)
        found = np.full(ranks.shape, -1, np.int64)
        out = np.empty(transition_kernel.plan(self.bins, ranks, pick, begin, cursor, inner), np.int64)
        none = np.empty((0, _BINS), np.int32)
        self._each_part(lambda part, low, high: self._tally(low, high, none, pick, cursor[part], out))
        by_slot = np.append(begin[:, 0], len(out))
        spread(
            lambda low, high: transition_kernel.select(low, high, begin, out, inner, found),
            by_slot, parts=self.threads, threads=self.threads,
        )  # fmt: skip
        return found

    def _each_part(self, work: Callable[[int, int, int], None]) -> None:
        with ThreadPoolExecutor(self.threads) as pool:
            list(pool.map(lambda one: work(one[0], *one[1]), enumerate(self.parts)))

    def _tally(self, low: int, high: int, *tables: Any) -> None:
        from desirepath.measure.walks import transition_kernel

        walks = self.walks
        transition_kernel.tally(
            low,
            high,
            bare(walks.runs),
            self.columns,
            walks.gap,
            self.collapse,
            self.kinds,
            self.slot,
            *tables,
        )


@dataclass(frozen=True, slots=True)
class Followed:
    """What walks do, as tables of codes.

    edges: [kinds, kinds], a → b. cycles: [kinds, kinds], a → b → a. times, walks_with, began: [kinds], how often each
    step was done, by how many walks, how many began with it. redone: [kinds], times done again after leaving it,
    redone_walks: walks that did. ended: [kinds, 8], last steps by walks.Fate. walks: all; with_steps: those with any;
    went_back: those that went from a step to one of an earlier stage, back_times: how often.
    """

    edges: Int64
    cycles: Int64
    times: Int64
    walks_with: Int64
    began: Int64
    redone: Int64
    redone_walks: Int64
    ended: Int64
    walks: int
    with_steps: int
    went_back: int
    back_times: int


def follow(walks: Walks, home: Int64, *, collapse: bool) -> Followed:
    """Count the steps of these walks. home: for each code (as many as there are kinds) its stage's place, −1 none."""
    from desirepath.measure.walks import transition_kernel

    kinds, columns = len(home), walks.columns()

    def work(low: int, high: int) -> tuple[Int64, ...]:
        tables = (
            np.zeros((kinds, kinds), np.int64), np.zeros((kinds, kinds), np.int64), np.zeros((kinds, 5), np.int64),
            np.zeros((kinds, _FATES), np.int64), np.zeros(4, np.int64),
        )  # fmt: skip
        transition_kernel.follow(
            low, high, bare(walks.runs), columns, walks.ends(), walks.gap, collapse, home, *tables
        )
        return tables

    total = work(0, 0)
    parts = (
        None if kinds * kinds < 1 << 16 else cpu_count() or 1
    )  # large tables: no more of them than threads
    for one in spread(work, walks.offset, walks.runs, parts=parts) if len(walks.runs) else ():
        for table, more in zip(total, one, strict=True):
            table += more
    edges, cycles, steps, ended, tallies = total
    times, walks_with, began, redone, redone_walks = (steps[:, i].copy() for i in range(5))
    return Followed(edges, cycles, times, walks_with, began, redone, redone_walks, ended, *map(int, tallies))


@dataclass(frozen=True, slots=True)
class Squares:
    """Over customers: hit_hit [kinds, kinds + 1], Σ (times a → b)², the last column being lapses after a; hit_known, Σ
    (times a → b) × (times at a, next known); known_known [kinds], Σ (times at a, next known)²; customers [kinds]."""

    hit_hit: Int64
    hit_known: Int64
    known_known: Int64
    customers: Int64

    def apart(self, a: int, b: int, share: float) -> float:
        """Σ (times a → b − share × times at a)² over customers: how far they are from all going alike."""
        told = self.hit_hit[a, b] - 2 * share * self.hit_known[a, b] + share * share * self.known_known[a]
        return max(float(told), 0.0)


def squares(walks: Walks, kinds: int, *, collapse: bool) -> Squares:
    """What the intervals of chances need, since the departures of one customer resemble each other."""
    from desirepath.measure.walks import transition_kernel

    unknown = np.zeros(_FATES, np.bool_)
    unknown[[Fate.IN_FLIGHT, Fate.QUIET]] = True
    customer = bare(np.empty(0, np.int32) if walks.customer is None else walks.customer)
    columns = walks.columns()

    def whole(place: int) -> int:
        """The next place at which another customer begins: one customer's runs are never parted."""
        while 0 < place < len(walks.runs) and len(customer):
            if customer[walks.runs[place]] != customer[walks.runs[place - 1]]:
                break
            place += 1
        return place

    def work(low: int, high: int) -> tuple[Int64, ...]:
        tables = (
            np.zeros((kinds, kinds + 1), np.int64), np.zeros((kinds, kinds + 1), np.int64),
            np.zeros(kinds, np.int64), np.zeros(kinds, np.int64),
        )  # fmt: skip
        transition_kernel.square(
            whole(low), whole(high), bare(walks.runs), customer, columns, walks.ends(), walks.gap, collapse,
            unknown, int(Fate.LAPSED), *tables,
        )  # fmt: skip
        return tables

    total = work(0, 0)
    parts = cpu_count() or 1
    for one in spread(work, walks.offset, walks.runs, parts=parts) if len(walks.runs) else ():
        for table, more in zip(total, one, strict=True):
            table += more
    return Squares(*total)


def seek(walks: Walks, what: str, a: int, b: int = -1) -> Int64:
    """The runs, ascending, with a walk that has it: what is "edge", "cycle", "rework", "end" or "start"."""
    from desirepath.measure.walks import transition_kernel

    kind = ("edge", "cycle", "rework", "end", "start").index(what)
    found, columns = np.zeros(len(walks.offset) - 1, np.bool_), walks.columns()
    if len(walks.runs):
        spread(
            lambda low, high: transition_kernel.seek(
                low, high, bare(walks.runs), columns, walks.ends(), walks.gap, kind, a, b, found
            ),
            walks.offset,
            walks.runs,
        )
    return np.flatnonzero(found)


def quantile_rank(n: int, p: float) -> int:
    """Of n values the rank, from 1, of the least that the share p do not exceed."""
    return max(1, math.ceil(p * n)) if n else 0
