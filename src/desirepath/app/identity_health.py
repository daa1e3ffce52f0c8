"""How well is it known who is who? What identity made of the identifiers, by kind, and what it refused.

In: the event store of a journey, with its customers. Out: a Health: counts, the kinds of identifiers, the refused links
by their reason with the first of each, what became of customers between refreshes, and what people decided.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desirepath.app.identify import explain_changes, explain_decisions
from desirepath.identity.explain import ChangeExplained, DecisionExplained, say_identifier, why_link
from desirepath.store import identity_ask
from desirepath.store.identity_db import rules_used

if TYPE_CHECKING:
    from desirepath.store.events_db import EventStore

_OF_EACH = 20  # links of one reason
_CHANGES = 200


@dataclass(frozen=True, slots=True)
class KindHealth:
    """Identifiers of one kind, from the strongest. shared, blocked: values that link nobody."""

    kind: str
    known: bool
    identifiers: int
    used: int
    shared: int
    blocked: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Links refused for one reason; the first of them: one identifier, the other, in words why."""

    why: str
    links: int
    first: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Health:
    """All of it. nobody: events that name no customer, by source."""

    customers: int
    known: int
    identifiers: int
    events: int
    nobody: Mapping[str, int]
    joined: int
    refused: int
    kinds: tuple[KindHealth, ...]
    refusals: tuple[Refusal, ...]
    changes: tuple[ChangeExplained, ...]
    changes_in_all: int
    decisions: tuple[DecisionExplained, ...]


def health(store: EventStore) -> Health:
    """The whole of it. The store must have been refreshed."""
    rules = rules_used(store)
    customers, known = store.rows("SELECT count(*), count(*) FILTER (known) FROM customers")[0]
    counts = {
        str(kind): (int(n), int(used), int(shared), int(blocked))
        for kind, n, used, shared, blocked in store.rows(
            "SELECT kind, count(*), count(*) FILTER (status = 'used'), count(*) FILTER (status = 'shared'),"
            " count(*) FILTER (status = 'blocked') FROM identifiers GROUP BY 1"
        )
    }
    nobody = store.rows(
        "SELECT e.source, count(*) FROM events e ANTI JOIN event_customers c ON c.event_no = e.event_no"
        " GROUP BY 1 ORDER BY 1"
    )
    links = {str(status): int(n) for status, n in store.rows("SELECT status, count(*) FROM links GROUP BY 1")}
    changes = explain_changes(store)
    return Health(
        customers=int(customers),
        known=int(known),
        identifiers=sum(one[0] for one in counts.values()),
        events=int(store.value("SELECT count(*) FROM events")),
        nobody={str(source): int(n) for source, n in nobody},
        joined=links.get("joined", 0),
        refused=links.get("refused", 0),
        kinds=tuple(
            KindHealth(kind.name, kind.known, *counts.get(kind.name, (0, 0, 0, 0)))
            for kind in rules.kinds
            if kind.name in counts
        ),
        refusals=tuple(_refusals(store)),
        changes=changes[:_CHANGES],
        changes_in_all=len(changes),
        decisions=explain_decisions(store),
    )


def _refusals(store: EventStore) -> list[Refusal]:
    rules = rules_used(store)
    found = []
    for why, links in store.rows(
        "SELECT why, count(*) AS n FROM links WHERE status = 'refused' GROUP BY 1 ORDER BY n DESC, 1"
    ):
        rows = identity_ask.refused_links(store, str(why), _OF_EACH)
        first = tuple(
            (
                say_identifier(row["kind_a"], row["value_a"]),
                say_identifier(row["kind_b"], row["value_b"]),
                why_link(row, rules),
            )
            for row in rows
        )
        found.append(Refusal(str(why), int(links), first))
    return found
