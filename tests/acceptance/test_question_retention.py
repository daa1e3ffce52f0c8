"""Retention, churn and occupancy, asked of stories: what is over, what is early, who is behind a count."""

from __future__ import annotations

from typing import Any

import pytest

from desirepath import Churn, Occupancy, Retention
from desirepath.app.questions.question import QuestionError
from desirepath.core.errors import DesirepathError
from desirepath.core.estimate import Estimate, NoEstimate
from desirepath.testing.journeys import SHOP, Journeys, journeys_for
from tests.commands import cli

SYDNEY = SHOP.replace("time_zone: UTC", "time_zone: Australia/Sydney")
ORDERS = {"start": "Order Completed", "returning": "Order Completed"}


@pytest.fixture(scope="module")
def shop() -> Journeys:
    """Thirty buy on day 1; twenty of them again on day 9, ten on day 40. Ten more buy on day 36. Known: day 45."""
    stories: dict[str, list[str]] = {f"a{i}": ["day 1 09:00 Order Completed"] for i in range(30)}
    for i in range(30):
        stories[f"a{i}"] += ["day 9 09:00 Order Completed"] if i < 20 else ["day 40 09:00 Order Completed"]
    stories |= {f"b{i}": ["day 36 09:00 Order Completed", "day 44 10:00 Order Completed"] for i in range(10)}
    return journeys_for(until="day 45", **stories)


def test_a_month_that_is_not_over_drags_nothing_down(shop: Journeys):
    """February is going on: of January's thirty ten have come back so far, and nobody says a third."""
    answer = shop.workspace.ask(Retention(**ORDERS, every="month", periods=2))
    assert answer.result.cohorts == ("2024-01", "2024-02")
    rate = answer.result.rate(0, 0)
    assert isinstance(rate, NoEstimate)
    assert rate.reason == "not_known_yet"
    assert not answer.result.complete(0, 0)
    assert answer.result.counts.early[0, 0] == 10
    assert len(answer.members("2024-01 month 1 early")) == 10
    assert len(answer.members("2024-01 month 1")) == 0
    assert answer.table.column("rate") == [None, None]
    assert "cannot be said: this time is not over for anybody" in answer.says[0]


def test_weeks_and_brackets_and_on_or_after(shop: Journeys):
    weeks = shop.workspace.ask(Retention(**ORDERS, every="week", periods=4))
    first = weeks.result.rate(0, 0)
    assert isinstance(first, Estimate)
    assert (first.value, first.n) == (pytest.approx(20 / 30), 30)
    assert weeks.says[0].startswith("Of 40 customers who started, 67 %")
    later = shop.workspace.ask(Retention(**ORDERS, every="week", periods=4, kind="on_or_after"))
    assert later.result.counts.returned[0].tolist() == [30, 10, 10, 10]
    assert any("lower bound" in said for said in later.says)
    some = shop.workspace.ask(Retention(**ORDERS, every="day", brackets="1-7, 8, 9-60"))
    assert some.result.columns == ("days 1-7", "day 8", "days 9-60")
    assert some.result.counts.returned[0].tolist() == [0, 20, 0]
    assert some.result.counts.early[0].tolist() == [0, 0, 10]


def test_lists_are_the_counts(shop: Journeys):
    for asked in (Retention(**ORDERS, every="day", periods=10), Retention(every="week", by="event")):
        answer = shop.workspace.ask(asked)
        for row in answer.tables["cells"].to_dicts():
            name = f"{row['cohort']} {row['column']}"
            assert len(answer.codes[name]()) == row["returned"]
            if row["early"]:
                assert len(answer.codes[f"{name} early"]()) == row["early"]
        for row in answer.tables["curve"].to_dicts():
            assert len(answer.codes[str(row["column"])]()) == row["returned"]
    churned = shop.workspace.ask(Churn(stage="retention", every="week"))
    for row in churned.tables["periods"].to_dicts():
        for count in ("at_start", "entered", "left", "lapsed", "at_end", "gone", "came_back"):
            assert len(churned.codes[f"{count} {row['period']}"]()) == row[count]
    where = shop.workspace.ask(Occupancy(every="week"))
    assert len(where.members("in retention")) == 40


def test_a_stage_starts_with_its_first_entry():
    stories = {f"c{i}": ["day 1 09:00 Product Viewed", "day 2 09:00 Order Completed"] for i in range(20)}
    shop = journeys_for(until="day 30", **stories)
    by_stage = shop.workspace.ask(Retention(start="retention", every="day", periods=1))
    assert by_stage.result.cohorts == ("2024-01-02",)
    skipped = shop.workspace.ask(Retention(start="decision", every="day", periods=1))
    assert skipped.result.cohorts == ()
    assert skipped.says == ("Nobody started: there is nothing to come back from.",)


