"""How does a row become events? A Source and the columns that are present → SQL over the staged raw rows.

In: the table `raw` (c0 … cn as text, rowid in the order of the file). Out: for each event that a row can
become, a query of parsed events, in which the rules of validity.py are asked, and the columns to insert.
Nothing is run here; what only a look at the data can tell (Found) comes in from the store.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from desirepath.collect.cell_sql import CellSql, known
from desirepath.collect.expression import quote_name, quote_text
from desirepath.collect.raw import RawColumns
from desirepath.collect.sources import REST, EventFrom, Field, Metrics, Source, Time
from desirepath.collect.time_sql import time_sql
from desirepath.collect.validity import (
    EVENT_RULES,
    FIELD_RULES,
    MAX_FIELD,
    MAX_IDENTIFIER,
    MAX_TEXT,
    ValidityRule,
)
from desirepath.collect.value_sql import DECIMAL, Style, currency_sql, minor_sql, value_sql

WideType = Literal["BOOLEAN", "DOUBLE", "TIMESTAMP", "VARCHAR"]


@dataclass(frozen=True, slots=True)
class Context:
    """What a load knows besides the source: the journey's zone and currency, and the latest believable time."""

    zone: str
    currency: str | None
    latest: str  # 'YYYY-MM-DD HH:MM:SS', UTC


@dataclass(frozen=True, slots=True)
class Found:
    """What a look at the part's rows told.

    styles: SQL of a value's text → how its column is written. currencies: SQL of a currency → its codes.
    types: wide column → the type that it has in the store.
    """

    styles: Mapping[str, Style] = field(default_factory=dict)
    currencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    types: Mapping[str, WideType] = field(default_factory=dict)
    has_nul: bool = False
    too_large: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """Where events go: the number of the first, when they came to be known, and whether some rows are bad."""

    first_no: int
    known_at: str
    some_bad: bool


@dataclass(frozen=True, slots=True)
class Cells:
    """One event's fields as SQL of texts, each NULL where it is empty."""

    item: int
    rule: str  # which rows become this event
    event: str
    time: str
    plus: str  # how long after that it was
    channel: str
    by: str
    value: str
    currency: str
    text: str
    score: str
    wide: Mapping[str, str]  # "id.…", "properties.…", "traits.…" → text
    made_from: EventFrom


def merged(source: Source) -> tuple[EventFrom, ...]:
    """The events of a row, each with what it leaves to the source filled in."""
    if not source.events:
        return (source.common,)
    return tuple(_over(source.common, event) for event in source.events)


def _over(common: EventFrom, event: EventFrom) -> EventFrom:
    changes: dict[str, object] = {}
    for name in EventFrom.model_fields:
        own, shared = getattr(event, name), getattr(common, name)
        if isinstance(shared, dict):
            changes[name] = {**shared, **own}
        elif own is None:
            changes[name] = shared
    return event.model_copy(update=changes)


