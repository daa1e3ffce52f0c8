"""A number has changed: because the customers are others, or because it changed among the same kinds of customers?

In: the rows of a share or a mean on both sides, each row in one group. Out: the difference as a sum of terms: for each
group what its larger or smaller part of all rows adds (mix), and what its own change adds (rate). Both sides are taken
alike, so no rest is left over. Where all groups move one way and the whole moves the other, that is said.

mix  = (w₁ − w₀) · (½ (r₁ + r₀) − ½ (R₁ + R₀))    rate = (r₁ − r₀) · ½ (w₁ + w₀)
w: a group's part of the rows; r: its own number; R: that of all. A group that is there on one side only has no change
of its own: all of it is mix. Sources: Kitagawa (1955); Oaxaca (1973) and Blinder (1973), symmetric; Simpson (1951).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from desirepath.core.estimate import MINIMUM_N, Estimate, Measured, NoEstimate, too_few
from desirepath.measure.answers import Contract
from desirepath.measure.cohort import Mask
from desirepath.measure.comparison.comparables import Rows
from desirepath.measure.meetings import Int64
from desirepath.stats.differences import apart, spread
from desirepath.stats.false_discovery import adjusted
from desirepath.stats.intervals import t_of

Float = NDArray[np.float64]
Reversal = Literal["", "simpson", "mix"]
FALSE_DISCOVERY_RATE = 0.05


@dataclass(frozen=True, slots=True)
class Parted:
    """One group: which rows of each side are in it. Every row is in exactly one group."""

    key: str
    label: str
    a: Mask
    b: Mask


@dataclass(frozen=True, slots=True)
class Term:
    """What one group adds to the difference. mix + rate over all groups is the difference, exactly.

    a, b: the group's own number on each side; moved: their difference, and whether it is beyond chance over all groups.
    mix_within, rate_within: the two terms with their intervals.
    """

    key: str
    label: str
    a_n: int
    b_n: int
    a_share: float
    b_share: float
    a: Measured
    b: Measured
    moved: Measured
    q: float
    beyond_chance: bool
    mix: float
    rate: float
    mix_within: Measured
    rate_within: Measured
    a_customers: Int64
    b_customers: Int64


@dataclass(frozen=True, slots=True)
class ChangeAnswer:
    """The whole difference a − b, and its terms, the largest first.

    mix + rate is the difference. reversal: "simpson" where every group that can be judged moved against the whole;
    "mix" where the groups' own changes together go one way and the whole the other, both beyond chance.
    """

    a: Measured
    b: Measured
    a_n: int
    b_n: int
    a_customers: Int64
    b_customers: Int64
    difference: Measured
    mix: Measured
    rate: Measured
    terms: tuple[Term, ...]
    reversal: Reversal
    contract: Contract | None = None


def change(
    a: Rows, b: Rows, groups: Sequence[Parted], *, as_of: int, contract: Contract | None = None
) -> ChangeAnswer:
    """The difference of two sides' numbers, taken apart by group. Groups too small to judge stand together as "(few)".

    Raises ValueError where a row is in no group or in several.
    """
    mine, theirs = _codes([g.a for g in groups], len(a.value)), _codes([g.b for g in groups], len(b.value))
    a_customers, b_customers = np.unique(a.customer), np.unique(b.customer)
    none = too_few(min(len(a_customers), len(b_customers)))
    empty = ChangeAnswer(
        a=_number(a, as_of),
        b=_number(b, as_of),
        a_n=len(a.value),
        b_n=len(b.value),
        a_customers=a_customers,
        b_customers=b_customers,
        difference=none,
        mix=none,
        rate=none,
        terms=(),
        reversal="",
        contract=contract,
    )
    if none.n < none.needed:
        return empty
    names, mine, theirs = _folded(groups, mine, theirs)
    whole = apart(a.part(), b.part(), as_of=as_of).difference
    terms, influence = _terms(a, b, names, mine, theirs, as_of)
    n = len(a.value) + len(b.value)
    mix, rate = (
        _within(sum(getattr(t, name) for t in terms), influence[place], n, as_of)
        for place, name in enumerate(("mix", "rate"))
    )
    return replace(
        empty,
        difference=whole,
        mix=mix,
        rate=rate,
        terms=tuple(sorted(terms, key=lambda t: (-abs(t.mix) - abs(t.rate), t.key))),
        reversal=_reversal(whole, rate, terms),
    )


def _codes(masks: Sequence[Mask], n: int) -> Int64:
    code = np.full(n, -1, np.int64)
    for place, mask in enumerate(masks):
        if (code[mask] >= 0).any():
            raise ValueError("a row is in several groups")
        code[mask] = place
    if (code < 0).any():
        raise ValueError("a row is in no group")
    return code


def _folded(
    groups: Sequence[Parted], mine: Int64, theirs: Int64
) -> tuple[list[tuple[str, str]], Int64, Int64]:
    """Groups with fewer rows than an estimate needs become one, the last; those without any row are gone."""
    both = np.bincount(np.concatenate([mine, theirs]), minlength=len(groups))
    few = [i for i in range(len(groups)) if 0 < both[i] < MINIMUM_N]
    kept = [i for i in range(len(groups)) if both[i] >= MINIMUM_N or few == [i]]
    names = [(groups[i].key, groups[i].label) for i in kept]
    place = np.full(len(groups), len(kept), np.int64)
    place[kept] = np.arange(len(kept))
    if len(few) > 1:
        names.append(("(few)", f"{len(few)} groups of fewer than {MINIMUM_N}"))
    return names, place[mine], place[theirs]


@dataclass(frozen=True, slots=True)
class _Side:
    """One side's rows by group. index: each row's place among all customers of both sides."""

    value: Float
    code: Int64
    index: Int64
    count: Int64
    share: Float
    number: Float  # NaN where the group has no row on this side
    whole: float

    def of_share(self, group: int, customers: int) -> Float:
        """Each customer's influence on the group's share."""
        inside = (self.code == group) - self.share[group]
        return np.bincount(self.index, inside / len(self.value), customers).astype(np.float64)

    def of_number(self, group: int, customers: int) -> Float:
        """Each customer's influence on the group's own number."""
        here = self.code == group
        if not here.any():
            return np.zeros(customers)
        off = (self.value[here] - self.number[group]) / int(here.sum())
        return np.bincount(self.index[here], off, customers).astype(np.float64)

    def of_whole(self, customers: int) -> Float:
        """Each customer's influence on the number of all."""
        return np.bincount(self.index, (self.value - self.whole) / len(self.value), customers).astype(
            np.float64
        )


