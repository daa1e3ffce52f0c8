"""Texts as instants: ISO 8601 in its dresses, formats, epochs, zones, days, and what is no time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desirepath.collect.expression import quote_text
from desirepath.collect.sources import Time
from desirepath.collect.time_sql import time_sql


@pytest.fixture(scope="module")
def db() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


Read = tuple[datetime | None, bool | None]


def read(db: duckdb.DuckDBPyConnection, text: str, journey: str = "UTC", /, **time: object) -> Read:
    sql = time_sql("t", Time.model_validate({"column": "t", **time}), journey)
    row = db.execute(
        f"SELECT {sql.instant}, {sql.date_only} FROM (SELECT {quote_text(text)} AS t)"
    ).fetchall()[0]
    return row[0], row[1]


def utc(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[arg-type]  # the store's TIMESTAMP is UTC without saying so


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-01-01T10:00:00Z", utc(2025, 1, 1, 10)),
        ("2025-01-01 10:00:00", utc(2025, 1, 1, 10)),
        ("2025-01-01 10:00", utc(2025, 1, 1, 10)),
        ("2025-01-01T10:00:00.123456Z", utc(2025, 1, 1, 10, 0, 0, 123456)),
        ("2025-01-01T10:00:00.123456789Z", utc(2025, 1, 1, 10, 0, 0, 123456)),
        ("2025-01-01T10:00:00+05:30", utc(2025, 1, 1, 4, 30)),
        ("2025-01-01 10:00:00-0800", utc(2025, 1, 1, 18)),
        ("2025-01-01 10:00:00 -0800", utc(2025, 1, 1, 18)),
        ("2025-01-01 10:00:00 +01:00", utc(2025, 1, 1, 9)),
        ("2025-01-01 10:00:00 UTC", utc(2025, 1, 1, 10)),
        ("2025-01-01 10:00:00 Australia/Sydney", utc(2024, 12, 31, 23)),
        ("2025/01/01 10:00", utc(2025, 1, 1, 10)),
    ],
)
def test_iso_in_its_dresses(db: duckdb.DuckDBPyConnection, text: str, expected: datetime) -> None:
    assert read(db, text) == (expected, False)


@pytest.mark.parametrize(
    "text",
    ["yesterday", "31/12/2024", "2025-02-30", "2025-01-01 10:00:00 PM", "epoch", "infinity", "1735689600", "2025-13-01",
     "2025-01-01 25:00", "-", "today"],
)  # fmt: skip
def test_what_is_no_time(db: duckdb.DuckDBPyConnection, text: str) -> None:
    assert read(db, text)[0] is None


def test_a_time_that_cannot_be_moved_into_a_zone_is_no_time_and_no_error(
    db: duckdb.DuckDBPyConnection,
) -> None:
    assert read(db, "294247-01-10 04:00:54", "America/New_York")[0] is None


def test_a_zone_in_the_text_wins_over_the_columns_and_that_over_the_journeys(
    db: duckdb.DuckDBPyConnection,
) -> None:
    sydney = "Australia/Sydney"
    assert read(db, "2025-01-01T10:00:00Z", sydney) == (utc(2025, 1, 1, 10), False)
    assert read(db, "2025-01-01T10:00:00+00:00", sydney) == (utc(2025, 1, 1, 10), False)
    assert read(db, "2025-01-01 10:00:00", sydney) == (utc(2024, 12, 31, 23), False)
    assert read(db, "2025-01-01 10:00:00", sydney, zone="Europe/Berlin") == (utc(2025, 1, 1, 9), False)


def test_a_day_begins_where_its_zone_says(db: duckdb.DuckDBPyConnection) -> None:
    assert read(db, "2025-01-01", "Australia/Sydney") == (utc(2024, 12, 31, 13), True)
    assert read(db, "31.12.2024", "Australia/Sydney", format="%d.%m.%Y") == (utc(2024, 12, 30, 13), True)
    assert read(db, "2025-01-01", "UTC") == (utc(2025, 1, 1), True)


def test_date_only_can_be_said(db: duckdb.DuckDBPyConnection) -> None:
    sydney = "Australia/Sydney"
    assert read(db, "2025-01-01 00:00:00", sydney, date_only=True) == (utc(2024, 12, 31, 13), True)
    assert read(db, "2025-01-01T20:00:00Z", sydney, date_only=True) == (utc(2025, 1, 1, 13), True), (
        "the 2nd in Sydney"
    )
    assert read(db, "2025-01-01", sydney, date_only=False) == (utc(2024, 12, 31, 13), False)


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("31/12/2024 10:30", "%d/%m/%Y %H:%M", (utc(2024, 12, 31, 9, 30), False)),
        ("Jan 3, 2025", "%b %d, %Y", (utc(2025, 1, 2, 23), True)),
        ("20250103", "%Y%m%d", (utc(2025, 1, 2, 23), True)),
        ("03/Jan/2025:10:00:00 +0000", "%d/%b/%Y:%H:%M:%S %z", (utc(2025, 1, 3, 10), False)),
        ("2025-01-03 10:00:00 UTC", "%Y-%m-%d %H:%M:%S UTC", (utc(2025, 1, 3, 10), False)),
        ("2025-01-03T10:00Z", "%Y-%m-%dT%H:%MZ", (utc(2025, 1, 3, 10), False)),
        ("1735689600", "epoch_s", (utc(2025, 1, 1), False)),
        ("1735689600.25", "epoch_s", (utc(2025, 1, 1, 0, 0, 0, 250_000), False)),
        ("1735689600123", "epoch_ms", (utc(2025, 1, 1, 0, 0, 0, 123_000), False)),
        ("1735689600123456", "epoch_us", (utc(2025, 1, 1, 0, 0, 0, 123_456), False)),
        ("1735689600123456789012", "epoch_us", (None, False)),
    ],
)
def test_formats_and_epochs(db: duckdb.DuckDBPyConnection, text: str, form: str, expected: Read) -> None:
    assert read(db, text, "Europe/Berlin", format=form) == expected


def test_the_hour_that_spring_skips_and_the_one_that_autumn_repeats(db: duckdb.DuckDBPyConnection) -> None:
    assert read(db, "2025-10-05 02:30", "Australia/Sydney")[0] == utc(2025, 10, 4, 16, 30), (
        "03:30 daylight time"
    )
    assert read(db, "2025-04-06 02:30", "Australia/Sydney")[0] == utc(2025, 4, 5, 16, 30), (
        "the second, standard time"
    )
    assert read(db, "2025-03-30 02:30", "Europe/Berlin")[0] == utc(2025, 3, 30, 1, 30)
    assert read(db, "2025-10-26 02:30", "Europe/Berlin")[0] == utc(2025, 10, 26, 1, 30)


ZONES = ("UTC", "Australia/Sydney", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kolkata", "Pacific/Chatham")


@given(
    moment=st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1)),  # a wall clock
    zone=st.sampled_from(ZONES),
    other=st.sampled_from(ZONES),
    separator=st.sampled_from("T "),
)
def test_any_wall_clock_is_read_as_pythons_calendar_has_it(
    db: duckdb.DuckDBPyConnection, moment: datetime, zone: str, other: str, separator: str
) -> None:
    aware = moment.replace(tzinfo=ZoneInfo(zone))
    instant = aware.astimezone(UTC)
    with_offset = aware.astimezone(ZoneInfo(other)).isoformat(separator)
    if ZoneInfo(other).utcoffset(aware.astimezone(ZoneInfo(other))).total_seconds() % 60 == 0:  # type: ignore[union-attr]
        assert read(db, with_offset)[0] == instant.replace(tzinfo=None)
    there_and_back = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == moment
    unambiguous = aware.replace(fold=0).utcoffset() == aware.replace(fold=1).utcoffset()
    if there_and_back and unambiguous and moment.year < 2037:  # later rules are each library's own guess
        assert read(db, moment.isoformat(separator), zone)[0] == instant.replace(tzinfo=None)
