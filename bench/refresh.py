"""What does a load cost that touches few customers, beside placing everybody again?

    .venv/bin/python bench/refresh.py [MILLIONS_OF_EVENTS] [CUSTOMERS_TOUCHED]        (5 and 30 unless said)

Events of people with three browsers, an e-mail address and orders each, about 16 an identifiable person, as Parquet
in a fresh workspace. Each measurement is a process of its own: everybody placed again, a file of new events of a few
customers loaded, and a changed lapse. Prints seconds on the clock and of a core, the peak of memory (everything in
RAM, mapped files included), and how many customers and events were read.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

JOURNEY = """
journey: Big
time_zone: UTC
currency: EUR
stages:
  awareness:     {enter: "event = 'Ad Clicked'", lapse_after: 30 days}
  consideration: {enter: "event = 'Product Viewed'", lapse_after: 60 days}
  decision:      {enter: "event = 'Cart Viewed'", goal: "event = 'Order Completed'", lapse_after: 14 days}
  retention:     {enter: "event = 'Order Completed'", goal: repeat, lapse_after: 180 days}
touchpoints:
  ad:   {stage: awareness, channel: ads, when: "event = 'Ad Clicked'"}
  page: {stage: consideration, when: "event = 'Product Viewed'"}
promises:
  sent: {from: "event = 'Order Completed'", to: "event = 'Order Sent'", within: 2 days}
"""
SOURCES = """
sources:
  events:
    files: events-*.parquet
    event: {column: event}
    time: time
    identifiers: {anonymous_id: device, email: email, order_id: order_id}
    channel: {column: channel}
    value: total
"""
# luck: 0 … 99; each ten of it is one kind of event, 60 … 79 are orders and parcels.
EVENTS = """
WITH r AS (
    SELECT n, hash(n) % {people} AS who, hash(n, 1) % 3 AS browser, CAST(hash(n, 2) % 100 AS INTEGER) AS luck,
           hash(n, 3) % 31536000 AS second, CAST(hash(n, 4) % 4 AS INTEGER) AS channel
    FROM range({events}) t(n))
SELECT ['Ad Clicked', 'Page Viewed', 'Product Viewed', 'Product Viewed', 'Page Viewed', 'Cart Viewed',
        'Order Completed', 'Order Sent', 'Page Viewed', 'Page Viewed'][1 + luck // 10] AS event,
       TIMESTAMP '2024-01-01' + to_seconds(CAST(second AS BIGINT)) AS time, 'd' || who || '-' || browser AS device,
       CASE WHEN luck % 10 < 2 OR luck BETWEEN 60 AND 79 THEN 'p' || who || '@mail.example' END AS email,
       CASE WHEN luck BETWEEN 60 AND 79 THEN 'o' || who || '-' || n % 7 END AS order_id,
       ['ads', 'web', 'app', 'email'][1 + channel] AS channel, CASE WHEN luck BETWEEN 60 AND 69 THEN 20.5 END AS total
FROM r"""
FEW = """
SELECT 'Product Viewed' AS event, TIMESTAMP '2025-01-05 10:00:00' AS time, 'd' || who || '-0' AS device,
       NULL::VARCHAR AS email, NULL::VARCHAR AS order_id, 'web' AS channel, NULL::DOUBLE AS total
FROM range({touched}) t(who)"""


def measured(folder: Path, what: str) -> dict[str, float]:
    """Do one thing in a process of its own; what it took."""
    done = subprocess.run(
        [sys.executable, __file__, "--do", str(folder), what], capture_output=True, text=True, check=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def do(folder: str, what: str) -> None:
    """One measurement: the work of placing only, and the whole process."""
    from desirepath.app.workspace import Workspace

    workspace = Workspace.open(folder)
    began, cpu = time.perf_counter(), time.process_time()
    placed = workspace.load().placed[0] if what == "load" else workspace.refresh(force=what == "everybody")
    used = resource.getrusage(resource.RUSAGE_SELF)
    told = {
        "seconds": time.perf_counter() - began,
        "cpu": time.process_time() - cpu,
        "peak": used.ru_maxrss * (1 if platform.system() == "Darwin" else 1024),
        "customers": placed.customers_read if placed else 0,
        "events": placed.events_read if placed else 0,
    }
    print(json.dumps(told))


def main() -> None:
    millions = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    touched = int(sys.argv[2]) if len(sys.argv) > 2 else 30
    events = round(millions * 1e6)
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {platform.platform()}"
    )
    print(f"Python {platform.python_version()}, DuckDB {duckdb.__version__}; {events:,} events\n")
    print(f"{'':38}{'seconds':>9}{'of a core':>11}{'peak, MB':>10}{'customers':>11}{'events read':>13}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "journey.yaml").write_text(JOURNEY, "utf-8")
        (folder / "sources.yaml").write_text(SOURCES, "utf-8")

        def show(title: str, what: str) -> None:
            told = measured(folder, what)
            print(f"{title:38}{told['seconds']:>9.1f}{told['cpu']:>11.1f}{told['peak'] / 1e6:>10,.0f}"
                  f"{told['customers']:>11,.0f}{told['events']:>13,.0f}", flush=True)  # fmt: skip

        with duckdb.connect() as made:
            made.execute(f"COPY ({EVENTS.format(people=events // 20, events=events)})"
                         f" TO '{folder / 'events-1.parquet'}' (FORMAT parquet)")  # fmt: skip
        show("first load", "load")
        show("everybody placed again", "everybody")
        with duckdb.connect() as made:
            made.execute(
                f"COPY ({FEW.format(touched=touched)}) TO '{folder / 'events-2.parquet'}' (FORMAT parquet)"
            )
        show(f"a file of {touched} customers loaded, placed", "load")
        journey = folder / "journey.yaml"
        journey.write_text(journey.read_text("utf-8").replace("30 days", "31 days"), "utf-8")
        show("a lapse changed, everybody placed", "changed")


if __name__ == "__main__":
    do(*sys.argv[2:]) if sys.argv[1:2] == ["--do"] else main()
