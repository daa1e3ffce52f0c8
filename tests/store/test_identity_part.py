"""What was touched is resolved again, and the store then says what it would say had all been resolved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from desirepath.app import identify as use
from desirepath.app.identify import identify
from desirepath.journey.definition import Identifier, Identity
from desirepath.store.events_db import EventStore
from tests.by_hand_events import add_source

KINDS = ("user_id", "email", "order_id", "device_id")
RULES = {
    "user_id": {"known": True, "limit": 1},
    "email": {"known": True, "shared_after": 2},
    "order_id": {"limit": 2},
    "device_id": {"shared_after": 3, "blocked": ("d0",)},
}


class Noon:
    def now(self) -> datetime:
        return datetime(2024, 6, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[EventStore]]:
    """One store that is resolved in part each time, and one from scratch."""
    folder = tmp_path_factory.mktemp("identity")
    with (
        EventStore.open(folder / "part.duckdb", write=True) as part,
        EventStore.open(folder / "whole.duckdb", write=True) as whole,
    ):
        for store in (part, whole):
            for number in (1, 2):
                add_source(store, number, f"s{number}")
            for kind in KINDS:
                store.execute(f'ALTER TABLE event_log ADD COLUMN "id.{kind}" VARCHAR')
        yield [part, whole]


def value(kind: str, number: int) -> str:
    return f"P{number}@shop.com " if kind == "email" and number == 4 else f"{kind[0]}{number}"


numbers = {
    "user_id": st.integers(0, 4), "email": st.integers(1, 4), "order_id": st.integers(0, 3),
    "device_id": st.integers(0, 2),
}  # fmt: skip
seen = st.tuples(st.integers(0, 12), st.integers(1, 2), st.fixed_dictionaries({}, optional=numbers))
# What a load does: events come; some are superseded, or hold again; a part stops or begins to hold; people decide.
change = st.one_of(
    st.tuples(st.just("come"), st.lists(seen, min_size=1, max_size=4)),
    st.tuples(st.just("supersede"), st.integers(0, 30)),
    st.tuples(st.just("hold again"), st.integers(0, 30)),
    st.tuples(st.just("replace"), st.integers(1, 2)),
    st.tuples(st.just("restore"), st.integers(1, 2)),
    st.tuples(st.just("apart"), st.integers(0, 4), st.integers(0, 2)),
    st.tuples(st.just("withdraw"), st.integers(1, 3)),
)
rounds = st.lists(st.lists(change, min_size=1, max_size=3), min_size=1, max_size=4)


def empty(store: EventStore) -> None:
    for table in ("event_log", "superseded"):
        store.execute(f"DELETE FROM {table}")
    store.execute("UPDATE parts SET replaced_by = NULL")
    for table in ("identity_moves", "identity_changes", "identity_decisions"):
        store.execute(f"DROP TABLE IF EXISTS {table}")


def apply(store: EventStore, what: tuple, number: int) -> int:  # type: ignore[type-arg]
    """Do one change; the next free number of an event."""
    match what:
        case ("come", events):
            for at, part, ids in events:
                store.execute(
                    """INSERT INTO event_log (event_no, part, row, item, digest, time, date_only, known_at, event,
                        "by", "id.user_id", "id.email", "id.order_id", "id.device_id")
                    VALUES (?, ?, ?, 0, 0, make_timestamp(?), false, TIMESTAMP '2024-06-01', 'x', 'customer',
                        ?, ?, ?, ?)""",
                    [number, part, number, at, *(value(k, ids[k]) if k in ids else None for k in KINDS)],
                )  # fmt: skip
                number += 1
        case ("supersede", event_no) if event_no < number:
            store.execute("INSERT INTO superseded VALUES (?, 1, TIMESTAMP '2024-06-01')", [event_no])
        case ("hold again", event_no):
            store.execute("DELETE FROM superseded WHERE event_no = ?", [event_no])
        case ("replace", part):
            store.execute("UPDATE parts SET replaced_by = 9 WHERE part = ?", [part])
        case ("restore", part):
            store.execute("UPDATE parts SET replaced_by = NULL WHERE part = ?", [part])
        case ("apart", user, device):
            sides = [("user_id", value("user_id", user))], [("device_id", value("device_id", device))]
            use.identity_log.decide_apart(store, sides, "person", "", 0)
        case ("withdraw", decision):
            use.identity_log.make_tables(store)
            use.identity_log.withdraw(store, decision, "", 0)
    return number


def everything(store: EventStore) -> dict[str, list[tuple[object, ...]]]:
    """All that identity says, by name. Numbers of identifiers and places of links are the store's own affair."""
    asked = {
        "customers": "SELECT c.customer, c.id, c.known, c.first_seen, c.last_seen, c.events, i.kind, i.value"
        " FROM customers c JOIN identifiers i ON i.identifier = c.named_after ORDER BY 1",
        "events": "SELECT event_no, customer FROM event_customers ORDER BY ALL",
        "identifiers": "SELECT i.* EXCLUDE (identifier) FROM identifiers i ORDER BY ALL",
        "order": "SELECT kind, value FROM identifiers WHERE customer IS NOT NULL ORDER BY customer, kind, identifier",
        "links": "SELECT * EXCLUDE (place) FROM named_links ORDER BY ALL",
        "in order": "SELECT i.customer, l.kind_a, l.value_a, l.kind_b, l.value_b FROM named_links l JOIN identifiers i"
        " ON i.kind = l.kind_a AND i.value = l.value_a WHERE i.customer IS NOT NULL ORDER BY i.customer, l.place",
        "spellings": "SELECT i.kind, i.value, s.spelling FROM spellings s JOIN identifiers i USING (identifier)"
        " ORDER BY ALL",
        "changes": "SELECT * FROM identity_changes ORDER BY ALL",
        "moves": "SELECT * FROM identity_moves ORDER BY ALL",
        "sightings": "SELECT * EXCLUDE (sighting, component, holder) FROM sightings ORDER BY ALL",
    }
    return {name: store.rows(sql) for name, sql in asked.items()}


