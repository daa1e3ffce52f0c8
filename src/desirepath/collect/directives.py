"""Formats of times, regular expressions and places in JSON, checked before DuckDB sees them.

DuckDB reads them when a query starts, so that a wrong one would stop a load instead of naming its line.
"""

from __future__ import annotations

import re

from desirepath.core.errors import nearest

# What strptime of DuckDB reads.
DIRECTIVES = {
    "%Y": "year, 2026",
    "%y": "year, 26",
    "%m": "month, 01–12",
    "%b": "month, Jan",
    "%B": "month, January",
    "%d": "day, 01–31",
    "%j": "day of the year",
    "%a": "weekday, Mon",
    "%A": "weekday, Monday",
    "%H": "hour, 00–23",
    "%I": "hour, 01–12",
    "%p": "AM or PM",
    "%M": "minute",
    "%S": "second",
    "%f": "microseconds",
    "%g": "milliseconds",
    "%n": "nanoseconds",
    "%z": "offset, +0200 or +02:00",
    "%Z": "zone, Europe/Berlin",
    "%%": "a per cent sign",
    "%-d": "day, 1–31",
    "%-m": "month, 1–12",
    "%-y": "year, 26",
    "%-H": "hour, 0–23",
    "%-I": "hour, 1–12",
    "%-M": "minute",
    "%-S": "second",
    "%-j": "day of the year",
    "%x": "date, 2026-01-31",
    "%X": "time, 18:30:00",
    "%c": "both",
}
EPOCHS = ("epoch_s", "epoch_ms", "epoch_us")

_FULL_DATE = (
    {"%x", "%c"},
    {"%Y", "%y", "%-y"},
    {"%m", "%-m", "%b", "%B", "%j", "%-j"},
    {"%d", "%-d", "%j", "%-j"},
)


def directives_in(text: str) -> list[str]:
    """The % directives of a format, in order; a lone % at the end is '%'."""
    found, place = [], 0
    while (place := text.find("%", place)) >= 0:
        size = 3 if text[place + 1 : place + 2] == "-" else 2
        found.append(text[place : place + size])
        place += size
    return found


def check_format(text: str) -> str:
    """What is wrong with a strptime format; '' where nothing is."""
    if text in EPOCHS:
        return ""
    found = directives_in(text)
    for one in found:
        if one not in DIRECTIVES:
            return f'"{one}" in the format "{text}" means nothing; known: {" ".join(DIRECTIVES)}'
    if not found:
        hint = nearest(text, EPOCHS, "Without directives")
        return f'the format "{text}" has no directive; write one like "%d/%m/%Y %H:%M". {hint}'
    whole, *parts = _FULL_DATE
    if not whole & set(found) and not all(part & set(found) for part in parts):
        return f'the format "{text}" does not give a full date (year, month and day)'
    return ""


def check_pattern(pattern: str, rewrite: str = "") -> str:
    """What is wrong with a regular expression (and its replacement); '' where nothing is.

    Judged by RE2, the library that DuckDB itself uses, by way of Arrow.
    """
    import pyarrow as pa  # a tenth of a second, and few rules hold a pattern
    import pyarrow.compute as pc

    try:
        pc.replace_substring_regex(pa.array(["a"]), pattern=pattern, replacement=rewrite)
    except pa.ArrowInvalid as error:
        reason = str(error).split(": ", 1)[-1].rstrip(".")
        return f"the regular expression '{pattern}' cannot be read: {reason}"
    return ""


_PLACE = re.compile(r"(?:[\w-]+|\[\d{1,4}\])(?:\.[\w-]+|\[\d{1,4}\])*")


def check_path(place: str) -> str:
    """What is wrong with a place in a JSON text; '' where nothing is."""
    if _PLACE.fullmatch(place):
        return ""
    return f"'{place}' is no place in a JSON text; write one like 'address.city' or 'items[0].name'"


def json_path(place: str) -> str:
    """The place as DuckDB writes it.

    >>> json_path("items[0].name"), json_path("[0].unit-price")
    ('$."items"[0]."name"', '$[0]."unit-price"')
    """
    return "$" + re.sub(r"\.?([\w-]+)(?![\w\]-])", r'."\1"', place)
