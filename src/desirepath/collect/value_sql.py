"""How is a text an amount of money? SQL that makes whole minor units of it.

In: SQL of the text, and what a look at the whole column found. "1,234.50", "1.234,50", "1 234,50", "$12",
"12 EUR", "(12.50)" and "12.50-" are read. A text that could be two numbers ("1.234", "1,234") follows the
rest of its column: a decimal comma if others have one, else a decimal point; where the column has both, it
is ambiguous, and nobody guesses.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from desirepath.collect.expression import quote_text
from desirepath.collect.sources import Field
from desirepath.core.money import EXPONENTS

Style = Literal["plain", "point", "comma", "mixed"]

_POINT = r"'[+-]?(\d+|\d{1,3}(,\d{3})+)?(\.\d*)?'"
_COMMA = r"'[+-]?(\d+|\d{1,3}(\.\d{3})+)?(,\d*)?'"
# White space (no-break ones too), currency signs, codes such as EUR or kr, and the Swiss apostrophe.
_CODE = r"([A-Z]{3}|(?i:kr|kč|zł|fr|rs|ft|lei|лв|руб|us|ca|au|nz|hk|[acrs]))\.?"
_NOISE = rf"""'[\s\x{{00a0}}\x{{202f}}\p{{Sc}}''’]|^{_CODE}|{_CODE}$'"""
DECIMAL = "DECIMAL(18,6)"


@dataclass(frozen=True, slots=True)
class ValueSql:
    """number: DECIMAL or NULL. ambiguous: BOOLEAN."""

    number: str
    ambiguous: str


def plain_number(text: str) -> str:
    """SQL of a number written plainly."""
    return f"TRY_CAST({text} AS {DECIMAL})"


def style_counts(text: str) -> tuple[str, str, str]:
    """Aggregates over a column: texts that are no plain number; that can only have a point; only a comma."""
    clean = _clean(text)
    point, comma = f"regexp_full_match({clean}, {_POINT})", f"regexp_full_match({clean}, {_COMMA})"
    odd = f"{text} IS NOT NULL AND {plain_number(text)} IS NULL"
    return (
        f"count(*) FILTER ({odd})",
        f"count(*) FILTER ({point} AND NOT {comma})",
        f"count(*) FILTER ({comma} AND NOT {point})",
    )


def style(odd: int, point: int, comma: int) -> Style:
    """What the counts of a column say of it."""
    if not odd:
        return "plain"
    if point and comma:
        return "mixed"
    return "comma" if comma else "point"


def value_sql(text: str, style: Style) -> ValueSql:
    """The number that `text` (SQL) means in a column of this style."""
    if style == "plain":
        return ValueSql(plain_number(text), "false")
    clean = _clean(text)
    point, comma = f"regexp_full_match({clean}, {_POINT})", f"regexp_full_match({clean}, {_COMMA})"
    as_point = f"TRY_CAST(replace({clean}, ',', '') AS {DECIMAL})"
    as_comma = f"TRY_CAST(replace(replace({clean}, '.', ''), ',', '.') AS {DECIMAL})"
    both = {"point": as_point, "comma": as_comma, "mixed": f"CAST(NULL AS {DECIMAL})"}[style]
    marked = f"(contains({clean}, '.') OR contains({clean}, ','))"
    number = (
        f"CASE WHEN {point} AND {comma} AND {marked} THEN {both} WHEN {point} THEN {as_point}"
        f" WHEN {comma} THEN {as_comma} ELSE TRY_CAST({clean} AS {DECIMAL}) END"
    )
    ambiguous = f"({point} AND {comma} AND {marked})" if style == "mixed" else "false"
    return ValueSql(number, ambiguous)


def _clean(text: str) -> str:
    """The digits, their marks and the sign, with brackets and a trailing minus made a leading one."""
    bare = f"regexp_replace(regexp_replace({text}, {_NOISE}, '', 'g'), '^\\((.*)\\)$', '-\\1')"
    return f"regexp_replace(regexp_replace({bare}, '^([^-]+)-$', '-\\1'), {_NOISE}, '', 'g')"


def currency_sql(column: Field | None, seen: Iterable[str], own: str | None) -> tuple[str, tuple[str, ...]]:
    """SQL of an event's currency, and the codes that it can be.

    column: where it comes from, its text being currency_text; None: `own`, the journey's. seen: what is there.
    """
    if column is None:
        return (quote_text(own), (own,)) if own else ("CAST(NULL AS VARCHAR)", ())
    codes = tuple(code for code in seen if code in EXPONENTS)
    listed = ", ".join(map(quote_text, codes)) or "NULL"
    cases = f"WHEN currency_text IN ({listed}) THEN currency_text"
    if own:
        cases += f" WHEN currency_text IS NULL THEN {quote_text(own)}"
        codes = (*codes, own)
    return f"CASE {cases} END", codes


def minor_sql(number: str, currency: str, currencies: Iterable[str]) -> str:
    """SQL of whole minor units, halves rounded away from zero. `currency`: SQL of the code; NULL counts cents."""
    wide = f"CAST({number} AS DECIMAL(38,6))"  # so that no amount overflows
    by_digits: dict[int, list[str]] = {}
    for code in sorted(set(currencies)):
        by_digits.setdefault(EXPONENTS.get(code, 2), []).append(code)
    if set(by_digits) <= {2}:
        return f"TRY_CAST({wide} * 100 AS BIGINT)"
    cases = " ".join(
        f"WHEN {currency} IN ({', '.join(map(quote_text, codes))}) THEN {10**digits}"
        for digits, codes in by_digits.items()
        if digits != 2
    )
    return f"TRY_CAST({wide} * (CASE {cases} ELSE 100 END) AS BIGINT)"
