"""How sure can we be of a share, a difference, a mean, a quantile, a net score?

In: counts or values. Out: an Estimate with its interval, or a NoEstimate where there is too little to say one.
Each interval was chosen for its coverage at small n and near the ends of its scale (docs/why/honest-numbers.md).
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from desirepath.core.estimate import MINIMUM_N, Estimate, Measured, NoEstimate, too_few


@lru_cache(maxsize=32)
def z_of(level: float) -> float:
    """The two-sided normal quantile of a level: 0.95 → 1.96."""
    from statistics import NormalDist

    return NormalDist().inv_cdf(0.5 + level / 2)


@lru_cache(maxsize=4096)
def t_of(level: float, freedom: float) -> float:
    """The two-sided quantile of Student's t with `freedom` degrees; the normal one where there are very many."""
    if freedom > 100_000:
        return z_of(level)
    from scipy.special import stdtrit  # 0.3 s to import: only where a mean is asked for

    return float(stdtrit(freedom, 0.5 + level / 2))


def wilson(successes: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of a share, always within [0, 1] and never empty.

    `n` may be an effective number (not whole). Source: Wilson (1927); Brown, Cai & DasGupta (2001).
    """
    z = z_of(level)
    share = successes / n
    middle = share + z * z / (2 * n)
    spread = z * math.sqrt(max(share * (1 - share), 0.0) / n + z * z / (4 * n * n))
    below = 0.0 if successes <= 0 else (middle - spread) / (1 + z * z / n)
    above = 1.0 if successes >= n else (middle + spread) / (1 + z * z / n)
    return max(0.0, min(below, share)), min(1.0, max(above, share))


def proportion(
    successes: int, n: int, *, as_of: int, needed: int = MINIMUM_N, level: float = 0.95
) -> Measured:
    """The share of n independent ones that succeeded, with Wilson's interval."""
    if n < max(needed, 1):
        return too_few(n, needed)
    low, high = wilson(successes, n, level)
    return Estimate(successes / n, low, high, n, "wilson", as_of, level)


def clustered_proportion(
    hit: NDArray[np.bool_],
    cluster: NDArray[np.integer],
    *,
    as_of: int,
    needed: int = MINIMUM_N,
    level: float = 0.95,
) -> Measured:
    """The share of rows that hit, where the rows of one cluster (a customer) resemble each other.

    hit, cluster: one item a row. Wilson's interval at the effective n: n divided by the design effect, which is
    the cluster-robust variance over the binomial one, and is never taken to be below 1.
    n of the answer counts rows; `needed` counts clusters. Source: Korn & Graubard (1998), with Wilson's interval.
    """
    n = len(hit)
    clusters, index = np.unique(cluster, return_inverse=True)
    if len(clusters) < max(needed, 1):
        return too_few(len(clusters), needed)
    share = float(hit.mean())
    sums = np.bincount(index, weights=hit - share, minlength=len(clusters))
    return clustered_share(
        int(hit.sum()), n, float(sums @ sums), len(clusters), as_of=as_of, needed=needed, level=level
    )


def clustered_share(
    hits: int,
    n: int,
    apart: float,
    clusters: int,
    *,
    as_of: int,
    needed: int = MINIMUM_N,
    level: float = 0.95,
) -> Measured:
    """The same from sums: apart is Σ over clusters of (its hits − share × its rows)²."""
    if clusters < max(needed, 1):
        return too_few(clusters, needed)
    share = hits / n
    effective = float(n)
    binomial = share * (1 - share) / n
    if binomial > 0:
        robust = apart / n**2 * clusters / (clusters - 1)
        effective = n / max(1.0, robust / binomial)
    low, high = wilson(share * effective, effective, level)
    return Estimate(share, min(low, share), max(high, share), n, "wilson, clustered", as_of, level)


def difference(
    successes: int,
    n: int,
    other_successes: int,
    other_n: int,
    *,
    as_of: int,
    needed: int = MINIMUM_N,
    level: float = 0.95,
) -> Measured:
    """The share of the first group less that of the second, two independent groups.

    Newcombe's hybrid score interval: method 10 of Newcombe (1998), without continuity correction.
    """
    if min(n, other_n) < max(needed, 1):
        return too_few(min(n, other_n), needed)
    p, q = successes / n, other_successes / other_n
    p_low, p_high = wilson(successes, n, level)
    q_low, q_high = wilson(other_successes, other_n, level)
    low = p - q - math.hypot(p - p_low, q_high - q)
    high = p - q + math.hypot(p_high - p, q - q_low)
    return Estimate(p - q, max(-1.0, low), min(1.0, high), n + other_n, "newcombe", as_of, level)


def mean(values: ArrayLike, *, as_of: int, needed: int = MINIMUM_N, level: float = 0.95) -> Measured:
    """The mean of independent values with Student's t interval."""
    v = np.asarray(values, np.float64)
    n = len(v)
    if n < max(needed, 2):
        return too_few(n, max(needed, 2))
    return _mean(n, float(v.mean()), float(v.std(ddof=1)), as_of, level)


def mean_of_sums(
    n: int, total: float, apart: float, *, as_of: int, needed: int = MINIMUM_N, level: float = 0.95
) -> Measured:
    """The same from sums: of the values, and apart, Σ (value − their mean)²."""
    if n < max(needed, 2):
        return too_few(n, max(needed, 2))
    return _mean(n, total / n, math.sqrt(apart / (n - 1)), as_of, level)


def _mean(n: int, middle: float, deviation: float, as_of: int, level: float) -> Estimate:
    spread = t_of(level, n - 1) * deviation / math.sqrt(n)
    return Estimate(middle, middle - spread, middle + spread, n, "t", as_of, level)


def quantile(
    values: ArrayLike, p: float, *, as_of: int, needed: int = MINIMUM_N, level: float = 0.95
) -> Measured:
    """The smallest value that at least the share p do not exceed, between two order statistics.

    No shape is assumed: the ends are the values whose ranks the binomial distribution leaves at most half of
    (1 − level) beyond. Source: Conover (1999), section 3.2; the value is type 1 of Hyndman & Fan (1996), so that
    it is one that really occurred and agrees with the curves of censored times.
    """
    v = np.asarray(values, np.float64)
    v = v if bool((v[1:] >= v[:-1]).all()) else np.sort(v)  # several quantiles are asked of the same values
    ranks = quantile_ranks(len(v), p, needed=needed, level=level)
    if isinstance(ranks, NoEstimate):
        return ranks
    value, low, high = (float(v[rank - 1]) for rank in ranks)
    return Estimate(value, low, high, len(v), "order statistics", as_of, level)


def quantile_ranks(
    n: int, p: float, *, needed: int = MINIMUM_N, level: float = 0.95
) -> tuple[int, int, int] | NoEstimate:
    """The ranks (from 1) of `quantile` among n sorted values: its own, and those of its low and its high end."""
    if n < max(needed, 1):
        return too_few(n, needed)
    ends = _quantile_ranks(n, p, level)
    if ends is None:
        return NoEstimate(
            "too_few", n, _enough_for(p, level), f"the ranks around {p:g} have no interval at n {n}"
        )
    return max(1, math.ceil(round(n * p, 9))), *ends


@lru_cache(maxsize=4096)
def _quantile_ranks(n: int, p: float, level: float) -> tuple[int, int] | None:
    """Ranks (from 1) with P(B < low) ≤ α/2 and P(B ≥ high) ≤ α/2, B ~ Binomial(n, p); None where there are none."""
    from scipy.special import bdtr

    half = (1 - level) / 2
    reach = math.ceil(z_of(level) * math.sqrt(n * p * (1 - p))) + 6
    around = range(max(0, math.floor(n * p) - reach), min(n, math.ceil(n * p) + reach) + 1)

    def below(k: int) -> float:
        return float(bdtr(k, n, p))  # P(B ≤ k), which ascends: a few are looked at, not all

    low = bisect_right(around, half, key=below) - 1  # rank k + 1: P(B < k + 1) = P(B ≤ k)
    high = bisect_left(around, 1 - half, key=below)  # rank k + 1: P(B ≥ k + 1) = 1 − P(B ≤ k)
    if low < 0 or high == len(around) or around[high] + 1 > n:
        return None
    return around[low] + 1, around[high] + 1


def _enough_for(p: float, level: float) -> int:
    """The least n at which both ends of a quantile's interval exist."""
    half = (1 - level) / 2
    return math.ceil(math.log(half) / math.log(max(p, 1 - p)))


def net_score(
    promoters: int, detractors: int, n: int, *, as_of: int, needed: int = MINIMUM_N, level: float = 0.95
) -> Measured:
    """Promoters less detractors, −1 … 1; variance P + D − (P − D)².

    The interval is the adjusted Wald one with three more answers, a quarter, a half and a quarter of them promoters,
    passives and detractors, so that twenty promoters out of twenty still leave doubt. Source: Rocks (2016).
    """
    if n < max(needed, 1):
        return too_few(n, needed)
    value = (promoters - detractors) / n
    low, high = net_ends(promoters, detractors, n, level)
    return Estimate(value, min(low, value), max(high, value), n, "adjusted wald", as_of, level)


def net_ends(promoters: float, detractors: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """The interval of a net score, −1 … 1. The counts may be effective ones (not whole)."""
    m = n + 3.0
    p, d = (promoters + 0.75) / m, (detractors + 0.75) / m
    spread = z_of(level) * math.sqrt((p + d - (p - d) ** 2) / m)
    return max(-1.0, p - d - spread), min(1.0, p - d + spread)


def times_number(one: Measured, factor: float) -> Measured:
    """An estimate times a number that is known exactly and not negative."""
    return one.map(lambda value: value * factor)


def product(one: Measured, other: Measured, factor: float = 1.0) -> Measured:
    """The product of two independent estimates that are not negative, times an exact factor; the smaller n.

    Variances are recovered from the two intervals (MOVER), each end for itself. Source: Zou & Donner (2008).
    """
    if isinstance(one, NoEstimate):
        return one
    if isinstance(other, NoEstimate):
        return other
    a, b = one.value, other.value
    low = a * b - math.hypot(b * (a - one.low), a * (b - other.low))
    high = a * b + math.hypot(b * (one.high - a), a * (other.high - b))
    low = max(low, 0.0) if min(one.low, other.low) >= 0 else low
    n, as_of = min(one.n, other.n), max(one.as_of, other.as_of)
    return Estimate(a * b * factor, low * factor, high * factor, n, "mover", as_of, one.level)


def poisson_ratio(total: float, count: int, *, as_of: int, needed: int = MINIMUM_N) -> Measured:
    """A known total over a count that chance made (spend over arrivals), the count being Poisson's.

    Ends by the exact interval of the count. Source: Garwood (1936).
    """
    if count < max(needed, 1):
        return too_few(count, needed)
    from scipy.special import gammaincinv

    low, high = gammaincinv(count, 0.025), gammaincinv(count + 1, 0.975)
    return Estimate(total / count, total / float(high), total / float(low), count, "poisson", as_of)
