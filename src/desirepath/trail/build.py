"""Events in any order become trails: customers contiguous, each one's events by (time, arrival).

In: how many events each customer has, then batches of columns in any order. Out: Trails.
Two passes over the events and no copy of the whole: each batch is dealt out to neighbourhoods of customers, whose
places in the final columns (which may be memory-mapped files) are known; then each neighbourhood, which fits the
processor's cache, is sorted where it lies. Beside the columns that takes 2 bytes an event, and 8 for the arrivals.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from os import cpu_count
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desirepath.core.times import NEVER
from desirepath.trail.trails import Trails

Int64 = NDArray[np.int64]

_IN_CACHE = 32_768  # events of a neighbourhood: what sorting them touches fits the second cache
_STREAMS = 4_096  # neighbourhoods at most: dealing out writes to all of them in turn
_TASK = 500_000  # events that a thread sorts at a time
_MORE = "more events than were counted: the store changed while the trails were built"

# The columns of a trail in the order in which they are written, with their types.
COLUMNS: dict[str, type[np.generic]] = {
    "ts": np.int64,
    "touchpoint": np.int16,
    "channel": np.int16,
    "evidence": np.int64,
    "value": np.int64,
    "event": np.int64,
    "waits_until": np.int64,
}


@dataclass(frozen=True, slots=True)
class Batch:
    """Some events as columns of equal length, in any order.

    customer: code, 0 … customers − 1. arrival: orders events of equal time; unique within a customer and time.
    The rest as in Trails.
    """

    customer: Int64
    arrival: Int64
    ts: Int64
    touchpoint: NDArray[np.int16]
    channel: NDArray[np.int16]
    evidence: Int64
    value: Int64
    event: Int64
    waits_until: Int64


Allocate = Callable[[str, type[np.generic], int], NDArray[np.generic]]


def in_memory(name: str, kind: type[np.generic], length: int) -> NDArray[np.generic]:
    """The plain allocator: an array in memory."""
    return np.empty(length, kind)


class TrailBuilder:
    """Collects batches into trails.

    counts: int64 [customers], the number of events of each; the batches must bring exactly these.
    allocate: makes each column (in memory, or memory-mapped in a file of the shard).
    by_number: events arrived in the order of their numbers; the batches' `arrival` is then not looked at.
    waits: whether any event can open a promise; if none, the batches' `waits_until` is not looked at.
    """

    def __init__(
        self, counts: Int64, allocate: Allocate = in_memory, by_number: bool = False, waits: bool = True
    ) -> None:
        self._offset = np.zeros(len(counts) + 1, np.int64)
        np.cumsum(counts, out=self._offset[1:])
        total = int(self._offset[-1])
        self._shift = _shift(len(counts), total)
        last = np.arange((len(counts) + (1 << self._shift) - 1) >> self._shift) + 1
        ends = np.minimum(last << self._shift, len(counts))
        self._ends = self._offset[ends]  # of each neighbourhood's places
        self._free = np.concatenate([np.zeros(1, np.int64), self._ends[:-1]])[: len(self._ends)]
        self._lock = Lock()
        self._columns = {name: allocate(name, kind, total) for name, kind in COLUMNS.items()}
        self._local = np.empty(total, np.uint16)
        self._by_number, self._waits = by_number, waits
        if not waits:
            self._columns["waits_until"].fill(NEVER)
        self._arrival = _plain(self._columns["event"]) if by_number else np.empty(total, np.int64)

    def add(self, batch: Batch) -> None:
        """Deal a batch out; may be called from several threads at once.

        Raises ValueError where it brings strangers, or more events than were counted; where only customers who are
        neighbours changed their numbers, finish() finds out.
        """
        to = self.deal(batch.customer)
        for name in self.wanted:
            self.fill(name, getattr(batch, name), to)

    @property
    def wanted(self) -> list[str]:
        """The columns, besides the customer, that `fill` wants of every batch."""
        names = [name for name in COLUMNS if name != "waits_until" or self._waits]
        return names if self._by_number else [*names, "arrival"]

    def deal(self, customer: NDArray[np.integer[Any]]) -> Int64:
        """Where the events of these customers go: for those who have a batch column by column. Raises as `add`."""
        from desirepath.trail import kernels

        customer, counts = _input(customer), np.zeros(len(self._ends), np.int64)
        if not kernels.count_hoods(customer, len(self._offset) - 1, self._shift, counts):
            raise ValueError(_MORE)
        with self._lock:
            free = self._free.copy()
            if np.any(free + counts > self._ends):
                # Out of its run an event would overwrite a neighbour's, or what is not ours at all.
                raise ValueError(_MORE)
            self._free += counts
        to = np.empty(len(customer), np.int64)
        kernels.deal(customer, self._shift, free, to, self._local)
        return to

    def fill(self, name: str, column: NDArray[Any], to: Int64) -> None:
        """Write one column of a batch to where `deal` said."""
        from desirepath.trail import kernels

        kernels.scatter(
            _input(column), to, self._arrival if name == "arrival" else _plain(self._columns[name])
        )

    def finish(self, threads: int | None = None) -> Trails:
        """Sort each customer's run. Raises ValueError where events are missing. threads: None is one a processor."""
        from desirepath.trail import kernels

        if not np.array_equal(self._free, self._ends):
            raise ValueError("fewer events than were counted: the store changed while the trails were built")
        columns = [_plain(column) for column in self._columns.values()]
        if not self._waits:
            columns[-1] = columns[-1][:0]

        def sort(hoods: tuple[int, int]) -> bool:
            done: bool = kernels.sort_hoods(
                *hoods, self._shift, self._offset, self._local, self._arrival, tuple(columns)
            )
            return done

        with ThreadPoolExecutor(threads or cpu_count() or 1) as pool:
            if not all(pool.map(sort, self._tasks())):
                raise ValueError(_MORE)
        return Trails(offset=self._offset, **self._columns)  # type: ignore[arg-type]  # kinds as in COLUMNS

    def _tasks(self) -> list[tuple[int, int]]:
        """Stretches of neighbourhoods with about equal numbers of events."""
        total = int(self._offset[-1])
        cuts = np.searchsorted(self._ends, np.arange(_TASK, total, _TASK))
        return list(pairwise(sorted({0, len(self._ends), *cuts.tolist()})))


def _shift(customers: int, events: int) -> int:
    """How many customers are neighbours, as a power of two: as many as share the cache; not too many hoods."""
    each, shift = max(1.0, events / max(1, customers)), 0
    while shift < 16 and (each * 2 ** (shift + 1) <= _IN_CACHE or customers >> shift > _STREAMS):
        shift += 1
    return shift


def _plain(column: NDArray[np.generic]) -> NDArray[Any]:
    """The array itself: a kernel is compiled anew for every kind of array that it is given."""
    return column.view(np.ndarray)


def _input(column: NDArray[np.generic]) -> NDArray[Any]:
    """A column that nothing will write: some come from Arrow and cannot be written, some could."""
    view = np.ascontiguousarray(column).view(np.ndarray)
    view.flags.writeable = False
    return view


def build_trails(batch: Batch, customers: int) -> Trails:
    """Trails of one batch, in memory: for tests and small data."""
    counts = np.bincount(batch.customer, minlength=customers).astype(np.int64)
    builder = TrailBuilder(counts)
    builder.add(batch)
    return builder.finish()


def no_waits(length: int) -> Int64:
    """The waits_until column of events none of which opens a promise."""
    return np.full(length, NEVER, np.int64)
