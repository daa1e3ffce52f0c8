"""Events in any order become trails: customers contiguous, each one's events by (time, arrival).

In: how many events each customer has, then batches of columns in any order. Out: Trails.
Two passes over the events and no copy of the whole: each batch is scattered to its customers' places in the
final columns (which may be memory-mapped files), then each customer's run is sorted where it lies.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desirepath.core.times import NEVER
from desirepath.trail.trails import Trails

Int64 = NDArray[np.int64]

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
    """

    def __init__(self, counts: Int64, allocate: Allocate = in_memory) -> None:
        self._offset = np.zeros(len(counts) + 1, np.int64)
        np.cumsum(counts, out=self._offset[1:])
        self._next = self._offset[:-1].copy()
        total = int(self._offset[-1])
        self._columns = {name: allocate(name, kind, total) for name, kind in COLUMNS.items()}
        self._arrival = np.empty(total, np.int64)

    def add(self, batch: Batch) -> None:
        """Scatter a batch. Raises ValueError where it brings more events of a customer than were counted."""
        from desirepath.trail import kernels

        columns = tuple(getattr(batch, name) for name in COLUMNS)
        free, end = self._next, self._offset[1:]
        if not kernels.scatter(
            batch.customer, batch.arrival, columns, free, end, self._arrival, self._all_columns()
        ):
            raise ValueError("more events than were counted: the store changed while the trails were built")

    def finish(self) -> Trails:
        """Sort each customer's run. Raises ValueError where events are missing."""
        from desirepath.trail import kernels

        if not np.array_equal(self._next, self._offset[1:]):
            raise ValueError("fewer events than were counted: the store changed while the trails were built")
        kernels.sort_runs(self._offset, self._arrival, self._all_columns())
        return Trails(offset=self._offset, **self._columns)  # type: ignore[arg-type]  # kinds as in COLUMNS

    def _all_columns(self) -> tuple[NDArray[Any], ...]:
        return tuple(self._columns.values())


def build_trails(batch: Batch, customers: int) -> Trails:
    """Trails of one batch, in memory: for tests and small data."""
    counts = np.bincount(batch.customer, minlength=customers).astype(np.int64)
    builder = TrailBuilder(counts)
    builder.add(batch)
    return builder.finish()


def no_waits(length: int) -> Int64:
    """The waits_until column of events none of which opens a promise."""
    return np.full(length, NEVER, np.int64)
