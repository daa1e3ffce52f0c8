"""Who has been loaded already: sources, their parts, and the runs of `load`.

A part that is the same, byte for byte and under the same mapping, is not read again, unless an event of it lay
in the future and has now come. After a change of its source's mapping a part is read anew as another one, and
the old one is marked as replaced in the same transaction: its events stay in event_log and no longer hold.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

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


def source_number(store: EventStore, name: str, mapping: str) -> int:
    """The number of a source, given when it is first loaded; its mapping is the one given."""
    found = store.value("SELECT source FROM sources WHERE name = ?", [name])
    if found is not None:
        store.execute(
            "UPDATE sources SET mapping = ? WHERE source = ? AND mapping <> ?", [mapping, found, mapping]
        )
        return int(found)
    number = int(store.value("SELECT coalesce(max(source), 0) + 1 FROM sources"))
    store.execute("INSERT INTO sources VALUES (?, ?, ?, NULL, [])", [number, name, mapping])
    return number


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
        "SELECT part, name, mapping, digest, size, coalesce(look_again <= CAST(? AS TIMESTAMP), false)"
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
        store.execute(f"DELETE FROM told WHERE part IN ({listed})")
        store.execute(
            f"DELETE FROM rejects WHERE (source, part) IN (SELECT s.name, p.name FROM parts p JOIN sources s"
            f" USING (source) WHERE p.part IN ({listed}))"
        )
        store.events_changed()


@dataclass(frozen=True, slots=True)
class PartNumber:
    """The number of a part; new: it has not been written down yet."""

    number: int
    new: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where the parts of one source go. outdated: parts that were read under another mapping and will be again."""

    source: int
    mapping: str
    outdated: frozenset[int] = frozenset()

    @property
    def parts(self) -> str:
        """SQL of the parts whose rows count as known."""
        without = f" AND part NOT IN ({', '.join(map(str, sorted(self.outdated)))})" if self.outdated else ""
        return f"SELECT part FROM parts WHERE source = {self.source} AND replaced_by IS NULL{without}"

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
    rows: int,
    look_again: object = None,
) -> None:
    """Write down that a part was read. look_again: the instant from which it is worth reading again, or None."""
    facts: list[object] = [part.digest, part.size, rows, run.known_at, run.load_no, look_again]
    if at.new:
        store.execute(
            "INSERT INTO parts (digest, size, rows, loaded_at, load_no, look_again, part, source, name, mapping)"
            " VALUES (?, ?, ?, CAST(? AS TIMESTAMP), ?, ?, ?, ?, ?, ?)",
            [*facts, at.number, place.source, part.name, place.mapping],
        )
    else:
        store.execute(
            "UPDATE parts SET digest = ?, size = ?, rows = ?, loaded_at = CAST(? AS TIMESTAMP), load_no = ?,"
            " look_again = ?, mapping = ? WHERE part = ?",
            [*facts, place.mapping, at.number],
        )


def known_sources(store: EventStore) -> dict[str, list[int]]:
    """Every source that has parts which hold: name → their numbers."""
    found = store.rows(
        "SELECT s.name, list(p.part) FROM parts p JOIN sources s USING (source)"
        " WHERE p.replaced_by IS NULL GROUP BY s.name"
    )
    return {str(name): [int(one) for one in parts] for name, parts in found}
