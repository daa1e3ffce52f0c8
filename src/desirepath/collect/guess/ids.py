"""Which columns name somebody, and of what kind? Customers and their devices, records, mere things.

In: a column with its profile, and what its file is about. Out: an IdColumn, or None. The noun before the
id decides: "order_customer_id" names a customer, "lead_owner_id" an owner, which identifies no customer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from desirepath.collect.guess.shapes import ColumnProfile, FileProfile, Shape
from desirepath.collect.guess.words import (
    ACCOUNT,
    ID,
    LOG,
    PERSON,
    RECORD,
    THING,
    Subject,
    slug,
    word_set,
    words_of,
)

Class = Literal["person", "account", "device", "session", "record", "thing", "unknown"]

_CUSTOMER = word_set("customer kunde kunden cliente klant cust buyer shopper guest")
_USER = word_set("user uid benutzer nutzer usuario")
_HANDLE = word_set("handle username author nickname")
_LEAD = word_set("lead mql prospect")
_DEVICE = word_set("anonymous anon cookie pseudo device visitor distinct fingerprint")
_SESSION = word_set("session visit")
_RECORD_NAMES = {"bestellung": "order", "bestellnummer": "order", "auftrag": "order", "pedido": "order",
                 "commande": "order", "purchase": "order", "transaction": "transaction",
                 "rechnung": "invoice", "factura": "invoice", "ereignis": "event", "insert": "event"}  # fmt: skip
_COOKIE = re.compile(r"\d{4,}\.\d{9,10}")
CASE = "case:"  # before the attributes of a case in an event log: XES, and what process miners export
_CASE_ID = "case:concept:name"
_SHAPES = (Shape.NUMBER, Shape.CODE, Shape.UUID, Shape.HEX, Shape.WORDS, Shape.PHONE)


@dataclass(frozen=True, slots=True)
class IdColumn:
    """A column that names somebody or something. `kind` is the identifier's name in sources.yaml."""

    column: str
    kind: str
    cls: Class


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two columns of two files: how many different values each has, and how many both have."""

    left: int
    right: int
    both: int

    @property
    def joins(self) -> bool:
        """Enough of the smaller column's values stand in the other for them to mean the same thing."""
        return self.both > 0 and self.both >= 0.2 * min(self.left, self.right)


# ((file, column), (file, column)) → how far they overlap.
Overlaps = Mapping[tuple[tuple[str, str], tuple[str, str]], Overlap]


def id_columns(file: FileProfile, subject: Subject | None) -> list[IdColumn]:
    """Every column of a file that names somebody or something; a kind comes once, its first column wins."""
    found: list[IdColumn] = []
    for column in file.columns:
        one = id_column(column, subject, set(words_of(file.name)))
        if one is None:
            continue
        if any(one.kind == other.kind for other in found):
            one = IdColumn(one.column, slug(one.column, f"id_{len(found)}"), one.cls)
        if all(one.kind != other.kind for other in found):
            found.append(one)
    return found


def id_column(column: ColumnProfile, subject: Subject | None, file_words: set[str]) -> IdColumn | None:
    """What one column names; None where it is no identifier."""
    if not column.values or column.shape in (Shape.TIME, Shape.TEXT, Shape.URL, Shape.BOOLEAN):
        return None
    if column.shape in (Shape.EMAIL, Shape.PHONE):
        # A friend's or an agent's address is nobody's here.
        if column.named(THING):
            return IdColumn(column.name, slug(column.name, "address"), "thing")
        return IdColumn(column.name, column.shape.value, "person")
    if column.name == _CASE_ID:
        return IdColumn(column.name, "case_id", "person")
    if not _looks_like_ids(column):
        return None
    if is_unnamed(column):
        return (
            IdColumn(column.name, slug(column.name), "unknown")
            if column.distinct > 20 or column.unique
            else None
        )
    nouns = [word for word in column.words if word not in ID]
    named = bool(column.words) and (
        column.words[-1] in ID or (column.words[0] in ID and "of" not in column.words)
    )
    alone = len(column.words) == 1 and (column.words[0] in PERSON - {"name"} or column.words[0] in RECORD)
    if (
        alone
        and column.shape is Shape.WORDS
        and (column.words[0] in RECORD or column.distinct < 0.05 * column.filled)
    ):
        return None
    if not nouns:
        return _plain_id(column, subject, file_words) if named else None
    if not named and not alone:
        return IdColumn(column.name, slug(column.name, "id"), "unknown") if _opaque(column) else None
    return IdColumn(column.name, *_kind(nouns, column.name))


