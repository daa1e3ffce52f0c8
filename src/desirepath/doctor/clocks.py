"""Whose clock was it? Zones and shifts, read off when customers act.

In: events by hour of the day; how far apart events of two sources are, by the minute. Out: when a source's
customers are most active, and by how many whole hours two sources are shifted. People sleep, and an act told by
two sources is told at one moment: nothing else is taken for granted.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from desirepath.core.times import HOUR, from_us

ENOUGH = 300  # events: fewer say little about a day's shape
ROUND = 0.2  # how one-sided a day must be; a source that acts all day long says nothing
NIGHT = (0.0, 7.0)  # o'clock: when the middle of people's activity cannot be
REACH = 14  # hours: no two zones are further apart in use
SLOT = 5  # minutes: what is told of at one moment is told of within them
_SURE = 6.0  # standard deviations
_FEW = 15  # customers
_PART = 0.1  # of the customers of both sources: fewer have met by chance


@dataclass(frozen=True, slots=True)
class Day:
    """The shape of a day. middle: o'clock of the middle of activity (0 … 24). roundness: 0 all day … 1 at once."""

    middle: float
    roundness: float
    events: int

    @property
    def at_night(self) -> bool:
        """Whether people seem to be awake when they should sleep."""
        sure = self.events >= ENOUGH and self.roundness >= ROUND
        return sure and NIGHT[0] <= self.middle <= NIGHT[1]


def day_of(hours: Sequence[int]) -> Day:
    """The shape of a day from 24 counts: the direction of the sum of hours taken as a circle.

    >>> round(day_of([0] * 12 + [50, 100, 50] + [0] * 9).middle, 1)
    13.5
    """
    total = sum(hours)
    if not total:
        return Day(0.0, 0.0, 0)
    angles = [2 * math.pi * (hour + 0.5) / 24 for hour in range(24)]
    x = sum(n * math.cos(a) for n, a in zip(hours, angles, strict=True)) / total
    y = sum(n * math.sin(a) for n, a in zip(hours, angles, strict=True)) / total
    return Day((math.atan2(y, x) / (2 * math.pi) * 24) % 24, math.hypot(x, y), total)


@dataclass(frozen=True, slots=True)
class Shift:
    """Two sources that tell of the same acts. hours: the second minus the first; customers: with acts so far apart."""

    hours: float
    customers: int
    sure: float  # standard deviations above what happens by chance


def peaks(slots: Mapping[int, int]) -> list[Shift]:
    """Where customers pile up at whole and half hours, the most first; 0 hours among them.

    slots: how many slots of SLOT minutes an act of the second source is after one of the first → customers.
    """
    found = []
    for half in range(-2 * REACH, 2 * REACH + 1):
        at = half * 30 // SLOT
        beside = [slots.get(at + d, 0) for d in (-5, -4, -3, 3, 4, 5)]
        usual = sum(beside) / len(beside)
        more = slots.get(at, 0) - usual
        sure = more / math.sqrt(usual + 1)
        if more >= _FEW and sure >= _SURE:
            found.append(Shift(half / 2, round(more), sure))
    return sorted(found, key=lambda shift: -shift.customers)


def shifted(found: Sequence[Shift], customers: int) -> tuple[Shift, ...]:
    """The shift of two sources' clocks, in two parts where summer time makes it two; () where the clocks agree.

    customers: who are in both sources. Acts that only follow one another pile up at no one distance.
    """
    if not found or found[0].hours == 0 or found[0].customers < _PART * customers:
        return ()
    same = next((one.customers for one in found if one.hours == 0), 0)
    strong = [one for one in found if one.hours != 0 and 4 * one.customers >= found[0].customers]
    apart = max(one.hours for one in strong) - min(one.hours for one in strong)
    return tuple(strong) if apart <= 1 and found[0].customers > 2 * same else ()


def zone_for(
    hours: Iterable[float], declared: str, candidates: Iterable[str], begin: int, end: int
) -> str | None:
    """The zone that would move a source's times by `hours`, if its texts were read in it. begin, end: µs.

    Summer time makes two shifts of one mistake: a zone fits if all its shifts over the year are among those seen.
    """
    wanted = set(hours)
    for name in dict.fromkeys(candidates):
        if name == declared:
            continue
        moves = {_move(declared, name, at) for at in _instants(begin, end)}
        if moves <= wanted and moves != {0.0}:
            return name
    return None


def _move(declared: str, other: str, at: datetime) -> float:
    """How many hours later an instant becomes when its text is read in the other zone."""
    gone = (at.astimezone(ZoneInfo(one)).utcoffset() or timedelta() for one in (declared, other))
    first, second = gone
    return (first - second) / timedelta(hours=1)


def _instants(begin: int, end: int) -> list[datetime]:
    """A few instants, a month apart at most a year: every offset of a zone is among them."""
    first = from_us(begin)
    months = min(13, max(1, (end - begin) // (30 * 24 * HOUR) + 1))
    return [first + timedelta(days=30 * month) for month in range(int(months))]


def skipped_hours(zone: str, first: int, last: int) -> list[tuple[datetime, int]]:
    """When the clocks of a zone skip an hour between two instants (µs): the wall clock at which it begins, its hour."""
    clock, found = ZoneInfo(zone), []
    at = from_us(first).replace(minute=0, second=0, microsecond=0)
    end = from_us(last)
    before = at.astimezone(clock).utcoffset()
    while at < end:
        day = at + timedelta(days=1)
        after = day.astimezone(clock).utcoffset()
        if before is not None and after is not None and after > before:
            found.append(_skip(clock, at, day))
        at, before = day, after
    return found


def _skip(clock: ZoneInfo, low: datetime, high: datetime) -> tuple[datetime, int]:
    """The hour within a day at which the clocks jump ahead, as the clock that has not jumped yet would say it."""
    offset = low.astimezone(clock).utcoffset() or timedelta()
    at = low.astimezone(UTC)
    while at < high and at.astimezone(clock).utcoffset() == offset:
        at += timedelta(hours=1)
    wall = (at + offset).replace(tzinfo=None)
    return wall, wall.hour


def gap_is_filled(after: int, usual_after: float, usual_skipped: float) -> bool:
    """Whether the hour after a skipped one holds that one's events as well.

    after: events in the hours after the gaps; usual_…: what such hours hold on other days, as many of them.
    """
    more = after - usual_after
    return usual_skipped >= 8 and more > 4 * math.sqrt(usual_after + 1) and more >= 0.5 * usual_skipped
