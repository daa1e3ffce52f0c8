"""sources.yaml as data: where data is, and how a row becomes events or metrics."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, SecretStr, model_validator

from desirepath.collect.directives import check_format
from desirepath.collect.rule_fields import RowRule, RowValue
from desirepath.core.definition import OneOrMany, refused
from desirepath.core.errors import nearest
from desirepath.core.money import EXPONENTS, unknown_currency
from desirepath.core.times import parse_duration
from desirepath.core.words import By
from desirepath.core.zones import Zone

REST = "*"  # the property that stands for every column that nothing else reads
SCALES = {"nps": (0.0, 10.0), "csat": (1.0, 5.0), "ces": (1.0, 7.0), "rating": (1.0, 5.0)}


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Field(_Part):
    """Where one field of an event comes from: exactly one of column, value, sql. `map` renames values.

    A value that `map` does not name stays as it is.
    """

    column: str | None = None
    value: str | None = None
    sql: RowValue | None = None  # a whitelisted scalar expression over the row's columns
    map: dict[str, str] = {}

    @model_validator(mode="after")
    def _one(self) -> Field:
        given = [name for name in ("column", "value", "sql") if getattr(self, name) is not None]
        if len(given) != 1:
            said = f"both {' and '.join(given)} are given" if given else "no column is given"
            raise refused((said, "Write one of column:, value: (the same for every row) or sql:."))
        return self


def _column(value: object) -> object:
    return {"column": value} if isinstance(value, str) else value


def _literal(value: object) -> object:
    return {"value": value} if isinstance(value, str) else value


def _columns(value: object) -> object:
    """[sku, size] → {sku: sku, size: size}."""
    if isinstance(value, list | tuple) and all(isinstance(v, str) for v in value):
        return {v: v for v in value}
    return {value: value} if isinstance(value, str) else value


FromColumn = Annotated[Field, BeforeValidator(_column)]
"""Plain text is a column: `value: total`."""

Named = Annotated[Field, BeforeValidator(_literal)]
"""Plain text is the value itself: `event: Order Completed`."""


def _someone(field: Field) -> Field:
    for said in sure_values(field):
        if said not in list(By):
            raise refused(
                (f'"{said}" is nobody who does an event', nearest(said, [str(b) for b in By], "Known"))
            )
    return field


def _currency(field: Field) -> Field:
    for said in sure_values(field):
        if said.upper() not in EXPONENTS:
            raise refused(unknown_currency(said, "A column is written {column: …}."))
    return field


def sure_values(field: Field) -> list[str]:
    """The values that a field is sure to give where it gives one of its own."""
    return [v for v in (field.value, *field.map.values()) if v is not None and v not in field.map]


def _rest(value: object) -> object:
    """`properties: rest`, and an entry "*" beside others: every column that nothing else reads."""
    if value == "rest":
        return {REST: {"column": REST}}
    if isinstance(value, Mapping) and REST in value:
        return {**value, REST: {"column": REST}}
    return value


NamedBy = Annotated[Field, BeforeValidator(_literal), AfterValidator(_someone)]
NamedCurrency = Annotated[Field, BeforeValidator(_literal), AfterValidator(_currency)]
FromColumns = Annotated[dict[str, FromColumn], BeforeValidator(_columns)]


def _kinds(identifiers: dict[str, Field]) -> dict[str, Field]:
    for kind in identifiers:
        if not re.fullmatch(r"[^\W\d]\w*", kind):
            raise refused((f'"{kind}" is no kind of identifier', "Letters, digits and _, such as user_id."))
    return identifiers


def _format(text: str) -> str:
    if wrong := check_format(text):
        message, _, hint = wrong.partition("; ")
        raise refused((message, hint[:1].upper() + hint[1:] if hint else ""))
    return text


Properties = Annotated[FromColumns, BeforeValidator(_rest)]


class Time(_Part):
    """A time column. Without a zone in the text, `zone` (else the source's, else the journey's) holds."""

    column: str
    # strptime; 'epoch_s', 'epoch_ms', 'epoch_us'; None: ISO 8601, or guessed at load
    format: Annotated[str, AfterValidator(_format)] | None = None
    zone: Zone | None = None
    date_only: bool | None = None  # None: where the text has no time of day
    plus: str | None = None  # a column with how long after `column` it was, in `unit`; empty: it was not
    unit: Literal["seconds", "minutes", "hours", "days"] | None = None

    @model_validator(mode="after")
    def _both(self) -> Time:
        if (self.plus is None) != (self.unit is None):
            missing, given = ("unit", "plus") if self.unit is None else ("plus", "unit")
            raise refused(
                (
                    f"{given} is given and {missing} is not",
                    "Write both: {plus: reply_minutes, unit: minutes}.",
                )
            )
        return self


TimeColumn = Annotated[Time, BeforeValidator(_column)]


class Score(_Part):
    """A number on a scale: a survey answer, a rating."""

    column: FromColumn
    low: float
    high: float
    kind: Literal["nps", "csat", "ces", "rating"] = "rating"

    @model_validator(mode="before")
    @classmethod
    def _scale(cls, value: object) -> object:
        """{column: stars, kind: nps}: the ends are the kind's usual ones unless given."""
        if isinstance(value, str):
            value = {"column": value}
        if not isinstance(value, Mapping):
            return value
        raw = dict(value)
        source = {k: raw.pop(k) for k in ("value", "sql", "map") if k in raw}
        if source:
            column = {"column": raw["column"]} if isinstance(raw.get("column"), str) else {}
            raw["column"] = {**column, **source}
        low, high = SCALES.get(str(raw.get("kind", "rating")), SCALES["rating"])
        return {"low": low, "high": high, **raw}

    @model_validator(mode="after")
    def _ends(self) -> Score:
        if not self.low < self.high:
            raise refused(
                (f"the scale ends at {self.high:g} and begins at {self.low:g}", "low is less than high.")
            )
        return self


