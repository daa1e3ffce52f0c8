"""Days with a purchase, one customer after the other, in plain Python."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

Event = tuple[int, bool, int]  # (instant µs, whether it is a purchase, value)


def days_of(events: Sequence[Event], zone: str, until: int) -> list[tuple[int, int]]:
    """(local day since 1970, worth) in order; events are in their stored order."""
    days: dict[int, int] = {}
    latest = None
    for instant, bought, value in events:
        if instant >= until:
            break
        if bought:
            local = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=instant)).astimezone(
                ZoneInfo(zone)
            )
            latest = local.date().toordinal() - datetime(1970, 1, 1, tzinfo=UTC).date().toordinal()
            days[latest] = days.get(latest, 0) + value
        elif value < 0 and latest is not None:
            days[latest] += value
    return sorted(days.items())
