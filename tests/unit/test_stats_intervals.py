"""Intervals against published examples, other programs, and their own promise: how often they hold the truth."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom

from desirepath.core.estimate import Estimate, NoEstimate
from desirepath.stats.intervals import (
    clustered_proportion,
    difference,
    mean,
    net_score,
    poisson_ratio,
    product,
    proportion,
    quantile,
    quantile_ranks,
    t_of,
    wilson,
    z_of,
)

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "statistics" / "shares.json").read_text("utf-8"))


def some(measured: Estimate | NoEstimate) -> Estimate:
    assert isinstance(measured, Estimate), measured
    return measured


@pytest.mark.parametrize(("successes", "n", "low", "high"), GOLDEN["wilson"])
def test_wilson_is_the_one_of_statsmodels(successes: int, n: int, low: float, high: float):
    assert wilson(successes, n) == pytest.approx((low, high), abs=1e-9)


# Newcombe (1998), Statistics in Medicine 17:857–872, table I, method 3, and 17:873–890, table II, method 10.
@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)],
)
def test_wilson_gives_the_published_ends(successes: int, n: int, low: float, high: float):
    assert wilson(successes, n) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("a", "m", "b", "n", "low", "high"),
    [(56, 70, 48, 80, 0.0524, 0.3339), (9, 10, 3, 10, 0.1705, 0.8090), (10, 10, 0, 20, 0.6791, 1.0)],
)
def test_newcombe_gives_the_published_ends(a: int, m: int, b: int, n: int, low: float, high: float):
    one = some(difference(a, m, b, n, as_of=0, needed=1))
    assert (one.low, one.high) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(("a", "m", "b", "n", "low", "high"), GOLDEN["newcombe"])
def test_newcombe_is_the_one_of_statsmodels(a: int, m: int, b: int, n: int, low: float, high: float):
    one = some(difference(a, m, b, n, as_of=0, needed=1))
    assert (one.low, one.high) == pytest.approx((low, high), abs=1e-9)


@pytest.mark.parametrize("n", [20, 50, 200])
def test_wilson_holds_the_truth_about_as_often_as_it_says(n: int):
    k = np.arange(n + 1)
    ends = np.array([wilson(int(i), n) for i in k])
    cover = [
        float(binom.pmf(k, n, p)[(ends[:, 0] <= p) & (p <= ends[:, 1])].sum())
        for p in np.linspace(0.02, 0.98, 97)
    ]
    assert min(cover) > 0.82  # Brown, Cai & DasGupta (2001): it dips near the ends, never far
    assert 0.945 < np.mean(cover) < 0.965


def test_a_share_of_too_few_is_no_share():
    assert proportion(3, 19, as_of=0) == NoEstimate("too_few", 19, 20, "n 19 of 20")
    assert proportion(0, 0, as_of=0, needed=0) == NoEstimate("too_few", 0, 0, "n 0 of 0")


def test_none_of_twenty_is_zero_with_doubt_and_not_a_missing_answer():
    one = some(proportion(0, 20, as_of=5))
    assert (one.value, one.low, one.n, one.as_of) == (0.0, 0.0, 20, 5)
    assert one.high > 0.15


def test_rows_of_one_customer_count_as_less_than_as_many_customers():
    customer = np.repeat(np.arange(100), 10)
    alike = np.repeat(np.arange(100) % 4 == 0, 10)
    mixed = np.tile(np.arange(10) < 5, 100)
    whole = some(clustered_proportion(alike, customer, as_of=0))
    # Ten rows that always agree say what one says.
    assert (whole.low, whole.high) == pytest.approx(wilson(25, 100), abs=0.002)
    assert whole.n == 1000
    # Rows that agree less than chance would have it are never taken to say more than they are.
    steady = some(clustered_proportion(mixed, customer, as_of=0))
    assert (steady.low, steady.high) == pytest.approx(wilson(500, 1000))


def test_few_customers_with_many_rows_are_too_few():
    few = clustered_proportion(np.ones(500, bool), np.arange(500) % 6, as_of=0)
    assert few == NoEstimate("too_few", 6, 20, "n 6 of 20")


def test_the_mean_is_students():
    # Student's sleep data (1908), the differences between two drugs: t = 4.062 on 9 degrees.
    hours = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4]
    one = some(mean(hours, as_of=0, needed=2))
    assert one.value == pytest.approx(1.58)
    assert (one.low, one.high) == pytest.approx((0.7001, 2.4599), abs=5e-5)


def test_t_becomes_normal():
    assert t_of(0.95, 1e6) == z_of(0.95) == pytest.approx(1.959964, abs=1e-6)
    assert t_of(0.95, 9) == pytest.approx(2.262157, abs=1e-6)


def test_the_interval_of_a_median_lies_between_two_values_that_occurred():
    # Conover's rule at n = 20: ranks 6 and 15 (P = 0.0207 in each tail).
    one = some(quantile(range(1, 21), 0.5, as_of=0))
    assert (one.value, one.low, one.high) == (10, 6, 15)


@pytest.mark.parametrize("p", [0.25, 0.5, 0.75])
@pytest.mark.parametrize("n", [20, 37, 200])
def test_a_quantiles_interval_holds_the_truth_at_least_as_often_as_it_says(n: int, p: float):
    one = some(quantile(np.arange(1, n + 1), p, as_of=0))
    low, high = int(one.low), int(one.high)
    # The true quantile lies between ranks low and high when low ≤ B < high.
    cover = binom.cdf(high - 1, n, p) - binom.cdf(low - 1, n, p)
    assert 0.95 <= cover < 0.99


def test_a_quantile_too_near_the_end_says_how_many_it_takes():
    one = quantile(range(20), 0.9, as_of=0)
    assert isinstance(one, NoEstimate)
    assert one.needed == 36  # 0.9**35 > 0.025 ≥ 0.9**36
    assert isinstance(quantile(range(60), 0.9, as_of=0), Estimate)


def test_twenty_promoters_of_twenty_still_leave_doubt():
    one = some(net_score(20, 0, 20, as_of=0))
    assert one.value == one.high == 1.0
    assert one.low < 0.8


def test_the_net_score_uses_the_variance_of_a_difference_within_one_sample():
    # Large n: the added three answers do not matter, variance is P + D − (P − D)².
    one = some(net_score(5_000, 2_000, 10_000, as_of=0))
    spread = 1.959964 * math.sqrt((0.5 + 0.2 - 0.3**2) / 10_000)
    assert one.value == 0.3
    assert (one.low, one.high) == pytest.approx((0.3 - spread, 0.3 + spread), abs=2e-4)


def test_a_net_score_of_zero_is_a_score():
    assert some(net_score(10, 10, 40, as_of=0)).value == 0.0


def test_a_product_is_at_least_as_doubtful_as_its_parts():
    rate = Estimate(0.4, 0.35, 0.46, 300, "wilson", 7)
    value = Estimate(50.0, 45.0, 55.0, 120, "t", 7)
    stake = some(product(rate, value, 10))
    assert stake.value == pytest.approx(200)
    assert (stake.low, stake.high) == pytest.approx(
        (200 - 10 * math.hypot(2.5, 2), 200 + 10 * math.hypot(3, 2))
    )
    assert stake.n == 120
    none = NoEstimate("too_few", 3, 20)
    assert product(rate, none) is none


def test_spend_per_customer_is_less_sure_with_fewer_customers():
    one = some(poisson_ratio(1_000.0, 25, as_of=0))
    # Garwood's exact interval of a count of 25: 16.18 to 36.90.
    assert (one.value, one.low, one.high) == pytest.approx((40, 1000 / 36.90, 1000 / 16.18), rel=1e-3)


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_the_ranks_of_a_quantile_are_those_that_looking_at_every_rank_finds(level: float):
    from scipy.special import bdtr

    half = (1 - level) / 2
    for n in (20, 21, 57, 400, 3_001):
        every = bdtr(np.arange(n + 1), n, 0.5), bdtr(np.arange(n + 1), n, 0.9)
        for p, below in zip((0.5, 0.9), every, strict=True):
            lows, highs = np.flatnonzero(below <= half), np.flatnonzero(below >= 1 - half)
            found = quantile_ranks(n, p, level=level)
            if not len(lows) or not len(highs) or highs[0] + 1 > n:
                assert not isinstance(found, tuple)
            else:
                assert found == (max(1, math.ceil(round(n * p, 9))), lows[-1] + 1, highs[0] + 1)
