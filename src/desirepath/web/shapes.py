"""What the API answers with, as shapes that its description (openapi.json) and the app's client are made from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel, Field

from desirepath.app.plain import as_plain
from desirepath.app.questions.answer import Answer
from desirepath.app.results import Table

# "@unit": the unit stands in the row's own column `unit`; "@unit apart": a difference of such numbers.
Unit = Literal[
    "", "share", "points", "duration", "money", "score", "ratio", "number", "ease", "@unit", "@unit apart"
]


def file_answer(media: Iterable[str]) -> dict[int | str, dict[str, Any]]:
    """How a route that answers with a file says so: which kinds it has."""
    file = {"type": "string", "format": "binary"}
    kinds = [one.partition(";")[0] for one in media]
    content = {one: {"schema": {} if one == "application/json" else file} for one in kinds}
    return {200: {"description": "The file.", "content": content}}


class ColumnOut(BaseModel):
    """A column. unit: what its numbers are; an estimate `x` has `x_low`, `x_high` and `x_n` beside it.

    "@unit": each row says it in its own column `unit`; "@unit apart": differences of such numbers (of shares, points).
    """

    name: str
    kind: Literal["text", "integer", "number", "boolean", "instant"]
    unit: Unit = ""


class TableOut(BaseModel):
    """A table: rows of one grain; at most `most` rows are sent, `total` says how many there are."""

    grain: str
    columns: list[ColumnOut]
    rows: list[list[Any]]
    total: int


class ContractOut(BaseModel):
    """The exact semantics behind a number, in words."""

    question: str
    denominator: str
    rule: str
    as_of: int | None
    definition: str
    source: str = ""


class ExcludedOut(BaseModel):
    """Customers who do not count at all, by the name of the exclusion."""

    name: str
    label: str
    customers: int
    events: int


class AskedOut(BaseModel):
    """Of whom and of when a question was asked."""

    journey: str
    definition: str
    as_of: str | None
    time_zone: str
    currency: str | None
    segment: str | None
    since: str | None
    until: str | None
    unread: list[str]
    other_currencies: int
    excluded: list[ExcludedOut]


class AnswerOut(BaseModel):
    """An answer. The first sentence is the answer; the first table the main one; lists: counts with customers."""

    question: dict[str, Any]
    says: list[str]
    contract: ContractOut
    asked: AskedOut
    tables: dict[str, TableOut]
    lists: list[str]
    command: str = Field(description="The same question on the command line.")
    python: str = Field(description="The same question in Python.")


_KINDS = {str: "text", int: "integer", float: "number", bool: "boolean"}


def table_out(table: Table, most: int = 1_000) -> TableOut:
    """A table as it is sent."""
    rows = [as_plain(list(row)) for row in table.rows[:most]]
    columns = [
        ColumnOut(name=name, kind=_kind(table, name, i, rows), unit=table.units.get(name, ""))  # type: ignore[arg-type]  # units are those of Table
        for i, name in enumerate(table.columns)
    ]
    return TableOut(grain=table.grain, columns=columns, rows=rows, total=len(table.rows))


def _kind(table: Table, name: str, place: int, rows: list[list[Any]]) -> Any:
    if name in table.kinds:
        return _KINDS.get(table.kinds[name], "instant")
    some = next((row[place] for row in rows if row[place] is not None), None)
    return "boolean" if isinstance(some, bool) else _KINDS.get(type(some), "text")


def answer_out(answer: Answer[Any], command: str, python: str) -> AnswerOut:
    """An answer as it is sent."""
    plain = as_plain({"contract": answer.contract, "asked": answer.asked})
    return AnswerOut(
        question={"name": answer.question.name, **answer.question.given()},
        says=list(answer.says),
        contract=ContractOut(**plain["contract"]),
        asked=AskedOut(**plain["asked"]),
        tables={name: table_out(table) for name, table in answer.tables.items()},
        lists=list(answer.lists),
        command=command,
        python=python,
    )
