"""How far touchpoints carry: kernels against slow twins, and simulated customers whose truth is known."""

from __future__ import annotations

import math
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desirepath.core.estimate import Estimate
from desirepath.journey.placing.place import place
from desirepath.journey.placing.plan import plan_for
from desirepath.measure.cohort import cohort
from desirepath.measure.lift.ask import lifts
from desirepath.measure.lift.moments import Moments, compare_moments, moments
from desirepath.measure.lift.risk_sets import compare_reached, spells
from desirepath.measure.meetings import actions, meetings, visit_of_events
from desirepath.stats.stratified import mantel_haenszel
from desirepath.trail.trails import Trails
from tests.by_hand import Shop, random_shop
from tests.simulated import KINDS, MAILS, World, simulated
from tests.twins import measures as twin


def rated_and_won(shop: Shop, stage: int) -> tuple:
    one = cohort(shop.journey, shop.visits, stage, as_of=shop.as_of)
    rated, won = np.zeros(len(shop.visits), bool), np.zeros(len(shop.visits), bool)
    rated[one.rows[one.masks["rated"]]] = True
    won[one.rows[one.masks["rated_succeeded"]]] = True
    return one, rated, won


def written_out(found: Moments, shop: Shop, code: int):
    """mantel_haenszel over one row a first meeting and a moment of a visit that had not met it."""
    met, won, stratum, customer, later, visits = [], [], [], [], [], []
    for visit in np.unique(found.visit):
        mine = np.flatnonzero(found.visit == visit)
        first = next((i for i in mine if found.touchpoint[i] == code), None)
        for i in mine:
            if first is not None and i > first:
                break
            met.append(i == first)
            later.append(first is not None and i < first)
            won.append(bool(found.won[i]))
            stratum.append(int(found.stratum[i]))
            customer.append(int(shop.visits.customer[visit]))
            visits.append(int(visit))
    return mantel_haenszel(*(np.array(c) for c in (met, won, stratum, customer, later)))


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.integers(0, 2), st.integers(0, 7))
def test_moments_are_compared_as_if_each_were_a_row(seed: int, stage: int, code: int):
    shop = random_shop(seed, 80)
    one, rated, won = rated_and_won(shop, stage)
    owner = visit_of_events(shop.visits, shop.trails)
    acts = actions(shop.visits, shop.trails, owner, rated)
    at = moments(one, won, shop.visits, shop.trails, acts, None)
    slow = written_out(at, shop, code) if len(at) else None
    fast = compare_moments(at, shop.visits, np.array([code]))[0]
    if slow is None or math.isnan(slow.value):
        assert math.isnan(fast.value)
        return
    assert fast.value == pytest.approx(slow.value)
    assert fast.error == pytest.approx(slow.error)
    assert (fast.met, fast.freedom) == (slow.met, slow.freedom)
    assert fast.compared <= slow.compared  # visits, not moments


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.integers(0, 3))
def test_risk_sets_are_those_of_looking_at_every_visit(seed: int, stage: int):
    shop = random_shop(seed, 60)
    one, rated, won = rated_and_won(shop, stage)
    owner = visit_of_events(shop.visits, shop.trails)
    acts = actions(shop.visits, shop.trails, owner, rated)
    met = meetings(shop.visits, shop.trails, owner, rated)
    going = spells(one, won, shop.visits, shop.trails, acts, None)
    for name in ("parcel", "tip"):
        code = [t.id for t in shop.journey.touchpoints].index(name)
        fast = compare_reached(one, going, shop.visits, shop.trails, met, code)
        slow = twin.reached_comparison(shop, stage, one.horizon, code)
        if slow is None or math.isnan(fast.value):
            assert math.isnan(fast.value)
            continue
        assert fast.met == slow[1]
        assert fast.value == pytest.approx(slow[0])


def test_where_no_touchpoint_matters_few_are_called_beyond_chance():
    """Complete null: the keen live longer and meet more, mails reach anyone; 40 worlds of ten touchpoints each."""
    worlds = [simulated(seed, World(customers=700)) for seed in range(40)]
    found = [lifts(w.journey, w.visits, w.trails, as_of=w.as_of) for w in worlds]
    wrong = sum(any(one.beyond_chance for one in world.values()) for world in found)
    assert wrong <= 6  # P(more than 6 of 40 at a rate of 0.05) is 0.003
    known = [
        one.difference for world in found for one in world.values() if isinstance(one.difference, Estimate)
    ]
    assert len(known) > 350
    missed = np.mean([not one.low <= 0 <= one.high for one in known])
    assert 0.02 < missed < 0.09  # nominally 0.05