def grouped(store: EventStore) -> set[frozenset[object]]:
    """Which sightings are one component."""
    rows = store.rows("SELECT list(key) FROM sightings WHERE component >= 0 GROUP BY component")
    return {frozenset(keys) for (keys,) in rows}


def owned(store: EventStore) -> dict[int, str]:
    return dict(store.rows("SELECT event_no, id FROM event_customers JOIN customers USING (customer)"))


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(told=rounds, past=st.sampled_from(["graph", "last_known", "device_split"]))
def test_in_part_and_from_scratch_are_the_same(stores, told, past):
    identity = Identity(
        anonymous_past=past, identifiers=tuple(Identifier(kind=kind, **RULES[kind]) for kind in KINDS)
    )
    part, whole = stores
    for store in stores:
        empty(store)
        identify(store, identity, account=False, clock=Noon())
    number = 0
    for changes in told:
        for store in stores:
            following = number
            for what in changes:
                following = apply(store, what, following)
        number = following
        before = owned(part)
        out = identify(part, identity, account=False, clock=Noon(), whole=False)
        identify(whole, identity, account=False, clock=Noon())
        event(f"partly: {out.partly}")
        assert out.partly
        assert everything(part) == everything(whole)
        assert grouped(part) == grouped(whole)
        after = owned(part)
        moved = {who for no in before.keys() | after.keys() for who in (before.get(no), after.get(no))
                 if before.get(no) != after.get(no)} - {None}  # fmt: skip
        now = {id_ for (id_,) in part.rows("SELECT c.id FROM customer_rows c SEMI JOIN moved USING (holder)")}
        assert now == moved & set(after.values()), "those who won or lost events, and nobody else"
        use.forget_identify(part)


def test_nothing_to_identify_by_is_resolved_as_a_whole(tmp_path: Path) -> None:
    with EventStore.open(tmp_path / "events.duckdb", write=True) as store:
        for _ in range(2):
            out = identify(store, Identity(), account=False, clock=Noon(), whole=False)
            assert (out.partly, out.customers) == (False, 0)


def test_where_the_store_does_not_hold_what_was_written_all_is_resolved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that loses sight of rows within a transaction must cost time, and never an answer."""
    with EventStore.open(tmp_path / "events.duckdb", write=True) as store:
        add_source(store, 1, "s1")
        for kind in KINDS:
            store.execute(f'ALTER TABLE event_log ADD COLUMN "id.{kind}" VARCHAR')
        first, second = [(1, 1, {"user_id": 1, "device_id": 1})], [(2, 1, {"device_id": 1})]
        identify(store, Identity(), account=False, clock=Noon())
        number = apply(store, ("come", first), 0)
        assert identify(store, Identity(), account=False, clock=Noon(), whole=False).partly
        apply(store, ("come", second), number)
        monkeypatch.setattr("desirepath.store.identity_part._counts", lambda _: np.zeros(3, np.int64))
        assert not identify(store, Identity(), account=False, clock=Noon(), whole=False).partly
        assert len(owned(store)) == 2
        assert len(set(owned(store).values())) == 1
