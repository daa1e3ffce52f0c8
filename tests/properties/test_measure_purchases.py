"""Days with a purchase: the kernel against the obvious way, over zones, refunds, ties and cuts."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from desirepath.core.times import DAY, FOREVER, HOUR
from desirepath.journey.calendar import offset_changes
from desirepath.measure.value.purchases import purchases
from tests.trails_by_hand import trails_of
from tests.twins.purchases import days_of

BEGIN = 1_711_000_000_000_000  # days before the clocks change in Europe and Australia, 2024
EVENT = st.tuples(
    st.integers(0, 40 * 24).map(lambda h: BEGIN + h * HOUR), st.booleans(), st.integers(-500, 900)
)


@given(
    st.lists(st.lists(EVENT, max_size=12).map(lambda e: sorted(e, key=lambda one: one[0])), max_size=5),
    st.sampled_from(["UTC", "Australia/Sydney", "America/New_York"]),
    st.one_of(st.just(FOREVER), st.integers(0, 40).map(lambda d: BEGIN + d * DAY)),
)
def test_days_with_a_purchase_are_those_of_the_twin(
    people: list[list[tuple[int, bool, int]]], zone: str, until: int
) -> None:
    trails = trails_of([[(ts, value) for ts, _, value in one] for one in people])
    bought = np.array([b for one in people for _, b, _ in one], np.bool_)
    found = purchases(trails, bought, offset_changes(zone, 2024, 2024), until)
    expected = {c: days_of(one, zone, until) for c, one in enumerate(people)}
    assert found.customer.tolist() == [c for c, days in expected.items() if days]
    for i, c in enumerate(found.customer.tolist()):
        part = slice(found.start[i], found.start[i + 1])
        assert list(zip(found.day[part].tolist(), found.worth[part].tolist(), strict=True)) == expected[c]
        first = next(p for p, (_, bought_it, _) in enumerate(people[c]) if bought_it)
        assert found.first_event[i] == trails.offset[c] + first
    assert found.times.sum() == len(found.day)
    assert found.total().sum() == found.worth.sum()


def test_who_is_kept_keeps_their_days() -> None:
    trails = trails_of([[(DAY, 5), (3 * DAY, 7)], [(2 * DAY, 1)], [(DAY, 2), (2 * DAY, 3), (2 * DAY + 1, 4)]])
    found = purchases(trails, np.ones(6, np.bool_), offset_changes("UTC", 1970, 1970))
    some = found.of(np.array([True, False, True]))
    assert some.customer.tolist() == [0, 2]
    assert (some.day.tolist(), some.worth.tolist()) == ([1, 3, 1, 2], [5, 7, 2, 7])
    assert (some.first.tolist(), some.last.tolist(), some.times.tolist()) == ([1, 1], [3, 2], [2, 2])
