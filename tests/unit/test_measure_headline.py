"""What matters most: only what is beyond chance, never a sentence without its numbers; and who is where when."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from desirepath.core.estimate import Estimate, NoEstimate
from desirepath.core.times import DAY, FOREVER, HOUR, TimeRange, from_us, to_us
from desirepath.journey.definition import Promise, Segment
from desirepath.measure.answers import Finding, Lift, PromiseAnswer, TouchpointAnswer
from desirepath.measure.cohort import contract
from desirepath.measure.headline import headline
from desirepath.measure.occupancy.counts import calendar_steps, occupancy
from desirepath.measure.stages import stages
from desirepath.measure.touchpoints import touchpoints
from desirepath.stats.intervals import proportion
from tests.by_hand import day, rule, shop_journey, walked
from tests.simulated import World, simulated
from tests.unit.test_measure_stages import many

JOURNEY = shop_journey(
    promises=(
        Promise(id="in_time", label="Delivered in 5 days", stage="retention", opens=rule(), closes=rule()),
    ),
    segments=(
        Segment(id="west", label="the west", rule=rule()),
        Segment(id="east", label="the east", rule=rule()),
    ),
)
SHOP = walked(many(60, "0 page, 1 cart, 2 order 50") | many(60, "0 page, 1 cart, 1.5 pay", "b"), 400, JOURNEY)
ANSWERS = stages(JOURNEY, SHOP.visits, as_of=SHOP.as_of, trails=SHOP.trails)


def met(value: float, low: float, high: float, beyond: bool = True, touchpoint: str = "pay", n: int = 400):
    found = touchpoints(JOURNEY, SHOP.visits, SHOP.trails, as_of=SHOP.as_of)
    one = next(a for a in found if a.touchpoint == touchpoint)
    lift = Lift(Estimate(value, low, high, n, "mantel-haenszel, clustered", 0), 0.01, beyond, n, 900)
    return replace(one, lift=lift)


def promise(kept: int, due: int, **segments: tuple[int, int]) -> PromiseAnswer:
    none = NoEstimate("no_data")
    return PromiseAnswer(
        promise="in_time", stage="retention", made=due, due=due, kept=proportion(kept, due, as_of=0), waiting=0,
        overdue=due - kept, took=(none, none, none), late_by=none,
        by_segment={name: proportion(k, n, as_of=0) for name, (k, n) in segments.items()},
        contract=contract(JOURNEY, 0, "", "", ""),
    )  # fmt: skip


def found(*touchpoints: TouchpointAnswer, promises: tuple[PromiseAnswer, ...] = ()) -> list[Finding]:
    return [f for f in headline(JOURNEY, ANSWERS, touchpoints, promises) if f.kind != "stage"]


def test_a_touchpoint_that_costs_successes_says_how_many():
    (one,) = found(met(-0.23, -0.29, -0.17))
    assert one.sentence == (
        "Much is lost at Payment: in Decision, those who meet it go on 23 points less often than customers like them "
        "(17 to 29), about 92 of 400."
    )
    assert (one.kind, one.subject, one.customers) == ("touchpoint", "pay", pytest.approx(92))
    assert one.value == pytest.approx(92 * 5000)


def test_what_chance_could_have_made_is_no_finding():
    assert found(met(-0.23, -0.5, 0.04, beyond=False)) == []
    assert found(met(0.2, 0.1, 0.3)) == []  # a delight is not what hurts most
    assert found(promises=(promise(500, 500),)) == found(promises=(promise(3, 9),)) == []


def test_a_broken_promise_says_for_whom_it_is_broken_most():
    (one,) = found(promises=(promise(800, 1000, west=(100, 250), east=(700, 750)),))
    assert one.sentence == (
        "Delivered in 5 days was promised and not kept for 200 of 1,000 (20.0 %, 17.6 to 22.6), "
        "most of all for the west: 60.0 % of 250."
    )
    (even,) = found(promises=(promise(800, 1000, west=(200, 250), east=(600, 750)),))
    assert "most of all" not in even.sentence


def test_the_weightier_comes_first():
    heavy, light = met(-0.23, -0.29, -0.17), met(-0.05, -0.08, -0.02, touchpoint="cart")
    assert [f.subject for f in found(light, heavy)] == ["pay", "cart"]
    # Who was let down is not yet lost: promises come in turn with touchpoints, not before or after them.
    both = headline(JOURNEY, {}, (light, heavy), (promise(700, 1000),))
    assert [f.subject for f in both] == ["pay", "in_time", "cart"]


def test_a_stage_is_named_only_where_it_is_clearly_the_one():
    clear = walked(
        many(300, "0 page, 1 cart, 2 order 5") | many(40, "0 page, 1 cart", "b") | many(10, "0 page", "d"),
        400,
    )
    answers = stages(clear.journey, clear.visits, as_of=clear.as_of)
    worst = headline(clear.journey, answers)[-1]
    assert (worst.kind, worst.stage) == ("stage", "retention")
    assert re.search(r"300 of 300 .*100\.0 %", worst.sentence)
    close = walked(
        many(30, "0 ad, 1 page, 2 cart, 3 order 5") | many(30, "0 ad", "b") | many(30, "0 page", "d"), 150
    )
    answers = stages(close.journey, close.visits, as_of=close.as_of)
    assert [a.rate.value for a in answers.values() if isinstance(a.rate, Estimate)] == [0.5, 0.5, 1.0]
    assert headline(close.journey, answers) == ()


def test_nothing_measured_is_nothing_said():
    empty = walked({}, 100)
    assert headline(empty.journey, stages(empty.journey, empty.visits, as_of=empty.as_of)) == ()


def test_the_planted_friction_is_the_first_thing_said():
    shop = simulated(1, World(customers=2500, effect=((4, -0.2),)))
    answers = stages(shop.journey, shop.visits, as_of=shop.as_of)
    met = touchpoints(shop.journey, shop.visits, shop.trails, as_of=shop.as_of)
    first = headline(shop.journey, answers, met)[0]
    assert (first.kind, first.subject) == ("touchpoint", "t4")


# ── occupancy ────────────────────────────────────────────────────────────────────────────────────────────


def test_who_is_where_week_by_week():
    shop = walked({"ana": "0 page, 10 cart, 12 order 5", "ben": "1 page", "cem": "20 cart"}, 40)
    answer = occupancy(shop.journey, shop.visits, as_of=shop.as_of, step="week")
    # Thursday, 1 January 2026: the first Monday is day 4.
    assert ((answer.at - day(0)) // DAY).tolist() == [4, 11, 18, 25, 32, 39]
    stage = answer.stages.index
    assert answer.count[:, stage("consideration")].tolist() == [2, 1, 1, 1, 1, 1]
    assert answer.count[:, stage("decision")].tolist() == [0, 1, 0, 1, 1, 0]  # cem lapsed on day 34
    assert answer.count[:, stage("retention")].tolist() == [0, 0, 1, 1, 1, 1]
    assert answer.known_until == shop.as_of


def test_a_visit_that_ends_at_an_instant_is_no_longer_there():
    shop = walked({"ana": "0 page, 3 cart, 5 cancel"}, 40)
    answer = occupancy(
        shop.journey, shop.visits, as_of=shop.as_of, step="day", during=TimeRange(day(3), day(6))
    )
    assert answer.count[:, 1].tolist() == [0, 0, 0]
    assert answer.count[:, 2].tolist() == [1, 1, 0]
    assert answer.known_until == FOREVER


def test_days_begin_at_local_midnight_on_both_sides_of_daylight_saving():
    # Sydney leaves daylight saving on Sunday, 5 April 2026: that day has 25 hours.
    span = TimeRange(to_us(datetime(2026, 4, 3, tzinfo=UTC)), to_us(datetime(2026, 4, 8, tzinfo=UTC)))
    steps = calendar_steps(span, "day", "Australia/Sydney")
    assert [from_us(int(t), "Australia/Sydney").hour for t in steps] == [0] * 5
    assert {int(b - a) // HOUR for a, b in pairwise(steps.tolist())} == {24, 25}


def test_months_begin_on_the_first():
    span = TimeRange(to_us(datetime(2025, 12, 5, tzinfo=UTC)), to_us(datetime(2026, 4, 2, tzinfo=UTC)))
    steps = calendar_steps(span, "month", "UTC")
    assert [from_us(int(t)).strftime("%m-%d") for t in steps] == ["01-01", "02-01", "03-01", "04-01"]
