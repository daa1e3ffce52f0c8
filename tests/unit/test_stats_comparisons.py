"""Stratified differences and false discovery against published tables, other programs and slow twins."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desirepath.stats.false_discovery import adjusted
from desirepath.stats.stratified import mantel_haenszel, two_sided_p

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "statistics" / "shares.json").read_text("utf-8"))


def rows_of(tables: list[tuple[int, int, int, int]]) -> tuple[np.ndarray, ...]:
    """(met, succeeded, stratum) of 2×2 tables given as (hits, n, other hits, other n)."""
    met, won, stratum = [], [], []
    for s, (a, m, b, n) in enumerate(tables):
        met += [True] * m + [False] * n
        won += [True] * a + [False] * (m - a) + [True] * b + [False] * (n - b)
        stratum += [s] * (m + n)
    return np.array(met), np.array(won), np.array(stratum)


def sato_error(tables: list[tuple[int, int, int, int]]) -> float:
    """Sato (1989), for rows that are independent."""
    weight = top = p = q = 0.0
    for a, m, b, n in tables:
        t = m + n
        weight += m * n / t
        top += (a * n - b * m) / t
        p += (m**2 * b - n**2 * a + m * n * (n - m) / 2) / t**2
        q += (a * (n - b) + b * (m - a)) / (2 * t)
    return math.sqrt(top / weight * p + q) / weight


def test_two_strata_worked_by_hand():
    # Differences 0.2 (weight 20×20/40 = 10) and 0.1 (weight 10×40/50 = 8): (2 + 0.8) / 18.
    met, won, stratum = rows_of([(8, 20, 4, 20), (3, 10, 8, 40)])
    found = mantel_haenszel(met, won, stratum, np.arange(len(met)))
    assert found.value == pytest.approx(2.8 / 18)
    assert (found.met, found.compared) == (30, 60)


@pytest.mark.parametrize(
    "tables",
    [
        [(80, 200, 40, 200), (30, 100, 80, 400)],  # few large strata
        [(s % 2, 1, (s // 2) % 2, 1) for s in range(400)],  # many pairs
        [(s % 3 % 2 + s % 2, 2, s % 4, 5) for s in range(120)],  # many small ones
    ],
)
def test_with_independent_rows_the_error_is_about_satos(tables: list[tuple[int, int, int, int]]):
    met, won, stratum = rows_of(tables)
    found = mantel_haenszel(met, won, stratum, np.arange(len(met)))
    assert found.error == pytest.approx(sato_error(tables), rel=0.06)


def test_pairs_have_exactly_the_error_of_paired_differences():
    draw = np.random.default_rng(5)
    a, b = draw.random(300) < 0.5, draw.random(300) < 0.3
    met, won, stratum = rows_of([(int(x), 1, int(y), 1) for x, y in zip(a, b, strict=True)])
    d = a.astype(float) - b
    found = mantel_haenszel(met, won, stratum, np.arange(600))
    assert found.value == pytest.approx(d.mean())
    # The pair's two rows carry half of its influence each: as two clusters they sum to the pair's own variance.
    assert found.error == pytest.approx(math.sqrt(((d - d.mean()) ** 2).sum()) / 300, rel=2e-3)


def test_it_is_the_regression_with_stratum_effects_and_clustered_errors_of_statsmodels():
    g = GOLDEN["regression"]
    met, won = np.array(g["met"], bool), np.array(g["won"], bool)
    found = mantel_haenszel(met, won, np.array(g["stratum"]), np.array(g["cluster"]))
    assert found.value == pytest.approx(g["value"], abs=1e-12)
    assert found.error == pytest.approx(g["error"], rel=0.03)  # small-sample terms only


def test_a_stratum_without_both_says_nothing():
    met, won, stratum = rows_of([(8, 20, 4, 20), (50, 50, 0, 0), (0, 0, 3, 9)])
    with_them = mantel_haenszel(met, won, stratum, np.arange(len(met)))
    met, won, stratum = rows_of([(8, 20, 4, 20)])
    assert with_them == mantel_haenszel(met, won, stratum, np.arange(len(met)))
    nothing = mantel_haenszel(np.ones(4, bool), np.ones(4, bool), np.zeros(4, int), np.arange(4))
    assert math.isnan(nothing.value)
    assert math.isnan(nothing.p)


def test_customers_who_come_twice_are_not_two_customers():
    met, won, stratum = rows_of([(8, 20, 4, 20)])
    once = mantel_haenszel(met, won, stratum, np.arange(40))
    twice = mantel_haenszel(np.tile(met, 2), np.tile(won, 2), np.tile(stratum, 2), np.tile(np.arange(40), 2))
    assert twice.value == pytest.approx(once.value)
    assert twice.error == pytest.approx(once.error, rel=0.02)


def test_p_is_students_and_then_normal():
    assert two_sided_p(2.262157, 1.0, 9) == pytest.approx(0.05, abs=1e-6)
    assert two_sided_p(-1.959964, 1.0, 1e7) == pytest.approx(0.05, abs=1e-6)
    assert math.isnan(two_sided_p(1.0, 0.0, 9))


def test_the_fifteen_p_values_of_the_paper():
    # Benjamini & Hochberg (1995), section 3.2: four of the fifteen are beyond chance at 0.05.
    q = adjusted(GOLDEN["p"])
    assert np.allclose(q, GOLDEN["adjusted"], atol=1e-9)
    assert (q <= 0.05).sum() == 4


@given(st.lists(st.floats(0, 1), max_size=30))
def test_adjusting_keeps_the_order_and_never_lowers(p: list[float]):
    q = adjusted(p)
    for i, one in enumerate(p):
        assert one - 1e-12 <= q[i] <= 1
        # The definition: the least, over all cuts at or above it, of (cut × number asked / number at or below).
        cuts = [cut for cut in p if cut >= one]
        slow = min(min(cut * len(p) / sum(x <= cut for x in p), 1.0) for cut in cuts)
        assert q[i] == pytest.approx(max(slow, one))


def test_what_was_not_compared_neither_counts_nor_gets_an_answer():
    q = adjusted([0.01, math.nan, 0.04])
    assert q[0] == pytest.approx(0.02)
    assert math.isnan(q[1])
    assert q[2] == pytest.approx(0.04)
