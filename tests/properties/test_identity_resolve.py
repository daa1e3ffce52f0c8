"""Laws of identity: order never matters, protection and limits always hold, and two judges agree."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import pairwise

import networkx as nx
import pytest
from hypothesis import event, given, note
from hypothesis import strategies as st

from desirepath.identity.reasons import BY_TIME, NOBODY, IdentifierStatus, LinkStatus, Refusal, Strength
from desirepath.identity.resolve import Resolution, find, resolve
from desirepath.identity.rules import Apart, Kind, Rules
from tests.twins.identity import Identifier, Seen, resolve_slowly, sightings

KINDS = ("user_id", "email", "phone", "order_id", "device_id", "anonymous_id")
KNOWN = ("user_id", "email", "phone")
PASTS = ("graph", "last_known", "device_split")


def value(kind: str, number: int) -> str:
    return {"email": f"p{number}@shop.com", "phone": f"+6141234500{number}"}.get(kind, f"{kind[0]}{number}")


@st.composite
def all_rules(draw: st.DrawFn) -> Rules:
    kinds = []
    for name in KINDS:
        blocked = (value(name, 0),) if draw(st.integers(0, 9)) == 0 else ()
        limit = draw(st.sampled_from([None, 1, 2, 3]))
        shared_after = draw(st.sampled_from([None, 1, 2, 5]))
        kinds.append(Kind(name, name in KNOWN, limit, shared_after, blocked))
    return Rules(tuple(kinds), draw(st.sampled_from(PASTS)))


@st.composite
def some_events(draw: st.DrawFn, most: int = 30) -> list[Seen]:
    numbers = st.integers(0, draw(st.integers(1, 6)))
    ids = st.dictionaries(st.sampled_from(KINDS), numbers, min_size=1, max_size=4)
    found = draw(st.lists(st.tuples(st.integers(0, 20), ids), min_size=1, max_size=most))
    return [Seen(at, {kind: value(kind, n) for kind, n in one.items()}) for at, one in found]


@st.composite
def decisions(draw: st.DrawFn) -> list[Apart]:
    one = st.tuples(st.sampled_from(KINDS), st.integers(0, 4)).map(lambda x: (x[0], value(*x)))
    side = st.lists(one, min_size=1, max_size=3, unique=True).map(tuple)
    return [Apart(n, sides) for n, sides in enumerate(draw(st.lists(st.tuples(side, side), max_size=3)))]


def names(answer: Resolution) -> list[Identifier]:
    kinds = answer.rules.names
    return [
        (kinds[k], v)
        for k, v in zip(answer.identifiers.kind, answer.identifiers.value.to_pylist(), strict=True)
    ]


def links(answer: Resolution) -> dict[tuple[Identifier, Identifier], tuple[str, str]]:
    name, table = names(answer), answer.links
    return {
        (name[a], name[b]): (LinkStatus(status).word, Refusal(why).word)
        for a, b, status, why in zip(table.a, table.b, table.status, table.why, strict=True)
    }


def groups_by_links(answer: Resolution, strengths: set[Strength]) -> list[set[Identifier]]:
    """The groups that the joined links of some strengths make, by networkx."""
    name, table = names(answer), answer.links
    graph = nx.Graph()
    graph.add_nodes_from(name)
    for a, b, strength, status in zip(table.a, table.b, table.strength, table.status, strict=True):
        if status == LinkStatus.JOINED and strength in strengths:
            graph.add_edge(name[a], name[b])
    return list(nx.connected_components(graph))


def members(answer: Resolution) -> dict[str, set[Identifier]]:
    """The identifiers of each customer, by the customer's id."""
    found = defaultdict(set)
    for name, customer in zip(names(answer), answer.customer_of, strict=True):
        if customer >= 0:
            found[answer.customer_id[int(customer)].as_py()].add(name)
    return dict(found)


@given(some_events(), all_rules(), decisions())
def test_the_resolver_agrees_with_its_slow_twin(events, rules, apart):
    answer = resolve(sightings(events, rules), rules, apart)
    twin = resolve_slowly(events, rules, apart)
    note(f"{answer.links}")
    assert links(answer) == twin.links
    for status, why in twin.links.values():
        event(f"{status} {why}")
    name = names(answer)
    status = answer.identifiers.status
    assert {name[i] for i in range(len(name)) if status[i] == IdentifierStatus.SHARED} == twin.shared
    owned = {tuple(sorted(seen.ids.items())): owner for seen, owner in zip(events, twin.owner, strict=True)}
    split_rows = dict(zip(answer.split.event_row, answer.split.event_device, strict=True))
    group_of = members(answer)
    for row, customer in enumerate(answer.sighting_customer):
        ids = {name[i] for i in answer.coded.codes[row] if i >= 0}
        expected = owned[tuple(sorted(ids))]
        if customer == NOBODY:
            assert expected is None
        elif customer == BY_TIME:
            assert expected == name[answer.split.device[split_rows[row]]]
        else:
            assert group_of[answer.customer_id[int(customer)].as_py()] == expected


@given(some_events(), all_rules(), decisions(), st.randoms())
def test_the_order_of_sightings_never_changes_who_is_who(events, rules, apart, chance):
    shuffled = list(events)
    chance.shuffle(shuffled)
    one, other = (resolve(sightings(each, rules), rules, apart) for each in (events, shuffled))
    assert names(one) == names(other)
    assert one.customer_id.equals(other.customer_id)
    assert one.customer_of.tolist() == other.customer_of.tolist()
    assert one.named_after.tolist() == other.named_after.tolist()
    assert list(links(one).items()) == list(links(other).items())
    assert one.links.why.tolist() == other.links.why.tolist()


