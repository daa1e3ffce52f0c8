"""Where do days, weeks and months begin, by the clocks of a place?

In: instants, a unit, a time zone. Out: the instants at which its periods begin. A day on which clocks change is one
of 23 or 25 hours; one that a place left out (Samoa, 30 December 2011) begins where the next does and holds nothing.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from desirepath.core.times import from_us, to_us

Int64 = NDArray[np.int64]
Unit = Literal["day", "week", "month"]
MONDAY, SUNDAY = 0, 6
_FIRST, _LAST = -62_000_000_000_000_000, 253_000_000_000_000_000  # what a calendar date can name, with room


def period_edges(first: int, last: int, unit: Unit, zone: str, week_starts: int = MONDAY) -> Int64:
    """[periods + 1] instants, µs: period k is edges[k] ≤ t < edges[k + 1]; `first` is in the first, `last` in the last.

    week_starts: the weekday that begins a week, as date.weekday() counts. Raises ValueError where last < first.
    """
    if last < first:
        raise ValueError("the last instant lies before the first")
    info, end = ZoneInfo(zone), min(last, _LAST)
    moment = begin_of(from_us(max(first, _FIRST), zone).date(), unit, week_starts)
    found = [_midnight(moment, info)]
    while found[-1] <= end:
        moment = next_of(moment, unit)
        found.append(_midnight(moment, info))
    return np.array(found, np.int64)


def begin_of(day: date, unit: Unit, week_starts: int = MONDAY) -> date:
    """The first day of the period that holds a day."""
    if unit == "month":
        return day.replace(day=1)
    return day - timedelta(days=(day.weekday() - week_starts) % 7) if unit == "week" else day


def next_of(day: date, unit: Unit) -> date:
    """The first day of the next period, given the first of one."""
    if unit == "month":
        return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return day + timedelta(days=7 if unit == "week" else 1)


def _midnight(day: date, info: ZoneInfo) -> int:
    return to_us(datetime(day.year, day.month, day.day, tzinfo=info))


def period_label(instant: int, unit: Unit, zone: str) -> str:
    """What a period that begins at `instant` is called: 2026-03 for a month, else the date of its first day."""
    day = from_us(instant, zone).date().isoformat()
    return day[:7] if unit == "month" else day
