"""The rule near a group: short, readable by journey.yaml, and judged by customers that it was not made from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desirepath.collect.expression import SEGMENT, parse_rule
from desirepath.core.estimate import Estimate, NoEstimate
from desirepath.measure.groups.rule import EventCounts, Leaf, _holds, _shortened, approximate

NAMES = ("Ad Clicked", "Cart Viewed", "Order Completed", "It's here")


def crowd(seed: int, n: int = 400) -> EventCounts:
    return EventCounts(NAMES, np.random.default_rng(seed).poisson(1.2, (n, len(NAMES))))


def by_hand(rule: str, counts: np.ndarray) -> np.ndarray:
    """The rule as Python reads it, one customer at a time."""
    for place, name in enumerate(NAMES):
        event = "event = '" + name.replace("'", "''") + "'"
        rule = rule.replace(f"count({event})", f"c[{place}]").replace(f"ever({event})", f"(c[{place}] > 0)")
    return np.array([eval(rule, {"c": row}) for row in counts.tolist()], bool)


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_the_words_of_a_rule_are_what_was_judged(seed: int):
    counts = crowd(seed, 4000)
    draw = np.random.default_rng(seed + 1)
    inside = (counts.count[:, 1] >= 2) & (counts.count[:, 3] == 0) | (draw.random(4000) < 0.05)
    found = approximate(counts, inside, as_of=0)
    assert found is not None
    parse_rule(found.rule, SEGMENT)
    judged = np.arange(4000) % 2 == 1
    named = by_hand(found.rule, counts.count[judged])
    truly = inside[judged]
    assert isinstance(found.recall, Estimate)
    assert found.recall.value == pytest.approx((named & truly).sum() / truly.sum())
    assert found.precision.n == named.sum()
    assert found.recall.value > 0.5


def test_a_plain_group_has_a_plain_rule():
    counts = crowd(1)
    found = approximate(counts, counts.count[:, 2] > 0, as_of=0)
    assert found is not None
    assert found.rule == "ever(event = 'Order Completed')"
    assert isinstance(found.precision, Estimate)
    assert found.precision.value == 1
    none = approximate(counts, counts.count[:, 3] == 0, as_of=0)
    assert none is not None
    assert none.rule == "not ever(event = 'It''s here')"


def test_where_nothing_tells_the_group_apart_there_is_no_rule_or_a_poor_one():
    counts = crowd(2)
    everybody = np.ones(400, bool)
    assert approximate(counts, everybody, as_of=0) is None
    assert approximate(EventCounts((), np.empty((400, 0), np.int64)), everybody, as_of=0) is None
    chance = approximate(counts, np.random.default_rng(3).random(400) < 0.5, as_of=0)
    if chance is not None and not isinstance(chance.precision, NoEstimate):
        assert chance.precision.low < 0.6


bounds = st.one_of(
    st.tuples(st.just(0), st.integers(1, 3)), st.tuples(st.integers(1, 3), st.none()), st.just((1, 3))
)


@given(
    st.integers(0, 3),
    bounds,
    st.dictionaries(st.integers(0, 3), bounds, min_size=1, max_size=3),
    st.integers(0, 99),
)
def test_a_shorter_rule_names_the_same_customers(column: int, first: tuple, second: Leaf, seed: int):  # type: ignore[type-arg]
    counts = crowd(seed, 60).count
    leaves: list[Leaf] = [{column: first}, second]
    before = _holds(leaves[0], counts) | _holds(leaves[1], counts)
    after = np.zeros(60, bool)
    for leaf in _shortened(leaves):
        after |= _holds(leaf, counts)
    assert (before == after).all()