class RowSql:
    """The SQL of one source over one part."""

    def __init__(self, source: Source, columns: RawColumns, context: Context) -> None:
        self.source, self.columns, self.context = source, columns, context
        self.zone = source.zone or context.zone
        self.cell = CellSql(columns, self.zone)
        self.meant = self.cell.rule(source.where)
        cells = tuple(self._cells(number, event) for number, event in enumerate(merged(source)))
        self.cells = _that_happened(cells) if source.events else cells

    # ── the texts ────────────────────────────────────────────────────────────────────────────────────────

    def _cells(self, item: int, event: EventFrom) -> Cells:
        wide: dict[str, str] = {}
        groups = (
            ("id", event.identifiers),
            ("properties", self._properties(event)),
            ("traits", event.traits),
        )
        for group, fields in groups:
            for name, one in sorted(fields.items()):
                wide.setdefault(_told_apart(f"{group}.{name}", wide), self.cell.text(one))
        time = event.time
        return Cells(
            item=item,
            rule=self.cell.rule(event.when),
            event=self.cell.text(event.event),
            time=self._time(time),
            plus=known(self.columns.text(time.plus)) if time and time.plus else "CAST(NULL AS VARCHAR)",
            channel=self.cell.text(event.channel),
            by=self.cell.text(event.by),
            value=self.cell.number(event.value),
            currency=f"upper({self.cell.text(event.currency)})",
            text=self.cell.text(event.text),
            score=self.cell.number(event.score.column if event.score else None),
            wide=wide,
            made_from=event,
        )

    def _time(self, time: Time | None) -> str:
        """The text of a time; NULL, too, where it is to come some time after another and nothing says how long."""
        if time is None:
            return "CAST(NULL AS VARCHAR)"
        text = known(self.columns.text(time.column))
        if time.plus is None:
            return text
        return f"CASE WHEN {known(self.columns.text(time.plus))} IS NOT NULL THEN {text} END"

    def _properties(self, event: EventFrom) -> dict[str, Field]:
        """The properties by name; `*` becomes every column that nothing reads, those of the record's key too:
        the journey pairs promises and cancellations by what such a column names (properties.order_id).
        """
        named = {name: one for name, one in event.properties.items() if name != REST}
        if REST in event.properties:
            used = columns_read(self.source.model_copy(update={"key": ()}))
            for name in self.columns.names:
                if name not in used and name not in named:
                    named[name] = Field(column=name)
        return named

    def key(self) -> str:
        """SQL of the record's key; NULL where any of its columns is empty or the source has none."""
        cells = [self.columns.text(name) for name in self.source.key]
        if not cells:
            return "CAST(NULL AS VARCHAR)"
        return cells[0] if len(cells) == 1 else "(" + " || chr(31) || ".join(cells) + ")"

    # ── the events ───────────────────────────────────────────────────────────────────────────────────────

    def parsed(self, cells: Cells, found: Found, rows: str) -> str:
        """A query of parsed events, one row per raw row that becomes this event, good and bad.

        rows: a relation with the columns of raw, `row`, `digest`, `at_part` and `at_row`.
        Its columns are those that validity.py asks and those that `insert` takes.
        """
        event = cells.made_from
        assert event.time is not None
        time = time_sql("time_text", event.time, self.zone)
        value = value_sql("value_text", found.styles.get(cells.value, "plain"))
        currency, codes = currency_sql(
            event.currency, found.currencies.get(cells.currency, ()), self.context.currency
        )
        minor = minor_sql("number", "currency", codes)
        # What the source does not have is said to be nothing at once: DuckDB takes long to find that out.
        number = value.number if event.value else f"CAST(NULL AS {DECIMAL})"
        amount = (
            f"CASE WHEN currency_text IS NULL OR currency IS NOT NULL THEN {minor} END"
            if event.value
            else "CAST(NULL AS BIGINT)"
        )
        score, off_scale = "CAST(NULL AS DOUBLE)", "false"
        if event.score:
            score = _number("replace(score_text, ',', '.')")
            off_scale = f"coalesce(score < {event.score.low!r} OR score > {event.score.high!r}, false)"
        ids = [quote_name(name) for name in cells.wide if name.startswith("id.")]
        return f"""
WITH cells AS (
  SELECT row, digest, at_part, at_row, {self._has_nul(found)} AS has_nul, {self._too_large(found)} AS too_large,
    {self.key()} AS key, {cells.event} AS event, {cells.time} AS time_text, {cells.plus} AS plus_text,
    {cells.channel} AS channel,
    {cells.by} AS by_text, {cells.value} AS value_text, {cells.currency} AS currency_text, {cells.text} AS text,
    {cells.score} AS score_text{"".join(f", {sql} AS {quote_name(name)}" for name, sql in cells.wide.items())}
  FROM ({rows}) WHERE {self.meant} AND {cells.rule}),
parsed AS (
  SELECT * EXCLUDE ("row"), "row", {time.instant} AS time, {time.date_only} AS date_only,
    CASE WHEN by_text IS NULL THEN 'customer'
      WHEN lower(by_text) IN ('customer', 'business', 'machine') THEN lower(by_text) END AS "by",
    {number} AS number, {value.ambiguous} AS value_ambiguous, {currency} AS currency,
    {score} AS score
  FROM cells)
SELECT *,
  {amount} AS value,
  {off_scale} AS score_off_scale,
  {"key IS NULL" if self.source.key else "false"} AS key_missing,
  {f"coalesce({', '.join(ids)}) IS NOT NULL" if ids else "false"} AS has_identifier,
  {" OR ".join(f"coalesce(length({one}) > {MAX_IDENTIFIER}, false)" for one in ids) or "false"} AS identifier_too_long,
  TIMESTAMP {quote_text(self.context.latest)} AS latest
FROM parsed"""

    def bad(self, cells: Cells, found: Found, rows: str) -> str:
        """row, item, reason, lost, detail of each wrong thing: the first that costs the event, else every field's."""
        of_event, of_field = self._asked(EVENT_RULES, cells, found), self._asked(FIELD_RULES, cells, found)
        wrong = " OR ".join(f"({rule.wrong})" for rule in (*of_event, *of_field))
        whole = " ".join(f"WHEN {rule.wrong} THEN [{_as_struct(rule)}]" for rule in of_event)
        fields = ", ".join(f"CASE WHEN {rule.wrong} THEN {_as_struct(rule)} END" for rule in of_field)
        rest = f"ELSE list_filter([{fields}], lambda one: one IS NOT NULL) " if of_field else ""
        return f"""
SELECT row, {cells.item}::SMALLINT AS item, one.reason, one.lost, left(one.detail, 200) AS detail FROM (
  SELECT row, unnest(CASE {whole} {rest}END) AS one
  FROM ({self.parsed(cells, found, rows)}) WHERE {wrong})"""

    def _asked(self, rules: Sequence[ValidityRule], cells: Cells, found: Found) -> tuple[ValidityRule, ...]:
        """The rules that can be broken at all: none is asked about what the source does not have."""
        event = cells.made_from
        there = {
            "nul_character": found.has_nul,
            "field_too_large": found.too_large,
            "key_missing": bool(self.source.key),
            "by_unknown": event.by is not None,
            "currency_unknown": event.value is not None and event.currency is not None,
            "value_ambiguous": event.value is not None,
            "value_unreadable": event.value is not None,
            "score_unreadable": event.score is not None,
            "score_off_scale": event.score is not None,
            "text_too_long": event.text is not None,
        }
        return tuple(rule for rule in rules if there.get(rule.name, True))

    def insert(self, cells: Cells, found: Found, rows: str, target: Target) -> str:
        """The statement that puts this event of each good row into event_log."""
        event = cells.made_from
        wide = [name for name in cells.wide if name in found.types]
        columns = {
            "event_no": f"{target.first_no} + row * {len(self.cells)} + {cells.item}",
            "part": "at_part",
            "row": "at_row",
            "item": str(cells.item),
            "key": "key",
            "digest": "digest",
            "time": "time",
            "date_only": "date_only",
            "known_at": f"TIMESTAMP {quote_text(target.known_at)}",
            "event": "event",
            "channel": "channel",
            "by": '"by"',
            **self._optional(event),
            **{name: self._typed(name, found.types[name]) for name in wide},
        }
        wrong = " OR ".join(f"({rule.wrong})" for rule in self._asked(EVENT_RULES, cells, found))
        good = f" WHERE NOT ({wrong})" if target.some_bad else ""
        return (
            f"INSERT INTO event_log ({', '.join(map(quote_name, columns))})\nSELECT {', '.join(columns.values())}"
            f"\nFROM ({self.parsed(cells, found, rows)}){good}"
        )

    @staticmethod
    def _optional(event: EventFrom) -> dict[str, str]:
        """Columns that stay empty where the source has nothing for them."""
        columns: dict[str, str] = {}
        if event.value:
            columns["value"] = "value"
            columns["currency"] = "CASE WHEN value IS NOT NULL THEN currency END"
        if event.text:
            columns["text"] = f"left(text, {MAX_TEXT})"
        if score := event.score:
            share = f"(score - {score.low!r}) / {score.high - score.low!r}"
            columns["score"] = "CASE WHEN NOT score_off_scale THEN score END"
            columns["score_share"] = f"CASE WHEN NOT score_off_scale THEN {share} END"
            columns["score_kind"] = (
                f"CASE WHEN NOT score_off_scale AND score IS NOT NULL THEN {quote_text(score.kind)} END"
            )
        return columns

    def _typed(self, name: str, kind: WideType) -> str:
        """A wide column's text as the type that it has in the store."""
        text = quote_name(name)
        if kind == "VARCHAR":
            return text
        if kind == "TIMESTAMP":
            return time_sql(text, Time(column=name), self.zone).instant
        return _number(text) if kind == "DOUBLE" else f"TRY_CAST({text} AS BOOLEAN)"

    def _has_nul(self, found: Found) -> str:
        """Does any column that is read hold a NUL? Asked only of a part whose bytes have one."""
        return self._any(found.has_nul, "contains({}, chr(0))")

    def _too_large(self, found: Found) -> str:
        return self._any(found.too_large, f"length({{}}) > {MAX_FIELD}")

    def _any(self, asked: bool, test: str) -> str:
        tests = [f"coalesce({test.format(f'c{place}')}, false)" for place in range(len(self.columns.names))]
        return f"({' OR '.join(tests)})" if asked and tests else "false"


