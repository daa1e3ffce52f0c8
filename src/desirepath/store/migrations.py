"""How does a store of an earlier version become one of this version? Step by step, all in one transaction.

A store that was migrated has the same tables as a fresh one; what is derived is made again by the next refresh. What
loads did before they were written down in `readings` cannot be taken back: `first_undoable` says from which number on.
"""

from __future__ import annotations

from collections.abc import Callable

from desirepath.store import schema
from desirepath.store.events_db import EventStore

FIRST_UNDOABLE = "first_undoable"  # a fact in meta; missing: the first load of all


def migrate(store: EventStore, found: int) -> None:
    """Bring a store of version `found`, at least 1, to this one's."""
    with store.transaction():
        for view in ("events", "metrics", "parts_in_order", "rejects"):
            if store.rows("SELECT 1 FROM duckdb_views() WHERE view_name = ? AND NOT internal", [view]):
                store.execute(f"DROP VIEW {view}")
        for step in _STEPS[found - 1 :]:
            step(store)
        for statement in schema.VIEWS:
            store.execute(statement)
        store.set_meta("schema", str(schema.VERSION))
        store.events_changed()  # builds were made from other tables


def _to_2(store: EventStore) -> None:
    """Decisions about identifiers say whether a customer is a person or an account; until then it was a person."""
    if store.rows("SELECT 1 FROM duckdb_tables() WHERE table_name = 'identity_decisions'"):
        store.execute("ALTER TABLE identity_decisions ADD COLUMN customer_is VARCHAR")
        store.execute("UPDATE identity_decisions SET customer_is = 'person' WHERE what = 'apart'")


def _to_3(store: EventStore) -> None:
    """Loads can be taken back, and tables of databases are read from where the last load ended."""
    for table, column, kind in (
        ("parts", "cursor", "VARCHAR"), ("parts", "held_again", "INTEGER"), ("loads", "takes_back", "INTEGER"),
        ("loads", "taken_back_by", "INTEGER"), ("told", "load_no", "INTEGER"), ("told", "replaced_by", "INTEGER"),
        ("rejects", "replaced_by", "INTEGER"), ("metrics_log", "load_no", "INTEGER"),
        ("metrics_log", "replaced_by", "INTEGER"),
    ):  # fmt: skip
        store.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
    store.execute("ALTER TABLE rejects RENAME TO reject_log")
    for statement in schema.TABLES:
        if any(
            statement.startswith(f"CREATE TABLE {name} ")
            for name in ("readings", "source_readings", "held_again")
        ):
            store.execute(statement)
    store.execute(
        "INSERT INTO readings SELECT load_no, source, name, part, mapping, digest, size, rows, loaded_at, look_again,"
        " NULL, rows, 0, 0, 0, 0, true, 0, 0, NULL FROM parts"
    )
    first = int(store.value("SELECT coalesce(max(load_no), 0) + 1 FROM loads"))
    store.set_meta(FIRST_UNDOABLE, str(first))


_STEPS: tuple[Callable[[EventStore], None], ...] = (_to_2, _to_3)
