"""What was learned about who is who, and when: changes between refreshes, and what people decided.

identity_moves and identity_changes only grow, for each journey: a row for each identifier whose customer became
another, and one for each two customers between which identifiers moved, with the link that explains it.
identity_decisions only grows too: a decision is taken back by a further row. It holds in all journeys whose
customers are of the same kind: two who are not one person are so everywhere, but may well be of one account.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from desirepath.identity.rules import Apart, CustomerIs
from desirepath.store.events_db import EventStore

_TABLES = (
    "CREATE TABLE IF NOT EXISTS identity_moves (known_at TIMESTAMP, kind VARCHAR, value VARCHAR,"
    " from_id VARCHAR, into_id VARCHAR)",
    # change: merged · renamed (the customer is named after a stronger or earlier identifier) · split · moved
    "CREATE TABLE IF NOT EXISTS identity_changes (known_at TIMESTAMP, change VARCHAR, from_id VARCHAR,"
    " into_id VARCHAR, identifiers BIGINT, kind_a VARCHAR, value_a VARCHAR, kind_b VARCHAR, value_b VARCHAR,"
    " strength VARCHAR, status VARCHAR, why VARCHAR)",
    # what: apart · withdrawn (then side, kind and value are NULL)
    "CREATE TABLE IF NOT EXISTS main.identity_decisions (decision INTEGER, side TINYINT, kind VARCHAR,"
    ' value VARCHAR, what VARCHAR, "by" VARCHAR, known_at TIMESTAMP, customer_is VARCHAR)',
)


def make_tables(store: EventStore) -> None:
    """Make the tables that only grow."""
    for statement in _TABLES:
        store.execute(statement)


def prepare(store: EventStore) -> None:
    """Make the tables that only grow, and `before`: whose each identifier was until now."""
    make_tables(store)
    earlier = "identifiers i LEFT JOIN customers c USING (customer)"
    source = earlier if store.has_own("identifier_rows") else _NOBODY
    store.execute(
        f"CREATE OR REPLACE TEMP TABLE before AS SELECT i.kind, i.value, c.id, i.known_at FROM {source}"
    )


_NOBODY = (
    "(SELECT NULL::VARCHAR AS kind, NULL::VARCHAR AS value, NULL::TIMESTAMP AS known_at WHERE false) i,"
    " (SELECT NULL::VARCHAR AS id) c"
)


def record_changes(store: EventStore, now: int) -> int:
    """Compare with `before`, and write what moved; the number of customers that changed. now: µs UTC."""
    # standing: one row per identifier that had a customer and has one
    store.execute("""
        CREATE OR REPLACE TEMP TABLE standing AS
        SELECT i.identifier, i.kind, i.value, b.id AS was, c.id AS is_now
        FROM before b JOIN identifiers i ON i.kind = b.kind AND i.value = b.value
        JOIN customers c ON c.customer = i.customer WHERE b.id IS NOT NULL""")
    moved = store.execute(f"""
        INSERT INTO identity_moves SELECT make_timestamp({now}), kind, value, was, is_now
        FROM standing WHERE was <> is_now""")
    return store.execute(_changes_sql(now)) if moved else 0


def _changes_sql(now: int) -> str:
    """One row per (from, into), with the first link that explains it.

    Where customers became one that is a link that joined an identifier of the old customer to one that was not
    its own; where one was divided, a refused link between two of its identifiers.
    """
    return f"""
        INSERT INTO identity_changes
        WITH pairs AS (
            SELECT was, is_now, count(*) AS n FROM standing WHERE was <> is_now GROUP BY ALL),
        whole AS (SELECT was, count(*) AS n FROM standing GROUP BY was),
        named AS (
            SELECT p.*, p.n = w.n AS wholly,
                   EXISTS (SELECT 1 FROM whole o WHERE o.was = p.is_now) AS existed,
                   count(*) FILTER (WHERE p.n = w.n) OVER (PARTITION BY p.is_now) AS sources
            FROM pairs p JOIN whole w USING (was)),
        touched AS (
            SELECT s.was, s.is_now, l.place, l.status, CASE WHEN l.a = s.identifier THEN l.b ELSE l.a END AS other
            FROM standing s JOIN links l ON l.a = s.identifier WHERE s.was <> s.is_now
            UNION ALL
            SELECT s.was, s.is_now, l.place, l.status, l.a AS other
            FROM standing s JOIN links l ON l.b = s.identifier WHERE s.was <> s.is_now),
        reasons AS (
            SELECT t.was, t.is_now,
                   min(t.place) FILTER (WHERE t.status = 'joined' AND o.was IS DISTINCT FROM t.was) AS joined,
                   min(t.place) FILTER (
                       WHERE t.status = 'refused' AND o.was = t.was AND o.is_now <> t.is_now) AS refused
            FROM touched t LEFT JOIN standing o ON o.identifier = t.other GROUP BY ALL)
        SELECT make_timestamp({now}),
               CASE WHEN n.wholly AND (n.existed OR n.sources > 1) THEN 'merged' WHEN n.wholly THEN 'renamed'
                    WHEN n.existed THEN 'moved' ELSE 'split' END AS change,
               n.was, n.is_now, n.n, l.kind_a, l.value_a, l.kind_b, l.value_b, l.strength, l.status, l.why
        FROM named n LEFT JOIN reasons r ON r.was = n.was AND r.is_now = n.is_now
        LEFT JOIN named_links l
          ON l.place = CASE WHEN n.wholly THEN coalesce(r.joined, r.refused) ELSE coalesce(r.refused, r.joined) END
        ORDER BY n.was, n.is_now"""


# ── decisions ────────────────────────────────────────────────────────────────────────────────────────────


def decide_apart(
    store: EventStore,
    sides: tuple[Sequence[tuple[str, str]], Sequence[tuple[str, str]]],
    customer: CustomerIs,
    by: str,
    now: int,
) -> int:
    """Keep two groups of identifiers apart from now on, where a customer is a person (or an account).

    Returns the decision's number.
    """
    make_tables(store)
    number = int(store.value("SELECT coalesce(max(decision), 0) + 1 FROM identity_decisions"))
    for side, members in enumerate(sides):
        for kind, value in members:
            store.execute(
                f"INSERT INTO identity_decisions VALUES (?, ?, ?, ?, 'apart', ?, make_timestamp({now}), ?)",
                [number, side, kind, value, by, customer],
            )
    # What is derived from the events is now out of date, although no event is new.
    store.events_changed()
    return number


def withdraw(store: EventStore, number: int, by: str, now: int) -> None:
    """Take a decision back."""
    store.execute(
        f"INSERT INTO identity_decisions VALUES (?, NULL, NULL, NULL, 'withdrawn', ?, make_timestamp({now}), NULL)",
        [number, by],
    )
    store.events_changed()


_STANDING = """
    FROM identity_decisions d WHERE d.what = 'apart' AND d.customer_is = $customer
    AND NOT EXISTS (SELECT 1 FROM identity_decisions w WHERE w.decision = d.decision AND w.what = 'withdrawn')"""


def decisions(store: EventStore, customer: CustomerIs) -> list[Apart]:
    """The decisions that stand where a customer is a person (or an account)."""
    found = _if_made(
        store,
        customer,
        f"SELECT d.decision, d.side, d.kind, d.value {_STANDING} ORDER BY d.decision, d.side, d.kind, d.value",
    )
    sides: dict[int, tuple[list[tuple[str, str]], list[tuple[str, str]]]] = {}
    for number, side, kind, value in found:
        sides.setdefault(number, ([], []))[side].append((kind, value))
    return [Apart(number, (tuple(one), tuple(other))) for number, (one, other) in sides.items()]


def decision_rows(store: EventStore, customer: CustomerIs) -> list[tuple[int, str, datetime]]:
    """Each standing decision's number, who took it, and when."""
    sql = (
        f'SELECT d.decision, min(d."by"), min(d.known_at) {_STANDING} GROUP BY d.decision ORDER BY d.decision'
    )
    return [
        (int(number), str(by), when.replace(tzinfo=UTC))
        for number, by, when in _if_made(store, customer, sql)
    ]


