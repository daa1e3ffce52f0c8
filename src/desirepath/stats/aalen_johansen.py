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
_ROUNDING = 1e-12  # sums of shares miss a round number by their last bits


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
        return self._once((cause, level), lambda: _band(self, cause, level))

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


def aalen_johansen(time: ArrayLike, cause: ArrayLike, causes: int) -> Incidence:
    """Cumulative incidence of each cause 1 … causes; cause 0 is censored.

    time: int64 ≥ 0, any unit. Of equal times, outcomes come before censorings: who was seen until t was at risk at t;
    several outcomes at one time share the risk set. The variance is the Greenwood-type one of Dinse & Larson (1986).
    Source: Aalen & Johansen (1978); judged by lifelines and scikit-survival in tests/golden/statistics.
    """
    t, c = _in_order(np.asarray(time, np.int64), np.asarray(cause, np.int64), causes)
    n = len(t)
    if n == 0:
        none = np.empty((causes, 0))
        return Incidence(t, t, none, none, none[0], t, -1)
    new = np.append(True, t[1:] != t[:-1])
    outcome = np.flatnonzero(c)
    # Of each distinct time at which something happened: where it begins among all, and what happened then.
    begins = np.flatnonzero(new)[np.cumsum(new)[outcome] - 1]
    begin = begins[np.append(True, begins[1:] != begins[:-1])] if len(begins) else begins
    group = np.repeat(np.arange(len(begin)), np.diff(np.append(np.searchsorted(begins, begin), len(begins))))
    d = np.bincount(group + len(begin) * (c[outcome] - 1), minlength=causes * len(begin))
    happened: Float = d.reshape(causes, len(begin)).astype(np.float64)
    risk = (n - begin).astype(np.float64)
    left = np.cumprod(1 - happened.sum(axis=0) / risk)
    before = np.append(1.0, left[:-1])[: len(risk)]
    nobody_left = bool(len(left)) and bool(happened[:, -1].sum() == risk[-1])
    return Incidence(
        t[begin],
        n - begin,
        np.cumsum(before * happened / risk, axis=1),
        happened,
        before,
        t,
        FOREVER if nobody_left else int(t[-1]),
    )


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


def _band(incidence: Incidence, cause: int, level: float) -> tuple[Float, Float]:
    value, variance = incidence.probability[cause - 1], incidence.variance_of(cause)
    low, high = value.copy(), value.copy()
    inner = (value > _ROUNDING) & (value < 1 - _ROUNDING)
    p = value[inner]
    spread = np.minimum(z_of(level) * np.sqrt(variance[inner]) / (p * np.abs(np.log(p))), 50.0)
    low[inner], high[inner] = p ** np.exp(spread), p ** np.exp(-spread)
    for i in np.flatnonzero(~inner):
        low[i], high[i] = _at_the_end(float(value[i]), int(incidence.at_risk[i]), level)
    return low, high


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
    lows, highs = band(incidence, cause, level)
    return Estimate(value, float(lows[at]), float(highs[at]), incidence.n, "aalen-johansen", as_of, level)


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
    reached = np.flatnonzero(value >= p - _ROUNDING)
    if not len(reached):
        top = float(value[-1]) if len(value) else 0.0
        return NoEstimate("not_reached", incidence.n, detail=f"{top:.1%} by the end")
    lows, highs = band(incidence, cause, level)
    middle = int(incidence.time[reached[0]])
    early = np.flatnonzero(highs >= p - _ROUNDING)
    late = np.flatnonzero(lows >= p - _ROUNDING)
    low = min(middle, int(incidence.time[early[0]])) if len(early) else middle
    high = max(middle, int(incidence.time[late[0]])) if len(late) else math.inf
    return Estimate(float(middle), float(low), float(high), incidence.n, "aalen-johansen", as_of, level)
