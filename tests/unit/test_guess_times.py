from __future__ import annotations

from datetime import datetime

import pytest

from desirepath.collect.guess.times import Times, Writing, candidates, choose


def formats(*values: str, name: str = "date") -> list[str | None]:
    return [w.format for w in candidates((name,), values)]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2024-03-01", None),
        ("2024-03-01T10:00:00Z", None),
        ("2024-03-01 10:00:00.123+02:00", None),
        ("2015-02-24 11:35:52 -0800", "%Y-%m-%d %H:%M:%S %z"),
        ("24.12.2024", "%d.%m.%Y"),
        ("24.12.2024 08:15", "%d.%m.%Y %H:%M"),
        ("24.12.24", "%d.%m.%y"),
        ("2024/03/01 10:00", "%Y/%m/%d %H:%M"),
        ("24-Feb-2024", "%d-%b-%Y"),
        ("24 February 2024", "%d %B %Y"),
        ("Feb 24, 2024", "%b %d, %Y"),
        ("Jan 5, 2024, 10:30 AM", "%b %d, %Y, %I:%M %p"),
        ("Tue, 24 Feb 2015 11:35:52 +0000", "%a, %d %b %Y %H:%M:%S %z"),
        ("Tue Feb 24 11:35:52 +0000 2015", "%a %b %d %H:%M:%S %z %Y"),
        ("24/Feb/2015:11:35:52 +0000", "%d/%b/%Y:%H:%M:%S %z"),
        ("20240301", "%Y%m%d"),
        ("20240301101500", "%Y%m%d%H%M%S"),
        ("1709287200", "epoch_s"),
        ("1709287200.25", "epoch_s"),
        ("1709287200000", "epoch_ms"),
        ("1709287200000000", "epoch_us"),
    ],
)
def test_ways_of_writing_a_time(text: str, form: str | None) -> None:
    assert formats(text, text) == [form]


@pytest.mark.parametrize(
    "values", [("blue", "red"), ("12", "13"), ("10.50", "3.20"), ("v1.2.3", "v1.2.4"), ("", "")]
)
def test_what_is_no_time(values: tuple[str, ...]) -> None:
    assert formats(*values) == []


def test_a_long_number_is_a_time_only_where_its_column_says_so() -> None:
    assert formats("1709287200", "1709287300", name="order_number") == []
    assert formats("1709287200", "1709287300", name="ts") == ["epoch_s"]


def test_a_few_broken_values_do_not_hide_a_column_of_times() -> None:
    assert formats(*["24.12.2024"] * 19, "soon") == ["%d.%m.%Y"]


DMY, MDY = Writing("%d/%m/%Y", date_only=True), Writing("%m/%d/%Y", date_only=True)


def read(writing: Writing, n: int, first: str, last: str) -> Times:
    return Times(writing, n, datetime.fromisoformat(first), datetime.fromisoformat(last))


def test_a_number_above_twelve_tells_the_day_from_the_month() -> None:
    tried = [read(DMY, 60, "2024-01-03", "2024-12-01"), read(MDY, 100, "2024-01-03", "2024-03-31")]
    found = choose(tried, 100)
    assert found is not None and found.writing == MDY and found.rival is None


def test_without_one_the_shorter_span_is_likelier() -> None:
    """Twelve days in March; read the other way they are twelve months."""
    tried = [read(MDY, 12, "2024-01-03", "2024-12-03"), read(DMY, 12, "2024-03-01", "2024-03-12")]
    found = choose(tried, 12)
    assert found is not None and found.writing == DMY and found.rival == MDY


def test_and_where_spans_are_alike_the_day_comes_first_but_not_with_am_and_pm() -> None:
    tried = [read(MDY, 50, "2024-01-03", "2024-12-03"), read(DMY, 50, "2024-01-01", "2024-12-12")]
    found = choose(tried, 50)
    assert found is not None and found.writing == DMY and found.rival == MDY
    noon = [
        read(Writing("%d/%m/%Y %I:%M %p"), 50, "2024-01-01", "2024-12-12"),
        read(Writing("%m/%d/%Y %I:%M %p"), 50, "2024-01-03", "2024-12-03"),
    ]
    found = choose(noon, 50)
    assert found is not None and found.writing.format == "%m/%d/%Y %I:%M %p"


def test_a_writing_that_reads_too_little_is_none() -> None:
    assert choose([read(DMY, 50, "2024-01-01", "2024-02-01")], 100) is None
