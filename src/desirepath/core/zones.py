"""Is a time zone's name one that exists?"""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BeforeValidator

from desirepath.core.definition import refused
from desirepath.core.errors import nearest


def zone_problem(name: str) -> str | None:
    """None for a known zone, else a hint: the nearest one, found by city as well ("Sydney")."""
    try:
        ZoneInfo(name)
        return None
    except (KeyError, ValueError, OSError):  # unknown, or no name at all: '/etc/passwd', 'Europe'
        pass
    zones = sorted(available_timezones())
    city = name.replace(" ", "_").rsplit("/", 1)[-1].lower()
    for zone in zones:
        if zone.rsplit("/", 1)[-1].lower() == city:
            return f'Did you mean "{zone}"?'
    close = nearest(name, zones).partition("?")
    return f"{close[0]}?" if close[1] else 'Write it like "Europe/Berlin" or "UTC".'


def checked_zone(value: object) -> object:
    """For pydantic: the name itself, or the mistake."""
    if isinstance(value, str) and (hint := zone_problem(value)) is not None:
        raise refused((f'unknown time zone "{value}"', hint))
    return value


Zone = Annotated[str, BeforeValidator(checked_zone)]
"""A time zone that exists: 'Europe/Berlin'."""
