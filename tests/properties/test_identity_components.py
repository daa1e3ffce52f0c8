"""A component that is resolved alone has the answer that it has among all: only what was touched is resolved again."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import networkx as nx
import numpy as np
import pyarrow as pa
from hypothesis import event, given

from desirepath.identity.components import NONE, components_of
from desirepath.identity.reasons import BY_TIME, NOBODY, IdentifierStatus
from desirepath.identity.resolve import Resolution, resolve
from desirepath.identity.rules import Rules
from desirepath.identity.sightings import code_sightings
from tests.properties.test_identity_resolve import all_rules, decisions, links, names, some_events
from tests.twins.identity import Identifier, Seen, sightings

Facts = dict[object, object]


def told(answer: Resolution) -> tuple[Facts, Facts, Facts, Facts]:
    """All that an answer says, by name: of customers, identifiers (blocked ones apart), links and sightings."""
    name, found, split = names(answer), answer.identifiers, answer.split
    ids = answer.customer_id.to_pylist()
    customers: Facts = {
        one: (name[answer.named_after[n]], bool(answer.known[n])) for n, one in enumerate(ids)
    }
    identifiers: Facts = {}
    for i, one in enumerate(name):
        if found.status[i] != IdentifierStatus.BLOCKED:
            who = ids[answer.customer_of[i]] if answer.customer_of[i] >= 0 else None
            facts = (
                found.status[i],
                found.people[i],
                found.events[i],
                found.first_seen[i],
                found.last_seen[i],
            )
            identifiers[one] = (who, *(int(fact) for fact in facts))
    whose: Facts = {}
    waiting = dict(zip(split.event_row.tolist(), split.event_device.tolist(), strict=True))
    for row, codes in enumerate(answer.coded.codes):
        key = tuple(name[i] for i in codes if i >= 0)
        customer = int(answer.sighting_customer[row])
        if customer == BY_TIME:
            whose[key] = ("by time", name[split.device[waiting[row]]])
        else:
            whose[key] = None if customer == NOBODY else ids[customer]
    table = answer.links
    details = zip(table.strength, table.detail, table.events, table.first_seen, table.last_seen, strict=True)
    tied: Facts = {
        key: (*value, *(int(one) for one in detail))
        for (key, value), detail in zip(links(answer).items(), details, strict=True)
    }
    return customers, identifiers, tied, whose


def merged(parts: Iterable[tuple[Facts, Facts, Facts, Facts]]) -> tuple[Facts, Facts, Facts, Facts]:
    whole: tuple[Facts, Facts, Facts, Facts] = ({}, {}, {}, {})
    for part in parts:
        for facts, more in zip(whole, part, strict=True):
            assert not facts.keys() & more.keys()
            facts.update(more)
    return whole


@given(some_events(), all_rules(), decisions())
def test_components_alone_have_the_answer_that_they_have_among_all(events, rules, apart):
    table = sightings(events, rules)
    of = components_of(code_sightings(table, rules)).sighting
    event(f"{len(set(of))} components")
    alone = [resolve(table.filter(pa.array(of == one)), rules, apart) for one in np.unique(of)]
    assert merged(told(one) for one in alone) == told(resolve(table, rules, apart))


@given(some_events(), all_rules(), decisions())
def test_links_keep_their_order_within_a_component(events, rules, apart):
    table = sightings(events, rules)
    of = components_of(code_sightings(table, rules))
    every = list(links(resolve(table, rules, apart)))
    for one in np.unique(of.sighting):
        alone = list(links(resolve(table.filter(pa.array(of.sighting == one)), rules, apart)))
        own = set(alone)
        assert alone == [link for link in every if link in own]


@given(some_events(), all_rules())
def test_components_are_what_was_ever_seen_together(events: list[Seen], rules: Rules) -> None:
    coded = code_sightings(sightings(events, rules), rules)
    of = components_of(coded)
    blocked = {(kind.name, value) for kind in rules.kinds for value in kind.blocked}
    graph: nx.Graph[Identifier] = nx.Graph()
    for seen in events:
        good = [one for one in seen.ids.items() if one not in blocked]
        graph.add_nodes_from(good)
        graph.add_edges_from(pairwise(good))
    found = coded.identifiers
    name = [(rules.names[k], v) for k, v in zip(found.kind, found.value.to_pylist(), strict=True)]
    assert {one for one, c in zip(name, of.identifier, strict=True) if c == NONE} == set(name) & blocked
    groups: dict[int, set[Identifier]] = {}
    for one, c in zip(name, of.identifier.tolist(), strict=True):
        if c != NONE:
            groups.setdefault(c, set()).add(one)
    assert sorted(groups) == list(range(of.count))
    assert sorted(map(sorted, groups.values())) == sorted(map(sorted, nx.connected_components(graph)))
