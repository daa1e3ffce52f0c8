"""Forecasts: a planted sign is found, chance is called chance, and what cannot be told is not."""

from __future__ import annotations

import numpy as np
import pytest

from desirepath.core.estimate import Estimate
from desirepath.core.times import DAY
from desirepath.measure.answers import Contract
from desirepath.measure.forecast.ask import ForecastAnswer, Kind, forecast
from desirepath.measure.forecast.features import Moment

CONTRACT = Contract("?", "", "", 0, "v")
NAMES = ("sign", "noise", "always the same")


def crowd(at: int, n: int, weight: float, plain: float = -1.5) -> Moment:
    """So many customers; it comes by a logistic law in the sign, if `weight` says so."""
    rng = np.random.default_rng(at // DAY + 1000)
    sign, noise = rng.normal(size=n), rng.normal(size=n)
    came = rng.random(n) < 1 / (1 + np.exp(-(plain + weight * sign)))
    features = np.stack([sign, noise, np.ones(n)], axis=1).astype(np.float32)
    return Moment(at, np.arange(n), features, came)


def asked(
    weight: float, *, n: int = 1_500, plain: float = -1.5, kind: Kind = "logistic", known: int = 300 * DAY
) -> ForecastAnswer:
    return forecast(
        lambda at, step: crowd(at, n, weight, plain), NAMES, what="purchase", kind=kind, known=known,
        horizon=30 * DAY, begin=0, most_moments=3, customers=n, contract=CONTRACT,
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["logistic", "boosted"])
def test_a_planted_sign_is_found_and_means_what_it_says(kind: Kind) -> None:
    found = asked(1.5, kind=kind)
    one = found.judged
    assert one is not None
    assert one.better
    assert isinstance(one.auc, Estimate)
    assert one.auc.low > 0.7
    first = one.drivers[0]
    assert (first.name, first.up) == ("sign", True)
    assert "always the same" not in [d.name for d in one.drivers]
    held = [isinstance(b.came, Estimate) and b.came.low <= b.forecast <= b.came.high for b in one.bins]
    assert sum(held) >= 8
    assert found.probability.sum() == pytest.approx(crowd(300 * DAY, 1_500, 1.5).came.sum(), rel=0.2)


def test_chance_is_called_chance() -> None:
    better = [asked(0.0, n=600, known=(300 + 7 * k) * DAY).judged for k in range(12)]
    assert sum(one is not None and one.better for one in better) <= 2


def test_the_same_data_give_the_same_forecast() -> None:
    np.testing.assert_array_equal(asked(1.0, n=500).probability, asked(1.0, n=500).probability)
    one, other = (asked(1.0, n=500, kind="boosted").probability for _ in range(2))
    np.testing.assert_array_equal(one, other)


def test_what_is_judged_comes_after_all_that_was_learnt() -> None:
    one = asked(1.0).judged
    assert one is not None
    assert one.at + 30 * DAY == 300 * DAY
    assert all(moment + 30 * DAY <= one.at for moment in one.moments)


def test_too_little_teaches_nothing() -> None:
    few = asked(1.0, n=100)
    assert few.judged is None
    assert few.why is not None
    assert few.why.reason == "too_few"
    assert np.isnan(few.probability).all()
    never = asked(0.0, plain=-60.0)
    assert never.why is not None
    assert "only 0" in never.why.detail
    short = asked(1.0, known=80 * DAY)
    assert short.why is not None
    assert short.why.reason == "not_known_yet"
    nobody = asked(1.0, n=0)
    assert nobody.why is not None
    assert not len(nobody.probability)
