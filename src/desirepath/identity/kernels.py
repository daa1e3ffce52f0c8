"""The loops of identity, over codes: sightings become links, links become customers.

An identifier is a number 0 … n−1, in the order (kind, hash): the smaller of two is of the stronger kind.
`codes[s, k]` is the identifier of kind k on sighting s, −1 where there is none. Each loop is serial; the order
in which it meets links is given, so that the answer depends on nothing else.
"""

from __future__ import annotations

import numpy as np

from desirepath.core.compiled import kernel

JOINED, REDUNDANT, REFUSED = 0, 1, 2
BLOCKED, SHARED, TWO_KNOWN, LIMIT, APART, SPLIT = 1, 2, 3, 4, 5, 6
NOBODY = -1


@kernel
def seen(codes, first, last, events, to_first, to_last, to_events):  # type: ignore[no-untyped-def]
    """When each identifier was first and last seen, and on how many events."""
    for s in range(codes.shape[0]):
        for k in range(codes.shape[1]):
            i = codes[s, k]
            if i >= 0:
                to_first[i] = min(to_first[i], first[s])
                to_last[i] = max(to_last[i], last[s])
                to_events[i] += events[s]


@kernel
def count_pairs(codes, usable, known_kinds, among_weak):  # type: ignore[no-untyped-def]
    """How many pairs `star_pairs` will write."""
    count = 0
    for s in range(codes.shape[0]):
        centre = _centre(codes, s, usable, known_kinds)
        if centre >= 0 and (centre >= known_kinds) == among_weak:
            for k in range(codes.shape[1]):
                count += k != centre and codes[s, k] >= 0
    return count


@kernel
def star_pairs(codes, usable, known_kinds, among_weak, pairs, rows):  # type: ignore[no-untyped-def]
    """Tie the strongest usable identifier of each sighting to every other one on it.

    among_weak: only sightings whose strongest is weak; else only those whose strongest is known.
    """
    at = 0
    for s in range(codes.shape[0]):
        centre = _centre(codes, s, usable, known_kinds)
        if centre < 0 or (centre >= known_kinds) != among_weak:
            continue
        a = codes[s, centre]
        for k in range(codes.shape[1]):
            b = codes[s, k]
            if k != centre and b >= 0:
                pairs[at] = (np.int64(min(a, b)) << 32) | np.int64(max(a, b))
                rows[at] = s
                at += 1


@kernel
def _centre(codes, s, usable, known_kinds):  # type: ignore[no-untyped-def]
    for k in range(codes.shape[1]):
        if codes[s, k] >= 0 and usable[codes[s, k]]:
            return k
    return -1


@kernel
def known_pairs(codes, usable, known_kinds, pairs):  # type: ignore[no-untyped-def]
    """Every two usable known identifiers of one sighting; returns how many. `pairs` may be empty: counts only."""
    at = 0
    for s in range(codes.shape[0]):
        for k in range(known_kinds):
            a = codes[s, k]
            if a < 0 or not usable[a]:
                continue
            for j in range(k + 1, known_kinds):
                b = codes[s, j]
                if b >= 0 and usable[b]:
                    if at < len(pairs):
                        pairs[at] = (np.int64(b) << 32) | np.int64(a)
                    at += 1
    return at


@kernel
def gather(pairs, rows, order, first, last, events, to_pair, to_first, to_last, to_events):  # type: ignore[no-untyped-def]
    """One row for each distinct pair, in the order of pairs; returns how many. `order` sorts `pairs`."""
    at = -1
    for o in order:
        if at < 0 or pairs[o] != to_pair[at]:
            at += 1
            to_pair[at], to_first[at], to_last[at], to_events[at] = pairs[o], first[rows[o]], last[rows[o]], 0
        to_first[at] = min(to_first[at], first[rows[o]])
        to_last[at] = max(to_last[at], last[rows[o]])
        to_events[at] += events[rows[o]]
    return at + 1


@kernel
def root_of(parent, i):  # type: ignore[no-untyped-def]
    """The identifier that stands for i's group; shortens the way there."""
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@kernel
def join(order, a, b, strong, parent, size, known, counts, limits, apart, status, why, detail):  # type: ignore[no-untyped-def]
    """Walk the links in the given order and join their ends, unless a rule forbids it.

    parent, size: a union-find forest. known[root]: the group has a known identifier.
    counts[root, k]: how many values the group has of limited kind k; limits[k]: the most it may have.
    apart: for each group, a chain of (decision, side): what people decided to keep apart.
    status, why, detail: written for each link; links whose `why` is set already are left alone.
    """
    apart_head, apart_tail, apart_next, apart_decision, apart_side, sides = apart
    for o in order:
        if why[o] != 0:
            continue
        x, y = root_of(parent, a[o]), root_of(parent, b[o])
        if x == y:
            status[o] = REDUNDANT
            continue
        status[o] = REFUSED
        if _kept_apart(x, y, apart_head, apart_next, apart_decision, apart_side, sides):
            why[o] = APART
            continue
        if not strong[o] and known[x] and known[y]:
            why[o] = TWO_KNOWN
            continue
        over = _over(x, y, counts, limits)
        if over >= 0:
            why[o], detail[o] = LIMIT, over
            continue
        status[o] = JOINED
        if size[x] < size[y]:
            x, y = y, x
        parent[y] = x
        size[x] += size[y]
        known[x] = known[x] or known[y]
        for k in range(counts.shape[1]):
            counts[x, k] += counts[y, k]
        if apart_head[y] >= 0:
            if apart_head[x] < 0:
                apart_head[x] = apart_head[y]
            else:
                apart_next[apart_tail[x]] = apart_head[y]
            apart_tail[x] = apart_tail[y]


