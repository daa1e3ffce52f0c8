"""ClickHouse's published cases of windowFunnel, as data: what it gives, and what we give where the rules agree.

Source: tests/queries/0_stateless/00632_aggregation_window_funnel.reference and 01646_fix_window_funnel_inconistency
of github.com/ClickHouse/ClickHouse. Facts and figures only. Left out: `allow_reentry`,
whose published answers belong to a version of the function whose source says otherwise; `sequenceMatch`, whose patterns
no funnel of ours has.
"""

from __future__ import annotations

import pytest

from tests.conformance.funnels import ours, window_funnel

NINE = {0: [(i, 1000 + i) for i in range(9)]}
EIGHT = {0: [(i, 1000 + i) for i in range(1, 9)]}


@pytest.mark.parametrize(
    ("story", "steps", "within", "level"),
    [
        (NINE, [1000], 10000, 1),
        (NINE, [1000, 1001], 10000, 2),
        (NINE, [1000, 1001, 1002], 10000, 3),
        (NINE, [1000, 1001, 1002, 1008], 10000, 4),
        (NINE, [1000], 1, 1),
        (NINE, [1003, 1004, 1005, 1006, 1007], 2, 3),
        (NINE, [1003, 1004, 1005, 1006, 1007], 3, 4),
        (NINE, [1003, 1004, 1005, 1006, 1007], 4, 5),
        (EIGHT, [1003, 1004, 1005, 1006, 1007], 4, 5),
        (EIGHT, [1001, 1008], 10000, 2),
        (EIGHT, [1008, 1001], 10000, 1),
    ],
)
def test_a_window_slides(story, steps, within, level):
    assert window_funnel(story, steps, within) == [level] == ours(story, steps, within, reentry="best_entry")


def test_one_event_can_be_several_steps_to_them_and_fills_one_to_us():
    steps = [lambda e: e <= 1007, lambda e: e >= 1002, lambda e: e <= 1006, lambda e: e >= 1004]
    assert window_funnel(EIGHT, steps, 4) == [4] == ours(EIGHT, steps, 4, reentry="best_entry")
    thrice = {0: [(0, 1000), (1, 1001), (1, 1002), (1, 1003), (2, 1004)]}
    assert window_funnel(thrice, [1004] * 3, 10000) == [3]
    # strict_once and strict_increase give 1 for it, as we do.
    assert window_funnel(thrice, [1004] * 3, 10000, "strict_increase") == [1]
    assert ours(thrice, [1004] * 3, 10000, reentry="best_entry") == [1]


def test_a_step_done_again_stops_strict_deduplication():
    told = zip([0, 10, 20, 30, 40, 50, 51, 60, 70, 80], [0, 1, 2, 3, 4, 5, 5, 6, 7, 8], strict=True)
    story = {0: [(at, 1000 + number) for at, number in told]}
    steps = list(range(1000, 1007))
    assert window_funnel(story, steps, 10000, "strict_deduplication") == [6]
    assert window_funnel(story, steps, 10000) == [7] == ours(story, steps, 10000)
    again = {0: list(enumerate("abcbd", start=1))}
    assert window_funnel(again, list("abcd"), 86400, "strict_deduplication") == [3]


SEVEN = {
    1: "abc", 2: "adbc", 3: "aabbcc", 4: "aaaabbcc", 5: "aabbdcc", 6: "ccbbaa", 7: "acb",
}  # fmt: skip
LETTERS = {who: list(enumerate(told, start=1)) for who, told in SEVEN.items()}


def test_strict_order_stops_at_what_is_out_of_order():
    assert window_funnel(LETTERS, list("abc"), 86400) == [3, 3, 3, 3, 3, 1, 2]
    assert window_funnel(LETTERS, list("abc"), 86400, "strict_order") == [3, 1, 3, 3, 2, 1, 1]
    assert ours(LETTERS, list("abc"), 86400, order="exact") == [3, 1, 3, 3, 2, 1, 1]
    both = window_funnel(LETTERS, list("abc"), 86400, "strict_deduplication", "strict_order")
    assert both == [3, 1, 2, 2, 2, 1, 1]


def test_strict_increase_takes_later_times_only():
    story = {0: [(0, 1000), (1, 1001), (1, 1002), (1, 1003), (2, 1004)]}
    steps = [1000, 1001, 1002, 1003, 1004]
    assert window_funnel(story, steps, 10000) == [5] == ours(story, steps, 10000)
    assert window_funnel(story, steps, 10000, "strict_increase") == [2]


def test_strict_once_is_our_rule_that_an_event_fills_one_step():
    story = {
        123: [(180, "failure"), (220, "failure"), (250, "success")],
        234: [(100, "failure"), (250, "failure")],
        345: [(200, "success"), (210, "failure"), (230, "success")],
    }
    # With strict_once, with or without strict_increase or strict_deduplication.
    published = [3, 2, 1]
    assert ours(story, ["failure", "failure", "success"], 200, reentry="best_entry") == published


def test_what_has_no_value_is_no_step():
    rows = {
        1: [(1, ("a1", "b1")), (2, ("a2", "b2"))],
        2: [(1, ("a1", None)), (2, ("a2", None))],
        3: [(1, (None, None))],
        4: [(1, (None, "b1")), (2, ("a2", None)), (3, (None, "b3"))],
    }

    def a(value: str | None):
        return lambda row: row[0] == value

    def b(value: str):
        return lambda row: row[1] == value

    assert window_funnel(rows, [a("a1"), a("a2")], 86400) == [2, 2, 0, 0]
    assert window_funnel(rows, [a("a1"), b("b2")], 86400) == [2, 1, 0, 0]
    assert window_funnel(rows, [lambda r: r == (None, None)], 86400) == [0, 0, 1, 0]
    assert window_funnel(rows, [a(None), b("b3")], 86400) == [0, 0, 1, 2]
    assert window_funnel(rows, [a(None), b("b3")], 86400, "strict_order") == [0, 0, 1, 1]


@pytest.mark.parametrize("tied", [[1004, 1003], [1003, 1004]])
def test_the_order_of_arrival_of_ties_changes_nothing(tied):
    story = {1: [(0, 1002), *((86400, e) for e in tied)]}
    assert window_funnel(story, [1004, 1003, 1002], 6048000000) == [2]
    assert ours(story, [1004, 1003, 1002], 6048000000, reentry="best_entry") == [2]
