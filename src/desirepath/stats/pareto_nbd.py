"""Pareto/NBD: customers buy at random at a rate of their own, and are gone after a lifetime of their own.

The rate is gamma(r, α) over customers, the chance per time to be gone gamma(s, β); they may go at any time, also after
their first purchase. Source: Schmittlein, Morrison & Colombo (1987); Fader & Hardie (2005), a note on deriving it.
The likelihood's integral over the time of going t is taken in y = log((m + last) / (m + t)), m the lesser of α and β:
its logarithm is then smooth and concave, so that Gauss–Legendre needs no hypergeometric function, whatever α and β.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count

import numpy as np
from numpy.typing import NDArray

from desirepath.core.compiled import kernel
from desirepath.stats.buying import Histories, mean_rate
from desirepath.stats.likelihood import LogLikelihood, Search

Float = NDArray[np.float64]
_NODE, _WEIGHT = np.polynomial.legendre.leggauss(24)
_PIECE = 1 << 14  # kinds of customers for one thread at a time


@kernel
def _lowest(k, power, c, y_age):  # type: ignore[no-untyped-def]
    """Where, left of 0, the integrand exp(k y) (1 + c eʸ)^−power is down to e^−36 of what it is at 0; at least y_age.

    Its logarithm is concave, so Newton's steps from the left never go too far.
    """
    y, aim = y_age, -power * np.log1p(c) - 36.0
    for _ in range(6):
        there = k * y - power * np.log1p(c * np.exp(y))
        if there >= aim:
            break
        share = c * np.exp(y) / (1.0 + c * np.exp(y))
        y += (aim - there) / (k - power * share)
    return y


@kernel
def _add_up(r, alpha, s, beta, again, last, age, count, node, weight, odds, out):  # type: ignore[no-untyped-def]
    """Sum over kinds: out = (log-likelihood without its terms in again alone, slopes by r, α, s, β).

    odds: per kind, log of (gone before now : still there).
    """
    out[:] = 0.0
    base, far = min(alpha, beta), abs(beta - alpha)
    of_alpha = alpha <= beta
    for i in range(len(again)):
        x, n = again[i], count[i]
        k, power = r + x + s, (s + 1.0 if of_alpha else r + x)
        log_begin = np.log(base + last[i])
        c = far / (base + last[i])
        low = _lowest(k, power, c, log_begin - np.log(base + age[i]))
        top = -power * np.log1p(c)
        area, by_r, by_alpha, by_s, by_beta = 0.0, 0.0, 0.0, 0.0, 0.0
        for j in range(len(node)):
            y = low * 0.5 * (1.0 - node[j])
            log_near = log_begin - y
            near = np.exp(log_near)
            log_other = np.log(near + far)
            g = weight[j] * np.exp(k * y + power * (log_near - log_other) - top)
            area += g
            by_r += g * (log_near if of_alpha else log_other)
            by_s += g * (log_other if of_alpha else log_near)
            by_alpha += g / (near if of_alpha else near + far)
            by_beta += g / (near + far if of_alpha else near)
        log_age, log_beta_age = np.log(alpha + age[i]), np.log(beta + age[i])
        stayed = -(r + x) * log_age - s * log_beta_age
        w = 0.0
        odds[i] = -np.inf
        if low < 0.0:
            odds[i] = np.log(s) - k * log_begin + top + np.log(area * -0.5 * low) - stayed
            w = 1.0 / (1.0 + np.exp(-odds[i])) if odds[i] > -700.0 else 0.0
            by_r, by_alpha, by_s, by_beta = by_r / area, by_alpha / area, by_s / area, by_beta / area
        out[0] += n * (stayed + (np.log1p(np.exp(odds[i])) if odds[i] < 30.0 else odds[i]))
        out[1] -= n * ((1.0 - w) * log_age + w * by_r)
        out[2] -= n * (r + x) * ((1.0 - w) / (alpha + age[i]) + w * by_alpha)
        out[3] -= n * ((1.0 - w) * log_beta_age + w * (by_s - 1.0 / s))
        out[4] -= n * ((1.0 - w) * s / (beta + age[i]) + w * (s + 1.0) * by_beta)


def _walk(params: Float, histories: Histories) -> tuple[Float, Float]:
    """(sums, odds of being gone per kind), over threads."""
    r, alpha, s, beta = (float(p) for p in params)
    x, last, age, n = histories.again, histories.last, histories.age, histories.count
    odds = np.empty(len(x))

    def piece(low: int) -> Float:
        out, part = np.empty(5), slice(low, low + _PIECE)
        _add_up(r, alpha, s, beta, x[part], last[part], age[part], n[part], _NODE, _WEIGHT, odds[part], out)
        return out

    begins = range(0, len(x), _PIECE)
    if len(begins) <= 1:
        return sum((piece(low) for low in begins), np.zeros(5)), odds
    with ThreadPoolExecutor(cpu_count() or 1) as pool:
        return sum(pool.map(piece, begins), np.zeros(5)), odds


class ParetoNbd:
    """The model as BuyingModel asks for it. params: r, α, s, β (α and β in the unit of time)."""

    name: str = "pareto_nbd"
    params: tuple[str, ...] = ("r", "alpha", "s", "beta")
    source: str = "Schmittlein, Morrison & Colombo (1987)"
    # r with r/α, s with s/β: where customers are nearly alike a shape has no end, but the mean stays where it is.
    search: Search = Search(
        params,
        np.array([[1, 0, 0, 0], [1, -1, 0, 0], [0, 0, 1, 0], [0, 0, 1, -1]], np.float64),
        np.log([100, 1e6, 100, 1e6]),
        (True, False, True, False),
    )

    def likelihood(self, histories: Histories) -> LogLikelihood:
        """The log-likelihood of all customers, with its gradient."""
        from scipy.special import gammaln, psi

        times, place = np.unique(histories.again, return_inverse=True)
        weight = np.bincount(place, weights=histories.count)
        total = float(histories.count.sum())

        def likely(params: Float) -> tuple[float, Float]:
            r, alpha, s, beta = params
            sums, _ = _walk(params, histories)
            value = float(weight @ gammaln(r + times)) - total * gammaln(r)
            value += total * (r * np.log(alpha) + s * np.log(beta)) + sums[0]
            slope = sums[1:] + np.array(
                [
                    weight @ psi(r + times) + total * (np.log(alpha) - psi(r)),
                    total * r / alpha,
                    total * np.log(beta),
                    total * s / beta,
                ]
            )
            return float(value), slope

        return likely

    def starts(self, histories: Histories) -> Sequence[Sequence[float]]:
        """Short and long lives, the mean rate being that of the data."""
        rate, long = mean_rate(histories), max(float(histories.age.max(initial=0)), 1.0)
        return ((0.5, 0.3 / rate, 0.6, 0.4 * long), (1.5, 1.0 / rate, 0.3, long))

    def alive(self, params: Float, histories: Histories) -> Float:
        """The probability that each is still a customer, as of its age."""
        _, odds = _walk(params, histories)
        return np.asarray(1 / (1 + np.exp(np.minimum(odds, 700.0))), np.float64)

    def if_alive(self, params: Float, histories: Histories, ahead: float) -> Float:
        """The purchases expected within `ahead`, as of its age, of each that is still a customer."""
        r, alpha, s, beta = params
        if ahead <= 0:
            return np.zeros(len(histories))
        rate = (r + histories.again) / (alpha + histories.age)
        return np.asarray(rate * _time_alive(s, beta + histories.age, float(ahead)), np.float64)

    def expected_of_new(self, params: Float, age: Float) -> Float:
        """The purchases after the first expected of a new customer by each age."""
        r, alpha, s, beta = params
        return np.asarray(r / alpha * _time_alive(s, beta, age), np.float64)


def _time_alive(s: float, beta: Float | float, ahead: Float | float) -> Float:
    """The expected time alive within `ahead`, the chance to go being gamma(s, β): β/(s−1) (1 − (β/(β+t))^(s−1))."""
    log_rest = np.log1p(np.asarray(ahead) / beta)
    if abs(s - 1) < 1e-9:
        return np.asarray(beta * log_rest, np.float64)
    return np.asarray(-beta * np.expm1(-(s - 1) * log_rest) / (s - 1), np.float64)
