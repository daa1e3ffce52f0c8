"""Whose clock: the shape of a day, the distance of two sources, hours that clocks skip. On small tables."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desirepath.core.times import DAY, to_us
from desirepath.doctor.clocks import (
    SLOT,
    Shift,
    day_of,
    gap_is_filled,
    peaks,
    shifted,
    skipped_hours,
    zone_for,
)

BY_DAY = [0] * 8 + [20, 40, 60, 80, 80, 80, 80, 80, 80, 60, 60, 40, 40, 20, 10, 0]
YEAR = to_us(datetime(2024, 1, 1, tzinfo=UTC)), to_us(datetime(2025, 1, 1, tzinfo=UTC))


def moved(hours: list[int], by: int) -> list[int]:
    return [hours[(hour - by) % 24] for hour in range(24)]


@given(st.integers(0, 23))
def test_the_middle_of_a_day_moves_with_the_clock(by: int) -> None:
    here, there = day_of(BY_DAY), day_of(moved(BY_DAY, by))
    assert (there.middle - here.middle - by + 12) % 24 - 12 == pytest.approx(0, abs=1e-9)
    assert there.roundness == pytest.approx(here.roundness)


def test_a_day_is_at_night_only_where_it_is_sure() -> None:
    assert not day_of(BY_DAY).at_night
    assert day_of(moved(BY_DAY, 12)).at_night
    assert not day_of([n // 10 for n in moved(BY_DAY, 12)]).at_night, "too few"
    assert not day_of([100] * 24).at_night, "all day long"
    assert not day_of([0] * 24).at_night


def slots(peak: dict[float, int], usual: int = 3) -> dict[int, int]:
    """Customers by distance in slots: so many at each of some hours, and a few everywhere."""
    found = dict.fromkeys(range(-170, 171), usual)
    for hours, customers in peak.items():
        found[round(hours * 60 / SLOT)] += customers
    return found


def test_acts_told_at_one_moment_are_no_shift() -> None:
    assert shifted(peaks(slots({0: 80})), 100) == ()
    assert shifted(peaks(slots({0: 80, 10: 20})), 100) == ()


def test_a_shift_of_whole_or_half_hours_and_its_two_parts_in_summer_and_winter() -> None:
    assert [one.hours for one in shifted(peaks(slots({-9.5: 60})), 100)] == [-9.5]
    assert [one.hours for one in shifted(peaks(slots({10: 60, 11: 40})), 100)] == [10, 11]


def test_acts_that_only_follow_one_another_are_no_shift() -> None:
    assert shifted(peaks(slots({2: 30, 5: 28, -3: 25})), 100) == (), "several distances are no zone"
    assert shifted(peaks(slots({2: 30})), 1000) == (), "few of those who are in both"
    assert peaks(slots({}, usual=50)) == []
    assert shifted([], 0) == ()
    assert shifted([Shift(0, 9, 9.0)], 9) == ()


def test_the_zone_that_mends_a_shift_has_all_its_shifts() -> None:
    def ask(hours: list[float], declared: str, *names: str) -> str | None:
        return zone_for(hours, declared, names, *YEAR)

    # Sydney's texts read as UTC stand 10 or 11 hours too late.
    assert ask([-10, -11], "UTC", "UTC", "Europe/Berlin", "Australia/Sydney") == "Australia/Sydney"
    assert ask([-10], "UTC", "Australia/Sydney") is None, "half the year would stay wrong"
    assert ask([-10], "UTC", "Australia/Brisbane") == "Australia/Brisbane"
    assert ask([10, 11], "Australia/Sydney", "UTC") == "UTC"
    assert ask([0], "UTC", "Africa/Abidjan") is None, "the same clock mends nothing"


def test_the_hours_that_clocks_skip() -> None:
    assert skipped_hours("Australia/Sydney", *YEAR) == [(datetime(2024, 10, 6, 2), 2)]
    assert skipped_hours("Europe/Berlin", *YEAR) == [(datetime(2024, 3, 31, 2), 2)]
    assert skipped_hours("UTC", *YEAR) == []
    assert skipped_hours("Europe/Berlin", YEAR[0], YEAR[0] + DAY) == []


def test_a_gap_is_filled_when_its_hour_holds_two() -> None:
    assert gap_is_filled(60, 30.0, 30.0)
    assert not gap_is_filled(33, 30.0, 30.0)
    assert not gap_is_filled(9, 3.0, 4.0), "too few to tell"
