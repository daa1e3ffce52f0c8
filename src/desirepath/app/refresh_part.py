"""Trails and promises, where few customers have changed: theirs are read, and all others' are kept from the last build.

In: the last build, the store in which customers were resolved in part (app/identify.py), and what is asked of events.
Out: a Kept: Trails and PromiseRows as if all had been read. A customer is read again who won or lost an event, or who
has one that another's event undid, or undoes no more. Visits are not kept: knowledge moves with every load.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from desirepath.app.read_events import Int64, Reading, int64
from desirepath.journey.definition import Journey
from desirepath.journey.promises import PromiseRows, concatenate
from desirepath.journey.to_sql import EventColumns, voiding_keys_sql, with_voiding_keys_sql
from desirepath.store.events_db import EventStore
from desirepath.store.trail_files import Build
from desirepath.trail.build import Allocate, in_memory
from desirepath.trail.merge import ANEW, merge_trails
from desirepath.trail.trails import Trails

MOST_TOUCHED = 0.3  # of all events: beyond it, reading all costs no more
_CHANGED = "SELECT event_no FROM events_added UNION ALL SELECT event_no FROM events_removed"
_TEMPORARY = ("touched", "touched_events", "voiding_keys")


@dataclass(frozen=True, slots=True)
class Kept:
    """Trails and promises of all; read: the customers who were read again, and their events."""

    trails: Trails
    promises: PromiseRows
    customers_read: int
    events_read: int


def refresh_part(
    store: EventStore,
    journey: Journey,
    columns: EventColumns,
    channels: Sequence[str],
    before: Build,
    allocate: Allocate,
    say: Callable[[float], None],
) -> Kept | None:
    """Read what was touched, keep the rest. None where so much was touched that all can as well be read."""
    _find_touched(store, journey, columns)
    kept = _kept(store)
    trails = before.trails()
    if kept is None or trails.customers != _customers_before(store) or not store.has_own("excluded"):
        return None
    if _share_touched(store) > MOST_TOUCHED:
        return None
    store.execute("""
        CREATE OR REPLACE TEMP TABLE touched_events AS
        WITH theirs AS (SELECT c.event_no FROM event_customers c SEMI JOIN touched USING (customer))
        SELECT e.* FROM events e SEMI JOIN theirs USING (event_no)""")
    _keep_excluded(store)
    theirs = replace(columns, events="touched_events")
    reading = Reading.begin(store, journey, theirs, channels, only="SELECT customer FROM touched")
    promises = reading.promises()
    anew = reading.trails(in_memory, promises, say, only=np.flatnonzero(kept == ANEW))
    codes = {name: code for code, name in enumerate(channels)}
    recoded = np.array([codes.get(name, -1) for name in before.facts["channels"]], np.int16)
    merged = merge_trails(trails, anew, kept, allocate, recoded)
    customers = int((kept == ANEW).sum())
    return Kept(merged, _merge_promises(before.promises(), promises, kept), customers, anew.events)


def forget_touched(store: EventStore) -> None:
    """Drop the temporary tables."""
    for name in _TEMPORARY:
        store.execute(f"DROP TABLE IF EXISTS temp.{name}")


def _find_touched(store: EventStore, journey: Journey, columns: EventColumns) -> None:
    """touched: grain: customer to be read again."""
    store.execute(
        "CREATE OR REPLACE TEMP TABLE touched AS SELECT c.customer FROM customer_rows c SEMI JOIN moved USING (holder)"
    )
    undone = voiding_keys_sql(journey, columns, _CHANGED)
    if undone is None:
        return
    store.execute(f"CREATE OR REPLACE TEMP TABLE voiding_keys AS {undone}")
    if store.value("SELECT count(*) FROM voiding_keys"):
        others = with_voiding_keys_sql(journey, columns, "voiding_keys")
        store.execute(
            f"INSERT INTO touched SELECT customer FROM ({others}) ANTI JOIN (SELECT customer FROM touched)"
            " USING (customer)"
        )


def _kept(store: EventStore) -> Int64 | None:
    """For each customer the code that they had before, or ANEW; None where somebody has come from nowhere."""
    rows = store.query("""
        SELECT CASE WHEN t.customer IS NULL THEN b.customer ELSE -1 END AS kept
        FROM customer_rows c LEFT JOIN customers_before b USING (holder) LEFT JOIN touched t ON t.customer = c.customer
        ORDER BY c.customer""")
    kept = int64(rows["kept"], -2)
    return None if (kept == -2).any() else kept


def _keep_excluded(store: EventStore) -> None:
    """Who was excluded and was not touched still is, by their present codes."""
    store.execute("""
        CREATE OR REPLACE TABLE excluded AS
        SELECT c.customer, x.exclusion, x.event_no FROM excluded x
        JOIN customers_before b ON b.customer = x.customer JOIN customer_rows c ON c.holder = b.holder
        WHERE c.customer NOT IN (SELECT customer FROM touched)""")


def _customers_before(store: EventStore) -> int:
    return int(store.value("SELECT count(*) FROM customers_before"))


def _share_touched(store: EventStore) -> float:
    sql = "SELECT coalesce(sum(events), 0) FROM customers"
    of = int(store.value(sql))
    return int(store.value(f"{sql} SEMI JOIN touched USING (customer)")) / of if of else 0.0


def _merge_promises(before: PromiseRows, anew: PromiseRows, kept: Int64) -> PromiseRows:
    """In the order in which they would have been read: by promise, then by customer, each one's own order kept."""
    code_now = np.full(int(max(kept.max(initial=-1), before.customer.max(initial=-1))) + 1, -1, np.int64)
    stay = kept != ANEW
    code_now[kept[stay]] = np.flatnonzero(stay)
    now = code_now[before.customer]
    old = before.where(now >= 0)
    old = replace(old, customer=now[now >= 0].astype(np.int32))
    both = concatenate([old, anew])
    order = np.lexsort((both.customer, both.promise))
    return PromiseRows(**{f.name: getattr(both, f.name)[order] for f in fields(PromiseRows)})
