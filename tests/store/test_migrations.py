"""Stores of earlier versions: they open, hold what they held, and load on."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from desirepath.app.load import DATABASE
from desirepath.app.loads import loads_table, plan_undo, undo
from desirepath.core.errors import WorkspaceError
from desirepath.store.events_db import EventStore
from tests.loaded import Loaded
from tests.store.first_schema import COPIED, TABLES

DEALS = """
sources:
  deals:
    files: deals.csv
    key: deal
    time: ts
    event: Deal Opened
    identifiers: {user_id: user}
    properties: rest
"""


def made_by_the_first_version(shop: Loaded) -> None:
    """The shop's store, written anew in the tables of the first version."""
    path, old = shop.stores / DATABASE, shop.stores / "old.duckdb"
    with duckdb.connect(str(old)) as store:
        for statement in TABLES:
            store.execute(statement)
        store.execute(f"ATTACH '{path}' AS now (READ_ONLY)")
        for name in COPIED:
            columns = {row[0] for row in store.execute(f"DESCRIBE {name}").fetchall()}
            there = store.execute(f"DESCRIBE now.main.{name}").fetchall()
            for column, kind, *_ in there:
                if name == "event_log" and column not in columns:
                    store.execute(f'ALTER TABLE {name} ADD COLUMN "{column}" {kind}')
                    columns.add(column)
            kept = ", ".join(f'"{row[0]}"' for row in there if row[0] in columns)
            store.execute(f"INSERT INTO {name} ({kept}) SELECT {kept} FROM now.main.{name}")
        store.execute("INSERT INTO meta SELECT key, value FROM now.main.meta WHERE key <> 'schema'")
        store.execute("INSERT INTO meta VALUES ('schema', '1')")
    old.replace(path)


@pytest.fixture
def old(tmp_path: Path) -> Loaded:
    shop = Loaded(tmp_path, DEALS)
    shop.write("deals.csv", "deal,ts,user,size\nd1,2025-01-01,u1,3\nd2,soon,u2,4\n")
    shop.load()
    made_by_the_first_version(shop)
    return shop


def test_a_store_of_the_first_version_opens_and_holds_what_it_held(old: Loaded) -> None:
    assert old.column('(key, event, "properties.size")') == [("d1", "Deal Opened", 3.0)]
    assert old.reasons() == [(3, "time_unreadable")]


def test_it_loads_on_and_what_is_loaded_then_can_be_taken_back(old: Loaded) -> None:
    before = old.everything()
    assert old.load().sources[0].parts_unchanged == 1, "nothing is read anew"
    old.write("deals.csv", "deal,ts,user,size\nd1,2025-01-05,u1,3\nd2,2025-01-02,u2,4\n")
    summary = old.load()
    assert (summary.events, summary.sources[0].corrected) == (2, 1)
    with old.open(write=True) as store:
        undo(store, summary.load_no, clock=old.clock)
        assert [row[:2] for row in loads_table(store).rows][-1][0] == 1
        with pytest.raises(WorkspaceError, match="earlier version"):
            plan_undo(store, 1)
    assert old.everything() == before
    assert old.reasons() == [(3, "time_unreadable")]


def test_a_fresh_schema_equals_a_migrated_one(old: Loaded, tmp_path: Path) -> None:
    with EventStore.open(tmp_path / "fresh.duckdb", write=True) as fresh, old.open() as migrated:
        for store in (fresh, migrated):
            assert store.meta("schema") == "3"
        for what in ("tables", "views"):
            kind = f"SELECT {what[:-1]}_name FROM duckdb_{what}() WHERE NOT internal AND NOT temporary ORDER BY 1"
            left_out = {"identity_decisions"}  # made with the first decision
            assert [n for n in fresh.rows(kind) if n[0] not in left_out] == [
                n for n in migrated.rows(kind) if n[0] not in left_out
            ]
        columns = (
            "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal"
            " AND schema_name = 'main' AND table_name <> 'identity_decisions' AND column_name NOT LIKE '%.%'"
            " ORDER BY ALL"
        )
        assert fresh.rows(columns) == migrated.rows(columns)


def test_a_store_of_a_later_version_is_refused(old: Loaded) -> None:
    with old.open(write=True) as store:
        store.set_meta("schema", "99")
    with pytest.raises(WorkspaceError, match="another version"):
        old.open()
