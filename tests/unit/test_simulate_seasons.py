"""The shop's clock and calendar."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from desirepath.simulate.chance import Chance
from desirepath.simulate.seasons import DAY, HOUR, Span, awake, desk_hours, wall, working_hours

SPAN = Span(date(2026, 1, 1), 18)
SYDNEY = ZoneInfo("Australia/Sydney")


def moment(text: str) -> float:
    """A reading of the wall clock, in seconds."""
    return (datetime.fromisoformat(text) - datetime(1970, 1, 1)).total_seconds()


def test_eighteen_months_before_the_end_the_shop_opened():
    assert SPAN.opening == date(2024, 7, 1)
    assert len(SPAN.month_starts) == 18
    assert SPAN.month_starts[-1] == date(2025, 12, 1)
    assert SPAN.month_of(np.array([SPAN.start, wall(date(2024, 8, 1)), SPAN.end - 1])).tolist() == [0, 1, 17]


@pytest.mark.parametrize(
    "text",
    [
        "2024-07-01 00:00:00",
        "2024-10-05 12:00:00",
        "2024-10-06 12:00:00",
        "2025-04-05 23:00:00",
        "2025-04-07 01:00:00",
    ],
)
def test_the_wall_clock_is_sydneys(text: str):
    expected = datetime.fromisoformat(text).replace(tzinfo=SYDNEY).timestamp()
    assert SPAN.utc(np.array([moment(text)]))[0] == expected


def test_an_hour_that_comes_twice_is_the_second_and_one_that_never_comes_is_an_hour_later():
    twice, never = SPAN.utc(np.array([moment("2025-04-06 02:30:00"), moment("2025-10-05 02:30:00")]))
    assert twice == moment("2025-04-05 16:30:00")
    assert never == moment("2025-10-04 16:30:00")


def test_parcels_are_packed_on_weekdays_from_eight_to_six():
    friday_evening, sunday, monday_early, tuesday_noon = (
        moment(t)
        for t in ("2025-03-14 19:00:00", "2025-03-16 10:00:00", "2025-03-17 06:00:00", "2025-03-18 12:00:00")
    )
    out = working_hours(np.array([friday_evening, sunday, monday_early, tuesday_noon]))
    monday = moment("2025-03-17 00:00:00")
    assert (out[:3] // DAY * DAY == monday).all()
    assert ((out[:3] - monday) / HOUR >= 8).all()
    assert out[3] == tuesday_noon


def test_the_desk_answers_all_week_from_seven_to_nine():
    sunday, late, early = (
        moment(t) for t in ("2025-03-16 10:00:00", "2025-03-16 22:00:00", "2025-03-17 05:00:00")
    )
    out = desk_hours(np.array([sunday, late, early]))
    assert out[0] == sunday
    assert (out[1:] == moment("2025-03-17 07:10:00")).all()


def test_people_sleep_and_nobody_wakes_earlier_than_they_meant():
    chance = Chance(7)
    ids = chance.ids(np.arange(2000))
    meant = moment("2025-03-18 00:00:00") + np.linspace(0, DAY - 1, 2000)
    does = awake(chance, ids, "test", meant)
    assert (does >= meant).all()
    at_night = (does % DAY) < 6 * HOUR
    assert at_night.mean() < 0.05


def test_presents_are_thought_of_before_christmas_and_rain_in_winter():
    chance = Chance(7)
    ids = chance.ids(np.arange(40_000))
    month = {
        gift: SPAN.month_of(SPAN.arrivals(chance, ids, np.full(len(ids), gift))) for gift in (True, False)
    }
    for_gift = np.bincount(month[True], minlength=18)
    for_rain = np.bincount(month[False], minlength=18)
    november, february, june = 4, 7, 11
    assert for_gift[november] > 3 * for_gift[february]
    assert for_rain[june] > 1.3 * for_rain[february]