def members_of(store: EventStore, numbers: Collection[int]) -> list[tuple[str, str]]:
    """Every identifier of these decisions, whether they stand or were taken back."""
    if not numbers:
        return []
    listed = ", ".join(str(int(number)) for number in sorted(numbers))
    sql = f"SELECT DISTINCT kind, value FROM main.identity_decisions WHERE what = 'apart' AND decision IN ({listed})"
    return [(str(kind), str(value)) for kind, value in store.rows(sql)]


def sides_of_merge(
    store: EventStore, from_id: str, into_id: str
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Of the latest time when from_id went into into_id: the identifiers that moved, and the others then there."""
    when = store.value(
        "SELECT max(known_at) FROM identity_moves WHERE from_id = ? AND into_id = ?", [from_id, into_id]
    )
    moved = store.rows(
        "SELECT kind, value FROM identity_moves WHERE from_id = ? AND into_id = ? AND known_at = ? ORDER BY ALL",
        [from_id, into_id, when],
    )
    stayed = store.rows(
        """
        WITH later AS (
            SELECT kind, value, arg_min(from_id, known_at) AS id FROM identity_moves WHERE known_at > $when
            GROUP BY kind, value)
        SELECT i.kind, i.value FROM identifiers i
        LEFT JOIN customers c USING (customer) LEFT JOIN later l ON l.kind = i.kind AND l.value = i.value
        ANTI JOIN identity_moves m ON m.kind = i.kind AND m.value = i.value
            AND m.from_id = $from AND m.into_id = $into AND m.known_at = $when
        WHERE coalesce(l.id, c.id) = $into AND i.known_at <= $when ORDER BY ALL""",
        {"when": when, "from": from_id, "into": into_id},
    )
    return [(str(k), str(v)) for k, v in moved], [(str(k), str(v)) for k, v in stayed]


def _if_made(store: EventStore, customer: CustomerIs, sql: str) -> list[tuple[Any, ...]]:
    """The rows, or none in a store in which nobody was identified or decided anything yet."""
    made = store.rows("SELECT 1 FROM duckdb_tables() WHERE table_name = 'identity_decisions'")
    return store.rows(sql, {"customer": customer}) if made else []
