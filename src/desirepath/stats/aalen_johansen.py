"""With what probability has each of several outcomes happened by time t, where some are not yet known?

In: a time and a cause for each one, cause 0 being "not yet known then" (censored). Out: step functions that
count the censored for as long as they were seen, and never as if they had not succeeded.
With one cause it is one minus the Kaplan–Meier estimate.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from desirepath.core.estimate import MINIMUM_N, Estimate, Measured, NoEstimate, too_few
from desirepath.core.times import FOREVER
from desirepath.stats.intervals import wilson, z_of

Int64 = NDArray[np.int64]
Float = NDArray[np.float64]
T = TypeVar("T")
_Steps = tuple[Int64, Int64, Float, Float, Float]
_ROUNDING = 1e-12  # sums of shares miss a round number by their last bits
_MANY = 1 << 13  # for so many a loop is quicker than NumPy's passes, and worth being loaded
_BLOCK = 256  # steps looked at together
_SLACK = 1e-9  # that what is passed over was rounded
_WIDEST = 50.0  # of an interval on the log(−log) scale


@dataclass(frozen=True)
class Incidence:
    """Step functions, right-continuous, over the distinct times at which something happened.

    time, at_risk: [k]. probability, happened: [causes, k]: item 0 is cause 1. before: [k], still on the way until then.
    seen: every time given, sorted. known_until: no value after it is claimed; FOREVER where nobody was left.
    """

    time: Int64
    at_risk: Int64
    probability: Float
    happened: Float
    before: Float
    seen: Int64
    known_until: int
    _made: dict[tuple[int, float | None], Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def variance(self) -> Float:
        """[causes, k]: item 0 is cause 1."""
        return np.stack([self.variance_of(k + 1) for k in range(len(self.probability))])

    def variance_of(self, cause: int) -> Float:
        """[k]: that of one cause. Asked for at most once or twice: the others are not worked out."""
        return self._once((cause, None), lambda: _variance(self, cause))

    def band(self, cause: int, level: float) -> tuple[Float, Float]:
        """As `band`."""
        return self._once((cause, level), lambda: _band(self, cause, level, slice(None)))

    def _once(self, what: tuple[int, float | None], make: Callable[[], T]) -> T:
        if what not in self._made:
            self._made[what] = make()
        found: T = self._made[what]
        return found

    @property
    def n(self) -> int:
        """How many went in."""
        return len(self.seen)

    def place(self, instants: ArrayLike) -> Int64:
        """The index of the last step at or before each instant; −1 before the first."""
        return np.searchsorted(self.time, np.asarray(instants, np.int64), side="right") - 1

    def still_at_risk(self, instant: int) -> int:
        """How many were still on the way just before an instant."""
        return int(self.n - np.searchsorted(self.seen, instant, side="left"))


def aalen_johansen(time: ArrayLike, cause: ArrayLike, causes: int, *, in_order: bool = False) -> Incidence:
    """Cumulative incidence of each cause 1 … causes; cause 0 is censored.

    time: int64 ≥ 0, any unit; in_order: they never fall. Of equal times, outcomes come before censorings: who was seen
    until t was at risk at t; several outcomes at one time share the risk set. The variance is the Greenwood-type one of
    Dinse & Larson (1986).
    Source: Aalen & Johansen (1978); judged by lifelines and scikit-survival in tests/golden/statistics.
    """
    t, c = np.asarray(time, np.int64), np.asarray(cause)
    if not in_order:
        t, c = _in_order(t, c.astype(np.int64, copy=False), causes)
    if len(t) == 0:
        none = np.empty((causes, 0))
        return Incidence(t, t, none, none, none[0], t, -1)
    at, at_risk, probability, happened, before = (_looped if len(t) >= _MANY else _worked)(t, c, causes)
    nobody_left = bool(len(at)) and bool(happened[:, -1].sum() == at_risk[-1])
    return Incidence(at, at_risk, probability, happened, before, t, FOREVER if nobody_left else int(t[-1]))


def _looped(t: Int64, c: NDArray[Any], causes: int) -> _Steps:
    from desirepath.stats.incidence_kernel import steps  # Numba takes a moment to import: only where it pays

    most = int(np.count_nonzero(c)) + 1  # one more: it is looked at before anything happened
    time, at_risk, before = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most)
    probability, happened = np.empty((causes, most)), np.empty((causes, most))
    many = steps(t, c.astype(np.int8, copy=False), causes, time, at_risk, probability, happened, before)
    return time[:many], at_risk[:many], probability[:, :many], happened[:, :many], before[:many]


def _worked(t: Int64, c: NDArray[Any], causes: int) -> _Steps:
    """The same without a loop."""
    n = len(t)
    new = np.append(True, t[1:] != t[:-1])
    outcome = np.flatnonzero(c)
    # Of each distinct time at which something happened: where it begins among all, and what happened then.
    begins = np.flatnonzero(new)[np.cumsum(new)[outcome] - 1]
    begin = begins[np.append(True, begins[1:] != begins[:-1])] if len(begins) else begins
    group = np.repeat(np.arange(len(begin)), np.diff(np.append(np.searchsorted(begins, begin), len(begins))))
    d = np.bincount(group + len(begin) * (c[outcome].astype(np.int64) - 1), minlength=causes * len(begin))
    happened: Float = d.reshape(causes, len(begin)).astype(np.float64)
    risk = (n - begin).astype(np.float64)
    left = np.cumprod(1 - happened.sum(axis=0) / risk)
    before = np.append(1.0, left[:-1])[: len(risk)]
    return t[begin], n - begin, np.cumsum(before * happened / risk, axis=1), happened, before


def _in_order(t: Int64, c: Int64, causes: int) -> tuple[Int64, Int64]:
    """By time; of equal times the order does not matter."""
    bits = causes.bit_length()
    if len(t) and int(t.max()) >= 1 << (62 - bits):
        order = np.argsort(t, kind="stable")
        return t[order], c[order]
    both = np.sort(
        t << bits | c
    )  # one sort of whole numbers is several times quicker than finding their order
    return both >> bits, both & ((1 << bits) - 1)


def _variance(incidence: Incidence, cause: int) -> Float:
    """Var F(t) = Σ (F(t) − Fᵢ)² dᵢ/(nᵢ(nᵢ − dᵢ)) + Σ S² dₖᵢ(nᵢ − dₖᵢ)/nᵢ³ − 2 Σ (F(t) − Fᵢ) S dₖᵢ/nᵢ².

    The sums over i ≤ t are expanded in powers of F(t), so that each is one running sum.
    """
    if len(incidence.time) >= _MANY:
        from desirepath.stats.incidence_kernel import variance as looped

        found = np.empty(len(incidence.time))
        every = incidence.happened.sum(axis=0)
        own, probability = incidence.happened[cause - 1], incidence.probability[cause - 1]
        looped(incidence.at_risk, incidence.before, probability, own, every, found)
        return found
    risk, before = incidence.at_risk.astype(np.float64), incidence.before
    probability, d = incidence.probability[cause - 1], incidence.happened[cause - 1]
    every = incidence.happened.sum(axis=0)
    free = risk - every
    # Where nobody is left, F(t) − Fᵢ is 0 for every later t: the term does not exist.
    hazard = np.divide(every, risk * free, out=np.zeros_like(risk), where=free > 0)
    a, b = np.cumsum(hazard), np.cumsum(probability * hazard)
    c = np.cumsum(probability**2 * hazard)
    own = np.cumsum(before**2 * d * (risk - d) / (risk * risk * risk))
    step = before * d / risk**2
    cross = probability * np.cumsum(step) - np.cumsum(probability * step)
    variance: Float = probability**2 * a - 2 * probability * b + c + own - 2 * cross
    return np.maximum(variance, 0.0, out=variance)


def band(incidence: Incidence, cause: int = 1, level: float = 0.95) -> tuple[Float, Float]:
    """Pointwise interval of one cause's steps on the log(−log) scale, within [0, 1]; not to be written to.

    Where the estimate stands at 0 or 1 that scale has no spread; Wilson's interval at the number at risk stands in.
    """
    return incidence.band(cause, level)


def band_at(incidence: Incidence, places: Int64, cause: int = 1, level: float = 0.95) -> tuple[Float, Float]:
    """The same at some of the steps only."""
    return _band(incidence, cause, level, places)


def _band(incidence: Incidence, cause: int, level: float, at: slice | Int64) -> tuple[Float, Float]:
    value, variance = incidence.probability[cause - 1][at], incidence.variance_of(cause)[at]
    low, high = value.copy(), value.copy()
    inner = (value > _ROUNDING) & (value < 1 - _ROUNDING)
    p = value[inner]
    spread = np.minimum(z_of(level) * np.sqrt(variance[inner]) / (p * np.abs(np.log(p))), _WIDEST)
    low[inner], high[inner] = p ** np.exp(spread), p ** np.exp(-spread)
    if not inner.all():
        none, at_risk = value <= _ROUNDING, incidence.at_risk[at]
        high[none] = _of_none(at_risk[none], level)
        low[none] = 0.0
        every = ~inner & ~none
        low[every], high[every] = 1.0 - _of_none(at_risk[every], level), 1.0
    return low, high


def _of_none(at_risk: Int64, level: float) -> Float:
    """Wilson's upper end where none of so many did; all less it is the lower end where every one did."""
    n, z = np.maximum(at_risk, 1).astype(np.float64), z_of(level)
    found: Float = (z * z / (2 * n) + z * np.sqrt(z * z / (4 * n * n))) / (1 + z * z / n)
    return np.minimum(found, 1.0)


