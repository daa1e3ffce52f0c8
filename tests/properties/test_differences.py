"""Differences of two sides: influences against their twin, intervals that hold what they promise, nobody twice."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desirepath.core.estimate import Estimate, NoEstimate
from desirepath.stats.differences import (
    apart,
    likeness,
    mean_part,
    net_part,
    probability_part,
    share_part,
    told_part,
)
from desirepath.stats.incidence_influence import mean_time_without, probability_by
from desirepath.stats.intervals import difference
from tests.twins import comparison as twin

rows = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3)), min_size=1, max_size=14)


@given(rows, st.integers(0, 12))
def test_a_rows_influence_is_what_a_little_more_of_it_changes(data: list[tuple[int, int]], until: int):
    time, cause = (np.array(column) for column in zip(*data, strict=True))
    for fast, slow in (
        (probability_by, twin.weighted_incidence),
        (mean_time_without, twin.weighted_mean_time),
    ):
        value, influence = fast(time, cause, until)
        assert value == pytest.approx(slow(time, cause, np.ones(len(time)), until))
        assert influence == pytest.approx(twin.influence_of(slow, time, cause, until), abs=1e-4)
        assert influence.sum() == pytest.approx(0.0, abs=1e-9)


@given(st.integers(20, 60), st.integers(20, 60), st.data())
def test_one_row_a_customer_gives_newcombes_interval(n: int, m: int, data: st.DataObject):
    x, y = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))
    mine = share_part(np.arange(n) < x, np.arange(n))
    theirs = share_part(np.arange(m) < y, 1000 + np.arange(m))
    found, known = apart(mine, theirs, as_of=0).difference, difference(x, n, y, m, as_of=0)
    assert isinstance(found, Estimate)
    assert isinstance(known, Estimate)
    # The correction for few clusters is the only thing between them.
    assert found.value == pytest.approx(known.value)
    assert found.low == pytest.approx(known.low, abs=0.01)
    assert found.high == pytest.approx(known.high, abs=0.01)


sides = st.tuples(
    st.sampled_from(["share", "mean", "scale", "net"]), st.integers(0, 10_000), st.integers(20, 90)
)


def part_of(kind: str, seed: int, n: int, shift: float = 0.0):
    draw = np.random.default_rng(seed)
    customer = draw.integers(0, max(25, n // 2), n)
    if kind == "share":
        return share_part(draw.random(n) < draw.random(), customer)
    if kind == "net":
        return net_part(draw.integers(-1, 2, n), customer)
    values = draw.random(n)
    return mean_part(values, customer, (0.0, 1.0)) if kind == "scale" else mean_part(values + shift, customer)


@given(sides)
def test_a_group_compared_with_itself_differs_by_nothing(side: tuple[str, int, int]):
    one = part_of(*side)
    found = apart(one, one, as_of=0)
    if isinstance(found.difference, NoEstimate):
        assert len(one.clusters) < 20
        return
    assert found.difference.value == 0
    assert found.difference.low <= 0 <= found.difference.high
    assert found.p == 1
    assert likeness(one, one) == pytest.approx(1.0) or not one.influence.any()


@given(sides, st.integers(0, 10_000))
def test_the_interval_leaves_zero_out_exactly_where_p_is_small(side: tuple[str, int, int], seed: int):
    one, other = part_of(*side), part_of(side[0], seed, side[2], shift=0.2)
    found, mirrored = apart(one, other, as_of=0), apart(other, one, as_of=0)
    if isinstance(found.difference, NoEstimate):
        return
    assert isinstance(mirrored.difference, Estimate)
    assert mirrored.difference.value == pytest.approx(-found.difference.value)
    assert mirrored.difference.low == pytest.approx(-found.difference.high)
    assert found.p == pytest.approx(mirrored.p, abs=1e-9)
    outside = found.difference.low > 0 or found.difference.high < 0
    assert outside == (found.p < 0.05) or abs(found.p - 0.05) < 1e-6


@pytest.mark.parametrize("shared", [0.0, 0.5])
def test_intervals_hold_the_truth_as_often_as_they_promise(shared: float):
    """Customers with several visits each, of one mind; half of them on both sides in the second world."""
    held, worlds = 0, 400
    for seed in range(worlds):
        draw = np.random.default_rng(seed)
        mind = draw.beta(2, 3, 300)
        customer = (
            np.repeat(np.arange(200), 3),
            np.repeat(np.arange(200) + round(200 * (1 - shared)), 3) % 300,
        )
        a, b = (share_part(draw.random(600) < mind[c], c) for c in customer)
        found = apart(a, b, as_of=0).difference
        assert isinstance(found, Estimate)
        held += found.low <= 0 <= found.high
    assert 0.92 < held / worlds < 0.98


def test_censored_times_hold_the_truth_too():
    """P(success by 10) of exponential times, censored at random, two visits a customer: the difference is 0."""
    held, worlds = 0, 300
    for seed in range(worlds):
        draw = np.random.default_rng(seed)
        parts = []
        for side in range(2):
            keen = np.repeat(draw.gamma(2, 0.05, 120), 2)
            when, other, seen = (
                draw.exponential(1 / keen),
                draw.exponential(15, 240),
                draw.uniform(4, 30, 240),
            )
            time = (1000 * np.minimum(np.minimum(when, other), seen)).astype(np.int64)
            cause = np.where(seen < np.minimum(when, other), 0, np.where(when < other, 1, 2))
            value, influence = probability_by(time, cause, 10_000)
            who = np.repeat(np.arange(120), 2) + 1000 * side
            parts.append(probability_part(value, influence, who, 50))
        found = apart(*parts, as_of=0).difference
        assert isinstance(found, Estimate)
        held += found.low <= 0 <= found.high
    assert 0.91 < held / worlds < 0.985


def test_too_few_customers_have_no_difference_however_many_rows():
    one = share_part(np.arange(500) % 2 == 0, np.arange(500) % 5)
    other = share_part(np.arange(500) % 3 == 0, 100 + np.arange(500))
    found = apart(one, other, as_of=0)
    assert found.difference == NoEstimate("too_few", 5, 20, "n 5 of 20")
    assert math.isnan(found.p)


def test_an_open_end_stays_open():
    one = told_part(Estimate(5.0, 4.0, math.inf, 50, "aalen-johansen", 0))
    other = told_part(Estimate(2.0, 1.0, 3.0, 50, "aalen-johansen", 0))
    found = apart(one, other, as_of=0).difference
    assert isinstance(found, Estimate)
    assert found.high == math.inf
    assert 0 < found.low < 3


@settings(max_examples=30)
@given(st.integers(0, 1000))
def test_answers_that_are_all_alike_leave_doubt(seed: int):
    draw = np.random.default_rng(seed)
    n = int(draw.integers(20, 60))
    five_stars = mean_part(np.ones(n), np.arange(n), (0.0, 1.0))
    low, high = five_stars.ends(0.95)
    assert low < 0.95
    assert high == pytest.approx(1.0)
