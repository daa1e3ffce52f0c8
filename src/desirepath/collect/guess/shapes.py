"""What do a column's values look like? E-mail addresses, numbers, ids, words, sentences …

In: what store/profile.py counted of each column of a file. Out: a Shape per column. The share of values
that must agree is MOST, so that a few broken rows do not hide what a column is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from desirepath.collect.guess.times import MOST, Times
from desirepath.collect.guess.words import word_set, words_of

_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;.]{2,}")
_URL = re.compile(r"(?:https?://|www\.|/)\S*")
_UUID = re.compile(r"\{?[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}?")
_HEX = re.compile(r"[0-9a-f]{10,64}|[0-9A-F]{10,64}")
_PHONE = re.compile(r"(?=(?:\D*\d){7,15}\D*$)(?:\+|00|\()?\d[\d ()./-]*")
_CODE = re.compile(r"(?=.*\d)[#A-Za-z]{0,6}[\w.:-]{2,}")
_PLAIN = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_THOUSANDS = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_COMMA = re.compile(r"[-+]?(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?")
_SYMBOLS = {
    "€": "EUR",
    "£": "GBP",
    "$": "USD",
    "¥": "JPY",
    "₹": "INR",
    "R$": "BRL",
    "zł": "PLN",
    "CHF": "CHF",
}
_SIGNED = re.compile(
    r"(?P<before>€|£|R\$|\$|¥|₹|CHF)?\s*(?P<number>[-+]?[\d.,]+)\s*(?P<after>€|£|\$|zł|CHF|kr)?"
)
_BOOLEAN = word_set("true false yes no t f y n ja nein si oui non 0 1 wahr falsch")
MISSING = frozenset(
    ("", "null", "none", "nan", "n/a", "na", "-", "(not set)", "(none)", "undefined", "nil", "\\n")
)


class Shape(StrEnum):
    """What the values of a column are."""

    EMPTY = "empty"
    TIME = "time"
    EMAIL = "email"
    URL = "url"
    UUID = "uuid"
    HEX = "hex"
    PHONE = "phone"
    BOOLEAN = "boolean"
    NUMBER = "number"
    CODE = "code"  # digits with letters or signs, many different: A-1001
    TEXT = "text"  # sentences
    WORDS = "words"  # few words, a category or a name


@dataclass(frozen=True)
class Numbers:
    """A column of numbers. `style`: plain 1234.5, thousands 1,234.5, comma 1.234,5."""

    style: str
    low: float
    high: float
    whole: bool
    symbol: str = ""  # the currency code of a sign that stands with them


@dataclass(frozen=True)
class ColumnProfile:
    """What was counted of one column. `filled` rows are not empty; `common`: commonest values first."""

    name: str
    rows: int
    filled: int
    distinct: int
    common: tuple[tuple[str, int], ...] = ()
    sample: tuple[str, ...] = ()  # different values, spread over the file
    times: Times | None = None

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of the column's name."""
        return words_of(self.name)

    @cached_property
    def values(self) -> tuple[str, ...]:
        """Different values that are not ways to say "missing"."""
        seen = dict.fromkeys((*self.sample, *(value for value, _ in self.common)))
        return tuple(v for v in seen if v.strip().lower() not in MISSING)

    @cached_property
    def numbers(self) -> Numbers | None:
        """The column as numbers; None where it is something else."""
        return numbers_of(self.values)

    @cached_property
    def shape(self) -> Shape:
        """What the values are."""
        return shape_of(self)

    @property
    def share_filled(self) -> float:
        """Between 0 and 1."""
        return self.filled / self.rows if self.rows else 0.0

    @property
    def unique(self) -> bool:
        """No value comes twice, and none is missing."""
        return self.rows > 0 and self.filled == self.rows and self.distinct == self.rows

    def named(self, words: frozenset[str]) -> bool:
        """One of the words is in the column's name."""
        return not words.isdisjoint(self.words)


@dataclass(frozen=True)
class FileProfile:
    """One file, or several alike. `exact`: all rows were counted, not only the first ones."""

    name: str  # the file's stem: 'closed_deals'
    files: tuple[str, ...]  # as they will stand in sources.yaml
    rows: int
    columns: tuple[ColumnProfile, ...]
    exact: bool = True
    reading: tuple[tuple[str, str], ...] = ()  # delimiter, header … where they must be said
    read_by: str = ""  # SQL that reads it, {} being the path; '' where plain SQL would read something else

    def column(self, name: str) -> ColumnProfile:
        """The column of that name. Raises KeyError."""
        for one in self.columns:
            if one.name == name:
                return one
        raise KeyError(name)


def _most(values: Sequence[str], pattern: re.Pattern[str]) -> bool:
    return sum(1 for v in values if pattern.fullmatch(v.strip())) >= MOST * len(values)


def numbers_of(values: Sequence[str]) -> Numbers | None:
    """How numbers are written, with their ends; None where the values are no numbers.

    >>> numbers_of(["1.234,50 €", "12,00 €"])
    Numbers(style='comma', low=12.0, high=1234.5, whole=False, symbol='EUR')
    """
    found = [m for v in values if (m := _SIGNED.fullmatch(v.strip()))]
    if not found or len(found) < MOST * len(values):
        return None
    bare = [m["number"] for m in found]
    sign = next((s for m in found if (s := m["before"] or m["after"])), "")
    for style, pattern in (("plain", _PLAIN), ("thousands", _THOUSANDS), ("comma", _COMMA)):
        # Thousands come mixed with plain numbers below a thousand, so both may match.
        fitting = [b for b in bare if pattern.fullmatch(b) or (style != "comma" and _PLAIN.fullmatch(b))]
        if len(fitting) >= MOST * len(bare):
            read = [_number(b, style) for b in fitting]
            return Numbers(
                style, min(read), max(read), all(r == int(r) for r in read), _SYMBOLS.get(sign, "")
            )
    return None


def _number(text: str, style: str) -> float:
    if style == "comma":
        text = text.replace(".", "").replace(",", ".")
    return float(text.replace(",", ""))


def shape_of(column: ColumnProfile) -> Shape:
    """The one shape that MOST values of the column share."""
    values = column.values
    if not values:
        return Shape.EMPTY
    if column.times is not None:
        return Shape.TIME
    # Digits that are named as something to reach people by, and only those, are telephone numbers.
    phone_named = column.named(frozenset(("phone", "telefon", "telefono", "tel", "mobile", "handy", "fax")))
    signed = sum(1 for v in values if v.strip().startswith("+")) >= MOST * len(values)
    if (phone_named or signed) and _most(values, _PHONE):
        return Shape.PHONE
    if {v.strip().lower() for v in values} <= _BOOLEAN and len(values) <= 2:
        return Shape.BOOLEAN
    if column.numbers is not None:
        return Shape.NUMBER
    for shape, pattern in (
        (Shape.EMAIL, _EMAIL),
        (Shape.UUID, _UUID),
        (Shape.URL, _URL),
        (Shape.HEX, _HEX),
    ):
        if _most(values, pattern):
            return shape
    if sum(len(v.split()) for v in values) / len(values) >= 4:
        return Shape.TEXT
    if _most(values, _CODE) and column.distinct > 20:
        return Shape.CODE
    return Shape.WORDS
