"""`business_hours:` and `holidays:` of journey.yaml, with every mistake at its line.

business_hours:
  monday-friday: 09:00-17:30
  saturday: [09:00-12:00, 13:00-15:00]
holidays: {country: AU, region: NSW, also: [2026-12-24], not: [2026-01-26]}     # or a list of days
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from desirepath.core.definition import Definition
from desirepath.core.errors import nearest
from desirepath.core.yaml_lines import Where
from desirepath.journey.hours import MINUTES, WEEKDAYS, Holidays, Hours

HOURS, HOLIDAYS = "business_hours", "holidays"
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")
_WRITE = "Write it like monday-friday: 09:00-17:30; a list where the business closes in between."


def read_business_hours(reader: Definition, raw: object) -> tuple[Hours, ...]:
    """Hours in the order of the week."""
    found: list[Hours] = []
    for days, spans in reader.mapping(raw, (HOURS,)).items():
        at: Where = (HOURS, days)
        weekdays = list(_weekdays(reader, at, days))
        for span in spans if isinstance(spans, list) else [spans]:
            found += [hours for day in weekdays if (hours := _span(reader, at, day, span)) is not None]
    found.sort(key=lambda one: (one.weekday, one.opens))
    for one, other in pairwise(found):
        if one.weekday == other.weekday and other.opens < one.closes:
            said = f"two spans of {WEEKDAYS[one.weekday]} overlap"
            reader.refuse((HOURS,), said, "A day is named once; its spans are a list.")
            return ()
    return tuple(found)


def _weekdays(reader: Definition, at: Where, text: str) -> Iterator[int]:
    if text.strip().lower() == "daily":
        yield from range(7)
        return
    for part in text.split(","):
        ends = [_weekday(reader, at, name) for name in re.split(r"\s*[-–]\s*", part.strip(), maxsplit=1)]
        known = [end for end in ends if end is not None]
        if len(known) == len(ends):
            first, last = known[0], known[-1]
            yield from (day % 7 for day in range(first, last + 1 + 7 * (last < first)))


def _weekday(reader: Definition, at: Where, name: str) -> int | None:
    short = name.strip().lower()
    for place, weekday in enumerate(WEEKDAYS):
        if len(short) >= 2 and weekday.startswith(short):
            return place
    reader.refuse(at, f'"{name}" is no day of the week', nearest(short, WEEKDAYS, "Days"))
    return None


def _span(reader: Definition, at: Where, weekday: int, raw: object) -> Hours | None:
    found = _SPAN.fullmatch(str(raw).strip())
    if not found:
        reader.refuse(at, f'"{raw}" is no span of hours', _WRITE)
        return None
    hour, minute, end_hour, end_minute = (int(group) for group in found.groups())
    opens, closes = hour * 60 + minute, end_hour * 60 + end_minute
    if max(minute, end_minute) > 59 or max(opens, closes) > MINUTES:
        reader.refuse(at, f'"{raw}" is no span of hours', "A day goes from 00:00 to 24:00.")
        return None
    if closes <= opens:
        hint = "Hours past midnight belong to the next day: write 22:00-24:00, and 00:00-02:00 for the day after."
        reader.refuse(at, f'"{raw}" ends before it begins', hint)
        return None
    return Hours(weekday=weekday, opens=opens, closes=closes)


def read_holidays(reader: Definition, raw: object) -> Holidays:
    """A list of days, or a country with its exceptions."""
    if raw is None:
        return Holidays()
    if isinstance(raw, list):
        return Holidays(also=tuple(_days(reader, (HOLIDAYS,), raw)))
    entries = reader.mapping({"country": raw} if isinstance(raw, str) else raw, (HOLIDAYS,))
    reader.known(entries, (HOLIDAYS,), ("country", "region", "also", "not"))
    country, region = entries.get("country"), entries.get("region")
    if country is None and region is not None:
        reader.refuse((HOLIDAYS, "region"), "a region needs its country", "Add country: AU.")
    named = _place(reader, str(country), region) if country is not None else {}
    return Holidays(
        **named,
        also=tuple(_days(reader, (HOLIDAYS, "also"), entries.get("also"))),
        not_=tuple(_days(reader, (HOLIDAYS, "not"), entries.get("not"))),
    )


def _place(reader: Definition, country: str, region: object) -> dict[str, str | None]:
    """The country and region as the calendar knows them; {} where it does not."""
    # Imported only by those who name a country: it takes a moment.
    import holidays

    known = holidays.list_supported_countries()
    if country.upper() not in known:
        hint = (
            f"{nearest(country.upper(), known)} Two letters, such as AU; or write the days as a list.".strip()
        )
        reader.refuse((HOLIDAYS, "country"), f'no public holidays are known for "{country}"', hint)
        return {}
    regions = known[country.upper()]
    if region is None or str(region) in regions:
        return {"country": country.upper(), "region": None if region is None else str(region)}
    if not regions:
        said = f"{country.upper()} has the same holidays everywhere"
        reader.refuse((HOLIDAYS, "region"), said, "Leave the region out.")
    else:
        hint = nearest(str(region), regions, "Regions")
        reader.refuse((HOLIDAYS, "region"), f'"{region}" is no region of {country.upper()}', hint)
    return {}


def _days(reader: Definition, at: Where, raw: object) -> Iterator[date]:
    if raw is None:
        return
    many = raw if isinstance(raw, list) else [raw]
    for place, text in enumerate(many):
        try:
            yield date.fromisoformat(str(text))
        except ValueError:
            where = (*at, place) if isinstance(raw, list) else at
            reader.refuse(where, f'"{text}" is no day', "Write it like 2026-12-25.")
