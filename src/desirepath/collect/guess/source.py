"""From files that nobody has described to sources: what does each row tell, and of whom?

In: profiles of files (store/profile.py measures them) and how far their identifiers overlap. Out: a
Guessed: sources of events, sources of metrics, and files that were left out, each guess with its reason.
guess_yaml.py writes it down. Nothing is read or run here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from desirepath.collect.guess.events import TimeRoles, sql_name, time_roles
from desirepath.collect.guess.ids import CASE, IdColumn, Overlaps, id_columns
from desirepath.collect.guess.joins import GuessedId, identifiers_of, same_kinds
from desirepath.collect.guess.lines import Added, LineItems, added, are_lines, repeats_amount
from desirepath.collect.guess.naming import bare_names
from desirepath.collect.guess.roles import (
    Role,
    ScoreRole,
    by_role,
    campaign_column,
    channel_role,
    currency_role,
    event_role,
    metric_columns,
    money_role,
    score_role,
    text_role,
    trait_columns,
)  # fmt: skip
from desirepath.collect.guess.shapes import ColumnProfile, FileProfile, Shape
from desirepath.collect.guess.words import LOG, PLACES, Subject, slug, subject_of, unique, word_set, words_of

_MESSAGE = word_set("message event insert hit")
NEARLY_UNIQUE = 0.98  # a record key may come twice: that is what corrections are


@dataclass(frozen=True)
class GuessedSource:
    """A source of events."""

    id: str
    file: FileProfile
    times: TimeRoles
    event: Role | None = None  # the column of event names; None: times.events are named
    event_map: dict[str, str] = field(default_factory=dict)
    identifiers: tuple[GuessedId, ...] = ()
    key: Role | None = None
    where: Role | None = None  # `literal` is the rule
    money: Role | None = None
    currency: Role | None = None
    channel: Role | None = None
    by: Role | None = None
    by_map: dict[str, str] = field(default_factory=dict)
    text: Role | None = None
    score: ScoreRole | None = None
    traits: tuple[str, ...] = ()
    lines: Added | None = None  # rows are lines of an order, and this query adds them up
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class GuessedMetrics:
    """A source of impressions, reach, clicks or spend by day."""

    id: str
    file: FileProfile
    day: str
    channel: Role
    campaign: str
    metrics: dict[str, str]
    currency: Role | None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that becomes no source, and why."""

    file: FileProfile
    why: str
    hint: str = ""


