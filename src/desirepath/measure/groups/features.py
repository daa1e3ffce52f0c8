"""What does a customer's trail look like as numbers, so that like trails lie near each other?

In: trails of some customers. Out: a place for each customer. Four blocks: which touchpoints they go to (shares of
their meetings), which steps they take from one to the next, how quickly and how much, and the furthest stage whose
touchpoints they go to. Shares are taken as square roots, so that their distances are Hellinger's and the rare counts as
well as the common; each block has its weight whatever the number of its columns. What the business does to them is
none of it.
Sources: Legendre & Gallagher (2001); Escofier & Pagès (1994), weighing blocks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desirepath.core.times import DAY, HOUR
from desirepath.journey.bits import BY_CUSTOMER
from desirepath.measure.meetings import Int64
from desirepath.trail.trails import Trails

Float = NDArray[np.float64]
STEPS = 30  # the commonest steps from one touchpoint to the next
DIMENSIONS = 10  # of the place: enough for the shape, few enough for distances to mean something
_WEIGHTS = {"touchpoints": 1.0, "steps": 1.0, "pace": 0.5, "stages": 0.5}
BLOCKS = tuple(_WEIGHTS)
_WIDE = 3.0  # standard deviations: farther out, one customer would decide


@dataclass(frozen=True, slots=True)
class Acts:
    """Grain: meeting that a customer made. row: whose (place among the customers asked); sorted by row, then time."""

    row: Int64
    code: Int64
    ts: Int64
    customers: int


@dataclass(frozen=True, slots=True)
class Space:
    """How trails become places: learned from a sample, the same for everybody."""

    home: Int64  # the stage of each touchpoint, −1 where it has none
    steps: Int64  # codes a × touchpoints + b
    blocks: tuple[str, ...]
    middle: tuple[Float, ...]  # by block
    scale: tuple[Float, ...]  # by block: one number a column
    axes: Float  # [columns, dimensions]


def own_meetings(trails: Trails) -> tuple[Int64, Int64]:
    """(places in the trails of the meetings that customers made, how many of them each customer has)."""
    at = np.flatnonzero((trails.touchpoint >= 0) & ((trails.evidence & BY_CUSTOMER) != 0))
    before = np.searchsorted(at, trails.offset)
    return at, np.diff(before)


def acts_of(trails: Trails, at: Int64, who: Int64) -> Acts:
    """The own meetings of these customers. at: own_meetings(…)[0]."""
    first = np.searchsorted(at, trails.offset[who])
    count = np.searchsorted(at, trails.offset[who + 1]) - first
    row = np.repeat(np.arange(len(who)), count)
    before = np.cumsum(count) - count
    mine = at[np.arange(len(row)) - before[row] + first[row]]
    return Acts(row, trails.touchpoint[mine].astype(np.int64), np.asarray(trails.ts[mine]), len(who))


def shuffled(acts: Acts, seed: int, label: Int64) -> Acts:
    """A world without further kinds: the same customers, as busy, at the same times; each does what those of their
    group do, drawn without regard to who. label: the group of each customer."""
    draw, code, of_act = np.random.default_rng(seed), acts.code.copy(), label[acts.row]
    for group in range(int(label.max(initial=0)) + 1):
        mine = np.flatnonzero(of_act == group)
        code[mine] = draw.permutation(acts.code[mine])
    return Acts(acts.row, code, acts.ts, acts.customers)


def learn(acts: Acts, home: Int64, blocks: tuple[str, ...] = BLOCKS) -> tuple[Space, Float]:
    """(the space, the places of these customers). home: the stage of each touchpoint, −1 where it has none."""
    kinds = len(home)
    steps = _common_steps(acts, kinds)
    parts = [_block(name, acts, home, steps) for name in blocks]
    middle = tuple(part.mean(axis=0) for part in parts)
    scale = tuple(_scale(name, part) for name, part in zip(blocks, parts, strict=True))
    whole = _joined(blocks, parts, middle, scale)
    # The axes along which customers differ most; signs are fixed, so that the same data give the same places.
    size, axes = np.linalg.eigh(whole.T @ whole)
    keep = max(1, min(DIMENSIONS, int((size > 1e-9 * max(float(size[-1]), 1e-300)).sum())))
    axes = axes[:, ::-1][:, :keep]
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(keep)])
    space = Space(home, steps, blocks, middle, scale, np.ascontiguousarray(axes))
    return space, whole @ space.axes


def place(space: Space, acts: Acts) -> Float:
    """The places of other customers in a space that was learned."""
    parts = [_block(name, acts, space.home, space.steps) for name in space.blocks]
    return _joined(space.blocks, parts, space.middle, space.scale) @ space.axes


def _joined(
    blocks: tuple[str, ...], parts: list[Float], middle: tuple[Float, ...], scale: tuple[Float, ...]
) -> Float:
    columns = []
    for name, part, mean, by in zip(blocks, parts, middle, scale, strict=True):
        off = (part - mean) * by
        columns.append(np.clip(off, -_WIDE, _WIDE) if name == "pace" else off)
    return np.concatenate(columns, axis=1)


def _scale(name: str, part: Float) -> Float:
    """What each column is multiplied by, so that the block's whole variance is its weight squared."""
    spread = part.std(axis=0)
    if name == "pace":  # columns of different units: each alike
        alive = max(int((spread > 0).sum()), 1)
        each: Float = np.divide(1.0, spread, out=np.zeros_like(spread), where=spread > 0)
        return np.asarray(each * (_WEIGHTS[name] / alive**0.5))
    whole = float(np.sqrt((spread**2).sum()))
    return np.full(part.shape[1], _WEIGHTS[name] / whole if whole > 0 else 0.0)


