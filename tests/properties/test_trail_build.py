"""Events in any order, in any batches, become the same trails: each customer's by time, then by arrival."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from desirepath.core.times import NEVER
from desirepath.trail.build import COLUMNS, Batch, TrailBuilder, build_trails, no_waits
from desirepath.trail.trails import Trails

CUSTOMERS = 4
Seen = tuple[int, int]  # customer, time; the place in the list is the arrival

some_events = st.lists(
    st.tuples(st.integers(0, CUSTOMERS - 1), st.sampled_from([-5, 0, 1, 2, 3, 10**15])), max_size=30
)


def batch_of(seen: list[Seen]) -> Batch:
    """Every column differs from event to event, so that one left behind by the sort is found out."""
    arrival = np.arange(len(seen), dtype=np.int64)
    return Batch(
        customer=np.array([c for c, _ in seen], np.int64),
        arrival=arrival,
        ts=np.array([t for _, t in seen], np.int64),
        touchpoint=(arrival + 1).astype(np.int16),
        channel=(arrival + 2).astype(np.int16),
        evidence=arrival << 50,
        value=-arrival,
        event=arrival + 10**12,
        waits_until=np.where(arrival % 2 == 0, NEVER, arrival),
    )


def rows(trails: Trails) -> list[tuple[int, ...]]:
    """(customer, then every column) of each event, as they lie."""
    columns = [getattr(trails, name).tolist() for name in COLUMNS]
    customer = np.repeat(np.arange(trails.customers), np.diff(trails.offset)).tolist()
    return list(zip(customer, *columns, strict=True))


def taken(batch: Batch, places: list[int]) -> Batch:
    return Batch(**{f.name: getattr(batch, f.name)[places] for f in fields(Batch)})


@given(some_events)
def test_trails_are_the_events_sorted_by_customer_time_and_arrival(seen: list[Seen]) -> None:
    batch = batch_of(seen)
    order = sorted(range(len(seen)), key=lambda i: (seen[i], i))
    expected = [(seen[i][0], *(int(getattr(batch, name)[i]) for name in COLUMNS)) for i in order]
    assert rows(build_trails(batch, CUSTOMERS)) == expected


@given(some_events, st.randoms(use_true_random=False), st.integers(1, 7))
def test_neither_the_order_of_loading_nor_the_batches_change_a_trail(
    seen: list[Seen], chance: Random, size: int
) -> None:
    batch = batch_of(seen)
    places = list(range(len(seen)))
    chance.shuffle(places)
    counts = np.bincount(batch.customer, minlength=CUSTOMERS).astype(np.int64)
    builder = TrailBuilder(counts)
    for start in range(0, len(places), size):
        builder.add(taken(batch, places[start : start + size]))
    trails, whole = builder.finish(), build_trails(batch, CUSTOMERS)
    assert rows(trails) == rows(whole)
    assert trails.offset.tolist() == whole.offset.tolist()
    assert {name: getattr(trails, name).dtype for name in COLUMNS} == {
        name: np.dtype(kind) for name, kind in COLUMNS.items()
    }


def test_customers_without_events_have_empty_trails() -> None:
    trails = build_trails(batch_of([(1, 7), (3, 8)]), 5)
    assert trails.offset.tolist() == [0, 0, 1, 1, 2, 2]
    assert (trails.customers, trails.events) == (5, 2)


def test_no_events_make_empty_trails() -> None:
    trails = build_trails(batch_of([]), 2)
    assert (trails.customers, trails.events) == (2, 0)


def test_events_that_nobody_counted_are_refused() -> None:
    builder = TrailBuilder(np.array([1, 1], np.int64))
    with pytest.raises(ValueError, match="more events than were counted"):
        builder.add(batch_of([(0, 1), (1, 1), (1, 2)]))


def test_events_that_were_counted_and_never_came_are_missed() -> None:
    builder = TrailBuilder(np.array([1, 2], np.int64))
    builder.add(batch_of([(0, 1), (1, 1)]))
    with pytest.raises(ValueError, match="fewer events than were counted"):
        builder.finish()


def test_trails_can_be_built_in_files(tmp_path: Path) -> None:
    def in_files(name: str, kind: type[np.generic], length: int) -> NDArray[np.generic]:
        return np.memmap(tmp_path / name, kind, "w+", shape=(length,))

    seen = [(0, 9), (1, 4), (0, 3), (1, 4)]
    builder = TrailBuilder(np.array([2, 2], np.int64), in_files)
    builder.add(batch_of(seen))
    assert rows(builder.finish()) == rows(build_trails(batch_of(seen), 2))


def test_no_waits_is_a_column_of_nothing() -> None:
    assert no_waits(2).tolist() == [NEVER, NEVER]


@pytest.mark.parametrize("stranger", [1, 2, -1])
def test_events_of_a_customer_who_has_no_more_room_overwrite_nobody(stranger: int) -> None:
    builder = TrailBuilder(np.array([1, 1], np.int64))
    builder.add(batch_of([(1, 5)]))
    with pytest.raises(ValueError, match="more events than were counted"):
        builder.add(batch_of([(stranger, 6)]))
