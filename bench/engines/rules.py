"""Which rules does each event satisfy? The product's generated SQL over its store, and SQL written by hand.

    python rules.py make FOLDER_OF_PARQUET FOLDER_TO_WORK_IN     the store, and the same events as Parquet for others
    python rules.py desirepath|duckdb - FOLDER_TO_WORK_IN RUNS

Desirepath asks its view of the events that hold, for evidence bits and touchpoints of a journey of five stages and 20
touchpoints; the SQL by hand asks the bare table for the same bits and codes. Answer: sums of both over all events.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import duckdb
from worker import Report

from desirepath.collect.expression import quote_text
from desirepath.journey import bits
from desirepath.journey.read import read_journey
from desirepath.journey.to_sql import EventColumns, evidence_sql, touchpoint_sql
from desirepath.simulate.crowd import CHANNELS, KINDS
from desirepath.store.events_db import EventStore

JOURNEY = """
currency: EUR
stages:
  awareness: {enter: "event = 'Page Viewed'", lapse_after: 30 days}
  consideration: {enter: "event = 'Product Viewed'", lapse_after: 60 days}
  decision: {enter: "event = 'Cart Viewed'", goal: "event = 'Order Completed'", lapse_after: 14 days}
  retention: {enter: "event = 'Order Completed'", goal: repeat, lapse_after: 180 days}
  advocacy: {enter: "event = 'Referral Sent' and channel in ('social', 'email', 'chat')", lapse_after: 365 days}
touchpoints:
"""
POINTS = [(kind, channels) for kind in KINDS for channels in (CHANNELS[:4], CHANNELS[4:])]


def journey_text() -> str:
    """The journey with a touchpoint for each kind of event in each half of the channels."""
    lines = []
    for i, (kind, channels) in enumerate(POINTS):
        listed = ", ".join(quote_text(c) for c in channels)
        lines.append(f"  t{i}: {{stage: awareness, when: \"event = '{kind}' and channel in ({listed})\"}}")
    return JOURNEY + "\n".join(lines) + "\n"


def make(data: str, work: Path) -> None:
    work.mkdir(parents=True, exist_ok=True)
    kinds = " ".join(f"WHEN {i} THEN {quote_text(k)}" for i, k in enumerate(KINDS))
    channels = " ".join(f"WHEN {i} THEN {quote_text(c)}" for i, c in enumerate(CHANNELS))
    with EventStore.open(work / "events.duckdb", write=True, files_from=work) as store:
        store.execute(
            "INSERT INTO sources (source, name, mapping, later_columns) VALUES (1, 'crowd', 'm', [])"
        )
        store.execute(
            "INSERT INTO parts (part, source, name, mapping, digest, size, rows, loaded_at, load_no)"
            " VALUES (1, 1, 'crowd.parquet', 'm', 'd', 1, 1, TIMESTAMP '2024-01-01', 1)"
        )
        store.execute(
            'INSERT INTO event_log (event_no, part, row, item, digest, time, date_only, known_at, event, channel, "by",'
            f" value, currency) SELECT event, 1, event, 0, 0, make_timestamp(ts), false, TIMESTAMP '2030-01-01', "
            f"CASE kind {kinds} END, CASE channel {channels} END, "
            f"CASE WHEN evidence & {bits.BY_BUSINESS} <> 0 THEN 'business' ELSE 'customer' END, "
            f"CASE WHEN value > 0 THEN value END, CASE WHEN value > 0 THEN 'EUR' END "
            f"FROM read_parquet('{data}/*.parquet')"
        )
        path = quote_text(str(work / "events.parquet"))
        store.execute(
            f'COPY (SELECT event, channel, "by", date_only FROM event_log) TO {path} (FORMAT parquet)'
        )


def by_product(present: dict[str, str]) -> str:
    journey = read_journey(journey_text())
    columns = EventColumns.for_journey(journey, present, "EUR")
    return (
        f"SELECT sum({evidence_sql(journey, columns)}) AS evidence, "
        f"sum({touchpoint_sql(journey, columns)}) AS touchpoint FROM events e"
    )


def by_hand() -> str:
    """The shortest SQL for the same: one CASE over the kind of event."""

    def listed(channels: tuple[str, ...]) -> str:
        return ", ".join(quote_text(c) for c in channels)

    order = 1 << (bits.ENTER + 3) | 1 << (bits.GOAL + 2) | 1 << (bits.GOAL + 3)
    stage = (
        "CASE event WHEN 'Page Viewed' THEN 1 WHEN 'Product Viewed' THEN 2 WHEN 'Cart Viewed' THEN 4 "
        f"WHEN 'Order Completed' THEN {order} WHEN 'Referral Sent' THEN "
        "CASE WHEN channel IN ('social', 'email', 'chat') THEN 16 ELSE 0 END ELSE 0 END"
    )
    by = (
        f"CASE \"by\" WHEN 'customer' THEN {bits.BY_CUSTOMER} WHEN 'business' THEN {bits.BY_BUSINESS} "
        f"WHEN 'machine' THEN {bits.BY_MACHINE} ELSE 0 END"
    )
    day = f"CASE WHEN date_only THEN {bits.DATE_ONLY} ELSE 0 END"
    points = " ".join(
        f"WHEN {quote_text(kind)} THEN CASE WHEN channel IN ({listed(CHANNELS[:4])}) THEN {2 * i} "
        f"WHEN channel IN ({listed(CHANNELS[4:])}) THEN {2 * i + 1} ELSE -1 END"
        for i, kind in enumerate(KINDS)
    )
    return (
        f"SELECT sum({stage} + {day} + {by}) AS evidence, sum(CASE event {points} ELSE -1 END) AS touchpoint "
        "FROM event_log"
    )


def main() -> None:
    what, data, work = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    if what == "make":
        make(data, work)
        return
    report = Report(versions={"DuckDB": duckdb.__version__})
    with EventStore.open(work / "events.duckdb") as store:
        sql = by_product(store.columns()) if what == "desirepath" else by_hand()
        ask = partial(store.rows, sql)
        report.answers["rules"] = [
            int(x) % 2**63 for x in ask()[0]
        ]  # 64 bits are what some engines add up in
        report.timed("rules", ask, int(sys.argv[4]))
    report.say()


if __name__ == "__main__":
    main()
