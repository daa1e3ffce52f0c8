"""Who has been loaded already: sources, their parts, and the runs of `load`.

A part that is the same, byte for byte and under the same mapping, is not read again, unless an event of it lay
in the future and has now come. After a change of its source's mapping a part is read anew as another one, and
the old one is marked as replaced in the same transaction: its events stay in event_log and no longer hold.
Each reading of a part is written down with what it brought and how the part then was, so that undo.py can take
a load back.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from desirepath.collect.raw import RawPart
from desirepath.store.events_db import EventStore


@dataclass(frozen=True, slots=True)
class Run:
    """One run of `load`. known_at: 'YYYY-MM-DD HH:MM:SS.ffffff', UTC."""

    load_no: int
    known_at: str


@dataclass(frozen=True, slots=True)
class LoadedPart:
    """A part as it was last read."""

    part: int
    name: str
    mapping: str
    digest: str
    size: int
    look_again: bool  # what lay in the future has come
    cursor: str | None = None  # how far a table that is read from where the last load ended has been read


@dataclass(slots=True)
class Brought:
    """What one reading of a part brought. first_no, next_no: the numbers kept for its events, half-open.

    changed: whether anything but events came or went: what the part tells, its rejects, its figures.
    """

    rows: int = 0
    events: int = 0
    known: int = 0
    corrected: int = 0
    rejected: int = 0
    changed: bool = False
    first_no: int = 0
    next_no: int = 0


def begin_run(store: EventStore, known_at: str) -> Run:
    """Open a run of `load`; what it does to events carries its number."""
    load_no = int(store.value("SELECT coalesce(max(load_no), 0) + 1 FROM loads"))
    store.execute(
        "INSERT INTO loads (load_no, started_at) VALUES (?, CAST(? AS TIMESTAMP))", [load_no, known_at]
    )
    return Run(load_no, known_at)


def end_run(store: EventStore, run: Run, finished_at: str, events: int, rows: int, rejected: int) -> None:
    """Close a run. One that was killed stays without an end."""
    store.execute(
        "UPDATE loads SET finished_at = CAST(? AS TIMESTAMP), events_added = ?, rows_read = ?, rows_rejected = ?"
        " WHERE load_no = ?",
        [finished_at, events, rows, rejected, run.load_no],
    )


def begin_source(store: EventStore, run: Run, name: str, mapping: str) -> int:
    """The number of a source, given when it is first loaded. Its mapping is the one given; what it was is noted."""
    with store.transaction():
        found = store.value("SELECT source FROM sources WHERE name = ?", [name])
        number = int(found or store.value("SELECT coalesce(max(source), 0) + 1 FROM sources"))
        if found is None:
            store.execute("INSERT INTO sources VALUES (?, ?, '', NULL, [])", [number, name])
        store.execute(
            "INSERT INTO source_readings SELECT ?, source, mapping, first_columns, later_columns, false"
            " FROM sources WHERE source = ?",
            [run.load_no, number],
        )
        store.execute(
            "UPDATE sources SET mapping = ? WHERE source = ? AND mapping <> ?", [mapping, number, mapping]
        )
    return number


def end_source(store: EventStore, run: Run, source: int) -> None:
    """A source was read to its end: what is not in it by now had not happened when the load began."""
    store.execute(
        "UPDATE source_readings SET finished = true WHERE load_no = ? AND source = ?", [run.load_no, source]
    )


def column_order(store: EventStore, source: int, names: Sequence[str]) -> tuple[list[str], list[str]]:
    """The columns of a source when it was first seen, and those that came later, in order: digests follow it."""
    first, later = store.rows("SELECT first_columns, later_columns FROM sources WHERE source = ?", [source])[
        0
    ]
    if first is None:
        store.execute("UPDATE sources SET first_columns = ? WHERE source = ?", [list(names), source])
        return list(names), []
    known = {*first, *later}
    new = [name for name in names if name not in known]
    if new:
        later = [*later, *new]
        store.execute("UPDATE sources SET later_columns = ? WHERE source = ?", [later, source])
    return list(first), list(later)


def loaded_parts(store: EventStore, source: int, now: str) -> dict[str, LoadedPart]:
    """The parts of a source that hold, by name."""
    found = store.rows(
        "SELECT part, name, mapping, digest, size, coalesce(look_again <= CAST(? AS TIMESTAMP), false), cursor"
        " FROM parts WHERE source = ? AND replaced_by IS NULL",
        [now, source],
    )
    return {str(row[1]): LoadedPart(*row) for row in found}


def replace_parts(store: EventStore, run: Run, parts: Collection[int]) -> None:
    """From now on these parts do not hold: they are read anew under another mapping, or their source is gone."""
    if not parts:
        return
    listed = ", ".join(map(str, sorted(parts)))
    with store.transaction():
        store.execute(f"UPDATE parts SET replaced_by = {run.load_no} WHERE part IN ({listed})")
        store.execute(
            f"UPDATE told SET replaced_by = {run.load_no} WHERE part IN ({listed}) AND replaced_by IS NULL"
        )
        store.execute(
            f"UPDATE reject_log SET replaced_by = {run.load_no} WHERE replaced_by IS NULL AND (source, part) IN"
            f" (SELECT s.name, p.name FROM parts p JOIN sources s USING (source) WHERE p.part IN ({listed}))"
        )
        store.events_changed()


@dataclass(frozen=True, slots=True)
class PartNumber:
    """The number of a part; new: it has not been written down yet."""

    number: int
    new: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where the parts of one source go. outdated: parts that were read under another mapping and will be again.

    undone: the numbers of the events of loads that were taken back, as half-open ranges: nobody knows them any more.
    """

    source: int
    mapping: str
    outdated: frozenset[int] = frozenset()
    undone: tuple[tuple[int, int], ...] = field(default=())

    @property
    def parts(self) -> str:
        """SQL of the parts whose rows count as known."""
        without = f" AND part NOT IN ({', '.join(map(str, sorted(self.outdated)))})" if self.outdated else ""
        return f"SELECT part FROM parts WHERE source = {self.source} AND replaced_by IS NULL{without}"

    def counts(self, log: str = "event_log") -> str:
        """SQL that is true of the events of `log` (event_log under some name) by which a row counts as known."""
        undone = "".join(
            f" AND NOT ({log}.event_no >= {first} AND {log}.event_no < {end})" for first, end in self.undone
        )
        return f"{log}.part IN ({self.parts}){undone}"

    def make_way(self, store: EventStore, run: Run, name: str) -> PartNumber:
        """The number of the part of this name. An outdated one, if any, holds no more."""
        found = part_number(store, self.source, name)
        if found.number not in self.outdated:
            return found
        replace_parts(store, run, [found.number])
        return part_number(store, self.source, name)


