"""Identity, slow and obvious: sets of (kind, value) that grow; judges the codes and loops of the real one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from desirepath.identity.hashing import hash_values
from desirepath.identity.rules import Apart, Rules

Identifier = tuple[str, str]
Link = tuple[Identifier, Identifier]


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
    links: dict[Link, tuple[str, str]]
    owner: list[frozenset[Identifier] | Identifier | None]


def resolve_slowly(events: Sequence[Seen], rules: Rules, apart: Sequence[Apart] = ()) -> Twin:
    """The rules of docs/why/identity.md, one after the other. Values are clean; blocked ones stand in the rules."""
    return _Slow(events, rules, apart).answer()


class _Slow:
    def __init__(self, events: Sequence[Seen], rules: Rules, apart: Sequence[Apart]) -> None:
        self.events, self.rules, self.apart = events, rules, apart
        self.known_kinds = {kind.name for kind in rules.kinds if kind.known}
        self.blocked = {(kind.name, value) for kind in rules.kinds for value in kind.blocked}
        self.shared: set[Identifier] = set()
        self.split: set[Identifier] = set()
        self.rows = [sorted(event.ids.items(), key=self.order) for event in events]
        self.groups = {one: {one} for row in self.rows for one in row}
        self.links: dict[Link, tuple[str, str]] = {}

    def order(self, one: Identifier) -> tuple[int, int]:
        return self.rules.names.index(one[0]), int(hash_values(one[0], pa.array([one[1]]))[0])

    def usable(self, one: Identifier) -> bool:
        return one not in self.blocked and one not in self.shared

    def known(self, one: Identifier) -> bool:
        return one[0] in self.known_kinds

    def answer(self) -> Twin:
        self.share_known()
        known_first = self.seen_together(known=True)
        order = sorted(known_first, key=lambda link: self.rank(link, known_first[link]))
        for link in order:
            if all(map(self.known, link)):
                self.links[link] = self.join(link)
        self.share_weak(order)
        for link in order:
            if link not in self.links:
                self.links[link] = self.join(link)
        weak = self.seen_together(known=False)
        for link in sorted(weak, key=lambda link: self.rank(link, weak[link])):
            self.links[link] = self.join(link)
        groups = sorted({frozenset(group) for group in self.groups.values()}, key=sorted)
        return Twin(groups, self.shared, self.links, [self.owner(row) for row in self.rows])

    def share_known(self) -> None:
        """Known values tied to too many values of one stronger known kind."""
        ties: dict[tuple[Identifier, str], set[Identifier]] = defaultdict(set)
        for row in self.rows:
            for one in filter(self.known, row):
                for other in row:
                    if self.usable(one) and self.usable(other) and self.order(other)[0] < self.order(one)[0]:
                        ties[one, other[0]].add(other)
        for (one, _), others in ties.items():
            self.share_if_many(one, len(others))

    def share_weak(self, links: list[Link]) -> None:
        """Weak values tied to too many people; and devices of several people, which may be split."""
        people: dict[Identifier, set[int]] = defaultdict(set)
        for a, b in links:
            if not self.known(b) and self.usable(a) and self.usable(b):
                people[b].add(id(self.groups[a]))
        for one, of in people.items():
            self.share_if_many(one, len(of))
            if self.rules.anonymous_past == "device_split" and len(of) > 1 and one not in self.shared:
                self.split.add(one)

    def share_if_many(self, one: Identifier, count: int) -> None:
        most = self.rules.kind(one[0]).shared_after
        if most is not None and count > most:
            self.shared.add(one)

    def seen_together(self, known: bool) -> dict[Link, list[int]]:
        """When the strongest usable identifier of an event, being known (or weak), was seen with another."""
        times: dict[Link, list[int]] = defaultdict(list)
        for event, row in zip(self.events, self.rows, strict=True):
            centre = next(filter(self.usable, row), None)
            if centre is not None and self.known(centre) == known:
                for one in row:
                    if one != centre:
                        a, b = sorted([one, centre], key=self.order)
                        times[a, b].append(event.at)
        return times

    def rank(self, link: Link, times: list[int]) -> tuple[int, ...]:
        a, b = link
        level = sum(not self.known(one) for one in link)
        if self.rules.anonymous_past == "last_known" and level == 1:
            return (level, 0, -max(times), *self.order(a), *self.order(b))
        return (level, self.order(a)[0], min(times), *self.order(a), *self.order(b))

    def join(self, link: Link) -> tuple[str, str]:
        a, b = link
        for why, bad in (("blocked", self.blocked), ("shared", self.shared)):
            if bad & {a, b}:
                return "refused", why
        if not self.known(a) and self.split & {a, b}:
            return "refused", "split"
        one, other = self.groups[a], self.groups[b]
        if one is other:
            return "redundant", ""
        for decision in self.apart:
            left, right = (set(side) for side in decision.sides)
            if (one & left and other & right) or (one & right and other & left):
                return "refused", "apart"
        if not all(map(self.known, link)) and any(map(self.known, one)) and any(map(self.known, other)):
            return "refused", "two_known"
        for kind in self.rules.kinds:
            mine, theirs = (sum(name == kind.name for name, _ in group) for group in (one, other))
            if kind.limit is not None and mine and theirs and mine + theirs > kind.limit:
                return "refused", "limit"
        one |= other
        for member in other:
            self.groups[member] = one
        return "joined", ""

    def owner(self, row: list[Identifier]) -> frozenset[Identifier] | Identifier | None:
        for one in filter(self.usable, row):
            if one in self.split:
                return one
            if any(self.known(x) and x not in self.shared for x in self.groups[one]):
                return frozenset(self.groups[one])
        for good in (self.usable, lambda one: one not in self.blocked):
            for one in filter(good, row):
                return frozenset(self.groups[one])
        return None