def _side(rows: Rows, code: Int64, index: Int64, groups: int) -> _Side:
    count = np.bincount(code, minlength=groups)
    total = np.bincount(code, rows.value, groups)
    number = np.divide(total, count, out=np.full(groups, math.nan), where=count > 0)
    return _Side(rows.value, code, index, count, count / len(code), number, float(rows.value.mean()))


@dataclass(frozen=True, slots=True)
class _Effect:
    """One group's two terms, and each customer's influence on them."""

    mix: float
    rate: float
    of_mix: Float
    of_rate: Float


def _effect(one: _Side, other: _Side, g: int, customers: int, of_whole: Float) -> _Effect:
    """The terms of group g, from the formula of the module's head and its derivatives."""
    k, w1, w0 = customers, float(one.share[g]), float(other.share[g])
    in_one, in_other = bool(one.count[g]), bool(other.count[g])
    r1 = float((one if in_one else other).number[g])
    r0 = float((other if in_other else one).number[g])
    level, grown = (r1 + r0) / 2 - (one.whole + other.whole) / 2, w1 - w0
    of_w1, of_w0 = one.of_share(g, k), other.of_share(g, k)
    of_r1, of_r0 = one.of_number(g, k), other.of_number(g, k)  # 0 where the group is not there
    of_level = (of_r1 + of_r0) / (2 if in_one and in_other else 1) - of_whole / 2
    of_mix = level * (of_w1 - of_w0) + grown * of_level
    if not (in_one and in_other):
        return _Effect(grown * level, 0.0, of_mix, np.zeros(k))
    of_rate = (w1 + w0) / 2 * (of_r1 - of_r0) + (r1 - r0) / 2 * (of_w1 + of_w0)
    return _Effect(grown * level, (r1 - r0) * (w1 + w0) / 2, of_mix, of_rate)


