"""The whole way, from setting out to the purchase: passes, and who is behind each count."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from desirepath.core.times import TimeRange
from desirepath.journey.visits import Visits
from desirepath.measure.cohort import EVER, take
from desirepath.measure.whole import COUNTS, end_of, horizon_of_all, whole, whole_members
from desirepath.testing import Journeys, journeys_for

BUYER = """
journey: Leads
kind: buyer
time_zone: UTC
stages:
  consideration: {enter: "event = 'Lead Created'", lapse_after: 90 days}
  decision:
    enter: "event = 'Demo Held'"
    goal: "event = 'Deal Won'"
    exit: "event = 'Deal Lost'"
    lapse_after: 30 days
"""


@pytest.fixture(scope="module")
def shop() -> Journeys:
    return journeys_for(
        until="day 360",
        bought=["day 1 09:00 Ad Clicked", "day 2 09:00 Product Viewed", "day 3 09:00 Order Completed"],
        first_seen_buying=["day 5 09:00 Order Completed"],
        silent=["day 1 09:00 Ad Clicked"],
        declined=["day 1 09:00 Product Viewed", "day 2 09:00 Declined"],
        young=["day 355 09:00 Product Viewed"],
        twice=["day 1 09:00 Product Viewed", "day 200 09:00 Cart Viewed", "09:05 Order Completed"],
        back=["day 1 09:00 Order Completed", "day 300 09:00 Page Viewed"],
    )


def test_each_pass_has_one_outcome_and_returns_are_not_among_them(shop: Journeys) -> None:
    with shop.workspace.asking() as asking:
        answer = whole(asking.journey, asking.visits, as_of=asking.as_of)
    assert answer.customers == 7
    assert answer.entered == 8  # one each, and the second try of one of them; not the return of `back`
    assert (answer.succeeded, answer.left, answer.lapsed, answer.in_flight) == (4, 1, 2, 1)


def test_counts_and_members_agree(shop: Journeys) -> None:
    with shop.workspace.asking() as asking:
        answer = whole(asking.journey, asking.visits, as_of=asking.as_of)
        for what in ("entered", "succeeded", "left", "lapsed", "in_flight"):
            members = whole_members(asking.journey, asking.visits, what, as_of=asking.as_of)
            assert len(members.customer) == getattr(answer, what)
        assert {len(whole_members(asking.journey, asking.visits, w, as_of=asking.as_of).rows) for w in COUNTS}


def test_of_some_and_of_a_time_passes_that_are_known_already_say_the_same(shop: Journeys) -> None:
    with shop.workspace.asking() as asking:
        visits, late = asking.visits, TimeRange(int(np.sort(asking.visits.entered)[3]))
        some = visits.customer % 2 == 0
        for where, period in ((None, EVER), (some, EVER), (None, late), (some, late)):
            asked = {"as_of": asking.as_of, "where": where, "period": period}
            known = whole(asking.journey, visits, passes=asking.passes, **asked)
            again = whole(asking.journey, visits, **asked)
            assert known.entered == again.entered
            assert known == again
            # One by one: the pass's first visit decides of whom and of when it is.
            first = {
                (c, n): k
                for k, (c, n) in reversed(list(enumerate(zip(visits.customer, visits.pass_no, strict=True))))
            }
            members = whole_members(asking.journey, visits, "entered", **asked).rows.tolist()
            assert set(members) <= set(first.values())
            kept = [
                k
                for k in members
                if (where is None or where[k]) and period.start <= visits.entered[k] < period.end
            ]
            assert members == kept


def test_taken_visits_are_those_rows_in_every_column(shop: Journeys) -> None:
    with shop.workspace.asking() as asking:
        rows = np.array([5, 0, 3])
        taken = take(asking.visits, rows)
        assert len(taken) == 3
        for one in fields(Visits):
            assert getattr(taken, one.name).tolist() == getattr(asking.visits, one.name)[rows].tolist()
        twice = take(taken, np.array([2, 1]))
        assert twice.entered.tolist() == asking.visits.entered[[3, 0]].tolist()
        with pytest.raises(AttributeError):
            _ = taken.nothing_of_the_kind  # type: ignore[attr-defined]  # that is the point


def test_the_horizon_is_that_of_the_stages_on_the_way(shop: Journeys) -> None:
    journey = shop.workspace.journey
    assert end_of(journey) == journey.index("retention")
    assert horizon_of_all(journey) == (30 + 60 + 14) * 86_400_000_000


def test_a_buyer_journey_ends_when_it_is_completed() -> None:
    leads = journeys_for(
        BUYER,
        until="day 200",
        won=["day 1 09:00 Lead Created", "day 8 09:00 Demo Held", "day 9 09:00 Deal Won"],
        lost=["day 1 09:00 Lead Created", "day 8 09:00 Demo Held", "day 9 09:00 Deal Lost"],
        won_unseen=["day 1 09:00 Lead Created", "day 9 09:00 Deal Won"],
        silent=["day 1 09:00 Lead Created"],
    )
    with leads.workspace.asking() as asking:
        answer = whole(asking.journey, asking.visits, as_of=asking.as_of)
    assert (answer.succeeded, answer.left, answer.lapsed, answer.in_flight) == (2, 1, 1, 0)


def test_nobody_gives_no_number(shop: Journeys) -> None:
    with shop.workspace.asking() as asking:
        nobody = asking.visits.customer < 0
        answer = whole(asking.journey, asking.visits, as_of=asking.as_of, where=nobody)
    assert answer.entered == 0
    assert not answer.rate.known and not answer.eventually.known
