"""sources.yaml from what was guessed: short, aligned, every guess with its reason.

In: a Guessed. Out: the text. It says only what the reader cannot know by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from desirepath.collect.expression import quote_text
from desirepath.collect.guess.events import one_of, sql_name
from desirepath.collect.guess.lines import Added
from desirepath.collect.guess.naming import GuessedEvent, by_of_event
from desirepath.collect.guess.roles import Role
from desirepath.collect.guess.shapes import FileProfile
from desirepath.collect.guess.source import Guessed, GuessedMetrics, GuessedSource
from desirepath.collect.guess.times import Times
from desirepath.collect.guess.words import slug, unique
from desirepath.collect.guess.yaml import GUESS, WIDTH, Page, flow_map, names_map, scalar

MOST_NAME = 150  # characters; a longer header is prose, and no name for a property
HEAD = (
    "Where the data are, and how a row becomes events. Drafted by desirepath init from the files themselves. "
    'Whatever ends in "guess: …" is one, with its reason: put it right, or take the comment away. The map '
    "lists the guesses that are left."
)


def sources_text(
    guessed: Guessed, renamed: Mapping[str, str] | None = None, ready: Sequence[str] = ()
) -> str:
    """The whole file. renamed: names of events as the files have them → as the journey wants them.

    ready: entries that presets have written.
    """
    page = Page()
    page.note(0, HEAD)
    page.blank()
    page.line(0, "sources:")
    for entry in ready:
        page.blank()
        for line in entry.splitlines():
            page.line(0, line)
    for source in guessed.sources:
        page.blank()
        _source(page, source, renamed or {}, guessed.sources)
    if guessed.metrics:
        page.blank()
        page.line(0, "metrics:")
        for one in guessed.metrics:
            page.blank()
            _metrics(page, one)
    if guessed.left_out:
        page.blank()
        page.note(0, "Left out:")
        for left in guessed.left_out:
            hint = f" ({left.hint})" if left.hint else ""
            page.note(0, f"- {', '.join(left.file.files)}: {left.why}{hint}")
    return page.text()


def skeleton() -> str:
    """sources.yaml where no files were given: what to write, as comments."""
    page = Page()
    page.note(0, "Where the data are, and how a row becomes events. Write your own sources here, or let")
    page.note(0, "desirepath init --force DIR FILES… draft them from your files.")
    page.blank()
    page.line(0, "sources:")
    for line in (
        "  orders:",
        "    files: exports/orders-*.csv            # CSV, JSON lines or Parquet; relative to this file",
        "    time: created_at                       # {column: …, format: '%d/%m/%Y %H:%M', zone: Europe/Berlin}",
        "    event: Order Completed                 # the same for every row; {column: event} where a column says it",
        "    identifiers: {email: customer_email, customer_id: customer_id}",
        "    value: total",
        "    currency: EUR                          # {column: currency} where a column says it",
        "    channel: web",
        "    traits: [country, device]              # of the customer",
        "    properties: rest                       # all other columns",
        "    key: order_id                          # a later row with the same key corrects the earlier",
    ):
        page.line(0, f"# {line}")
    return page.text()


def entry_of_left_out(file: FileProfile) -> str:
    """The beginning of an entry for a file of which nothing was guessed: the rest is for somebody to choose."""
    page = Page()
    page.line(1, f"{scalar(file.name)}:", f"{file.rows:,} rows")
    _reading(page, file.files, file.reading)
    if all(len(column.name) <= MOST_NAME for column in file.columns):
        page.line(2, "properties: rest", "all other columns")
    return page.text().rstrip("\n")


# ---- one source ------------------------------------------------------------------------------------


def _source(
    page: Page, source: GuessedSource, renamed: Mapping[str, str], every: Sequence[GuessedSource]
) -> None:
    first, last = _ends(source)
    more = "" if source.file.exact else "the first "
    page.line(
        1, f"{scalar(source.id)}:", f"{more}{source.file.rows:,} rows, {first:%Y-%m-%d} to {last:%Y-%m-%d}"
    )
    if source.lines is not None:
        _query(page, source.lines)
    else:
        _reading(page, source.file.files, source.file.reading)
    single = len(source.times.events) == 1 and not source.times.events[0].when
    if single:
        _one_event(page, source, source.times.events[0], renamed)
    _who(page, source)
    _what(page, source, single)
    if not single:
        _several_events(page, source, renamed)
    _asides(page, source, max(every, key=lambda one: _ends(one)[1]))


def _ends(source: GuessedSource) -> tuple[datetime, datetime]:
    """The first and the last time of a source."""
    times = [t for e in source.times.events if (t := source.file.column(e.time).times) is not None]
    return min(t.first for t in times), max(t.last for t in times)


def _query(page: Page, lines: Added) -> None:
    page.note(2, GUESS + lines.why)
    if not all(line.isprintable() for line in lines.sql.splitlines()):
        page.line(2, f"query: {scalar(' '.join(lines.sql.split(chr(10))))}")
        return
    page.line(2, "query: |")
    for line in lines.sql.splitlines():
        page.line(3, line)


def _reading(page: Page, files: tuple[str, ...], reading: tuple[tuple[str, str], ...]) -> None:
    shown = scalar(files[0]) if len(files) == 1 else "[" + ", ".join(scalar(f) for f in files) + "]"
    page.line(2, f"files: {shown}")
    for key, value in reading:
        if key == "sheet":  # a fact: each sheet is a source
            page.line(2, f"sheet: {scalar(value)}")
            continue
        shown = value if key in ("header", "header_rows") else scalar(value)
        page.guess(2, f"{key}: {shown}", "from the look of the file")


def _time(times: Times, column: str) -> tuple[str, str]:
    """The value of `time:` and what is uncertain about it."""
    writing, doubts = times.writing, []
    entries = {"column": column}
    if writing.format is not None:
        entries["format"] = writing.format
    if times.rival is not None and times.rival.format:
        doubts.append(f'no day is above 12, so also possible: "{times.rival.format}"')
    if writing.date_only:
        doubts.append("days without a time of day")
    return (scalar(column) if len(entries) == 1 else flow_map(entries)), "; ".join(doubts)


def _one_event(page: Page, source: GuessedSource, event: GuessedEvent, renamed: Mapping[str, str]) -> None:
    times = source.file.column(event.time).times
    assert times is not None
    value, doubts = _time(times, event.time)
    page.guess(2, f"time: {value}", "; ".join(x for x in (source.times.why, doubts) if x))
    if source.event is None:
        page.guess(2, f"event: {scalar(renamed.get(event.name, event.name))}", event.why)
        if event.by != "customer":
            page.guess(2, f"by: {event.by}", "it is the business that does this")
        return
    column = source.file.column(source.event.column)
    mapped = {v: _final(source, v, renamed) for v, _ in column.common}
    mapped = {value: name for value, name in mapped.items() if value != name}
    entries: dict[str, str | Mapping[str, str]] = {"column": source.event.column}
    if mapped:
        entries["map"] = mapped
    page.guess(2, f"event: {flow_map(entries)}", source.event.why + _also(source.event))
    _by_of_names(page, source)


def _final(source: GuessedSource, value: str, renamed: Mapping[str, str]) -> str:
    """What an event of a log is called in the end."""
    name = source.event_map.get(value, value)
    return renamed.get(name, name)


def _by_of_names(page: Page, source: GuessedSource) -> None:
    """Events of a log that the business or a machine does, told by their names."""
    if source.event is None or source.by is not None:
        return
    names: dict[str, list[str]] = {}
    for value, _ in source.file.column(source.event.column).common:
        by = by_of_event(source.event_map.get(value, value))
        if by != "customer":
            names.setdefault(by, []).append(value)
    rule = "'customer'"
    for by, values in names.items():
        rule = f"if({one_of(source.event.column, values)}, '{by}', {rule})"
    if names:
        page.guess(2, f"by: {{sql: {scalar(rule)}}}", "by their names, customers do not do these")


def _several_events(page: Page, source: GuessedSource, renamed: Mapping[str, str]) -> None:
    """One entry per event of a row. An amount, a text and a score belong to one of them, or they would count twice."""
    page.line(2, "events:", f"one row is up to {len(source.times.events)}")
    paid, said, scored = bearers(source)
    for event in source.times.events:
        times = source.file.column(event.time).times
        assert times is not None
        value, doubts = _time(times, event.time)
        fields = [
            (
                "event",
                scalar(renamed.get(event.name, event.name)),
                "; ".join(x for x in (event.why, doubts) if x),
            )
        ]
        fields.append(("time", value, ""))
        if event.by != "customer":
            fields.append(("by", event.by, ""))
        if event.when:
            fields.append(("when", scalar(event.when), ""))
        if event in paid:
            fields += _money(source)
        if event == said:
            fields += _text(source)
        if event == scored:
            fields += _score(source)
        flow = ", ".join(f"{name}: {shown}" for name, shown, _ in fields)
        if sum(bool(why) for *_, why in fields) == 1 and len(flow) < WIDTH - 10:
            page.guess(3, f"- {{{flow}}}", fields[0][2])
            continue
        for place, (name, shown, why) in enumerate(fields):
            dash = "- " if place == 0 else "  "
            page.line(3, f"{dash}{name}: {shown}", GUESS + why if why else "")


def bearers(source: GuessedSource) -> tuple[list[GuessedEvent], GuessedEvent | None, GuessedEvent | None]:
    """Which events of a row carry the amount, the text, the score."""
    events = source.times.events
    paid = [e for e in events if e.name.endswith((" Won", " Lost"))] or [events[0]]
    ends = (" Resolved", " Closed", " Delivered", " Answered")
    done = [event for end in ends for event in events if event.name.endswith(end)]
    return paid, events[0], (done[0] if done else events[0])


def _who(page: Page, source: GuessedSource) -> None:
    if len(source.identifiers) == 1:
        one = source.identifiers[0]
        page.guess(2, f"identifiers: {flow_map({one.kind: one.column})}", one.why)
        return
    page.line(2, "identifiers:")
    for one in source.identifiers:
        page.guess(3, f"{one.kind}: {scalar(one.column)}", one.why)


_Field = tuple[str, str, str]  # name, what stands there, why


def _money(source: GuessedSource) -> list[_Field]:
    if source.money is None:
        return []
    fields = [("value", scalar(source.money.column), source.money.why + _also(source.money))]
    if source.currency is not None:
        fields.append(("currency", _column_or_literal(source.currency), source.currency.why))
    return fields


def _text(source: GuessedSource) -> list[_Field]:
    if source.text is None:
        return []
    return [("text", scalar(source.text.column), source.text.why + _also(source.text))]


def _score(source: GuessedSource) -> list[_Field]:
    one = source.score
    if one is None:
        return []
    scale = f"low: {one.low}, high: {one.high}, kind: {one.kind}"
    return [("score", f"{{column: {scalar(one.column)}, {scale}}}", one.why)]


def _also(role: Role) -> str:
    return f"; also possible: {', '.join(role.also)}" if role.also else ""


def _column_or_literal(role: Role) -> str:
    if role.literal and role.column:
        rule = f"coalesce({sql_name(role.column)}, {quote_text(role.literal)})"
        return f"{{sql: {scalar(rule)}}}"
    return scalar(role.literal) if role.literal else flow_map({"column": role.column})


def _what(page: Page, source: GuessedSource, single: bool) -> None:
    fields = [*_money(source), *_text(source), *_score(source)] if single else []
    if source.channel is not None:
        fields.append(
            ("channel", _column_or_literal(source.channel), source.channel.why + _also(source.channel))
        )
    if source.by is not None:
        entries: dict[str, str | Mapping[str, str]] = {"column": source.by.column}
        if source.by_map:
            entries["map"] = source.by_map
        fields.append(("by", flow_map(entries), source.by.why))
    if source.traits:
        taken: set[str] = set()
        names = {column: unique(slug(column, "trait"), taken) for column in source.traits}
        fields.append(("traits", names_map(source.traits, names), "they describe the customer"))
    for name, shown, why in fields:
        page.guess(2, f"{name}: {shown}", why)
    if all(len(column.name) <= MOST_NAME for column in source.file.columns):
        page.line(2, "properties: rest", "all other columns")
    if source.key is not None:
        page.guess(2, f"key: {scalar(source.key.column)}", source.key.why)
    if source.where is not None:
        page.guess(2, f"where: {scalar(source.where.literal)}", source.where.why)


def _asides(page: Page, source: GuessedSource, latest: GuessedSource) -> None:
    newest, overall = _ends(source)[1], _ends(latest)[1]
    if overall - newest > timedelta(days=7):
        why = f"{latest.id} goes on until then; undeclared, what is known of this file ends with {newest:%Y-%m-%d}"
        page.line(2, f"# complete_until: {overall:%Y-%m-%d}", why)
    else:
        page.line(
            2, f"# complete_until: {newest:%Y-%m-%d}", "the newest event; say here how far it is complete"
        )
    if source.money is not None and source.currency is None:
        page.line(2, "# currency: EUR", "nothing in the file names one")
    for column, why in source.times.ignored:
        page.note(2, f"{column} is no event: {why}.")
    for text in source.notes:
        page.note(2, text)


def _metrics(page: Page, one: GuessedMetrics) -> None:
    page.line(1, f"{scalar(one.id)}:", f"{one.file.rows:,} rows without customers")
    _reading(page, one.file.files, one.file.reading)
    times = one.file.column(one.day).times
    assert times is not None
    value, doubts = _time(times, one.day)
    page.guess(2, f"day: {value}", doubts or "the column of dates")
    page.guess(2, f"channel: {_column_or_literal(one.channel)}", one.channel.why)
    if one.campaign:
        page.guess(2, f"campaign: {flow_map({'column': one.campaign})}", "from the column's name")
    for metric, column in one.metrics.items():
        page.guess(2, f"{metric}: {scalar(column)}", "numbers, and named so")
    if one.currency is not None:
        page.guess(2, f"currency: {_column_or_literal(one.currency)}", one.currency.why)
