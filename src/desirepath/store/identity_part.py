"""Identity, where little has changed: what was touched is resolved again, and everybody else's rows stay.

In: the events that came and went (event_changes.py) and the decisions that were taken or taken back. Out: the
sightings that can have to do with them, and, when they are resolved, their rows in place of the earlier ones.

Temporary tables, until `forget_part`: touched_sightings, touched_components; customers_before: customer, holder as
they were; moved: the holders who won or lost an event. Events are named by sightings, and sightings by holders, so
that what is not touched is not written.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from desirepath.collect.expression import quote_name, quote_text
from desirepath.identity.reasons import IdentifierStatus
from desirepath.store import identity_rows as rows
from desirepath.store.event_changes import note_events
from desirepath.store.events_db import EventStore
from desirepath.store.identity_db import NO_KEY, Sightings, kinds_used
from desirepath.store.identity_rows import PREFIX

if TYPE_CHECKING:
    from desirepath.identity.components import Components
    from desirepath.identity.resolve import Resolution
    from desirepath.identity.rules import Apart, Rules
    from desirepath.identity.sightings import Coded

_MOST_NUMBERS = (
    1 << 30
)  # numbers are given anew to all that is touched; before they run out all is written anew
_TEMPORARY = (
    "new_sightings", "touched_sightings", "touched_components", "customers_before", "moved", "came", "fresh",
    "recounted", "regiven", "earlier", "asked", "everybodys",
)  # fmt: skip


def begin_part(
    store: EventStore, rules: Rules, key_sql: str, decided: Sequence[tuple[str, str]]
) -> Sightings | None:
    """Bring the sightings up to date; those that were touched, with all that they can have to do with.

    events_added and events_removed must be there. decided: identifiers of decisions that were taken or taken back.
    None where two combinations of identifiers have one key, or numbers run out: then all must be resolved.
    """
    kinds = kinds_used(store, rules)
    if key_sql == NO_KEY or not kinds or _highest(store) > _MOST_NUMBERS:
        return None
    store.execute(
        "CREATE OR REPLACE TEMP TABLE customers_before AS SELECT customer, holder, id FROM customer_rows"
    )
    _take_away(store)
    if not _add(store, kinds, key_sql):
        return None
    coded = _coded(store, rules, kinds)
    _find_components(store, rules, coded, decided)
    _recount(store)
    wanted = "component IN (FROM touched_components) OR sighting IN (SELECT sighting FROM touched_sightings)"
    return _sightings(store.query(f"SELECT * FROM every_sighting WHERE {wanted}"), kinds, key_sql)


def note_resolved(store: EventStore, stamp: str, key_sql: str, decisions: Sequence[Apart]) -> None:
    """Note by what customers were resolved, and from which events. Call in the transaction that writes them."""
    note_events(store)
    # resolved: one row: the stamp of the rules, how sightings are keyed, the decisions that stood
    store.execute("CREATE OR REPLACE TABLE resolved (stamp VARCHAR, key_sql VARCHAR, decisions INTEGER[])")
    store.execute(
        "INSERT INTO resolved VALUES (?, ?, ?)", [stamp, key_sql, [one.number for one in decisions]]
    )


def resolved_by(store: EventStore, stamp: str) -> tuple[str, list[int]] | None:
    """How sightings are keyed and which decisions stood, if customers were resolved by rules of this stamp."""
    if not store.has_own("resolved"):
        return None
    found = store.rows("SELECT key_sql, decisions FROM resolved WHERE stamp = ?", [f"{stamp}"])
    return (str(found[0][0]), list(found[0][1])) if found else None


def _highest(store: EventStore) -> int:
    """The highest number that anything has."""
    numbers = ("sighting FROM sightings", "component FROM sightings", "identifier FROM identifier_rows",
               "place FROM links", "holder FROM customer_rows")  # fmt: skip
    every = " UNION ALL ".join(f"SELECT {one}" for one in numbers)
    return int(store.value(f"SELECT coalesce(max(sighting), 0) FROM ({every})"))


def _take_away(store: EventStore) -> None:
    """Events that hold no more lose their sightings."""
    store.execute("""
        CREATE OR REPLACE TEMP TABLE touched_sightings AS
        SELECT DISTINCT sighting FROM event_holders SEMI JOIN events_removed USING (event_no)""")
    store.execute("""
        CREATE OR REPLACE TEMP TABLE moved AS
        SELECT DISTINCT holder FROM event_holders SEMI JOIN events_removed USING (event_no) WHERE holder IS NOT NULL""")
    if store.value("SELECT count(*) FROM touched_sightings"):
        store.execute("DELETE FROM event_holders WHERE event_no IN (SELECT event_no FROM events_removed)")


def _add(store: EventStore, kinds: Sequence[str], key_sql: str) -> bool:
    """New events have their sightings; False where a key does not tell two combinations apart."""
    names = [quote_name(PREFIX + kind) for kind in kinds]
    columns = ", ".join(f"e.{name}" for name in names)
    store.execute(f"""
        CREATE OR REPLACE TEMP TABLE came AS
        SELECT e.event_no, {key_sql} AS key, {columns} FROM events e SEMI JOIN events_added a ON a.event_no = e.event_no
        WHERE coalesce({columns}) IS NOT NULL""")
    listed = ", ".join(names)
    store.execute(f"CREATE OR REPLACE TEMP TABLE fresh AS SELECT DISTINCT key, {listed} FROM came")
    differ = " OR ".join(f"f.{name} IS DISTINCT FROM s.{name}" for name in names)
    clash = f"""
        SELECT 1 FROM fresh f JOIN sightings s USING (key) WHERE {differ}
        UNION ALL SELECT 1 FROM fresh GROUP BY key HAVING count(*) > 1 LIMIT 1"""
    if store.rows(clash):
        return False
    # Not into `sightings` itself: within one transaction DuckDB 2.0 does not see what a second INSERT brings in bulk.
    store.execute(f"""
        CREATE OR REPLACE TEMP TABLE new_sightings AS
        SELECT CAST((SELECT coalesce(max(sighting), -1) FROM sightings) + row_number() OVER () AS INTEGER) AS sighting,
               key, -1 AS component, NULL::INTEGER AS holder, 0::BIGINT AS first_seen, 0::BIGINT AS last_seen,
               0::BIGINT AS events, {listed}
        FROM fresh ANTI JOIN sightings USING (key)""")
    store.execute(
        "CREATE OR REPLACE TEMP VIEW every_sighting AS FROM sightings UNION ALL BY NAME FROM new_sightings"
    )
    store.execute(
        "INSERT INTO touched_sightings SELECT sighting FROM every_sighting SEMI JOIN fresh USING (key)"
    )
    store.execute("""
        INSERT INTO event_holders SELECT c.event_no, s.sighting, NULL
        FROM came c JOIN (SELECT key, sighting FROM every_sighting SEMI JOIN fresh USING (key)) s USING (key)
        ORDER BY c.event_no""")
    return True


def _recount(store: EventStore) -> None:
    """When, and on how many events, each touched sighting was seen; those without an event are gone."""
    store.execute("""
        CREATE OR REPLACE TEMP TABLE recounted AS
        SELECT h.sighting, epoch_us(min(e.time)) AS first_seen, epoch_us(max(e.time)) AS last_seen, count(*) AS events
        FROM (SELECT event_no, sighting FROM event_holders SEMI JOIN touched_sightings USING (sighting)) h
        JOIN events e ON e.event_no = h.event_no GROUP BY h.sighting""")
    for table in ("sightings", "new_sightings"):
        store.execute(f"""
            UPDATE {table} SET first_seen = r.first_seen, last_seen = r.last_seen, events = r.events
            FROM recounted r WHERE r.sighting = {table}.sighting""")
    store.execute("""
        DELETE FROM sightings WHERE sighting IN (SELECT sighting FROM touched_sightings ANTI JOIN recounted
        USING (sighting))""")


def _coded(store: EventStore, rules: Rules, kinds: Sequence[str]) -> Coded:
    """The identifiers of the touched sightings, those that are gone too."""
    from desirepath.identity.sightings import code_sightings

    found = store.query("SELECT * FROM every_sighting SEMI JOIN touched_sightings USING (sighting)")
    return code_sightings(_sightings(found, kinds, "").table, rules)


def _find_components(
    store: EventStore, rules: Rules, coded: Coded, decided: Sequence[tuple[str, str]]
) -> None:
    """touched_components; and everybodys: blocked identifiers that the touched sightings carry."""
    from desirepath.identity.hashing import hash_values

    found = coded.identifiers
    names = pa.array(rules.names).take(pa.array(found.kind))
    more = [(kind, value) for kind, value in decided if kind in rules.names]
    hashes = [hash_values(kind, pa.array([value])) for kind, value in more]
    asked = pa.table(
        {
            "kind": pa.concat_arrays([names.cast(pa.string()), pa.array([k for k, _ in more], pa.string())]),
            "value": pa.concat_arrays(
                [found.value.cast(pa.large_string()), pa.array([v for _, v in more], pa.large_string())]
            ),
            "hash": np.concatenate([found.hash, *hashes]),
            "blocked": np.concatenate(
                [found.status == IdentifierStatus.BLOCKED, np.zeros(len(more), np.bool_)]
            ),
        }
    )
    rows.insert(store, asked, "CREATE OR REPLACE TEMP TABLE asked AS SELECT * FROM incoming")
    store.execute("""
        CREATE OR REPLACE TEMP TABLE touched_components AS
        SELECT component FROM sightings SEMI JOIN touched_sightings USING (sighting) WHERE component >= 0
        UNION
        SELECT i.component FROM identifier_rows i JOIN asked a
          ON a.hash = i.hash AND a.kind = i.kind AND a.value = i.value WHERE i.component >= 0""")
    store.execute(
        "CREATE OR REPLACE TEMP TABLE everybodys AS SELECT DISTINCT kind, value, hash FROM asked WHERE blocked"
    )


def _sightings(found: pa.Table, kinds: Sequence[str], key_sql: str) -> Sightings:
    texts = {kind: found.column(PREFIX + kind) for kind in kinds}
    seen = {name: found.column(name) for name in ("first_seen", "last_seen", "events")}
    number = found.column("sighting").to_numpy().astype(np.int32)
    return Sightings(pa.table({**texts, **seen}), found.column("key").to_numpy(), key_sql, number)


def keep_before(store: EventStore) -> None:
    """`before` (see identity_log.py), of the identifiers that will be written again."""
    store.execute("""
        CREATE OR REPLACE TEMP TABLE before AS
        SELECT i.kind, i.value, c.id, i.known_at
        FROM (SELECT * FROM identifier_rows SEMI JOIN touched_components USING (component)) i
        LEFT JOIN customers_before c USING (holder)""")


def write_part(
    store: EventStore, sightings: Sightings, answer: Resolution, components: Components, now: int
) -> bool:
    """The answer's rows in place of the earlier ones. now: µs UTC. Call inside a transaction.

    False where the store does not hold what was written, or two customers have one id, having been resolved apart.
    """
    # earlier: one row per sighting that is written again: whose it was
    rows.insert(
        store,
        pa.table({"sighting": sightings.number}),
        "CREATE OR REPLACE TEMP TABLE earlier AS"
        " SELECT s.sighting, s.holder FROM every_sighting s SEMI JOIN incoming n ON n.sighting = s.sighting",
    )
    numbers = _numbers(store, answer)
    _remove(store)
    own_rows = len(answer.identifiers) - int(numbers.there.sum())
    wanted = np.add(_counts(store), [len(sightings.number), own_rows, len(answer.links)])
    rows.write(store, sightings, answer, components, numbers, now)
    if not np.array_equal(_counts(store), wanted):
        return False
    _hold(store, sightings, answer, numbers)
    rows.write_customers(store, answer, numbers)
    _count_everybodys(store, kinds_used(store, answer.rules))
    return bool(store.value("SELECT count(*) = count(DISTINCT id) FROM customers"))


def _counts(store: EventStore) -> NDArray[np.int64]:
    """How many rows of each sort there are."""
    tables = ("sightings", "identifier_rows", "links")
    return np.array([store.value(f"SELECT count(*) FROM {name}") for name in tables], np.int64)


def _numbers(store: EventStore, answer: Resolution) -> rows.Numbers:
    """Customers keep their holders; identifiers and components get new numbers, save for what is everybody's."""
    base = _highest(store) + 1
    ids, found = answer.customer_id, answer.identifiers
    holder = np.arange(base, base + len(ids), dtype=np.int32)
    known = "SELECT n.at, b.holder FROM incoming n JOIN customers_before b ON b.id = n.id"
    _overwrite(store, pa.table({"at": np.arange(len(ids)), "id": ids}), known, holder)
    identifier = np.arange(base, base + len(found), dtype=np.int32)
    blocked = np.flatnonzero(found.status == IdentifierStatus.BLOCKED)
    kinds = pa.array(answer.rules.names).take(pa.array(found.kind[blocked]))
    table = pa.table({"at": blocked, "kind": kinds, "value": found.value.take(pa.array(blocked))})
    stands = "SELECT n.at, i.identifier FROM incoming n JOIN identifier_rows i ON i.kind = n.kind AND i.value = n.value"
    there = np.zeros(len(found), np.bool_)
    there[_overwrite(store, table, stands, identifier)] = True
    return rows.Numbers(identifier, holder, base, base, there)


