"""The models of buying against their definitions, for any parameters and any customer."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desirepath.stats.bg_nbd import BgNbd
from desirepath.stats.buying import Histories, expected
from desirepath.stats.pareto_nbd import ParetoNbd
from tests.twins.buying import bg_nbd_ahead, bg_nbd_likelihood, pareto_nbd_ahead, pareto_nbd_parts

SHAPE = st.floats(0.2, 6.0)
SCALE = st.floats(0.5, 60.0)


@st.composite
def customers(draw: st.DrawFn) -> tuple[int, float, float]:
    """(again, last, age): one purchase, many, all at once, right at the end."""
    again = draw(st.one_of(st.just(0), st.integers(1, 12), st.integers(13, 150)))
    age = draw(st.floats(0.5, 200.0))
    share = draw(st.one_of(st.just(1.0), st.floats(0.001, 1.0)))
    return again, (share * age if again else 0.0), age


def one(again: int, last: float, age: float) -> Histories:
    return Histories(np.array([float(again)]), np.array([last]), np.array([age]), np.ones(1))


@settings(max_examples=60)
@given(SHAPE, SCALE, SHAPE, SHAPE, customers(), st.floats(0.1, 300.0))
def test_bg_nbd(
    r: float, alpha: float, a: float, b: float, who: tuple[int, float, float], ahead: float
) -> None:
    params, model = np.array([r, alpha, a, b]), BgNbd()
    twin = bg_nbd_likelihood(r, alpha, a, b, *who)
    if twin > 1e-290:
        assert model.likelihood(one(*who))(params)[0] == pytest.approx(math.log(twin), rel=1e-8, abs=1e-8)
        told = expected(model, params, one(*who), ahead)[0]
        assert told == pytest.approx(bg_nbd_ahead(r, alpha, a, b, *who, ahead), rel=1e-5, abs=1e-9)


@settings(max_examples=60)
@given(SHAPE, SCALE, SHAPE, SCALE, customers(), st.floats(0.1, 300.0))
def test_pareto_nbd(
    r: float, alpha: float, s: float, beta: float, who: tuple[int, float, float], ahead: float
) -> None:
    params, model = np.array([r, alpha, s, beta]), ParetoNbd()
    there, gone = pareto_nbd_parts(r, alpha, s, beta, *who)
    if there > 1e-290:
        likely = math.log(there + gone)
        assert model.likelihood(one(*who))(params)[0] == pytest.approx(likely, rel=1e-6, abs=1e-6)
        assert model.alive(params, one(*who))[0] == pytest.approx(there / (there + gone), rel=1e-5, abs=1e-12)
        told = expected(model, params, one(*who), ahead)[0]
        assert told == pytest.approx(pareto_nbd_ahead(r, alpha, s, beta, *who, ahead), rel=1e-5, abs=1e-9)


@given(SHAPE, SCALE, st.floats(0.2, 6.0), SHAPE, customers())
def test_more_time_is_never_fewer_purchases(
    r: float, alpha: float, a: float, b: float, who: tuple[int, float, float]
) -> None:
    params = np.array([r, alpha, a, b])
    for model in (BgNbd(), ParetoNbd()):
        told = [expected(model, params, one(*who), t)[0] for t in (0.0, 1.0, 10.0, 100.0, 1000.0)]
        assert told[0] == 0.0
        assert all(x <= y * (1 + 1e-9) for x, y in pairwise(told))


@given(SHAPE, SCALE, st.floats(-1e-7, 1e-7), SHAPE, customers())
def test_nothing_breaks_where_a_formula_would_divide_by_nought(
    r: float, alpha: float, near: float, b: float, who: tuple[int, float, float]
) -> None:
    for model in (BgNbd(), ParetoNbd()):
        at, beside = (
            expected(model, np.array([r, alpha, 1.0 + by, b]), one(*who), 26.0)[0] for by in (near, 2e-6)
        )
        assert at == pytest.approx(beside, rel=1e-4)


@pytest.mark.parametrize("again", [1, 5_000, 100_000])
def test_thousands_of_purchases_overflow_nothing(again: int) -> None:
    who = one(again, 90.0, 100.0)
    for model in (BgNbd(), ParetoNbd()):
        params = np.array([0.5, 5.0, 0.8, 10.0])
        value, slope = model.likelihood(who)(params)
        assert math.isfinite(value)
        assert np.isfinite(slope).all()
        assert 0 <= model.alive(params, who)[0] <= 1
        assert math.isfinite(expected(model, params, who, 52.0)[0])
