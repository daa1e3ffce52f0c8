"""The events of the store as a journey sees them: trails with their evidence, promises, and what sources supply.

In: the event store, with its customers, and which of its events are meant (EventColumns.events). Out: Trails and
PromiseRows. Events are read in batches and never all at once; everything that a rule decides is decided in SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desirepath.collect.expression import quote_text
from desirepath.core.times import DAY, NEVER, SECOND
from desirepath.journey.bits import DATE_ONLY
from desirepath.journey.definition import Journey
from desirepath.journey.exclusions import excluded_sql
from desirepath.journey.hours import fill_due
from desirepath.journey.promises import PromiseRows, concatenate, pair_promise
from desirepath.journey.to_sql import (
    EventColumns,
    evidence_sql,
    promise_ends_sql,
    touchpoint_sql,
    voided_bits,
    voided_sql,
)
from desirepath.store.events_db import EventStore
from desirepath.trail.build import Batch, TrailBuilder
from desirepath.trail.trails import Trails

Int64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Reading:
    """What is asked of the store. has_voided: some events undo others, as the temporary table `voided` tells."""

    store: EventStore
    journey: Journey
    columns: EventColumns
    channels: Sequence[str]
    has_voided: bool

    @classmethod
    def begin(
        cls,
        store: EventStore,
        journey: Journey,
        columns: EventColumns,
        channels: Sequence[str],
        only: str | None = None,
    ) -> Reading:
        """Make the tables that the other queries join: voided, and excluded, which is kept.

        only: SQL of the customers whose events are meant; excluded then has theirs in place of what it had, and what
        others were must already be there by their present codes.
        """
        excluded = excluded_sql(journey, columns)
        if only is None:
            store.execute(f"CREATE OR REPLACE TABLE excluded AS {excluded}")
        else:
            store.execute(f"INSERT INTO excluded SELECT * FROM ({excluded}) WHERE customer IN ({only})")
        voided = voided_sql(journey, columns)
        if voided is not None:
            store.execute(f"CREATE OR REPLACE TEMP TABLE voided AS {voided}")
        return cls(store, journey, columns, channels, voided is not None)

    def promises(self) -> PromiseRows:
        """Every promise that these events made, by promise and customer."""
        parts = []
        for place, promise in enumerate(self.journey.promises):
            table = self.store.query(promise_ends_sql(promise, self.columns, self.has_voided))
            names = ("pair", "customer", "event_no", "moment", "happened", "due", "end", "voided_at")
            ends = {name: int64(table[name], NEVER) for name in names}
            ends["due"] = fill_due(self.journey, promise.within, ends["moment"], ends["due"])
            parts.append(pair_promise(place, *ends.values()))
        return concatenate(parts)

    def trails(
        self,
        allocate: Callable[..., NDArray[np.generic]],
        promises: PromiseRows,
        say: Callable[[float], None],
        only: Int64 | None = None,
    ) -> Trails:
        """The trails of every customer, or of `only` those of these codes, which ascend. say: the share done."""
        limits = [
            None if p.waits_at_most is None else round(p.waits_at_most.total_seconds() * SECOND)
            for p in self.journey.promises
        ]
        waits = _Waits(promises.event, promises.wait_ends(limits))
        counts = self._counts()
        builder = TrailBuilder(counts if only is None else counts[only], allocate)
        total, done = max(1, int(counts.sum())), 0
        for rows in self.store.batches(self._sql()):
            column = {name: int64(rows[name], NEVER) for name in rows.schema.names}
            customer = column["customer"]
            builder.add(
                Batch(
                    customer=customer if only is None else np.searchsorted(only, customer),
                    arrival=column["arrival"],
                    ts=column["ts"],
                    touchpoint=column["touchpoint"].astype(np.int16),
                    channel=column["channel"].astype(np.int16),
                    evidence=column["evidence"],
                    value=column["value"],
                    event=column["event_no"],
                    waits_until=waits.of(column["event_no"]),
                )
            )
            done += len(customer)
            say(done / total)
        return builder.finish()

    def _counts(self) -> Int64:
        """Events of each customer; none for the excluded."""
        customers = int(self.store.value("SELECT count(*) FROM customers"))
        table = self.store.query(
            f"SELECT c.customer, count(*) AS n FROM {self.columns.events} e "
            "JOIN event_customers c ON c.event_no = e.event_no "
            "WHERE c.customer NOT IN (SELECT customer FROM excluded) GROUP BY c.customer"
        )
        counts = np.zeros(customers, np.int64)
        counts[int64(table["customer"], -1)] = int64(table["n"], 0)
        return counts

    def _sql(self) -> str:
        """trail_events. Grain: event of a customer who is not excluded."""
        columns, journey = self.columns, self.journey
        evidence = evidence_sql(journey, columns)
        join = ""
        if self.has_voided:
            evidence = voided_bits(f"({evidence})", "v.event_no IS NOT NULL", len(journey.stages))
            join = "LEFT JOIN voided v ON v.event_no = e.event_no"
        channels = " ".join(f"WHEN {quote_text(name)} THEN {i}" for i, name in enumerate(self.channels))
        channel = f"CASE e.channel {channels} ELSE -1 END" if self.channels else "-1"
        return f"""
