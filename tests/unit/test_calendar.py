"""The two small arrays of a time zone say what zoneinfo says, through the year and at every change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfoNotFoundError, available_timezones

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from desirepath.core.times import HOUR, NEVER, SECOND, from_us, to_us
from desirepath.journey.calendar import offset_changes


def offset_by_zoneinfo(zone: str, instant: int) -> int:
    return round((from_us(instant, zone).utcoffset() or timedelta()).total_seconds() * SECOND)


@given(st.sampled_from(sorted(available_timezones())), st.integers(1970, 2040))
@example("America/Boa_Vista", 2000)  # a summer time that was called off on its seventh day
@example("Africa/Cairo", 2010)  # summer time paused for Ramadan
@example("Africa/Casablanca", 2024)
@example("Pacific/Apia", 2011)  # skipped a day
@example("Pacific/Kwajalein", 1993)  # skipped a day, long ago
@example("Antarctica/Troll", 2024)  # two hours at once
@example("Australia/Lord_Howe", 2024)  # half an hour
@example("Africa/Monrovia", 1972)  # off by 44 minutes and 30 seconds
def test_all_through_a_year_the_offset_is_what_zoneinfo_says(zone: str, year: int) -> None:
    begin, end = (to_us(datetime(y, 1, 1, tzinfo=UTC)) for y in (year, year + 1))
    starts, offsets = offset_changes(zone, year, year)
    at_changes = [t + d for t in starts[1:].tolist() for d in (-SECOND, -1, 0, 1)]
    for instant in [*range(begin, end, 8 * HOUR), *at_changes]:
        found = offsets[np.searchsorted(starts, instant, side="right") - 1]
        assert found == offset_by_zoneinfo(zone, instant)


def test_the_first_offset_holds_from_the_beginning_of_time() -> None:
    starts, offsets = offset_changes("Asia/Kathmandu", 2024, 2024)
    assert starts.tolist() == [NEVER]
    assert offsets.tolist() == [5 * HOUR + 45 * HOUR // 60]


def test_years_at_the_ends_of_the_calendar_are_no_trouble() -> None:
    assert offset_changes("UTC", 1, 9999)[1].tolist() == [0]


def test_a_zone_that_does_not_exist_is_named() -> None:
    with pytest.raises(ZoneInfoNotFoundError, match="Atlantis"):
        offset_changes("Atlantis/Capital", 2024, 2024)
