"""PostHog's published funnel cases, as data: strict and conversion times; stories of ours for ties and unordered.

Source: posthog/hogql_queries/insights/funnels/test/test_funnel_strict.py, test_funnel_unordered.py,
conversion_time_cases.py of github.com/PostHog/posthog. What ties, exclusions and optional steps do was read in
funnel-udf/src/steps.rs. Facts and figures only. "exact" is what they call strict.
"""

from __future__ import annotations

import numpy as np
import pytest

from desirepath.measure.funnel import match
from tests.conformance.funnels import as_counted_by, ours, told

HOURS, DAY = 3600, 86400
UP, VIEW, SEEN, OTHER = "user signed up", "$pageview", "insight viewed", "blaah blaa"


def one_a_minute(*names: str) -> list[tuple[float, object]]:
    return [(60 * i, name) for i, name in enumerate(names)]


STRICT = {
    1: one_a_minute(UP),
    2: one_a_minute(VIEW, UP),
    3: one_a_minute(UP, VIEW, OTHER, SEEN),
    4: one_a_minute(SEEN, OTHER, VIEW, UP),
    5: one_a_minute(VIEW, UP, OTHER, VIEW, SEEN),
    6: one_a_minute(OTHER, UP, OTHER, VIEW),
    7: one_a_minute(OTHER, UP, VIEW, SEEN, OTHER),
    8: one_a_minute(SEEN, VIEW),
}


def test_strict_lets_nothing_come_between():
    steps = [UP, VIEW, SEEN]
    levels = ours(STRICT, steps, 14 * DAY, order="exact")
    assert [sum(level > i for level in levels) for i in range(3)] == [7, 2, 1]
    assert [who for who, level in zip(STRICT, levels, strict=True) if level > 1] == [3, 7]
    theirs = as_counted_by("posthog", STRICT, steps, within=14 * DAY, order="exact")
    assert theirs.theirs.tolist() == [7, 2, 1]
    assert not len(theirs.customer)


def test_strict_with_a_browser_between():
    story = {1: [(0, "sign up"), (1, "blah"), (2, "play movie")], 2: [(0, "sign up"), (1, "play movie")]}
    assert ours(story, ["sign up", "play movie"], 7 * DAY, order="exact") == [1, 2]


def test_unordered_counts_how_many_were_done():
    story = {
        1: one_a_minute(UP),
        2: one_a_minute(VIEW, UP),
        3: one_a_minute(SEEN, UP, VIEW),
        4: one_a_minute(VIEW, OTHER, SEEN, UP),
        5: one_a_minute(OTHER),
    }
    found = as_counted_by("posthog", story, [UP, VIEW, SEEN], within=14 * DAY, order="any")
    assert found.theirs.tolist() == [4, 3, 2] == found.ours.tolist()


@pytest.mark.parametrize("order", ["ordered", "exact", "any"])
def test_later_incomplete_tries_do_not_count_again(order):
    at = [1, 2, 3, 52, 53, 79, 82]  # hours since midnight of the first day
    names = [UP, VIEW, "something else", UP, VIEW, UP, VIEW]
    events, plan = told(
        {1: [(h * HOURS, n) for h, n in zip(at, names, strict=True)]}, names[:3], within=DAY, order=order
    )
    found = match(events, plan)
    assert found.reached.tolist() == [3]
    assert (np.diff(events.ts[found.steps]) / 1e6).tolist() == [3600, 3600]


@pytest.mark.parametrize("order", ["ordered", "exact", "any"])
def test_conversion_times_of_steps(order):
    story = {
        1: [(12 * HOURS, "sign up"), (13 * HOURS, "play movie"), (15 * HOURS, "buy")],
        2: [(38 * HOURS, "sign up"), (40 * HOURS, "play movie")],
        3: [(38 * HOURS, "sign up"), (40 * HOURS, "play movie"), (41 * HOURS, "buy")],
    }
    events, plan = told(story, ["sign up", "play movie", "buy"], within=7 * DAY, order=order)
    found = match(events, plan)
    assert found.reached.tolist() == [3, 2, 3]

    def took(level: int) -> np.ndarray:
        rows = np.flatnonzero(found.reached > level)
        return (events.ts[found.at(level, rows)] - events.ts[found.at(level - 1, rows)]) / 1e6

    assert (took(1).mean(), np.median(took(1))) == (6000, 7200)
    assert (took(2).mean(), np.median(took(2))) == (5400, 5400)


@pytest.mark.parametrize(("within", "converted"), [(14 * DAY, [0, 2]), (300, [0])])
@pytest.mark.parametrize("order", ["ordered", "exact", "any"])
def test_the_window_ends_with_its_last_second(within, converted, order):
    minutes = 60
    story = {
        1: [(120 * minutes, UP), (125 * minutes, VIEW)],
        2: [(123 * minutes, UP)],
        3: [(0, UP), (15 * minutes, VIEW)],
    }
    levels = ours(story, [UP, VIEW], within, order=order)
    assert [i for i, level in enumerate(levels) if level == 2] == converted


def test_ties_are_sorted_by_step():
    """Issue 25048's kind: duplicates at one timestamp, in the wrong order of arrival."""
    story = {1: [(0, "c"), (0, "b"), (0, "a"), (0, "b")]}
    found = as_counted_by("posthog", story, ["a", "b", "c"], within=DAY)
    assert found.theirs.tolist() == [1, 1, 1] == found.ours.tolist()


def test_who_did_what_is_excluded_is_taken_out_and_with_us_dropped():
    story = {
        1: [(0, "a"), (1, "x"), (2, "b")],
        2: [(0, "a"), (1, "b"), (2, "x")],
        3: [(0, "a"), (1, "x")],
        4: [(0, "a"), (1, "x"), (2, "a"), (3, "b")],
    }
    from desirepath.measure.funnel import Exclusion

    found = as_counted_by(
        "posthog", story, ["a", "b"], within=DAY, excluded=["x"], exclusions=(Exclusion(0, -1, "x"),)
    )
    assert found.ours.tolist() == [4, 1]
    assert found.theirs.tolist() == [2, 2]  # 1 and 3 are gone, 4 begins anew
    assert dict(zip(found.customer.tolist(), found.their_level.tolist(), strict=True)) == {0: -1, 2: -1, 3: 2}
    assert "taken out of the funnel" in found.why[0]


def test_optional_steps_are_not_waited_for():
    story = {1: [(0, "a"), (1, "b"), (2, "c")], 2: [(0, "a"), (2, "c")], 3: [(0, "a"), (1, "b")]}
    found = as_counted_by("posthog", story, ["a", "b", "c"], within=DAY, optional=(False, True, False))
    assert found.ours.tolist() == [3, 2] == found.theirs.tolist()
