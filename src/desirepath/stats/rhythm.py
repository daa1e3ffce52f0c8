"""How long does this customer usually stay away, and when is a silence longer than that?

Gaps of a customer are gamma(k, λ), the same k for all and a rate λ of their own, which is gamma(a, b) over customers:
whoever has few gaps is drawn towards all others (empirical Bayes). The next gap is then beta prime.
Source: Efron & Morris (1975) for the shrinking; Fader, Hardie & Lee (2004) for regular buyers by gamma gaps.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desirepath.stats.likelihood import Fit, Search, maximise

Float = NDArray[np.float64]

# The mean rate a / b is searched beside the shapes: where gaps or customers are all alike, a shape has no end.
SEARCH = Search(
    ("k", "a", "b"),
    np.array([[1, 0, 0], [0, 1, 0], [0, 1, -1]], np.float64),
    np.log([1e4, 1e3, 1e6]),
    (True, True, False),
)


def fit_rhythm(times: Float, total: Float, log_total: Float) -> Fit:
    """k, a, b by maximum likelihood. One item a customer with a gap: how many, their sum, the sum of their logarithms.

    Only gaps that ended are seen, so long ones are under-represented: usual gaps come out a little short.
    """
    from scipy.special import gammaln, psi

    n = float(len(times))
    often, place = np.unique(
        times, return_inverse=True
    )  # many have as many gaps: slow functions are asked once
    weight = np.bincount(place).astype(np.float64)
    gaps = float(times.sum())
    mean = float(total.sum()) / gaps

    def likely(params: Float) -> tuple[float, Float]:
        k, a, b = params
        power, inside = a + times * k, b + total
        log_inside = np.log(inside)
        value = (k - 1) * log_total.sum() - gaps * gammaln(k) + n * (a * np.log(b) - gammaln(a))
        value += weight @ gammaln(a + often * k) - power @ log_inside
        up = psi(a + often * k)[place] - log_inside
        slope = np.array(
            [
                log_total.sum() - gaps * psi(k) + times @ up,
                n * (np.log(b) - psi(a)) + up.sum(),
                n * a / b - (power / inside).sum(),
            ]
        )
        return float(value), slope

    return maximise(SEARCH, likely, ((1.0, 2.0, 2.0 * mean), (3.0, 5.0, 5.0 * mean / 3.0)), round(n))


def longer_than(params: Float, times: Float, total: Float, silence: Float) -> Float:
    """The probability that the next gap is longer than `silence`, for one with so many gaps of this sum."""
    from scipy.special import betainc

    k, a, b = params
    inside = b + total
    return np.asarray(betainc(a + times * k, k, inside / (inside + silence)), np.float64)


def gap_at(params: Float, times: Float, total: Float, share: float) -> Float:
    """The gap that the next one does not exceed with probability `share`."""
    from scipy.special import betaincinv

    k, a, b = params
    often, place = np.unique(times, return_inverse=True)
    part = betaincinv(a + often * k, k, 1 - share)[place]  # of inside / (inside + gap)
    return np.asarray((b + total) * (1 - part) / np.maximum(part, 1e-300), np.float64)


def rate(params: Float, times: Float, total: Float) -> Float:
    """Gaps expected per unit of time: the mean of λ / k."""
    k, a, b = params
    return np.asarray((a + times * k) / ((b + total) * k), np.float64)
