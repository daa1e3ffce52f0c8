"""From files that nobody has described to sources: what does each row tell, and of whom?

In: profiles of files (store/profile.py measures them) and how far their identifiers overlap. Out: a
Guessed: sources of events, sources of metrics, and files that were left out, each guess with its reason.
guess_yaml.py writes it down. Nothing is read or run here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from desirepath.collect.guess_events import TimeRoles, sql_name, time_roles
from desirepath.collect.guess_ids import IdColumn, Overlaps, id_columns
from desirepath.collect.guess_roles import (
    Role, ScoreRole, by_role, campaign_column, channel_role, currency_role, event_role, metric_columns, money_role,
    score_role, text_role, trait_columns,
)  # fmt: skip
from desirepath.collect.guess_shapes import ColumnProfile, FileProfile, Shape
from desirepath.collect.guess_words import LOG, Subject, slug, subject_of, words_of

NEARLY_UNIQUE = 0.98  # a record key may come twice: that is what corrections are


@dataclass(frozen=True, slots=True)
class GuessedId:
    """An identifier of a source: its kind, its column, and why it is one."""

    kind: str
    column: str
    why: str


@dataclass(frozen=True)
class GuessedSource:
    """A source of events."""

    id: str
    file: FileProfile
    times: TimeRoles
    event: Role | None = None  # the column of event names; None: times.events are named
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


def guess(files: Sequence[FileProfile], overlaps: Overlaps | None = None) -> Guessed:
    """The sources that a set of files makes together.

    overlaps: of the pairs that guess_ids.pairs_to_compare names.
    """
    ids = _same_kinds(list(files), ids_of(files), overlaps or {})
    people = any(one.cls in ("person", "device") for of in ids for one in of)
    accounts = any(one.cls == "account" for of in ids for one in of)
    sources: list[GuessedSource] = []
    metrics: list[GuessedMetrics] = []
    left_out: list[LeftOut] = []
    taken: set[str] = set()
    for place, file in enumerate(files):
        name = _unique(slug(file.name, "source"), taken)
        subject = file_subject(file)
        measured = metric_columns(file.columns)
        chosen = _identifiers(place, list(files), ids, overlaps or {}, people)
        made: GuessedSource | GuessedMetrics | LeftOut
        if not file.rows:
            made = LeftOut(file, "it has no rows")
        elif measured and not any(one.cls in ("person", "device", "account", "record", "session") for one in ids[place]):
            made = _metrics(name, file, measured)
        else:
            made = _source(name, file, subject, chosen, ids[place])
        match made:
            case GuessedSource():
                sources.append(made)
            case GuessedMetrics():
                metrics.append(made)
            case LeftOut():
                left_out.append(made)
    customer: Literal["person", "account"] = "account" if accounts and not people else "person"
    return Guessed(tuple(sources), tuple(metrics), tuple(left_out), customer)


def _unique(name: str, taken: set[str]) -> str:
    tried, number = name, 2
    while tried in taken:
        tried, number = f"{name}_{number}", number + 1
    taken.add(tried)
    return tried


def _same_kinds(files: list[FileProfile], ids: list[list[IdColumn]], overlaps: Overlaps) -> list[list[IdColumn]]:
    """Columns of unlike names whose values overlap are one kind: the known kind's name wins."""
    kinds = {(f.name, one.column): one for f, of in zip(files, ids, strict=True) for one in of}
    for (left, right), overlap in overlaps.items():
        a, b = kinds.get(left), kinds.get(right)
        if a is None or b is None or not overlap.joins or a.kind == b.kind or overlap.both < 5:
            continue
        # Small running numbers overlap by accident: only values that are ids by their look, or nearly all.
        if overlap.both < 0.9 * min(overlap.left, overlap.right) or "unknown" not in (a.cls, b.cls):
            continue
        known = a if b.cls == "unknown" else b
        kinds[left] = replace(a, kind=known.kind, cls=known.cls)
        kinds[right] = replace(b, kind=known.kind, cls=known.cls)
    return [[kinds[(f.name, one.column)] for one in of] for f, of in zip(files, ids, strict=True)]


