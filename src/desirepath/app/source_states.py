"""How do the sources stand? What each names, what of it was loaded, and until when it is known.

In: the sources, what is derived for a journey, the event store if there is one. Out: a SourceState per source: its
files beside those that were loaded, its events, its rejects, and until when it is complete. Files are looked at by
size only: the load itself looks closer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from desirepath.app.knowledge import complete_until
from desirepath.app.unread import mapping_of
from desirepath.collect.sources import Metrics, Source
from desirepath.core.errors import SourceError
from desirepath.core.times import DAY
from desirepath.sources.files.find import FoundFile, find_files
from desirepath.store.ledger import LoadedPart, loaded_parts
from desirepath.store.undo import READ_AT

if TYPE_CHECKING:
    from desirepath.collect.sources import Sources
    from desirepath.journey.definition import Journey
    from desirepath.store.events_db import EventStore

_FOREVER = "9999-01-01"


@dataclass(frozen=True, slots=True)
class FileState:
    """A file of a source. state: loaded; changed (another size than when it was loaded); new; gone."""

    name: str
    bytes: int
    state: str


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source. state: loaded; new (never loaded); changed (files, or how they are read); missing (no files); gone.

    kind: events or metrics. reads: the patterns of its files, or what else it reads. until: complete until then, µs;
    declared: sources.yaml says so. problem: why its files cannot be found.
    """

    id: str
    kind: str
    line: int
    reads: tuple[str, ...]
    state: str
    why: str
    files: tuple[FileState, ...]
    events: int
    first: int | None
    newest: int | None
    until: int | None
    declared: bool
    rejects: int
    loaded_at: datetime | None


@dataclass(slots=True)
class _Seen:
    """What of a source's events bears on how far it is known."""

    source: str
    bits: int
    newest: int


def source_states(sources: Sources, main: Journey, store: EventStore | None) -> list[SourceState]:
    """Every source as sources.yaml has them, then those that are gone from it. store: None before the first load."""
    facts = _facts(store) if store else {}
    ends = {}
    if store:
        seen = [_Seen(name, 0, one[2]) for name, one in facts.items() if one[2] is not None]
        read_at = {
            s.id: int(at) for s in sources.sources if (at := store.meta(f"{READ_AT}{s.id}")) is not None
        }
        ends = {end.source: end for end in complete_until(sources, seen, read_at, main.time_zone)}
    rejects = _counts(store, "SELECT source, count(*) FROM rejects GROUP BY 1") if store else {}
    numbers = _known(store) if store else {}
    every: list[Source | Metrics] = [*sources.sources, *sources.metrics]
    told = []
    for one in every:
        number, mapping = numbers.get(one.id, (None, ""))
        parts = loaded_parts(store, number, _FOREVER) if store and number is not None else {}
        files, problem = _files(one, Path(sources.folder), parts)
        same = mapping == mapping_of(one, main.time_zone, main.currency)
        state, why = _state(one, files, problem, bool(parts), same)
        events, first, newest, loaded = facts.get(one.id, (0, None, None, None))
        end = ends.get(one.id)
        told.append(
            SourceState(
                one.id, "metrics" if isinstance(one, Metrics) else "events", one.line, _reads(one), state, why, files,
                events, first, newest, end.until if end else None, bool(end and end.declared), rejects.get(one.id, 0),
                loaded,
            )
        )  # fmt: skip
    names = {one.id for one in every}
    gone = [name for name, one in facts.items() if name not in names and one[3] is not None]
    return told + [_gone(name, *facts[name], rejects.get(name, 0)) for name in sorted(gone)]


def _gone(
    name: str, events: int, first: int | None, newest: int | None, loaded: datetime | None, rejects: int
) -> SourceState:
    why = "it is no longer in sources.yaml: the next load takes its events away"
    return SourceState(
        name, "events", 0, (), "gone", why, (), events, first, newest, None, False, rejects, loaded
    )


def _facts(store: EventStore) -> dict[str, tuple[int, int | None, int | None, datetime | None]]:
    """Source → its events, the first and the newest (µs; days to their end), when a part of it was last loaded."""
    rows = store.rows(
        f"""
WITH e AS (
  SELECT source, count(*) AS n, min(epoch_us(time)) AS first,
    max(epoch_us(time) + CASE WHEN date_only THEN {DAY - 1} ELSE 0 END) AS newest FROM events GROUP BY 1),
l AS (
  SELECT s.name AS source, max(p.loaded_at) AS loaded FROM parts p JOIN sources s USING (source)
  WHERE p.replaced_by IS NULL GROUP BY 1)
SELECT coalesce(e.source, l.source), coalesce(n, 0), first, newest, loaded FROM e FULL JOIN l USING (source)"""
    )
    return {
        str(name): (int(n), first, newest, loaded.replace(tzinfo=UTC) if loaded else None)
        for name, n, first, newest, loaded in rows
    }


def _known(store: EventStore) -> dict[str, tuple[int, str]]:
    rows = store.rows("SELECT name, source, mapping FROM sources")
    return {str(name): (int(number), str(mapping)) for name, number, mapping in rows}


def _counts(store: EventStore, sql: str) -> dict[str, int]:
    return {str(name): int(n) for name, n in store.rows(sql)}


def _reads(source: Source | Metrics) -> tuple[str, ...]:
    reading = source.reading
    if reading.database is not None:
        return (f"table {reading.table} of a database" if reading.table else "a query of a database",)
    return reading.files or (("a query",) if reading.query else ())


def _files(
    source: Source | Metrics, folder: Path, parts: dict[str, LoadedPart]
) -> tuple[tuple[FileState, ...], str]:
    """The files that there are, beside those that were loaded; why they cannot be found."""
    if source.reading.database is not None or source.reading.query is not None:
        return (), ""
    problem = ""
    found: list[FoundFile] = []
    try:
        found = find_files(source.id, source.reading.files, folder)
    except SourceError as error:
        problem = error.message
    files = [FileState(one.name, one.size, _file_state(one, parts.get(one.name))) for one in found]
    names = {one.name for one in found}
    return (
        *files,
        *(FileState(p.name, p.size, "gone") for p in parts.values() if p.name not in names),
    ), problem


def _file_state(file: FoundFile, before: LoadedPart | None) -> str:
    if before is None:
        return "new"
    return "loaded" if before.size == file.size else "changed"


def _state(
    source: Source | Metrics, files: tuple[FileState, ...], problem: str, known: bool, same: bool
) -> tuple[str, str]:
    if problem:
        return "missing", problem
    if not known:
        return "new", "it has not been loaded yet"
    if not same:
        return "changed", "sources.yaml says otherwise how it is read: the next load reads it anew"
    fresh = [one.name for one in files if one.state in ("new", "changed")]
    if fresh:
        what = f"{fresh[0]} has" if len(fresh) == 1 else f"{len(fresh)} files have"
        return "changed", f"{what} come or changed since the last load"
    return "loaded", ""