@kernel
def _over(x, y, counts, limits):  # type: ignore[no-untyped-def]
    """The first limited kind of which the two groups would have too many values together, or −1."""
    for k in range(counts.shape[1]):
        # A group is only ever over its limit by the sum: one value of each is within every limit.
        if counts[x, k] > 0 and counts[y, k] > 0 and counts[x, k] + counts[y, k] > limits[k]:
            return k
    return -1


@kernel
def _kept_apart(x, y, head, following, decision, side, sides):  # type: ignore[no-untyped-def]
    """Whether one group holds a side of a decision and the other group its other side."""
    if head[x] < 0 or head[y] < 0:
        return False
    entry = head[x]
    while entry >= 0:
        sides[decision[entry]] |= np.int8(1) << side[entry]
        entry = following[entry]
    found = False
    entry = head[y]
    while entry >= 0 and not found:
        found = (sides[decision[entry]] & (np.int8(1) << (1 - side[entry]))) != 0
        entry = following[entry]
    entry = head[x]
    while entry >= 0:
        sides[decision[entry]] = 0
        entry = following[entry]
    return found


@kernel
def group_of_each(parent, to_group):  # type: ignore[no-untyped-def]
    """The root of every identifier."""
    for i in range(len(parent)):
        to_group[i] = root_of(parent, i)


@kernel
def stand_for(group, kind, first, to_main):  # type: ignore[no-untyped-def]
    """For each root, the identifier that the customer is named after: strongest kind, first seen, lowest code."""
    for i in range(len(group)):
        best = to_main[group[i]]
        if best < 0 or (kind[i] == kind[best] and first[i] < first[best]):
            to_main[group[i]] = i


@kernel
def owners(codes, group, usable, blocked, resolved, split, to_owner, to_by):  # type: ignore[no-untyped-def]
    """Whose each sighting is: the group, by the identifier at place `by` of the row.

    The strongest usable identifier whose group is known (`resolved[root]`) or which is split among people
    (`split[i] ≥ 0`, written as −2 − split[i]); else the strongest usable; else a shared one's own; else nobody.
    """
    for s in range(codes.shape[0]):
        owner, by, rank = NOBODY, -1, 3
        for k in range(codes.shape[1]):
            i = codes[s, k]
            if i < 0 or blocked[i]:
                continue
            if usable[i] and split[i] >= 0:
                owner, by = -2 - split[i], k
                break
            if usable[i] and resolved[group[i]]:
                owner, by = group[i], k
                break
            this = 1 if usable[i] else 2
            if this < rank:
                owner, by, rank = group[i], k, this
        to_owner[s], to_by[s] = owner, by


@kernel
def tie(codes, blocked, parent, size):  # type: ignore[no-untyped-def]
    """Put all identifiers of a sighting that are not blocked into one group, whatever the rules say of them."""
    for s in range(codes.shape[0]):
        first = -1
        for k in range(codes.shape[1]):
            i = codes[s, k]
            if i < 0 or blocked[i]:
                continue
            if first < 0:
                first = i
                continue
            x, y = root_of(parent, first), root_of(parent, i)
            if x == y:
                continue
            if size[x] < size[y]:
                x, y = y, x
            parent[y] = x
            size[x] += size[y]


@kernel
def number_components(codes, blocked, parent, to_identifier, to_sighting):  # type: ignore[no-untyped-def]
    """Number the groups from 0; −1 for blocked identifiers and for sightings without another. Returns how many."""
    count = 0
    to_identifier[:] = -1
    for i in range(len(parent)):
        if blocked[i]:
            continue
        root = root_of(parent, i)
        if to_identifier[root] < 0:
            to_identifier[root] = count
            count += 1
        to_identifier[i] = to_identifier[root]
    for s in range(codes.shape[0]):
        to_sighting[s] = -1
        for k in range(codes.shape[1]):
            i = codes[s, k]
            if i >= 0 and not blocked[i]:
                to_sighting[s] = to_identifier[i]
                break
    return count
