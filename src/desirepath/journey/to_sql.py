"""A journey's rules as SQL over the event store: what the trail build, promises and segments ask it.

In: a Journey and the store's columns. Out: SQL text; `store` runs it. Nothing of a rule reaches the text but
through its whitelisted tree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from desirepath.collect.expression import EVENT, Column, Kind, Rule, as_kind, quote_name, quote_text
from desirepath.core.money import exponent
from desirepath.core.words import By
from desirepath.journey.bits import (
    ACTIVE_END,
    ACTIVE_START,
    BY_BUSINESS,
    BY_CUSTOMER,
    BY_MACHINE,
    DATE_ONLY,
    ENTER,
    EXIT,
    GOAL,
    VOIDED,
)
from desirepath.journey.definition import Journey, Promise, Touchpoint
from desirepath.journey.money import Rate, minor_units_sql, worth_sql

_PLAIN: dict[str, Kind] = dict(EVENT.plain or ())


def kind_of(sql_type: str) -> Kind:
    """What a column of an SQL type holds, in the words of rules."""
    word = sql_type.upper()
    if word.startswith("TIMESTAMP") or word == "DATE":
        return "time"
    if word in ("VARCHAR", "BOOLEAN"):
        return "text" if word == "VARCHAR" else "boolean"
    return "number"


@dataclass(frozen=True, slots=True)
class EventColumns:
    """How a rule's columns are written over the relation `e` of events.

    present: column name in the store → SQL type. A column that no event ever had is NULL.
    currency: the journey's own; rates: what others are worth in it.
    events: the relation that `e` is: all events, or those of some customers.
    """

    present: Mapping[str, str]
    currency: str | None
    zone: str
    rates: tuple[Rate, ...] = ()
    events: str = "events"

    @classmethod
    def for_journey(cls, journey: Journey, present: Mapping[str, str], currency: str | None) -> EventColumns:
        """As a journey reads them. currency: its own, or the only one that events have."""
        return cls(present, currency, journey.time_zone, journey.rates)

    def of(self, rule: Rule) -> str:
        """The SQL of a rule over `e`."""
        return rule.sql(self.column)

    def when(self, rule: Rule) -> str:
        """The same for a place where NULL does as FALSE: after WHEN."""
        return rule.condition(self.column)

    def column(self, column: Column) -> str:
        """One column as what the rule compares it with; NULL where no event ever had it."""
        if not column.group:
            return as_kind(self._plain(column.name), _PLAIN[column.name], column.kind)
        return self.wide(column, f"e.{quote_name(str(column))}")

    def wide(self, column: Column, sql: str) -> str:
        """`sql`, which gives the values of a wide column, as what the rule compares it with."""
        given = self.present.get(str(column))
        kind = kind_of(given) if given else "text"
        if kind == "time":  # instants are kept in UTC; rules speak of the journey's calendar
            sql = f"timezone({quote_text(self.zone)}, timezone('UTC', {sql}))"
        return as_kind(sql if given else "CAST(NULL AS VARCHAR)", kind, column.kind, zone=self.zone)

    @property
    def worth(self) -> str:
        """The value of `e` in minor units of the journey's currency; NULL without one, or without a rate."""
        return worth_sql(
            "e.value", "e.currency", "e.time", own=self.currency, rates=self.rates, zone=self.zone
        )

    def _plain(self, name: str) -> str:
        if name == "value":
            # What no rate covers is compared in its own currency: `value > 0` is true in every one.
            own = f"{self.worth} / {10 ** exponent(self.currency)}.0"
            return f"coalesce({own}, e.value / {minor_units_sql('e.currency')})"
        if name == "time":
            return f"timezone({quote_text(self.zone)}, timezone('UTC', e.time))"
        return f"e.{quote_name(name)}"

    def key(self, name: str) -> str:
        """A pairing key that the definition names in short: an identifier, else a property, else NULL."""
        bare = name.removeprefix("properties.").removeprefix("identifiers.").removeprefix("id.")
        wide = next((f"{g}.{bare}" for g in ("id", "properties") if f"{g}.{bare}" in self.present), None)
        return f"CAST(e.{quote_name(wide)} AS VARCHAR)" if wide else "CAST(NULL AS VARCHAR)"


