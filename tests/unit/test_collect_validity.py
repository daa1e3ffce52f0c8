"""The table of rules: every reason is documented, and says what it costs."""

from __future__ import annotations

from pathlib import Path

from desirepath.collect.validity import EVENT_RULES, FIELD_RULES, REASONS, RULES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "loading.md"


def test_every_reason_is_documented() -> None:
    page = PAGE.read_text("utf-8")
    assert [reason for reason in REASONS if f"`{reason}`" not in page] == []


def test_a_reason_is_named_once_and_costs_the_event_or_one_field() -> None:
    names = [rule.name for rule in RULES]
    assert len(set(names)) == len(names)
    assert {rule.lost for rule in FIELD_RULES} == {"value", "score", "text"}
    assert len(EVENT_RULES) + len(FIELD_RULES) == len(RULES)
