"""Which parameters, all positive, make the data likeliest, and how sure are they?

In: a log-likelihood with its gradient. Out: a Fit: the parameters, their covariance on the log scale from the observed
information, and whether the search ended at a top. Intervals of whatever follows from the parameters: the delta method.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desirepath.stats.intervals import z_of

Float = NDArray[np.float64]
# Parameters (natural scale) → (log-likelihood, its gradient by each parameter).
LogLikelihood = Callable[[Float], tuple[float, Float]]

_LEAST, _MOST = math.log(1e-5), math.log(1e6)  # beyond: the data do not hold a parameter, it runs away
_STEP = 1e-4  # of log-parameters, for differences
_FLAT = 1e-5  # gradient per observation that counts as a top


@dataclass(frozen=True, slots=True)
class Fit:
    """Maximum likelihood. params: on the natural scale, in the order of names.

    covariance: of log(params), by the inverse of the observed information; None where that is not positive definite.
    gradient: the largest slope left, per observation and log-parameter. ran_away: names of parameters that the data
    do not hold (they went to the end of what is searched). evaluations: of the log-likelihood over all data.
    """

    names: tuple[str, ...]
    params: Float
    covariance: Float | None
    log_likelihood: float
    n: int
    gradient: float
    ran_away: tuple[str, ...]
    evaluations: int

    @property
    def sound(self) -> bool:
        """A top was found, within what is searched, and its shape says how sure the parameters are."""
        return self.gradient < 10 * _FLAT and not self.ran_away and self.covariance is not None

    def interval(self, name: str, level: float = 0.95) -> tuple[float, float]:
        """A parameter's interval, normal on the log scale. NaN where there is no covariance."""
        place = self.names.index(name)
        if self.covariance is None:
            return math.nan, math.nan
        reach = math.exp(z_of(level) * math.sqrt(self.covariance[place, place]))
        return float(self.params[place]) / reach, float(self.params[place]) * reach


def maximise(
    names: Sequence[str],
    likelihood: LogLikelihood,
    starts: Sequence[Sequence[float]],
    n: int,
    near: Fit | None = None,
) -> Fit:
    """The parameters with the greatest likelihood, searched from each start in log-parameters (L-BFGS-B).

    n: observations. near: a fit to a part of the data: the search then starts there, in its own shape, and `starts`
    are only tried where that goes wrong.
    """
    from scipy.optimize import minimize

    count = 0

    def loss(theta: Float) -> tuple[float, Float]:
        nonlocal count
        count += 1
        params = np.exp(np.clip(theta, _LEAST - 1, _MOST + 1))
        value, slope = likelihood(params)
        if not math.isfinite(value):
            return 1e12, np.zeros(len(theta))
        return -value / n, -slope * params / n

    best: Float | None = None
    lowest = math.inf
    if near is not None and near.sound and near.covariance is not None:
        best, lowest = _from_near(loss, near, n)
    if best is None:
        bounds = [(_LEAST, _MOST)] * len(names)
        for start in starts:
            x0 = np.clip(np.log(np.asarray(start, np.float64)), _LEAST, _MOST)
            found = minimize(
                loss, x0, jac=True, method="L-BFGS-B", bounds=bounds,
                options={"maxiter": 500, "ftol": 1e-13, "gtol": 1e-8},
            )  # fmt: skip
            if found.fun < lowest:
                best, lowest = np.asarray(found.x, np.float64), float(found.fun)
    assert best is not None
    return _finish(tuple(names), loss, best, n, lambda: count)


def _from_near(loss: Callable[[Float], tuple[float, Float]], near: Fit, n: int) -> tuple[Float | None, float]:
    """Search in coordinates in which the neighbour's likelihood is round: a handful of evaluations."""
    from scipy.optimize import minimize

    assert near.covariance is not None
    origin = np.log(near.params)
    shape = np.linalg.cholesky(near.covariance * near.n)

    def seen(z: Float) -> tuple[float, Float]:
        value, slope = loss(origin + shape @ z)
        return value, shape.T @ slope

    found = minimize(
        seen, np.zeros(len(origin)), jac=True, method="BFGS", options={"gtol": 1e-7, "maxiter": 60}
    )
    theta = origin + shape @ np.asarray(found.x, np.float64)
    inside = bool(np.all((theta > _LEAST) & (theta < _MOST)) and found.fun < 1e11)
    return (theta, float(found.fun)) if inside else (None, math.inf)


def _finish(
    names: tuple[str, ...],
    loss: Callable[[Float], tuple[float, Float]],
    theta: Float,
    n: int,
    count: Callable[[], int],
) -> Fit:
    """A Newton step or two to the very top, and the information there."""
    at_end = (theta < _LEAST + 1e-3) | (theta > _MOST - 1e-3)
    value, slope = loss(theta)
    information = _hessian(loss, theta)
    for _ in range(2):
        if at_end.any() or not _positive(information) or np.abs(slope).max() < _FLAT / 100:
            break
        step = np.linalg.solve(information, slope)
        after, after_slope = loss(theta - step)
        if after > value or np.abs(step).max() > 1:
            break
        theta, value, slope = theta - step, after, after_slope
    covariance: Float | None = None
    if not at_end.any() and _positive(information):
        covariance = np.asarray(np.linalg.inv(information * n), np.float64)
    return Fit(
        names,
        np.exp(theta),
        covariance,
        -value * n,
        n,
        float(np.abs(slope).max()),
        tuple(name for name, gone in zip(names, at_end, strict=True) if gone),
        count(),
    )


def _hessian(loss: Callable[[Float], tuple[float, Float]], theta: Float) -> Float:
    """By central differences of the gradient."""
    size = len(theta)
    out = np.empty((size, size))
    for i in range(size):
        move = np.zeros(size)
        move[i] = _STEP * 10
        out[i] = (loss(theta + move)[1] - loss(theta - move)[1]) / (2 * _STEP * 10)
    return (out + out.T) / 2


def _positive(matrix: Float) -> bool:
    """Positive definite, and not so nearly flat that its inverse is noise."""
    if not np.isfinite(matrix).all():
        return False
    least, most = np.linalg.eigvalsh(matrix)[[0, -1]]
    return bool(least > 1e-9 * max(most, 1.0))


def delta(fit: Fit, quantity: Callable[[Float], Float]) -> tuple[Float, Float]:
    """What follows from the parameters, and how it moves with each: (values, slopes [log-parameters, values]).

    The variance of any weighted sum w·values is (slopes @ w)ᵀ covariance (slopes @ w).
    """
    values = quantity(fit.params)
    slopes = np.empty((len(fit.params), len(values)))
    for i in range(len(fit.params)):
        move = np.ones(len(fit.params))
        move[i] = math.exp(_STEP)
        slopes[i] = (quantity(fit.params * move) - quantity(fit.params / move)) / (2 * _STEP)
    return values, slopes


def error_of(fit: Fit, slopes: Float) -> Float:
    """Standard error of each value, from `slopes` [log-parameters, values]. NaN where there is no covariance."""
    if fit.covariance is None:
        return np.full(slopes.shape[1], math.nan)
    variance = (slopes * (fit.covariance @ slopes)).sum(axis=0)
    return np.asarray(np.sqrt(np.maximum(variance, 0.0)), np.float64)
