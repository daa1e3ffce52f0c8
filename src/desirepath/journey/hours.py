"""When is the business open? Hours of the week and holidays as intervals of time, for promises in business time.

In: what journey.yaml declares. Out: OpenTimes: when so many business hours or days are over, and how much business
time lies between two instants. Everything is µs UTC outside; the calendar is the journey's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from desirepath.core.times import FOREVER, HOUR, NEVER, to_us

if TYPE_CHECKING:
    from desirepath.journey.definition import Journey

Int64 = NDArray[np.int64]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MINUTES = 24 * 60
_BUSINESS = re.compile(r"\s*(\d+(?:\.\d+)?)\s*business\s+(hour|day)s?\s*", re.I)
_LONGEST = 40  # years ahead that a promise can reach


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Hours(_Part):
    """Open on this day of the week (0: Monday) from one minute of the day to another, half-open."""

    weekday: int
    opens: int
    closes: int


class Holidays(_Part):
    """Days on which nobody works. `country`: public holidays of ISO 3166 (`region`: of a state of it)."""

    country: str | None = None
    region: str | None = None
    also: tuple[date, ...] = ()
    not_: tuple[date, ...] = ()  # `not:` in the file: public holidays on which the business is open


class BusinessTime(_Part):
    """A promised time that only runs while the business is open."""

    amount: float
    unit: Literal["hour", "day"]

    def __str__(self) -> str:
        return f"{self.amount:g} business {self.unit}{'' if self.amount == 1 else 's'}"


def parse_business_time(text: str) -> BusinessTime | None:
    """'4 business hours', '2 business days'; None for what is no business time at all."""
    found = _BUSINESS.fullmatch(text)
    if not found:
        return None
    return BusinessTime(amount=float(found[1]), unit="day" if found[2].lower() == "day" else "hour")


@dataclass(frozen=True, slots=True)
class OpenTimes:
    """The open intervals of some years, and the end of each business day. Arrays ascend; µs UTC.

    day: the first instant of each business day; day_end: its last. so_far: open time before each interval.
    """

    start: Int64
    end: Int64
    so_far: Int64
    day: Int64
    day_end: Int64

    def after(self, instants: Int64, length: int) -> Int64:
        """When `length` µs of open time are over, counted from each instant; FOREVER where that is never.

        Reaching the end of an interval, it is the end of that one, not the beginning of the next.
        """
        target = self._clock(instants) + length
        total = self.so_far + (self.end - self.start)
        at = np.searchsorted(total, target, "left")
        inside = at < len(total)
        at = np.minimum(at, max(0, len(total) - 1))
        if not len(total):
            return np.full(len(instants), FOREVER, np.int64)
        return np.where(inside, self.start[at] + (target - self.so_far[at]), FOREVER)

    def days_after(self, instants: Int64, days: int) -> Int64:
        """The last µs of the business day that is `days` after the day of each instant; FOREVER where never.

        The day of the instant itself is not counted, whether or not it is a business day.
        """
        first = np.searchsorted(self.day, instants, "right")  # the first business day that begins later
        at = first + days - 1
        inside = at < len(self.day)
        if not len(self.day):
            return np.full(len(instants), FOREVER, np.int64)
        return np.where(inside, self.day_end[np.minimum(at, len(self.day) - 1)], FOREVER)

    def between(self, first: Int64, last: Int64) -> Int64:
        """Open time between two instants, µs."""
        return self._clock(last) - self._clock(first)

    def _clock(self, instants: Int64) -> Int64:
        """Open time before each instant."""
        if not len(self.start):
            return np.zeros(len(instants), np.int64)
        at = np.searchsorted(self.start, instants, "right") - 1
        known = np.maximum(at, 0)
        inside = np.minimum(instants, self.end[known]) - self.start[known]
        return np.where(at < 0, 0, self.so_far[known] + np.where(at < 0, 0, inside))


def due_after(journey: Journey, opened: Int64, within: BusinessTime) -> Int64:
    """When a promise that opened at each instant (µs UTC) is due."""
    if not len(opened):
        return np.empty(0, np.int64)
    first, last = int(opened.min()), int(opened.max())
    times = open_times(journey, first, last, ahead=within)
    if within.unit == "day":
        return times.days_after(opened, round(within.amount))
    return times.after(opened, round(within.amount * HOUR))


def business_time_between(journey: Journey, first: Int64, last: Int64) -> Int64:
    """Open time from each first to each last instant, µs."""
    if not len(first):
        return np.empty(0, np.int64)
    return open_times(journey, int(first.min()), int(last.max())).between(first, last)


def open_times(journey: Journey, first: int, last: int, ahead: BusinessTime | None = None) -> OpenTimes:
    """The journey's open times from the year of `first` to that of `last` (µs UTC), and as far on as `ahead` needs.

    Without business hours, Monday to Friday are business days, open all day.
    """
    hours = journey.business_hours or tuple(Hours(weekday=d, opens=0, closes=MINUTES) for d in range(5))
    years = 1
    if ahead is not None:
        week = (
            len({h.weekday for h in hours})
            if ahead.unit == "day"
            else sum(h.closes - h.opens for h in hours) / 60
        )
        # Holidays may take every third day, and there is always a year to spare.
        years = min(_LONGEST, 2 + int(1.5 * ahead.amount / week / 52))
    return _open_times(hours, journey.holidays, journey.time_zone, _year(first) - 1, _year(last) + years)


def _year(instant: int) -> int:
    low, high = to_us(datetime(1902, 1, 1, tzinfo=UTC)), to_us(datetime(9900, 1, 1, tzinfo=UTC))
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=min(max(instant, low), high))).year


@lru_cache(maxsize=16)
def _open_times(
    hours: tuple[Hours, ...], holidays: Holidays, zone: str, first_year: int, last_year: int
) -> OpenTimes:
    info = ZoneInfo(zone)
    closed = closed_days(holidays, first_year, last_year)
    by_day: list[list[Hours]] = [[h for h in hours if h.weekday == d] for d in range(7)]

    def instant(day: date, minutes: int) -> int:
        # The wall clock decides: 09:00 is 09:00 on the day of a change as well, and midnight belongs to the next day.
        local = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)
        return to_us(local.replace(tzinfo=info).astimezone(UTC))

    intervals: list[tuple[int, int]] = []
    days: list[tuple[int, int]] = []
    day = date(first_year, 1, 1)
    while day.year <= last_year:
        if by_day[day.weekday()] and day not in closed:
            days.append((instant(day, 0), instant(day, MINUTES) - 1))
            intervals += [(instant(day, h.opens), instant(day, h.closes)) for h in by_day[day.weekday()]]
        day += timedelta(days=1)
    start, end = _columns(sorted(i for i in intervals if i[0] < i[1]))
    so_far = np.concatenate([np.zeros(1, np.int64), np.cumsum(end - start)])[:-1] if len(start) else start
    return OpenTimes(start, end, so_far, *_columns(days))


def _columns(pairs: list[tuple[int, int]]) -> tuple[Int64, Int64]:
    both = np.array(pairs, np.int64).reshape(-1, 2)
    return both[:, 0].copy(), both[:, 1].copy()


def closed_days(declared: Holidays, first_year: int, last_year: int) -> frozenset[date]:
    """The days of these years on which nobody works."""
    public: set[date] = set()
    if declared.country is not None:
        # Some 200 countries' rules take a moment to import: only those who name one wait for it.
        import holidays

        years = range(first_year, last_year + 1)
        public = set(holidays.country_holidays(declared.country, subdiv=declared.region, years=years))
    return frozenset((public - set(declared.not_)) | set(declared.also))


def fill_due(journey: Journey, within: object, opened: Int64, due: Int64) -> Int64:
    """`due`, with the end of the promised business time where nothing else says when (NEVER)."""
    if not isinstance(within, BusinessTime):
        return due
    missing = due == NEVER
    filled = due.copy()
    filled[missing] = due_after(journey, opened[missing], within)
    return filled
