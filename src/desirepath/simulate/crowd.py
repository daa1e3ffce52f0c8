"""A crowd: up to hundreds of millions of events of the plainest shape, with known truth, as coded Parquet.

The sample shop tells a story; a crowd only has size. It is for finding out how long things take, and how much
memory, on your machine. A customer has 5 events and more, about 20 on average, a few have thousands (5 + a
lognormal with median 7). The first come to awareness at a random moment of a year; how far each one gets, how long
each step takes and how many skip consideration are drawn from the numbers below, so that what is measured can be
held against them. The other events lie anywhere between the customer's first and a month after the last entry: a
few under one timestamp with an entry, half of them evidence of nothing. Events arrive in no order at all.

Every event is a function of the seed and of its number: the same seed gives the same files, whatever the threads.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from os import cpu_count
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from desirepath.core.times import DAY
from desirepath.simulate.chance import Chance, mix_one

Int64 = NDArray[np.int64]

SEED = 1802
STARTS = 1_704_067_200_000_000  # 2024-01-01
STAGES = ("awareness", "consideration", "decision", "retention", "advocacy")
# What the codes of the column `kind` are called. Of a stage's number: its evidence.
KINDS = ("Page Viewed", "Product Viewed", "Cart Viewed", "Order Completed", "Referral Sent",
         "Email Opened", "Site Searched", "Store Visited", "Call Answered", "Banner Shown")  # fmt: skip
CHANNELS = ("web", "app", "email", "ads", "social", "store", "phone", "chat")
TOUCHPOINTS = 60

_GROUP = 500_000  # events of a row group
_FILE = 4 * _GROUP
_FEWEST, _MEDIAN, _SPREAD = 5, 7.0, 1.25  # events of a customer: the fewest, and the lognormal of the others

SCHEMA = pa.schema(
    [
        ("customer", pa.int32()),
        ("ts", pa.int64()),  # µs UTC
        ("kind", pa.int16()),
        ("touchpoint", pa.int16()),
        ("channel", pa.int16()),
        ("evidence", pa.int64()),
        ("value", pa.int64()),
        ("event", pa.int64()),  # its number, in order of arrival
    ]
)


@dataclass(frozen=True, slots=True)
class CrowdTruth:
    """What is true of a crowd, but for its last customer, who is cut short.

    goes_on: of those who reached a stage, the share who reach a later one; one number for each but the last stage.
    median_days: half of those who go on from a stage have entered the next by then; the waits are exponential.
    skips: of those who reach decision, the share who were never seen in consideration; they go there from awareness.
    """

    events: int
    customers: int
    seed: int
    goes_on: tuple[float, ...] = (0.62, 0.48, 0.55, 0.20)
    median_days: tuple[float, ...] = (2.0, 6.0, 1.5, 45.0)
    skips: float = 0.12

    def reached(self, stage: int) -> float:
        """The share of all customers who reach that stage or a later one."""
        return float(np.prod(self.goes_on[:stage]))


class Crowd:
    """A crowd of so many events. Raises ValueError for fewer than one event."""

    def __init__(self, events: int, seed: int = SEED) -> None:
        if events < 1:
            raise ValueError("a crowd has one event or more")
        self.offset = _offsets(events, Chance(seed))
        self.truth = CrowdTruth(events=events, customers=len(self.offset) - 1, seed=seed)

    def columns(self, first: int, last: int) -> dict[str, NDArray[np.generic]]:
        """The events that arrive as numbers first … last − 1, by the columns of SCHEMA."""
        from desirepath.simulate import crowd_kernel  # Numba takes 0.3 s to import: only when it is needed

        columns = {f.name: np.empty(last - first, f.type.to_pandas_dtype()) for f in SCHEMA}
        medians = np.array(self.truth.median_days) * DAY
        reach = np.array(self.truth.goes_on)
        seed = np.uint64(mix_one(self.truth.seed))
        skips, filled = self.truth.skips, tuple(columns.values())
        crowd_kernel.fill(first, self.offset, seed, STARTS, reach, skips, medians, filled)
        return columns


def write_crowd(
    folder: Path,
    events: int,
    seed: int = SEED,
    threads: int | None = None,
    say: Callable[[float], None] = lambda share: None,
) -> Crowd:
    """Writes part-….parquet and _truth.json into the folder, which is made where missing.

    Readers of a folder of Parquet pass over names that begin with a line. say: how far along, 0 … 1.
    In memory are two arrays of a number a customer, and for each thread (None: one a processor) a row group.
    Raises FileExistsError where the folder holds anything already.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder} holds something already: name a new folder for the crowd")
    crowd = Crowd(events, seed)

    def write(first: int) -> None:
        path = folder / f"part-{first // _FILE:05d}.parquet"
        kinds = ["kind", "touchpoint", "channel", "evidence", "value"]
        with pq.ParquetWriter(
            path, SCHEMA, use_dictionary=kinds, column_encoding={"event": "DELTA_BINARY_PACKED"}
        ) as file:
            for begin, end in _stretches(first, min(first + _FILE, events)):
                file.write_table(pa.table(crowd.columns(begin, end), SCHEMA), row_group_size=_GROUP)

    with ThreadPoolExecutor(threads or cpu_count() or 1) as pool:
        for number, _ in enumerate(pool.map(write, range(0, events, _FILE)), 1):
            say(min(1.0, number * _FILE / events))
    (folder / "_truth.json").write_text(json.dumps(asdict(crowd.truth), indent=1) + "\n", "utf-8")
    return crowd


def _stretches(first: int, last: int) -> Iterator[tuple[int, int]]:
    for begin in range(first, last, _GROUP):
        yield begin, min(begin + _GROUP, last)


def _offsets(events: int, chance: Chance) -> Int64:
    """How many events the customers before each have together; the last one gets what is left."""
    parts, total, first, block = [np.zeros(1, np.int64)], 0, 0, 1 << 18
    while total < events:
        ids = chance.ids(np.arange(first, first + block, dtype=np.int64))
        each = _FEWEST + chance.wait(ids, "events", _MEDIAN, _SPREAD).astype(np.int64)
        sums = total + np.cumsum(each)
        parts.append(sums)
        total, first = int(sums[-1]), first + block
    offset = np.concatenate(parts)
    offset = offset[: int(np.searchsorted(offset, events)) + 1]
    offset[-1] = events
    return offset