def is_unnamed(column: ColumnProfile) -> bool:
    """The file had no header, or no name in it: column_1, column_2 …"""
    return re.fullmatch(r"column_\d+", column.name) is not None


def _looks_like_ids(column: ColumnProfile) -> bool:
    """Ids have many values and no decimals; a code with a few values names a sort of thing."""
    if column.shape not in _SHAPES:
        return False
    if column.numbers is not None and not column.numbers.whole and not _cookie(column):
        return False
    return not (column.filled > 200 and column.distinct < 50 and column.distinct < 0.05 * column.filled)


def _cookie(column: ColumnProfile) -> bool:
    """Web analytics name a browser by two numbers, 1234567890.1700000000: no decimals."""
    return all(_COOKIE.fullmatch(value) for value in column.values)


def _opaque(column: ColumnProfile) -> bool:
    """Values that cannot be anything but ids, whatever their column is called."""
    return column.shape in (Shape.UUID, Shape.HEX) and not column.named(THING)


def _plain_id(column: ColumnProfile, subject: Subject | None, file_words: set[str]) -> IdColumn:
    """A column that is only called "id": the row's own, so what the file is about says whose."""
    if subject is not None and subject.person:
        return IdColumn(column.name, *_kind([subject.label.lower()], column.name))
    if subject is not None:
        return IdColumn(column.name, f"{slug(subject.label)}_id", "record")
    if column.unique and file_words & LOG:
        return IdColumn(column.name, "event_id", "record")
    return IdColumn(column.name, slug(column.name, "id"), "record" if column.unique else "unknown")


def _kind(nouns: list[str], name: str) -> tuple[str, Class]:
    """The kind's name and class, by the last noun that is known."""
    if _OTHERS.intersection(nouns):
        return slug(name, "id"), "thing"  # a friend's order must not make one customer of two
    if _DEVICE.intersection(words_of(name)):
        return ("device_id" if "device" in nouns else "anonymous_id"), "device"
    for noun in reversed(nouns):
        if noun in THING:
            return slug(name, "id"), "thing"
        if noun in _SESSION:
            return "session_id", "session"
        if noun in ACCOUNT:
            return "account_id", "account"
        if noun in _CUSTOMER:
            return "customer_id", "person"
        if noun in _USER:
            return "user_id", "person"
        if noun in _HANDLE:
            return "handle", "person"
        if noun in _LEAD:
            return "lead_id", "person"
        if noun in PERSON:
            return f"{slug(noun)}_id", "person"
        if noun in RECORD:
            return f"{_RECORD_NAMES.get(noun, slug(noun))}_id", "record"
    return slug(name, "id"), "unknown"


_OTHERS = word_set("friend referee invitee recipient gift")
_OPAQUE = (Shape.CODE, Shape.HEX, Shape.UUID)
MOST_PAIRS = 150


def pairs_to_compare(
    files: list[FileProfile], ids: list[list[IdColumn]]
) -> list[tuple[tuple[str, str], tuple[str, str]]]:
    """Pairs of columns of two files that may hold the same identifiers.

    First those alike by kind; then ids that look alike (a customer here may be a user there); all with all
    where nothing else joins two files. At most MOST_PAIRS, so that a folder of wide files stays cheap.
    """
    first: list[tuple[tuple[str, str], tuple[str, str]]] = []
    then: list[tuple[tuple[str, str], tuple[str, str]]] = []
    for i, left in enumerate(files):
        for j in range(i + 1, len(files)):
            right = files[j]
            usable = [[one for one in of if one.cls != "thing"] for of in (ids[i], ids[j])]
            every = [(a, b) for a in usable[0] for b in usable[1]]
            alike = [(a, b) for a, b in every if a.kind == b.kind or a.column == b.column]
            look = [
                (a, b)
                for a, b in every
                if (a, b) not in alike
                and a.cls == b.cls == "person"
                and left.column(a.column).shape == right.column(b.column).shape
                and left.column(a.column).shape in _OPAQUE
            ]
            first += [((left.name, a.column), (right.name, b.column)) for a, b in alike]
            then += [
                ((left.name, a.column), (right.name, b.column)) for a, b in (look if alike else every[:12])
            ]
    return (first + then)[:MOST_PAIRS]
