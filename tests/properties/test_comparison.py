"""Comparisons: each side says what the measures themselves say; chance alone is seldom called a difference."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desirepath.core.estimate import Estimate
from desirepath.core.times import TimeRange
from desirepath.journey.promises import PromiseRows
from desirepath.measure.comparison.ask import comparison
from desirepath.measure.comparison.comparables import Side, chosen
from desirepath.measure.comparison.side_rows import SideRows
from desirepath.measure.effort import effort
from desirepath.measure.inputs import ScoreRows
from desirepath.measure.promises.kept import promises
from desirepath.measure.stages import stages
from tests.by_hand import Shop, random_shop
from tests.simulated import World, simulated


def everyone(shop: Shop) -> Side:
    return Side("everyone", np.ones(shop.trails.events + 1, bool))


def halves(shop: Shop, seed: int, share: float = 0.5) -> tuple[Side, Side]:
    """Two sides by lot, customer by customer."""
    lot = np.random.default_rng(seed).random(shop.trails.customers) < share
    held = np.append(np.repeat(lot, np.diff(shop.trails.offset)), False)
    return Side("one", held), Side("the other", ~held)


def rows_of(shop: Shop, **more: object) -> SideRows:
    return SideRows(shop.journey, shop.visits, shop.trails, as_of=shop.as_of, **more)  # type: ignore[arg-type]


def scored(shop: Shop, seed: int) -> ScoreRows:
    draw = np.random.default_rng(seed)
    at = np.flatnonzero(draw.random(shop.trails.events) < 0.4)
    kinds = ["nps", "csat", "ces"]
    return ScoreRows(at, draw.integers(0, 11, len(at)) / 10, [kinds[i] for i in draw.integers(0, 3, len(at))])


@settings(max_examples=15)
@given(st.integers(0, 10_000))
def test_everyone_is_what_the_measures_say_of_everyone(seed: int):
    shop = random_shop(seed, 90)
    rows, side = rows_of(shop), everyone(shop)
    known = stages(shop.journey, shop.visits, as_of=shop.as_of, trails=shop.trails)
    for one in rows.measurables:
        found = rows.found(one, side)
        if one.family == "rate":
            told = known[one.subject]
            assert found.n == told.rated
            if isinstance(told.rate, Estimate):
                assert found.part is not None
                assert found.part.value == pytest.approx(told.rate.value)
        elif one.family == "eventual":
            told = known[one.subject]
            if isinstance(told.eventually, Estimate) and found.part is not None:
                assert found.part.value == pytest.approx(told.eventually.value)
                assert found.n == told.eventually.n
        elif one.family == "ease":
            told_ease = {e.stage: e for e in effort(shop.journey, shop.visits, shop.trails, as_of=shop.as_of)}
            assert found.n == told_ease[one.subject].meetings
            if isinstance(told_ease[one.subject].ease, Estimate):
                assert found.part is not None
                assert found.part.value == pytest.approx(told_ease[one.subject].ease.value)
        if found.part is not None and len(found.part.clusters):
            assert found.customer.tolist() == found.part.clusters.tolist()


@settings(max_examples=15)
@given(st.integers(0, 10_000))
def test_two_sides_share_out_the_rows(seed: int):
    shop = random_shop(seed, 60)
    rows = rows_of(shop, scores=scored(shop, seed))
    a, b = halves(shop, seed)
    for one in rows.measurables:
        if not one.of_rows:
            continue
        n = [rows.found(one, side).n for side in (a, b, everyone(shop))]
        assert n[0] + n[1] == n[2], one.id
        mine, theirs = (rows.found(one, side).customer for side in (a, b))
        assert not set(mine.tolist()) & set(theirs.tolist())


@settings(max_examples=10)
@given(st.integers(0, 10_000))
def test_a_side_against_itself_differs_in_nothing(seed: int):
    shop = random_shop(seed, 120)
    rows = rows_of(shop, scores=scored(shop, seed))
    a, _ = halves(shop, seed)
    found = comparison(rows, a, a, rows.measurables)
    assert found.beyond == ()
    assert found.both == len(found.a_customers)
    for one in found.rows:
        if isinstance(one.difference, Estimate):
            assert one.difference.value == 0
            assert one.difference.low <= 0 <= one.difference.high
    nobody = comparison(rows, a, a, rows.measurables, apart_only=True)
    assert (len(nobody.a_customers), nobody.compared) == (0, 0)


def test_where_a_lot_decides_few_are_called_beyond_chance():
    """50 worlds, some 60 measures each, sides by lot: at most one world in twenty, give or take, has any."""
    wrong, judged, missed = 0, 0, 0
    for seed in range(50):
        shop = simulated(seed, World(customers=500))
        rows = rows_of(shop)
        found = comparison(rows, *halves(shop, seed, 0.4), rows.measurables)
        wrong += bool(found.beyond)
        known = [one.difference for one in found.rows if isinstance(one.difference, Estimate)]
        judged += len(known)
        missed += sum(not d.low <= 0 <= d.high for d in known)
    assert judged > 500
    assert wrong <= 7  # P(more than 7 of 50 at a rate of 0.05) is 0.003
    assert 0.02 < missed / judged < 0.08  # nominally 0.05


def test_a_planted_stumble_shows_in_the_rate():
    """Where touchpoint 2 costs 60 points, the rate of all is lower by what those who met it lost."""
    shop, plain = (
        simulated(7, World(customers=1500, effect=((2, -0.6),))),
        simulated(7, World(customers=1500)),
    )
    good, bad = (rows_of(one).found(rows_of(one).measurables[0], everyone(one)) for one in (plain, shop))
    assert good.part is not None
    assert bad.part is not None
    assert good.part.value - bad.part.value > 0.05


def test_a_promise_and_its_sides():
    shop = random_shop(3, 80)
    n = shop.trails.events
    draw = np.random.default_rng(1)
    at = np.sort(draw.choice(n, min(60, n), replace=False))
    customer = np.searchsorted(shop.trails.offset, at, side="right") - 1
    opened = shop.trails.ts[at]
    in_time = draw.random(len(at)) < 0.7
    closed = opened + np.where(in_time, 1, 3) * 86_400_000_000
    rows = PromiseRows(
        promise=np.zeros(len(at), np.int16), customer=customer.astype(np.int32), event=shop.trails.event[at],
        opened=opened, due=opened + 2 * 86_400_000_000, closed=closed, closing_event=np.full(len(at), -1),
        voided=np.full(len(at), -(2**63)),
    )  # fmt: skip
    journey = shop.journey.model_copy(update={"promises": (_promise(),), "version": shop.journey.version})
    known = promises(journey, rows, as_of=shop.as_of)[0]
    of = SideRows(
        journey, shop.visits, shop.trails, as_of=shop.as_of, promises=rows, promise_at=at.astype(np.int64)
    )
    one = chosen(of.measurables, ["promise"])[0]
    found = of.found(one, everyone(shop))
    assert found.n == known.due
    assert isinstance(known.kept, Estimate)
    assert found.part is not None
    assert found.part.value == pytest.approx(known.kept.value)
    middle = int(np.median(opened))
    early, late = (
        of.found(one, Side("part", np.ones(n + 1, bool), period))
        for period in (TimeRange(end=middle), TimeRange(start=middle))
    )
    assert early.n + late.n == known.due


def _promise():  # type: ignore[no-untyped-def]
    from datetime import timedelta

    from desirepath.journey.definition import Promise
    from tests.by_hand import rule

    return Promise(id="soon", label="Soon", opens=rule(), closes=rule(), within=timedelta(days=2))


def test_customers_on_both_sides_can_be_taken_out():
    shop = random_shop(5, 120)
    rows = rows_of(shop)
    middle = int(np.median(shop.visits.entered))
    early, late = (
        Side(name, np.ones(shop.trails.events + 1, bool), period)
        for name, period in (("early", TimeRange(end=middle)), ("late", TimeRange(start=middle)))
    )
    kept = comparison(rows, early, late, rows.measurables)
    apart = comparison(rows, early, late, rows.measurables, apart_only=True)
    assert kept.both > 0
    assert apart.both == kept.both
    assert len(apart.a_customers) == len(kept.a_customers) - kept.both
    for one in apart.rows:
        if one.measure.family == "rate":
            assert not set(one.a_customers.tolist()) & set(one.b_customers.tolist())


def test_unknown_names_are_refused():
    shop = random_shop(5, 20)
    with pytest.raises(KeyError, match="rat"):
        chosen(rows_of(shop).measurables, ["rate", "rat"])
    assert all(math.isnan(one.q) for one in comparison(
        rows_of(shop), *halves(shop, 1), rows_of(shop).measurables).rows if not one.difference.known)  # fmt: skip
