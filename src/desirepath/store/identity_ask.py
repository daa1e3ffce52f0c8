"""What the event store knows of one customer: looked up by id, by an earlier id, or by any identifier."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from desirepath.collect.expression import quote_name
from desirepath.store.events_db import EventStore
from desirepath.store.identity_db import kinds_present
from desirepath.store.identity_rows import PREFIX

Row = dict[str, Any]
MOST_LINKS = 100  # of each sort: a blocked value may have millions

_LINKS = """
    SELECT l.place, l.strength, l.status, l.why, l.detail, l.first_seen, l.last_seen, l.events,
           x.kind AS kind_a, x.value AS value_a, x.status AS status_a, x.blocked_because AS because_a,
           x.people AS people_a, x.customer AS customer_a, cx.id AS id_a,
           y.kind AS kind_b, y.value AS value_b, y.status AS status_b, y.blocked_because AS because_b,
           y.people AS people_b, y.customer AS customer_b, cy.id AS id_b
    FROM links l JOIN identifiers x ON x.identifier = l.a JOIN identifiers y ON y.identifier = l.b
    LEFT JOIN customers cx ON cx.customer = x.customer LEFT JOIN customers cy ON cy.customer = y.customer
    WHERE {which} ORDER BY l.place LIMIT {most}"""


def customer_by_id(store: EventStore, id_: str) -> Row | None:
    """One customer by the present id."""
    return _one(store, "SELECT * FROM customers WHERE id = ?", [id_])


def later_id(store: EventStore, id_: str) -> str | None:
    """The present id of a customer that once had this id, if it is still anyone's."""
    for _ in range(100):  # a customer renamed a hundred times is no longer looked for
        row = _one(
            store,
            "SELECT into_id FROM identity_changes WHERE from_id = ? AND change IN ('merged', 'renamed')"
            " ORDER BY known_at DESC LIMIT 1",
            [id_],
        )
        if row is None:
            return None
        id_ = str(row["into_id"])
        if customer_by_id(store, id_) is not None:
            return id_
    return None


def identifiers_named(store: EventStore, wanted: Iterable[tuple[str, str]]) -> list[Row]:
    """Identifiers by kind and value, as sources wrote it or made alike; strongest kind first."""
    found: dict[int, Row] = {}
    for kind, value in wanted:
        rows = _rows(
            store,
            """
            SELECT i.*, k.place AS strength FROM identifiers i JOIN identity_kinds k USING (kind)
            WHERE i.kind = $kind AND (i.value = $value
                OR i.identifier IN (SELECT identifier FROM spellings WHERE spelling = $value))""",
            {"kind": kind, "value": value},
        )
        found.update({row["identifier"]: row for row in rows})
    return sorted(found.values(), key=lambda row: (row["strength"], row["identifier"]))


def identifiers_of(store: EventStore, customer: int) -> list[Row]:
    """The identifiers of one customer, strongest first, then as they were first seen."""
    return _rows(
        store,
        "SELECT i.*, k.place AS strength FROM identifiers i JOIN identity_kinds k USING (kind) WHERE i.customer = ?"
        " ORDER BY k.place, i.first_seen, i.identifier",
        [customer],
    )


def sources_of(store: EventStore, identifiers: Sequence[Row]) -> dict[int, list[tuple[str, int]]]:
    """For each identifier: from which sources, on how many events each."""
    present = kinds_present(store)
    found: dict[int, list[tuple[str, int]]] = {}
    for kind in sorted({row["kind"] for row in identifiers} & set(present)):
        column = f"e.{quote_name(PREFIX + kind)}"
        rows = store.rows(
            f"""
            WITH wanted AS (
                SELECT identifier, value AS written FROM identifiers WHERE identifier IN {_in(identifiers, kind)}
                UNION SELECT identifier, spelling FROM spellings WHERE identifier IN {_in(identifiers, kind)})
            SELECT w.identifier, e.source, count(*) FROM events e JOIN wanted w ON w.written = {column}
            GROUP BY ALL ORDER BY ALL"""
        )
        for identifier, source, events in rows:
            found.setdefault(identifier, []).append((str(source), int(events)))
    return found


def _in(identifiers: Sequence[Row], kind: str | None = None) -> str:
    wanted = [str(int(row["identifier"])) for row in identifiers if kind in (None, row["kind"])]
    return f"({', '.join(wanted) or '-1'})"


def links_of(store: EventStore, identifiers: Sequence[Row], *, refused: bool) -> list[Row]:
    """The joined links among these identifiers, or the refused ones that touch them; MOST_LINKS at most."""
    wanted, status = _in(identifiers), "refused" if refused else "joined"
    which = f"(l.a IN {wanted} OR l.b IN {wanted}) AND l.status = '{status}'"
    return _rows(store, _LINKS.format(which=which, most=MOST_LINKS))


def refused_links(store: EventStore, why: str, most: int) -> list[Row]:
    """The first links that were refused for this reason."""
    return _rows(store, _LINKS.format(which="l.status = 'refused' AND l.why = ?", most=most), [why])


def count_refused(store: EventStore, identifiers: Sequence[Row]) -> int:
    """How many refused links touch these identifiers."""
    wanted = _in(identifiers)
    sql = f"SELECT count(*) FROM links WHERE (a IN {wanted} OR b IN {wanted}) AND status = 'refused'"
    return int(store.value(sql))


def all_changes(store: EventStore) -> list[Row]:
    """Every change, the latest first."""
    if not store.has_own("identity_changes"):
        return []
    return _rows(store, "SELECT * FROM identity_changes ORDER BY known_at DESC, from_id, into_id")


def changes_of(store: EventStore, ids: Iterable[str]) -> list[Row]:
    """What happened to customers of these ids over time, and to those that went into them; oldest first."""
    wanted = set(ids)
    while True:
        listed = ", ".join(f"${i}" for i in range(1, len(wanted) + 1)) or "NULL"
        ordered = sorted(wanted)
        rows = _rows(
            store,
            f"SELECT * FROM identity_changes WHERE into_id IN ({listed}) OR from_id IN ({listed})"
            " ORDER BY known_at, from_id, into_id",
            ordered,
        )
        earlier = {row["from_id"] for row in rows if row["into_id"] in wanted}
        if earlier <= wanted:
            return rows
        wanted |= earlier


def _rows(store: EventStore, sql: str, params: Any = None) -> list[Row]:
    """Rows as dicts; instants, which the store keeps in UTC, say so."""
    found: list[Row] = store.query(sql, params).to_pylist()
    for row in found:
        for name, value in row.items():
            if isinstance(value, datetime):
                row[name] = value.replace(tzinfo=UTC)
    return found


def _one(store: EventStore, sql: str, params: Any) -> Row | None:
    found = _rows(store, sql, params)
    return found[0] if found else None