def _overwrite(store: EventStore, table: pa.Table, sql: str, numbers: NDArray[np.int32]) -> NDArray[np.int64]:
    """Write the numbers that `sql` finds (at, number) in their places; the places."""
    store.register("incoming", table)
    try:
        found = store.query(sql)
    finally:
        store.unregister("incoming")
    at: NDArray[np.int64] = found.column(0).to_numpy()
    numbers[at] = found.column(1).to_numpy()
    return at


def _remove(store: EventStore) -> None:
    """The rows of all that is touched, as they were."""
    own = "(SELECT identifier FROM identifier_rows SEMI JOIN touched_components USING (component))"
    store.execute(f"DELETE FROM links WHERE a IN {own} OR b IN {own}")
    store.execute(f"DELETE FROM spellings WHERE identifier IN {own}")
    store.execute("""
        DELETE FROM customer_rows WHERE holder IN (
            SELECT holder FROM identifier_rows SEMI JOIN touched_components USING (component)
            WHERE holder IS NOT NULL UNION SELECT holder FROM earlier WHERE holder IS NOT NULL)""")
    store.execute("DELETE FROM identifier_rows WHERE component IN (FROM touched_components)")
    store.execute("DELETE FROM sightings WHERE sighting IN (SELECT sighting FROM earlier)")


