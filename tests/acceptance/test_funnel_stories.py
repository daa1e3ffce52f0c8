"""Funnels of people: what counts as a conversion, who is on the way, and whom others would have lost."""

from __future__ import annotations

import pytest

import desirepath
from desirepath.app.questions.funnel import Funnel
from desirepath.app.questions.question import QuestionError
from desirepath.testing import journeys_for

CART, ORDER = "Cart Viewed", "Order Completed"


@pytest.fixture(scope="module")
def shop():
    """A few customers; everything is known until the end of day 100."""
    return journeys_for(
        until="day 100",
        ana=["day 1 09:00 Product Viewed", "09:10 Cart Viewed", "09:20 Order Completed value=20 order_no=1"],
        # Everything in one second, and the phone sent it backwards.
        ben=["day 2 09:00:00 Order Completed value=30 order_no=2", "09:00:00 Cart Viewed", "09:00:00 Product Viewed"],
        # The till knows the day alone.
        cleo=["day 3 10:00 Product Viewed", "15:00 Cart Viewed", "day 3 Order Completed value=40 order_no=3"],
        # Still has time: what we know ends before the window does.
        dan=["day 95 09:00 Product Viewed", "09:30 Cart Viewed"],
        # Came back long after the first look.
        eve=["day 5 09:00 Product Viewed", "day 60 09:00 Product Viewed", "09:05 Cart Viewed", "09:06 Order Completed"],
        # Asked for help between cart and order.
        fay=["day 6 09:00 Product Viewed", "09:05 Cart Viewed", "09:06 Help Asked", "09:20 Order Completed"],
        # Went back to the product before ordering.
        gus=["day 7 09:00 Product Viewed", "09:05 Cart Viewed", "09:06 Product Viewed", "09:20 Order Completed"],
        # Two carts at once: only the second was bought.
        hal=[
            "day 8 09:00 Product Viewed item=a", "09:01 Product Viewed item=b", "09:02 Cart Viewed item=b",
            "09:03 Order Completed item=b", "day 8 09:04 Cart Viewed item=a",
        ],
    )  # fmt: skip


@pytest.fixture(scope="module")
def ask(shop):
    def asked(*steps: str, **fields):
        return shop.workspace.ask(Funnel(steps=steps or ("Product Viewed", CART, ORDER), **fields))

    return asked


def names(shop, ask, count: str, *steps: str, **fields) -> list[str]:
    """The people behind a count, by their names."""
    found = set(ask(*steps, **fields).members(count).column("customer"))
    people = ["ana", "ben", "cleo", "dan", "eve", "fay", "gus", "hal"]
    return [one for one in people if shop.workspace.explain_visits(one)[0].customer in found]


def test_who_still_has_time_is_not_lost(shop, ask):
    answer = ask()
    result = answer.result
    assert (result.entries, result.converted, result.failed, result.in_flight) == (8, 6, 1, 1)
    assert names(shop, ask, "in flight") == ["dan"]
    assert names(shop, ask, "dropped") == ["eve"]
    assert answer.result.rate.reason == "too_few"
    assert answer.says[-1].startswith("1 is still on the way: steps are known until 2024-04-09")


def test_the_same_second_and_the_same_day_convert_in_any_order(shop, ask):
    assert {"ben", "cleo"} <= set(names(shop, ask, "converted", within="6 hours"))


def test_an_entry_that_came_too_early_is_forgiven_if_one_asks_for_the_best(shop, ask):
    assert "eve" in names(shop, ask, "converted", reentry="best_entry")
    every = ask(reentry="all_entries").result
    assert (every.entries, every.customers, every.unit) == (9, 8, "entry")


def test_strict_and_exact_break_at_what_comes_between(shop, ask):
    assert names(shop, ask, "dropped", order="strict") == ["eve", "gus"]
    assert names(shop, ask, "dropped", order="exact") == ["eve", "fay", "gus"]
    assert ask(order="exact").result.broken == 2


def test_an_excluded_event_breaks_only_between_its_steps(shop, ask):
    assert names(shop, ask, "dropped", exclude=("Help Asked between Cart Viewed and 3",)) == ["eve", "fay"]
    assert names(shop, ask, "dropped", exclude=("Help Asked between Product Viewed and Cart Viewed",)) == [
        "eve"
    ]