def _identifiers(
    place: int, files: list[FileProfile], ids: list[list[IdColumn]], overlaps: Overlaps, people: bool
) -> tuple[GuessedId, ...]:
    """Who a row of the file is about: people and devices; else what joins it to a file that knows them."""
    file, mine = files[place], ids[place]
    own = [one for one in mine if one.cls in ("person", "device") and file.column(one.column).filled > 0]
    if not people:
        own += [one for one in mine if one.cls == "account"]
    chosen = [GuessedId(one.kind, one.column, _who(file.column(one.column), one)) for one in own]
    for one in mine:
        if one.cls not in ("record", "session", "unknown") or any(c.kind == one.kind for c in chosen):
            continue
        partners = [(other, theirs) for other, of in enumerate(ids) if other != place for theirs in of if theirs.kind == one.kind]
        for other, theirs in partners:
            overlap = _overlap(overlaps, (file.name, one.column), (files[other].name, theirs.column))
            they_know = any(t.cls in ("person", "device") for t in ids[other])
            # An order's number helps only a file that says nothing else about whose it is.
            if (bool(own) == they_know and one.cls != "unknown") or overlap is None or not overlap.joins:
                continue
            chosen.append(GuessedId(one.kind, one.column, f"joins {files[other].name}"))
            break
    if not chosen:
        chosen = _last_resort(file, mine)
    return tuple(replace(one, why=_joined(one, file, files, ids, overlaps)) for one in chosen)


def _last_resort(file: FileProfile, mine: list[IdColumn]) -> list[GuessedId]:
    """No column names a person: take what repeats, then sessions, then the record itself, then a name."""
    order = {"unknown": 0, "session": 1, "account": 2, "record": 3, "thing": 4}
    usable = [one for one in mine if one.cls in order and not (one.cls == "thing" and not file.column(one.column).unique)]
    usable.sort(key=lambda one: (order[one.cls], -file.column(one.column).share_filled, file.column(one.column).unique))
    if usable and usable[0].cls != "record":
        return [GuessedId(usable[0].kind, usable[0].column, "no column names a person; this one looks most like it")]
    for column in file.columns:
        if column.words in (("name",), ("author",), ("customer",), ("user",)) and column.distinct > 1:
            return [GuessedId("name", column.name, "no column has ids of people, so the name must do")]
    if usable:
        return [GuessedId(usable[0].kind, usable[0].column, "no column names a person, so each record stands alone")]
    return []


def _who(column: ColumnProfile, one: IdColumn) -> str:
    if one.kind in ("email", "phone"):
        return "e-mail addresses" if one.kind == "email" else "telephone numbers"
    each = "each row has its own" if column.unique else f"{column.distinct:,} different in {column.filled:,} rows"
    return f"named like an id; {each}"


def _overlap(overlaps: Overlaps, one: tuple[str, str], other: tuple[str, str]):  # type: ignore[no-untyped-def]
    return overlaps.get((one, other)) or overlaps.get((other, one))


def _joined(
    one: GuessedId, file: FileProfile, files: list[FileProfile], ids: list[list[IdColumn]], overlaps: Overlaps
) -> str:
    """The reason, with how many values stand in another file too."""
    for other, of in zip(files, ids, strict=True):
        if other is file:
            continue
        for theirs in of:
            overlap = _overlap(overlaps, (file.name, one.column), (other.name, theirs.column))
            if theirs.kind != one.kind or overlap is None:
                continue
            count = f"{overlap.both:,} of {min(overlap.left, overlap.right):,}"
            if overlap.both == 0:
                return f"{one.why}; none of them in {other.name}: the two do not join"
            return f"{count} values are in {other.name} too, so it joins the two"
    return one.why


