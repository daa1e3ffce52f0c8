"""Shifted beta-geometric: of those under contract, how many renew, the first, the second, the n-th time?

Each customer ends at every renewal with a chance of their own, beta(α, β) over customers: those who easily go go first,
so that the share who renew rises although nobody changes.
Source: Fader & Hardie (2007), "How to project customer retention".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desirepath.stats.likelihood import Fit, maximise, plain_search

Float = NDArray[np.float64]
PARAMS = ("alpha", "beta")


def fit_sbg(ended: Float, still: Float) -> Fit:
    """α, β by maximum likelihood from counts of customers.

    ended[i]: ended at their renewal i + 1. still[i]: still under contract after i + 1 renewals that we know of.
    """
    from scipy.special import betaln, psi

    t = np.arange(1, len(ended) + 1, dtype=np.float64)
    n = float(ended.sum() + still.sum())

    def likely(params: Float) -> tuple[float, Float]:
        a, b = params
        value = ended @ betaln(a + 1, b + t - 1) + still @ betaln(a, b + t) - n * betaln(a, b)
        total, own_a, own_b = psi(a + b), psi(a), psi(b)
        late = psi(a + b + t)
        slope = np.array(
            [
                ended @ (psi(a + 1) - late) + still @ (own_a - late) - n * (own_a - total),
                ended @ (psi(b + t - 1) - late) + still @ (psi(b + t) - late) - n * (own_b - total),
            ]
        )
        return float(value), slope

    return maximise(plain_search(*PARAMS), likely, ((0.7, 1.5), (1.0, 5.0)), round(n))


def survival(params: Float, renewals: Float) -> Float:
    """The share still under contract after each number of renewals (0: all)."""
    from scipy.special import betaln

    a, b = params
    return np.asarray(np.exp(betaln(a, b + renewals) - betaln(a, b)), np.float64)


def expected_renewals(params: Float, renewed: Float, ahead: int, keep: float = 1.0) -> Float:
    """Renewals expected at the next `ahead` dates of one who has renewed so often; the k-th to come counts keepᵏ."""
    from scipy.special import betaln

    a, b = params
    out = np.zeros(len(renewed))
    now = betaln(a, b + renewed)
    for k in range(1, ahead + 1):
        out += keep**k * np.exp(betaln(a, b + renewed + k) - now)
    return out