def _that_happened(cells: tuple[Cells, ...]) -> tuple[Cells, ...]:
    """Of a row with several events those happened that have a time. The first tells of a row that has none at all."""
    times = list(dict.fromkeys(one.time for one in cells))
    nothing = f"coalesce({', '.join(times)}) IS NULL"
    return tuple(
        replace(one, rule=f"({one.rule} AND ({one.time} IS NOT NULL{'' if one.item else f' OR {nothing}'}))")
        for one in cells
    )


def _told_apart(name: str, taken: Mapping[str, str]) -> str:
    """The name, or one with a number where it differs from a taken one in case only: to DuckDB that is the same."""
    lower = {one.lower() for one in taken}
    different, again = name, 2
    while different.lower() in lower:
        different, again = f"{name}_{again}", again + 1
    return different


def columns_read(source: Source) -> dict[str, str]:
    """Every column that a source names → what for, in the words of sources.yaml."""
    found: dict[str, str] = dict.fromkeys(source.key, "key")
    if source.where is not None:
        found |= {str(column): "where" for column in source.where.columns}
    for event in merged(source):
        if event.time is not None:
            found.setdefault(event.time.column, "time")
            if event.time.plus is not None:
                found.setdefault(event.time.plus, "time")
        if event.when is not None:
            found = {str(column): "when" for column in event.when.columns} | found
        for label, one in _fields(event):
            if one.column is not None and one.column != REST:
                found.setdefault(one.column, label)
            elif one.sql is not None:
                found = {str(column): label for column in one.sql.columns} | found
    return found


