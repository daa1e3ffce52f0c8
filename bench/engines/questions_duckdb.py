"""DuckDB asked the questions of questions.py: over a table in memory that lies sorted by customer, time and arrival.

python questions_duckdb.py memory|file FOLDER_OF_PARQUET FOLDER_TO_WORK_IN RUNS

The rows lie in order, so windows without PARTITION and ORDER run over them as they come, several times quicker than
windows that sort, and rowid is a customer's order of events. Where two ways are given, the quicker counts.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
from questions import (
    AFTER,
    CHANNELS,
    CONSIDERATION,
    DIGITS,
    ENTRY,
    EVIDENCE,
    LANDMARK,
    LONG,
    LOST,
    MONDAY,
    ORDER,
    SESSION,
    STAGES,
    START,
    STEPS,
    TOP,
    WEEK,
    WEEKS,
    WINDOW,
    WON,
    ask,
    of_credit,
    of_paths,
    of_transitions,
    of_weeks,
    said,
)
from worker import Report

FAR = 1 << 46  # µs, more than lies between any two events
Connection = duckdb.DuckDBPyConnection


# ---- funnel -----------------------------------------------------------------------------------------


def levels(steps: str) -> str:
    """Grain: channel. e0 … e4 hold who came to each step."""
    every = " UNION ALL ".join(f"SELECT channel, {k} AS level FROM e{k}" for k in range(STAGES))
    counts = ", ".join(f"count(*) FILTER (level = {k})" for k in range(STAGES))
    return f"WITH {steps} SELECT channel, {counts} FROM ({every}) GROUP BY channel ORDER BY channel"


def funnel() -> list[str]:
    """Step by step: the next one joined as of the last; the earliest of all that may follow."""
    of = f"SELECT customer, ts, rowid AS r, channel FROM trails WHERE evidence & {EVIDENCE} ="
    entry = (
        "e0 AS (SELECT customer, min(r) AS r, min(ts) AS entered, arg_min(channel, r) AS channel "
        f"FROM ({of} {ENTRY}) GROUP BY customer)"
    )
    next_one, earliest = [entry], [entry]
    for k in range(1, STAGES):
        next_one.append(
            f"e{k} AS (SELECT e.customer, s.r, entered, e.channel FROM e{k - 1} e ASOF JOIN ({of} {1 << k}) s "
            f"ON e.customer = s.customer AND e.r < s.r WHERE s.ts <= entered + {WINDOW})"
        )
        earliest.append(
            f"e{k} AS (SELECT e.customer, min(s.r) AS r, any_value(entered) AS entered, "
            f"any_value(e.channel) AS channel FROM ({of} {1 << k}) s JOIN e{k - 1} e ON e.customer = s.customer "
            f"WHERE s.r > e.r AND s.ts <= entered + {WINDOW} GROUP BY e.customer)"
        )
    return [levels(", ".join(next_one)), levels(", ".join(earliest))]


def best_funnel() -> list[str]:
    """Of all attempts that reached a step the one that began last is carried from row to row; joined as of the last.

    For the first all customers are put one after the other on one line of time, which is wider than 64 bits.
    """
    line = f"customer::HUGEINT * {FAR} + (ts - (SELECT min(ts) FROM trails))"
    carried = [
        f"c0 AS (SELECT *, max(CASE WHEN bit = {ENTRY} THEN line END) OVER (ROWS UNBOUNDED PRECEDING) AS s0 FROM "
        f"(SELECT customer, {line} AS line, evidence & {EVIDENCE} AS bit FROM trails WHERE evidence & {EVIDENCE} <> 0))"
    ]
    for k in range(1, STAGES):
        hit = f"bit = {1 << k} AND line - s{k - 1} <= {WINDOW}"
        carried.append(
            f"c{k} AS (SELECT *, max(CASE WHEN {hit} THEN s{k - 1} END) OVER (ROWS UNBOUNDED PRECEDING) AS s{k} "
            f"FROM c{k - 1})"
        )
    reached = " ".join(
        f"WHEN bit = {1 << k} AND line - s{k - 1} <= {WINDOW} THEN {k}" for k in range(STAGES - 1, 0, -1)
    )
    last = f"SELECT max(CASE {reached} WHEN bit = {ENTRY} THEN 0 END) AS level FROM c{STAGES - 1} GROUP BY customer"
    counts = ", ".join(f"count(*) FILTER (level >= {k})" for k in range(STAGES))
    of = f"SELECT customer, ts, rowid AS r FROM trails WHERE evidence & {EVIDENCE} ="
    joined = [f"e0 AS (SELECT customer, r, ts AS begun FROM ({of} {ENTRY}))"]
    for k in range(1, STAGES):
        joined.append(
            f"e{k} AS (SELECT s.customer, s.r, e.begun FROM ({of} {1 << k}) s ASOF JOIN e{k - 1} e "
            f"ON s.customer = e.customer AND s.r > e.r WHERE s.ts - e.begun <= {WINDOW})"
        )
    came = ", ".join(f"(SELECT count(DISTINCT customer) FROM e{k})" for k in range(STAGES))
    return [
        f"WITH {', '.join(carried)} SELECT {counts} FROM ({last})",
        f"WITH {', '.join(joined)} SELECT {came}",
    ]


# ---- paths, transitions -----------------------------------------------------------------------------


def paths(gap: int) -> list[str]:
    """Each session's first row looks ahead over its next ones."""
    rows = (
        "a AS (SELECT touchpoint, lag(touchpoint) OVER () AS before, coalesce(customer <> lag(customer) OVER () "
        f"OR ts - lag(ts) OVER () > {gap}, true) AS new FROM trails), "
        "b AS (SELECT (touchpoint + 1)::BIGINT AS digit, new FROM a WHERE new OR touchpoint <> before)"
    )
    ahead = ", ".join(
        f"coalesce(lead(new, {k}) OVER (), true) AS new{k}, lead(digit, {k}) OVER () AS digit{k}"
        for k in range(1, STEPS + 1)
    )
    number = f"CASE WHEN new{STEPS} THEN 0::BIGINT ELSE 1 END"
    for k in range(STEPS - 1, 0, -1):
        number = f"CASE WHEN new{k} THEN 0::BIGINT ELSE digit{k} * {DIGITS[k]} + {number} END"
    return [
        f"WITH {rows}, c AS (SELECT new, digit, {ahead} FROM b), "
        f"d AS (SELECT digit * {DIGITS[0]} + {number} AS path FROM c WHERE new) "
        "SELECT path, count(*) AS n, count(*) OVER (), sum(count(*)) OVER () FROM d GROUP BY path "
        f"ORDER BY n DESC, path LIMIT {TOP}"
    ]


