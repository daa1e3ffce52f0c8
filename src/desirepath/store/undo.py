"""Taking a load back: the store is then as if the load had never run. Nothing of it is forgotten: events only grow.

In: the number of a load. Out: what it brought (`brought`), which later loads built on it (`built_on`), and, with
`take_back`, a store in which its events hold no more and those that it superseded hold again. A later load builds on
an earlier one where both read the same part and the later one brought something, where it found rows known or
corrected in the same source, or where one of them replaced parts of it. Loads are taken back newest first, so that
what is put back is always what was there. The contract stands in docs/reference/loading.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from desirepath.store.events_db import EventStore
from desirepath.store.migrations import FIRST_UNDOABLE

READ_AT = "read_at."  # facts in meta: when a live source was last read to its end, µs
_BROUGHT = "(r.events > 0 OR r.corrected > 0 OR r.changed)"

# built_on: grain: later load that built on load $load · what stands in source_readings or parts has no undone mark
_BUILT_ON = f"""
WITH mine AS (SELECT * FROM readings WHERE load_no = $load AND undone_by IS NULL),
replaced AS (SELECT source FROM parts WHERE replaced_by = $load),
touched AS (SELECT source FROM mine UNION SELECT source FROM replaced),
later AS (
  SELECT r.*, {_BROUGHT} AS brought, EXISTS (SELECT 1 FROM metrics_log g WHERE g.part = r.part) AS figures
  FROM readings r WHERE r.load_no > $load AND r.undone_by IS NULL AND r.source IN (FROM touched)),
numbers AS (SELECT first_no, next_no FROM mine WHERE next_no > first_no),
keys AS (
  SELECT DISTINCT l.key, m.source FROM event_log l
  JOIN mine m ON l.event_no >= m.first_no AND l.event_no < m.next_no WHERE l.key IS NOT NULL)
SELECT DISTINCT load_no FROM later
WHERE brought AND ((source, name) IN (SELECT (source, name) FROM mine) OR (known + corrected > 0 AND NOT figures))
  OR source IN (FROM replaced)
UNION
SELECT DISTINCT r.load_no FROM later r JOIN event_log l ON l.event_no >= r.first_no AND l.event_no < r.next_no
SEMI JOIN keys k ON k.key = l.key AND k.source = r.source
UNION
SELECT DISTINCT p.replaced_by FROM parts p JOIN loads o ON o.load_no = p.replaced_by
WHERE p.replaced_by > $load AND o.takes_back IS NULL AND p.source IN (FROM touched)"""


@dataclass(frozen=True, slots=True)
class OfSource:
    """What one load did to one source. replaced: parts that it read anew or that were gone from sources.yaml."""

    source: str
    parts: int
    rows: int
    events: int
    corrected: int
    rejected: int
    replaced: int


@dataclass(frozen=True, slots=True)
class LoadMade:
    """One load as the ledger has it; times are UTC. undone_at: when it was taken back. can_undo: whether it can be."""

    load_no: int
    started_at: datetime
    finished_at: datetime | None
    sources: tuple[str, ...]
    parts: int
    rows: int
    events: int
    corrected: int
    rejected: int
    undone_at: datetime | None
    can_undo: bool


def loads_made(store: EventStore) -> list[LoadMade]:
    """Every load, the latest first."""
    found = store.rows(f"""
WITH sums AS (
  SELECT load_no, list_sort(list(DISTINCT s.name)) AS sources, count(*) AS parts, sum(rows_read) AS rows,
    sum(events) AS events, sum(corrected) AS corrected, sum(rejected) AS rejected
  FROM readings JOIN sources s USING (source) WHERE load_no >= {_first(store)} GROUP BY load_no)
SELECT l.load_no, l.started_at, l.finished_at, coalesce(r.sources, []), coalesce(r.parts, 0),
  CAST(coalesce(r.rows, l.rows_read, 0) AS BIGINT), CAST(coalesce(r.events, l.events_added, 0) AS BIGINT),
  CAST(coalesce(r.corrected, 0) AS BIGINT), CAST(coalesce(r.rejected, l.rows_rejected, 0) AS BIGINT),
  u.started_at, l.load_no >= {_first(store)} AND l.taken_back_by IS NULL
FROM loads l LEFT JOIN sums r USING (load_no) LEFT JOIN loads u ON u.load_no = l.taken_back_by
WHERE l.takes_back IS NULL ORDER BY l.load_no DESC""")
    return [LoadMade(row[0], row[1], row[2], tuple(row[3]), *row[4:]) for row in found]


def brought(store: EventStore, load_no: int) -> list[OfSource]:
    """What a load did, by source."""
    found = store.rows(
        f"""
WITH replaced AS (SELECT source, count(*) AS n FROM parts WHERE replaced_by = {load_no} GROUP BY source),
sums AS (
  SELECT source, count(*) AS parts, sum(rows_read) AS rows, sum(events) AS events, sum(corrected) AS corrected,
    sum(rejected) AS rejected FROM readings WHERE load_no = {load_no} GROUP BY source)
SELECT name, {", ".join(f"CAST(coalesce({c}, 0) AS BIGINT)" for c in ("parts", "rows", "events", "corrected"))},
  CAST(coalesce(rejected, 0) AS BIGINT), CAST(coalesce(n, 0) AS BIGINT)
