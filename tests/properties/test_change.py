"""A change taken apart: the terms are the difference, to the last bit that matters, whatever the groups are."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desirepath.core.estimate import Estimate, NoEstimate
from desirepath.measure.comparison.change import Parted, change
from desirepath.measure.comparison.comparables import Rows
from tests.twins import comparison as twin


def rows_of(seed: int, n: int, kind: str = "share") -> tuple[Rows, np.ndarray]:
    """Rows and the group of each; some groups are rare, some are missing on a side."""
    draw = np.random.default_rng(seed)
    group = draw.choice(6, n, p=draw.dirichlet(np.full(6, 0.6)))
    customer = draw.integers(0, max(30, n // 2), n)
    value = (draw.random(n) < 0.2 + 0.1 * group).astype(float)
    if kind == "mean":
        value = draw.gamma(2, 100, n) * (1 + group)
    if kind == "net":
        value = draw.integers(-1, 2, n).astype(float)
    return Rows(customer.astype(np.int64), value, np.arange(n), kind), group  # type: ignore[arg-type]


def parted(mine: np.ndarray, theirs: np.ndarray) -> list[Parted]:
    return [Parted(str(g), f"Group {g}", mine == g, theirs == g) for g in range(6)]


@given(
    st.integers(0, 10_000),
    st.integers(25, 200),
    st.integers(25, 200),
    st.sampled_from(["share", "mean", "net"]),
)
def test_the_terms_are_the_difference(seed: int, n: int, m: int, kind: str):
    (a, mine), (b, theirs) = rows_of(seed, n, kind), rows_of(seed + 1, m, kind)
    found = change(a, b, parted(mine, theirs), as_of=0)
    if isinstance(found.difference, NoEstimate):
        assert min(len(found.a_customers), len(found.b_customers)) < 20
        return
    assert isinstance(found.mix, Estimate)
    assert isinstance(found.rate, Estimate)
    assert found.mix.value + found.rate.value == pytest.approx(found.difference.value, abs=1e-9)
    assert sum(t.mix + t.rate for t in found.terms) == pytest.approx(found.difference.value, abs=1e-9)
    assert sum(t.a_n for t in found.terms) == n
    assert sum(t.b_n for t in found.terms) == m
    assert sum(t.a_share for t in found.terms) == pytest.approx(1.0)
    factor = 100 if kind == "net" else 1
    slow = twin.decomposed(a.value.tolist(), mine.tolist(), b.value.tolist(), theirs.tolist())
    for term in found.terms:
        if term.key == "(few)":
            continue
        mix, rate = slow[int(term.key)]
        assert term.mix == pytest.approx(factor * mix, abs=1e-9)
        assert term.rate == pytest.approx(factor * rate, abs=1e-9)
        assert len(term.a_customers) == len(set(a.customer[mine == int(term.key)].tolist()))


@given(st.integers(0, 10_000))
def test_a_side_against_itself_has_no_terms(seed: int):
    a, mine = rows_of(seed, 150)
    found = change(a, a, parted(mine, mine), as_of=0)
    assert isinstance(found.difference, Estimate)
    assert found.difference.value == 0
    assert all(t.mix == 0 and t.rate == 0 and not t.beyond_chance for t in found.terms)
    assert found.reversal == ""


def test_the_intervals_of_the_terms_hold_the_truth():
    """Two groups at .3 and .6, the first's part grows from half to three quarters: mix −.075, rate +.05 for both."""
    held_mix, held_rate, worlds = 0, 0, 300
    for seed in range(worlds):
        draw = np.random.default_rng(seed)
        sides = []
        for part, more, first in ((0.75, 0.05, 0), (0.5, 0.0, 1000)):
            group = (draw.random(500) >= part).astype(int)
            customer = first + np.repeat(np.arange(250), 2)
            group = np.repeat(group[::2], 2)  # both visits of a customer are in one group
            value = (draw.random(500) < np.where(group == 0, 0.3, 0.6) + more).astype(float)
            sides.append((Rows(customer, value, np.arange(500)), group))
        (a, mine), (b, theirs) = sides
        found = change(a, b, parted(mine, theirs), as_of=0)
        assert isinstance(found.mix, Estimate)
        assert isinstance(found.rate, Estimate)
        held_mix += found.mix.low <= -0.075 <= found.mix.high
        held_rate += found.rate.low <= 0.05 <= found.rate.high
    assert 0.91 < held_mix / worlds < 0.985
    assert 0.91 < held_rate / worlds < 0.985


def kidney(a: tuple[tuple[int, int], tuple[int, int]]) -> tuple[Rows, np.ndarray]:
    value, group = [], []
    for place, (won, n) in enumerate(a):
        value += [1.0] * won + [0.0] * (n - won)
        group += [place] * n
    return Rows(np.arange(len(value)), np.array(value), np.arange(len(value))), np.array(group)


def test_simpsons_reversal_is_told():
    """Kidney stones (Charig and others, 1986): open surgery is better for small and for large ones, worse overall."""
    a, mine = kidney(((81, 87), (192, 263)))
    b, theirs = kidney(((234, 270), (55, 80)))
    b = Rows(1000 + b.customer, b.value, b.at)
    found = change(a, b, parted(mine, theirs), as_of=0)
    assert isinstance(found.difference, Estimate)
    assert isinstance(found.rate, Estimate)
    assert isinstance(found.mix, Estimate)
    assert found.difference.value == pytest.approx(273 / 350 - 289 / 350)
    assert found.reversal == "simpson"
    assert found.rate.value > 0 > found.difference.value
    assert found.mix.high < 0


def test_small_groups_stand_together_and_one_alone_stays_itself():
    group = np.array([0] * 60 + [1] * 5 + [2] * 4)
    a = Rows(np.arange(69), np.ones(69), np.arange(69))
    b = Rows(500 + np.arange(60), np.zeros(60), np.arange(60))
    found = change(a, b, parted(group, np.zeros(60, int)), as_of=0)
    assert [(t.key, t.a_n, t.b_n) for t in found.terms] == [("0", 60, 60), ("(few)", 9, 0)]
    few = found.terms[1]
    assert (few.rate, few.moved) == (0, NoEstimate("no_data", detail="there on one side only"))
    alone = change(a.where(group < 2), b, parted(group[group < 2], np.zeros(60, int)), as_of=0)
    assert [t.key for t in alone.terms] == ["0", "1"]


def test_rows_must_be_in_one_group():
    a, mine = rows_of(1, 50)
    with pytest.raises(ValueError, match="no group"):
        change(a, a, parted(mine, mine)[:1], as_of=0)
    with pytest.raises(ValueError, match="several"):
        change(a, a, [*parted(mine, mine), Parted("all", "All", mine >= 0, mine >= 0)], as_of=0)


def test_too_few_customers_are_told():
    a, mine = rows_of(1, 15)
    b, theirs = rows_of(2, 100)
    found = change(a, b, parted(mine, theirs), as_of=0)
    assert isinstance(found.difference, NoEstimate)
    assert found.difference.reason == "too_few"
    assert not found.terms
    assert math.isclose(found.a_n, 15)
