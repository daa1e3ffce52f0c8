"""From a PostgreSQL server to a map by the command line: loaded, grown, corrected, killed in the middle, again."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands import JOURNEY, cli, command, process
from tests.databases import PostgresServer, postgres_server

SOURCES = """
sources:
  visits:
    database: ${SHOP_DATABASE}
    table: visits
    cursor: id
    event: {column: event}
    time: at
    identifiers: {anonymous_id: device, email: email}
    channel: web
    complete_until: 2024-12-31
  orders:
    database: ${SHOP_DATABASE}
    query: "SELECT id, paid_at, changed_at, email, total FROM orders WHERE paid_at IS NOT NULL"
    cursor: changed_at
    key: id
    event: Order Completed
    time: paid_at
    identifiers: {email: email}
    value: total
    complete_until: 2024-12-31
"""
TABLES = (
    "CREATE TABLE visits (id SERIAL PRIMARY KEY, event TEXT, at TIMESTAMPTZ, device TEXT, email TEXT)",
    "CREATE TABLE orders"
    " (id INT PRIMARY KEY, paid_at TIMESTAMP, changed_at TIMESTAMPTZ, email TEXT, total NUMERIC(9,2))",
)
FIRST = (
    "INSERT INTO visits (event, at, device, email) SELECT unnest(ARRAY['Ad Clicked', 'Product Viewed', 'Cart Viewed']),"
    " '2024-01-01'::timestamptz + n * interval '1 hour', 'd' || n, 'c' || n || '@mail.example'"
    " FROM generate_series(1, 3000) n",
    "INSERT INTO orders SELECT n, '2024-01-01'::timestamp + n * interval '1 hour 5 minutes',"
    " '2024-06-01'::timestamptz + n * interval '1 second', 'c' || n || '@mail.example', n % 90 + 0.5"
    " FROM generate_series(1, 3000, 3) n",
)
LATER = (
    "INSERT INTO visits (event, at, device, email) SELECT 'Product Viewed', '2024-09-01', 'd' || n, NULL"
    " FROM generate_series(1, 2000) n",
    "UPDATE orders SET total = total + 1, changed_at = '2024-07-01' WHERE id % 2 = 0",
    "INSERT INTO orders SELECT n, '2024-09-02', '2024-07-01', 'c' || n || '@mail.example', 7"
    " FROM generate_series(4001, 4100) n",
)


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[PostgresServer]:
    base = tmp_path_factory.getbasetemp()
    with postgres_server(base if worker_id == "master" else base.parent) as server:
        yield server


@pytest.fixture
def shop(postgres: PostgresServer) -> Iterator[tuple[PostgresServer, str]]:
    name = postgres.new_database()
    postgres.run(*TABLES, *FIRST, database=name)
    yield postgres, name
    postgres.drop(name)


def workspace(folder: Path) -> Path:
    folder.mkdir()
    (folder / "journey.yaml").write_text(JOURNEY, "utf-8")
    (folder / "sources.yaml").write_text(SOURCES, "utf-8")
    return folder


def answers(folder: Path) -> tuple[str, object]:
    """The stages, and each member of one of their counts."""
    members = cli("stages", folder, "--members", "decision:succeeded", "--json")
    return cli("stages", folder).out, sorted(members.json["members"])


@pytest.mark.slow
def test_a_load_that_is_killed_in_the_middle_and_run_again_equals_an_undisturbed_one(
    shop: tuple[PostgresServer, str], tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, name = shop
    monkeypatch.setenv("SHOP_DATABASE", server.url(name))
    calm, shaken = workspace(tmp_path / "calm"), workspace(tmp_path / "shaken")
    chance = random.Random(seed)

    def load_calmly() -> tuple[int, float]:
        began = time.monotonic()
        done = process("load", calm, "--json")
        assert done.code == 0, done
        return done.json["events"], time.monotonic() - began

    def load_shaken(took: float) -> None:
        for _ in range(3):
            child = subprocess.Popen(command("load", shaken, "-q"), stdout=subprocess.DEVNULL)
            time.sleep(took * chance.uniform(0.3, 1.0))
            child.send_signal(signal.SIGKILL)
            assert child.wait() in (0, -signal.SIGKILL)
        assert cli("load", shaken, "-q").code == 0

    first, took = load_calmly()
    assert first == 9_000 + 1_000
    load_shaken(took)
    assert answers(shaken) == answers(calm)
    server.run(*LATER, database=name)
    second, took = load_calmly()
    assert second == 2_000 + 500 + 100
    load_shaken(took)
    assert answers(shaken) == answers(calm)
    assert cli("load", shaken, "--json").json["events"] == 0
    assert cli("map", shaken, "-o", tmp_path / "map.md").code == 0
    inside = b"".join(path.read_bytes() for path in shaken.rglob("*") if path.is_file())
    assert os.fsencode(server.host) not in inside


def test_a_database_that_is_not_there_stops_only_its_sources(
    shop: tuple[PostgresServer, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, name = shop
    folder = workspace(tmp_path / "shop")
    monkeypatch.setenv("SHOP_DATABASE", server.url(name))
    sources = folder / "sources.yaml"
    sources.write_text(SOURCES.replace("${SHOP_DATABASE}", "${OTHER}", 1), "utf-8")
    monkeypatch.setenv("OTHER", "postgresql://reader:s3cret@127.0.0.1:1/shop")
    ran = cli("load", folder, "-q")
    assert (ran.code, "1,000" in ran.out) == (1, True)
    assert 'source "visits": the database at 127.0.0.1, port 1, cannot be reached' in ran.err
    assert "s3cret" not in ran.out + ran.err
    monkeypatch.delenv("OTHER")
    ran = cli("load", folder)
    assert ran.code == 3
    assert "sources.yaml:4: ${OTHER} is not set in the environment" in ran.err
    assert "postgresql://" in ran.err, "how to set it"
