"""What a database answers becomes text without loss, and a cursor knows from where to read on."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desirepath.core.errors import SourceError
from desirepath.sources.sql.cells import as_text, is_binary
from desirepath.sources.sql.cursor import Cursor


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None), ("a\nb", "a\nb"), (True, "true"), (False, "false"), (7, "7"), (2.5, "2.5"),
        (Decimal("1E+2"), "100"), (Decimal("0.10"), "0.10"),
        (Decimal("12345678901234567890.123456789"), "12345678901234567890.123456789"), (Decimal("NaN"), "NaN"),
        (datetime(2026, 1, 31, 18), "2026-01-31 18:00:00"),
        (datetime(2026, 1, 31, 18, tzinfo=timezone(timedelta(hours=5, minutes=30))), "2026-01-31 18:00:00+05:30"),
        (date(2026, 1, 31), "2026-01-31"), (time(8, 30), "08:30:00"),
        (timedelta(hours=1, microseconds=5), "3600.000005"),
        ({"a": [1, None, "ü"]}, '{"a": [1, null, "ü"]}'), ([Decimal("1.50"), True], '["1.50", true]'),
        (b"text", "text"), (b"\xff\x00", "\\xff00"), (memoryview(b"\xfe"), "\\xfe"),
        (UUID("12345678-1234-5678-1234-567812345678"), "12345678-1234-5678-1234-567812345678"),
    ],
)  # fmt: skip
def test_every_type_becomes_text_that_says_all_of_it(value: object, text: str | None) -> None:
    assert as_text(value) == text


def test_bytes_that_are_text_are_not_binary() -> None:
    assert [is_binary(one) for one in (b"a", b"\xff", "\xff", None)] == [False, True, False, False]


@pytest.mark.parametrize(
    ("value", "overlap", "since"),
    [
        (5000, None, 4000), (5000, 0, 5000), (Decimal("7.5"), 2, Decimal("5.5")),
        (datetime(2026, 1, 31, 18), None, datetime(2026, 1, 31, 17, 50)),
        (datetime(2026, 1, 31, 18, tzinfo=UTC), timedelta(hours=1), datetime(2026, 1, 31, 17, tzinfo=UTC)),
        (datetime(1, 1, 1), None, datetime(1, 1, 1)),
        (date(2026, 1, 31), None, date(2026, 1, 30)), (date(2026, 1, 31), 0, date(2026, 1, 31)),
        ("2026-01-31 18:00:00", None, "2026-01-31 17:50:00"),
        ("2026-01-31T18:00:00.123Z", 0, "2026-01-31T18:00:00.000Z"),
        ("2026-01-31T18:00:00+0200", timedelta(hours=1), "2026-01-31T17:00:00+0200"), ("b-17", None, "b-17"),
    ],
)  # fmt: skip
def test_the_next_reading_begins_at_the_last_value_less_the_overlap(
    value: object, overlap: object, since: object
) -> None:
    assert Cursor("c", value).since("orders", overlap) == since  # type: ignore[arg-type]


@pytest.mark.parametrize(("value", "overlap"), [(5, timedelta(1)), (datetime(2026, 1, 1), 5), ("b-17", 5)])
def test_an_overlap_that_does_not_fit_says_what_does(value: object, overlap: object) -> None:
    with pytest.raises(SourceError, match="does not fit"):
        Cursor("c", value).since("orders", overlap)  # type: ignore[arg-type]


@given(
    st.one_of(
        st.integers(), st.decimals(allow_nan=False, allow_infinity=False), st.datetimes(), st.dates(), st.text(),
        st.datetimes(timezones=st.just(UTC)), st.floats(allow_nan=False, allow_infinity=False),
    )
)  # fmt: skip
def test_what_the_store_keeps_of_a_cursor_is_the_cursor(value: object) -> None:
    kept = Cursor("up", value).text()  # type: ignore[arg-type]
    assert Cursor.of(kept, "up") == Cursor("up", value)  # type: ignore[arg-type]
    assert Cursor.of(kept, "other") is Cursor.of(None, "up") is Cursor.of(kept, None) is None
    assert json.loads(kept)["column"] == "up"