def _source(
    name: str,
    file: FileProfile,
    subject: Subject | None,
    identifiers: tuple[GuessedId, ...],
    ids: list[IdColumn],
) -> GuessedSource | LeftOut:
    id_names = {one.column for one in ids} | {one.column for one in identifiers}
    plain = [c for c in file.columns if c.name not in id_names and c.shape not in (Shape.TIME, Shape.EMPTY)]
    event = event_role(plain, words_of(file.name), about=subject is not None)
    plain = [c for c in plain if event is None or c.name != event.column]
    score = score_role(plain)
    plain = [c for c in plain if score is None or c.name != score.column]
    money = money_role(plain)
    times = time_roles(file, subject, event.column if event else "", money is not None)
    if times is None:
        return LeftOut(file, _no_time(file), "name the column yourself: time: {column: …, format: …}")
    if not identifiers:
        return LeftOut(file, "no column says who: no id, e-mail address or telephone number", "identifiers: {customer_id: …}")
    channel = channel_role(plain)
    if channel is None and subject is not None and subject.channel:
        channel = Role("", f'from the file\'s name "{file.name}"', literal=subject.channel)
    if channel is None and any(c.shape is Shape.URL and c.named(frozenset(("url", "page", "path", "location"))) for c in file.columns):
        channel = Role("", "the rows have addresses of pages", literal="web")
    who = by_role(plain)
    text = text_role([c for c in plain if channel is None or c.name != channel.column])
    where = _where(file, ids, money)
    used = {r.column for r in (event, money, channel, text, who[0] if who else None) if r is not None}
    return GuessedSource(
        id=name,
        file=file,
        times=times,
        event=event,
        identifiers=identifiers,
        key=_key(file, ids, identifiers, where is not None),
        where=where,
        money=money,
        currency=currency_role(plain, file.column(money.column)) if money else None,
        channel=channel,
        by=who[0] if who else None,
        by_map=who[1] if who else {},
        text=text,
        score=score,
        traits=tuple(t for t in trait_columns(plain) if t not in used),
    )


def _no_time(file: FileProfile) -> str:
    """No time: what was looked for, and what came nearest."""
    near = [c for c in file.columns if c.shape is Shape.TIME]
    if near:
        return f'its only times ("{near[0].name}") are no times of something that happened'
    return "no column has dates or times"


def _where(file: FileProfile, ids: list[IdColumn], money: Role | None) -> Role | None:
    """Line items: the amount stands only on the first row of each record, so only that row is the record."""
    if money is None:
        return None
    amounts = file.column(money.column)
    for one in (i for i in ids if i.cls in ("record", "unknown")):
        column = file.column(one.column)
        if column.distinct == amounts.filled < file.rows and column.filled > 0:
            rule = f"{sql_name(money.column)} is not null"
            return Role(money.column, f"the other rows of a {one.column} are its line items", literal=rule)
    return None


def _key(file: FileProfile, ids: list[IdColumn], identifiers: tuple[GuessedId, ...], first_rows: bool) -> Role | None:
    """The column that names the record: nearly unique, and not a customer's id."""
    people = {one.column for one in identifiers}
    for one in ids:
        column = file.column(one.column)
        if one.cls not in ("record", "unknown") or (one.cls == "unknown" and one.column in people):
            continue
        full = column.filled == file.rows or first_rows
        if full and column.filled and column.distinct >= NEARLY_UNIQUE * column.filled:
            if column.distinct == column.filled:
                return Role(one.column, "no two rows share it")
            return Role(one.column, f"{column.filled - column.distinct:,} of {column.filled:,} rows repeat one: corrections")
    return None


def _metrics(name: str, file: FileProfile, measured: dict[str, str]) -> GuessedMetrics | LeftOut:
    days = [c for c in file.columns if c.shape is Shape.TIME]
    if not days:
        return LeftOut(file, "it counts " + ", ".join(measured) + " but no column has dates")
    others = [c for c in file.columns if c.name not in measured.values()]
    channel = channel_role(others)
    if channel is None:
        subject = subject_of(words_of(file.name))
        channel = Role("", "no column names a channel", literal=subject.channel if subject and subject.channel else "ads")
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
