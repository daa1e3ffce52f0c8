"""Stories about friction at its edges."""

from __future__ import annotations

import pytest

from desirepath.core.estimate import Estimate, NoEstimate
from desirepath.measure.friction.movements import Thing
from desirepath.measure.friction.rank import FrictionAnswer, exposed, friction, said_of
from tests.by_hand import CODE, Shop, shop_journey, walked


def asked(stories: dict[str, str], **more: object) -> tuple[Shop, FrictionAnswer]:
    shop = walked(stories, known=300)
    return shop, friction(shop.journey, shop.visits, shop.trails, as_of=shop.as_of, **more)


def many(**groups: tuple[int, str]) -> dict[str, str]:
    """So many customers of each story."""
    return {f"{name}{i}": story for name, (n, story) in groups.items() for i in range(n)}


def test_of_nobody_and_of_one_customer_there_is_nothing_to_say():
    for stories in ({}, {"ana": ""}, {"ana": "0 ad, 1 page, 2 faq, 3 cart, 4 order 50"}):
        _, answer = asked(stories)
        assert answer.ranked == answer.friction == answer.delight == ()
        assert all(isinstance(one.difference, NoEstimate) for one in answer.not_compared)


def test_what_everybody_meets_cannot_be_compared():
    _, answer = asked(many(a=(30, "0 page, 0.1 faq, 0.2 cart"), b=(30, "0 page, 0.1 faq")))
    assert answer.ranked == ()
    faq = next(one for one in answer.not_compared if one.thing == Thing("touchpoint", 1, CODE["faq"]))
    assert (faq.customers, faq.customers_lost) == (60, 30)
    assert not faq.recoverable.known


FAILING = many(
    lost=(40, "0 cart, 0.1 pay"),
    paid=(10, "0 cart, 0.1 pay, 0.2 order 80"),
    other=(40, "0 cart, 0.1 faq, 0.2 order 80"),
    gone=(10, "0 cart, 0.1 faq"),
)


def test_a_step_that_loses_three_in_five_is_said_so_with_its_money():
    shop, answer = asked(FAILING)
    assert answer.by_value
    top = answer.friction[0]
    assert isinstance(top.difference, Estimate)
    assert isinstance(top.recoverable, Estimate)
    assert isinstance(top.value, Estimate)
    assert top.thing.target == CODE["pay"] or top.thing.touchpoint == CODE["pay"]
    assert top.difference.value == pytest.approx(-0.6)
    assert (top.met, top.compared) == (50, 50)
    assert (top.customers, top.customers_lost) == (50, 40)
    assert top.recoverable.value == pytest.approx(30)
    assert top.value.value == pytest.approx(-30 * 8000)
    rows, lost = exposed(shop.journey, shop.visits, shop.trails, top.thing, as_of=shop.as_of)
    names = {shop.customers[shop.visits.customer[row]].rstrip("0123456789") for row in rows[lost]}
    assert (len(rows), names) == (50, {"lost"})


def test_without_any_value_successes_rank():
    _, answer = asked({name: story.replace(" 80", "") for name, story in FAILING.items()})
    assert not answer.by_value
    assert answer.friction[0].rank == 1
    assert isinstance(answer.friction[0].value, NoEstimate)


def test_each_group_is_asked_apart_and_the_control_is_over_all():
    shop = walked(FAILING | {f"west {name}": story for name, story in FAILING.items()}, known=300)
    west = shop.visits.customer >= len(FAILING)
    answer = friction(
        shop.journey, shop.visits, shop.trails, as_of=shop.as_of, groups={"west": west, "east": ~west}
    )
    alone = friction(shop.journey, shop.visits, shop.trails, as_of=shop.as_of, where=west)
    assert answer.compared == 2 * alone.compared
    assert {one.thing.group for one in answer.friction} == {"west", "east"}
    assert {one.met for one in answer.friction} == {one.met for one in alone.friction}


def test_nobody_of_a_group_is_no_mistake():
    shop = walked(FAILING, known=300)
    nobody = shop.visits.customer < 0
    answer = friction(shop.journey, shop.visits, shop.trails, as_of=shop.as_of, groups={"none": nobody})
    assert answer.ranked == answer.not_compared == ()


def test_things_in_words():
    journey = shop_journey()
    assert said_of(journey, Thing("step", 1, CODE["page"], CODE["faq"])) == "Product page → Questions"
    assert said_of(journey, Thing("loop", 1, CODE["page"], CODE["page"])) == "Product page once more"
    wait = Thing("wait", 1, CODE["page"], longer_than=3 * 86_400_000_000)
    assert said_of(journey, wait) == "over 3 days after Product page"
    assert said_of(journey, Thing("back", 2)) == "going back to an earlier stage"
