"""Looking back from a moment: the kernel against the obvious way, and nothing of the future in a feature."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from desirepath.core.times import DAY, NEVER
from desirepath.journey.bits import BY_BUSINESS, BY_CUSTOMER, BY_MACHINE
from desirepath.measure.forecast import kernel as forecast_kernel
from desirepath.measure.forecast.features import COUNTED
from desirepath.trail.trails import Trails
from tests.twins.looking_back import Event, known_at

BITS = {"customer": BY_CUSTOMER, "business": BY_BUSINESS, "machine": BY_MACHINE}
EVENT = st.builds(
    Event,
    ts=st.integers(0, 400).map(lambda d: d * DAY // 2),
    touchpoint=st.integers(-1, 5),
    value=st.integers(-300, 300),
    by=st.sampled_from(sorted(BITS)),
    bought=st.booleans(),
)
PEOPLE = st.lists(
    st.lists(EVENT, min_size=1, max_size=15).map(lambda e: sorted(e, key=lambda one: one.ts)),
    min_size=1,
    max_size=6,
)


def trails_of(people: list[list[Event]]) -> Trails:
    flat = [e for one in people for e in one]
    return Trails(
        offset=np.append(0, np.cumsum([len(one) for one in people])).astype(np.int64),
        ts=np.array([e.ts for e in flat], np.int64),
        touchpoint=np.array([e.touchpoint for e in flat], np.int16),
        channel=np.zeros(len(flat), np.int16),
        evidence=np.array([BITS[e.by] for e in flat], np.int64),
        value=np.array([e.value for e in flat], np.int64),
        event=np.arange(len(flat), dtype=np.int64),
        waits_until=np.full(len(flat), NEVER, np.int64),
    )


def looked(people: list[list[Event]], moment: int) -> np.ndarray:
    trails = trails_of(people)
    own, business = (trails.evidence & BY_CUSTOMER) != 0, (trails.evidence & BY_BUSINESS) != 0
    bought = np.array([e.bought for one in people for e in one], np.bool_)
    out = np.zeros((len(people), len(COUNTED)))
    forecast_kernel.look_back(
        0, len(people), trails.offset, trails.ts, trails.touchpoint, 6, trails.value, own, business, bought,
        moment, out,
    )  # fmt: skip
    return out


@given(PEOPLE, st.integers(0, 420).map(lambda d: d * DAY // 2))
def test_what_was_known_is_what_the_twin_says(people: list[list[Event]], moment: int) -> None:
    for row, events in zip(looked(people, moment), people, strict=True):
        expected = known_at(events, moment)
        np.testing.assert_allclose(row, np.zeros(len(COUNTED)) if expected is None else expected)


@given(PEOPLE, st.integers(1, 400).map(lambda d: d * DAY // 2))
def test_the_future_changes_no_feature(people: list[list[Event]], moment: int) -> None:
    changed = [
        [e if e.ts < moment else replaced(e, value=e.value + 77, touchpoint=3, bought=True) for e in one]
        for one in people
    ]
    np.testing.assert_array_equal(looked(people, moment), looked(changed, moment))


def replaced(event: Event, **fields: object) -> Event:
    return event._replace(**fields)  # type: ignore[arg-type]
