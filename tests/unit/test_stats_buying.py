"""The models of buying, against the published figures, another program, and their definitions."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from desirepath.stats.bg_nbd import BgNbd
from desirepath.stats.buying import Histories, discounted, expected, fit_buying, kinds
from desirepath.stats.gamma_gamma import expected_worth, fit_gamma_gamma
from desirepath.stats.likelihood import delta, error_of
from desirepath.stats.pareto_nbd import ParetoNbd
from desirepath.stats.shifted_beta_geometric import expected_renewals, fit_sbg, survival
from tests.twins.buying import gamma_gamma_likelihood, sbg_by_hand

GOLDEN = json.loads((Path(__file__).parents[1] / "golden/oracles/lifetimes/made_up.json").read_text())
DAYS = {name: np.array(values, np.int64) for name, values in GOLDEN["days"].items()}
MODELS = {"bg_nbd": BgNbd(), "pareto_nbd": ParetoNbd()}


@pytest.fixture(scope="module")
def histories() -> tuple[Histories, np.ndarray]:
    return kinds(DAYS["again"], DAYS["last"], DAYS["age"], 7.0)


def test_customers_who_are_alike_are_counted_not_repeated(histories: tuple[Histories, np.ndarray]) -> None:
    found, kind = histories
    assert found.customers == len(DAYS["again"]) > len(found)
    np.testing.assert_array_equal(found.again[kind], DAYS["again"])
    np.testing.assert_allclose(found.last[kind] * 7, DAYS["last"])
    np.testing.assert_allclose(found.age[kind] * 7, DAYS["age"])


@pytest.mark.parametrize("name", MODELS)
def test_parameters_are_those_of_lifetimes(name: str, histories: tuple[Histories, np.ndarray]) -> None:
    fit = fit_buying(MODELS[name], histories[0])
    assert fit.sound
    np.testing.assert_allclose(fit.params, GOLDEN[name]["params"], rtol=2e-3)
    # Ours is the top: theirs is no likelier.
    assert (
        MODELS[name].likelihood(histories[0])(np.array(GOLDEN[name]["params"]))[0] < fit.log_likelihood + 1e-9
    )


@pytest.mark.parametrize("name", MODELS)
def test_given_the_parameters_every_customer_is_told_as_by_lifetimes(
    name: str, histories: tuple[Histories, np.ndarray]
) -> None:
    found, kind = histories
    params, model, theirs = np.array(GOLDEN[name]["params"]), MODELS[name], GOLDEN[name]
    np.testing.assert_allclose(model.alive(params, found)[kind], theirs["alive"], rtol=1e-6)
    np.testing.assert_allclose(
        expected(model, params, found, GOLDEN["ahead"])[kind], theirs["expected"], rtol=1e-6
    )
    np.testing.assert_allclose(
        model.expected_of_new(params, np.array([1.0, 13.0, 52.0])), theirs["new"], rtol=1e-6
    )


def test_the_worth_of_a_purchase_is_that_of_lifetimes() -> None:
    theirs = GOLDEN["gamma_gamma"]
    times, worth = DAYS["again"].astype(float), DAYS["worth"].astype(float)
    some = times > 0
    fit = fit_gamma_gamma(times[some], worth[some])
    scale = np.array([1, 1, 100.0])  # they were asked in whole euros, we ask in cents
    np.testing.assert_allclose(fit.params, np.array(theirs["params"]) * scale, rtol=2e-3)
    ours = expected_worth(np.array(theirs["params"]) * scale, times, worth)
    np.testing.assert_allclose(ours / 100, theirs["worth"], rtol=1e-8)


def test_a_contract_ends_as_fader_and_hardie_published_it() -> None:
    # Fader & Hardie (2007), "Regular" customers: percent still there after 0 … 7 years; fitted to all seven.
    still = np.array([100, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1])
    fit = fit_sbg(-np.diff(still) * 10, np.append(np.zeros(6), still[-1] * 10))
    assert [round(p, 3) for p in fit.params] == [0.704, 1.182]
    np.testing.assert_allclose(survival(fit.params, np.arange(8.0)), sbg_by_hand(*fit.params, 7), rtol=1e-12)


def test_renewals_to_come_are_the_shares_that_stay_of_those_who_stayed() -> None:
    still = sbg_by_hand(0.7, 1.2, 30)
    told = expected_renewals(np.array([0.7, 1.2]), np.array([0.0, 4.0]), 10, keep=0.9)
    for now, got in zip((0, 4), told, strict=True):
        by_hand = sum(0.9**k * still[now + k] / still[now] for k in range(1, 11))
        assert got == pytest.approx(by_hand)


@pytest.mark.parametrize("name", MODELS)
def test_the_gradient_is_the_slope(name: str, histories: tuple[Histories, np.ndarray]) -> None:
    likely = MODELS[name].likelihood(histories[0])
    at = np.array(GOLDEN[name]["params"]) * [1.2, 0.7, 1.5, 0.8]
    slope = approx_fprime(at, lambda p: likely(p)[0], 1e-7 * at)
    np.testing.assert_allclose(likely(at)[1], slope, rtol=1e-3, atol=1e-2)


def test_a_density_of_means_integrates_what_customers_are_like() -> None:
    from desirepath.stats.gamma_gamma import _likelihood

    for times, mean in ((1, 8.0), (4, 30.0), (25, 12.0)):
        ours = _likelihood(np.array([float(times)]), np.array([mean]))(np.array([2.5, 3.1, 14.0]))[0]
        assert math.exp(ours) == pytest.approx(gamma_gamma_likelihood(2.5, 3.1, 14.0, times, mean), rel=1e-6)


def test_without_a_mean_there_is_no_expected_worth() -> None:
    # q ≤ 1: the mean over customers has no bound; who has bought much enough is known all the same.
    worth = expected_worth(np.array([2.0, 0.8, 10.0]), np.array([0.0, 3.0]), np.array([0.0, 9.0]))
    assert math.isnan(worth[0])
    assert worth[1] == pytest.approx(2.0 * (10 + 27) / (6 + 0.8 - 1))


def test_a_single_purchase_each_holds_no_parameter_and_says_so() -> None:
    once = Histories(np.zeros(3), np.zeros(3), np.array([10.0, 20.0, 30.0]), np.array([40.0, 40.0, 40.0]))
    fit = fit_buying(BgNbd(), once)
    assert not fit.sound
    assert fit.ran_away or fit.covariance is None


@pytest.mark.parametrize("name", MODELS)
def test_a_search_from_a_part_ends_where_a_search_from_afar_does(
    name: str, monkeypatch: pytest.MonkeyPatch, histories: tuple[Histories, np.ndarray]
) -> None:
    whole = fit_buying(MODELS[name], histories[0])
    monkeypatch.setattr("desirepath.stats.buying._PART", 100)
    part = fit_buying(MODELS[name], histories[0])
    np.testing.assert_allclose(part.params, whole.params, rtol=1e-5)
    assert part.sound


def test_intervals_of_the_parameters_hold_the_truth_nineteen_times_in_twenty() -> None:
    rng = np.random.default_rng(7)
    held = {"gamma": 0, "q": 0}
    for _ in range(100):
        times = rng.integers(1, 9, 400).astype(float)
        nu = rng.gamma(3.5, 1 / 14.0, 400)
        mean = rng.gamma(5.0 * times, 1 / (nu * times))
        fit = fit_gamma_gamma(times, mean)
        for name, truth in (("gamma", 14.0), ("q", 3.5)):
            low, high = fit.interval(name)
            held[name] += low <= truth <= high
    assert all(88 <= k <= 100 for k in held.values()), held


def test_the_delta_method_knows_a_slope(histories: tuple[Histories, np.ndarray]) -> None:
    fit = fit_buying(BgNbd(), histories[0])
    values, slopes = delta(fit, lambda params: params)
    np.testing.assert_allclose(slopes, np.diag(values), rtol=1e-6, atol=1e-9)
    assert fit.covariance is not None
    np.testing.assert_allclose(error_of(fit, slopes), values * np.sqrt(np.diag(fit.covariance)), rtol=1e-6)


def test_a_discount_takes_off_what_comes_late() -> None:
    def steady(ahead: float) -> np.ndarray:
        return np.array([2.0 * ahead])  # two a week

    assert discounted(steady, 52, 0.0, 4) == pytest.approx([104.0])
    rate = math.log(1.1) / 52
    assert discounted(steady, 52, rate, 1)[0] == pytest.approx(2 * (1 - 1 / 1.1) / rate, rel=1e-4)


def test_where_customers_are_all_alike_a_shape_has_no_end_but_the_mean_is_known() -> None:
    rng = np.random.default_rng(3)
    age = rng.integers(100, 400, 3_000)
    gone = rng.exponential(26 * 7, 3_000)  # everybody leaves at the same rate
    rate = rng.gamma(0.6, 1 / 5.0, 3_000) / 7
    times, last = np.zeros(3_000, np.int64), np.zeros(3_000, np.int64)
    for i in range(3_000):
        at = np.unique(np.cumsum(rng.exponential(1 / rate[i], 400))[:400].astype(np.int64))
        at = at[(at > 0) & (at <= min(gone[i], age[i]))]
        times[i], last[i] = len(at), at[-1] if len(at) else 0
    fit = fit_buying(ParetoNbd(), kinds(times, last, age, 7.0)[0])
    assert fit.sound
    leaving = fit.params[2] / fit.params[3]  # the mean rate, per week
    assert leaving == pytest.approx(1 / 26, rel=0.15)
    if fit.alike:
        assert fit.alike == ("s",)


def test_a_model_of_a_homogeneous_crowd_is_told_apart_from_none() -> None:
    # Everybody buys at the same rate and never leaves: both shapes run to their ends, nothing overflows.
    rng = np.random.default_rng(11)
    times = rng.poisson(6, 800)
    last = np.where(times > 0, np.round(200 * rng.beta(np.maximum(times, 1), 1)), 0).astype(np.int64)
    found, _ = kinds(times.astype(np.int64), last, np.full(800, 200, np.int64), 7.0)
    fit = fit_buying(ParetoNbd(), found)
    assert fit.alike
    if fit.sound:
        told = expected(ParetoNbd(), fit.params, found, 200 / 7) @ found.count / 800
        assert told == pytest.approx(6, rel=0.1)
