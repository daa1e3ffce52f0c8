"""How is a text an instant? SQL that makes one of it, in UTC, and says whether it was only a date.

In: SQL of the text, what sources.yaml says of the column, the zone that holds where the text names none.
A local time that the clocks skip in spring is read an hour later; one that they repeat in autumn is read as
the second of the two (standard time). A date-only event stands at the start of its local day.
The session's time zone is UTC, always: the cast of a text without a zone to TIMESTAMPTZ relies on it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from desirepath.collect.directives import directives_in
from desirepath.collect.expression import quote_text
from desirepath.collect.sources import Time

EARLIEST, LATEST = "1970-01-01", "2262-01-01"  # what int64 nanoseconds hold, for whoever reads the trails
_CLOCK = {"%H", "%-H", "%I", "%-I", "%M", "%-M", "%S", "%-S", "%X", "%c", "%f", "%g", "%n"}
_ZONED = {"%z", "%Z"}
PLUS = "plus_text"  # SQL of how long after it the event was, for a time with `plus`
_UNITS = {"seconds": 1_000_000, "minutes": 60_000_000, "hours": 3_600_000_000, "days": 86_400_000_000}
_LITERAL_UTC = re.compile(r"%[A-Za-z]\s*(Z|UTC|GMT)$")
# After the time of day: Z, an offset, or a zone's name.
_SAYS_ZONE = r"':\d\d(\.\d+)?\s*[A-Za-z+\-]'"
_SPACED_OFFSET = r"\s([+-]\d\d:?\d*)$"


@dataclass(frozen=True, slots=True)
class TimeSql:
    """instant: a TIMESTAMP in UTC, NULL where the text is none. date_only: BOOLEAN."""

    instant: str
    date_only: str


def time_sql(text: str, time: Time, zone: str) -> TimeSql:
    """The instant that `text` (SQL) means. `zone` is the source's or the journey's; the column's own wins."""
    zone = time.zone or zone
    if time.format is None:
        local, has_zone, only = _iso(text)
    elif time.format.startswith("epoch_"):
        local, has_zone, only = _epoch(text, time.format), "true", "false"
    else:
        local, has_zone, only = _formatted(text, time.format)
    if has_zone == "true":
        instant = local
    elif has_zone == "false" or zone == "UTC":
        instant = to_utc(local, zone)
    else:
        instant = f"CASE WHEN {has_zone} THEN {local} ELSE {to_utc(local, zone)} END"
    if time.plus is not None and time.unit is not None:
        later = f"TRY_CAST(replace({PLUS}, ',', '.') AS DOUBLE) * {_UNITS[time.unit]}"
        instant = f"({instant} + to_microseconds(TRY_CAST({later} AS BIGINT)))"
    # Moving a time at the very end of the calendar into a zone is an error to DuckDB; here it is no time.
    instant = f"TRY({instant})"
    if time.date_only is None:
        return TimeSql(instant, only)
    if time.date_only:
        day = f"date_trunc('day', {from_utc(instant, zone)})"
        return TimeSql(f"TRY({to_utc(day, zone)})", "true")
    return TimeSql(instant, "false")


def to_utc(local: str, zone: str) -> str:
    """A wall clock in `zone` → UTC."""
    if zone == "UTC":
        return local
    return f"timezone('UTC', timezone({quote_text(zone)}, {local}))"


def from_utc(instant: str, zone: str) -> str:
    """UTC → the wall clock in `zone`."""
    if zone == "UTC":
        return instant
    return f"timezone({quote_text(zone)}, timezone('UTC', {instant}))"


def _iso(text: str) -> tuple[str, str, str]:
    """ISO 8601 and what is close to it: a wall clock, or an instant where the text says its zone."""
    # DuckDB's cast to TIMESTAMP drops an offset in silence; the one to TIMESTAMPTZ heeds it.
    spaced = f"regexp_replace({text}, '{_SPACED_OFFSET}', '\\1')"
    zoned = f"coalesce(TRY_CAST({text} AS TIMESTAMPTZ), TRY_CAST({spaced} AS TIMESTAMPTZ))"
    # "epoch" and "infinity" are times to DuckDB.
    local = f"CASE WHEN {text} >= '0' AND {text} < ':' THEN make_timestamp(epoch_us({zoned})) END"
    return local, f"regexp_matches({text}, {_SAYS_ZONE})", f"(NOT contains({text}, ':'))"


def _epoch(text: str, form: str) -> str:
    """Seconds, milli- or microseconds since 1970."""
    factor = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}[form]
    number = f"TRY_CAST({text} AS DECIMAL(24,6))"
    return f"TRY(make_timestamp(CAST({number} * {factor} AS BIGINT)))"


def _formatted(text: str, form: str) -> tuple[str, str, str]:
    """A strptime format."""
    parsed = f"try_strptime({text}, {quote_text(form)})"
    found = set(directives_in(form))
    only = "false" if found & _CLOCK else "true"
    if found & _ZONED:
        return f"make_timestamp(epoch_us({parsed}))", "true", only
    return parsed, "true" if _LITERAL_UTC.search(form) else "false", only
