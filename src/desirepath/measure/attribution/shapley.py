"""What does each channel add to the others, on average over all orders in which they could have come?

In: how often journeys that met exactly these channels converted. Out: Shapley values. The worth of a set of channels is
the conversions (or the conversion rate) of the journeys that met no others. By conversions the value has a closed
form: each conversion is shared equally by the channels that it met. By rate it is computed over all sets for up to
EXACT channels, and beyond over random orders and their reverses. Sources: Shapley (1953); Zhao, Mahboobi & Bagheri
(2018) for the closed form; Castro, Gómez & Tejada (2009) for sampling, Mitchell et al. (2022) for reversed orders.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import comb

import numpy as np
from numpy.typing import NDArray

from desirepath.measure.attribution import sets_kernel
from desirepath.measure.attribution.journeys import Stretch, Ways, stretches
from desirepath.trail.spread import spread

Int64 = NDArray[np.int64]
Floats = NDArray[np.float64]

EXACT = 12  # channels: 4,096 sets
_FEWEST, _MOST, _SEED = 256, 2048, 1953  # sampled orders, each with its reverse
_WORK = 5e8  # steps that a sampled value may take, and its replicates together


@dataclass(frozen=True, slots=True)
class Sets:
    """Which channels journeys met. Grain: set and group of customers.

    begin [sets + 1], member: the channels of each distinct set, ascending. which: the set of each row; group; won, over
    (converted or lost), worth (value of the converted).
    """

    begin: Int64
    member: Int64
    which: Int64
    group: Int64
    won: Int64
    over: Int64
    worth: Int64
    channels: int
    groups: int

    def drawn(self, weights: Floats) -> Floats:
        """[replicates, sets, 3]: won, over and worth of each set where groups are drawn so often."""
        from scipy.sparse import csr_matrix

        shape = (self.groups, len(self.begin) - 1)
        columns = [
            weights @ csr_matrix((of.astype(np.float64), (self.group, self.which)), shape=shape)
            for of in (self.won, self.over, self.worth)
        ]
        return np.stack([np.asarray(c) for c in columns], axis=-1)


def count_sets(ways: Ways, groups: int, *, threads: int | None = None, parts: int | None = None) -> Sets:
    """The sets of channels of all journeys whose end is known."""
    everyone = np.arange(len(ways.offset) - 1, dtype=np.int64) if ways.who is None else ways.who

    def work(low: int, high: int) -> _Rows:
        found = [_NOTHING, *(_rows_of(s, ways, groups) for s in stretches(ways, everyone[low:high]))]
        return _joined(found, groups)

    total = _joined([_NOTHING, *spread(work, ways.offset, ways.who, threads=threads, parts=parts)], groups)
    # In an order of their own, so that no sum depends on who walked what.
    members = [tuple(total.flat[b:e].tolist()) for b, e in pairwise(total.ends.tolist())]
    order = sorted(range(len(members)), key=members.__getitem__)
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    sorted_sets = [members[i] for i in order]
    which = place[total.which]
    rows = np.lexsort((total.group, which))
    won, over, worth = total.sums[rows].T
    return Sets(
        np.append(0, np.cumsum([len(one) for one in sorted_sets])).astype(np.int64),
        np.array([code for one in sorted_sets for code in one], np.int64),
        which[rows], total.group[rows], won, over, worth, ways.channels, groups,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Rows:
    """Distinct sets (flat, ends), and sums [rows, 3] by set and group."""

    flat: NDArray[np.int32]
    ends: Int64
    which: Int64
    group: Int64
    sums: Int64


_NOTHING = _Rows(
    np.empty(0, np.int32), np.zeros(1, np.int64), np.empty(0, np.int64), np.empty(0, np.int64),
    np.empty((0, 3), np.int64),
)  # fmt: skip


def _rows_of(s: Stretch, ways: Ways, groups: int) -> _Rows:
    n, length = s.count, int(s.begin[s.count])
    flat, ends = np.empty(length, np.int32), np.zeros(n + 1, np.int64)
    group, sums = np.empty(n, np.int64), np.empty((n, 3), np.int64)
    seen = np.full(ways.channels, -1, np.int64)
    kept = sets_kernel.sets_of(
        n, s.path, s.begin, s.fate, s.won, s.whose, ways.value, groups, seen, flat, ends, group, sums
    )
    return _joined([_Rows(flat, ends[: kept + 1], np.arange(kept), group[:kept], sums[:kept])], groups)


def _joined(parts: list[_Rows], groups: int) -> _Rows:
    """The parts as one, each set and each set of a group once."""
    flat = np.concatenate([one.flat[: one.ends[-1]] for one in parts])
    starts = np.cumsum([0, *(int(one.ends[-1]) for one in parts)])
    ends = np.concatenate(
        [np.zeros(1, np.int64), *(one.ends[1:] + at for one, at in zip(parts, starts, strict=False))]
    )
    shift = np.cumsum([0, *(len(one.ends) - 1 for one in parts)])
    which = np.concatenate([one.which + at for one, at in zip(parts, shift, strict=False)])
    number, first = np.empty(len(ends) - 1, np.int64), np.empty(len(ends) - 1, np.int64)
    table = np.full(1 << max(4, (2 * len(number)).bit_length()), -1, np.int64)
    distinct = sets_kernel.number_sets(flat, ends, table, first, number)
    first = first[:distinct]
    sizes = ends[first + 1] - ends[first]
    new_ends = np.append(0, np.cumsum(sizes)).astype(np.int64)
    take = np.repeat(ends[first] - new_ends[:-1], sizes) + np.arange(new_ends[-1])
    key = number[which] * groups + np.concatenate([one.group for one in parts])
    keys, place = np.unique(key, return_inverse=True)
    sums = np.zeros((len(keys), 3), np.int64)
    np.add.at(sums, place, np.concatenate([one.sums for one in parts]))
    return _Rows(flat[take], new_ends, keys // groups, keys % groups, sums)


@dataclass(frozen=True, slots=True)
class Shapley:
    """Values by channel: what each adds to the chance of conversion, and to the value per journey.

    value [channels, 2]; drawn [replicates, channels, 2]; error [channels, 2]: the standard error of sampling orders, 0
    where all sets were looked at.
    """

    value: Floats
    drawn: Floats
    error: Floats


def shapley_of_rate(sets: Sets, weights: Floats) -> Shapley:
    """Worth of a set: conversion rate (value per journey) of the journeys that met no other channel; 0 where none."""
    here = np.unique(sets.member)
    whole = sets.drawn(np.ones((1, sets.groups)))
    drawn = sets.drawn(weights)
    place = np.searchsorted(here, sets.member)
    if len(here) <= EXACT:
        found = _exact(sets, place, len(here), np.concatenate([whole, drawn]))
        error = np.zeros((len(here), 2))
    else:
        found, error = _sampled(sets, place, len(here), whole, drawn)
    value = np.zeros((len(found), sets.channels, 2))
    value[:, here] = found
    errors = np.zeros((sets.channels, 2))
    errors[here] = error
    return Shapley(value[0], value[1:], errors)


def _exact(sets: Sets, place: Int64, channels: int, drawn: Floats) -> Floats:
    """[replicates, channels, 2], over all sets."""
    size = 1 << channels
    bits = np.zeros(len(sets.begin) - 1, np.int64)
    np.add.at(bits, np.repeat(np.arange(len(bits)), np.diff(sets.begin)), 1 << place)
    worth = np.zeros((len(drawn), size, 3))
    worth[:, bits] = drawn
    for c in range(channels):  # each set now holds its own, then those of all its subsets
        cube = worth.reshape(len(drawn), size >> (c + 1), 2, 1 << c, 3)
        cube[:, :, 1] += cube[:, :, 0]
    over = worth[:, :, 1]
    rate = np.stack([worth[:, :, 0], worth[:, :, 2]], axis=-1)
    rate = np.divide(rate, over[:, :, None], out=np.zeros_like(rate), where=over[:, :, None] > 0)
    index = np.arange(size)
    many = np.array([int(i).bit_count() for i in index])
    share = np.array([1 / (channels * comb(channels - 1, k)) for k in range(channels)])
    out = np.empty((len(drawn), channels, 2))
    for c in range(channels):
        without = index[index & (1 << c) == 0]
        gain = rate[:, without | 1 << c] - rate[:, without]
        out[:, c] = np.einsum("rsk,s->rk", gain, share[many[without]])
    return out


def _sampled(sets: Sets, place: Int64, channels: int, whole: Floats, drawn: Floats) -> tuple[Floats, Floats]:
    """([1 + replicates, channels, 2], standard error of sampling), over random orders, each with its reverse."""
    draw = np.random.default_rng(_SEED)
    each = 2 * (len(place) + channels)
    many = int(np.clip(_WORK // each, _FEWEST, _MOST))
    forward = np.argsort(draw.random((many, channels)), axis=1)
    orders = np.stack([forward, forward[:, ::-1]], axis=1)  # [pairs, 2, channels]

    def values(of: Floats, pairs: int) -> Floats:
        found = np.empty((2 * pairs, channels, 2))
        sets_kernel.walk_orders(sets.begin, place, of, orders[:pairs].reshape(-1, channels), found)
        return np.asarray(found.reshape(pairs, 2, channels, 2).mean(axis=1))

    every = values(whole[0], many)
    pairs = int(np.clip(_WORK // (each * max(1, len(drawn))), 4, many))
    same = every[:pairs].mean(axis=0)
    value = every.mean(axis=0)
    # A replicate is judged by the orders that it shares with the whole: what differs is the customers.
    moved = [values(one, pairs).mean(axis=0) - same for one in drawn]
    error = every.std(axis=0, ddof=1) / np.sqrt(many)
    return np.concatenate([value[None], value + np.array(moved).reshape(-1, channels, 2)]), error
