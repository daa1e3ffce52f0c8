"""How much more often do those who met something succeed than like ones who did not?

In: for each row whether it was met, whether it succeeded, its stratum (rows of one stratum are alike) and its cluster
(the customer). Out: the Mantel–Haenszel risk difference with a variance that knows of clusters and of sparse strata.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from desirepath.core.estimate import Estimate
from desirepath.stats.intervals import difference, t_of, z_of

Ints = NDArray[np.integer]
Mask = NDArray[np.bool_]

# Where nearly all of those compared met it a little later, there is no contrast left to learn from.
LEAST_CONTRAST = 0.1


@dataclass(frozen=True, slots=True)
class StratifiedDifference:
    """A weighted mean of the strata's differences; `met` and `compared` count the rows of strata that have both."""

    value: float
    error: float  # standard error; NaN where there is no comparison
    met: int
    compared: int
    freedom: float  # degrees for t: the smaller of the two numbers of clusters, less one

    @property
    def p(self) -> float:
        """Two-sided p-value against no difference; NaN where there is no comparison."""
        return two_sided_p(self.value, self.error, self.freedom)

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Student's t interval, within [−1, 1]."""
        spread = t_of(level, self.freedom) * self.error
        return max(-1.0, self.value - spread), min(1.0, self.value + spread)


def never_certain(one: StratifiedDifference) -> StratifiedDifference:
    """The same difference; where no row deviates from it, with the error that so few rows still leave.

    All of both ended alike, or all of one succeeded and none of the other: the spread is then that of Newcombe's
    interval for such counts.
    """
    if one.error > 0 or math.isnan(one.value) or min(one.met, one.compared) < 1:
        return one
    hits, other_hits = (one.met if one.value > 0.5 else 0), (one.compared if one.value < -0.5 else 0)
    gap = difference(hits, one.met, other_hits, one.compared, as_of=0, needed=1)
    assert isinstance(gap, Estimate)
    return replace(one, error=(gap.high - gap.low) / (2 * z_of(gap.level)))


NOTHING = StratifiedDifference(math.nan, math.nan, 0, 0, 0.0)


def two_sided_p(value: float, error: float, freedom: float) -> float:
    """The chance of a value at least so far from 0, by Student's t; NaN without an error."""
    if not error > 0 or freedom < 1:
        return math.nan
    if freedom > 100_000:
        return math.erfc(abs(value) / error / math.sqrt(2))
    from scipy.special import stdtr

    return float(2 * stdtr(freedom, -abs(value) / error))


def mantel_haenszel(
    met: Mask, succeeded: Mask, stratum: Ints, cluster: Ints, later: Mask | None = None
) -> StratifiedDifference:
    """The Mantel–Haenszel risk difference: strata weighted by n₁n₀/n, the same as a regression with stratum effects.

    later: rows that had not met it but did so afterwards. Without them the plain difference; with them, what meeting it
    adds: the difference that balances success less that addition between both sides, which is the plain difference over
    the difference in ever meeting it. It takes the addition to be the same whenever it is met.
    Variance: the influence of each row, scaled by 1/√(1 − 1/n) for its stratum's mean (exact for matched pairs),
    summed by cluster. Sources: Mantel & Haenszel (1959); Robins (1994), structural nested mean models; Bell & McCaffrey
    (2002).
    """
    _, s = np.unique(stratum, return_inverse=True)
    strata = int(s.max()) + 1 if len(s) else 0
    a, y = met.astype(np.float64), succeeded.astype(np.float64)
    ever = a if later is None else np.maximum(a, later)
    n = np.bincount(s, minlength=strata).astype(np.float64)
    n_met = np.bincount(s, a, strata)
    both = ((n_met > 0) & (n_met < n))[s] if strata else np.empty(0, bool)
    if not both.any():
        return NOTHING
    s, a, y, ever, cluster = s[both], a[both], y[both], ever[both], cluster[both]
    off = a - (n_met / n)[s]
    weight = float(off @ ever)
    if weight < LEAST_CONTRAST * float(off @ a):
        return NOTHING
    value = float(off @ y) / weight
    rest = y - value * ever
    influence = off * (rest - (np.bincount(s, rest, strata) / n)[s]) / np.sqrt(1 - 1 / n[s]) / weight
    names, c = np.unique(cluster, return_inverse=True)
    sums = np.bincount(c, influence, len(names))
    few = min(len(np.unique(cluster[a > 0])), len(np.unique(cluster[a == 0])))
    error = math.sqrt(float(sums @ sums) * len(names) / max(len(names) - 1, 1))
    return StratifiedDifference(value, error, int(a.sum()), int((a == 0).sum()), few - 1.0)
