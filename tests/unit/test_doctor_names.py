"""Which name was meant: what rules ask for, and the nearest that exists."""

from __future__ import annotations

import pytest

from desirepath.collect.expression import SEGMENT, parse_rule
from desirepath.doctor.names import asked_values, columns_of, meant, nearest_names, rewritten


def asked(text: str, segment: bool = False) -> list[tuple[str, str]]:
    rule = parse_rule(text, SEGMENT) if segment else parse_rule(text)
    return [(str(column), value) for column, value in asked_values(rule)]


def test_a_rule_asks_for_values_by_equality_and_lists_and_within_counts() -> None:
    assert asked("event = 'A' and channel in ('x', 'it''s')") == [
        ("event", "A"),
        ("channel", "x"),
        ("channel", "it's"),
    ]
    assert asked("count(event = 'B') >= 2 or ever(properties.p = 'q')", segment=True) == [
        ("event", "B"), ("properties.p", "q"),
    ]  # fmt: skip


def test_it_asks_for_nothing_by_likeness_order_or_difference() -> None:
    assert asked("event like 'A%' and value > 5 and channel <> 'x' and text is not null") == []


def test_the_columns_of_a_rule_are_those_of_its_counts_as_well() -> None:
    rule = parse_rule("traits.t = 'a' and count(properties.p = 'q') > 1", SEGMENT)
    assert {str(one) for one in columns_of(rule)} == {"traits.t", "properties.p"}


@pytest.mark.parametrize(
    ("value", "known", "found"),
    [
        ("product viewed", ["Cart Viewed", "Product Viewed"], "Product Viewed"),
        ("product_viewed", ["Product Viewed", "Product Views"], "Product Viewed"),
        ("Order Compleet", ["Order Sent", "Order Completed"], "Order Completed"),
        ("Parachute Jumped", ["Order Sent", "Order Completed"], None),
        ("Order Sent", ["Order Sent"], None),
        ("x", [], None),
    ],
)
def test_the_nearest_name(value: str, known: list[str], found: str | None) -> None:
    assert meant(value, known) == found


def test_what_there_is_instead() -> None:
    assert nearest_names("order sent", ["Order Sent"]) == "did you mean 'Order Sent'?"
    assert nearest_names("zzz", ["a", "b", "c"], most=2) == "there are 'a', 'b' and 1 more"
    assert nearest_names("zzz", []) == "there are none"


def test_a_rule_is_rewritten_in_the_one_place() -> None:
    assert (
        rewritten("event = 'It''s on' or channel = 'on'", "It's on", "It is")
        == "event = 'It is' or channel = 'on'"
    )