def evidence_sql(journey: Journey, columns: EventColumns) -> str:
    """The evidence bits of an event of `e`, before voiding (layout: journey/bits.py)."""
    bits: list[tuple[int, str]] = []
    for place, stage in enumerate(journey.stages):
        bits.append((1 << (ENTER + place), columns.when(stage.enter)))
        if stage.goal is not None:
            goal = stage.enter if stage.goal == "repeat" else stage.goal
            bits.append((1 << (GOAL + place), columns.when(goal)))
        exits = [columns.when(rule) for rule in (stage.exit, journey.exit) if rule is not None]
        if exits:
            bits.append((1 << (EXIT + place), " OR ".join(f"({e})" for e in exits)))
    if journey.active_while is not None:
        bits.append((ACTIVE_START, columns.when(journey.active_while.start)))
        bits.append((ACTIVE_END, columns.when(journey.active_while.end)))
    bits.append((DATE_ONLY, "e.date_only"))
    for by, bit in ((By.CUSTOMER, BY_CUSTOMER), (By.BUSINESS, BY_BUSINESS), (By.MACHINE, BY_MACHINE)):
        bits.append((bit, f"e.\"by\" = '{by.value}'"))
    return " + ".join(f"CASE WHEN {sql} THEN {bit}::BIGINT ELSE 0 END" for bit, sql in bits)


def voided_bits(sql: str, is_voided: str, stages: int) -> str:
    """The bits of an event that may be voided: it loses enter and goal, and carries the mark."""
    lost = ((1 << stages) - 1) << ENTER | ((1 << stages) - 1) << GOAL
    keep = (1 << 62) - 1 - lost
    return f"CASE WHEN {is_voided} THEN (({sql}) & {keep}::BIGINT) + {VOIDED}::BIGINT ELSE {sql} END"


def touchpoint_sql(journey: Journey, columns: EventColumns) -> str:
    """The code of an event's touchpoint: the first declared that matches; −1 for none."""
    if not journey.touchpoints:
        return "(-1)::SMALLINT"
    whens = " ".join(f"WHEN {_touchpoint(t, columns)} THEN {i}" for i, t in enumerate(journey.touchpoints))
    return f"(CASE {whens} ELSE -1 END)::SMALLINT"


def _touchpoint(touchpoint: Touchpoint, columns: EventColumns) -> str:
    parts = [f"({columns.when(touchpoint.when)})"]
    if touchpoint.by is not None:
        parts.append(f"e.\"by\" = '{touchpoint.by.value}'")
    return " AND ".join(parts)


def voided_sql(journey: Journey, columns: EventColumns) -> str | None:
    """voided: events that a later event with the same key undid. Grain: event · columns event_no, moment.

    What undid them may be any event of the store, and any customer's.
    """
    parts = []
    for one in journey.voided_by:
        key, rule = columns.key(one.key), columns.of(one.event)
        parts.append(
            f"SELECT a.event_no, min(b.time) AS moment FROM (SELECT event_no, time, {key} AS k FROM {columns.events} e "
            f"WHERE NOT ({rule})) a JOIN (SELECT time, date_only, {key} AS k FROM events e WHERE {rule}) b "
            "ON a.k = b.k AND (b.time >= a.time OR (b.date_only AND b.time + INTERVAL 1 DAY > a.time)) "
            "WHERE a.k IS NOT NULL GROUP BY a.event_no"
        )
    if not parts:
        return None
    return f"SELECT event_no, min(moment) AS moment FROM ({' UNION ALL '.join(parts)}) GROUP BY event_no"


# Every event, as the view `events` has those that hold.
_EVER_LOADED = (
    "SELECT l.*, s.name AS source FROM event_log l JOIN parts p ON p.part = l.part"
    " JOIN sources s ON s.source = p.source"
)


