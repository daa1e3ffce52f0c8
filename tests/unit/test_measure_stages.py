"""Stories about rates, times, worth and cost of stages."""

from __future__ import annotations

import math

import numpy as np
import pytest

from desirepath.core.estimate import Estimate, Measured, NoEstimate
from desirepath.core.times import DAY, NEVER, TimeRange
from desirepath.measure.cost import local_days
from desirepath.measure.inputs import MetricRows
from desirepath.measure.stages import members, stages
from desirepath.stats.intervals import wilson
from tests.by_hand import CHANNELS, START, Shop, day, shop_journey, walked


def some(measured: Measured) -> Estimate:
    assert isinstance(measured, Estimate), measured
    return measured


def many(n: int, story: str, name: str = "c") -> dict[str, str]:
    return {f"{name}{i}": story for i in range(n)}


def asked(shop: Shop, **more: object):
    return stages(shop.journey, shop.visits, as_of=shop.as_of, trails=shop.trails, channels=CHANNELS, **more)


def test_a_visit_exactly_at_the_horizon_succeeded_in_time_and_one_later_did_not():
    in_time, late = many(20, "0 ad, 30 page"), many(20, "0 ad, 15 look, 31 page", "d")
    rate = some(asked(walked(in_time | late, 100))["awareness"].rate)
    assert (rate.value, rate.n) == (0.5, 40)
    assert (rate.low, rate.high) == pytest.approx(wilson(20, 40))


def test_those_too_young_are_neither_lost_nor_in_the_rate():
    old, young = many(20, "0 page, 1 cart") | many(20, "0 page", "b"), many(50, "90 page", "d")
    answer = asked(walked(old | young, 100))["consideration"]
    assert some(answer.rate).n == 40
    assert (answer.too_young, answer.in_flight, answer.lost) == (50, 50, 20)
    # When the youngest are 60 days old, none is too young any more.
    assert answer.rate_final_at == day(90 + 60)
    # The curve uses them as long as they were seen: still half, by now.
    assert some(answer.eventually).value == pytest.approx(0.5, abs=0.3)
    assert some(answer.eventually).n == 90


def test_a_rate_never_chooses_visits_by_how_they_ended():
    # All fast successes are young; slow customers are old. Counting ended visits only would say 100 %.
    shop = walked(many(25, "95 page, 96 cart") | many(25, "0 page", "b"), 100)
    rate = some(asked(shop)["consideration"].rate)
    assert (rate.value, rate.n) == (0.0, 25)


def test_nineteen_are_too_few():
    answer = asked(walked(many(19, "0 page, 1 cart"), 100))["consideration"]
    assert answer.rate == NoEstimate("too_few", 19, 20, "n 19 of 20")
    assert answer.advanced == 19


def test_the_last_stage_without_goal_has_no_rate_and_says_why():
    answer = asked(walked(many(20, "0 page, 1 cart, 2 order 10, 3 review"), 100))["advocacy"]
    assert isinstance(answer.rate, NoEstimate)
    assert answer.rate.reason == "not_declared"


def test_stages_jumped_over_are_in_reach_and_in_no_rate():
    answers = asked(walked(many(20, "0 page, 1 order 10"), 100))
    assert (answers["decision"].customers, answers["decision"].skipped, answers["decision"].entered) == (
        20,
        20,
        0,
    )
    assert answers["decision"].rate == NoEstimate("too_few", 0, 20, "n 0 of 20")


def test_half_within_a_day_and_a_quarter_never():
    stories = many(40, "0 page, 1 cart") | many(20, "0 page, 4 cart", "b") | many(20, "0 page", "d")
    answer = asked(walked(stories, 200))["consideration"]
    first, middle, third = (some(q).value for q in answer.time_quartiles)
    assert (first, middle, third) == (DAY, DAY, 4 * DAY)
    # Of those who made it, two thirds needed a day.
    assert [some(q).value for q in answer.time_of_succeeded] == [DAY, DAY, 4 * DAY]
    fewer = asked(walked(stories | many(80, "0 page", "e"), 200))["consideration"]
    assert fewer.time_quartiles[1] == NoEstimate("not_reached", 160, detail="37.5% by the end")
    assert some(fewer.time_of_succeeded[1]).value == DAY


