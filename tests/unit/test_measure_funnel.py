"""The funnel on small arrays: windows, curves, contracts, and what cannot be asked."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from desirepath.core.estimate import Estimate
from desirepath.core.times import DAY, FOREVER, HOUR, to_us
from desirepath.measure.funnel import (
    Exclusion,
    FunnelEvents,
    FunnelPlan,
    PlanError,
    StepCodes,
    Window,
    funnel,
    match,
    trend,
)
from desirepath.measure.funnel.plan import ORDERS, REENTRIES

MINUTE = HOUR // 60


def events_of(*customers: list[tuple[int, int]], zone: str = "UTC", steps: int = 2) -> FunnelEvents:
    """Each customer's (time, kind); kinds 0, 1, … are the steps."""
    flat = [e for told in customers for e in told]
    return FunnelEvents(
        np.cumsum([0, *(len(told) for told in customers)]),
        np.array([at for at, _ in flat], np.int64),
        StepCodes(np.array([kind for _, kind in flat], np.int64), tuple(range(steps))),
        zone=zone,
    )


def plan(window: Window, steps: int = 2, **rules) -> FunnelPlan:
    return FunnelPlan(tuple("abcdef"[:steps]), window, **rules)


def berlin(text: str) -> int:
    return to_us(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin")))


def test_a_local_day_ends_at_its_own_midnight_even_where_clocks_change():
    # On 31 March 2024 Berlin's day has 23 hours.
    late, next_day = berlin("2024-03-31T23:59:59"), berlin("2024-04-01T00:00:00")
    start = berlin("2024-03-31T00:10:00")
    events = events_of([(start, 0), (late, 1)], [(start, 0), (next_day, 1)], zone="Europe/Berlin")
    assert match(events, plan(Window("days", 1))).reached.tolist() == [2, 1]
    assert match(events, plan(Window("days", 2))).reached.tolist() == [2, 2]


def test_a_session_is_over_when_it_falls_silent_and_two_are_when_a_third_begins():
    told = [(0, 0), (31 * MINUTE, 5), (80 * MINUTE, 1)]
    one, two, three = (match(events_of(told), plan(Window("sessions", n))) for n in (1, 2, 3))
    assert [m.reached.tolist() for m in (one, two, three)] == [[1], [1], [2]]
    assert one.deadline.tolist() == [31 * MINUTE]
    assert two.deadline.tolist() == [80 * MINUTE]
    assert three.deadline.tolist() == [FOREVER]
    quiet = match(events_of([(0, 0), (MINUTE, 5)]), plan(Window("sessions", 1)))
    assert quiet.deadline.tolist() == [MINUTE + 30 * MINUTE]


def test_a_customer_in_flight_is_never_lost_and_never_in_a_rate():
    done, late = [(0, 0), (HOUR, 1)], [(9 * DAY, 0)]
    events = events_of(*[done] * 30, *[[(0, 0)]] * 10, *[late] * 25)
    answer = funnel(events, plan(Window("time", 7 * DAY)), as_of=10 * DAY)
    assert (answer.converted, answer.failed, answer.in_flight) == (30, 10, 25)
    assert isinstance(answer.rate, Estimate)
    assert (answer.rate.value, answer.rate.n) == (0.75, 40)
    # The curve knows that those in flight were watched for a day, and that who converts does so in an hour.
    assert isinstance(answer.eventually, Estimate)
    assert answer.eventually.n == 65
    assert answer.eventually.value < answer.rate.value
    assert answer.rate_final_at == 16 * DAY


def test_where_every_window_is_known_the_curve_ends_at_the_share():
    draw = np.random.default_rng(7)
    told = [[(0, 0), *([(int(draw.integers(1, 50)), 1)] if draw.random() < 0.4 else [])] for _ in range(200)]
    answer = funnel(events_of(*told), plan(Window("time", 30)), as_of=1000)
    assert isinstance(answer.rate, Estimate)
    assert isinstance(answer.eventually, Estimate)
    assert answer.eventually.value == pytest.approx(answer.rate.value)
    share = answer.steps[1].step_rate
    assert isinstance(share, Estimate)
    assert share.value == answer.rate.value


def test_the_trend_has_the_weeks_in_which_nobody_entered():
    events = events_of([(0, 0), (1, 1)], [(15 * DAY, 0)])
    told = trend(funnel(events, plan(Window("time", DAY)), as_of=30 * DAY), events.ts, "week", "UTC")
    assert told.entries.tolist() == [1, 0, 1]
    assert told.converted.tolist() == [1, 0, 0]
    assert all(not one.known for one in told.rate)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("reentry", REENTRIES)
def test_three_hundred_steps_are_a_funnel(order, reentry):
    many = 300
    events = events_of([(i, i) for i in range(many)], [(i, i) for i in range(0, many, 2)], steps=many)
    rules = FunnelPlan(tuple(map(str, range(many))), Window("time", many), order=order, reentry=reentry)
    reached = dict(
        zip(match(events, rules).customer.tolist(), match(events, rules).reached.tolist(), strict=False)
    )
    assert reached == {0: many, 1: many // 2 if order == "any" else 1}


def test_the_contract_says_what_was_counted():
    rules = FunnelPlan(
        ("cart", "help", "order"), Window("time", 2 * DAY), order="strict", reentry="all_entries",
        optional=(False, True, False), exclusions=(Exclusion(0, -1, "refund"),), held="order_id",
    )  # fmt: skip
    from desirepath.measure.funnel.words import contract_of

    told = contract_of(rules, 0, "v1")
    for words in (
        "cart → help (optional) → order",
        "2 days",
        "event of another step",
        "same order_id",
        "refund between cart and order",
        "any order counts",
        "no attempt of the customer was running",
        "never waited for",
        "in flight",
    ):
        assert words in told.question + told.rule, words


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"labels": ()}, "at least one step"),
        ({"optional": (True, False)}, "first step cannot be optional"),
        ({"optional": (False, True)}, "last step cannot be optional"),
        ({"exclusions": (Exclusion(1, 0),)}, "nothing lies between"),
        ({"exclusions": (Exclusion(5, -1),)}, "nothing lies between"),
        ({"order": "any", "exclusions": (Exclusion(0, 1),)}, "in any order"),
    ],
)
def test_what_is_no_funnel_is_refused_with_the_fix(fields, message):
    with pytest.raises(PlanError, match=message) as refused:
        FunnelPlan(**{"labels": ("a", "b"), "window": Window("time", DAY), **fields})
    assert refused.value.hint


@pytest.mark.parametrize(("kind", "length"), [("time", -1), ("sessions", 0), ("days", 0)])
def test_a_window_holds_something(kind, length):
    with pytest.raises(PlanError, match="holds nothing"):
        Window(kind, length)


def test_steps_that_do_not_fit_the_plan_are_refused():
    with pytest.raises(PlanError, match="another plan"):
        match(events_of([(0, 0)]), plan(Window("time", DAY), steps=3))
