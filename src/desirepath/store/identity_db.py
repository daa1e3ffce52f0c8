"""Identity in the event store: sightings are read, and who is who is written, set by set.

Everything here is derived and written anew by each refresh, in one transaction, save for what identity_log.py
keeps. The tables are those of the journey that the store was opened for (journey_spaces.py). Wide tables carry
identifiers by number; the view `named_links` shows links by kind and value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from desirepath.collect.expression import quote_name, quote_text
from desirepath.core.errors import WorkspaceError
from desirepath.identity.reasons import BY_TIME, Blocked, IdentifierStatus, LinkStatus, Refusal, Strength
from desirepath.identity.rules import Form, Kind, Rules
from desirepath.store.events_db import EventStore

if TYPE_CHECKING:
    from desirepath.identity.resolve import Resolution

PREFIX = "id."

# identity_kinds: one row per kind, strongest first: the rules of the last refresh
# customers: one row per customer, numbered 0 … n−1 in the order of their ids
# identifiers: one row per distinct identifier; customer is NULL where it is blocked, or all its events are
#   someone else's
# spellings: one row per way in which sources wrote an identifier, where that differs from its value
# links: one row per two identifiers seen together; `place` is the order in which they were joined
# event_customers: one row per event that has a customer
_TABLES = (
    "CREATE OR REPLACE TABLE identity_kinds (place TINYINT, kind VARCHAR, known BOOLEAN, most INTEGER,"
    " shared_after INTEGER, form VARCHAR, anonymous_past VARCHAR, phone_region VARCHAR, customer_is VARCHAR)",
    "CREATE OR REPLACE TABLE customers (customer INTEGER, id VARCHAR, known BOOLEAN, named_after INTEGER,"
    " first_seen TIMESTAMP, last_seen TIMESTAMP, events BIGINT)",
    "CREATE OR REPLACE TABLE identifiers (identifier INTEGER, kind VARCHAR, value VARCHAR, customer INTEGER,"
    " first_seen TIMESTAMP, last_seen TIMESTAMP, events BIGINT, status VARCHAR, blocked_because VARCHAR,"
    " people INTEGER, known_at TIMESTAMP)",
    "CREATE OR REPLACE TABLE spellings (identifier INTEGER, spelling VARCHAR)",
    "CREATE OR REPLACE TABLE links (place INTEGER, a INTEGER, b INTEGER, first_seen TIMESTAMP,"
    " last_seen TIMESTAMP, events BIGINT, strength VARCHAR, status VARCHAR, why VARCHAR, detail VARCHAR)",
    "CREATE OR REPLACE TABLE event_customers (event_no BIGINT, customer INTEGER)",
    "CREATE OR REPLACE VIEW named_links AS SELECT l.place, x.kind AS kind_a, x.value AS value_a, y.kind AS kind_b,"
    " y.value AS value_b, l.first_seen, l.last_seen, l.events, l.strength, l.status, l.why, l.detail"
    " FROM links l JOIN identifiers x ON x.identifier = l.a JOIN identifiers y ON y.identifier = l.b",
)


@dataclass(frozen=True, slots=True)
class Sightings:
    """The sightings, and the number by which events find theirs again.

    table: what identity.resolve takes. key: uint64, all distinct. key_sql: the key of an event `e`.
    """

    table: pa.Table
    key: np.ndarray[tuple[int], np.dtype[np.uint64]]
    key_sql: str


def kinds_present(store: EventStore) -> list[str]:
    """The kinds of identifiers that events have columns for."""
    return [name.removeprefix(PREFIX) for name in store.columns() if name.startswith(PREFIX)]


def read_sightings(store: EventStore, rules: Rules) -> Sightings:
    """Each distinct combination of identifiers seen together on events, of the kinds that the rules use."""
    present = kinds_present(store)
    kinds = [name for name in rules.names if name in present]
    columns = [f"e.{quote_name(PREFIX + name)}" for name in kinds]
    if not columns:
        nothing = pa.array([], pa.int64())
        table = pa.table({"first_seen": nothing, "last_seen": nothing, "events": nothing})
        return Sightings(table, np.empty(0, np.uint64), "0::UBIGINT")
    fields = ", ".join(f"{column} AS {quote_name(name)}" for column, name in zip(columns, kinds, strict=True))
    for key_sql in _keys(columns):
        table = store.query(f"""
            SELECT {fields}, {key_sql} AS "key", epoch_us(min(e.time)) AS first_seen,
                   epoch_us(max(e.time)) AS last_seen, count(*) AS events
            FROM events e WHERE coalesce({", ".join(columns)}) IS NOT NULL GROUP BY {", ".join(columns)}""")
        key = table.column("key").to_numpy()
        if len(np.unique(key)) == len(key):
            return Sightings(table, key, key_sql)
    raise WorkspaceError("Identifiers cannot be told apart: every hash of them collides.")


def _keys(columns: list[str]) -> list[str]:
    """Ways to name a combination by one number, quickest first; they are only compared within one refresh.

    DuckDB's own hash is quick and weak: ids that count up in two places collide whatever the seed. md5 does not.
    """
    # A letter before each value, so that a missing one differs from an empty one.
    marked = ", ".join(f"CASE WHEN {column} IS NULL THEN 'n' ELSE 'v' || {column} END" for column in columns)
    return [
        f"hash({', '.join(columns)})",
        *(f"md5_number_lower(concat_ws(chr(31), '{n}', {marked}))" for n in range(4)),
    ]


def write_resolution(store: EventStore, sightings: Sightings, answer: Resolution, now: int) -> None:
    """Replace everything that is derived. now: µs UTC, when this became known. Call inside a transaction."""
    for statement in _TABLES:
        store.execute(statement)
    _write_rules(store, answer.rules)
    _write_events(store, sightings, answer)
    _write_customers(store, answer)
    _write_identifiers(store, answer, now)
    _write_links(store, answer)


def _insert(store: EventStore, table: pa.Table, sql: str) -> None:
    store.register("incoming", table)
    try:
        store.execute(sql)
    finally:
        store.unregister("incoming")


def _write_rules(store: EventStore, rules: Rules) -> None:
    for place, kind in enumerate(rules.kinds):
        store.execute(
            "INSERT INTO identity_kinds VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [place, kind.name, kind.known, kind.limit, kind.shared_after, kind.form.value, rules.anonymous_past,
             rules.phone_region, rules.customer],
        )  # fmt: skip


def rules_used(store: EventStore) -> Rules:
    """The rules of the last refresh, without blocked values. Raises WorkspaceError before the first one."""
    if not store.has_own("identity_kinds"):
        raise WorkspaceError(
            "Nobody has asked yet who is who in these events.", hint="Run desirepath load first."
        )
    found = store.rows("SELECT * EXCLUDE (place) FROM identity_kinds ORDER BY place")
    kinds = tuple(
        Kind(name, known, most, shared, form=Form(form)) for name, known, most, shared, form, _, _, _ in found
    )
    past, region, customer = found[0][5:] if found else ("graph", None, "person")
    return Rules(kinds, past, region, customer=customer)


def _write_events(store: EventStore, sightings: Sightings, answer: Resolution) -> None:
    """event_customers, and beside it `owned`: what each customer has at each sighting."""
    split = answer.split
    owner = pa.table(
        {
            "key": sightings.key,
            "customer": answer.sighting_customer,
            "first_seen": answer.coded.first_seen,
            "last_seen": answer.coded.last_seen,
            "events": answer.coded.events,
        }
    )
    _insert(store, owner, "CREATE OR REPLACE TEMP TABLE owner AS SELECT * FROM incoming")
    store.execute(f"""
        INSERT INTO event_customers SELECT e.event_no, o.customer
        FROM events e JOIN owner o ON o.key = {sightings.key_sql} WHERE o.customer >= 0""")
    store.execute("""
        CREATE OR REPLACE TEMP TABLE owned AS
        SELECT customer, min(first_seen) AS first_seen, max(last_seen) AS last_seen, sum(events) AS events
        FROM owner WHERE customer >= 0 GROUP BY customer""")
    if not (answer.sighting_customer == BY_TIME).any():
        return
    logins = {
        "key": sightings.key[split.login_row],
        "device": split.login_device,
        "customer": split.login_customer,
    }
    _insert(store, pa.table(logins), "CREATE OR REPLACE TEMP TABLE login AS SELECT * FROM incoming")
    waiting = {"key": sightings.key[split.event_row], "device": split.event_device}
    _insert(store, pa.table(waiting), "CREATE OR REPLACE TEMP TABLE waiting AS SELECT * FROM incoming")
    store.execute(_split_sql(sightings.key_sql))
    store.execute("INSERT INTO event_customers SELECT event_no, customer FROM given_out")
    store.execute("""
        INSERT INTO owned SELECT customer, epoch_us(min(time)), epoch_us(max(time)), count(*)
        FROM given_out GROUP BY customer""")


def _split_sql(key_sql: str) -> str:
    """given_out: one row per anonymous event of a split device, with whoever was known on it last before.

    Before the first login the events are those of the first to log in. Of several people at one instant the
    customer with the lowest id counts: it is the same in every run.
    """
    return f"""
        CREATE OR REPLACE TEMP TABLE given_out AS
        WITH known AS (
            SELECT l.device, e.time, min(l.customer) AS customer
            FROM events e JOIN login l ON l.key = {key_sql} GROUP BY l.device, e.time),
        first AS (SELECT device, arg_min(customer, time) AS customer FROM known GROUP BY device),
        anonymous AS (
            SELECT e.event_no, e.time, w.device FROM events e JOIN waiting w ON w.key = {key_sql})
        SELECT a.event_no, a.time, coalesce(k.customer, f.customer) AS customer
        FROM anonymous a JOIN first f USING (device)
        ASOF LEFT JOIN known k ON k.device = a.device AND k.time <= a.time"""


def forget(store: EventStore) -> None:
    """Drop the temporary tables of a refresh: a server that stays open needs their memory."""
    for name in ("owner", "owned", "login", "waiting", "given_out", "before", "standing"):
        store.execute(f"DROP TABLE IF EXISTS temp.{name}")


def _write_customers(store: EventStore, answer: Resolution) -> None:
    numbers = np.arange(answer.customers, dtype=np.int32)
    table = pa.table(
        {
            "customer": numbers,
            "id": answer.customer_id,
            "known": answer.known,
            "named_after": answer.named_after,
        }
    )
    _insert(
        store,
        table,
        """
        INSERT INTO customers
        WITH seen AS (
            SELECT customer, make_timestamp(min(first_seen)) AS first_seen,
                   make_timestamp(max(last_seen)) AS last_seen, CAST(sum(events) AS BIGINT) AS events
            FROM owned GROUP BY customer)
        SELECT n.*, s.first_seen, s.last_seen, s.events FROM incoming n JOIN seen s USING (customer)
        ORDER BY customer""",
    )


def _write_identifiers(store: EventStore, answer: Resolution, now: int) -> None:
    """With known_at kept from the last refresh (`before`, see identity_log.py)."""
    found = answer.identifiers
    table = pa.table(
        {
            "identifier": np.arange(len(found), dtype=np.int32),
            "kind": found.kind,
            "value": found.value,
            "customer": answer.customer_of,
            "first_seen": found.first_seen,
            "last_seen": found.last_seen,
            "events": found.events,
            "status": found.status,
            "because": found.blocked_because,
            "people": found.people,
        }
    )
    kind = _listed("n.kind", answer.rules.names)
    sql = f"""
        INSERT INTO identifiers
        SELECT n.identifier, {kind}, n.value, CASE WHEN n.customer >= 0 THEN n.customer END,
               make_timestamp(n.first_seen), make_timestamp(n.last_seen), n.events,
               {_word("n.status", IdentifierStatus)}, nullif({_word("n.because", Blocked)}, ''), n.people,
               coalesce(b.known_at, make_timestamp({now}))
        FROM incoming n LEFT JOIN before b ON b.kind = {kind} AND b.value = n.value"""
    _insert(store, table, sql)
    coded = answer.coded
    spellings = pa.table({"identifier": coded.spelling_of, "spelling": coded.spelling})
    _insert(store, spellings, "INSERT INTO spellings SELECT * FROM incoming")


def _write_links(store: EventStore, answer: Resolution) -> None:
    links = answer.links
    table = pa.table(
        {
            "place": np.arange(len(links), dtype=np.int32),
            "a": links.a,
            "b": links.b,
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
    _insert(store, table, sql)


def _word(column: str, words: type[Blocked | IdentifierStatus | LinkStatus | Refusal | Strength]) -> str:
    """SQL that turns a code into its word."""
    return _listed(column, [one.word for one in words])


def _listed(column: str, names: Sequence[str]) -> str:
    """SQL that turns a place in a list into what stands there."""
    return f"CAST([{', '.join(quote_text(name) for name in names)}] AS VARCHAR[])[{column} + 1]"