def test_leaving_and_lapsing_compete():
    stories = many(10, "0 page, 1 cart") | many(10, "0 page, 2 cancel", "b") | many(20, "0 page", "d")
    curve = asked(walked(stories, 200))["consideration"].curve
    assert curve is not None
    assert (curve.time // DAY).tolist() == [1, 2, 60]
    assert curve.succeeded.tolist() == pytest.approx([0.25, 0.25, 0.25])
    assert curve.left.tolist() == pytest.approx([0, 0.25, 0.25])
    assert curve.lapsed.tolist() == pytest.approx([0, 0, 0.5])
    assert curve.at_risk.tolist() == [40, 30, 20]


def test_a_customer_who_entered_after_we_stopped_knowing_is_not_watched():
    shop = walked(many(20, "0 page, 1 cart") | many(30, "50 page", "b"), 100)
    shop.visits.knowledge[shop.visits.entered > day(40)] = day(45)
    answer = asked(shop)["consideration"]
    assert answer.entered == 50
    assert some(answer.eventually).n == 20


def test_a_buyer_who_comes_back_and_buys_is_a_win_back():
    back = many(20, "0 page, 1 order 10, 300 page, 310 order 20")
    gone = many(20, "0 page, 1 order 10, 300 page", "b")
    answer = asked(walked(back | gone, 600))["retention"]
    assert (answer.returns, answer.win_backs, answer.comebacks) == (40, 20, 0)
    assert some(answer.win_back_rate).value == 0.5


def test_browsing_again_after_a_purchase_has_rates_of_its_own():
    again = many(25, "0 page, 1 order 10, 20 cart, 21 order 10") | many(
        25, "0 page, 1 order 10, 20 cart", "b"
    )
    decision = asked(walked(again, 400))["decision"]
    assert decision.entered == 0  # on the way through the journey all jumped over it
    assert decision.repeat is not None
    assert (some(decision.repeat.rate).value, decision.repeat.entered) == (0.5, 50)


# ── worth ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_success_is_worth_its_own_value_else_the_first_payment_after():
    shop = walked(many(20, "0 page, 1 cart, 2 order 50, 9 order 70"), 400)
    answers = asked(shop)
    assert some(answers["decision"].value_per_success).value == 5000
    # The cart has no value: what was first paid after entry counts.
    assert some(answers["consideration"].value_per_success).value == 5000
    # Retention succeeds by the second order.
    assert some(answers["retention"].value_per_success).value == 7000


def test_what_is_paid_in_another_pass_is_not_this_success_s_worth():
    shop = walked(
        many(20, "0 ad, 1 page, 200 cart, 201 order 50") | many(20, "0 page, 1 cart, 2 order 10", "b"), 400
    )
    answers = asked(shop)
    assert isinstance(answers["awareness"].value_per_success, NoEstimate)
    assert some(answers["consideration"].value_per_success).value == 1000


def test_without_money_there_is_no_value_and_not_zero():
    answer = asked(walked(many(20, "0 page, 1 cart"), 100))["consideration"]
    assert isinstance(answer.value_per_success, NoEstimate)
    assert answer.value_per_success.reason == "no_data"
    assert isinstance(answer.value_at_stake, NoEstimate)


def test_at_stake_are_those_in_flight_who_have_not_succeeded_yet():
    bought = many(30, "0 page, 1 cart, 2 order 100") | many(30, "0 page, 1 cart", "b")
    shop = walked(bought | many(10, "99 cart", "d"), 100)
    decision = asked(shop)["decision"]
    assert (some(decision.rate).value, decision.in_flight) == (0.5, 10)
    at_stake = some(decision.value_at_stake)
    assert at_stake.value == pytest.approx(10 * 0.5 * 10_000)
    assert at_stake.low < at_stake.value < at_stake.high
    assert some(decision.value_lost).value == 30 * 10_000


# ── cost ─────────────────────────────────────────────────────────────────────────────────────────────────


def spend(*rows: tuple[float, str, int]) -> MetricRows:
    days = np.array([day(d) for d, _, _ in rows], np.int64)
    zero = np.zeros(len(rows), np.int64)
    money = np.array([m for _, _, m in rows], np.int64)
    return MetricRows(days, [c for _, c, _ in rows], [""] * len(rows), zero, zero, zero, money)


def test_spend_is_shared_by_those_who_came_that_way():
    shop = walked(many(20, "0.5 ad") | many(20, "1.5 ad", "b") | many(60, "0.5 post", "d"), 100)
    metrics = spend((0, "ads", 10_000), (1, "ads", 30_000), (0, "tv", 99_000))
    cost = some(asked(shop, metrics=metrics)["awareness"].cost)
    assert (cost.value, cost.n) == (1_000, 40)
    assert cost.low < 1_000 < cost.high
    # Of a segment only its own part: those of the second day were dearer.
    second = shop.visits.entered >= day(1)
    assert some(asked(shop, metrics=metrics, where=second)["awareness"].cost).value == 1_500


def test_spend_on_a_day_without_arrivals_is_still_spent():
    shop = walked(many(20, "0.5 ad"), 100)
    assert (
        some(asked(shop, metrics=spend((0, "ads", 10_000), (5, "ads", 10_000)))["awareness"].cost).value
        == 1_000
    )


def test_a_period_has_its_own_spend_and_its_own_entries():
    shop = walked(many(20, "0.5 ad") | many(40, "10.5 ad", "b"), 100)
    metrics = spend((0, "ads", 10_000), (10, "ads", 40_000))
    one = asked(shop, metrics=metrics, period=TimeRange(day(0), day(5)))["awareness"]
    assert (one.entered, some(one.cost).value) == (20, 500)
    other = asked(shop, metrics=metrics, period=TimeRange(day(5), day(99)))["awareness"]
    assert (other.entered, some(other.cost).value) == (40, 1_000)


def test_a_stage_that_nobody_enters_by_a_paid_channel_has_no_cost():
    answer = asked(walked(many(20, "0 page"), 100), metrics=spend((0, "ads", 10_000)))["consideration"]
    assert isinstance(answer.cost, NoEstimate)
    assert answer.cost.reason == "no_data"


def test_an_evening_in_sydney_is_already_tomorrow_there():
    instants = np.array([START + 12 * DAY // 24, START + 14 * DAY // 24], np.int64)
    days = local_days(instants, "Australia/Sydney")
    assert (days - START // DAY).tolist() == [0, 1]  # 23:00 on the first, 01:00 on the second


# ── members ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_count_names_its_customers():
    shop = walked({"ana": "0 page, 1 cart", "ben": "0 page", "cem": "99 page"}, 100)
    lost = members(shop.journey, shop.visits, "consideration", "lost", as_of=shop.as_of)
    assert [shop.customers[c] for c in lost.customer] == ["ben"]
    flying = members(shop.journey, shop.visits, "consideration", "in_flight", as_of=shop.as_of)
    assert [shop.customers[c] for c in flying.customer] == ["cem"]
    with pytest.raises(KeyError):
        members(shop.journey, shop.visits, "considration", "lost", as_of=shop.as_of)


def test_nobody_at_all_is_an_answer_too():
    answers = asked(walked({}, 100))
    assert [a.entered for a in answers.values()] == [0] * 5
    assert answers["awareness"].rate_final_at == NEVER
    assert answers["awareness"].curve is None


def test_a_buyer_journey_ends_with_the_purchase():
    journey = shop_journey(kind="buyer", stages=shop_journey().stages[:3])
    shop = walked(many(20, "0 page, 1 cart, 2 order 50") | many(20, "0 page, 1 cart", "b"), 100, journey)
    decision = asked(shop)["decision"]
    assert (some(decision.rate).value, decision.advanced, decision.lost) == (0.5, 20, 20)


def test_an_open_end_is_null_in_json():
    stories = many(30, "0 page, 1 cart") | many(30, "0 page", "b")
    middle = some(asked(walked(stories, 200))["consideration"].time_quartiles[1])
    assert math.isinf(middle.high)
    assert middle.as_dict()["high"] is None
