"""Friction against its slow twin; no more false alarms than it says; planted friction found."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desirepath.core.estimate import Estimate, NoEstimate
from desirepath.measure.friction.movements import movements
from desirepath.measure.friction.rank import exposed, friction
from desirepath.measure.lift.ask import ground, repeat_steps
from tests.by_hand import Shop, random_shop
from tests.simulated import KINDS, World, simulated
from tests.twins import friction as twin

FEW = 2  # visits that a thing takes here, so that small shops have many things


@settings(max_examples=12)
@given(st.integers(0, 10_000), st.sampled_from([20, 60, 100]))
def test_steps_loops_and_waits_are_those_of_looking_at_every_move(seed: int, customers: int):
    shop = random_shop(seed, customers)
    start, kinds = ground(shop.journey, shop.visits, shop.trails, as_of=shop.as_of), set()
    for stage, one in start.cohorts.items():
        again = repeat_steps(shop.journey, stage).tolist()
        slow = twin.movements(shop, stage, one.horizon, again, FEW)
        fast = {
            m.thing: m for m in movements(shop.journey, shop.visits, shop.trails, start, stage, needed=FEW)
        }
        assert fast.keys() == slow.keys()
        kinds |= {thing.kind for thing in slow}
        for thing, (expected, visits) in slow.items():
            found = fast[thing]
            who = {int(shop.visits.customer[v]) for v in visits}
            lost = {int(shop.visits.customer[v]) for v in visits if not start.won[v]}
            assert (found.customers, found.lost) == (len(who), len(lost))
            if isinstance(found.difference, NoEstimate):
                assert found.difference.reason == "on_the_way"
                continue
            assert found.difference.value == pytest.approx(expected.value, nan_ok=True)
            if not math.isnan(expected.value):
                assert found.difference.met == expected.met
                assert found.difference.freedom == expected.freedom
                if expected.error > 1e-12:
                    assert found.difference.error == pytest.approx(expected.error)
    assert customers < 100 or "step" in kinds


def test_such_shops_have_things_of_all_kinds():
    shop = random_shop(3, 300)
    start = ground(shop.journey, shop.visits, shop.trails, as_of=shop.as_of)
    kinds = {
        one.thing.kind
        for stage in start.cohorts
        for one in movements(shop.journey, shop.visits, shop.trails, start, stage, needed=FEW)
        if not math.isnan(getattr(one.difference, "value", math.nan))
    }
    assert kinds == {"step", "loop", "back", "wait"}


@settings(max_examples=12)
@given(st.integers(0, 10_000), st.booleans())
def test_the_customers_behind_a_thing_are_as_many_as_it_says(seed: int, split: bool):
    shop = random_shop(seed, 250)
    half = np.asarray(shop.visits.customer % 2 == 0)
    groups = {"even": half, "odd": ~half} if split else None
    answer = friction(shop.journey, shop.visits, shop.trails, as_of=shop.as_of, groups=groups)
    for one in (*answer.ranked, *answer.not_compared):
        where = groups[one.thing.group] if groups else None
        rows, lost = exposed(shop.journey, shop.visits, shop.trails, one.thing, as_of=shop.as_of, where=where)
        customer = shop.visits.customer[rows]
        assert (len(np.unique(customer)), len(np.unique(customer[lost]))) == (
            one.customers,
            one.customers_lost,
        )
        assert len(np.unique(rows)) == len(rows) >= one.met


def false_alarms(worlds: int, customers: int) -> tuple[int, list[bool]]:
    """(worlds in which anything was called beyond chance, for each comparison whether its interval missed 0)."""
    wrong, missed = 0, []
    for seed in range(worlds):
        shop = simulated(seed, World(customers=customers))
        answer = friction(shop.journey, shop.visits, shop.trails, as_of=shop.as_of)
        wrong += any(one.beyond_chance for one in answer.ranked)
        for one in answer.ranked:
            assert isinstance(one.difference, Estimate)
            missed.append(not one.difference.low <= 0 <= one.difference.high)
    return wrong, missed


def test_where_nothing_matters_hardly_anything_is_called_friction_or_delight():
    """Complete null, where the false discovery rate is that of any false alarm at all; ten touchpoints, 64 steps."""
    wrong, missed = false_alarms(60, 700)
    assert wrong <= 8  # P(more than 8 of 60 at a rate of 0.05) is 0.002
    assert len(missed) > 2000
    assert 0.02 < np.mean(missed) < 0.08  # nominally 0.05


def planted(seed: int) -> Shop:
    return simulated(seed, World(customers=2500, effect=((2, -0.3),)))


def test_planted_friction_comes_first_with_the_right_sign_and_an_interval_that_holds_it():
    """Touchpoint 2 costs 30 points: 12 worlds."""
    first, held, low = 0, 0, []
    for seed in range(200, 212):
        shop = planted(seed)
        answer = friction(shop.journey, shop.visits, shop.trails, as_of=shop.as_of)
        assert not answer.by_value, "nothing has a value here: successes rank"
        top = answer.friction[0]
        first += (top.thing.kind, top.thing.touchpoint) == ("touchpoint", 2) and top.rank == 1
        assert isinstance(top.difference, Estimate)
        assert isinstance(top.recoverable, Estimate)
        assert top.recoverable.value == pytest.approx(-top.difference.value * top.met)
        assert top.recoverable.low > 0
        low.append(top.difference.value)
        held += top.difference.low <= -0.3 <= top.difference.high
    assert first == 12
    assert held >= 9  # of 12 at 95 % each: fewer in 2 of 10,000
    assert np.mean(low) == pytest.approx(-0.3, abs=0.04)


@pytest.mark.parametrize("step", [(2, 3), (4, 4)])
def test_what_only_a_step_or_a_loop_costs_is_said_of_it(step: tuple[int, int]):
    """It costs 30 points: 8 worlds; in some of them few go there."""
    found, held, called = [], 0, 0
    for seed in range(300, 308):
        shop = simulated(seed, World(customers=2500, steps=((*step, -0.3),)))
        answer = friction(shop.journey, shop.visits, shop.trails, as_of=shop.as_of)
        for one in answer.ranked:
            if (one.thing.touchpoint, one.thing.target) == step:
                assert one.thing.kind == ("loop" if step[0] == step[1] else "step")
                assert isinstance(one.difference, Estimate)
                found.append(one.difference.value)
                called += one.beyond_chance
                held += one.difference.low <= -0.3 <= one.difference.high
    assert len(found) >= 6
    assert called >= len(found) / 2
    assert held >= len(found) - 2
    assert np.mean(found) == pytest.approx(-0.3, abs=0.05)


def test_what_waiting_costs_is_said_of_the_wait():
    """To come on only after three days from one touchpoint costs 30 points: 10 worlds, not all with enough of them."""
    found, held = [], 0
    for seed in range(300, 310):
        kind = seed % KINDS
        shop = simulated(seed, World(customers=3000, least=0.35, waits=((kind, 3.0, -0.3),)))
        answer = friction(shop.journey, shop.visits, shop.trails, as_of=shop.as_of)
        for one in answer.ranked:
            if one.thing.kind == "wait" and one.thing.touchpoint == kind:
                assert isinstance(one.difference, Estimate)
                found.append(one.difference.value)
                held += one.difference.low <= -0.3 <= one.difference.high
    assert len(found) >= 6
    assert held >= len(found) - 2
    assert np.mean(found) == pytest.approx(-0.3, abs=0.08)