@given(some_events())
def test_without_limits_customers_are_the_connected_components(events):
    # Where every kind is known all links are strong, and nothing is protected from them.
    rules = Rules(tuple(Kind(name, known=True, shared_after=None) for name in KINDS))
    answer = resolve(sightings(events, rules), rules)
    graph = nx.Graph()
    for seen in events:
        graph.add_nodes_from(seen.ids.items())
        graph.add_edges_from(pairwise(seen.ids.items()))
    expected = sorted(map(sorted, nx.connected_components(graph)))
    assert sorted(map(sorted, members(answer).values())) == expected
    assert answer.known.all()


@given(some_events())
def test_devices_alone_join_by_connection_too(events):
    rules = Rules(tuple(Kind(name, shared_after=None) for name in KINDS))
    answer = resolve(sightings(events, rules), rules)
    graph = nx.Graph()
    for seen in events:
        graph.add_nodes_from(seen.ids.items())
        graph.add_edges_from(pairwise(seen.ids.items()))
    assert sorted(map(sorted, members(answer).values())) == sorted(
        map(sorted, nx.connected_components(graph))
    )
    assert not answer.known.any()


@given(some_events(), all_rules(), decisions())
def test_limits_hold_for_every_customer(events, rules, apart):
    answer = resolve(sightings(events, rules), rules, apart)
    for group in members(answer).values():
        for kind in rules.kinds:
            if kind.limit is not None:
                assert sum(name == kind.name for name, _ in group) <= kind.limit


@given(some_events(), all_rules(), decisions())
def test_two_known_people_are_never_joined_by_a_weak_link(events, rules, apart):
    answer = resolve(sightings(events, rules), rules, apart)
    people = [g for g in groups_by_links(answer, {Strength.STRONG}) if any(k in KNOWN for k, _ in g)]
    for customer in groups_by_links(answer, set(Strength)):
        assert sum(person <= customer for person in people) <= 1


@given(some_events(), all_rules(), decisions())
def test_what_people_decided_to_keep_apart_is_never_one_customer(events, rules, apart):
    answer = resolve(sightings(events, rules), rules, apart)
    for group in groups_by_links(answer, set(Strength)):
        for decision in apart:
            left, right = (group & set(side) for side in decision.sides)
            assert not (left - right and right - left)


@given(some_events(), all_rules())
def test_blocked_and_shared_values_tie_nobody(events, rules):
    answer = resolve(sightings(events, rules), rules)
    name, status = names(answer), answer.identifiers.status
    bad = {name[i] for i in range(len(name)) if status[i] != IdentifierStatus.USED}
    for group in groups_by_links(answer, set(Strength)):
        assert len(group) == 1 or not group & bad


@given(some_events(), all_rules())
def test_every_event_with_something_usable_has_one_customer(events, rules):
    answer = resolve(sightings(events, rules), rules)
    blocked = {(kind.name, one) for kind in rules.kinds for one in kind.blocked}
    name = names(answer)
    for row, customer in enumerate(answer.sighting_customer):
        ids = {name[i] for i in answer.coded.codes[row] if i >= 0}
        assert (customer == NOBODY) == (ids <= blocked)
    # Nobody is a customer without an event, and ids are in order.
    ids = answer.customer_id.to_pylist()
    assert ids == sorted(set(ids))
    owned = {int(c) for c in answer.sighting_customer if c >= 0}
    assert owned == set(range(answer.customers))


@given(some_events(most=15), some_events(most=15), all_rules())
def test_undoing_what_new_sightings_joined_gives_the_earlier_customers_back(before, after, rules):
    # Shared values are a judgement over all that is known; it may change with new sightings.
    rules = replace(rules, anonymous_past="graph")
    rules = replace(rules, kinds=tuple(replace(kind, shared_after=None, limit=None) for kind in rules.kinds))
    # An identifier that is new is evidence of its own: it may show that an earlier customer was two people.
    # And time goes on: an older sighting of an identifier may rename the customer that is named after it.
    known = {one for seen in before for one in seen.ids.items()}
    later = [Seen(seen.at + 100, {k: v for k, v in seen.ids.items() if (k, v) in known}) for seen in after]
    earlier = resolve(sightings(before, rules), rules)
    apart = []
    old = list(members(earlier).values())
    for n, one in enumerate(old):
        for other in old[n + 1 :]:
            apart.append(Apart(len(apart), (tuple(one), tuple(other))))
    undone = resolve(sightings(before + later, rules), rules, apart)
    assert members(undone) == members(earlier)


@given(some_events(), all_rules())
def test_identifiers_are_found_by_kind_and_value(events, rules):
    answer = resolve(sightings(events, rules), rules)
    name = names(answer)
    assert find(answer.identifiers, rules, name) == list(range(len(name)))
    assert find(answer.identifiers, rules, [("user_id", "nobody"), ("colour", "red")]) == [-1, -1]


@pytest.mark.parametrize("past", PASTS)
def test_nothing_to_resolve_is_no_customer(past):
    rules = Rules(tuple(Kind(name, name in KNOWN) for name in KINDS), past)
    answer = resolve(sightings([], rules), rules)
    assert answer.customers == 0
    assert len(answer.links) == 0
