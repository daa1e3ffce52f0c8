"""The models of buying, as slowly and obviously as their definitions: integrals over what each customer is like.

One customer's likelihood given their own rate and their own way of going is a line; the rest is quadrature.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from scipy.integrate import quad
from scipy.stats import gamma as gamma_of


def bg_nbd_likelihood(r: float, alpha: float, a: float, b: float, x: int, last: float, age: float) -> float:
    """∫∫ [(1−p)ˣ λˣ e^(−λ age) + (x > 0) p (1−p)ˣ⁻¹ λˣ e^(−λ last)] over λ ~ gamma(r, α), p ~ beta(a, b)."""

    def rate(until: float) -> float:
        # ∫ λˣ e^(−λ until) gamma(λ) dλ, which everybody knows.
        return math.exp(
            math.lgamma(r + x) - math.lgamma(r) + r * math.log(alpha) - (r + x) * math.log(alpha + until)
        )

    def moment(gone: int, stayed: int) -> float:
        up = math.lgamma(a + gone) + math.lgamma(b + stayed) - math.lgamma(a + b + gone + stayed)
        return math.exp(up - math.lgamma(a) - math.lgamma(b) + math.lgamma(a + b))

    there = moment(0, x) * rate(age)
    return there + (moment(1, x - 1) * rate(last) if x else 0.0)


def bg_nbd_ahead(
    r: float, alpha: float, a: float, b: float, x: int, last: float, age: float, ahead: float
) -> float:
    """Expected purchases: the chance to be there times ∫ (1 − E[e^(−λ p ahead)]) / p over what is known of λ and p."""
    total = bg_nbd_likelihood(r, alpha, a, b, x, last, age)
    there = (
        math.exp(
            math.lgamma(b + x) + math.lgamma(a + b) - math.lgamma(b) - math.lgamma(a + b + x)
            + math.lgamma(r + x) - math.lgamma(r) + r * math.log(alpha) - (r + x) * math.log(alpha + age)
        ) / total
    )  # fmt: skip

    def given(p: float) -> float:
        if p < 1e-12:
            return (r + x) / (alpha + age) * ahead
        return -math.expm1((r + x) * (math.log(alpha + age) - math.log(alpha + age + p * ahead))) / p

    # The ends of a beta density have no bound: quadrature that knows its two powers.
    mean, _ = quad(given, 0, 1, weight="alg", wvar=(a - 1, b + x - 1), limit=400, epsabs=0, epsrel=1e-10)
    mean *= math.exp(math.lgamma(a + b + x) - math.lgamma(a) - math.lgamma(b + x))
    return there * mean


def pareto_nbd_parts(
    r: float, alpha: float, s: float, beta: float, x: int, last: float, age: float
) -> tuple[float, float]:
    """(there at `age`, gone between `last` and `age`), of the likelihood: over the time of going, if any."""
    own = math.exp(math.lgamma(r + x) - math.lgamma(r) + r * math.log(alpha) + s * math.log(beta))

    def goes(t: float) -> float:
        return s * math.exp(-(r + x) * math.log(alpha + t) - (s + 1) * math.log(beta + t))

    # Nearly all of it may lie just after the last purchase: cut where it falls.
    scale = (alpha + last) / (r + x + s)
    cuts = [last, *(c for c in (last + scale, last + 5 * scale, last + 30 * scale) if c < age), age]
    gone = sum(quad(goes, low, high, epsabs=0, epsrel=1e-12)[0] for low, high in pairwise(cuts))
    there = math.exp(-(r + x) * math.log(alpha + age) - s * math.log(beta + age))
    return own * there, own * gone


def pareto_nbd_ahead(
    r: float, alpha: float, s: float, beta: float, x: int, last: float, age: float, ahead: float
) -> float:
    """Expected purchases: alive × mean rate × ∫ P(still alive at t) dt."""
    there, gone = pareto_nbd_parts(r, alpha, s, beta, x, last, age)
    lives, _ = quad(lambda t: math.exp(s * (math.log(beta + age) - math.log(beta + age + t))), 0, ahead)
    return there / (there + gone) * (r + x) / (alpha + age) * lives


def gamma_gamma_likelihood(p: float, q: float, gamma: float, times: int, mean: float) -> float:
    """∫ density of a mean of `times` purchases given the customer's own rate ν, over ν ~ gamma(q, γ)."""

    def given(u: float) -> float:
        nu = float(gamma_of.ppf(u, q, scale=1 / gamma))
        return float(gamma_of.pdf(mean, p * times, scale=1 / (nu * times))) if nu > 0 else 0.0

    return quad(given, 0, 1, limit=400)[0]


def sbg_by_hand(alpha: float, beta: float, years: int) -> np.ndarray:
    """The share still there after 0 … years renewals, by the recursion of the paper."""
    share, goes = [1.0], alpha / (alpha + beta)
    for t in range(1, years + 1):
        share.append(share[-1] - goes)
        goes *= (beta + t - 1) / (alpha + beta + t)
    return np.array(share)