TRANSITIONS = (
    "SELECT f, t, count(*), quantile_disc(wait, 0.5) FROM (SELECT touchpoint AS t, ts - lag(ts) OVER () AS wait, "
    "CASE WHEN customer = lag(customer) OVER () THEN lag(touchpoint) OVER () END AS f FROM trails) "
    "WHERE f IS NOT NULL GROUP BY f, t ORDER BY f, t"
)


# ---- attribution ------------------------------------------------------------------------------------

# A customer's touches are the rows before their first order; those who never order have no `ordered`.
ORDERS = f"SELECT customer, min(rowid) AS ordered FROM trails WHERE evidence & {EVIDENCE} = {ORDER} GROUP BY customer"
RULES = (
    f"WITH orders AS ({ORDERS}), spans AS (SELECT count(*) AS n, min(t.rowid) AS a, max(t.rowid) AS z, "
    + ", ".join(f"count(*) FILTER (channel = {c}) AS n{c}" for c in range(CHANNELS))
    + " FROM trails t JOIN orders USING (customer) WHERE t.rowid < ordered GROUP BY customer), "
    "journeys AS (SELECT s.*, f.channel AS first, l.channel AS last FROM spans s "
    "JOIN trails f ON f.rowid = a JOIN trails l ON l.rowid = z) "
    + " UNION ALL ".join(
        f"SELECT {c}, count(*) FILTER (first = {c}), count(*) FILTER (last = {c}), sum(n{c} / n), "
        f"sum(CASE WHEN n = 1 THEN n{c} WHEN n = 2 THEN n{c} / 2 ELSE 0.4 * ((first = {c})::INT + (last = {c})::INT) "
        f"+ 0.2 * (n{c} - (first = {c})::INT - (last = {c})::INT) / (n - 2) END) FROM journeys"
        for c in range(CHANNELS)
    )
    + " ORDER BY 1"
)
# A row is a step from the row before it, a customer's first one from the start. Last: how many are the last, no order.
LINKS = (
    "WITH a AS (SELECT customer, channel, won, customer IS DISTINCT FROM lag(customer) OVER () AS first, "
    "customer IS DISTINCT FROM lead(customer) OVER () AS last, lag(channel) OVER () AS before, "
    "max(CASE WHEN won THEN customer END) OVER (ROWS UNBOUNDED PRECEDING) AS bought FROM "
    f"(SELECT customer, channel, evidence & {EVIDENCE} = {ORDER} AS won FROM trails)), "
    "b AS (SELECT *, lag(bought) OVER () IS DISTINCT FROM customer AS open FROM a) "
    f"SELECT CASE WHEN first THEN {START} ELSE before END AS f, CASE WHEN won THEN {WON} ELSE channel END AS t, "
    "count(*), count(*) FILTER (last AND NOT won) FROM b WHERE open AND NOT (won AND first) GROUP BY ALL"
)