def test_a_naive_comparison_is_fooled_where_ours_is_not():
    """Whoever lives longer meets more: without any effect, those who met seem to succeed more (or, of mails, less)."""
    naive, ours = [], []
    for seed in range(12):
        shop = simulated(seed, World(customers=1500))
        _, rated, won = rated_and_won(shop, 0)
        met = meetings(shop.visits, shop.trails, visit_of_events(shop.visits, shop.trails), rated)
        found = lifts(shop.journey, shop.visits, shop.trails, as_of=shop.as_of)
        for code in range(KINDS + MAILS):
            who = np.zeros(len(shop.visits), bool)
            who[met.visit[met.touchpoint == code]] = True
            naive.append((code, won[rated & who].mean() - won[rated & ~who].mean()))
            if isinstance(found[0, code].difference, Estimate):
                ours.append((code, found[0, code].difference.value))

    def average(of: list[tuple[int, float]], mails: bool) -> float:
        return float(np.mean([value for code, value in of if (code >= KINDS) == mails]))

    assert average(naive, mails=False) > 0.04
    assert average(naive, mails=True) < -0.3
    assert abs(average(ours, mails=False)) < 0.015
    assert abs(average(ours, mails=True)) < 0.03


def test_a_planted_friction_and_a_mail_that_works_are_recovered():
    """Touchpoint 2 costs 15 points; mail 1 turns a quarter of those who would not have succeeded; 12 worlds."""
    friction, mail, held = [], [], 0
    for seed in range(100, 112):
        shop = simulated(seed, World(customers=2500, effect=((2, -0.15),)))
        one = lifts(shop.journey, shop.visits, shop.trails, as_of=shop.as_of)[0, 2]
        assert isinstance(one.difference, Estimate)
        held += one.difference.low <= -0.15 <= one.difference.high
        friction.append(one.difference.value)
        shop = simulated(seed, World(customers=2500, persuades=(0.0, 0.25)))
        found = lifts(shop.journey, shop.visits, shop.trails, as_of=shop.as_of)
        worked, idle = found[0, KINDS + 1], found[0, KINDS]
        assert worked.beyond_chance
        assert isinstance(worked.difference, Estimate)
        assert isinstance(idle.difference, Estimate)
        held += worked.difference.low <= shop.turned[1] <= worked.difference.high
        mail.append(worked.difference.value - shop.turned[1])
    assert held >= 20  # of 24, at 95 % each
    assert np.mean(friction) == pytest.approx(-0.15, abs=0.03)
    assert np.mean(mail) == pytest.approx(0.0, abs=0.025)


def in_reverse(shop: Shop) -> Shop:
    """The same shop with its customers numbered from the other end."""
    t = shop.trails
    order = np.concatenate([np.arange(t.offset[c], t.offset[c + 1]) for c in reversed(range(t.customers))])
    offset = np.append(0, np.cumsum(np.diff(t.offset)[::-1]))
    columns = {f.name: getattr(t, f.name)[order] for f in fields(t) if f.name != "offset"}
    trails = Trails(offset=offset, **columns)
    plan = plan_for(shop.journey, {s.id: shop.as_of for s in shop.journey.stages})
    return Shop(shop.journey, trails, place(trails, plan, threads=1), shop.as_of)


def test_the_order_of_customers_never_matters():
    shop = simulated(5, World(customers=600))
    one, other = (lifts(s.journey, s.visits, s.trails, as_of=s.as_of) for s in (shop, in_reverse(shop)))
    assert one.keys() == other.keys()
    for pair, lift in one.items():
        assert (lift.met, lift.compared) == (other[pair].met, other[pair].compared)
        assert lift.q == pytest.approx(other[pair].q)
        if isinstance(lift.difference, Estimate):
            assert lift.difference.as_dict() == pytest.approx(other[pair].difference.as_dict())


def test_visits_can_be_asked_to_share_a_trait():
    shop = simulated(6, World(customers=900))
    trait = np.asarray(shop.visits.customer % 2).astype(np.int64)
    found = lifts(shop.journey, shop.visits, shop.trails, as_of=shop.as_of, like=trait)
    plain = lifts(shop.journey, shop.visits, shop.trails, as_of=shop.as_of)
    assert found.keys() == plain.keys()
    # Fewer alike: fewer compared, and more doubt.
    assert sum(one.met for one in found.values()) < sum(one.met for one in plain.values())
