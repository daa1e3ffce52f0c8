"""Everything derived, made again from the events: evidence, trails, promises, visits.

In: the event store, with its customers, and the definition. Out: a Build beside the last one; it becomes the
current one when the caller commits its name together with the customers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desirepath.app.excluded import count_excluded
from desirepath.app.knowledge import complete_until, stage_knowledge
from desirepath.collect.expression import quote_text
from desirepath.collect.sources import Sources
from desirepath.core.times import NEVER, SECOND
from desirepath.journey.definition import Journey
from desirepath.journey.exclusions import excluded_sql
from desirepath.journey.hours import fill_due
from desirepath.journey.placing import place, plan_for
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
from desirepath.store.trail_files import Build, TrailFiles
from desirepath.trail.build import Batch, TrailBuilder
from desirepath.trail.trails import Trails

Int64 = NDArray[np.int64]
Say = Callable[[str, float], None]  # what is being done, and how far along it is (0 … 1)


def quiet(step: str, share: float) -> None:
    """No progress wanted."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a refresh reads besides the store. zone: of times that sources.yaml writes without one."""

    journey: Journey
    sources: Sources
    zone: str
    currency: str | None
    read_at: Mapping[str, int]  # source → when it was last loaded, µs
    now: int  # µs


def refresh(store: EventStore, files: TrailFiles, inputs: Inputs, stamp: str, say: Say = quiet) -> Build:
    """Rebuild everything derived. `stamp` names what it was made from; it is kept in the build's facts.

    The store must be open for writing, with customers resolved (app/identify.py).
    """
    journey = inputs.journey
    columns = EventColumns.for_journey(journey, store.columns(), inputs.currency)
    say("promises", 0.0)
    has_voided = _prepare(store, journey, columns)
    promises = _promises(store, journey, columns, has_voided)
    new = files.begin()
    try:
        say("trails", 0.1)
        read = _Reading(store, journey, columns, has_voided)
        trails, seen = read.trails(new.allocate, promises, say)
        ends = complete_until(inputs.sources, seen, inputs.read_at, inputs.zone)
        knowledge = stage_knowledge(journey, seen, ends)
        say("stages", 0.8)
        visits = place(trails, plan_for(journey, knowledge))
        facts = {
            "stamp": stamp,
            "made_at": inputs.now,
            "definition": journey.version,
            "channels": read.channels,
            "touchpoints": [t.id for t in journey.touchpoints],
            "knowledge": knowledge,
            "sources": [end.as_dict() for end in ends],
            "customers": trails.customers,
            "events": trails.events,
            "foreign_currency_events": read.foreign,
            "excluded": [asdict(one) for one in count_excluded(store, journey)],
        }
        say("writing", 0.95)
        return new.finish(trails, visits, promises, facts)
    except BaseException:
        new.abandon()
        raise


def _prepare(store: EventStore, journey: Journey, columns: EventColumns) -> bool:
    """Tables that the other queries join: excluded, which is kept, and voided. True if anything can be voided."""
    store.execute(f"CREATE OR REPLACE TABLE excluded AS {excluded_sql(journey, columns)}")
    voided = voided_sql(journey, columns)
    if voided is not None:
        store.execute(f"CREATE OR REPLACE TEMP TABLE voided AS {voided}")
    return voided is not None


def _promises(store: EventStore, journey: Journey, columns: EventColumns, has_voided: bool) -> PromiseRows:
    parts = []
    for place_, promise in enumerate(journey.promises):
        table = store.query(promise_ends_sql(promise, columns, has_voided))
        names = ("pair", "customer", "event_no", "moment", "happened", "due", "end", "voided_at")
        ends = {name: _int64(table[name], NEVER) for name in names}
        ends["due"] = fill_due(journey, promise.within, ends["moment"], ends["due"])
        parts.append(pair_promise(place_, *ends.values()))
    return concatenate(parts)


@dataclass(slots=True)
class Seen:
    """What one source's events can be: the bits any of them has, and its newest instant (µs; days to their end)."""

    source: str
    bits: int
    newest: int


