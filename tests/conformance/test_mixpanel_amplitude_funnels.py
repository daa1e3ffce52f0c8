"""What Mixpanel's and Amplitude's documentation says of funnels, as data.

Sources: mixpanel/docs, pages/docs/reports/funnels/funnels-advanced.mdx and funnels-faq.mdx; Amplitude's pages "How
Amplitude computes funnels" and "How Amplitude handles simultaneous events in a funnel". Facts and figures only.
"""

from __future__ import annotations

import pytest

from desirepath.measure.funnel import Exclusion, PlanError, match
from tests.conformance.funnels import as_counted_by, ours, told

MINUTE, HOUR, DAY = 60, 3600, 86400


def levels(tool: str, story, steps, within, **rules) -> list[int]:
    found = as_counted_by(tool, story, steps, within=within, **rules)
    mine = ours(
        story, steps, within, **{k: v for k, v in rules.items() if k != "excluded"}, **_excluded(rules)
    )
    for customer, level in zip(found.customer.tolist(), found.their_level.tolist(), strict=True):
        mine[customer] = level
    return mine


def _excluded(rules) -> dict[str, object]:
    return {"excluded": rules["excluded"]} if "excluded" in rules else {}


# ---- Mixpanel -----------------------------------------------------------------------------------------


def test_the_first_entry_starts_the_clock():
    story = {1: [(0, "A"), (30 * MINUTE, "A"), (45 * MINUTE, "B"), (75 * MINUTE, "C")]}
    assert levels("mixpanel", story, list("ABC"), HOUR) == [2]
    assert levels("mixpanel", story, list("ABC"), HOUR, reentry="best_entry") == [2]
    assert ours(story, list("ABC"), HOUR, reentry="best_entry") == [3]
    found = as_counted_by("mixpanel", story, list("ABC"), within=HOUR, reentry="best_entry")
    assert found.why == ("only the first entry counts",)


@pytest.mark.parametrize(("path", "level"), [("ABCDE", 5), ("ABFCDE", 5), ("ABDCDE", 5), ("ABCE", 3)])
def test_specific_order_is_loose(path, level):
    story = {1: [(i * MINUTE, e) for i, e in enumerate(path)]}
    assert levels("mixpanel", story, list("ABCDE"), DAY) == [level]
    assert ours(story, list("ABCDE"), DAY) == [level]


@pytest.mark.parametrize(("before", "theirs"), [(2, 2), (2.5, 1)])
def test_steps_within_two_seconds_are_interchangeable(before, theirs):
    story = {1: [(10 - before, "B"), (10, "A")]}
    assert levels("mixpanel", story, list("AB"), DAY) == [theirs]
    assert ours(story, list("AB"), DAY) == [1]


def test_an_exclusion_drops_the_attempt_and_counts_its_entry():
    story = {1: [(0, "A"), (60, "A"), (120, "A"), (180, "B")]}
    rules = {"excluded": ["A"], "exclusions": (Exclusion(0, -1, "A"),)}
    assert levels("mixpanel", story, list("AB"), DAY, **rules) == [1]
    events, plan = told(story, list("AB"), within=DAY, reentry="all_entries", **rules)
    found = match(events, plan)
    # Their totals have two entries and one conversion: the excluded event is no entry to them; it is one to us.
    assert found.reached.tolist() == [1, 1, 2]


def test_the_first_value_is_held():
    """A customer enters with the shirt, adds jeans: no conversion where the item is held constant."""
    from dataclasses import replace

    import numpy as np

    events, plan = told(
        {1: [(0, "Browse"), (60, "Browse"), (120, "Add")]}, ["Browse", "Add"], within=DAY, held="item"
    )
    for items, level in (([0, 1, 1], 1), ([0, 1, 0], 2)):
        held = replace(events, held=np.array(items, np.int32))
        assert match(held, plan).reached.tolist() == [level]
        assert match(held, replace(plan, reentry="best_entry")).reached.tolist() == [2]


# ---- Amplitude ----------------------------------------------------------------------------------------


def test_either_order_within_a_second():
    story = {1: [(10.0, "B"), (10.4, "A")], 2: [(10.0, "B"), (12.0, "A")]}
    assert levels("amplitude", story, list("AB"), DAY) == [2, 1]
    assert ours(story, list("AB"), DAY) == [1, 1]


def test_two_of_the_same_in_one_second_are_one():
    story = {1: [(10.0, "A"), (10.2, "A"), (20, "B")]}
    assert levels("amplitude", story, list("AAB"), DAY) == [1]
    assert ours(story, list("AAB"), DAY) == [3]


def test_a_step_may_come_twice_in_a_funnel():
    story = {1: [(0, "A"), (60, "A"), (120, "B")], 2: [(0, "A"), (120, "B")]}
    assert levels("amplitude", story, list("AAB"), DAY) == [3, 1]


def test_exact_order_lets_nothing_between_but_what_is_in_the_same_second():
    story = {1: [(0, "A"), (60, "X"), (120, "B")], 2: [(0, "A"), (0.3, "X"), (120, "B")]}
    assert levels("amplitude", story, list("AB"), DAY, order="exact") == [1, 2]
    assert ours(story, list("AB"), DAY, order="exact") == [1, 1]


def test_in_any_order_the_first_step_is_still_the_entry():
    story = {1: [(0, "B"), (60, "A"), (120, "C")], 2: [(0, "B"), (60, "C")]}
    assert levels("amplitude", story, list("ABC"), DAY, order="any") == [2, 0]
    assert ours(story, list("ABC"), DAY, order="any") == [3, 2]


def test_searching_four_times_before_adding_is_one_conversion():
    story = {1: [*((i * MINUTE, "search") for i in range(4)), (10 * MINUTE, "add")]}
    assert levels("amplitude", story, ["search", "add"], DAY) == [2]


# ---- what none of them has ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tool", "rules"),
    [
        ("mixpanel", {"order": "exact"}),
        ("amplitude", {"order": "strict"}),
        ("posthog", {"order": "strict"}),
        ("clickhouse", {"order": "any"}),
        ("heap", {}),
    ],
)
def test_what_a_tool_cannot_count_is_refused_with_what_it_can(tool, rules):
    with pytest.raises(PlanError) as refused:
        as_counted_by(tool, {1: [(0, "A")]}, list("AB"), within=DAY, **rules)
    assert refused.value.hint


def test_clickhouse_takes_32_steps_and_we_any_number():
    story = {1: [(i, i) for i in range(200)]}
    assert ours(story, list(range(200)), DAY) == [200]
    assert ours(story, list(range(200)), DAY, order="any") == [200]
    with pytest.raises(PlanError, match="at most 32 steps"):
        as_counted_by("clickhouse", story, list(range(200)), within=DAY)
    found = as_counted_by("posthog", story, list(range(200)), within=DAY)
    assert found.theirs.tolist() == [1] * 200
