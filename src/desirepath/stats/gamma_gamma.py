"""Gamma-Gamma: what is a customer's mean purchase worth, given the few that were seen?

Purchases vary around the customer's own mean by gamma(p, ·), whose rate is gamma(q, γ) over customers, whatever the
number of purchases. Who bought little is drawn towards the mean of all.
Source: Fader & Hardie (2013), "The Gamma-Gamma model of monetary value"; Colombo & Jiang (1999).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desirepath.stats.likelihood import Fit, LogLikelihood, Search, maximise

Float = NDArray[np.float64]
PARAMS = ("p", "q", "gamma")
# p and q beside the mean worth p γ / q: where one's purchases, or all customers, are alike, a shape has no end.
SEARCH = Search(
    PARAMS,
    np.array([[1, 0, 0], [0, 1, 0], [1, -1, 1]], np.float64),
    np.log([1e4, 1e3, 1e6]),
    (True, True, False),
)


def _likelihood(times: Float, mean: Float) -> LogLikelihood:
    from scipy.special import gammaln, psi

    unique, place = np.unique(times, return_inverse=True)
    weight = np.bincount(place).astype(np.float64)
    n, log_mean, log_times = float(len(times)), np.log(mean), np.log(times)
    sum_x_log = float(times @ (log_mean + log_times))
    fixed = -float(log_mean.sum())

    def likely(params: Float) -> tuple[float, Float]:
        p, q, gamma = params
        inside = gamma + times * mean
        log_inside = np.log(inside)
        power = p * times + q
        value = float(weight @ (gammaln(p * unique + q) - gammaln(p * unique)))
        value += n * (q * np.log(gamma) - gammaln(q)) + p * sum_x_log + fixed - float(power @ log_inside)
        up = psi(p * unique + q)
        slope = np.array(
            [
                weight @ (unique * (up - psi(p * unique))) + sum_x_log - times @ log_inside,
                weight @ up + n * (np.log(gamma) - psi(q)) - log_inside.sum(),
                n * q / gamma - (power / inside).sum(),
            ]
        )
        return float(value), slope

    return likely


def fit_gamma_gamma(times: Float, mean: Float) -> Fit:
    """p, q, γ by maximum likelihood. times: purchases (at least 1); mean: their mean worth (above 0), one a customer.

    γ is in the unit of `mean`.
    """
    from dataclasses import replace

    scale = float(np.median(mean))
    fit = maximise(
        SEARCH,
        _likelihood(times, mean / scale),
        ((3.0, 3.0, 1.0), (1.0, 2.0, 1.0)),
        len(times),
    )
    # A change of unit moves log γ only, so the covariance stays; each mean's density falls by the unit.
    params = fit.params * np.array([1.0, 1.0, scale])
    return replace(fit, params=params, log_likelihood=fit.log_likelihood - len(times) * float(np.log(scale)))


def expected_worth(params: Float, times: Float, mean: Float) -> Float:
    """The mean worth of a customer's purchases to come; of one without any (times 0), that of all.

    NaN where q ≤ 1 leaves the mean without bound.
    """
    p, q, gamma = params
    below = p * times + q - 1
    return np.where(below > 0, p * (gamma + times * mean) / np.where(below > 0, below, 1.0), np.nan)
