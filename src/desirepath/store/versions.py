"""Rows that take the place of others: what vanished is marked with the load, what is new is added with its number.

For tables of which each reading of a part tells anew: told, reject_log, metrics_log. A row that a reading repeats
stays as it is, so that a file that grows a little costs a little, and so that the load can be taken back.
"""

from __future__ import annotations

from collections.abc import Sequence

from desirepath.store.events_db import EventStore


def replace_rows(
    store: EventStore,
    load_no: int,
    table: str,
    columns: Sequence[str],
    scope: str,
    fresh: str,
    also: str = "",
) -> int:
    """Let the rows of `fresh` stand for those of `table` within `scope`; how many rows came or went.

    columns: those that make a row what it is. fresh: SQL of a query with these columns, and those in `also`.
    scope: SQL that is true of the rows that the reading speaks of. Alike rows are told apart by their count.
    """
    listed = ", ".join(columns)
    wide = f"{listed}, {also}" if also else listed
    here = f"{scope} AND replaced_by IS NULL"
    if not store.value(f"SELECT count(*) FROM {table} WHERE {here}"):
        return store.execute(f"INSERT INTO {table} ({wide}, load_no) SELECT {wide}, {load_no} FROM ({fresh})")
    nth = f"row_number() OVER (PARTITION BY {listed}) AS nth"
    store.execute(f"CREATE OR REPLACE TEMP TABLE coming AS SELECT *, {nth} FROM ({fresh})")
    store.execute(
        f"CREATE OR REPLACE TEMP TABLE there AS SELECT rowid AS place, {listed}, {nth} FROM {table} WHERE {here}"
    )
    same = " AND ".join(f"c.{name} IS NOT DISTINCT FROM t.{name}" for name in (*columns, "nth"))
    gone = store.execute(
        f"UPDATE {table} SET replaced_by = {load_no} WHERE rowid IN"
        f" (SELECT place FROM there t ANTI JOIN coming c ON {same})"
    )
    added = store.execute(
        f"INSERT INTO {table} ({wide}, load_no)"
        f" SELECT {wide}, {load_no} FROM coming c ANTI JOIN there t ON {same}"
    )
    return gone + added
