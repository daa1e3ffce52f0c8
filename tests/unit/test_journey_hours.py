"""Business hours and days: what a promise in business time means, judged by a walk minute by minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desirepath.core.errors import DefinitionError
from desirepath.core.times import FOREVER, HOUR, from_us, to_us
from desirepath.journey.definition import Journey
from desirepath.journey.hours import BusinessTime, business_time_between, due_after, open_times
from desirepath.journey.read import read_journey

STAGES = "stages:\n  decision: {enter: \"event = 'Order Completed'\", lapse_after: 14 days}\n"
WEEK = "business_hours: {mon-fri: [09:00-12:30, 13:00-17:00], saturday: 10:00-12:00}\n"
PROMISE = "promises:\n  answered: {from: \"event = 'Asked'\", to: \"event = 'Answered'\", within: 4 business hours}\n"


def journey(text: str = WEEK, zone: str = "Europe/Berlin") -> Journey:
    return read_journey(f"journey: A desk\ntime_zone: {zone}\n{text}\n{STAGES}")


def due(text: str, within: str, *, week: str = WEEK, zone: str = "Europe/Berlin") -> str:
    """When a promise opened at that local time is due, in local time."""
    amount, _, unit = within.split()
    opened = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    time = BusinessTime(amount=float(amount), unit="day" if unit.startswith("day") else "hour")
    (found,) = due_after(journey(week, zone), np.array([to_us(opened)], np.int64), time).tolist()
    return "never" if found == FOREVER else from_us(found, zone).strftime("%a %Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize(
    ("opened", "within", "answer"),
    [
        ("2026-03-02 10:00", "2 business hours", "Mon 2026-03-02 12:00:00"),
        ("2026-03-02 12:00", "2 business hours", "Mon 2026-03-02 14:30:00"),  # lunch does not count
        ("2026-03-02 16:00", "1 business hours", "Mon 2026-03-02 17:00:00"),  # the end of the day is in time
        ("2026-03-02 16:30", "4 business hours", "Tue 2026-03-03 12:30:00"),
        ("2026-03-06 16:00", "4 business hours", "Mon 2026-03-09 10:00:00"),  # two hours of Saturday between
        ("2026-03-08 03:00", "1 business hours", "Mon 2026-03-09 10:00:00"),  # asked on Sunday night
        ("2026-03-02 10:00", "1 business day", "Tue 2026-03-03 23:59:59"),
        ("2026-03-06 23:00", "1 business day", "Sat 2026-03-07 23:59:59"),
        ("2026-03-07 09:00", "2 business days", "Tue 2026-03-10 23:59:59"),
        ("2026-03-08 09:00", "1 business day", "Mon 2026-03-09 23:59:59"),
    ],
)
def test_business_time_runs_while_the_business_is_open(opened: str, within: str, answer: str) -> None:
    assert due(opened, within) == answer


def test_nobody_works_on_holidays() -> None:
    easter = f"{WEEK}holidays: DE\n"
    assert due("2026-04-02 16:00", "2 business hours", week=easter) == "Sat 2026-04-04 11:00:00"
    closed = f"{WEEK}holidays: {{country: DE, also: [2026-04-04], not: [2026-04-06]}}\n"
    assert due("2026-04-02 16:00", "2 business hours", week=closed) == "Mon 2026-04-06 10:00:00"
    assert (
        due("2026-04-02 16:00", "2 business hours", week=f"{WEEK}holidays: [2026-04-03]")
        == "Sat 2026-04-04 11:00:00"
    )


def test_a_region_has_holidays_of_its_own() -> None:
    # The first Monday of October is Labour Day in New South Wales, and a working day in Victoria.
    for region, answer in (("NSW", "Tue 2026-10-06"), ("VIC", "Mon 2026-10-05")):
        week = f"business_hours: {{mon-fri: 09:00-17:00}}\nholidays: {{country: AU, region: {region}}}\n"
        assert due("2026-10-02 18:00", "1 business day", week=week, zone="Australia/Sydney").startswith(
            answer
        )


def test_without_hours_monday_to_friday_are_business_days() -> None:
    assert due("2026-03-06 10:00", "1 business day", week="") == "Mon 2026-03-09 23:59:59"


def test_nine_is_nine_when_the_clocks_change() -> None:
    week = "business_hours: {daily: 09:00-17:00}\n"
    assert due("2026-03-28 16:00", "2 business hours", week=week) == "Sun 2026-03-29 10:00:00"
    assert due("2026-10-24 16:00", "2 business hours", week=week) == "Sun 2026-10-25 10:00:00"
    assert due("2026-03-28 16:00", "1 business day", week=week) == "Sun 2026-03-29 23:59:59"


def test_a_business_that_never_opens_is_never_late() -> None:
    all_year = ", ".join(str(date(2025, 1, 1) + timedelta(days=n)) for n in range(365 * 6))
    assert due("2026-03-02 10:00", "1 business hours", week=f"{WEEK}holidays: [{all_year}]") == "never"


MOMENTS = st.datetimes(datetime(2026, 3, 20), datetime(2026, 4, 10)).map(
    lambda t: t.replace(second=0, microsecond=0)
)


@given(
    MOMENTS, st.integers(1, 600), st.sampled_from(["Europe/Berlin", "Australia/Sydney", "America/New_York"])
)
def test_business_hours_are_what_a_walk_over_open_minutes_finds(
    opened: datetime, minutes: int, zone: str
) -> None:
    desk = journey(f"{WEEK}holidays: [2026-03-30]", zone)
    start = to_us(opened.replace(tzinfo=UTC))
    (found,) = due_after(
        desk, np.array([start], np.int64), BusinessTime(amount=minutes / 60, unit="hour")
    ).tolist()
    left, at = minutes, opened.replace(tzinfo=UTC)
    while left:
        left -= _open(at.astimezone(ZoneInfo(zone)))
        at += timedelta(minutes=1)
    assert found == to_us(at)
    (between,) = business_time_between(desk, np.array([start]), np.array([found])).tolist()
    assert between == minutes * HOUR // 60


def _open(local: datetime) -> bool:
    clock = (local.hour, local.minute)
    if local.date() == date(2026, 3, 30) or local.weekday() == 6:
        return False
    if local.weekday() == 5:
        return (10, 0) <= clock < (12, 0)
    return (9, 0) <= clock < (12, 30) or (13, 0) <= clock < (17, 0)


def test_open_times_are_in_order_and_apart() -> None:
    times = open_times(
        journey(), to_us(datetime(2020, 1, 1, tzinfo=UTC)), to_us(datetime(2026, 1, 1, tzinfo=UTC))
    )
    assert (times.start < times.end).all() and (times.end[:-1] <= times.start[1:]).all()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("business_hours: {mon-fry: 09:00-17:00}", '"fry" is no day of the week'),
        ("business_hours: {monday: 9 to 5}", '"9 to 5" is no span of hours'),
        ("business_hours: {monday: 17:00-09:00}", "ends before it begins"),
        ("business_hours: {monday: 09:00-25:00}", "is no span of hours"),
        ("business_hours: {daily: 09:00-17:00, mon: 10:00-12:00}", "two spans of monday overlap"),
        ("holidays: Atlantis", 'no public holidays are known for "Atlantis"'),
        ("holidays: {country: AU, region: NWS}", '"NWS" is no region of AU'),
        ("holidays: {region: NSW}", "a region needs its country"),
        ("holidays: [Christmas]", '"Christmas" is no day'),
        ("holidays: {country: AU, besides: [2026-12-24]}", 'unknown key "besides"'),
        (PROMISE, "nobody says when the business is open"),
        (PROMISE.replace("4 business hours", "0 business hours") + WEEK, "is no business time"),
        (PROMISE.replace("4 business hours", "1.5 business days") + WEEK, "is no business time"),
        (PROMISE.replace("4 business hours", "4 busy hours") + WEEK, "is not a duration"),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, said: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        journey(text)
    assert said in str(caught.value)
    assert len(caught.value.problems) == 1


def test_promised_times_that_are_no_business_time_stay_durations() -> None:
    read = journey(PROMISE + WEEK)
    assert str(read.promises[0].within) == "4 business hours"
    assert journey(PROMISE.replace("4 business hours", "4 hours")).promises[0].within == timedelta(hours=4)
