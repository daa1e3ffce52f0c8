"""Texts as amounts: what people and machines write, and what could be two numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desirepath.collect.value_sql import minor_sql, style, style_counts, value_sql


@pytest.fixture(scope="module")
def db() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def read(db: duckdb.DuckDBPyConnection, texts: Sequence[str]) -> list[Decimal | str | None]:
    """A column of texts as numbers; 'ambiguous' where nobody should guess."""
    db.execute("CREATE OR REPLACE TEMP TABLE raw AS SELECT unnest(?) AS t", [list(texts)])
    found = style(*db.execute(f"SELECT {', '.join(style_counts('t'))} FROM raw").fetchall()[0])
    sql = value_sql("t", found)
    rows = db.execute(f"SELECT {sql.number}, {sql.ambiguous} FROM raw").fetchall()
    return ["ambiguous" if ambiguous else number for number, ambiguous in rows]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", "12"),
        ("12.5", "12.5"),
        ("-3.20", "-3.2"),
        ("1e3", "1000"),
        (".5", "0.5"),
        ("1,234.50", "1234.5"),
        ("1.234,50", "1234.5"),
        ("1 234,50", "1234.5"),
        ("1\u00a0234,50", "1234.5"),
        ("1'234.50", "1234.5"),
        ("12,50", "12.5"),
        ("1,234", "1234"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("$12", "12"),
        ("€ 12,50", "12.5"),
        ("12.50 EUR", "12.5"),
        ("USD 12", "12"),
        ("A$12", "12"),
        ("12 kr.", "12"),
        ("(12.50)", "-12.5"),
        ("($12.50)", "-12.5"),
        ("12.50-", "-12.5"),
        ("-$12", "-12"),
        ("$-12", "-12"),
        ("+7", "7"),
    ],
)
def test_what_people_and_machines_write(db: duckdb.DuckDBPyConnection, text: str, number: str) -> None:
    assert read(db, [text]) == [Decimal(number)]


@pytest.mark.parametrize(
    "text", ["much", "12abc", "1,23,4", "1.2.3", "12 13 EURO", "nan", "inf", "--5", "", "€", "12%"]
)
def test_what_is_no_amount(db: duckdb.DuckDBPyConnection, text: str) -> None:
    assert read(db, [text]) == [None]


def test_a_column_of_decimal_commas_decides_what_one_point_means(db: duckdb.DuckDBPyConnection) -> None:
    assert read(db, ["12,50", "1.234", "7"]) == [Decimal("12.5"), Decimal(1234), Decimal(7)]
    assert read(db, ["12.50", "1.234", "7"]) == [Decimal("12.5"), Decimal("1.234"), Decimal(7)]
    assert read(db, ["$12.50", "1,234", "7"]) == [Decimal("12.5"), Decimal(1234), Decimal(7)]


def test_where_a_column_has_both_nobody_guesses(db: duckdb.DuckDBPyConnection) -> None:
    assert read(db, ["12,50", "$12.50", "1.234", "1,234", "7"]) == [
        Decimal("12.5"),
        Decimal("12.5"),
        "ambiguous",
        "ambiguous",
        Decimal(7),
    ]


@pytest.mark.parametrize(
    ("number", "currency", "minor"),
    [("12.5", "EUR", 1250), ("0.285", "EUR", 29), ("-0.285", "EUR", -29), ("1200", "JPY", 1200),
     ("1.2345", "KWD", 1235), ("12.5", None, 1250), ("99999999999.99", "EUR", 9999999999999)],
)  # fmt: skip
def test_minor_units_follow_the_currency(
    db: duckdb.DuckDBPyConnection, number: str, currency: str | None, minor: int
) -> None:
    sql = minor_sql("CAST(n AS DECIMAL(18,6))", "c", [currency] if currency else [])
    assert db.execute(
        f"SELECT {sql} FROM (SELECT ? AS n, CAST(? AS VARCHAR) AS c)", [number, currency]
    ).fetchall() == [(minor,)]


AMOUNTS = st.integers(-(10**10), 10**10).map(lambda cents: Decimal(cents) / 100)


@given(st.lists(AMOUNTS, min_size=1, max_size=8), st.sampled_from(["€ {}", "{} EUR", "${}", "{}"]))
def test_amounts_written_with_thousands_and_two_decimals_come_back(
    db: duckdb.DuckDBPyConnection, amounts: list[Decimal], dress: str
) -> None:
    english = [dress.format(f"{amount:,.2f}") for amount in amounts]
    german = [text.translate(str.maketrans(",.", ".,")) for text in english]
    assert read(db, english) == amounts
    assert read(db, german) == amounts
