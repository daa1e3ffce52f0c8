"""An event store filled by hand: for tests of what comes after loading."""

from __future__ import annotations

from desirepath.store.events_db import EventStore


def add_source(store: EventStore, number: int, name: str) -> None:
    """A source with one part of the same number."""
    _insert(store, "sources", {"source": number, "name": name})
    _insert(store, "parts", {"part": number, "source": number, "name": f"{name}.csv"})


def _insert(store: EventStore, table: str, known: dict[str, object]) -> None:
    """A row; whatever else the table insists on is filled with something of its type."""
    nothing = {"VARCHAR": "'m'", "VARCHAR[]": "[]", "TIMESTAMP": "TIMESTAMP '2024-06-01'"}
    columns = store.rows(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ? AND NOT is_nullable",
        [table],
    )
    given = dict.fromkeys(known, "?")
    filled = {name: nothing.get(kind, "1") for name, kind in columns if name not in known}
    values = {**given, **filled}
    store.execute(
        f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join(values.values())})",
        list(known.values()),
    )
