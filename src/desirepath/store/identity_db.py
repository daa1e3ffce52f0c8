"""Identity in the event store: sightings are read, and who is who is written, set by set.

Everything here is derived and written anew by each refresh, in one transaction, save for what identity_log.py
keeps. The tables are those of the journey that the store was opened for (journey_spaces.py). Wide tables carry
identifiers by number; the view `named_links` shows links by kind and value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from desirepath.collect.expression import quote_name
from desirepath.core.errors import WorkspaceError
from desirepath.identity.rules import Form, Kind, Rules
from desirepath.store import identity_rows as rows
from desirepath.store.events_db import EventStore
from desirepath.store.identity_rows import PREFIX

if TYPE_CHECKING:
    from desirepath.identity.components import Components
    from desirepath.identity.resolve import Resolution

NO_KEY = "0::UBIGINT"  # where events have no identifiers at all
# Raise the number when sightings are made otherwise; their keys are good for one version of DuckDB.
SIGHTINGS = f"1 {duckdb.__version__}"

# identity_kinds: one row per kind, strongest first: the rules of the last refresh
# customer_rows: one row per customer, numbered 0 … n−1 in the order of their ids; holder: the same customer's number
#   from one refresh to the next, by which wide tables name them: a new customer moves nobody else's rows
# sightings: one row per distinct combination of identifiers on events, beside a text column for each kind.
#   component: those that can have to do with each other, −1 where all is blocked. holder: NULL for nobody, or
#   where each event has its own
# event_holders: one row per event with an identifier; holder is NULL where it has no customer
# identifier_rows: one row per distinct identifier; holder is NULL where it is blocked, or all its events are
#   someone else's; component is −1 where it is blocked
# spellings: one row per way in which sources wrote an identifier, where that differs from its value
# links: one row per two identifiers seen together; `place` is the order in which those of a component were joined
# customers, identifiers, event_customers: the same with the customers of today, for whoever asks; an event without
#   a customer has no row
_TABLES = (
    "CREATE OR REPLACE TABLE identity_kinds (place TINYINT, kind VARCHAR, known BOOLEAN, most INTEGER,"
    " shared_after INTEGER, form VARCHAR, anonymous_past VARCHAR, phone_region VARCHAR, customer_is VARCHAR)",
    "CREATE OR REPLACE TABLE customer_rows (customer INTEGER, id VARCHAR, known BOOLEAN, named_after INTEGER,"
    " first_seen TIMESTAMP, last_seen TIMESTAMP, events BIGINT, holder INTEGER)",
    "CREATE OR REPLACE TABLE identifier_rows (identifier INTEGER, kind VARCHAR, value VARCHAR, hash UBIGINT,"
    " component INTEGER, holder INTEGER, first_seen TIMESTAMP, last_seen TIMESTAMP, events BIGINT, status VARCHAR,"
    " blocked_because VARCHAR, people INTEGER, known_at TIMESTAMP)",
    "CREATE OR REPLACE TABLE spellings (identifier INTEGER, spelling VARCHAR)",
    "CREATE OR REPLACE TABLE links (place INTEGER, a INTEGER, b INTEGER, first_seen TIMESTAMP,"
    " last_seen TIMESTAMP, events BIGINT, strength VARCHAR, status VARCHAR, why VARCHAR, detail VARCHAR)",
    "CREATE OR REPLACE TABLE event_holders (event_no BIGINT, sighting INTEGER, holder INTEGER)",
    "CREATE OR REPLACE VIEW customers AS SELECT * EXCLUDE (holder) FROM customer_rows",
    "CREATE OR REPLACE VIEW identifiers AS SELECT i.identifier, i.kind, i.value, c.customer, i.first_seen,"
    " i.last_seen, i.events, i.status, i.blocked_because, i.people, i.known_at"
    " FROM identifier_rows i LEFT JOIN customer_rows c USING (holder)",
    "CREATE OR REPLACE VIEW event_customers AS SELECT h.event_no, c.customer"
    " FROM event_holders h JOIN customer_rows c USING (holder)",
    "CREATE OR REPLACE VIEW named_links AS SELECT l.place, x.kind AS kind_a, x.value AS value_a, y.kind AS kind_b,"
    " y.value AS value_b, l.first_seen, l.last_seen, l.events, l.strength, l.status, l.why, l.detail"
    " FROM links l JOIN identifier_rows x ON x.identifier = l.a JOIN identifier_rows y ON y.identifier = l.b",
)


@dataclass(frozen=True, slots=True)
class Sightings:
    """The sightings, and the number by which events find theirs again.

    table: what identity.resolve takes. key: uint64, all distinct. key_sql: the key of an event `e`.
    number: what the store calls each.
    """

    table: pa.Table
    key: np.ndarray[tuple[int], np.dtype[np.uint64]]
    key_sql: str
    number: NDArray[np.int32]


def kinds_present(store: EventStore) -> list[str]:
    """The kinds of identifiers that events have columns for."""
    return [name.removeprefix(PREFIX) for name in store.columns() if name.startswith(PREFIX)]


def kinds_used(store: EventStore, rules: Rules) -> list[str]:
    """Of these, the kinds by which customers are known, strongest first."""
    present = kinds_present(store)
    return [name for name in rules.names if name in present]


def read_sightings(store: EventStore, rules: Rules) -> Sightings:
    """Each distinct combination of identifiers seen together on events, of the kinds that the rules use."""
    kinds = kinds_used(store, rules)
    columns = [f"e.{quote_name(PREFIX + name)}" for name in kinds]
    if not columns:
        nothing = pa.array([], pa.int64())
        table = pa.table({"first_seen": nothing, "last_seen": nothing, "events": nothing})
        return Sightings(table, np.empty(0, np.uint64), NO_KEY, np.empty(0, np.int32))
    fields = ", ".join(f"{column} AS {quote_name(name)}" for column, name in zip(columns, kinds, strict=True))
    for key_sql in _keys(columns):
        table = store.query(f"""
            SELECT {fields}, {key_sql} AS "key", epoch_us(min(e.time)) AS first_seen,
                   epoch_us(max(e.time)) AS last_seen, count(*) AS events
            FROM events e WHERE coalesce({", ".join(columns)}) IS NOT NULL GROUP BY {", ".join(columns)}""")
        key = table.column("key").to_numpy()
        if len(np.unique(key)) == len(key):
            return Sightings(table, key, key_sql, np.arange(len(key), dtype=np.int32))
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


def write_resolution(
    store: EventStore, sightings: Sightings, answer: Resolution, components: Components, now: int
) -> None:
    """Replace everything that is derived. now: µs UTC, when this became known. Call inside a transaction."""
    for name in ("customers", "identifiers", "event_customers"):  # tables, in stores of before
        if store.has_own(name):
            store.execute(f"DROP TABLE {name}")
    for statement in (*_TABLES, _sightings_table(kinds_used(store, answer.rules))):
        store.execute(statement)
    _write_rules(store, answer.rules)
    numbers = rows.Numbers.from_nothing(answer)
    rows.write(store, sightings, answer, components, numbers, now)
    store.execute(f"""
        INSERT INTO event_holders SELECT e.event_no, s.sighting, s.holder
        FROM events e JOIN sightings s ON s.key = {sightings.key_sql}""")
    rows.give_out(store, sightings, answer, numbers)
    store.execute(
        "UPDATE event_holders SET holder = g.holder FROM given_out g WHERE g.event_no = event_holders.event_no"
    )
    rows.write_customers(store, answer, numbers)


def forget(store: EventStore) -> None:
    """Drop the temporary tables of a refresh: a server that stays open needs their memory."""
    for name in ("owned", "login", "waiting", "given_out", "before", "standing"):
        store.execute(f"DROP TABLE IF EXISTS temp.{name}")


def _sightings_table(kinds: Sequence[str]) -> str:
    texts = "".join(f", {quote_name(PREFIX + kind)} VARCHAR" for kind in kinds)
    return (
        "CREATE OR REPLACE TABLE sightings (sighting INTEGER, key UBIGINT, component INTEGER, holder INTEGER,"
        f" first_seen BIGINT, last_seen BIGINT, events BIGINT{texts})"
    )


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
