"""Which events does a row tell of, and when did each happen?

In: a file's time columns, its name, the column of event names if it has one. Out: the events of a row.
A log (one column names the event) has one time. Otherwise each time column that says something happened is
an event of its own: an order with created, delivered and cancelled is up to three.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from desirepath.collect.expression import quote_name, quote_text
from desirepath.collect.guess.naming import GuessedEvent, Naming
from desirepath.collect.guess.shapes import ColumnProfile, FileProfile, Shape
from desirepath.collect.guess.words import (
    NEVER_A_TIME,
    PROMISED,
    Subject,
    word_set,
    words_of,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TimeRoles:
    """What became of a file's time columns."""

    events: tuple[GuessedEvent, ...]
    why: str  # of the first event's time
    promised: str = ""  # a column with the time that was promised
    ignored: tuple[tuple[str, str], ...] = ()  # column, reason


_CHANGED = "it says when the row was last changed, not what the customer did"
_WON = word_set("won closedwon gewonnen ganado gagne success successful signed converted")
_LOST = word_set("lost closedlost verloren perdido perdu rejected declined disqualified")
_CANCELLED = word_set("cancelled canceled cancel storniert cancelado cancelada annule voided void failed")
_STATES = word_set("status state stage dealstage result outcome zustand estado statut financial")
_TIME_NAMES = ("timestamp", "event_timestamp", "event_time", "occurred_at", "time", "ts", "datetime", "event_date",
               "created_at", "date", "time_timestamp", "server_time")  # fmt: skip


def time_roles(file: FileProfile, subject: Subject | None, event_column: str, paid: bool) -> TimeRoles | None:
    """The events that a row becomes; None where no column is a time at which something happened.

    paid: the file has amounts; then a file whose name says nothing is about orders.
    """
    times = [c for c in file.columns if c.shape is Shape.TIME]
    happened, ignored = [], []
    for column in times:
        why = _never(column, times)
        if why:
            ignored.append((column.name, why))
        else:
            happened.append(column)
    if not happened and len(ignored) == 1 and times[0].named(NEVER_A_TIME[_CHANGED]):
        happened, ignored = times, []  # better a last change than nothing
    if not happened:
        return None
    promised = next((name for name, _ in ignored if PROMISED & set(words_of(name))), "")
    if event_column:
        best = min(happened, key=_preference)
        others = [(c.name, f"the event's time is {best.name}") for c in happened if c is not best]
        why = "the only column of times" if len(times) == 1 else "named like the time of the event"
        return TimeRoles((GuessedEvent("", best.name, ""),), why, promised, tuple(ignored + others))
    events, doubles = _events(file, subject, happened, paid)
    events = _split_by_state(events, file, subject)
    if len(events) > 1:
        events = [_only_where_it_happened(event, file) for event in events]
    only = len(times) == 1 and all(e.time == times[0].name for e in events)
    why = "the only column of times" if only else "when something happened"
    return TimeRoles(tuple(events), why, promised, tuple(ignored + doubles))


def _never(column: ColumnProfile, times: Sequence[ColumnProfile]) -> str:
    """Why a time column is no event; '' where it is one."""
    assert column.times is not None
    for why, words in NEVER_A_TIME.items():
        # "last_login" and "valid_from" are rarely the event; but "order_date_updated" never is either.
        if column.named(words):
            return why
    if column.times.last.year < 1980:
        return "all of it is before 1980"
    if column.share_filled < 0.001:
        return "hardly ever filled"
    return ""


def _preference(column: ColumnProfile) -> tuple[int, int, float]:
    joined = "_".join(column.words)
    place = _TIME_NAMES.index(joined) if joined in _TIME_NAMES else 50
    dates_only = column.times is not None and column.times.writing.date_only
    return (int(dates_only), place, -column.share_filled)


def _events(
    file: FileProfile, subject: Subject | None, happened: Sequence[ColumnProfile], paid: bool
) -> tuple[list[GuessedEvent], list[tuple[str, str]]]:
    """One event per time column; where two columns would be the same event, the fuller one."""
    naming = Naming(file, subject, happened, paid)
    by_name: dict[str, tuple[GuessedEvent, ColumnProfile]] = {}
    doubles: list[tuple[str, str]] = []
    for column in sorted(happened, key=_preference):
        one = naming.event(column)
        known = by_name.get(one.name)
        if known is None:
            by_name[one.name] = (one, column)
        elif known[1].filled < column.filled:
            doubles.append((known[0].time, f"{column.name} is fuller"))
            by_name[one.name] = (one, column)
        else:
            doubles.append((column.name, f'"{one.name}" happens at {known[0].time}'))
    order = {c.name: place for place, c in enumerate(file.columns)}
    events = [event for event, _ in by_name.values()]
    return sorted(events, key=lambda e: (e.name != naming.main, order[e.time])), doubles


