"""How much would be lost without a channel, if customers walked from channel to channel as a Markov chain does?

In: counted steps between channels (states of the last k touches), to conversion and to loss. Out: the chance of
conversion, and what of it is gone when everything that leads to a channel leads to loss instead. Solved as linear
equations, never simulated: the same answer each time. Sources: Anderl, Becker, von Wangenheim & Schumann (2016) for the
model; Kemeny & Snell (1960) for absorbing chains.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desirepath.measure.attribution import kernel as kernels
from desirepath.measure.attribution.journeys import Ways, stretches
from desirepath.trail.spread import spread

Int64 = NDArray[np.int64]
Floats = NDArray[np.float64]

_WON, _LOST = -1, -2  # targets of steps, as attribution_kernel.steps writes them
HIGHEST = 8
_FEW = 100  # states taken out by their block; more by factoring what stays


@dataclass(frozen=True, slots=True)
class Removal:
    """What goes with each channel. base: chance of conversion; worth: value per journey; effect, worth_effect: the
    share of each that goes without the channel, [..., channels]."""

    base: Floats
    worth: Floats
    effect: Floats
    worth_effect: Floats


def removal(links: NDArray[np.number]) -> Removal:
    """First order, for one table of counts [channels + 1, channels + 3] or a stack of them (replicates).

    With N = (I − Q)⁻¹ and x the chance of conversion from each state, the chance to ever meet c is
    N[start, c] / N[c, c], and all that goes with c is that times x[c]. Where nothing converts, nothing goes.
    """
    count = np.asarray(links, np.float64)
    states = count.shape[-2]  # the channels, then the start
    channels = states - 1
    out = count[..., : channels + 2].sum(axis=-1)
    share = np.divide(1.0, out, out=np.zeros_like(out), where=out > 0)
    inner = np.zeros((*count.shape[:-2], states, states))
    inner[..., :channels] = count[..., :channels] * share[..., None]
    ways = np.linalg.inv(np.eye(states) - inner)
    gain = np.stack([count[..., channels], count[..., channels + 2]], axis=-1) * share[..., None]
    reach = ways @ gain  # [..., states, 2]: conversion and value from each state
    met = ways[..., channels, :channels] / np.diagonal(ways, axis1=-2, axis2=-1)[..., :channels]
    gone = met[..., None] * reach[..., :channels, :]
    whole = reach[..., channels, :]
    shares = np.divide(gone, whole[..., None, :], out=np.zeros_like(gone), where=whole[..., None, :] != 0)
    return Removal(whole[..., 0], whole[..., 1], shares[..., 0], shares[..., 1])


@dataclass(frozen=True, slots=True)
class Steps:
    """Counted steps of order k by group of customers. Grain: group, source and target. states: the tuples of codes
    (the last k touches or fewer); state 0 is the start; target −1: conversion, −2: loss."""

    states: tuple[tuple[int, ...], ...]
    source: Int64
    target: Int64
    group: Int64
    count: Int64
    worth: Int64
    channels: int
    groups: int


def most_orders(channels: int, groups: int) -> int:
    """The highest order whose steps can be numbered."""
    order = 1
    while order < HIGHEST and groups * (channels + 1) ** (2 * (order + 1)) * 4 < 2**62:
        order += 1
    return order


def count_steps(ways: Ways, order: int, groups: int, *, threads: int | None = None) -> Steps:
    """The steps of order k of all journeys whose end is known. order: at most most_orders(…)."""
    everyone = np.arange(len(ways.offset) - 1, dtype=np.int64) if ways.who is None else ways.who
    size = (ways.channels + 1) ** order

    def work(low: int, high: int) -> tuple[Int64, Int64, Int64]:
        found = []
        room = np.empty(0, np.int64)
        for s in stretches(ways, everyone[low:high]):
            need = int(s.begin[s.count]) + s.count
            if len(room) < 4 * need:
                room = np.empty(4 * need, np.int64)
            source, target, group, worth = room[: 4 * need].reshape(4, need)
            n = kernels.steps(
                s.count, s.path, s.begin, s.fate, s.won, s.whose, ways.value, groups, ways.channels, order,
                source, target, group, worth,
            )  # fmt: skip
            key = (group[:n] * size + source[:n]) * (size + 2) + target[:n] + 2
            found.append(_added(key, np.ones(n, np.int64), worth[:n]))
        return _added(*(np.concatenate(c) for c in zip(*found, strict=True))) if found else _added(*_none())

    parts = spread(work, ways.offset, ways.who, threads=threads) or [_none()]
    key, count, worth = _added(*(np.concatenate(c) for c in zip(*parts, strict=True)))
    target = key % (size + 2) - 2
    group, source = np.divmod(key // (size + 2), size)
    known = np.union1d(np.union1d(source, target[target >= 0]), np.zeros(1, np.int64))
    place = np.where(target >= 0, np.searchsorted(known, np.maximum(target, 0)), target)
    states = tuple(_codes(int(number), ways.channels + 1) for number in known)
    source = np.asarray(np.searchsorted(known, source), np.int64)
    target = np.asarray(place, np.int64)
    return Steps(states, source, target, group, count, worth, ways.channels, groups)


def _none() -> tuple[Int64, Int64, Int64]:
    return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int64)


def _added(key: Int64, count: Int64, worth: Int64) -> tuple[Int64, Int64, Int64]:
    """Each key once, with the sums of its counts and worths."""
    keys, place = np.unique(key, return_inverse=True)
    counts, worths = np.zeros(len(keys), np.int64), np.zeros(len(keys), np.int64)
    np.add.at(counts, place, count)
    np.add.at(worths, place, worth)
    return keys, counts, worths


def _codes(number: int, base: int) -> tuple[int, ...]:
    """The codes of a state, the oldest first."""
    codes: list[int] = []
    while number:
        number, digit = divmod(number, base)
        codes.append(digit - 1)
    return tuple(reversed(codes))


def removal_of_order(steps: Steps, weights: Floats) -> tuple[Removal, Removal]:
    """(the removal effects, the same for each replicate) of order k; sparse.

    weights: [replicates, groups], how often each group of customers is drawn. A channel removed removes every state
    that contains it. Replicates are one step of Newton's method from the whole: the derivative of each chance by each
    counted step is known from the same equations, and none is solved again (infinitesimal jackknife; Efron 1982).
    """
    channels, chain = steps.channels, _Chain(steps, weights)
    whole, drawn = chain.chance()
    without = np.empty((channels, 2))
    without_drawn = np.empty((channels, len(weights), 2))
    of_channel: list[list[int]] = [[] for _ in range(channels)]
    for place, state in enumerate(steps.states):
        for code in set(state):
            of_channel[code].append(place)
    for c, gone in enumerate(of_channel):
        met = chain.chance_without(np.array(gone, np.int64)) if gone else (whole, drawn)
        without[c], without_drawn[c] = met

    def shares(of: Floats, less: Floats) -> Floats:
        return np.asarray(np.divide(of - less, of, out=np.zeros_like(less), where=of != 0))

    effect = shares(whole[None, :], without)
    drawn_effect = shares(drawn[None, :, :], without_drawn)
    return (
        Removal(np.asarray(whole[0]), np.asarray(whole[1]), effect[:, 0], effect[:, 1]),
        Removal(drawn[:, 0], drawn[:, 1], drawn_effect[:, :, 0].T, drawn_effect[:, :, 1].T),
    )


class _Chain:
    """The equations of one chain, factored once. Chances are (from the start [2], by replicate [replicates, 2]): of
    conversion, and the value per journey."""

    def __init__(self, steps: Steps, weights: Floats) -> None:
        self.steps, self.weights = steps, weights
        size = len(steps.states)
        self.out = np.maximum(np.bincount(steps.source, steps.count, size), 1)
        self.inner, self.won = steps.target >= 0, steps.target == _WON
        gain = np.stack(
            [np.bincount(steps.source[self.won], of[self.won], size) for of in (steps.count, steps.worth)], axis=1
        )  # fmt: skip
        self.gain = gain / self.out[:, None]
        self.forward, self.backward = self._factored(np.ones(size, np.bool_))
        self.start = np.zeros(size)
        self.start[0] = 1.0
        self.reach, self.visits = self.forward.solve(self.gain), self.backward.solve(self.start)

    def chance(self) -> tuple[Floats, Floats]:
        """Of the whole chain."""
        return self._told(self.reach, self.visits)

    def chance_without(self, gone: Int64) -> tuple[Floats, Floats]:
        """Where every step into one of the states `gone` leads to loss."""
        if len(gone) > _FEW:
            stays = np.ones(len(self.start), np.bool_)
            stays[gone] = False
            forward, backward = self._factored(stays)
            reach, visits = forward.solve(self.gain * stays[:, None]), backward.solve(self.start)
        else:
            # Taking states out of N = (I − Q)⁻¹: what passes through them is taken off, by their own block of N.
            unit = np.zeros((len(self.start), len(gone)))
            unit[gone, np.arange(len(gone))] = 1.0
            into, onward = self.forward.solve(unit), self.backward.solve(unit)
            block = into[gone]
            reach = self.reach - into @ np.linalg.solve(block, self.reach[gone])
            visits = self.visits - onward @ np.linalg.solve(block.T, self.visits[gone])
            reach[gone], visits[gone] = 0.0, 0.0
        return self._told(reach, visits)

    def _factored(self, stays: NDArray[np.bool_]) -> tuple[Any, Any]:
        from scipy.sparse import csc_matrix, identity
        from scipy.sparse.linalg import splu

        steps, size = self.steps, len(self.out)
        keep = self.inner & stays[steps.source] & stays[np.maximum(steps.target, 0)]
        share = (steps.count / self.out[steps.source])[keep]
        q = csc_matrix((share, (steps.source[keep], steps.target[keep])), shape=(size, size))
        left = identity(size, format="csc") - q
        return splu(left.tocsc()), splu(left.T.tocsc())

    def _told(self, reach: Floats, visits: Floats) -> tuple[Floats, Floats]:
        """With what each group of customers moves: its steps, each by how much it changes the chance from the start."""
        steps, drawn = self.steps, np.empty((len(self.weights), 2))
        often = (visits / self.out)[steps.source]
        for kind, gained in enumerate((steps.count, steps.worth)):
            then = np.where(self.inner, reach[np.maximum(steps.target, 0), kind] * steps.count, 0.0)
            then = np.where(self.won, gained, then)
            moved = often * (then - steps.count * reach[steps.source, kind])
            drawn[:, kind] = reach[0, kind] + self.weights @ np.bincount(steps.group, moved, steps.groups)
        return reach[0].copy(), drawn
