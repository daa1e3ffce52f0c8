"""Whose each event is, set-wise in SQL, against going through the events one by one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desirepath.app.identify import identify, rules_of
from desirepath.journey.definition import Identifier, Identity
from desirepath.store.events_db import EventStore
from tests.by_hand_events import add_source
from tests.twins.identity import Seen, resolve_slowly

KINDS = ("user_id", "order_id", "device_id")
RULES = {"user_id": {"known": True}, "order_id": {}, "device_id": {"shared_after": 3}}


class Noon:
    def now(self) -> datetime:
        return datetime(2024, 6, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Iterator[EventStore]:
    with EventStore.open(tmp_path_factory.mktemp("identity") / "events.duckdb", write=True) as store:
        add_source(store, 1, "web")
        for kind in KINDS:
            store.execute(f'ALTER TABLE event_log ADD COLUMN "id.{kind}" VARCHAR')
        yield store


def fill(store: EventStore, events: list[Seen]) -> None:
    store.execute("DELETE FROM event_log")
    for number, seen in enumerate(events):
        store.execute(
            """INSERT INTO event_log (event_no, part, row, item, digest, time, date_only, known_at, event, "by",
                                      "id.user_id", "id.order_id", "id.device_id")
               VALUES (?, 1, ?, 0, 0, make_timestamp(?), false, TIMESTAMP '2024-06-01', 'x', 'customer', ?, ?, ?)""",
            [number, number, seen.at, *(seen.ids.get(kind) for kind in KINDS)],
        )


@st.composite
def some_events(draw: st.DrawFn) -> list[Seen]:
    numbers = {"user_id": st.integers(0, 4), "order_id": st.integers(0, 2), "device_id": st.integers(0, 1)}
    ids = st.fixed_dictionaries({}, optional=numbers).filter(bool)
    found = draw(st.lists(st.tuples(st.integers(0, 12), ids), min_size=1, max_size=14))
    return [Seen(at, {kind: f"{kind[0]}{n}" for kind, n in one.items()}) for at, one in found]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(events=some_events(), past=st.sampled_from(["graph", "last_known", "device_split"]))
def test_every_event_has_the_customer_that_going_through_them_gives(store, events, past):
    identity = Identity(
        anonymous_past=past, identifiers=tuple(Identifier(kind=kind, **RULES[kind]) for kind in KINDS)
    )
    fill(store, events)
    out = identify(store, identity, account=False, clock=Noon())
    found = dict(store.rows("SELECT event_no, id FROM event_customers JOIN customers USING (customer)"))
    named = dict(
        store.rows("SELECT kind || ':' || value, c.id FROM identifiers JOIN customers c USING (customer)")
    )

    def id_of(owner: object) -> str | None:
        """The customer's id, by any identifier of its group."""
        ids = {named[f"{kind}:{value}"] for kind, value in owner if f"{kind}:{value}" in named}
        return ids.pop() if len(ids) == 1 else None

    twin = resolve_slowly(events, rules_of(store, identity, account=False))
    for number, (seen, owner) in enumerate(zip(events, twin.owner, strict=True)):
        if isinstance(owner, tuple):  # a split device: whoever was known on it last before, else first after
            logins = sorted(
                (other.at, id_of(theirs))
                for other, theirs in zip(events, twin.owner, strict=True)
                if owner in other.ids.items() and "user_id" in other.ids
            )
            first, before = logins[0][0], [at for at, _ in logins if at <= seen.at]
            instant = max(before) if before else first
            assert found[number] == min(id_ for at, id_ in logins if at == instant)
        elif owner is None:
            assert number not in found
        else:
            assert found[number] == id_of(owner)
    rows = store.rows(
        "SELECT customer, events, epoch_us(first_seen), epoch_us(last_seen) FROM customers ORDER BY 1"
    )
    owned: dict[int, list[int]] = {}
    for number, customer in store.rows("SELECT event_no, customer FROM event_customers"):
        owned.setdefault(customer, []).append(events[number].at)
    assert rows == [(c, len(at), min(at), max(at)) for c, at in sorted(owned.items())]
    assert len(rows) == out.customers