def metrics_columns_read(metrics: Metrics) -> dict[str, str]:
    """The same for a metrics source."""
    found = {metrics.day.column: "day"}
    for label in ("channel", "campaign", "impressions", "reach", "clicks", "spend", "currency"):
        one: Field | None = getattr(metrics, label)
        if one is not None and one.column is not None:
            found.setdefault(one.column, label)
        elif one is not None and one.sql is not None:
            found = {str(column): label for column in one.sql.columns} | found
    return found


def _fields(event: EventFrom) -> list[tuple[str, Field]]:
    """The fields of an event that are there, with their names."""
    named: list[tuple[str, Field | None]] = [
        ("event", event.event),
        ("channel", event.channel),
        ("by", event.by),
        ("value", event.value),
        ("currency", event.currency),
        ("text", event.text),
        ("score", event.score.column if event.score else None),
    ]
    for group in ("identifiers", "properties", "traits"):
        named += [(f"{group}.{name}", one) for name, one in getattr(event, group).items()]
    return [(label, one) for label, one in named if one is not None]


def _number(text: str) -> str:
    # NaN sorts above every number in DuckDB; here it is no number.
    return f"nullif(TRY_CAST({text} AS DOUBLE), 'nan'::DOUBLE)"


def _as_struct(rule: ValidityRule) -> str:
    """What is kept of a wrong thing."""
    return (
        f"{{'reason': {quote_text(rule.name)}, 'lost': {quote_text(rule.lost)},"
        f" 'detail': CAST({rule.detail} AS VARCHAR)}}"
    )
