"""chDB, which is ClickHouse in the process: trails as a MergeTree sorted by customer, time and arrival.

python chdb_engine.py file FOLDER_OF_PARQUET FOLDER_TO_WORK_IN RUNS
"""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path

import chdb
from chdb.session import Session
from worker import BY_CUSTOMER, LAPSE, NEVER_MET, QUANTILES, STAGES, Report, digest, stage_answer

SCHEMA = "customer Int32, ts Int64, touchpoint Int16, channel Int16, evidence Int64, value Int64, event Int64"
COLUMNS = "customer, ts, touchpoint, channel, evidence, value, event"


SHOWN = (
    "multiIf("
    + ", ".join(f"bitAnd(evidence, 31) >= {1 << s}, {s}" for s in reversed(range(STAGES)))
    + ", -1)"
)


def counted(inner: str, by: str, in_order: int) -> str:
    """Grain: one row with two arrays a stage: all that is asked follows from five instants of each group."""
    firsts = ", ".join(
        f"minIf(ts, s = {s}) AS e{s}, if(countIf(s = {s}) = 0, {NEVER_MET}, e{s}) AS m{s}"
        for s in range(STAGES)
    )
    parts = []
    for s in range(STAGES):
        later = [f"m{i}" for i in range(s + 1, STAGES)]
        higher = (
            f"least({', '.join(later)})"
            if len(later) > 1
            else (later[0] if later else f"toInt64({NEVER_MET})")
        )
        visited = f"(m{s} < {NEVER_MET} AND m{s} <= {higher})"
        on = f"{visited} AND {higher} < {NEVER_MET}"
        parts.append(
            f"[toFloat64(countIf({visited})), toFloat64(countIf({on}))], "
            f"quantilesExactInclusiveIf({', '.join(map(str, QUANTILES))})({higher} - m{s}, {on})"
        )
    return (
        f"SELECT {', '.join(parts)} FROM (SELECT {firsts} FROM ({inner}) GROUP BY {by}) "
        f"SETTINGS optimize_aggregation_in_order = {in_order} FORMAT JSONCompact"
    )


def one_pass() -> list[str]:
    """Two ways: customers hashed, and customers as they lie."""
    return [counted(f"SELECT customer, ts, {SHOWN} AS s FROM trails", "customer", i) for i in (0, 1)]


def passes() -> list[str]:
    gaps = (
        f"SELECT customer, ts, event, {SHOWN} AS s, ts - lagInFrame(ts, 1, ts) OVER (PARTITION BY customer "
        "ORDER BY ts, event ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) > "
        f"{LAPSE} AS new FROM trails WHERE bitAnd(evidence, {BY_CUSTOMER}) != 0"
    )
    numbered = (
        "SELECT customer, ts, s, sum(new) OVER (PARTITION BY customer ORDER BY ts, event "
        f"ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS pass FROM ({gaps})"
    )
    return [counted(numbered, "customer, pass", 0)]


def ask(session: Session, sql: str) -> list[list[int]]:
    row = json.loads(bytes(session.query(sql).bytes()))["data"][0]
    rows = []
    for s in range(STAGES):
        counts, waits = row[2 * s], row[2 * s + 1]
        rows.append((*counts, *(waits if counts[1] else [None] * len(QUANTILES))))
    return stage_answer(rows)


def main() -> None:
    data, work, runs = sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])
    report = Report(versions={"chDB": chdb.__version__, "ClickHouse": chdb.engine_version})
    session = Session(str(work / "chdb"))
    session.query("CREATE DATABASE IF NOT EXISTS bench")
    session.query("USE bench")
    read = f"SELECT {COLUMNS} FROM file('{data}/*.parquet', Parquet, '{SCHEMA}')"
    session.query(f"{read} LIMIT 1000 FORMAT Null")
    order = "ENGINE = MergeTree ORDER BY (customer, ts, event)"

    def build() -> None:
        session.query(f"CREATE TABLE trails ({SCHEMA}) {order}")
        session.query(f"INSERT INTO trails {read} SETTINGS min_insert_block_size_rows = 4000000, "
                      "min_insert_block_size_bytes = 0, max_insert_threads = 2")  # fmt: skip

    report.built(build, lambda _: session.query("DROP TABLE trails SYNC"))
    for name, ways in (("stages", one_pass()), ("passes", passes())):
        report.best_of(name, [partial(ask, session, sql) for sql in ways], runs)
    highest = int(bytes(session.query("SELECT max(customer) FROM trails FORMAT TSV").bytes()))
    step = highest // 10 + 1
    report.answers["trails"] = digest(
        bytes(session.query(f"SELECT event FROM trails WHERE customer >= {low} AND customer < {low + step} "
                            "ORDER BY customer, ts, event FORMAT RowBinary").bytes())
        for low in range(0, highest + 1, step)
    )  # fmt: skip
    report.say()


if __name__ == "__main__":
    main()
