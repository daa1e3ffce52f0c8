"""chDB, which is ClickHouse in the process, asked the questions of questions.py: a MergeTree in the order of events.

python questions_chdb.py file FOLDER_OF_PARQUET FOLDER_TO_WORK_IN RUNS

A customer's events as arrays, in the order in which they lie, take the place of windows, several times quicker. Each
query is asked with and without aggregation in that order, and the quicker counts.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import chdb
import numpy as np
from chdb.session import Session
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

SCHEMA = "customer Int32, ts Int64, touchpoint Int16, channel Int16, evidence Int64, value Int64, event Int64"
COLUMNS = "customer, ts, touchpoint, channel, evidence, value, event"
NEVER = 2**63 - 1
BIT = f"bitAnd(evidence, {EVIDENCE})"
IN_ORDER = "(SELECT * FROM trails ORDER BY customer, ts, event)"  # as it lies: nothing is sorted
Rows = list[list[Any]]


# ---- funnel -----------------------------------------------------------------------------------------


def funnel() -> str:
    """The instants of each step as an array; windowFunnel itself cannot keep to the first entry."""
    instants = ", ".join(f"groupArrayIf(ts, {BIT} = {1 << k}) AS a{k}" for k in range(1, STAGES))
    inner = (
        f"SELECT minIf(ts, {BIT} = {ENTRY}) AS t0, countIf({BIT} = {ENTRY}) AS entries, "
        f"argMinIf(channel, (ts, event), {BIT} = {ENTRY}) AS first, {instants} "
        f"FROM trails WHERE {BIT} != 0 GROUP BY customer HAVING entries > 0"
    )
    steps = ", ".join(
        f"arrayMin(x -> if(x >= t{k - 1} AND x <= t0 + {WINDOW}, x, {NEVER}), arrayPushBack(a{k}, {NEVER})) AS t{k}"
        for k in range(1, STAGES)
    )
    counts = ", ".join(f"countIf(t{k} < {NEVER})" for k in range(1, STAGES))
    chained = f"SELECT first, t0, {steps} FROM ({inner})"
    return f"SELECT first, count(), {counts} FROM ({chained}) GROUP BY first ORDER BY first"


def best_funnel() -> str:
    steps = ", ".join(f"{BIT} = {1 << k}" for k in range(STAGES))
    counts = ", ".join(f"countIf(level >= {k + 1})" for k in range(STAGES))
    return (
        f"SELECT {counts} FROM (SELECT windowFunnel({WINDOW})(toUInt64(ts), {steps}) AS level FROM trails "
        f"WHERE {BIT} != 0 GROUP BY customer)"
    )


# ---- paths, transitions -----------------------------------------------------------------------------


def paths(gap: int) -> str:
    sessions = (
        f"SELECT arrayJoin(arraySplit((x, wait) -> wait > {gap}, groupArray(touchpoint), "
        f"arrayDifference(groupArray(ts)))) AS walked FROM {IN_ORDER} GROUP BY customer"
    )
    number = (
        f"arraySum((t, digit) -> (t + 1) * digit, arraySlice(steps, 1, {STEPS}), "
        f"arraySlice({list(DIGITS)}::Array(Int64), 1, least(length(steps), {STEPS}))) + (length(steps) > {STEPS})"
    )
    return (
        f"SELECT path, n, different, sessions FROM (SELECT path, count() AS n, count() OVER () AS different, "
        f"sum(n) OVER () AS sessions FROM (SELECT {number} AS path FROM "
        f"(SELECT arrayCompact(walked) AS steps FROM ({sessions}))) GROUP BY path) ORDER BY n DESC, path LIMIT {TOP}"
    )


TRANSITIONS = (
    "SELECT f, t, count(), quantileExactLow(0.5)(wait) FROM ("
    "SELECT arrayJoin(arrayZip(arrayPopBack(touchpoints), arrayPopFront(touchpoints), waits)) AS step, "
    "step.1 AS f, step.2 AS t, step.3 AS wait FROM (SELECT groupArray(touchpoint) AS touchpoints, "
    f"arrayPopFront(arrayDifference(groupArray(ts))) AS waits FROM {IN_ORDER} GROUP BY customer)) "
    "GROUP BY f, t ORDER BY f, t"
)


# ---- attribution ------------------------------------------------------------------------------------

JOURNEYS = (
    f"SELECT groupArray({BIT} = {ORDER}) AS orders, indexOf(orders, 1) AS place, groupArray(channel) AS every, "
    f"if(place > 0, arraySlice(every, 1, place - 1), every) AS p, length(p) AS n "
    f"FROM {IN_ORDER} GROUP BY customer HAVING n > 0"
)
EQUAL = "arrayMap(x -> 1 / n, p)"
POSITION = (
    f"if(n <= 2, {EQUAL}, arrayMap((x, i) -> if(i = 1 OR i = n, 0.4, 0.2 / (n - 2)), p, arrayEnumerate(p)))"
)
# Every step of every journey, the one to its end included, and what its touch is credited if the journey was won.
STEPS_OF_JOURNEYS = (
    f"SELECT place > 0 AS won, arrayJoin(arrayZip(arrayPushFront(p, {START}), "
    f"arrayPushBack(p, if(won, {WON}, {LOST})), arrayEnumerate(arrayPushFront(p, 0)), "
    f"arrayPushBack({EQUAL}, 0), arrayPushBack({POSITION}, 0))) AS step, n FROM ({JOURNEYS})"
)
CREDIT = (
    "SELECT step.1, step.2, count(), countIf(won AND step.3 = 1), countIf(won AND step.3 = n), "
    f"sumIf(step.4, won), sumIf(step.5, won) FROM ({STEPS_OF_JOURNEYS}) GROUP BY step.1, step.2"
)


# ---- retention, friction ----------------------------------------------------------------------------

RETENTION = (
    f"SELECT cohort, later, count() FROM (SELECT intDiv(min(ts) - {MONDAY}, {WEEK}) AS cohort, "
    f"arrayJoin(groupUniqArray(intDiv(ts - {MONDAY}, {WEEK}))) - cohort AS later FROM trails GROUP BY customer) "
    f"WHERE later < {WEEKS} GROUP BY cohort, later"
)
ASKED = (
    f"SELECT customer, t, w, ordered > 0 AND ordered <= t + {LANDMARK + AFTER} AS won, touchpoints "
    "FROM (SELECT customer, "
    f"minIf(ts, {BIT} = {CONSIDERATION}) AS t, minIf(ts, {BIT} = {ORDER}) AS ordered, "
    f"countIf({BIT} = {CONSIDERATION}) AS w, arrayDistinct(arrayFilter((x, at) -> at >= t AND at <= t + {LANDMARK}, "
    "groupArray(touchpoint), groupArray(ts))) AS touchpoints FROM trails GROUP BY customer) "
    f"WHERE w > 0 AND t + {LANDMARK + AFTER} <= (SELECT max(ts) FROM trails) "
    f"AND (ordered = 0 OR ordered > t + {LANDMARK})"
)
MET = "arrayJoin(arrayPushFront(touchpoints, -1)) AS met"
FRICTION = f"SELECT {MET}, count(), sum(won) FROM ({ASKED}) GROUP BY met ORDER BY met"


def asked(session: Session, sql: str, in_order: int) -> Rows:
    whole = f"{sql} SETTINGS optimize_aggregation_in_order = {in_order}, output_format_json_quote_64bit_integers = 0"
    rows: Rows = json.loads(bytes(session.query(f"{whole} FORMAT JSONCompact").bytes()))["data"]
    return rows


def attribution(session: Session, in_order: int) -> object:
    links, rules = np.zeros((CHANNELS + 1, CHANNELS + 2), np.int64), np.zeros((4, CHANNELS))
    for source, target, n, *credit in asked(session, CREDIT, in_order):
        links[source, target] = n
        if target < CHANNELS:
            rules[:, target] += credit
    return of_credit(rules.tolist(), links)


def ways(session: Session) -> dict[str, list[Callable[[], object]]]:
    def of(sql: str, answer: Callable[[Rows], object]) -> list[Callable[[], object]]:
        return [lambda i=i: answer(asked(session, sql, i)) for i in (0, 1)]  # type: ignore[misc]

    def of_path(rows: Rows) -> object:
        return of_paths([(path, n) for path, n, *_ in rows], *(rows[0][2:] if rows else (0, 0)))

    return {
        "funnel": of(funnel(), said),
        "best funnel": of(best_funnel(), said),
        "paths": of(paths(SESSION), of_path),
        "long paths": of(paths(LONG), of_path),
        "transitions": of(TRANSITIONS, of_transitions),
        "attribution": [partial(attribution, session, i) for i in (0, 1)],
        "retention": of(RETENTION, lambda rows: of_weeks([tuple(row) for row in rows])),  # type: ignore[misc]
        "friction": of(FRICTION, said),
    }


def main() -> None:
    data, work, runs = sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])
    report = Report(versions={"chDB": chdb.__version__, "ClickHouse": chdb.engine_version})
    folder = work / f"chdb-{os.getpid()}"
    session = Session(str(folder))
    session.query("CREATE DATABASE IF NOT EXISTS bench")
    session.query("USE bench")
    session.query(f"CREATE TABLE trails ({SCHEMA}) ENGINE = MergeTree ORDER BY (customer, ts, event)")
    session.query(f"INSERT INTO trails SELECT {COLUMNS} FROM file('{data}/*.parquet', Parquet, '{SCHEMA}') "
                  "SETTINGS min_insert_block_size_rows = 4000000, min_insert_block_size_bytes = 0, "
                  "max_insert_threads = 2")  # fmt: skip
    session.query("OPTIMIZE TABLE trails FINAL")  # one part, sorted once and for all
    ask(report, ways(session), runs)
    session.close()
    shutil.rmtree(folder, ignore_errors=True)
    report.say()


if __name__ == "__main__":
    main()