class EventFrom(_Part):
    """One event that a row can become. Unset fields fall back on the source's."""

    event: Named | None = None
    time: TimeColumn | None = None
    when: RowRule | None = None
    channel: Named | None = None
    by: NamedBy | None = None
    identifiers: Annotated[FromColumns, AfterValidator(_kinds)] = {}
    value: FromColumn | None = None
    currency: NamedCurrency | None = None
    text: FromColumn | None = None
    score: Score | None = None
    properties: Properties = {}
    traits: FromColumns = {}


def _overlap(value: object) -> object:
    """ "10 minutes", or how many numbers."""
    if isinstance(value, str) and not value.strip().isdecimal():
        try:
            return parse_duration(value)
        except ValueError as error:
            raise refused(
                (str(error).partition("; ")[0], "10 minutes, or 1000 for a cursor of numbers.")
            ) from None
    found = int(value) if isinstance(value, str) else value
    if isinstance(found, bool) or not isinstance(found, int) or found < 0:
        raise refused((f'"{value}" is no overlap', "10 minutes, or 1000 for a cursor of numbers."))
    return found


Overlap = Annotated[int | timedelta, BeforeValidator(_overlap)]


class Reading(_Part):
    """Where the rows are and how the file is written."""

    files: Annotated[
        tuple[str, ...], OneOrMany
    ] = ()  # paths or patterns, relative to sources.yaml; ${…} filled in
    query: str | None = None  # SQL over files (or of the database) instead: administrators only
    database: SecretStr | None = None  # the URL of a database; ${…} filled in
    table: str | None = None  # of the database; or `query`, in its own SQL
    cursor: str | None = None  # a column that grows: read only from its last value on
    cursor_overlap: Overlap | None = None  # how far before it: rows that commit late
    format: Literal["csv", "jsonl", "parquet", "excel", "xes", "cjml"] | None = None  # None: from the name
    sheet: str | int | None = None  # of a spreadsheet: its name, or its number from 1
    delimiter: str | None = None
    encoding: str | None = None
    header: bool | None = None
    columns: Annotated[tuple[str, ...], OneOrMany] = ()  # names for files without a header
    skip: int = 0  # lines, or rows of a sheet, before the header
    header_rows: int = 1  # rows that make the names together: the question, and below it the option


class Source(_Part):
    """One source of events. `events` empty: each row is one event, made from the fields here."""

    id: str
    reading: Reading
    common: EventFrom  # event, time, channel, by, identifiers … of every event of the row
    events: tuple[EventFrom, ...] = ()
    key: Annotated[
        tuple[str, ...], OneOrMany
    ] = ()  # columns that name a record: a later row with it corrects
    where: RowRule | None = None  # rows that are not meant at all
    zone: Zone | None = None
    complete_until: datetime | Literal["now"] | None = None  # naive: in `zone`, else in the journey's
    most_bad: float = 0.5  # more rejected rows than this share is an error
    line: int = 0


class Metrics(_Part):
    """Awareness that has no customer: impressions, reach, clicks, spend by day, channel and campaign."""

    id: str
    reading: Reading
    day: TimeColumn
    channel: Named
    campaign: Named | None = None
    impressions: FromColumn | None = None
    reach: FromColumn | None = None
    clicks: FromColumn | None = None
    spend: FromColumn | None = None
    currency: NamedCurrency | None = None
    line: int = 0


class Sources(_Part):
    """The whole of sources.yaml."""

    sources: tuple[Source, ...]
    metrics: tuple[Metrics, ...] = ()
    folder: str = "."  # where relative paths start
    guesses: tuple[str, ...] = ()  # what `init` guessed and nobody confirmed yet, with its place
    version: str = ""
