"""Aalen–Johansen against hand-worked tables, a slow twin, lifelines and scikit-survival."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desirepath.core.estimate import Estimate, NoEstimate
from desirepath.core.times import FOREVER
from desirepath.stats.aalen_johansen import aalen_johansen, band, incidence_by, incidence_quantile

GOLDEN = Path(__file__).parents[1] / "golden" / "statistics"


def golden(name: str) -> dict:
    return json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))


def slow_twin(time: list[int], cause: list[int], k: int, by: int) -> tuple[float, float]:
    """(probability, variance) of cause k by `by`, straight from the formulas, one instant at a time."""
    free, steps = 1.0, []  # steps: (Fᵢ, S before, n, d of any cause, d of k)
    total = 0.0
    for t in sorted(set(time)):
        if t > by:
            break
        n = sum(other >= t for other in time)
        any_cause = sum(other == t and c > 0 for other, c in zip(time, cause, strict=True))
        own = sum(other == t and c == k for other, c in zip(time, cause, strict=True))
        total += free * own / n
        steps.append((total, free, n, any_cause, own))
        free *= 1 - any_cause / n
    variance = 0.0
    for f, s, n, d, own in steps:
        if n > d:
            variance += (total - f) ** 2 * d / (n * (n - d))
        variance += s**2 * own * (n - own) / n**3 - 2 * (total - f) * s * own / n**2
    return total, max(variance, 0.0)


def test_five_customers_worked_by_hand():
    # Day 1: one succeeds (5 at risk). Day 2: one leaves (4). Day 3: one is last seen. Day 4: one succeeds (2).
    found = aalen_johansen([1, 2, 3, 4, 6], [1, 2, 0, 1, 0], 2)
    assert found.time.tolist() == [1, 2, 4]
    assert found.at_risk.tolist() == [5, 4, 2]
    assert found.probability[0].tolist() == pytest.approx([0.2, 0.2, 0.2 + 0.6 * 0.5])
    assert found.probability[1].tolist() == pytest.approx([0.0, 0.2, 0.2])
    # Variance on day 1: 5 at risk, one event: 0.2 × 0.8 / 5.
    assert found.variance[0, 0] == pytest.approx(0.032)
    assert found.known_until == 6


def test_who_is_last_seen_at_the_very_instant_was_at_risk_then():
    found = aalen_johansen([4, 4], [1, 0], 1)
    assert (found.at_risk.tolist(), found.probability[0].tolist()) == ([2], [0.5])


def test_causes_that_happen_at_one_instant_share_the_risk_set():
    found = aalen_johansen([3, 3, 3, 9], [1, 2, 2, 1], 2)
    assert found.probability[:, 0].tolist() == [0.25, 0.5]
    assert found.probability[:, 1].tolist() == [0.5, 0.5]
    assert found.known_until == FOREVER  # nobody is left to be unsure of


def test_without_censoring_it_is_the_plain_share_with_the_binomial_variance():
    draw = np.random.default_rng(3)
    time, cause = draw.integers(0, 40, 500), draw.integers(1, 4, 500)
    found = aalen_johansen(time, cause, 3)
    for k in (1, 2, 3):
        share = np.array([np.mean((time <= t) & (cause == k)) for t in found.time])
        assert np.allclose(found.probability[k - 1], share)
        assert np.allclose(found.variance[k - 1], share * (1 - share) / 500)


times_and_causes = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 2)), min_size=1, max_size=40)


@given(times_and_causes, st.integers(0, 12))
def test_it_is_its_slow_twin(rows: list[tuple[int, int]], by: int):
    time, cause = [t for t, _ in rows], [c for _, c in rows]
    found = aalen_johansen(time, cause, 2)
    at = int(found.place(by))
    for k in (1, 2):
        p, v = slow_twin(time, cause, k, by)
        assert (found.probability[k - 1, at] if at >= 0 else 0.0) == pytest.approx(p, abs=1e-12)
        assert (found.variance[k - 1, at] if at >= 0 else 0.0) == pytest.approx(v, abs=1e-12)


@given(times_and_causes)
def test_causes_and_those_still_on_the_way_add_up_to_one(rows: list[tuple[int, int]]):
    found = aalen_johansen([t for t, _ in rows], [c for _, c in rows], 2)
    either = aalen_johansen([t for t, _ in rows], [min(c, 1) for _, c in rows], 1)
    assert np.allclose(found.probability.sum(axis=0), either.probability[0])
    assert (either.probability <= 1 + 1e-12).all()
    low, high = band(found)
    assert ((low >= 0) & (low <= found.probability[0] + 1e-12) & (found.probability[0] <= high + 1e-12)).all()


@given(times_and_causes, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_never_matters(rows: list[tuple[int, int]], chance):
    shuffled = rows[:]
    chance.shuffle(shuffled)
    one, other = (aalen_johansen([t for t, _ in r], [c for _, c in r], 2) for r in (rows, shuffled))
    assert np.array_equal(one.probability, other.probability)
    assert np.array_equal(one.variance, other.variance)


def test_flies_live_as_long_as_in_lifelines():
    g = golden("waltons")
    found = aalen_johansen(g["time"], g["event"], 1)
    at, (low, high) = found.place(g["at"]), band(found)
    inner = np.array([0 < p < 1 - 1e-9 for p in g["incidence"]])
    assert np.allclose(found.probability[0, at][1:], g["incidence"][1:], atol=1e-9)
    assert np.allclose(found.probability[0, at][1:], g["one_minus_km"][1:], atol=1e-9)
    assert np.allclose(found.variance[0, at][inner], np.array(g["variance"])[inner], atol=1e-9)
    assert np.allclose(low[at][inner], np.array(g["low"])[inner], atol=1e-9)
    assert np.allclose(high[at][inner], np.array(g["high"])[inner], atol=1e-9)
    median = incidence_quantile(found, 0.5, as_of=0)
    assert isinstance(median, Estimate)
    assert [median.value, median.low, median.high] == [g["km_median"], *g["km_median_interval"]]


@pytest.mark.parametrize("k", [1, 2, 3])
def test_three_competing_causes_go_as_in_lifelines(k: int):
    g = golden("competing")
    curve = g["curves"][str(k)]
    found = aalen_johansen(g["time"], g["cause"], 3)
    at, (low, high) = found.place(curve["at"]), band(found, k)
    known = np.array(curve["variance"]) >= 0
    inner = known & (np.array(curve["incidence"]) > 0)
    assert inner.sum() >= 24
    assert np.allclose(found.probability[k - 1, at], curve["incidence"], atol=1e-9)
    assert np.allclose(found.variance[k - 1, at][known], np.array(curve["variance"])[known], atol=1e-9)
    assert np.allclose(low[at][inner], np.array(curve["low"])[inner], atol=1e-9)
    assert np.allclose(high[at][inner], np.array(curve["high"])[inner], atol=1e-9)


@pytest.mark.parametrize("k", [1, 2])
def test_transplants_with_ties_go_as_in_scikit_survival(k: int):
    g = golden("transplants")
    found = aalen_johansen(g["time"], g["cause"], 2)
    at, (low, high) = found.place(g["at"]), band(found, k)
    assert np.allclose(found.probability[k - 1, at], g["incidence"][str(k)], atol=1e-9)
    assert np.allclose(low[at], g["low"][str(k)], atol=1e-9)
    assert np.allclose(high[at], g["high"][str(k)], atol=1e-9)


def test_a_median_that_most_never_reach_is_not_a_number():
    found = aalen_johansen(list(range(1, 101)), [1] * 30 + [2] * 70, 2)
    median = incidence_quantile(found, 0.5, as_of=0)
    assert isinstance(median, NoEstimate)
    assert (median.reason, median.detail) == ("not_reached", "30.0% by the end")
    first = incidence_quantile(found, 0.25, as_of=0)
    assert isinstance(first, Estimate)
    assert first.value == 25
    assert first.low < 25
    assert math.isinf(first.high)  # a quarter might be all who ever come


def test_nothing_is_claimed_after_the_last_was_seen():
    found = aalen_johansen([2] * 15 + [5] * 15, [1] * 15 + [0] * 15, 1)
    assert isinstance(incidence_by(found, 5, as_of=0), Estimate)
    assert incidence_by(found, 6, as_of=0) == NoEstimate(
        "not_known_yet", 30, detail="nobody was seen for so long"
    )


def test_nobody_so_far_is_zero_with_the_doubt_of_those_still_watched():
    found = aalen_johansen([1] * 80 + [10] * 20, [0] * 100, 1)
    one = incidence_by(found, 8, as_of=0)
    assert isinstance(one, Estimate)
    assert (one.value, one.low) == (0.0, 0.0)
    assert one.high == pytest.approx(0.1611, abs=5e-4)  # none of the twenty that were watched until day 8


def test_nobody_at_all():
    found = aalen_johansen([], [], 3)
    assert incidence_by(found, 4, as_of=0) == NoEstimate("too_few", 0, 20, "n 0 of 20")
    assert incidence_quantile(found, 0.5, as_of=0, needed=0) == NoEstimate("too_few", 0, 0, "n 0 of 0")