def voiding_keys_sql(journey: Journey, columns: EventColumns, changed: str) -> str | None:
    """What the voiding events among the numbers that `changed` selects undo. Grain: rule and key · rule, k.

    Events that hold no more are asked as well: what they undid holds again.
    """
    parts = [
        f"SELECT DISTINCT {n} AS rule, {columns.key(one.key)} AS k FROM ({_EVER_LOADED}) e SEMI JOIN ({changed}) x "
        f"ON x.event_no = e.event_no WHERE ({columns.of(one.event)}) AND {columns.key(one.key)} IS NOT NULL"
        for n, one in enumerate(journey.voided_by)
    ]
    return " UNION ALL ".join(parts) or None


def with_voiding_keys_sql(journey: Journey, columns: EventColumns, keys: str) -> str:
    """Customers who have an event with one of the keys that `keys` (rule, k) names. Grain: customer."""
    parts = [
        f"SELECT c.customer FROM events e JOIN event_customers c ON c.event_no = e.event_no "
        f"JOIN {keys} v ON v.rule = {n} AND v.k = {columns.key(one.key)}"
        for n, one in enumerate(journey.voided_by)
    ]
    return f"SELECT DISTINCT customer FROM ({' UNION ALL '.join(parts)})"


def promise_ends_sql(promise: Promise, columns: EventColumns, has_voided: bool) -> str:
    """promise_ends: both ends of a promise, in the order in which they pair.

    Grain: event · columns pair (the group within which first opened is first closed), customer, event_no,
    moment (µs; of a date-only close the end of its day, since it may close what was opened on that day),
    happened (µs, as stored), due (µs or NULL; business time is added by journey/hours.py), end (0 opens, 1
    closes), voided_at (µs or NULL).
    Needs event_customers, excluded, and voided.
    """
    key = columns.key(promise.key) if promise.key else "CAST(NULL AS VARCHAR)"
    opens, closes = columns.of(promise.opens), columns.of(promise.closes)
    due = "CAST(NULL AS BIGINT)"
    if promise.or_by:
        group, dot, name = promise.or_by.partition(".")
        known = dot and group in ("properties", "traits", "id")
        column = Column(group, name, "time") if known else Column("properties", promise.or_by, "time")
        stated = columns.column(column)
        zone = quote_text(columns.zone)
        local = f"timezone('UTC', timezone({zone}, {stated}))"
        # A promised day without a time is kept until its end.
        day_end = f"timezone('UTC', timezone({zone}, {stated} + INTERVAL 1 DAY)) - INTERVAL 1 MICROSECOND"
        due = f"epoch_us(CASE WHEN {stated} = date_trunc('day', {stated}) THEN {day_end} ELSE {local} END)"
    if isinstance(promise.within, timedelta):
        due = f"coalesce({due}, epoch_us(e.time) + {round(promise.within.total_seconds() * 1e6)})"
    counts = "c.customer NOT IN (SELECT customer FROM excluded)"
    voided = "epoch_us(v.moment)" if has_voided else "CAST(NULL AS BIGINT)"
    join = "LEFT JOIN voided v ON v.event_no = e.event_no" if has_voided else ""
    return f"""
SELECT dense_rank() OVER (ORDER BY customer, k) AS pair, customer, event_no, moment, happened, due, "end",
  voided_at FROM (
  SELECT c.customer, {key} AS k, e.event_no, epoch_us(e.time) AS moment, epoch_us(e.time) AS happened,
    {due} AS due, 0 AS "end", {voided} AS voided_at
  FROM {columns.events} e JOIN event_customers c ON c.event_no = e.event_no {join} WHERE ({opens}) AND {counts}
  UNION ALL
  SELECT c.customer, {key} AS k, e.event_no,
    CASE WHEN e.date_only THEN epoch_us(e.time) + 86399999999 ELSE epoch_us(e.time) END AS moment,
    epoch_us(e.time) AS happened, CAST(NULL AS BIGINT) AS due, 1 AS "end", CAST(NULL AS BIGINT) AS voided_at
  FROM {columns.events} e JOIN event_customers c ON c.event_no = e.event_no WHERE ({closes}) AND {counts}
) ORDER BY pair, moment, "end", event_no"""