def _hold(store: EventStore, sightings: Sightings, answer: Resolution, numbers: rows.Numbers) -> None:
    """Events follow their sightings to other holders; `moved` is told of both."""
    # regiven: one row per event that has another holder now
    rows.give_out(store, sightings, answer, numbers)
    store.execute("""
        CREATE OR REPLACE TEMP TABLE regiven AS
        WITH now AS (
            SELECT s.sighting, s.holder FROM sightings s
            JOIN earlier e ON e.sighting = s.sighting
            WHERE s.holder IS DISTINCT FROM e.holder OR s.holder IS NULL
               OR s.sighting IN (SELECT sighting FROM touched_sightings))
        SELECT h.event_no, h.holder AS was, coalesce(n.holder, g.holder) AS holder
        FROM event_holders h JOIN now n ON n.sighting = h.sighting
        LEFT JOIN given_out g ON g.event_no = h.event_no
        WHERE h.holder IS DISTINCT FROM coalesce(n.holder, g.holder)""")
    store.execute(
        "UPDATE event_holders SET holder = r.holder FROM regiven r WHERE r.event_no = event_holders.event_no"
    )
    store.execute("""
        CREATE OR REPLACE TEMP TABLE moved AS
        SELECT holder FROM moved UNION SELECT was FROM regiven WHERE was IS NOT NULL
        UNION SELECT holder FROM regiven WHERE holder IS NOT NULL""")