def _at_the_end(value: float, at_risk: int, level: float) -> tuple[float, float]:
    n = max(at_risk, 1)
    return wilson(0, n, level) if value <= _ROUNDING else (wilson(n, n, level)[0], 1.0)


def incidence_by(
    incidence: Incidence,
    instant: int,
    cause: int = 1,
    *,
    as_of: int,
    needed: int = MINIMUM_N,
    level: float = 0.95,
) -> Measured:
    """The probability that `cause` has happened by `instant`; NoEstimate where nobody was seen for so long."""
    if incidence.n < max(needed, 1):
        return too_few(incidence.n, needed)
    if instant > incidence.known_until:
        return NoEstimate("not_known_yet", incidence.n, detail="nobody was seen for so long")
    at = int(incidence.place(instant))
    if at < 0 or incidence.probability[cause - 1, at] <= 0:
        low, high = _at_the_end(0.0, incidence.still_at_risk(instant), level)
        return Estimate(0.0, low, high, incidence.n, "aalen-johansen", as_of, level)
    value = float(incidence.probability[cause - 1, at])
    lows, highs = band_at(incidence, np.array([at]), cause, level)
    return Estimate(value, float(lows[0]), float(highs[0]), incidence.n, "aalen-johansen", as_of, level)


def survival_by(
    incidence: Incidence,
    instant: int,
    *,
    as_of: int,
    needed: int = MINIMUM_N,
    level: float = 0.95,
) -> Measured:
    """The probability that nothing has happened by `instant`, of an incidence with one cause: Kaplan–Meier's.

    Its interval is on the log(−log) scale of survival itself, as is the custom; NoEstimate as incidence_by.
    Judged by lifelines in tests/golden/oracles/lifelines.
    """
    gone = incidence_by(incidence, instant, as_of=as_of, needed=needed, level=level)
    if isinstance(gone, NoEstimate):
        return gone
    p = 1.0 - gone.value
    if not _ROUNDING < p < 1 - _ROUNDING:
        return replace(gone, value=p, low=1.0 - gone.high, high=1.0 - gone.low, method="kaplan-meier")
    variance = float(incidence.variance_of(1)[int(incidence.place(instant))])
    spread = min(z_of(level) * math.sqrt(variance) / (p * abs(math.log(p))), 50.0)
    low, high = p ** math.exp(spread), p ** math.exp(-spread)
    return replace(gone, value=p, low=low, high=high, method="kaplan-meier")


