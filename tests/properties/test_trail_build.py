"""Events in any order, in any batches, become the same trails: each customer's by time, then by arrival."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
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
def test_events_of_a_customer_who_has_no_more_room_are_refused(stranger: int) -> None:
    builder = TrailBuilder(np.array([1, 1], np.int64))
    builder.add(batch_of([(1, 5)]))
    with pytest.raises(ValueError, match="more events than were counted"):
        builder.add(batch_of([(stranger, 6)]))
        builder.finish()


# ---- many events: neighbourhoods, merges, threads ---------------------------------------------------


def by_lexsort(batch: Batch, customers: int) -> dict[str, NDArray[np.generic]]:
    """The obvious twin: NumPy sorts everything at once."""
    order = np.lexsort((batch.arrival, batch.ts, batch.customer))
    columns: dict[str, NDArray[np.generic]] = {name: getattr(batch, name)[order] for name in COLUMNS}
    counts = np.bincount(batch.customer, minlength=customers)
    return columns | {"offset": np.concatenate([[0], np.cumsum(counts)])}


def crowded(seed: int, customers: int, events: int, instants: int, zero: int) -> Batch:
    """Many events at random: heavy customers and light ones, few instants (many ties) or many."""
    chance = np.random.default_rng(seed)
    weights = chance.pareto(1.1, customers) + 0.01
    arrival = chance.permutation(events).astype(np.int64)
    return Batch(
        customer=chance.choice(customers, events, p=weights / weights.sum()).astype(np.int64),
        arrival=arrival,
        ts=zero + chance.integers(0, instants, events),
        touchpoint=chance.integers(-1, 60, events).astype(np.int16),
        channel=chance.integers(-1, 8, events).astype(np.int16),
        evidence=chance.integers(0, 2**60, events),
        value=chance.integers(-(2**60), 2**60, events),
        event=arrival * 3 + 7,
        waits_until=chance.integers(-5, 5, events),
    )


def assert_like_lexsort(trails: Trails, batch: Batch, customers: int) -> None:
    for name, column in by_lexsort(batch, customers).items():
        np.testing.assert_array_equal(getattr(trails, name), column, err_msg=name)


@settings(max_examples=25)
@given(
    seed=st.integers(0, 2**32 - 1),
    customers=st.sampled_from([1, 2, 700, 20_000]),
    events=st.sampled_from([1, 60, 3_000, 90_000]),
    instants=st.sampled_from([1, 40, 10**14]),
    zero=st.sampled_from([-(2**62), -(10**15), 0, 10**15]),
    size=st.sampled_from([1_000, 10**6]),
    threads=st.integers(1, 3),
)
def test_many_events_in_batches_on_threads_are_what_lexsort_makes_of_them(
    seed: int, customers: int, events: int, instants: int, zero: int, size: int, threads: int
) -> None:
    batch = crowded(seed, customers, events, instants, zero)
    builder = TrailBuilder(np.bincount(batch.customer, minlength=customers).astype(np.int64))
    parts = [list(range(i, min(i + size, events))) for i in range(0, events, size)]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda places: builder.add(taken(batch, places)), parts))
    assert_like_lexsort(builder.finish(threads), batch, customers)


def test_times_at_the_ends_of_the_calendar_are_sorted_too() -> None:
    batch = crowded(1, 3, 400, 40, 0)
    batch.ts[::2] = 2**63 - 1 - batch.ts[::2]
    batch.ts[1::4] += NEVER
    assert_like_lexsort(build_trails(batch, 3), batch, 3)


def test_one_customer_with_nearly_all_events_costs_the_others_nothing() -> None:
    batch = crowded(2, 5_000, 120_000, 1_000, 0)
    batch.customer[::2] = 17
    assert_like_lexsort(build_trails(batch, 5_000), batch, 5_000)


def test_events_that_arrived_by_number_need_no_arrivals() -> None:
    batch = crowded(3, 900, 30_000, 50, 0)
    silent = replace(batch, arrival=np.zeros_like(batch.arrival))
    counts = np.bincount(batch.customer, minlength=900).astype(np.int64)
    builder = TrailBuilder(counts, by_number=True)
    builder.add(silent)
    assert_like_lexsort(builder.finish(), batch, 900)


def test_where_nothing_is_promised_nobody_waits() -> None:
    batch = replace(crowded(4, 90, 3_000, 50, 0), waits_until=no_waits(3_000))
    builder = TrailBuilder(np.bincount(batch.customer, minlength=90).astype(np.int64), waits=False)
    builder.add(batch)
    assert_like_lexsort(builder.finish(), batch, 90)