def attribution(connection: Connection) -> object:
    links = np.zeros((CHANNELS + 1, CHANNELS + 2), np.int64)
    for source, target, n, lost in connection.execute(LINKS).fetchall():
        links[source, target] = n
        if target != WON:
            links[target, LOST] += lost
    rules = [row[1:] for row in connection.execute(RULES).fetchall()]
    return of_credit(list(zip(*rules, strict=True)), links)


# ---- retention, friction ----------------------------------------------------------------------------


def retention() -> list[str]:
    """The rows with which a customer's weeks begin; every customer's weeks made distinct."""
    week = f"(ts - {MONDAY}) // {WEEK}"
    begins = (
        f"WITH a AS (SELECT customer, {week} AS week, customer IS DISTINCT FROM lag(customer) OVER () AS first, "
        f"lag({week}) OVER () AS before FROM trails), "
        "b AS (SELECT week, first, customer FROM a WHERE first OR week <> before), "
        "c AS (SELECT week, max(CASE WHEN first THEN customer::BIGINT << 20 | week END) "
        "OVER (ROWS UNBOUNDED PRECEDING) & 1048575 AS cohort FROM b) "
        f"SELECT cohort, week - cohort AS later, count(*) FROM c WHERE later < {WEEKS} GROUP BY ALL"
    )
    distinct = (
        f"WITH f AS (SELECT customer, (min(ts) - {MONDAY}) // {WEEK} AS cohort FROM trails GROUP BY customer), "
        f"a AS (SELECT DISTINCT customer, cohort, {week} - cohort AS later FROM trails JOIN f USING (customer) "
        f"WHERE ts < (cohort + {WEEKS}) * {WEEK} + {MONDAY}) SELECT cohort, later, count(*) FROM a GROUP BY ALL"
    )
    return [begins, distinct]


FRICTION = (
    f"WITH p AS (SELECT customer, min(ts) FILTER (evidence & {EVIDENCE} = {CONSIDERATION}) AS t, "
    f"min(ts) FILTER (evidence & {EVIDENCE} = {ORDER}) AS ordered FROM trails "
    f"WHERE evidence & {CONSIDERATION | ORDER} <> 0 GROUP BY customer), "
    f"q AS (SELECT customer, t, coalesce(ordered <= t + {LANDMARK + AFTER}, false)::INT AS won FROM p "
    f"WHERE t + {LANDMARK + AFTER} <= (SELECT max(ts) FROM trails) AND (ordered IS NULL OR ordered > t + {LANDMARK})), "
    "m AS (SELECT DISTINCT customer, touchpoint, won FROM trails JOIN q USING (customer) "
    f"WHERE ts >= t AND ts <= t + {LANDMARK}) "
    "SELECT touchpoint, count(*), sum(won) FROM m GROUP BY touchpoint UNION ALL "
    "SELECT -1, count(*), coalesce(sum(won), 0) FROM q ORDER BY 1"
)
TIES = (
    "SELECT count(*) FROM (SELECT 1 FROM trails "
    f"WHERE evidence & {EVIDENCE} <> 0 GROUP BY customer, ts HAVING count(DISTINCT evidence & {EVIDENCE}) > 1)"
)


def asked(connection: Connection, sql: str, answer: Callable[[list[tuple[int, ...]]], object]) -> object:
    return answer(connection.execute(sql).fetchall())


def ways(connection: Connection) -> dict[str, list[Callable[[], object]]]:
    """Each question's ways."""

    def of(texts: list[str], answer: Callable[[list[tuple[int, ...]]], object]) -> list[Callable[[], object]]:
        return [partial(asked, connection, sql, answer) for sql in texts]

    def of_path(rows: list[tuple[int, ...]]) -> object:
        return of_paths([row[:2] for row in rows], *(rows[0][2:] if rows else (0, 0)))

    return {
        "funnel": of(funnel(), said),
        "best funnel": of(best_funnel(), said),
        "paths": of(paths(SESSION), of_path),
        "long paths": of(paths(LONG), of_path),
        "transitions": of([TRANSITIONS], of_transitions),
        "attribution": [partial(attribution, connection)],
        "retention": of(retention(), of_weeks),
        "friction": of([FRICTION], said),
    }


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
    connection.execute(
        f"CREATE TABLE trails AS SELECT {columns} FROM read_parquet('{data}/*.parquet') ORDER BY customer, ts, event"
    )
    report.notes["ties of steps"] = connection.execute(TIES).fetchall()[0][0]
    ask(report, ways(connection), runs)
    report.say()


if __name__ == "__main__":
    main()
