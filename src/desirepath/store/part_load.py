"""One part of a source becomes events: in one transaction, or not at all.

In: a staged part (`raw`, `raw_bad`) and its source. Out: a PartOutcome. Rows that are known already add
nothing: without a record key a row is known by its content and by how often its file has it; with one, a row
with the same key and other content takes the place of the earlier version, in the earlier one's position.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from desirepath.collect.raw import RawColumns
from desirepath.collect.row_sql import Context, Found, RowSql, Target
from desirepath.collect.sources import Source
from desirepath.collect.validity import RULES
from desirepath.store.events_db import EventStore
from desirepath.store.ledger import Brought, Place, Run, column_order, note_failure, note_part
from desirepath.store.look import look, tidy
from desirepath.store.news import known_rows, new_rows, new_versions, start_news
from desirepath.store.reject_rows import KEPT_OF_A_FAILURE, write_rejects
from desirepath.store.staging import Staged
from desirepath.store.wide_columns import make_room, wide_types

_ALL_ROWS = "SELECT *, rowid AS row, 0::UBIGINT AS digest, 0 AS at_part, 0::BIGINT AS at_row FROM raw"
_STILL_A_SAMPLE = 20  # rows: with fewer, half of them bad says little of the source

# bad: one row · rows, wrong things, those that cost an event, those that may come true
_COUNT_BAD = """
SELECT count(DISTINCT row), count(*), count(*) FILTER (lost = 'event'), count(*) FILTER (reason = 'time_in_future')
FROM bad"""


@dataclass(frozen=True, slots=True)
class Bad:
    """How much of a part is bad: rows with anything, things, things that cost an event, events that lie ahead."""

    rows: int
    things: int
    events: int
    in_future: int


@dataclass(frozen=True, slots=True)
class PartOutcome:
    """What a part brought. rejected: rows with anything bad; known: rows that added nothing new.

    too_bad: nothing was loaded; reasons: reason → (how many, an example).
    """

    rows: int
    events: int = 0
    known: int = 0
    corrected: int = 0
    rejected: int = 0
    too_bad: bool = False
    reasons: dict[str, tuple[int, str]] | None = None


def is_too_bad(bad: int, read: int, most_bad: float, adds: bool = False) -> bool:
    """Is a part mostly bad? A few rows are only so when all of them are, and they are all that there is."""
    return bad > read * most_bad and (read >= _STILL_A_SAMPLE or (bad == read and not adds))


def note_empty(store: EventStore, run: Run, place: Place, staged: Staged) -> None:
    """Write down a part that has not even columns."""
    with store.transaction():
        at = place.make_way(store, run, staged.part.name)
        note_part(store, run, place, at, staged.part, Brought())


def reasons_of(store: EventStore) -> dict[str, tuple[int, str]]:
    """What `bad` and `raw_bad` hold: the commonest reasons first, each with how many and an example."""
    found = store.rows(
        "SELECT reason, count(*) AS n, coalesce(any_value(detail), '') FROM ("
        " SELECT reason, detail FROM bad UNION ALL SELECT reason, raw FROM raw_bad)"
        " GROUP BY reason ORDER BY n DESC, reason"
    )
    return {str(reason): (int(n), str(example)) for reason, n, example in found}


class PartLoad:
    """Loads the parts of one source in one run."""

    def __init__(self, store: EventStore, run: Run, source: Source, place: Place, context: Context) -> None:
        self.store, self.run, self.source = store, run, source
        self.place, self.context = place, context
        self.wide = wide_types(store)  # kept up to date: nobody else adds columns meanwhile

    def load(self, staged: Staged, columns: RawColumns) -> PartOutcome:
        """Check, dedupe and insert what stands in `raw`."""
        if not columns.names:
            note_empty(self.store, self.run, self.place, staged)
            return PartOutcome(0)
        staged = self._placed(staged)
        columns = tidy(self.store, columns)
        rows = RowSql(self.source, columns, self.context)
        found = look(self.store, rows, staged, self.wide)
        self._find_bad(rows, found)
        told = Bad(*self.store.rows(_COUNT_BAD)[0])
        bad = told.rows + staged.bad
        read = staged.rows + staged.bad
        if is_too_bad(bad, read, self.source.most_bad, staged.part.adds):
            with self.store.transaction():
                changed = write_rejects(self.store, self.run, staged, columns, told.things, KEPT_OF_A_FAILURE)
                note_failure(
                    self.store,
                    self.run,
                    self.place,
                    staged.part,
                    Brought(read, rejected=bad, changed=changed > 0),
                )
            return PartOutcome(read, rejected=bad, too_bad=True, reasons=reasons_of(self.store))
        wide = make_room(self.store, found.types, self.source.id, self.wide)
        with self.store.transaction():
            return self._insert(staged, rows, replace(found, types=wide), columns, told)

    def _placed(self, staged: Staged) -> Staged:
        """The rows of a table come after those that it brought before: the database does not number them."""
        if staged.part.kind != "table":
            return staged
        last = self.store.value(
            f"SELECT coalesce(max(row), 0) FROM event_log WHERE part IN ({self.place.parts})"
        )
        return replace(staged, part=replace(staged.part, rows_before=int(last)))

    # ── what is bad ──────────────────────────────────────────────────────────────────────────────────────

    def _find_bad(self, rows: RowSql, found: Found) -> None:
        """The table bad(row, item, reason, lost, detail)."""
        queries = [rows.bad(cells, found, _ALL_ROWS) for cells in rows.cells]
        for place, query in enumerate(queries):
            verb = "INSERT INTO bad" if place else "CREATE OR REPLACE TEMP TABLE bad AS"
            self.store.execute(f"{verb} {query}")

    # ── what is new ──────────────────────────────────────────────────────────────────────────────────────

    def _insert(
        self, staged: Staged, rows: RowSql, found: Found, columns: RawColumns, told: Bad
    ) -> PartOutcome:
        """Insert what is new, write down the rejects and the part."""
        store = self.store
        at = self.place.make_way(store, self.run, staged.part.name)
        part = at.number
        digest = columns.digest(*column_order(store, self.place.source, columns.names))
        first_no = int(store.meta("next_event_no") or 0)
        target = Target(first_no, self.run.known_at, told.events > 0)
        fresh = not store.value(f"SELECT count(*) FROM ({self.place.parts})")
        brought = Brought(staged.rows + staged.bad, rejected=told.rows + staged.bad)
        before = staged.part.rows_before
        if self.source.key:
            news = new_versions(store, self.run, rows, digest, at, self.place, staged.part)
            brought.known, brought.corrected, brought.changed = news.known, news.corrected, news.changed
        elif not fresh:
            start_news(store, digest)
        for cells in rows.cells:
            if self.source.key:
                picked = "SELECT r.*, n.* FROM raw r JOIN news n ON r.rowid = n.row"
            elif fresh:
                picked = (
                    f"SELECT *, rowid AS row, {digest} AS digest, {part} AS at_part, {before} + rowid + 1 AS at_row"
                    " FROM raw"
                )
            else:
                new_rows(store, cells.item, self.place)
                picked = (
                    f"SELECT r.*, n.*, {part} AS at_part, {before} + n.row + 1 AS at_row"
                    " FROM raw r JOIN news n ON r.rowid = n.row"
                )
            brought.events += store.execute(rows.insert(cells, found, picked, target))
        if not self.source.key and not fresh:
            brought.known = known_rows(store)
        brought.first_no = brought.next_no = first_no
        if brought.events or brought.corrected:
            brought.next_no = first_no + staged.rows * len(rows.cells)
            store.set_meta("next_event_no", str(brought.next_no))
            store.events_changed()
        if write_rejects(store, self.run, staged, columns, told.things):
            brought.changed = True
        look_again = self._look_again(rows, found) if told.in_future else None
        note_part(store, self.run, self.place, at, staged.part, brought, look_again)
        return PartOutcome(
            brought.rows, brought.events, brought.known, brought.corrected, brought.rejected,
            reasons=reasons_of(store) if brought.rejected else None,
        )  # fmt: skip

    def _look_again(self, rows: RowSql, found: Found) -> datetime | None:
        """When the first of the events that still lie in the future will have come."""
        wrong = next(rule.wrong for rule in RULES if rule.name == "time_in_future")
        times = [
            f"SELECT min(time) AS time FROM ({rows.parsed(cells, found, _ALL_ROWS)}) WHERE {wrong}"
            for cells in rows.cells
        ]
        first: datetime | None = self.store.value(
            f"SELECT min(time) - INTERVAL 1 DAY FROM ({' UNION ALL '.join(times)})"
        )
        return first
