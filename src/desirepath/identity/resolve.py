"""Who is who?

In: sightings (see sightings.py), the Rules, and what people decided to keep apart. Out: a Resolution: the
identifiers and what each is good for, every link and what became of it, the customers, and whose each
sighting is. The same sightings give the same answer in whatever order they come.

How: values that stand for nothing are blocked. A value tied to too many people is shared, and links nobody.
Then links are joined, strongest first (links.py), each joining two groups into one unless that would break a
decision, tie two known people by a weak link, or exceed a limit; such a link is refused, and kept with the
reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from desirepath.identity import kernels
from desirepath.identity.hashing import customer_ids, customer_numbers, hash_values
from desirepath.identity.links import Links, distinct, links_of, order_of, people_of
from desirepath.identity.reasons import BY_TIME, IdentifierStatus, LinkStatus, Refusal, Strength
from desirepath.identity.rules import Apart, Rules
from desirepath.identity.sightings import Bools, Coded, Identifiers, Int8, Int32, Int64, code_sightings


@dataclass(frozen=True, slots=True)
class Split:
    """Devices on which several people were known, whose anonymous events are given out by time.

    device: identifiers, in the order of which the others speak. login_row, login_device, login_customer:
    sightings that show who was known on a device. event_row, event_device: sightings to be given out.
    """

    device: Int32
    login_row: Int32
    login_device: Int32
    login_customer: Int32
    event_row: Int32
    event_device: Int32


@dataclass(frozen=True, slots=True)
class Resolution:
    """The answer. Customers are numbered 0 … n−1 in the order of their ids.

    customer_id: text, such as 'c7f3k2m9qx04a'. known: a person (account) is named, not only a device.
    named_after: the identifier that the id is made of. customer_of: for each identifier, −1 where all its
    events are someone else's, or it is blocked. sighting_customer: for each sighting, or NOBODY, or BY_TIME.
    links: in the order in which they were joined.
    """

    rules: Rules
    identifiers: Identifiers
    links: Links
    customer_id: pa.Array
    known: Bools
    named_after: Int32
    customer_of: Int32
    sighting_customer: Int32
    split: Split
    coded: Coded

    @property
    def customers(self) -> int:
        """How many there are."""
        return len(self.customer_id)


def resolve(sightings: pa.Table, rules: Rules, apart: Sequence[Apart] = ()) -> Resolution:
    """Who is who, from all sightings at once. Raises nothing: what cannot be used is kept, with a reason."""
    coded = code_sightings(sightings, rules)
    identifiers = coded.identifiers
    _mark_shared_known(coded, rules)
    forest = _Forest(identifiers, rules, apart)
    links = links_of(coded, rules, among_weak=False)
    order = order_of(links, identifiers, rules)
    strong = links.strength[order] == Strength.STRONG
    forest.join(links, order[strong])
    people = _people_of_weak(links, forest)
    _mark_shared_weak(identifiers, rules, links, people)
    weak = links_of(coded, rules, among_weak=True)
    device = _split_devices(identifiers, rules, people)
    _refuse_split(weak, device, len(identifiers))
    direct = links.where(order)
    indirect = weak.where(order_of(weak, identifiers, rules))
    links = direct.then(indirect)
    forest.join(links, np.flatnonzero(links.strength != Strength.STRONG))
    links.status[links.why != Refusal.NONE] = LinkStatus.REFUSED
    return _answer(coded, rules, links, forest, device)


class _Forest:
    """Groups of identifiers, as they grow."""

    def __init__(self, identifiers: Identifiers, rules: Rules, apart: Sequence[Apart]) -> None:
        n = len(identifiers)
        self.parent = np.arange(n, dtype=np.int32)
        self.size = np.ones(n, np.int32)
        known = np.array([kind.known for kind in rules.kinds], np.bool_)
        self.known: Bools = known[identifiers.kind] & identifiers.usable
        limited = [place for place, kind in enumerate(rules.kinds) if kind.limit is not None]
        self.limited = np.array(limited, np.int8)
        self.limits = np.array([rules.kinds[place].limit for place in limited], np.int32)
        self.slot = np.full(len(rules.kinds), -1, np.int32)
        self.slot[limited] = np.arange(len(limited))
        self.counts = np.zeros((n, len(limited)), np.int32)
        has = np.flatnonzero(self.slot[identifiers.kind] >= 0)
        self.counts[has, self.slot[identifiers.kind[has]]] = 1
        self.apart = _chains(identifiers, rules, apart)

    def join(self, links: Links, order: Int64) -> None:
        """Join what may be joined; writes status, why and detail of these links."""
        kernels.join(
            order, links.a, links.b, links.strength == Strength.STRONG, self.parent, self.size, self.known,
            self.counts, self.limits, self.apart, links.status, links.why, links.detail,
        )  # fmt: skip
        over = order[links.why[order] == Refusal.LIMIT]
        links.detail[over] = self.limited[links.detail[over]]

    def groups(self) -> Int32:
        """The root of each identifier."""
        group = np.empty_like(self.parent)
        kernels.group_of_each(self.parent, group)
        return group


def _chains(
    identifiers: Identifiers, rules: Rules, apart: Sequence[Apart]
) -> tuple[Int32, Int32, Int32, Int32, Int8, Int8]:
    """Decisions as chains of (decision, side) that hang on identifiers. Identifiers never seen are left out."""
    members = [(d, s, *m) for d, one in enumerate(apart) for s, side in enumerate(one.sides) for m in side]
    places = find(identifiers, rules, [(kind, value) for _, _, kind, value in members])
    entries = [(place, d, s) for place, (d, s, _, _) in zip(places, members, strict=True) if place >= 0]
    head = np.full(len(identifiers), -1, np.int32)
    tail = np.full(len(identifiers), -1, np.int32)
    following = np.full(len(entries), -1, np.int32)
    for entry, (place, _, _) in enumerate(entries):
        if head[place] < 0:
            tail[place] = entry
        following[entry] = head[place]
        head[place] = entry
    decision = np.array([d for _, d, _ in entries], np.int32)
    side = np.array([s for _, _, s in entries], np.int8)
    return head, tail, following, decision, side, np.zeros(len(apart), np.int8)


def find(identifiers: Identifiers, rules: Rules, wanted: Iterable[tuple[str, str]]) -> list[int]:
    """The place of each (kind, value), −1 for one that was never seen. Values made alike."""
    places = []
    for name, value in wanted:
        place = -1
        if name in rules.names:
            kind = rules.names.index(name)
            start, end = np.searchsorted(identifiers.kind, [kind, kind + 1])
            hashed = hash_values(name, pa.array([value]))[0]
            at = start + int(np.searchsorted(identifiers.hash[start:end], hashed))
            while at < end and identifiers.hash[at] == hashed and place < 0:
                place = at if identifiers.value[at].as_py() == value else -1
                at += 1
        places.append(place)
    return places


def _mark_shared_known(coded: Coded, rules: Rules) -> None:
    """A known value seen with too many values of one stronger known kind is shared: info@ of a firm."""
    known = sum(kind.known for kind in rules.kinds)
    identifiers = coded.identifiers
    none = np.empty(0, np.int64)
    pairs = np.empty(kernels.known_pairs(coded.codes, identifiers.usable, known, none), np.int64)
    kernels.known_pairs(coded.codes, identifiers.usable, known, pairs)
    pairs = distinct(pairs)
    value, stronger = (pairs >> 32).astype(np.int32), (pairs & 0xFFFFFFFF).astype(np.int32)
    groups = value.astype(np.int64) * known + identifiers.kind[stronger]
    each, counts = np.unique(groups, return_counts=True)
    np.maximum.at(identifiers.people, each // known if known else each, counts.astype(np.int32))
    _mark_shared(identifiers, rules, np.unique(value))


def _mark_shared(identifiers: Identifiers, rules: Rules, counted: Int32) -> None:
    never = np.iinfo(np.int32).max
    most = np.array([never if k.shared_after is None else k.shared_after for k in rules.kinds], np.int32)
    over = counted[identifiers.people[counted] > most[identifiers.kind[counted]]]
    identifiers.status[over] = IdentifierStatus.SHARED


def _people_of_weak(links: Links, forest: _Forest) -> tuple[Int32, Int32]:
    """Weak identifiers with two known people or more, and how many those are."""
    direct = links.where((links.strength == Strength.DIRECT) & (links.why == Refusal.NONE))
    device, people = people_of(direct, forest.groups()[direct.a], 1)
    return device[people > 1], people[people > 1]


def _mark_shared_weak(
    identifiers: Identifiers, rules: Rules, links: Links, people: tuple[Int32, Int32]
) -> None:
    identifiers.people[people[0]] = people[1]
    _mark_shared(identifiers, rules, people[0])
    shared = identifiers.status == IdentifierStatus.SHARED
    links.why[shared[links.b] & (links.why == Refusal.NONE)] = Refusal.SHARED


def _split_devices(identifiers: Identifiers, rules: Rules, people: tuple[Int32, Int32]) -> Int32:
    if rules.anonymous_past != "device_split":
        return np.empty(0, np.int32)
    return people[0][identifiers.usable[people[0]]]


def _refuse_split(weak: Links, device: Int32, n: int) -> None:
    """What happened on a split device follows the time: nothing is tied to the device as a whole."""
    is_split = np.zeros(n, np.bool_)
    is_split[device] = True
    weak.why[(is_split[weak.a] | is_split[weak.b]) & (weak.why == Refusal.NONE)] = Refusal.SPLIT


def _answer(coded: Coded, rules: Rules, links: Links, forest: _Forest, device: Int32) -> Resolution:
    identifiers, group = coded.identifiers, forest.groups()
    split = np.full(len(identifiers), -1, np.int32)
    split[device] = np.arange(len(device), dtype=np.int32)
    owner, by = np.empty(len(coded.codes), np.int32), np.empty(len(coded.codes), np.int8)
    blocked = identifiers.status == IdentifierStatus.BLOCKED
    kernels.owners(coded.codes, group, identifiers.usable, blocked, forest.known, split, owner, by)
    roots = np.flatnonzero(np.bincount(owner[owner >= 0], minlength=len(identifiers)))
    main = np.full(len(identifiers), -1, np.int32)
    kernels.stand_for(group, identifiers.kind, identifiers.first_seen, main)
    named = main[roots]
    numbers = customer_numbers(
        list(rules.names),
        identifiers.kind[named],
        identifiers.hash[named],
        identifiers.value.take(pa.array(named)),
    )
    order = np.argsort(numbers)
    customer_of_root = np.full(len(identifiers), -1, np.int32)
    customer_of_root[roots[order]] = np.arange(len(roots), dtype=np.int32)
    customer_of = np.where(blocked, -1, customer_of_root[group]).astype(np.int32)
    # The place after the last stands for nobody, so that a negative owner finds its own answer.
    customer = np.where(owner >= 0, customer_of_root[np.maximum(owner, 0)], np.maximum(owner, BY_TIME))
    known_kinds = sum(kind.known for kind in rules.kinds)
    return Resolution(
        rules, identifiers, links, customer_ids(numbers[order]), forest.known[roots[order]], named[order],
        customer_of, customer.astype(np.int32), _split(coded, owner, by, customer, split, device, known_kinds), coded,
    )  # fmt: skip


def _split(
    coded: Coded,
    owner: Int32,
    by: Int8,
    customer: NDArray[np.integer],
    split: Int32,
    device: Int32,
    known: int,
) -> Split:
    """Who was known when on the split devices, and which sightings wait for that."""
    event_row = np.flatnonzero(owner <= BY_TIME).astype(np.int32)
    by_known = (owner >= 0) & (by < known)
    rows, devices = [], []
    if len(device):
        for place in range(known, coded.codes.shape[1]):
            code = coded.codes[:, place]
            row = np.flatnonzero(by_known & (code >= 0))
            row = row[split[code[row]] >= 0]
            rows.append(row.astype(np.int32))
            devices.append(split[code[row]])
    login_row = np.concatenate(rows) if rows else np.empty(0, np.int32)
    login_device = np.concatenate(devices) if devices else np.empty(0, np.int32)
    login_customer = customer[login_row].astype(np.int32)
    return Split(device, login_row, login_device, login_customer, event_row, -2 - owner[event_row])
