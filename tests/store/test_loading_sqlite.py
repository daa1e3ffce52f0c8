"""A table of a real SQLite file is loaded like a file that grows: nothing lost, nothing doubled, nothing told."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from desirepath.app.load import LoadFailed
from desirepath.app.loads import undo
from desirepath.core.errors import DefinitionError
from tests.loaded import Loaded

ORDERS = """
sources:
  orders:
    database: sqlite:///shop.db
    table: orders
    cursor: updated_at
    key: id
    time: ordered_at
    event: Order Completed
    identifiers: {email: email}
    value: total
    properties: rest
"""
TABLE = (
    "CREATE TABLE orders"
    " (id INTEGER PRIMARY KEY, ordered_at DATETIME, updated_at DATETIME, email TEXT, total NUMERIC)"
)


class Shop(Loaded):
    """A workspace, and the database that it reads."""

    def sql(self, statement: str, *rows: tuple[object, ...]) -> None:
        with closing(sqlite3.connect(self.folder / "shop.db")) as database, database:
            if rows:
                database.executemany(statement, rows)
            else:
                database.execute(statement)

    def order(self, number: int, updated: str, total: float = 10, ordered: str | None = None) -> None:
        row = (number, ordered or updated, updated, f"c{number}@mail.example", total)
        self.sql("INSERT INTO orders VALUES (?, ?, ?, ?, ?)", row)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path, ORDERS)
    made.sql(TABLE)
    for number in range(1, 6):
        made.order(number, f"2026-01-0{number} 10:00:00")
    yield made


def test_rows_that_came_since_are_added_and_changed_ones_corrected_in_their_place(shop: Shop) -> None:
    assert shop.load().events == 5
    shop.order(6, "2026-01-06 10:00:00")
    shop.sql("UPDATE orders SET total = 99, updated_at = '2026-01-06 11:00:00' WHERE id = 2")
    summary = shop.load().sources[0]
    assert (summary.rows, summary.events, summary.corrected) == (3, 2, 1), (
        "the last row, a new one and a changed one"
    )
    assert shop.column("(key, value)", "row") == [
        ("1", 1000), ("2", 9900), ("3", 1000), ("4", 1000), ("5", 1000), ("6", 1000),
    ]  # fmt: skip
    assert shop.load().events == 0
    assert shop.load().sources[0].parts_unchanged == 1


def test_rows_that_share_the_last_value_of_the_cursor_are_neither_lost_nor_doubled(shop: Shop) -> None:
    shop.load()
    shop.order(6, "2026-01-05 10:00:00")
    shop.order(7, "2026-01-05 10:00:00")
    assert shop.load().events == 2
    assert shop.load().events == 0


def test_a_row_that_was_committed_late_is_found_within_the_overlap(shop: Shop) -> None:
    shop.load()
    shop.order(6, "2026-01-05 09:52:00")
    shop.order(7, "2026-01-05 09:30:00")
    assert shop.load().events == 1, "ten minutes unless said"
    shop.say(ORDERS.replace("cursor: updated_at", "cursor: updated_at\n    cursor_overlap: 2 hours"))
    assert shop.load().events == 1


def test_rows_without_a_value_of_the_cursor_are_read_every_time(shop: Shop) -> None:
    shop.load()
    shop.sql("INSERT INTO orders VALUES (9, '2026-01-09', NULL, 'z@mail.example', 5)")
    assert shop.load().events == 1
    assert shop.load().events == 0


def test_without_a_cursor_the_table_is_compared_as_a_whole(shop: Shop) -> None:
    shop.say(ORDERS.replace("    cursor: updated_at\n", "").replace("    key: id\n", ""))
    assert shop.load().events == 5
    assert shop.load().sources[0].parts_unchanged == 1
    shop.order(6, "2025-12-01 10:00:00")
    summary = shop.load().sources[0]
    assert (summary.rows, summary.events, summary.known) == (6, 1, 5)
    assert len(set(shop.column("row"))) == 6, "a later row does not take another's place"


def test_a_cursor_of_numbers(shop: Shop) -> None:
    shop.say(ORDERS.replace("cursor: updated_at", "cursor: id\n    cursor_overlap: 1"))
    shop.load()
    shop.order(6, "2026-01-01 10:00:00")
    summary = shop.load().sources[0]
    assert (summary.rows, summary.events) == (3, 1)


def test_another_cursor_reads_all_of_it_once_and_adds_nothing(shop: Shop) -> None:
    shop.load()
    shop.say(ORDERS.replace("cursor: updated_at", "cursor: id"))
    summary = shop.load().sources[0]
    assert (summary.rows, summary.events, summary.known) == (5, 0, 5)


def test_an_event_that_lay_in_the_future_is_read_when_it_has_come(shop: Shop) -> None:
    shop.order(6, "2026-01-06 10:00:00", ordered="2026-07-01 10:00:00")
    assert shop.load().events == 5
    shop.order(7, "2026-03-01 10:00:00")
    assert shop.load().events == 1
    shop.clock.moment = shop.clock.moment.replace(month=7, day=2)
    assert shop.load().events == 1
    assert shop.reasons() == []


def test_one_bad_row_is_set_aside_once_and_stops_nothing(shop: Shop) -> None:
    shop.load()
    shop.order(6, "2026-02-01 10:00:00", ordered="soon")
    assert [shop.load().rejected for _ in range(3)] == [1, 1, 0]
    shop.order(7, "2026-02-02 10:00:00")
    assert shop.load().events == 1
    assert [(one.row, one.reason) for one in shop.rejects()] == [(7, "time_unreadable")]


def test_bytes_that_are_no_text_cost_their_record_or_are_told(shop: Shop) -> None:
    shop.sql("ALTER TABLE orders ADD COLUMN photo BLOB")
    shop.sql("INSERT INTO orders VALUES (6, '2026-01-06', '2026-01-06', CAST(x'ff41' AS TEXT), 5, NULL)")
    shop.sql("INSERT INTO orders VALUES (7, '2026-01-07', '2026-01-07', 'g@mail.example', 5, x'ff00')")
    summary = shop.load().sources[0]
    assert (summary.events, summary.rejected, summary.reasons) == (6, 1, {"not_utf8": 1})
    assert shop.column('"properties.photo"')[-1] == "\\xff00"
    assert summary.notes == ['database: "photo": bytes that are no text were read as hexadecimal digits.']


def test_a_query_of_the_database_and_the_signs_that_it_may_hold(shop: Shop) -> None:
    query = """SELECT id, ordered_at, updated_at, email, total, ':note' AS "a:b"
      FROM orders WHERE email LIKE 'c_@%';"""
    shop.say(ORDERS.replace("table: orders", f"query: |\n      {query}"))
    assert shop.load().events == 5
    shop.order(6, "2026-01-06 10:00:00")
    assert shop.load().events == 1
    assert shop.column('"properties.a:b"') == [":note"] * 6


@pytest.mark.parametrize(
    "query",
    ["DELETE FROM orders", "SELECT 1; SELECT 2", "PRAGMA user_version = 7", "ATTACH 'x.db' AS x",
     "WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone", "SELECT 1) AS x; DROP TABLE orders; --"],
)  # fmt: skip
def test_a_query_that_is_not_one_select_is_refused(shop: Shop, query: str) -> None:
    shop.say(ORDERS.replace("table: orders", f'query: "{query}"'))
    with pytest.raises(LoadFailed, match=r"is not one SELECT|cannot be read"):
        shop.load()
    shop.say(ORDERS)
    assert shop.load().events == 5


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("table: orders", "table: order", 'there is no table "order" in shop.db.\nDid you mean "orders"?'),
        (
            "cursor: updated_at",
            "cursor: updated",
            'no column "updated" to be the cursor.\nDid you mean "updated_at"?',
        ),
        ("sqlite:///shop.db", "sqlite:///shopp.db", 'Did you mean "shop.db"?'),
        ("sqlite:///shop.db", "sqlite:///sources.yaml", "The file is no SQLite database"),
        ("sqlite:///shop.db", "sqlit:///shop.db", 'Did you mean "sqlite"?'),
        ("sqlite:///shop.db", "sqlite://", "the URL names no file"),
        ("sqlite:///shop.db", "mysql://reader@localhost:1/shop", "localhost, port 1, cannot be reached"),
    ],
)
def test_what_is_wrong_is_said_with_the_nearest_fix(shop: Shop, old: str, new: str, said: str) -> None:
    shop.say(ORDERS.replace(old, new))
    with pytest.raises(LoadFailed) as failed:
        shop.load()
    assert said in str(failed.value)
    assert not (shop.folder / "shopp.db").exists()


def test_a_column_that_is_not_there_is_told_before_anything_is_loaded(shop: Shop) -> None:
    shop.say(ORDERS.replace("time: ordered_at", "time: orderd_at"))
    with pytest.raises(DefinitionError, match='no column "orderd_at" in the table "orders"'):
        shop.load()
    assert shop.ask("SELECT count(*) FROM loads") == [(0,)]


def test_another_table_is_read_anew_in_the_place_of_the_first(shop: Shop) -> None:
    shop.load()
    shop.sql("CREATE VIEW later AS SELECT * FROM orders WHERE id > 3")
    shop.say(ORDERS.replace("table: orders", "table: later"))
    shop.load()
    assert shop.column("key") == ["4", "5"]


def test_a_load_of_a_table_that_is_taken_back_comes_again(shop: Shop) -> None:
    shop.load()
    before = shop.everything()
    shop.order(6, "2026-01-06 10:00:00")
    wrong = shop.load().load_no
    shop.load()  # brings nothing, and is not in the way
    with shop.open(write=True) as store:
        undo(store, wrong, clock=shop.clock)
    assert shop.everything() == before
    assert shop.load().events == 1


def test_an_empty_table_and_one_with_names_that_are_sql(shop: Shop) -> None:
    shop.sql('CREATE TABLE "select ""from" ("order" TEXT, "a.b" TEXT, "x;--" TEXT)')
    shop.say(
        "sources:\n  odd:\n    database: sqlite:///shop.db\n    table: 'select \"from'\n    event: {column: 'x;--'}\n"
        "    time: order\n    identifiers: {user_id: a.b}\n"
    )
    assert shop.load().events == 0
    shop.sql("INSERT INTO \"select \"\"from\" VALUES ('2026-01-01', 'u1', 'Ordered')")
    assert shop.load().events == 1


def test_the_file_is_only_read(shop: Shop) -> None:
    before = (shop.folder / "shop.db").read_bytes()
    shop.load()
    assert (shop.folder / "shop.db").read_bytes() == before
