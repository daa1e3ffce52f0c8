"""Forecasts of yes or no, judged: against pairs counted by hand, and against what chance does."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, roc_auc_score

from desirepath.core.estimate import Estimate, NoEstimate
from desirepath.stats.discrimination import auc, brier, gain, reliability


@given(
    st.lists(
        st.tuples(st.sampled_from([0.1, 0.2, 0.2, 0.5, 0.7, 0.9]), st.booleans()), min_size=2, max_size=40
    )
)
def test_auc_counts_pairs_and_ties_as_halves(rows: list[tuple[float, bool]]) -> None:
    told, came = np.array([p for p, _ in rows]), np.array([y for _, y in rows])
    found = auc(told, came, as_of=0, needed=2)
    if min(came.sum(), (~came).sum()) < 2:
        assert isinstance(found, NoEstimate)
        return
    pairs = [1.0 if a > b else 0.5 if a == b else 0.0 for a, b in product(told[came], told[~came])]
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(np.mean(pairs))
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_auc_and_brier_are_those_of_scikit_learn() -> None:
    rng = np.random.default_rng(5)
    came = rng.random(500) < 0.3
    told = np.clip(0.3 + 0.2 * (came - 0.3) + rng.normal(0, 0.15, 500), 0.01, 0.99).round(2)
    found = auc(told, came, as_of=0)
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(roc_auc_score(came, told))
    assert brier(told, came) == pytest.approx(brier_score_loss(came, told))


def test_the_interval_of_auc_holds_the_truth_nineteen_times_in_twenty() -> None:
    from statistics import NormalDist

    rng = np.random.default_rng(8)
    truth, held = NormalDist().cdf(1 / 2**0.5), 0  # two normals one apart
    for _ in range(400):
        came = np.arange(150) < 50
        found = auc(rng.normal(came.astype(float), 1.0), came, as_of=0)
        assert isinstance(found, Estimate)
        held += found.low <= truth <= found.high
    assert 365 <= held <= 398, held


def test_guessing_gains_nothing_and_knowing_does() -> None:
    rng = np.random.default_rng(2)
    p = rng.beta(1, 4, 3_000)
    came = rng.random(3_000) < p
    knows, guesses = gain(p, 0.2, came, as_of=0), gain(rng.permutation(p), 0.2, came, as_of=0)
    assert isinstance(knows, Estimate)
    assert isinstance(guesses, Estimate)
    assert knows.low > 0 > guesses.high
    tenths = reliability(p, came, as_of=0)
    assert sum(b.n for b in tenths) == 3_000
    held = sum(isinstance(b.came, Estimate) and b.came.low <= b.forecast <= b.came.high for b in tenths)
    assert held >= 8


def test_equal_forecasts_share_a_bin() -> None:
    told = np.repeat([0.1, 0.4], [90, 30])
    bins = reliability(told, np.arange(120) % 4 == 0, as_of=0)
    assert [b.n for b in bins] == [90, 30]
    assert reliability(np.empty(0), np.empty(0, bool), as_of=0) == ()