@dataclass(frozen=True)
class Guessed:
    """Everything that was guessed of a set of files."""

    sources: tuple[GuessedSource, ...]
    metrics: tuple[GuessedMetrics, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    customer: Literal["person", "account"] = "person"


def file_subject(file: FileProfile) -> Subject | None:
    """What a file is about: its name says so, else the record that each row is."""
    words = words_of(file.name)
    named = subject_of(words)
    if named is not None or LOG.intersection(words):
        return named
    for column in id_columns(file, None):
        if column.cls == "record" and file.column(column.column).unique:
            return subject_of(words_of(column.column))
    return None


def ids_of(files: Sequence[FileProfile]) -> list[list[IdColumn]]:
    """The identifier columns of each file, as far as names and values alone can tell."""
    return [id_columns(file, file_subject(file)) for file in files]


def guess(
    files: Sequence[FileProfile],
    overlaps: Overlaps | None = None,
    items: Mapping[str, LineItems] | None = None,
) -> Guessed:
    """The sources that a set of files makes together.

    overlaps: of the pairs that guess_ids.pairs_to_compare names. items: of the files that
    guess_lines.record_of_lines names, by the file's name.
    """
    ids = same_kinds(list(files), ids_of(files), overlaps or {})
    people = any(one.cls in ("person", "device") for of in ids for one in of)
    accounts = any(one.cls == "account" for of in ids for one in of)
    sources: list[GuessedSource] = []
    metrics: list[GuessedMetrics] = []
    left_out: list[LeftOut] = []
    taken: set[str] = set()
    for place, file in enumerate(files):
        name = unique(slug(file.name, "source"), taken)
        subject = file_subject(file)
        measured = metric_columns(file.columns)
        chosen = identifiers_of(place, list(files), ids, overlaps or {}, people)
        made: GuessedSource | GuessedMetrics | LeftOut
        if not file.rows:
            made = LeftOut(
                file, "it has no rows" if file.columns else "it is empty, or no record could be read in it"
            )
        elif measured and not any(
            one.cls in ("person", "device", "account", "record", "session") for one in ids[place]
        ):
            made = _metrics(name, file, measured)
        else:
            made = _source(name, file, subject, chosen, ids[place])
            if isinstance(made, GuessedSource) and file.name in (items or {}):
                made = _of_lines(made, ids[place], (items or {})[file.name], subject, chosen)
        match made:
            case GuessedSource():
                sources.append(made)
            case GuessedMetrics():
                metrics.append(made)
            case LeftOut():
                left_out.append(made)
    customer: Literal["person", "account"] = "account" if accounts and not people else "person"
    return Guessed(_with_currency(sources, metrics), tuple(metrics), tuple(left_out), customer)


def _with_currency(
    sources: Sequence[GuessedSource], metrics: Sequence[GuessedMetrics]
) -> tuple[GuessedSource, ...]:
    """Where one file says the currency and another does not, it is probably the same."""
    found = [(one.currency, one.id) for one in sources] + [(one.currency, one.id) for one in metrics]
    said = {role.literal: where for role, where in found if role is not None and role.literal}
    if len(said) != 1:
        return tuple(sources)
    ((code, where),) = said.items()
    role = Role("", f"as in {where}", literal=code)
    return tuple(replace(s, currency=role) if s.money and s.currency is None else s for s in sources)


def _source(
    name: str,
    file: FileProfile,
    subject: Subject | None,
    identifiers: tuple[GuessedId, ...],
    ids: list[IdColumn],
    amount: Role | None = None,
) -> GuessedSource | LeftOut:
    id_names = {one.column for one in ids} | {one.column for one in identifiers}
    plain = [c for c in file.columns if c.name not in id_names and c.shape not in (Shape.TIME, Shape.EMPTY)]
    # What a case is like stands on each of its events: no amount or score of theirs, but the customer's traits.
    of_case = [c for c in plain if c.name.startswith(CASE)]
    plain = [c for c in plain if not c.name.startswith(CASE)]
    event = event_role(plain, words_of(file.name), about=subject is not None)
    plain = [c for c in plain if event is None or c.name != event.column]
    score = score_role(plain, subject.label if subject else "")
    plain = [c for c in plain if score is None or c.name != score.column]
    money = amount or money_role(plain)
    first_rows = _where(file, ids, money)
    # Where few rows have an amount, the row is something else that now and then ends in a purchase.
    paid = money is not None and (first_rows is not None or file.column(money.column).share_filled >= 0.5)
    times = time_roles(file, subject, event.column if event else "", paid)
    if times is None:
        return LeftOut(file, _no_time(file), "name the column yourself: time: {column: …, format: …}")
    if not identifiers:
        return LeftOut(
            file,
            "no column says who: no id, e-mail address or telephone number",
            "identifiers: {customer_id: …}",
        )
    channel = _channel(file, plain, subject)
    who = by_role(plain)
    text = text_role([c for c in plain if channel is None or c.name != channel.column])
    where = first_rows or _somebody(file, identifiers)
    key = _key(file, ids, identifiers, first_rows is not None)
    if key is not None and _undone(times) and key.column not in {one.column for one in identifiers}:
        kind = next(one.kind for one in ids if one.column == key.column)
        identifiers += (GuessedId(kind, key.column, "it pairs each order with its cancellation", False),)
    used = {r.column for r in (event, money, channel, text, who[0] if who else None) if r is not None}
    return GuessedSource(
        id=name,
        file=file,
        times=times,
        event=event,
        identifiers=identifiers,
        key=key,
        where=where,
        money=money,
        currency=currency_role(plain, file.column(money.column)) if money else None,
        channel=channel,
        by=who[0] if who else None,
        by_map=who[1] if who else {},
        event_map=bare_names([v for v, _ in file.column(event.column).common], subject) if event else {},
        text=text,
        score=score,
        traits=tuple(t for t in trait_columns(plain) if t not in used) + tuple(c.name for c in of_case[:8]),
    )


def _channel(file: FileProfile, plain: list[ColumnProfile], subject: Subject | None) -> Role | None:
    """Where the rows' events happen: a column, the file's name, addresses of pages."""
    role = channel_role(plain)
    said = subject.channel if subject else ""
    full = role is not None and file.column(role.column).share_filled >= 0.5
    if role is not None and full and not (said and file.column(role.column).distinct == 1):
        return role
    words = set(words_of(file.name))
    place = said or next((place for place, named in PLACES.items() if words & named), "")
    why = f'from the file\'s name "{file.name}"'
    if not place and any(c.shape is Shape.URL and c.named(_PAGES) for c in file.columns):
        place, why = "web", "the rows have addresses of pages"
    if not place:
        return role
    # Only the first page of a visit says which advertisement led to it.
    partly = [c for c in plain if {"utm", "medium"} <= set(c.words) and c.distinct <= 60]
    partly += [file.column(role.column)] if role is not None and not full else []
    for column in partly:
        if 0 < column.share_filled < 0.5:
            return Role(column.name, f"where it is filled; else {why}", literal=place)
    return Role("", why, literal=place)


_PAGES = word_set("url page path location")


def _of_lines(
    made: GuessedSource,
    ids: list[IdColumn],
    items: LineItems,
    subject: Subject | None,
    identifiers: tuple[GuessedId, ...],
) -> GuessedSource | LeftOut:
    """The same source, where its rows are lines of orders: each order must be one event."""
    file = made.file
    if made.event is not None or not are_lines(items, ids, [e.time for e in made.times.events]):
        return made
    orders = (
        f"{file.rows:,} rows are lines of {file.column(items.record).distinct:,} different {items.record}"
    )
    if repeats_amount(file, items):
        return replace(made, key=Role(items.record, f"{orders}; each says what the whole came to"))
    query = added(file, items)
    if query is None:
        return replace(
            made, key=Role(items.record, f"{orders}; the last line's amount counts, not their sum")
        )
    whole = replace(file, columns=(*(c for c in file.columns if c.name in query.columns), query.amount))
    amount = Role(query.amount.name, "the sum of the lines")
    kept = [one for one in ids if one.column in query.columns]
    again = _source(
        made.id, whole, subject, tuple(i for i in identifiers if i.column in query.columns), kept, amount
    )
    if isinstance(again, LeftOut):
        return made
    return replace(again, lines=query, key=Role(items.record, "the query makes one row of each"))


def _undone(times: TimeRoles) -> bool:
    """A row can tell of a cancellation at a time of its own."""
    gone = [e.time for e in times.events if e.name.endswith("Cancelled")]
    return any(e.time not in gone for e in times.events) if gone else False


def _no_time(file: FileProfile) -> str:
    """No time: what was looked for, and what came nearest."""
    near = [c for c in file.columns if c.shape is Shape.TIME]
    if near:
        return f'its only times ("{near[0].name}") are no times at which something happened'
    names = [column.name for column in file.columns]
    more = f" and {len(names) - 15} more" if len(names) > 15 else ""
    return f"none of its columns has dates or times ({', '.join(names[:15])}{more})"


def _where(file: FileProfile, ids: list[IdColumn], money: Role | None) -> Role | None:
    """Line items: the amount stands only on the first row of each record, so only that row is the record."""
    if money is None:
        return None
    amounts = file.column(money.column)
    for one in (i for i in ids if i.cls in ("record", "unknown")):
        column = file.column(one.column)
        # Line items say on every row of which record they are, be it under another name. Rows that do not are
        # no lines: a web log names the order on its purchases only.
        lines = any(c.filled == file.rows and c.distinct == column.distinct for c in file.columns)
        if column.distinct == amounts.filled < file.rows and column.filled > 0 and lines:
            rule = f"{sql_name(money.column)} is not null"
            return Role(money.column, f"the other rows of one {one.column} are its line items", literal=rule)
    return None


def _somebody(file: FileProfile, identifiers: tuple[GuessedId, ...]) -> Role | None:
    """Most rows name nobody, as in a web log without cookies: a source of those would be refused as bad."""
    columns = [file.column(one.column) for one in identifiers]
    most = max(column.filled for column in columns)
    if most >= 0.5 * file.rows:
        return None
    rule = " or ".join(f"{sql_name(column.name)} is not null" for column in columns)
    return Role(
        columns[0].name,
        f"at least {most:,} of {file.rows:,} rows say who; nobody can be placed by the others",
        literal=rule,
    )


def _key(
    file: FileProfile, ids: list[IdColumn], identifiers: tuple[GuessedId, ...], first_rows: bool
) -> Role | None:
    """The column that names the record: nearly unique, and not a customer's id."""
    people = {one.column for one in identifiers}
    for one in ids:
        column = file.column(one.column)
        if one.cls not in ("record", "unknown") or (one.cls == "unknown" and one.column in people):
            continue
        full = column.filled == file.rows or first_rows
        # Logs are exported twice and sent twice: a message that comes again is the same message.
        least = 0.5 if _MESSAGE & set(column.words) else NEARLY_UNIQUE
        if full and column.filled and column.distinct >= least * column.filled:
            if column.distinct == column.filled:
                return Role(one.column, "no two rows share it")
            return Role(
                one.column,
                f"{column.filled - column.distinct:,} of {column.filled:,} rows repeat one: corrections",
            )
    return None


def _metrics(name: str, file: FileProfile, measured: dict[str, str]) -> GuessedMetrics | LeftOut:
    days = [c for c in file.columns if c.shape is Shape.TIME]
    if not days:
        return LeftOut(file, _no_time(file))
    others = [c for c in file.columns if c.name not in measured.values()]
    channel = channel_role(others)
    if channel is None:
        subject = subject_of(words_of(file.name))
        channel = Role(
            "", "no column names a channel", literal=subject.channel if subject and subject.channel else "ads"
        )
    spend = file.column(measured["spend"]) if "spend" in measured else None
    return GuessedMetrics(
        name,
        file,
        days[0].name,
        channel,
        campaign_column(others),
        measured,
        currency_role(others, spend) if spend else None,
    )
