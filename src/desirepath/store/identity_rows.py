"""An answer of identity as rows: sightings, identifiers, spellings, links, customers.

In: a Resolution of all sightings, or of those that were touched, and Numbers: what its parts are called in the
store. Out: rows, beside those that are there. Whoever calls has removed what these rows take the place of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from desirepath.collect.expression import quote_name, quote_text
from desirepath.identity.reasons import Blocked, IdentifierStatus, LinkStatus, Refusal, Strength
from desirepath.store.events_db import EventStore

if TYPE_CHECKING:
    from desirepath.identity.components import Components
    from desirepath.identity.resolve import Resolution
    from desirepath.store.identity_db import Sightings

PREFIX = "id."
Int32 = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the store calls the parts of an answer.

    identifier, holder: of each identifier and each customer of the answer. component, place: of the first of them.
    there: identifiers whose row stands already (blocked ones, which are everybody's).
    """

    identifier: Int32
    holder: Int32
    component: int
    place: int
    there: NDArray[np.bool_]

    @classmethod
    def from_nothing(cls, answer: Resolution) -> Numbers:
        """Everything is numbered from 0, in the order of the answer."""
        n = len(answer.identifiers)
        customers = np.arange(answer.customers, dtype=np.int32)
        return cls(np.arange(n, dtype=np.int32), customers, 0, 0, np.zeros(n, np.bool_))


def insert(store: EventStore, table: pa.Table, sql: str) -> None:
    """Run one statement that reads an Arrow table as `incoming`."""
    store.register("incoming", table)
    try:
        store.execute(sql)
    finally:
        store.unregister("incoming")


def write(
    store: EventStore,
    sightings: Sightings,
    answer: Resolution,
    components: Components,
    numbers: Numbers,
    now: int,
) -> None:
    """All but events and customers. now: µs UTC; identifiers known from before keep their known_at (`before`)."""
    _write_sightings(store, sightings, answer, components, numbers)
    _write_identifiers(store, answer, components, numbers, now)
    _write_links(store, answer, numbers)


def _held(customer: Int32, holder: Int32) -> pa.Array:
    """The holder of each customer; null for none."""
    return pa.array(holder[np.maximum(customer, 0)] if len(holder) else np.zeros(len(customer), np.int32),
                    mask=customer < 0)  # fmt: skip


def _based(component: Int32, base: int) -> Int32:
    return np.where(component >= 0, component + base, -1).astype(np.int32)


def _write_sightings(
    store: EventStore, sightings: Sightings, answer: Resolution, components: Components, numbers: Numbers
) -> None:
    kinds = [name for name in answer.rules.names if name in sightings.table.column_names]
    table = pa.table(
        {
            "sighting": sightings.number,
            "key": sightings.key,
            "component": _based(components.sighting, numbers.component),
            "holder": _held(answer.sighting_customer, numbers.holder),
            "first_seen": answer.coded.first_seen,
            "last_seen": answer.coded.last_seen,
            "events": answer.coded.events,
            **{PREFIX + kind: sightings.table.column(kind) for kind in kinds},
        }
    )
    columns = ", ".join(quote_name(name) for name in table.column_names)
    insert(store, table, f"INSERT INTO sightings ({columns}) SELECT * FROM incoming")


def give_out(store: EventStore, sightings: Sightings, answer: Resolution, numbers: Numbers) -> None:
    """given_out: one row per anonymous event of a split device, with whoever was known on it last before.

    Before the first login the events are those of the first to log in. Of several people at one instant the
    customer with the lowest id counts: it is the same in every run.
    """
    split = answer.split
    login = pa.table(
        {
            "sighting": sightings.number[split.login_row],
            "device": split.login_device,
            "customer": split.login_customer,
            "holder": numbers.holder[split.login_customer],
        }
    )
    waiting = pa.table({"sighting": sightings.number[split.event_row], "device": split.event_device})
    insert(store, login, "CREATE OR REPLACE TEMP TABLE login AS SELECT * FROM incoming")
    insert(store, waiting, "CREATE OR REPLACE TEMP TABLE waiting AS SELECT * FROM incoming")
    if not len(split.event_row):
        store.execute(
            "CREATE OR REPLACE TEMP TABLE given_out (event_no BIGINT, time TIMESTAMP, holder INTEGER)"
        )
        return
    store.execute("""
        CREATE OR REPLACE TEMP TABLE given_out AS
        WITH logins AS (
            SELECT l.device, e.time, l.customer, l.holder
            FROM events e JOIN event_holders h ON h.event_no = e.event_no JOIN login l ON l.sighting = h.sighting),
        known AS (
            SELECT device, time, min(customer) AS customer, arg_min(holder, customer) AS holder
            FROM logins GROUP BY device, time),
        first AS (SELECT device, arg_min(holder, time) AS holder FROM known GROUP BY device),
        anonymous AS (
            SELECT e.event_no, e.time, w.device
            FROM events e JOIN event_holders h ON h.event_no = e.event_no JOIN waiting w ON w.sighting = h.sighting)
        SELECT a.event_no, a.time, coalesce(k.holder, f.holder) AS holder
        FROM anonymous a JOIN first f USING (device)
        ASOF LEFT JOIN known k ON k.device = a.device AND k.time <= a.time""")


