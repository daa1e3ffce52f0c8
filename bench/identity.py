"""How long does it take to say who is who among millions?

    .venv/bin/python bench/identity.py [MILLIONS_OF_EVENTS] [RUNS] [--json]

Events of people with a user id, an e-mail address, a phone, orders and three browsers each; most events carry
a browser alone. Prints the machine, the versions, and for each step the median of the runs: reading the
distinct combinations from the event store, resolving them, and writing who is who and whose each event is.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import duckdb
import numba
import numpy
import pyarrow

from desirepath.identity.components import components_of
from desirepath.identity.resolve import resolve
from desirepath.identity.rules import rules_for
from desirepath.store import identity_log
from desirepath.store.events_db import EventStore
from desirepath.store.identity_db import kinds_present, read_sightings, write_resolution

KINDS = ("user_id", "email", "phone", "order_id", "anonymous_id")


def fill(store: EventStore, events: int) -> None:
    """Events at random, half as many distinct combinations and as many identifiers as that."""
    for kind in KINDS:
        store.execute(f'ALTER TABLE event_log ADD COLUMN "id.{kind}" VARCHAR')
    store.execute("INSERT INTO sources (source, name, mapping, later_columns) VALUES (1, 'web', 'm', [])")
    store.execute(
        "INSERT INTO parts (part, source, name, mapping, digest, size, rows, loaded_at, load_no)"
        " VALUES (1, 1, 'web.csv', 'm', 'd', 1, 1, TIMESTAMP '2024-01-01', 1)"
    )
    people = events // 8
    store.execute(f"""
        INSERT INTO event_log (event_no, part, row, item, digest, time, date_only, known_at, event, "by",
                               {", ".join(f'"id.{kind}"' for kind in KINDS)})
        WITH r AS (
            SELECT n, hash(n) % {people} AS who, hash(n, 1) % 3 AS browser, hash(n, 2) % 100 AS luck
            FROM range({events}) t(n))
        SELECT n, 1, n, 0, 0, TIMESTAMP '2024-01-01' + to_seconds(CAST(hash(n, 3) % 31536000 AS BIGINT)), false,
               TIMESTAMP '2025-01-01', 'x', 'customer',
               CASE WHEN luck < 15 THEN 'u' || who END,
               CASE WHEN luck BETWEEN 10 AND 24 THEN 'Person' || who || '@Mail.com' END,
               CASE WHEN luck BETWEEN 20 AND 24 THEN '+61 4' || lpad(CAST(who AS VARCHAR), 8, '0') END,
               CASE WHEN luck BETWEEN 10 AND 29 THEN '#' || n END,
               CASE WHEN luck NOT BETWEEN 20 AND 22
                    THEN 'a-' || lpad(CAST(who * 3 + browser AS VARCHAR), 12, '0') || '-77' END
        FROM r""")


def run(store: EventStore, past: str) -> tuple[dict[str, tuple[float, float]], dict[str, int]]:
    clock, cpu = [time.perf_counter()], [time.process_time()]
    rules = rules_for(kinds_present(store), anonymous_past=past, phone_region="AU")  # type: ignore[arg-type]
    sightings = read_sightings(store, rules)
    clock.append(time.perf_counter())
    cpu.append(time.process_time())
    answer = resolve(sightings.table, rules)
    clock.append(time.perf_counter())
    cpu.append(time.process_time())
    now = int(datetime(2025, 1, 1, tzinfo=UTC).timestamp() * 1e6)
    with store.transaction():
        identity_log.prepare(store)
        write_resolution(store, sightings, answer, components_of(answer.coded), now)
        identity_log.record_changes(store, now)
    clock.append(time.perf_counter())
    cpu.append(time.process_time())
    steps = ("read", "resolve", "write and compare")
    took = {
        name: (after - before, cpu_after - cpu_before)
        for name, (before, after), (cpu_before, cpu_after) in zip(
            steps, pairwise(clock), pairwise(cpu), strict=True
        )
    }
    counts = {"sightings": sightings.table.num_rows, "identifiers": len(answer.identifiers),
              "links": len(answer.links), "customers": answer.customers}  # fmt: skip
    return took, counts


def machine() -> None:
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {platform.platform()}"
    )
    print(f"Python {platform.python_version()}, DuckDB {duckdb.__version__}, NumPy {numpy.__version__}, "
          f"Numba {numba.__version__}, Arrow {pyarrow.__version__}")  # fmt: skip


def show(
    past: str, millions: float, took: list[dict[str, tuple[float, float]]], counts: dict[str, int]
) -> None:
    listed = ", ".join(f"{n:,} {name}" for name, n in counts.items())
    print(f"\n{past}: {millions:g} M events, {listed}")
    print(f"  {'':20} {'seconds':>9} {'of a core':>9}")
    for step in took[0]:
        wall, cpu = (statistics.median(one[step][i] for one in took) for i in (0, 1))
        print(f"  {step:20} {wall:9.2f} {cpu:9.2f}")
    wall, cpu = together(took)
    print(f"  {'together':20} {wall:9.2f} {cpu:9.2f}")


def together(took: list[dict[str, tuple[float, float]]]) -> tuple[float, float]:
    """Medians of the seconds of all steps: on the clock, and of a core."""
    wall, cpu = (statistics.median(sum(pair[i] for pair in one.values()) for one in took) for i in (0, 1))
    return wall, cpu


def main() -> None:
    numbers = [arg for arg in sys.argv[1:] if arg != "--json"]
    millions = float(numbers[0]) if numbers else 10.0
    runs = int(numbers[1]) if len(numbers) > 1 else 3
    tell = "--json" not in sys.argv
    if tell:
        machine()
    with (
        tempfile.TemporaryDirectory() as folder,
        EventStore.open(Path(folder) / "e.duckdb", write=True) as store,
    ):
        fill(store, round(millions * 1e6))
        run(store, "graph")  # compiles the kernels
        for past in ("graph", "last_known", "device_split") if tell else ("graph",):
            took = []
            for _ in range(runs):
                one, counts = run(store, past)
                took.append(one)
            if tell:
                show(past, millions, took, counts)
            else:
                wall, cpu = together(took)
                said = {"seconds": {"identity": wall}, "core_seconds": {"identity": cpu}, "notes": counts}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if tell:
        print(f"\npeak memory {peak / 1e6:.1f} GB")
    else:
        versions = {"DuckDB": duckdb.__version__, "Numba": numba.__version__}
        print(json.dumps(said | {"peaks": {"identity": peak * 1024}, "answers": {}, "versions": versions}))


if __name__ == "__main__":
    main()
