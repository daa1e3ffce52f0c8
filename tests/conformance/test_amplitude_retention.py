"""Amplitude's and Mixpanel's retention: what their documentation works out, as data.

Sources: Amplitude, "How time works in a retention analysis": a user starts on 1 December at 5:59 pm and returns on
2 December at 5:00 pm, and is retained on day 1; one who returns on the fifth day is in week 0. Mixpanel, "Query
Retention Report": interval 0 is within 24 hours, interval 1 between 24 and 48.
"""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from desirepath.core.times import NEVER, to_us
from desirepath.measure.periods import Unit
from desirepath.measure.retention.ask import Counting, count_returns, counting_of, first_starts, numbered
from desirepath.trail.trails import Trails


def column(counting: Counting, *moments: datetime) -> int | None:
    """The period in which one customer returned."""
    ts = np.array([to_us(moment) for moment in moments], np.int64)
    none = np.zeros(len(ts), np.int64)
    code = none.astype(np.int16)
    offset = np.array([0, len(ts)], np.int64)
    trails = Trails(offset, ts, code, code, none, none, np.arange(len(ts)), np.full(len(ts), NEVER))
    known = to_us(datetime(2024, 1, 1, tzinfo=UTC))
    found = count_returns(trails, first_starts(trails), counting, numbered(0, 9), known=known)
    hits = np.flatnonzero(found.returned.sum(axis=0))
    return int(hits[0]) if len(hits) else None


def december(day: int, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(2021, 12, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("unit", "start", "back", "period"),
    [
        ("day", december(1, 17, 59), december(2, 17, 0), 1),  # 23 hours and a minute later
        ("day", december(1, 17, 59), december(2, 16, 59), 0),
        ("day", december(1, 17, 0), december(3, 16, 59), 1),
        ("day", december(1, 17, 0), december(3, 17, 0), 2),
        ("week", december(1), december(6), 0),
        ("week", december(1, 23), december(7, 1), 0),
        ("week", december(1, 23), december(8, 1), 1),
        ("month", december(1), december(30, 23), 0),
        ("month", december(1), december(31, 0), 1),
    ],
)
def test_amplitude_rounds_down(unit: Unit, start: datetime, back: datetime, period: int):
    assert column(counting_of("amplitude", unit, "UTC"), start, back) == period


def test_our_rolling_day_is_all_of_24_hours():
    ours = Counting("day", "rolling")
    assert column(ours, december(1, 17, 59), december(2, 17, 0)) == 0
    assert column(ours, december(1, 17, 59), december(2, 17, 59)) == 1


def test_mixpanel_counts_24_hours_from_the_start():
    mixpanel = counting_of("mixpanel", "day", "UTC")
    assert column(mixpanel, december(1, 17, 59), december(2, 17, 58)) == 0
    assert column(mixpanel, december(1, 17, 59), december(2, 17, 59)) == 1
    assert column(mixpanel, december(1, 17, 59), december(3, 17, 59)) == 2