class _Reading:
    """Reads the event store into trails, batch by batch."""

    def __init__(
        self,
        store: EventStore,
        journey: Journey,
        columns: EventColumns,
        has_voided: bool,
    ) -> None:
        self._store, self._journey, self._columns = store, journey, columns
        self._has_voided = has_voided
        rows = store.query("SELECT DISTINCT channel FROM events WHERE channel IS NOT NULL ORDER BY channel")
        self.channels: list[str] = rows["channel"].to_pylist()
        names = store.query("SELECT name FROM sources ORDER BY name")["name"].to_pylist()
        self._sources: list[str] = names
        self.foreign = self._count_foreign()

    def _count_foreign(self) -> int:
        """Events whose value says nothing in the journey's currency."""
        if self._columns.currency is None:
            return 0
        sql = (
            "SELECT count(*) AS n FROM events e WHERE value IS NOT NULL AND currency IS NOT NULL "
            f"AND {self._columns.worth} IS NULL"
        )
        return int(self._store.query(sql)["n"][0].as_py())

    def trails(
        self, allocate: Callable[..., NDArray[np.generic]], promises: PromiseRows, say: Say
    ) -> tuple[Trails, list[Seen]]:
        """The trails of every customer, and what each source was seen to supply."""
        limits = [
            None if p.waits_at_most is None else round(p.waits_at_most.total_seconds() * SECOND)
            for p in self._journey.promises
        ]
        waits = _Waits(promises.event, promises.wait_ends(limits))
        counts = self._counts()
        builder = TrailBuilder(counts, allocate)
        total, done = max(1, int(counts.sum())), 0
        bits = np.zeros(len(self._sources) + 1, np.int64)
        newest = np.full(len(self._sources) + 1, NEVER, np.int64)
        for rows in self._store.batches(self._sql()):
            column = {name: _int64(rows[name], NEVER) for name in rows.schema.names}
            evidence, source = column["evidence"], column["source"]
            np.bitwise_or.at(bits, source, evidence)
            np.maximum.at(newest, source, column["until"])
            builder.add(
                Batch(
                    customer=column["customer"],
                    arrival=column["arrival"],
                    ts=column["ts"],
                    touchpoint=column["touchpoint"].astype(np.int16),
                    channel=column["channel"].astype(np.int16),
                    evidence=evidence,
                    value=column["value"],
                    event=column["event_no"],
                    waits_until=waits.of(column["event_no"]),
                )
            )
            done += len(evidence)
            say("trails", 0.1 + 0.7 * done / total)
        seen = [
            Seen(name, int(bits[i]), int(newest[i]))
            for i, name in enumerate(self._sources)
            if newest[i] != NEVER
        ]
        return builder.finish(), seen

    def _counts(self) -> Int64:
        """Events of each customer; none for the excluded."""
        customers = int(self._store.query("SELECT count(*) AS n FROM customers")["n"][0].as_py())
        table = self._store.query(
            "SELECT c.customer, count(*) AS n FROM events e "
            "JOIN event_customers c ON c.event_no = e.event_no "
            "WHERE c.customer NOT IN (SELECT customer FROM excluded) GROUP BY c.customer"
        )
        counts = np.zeros(customers, np.int64)
        counts[_int64(table["customer"], -1)] = _int64(table["n"], 0)
        return counts

    def _sql(self) -> str:
        """trail_events. Grain: event of a customer who is not excluded."""
        columns, journey = self._columns, self._journey
        evidence = evidence_sql(journey, columns)
        join = ""
        if self._has_voided:
            evidence = voided_bits(f"({evidence})", "v.event_no IS NOT NULL", len(journey.stages))
            join = "LEFT JOIN voided v ON v.event_no = e.event_no"
        channels = " ".join(f"WHEN {quote_text(name)} THEN {i}" for i, name in enumerate(self.channels))
        channel = f"CASE e.channel {channels} ELSE -1 END" if self.channels else "-1"
        return f"""
WITH source_codes AS (SELECT name, row_number() OVER (ORDER BY name) - 1 AS code FROM sources)
SELECT c.customer::BIGINT AS customer, e.part_order::BIGINT << 42 | e.row << 6 | e.item::BIGINT AS arrival,
  epoch_us(e.time) AS ts, {touchpoint_sql(journey, columns)} AS touchpoint, ({channel})::SMALLINT AS channel,
  ({evidence})::BIGINT AS evidence, coalesce({columns.worth}, 0) AS value, e.event_no,
  s.code AS source, epoch_us(e.time) + CASE WHEN e.date_only THEN 86399999999 ELSE 0 END AS "until"
FROM events e JOIN event_customers c ON c.event_no = e.event_no JOIN source_codes s ON s.name = e.source {join}
WHERE c.customer NOT IN (SELECT customer FROM excluded)"""


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


def _int64(column: Any, missing: int) -> Int64:
    """An Arrow integer column (or batch column) as int64; nulls as `missing`."""
    filled = column.cast("int64").fill_null(missing)
    if hasattr(filled, "combine_chunks"):
        filled = filled.combine_chunks()
    return np.asarray(filled.to_numpy(zero_copy_only=False), np.int64)
