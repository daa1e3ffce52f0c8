"""Events that are codes already, in Parquet files, become trails: the engine's build without a database before it.

In: files with the columns of CODED, in any order of rows. Out: Trails. Row groups are read on as many threads as
there are processors, twice: once for the customers alone, to count, once whole. In memory are the trails and, for
each thread, one column of a row group.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import cpu_count
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from desirepath.trail.build import Allocate, TrailBuilder, in_memory
from desirepath.trail.trails import Trails

Int64 = NDArray[np.int64]

# The columns of coded events with their types in NumPy's words; `event` is unique and says what arrived first.
CODED: dict[str, type[np.generic]] = {
    "customer": np.int32,  # 0 … customers − 1
    "ts": np.int64,  # µs UTC
    "touchpoint": np.int16,
    "channel": np.int16,
    "evidence": np.int64,
    "value": np.int64,
    "event": np.int64,
}


def build_coded(
    files: Sequence[Path],
    allocate: Allocate = in_memory,
    threads: int | None = None,
    customers: int | None = None,
) -> Trails:
    """The trails of all events in the files.

    customers: how many there are; None: up to the highest code. threads: None is one a processor.
    Raises ValueError where a code is negative or beyond `customers`, a column is missing or of another type, or a
    field is empty.
    """
    groups = _row_groups(files)
    if customers is None:
        customers = max((group.highest_customer() for group in groups), default=-1) + 1
    workers = threads or cpu_count() or 1
    with ThreadPoolExecutor(workers) as pool:
        counts = _counts(groups, pool, workers, customers)
        builder = TrailBuilder(counts, allocate, by_number=True, waits=False)
        for _ in pool.map(lambda group: group.add_to(builder), groups):
            pass
    return builder.finish(workers)


@dataclass(frozen=True, slots=True)
class _RowGroup:
    path: Path
    number: int

    def highest_customer(self) -> int:
        """The highest code; −1 where there is none."""
        with pq.ParquetFile(self.path) as file:
            place = file.schema_arrow.names.index("customer")
            known = file.metadata.row_group(self.number).column(place).statistics
            if known is not None and known.has_min_max:
                return int(known.max)
        column = self.column("customer")
        return int(column.max()) if len(column) else -1

    def add_to(self, builder: TrailBuilder) -> None:
        """All events, a column at a time: each is still in the processor's cache when it is dealt out."""
        with pq.ParquetFile(self.path) as file:
            to = builder.deal(self._column(file, "customer"))
            for name in builder.wanted:
                builder.fill(name, self._column(file, name), to)

    def column(self, name: str) -> NDArray[Any]:
        """One column. Each call opens the file anew: handles are not for several threads."""
        with pq.ParquetFile(self.path) as file:
            return self._column(file, name)

    def _column(self, file: pq.ParquetFile, name: str) -> NDArray[Any]:
        read = file.read_row_group(self.number, columns=[name], use_threads=False)[name]
        if read.null_count:
            raise ValueError(f"{self.path}: column {name} has empty fields; coded events have none")
        column: NDArray[Any] = read.to_numpy()
        return column


def _row_groups(files: Sequence[Path]) -> list[_RowGroup]:
    """Every row group of every file. Raises ValueError where a file holds no coded events."""
    found = []
    for path in files:
        with pq.ParquetFile(path) as file:
            schema, groups = file.schema_arrow, file.metadata.num_row_groups
        for name, kind in CODED.items():
            there = schema.field(name).type if name in schema.names else None
            if there is None or there != pa.from_numpy_dtype(kind):
                raise ValueError(f"{path}: column {name} should be {np.dtype(kind).name}, it is {there}")
        found += [_RowGroup(path, number) for number in range(groups)]
    return found


def _counts(groups: list[_RowGroup], pool: ThreadPoolExecutor, workers: int, customers: int) -> Int64:
    """Events of each customer: every worker counts for itself, in the end the counts are summed."""
    from desirepath.trail import kernels

    def work(first: int) -> Int64:
        own = np.zeros(customers, np.int64)
        for group in groups[first::workers]:
            if not kernels.count(group.column("customer"), own):
                raise ValueError(f"{group.path}: a customer's code is not in 0 … {customers - 1}")
        return own

    return sum(pool.map(work, range(workers)), start=np.zeros(customers, np.int64))
