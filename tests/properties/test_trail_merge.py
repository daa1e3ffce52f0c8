"""Trails that are merged from kept and new runs are those that would have been built from all events at once."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desirepath.core.times import NEVER
from desirepath.trail.build import Batch, build_trails
from desirepath.trail.merge import ANEW, merge_trails
from desirepath.trail.trails import Trails

# Of each customer of the answer: their events before, or None where there were none; their events now.
Runs = list[tuple[int, ...]]


def trails_of(runs: Runs) -> Trails:
    """Each event is told by its time; every column differs, so that one that was left behind is found out."""
    customer = [c for c, times in enumerate(runs) for _ in times]
    ts = np.array([t for times in runs for t in times], np.int64)
    return build_trails(
        Batch(
            customer=np.array(customer, np.int64),
            arrival=np.arange(len(ts)),
            ts=ts,
            touchpoint=(ts % 7).astype(np.int16),
            channel=(ts % 3 - 1).astype(np.int16),
            evidence=ts << 40,
            value=-ts,
            event=ts + 10**12,
            waits_until=np.where(ts % 2 == 0, NEVER, ts),
        ),
        len(runs),
    )


def same(one: Trails, other: Trails) -> bool:
    return all(
        np.array_equal(getattr(one, f.name), getattr(other, f.name))
        and getattr(one, f.name).dtype == getattr(other, f.name).dtype
        for f in fields(Trails)
    )


run = st.lists(st.integers(0, 30), max_size=5).map(tuple)
# What became of a customer: kept as they were, changed, new, or gone.
stories = st.lists(
    st.one_of(
        st.tuples(st.just("kept"), run, st.just(())),
        st.tuples(st.just("changed"), run, run),
        st.tuples(st.just("new"), st.just(()), run),
        st.tuples(st.just("gone"), run, st.just(())),
    ),
    max_size=8,
)


def parts(told: list[tuple[str, tuple[int, ...], tuple[int, ...]]]) -> tuple[Runs, Runs, np.ndarray, Runs]:
    """Runs before, runs read anew, where each customer of the answer is kept from, and the answer's runs."""
    before = [was for what, was, _ in told if what != "new"]
    anew = [now for what, _, now in told if what in ("changed", "new")]
    place = dict(zip([n for n, one in enumerate(told) if one[0] != "new"], range(len(told)), strict=False))
    kept = [place[n] if what == "kept" else ANEW for n, (what, _, _) in enumerate(told) if what != "gone"]
    answer = [was if what == "kept" else now for what, was, now in told if what != "gone"]
    return before, anew, np.array(kept, np.int64), answer


@given(stories)
def test_merging_is_building_at_once(told: list[tuple[str, tuple[int, ...], tuple[int, ...]]]) -> None:
    before, anew, kept, answer = parts(told)
    assert same(merge_trails(trails_of(before), trails_of(anew), kept), trails_of(answer))


@given(stories, st.permutations([0, 1, 2, 3]))
def test_channels_that_were_numbered_anew_are_named_as_before(
    told: list[tuple[str, tuple[int, ...], tuple[int, ...]]], numbers: list[int]
) -> None:
    before, anew, kept, answer = parts(told)
    codes = np.array(numbers, np.int16)

    def renumbered(trails: Trails) -> Trails:
        return replace(trails, channel=np.where(trails.channel < 0, trails.channel, codes[trails.channel]))

    merged = merge_trails(trails_of(before), renumbered(trails_of(anew)), kept, channels=codes)
    assert same(merged, renumbered(trails_of(answer)))


def test_customers_may_change_places() -> None:
    merged = merge_trails(
        trails_of([(1,), (2, 3), (4,)]), trails_of([(9,)]), np.array([2, ANEW, 0, 1], np.int64)
    )
    assert same(merged, trails_of([(4,), (9,), (1,), (2, 3)]))


def test_trails_that_nobody_asked_for_are_refused() -> None:
    with pytest.raises(ValueError, match="1 trails were read anew, and 2 were to be"):
        merge_trails(trails_of([]), trails_of([(1,)]), np.array([ANEW, ANEW], np.int64))