def incidence_quantile(
    incidence: Incidence,
    p: float,
    cause: int = 1,
    *,
    as_of: int,
    needed: int = MINIMUM_N,
    level: float = 0.95,
) -> Measured:
    """The first time by which `cause` has happened to the share p of all that went in.

    NoEstimate("not_reached") where it never does. The interval holds the times at which the pointwise band contains p;
    `high` is infinite where its lower edge never comes so far. Source: Brookmeyer & Crowley (1982).
    """
    if incidence.n < max(needed, 1):
        return too_few(incidence.n, needed)
    value = incidence.probability[cause - 1]
    reached = int(np.searchsorted(value, p - _ROUNDING))
    if reached == len(value):
        top = float(value[-1]) if len(value) else 0.0
        return NoEstimate("not_reached", incidence.n, detail=f"{top:.1%} by the end")
    early, late = (_first(incidence, p - _ROUNDING, cause, level, end) for end in (1, 0))
    middle = int(incidence.time[reached])
    low = min(middle, int(incidence.time[early])) if early >= 0 else middle
    high = max(middle, int(incidence.time[late])) if late >= 0 else math.inf
    return Estimate(float(middle), float(low), float(high), incidence.n, "aalen-johansen", as_of, level)


def _first(incidence: Incidence, p: float, cause: int, level: float, end: int) -> int:
    """The first step whose lower (0) or upper (1) end comes to p; −1 where none does.

    Blocks of steps are passed over that cannot hold it: the ends ascend with the probability, and the wider (upper) or
    narrower (lower) the interval, the further out they are.
    """
    value, variance = incidence.probability[cause - 1], incidence.variance_of(cause)
    begin = np.arange(0, len(value), _BLOCK)
    least, most = value[begin], value[np.append(begin[1:], len(value)) - 1]
    # p |log p| ascends up to 1/e, and falls from there on.
    a, b = (-x * np.log(np.clip(x, _ROUNDING, 1)) for x in (least, most))
    with np.errstate(divide="ignore", invalid="ignore"):
        if end:
            spread = z_of(level) * np.sqrt(np.maximum.reduceat(variance, begin)) / np.minimum(a, b)
            bound = most ** np.exp(-np.minimum(spread, _WIDEST))
        else:
            top = np.where((least <= 1 / math.e) & (most >= 1 / math.e), 1 / math.e, np.maximum(a, b))
            spread = z_of(level) * np.sqrt(np.minimum.reduceat(variance, begin)) / top
            bound = most ** np.exp(np.minimum(spread, _WIDEST))
    apart = (least <= _ROUNDING) | (most >= 1 - _ROUNDING)  # there another interval stands in
    for block in np.flatnonzero(apart | ~(bound < p - _SLACK)).tolist():
        at = np.arange(begin[block], min(begin[block] + _BLOCK, len(value)))
        found = np.flatnonzero(_band(incidence, cause, level, at)[end] >= p)
        if len(found):
            return int(at[found[0]])
    return -1