def _block(name: str, acts: Acts, home: Int64, steps: Int64) -> Float:
    kinds = len(home)
    if name == "touchpoints":
        return _shares(acts.row, acts.code, acts.customers, kinds)
    if name == "steps":
        row, step = _steps(acts, kinds)
        place = np.searchsorted(steps, step)
        place = np.minimum(place, max(len(steps) - 1, 0))
        known = (steps[place] == step) if len(steps) else np.zeros(len(step), bool)
        code = np.where(known, place, len(steps))
        return _shares(row, code, acts.customers, len(steps) + 1)
    if name == "stages":
        furthest = np.full(acts.customers, -1, np.int64)
        np.maximum.at(furthest, acts.row, home[acts.code])
        return furthest[:, None].astype(np.float64)
    return _pace(acts)


def _shares(row: Int64, code: Int64, customers: int, kinds: int) -> Float:
    count = np.bincount(row * kinds + code, minlength=customers * kinds).reshape(customers, kinds)
    total = count.sum(axis=1, keepdims=True)
    shares: Float = np.sqrt(count / np.maximum(total, 1))
    return shares


def _steps(acts: Acts, kinds: int) -> tuple[Int64, Int64]:
    """(whose, which): each step from one meeting to the customer's next."""
    same = acts.row[1:] == acts.row[:-1]
    return acts.row[1:][same], (acts.code[:-1] * kinds + acts.code[1:])[same]


def _common_steps(acts: Acts, kinds: int) -> Int64:
    _, step = _steps(acts, kinds)
    names, count = np.unique(step, return_counts=True)
    most = np.lexsort((names, -count))[:STEPS]
    return np.sort(names[most]).astype(np.int64)


def _pace(acts: Acts) -> Float:
    """How many meetings, on how many days, over how long, how far apart: logarithms."""
    n = acts.customers
    count = np.bincount(acts.row, minlength=n)
    day = acts.ts // DAY
    new_day = np.append(True, (acts.row[1:] != acts.row[:-1]) | (day[1:] != day[:-1]))[: len(day)]
    days = np.bincount(acts.row[new_day], minlength=n)
    begin = np.cumsum(count) - count
    some = count > 0
    span = np.zeros(n)
    last = begin + count - 1
    span[some] = (acts.ts[last[some]] - acts.ts[begin[some]]) / DAY
    same = acts.row[1:] == acts.row[:-1]
    gap = np.log1p(np.diff(acts.ts)[same] / HOUR)
    mean_gap = np.bincount(acts.row[1:][same], gap, n) / np.maximum(count - 1, 1)
    return np.stack([np.log1p(count), np.log1p(days), np.log1p(span), mean_gap], axis=1)
