"""The world whose channels' effects are known, and which model of attribution it misleads: what the page says."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from desirepath.measure.answers import Contract
from desirepath.measure.attribution.ask import How, attribution
from desirepath.measure.attribution.journeys import Ways
from desirepath.simulate.channels import CHANNELS, EFFECTS, KnownChannels, known_channels


@pytest.fixture(scope="module")
def world() -> KnownChannels:
    return known_channels()


def credits_in(world: KnownChannels, how: How) -> dict[str, dict[str, float]]:
    ways = Ways(
        world.offset, world.ts, world.code, len(world.labels), world.convert, world.value,
        lookback=30 * 86_400_000_000, known=world.known,
    )  # fmt: skip
    found = attribution(ways, world.labels, Contract("Who?", "all", "made", world.known, "made"), how)
    assert found.in_flight > 0
    return {
        model: dict(zip(world.labels, one.conversions.tolist(), strict=True))
        for model, one in found.credits.items()
    }


def test_the_same_seed_is_the_same_world_and_trails_are_in_order(world: KnownChannels):
    again = known_channels()
    np.testing.assert_array_equal(world.ts, again.ts)
    assert world.incremental == again.incremental
    assert world.incremental != known_channels(seed=2).incremental
    assert all((np.diff(world.ts[a:b]) >= 0).all() for a, b in pairwise(world.offset.tolist()))
    assert world.ts.max() <= world.known
    assert (world.value[world.convert] > 0).all()


def test_what_adds_nothing_adds_nothing_and_the_others_in_the_order_of_their_effects(world: KnownChannels):
    truth = world.incremental
    assert truth["search"] == truth["coupon"] == 0
    assert {name for name, effect in zip(CHANNELS, EFFECTS, strict=True) if effect} == {
        name for name in CHANNELS if truth[name] > 0
    }
    assert truth["video"] > truth["email"] > truth["social"] > truth["retargeting"]
    assert sum(truth.values()) < 0.5 * world.orders


def test_models_mislead_as_the_page_says(world: KnownChannels):
    truth, credit = world.incremental, credits_in(world, How())
    door = {model: one["search"] + one["coupon"] for model, one in credit.items()}
    assert door["last"] > 0.8 * sum(credit["last"].values())
    assert 6.5 < truth["video"] / credit["last"]["video"] < 7.5
    assert 3.5 < credit["first"]["social"] / truth["social"] < 4.5
    off = {model: sum(abs(one[name] - truth[name]) for name in CHANNELS) for model, one in credit.items()}
    assert set(sorted(off, key=off.__getitem__)[:3]) == {"linear", "shapley", "position"}
    assert max(off, key=off.__getitem__) == "last"
    assert 0.38 < door["linear"] / sum(credit["linear"].values()) < 0.44


def test_shapley_by_rate_takes_the_wish_to_buy_for_the_work_of_search(world: KnownChannels):
    by_rate = credits_in(world, How(models=("shapley",), worth="rate"))["shapley"]
    assert by_rate["search"] > 0.7 * sum(by_rate.values())
    assert by_rate["video"] < 0