def _count_everybodys(store: EventStore, kinds: Sequence[str]) -> None:
    """Blocked identifiers are of no component: those on touched sightings are counted over all sightings."""
    asked = {str(kind) for (kind,) in store.rows("SELECT DISTINCT kind FROM everybodys")}
    for kind in [one for one in kinds if one in asked]:
        written = f"s.{quote_name(PREFIX + kind)}"
        store.execute(f"""
            CREATE OR REPLACE TEMP TABLE recounted AS
            WITH own AS (
                SELECT i.identifier, i.value FROM identifier_rows i
                JOIN everybodys x ON x.hash = i.hash AND x.kind = i.kind AND x.value = i.value
                WHERE i.kind = {quote_text(kind)}),
            texts AS (
                SELECT identifier, value AS written FROM own
                UNION SELECT identifier, spelling FROM spellings SEMI JOIN own USING (identifier)),
            seen AS (
                SELECT t.identifier, min(s.first_seen) AS first_seen, max(s.last_seen) AS last_seen,
                       CAST(sum(s.events) AS BIGINT) AS events
                FROM sightings s JOIN texts t ON t.written = {written} GROUP BY t.identifier)
            SELECT o.identifier, s.first_seen, s.last_seen, s.events FROM own o LEFT JOIN seen s USING (identifier)""")
        store.execute("""
            UPDATE identifier_rows SET first_seen = make_timestamp(r.first_seen),
                last_seen = make_timestamp(r.last_seen), events = r.events
            FROM recounted r WHERE r.identifier = identifier_rows.identifier AND r.events IS NOT NULL""")
        for table in ("identifier_rows", "spellings"):
            store.execute(
                f"DELETE FROM {table} WHERE identifier IN (SELECT identifier FROM recounted WHERE events IS NULL)"
            )


def forget_part(store: EventStore) -> None:
    """Drop the temporary tables."""
    store.execute("DROP VIEW IF EXISTS temp.every_sighting")
    for name in _TEMPORARY:
        store.execute(f"DROP TABLE IF EXISTS temp.{name}")
