"""BG/NBD: customers buy at random at a rate of their own, and after any purchase may be gone for good.

The rate is gamma(r, α) over customers, the chance to be gone after a purchase beta(a, b). Who has bought once only is
never taken to be gone: that is the model's known weakness, Pareto/NBD has another view.
Source: Fader, Hardie & Lee (2005), "Counting your customers" the easy way; expectations by a series without
cancellation, so that a = 1 is no special case.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from desirepath.core.compiled import kernel
from desirepath.stats.buying import Histories, mean_rate
from desirepath.stats.likelihood import LogLikelihood, Search

Float = NDArray[np.float64]


@kernel
def _purchases(r, age_rate, a, b, again, ahead, out):  # type: ignore[no-untyped-def]
    """Purchases within `ahead` of one who is alive, for each (again, age_rate = α + age).

    (C / ε) (1 − (1 − z)^ε F(A, ε; C; z)) with ε = a − 1, A = a + b − 1 − r, C = a + b + again − 1, and
    z = ahead / (age_rate + ahead), written as −(C L + S (1 − z)^ε): the division by ε is done in L and in the series S.
    """
    epsilon, top = a - 1.0, a + b - 1.0 - r
    for i in range(len(out)):
        z = ahead / (age_rate[i] + ahead)
        c = a + b + again[i] - 1.0
        log_rest = np.log1p(-z)
        power = np.expm1(epsilon * log_rest) / epsilon if abs(epsilon) > 1e-9 else log_rest
        # Σ (A)ₙ (1+ε)ₙ₋₁ / ((C+1)ₙ₋₁ n!) zⁿ
        term = top * z
        total = term
        n = 1.0
        while n < 100000.0:
            term *= (top + n) * (epsilon + n) / ((c + n) * (n + 1.0)) * z
            total += term
            n += 1.0
            if abs(term) < 1e-14 * abs(total) or term == 0.0:
                break
        out[i] = -(c * power + total * np.exp(epsilon * log_rest))


class BgNbd:
    """The model as BuyingModel asks for it. params: r, α (in the unit of time), a, b."""

    name: str = "bg_nbd"
    params: tuple[str, ...] = ("r", "alpha", "a", "b")
    source: str = "Fader, Hardie & Lee (2005)"
    # r with r/α, a with a/b: where customers are nearly alike a shape has no end, but the mean stays where it is.
    search: Search = Search(
        params,
        np.array([[1, 0, 0, 0], [1, -1, 0, 0], [0, 0, 1, 0], [0, 0, 1, -1]], np.float64),
        np.log([15, 1e6, 60, 1e6]),
        (True, False, True, False),
    )

    def likelihood(self, histories: Histories) -> LogLikelihood:
        """The log-likelihood of all customers, with its gradient."""
        from scipy.special import betaln, gammaln, psi

        x, last, age, n = histories.again, histories.last, histories.age, histories.count
        times, place = np.unique(x, return_inverse=True)
        weight = np.bincount(place, weights=n)
        total, some = float(n.sum()), x > 0

        def likely(params: Float) -> tuple[float, Float]:
            r, alpha, a, b = params
            log_age, log_last = np.log(alpha + age), np.log(alpha + last)
            stayed = -(r + x) * log_age
            gone = np.where(some, np.log(a) - np.log(np.maximum(b + x - 1, 1e-300)), -np.inf)
            gone = gone - (r + x) * log_last
            either = np.logaddexp(stayed, gone)
            w = np.exp(gone - either)
            value = total * (r * np.log(alpha) - gammaln(r) - betaln(a, b))
            value += float(weight @ (gammaln(r + times) + betaln(a, b + times))) + float(n @ either)
            long, all_of_it = weight @ psi(a + b + times), total * psi(a + b)
            slope = np.array(
                [
                    weight @ psi(r + times)
                    + total * (np.log(alpha) - psi(r))
                    - n @ ((1 - w) * log_age + w * log_last),
                    total * r / alpha - n @ ((r + x) * ((1 - w) / (alpha + age) + w / (alpha + last))),
                    all_of_it - long + n @ w / a,
                    all_of_it - long + weight @ psi(b + times) - total * psi(b)
                    - n @ np.where(some, w / np.maximum(b + x - 1, 1e-300), 0.0),
                ]
            )  # fmt: skip
            return float(value), slope

        return likely

    def starts(self, histories: Histories) -> Sequence[Sequence[float]]:
        """Few and many who are gone, the mean rate being that of the data."""
        rate = mean_rate(histories)
        return ((0.5, 0.5 / rate, 0.8, 2.5), (1.5, 1.0 / rate, 0.3, 5.0))

    def alive(self, params: Float, histories: Histories) -> Float:
        """The probability that each is still a customer: 1 for who has bought once only."""
        r, alpha, a, b = params
        x = histories.again
        odds = np.log(a / np.maximum(b + x - 1, 1e-300))
        odds += (r + x) * (np.log(alpha + histories.age) - np.log(alpha + histories.last))
        return np.where(x > 0, 1 / (1 + np.exp(np.minimum(odds, 700.0))), 1.0)

    def if_alive(self, params: Float, histories: Histories, ahead: float) -> Float:
        """The purchases expected within `ahead`, as of its age, of each that is still a customer."""
        if ahead <= 0:
            return np.zeros(len(histories))
        r, alpha, a, b = params
        out = np.empty(len(histories))
        _purchases(r, alpha + histories.age, a, b, histories.again, float(ahead), out)
        return np.maximum(out, 0.0)

    def expected_of_new(self, params: Float, age: Float) -> Float:
        """The purchases after the first expected of a new customer by each age."""
        r, alpha, a, b = params
        out = np.zeros(len(age))
        for i in np.flatnonzero(age > 0):
            _purchases(r, np.array([alpha]), a, b, np.zeros(1), float(age[i]), out[i : i + 1])
        return out