def test_what_is_held_must_be_the_same_from_the_entry_on(shop, ask):
    assert names(shop, ask, "reached Product Viewed", hold="properties.item") == ["hal"]
    assert [step.reached for step in ask(hold="properties.item").result.steps] == [
        1,
        1,
        0,
    ]  # a is still in the cart
    both = ask(hold="properties.item", reentry="all_entries").result
    assert [step.reached for step in both.steps] == [2, 2, 1]


def test_a_step_can_be_a_rule_over_properties(shop, ask):
    assert names(shop, ask, "converted", CART, f"event = '{ORDER}' and value > 25") == ["ben", "cleo"]


def test_an_optional_step_is_counted_and_not_waited_for(shop, ask):
    answer = ask("Product Viewed", "Help Asked", ORDER, optional=("Help Asked",))
    assert [step.reached for step in answer.result.steps] == [8, 1, 6]
    assert answer.result.steps[1].optional


def test_a_session_is_a_window_and_so_is_a_day(shop, ask):
    assert "cleo" not in names(shop, ask, "converted", within="1 session")
    assert "cleo" in names(shop, ask, "converted", within="1 local day")


@pytest.mark.parametrize("fields", [{}, {"order": "any"}, {"reentry": "best_entry"}, {"within": "1 session"}])
def test_every_list_is_as_long_as_its_count(ask, fields):
    answer = ask(**fields)
    for step in answer.result.steps:
        last = step is answer.result.steps[-1]
        name = f"any {step.place + 1}" if fields.get("order") == "any" else step.step
        counted = {f"reached {name}": step.reached}
        counted |= {} if last else {f"dropped at {name}": step.failed, f"in flight at {name}": step.in_flight}
        for count, number in counted.items():
            assert len(answer.members(count)) == number, count


def test_groups_and_the_trend_close(ask):
    answer = ask(by="event", by_at="last", every="month")
    groups = answer.tables["groups"]
    assert (
        sum(groups.column("entries"))
        == answer.result.entries
        == sum(answer.tables["trend"].column("entries"))
    )
    assert answer.tables["trend"].column("month") == ["2024-01", "2024-02", "2024-03", "2024-04"]


def test_another_tool_counts_otherwise_and_says_of_whom_and_why(ask):
    answer = ask(as_counted_by="clickhouse")
    told = answer.tables["counted_otherwise"].to_dicts()
    assert [one["because"] for one in told if one["theirs"] == ORDER] == [
        "of all entries the one that comes furthest counts"
    ]
    assert any("midnight" in one["because"] for one in told)  # cleo's till
    assert len(answer.members("counted otherwise")) == len(told)
    assert "As ClickHouse counts" in " ".join(answer.says)


def test_the_same_step_twice_wants_two_events(ask):
    answer = ask("Product Viewed", "Product Viewed")
    assert [step.reached for step in answer.result.steps] == [8, 2]
    assert len(answer.members("reached Product Viewed (2)")) == 2


def test_a_window_can_be_nothing_or_without_end(ask):
    assert ask(within="0 seconds").result.converted == 1  # ben, in one instant
    assert ask(within="36500 days").result.in_flight == 1  # dan, for ever
    assert ask("Product Viewed").says[0].startswith("8 customers did Product Viewed")


def test_a_step_that_nobody_knows_is_named_with_the_nearest(ask):
    with pytest.raises(QuestionError) as refused:
        ask("Product Viewd", ORDER)
    assert 'Did you mean "Product Viewed"?' in refused.value.hint
    with pytest.raises(QuestionError, match="at least one step"):
        Funnel(steps=())
    with pytest.raises(QuestionError, match="not a duration"):
        Funnel(steps=(CART,), within="soon")
    with pytest.raises(QuestionError, match="longer than all the time there is") as too_long:
        Funnel(steps=(CART,), within="900000000000 days")
    assert too_long.value.hint == "Write 36500 days for a hundred years."


def test_nobody_entered_is_said_and_is_no_zero(ask):
    answer = ask(CART, ORDER, since="2030-01-01")
    assert answer.says == ("Nobody entered: of those asked about, nobody did Cart Viewed.",)
    assert not answer.result.rate.known
    assert answer.as_dict()["says"] == answer.says
    assert desirepath.Funnel is Funnel
