"""A table of a real PostgreSQL server: types kept, corrections found, nothing written, no password in any message."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desirepath.app.load import LoadFailed, load
from desirepath.collect.read_sources import read_sources
from tests.databases import PostgresServer
from tests.loaded import Loaded

ORDERS = """
sources:
  orders:
    database: ${SHOP}
    table: sales.orders
    cursor: updated_at
    key: id
    zone: Australia/Sydney
    time: ordered_at
    event: Order Completed
    identifiers: {email: email}
    value: total
    currency: EUR
    properties: rest
"""
TABLE = """
CREATE TABLE sales.orders (
  id BIGINT PRIMARY KEY, ordered_at TIMESTAMP NOT NULL, updated_at TIMESTAMPTZ, email TEXT, total NUMERIC(30, 6),
  paid BOOLEAN, day DATE, more JSONB, tags TEXT[], photo BYTEA, who UUID, share DOUBLE PRECISION)"""
PASSWORD = "o'p@s/s:w%rd"


class Shop(Loaded):
    """A workspace, and the database that it reads, as a user who may only read it."""

    server: PostgresServer
    database: str
    url: str

    def sql(self, *statements: str) -> None:
        self.server.run(*statements, database=self.database)

    def order(self, number: int, updated: str, total: str = "10") -> None:
        self.sql(
            "INSERT INTO sales.orders (id, ordered_at, updated_at, email, total) VALUES"
            f" ({number}, '2026-01-01 10:00', '{updated}', 'c{number}@mail.example', {total})"
        )

    def load(self, *_: object, **__: object):  # type: ignore[no-untyped-def]  # with the URL in the environment
        sources = read_sources(self.folder / "sources.yaml", {"SHOP": self.url}, zone="UTC")
        assert PASSWORD not in repr(sources)
        return load(self.stores, sources, zone="UTC", currency="EUR", clock=self.clock)


@pytest.fixture
def shop(postgres: PostgresServer, tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path, ORDERS)
    made.server, made.database = postgres, postgres.new_database()
    made.url = postgres.url(made.database)
    made.sql("CREATE SCHEMA sales", TABLE)
    yield made
    postgres.drop(made.database)


def test_every_type_comes_as_it_is(shop: Shop) -> None:
    shop.sql(
        "INSERT INTO sales.orders VALUES (1, '2026-01-01 10:00:00.123456', '2026-01-01 10:00:00+05:30',"
        " 'ü@mail.example', 12345678901.005, true, '2026-02-03', '{\"a\": [1, null]}', ARRAY['x', 'y'], '\\xff00',"
        " '12345678-1234-5678-1234-567812345678', 0.1),"
        " (2, '2026-05-01 10:00', NULL, 'b@mail.example', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)"
    )
    assert shop.load().events == 2
    names = ("updated_at", "paid", "day", "more", "tags", "photo", "who", "share")
    listed = ", ".join(f'CAST("properties.{name}" AS VARCHAR)' for name in names)
    (first, second) = shop.column(f"[CAST(time AS VARCHAR), CAST(value AS VARCHAR), {listed}]", "time")
    assert first == [
        "2025-12-31 23:00:00.123456", "1234567890101", "2026-01-01 04:30:00", "true", "2026-02-02 13:00:00",
        '{"a": [1, null]}', '["x", "y"]', "\\xff00", "12345678-1234-5678-1234-567812345678", "0.1",
    ]  # fmt: skip
    assert second == ["2026-05-01 00:00:00", *[None] * 9]


def test_what_came_and_what_changed_since_is_found_and_nothing_twice(shop: Shop) -> None:
    shop.sql(
        "INSERT INTO sales.orders (id, ordered_at, updated_at, email, total) SELECT n, '2026-01-01 10:00',"
        " '2026-01-01 10:00+00'::timestamptz + n * interval '1 minute', 'c' || n || '@mail.example', n"
        " FROM generate_series(1, 2500) n"
    )
    assert shop.load().events == 2_500
    shop.order(3_000, "2026-01-04 00:00+00")
    shop.order(3_001, "2026-01-03 15:40+12")  # the instant of the last one, in another zone
    shop.order(3_002, "2026-01-02 16:40+00")  # committed eleven hours late: beyond the overlap
    shop.sql("UPDATE sales.orders SET total = 7, updated_at = '2026-01-05' WHERE id = 5")
    summary = shop.load().sources[0]
    assert (summary.events, summary.corrected) == (3, 1)
    shop.say(ORDERS.replace("cursor: updated_at", "cursor: updated_at\n    cursor_overlap: 4 days"))
    assert shop.load().events == 1
    assert shop.load().events == 0
    assert shop.ask("SELECT count(*), count(DISTINCT key) FROM events") == [(2_503, 2_503)]


def test_it_is_one_transaction_that_may_not_write(shop: Shop) -> None:
    shop.sql(
        "CREATE FUNCTION spoil() RETURNS text LANGUAGE sql AS"
        " $$ DELETE FROM sales.orders; SELECT 'x'::text $$"
    )
    shop.order(1, "2026-01-01")
    shop.say(ORDERS.replace("table: sales.orders", 'query: "SELECT *, spoil() AS s FROM sales.orders"'))
    with pytest.raises(LoadFailed, match="read-only") as failed:
        shop.load()
    assert "A source only reads" in str(failed.value)
    shop.say(ORDERS)
    assert shop.load().events == 1


def test_a_query_with_its_own_signs(shop: Shop) -> None:
    shop.order(1, "2026-01-01")
    query = "SELECT id, ordered_at, updated_at, email, total::text AS total, '10%' AS p, ':x' AS x FROM sales.orders;"
    shop.say(ORDERS.replace("table: sales.orders", f'query: "{query}"'))
    assert shop.load().events == 1
    shop.order(2, "2026-01-02")
    assert shop.load().events == 1
    assert shop.column('["properties.p", "properties.x"]') == [["10%", ":x"]] * 2


def test_wrong_names_are_said_with_the_nearest(shop: Shop) -> None:
    for old, new, said in (
        ("sales.orders", "sales.order", 'no table "sales.order"'),
        ("sales.orders", "sale.orders", 'no table "sale.orders"'),
        ("cursor: updated_at", "cursor: update_at", 'Did you mean "updated_at"?'),
        ("cursor: updated_at", "cursor: paid", "cannot be the cursor"),
    ):
        shop.order(hash(new) % 1_000_000, "2026-01-01")
        shop.sql("UPDATE sales.orders SET paid = true")
        shop.say(ORDERS.replace(old, new))
        with pytest.raises(LoadFailed) as failed:
            shop.load()
        assert said in str(failed.value)


def test_a_password_is_in_no_message(shop: Shop, capfd: pytest.CaptureFixture[str]) -> None:
    quoted = PASSWORD.replace("'", "''")
    reader = f"reader_{shop.database}"
    shop.sql(f"CREATE ROLE {reader} LOGIN PASSWORD '{quoted}'")
    good = shop.server.url(shop.database, reader, PASSWORD)
    for url, said in (
        (good, "permission denied"),
        (good.replace(shop.database + "?", "nowhere?"), "nowhere"),
        (good.replace("?host=", "?host=/nowhere"), "communication error"),
        (f"postgresql://{reader}:{PASSWORD}@/x", "no URL"),
        (f"postgresql://{reader}:very-secret@localhost:1/x", "cannot be reached"),
        (good.replace("postgresql:", "postgresq:"), 'Did you mean "postgresql"?'),
    ):
        shop.url = url
        with pytest.raises(LoadFailed) as failed:
            shop.load()
        text = str(failed.value) + str(failed.value.as_dict()) + repr(failed.value.__cause__)
        assert said in text, text
        for secret in (PASSWORD, "very-secret", good.split(":")[2].split("@")[0]):
            assert secret not in text
    shop.sql(f"GRANT USAGE ON SCHEMA sales TO {reader}", f"GRANT SELECT ON sales.orders TO {reader}")
    shop.url = good
    shop.load()
    everything = b"".join(path.read_bytes() for path in shop.stores.rglob("*") if path.is_file())
    assert PASSWORD.encode() not in everything
    assert PASSWORD not in "".join(capfd.readouterr())
    shop.sql(f"DROP OWNED BY {reader}", f"DROP ROLE {reader}")
