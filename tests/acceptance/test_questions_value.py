"""Questions of value asked of odd shops: nobody, no orders, no value, contracts; lists that equal their counts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from desirepath.app.questions.forecast import Forecast
from desirepath.app.questions.lifetime_value import LifetimeValue
from desirepath.app.questions.overdue import Overdue
from desirepath.app.questions.question import QuestionError
from desirepath.app.questions.rfm import Rfm
from desirepath.app.workspace import Workspace
from desirepath.core.estimate import Estimate
from desirepath.testing import journeys_for

ALL = (LifetimeValue(), Rfm(), Forecast(what="purchase"), Forecast(what="lapse"), Overdue())
CLUB = """
journey: A club
time_zone: UTC
currency: EUR
stages:
  decision: {enter: "event = 'Form Opened'", goal: "event = 'Joined'", lapse_after: 30 days}
  retention: {enter: "event = 'Joined'", lapse_after: 60 days}
active_while: {start: "event in ('Joined', 'Fee Paid')", end: Resigned}
"""


def members(n: int, seed: int) -> dict[str, list[str]]:
    """Members who pay each 30 days, and resign at some renewal with a chance of their own."""
    rng = np.random.default_rng(seed)
    people = {}
    for i in range(n):
        begin, goes = int(rng.integers(1, 160)), int(rng.geometric(rng.beta(1.0, 4.0)))
        lines = [f"day {begin} 09:00 Joined value=20"]
        for k in range(1, goes):
            if begin + 30 * k < 360:
                lines.append(f"day {begin + 30 * k} 09:00 Fee Paid value=20 by=business")
        if begin + 30 * goes - 1 < 360:
            lines.append(f"day {begin + 30 * goes - 1} 09:00 Resigned")
        people[f"m{i}"] = lines
    return people


def buyers(n: int, *, value: bool = True) -> dict[str, list[str]]:
    """Customers who order now and then, until they do not."""
    rng = np.random.default_rng(3)
    people = {}
    for i in range(n):
        at, usual = int(rng.integers(1, 120)), float(rng.gamma(2.0, 20.0)) + 5
        stays, lines = float(rng.exponential(200)), []
        end = min(at + stays, 299)
        while at <= end:
            paid = f" value={rng.gamma(3, 10):.2f}" if value else ""
            lines.append(f"day {at} 10:00 Order Completed{paid}")
            at += max(1, int(rng.gamma(2.0, usual / 2)))
        people[f"c{i}"] = lines
    return people


@pytest.fixture(scope="module")
def shop() -> Iterator[Workspace]:
    told = journeys_for(until="day 300", **buyers(300))  # its folder goes with it
    yield told.workspace


@pytest.mark.parametrize("question", ALL, ids=lambda q: f"{q.name} {getattr(q, 'what', '')}")
def test_a_shop_without_an_order_is_told_so(question: LifetimeValue) -> None:
    nobody = journeys_for(until="day 300", ana=["day 1 Page Viewed"], ben=["day 2 Product Viewed"])
    answer = nobody.workspace.ask(question)
    assert answer.says
    assert "nan" not in " ".join(answer.says)
    for count in answer.lists:
        assert len(answer.members(count)) in (0, 1, 2)


@pytest.mark.parametrize("question", ALL, ids=lambda q: f"{q.name} {getattr(q, 'what', '')}")
def test_one_order_each_is_told_so(question: LifetimeValue) -> None:
    people = {f"c{i}": [f"day {i + 1} Order Completed value=10"] for i in range(60)}
    told = journeys_for(until="day 300", **people)
    answer = told.workspace.ask(question)
    assert "nan" not in " ".join(answer.says)
    if question.name in ("lifetime-value", "overdue", "forecast"):
        assert "cannot be told" in answer.says[0] or "can be called overdue" in answer.says[0]


def test_counts_are_the_lengths_of_their_lists(shop: Workspace) -> None:
    value = shop.ask(LifetimeValue())
    assert len(value.members("buyers")) == value.result.buyers == 300
    assert len(value.members("bought again")) == value.result.bought_again
    assert len(value.members("top tenth")) == 30
    alive = np.array(value.table_named("customers").column("alive"))
    assert len(value.members("probably gone")) == (alive < 0.5).sum()
    groups = shop.ask(Rfm())
    for one in groups.result.groups:
        assert len(groups.members(one.group.label)) == one.customers
    quiet = shop.ask(Overdue())
    rings = quiet.table_named("customers").column("alarm")
    assert len(quiet.members("overdue")) == rings.count("rings")
    assert len(quiet.members("long overdue")) == rings.count("rings for long")


def test_values_are_in_minor_units_and_the_table_sums_to_the_total(shop: Workspace) -> None:
    answer = shop.ask(LifetimeValue(within="180 days"))
    total = answer.result.total.value
    assert isinstance(total, Estimate)
    table = answer.table_named("customers")
    assert sum(table.column("value")) == pytest.approx(total.value)
    assert sum(table.column("spent")) == pytest.approx(
        sum(round(float(line.split("value=")[1]) * 100) for lines in buyers(300).values() for line in lines)
    )


def test_without_value_orders_are_told_and_worth_is_not() -> None:
    told = journeys_for(until="day 300", **buyers(200, value=False))
    answer = told.workspace.ask(LifetimeValue())
    assert answer.result.total.purchases.known
    assert "no purchase has a value" in " ".join(answer.says)
    assert answer.table_named("customers").column("value")[0] is None
    assert "no value is known" in told.workspace.ask(Rfm()).says[0]


def test_a_cohort_and_a_group_are_asked_alone(shop: Workspace) -> None:
    early, late = shop.ask(LifetimeValue(until="2024-03-01")), shop.ask(LifetimeValue(since="2024-03-01"))
    assert early.result.buyers + late.result.buyers == 300
    by = shop.ask(LifetimeValue(by="month"))
    assert sum(one.customers for one in by.result.groups) == 300


def test_contracts_renew_as_they_are_told_to() -> None:
    club = journeys_for(CLUB, until="day 359", **members(400, 8))
    answer = club.workspace.ask(LifetimeValue(model="contract", within="180 days", check="90 days"))
    found = answer.result
    assert found.contracts == 400
    assert len(answer.members("running")) == len(found.running) == 400 - found.ended
    assert isinstance(found.told_before, Estimate)
    assert found.told_before.low <= found.came_since <= found.told_before.high
    assert isinstance(found.total_value, Estimate)
    # 20 euros a renewal, nearly undiscounted over half a year.
    assert found.total_value.value == pytest.approx(found.total_renewals.value * 2000, rel=0.06)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"model": "contract"}, "does not say what a contract is"),
        ({"within": "3 hours"}, "is shorter than a day"),
        ({"purchase": "Order Complete"}, 'Did you mean "Order Completed"'),
        ({"model": "bgnbd"}, 'Did you mean "bg_nbd"'),
    ],
)
def test_what_cannot_be_asked_is_refused_with_the_nearest_fix(
    shop: Workspace, fields: dict[str, str], said: str
) -> None:
    with pytest.raises(QuestionError, match=said):
        shop.ask(LifetimeValue(**fields))
