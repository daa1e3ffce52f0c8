"""Is a row a whole order, or one line of it? Exports of items repeat the order's number on every line.

In: a file's columns, and which of them are the same on all rows of one order (only SQL can see that). Out:
nothing, where a row is an order; else how the order is made of its lines: by its key, where every line
repeats the order's amount, or by a query that adds the lines up. Otherwise one order of three lines would
look like three purchases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from desirepath.collect.expression import quote_name, quote_text
from desirepath.collect.guess.ids import IdColumn
from desirepath.collect.guess.roles import money_role
from desirepath.collect.guess.shapes import ColumnProfile, FileProfile, Shape
from desirepath.collect.guess.words import unique, word_set

_FULL = 0.98  # orders of one line each: some repetition is corrections
_QUANTITY = word_set("quantity qty units menge anzahl cantidad quantite quantidade aantal")
_PRICE = word_set("price preis precio prix prezzo preco prijs unitprice einzelpreis")


@dataclass(frozen=True, slots=True)
class LineItems:
    """The column that names the order; `steady`: columns that are the same on all of its lines."""

    record: str
    steady: frozenset[str]


@dataclass(frozen=True, slots=True)
class Added:
    """Lines added up by a query: its SQL, the column of the sum, the columns of the file that it keeps, why."""

    sql: str
    amount: ColumnProfile
    columns: tuple[str, ...]
    why: str


def record_of_lines(file: FileProfile, ids: Sequence[IdColumn]) -> str:
    """The column that may name an order of several lines; '' where there is none to ask about."""
    for one in ids:
        column = file.column(one.column)
        if one.cls != "record" or column.filled < file.rows or column.distinct >= _FULL * file.rows:
            continue
        amount = _amount(file)
        # An amount on the first line only needs no adding up: the other lines are left out by a rule.
        if amount is not None and amount[0].filled != column.distinct:
            return one.column
    return ""


def _amount(file: FileProfile) -> tuple[ColumnProfile, ColumnProfile | None] | None:
    """The amount of a line, and the quantity that it is to be multiplied with."""
    numeric = [c for c in file.columns if c.numbers is not None and c.shape is Shape.NUMBER]
    quantity = next((c for c in numeric if c.named(_QUANTITY)), None)
    price = next((c for c in numeric if c.named(_PRICE)), None)
    role = money_role(file.columns)
    if role is not None and (price is None or role.column != price.name):
        return file.column(role.column), None
    return (price, quantity) if price is not None else None


def are_lines(items: LineItems, ids: Sequence[IdColumn], times: Sequence[str]) -> bool:
    """The rows of one record are one order: of one customer, at one time."""
    people = [one.column for one in ids if one.cls in ("person", "device", "account")]
    return bool(times) and all(name in items.steady for name in (*people[:1], times[0]))


def repeats_amount(file: FileProfile, items: LineItems) -> bool:
    """Every line says what the whole order came to."""
    amount = _amount(file)
    return amount is not None and amount[1] is None and amount[0].name in items.steady


def added(file: FileProfile, items: LineItems) -> Added | None:
    """A query that makes one row of each order; None where such a file cannot be read by a plain query."""
    amount = _amount(file)
    if amount is None or len(file.files) != 1 or file.read_by == "":
        return None
    price, quantity = amount
    if price.numbers is None or price.numbers.style != "plain" or price.numbers.symbol:
        return None
    kept = [
        c.name for c in file.columns if c.name in items.steady and c.name not in (items.record, price.name)
    ]
    line = _decimal(price.name) + (f" * {_decimal(quantity.name)}" if quantity else "")
    cells = [f"{quote_name(items.record)}"]
    cells += [f"any_value({quote_name(name)}) AS {quote_name(name)}" for name in kept]
    amount_name = unique("total", {c.name.lower() for c in file.columns})
    cells.append(f"sum({line}) AS {amount_name}")
    sql = (
        "SELECT " + ",\n  ".join(cells) + f"\nFROM {file.read_by.format(quote_text(file.files[0]))}"
        f"\nGROUP BY {quote_name(items.record)}\nORDER BY {quote_name(items.record)}"
    )
    how = f"{price.name} × {quantity.name}" if quantity else price.name
    why = (
        f"{file.rows:,} rows are lines of {file.column(items.record).distinct:,} different {items.record}; "
        f"{how} is added up"
    )
    return Added(sql, replace(price, name=amount_name), (items.record, *kept), why)


def _decimal(name: str) -> str:
    return f"TRY_CAST({quote_name(name)} AS DECIMAL(18, 4))"
