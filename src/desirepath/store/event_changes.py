"""Which events have come or gone since a journey's customers were last resolved?

In: what was noted then, and what holds now. Out: the temporary tables events_added and events_removed (event_no).
It is told from the store itself and not from who changed it: the parts that hold, the events that are superseded,
and the numbers that events have, as they were and as they are. A fingerprint of all events that hold has the last
word: where the account does not add up, nobody guesses, and everything is read again.
"""

from __future__ import annotations

from dataclasses import dataclass

from desirepath.store.events_db import EventStore

# noted_parts: one row per part that held; noted_superseded: one row per event that was superseded
# noted: one row: the first number that no event had yet, and the fingerprint of the events that held
_NOTE = (
    "CREATE OR REPLACE TABLE noted_parts AS SELECT part FROM parts WHERE replaced_by IS NULL",
    "CREATE OR REPLACE TABLE noted_superseded AS SELECT DISTINCT event_no FROM superseded",
    """CREATE OR REPLACE TABLE noted AS
        SELECT (SELECT coalesce(max(event_no), -1) + 1 FROM event_log) AS next_no, count(*) AS events,
               coalesce(bit_xor(hash(event_no)), 0) AS fingerprint
        FROM events""",
)

_ADDED = """
CREATE OR REPLACE TEMP TABLE events_added AS
SELECT event_no FROM events
WHERE event_no >= (SELECT next_no FROM noted) OR part NOT IN (SELECT part FROM noted_parts)
   OR event_no IN (SELECT event_no FROM noted_superseded)"""

_REMOVED = """
CREATE OR REPLACE TEMP TABLE events_removed AS
SELECT event_no FROM event_log
WHERE event_no < (SELECT next_no FROM noted) AND part IN (SELECT part FROM noted_parts)
  AND event_no NOT IN (SELECT event_no FROM noted_superseded) AND ({which})"""

_PARTS_GONE = (
    "SELECT part FROM noted_parts WHERE part NOT IN (SELECT part FROM parts WHERE replaced_by IS NULL)"
)
_NEWLY_SUPERSEDED = (
    "SELECT event_no FROM superseded WHERE event_no NOT IN (SELECT event_no FROM noted_superseded)"
)


@dataclass(frozen=True, slots=True)
class Changes:
    """How many events came and went."""

    added: int
    removed: int


def note_events(store: EventStore) -> None:
    """Note which events hold. Call in the transaction that writes the customers."""
    for statement in _NOTE:
        store.execute(statement)


def changed_events(store: EventStore) -> Changes | None:
    """Fill events_added and events_removed; None where it cannot be told."""
    if not store.has_own("noted"):
        return None
    store.execute(_ADDED)
    which = []
    if store.rows(f"{_PARTS_GONE} LIMIT 1"):
        which.append(f"part IN ({_PARTS_GONE})")
    if store.rows(f"{_NEWLY_SUPERSEDED} LIMIT 1"):
        which.append(f"event_no IN ({_NEWLY_SUPERSEDED})")
    store.execute(_REMOVED.format(which=" OR ".join(which) or "false"))
    added, removed = (int(store.value(f"SELECT count(*) FROM {name}")) for name in _TABLES)
    return Changes(added, removed) if _adds_up(store) else None


def forget_changes(store: EventStore) -> None:
    """Drop the temporary tables."""
    for name in _TABLES:
        store.execute(f"DROP TABLE IF EXISTS temp.{name}")


_TABLES = ("events_added", "events_removed")


def _adds_up(store: EventStore) -> bool:
    def printed(table: str) -> tuple[int, int]:
        sql = f"SELECT count(*), coalesce(bit_xor(hash(event_no)), 0) FROM {table}"
        count, fingerprint = store.rows(sql)[0]
        return int(count), int(fingerprint)

    then = store.rows("SELECT events, fingerprint FROM noted")[0]
    now, added, removed = printed("events"), printed("events_added"), printed("events_removed")
    return now == (then[0] + added[0] - removed[0], then[1] ^ added[1] ^ removed[1])
