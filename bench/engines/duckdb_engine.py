"""DuckDB: trails as a table sorted by customer, time and arrival; stages as aggregations over it.

python duckdb_engine.py memory|file FOLDER_OF_PARQUET FOLDER_TO_WORK_IN RUNS
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import duckdb
from worker import BY_CUSTOMER, LAPSE, NEVER_MET, QUANTILES, STAGES, Report, digest, stage_answer


def firsts() -> str:
    """m0 … m4: the first evidence of each stage, NEVER_MET where there is none."""
    return ", ".join(
        f"min(CASE WHEN evidence & 31 >= {1 << s} AND evidence & 31 < {2 << s} THEN ts ELSE {NEVER_MET} END) AS m{s}"
        for s in range(STAGES)
    )


def counted(grouped: str) -> str:
    """Grain: stage. All that is asked follows from those five instants of each group."""
    parts = []
    for s in range(STAGES):
        later = [f"m{i}" for i in range(s + 1, STAGES)]
        higher = f"least({', '.join(later)})" if later else f"{NEVER_MET}"
        visited = f"m{s} < {NEVER_MET} AND m{s} <= {higher}"
        waits = (
            f"quantile_cont({higher} - m{s}, {list(QUANTILES)}) FILTER ({visited} AND {higher} < {NEVER_MET})"
        )
        parts.append(
            f"SELECT {s} AS stage, count(*) FILTER ({visited}) AS visited, "
            f"count(*) FILTER ({visited} AND {higher} < {NEVER_MET}) AS advanced, {waits} AS waits FROM firsts"
        )
    return f"WITH firsts AS MATERIALIZED ({grouped}) " + " UNION ALL ".join(parts) + " ORDER BY stage"


def one_pass() -> list[str]:
    return [counted(f"SELECT {firsts()} FROM trails GROUP BY customer")]


def passes() -> list[str]:
    """Two ways: with a window over each customer, and with windows over the table as it lies."""
    acts = f"SELECT customer, ts, event, evidence FROM trails WHERE evidence & {BY_CUSTOMER} <> 0"
    by_customer = (
        f"WITH acts AS ({acts}), gaps AS (SELECT *, ts - lag(ts) OVER own > {LAPSE} AS new FROM acts "
        "WINDOW own AS (PARTITION BY customer ORDER BY ts, event)), "
        "numbered AS (SELECT *, count(*) FILTER (new) OVER (PARTITION BY customer ORDER BY ts, event "
        f"ROWS UNBOUNDED PRECEDING) AS pass FROM gaps) SELECT {firsts()} FROM numbered GROUP BY customer, pass"
    )
    as_it_lies = (
        f"WITH acts AS ({acts}), gaps AS (SELECT ts, evidence, coalesce(ts - lag(ts) OVER () > {LAPSE} "
        "OR customer <> lag(customer) OVER (), true)::BIGINT AS new FROM acts), "
        "numbered AS (SELECT ts, evidence, sum(new) OVER (ROWS UNBOUNDED PRECEDING)::BIGINT AS pass FROM gaps) "
        f"SELECT {firsts()} FROM numbered GROUP BY pass"
    )
    return [counted(by_customer), counted(as_it_lies)]


def ask(connection: duckdb.DuckDBPyConnection, sql: str) -> list[list[int]]:
    rows = connection.execute(sql).fetchall()
    return stage_answer([(*row[1:3], *(row[3] or [None] * len(QUANTILES))) for row in rows])


def main() -> None:
    kind, data, work, runs = sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])
    report = Report(versions={"DuckDB": duckdb.__version__})
    work.mkdir(parents=True, exist_ok=True)
    path = ":memory:" if kind == "memory" else str(work / "trails.duckdb")
    connection = duckdb.connect(path, config={"temp_directory": str(work / "temp")})
    connection.execute(
        "SET max_temp_directory_size = '20GB'"
    )  # given while connecting it would not be kept to
    columns = "customer, ts, touchpoint, channel, evidence, value, event"
    read = f"SELECT {columns} FROM read_parquet('{data}/*.parquet')"
    connection.execute(f"{read} LIMIT 1000").fetchall()

    def build() -> None:
        connection.execute(f"CREATE TABLE trails AS {read} ORDER BY customer, ts, event")
        if kind == "file":
            connection.execute("CHECKPOINT")

    report.built(build, lambda _: connection.execute("DROP TABLE trails"))
    for name, ways in (("stages", one_pass()), ("passes", passes())):
        report.best_of(name, [partial(ask, connection, sql) for sql in ways], runs)
    batches = connection.sql("SELECT event FROM trails").to_arrow_reader(1_000_000)
    report.answers["trails"] = digest(batch.column(0).to_numpy().tobytes() for batch in batches)
    report.say()


if __name__ == "__main__":
    main()