def part_number(store: EventStore, source: int, name: str) -> PartNumber:
    """The number of a part that holds, or a new one."""
    found = store.value(
        "SELECT part FROM parts WHERE source = ? AND name = ? AND replaced_by IS NULL", [source, name]
    )
    if found is not None:
        return PartNumber(int(found), new=False)
    return PartNumber(int(store.value("SELECT coalesce(max(part), 0) + 1 FROM parts")), new=True)


def note_part(
    store: EventStore,
    run: Run,
    place: Place,
    at: PartNumber,
    part: RawPart,
    brought: Brought,
    look_again: datetime | None = None,
) -> None:
    """Write down that a part was read. look_again: the instant from which it is worth reading again, or None."""
    rows = brought.rows
    if part.adds and not at.new:  # what it had is still there, and what lay in the future of it
        before, pending = store.rows("SELECT rows, look_again FROM parts WHERE part = ?", [at.number])[0]
        rows += int(before) - brought.known
        look_again = min((one for one in (pending, look_again) if one is not None), default=None)
    facts: list[object] = [part.digest, part.size, rows, run.known_at, run.load_no, look_again, part.cursor]
    if at.new:
        store.execute(
            "INSERT INTO parts (digest, size, rows, loaded_at, load_no, look_again, cursor, part, source, name,"
            " mapping) VALUES (?, ?, ?, CAST(? AS TIMESTAMP), ?, ?, ?, ?, ?, ?, ?)",
            [*facts, at.number, place.source, part.name, place.mapping],
        )
    else:
        store.execute(
            "UPDATE parts SET digest = ?, size = ?, rows = ?, loaded_at = CAST(? AS TIMESTAMP), load_no = ?,"
            " look_again = ?, cursor = ?, mapping = ? WHERE part = ?",
            [*facts, place.mapping, at.number],
        )
    _note_reading(store, run, place, at.number, part, brought, rows, look_again)


def note_failure(store: EventStore, run: Run, place: Place, part: RawPart, brought: Brought) -> None:
    """Write down that a part was read and too bad: only its rejects are there."""
    _note_reading(store, run, place, None, part, brought, brought.rows, None)


def _note_reading(
    store: EventStore,
    run: Run,
    place: Place,
    number: int | None,
    part: RawPart,
    brought: Brought,
    rows: int,
    again: datetime | None,
) -> None:
    facts: list[object] = [
        run.load_no, place.source, part.name, number, place.mapping, part.digest, part.size,
        rows, run.known_at, again, part.cursor, brought.rows, brought.events, brought.known,
        brought.corrected, brought.rejected, brought.changed, brought.first_no, brought.next_no,
    ]  # fmt: skip
    marks = ", ".join("CAST(? AS TIMESTAMP)" if n in (8, 9) else "?" for n in range(len(facts)))
    store.execute(f"INSERT INTO readings VALUES ({marks}, NULL)", facts)


def undone_events(store: EventStore, source: int) -> tuple[tuple[int, int], ...]:
    """The numbers of a source's events that were taken back, as half-open ranges."""
    found = store.rows(
        "SELECT first_no, next_no FROM readings WHERE source = ? AND undone_by IS NOT NULL AND next_no > first_no"
        " ORDER BY first_no",
        [source],
    )
    return tuple((int(first), int(end)) for first, end in found)


def known_sources(store: EventStore) -> dict[str, list[int]]:
    """Every source that has parts which hold: name → their numbers."""
    found = store.rows(
        "SELECT s.name, list(p.part) FROM parts p JOIN sources s USING (source)"
        " WHERE p.replaced_by IS NULL GROUP BY s.name"
    )
    return {str(name): [int(one) for one in parts] for name, parts in found}