FROM sums FULL JOIN replaced USING (source) JOIN sources USING (source) ORDER BY name"""
    )
    return [OfSource(*row) for row in found]


def built_on(store: EventStore, load_no: int) -> list[int]:
    """The later loads that built on this one, directly or by way of others, and were not taken back; newest first."""
    found: set[int] = set()
    unseen = [load_no]
    while unseen:
        direct = {int(n) for (n,) in store.rows(_BUILT_ON, {"load": unseen.pop()})} - found
        found |= direct
        unseen += direct
    return sorted(found, reverse=True)


def _first(store: EventStore) -> int:
    """The first load that can be taken back."""
    return int(store.meta(FIRST_UNDOABLE) or 1)


def take_back(store: EventStore, loads: Sequence[int], known_at: str) -> None:
    """Take these loads back, newest first, all or none. They must hold all that built on any of them."""
    with store.transaction():
        for load_no in sorted(set(loads), reverse=True):
            _take_back(store, load_no, known_at)
        store.events_changed()


def _take_back(store: EventStore, load_no: int, known_at: str) -> None:
    number = int(store.value("SELECT max(load_no) + 1 FROM loads"))
    store.execute(
        "INSERT INTO loads (load_no, started_at, finished_at, takes_back) SELECT ?, t, t, ? FROM"
        " (SELECT CAST(? AS TIMESTAMP) AS t)",
        [number, load_no, known_at],
    )
    store.execute(f"UPDATE loads SET taken_back_by = {number} WHERE load_no = {load_no}")
    _events(store, load_no, number, known_at)
    for table in ("told", "reject_log", "metrics_log"):
        store.execute(f"DELETE FROM {table} WHERE load_no = {load_no}")
        store.execute(f"UPDATE {table} SET replaced_by = NULL WHERE replaced_by = {load_no}")
    store.execute(f"UPDATE parts SET replaced_by = NULL, held_again = {number} WHERE replaced_by = {load_no}")
    _parts(store, load_no, number)
    _sources(store, load_no)


def _events(store: EventStore, load_no: int, number: int, known_at: str) -> None:
    """Its events hold no more; those of others that it superseded hold again."""
    own = f"EXISTS (SELECT 1 FROM readings r WHERE r.load_no = {load_no} AND {{0}} >= r.first_no AND {{0}} < r.next_no)"
    store.execute(
        "CREATE OR REPLACE TEMP TABLE again AS SELECT x.event_no FROM superseded x"
        f" WHERE x.by_load = {load_no} AND NOT {own.format('x.event_no')}"
    )
    store.execute(f"INSERT INTO held_again SELECT event_no, {number} FROM again")
    store.execute(f"DELETE FROM superseded WHERE by_load = {load_no} AND event_no IN (FROM again)")
    store.execute(
        f"INSERT INTO superseded SELECT l.event_no, {number}, TIMESTAMP '{known_at}' FROM event_log l"
        f" WHERE {own.format('l.event_no')} AND l.event_no NOT IN (SELECT event_no FROM superseded)"
    )


def _parts(store: EventStore, load_no: int, number: int) -> None:
    """Its parts are as the reading before left them, or hold no more.

    A later reading that brought nothing, of the same part or with rows that it knew from this load, counts no
    longer either: the next load reads its part again, and finds what is missing now.
    """
    store.execute(
        f"UPDATE readings r SET undone_by = {number} WHERE r.undone_by IS NULL AND (r.load_no = {load_no} OR"
        f" (r.load_no > {load_no} AND NOT {_BROUGHT} AND EXISTS (SELECT 1 FROM readings m WHERE m.load_no = {load_no}"
        " AND m.source = r.source AND (m.name = r.name OR r.known > 0))))"
    )
    store.execute(
        "CREATE OR REPLACE TEMP TABLE parts_before AS"
        f" WITH undone AS (SELECT DISTINCT part FROM readings WHERE undone_by = {number} AND part IS NOT NULL),"
        " last AS (SELECT * FROM readings WHERE undone_by IS NULL AND part IS NOT NULL"
        " QUALIFY load_no = max(load_no) OVER (PARTITION BY part))"
        " SELECT u.part AS of, l.* FROM undone u LEFT JOIN last l ON l.part = u.part"
    )
    store.execute(
        "UPDATE parts SET mapping = b.mapping, digest = b.digest, size = b.size, rows = b.rows,"
        " loaded_at = b.loaded_at, load_no = b.load_no, look_again = b.look_again, cursor = b.cursor"
        " FROM parts_before b WHERE parts.part = b.of AND b.load_no IS NOT NULL"
    )
    store.execute(
        f"UPDATE parts SET replaced_by = {number} FROM parts_before b"
        " WHERE parts.part = b.of AND b.load_no IS NULL AND parts.replaced_by IS NULL"
    )


def _sources(store: EventStore, load_no: int) -> None:
    """Its sources are read as they were before, unless a later load has read them since; and known until then."""
    rows = store.rows(
        "SELECT b.source, s.name, b.mapping_before, b.first_before, b.later_before,"
        " EXISTS (SELECT 1 FROM readings r WHERE r.source = b.source AND r.load_no > b.load_no AND r.undone_by IS NULL)"
        " FROM source_readings b JOIN sources s USING (source) WHERE b.load_no = ?",
        [load_no],
    )
    for source, name, mapping, first, later, read_since in rows:
        if read_since:
            continue
        store.execute(
            "UPDATE sources SET mapping = ?, first_columns = ?, later_columns = ? WHERE source = ?",
            [mapping, first, later, source],
        )
        until = store.value(
            "SELECT epoch_us(max(l.started_at)) FROM source_readings b JOIN loads l USING (load_no)"
            " WHERE b.source = ? AND b.load_no < ? AND b.finished AND l.taken_back_by IS NULL",
            [source, load_no],
        )
        store.execute("DELETE FROM meta WHERE key = ?", [f"{READ_AT}{name}"])
        if until is not None:
            store.set_meta(f"{READ_AT}{name}", str(until))