def _terms(
    a: Rows, b: Rows, names: Sequence[tuple[str, str]], mine: Int64, theirs: Int64, as_of: int
) -> tuple[list[Term], Float]:
    """Every group's term, and the influence of each customer on all of mix and on all of rate: [2, customers]."""
    everybody, index = np.unique(np.concatenate([a.customer, b.customer]), return_inverse=True)
    k, factor = len(everybody), 100.0 if a.kind == "net" else a.factor
    one = _side(a, mine, index[: len(mine)], len(names))
    other = _side(b, theirs, index[len(mine) :], len(names))
    of_whole = one.of_whole(k) + other.of_whole(k)
    influence, terms = np.zeros((2, k)), []
    for g, (key, label) in enumerate(names):
        effect = _effect(one, other, g, k, of_whole)
        influence += factor * np.stack([effect.of_mix, effect.of_rate])
        part_a, part_b = a.where(mine == g), b.where(theirs == g)
        moved, p = _moved(part_a, part_b, as_of)
        n, fewest = len(part_a.value) + len(part_b.value), min(len(part_a.value), len(part_b.value))
        term = Term(
            key=key,
            label=label,
            a_n=len(part_a.value),
            b_n=len(part_b.value),
            a_share=float(one.share[g]),
            b_share=float(other.share[g]),
            a=_number(part_a, as_of),
            b=_number(part_b, as_of),
            moved=moved,
            q=p,  # adjusted below, when all are known
            beyond_chance=False,
            mix=factor * effect.mix,
            rate=factor * effect.rate,
            mix_within=_within(factor * effect.mix, factor * effect.of_mix, n, as_of),
            rate_within=_within(factor * effect.rate, factor * effect.of_rate, n, as_of)
            if fewest >= MINIMUM_N
            else too_few(fewest),
            a_customers=np.unique(part_a.customer),
            b_customers=np.unique(part_b.customer),
        )
        terms.append(term)
    return _judged(terms), influence


def _judged(terms: list[Term]) -> list[Term]:
    q = adjusted([t.q for t in terms])
    return [
        replace(t, q=float(q[i]), beyond_chance=bool(q[i] <= FALSE_DISCOVERY_RATE))
        for i, t in enumerate(terms)
    ]


def _moved(a: Rows, b: Rows, as_of: int) -> tuple[Measured, float]:
    """(the difference, its p-value)."""
    if not len(a.value) or not len(b.value):
        return NoEstimate("no_data", detail="there on one side only"), math.nan
    found = apart(a.part(), b.part(), as_of=as_of)
    return found.difference, found.p


def _number(rows: Rows, as_of: int) -> Measured:
    customers = len(np.unique(rows.customer))
    return too_few(customers) if customers < MINIMUM_N else rows.part().measured(as_of=as_of)


def _within(value: float, influence: Float, n: int, as_of: int) -> Measured:
    """A term with Student's t interval from the customers' influences (the delta method)."""
    k = int(np.count_nonzero(influence))
    away = t_of(0.95, max(k - 1, 1)) * spread(influence) if k > 1 else 0.0
    return Estimate(value, value - away, value + away, n, "delta, clustered", as_of)


def _reversal(whole: Measured, rate: Measured, terms: Sequence[Term]) -> Reversal:
    if not isinstance(whole, Estimate) or not isinstance(rate, Estimate) or whole.value == 0:
        return ""
    moves = [t.moved.value for t in terms if isinstance(t.moved, Estimate)]
    if len(moves) > 1 and all(move * whole.value < 0 for move in moves):
        return "simpson"
    sure = all(one.low > 0 or one.high < 0 for one in (whole, rate))
    return "mix" if sure and rate.value * whole.value < 0 else ""
