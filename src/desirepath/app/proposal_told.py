"""What a proposal says of each file, for somebody to look at: every column with what becomes of it and why, some rows,
and the events that these rows make.

In: a Proposal, held open. Out: a ProposalTold, plain data. Nothing in it is masked: who sends it on masks it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from desirepath.app.proposal import Proposal, nothing_to_place, propose
from desirepath.collect.row_sql import columns_read, merged
from desirepath.collect.sources import REST
from desirepath.core.errors import SourceError
from desirepath.core.file_names import SOURCES
from desirepath.core.yaml_lines import Document, Where, read_document

if TYPE_CHECKING:
    from desirepath.app.refresh import Say
    from desirepath.collect.guess.correct import Choice
    from desirepath.collect.guess.shapes import ColumnProfile, FileProfile
    from desirepath.collect.sources import Field, Source

SHOWN = 6  # rows
_EXAMPLES = 3  # values of a column


@dataclass(frozen=True, slots=True)
class ColumnTold:
    """A column. becomes: `time`, `event`, `identifiers.email`, `properties.sku` …; "" where nothing reads it.

    why: the reason of a guess that nobody has confirmed. shape: what its values look like. filled: 0 … 1.
    """

    name: str
    becomes: str
    why: str
    shape: str
    filled: float
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EventTold:
    """An event that a row makes. row: counted from 1; wrong: why it would be set aside."""

    row: int
    time: str | None
    event: str | None
    by: str | None
    channel: str | None
    value: str | None
    text: str | None
    identifiers: dict[str, str]
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class FileTold:
    """A source, or a file that was left out (`left_out` says why). columns: in the order of the file.

    time, of_event, value, of_channel: columns; event, channel: names that hold for every row. several: one row is more
    than one event. query: the rows are put together first, and are not the file's own. aside: rows by reason. newest:
    the day of its last row, as its columns say it.
    """

    id: str
    files: tuple[str, ...]
    rows: int
    exact: bool
    columns: tuple[ColumnTold, ...]
    sample: tuple[tuple[str | None, ...], ...]
    events: tuple[EventTold, ...] = ()
    aside: Mapping[str, int] = field(default_factory=dict)
    time: str | None = None
    event: str | None = None
    of_event: str | None = None
    identifiers: Mapping[str, str] = field(default_factory=dict)
    value: str | None = None
    channel: str | None = None
    of_channel: str | None = None
    several: bool = False
    query: bool = False
    metrics: bool = False
    left_out: str = ""
    newest: str | None = None


@dataclass(frozen=True, slots=True)
class StageTold:
    """A stage of the drafted journey. lapse_after: as it is written."""

    id: str
    label: str
    enter: str
    goal: str


@dataclass(frozen=True, slots=True)
class NameTold:
    """Events of one name."""

    name: str
    events: int
    customers: int
    by: str


@dataclass(frozen=True, slots=True)
class ProposalTold:
    """All of it. problem: why there is no journey yet. unreadable: files that were passed over, and why."""

    files: tuple[FileTold, ...]
    names: tuple[NameTold, ...]
    stages: tuple[StageTold, ...]
    notes: tuple[str, ...]
    guesses: int
    sources_text: str
    journey_text: str
    problem: str
    unreadable: Mapping[str, str] = field(default_factory=dict)


def look(
    folder: Path,
    files: Sequence[Path],
    template: str | None,
    choices: Mapping[str, Choice],
    taken: Sequence[str],
    say: Say,
) -> ProposalTold:
    """Propose, and tell of it. A file that cannot be read is passed over, and named, where others can be read.

    Raises SourceError where none can, else as propose does.
    """
    from desirepath.app.draft_files import unreadable

    def told(some: Sequence[Path]) -> ProposalTold:
        with propose(folder, some, template, choices=choices, say=say, taken=taken) as found:
            say("showing rows", 0.95)
            return tell(found)

    try:
        return told(files)
    except SourceError:
        with TemporaryDirectory(prefix="desirepath-") as temporary:
            wrong = unreadable(files, Path(temporary))
        rest = [one for one in files if one not in wrong]
        if not wrong or not rest:
            raise
    why = {path.name: f"{error.message} {error.hint}".strip() for path, error in wrong.items()}
    return replace(told(rest), unreadable=why)


def tell(found: Proposal) -> ProposalTold:
    """What is to be shown of a proposal."""
    from desirepath.app.draft import guesses_of
    from desirepath.journey.read import read_journey

    document = read_document(found.sources_text, SOURCES) if found.sources else None
    profiles = {one.name: one for one in found.profiles}
    sources = found.sources.sources if found.sources else ()
    told = [_source(found, one, profiles[found.files[one.id]], document) for one in sources]
    told += [_plain(one.id, one.file, metrics=True) for one in found.guessed.metrics]
    read = {found.files[one.id] for one in sources} | {one.file.name for one in found.guessed.metrics}
    why = {one.file.name: one.why for one in found.guessed.left_out}
    # A file that nothing reads was left out: for a reason, or because somebody chose so.
    told += [
        _plain(
            one.name,
            one,
            left_out=why.get(one.name, "it was chosen so"),
            rows=found.profiler.sample(one.name, SHOWN),
        )
        for one in found.profiles
        if one.name not in read
    ]
    journey = read_journey(found.journey_text) if found.journey_text else None
    guesses = guesses_of(found.sources_text, found.journey_text) if journey else ()
    return ProposalTold(
        files=tuple(told),
        names=tuple(NameTold(e.name, e.count, e.customers, e.by) for e in found.events),
        stages=tuple(
            StageTold(
                s.id,
                s.label,
                s.enter.text,
                s.goal if isinstance(s.goal, str) else s.goal.text if s.goal else "",
            )
            for s in (journey.stages if journey else ())
        ),
        notes=found.notes,
        guesses=len(guesses),
        sources_text=found.sources_text,
        journey_text=found.journey_text,
        problem="" if journey else nothing_to_place(found).message,
    )


def _plain(
    id: str,
    file: FileProfile,
    *,
    metrics: bool = False,
    left_out: str = "",
    rows: list[tuple[str | None, ...]] | None = None,
) -> FileTold:
    """A file of which no events are made."""
    return FileTold(
        id=id,
        files=file.files,
        rows=file.rows,
        exact=file.exact,
        columns=tuple(_column(one, "", "") for one in file.columns),
        sample=tuple(row[: len(file.columns)] for row in rows or ()),
        metrics=metrics,
        left_out=left_out,
    )


def _column(one: ColumnProfile, becomes: str, why: str) -> ColumnTold:
    shape = "time" if one.times is not None else str(one.shape)
    return ColumnTold(
        one.name, becomes, why, shape, one.share_filled, tuple(v for v, _ in one.common[:_EXAMPLES])
    )


def _source(found: Proposal, source: Source, file: FileProfile, document: Document | None) -> FileTold:
    labels = columns_read(source)
    events = merged(source)
    rest = any(REST in one.properties for one in events)
    columns = []
    for one in file.columns:
        label = labels.get(one.name, f"properties.{one.name}" if rest else "")
        why = _why(document, source, label, one.name) if document and one.name in labels else ""
        columns.append(_column(one, label, why))
    first, profiler = events[0], found.profiler
    return FileTold(
        id=source.id,
        files=file.files,
        rows=file.rows,
        exact=file.exact,
        columns=tuple(columns),
        sample=tuple(row[: len(file.columns)] for row in profiler.sample(file.name, SHOWN)),
        events=tuple(_event(one) for one in profiler.made(source, file.name, SHOWN)),
        aside=profiler.set_aside(source, file.name),
        time=first.time.column if first.time else None,
        event=first.event.value if first.event else None,
        of_event=first.event.column if first.event else None,
        identifiers={kind: one.column for kind, one in first.identifiers.items() if one.column},
        value=next((_column_of(one.value) for one in events if one.value), None),
        channel=first.channel.value if first.channel else None,
        of_channel=_column_of(first.channel),
        several=len(events) > 1,
        query=source.reading.query is not None,
        newest=_newest(source, file),
    )


def _newest(source: Source, file: FileProfile) -> str | None:
    """The day of the last row, by the columns that say when."""
    read = {one.time.column for one in merged(source) if one.time is not None}
    times = [one.times.last for one in file.columns if one.name in read and one.times is not None]
    return f"{max(one.replace(tzinfo=None) for one in times):%Y-%m-%d}" if times else None


def _column_of(field: Field | None) -> str | None:
    return field.column if field is not None else None


def _why(document: Document, source: Source, label: str, column: str) -> str:
    """The reason that stands at the line by which this column is read."""
    said = {
        line: text.removeprefix("guess:").strip()
        for line, text in document.comments
        if text.startswith("guess:")
    }
    parts: Where = tuple(label.split(".", 1))
    base: Where = ("sources", source.id)
    places: list[Where] = [(*base, *parts), (*base, parts[0])]
    for number, event in enumerate(source.events):
        if event.time is not None and (label != "time" or event.time.column == column):
            places += [
                (*base, "events", number, *parts),
                (*base, "events", number, parts[0]),
                (*base, "events", number),
            ]
    for place in places:
        if place in document.lines and document.lines[place] in said:
            return said[document.lines[place]]
    return ""


_WRONG = (
    ("time", "its time cannot be read"),
    ("event", "it has no event name"),
    ("by", "nobody is known to do this"),
)


def _event(row: Mapping[str, Any]) -> EventTold:
    identifiers = {
        k.removeprefix("id."): str(v) for k, v in row.items() if k.startswith("id.") and v is not None
    }
    wrong = next(
        (why for name, why in _WRONG if row[name] is None), "" if identifiers else "it names no customer"
    )
    value = (
        None
        if row["value_text"] is None
        else " ".join(str(one) for one in (row["value_text"], row["currency"]) if one is not None)
    )
    when = row["time"]
    return EventTold(
        row=int(row["row"]) + 1,
        time=None
        if when is None
        else (f"{when:%Y-%m-%d}" if row["date_only"] else f"{when:%Y-%m-%d %H:%M:%S}"),
        event=row["event"],
        by=row["by"],
        channel=row["channel"],
        value=value,
        text=None if row["text"] is None else str(row["text"])[:300],
        identifiers=identifiers,
        wrong=wrong,
    )
