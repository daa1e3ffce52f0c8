"""How much more often do those who met something succeed than like ones who did not?

In: for each row whether it was met, whether it succeeded, its stratum (rows of one stratum are alike) and its cluster
(the customer). Out: the Mantel–Haenszel risk difference with a variance that knows of clusters and of sparse strata.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desirepath.stats.intervals import t_of

Ints = NDArray[np.integer]


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


def two_sided_p(value: float, error: float, freedom: float) -> float:
    """The chance of a value at least so far from 0, by Student's t; NaN without an error."""
    if not error > 0 or freedom < 1:
        return math.nan
    if freedom > 100_000:
        return math.erfc(abs(value) / error / math.sqrt(2))
    from scipy.special import stdtr

    return float(2 * stdtr(freedom, -abs(value) / error))


def mantel_haenszel(
    met: NDArray[np.bool_], succeeded: NDArray[np.bool_], stratum: Ints, cluster: Ints
) -> StratifiedDifference:
    """The Mantel–Haenszel risk difference: strata weighted by n₁n₀/n, the same as a regression with stratum effects.

    Variance: the influence of each row, scaled by 1/√(1 − 1/n) for its stratum's mean (exact for matched pairs),
    summed by cluster. Sources: Mantel & Haenszel (1959), Greenland & Robins (1985), Bell & McCaffrey (2002).
    """
    _, s = np.unique(stratum, return_inverse=True)
    strata = int(s.max()) + 1 if len(s) else 0
    a, y = met.astype(np.float64), succeeded.astype(np.float64)
    n = np.bincount(s, minlength=strata).astype(np.float64)
    n_met, hits = np.bincount(s, a, strata), np.bincount(s, y, strata)
    both = ((n_met > 0) & (n_met < n))[s] if strata else np.empty(0, bool)
    if not both.any():
        return StratifiedDifference(math.nan, math.nan, 0, 0, 0.0)
    s, a, y, cluster = s[both], a[both], y[both], cluster[both]
    off = a - (n_met / n)[s]
    weight = float(off @ a)
    value = float(off @ y) / weight
    residual = y - (hits / n)[s] - value * off
    influence = off * residual / np.sqrt(1 - 1 / n[s]) / weight
    names, c = np.unique(cluster, return_inverse=True)
    sums = np.bincount(c, influence, len(names))
    few = min(len(np.unique(cluster[a > 0])), len(np.unique(cluster[a == 0])))
    error = math.sqrt(float(sums @ sums) * len(names) / max(len(names) - 1, 1))
    return StratifiedDifference(value, error, int(a.sum()), int((a == 0).sum()), few - 1.0)
