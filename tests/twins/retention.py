"""Retention, slow and obvious: one customer, one column, one event at a time, with the calendar's own dates."""

from __future__ import annotations

from datetime import date, timedelta

from desirepath.core.times import DAY, HOUR, from_us
from desirepath.measure.retention.ask import Bracket, Counting


def day_of(instant: int, counting: Counting) -> date:
    """The local date of an instant."""
    return from_us(instant, counting.zone).date()


def period_of_day(day: date, counting: Counting) -> date:
    """The first day of the calendar period that holds a day."""
    if counting.unit == "day":
        return day
    if counting.unit == "month":
        return date(day.year, day.month, 1)
    while day.weekday() != counting.week_starts:
        day -= timedelta(days=1)
    return day


def periods_between(start: int, event: int, counting: Counting) -> int:
    """How many periods after the period of the start an event lies."""
    if counting.clock == "calendar":
        at, end, found = (period_of_day(day_of(t, counting), counting) for t in (start, event)), None, 0
        at, end = at
        while at < end:
            at = period_after(at, counting)
            found += 1
        while at > end:
            end = period_after(end, counting)
            found -= 1
        return found
    days = {"day": 1, "week": 7, "month": 30}[counting.unit]
    if counting.floor == "day":
        return (day_of(event, counting) - day_of(start, counting)).days // days
    if counting.floor == "hour":
        start, event = start - start % HOUR, event - event % HOUR
    return (event - start) // (days * DAY)


def period_after(day: date, counting: Counting) -> date:
    """The first day of the calendar period after the one that begins on a day."""
    if counting.unit == "day":
        return day + timedelta(days=1)
    if counting.unit == "week":
        return day + timedelta(days=7)
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def is_over(start: int, period: int, known: int, counting: Counting) -> bool:
    """Whether all of a period has passed by `known`: the next instant lies in a later one."""
    return periods_between(start, known + 1, counting) > period


def returned_in(
    events: list[tuple[int, bool]], at: int, bracket: Bracket, known: int, counting: Counting
) -> bool:
    """Whether who started with event `at` returned. events: (instant, is it a return) in the stored order."""
    start = events[at][0]
    if counting.own and bracket.first == 0:
        return True
    for i, (t, matches) in enumerate(events):
        if not matches or t > known or (counting.ordered and i <= at) or (not counting.ordered and i == at):
            continue
        period = periods_between(start, t, counting)
        if period >= bracket.first and (bracket.last is None or period <= bracket.last):
            return True
    return False
