"""Comparison, change and groups as questions: how sides are written, what is refused, what an empty shop answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from desirepath.app.asking import Asking
from desirepath.app.questions.change import Change
from desirepath.app.questions.comparison import Comparison
from desirepath.app.questions.funnel import Funnel
from desirepath.app.questions.groups import Groups
from desirepath.app.questions.question import QuestionError
from desirepath.app.questions.sides import read_sides
from desirepath.core.times import from_us
from desirepath.testing import journeys_for
from desirepath.testing.journeys import SHOP, Journeys

JOURNEY = (
    SHOP
    + """
touchpoints:
  ad: {stage: awareness, when: "event = 'Ad Clicked'"}
  product: {stage: consideration, when: "event = 'Product Viewed'"}
  cart: {stage: decision, when: "event = 'Cart Viewed'"}
segments:
  phone: "ever(properties.device = 'phone')"
  buyers: {label: Bought before, rule: "ever(event = 'Order Completed')"}
personas:
  hesitant: {segment: "count(event = 'Product Viewed') >= 3"}
"""
)


def story(number: int) -> list[str]:
    """Phones ask twice and buy seldom; desks buy. Half of all come in the first hundred days."""
    day, phone = 1 + (number % 2) * 100 + number, number % 3 == 0
    lines = ["Ad Clicked", "Product Viewed", "Product Viewed", "Cart Viewed"]
    if number % 5 if phone else number % 7:
        lines += ["Order Completed value=50", "Product Viewed"]
    told = [
        f"{9 + hour:02}:00 {line} device={'phone' if phone else 'desk'}" for hour, line in enumerate(lines)
    ]
    return [f"day {day} {told[0]}", *told[1:]]


@pytest.fixture(scope="module")
def shop() -> Journeys:
    return journeys_for(
        JOURNEY,
        until="day 700",
        **{f"c{n}": story(n) for n in range(90)},
    )


@pytest.fixture(scope="module")
def asking(shop: Journeys) -> Iterator[Asking]:
    with shop.workspace.asking() as one:
        yield one


def sides(asking: Asking, a: str, b: str | None = None, **more: str | None):  # type: ignore[no-untyped-def]
    asked = {"segment": None, "since": None, "until": None} | more
    return read_sides(asking, a, b, **asked)


@pytest.mark.parametrize(
    ("a", "b", "labels"),
    [
        ("segment:phone", None, ("Phone", "all others than Phone")),
        ("buyers", "segment:phone", ("Bought before", "Phone")),
        ("persona:hesitant", "rest", ("Hesitant", "all others than Hesitant")),
        ("device=phone", "device=desk", ("properties.device = phone", "properties.device = desk")),
        (
            "count(event = 'Product Viewed') >= 2",
            "everyone",
            ("count(event = 'Product Viewed') >= 2", "everyone"),
        ),
        ("period:2024-Q2", None, ("2024-Q2", "2024-Q1")),
        ("period:2024-03", "period:2024", ("2024-03", "2024")),
        ("period:2024-01", "before", ("2024-01", "2023-12")),
        ("period:2024-Q1", "before", ("2024-Q1", "2023-Q4")),
        ("period:2024", "before", ("2024", "2023")),
        ("period:2024-03-05..2024-03-12", "before", ("2024-03-05 to 2024-03-12", "2024-02-27 to 2024-03-05")),
    ],
)
def test_sides_are_written_plainly(asking: Asking, a: str, b: str | None, labels: tuple[str, str]):
    found = sides(asking, a, b)
    assert tuple(one.label for one in found) == labels


def test_a_quarter_ends_where_the_next_begins(asking: Asking):
    for text, begin, end in (
        ("period:2024-Q4", "2024-10-01", "2025-01-01"),
        ("period:2024-12", "2024-12-01", "2025-01-01"),
        ("period:2024", "2024-01-01", "2025-01-01"),
    ):
        period = sides(asking, text, "everyone")[0].period
        assert from_us(period.start).date().isoformat() == begin
        assert from_us(period.end).date().isoformat() == end


@pytest.mark.parametrize(
    ("a", "b", "message", "hint"),
    [
        ("segment:fone", None, 'there is no segment "fone"', 'Did you mean "phone"?'),
        ("hesitent", None, '"hesitent" is no side', 'Did you mean "hesitant"?'),
        ("everyone", None, "there is no rest", "before"),
        ("before", None, '"before" can only stand second', "Write segment:NAME"),
        ("phone", "before", "there is no before", "Give a period"),
        ("device=tablet", None, 'properties.device is never "tablet"', "desk"),
        ("devise=phone", None, 'there is no column "devise"', "properties.device"),
        ("period:2024-13", None, '"period:2024-13" is no period', "2026-Q1"),
        ("count(event = \"x\") > 1", None, "is no rule over customers", "single quotes"),
        ("persona:phone", None, 'there is no persona "phone"', "hesitant"),
    ],
)  # fmt: skip
def test_what_is_no_side_is_refused_with_the_nearest_fix(
    asking: Asking, a: str, b: str | None, message: str, hint: str
):
    with pytest.raises(QuestionError) as caught:
        sides(asking, a, b)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_a_comparison_tells_both_sides_and_lists_them(shop: Journeys):
    answer = shop.workspace.ask(Comparison(a="phone", b="rest", measures=("rate", "value")))
    assert "measures" in answer.says[0]
    rows = {row["measure"]: row for row in answer.table}
    decision = rows["rate:decision"]
    assert (decision["a_n"], decision["b_n"]) == (30, 60)
    assert decision["a"] == pytest.approx(24 / 30)
    assert decision["b"] == pytest.approx(52 / 60)
    assert decision["difference"] == pytest.approx(24 / 30 - 52 / 60)
    assert len(answer.members("rate:decision a")) == decision["a_customers"] == 30
    assert len(answer.members("a")) + len(answer.members("b")) >= 90
    assert rows["value:decision"]["unit"] == "money"
    assert rows["value:decision"]["a"] == 5000


def test_the_steps_of_a_funnel_are_compared_as_the_funnel_counts_them(shop: Journeys):
    steps = ("product", "cart", "Order Completed")
    answer = shop.workspace.ask(Comparison(a="phone", measures=("funnel",), steps=steps, within="2 days"))
    rows = {row["measure"]: row for row in answer.table}
    assert set(rows) == {"funnel:all", "funnel:2", "funnel:3"}
    funnel = shop.workspace.ask(Funnel(steps=steps, within="2 days", segment="phone")).result
    assert rows["funnel:all"]["a_n"] == funnel.rated
    assert rows["funnel:all"]["a"] == pytest.approx(funnel.rated_converted / funnel.rated)
    assert rows["funnel:3"]["a"] == pytest.approx(funnel.steps[2].step_rate.value)  # type: ignore[union-attr]
    assert rows["funnel:all"]["a"] == pytest.approx(24 / 30)
    assert rows["funnel:all"]["b"] == pytest.approx(52 / 60)
    with pytest.raises(QuestionError, match="two steps"):
        shop.workspace.ask(Comparison(a="phone", steps=("cart",)))
    with pytest.raises(QuestionError, match="nothing to compare"):
        shop.workspace.ask(Comparison(a="phone", measures=("funnel",)))


def test_measures_that_are_not_there_are_refused(shop: Journeys):
    for asked, hint in (("rat", "rate"), ("rate:decison", "rate:decision"), ("score", "surveys")):
        with pytest.raises(QuestionError) as caught:
            shop.workspace.ask(Comparison(a="phone", measures=(asked,)))
        assert hint in caught.value.hint
    with pytest.raises(QuestionError, match="nothing is to be compared"):
        shop.workspace.ask(Comparison(a="phone", measures=()))


def test_a_change_adds_up_and_lists_its_groups(shop: Journeys):
    answer = shop.workspace.ask(
        Change(
            measure="rate:decision",
            by="device",
            a="period:2024-05-01..2024-09-01",
            b="period:2024-01-01..2024-05-01",
        )
    )
    assert sum(row["mix"] + row["rate"] for row in answer.table) == pytest.approx(
        answer.result.difference.value
    )  # type: ignore[union-attr]
    assert "by mix" in answer.says[0]
    for row in answer.table:
        assert len(answer.members(f"{row['group']} a")) == row["a_customers"]
    with pytest.raises(QuestionError, match="several measures"):
        shop.workspace.ask(Change(measure="rate", a="period:2024-Q2"))
    with pytest.raises(QuestionError) as caught:
        shop.workspace.ask(Change(measure="eventual:decision", a="period:2024-Q2"))
    assert "rate:decision" in caught.value.hint
    with pytest.raises(QuestionError, match="broken down"):
        shop.workspace.ask(Change(measure="rate:decision", by="colour", a="period:2024-Q2"))


def test_a_rule_is_counted_and_described_live(shop: Journeys):
    answer = shop.workspace.ask(Groups(rule="count(event = 'Product Viewed') >= 3"))
    assert answer.says[0].startswith(
        "count(event = 'Product Viewed') >= 3: 76 of 90 customers are of it now, 84 %"
    )
    assert len(answer.members("inside")) == 76
    assert len(answer.members("beside")) == 14
    persona = shop.workspace.ask(Groups(rule="persona:hesitant"))
    assert persona.members("inside").column("customer") == answer.members("inside").column("customer")
    with pytest.raises(QuestionError, match="no rule over customers"):
        shop.workspace.ask(Groups(rule="count(evnt = 'x') > 1"))


def test_too_few_customers_for_groups_are_told(shop: Journeys):
    answer = shop.workspace.ask(Groups(fewest=2))
    assert answer.says[0].startswith("No groups can be looked for")
    assert len(answer.tables["groups"]) == 0


def test_an_empty_shop_and_a_single_customer_have_answers_too():
    one = journeys_for(JOURNEY, ana=["day 1 Ad Clicked device=phone"])
    asked = (
        Comparison(a="phone"),
        Comparison(a="period:2030-01"),
        Change(measure="rate:decision", a="period:2024-01"),
        Groups(),
        Groups(rule="ever(event = 'Ad Clicked')"),
    )
    for question in asked:
        answer = one.workspace.ask(question)
        assert answer.says[0]
        assert not any(row.get("beyond_chance") for row in answer.table)
    with pytest.raises(QuestionError):
        one.workspace.ask(Comparison(a="device=desk"))
