"""Identity, slow and obvious: sets of (kind, value) that grow; judges the codes and loops of the real one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from desirepath.identity.hashing import hash_values
from desirepath.identity.resolve import Apart
from desirepath.identity.rules import Rules

Identifier = tuple[str, str]


@dataclass(frozen=True)
class Seen:
    """One event: when, and its identifiers by kind."""

    at: int
    ids: dict[str, str]


def sightings(events: Iterable[Seen], rules: Rules) -> pa.Table:
    """Events as the table that `resolve` takes: one row for each distinct combination of identifiers."""
    rows: dict[tuple[str | None, ...], list[int]] = defaultdict(list)
    for event in events:
        rows[tuple(event.ids.get(name) for name in rules.names)].append(event.at)
    columns = {
        name: pa.array([row[place] for row in rows], pa.string()) for place, name in enumerate(rules.names)
    }
    return pa.table(
        {
            **columns,
            "first_seen": pa.array([min(times) for times in rows.values()], pa.int64()),
            "last_seen": pa.array([max(times) for times in rows.values()], pa.int64()),
            "events": pa.array([len(times) for times in rows.values()], pa.int64()),
        }
    )


@dataclass
class Twin:
    """The twin's answer. links: {(a, b): (status, why)}; owner: for each event a group, or None, or a device."""

    groups: list[frozenset[Identifier]]
    shared: set[Identifier]
    links: dict[tuple[Identifier, Identifier], tuple[str, str]]
    owner: list[frozenset[Identifier] | Identifier | None]


def resolve_slowly(events: Sequence[Seen], rules: Rules, apart: Sequence[Apart] = ()) -> Twin:
    """The rules of docs/why/identity.md, one after the other. Values are clean; blocked ones stand in the rules."""
    strength = {name: place for place, name in enumerate(rules.names)}
    known_kinds = {kind.name for kind in rules.kinds if kind.known}
    blocked = {(kind.name, value) for kind in rules.kinds for value in kind.blocked}

    def order(one: Identifier) -> tuple[int, int]:
        return strength[one[0]], int(hash_values(one[0], pa.array([one[1]]))[0])

    rows = [sorted(event.ids.items(), key=order) for event in events]
    groups = {one: {one} for row in rows for one in row}
    shared: set[Identifier] = set()

    def usable(one: Identifier) -> bool:
        return one not in blocked and one not in shared

    def is_known(one: Identifier) -> bool:
        return one[0] in known_kinds

    # Known values tied to too many stronger known values.
    ties: dict[tuple[Identifier, str], set[Identifier]] = defaultdict(set)
    for row in rows:
        for one in row:
            for stronger in row:
                if is_known(one) and usable(one) and usable(stronger) and order(stronger)[0] < order(one)[0]:
                    ties[one, stronger[0]].add(stronger)
    for (one, _), others in ties.items():
        most = rules.kind(one[0]).shared_after
        if most is not None and len(others) > most:
            shared.add(one)

    links: dict[tuple[Identifier, Identifier], tuple[str, str]] = {}
    times: dict[tuple[Identifier, Identifier], list[int]] = defaultdict(list)

    def star(event: Seen, row: list[Identifier], known: bool) -> None:
        centre = next((one for one in row if usable(one)), None)
        if centre is not None and is_known(centre) == known:
            for one in row:
                if one != centre:
                    a, b = sorted([one, centre], key=order)
                    times[a, b].append(event.at)

    def rank(link: tuple[Identifier, Identifier]) -> tuple[int, ...]:
        a, b = link
        level = sum(not is_known(one) for one in link)
        if rules.anonymous_past == "last_known" and level == 1:
            return (level, 0, -max(times[link]), *order(a), *order(b))
        return (level, order(a)[0], min(times[link]), *order(a), *order(b))

    def join(link: tuple[Identifier, Identifier]) -> tuple[str, str]:
        a, b = link
        for one in link:
            if one in blocked:
                return "refused", "blocked"
        for one in link:
            if one in shared:
                return "refused", "shared"
        one, other = groups[a], groups[b]
        if one is other:
            return "redundant", ""
        for decision in apart:
            left, right = (set(side) for side in decision.sides)
            if (one & left and other & right) or (one & right and other & left):
                return "refused", "apart"
        weak = not (is_known(a) and is_known(b))
        if weak and any(map(is_known, one)) and any(map(is_known, other)):
            return "refused", "two_known"
        for kind in rules.kinds:
            mine, theirs = (sum(k == kind.name for k, _ in group) for group in (one, other))
            if kind.limit is not None and mine and theirs and mine + theirs > kind.limit:
                return "refused", "limit"
        one |= other
        for member in other:
            groups[member] = one
        return "joined", ""

    for event, row in zip(events, rows, strict=True):
        star(event, row, known=True)
    first = sorted(times, key=rank)
    for link in first:
        if is_known(link[0]) and is_known(link[1]):
            links[link] = join(link)

    # Weak values tied to too many people; and devices of several people, which may be split.
    people: dict[Identifier, set[int]] = defaultdict(set)
    for a, b in first:
        if not is_known(b) and a not in blocked | shared and b not in blocked:
            people[b].add(id(groups[a]))
    for one, of in people.items():
        most = rules.kind(one[0]).shared_after
        if most is not None and len(of) > most:
            shared.add(one)
    several = {one for one, of in people.items() if len(of) > 1 and one not in shared}
    split = several if rules.anonymous_past == "device_split" else set()

    for link in first:
        if link not in links:
            links[link] = join(link)
    times.clear()
    for event, row in zip(events, rows, strict=True):
        star(event, row, known=False)
    for link in sorted(times, key=rank):
        refused = [
            w for w, bad in (("blocked", blocked), ("shared", shared), ("split", split)) if bad & {*link}
        ]
        links[link] = ("refused", refused[0]) if refused else join(link)

    def owner(row: list[Identifier]) -> frozenset[Identifier] | Identifier | None:
        for one in row:
            if usable(one) and one in split:
                return one
            if usable(one) and any(is_known(x) and x not in shared for x in groups[one]):
                return frozenset(groups[one])
        for good in (usable, lambda one: one not in blocked):
            for one in row:
                if good(one):
                    return frozenset(groups[one])
        return None

    return Twin(
        sorted({frozenset(group) for group in groups.values()}, key=sorted),
        shared, links, [owner(row) for row in rows],
    )  # fmt: skip