def test_the_calendar_is_the_journeys():
    """23:00 on day 97 (6 April 2024) in UTC is the 7th in Sydney, the day that has 25 hours there."""
    stories = {f"c{i}": ["day 97 23:00 Order Completed", "day 98 13:30 Order Completed"] for i in range(20)}
    utc, sydney = (journeys_for(j, until="day 120", **stories) for j in (SHOP, SYDNEY))
    days = Retention(**ORDERS, every="day", periods=1)
    assert utc.workspace.ask(days).result.counts.returned.tolist() == [[20]]
    assert sydney.workspace.ask(days).result.cohorts == ("2024-04-07",)
    assert sydney.workspace.ask(days).result.counts.returned.tolist() == [[0]], (
        "23:30 there, and still the same day"
    )
    rolling = Retention(**ORDERS, every="day", periods=1, clock="rolling")
    assert sydney.workspace.ask(rolling).result.counts.returned.tolist() == [[0]]


def test_another_tools_count_names_who_differs():
    """At 23:50, and again twenty minutes later: a day later by the calendar, not by the clock."""
    stories = {f"c{i}": ["day 1 23:50 Product Viewed", "day 2 00:10 Product Viewed"] for i in range(20)}
    stories |= {f"d{i}": ["day 1 10:00 Product Viewed", "day 2 10:00 Product Viewed"] for i in range(5)}
    shop = journeys_for(until="day 30", **stories)
    answer = shop.workspace.ask(Retention(every="day", periods=1, as_counted_by="amplitude"))
    assert answer.tables["as_counted_by"].to_dicts() == [
        {"column": "day 1", "customers": 25, "returned": 25, "their_customers": 25, "their_returned": 5,
         "only_ours": 20, "only_theirs": 0}
    ]  # fmt: skip
    assert len(answer.members("only ours day 1")) == 20
    assert "As amplitude counts, day 1 is 20.0 % (5 of 25); 20 customers" in " ".join(answer.says)


def test_the_source_that_ends_first_ends_what_we_know():
    lines = ["day 1 09:00 Order Completed source=shop", "day 20 09:00 Product Viewed source=web"]
    shop = journeys_for(until={"shop": "day 60", "web": "day 25"}, **{f"c{i}": lines for i in range(20)})
    any_return = shop.workspace.ask(Retention(every="week", periods=4))
    assert any_return.result.overall.over[0].tolist() == [20, 20, 0, 0]
    assert any('source "web"' in said for said in any_return.says)
    orders = shop.workspace.ask(Retention(**ORDERS, every="week", periods=4))
    assert orders.result.overall.over[0].tolist() == [20, 20, 20, 20]


def test_nobody_and_one_customer_long_ago():
    nobody = journeys_for(until="day 9", ana=["day 1 09:00 Newsletter Sent by=business"])
    one = journeys_for(until="day -17000", ana=["day -18000 09:00 Product Viewed", "09:30 Cart Viewed"])
    for question in (
        Retention(),
        Retention(by="channel"),
        Churn(),
        Occupancy(),
        Occupancy(origin="first_event"),
    ):
        assert nobody.workspace.ask(question).says  # type: ignore[arg-type]
        answer: Any = one.workspace.ask(question)  # type: ignore[arg-type]
        assert answer.says
        fractions = [v for row in answer.table.rows for v in row if isinstance(v, float)]
        assert not any(0 < v < 1 for v in fractions), "one is too few"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"brackets": "7-4"}, '"7-4" runs backwards\nDid you mean "4-7"'),
        ({"brackets": "1-3, 2-5"}, '"2-5" overlaps "1-3"\nDid you mean "4-5"'),
        ({"brackets": "4-7, 1-3"}, "Brackets ascend"),
        ({"brackets": "one"}, "is no bracket"),
        ({"brackets": "1-500"}, "longer periods"),
        ({"brackets": "1-3", "periods": 4}, "Leave one out"),
        ({"brackets": "1-3", "kind": "on_or_after"}, "Leave one out"),
        ({"periods": 0}, "not between 1 and 400"),
        ({"every": "weeks"}, 'Did you mean "week"'),
    ],
)
def test_what_cannot_be_asked_is_refused_with_the_nearest_fix(fields: dict[str, Any], said: str):
    with pytest.raises(QuestionError, match=said):
        Retention(**fields)


def test_unknown_names_are_refused_with_the_nearest_one(shop: Journeys):
    for question, said in (
        (Retention(start="Order Complete"), 'Did you mean "Order Completed"'),
        (Retention(returning="retentoin"), 'Did you mean "retention"'),
        (Retention(by="chanel"), 'Did you mean "channel"'),
        (Churn(stage="retentoin"), 'Did you mean "retention"'),
    ):
        with pytest.raises(DesirepathError) as caught:
            shop.workspace.ask(question)  # type: ignore[arg-type]
        assert said in str(caught.value)


def test_on_the_command_line(shop: Journeys):
    folder = str(shop.workspace.folder)
    said = cli("ask", "retention", folder, "--every", "week", "--periods", "2", "--start", "Order Completed")
    assert said.code == 0, said.err
    assert "week 1" in said.out
    refused = cli("ask", "retention", folder, "--brackets", "3-1")
    assert refused.code != 0
    assert 'Did you mean "1-3"' in refused.err
    listed = cli("ask", "churn", folder, "--stage", "retention", "--members", "entered 2024-01")
    assert len(listed.out.splitlines()) == 30
