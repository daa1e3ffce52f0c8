"""Whatever the seed: lives make sense, and two worlds differ in what was planted and in nothing else."""

from __future__ import annotations

from datetime import date

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from desirepath.simulate import people as who
from desirepath.simulate.block import Block, make_block
from desirepath.simulate.chance import Chance
from desirepath.simulate.effects import first_carts, true_effects
from desirepath.simulate.pages import NAMES, events, known_from
from desirepath.simulate.seasons import Span
from desirepath.simulate.walk import IN_STORE
from desirepath.simulate.world import World, depot_opening, release

SIZE = 700
PEOPLE = np.arange(SIZE, dtype=np.int64)
SEEDS = st.integers(0, 2**40)
SPANS = st.builds(
    Span, st.dates(date(2020, 1, 1), date(2030, 1, 1)).map(lambda d: d.replace(day=1)), st.integers(6, 30)
)
few = settings(max_examples=15)


def lived(seed: int, span: Span, world: World | None = None) -> Block:
    return make_block(Chance(seed), span, world or World(), PEOPLE, 1 << 30)


@few
@given(SEEDS, SPANS)
def test_nothing_comes_before_its_cause(seed: int, span: Span):
    block = lived(seed, span)
    o, people = block.orders, block.people
    posted = o["place"] != IN_STORE
    assert (people.arrives[o["person"]] < o["created"]).all()
    assert (o["created"] <= o["paid"]).all() and (o["paid"] < span.end).all()
    for earlier, later in (
        ("paid", "shipped"),
        ("shipped", "delivered"),
        ("delivered", "refunded"),
        ("paid", "cancelled"),
    ):
        both = ~np.isnan(o[earlier]) & ~np.isnan(o[later]) & posted
        assert (o[earlier][both] < o[later][both]).all(), (earlier, later)
    assert (np.isnan(o["cancelled"]) | np.isnan(o["delivered"])).all()
    t = block.tickets
    assert (t["opened"] <= t["answered"]).all() and (t["answered"] <= t["resolved"]).all()
    for said in (block.reviews, block.mentions):
        assert (said["time"] > o["delivered"][said["order"]]).all()
    friends = block.referrals["friend"] >= 0
    sent, friend = block.referrals["sent"][friends], block.referrals["friend"][friends]
    assert (people.arrives[friend] > sent).all()
    assert (people.referrer[friend] == block.referrals["person"][friends]).all()


@few
@given(SEEDS, SPANS)
def test_all_events_lie_within_the_span_and_in_order(seed: int, span: Span):
    block, chance = lived(seed, span), Chance(seed)
    seen = events(chance, span, block, known_from(chance, block))
    assert (seen["time"] >= span.start).all() and (seen["time"] < span.end).all()
    assert (np.diff(seen["time"]) >= 0).all()
    assert len(np.unique(seen["ids"])) == len(seen["ids"])
    # Who pays online is shown the confirmation, once.
    thanks = seen["order"][seen["code"] == NAMES.index("order_thanks")]
    online = np.flatnonzero(block.orders["place"] != IN_STORE)
    assert sorted(thanks.tolist()) == online.tolist()


@few
@given(SEEDS)
def test_the_payment_fault_touches_phones_since_its_release_and_nobody_else(seed: int):
    span = Span(date(2026, 1, 1), 18)
    real, sound = lived(seed, span), lived(seed, span, World(friction=False))
    a, b = first_carts(real, SIZE), first_carts(sound, SIZE)
    assert (a["person"] == b["person"]).all() and (a["time"] == b["time"]).all()
    changed = a["won"] != b["won"]
    attempts = real.attempts
    at_risk = (
        (attempts["device"] == who.MOBILE) & (attempts["time"] >= release(span)) & (attempts["cycle"] == 0)
    )
    assert np.isin(a["person"][changed], attempts["person"][at_risk]).all()
    assert not (a["won"] & ~b["won"]).any(), "a sound page never loses an order"


@few
@given(SEEDS)
def test_the_depot_delays_the_west_and_nobody_else(seed: int):
    span = Span(date(2026, 1, 1), 18)
    real, sound = lived(seed, span), lived(seed, span, World(depot=False))
    first = [{k: v[b.orders["cycle"] == 0] for k, v in b.orders.items()} for b in (real, sound)]
    a, b = ({k: v[(o["person"] < SIZE)] for k, v in o.items()} for o in first)
    assert (a["ids"] == b["ids"]).all()
    hit = (real.people.region[a["person"]] == who.WEST) & (a["paid"] >= depot_opening(span))
    known = ~np.isnan(a["delivered"])
    assert (a["delivered"][known & ~hit] == b["delivered"][known & ~hit]).all()
    assert (a["delivered"][known & hit] >= b["delivered"][known & hit]).all()
    assert (a["satisfaction"] <= b["satisfaction"] + 1.0).all()


@few
@given(SEEDS)
def test_the_coupon_site_wins_nobody(seed: int):
    span = Span(date(2026, 1, 1), 18)
    real, without = lived(seed, span), lived(seed, span, World(coupon_site=False))
    assert sorted(real.orders["ids"].tolist()) == sorted(without.orders["ids"].tolist())
    assert real.orders["total"].sum() <= without.orders["total"].sum()


@settings(max_examples=5)
@given(SEEDS)
def test_the_effects_point_where_they_were_planted(seed: int):
    span, chance = Span(date(2026, 1, 1), 18), Chance(seed)
    people = np.arange(3000, dtype=np.int64)
    real = make_block(chance, span, World(), people, 1 << 30)
    effects = true_effects(chance, span, people, real)
    assert effects["mobile_checkout"].value < -0.04
    assert effects["west_kept"].value < -0.5
    assert effects["west_stars"].value < -0.3
    assert effects["west_nps"].value < -10
    assert effects["care_guide"].value > 0
    assert effects["coupon_site_orders"].value == 0
    assert effects["coupon_site_looks"].value > 0.05
    assert effects["stories_buyers"].value < -0.1
    assert effects["nps_bias"].value > 3