def write_customers(store: EventStore, answer: Resolution, numbers: Numbers) -> None:
    """The customers of the answer, with what they have; `given_out` must be there. All are numbered anew."""
    table = pa.table(
        {
            "id": answer.customer_id,
            "known": answer.known,
            "named_after": numbers.identifier[answer.named_after],
            "holder": numbers.holder,
        }
    )
    own = pa.table(
        {
            "holder": _held(answer.sighting_customer, numbers.holder),
            "first_seen": answer.coded.first_seen,
            "last_seen": answer.coded.last_seen,
            "events": answer.coded.events,
        }
    )
    insert(
        store, own, "CREATE OR REPLACE TEMP TABLE owned AS SELECT * FROM incoming WHERE holder IS NOT NULL"
    )
    store.execute(
        "INSERT INTO owned SELECT holder, epoch_us(min(time)), epoch_us(max(time)), count(*) FROM given_out"
        " GROUP BY holder"
    )
    insert(
        store,
        table,
        """
        INSERT INTO customer_rows
        WITH seen AS (
            SELECT holder, make_timestamp(min(first_seen)) AS first_seen,
                   make_timestamp(max(last_seen)) AS last_seen, CAST(sum(events) AS BIGINT) AS events
            FROM owned GROUP BY holder)
        SELECT -1, n.id, n.known, n.named_after, s.first_seen, s.last_seen, s.events, n.holder
        FROM incoming n JOIN seen s USING (holder)""",
    )
    store.execute("""
        CREATE OR REPLACE TABLE customer_rows AS
        SELECT CAST(row_number() OVER (ORDER BY id) - 1 AS INTEGER) AS customer, * EXCLUDE (customer)
        FROM customer_rows ORDER BY id""")


def _write_identifiers(
    store: EventStore, answer: Resolution, components: Components, numbers: Numbers, now: int
) -> None:
    """With known_at kept from the last refresh (`before`, see identity_log.py)."""
    found = answer.identifiers
    table = pa.table(
        {
            "identifier": numbers.identifier,
            "kind": found.kind,
            "value": found.value,
            "hash": found.hash,
            "component": _based(components.identifier, numbers.component),
            "holder": _held(answer.customer_of, numbers.holder),
            "first_seen": found.first_seen,
            "last_seen": found.last_seen,
            "events": found.events,
            "status": found.status,
            "because": found.blocked_because,
            "people": found.people,
            "there": numbers.there,
        }
    )
    kind = _listed("n.kind", answer.rules.names)
    sql = f"""
        INSERT INTO identifier_rows
        SELECT n.identifier, {kind}, n.value, n.hash, n.component, n.holder,
               make_timestamp(n.first_seen), make_timestamp(n.last_seen), n.events,
               {_word("n.status", IdentifierStatus)}, nullif({_word("n.because", Blocked)}, ''), n.people,
               coalesce(b.known_at, make_timestamp({now}))
        FROM incoming n LEFT JOIN before b ON b.kind = {kind} AND b.value = n.value WHERE NOT n.there"""
    insert(store, table, sql)
    coded = answer.coded
    spellings = pa.table({"identifier": numbers.identifier[coded.spelling_of], "spelling": coded.spelling})
    insert(
        store, spellings, "INSERT INTO spellings SELECT * FROM incoming EXCEPT SELECT * FROM spellings"
        if numbers.there.any() else "INSERT INTO spellings SELECT * FROM incoming",
    )  # fmt: skip


def _write_links(store: EventStore, answer: Resolution, numbers: Numbers) -> None:
    links = answer.links
    table = pa.table(
        {
            "place": np.arange(numbers.place, numbers.place + len(links), dtype=np.int32),
            "a": numbers.identifier[links.a],
            "b": numbers.identifier[links.b],
            "first_seen": links.first_seen,
            "last_seen": links.last_seen,
            "events": links.events,
            "strength": links.strength,
            "status": links.status,
            "why": links.why,
            "detail": links.detail,
        }
    )
    sql = f"""
        INSERT INTO links
        SELECT n.place, n.a, n.b, make_timestamp(n.first_seen), make_timestamp(n.last_seen), n.events,
               {_word("n.strength", Strength)}, {_word("n.status", LinkStatus)},
               nullif({_word("n.why", Refusal)}, ''), {_listed("nullif(n.detail, -1)", answer.rules.names)}
        FROM incoming n"""
    insert(store, table, sql)


def _word(column: str, words: type[Blocked | IdentifierStatus | LinkStatus | Refusal | Strength]) -> str:
    """SQL that turns a code into its word."""
    return _listed(column, [one.word for one in words])


def _listed(column: str, names: Sequence[str]) -> str:
    """SQL that turns a place in a list into what stands there."""
    return f"CAST([{', '.join(quote_text(name) for name in names)}] AS VARCHAR[])[{column} + 1]"
