"""What does loading a CSV cost, against what DuckDB needs to read and store the same file?

    python bench/load.py [ROWS …] [--json]           (1,000,000 and 5,000,000 unless said)

A plausible export of web events is written once per size. `CREATE TABLE t AS SELECT * FROM read_csv(…)`, types
detected, into a file database is the yardstick; `load` is timed into a fresh workspace, then once more with the
same file grown by a hundredth, then unchanged. Runs alternate, so that a busy machine slows both; medians of 5.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from desirepath.app.load import load
from desirepath.collect.read_sources import read_sources

RUNS = 5
SOURCES = """
sources:
  web:
    files: web.csv
    time: ts
    event: {column: event}
    channel: {column: channel}
    identifiers: {anonymous_id: anonymous_id, user_id: user_id}
    value: amount
    properties: [url, device, utm_medium, position]
"""
# One row per event: 20 events a visitor, a third of them known, one order in ten events.
WRITE = """
COPY (
  SELECT 'e' || lpad(CAST(i AS VARCHAR), 10, '0') AS event_id,
    strftime(TIMESTAMP '2025-01-01' + INTERVAL (i * 3) SECOND, '%Y-%m-%dT%H:%M:%SZ') AS ts,
    (['Page Viewed', 'Product Viewed', 'Cart Viewed', 'Checkout Started', 'Order Completed', 'Email Opened'])
      [1 + CAST(hash(i) % 6 AS INTEGER)] AS event,
    'anon-' || lpad(to_hex(hash(i // 20) % 10000000), 8, '0') AS anonymous_id,
    CASE WHEN hash(i // 20, 1) % 10 < 3 THEN 'u' || (hash(i // 20) % 500000) END AS user_id,
    (['web', 'app', 'email', 'ads'])[1 + CAST(hash(i, 2) % 4 AS INTEGER)] AS channel,
    'https://shop.example/p/' || (hash(i, 3) % 5000) AS url,
    (['mobile', 'desktop', 'tablet'])[1 + CAST(hash(i, 4) % 3 AS INTEGER)] AS device,
    (['organic', 'cpc', 'newsletter', 'social'])[1 + CAST(hash(i, 5) % 4 AS INTEGER)] AS utm_medium,
    CASE WHEN hash(i, 6) % 10 = 0 THEN round((hash(i, 7) % 20000) / 100.0, 2) END AS amount,
    hash(i, 8) % 50 AS position, hash(i, 9) % 2 = 0 AS logged_in
  FROM range({first}, {last}) t(i)
) TO '{path}' (HEADER {header})"""


class Clock:
    """After the last event."""

    def now(self) -> datetime:
        return datetime(2027, 1, 1, tzinfo=UTC)


def write(path: Path, first: int, last: int) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            WRITE.format(first=first, last=last, path=path, header="true" if first == 0 else "false")
        )


def yardstick(path: Path, database: Path) -> None:
    database.unlink(missing_ok=True)
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"CREATE TABLE t AS SELECT * FROM read_csv('{path}')")


def timed(work: Callable[[], object]) -> float:
    os.sync()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def measure(rows: int, folder: Path) -> list[tuple[str, float, float]]:
    """(what, median seconds, times the yardstick)."""
    data = folder / "web.csv"
    write(data, 0, rows)
    more = folder / "more.csv"
    write(more, rows, rows + rows // 100)
    (folder / "sources.yaml").write_text(SOURCES, "utf-8")
    sources = read_sources(folder / "sources.yaml", {})
    stores = folder / "stores"
    whole = data.stat().st_size

    def run() -> None:
        load(stores, sources, zone="UTC", currency="EUR", clock=Clock())

    plain, fresh, grown, same = [], [], [], []
    for _ in range(RUNS):
        shutil.rmtree(stores, ignore_errors=True)
        plain.append(timed(lambda: yardstick(data, folder / "plain.duckdb")))
        fresh.append(timed(run))
        with data.open("ab") as file:
            file.write(more.read_bytes())
        grown.append(timed(run))
        same.append(timed(run))
        os.truncate(data, whole)
    base = statistics.median(plain)
    named = {
        "DuckDB: read and store": plain,
        "load": fresh,
        "load, grown by 1 %": grown,
        "load, unchanged": same,
    }
    return [
        (name, statistics.median(times), statistics.median(times) / base) for name, times in named.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", type=int, default=[1_000_000, 5_000_000])
    parser.add_argument("--json", action="store_true", help="one line for bench/run.py")
    asked = parser.parse_args()
    sizes = asked.rows
    if asked.json:
        with tempfile.TemporaryDirectory() as folder:
            seconds = {name: took for name, took, _ in measure(sizes[0], Path(folder))}
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps({"seconds": seconds, "core_seconds": {}, "peaks": {"load": peak}, "answers": {},
                          "versions": {"DuckDB": duckdb.__version__}, "notes": {}}))  # fmt: skip
        return
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}; Python {platform.python_version()}"
    )
    print(f"DuckDB {duckdb.__version__}; medians of {RUNS}\n")
    print(f"{'rows':>12}  {'':28}{'seconds':>9}{'ratio':>8}{'rows a second':>16}")
    for rows in sizes:
        with tempfile.TemporaryDirectory() as folder:
            for name, seconds, ratio in measure(rows, Path(folder)):
                print(
                    f"{rows:>12,}  {name:28}{seconds:>9.2f}{ratio:>8.2f}{rows / seconds:>16,.0f}", flush=True
                )


if __name__ == "__main__":
    main()