SELECT c.customer::BIGINT AS customer, e.part_order::BIGINT << 42 | e.row << 6 | e.item::BIGINT AS arrival,
  epoch_us(e.time) AS ts, {touchpoint_sql(journey, columns)} AS touchpoint, ({channel})::SMALLINT AS channel,
  ({evidence})::BIGINT AS evidence, coalesce({columns.worth}, 0) AS value, e.event_no
FROM {columns.events} e JOIN event_customers c ON c.event_no = e.event_no {join}
WHERE c.customer NOT IN (SELECT customer FROM excluded)"""


def asked(journey: Journey, columns: EventColumns) -> str:
    """All that decides what is read of an event: where it is the same, what was read before is good still."""
    promises = [promise_ends_sql(one, columns, has_voided=True) for one in journey.promises]
    calendar = (journey.time_zone, journey.business_hours, journey.holidays, journey.promises)
    sql = [evidence_sql(journey, columns), touchpoint_sql(journey, columns), columns.worth, *promises]
    return "\n".join(
        [*sql, str(voided_sql(journey, columns)), excluded_sql(journey, columns), repr(calendar)]
    )


def channels_of(store: EventStore) -> list[str]:
    """The names of the channels, in the order of their codes."""
    rows = store.query("SELECT DISTINCT channel FROM events WHERE channel IS NOT NULL ORDER BY channel")
    found: list[str] = rows["channel"].to_pylist()
    return found


def count_foreign(store: EventStore, columns: EventColumns) -> int:
    """Events whose value says nothing in the journey's currency."""
    if columns.currency is None:
        return 0
    return int(
        store.value(
            "SELECT count(*) AS n FROM events e WHERE value IS NOT NULL AND currency IS NOT NULL "
            f"AND {columns.worth} IS NULL"
        )
    )


@dataclass(slots=True)
class Seen:
    """What one source's events can be: the bits any of them has, and its newest instant (µs; days to their end)."""

    source: str
    bits: int
    newest: int


def seen_in(store: EventStore, trails: Trails) -> list[Seen]:
    """What each source was seen to supply to these trails."""
    from desirepath.journey import seen_kernel  # Numba takes 0.3 s to import: only when placing

    names = {int(number): str(name) for number, name in store.rows("SELECT source, name FROM sources")}
    last = int(trails.event.max()) if trails.events else -1
    source = np.full(last + 1, -1, np.int16)
    sql = "SELECT l.event_no, p.source FROM event_log l JOIN parts p USING (part)"
    for rows in store.batches(sql):
        number = int64(rows["event_no"], -1)
        told = number <= last
        source[number[told]] = int64(rows["source"], -1)[told]
    most = max(names, default=0) + 1
    bits, newest = np.zeros(most, np.int64), np.full(most, NEVER, np.int64)
    columns = (getattr(trails, name).view(np.ndarray) for name in ("event", "ts", "evidence"))
    seen_kernel.seen(source, *columns, DATE_ONLY, DAY - 1, bits, newest)
    found = [Seen(name, int(bits[n]), int(newest[n])) for n, name in names.items() if newest[n] != NEVER]
    return sorted(found, key=lambda one: one.source)


class _Waits:
    """Looks up until when the promise that an event opens lets its customer wait."""

    def __init__(self, event: Int64, until: Int64) -> None:
        order = np.lexsort((until, event))  # of several promises opened by one event the longest counts
        last = np.append(event[order][1:] != event[order][:-1], True) if len(order) else np.empty(0, bool)
        self._event, self._until = event[order][last], until[order][last]

    def of(self, event: Int64) -> Int64:
        """waits_until of each event: NEVER where it opens no promise."""
        if not len(self._event):
            return np.full(len(event), NEVER, np.int64)
        at = np.minimum(np.searchsorted(self._event, event), len(self._event) - 1)
        return np.where(self._event[at] == event, self._until[at], NEVER)


def int64(column: Any, missing: int) -> Int64:
    """An Arrow integer column (or batch column) as int64; nulls as `missing`."""
    filled = column.cast("int64").fill_null(missing)
    if hasattr(filled, "combine_chunks"):
        filled = filled.combine_chunks()
    return np.asarray(filled.to_numpy(zero_copy_only=False), np.int64)
