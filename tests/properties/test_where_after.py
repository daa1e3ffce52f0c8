"""Where customers are after so long: stays against their slow twin, and stories whose answer is plain."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desirepath.core.estimate import Estimate, NoEstimate
from desirepath.measure.occupancy.where_after import Beginnings, WhereAnswer, _stays, where_after
from desirepath.measure.retention.churn import churn
from tests.by_hand import day, random_shop, shop_journey, walked
from tests.twins import multi_state as slow
from tests.twins import where_after as twin


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100_000))
def test_stays_are_those_of_the_twin(seed: int):
    shop = random_shop(seed, 40, 8)
    stays, _ = _stays(shop.journey, shop.visits, shop.as_of, None, None)
    code = {}
    for i in range(len(shop.visits)):
        if shop.visits.track[i] == 0 and not shop.visits.skipped[i]:
            code.setdefault(int(shop.visits.customer[i]), len(code))
    expected = [(code[c], *rest) for c, *rest in twin.stays(shop)]
    found = list(
        zip(*(getattr(stays, n).tolist() for n in ("who", "start", "stop", "state", "target")), strict=True)
    )
    assert found == expected


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 100_000))
def test_probabilities_are_those_of_the_twin(seed: int):
    shop = random_shop(seed, 60, 8)
    answer = where_after(shop.journey, shop.visits, as_of=shop.as_of, unit="month")
    rows = twin.stays(shop)
    for i in range(answer.instants):
        want = slow.occupation(rows, len(shop.journey.stages) + 4, int(answer.found.time[i]))
        assert answer.found.probability[i] == pytest.approx(want, abs=1e-9)
    assert answer.moves.sum() + answer.ends.sum() == len(rows)


def share(answer: WhereAnswer, instant: int, state: str) -> float:
    one = answer.at(instant, answer.states.index(state))
    assert isinstance(one, Estimate)
    assert one.low <= one.value <= one.high
    return one.value


def test_a_customer_who_comes_back_is_no_longer_lapsed():
    stories = {f"back{i}": "0 ad, 100 page" for i in range(20)} | {f"away{i}": "0 ad" for i in range(20)}
    shop = walked(stories, known=150)
    answer = where_after(shop.journey, shop.visits, as_of=shop.as_of, unit="day", most=150)
    assert share(answer, 29, "awareness") == pytest.approx(1.0)
    assert share(answer, 31, "lapsed") == pytest.approx(1.0)
    assert share(answer, 101, "lapsed") == pytest.approx(0.5)
    assert share(answer, 101, "consideration") == pytest.approx(0.5)
    assert answer.moves[answer.states.index("lapsed"), answer.states.index("consideration")] == 20


def test_who_is_in_flight_is_not_lost():
    """Forty entered at day 0, forty at day 90; what we know ends on day 100. Nobody of the late has lapsed yet."""
    stories = {f"early{i}": "0 ad" for i in range(40)} | {f"late{i}": "90 ad" for i in range(40)}
    shop = walked(stories, known=100)
    answer = where_after(shop.journey, shop.visits, as_of=shop.as_of, unit="day", most=99)
    assert share(answer, 10, "awareness") == pytest.approx(1.0)
    assert answer.found.watched[[0, 10, 11]].tolist() == [80, 80, 40]
    assert share(answer, 31, "lapsed") == pytest.approx(1.0), "the late say nothing about day 31"


def test_from_the_first_event_on_customers_are_unplaced():
    stories = {f"c{i}": "0 look, 10 ad" for i in range(30)} | {f"never{i}": "0 look" for i in range(30)}
    shop = walked(stories, known=35)
    begun = Beginnings(shop.trails.ts[shop.trails.offset[:-1]], day(35))
    answer = where_after(shop.journey, shop.visits, as_of=shop.as_of, unit="day", beginnings=begun)
    assert share(answer, 9, "unplaced") == pytest.approx(1.0)
    assert share(answer, 10, "unplaced") == pytest.approx(0.5)
    assert share(answer, 35, "awareness") == pytest.approx(0.5)


def test_nobody_and_one_customer():
    for stories in ({}, {"ana": "0 ad"}):
        shop = walked(stories, known=100)
        answer = where_after(shop.journey, shop.visits, as_of=shop.as_of)
        assert answer.customers == len(stories)
        missing = answer.at(0, 0)
        assert isinstance(missing, NoEstimate)
        assert missing.reason == "too_few"


def test_who_comes_out_of_the_far_end_has_completed():
    """A buyer's journey ends with the order; who comes back begins anew."""
    whole = shop_journey()
    buyer = shop_journey(kind="buyer", stages=whole.stages[:3], touchpoints=())
    stories = {f"buys{i}": "0 ad, 5 cart, 10 order" for i in range(25)}
    stories |= {f"again{i}": "0 ad, 5 cart, 10 order, 30 page" for i in range(25)}
    shop = walked(stories, known=60, journey=buyer)
    answer = where_after(shop.journey, shop.visits, as_of=shop.as_of, unit="day", most=59)
    assert "completed" in answer.states
    assert share(answer, 9, "decision") == pytest.approx(1.0)
    assert share(answer, 10, "completed") == pytest.approx(1.0)
    assert share(answer, 31, "completed") == pytest.approx(0.5)
    assert share(answer, 31, "consideration") == pytest.approx(0.5)
    goes = churn(shop.journey, shop.visits, as_of=shop.as_of)
    assert goes.counts["advanced"][:, -1].sum() == 50, "completing is no churn"
    assert goes.counts["left"].sum() + goes.counts["lapsed"].sum() == 0
    left = goes.staying(0).left[0]
    assert isinstance(left, Estimate)
    assert left.value == 0.0
