"""Instants, durations and ranges. Inside, an instant is int64 microseconds since 1970, UTC.

The sentinels NEVER (it has not happened) and FOREVER (there is no end) are the ends of int64.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

NEVER = -(2**63)  # also DuckDB's and NumPy's "no time": sorts before every instant
FOREVER = 2**63 - 1
SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR

_UNITS = {
    "second": 1,
    "sec": 1,
    "s": 1,
    "minute": 60,
    "min": 60,
    "m": 60,
    "hour": 3600,
    "h": 3600,
    "day": 86400,
    "d": 86400,
    "week": 604800,
    "w": 604800,
}
_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*", re.I)


class Clock(Protocol):
    """What time it is. Only `app` knows the system's clock; tests bring a FixedClock."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class TimeRange:
    """Half-open: start ≤ t < end, in µs UTC. NEVER and FOREVER leave an end open."""

    start: int = NEVER
    end: int = FOREVER

    def __contains__(self, instant: int) -> bool:
        return self.start <= instant < self.end


AT_ONCE = "at once"  # a measured time of nothing: what comes with the same event, or under the same timestamp
_LONGEST = 4_000_000 * 86_400  # seconds: with any instant it still makes an instant


def parse_duration(text: str) -> timedelta:
    """'30 days', '4 hours', '1 week 2 days' → timedelta. Months and years are refused: they vary.

    Raises ValueError with what would be right.
    """
    total, position = 0.0, 0
    clean = text.strip()
    while position < len(clean):
        found = _DURATION.match(clean, position)
        written = found.group(2).lower() if found else ""
        unit = written if written in _UNITS else written.removesuffix("s")
        if not found or unit not in _UNITS:
            raise ValueError(f'"{text}" is not a duration; write it like "30 days", "4 hours" or "1 week"')
        total += float(found.group(1)) * _UNITS[unit]
        position = found.end()
    if not clean:
        raise ValueError('a duration is empty; write it like "30 days"')
    if total > _LONGEST:
        raise ValueError(
            f'"{text}" is longer than all the time there is; write 36500 days for a hundred years'
        )
    return timedelta(seconds=total)


def say_duration(value: timedelta | int) -> str:
    """A duration for people, two units at most: '3.2 days', '26 min', '48 s'. Takes a timedelta or µs."""
    seconds = value.total_seconds() if isinstance(value, timedelta) else value / SECOND
    for size, name in ((86400, "days"), (3600, "hours"), (60, "min")):
        if abs(seconds) >= size * (2 if size == 86400 else 1):
            return f"{seconds / size:.3g} {name}"
    return f"{seconds:.3g} s"


def spelt_duration(value: timedelta) -> str:
    """A duration as `parse_duration` reads it, exactly: '14 days', '36 hours', '1.5 seconds'."""
    seconds = value / timedelta(seconds=1)
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds and seconds % size == 0:
            count = round(seconds / size)
            return f"{count} {name}{'' if count == 1 else 's'}"
    return f"{seconds:.6f}".rstrip("0").rstrip(".") + " seconds"


def to_us(moment: datetime) -> int:
    """An aware datetime (a naive one is UTC) → µs since 1970."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    delta = aware - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86400 + delta.seconds) * SECOND + delta.microseconds


def from_us(instant: int, zone: str = "UTC") -> datetime:
    """µs since 1970 → an aware datetime in `zone`. Raises ValueError for NEVER and FOREVER."""
    if instant in (NEVER, FOREVER):
        raise ValueError("NEVER and FOREVER are no instants")
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=instant)).astimezone(ZoneInfo(zone))
