"""Which identifiers were seen together, and in what order are they joined?

In: coded sightings. Out: Links, one row for each two identifiers of which one was the strongest usable one on
a sighting and the other was on it too. On an event with a user id, an e-mail and a device, the last two are
tied to the user id and not to each other: what an event says, it says of the customer whose it is.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from desirepath.identity import kernels
from desirepath.identity.reasons import IdentifierStatus, Refusal, Strength
from desirepath.identity.rules import Rules
from desirepath.identity.sightings import Bools, Coded, Identifiers, Int8, Int32, Int64


@dataclass(slots=True)
class Links:
    """Grain: two identifiers that were seen together. Arrays of equal length; a is of the stronger kind.

    strength: reasons.Strength. first_seen, last_seen: µs UTC. events: how many.
    status: reasons.LinkStatus; why: reasons.Refusal; detail: for LIMIT, the kind of which there would be too
    many, else −1. These three are written when links are joined.
    """

    a: Int32
    b: Int32
    strength: Int8
    first_seen: Int64
    last_seen: Int64
    events: Int64
    status: Int8
    why: Int8
    detail: Int8

    def __len__(self) -> int:
        return len(self.a)

    def where(self, choice: Bools | Int64) -> Links:
        """The links that a mask keeps, or in a given order."""
        return Links(*(getattr(self, f.name)[choice] for f in fields(self)))

    def then(self, more: Links) -> Links:
        """These links and then more of them."""
        return Links(*(np.concatenate([getattr(x, f.name) for x in (self, more)]) for f in fields(self)))


def links_of(coded: Coded, rules: Rules, *, among_weak: bool) -> Links:
    """The links of sightings whose strongest usable identifier is known (or, `among_weak`, is weak).

    Links to a blocked or shared identifier are there too, refused already.
    """
    known = sum(kind.known for kind in rules.kinds)
    identifiers = coded.identifiers
    usable = identifiers.usable
    count = kernels.count_pairs(coded.codes, usable, known, among_weak)
    pairs, rows = np.empty(count, np.int64), np.empty(count, np.int32)
    kernels.star_pairs(coded.codes, usable, known, among_weak, pairs, rows)
    order = np.argsort(pairs, kind="stable")
    to_pair, first, last, events = (np.empty(count, np.int64) for _ in range(4))
    n = kernels.gather(
        pairs, rows, order, coded.first_seen, coded.last_seen, coded.events, to_pair, first, last, events
    )
    a, b = (to_pair[:n] >> 32).astype(np.int32), (to_pair[:n] & 0xFFFFFFFF).astype(np.int32)
    return Links(
        a, b, _strength(identifiers, a, b, known), first[:n].copy(), last[:n].copy(), events[:n].copy(),
        np.zeros(n, np.int8), _refused_at_once(identifiers, a, b), np.full(n, -1, np.int8),
    )  # fmt: skip


def _strength(identifiers: Identifiers, a: Int32, b: Int32, known: int) -> Int8:
    weak = (identifiers.kind[a] >= known).astype(np.int8) + (identifiers.kind[b] >= known)
    names = np.array([Strength.STRONG, Strength.DIRECT, Strength.INDIRECT], np.int8)
    return names[weak]


def _refused_at_once(identifiers: Identifiers, a: Int32, b: Int32) -> Int8:
    why = np.zeros(len(a), np.int8)
    for status, reason in (
        (IdentifierStatus.SHARED, Refusal.SHARED), (IdentifierStatus.BLOCKED, Refusal.BLOCKED)
    ):  # fmt: skip
        why[(identifiers.status[a] == status) | (identifiers.status[b] == status)] = reason
    return why


def order_of(links: Links, identifiers: Identifiers, rules: Rules) -> Int64:
    """The order in which links are joined; it depends on what was seen, never on when it was loaded.

    Strong links first, then direct, then indirect; among these by the stronger end's kind, then the earliest
    first; last by the identifiers' hashes. Under `last_known` direct links go the latest first, so that a
    device comes to whoever was known on it last. `links` must be sorted by (a, b).
    """
    kinds = len(rules.kinds)
    rank = (links.strength * np.int16(kinds) + identifiers.kind[links.a]).astype(np.int16)
    when = links.first_seen
    if rules.anonymous_past == "last_known":
        direct = links.strength == Strength.DIRECT
        rank[direct] = np.int16(Strength.DIRECT * kinds)
        when = np.where(direct, -links.last_seen, when)
    order = np.argsort(when, kind="stable")
    return order[np.argsort(rank[order], kind="stable")]


def people_of(links: Links, person: NDArray[np.integer], b_least: int) -> tuple[Int32, Int32]:
    """For each identifier b with more than `b_least` links: how many distinct people (of the a ends) it has.

    person: for each link, a number for the person at its end a. Returns (identifiers, counts).
    """
    few = np.bincount(links.b) <= b_least if len(links) else np.zeros(0, np.bool_)
    chosen = np.flatnonzero(~few[links.b])
    pairs = distinct((links.b[chosen].astype(np.int64) << 32) | person[chosen].astype(np.int64))
    b, counts = np.unique(pairs >> 32, return_counts=True)
    return b.astype(np.int32), counts.astype(np.int32)


def distinct(numbers: Int64) -> Int64:
    """Each number once, in order. np.unique hashes before it sorts, which costs twice the time here."""
    ordered = np.sort(numbers)
    return ordered[np.flatnonzero(np.diff(ordered, prepend=ordered[:1] - 1))]