def _only_where_it_happened(event: GuessedEvent, file: FileProfile) -> GuessedEvent:
    """A row without the time of one of its events tells of the others only: it is not broken."""
    if event.when or file.column(event.time).filled == file.rows:
        return event
    return replace(event, when=f"{sql_name(event.time)} is not null")


def _split_by_state(
    events: list[GuessedEvent], file: FileProfile, subject: Subject | None
) -> list[GuessedEvent]:
    """A status of won, lost or cancelled makes other events of the same row."""
    for column in file.columns:
        if column.shape not in (Shape.WORDS, Shape.CODE) or not column.named(_STATES) or column.distinct > 40:
            continue
        states = {v: set(words_of(v)) | {"".join(words_of(v))} for v in column.values}
        won = [v for v, words in states.items() if words & _WON]
        lost = [v for v, words in states.items() if words & _LOST]
        gone = [v for v, words in states.items() if words & _CANCELLED]
        if won and lost:
            return _won_and_lost(events, column, won, lost, subject)
        if gone and subject is not None and subject.label == "Order":
            return _cancelled(events, column, gone)
    return events


def _won_and_lost(
    events: list[GuessedEvent],
    column: ColumnProfile,
    won: list[str],
    lost: list[str],
    subject: Subject | None,
) -> list[GuessedEvent]:
    label = subject.label if subject and not subject.person else "Deal"
    ends = [e for e in events if e.name.endswith(("Closed", "Ended", "Completed"))] or events[-1:]
    time = ends[-1].time
    why = f"from {column.name}"
    kept = [e for e in events if e not in ends or len(events) == 1]
    kept = [] if len(events) == 1 else kept
    return [
        *kept,
        GuessedEvent(f"{label} Won", time, why, "customer", one_of(column.name, won)),
        GuessedEvent(f"{label} Lost", time, why, "customer", one_of(column.name, lost)),
    ]


def _cancelled(events: list[GuessedEvent], column: ColumnProfile, gone: list[str]) -> list[GuessedEvent]:
    if any(e.name == "Order Cancelled" for e in events) or not events:
        return events
    first = events[0]
    name = sql_name(column.name)
    rule = one_of(column.name, gone)
    kept = GuessedEvent(first.name, first.time, first.why, first.by, f"{name} is null or not ({rule})")
    gone_event = GuessedEvent("Order Cancelled", first.time, f"from {column.name}", "customer", rule)
    return [kept, gone_event, *events[1:]]


def one_of(column: str, values: Sequence[str]) -> str:
    """A rule: the column has one of the values."""
    name = sql_name(column)
    if len(values) == 1:
        return f"{name} = {quote_text(values[0])}"
    return f"{name} in ({', '.join(quote_text(v) for v in values)})"


def sql_name(column: str) -> str:
    """A column in a rule: quoted, except where it is plainly a word that means nothing else."""
    plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", column) and column.lower() not in _RESERVED
    return column if plain else quote_name(column)


_RESERVED = frozenset(
    [
        "all",
        "and",
        "any",
        "as",
        "asc",
        "between",
        "both",
        "by",
        "case",
        "cast",
        "check",
        "collate",
        "column",
        "create",
        "cross",
        "current",
        "date",
        "day",
        "default",
        "delete",
        "desc",
        "distinct",
        "do",
        "else",
        "end",
        "event",
        "except",
        "exists",
        "false",
        "fetch",
        "for",
        "from",
        "full",
        "grant",
        "group",
        "having",
        "hour",
        "if",
        "in",
        "index",
        "inner",
        "insert",
        "interval",
        "into",
        "is",
        "join",
        "key",
        "left",
        "like",
        "limit",
        "minute",
        "month",
        "natural",
        "no",
        "not",
        "null",
        "number",
        "of",
        "offset",
        "on",
        "or",
        "order",
        "outer",
        "over",
        "primary",
        "range",
        "references",
        "replace",
        "right",
        "row",
        "rows",
        "schema",
        "second",
        "select",
        "set",
        "some",
        "table",
        "text",
        "then",
        "time",
        "timestamp",
        "to",
        "true",
        "union",
        "unique",
        "update",
        "user",
        "using",
        "value",
        "values",
        "view",
        "when",
        "where",
        "window",
        "with",
        "year",
        "zone",
    ]
)
