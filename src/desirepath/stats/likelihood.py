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

_LEAST, _MOST = math.log(1e-7), math.log(1e6)  # beyond: the data do not hold a parameter, it runs away
_STEP = 1e-4  # of log-parameters, for the slopes of what follows from them
_FLAT = 1e-5  # gradient per observation that counts as a top


@dataclass(frozen=True, slots=True)
class Search:
    """Where the top is looked for. names: of the parameters, all positive.

    turn [coordinates, parameters]: coordinates are turn @ log(parameters): a mean can be searched beside a shape.
    most [coordinates]: how far each coordinate goes. limits: coordinates at whose end the model is still a good one
    (customers who are all alike): the parameter stays there, and the others are as sure as without it.
    """

    names: tuple[str, ...]
    turn: Float
    most: Float
    limits: tuple[bool, ...]


def plain_search(*names: str) -> Search:
    """Each parameter is a coordinate; one that runs away has nothing to say."""
    size = len(names)
    return Search(names, np.eye(size), np.full(size, _MOST), (False,) * size)


@dataclass(frozen=True, slots=True)
class Fit:
    """Maximum likelihood. params: on the natural scale, in the order of names.

    covariance: of log(params), by the inverse of the observed information; None where that is not positive definite.
    gradient: the largest slope left, per observation and coordinate. ran_away: parameters that the data do not hold.
    alike: parameters whose shape went to its limit, beyond which customers hardly differ. evaluations: of the
    log-likelihood over all data.
    """

    names: tuple[str, ...]
    params: Float
    covariance: Float | None
    log_likelihood: float
    n: int
    gradient: float
    ran_away: tuple[str, ...]
    alike: tuple[str, ...]
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


class _Loss:
    """Minus the log-likelihood per observation, by coordinates."""

    def __init__(self, search: Search, likelihood: LogLikelihood, n: int) -> None:
        self.search, self.likelihood, self.n = search, likelihood, n
        self.back = np.linalg.inv(search.turn)
        self.count = 0

    def params(self, theta: Float) -> Float:
        """The parameters at these coordinates."""
        return np.asarray(np.exp(np.clip(self.back @ theta, -60.0, 60.0)), np.float64)

    def __call__(self, theta: Float) -> tuple[float, Float]:
        self.count += 1
        params = self.params(theta)
        value, slope = self.likelihood(params)
        if not math.isfinite(value) or not np.isfinite(slope).all():
            return 1e12, np.zeros(len(theta))
        return -value / self.n, -(self.back.T @ (slope * params)) / self.n


def maximise(
    search: Search,
    likelihood: LogLikelihood,
    starts: Sequence[Sequence[float]],
    n: int,
    near: Fit | None = None,
) -> Fit:
    """The parameters with the greatest likelihood, searched from each start (L-BFGS-B).

    n: observations. near: a fit to a part of the data: the search then starts there, in its own shape, and `starts`
    are only tried where that goes wrong.
    """
    from scipy.optimize import minimize

    loss = _Loss(search, likelihood, n)
    best: Float | None = None
    lowest = math.inf
    if near is not None and near.sound and not near.alike:
        best = _from_near(loss, near)
    if best is None:
        bounds = [(_LEAST, top) for top in search.most]
        for start in starts:
            x0 = np.clip(search.turn @ np.log(np.asarray(start, np.float64)), _LEAST, search.most)
            found = minimize(
                loss, x0, jac=True, method="L-BFGS-B", bounds=bounds,
                options={"maxiter": 500, "ftol": 1e-13, "gtol": 1e-8},
            )  # fmt: skip
            if found.fun < lowest:
                best, lowest = np.asarray(found.x, np.float64), float(found.fun)
    assert best is not None
    return _finish(search, loss, best, n)


def _from_near(loss: _Loss, near: Fit) -> Float | None:
    """Search in coordinates in which the neighbour's likelihood is round: a handful of evaluations."""
    from scipy.optimize import minimize

    assert near.covariance is not None
    turn = loss.search.turn
    origin = turn @ np.log(near.params)
    shape = np.linalg.cholesky(turn @ near.covariance @ turn.T * near.n)

    def seen(z: Float) -> tuple[float, Float]:
        value, slope = loss(origin + shape @ z)
        return value, np.asarray(shape.T @ slope, np.float64)

    found = minimize(
        seen, np.zeros(len(origin)), jac=True, method="BFGS", options={"gtol": 1e-7, "maxiter": 60}
    )
    theta = np.asarray(origin + shape @ found.x, np.float64)
    inside = bool(np.all((theta > _LEAST) & (theta < loss.search.most)) and found.fun < 1e11)
    return theta if inside else None


def _finish(search: Search, loss: _Loss, theta: Float, n: int) -> Fit:
    """A few Newton steps to the very top, and the information there, over the coordinates that are not at an end."""
    top = theta > search.most - 1e-3
    fixed = top & np.array(search.limits)
    free = ~fixed
    gone = (top & free) | (theta < _LEAST + 1e-3)
    value, slope = loss(theta)
    information = _hessian(loss, theta)[np.ix_(free, free)]
    for _ in range(5):
        # So near the top that the last digit shown does not hang on the way there, or on the machine.
        if gone.any() or not _positive(information) or np.abs(slope[free]).max(initial=0.0) < 1e-12:
            break
        step = np.zeros(len(theta))
        step[free] = np.linalg.solve(information, slope[free])
        after, after_slope = loss(theta - step)
        if after > value + 1e-12 or np.abs(step).max() > 1:
            break
        theta, value, slope = theta - step, after, after_slope
    covariance: Float | None = None
    if not gone.any() and _positive(information):
        covariance = np.zeros((len(theta), len(theta)))
        covariance[np.ix_(free, free)] = np.linalg.inv(information * n)
        covariance = loss.back @ covariance @ loss.back.T
    return Fit(
        search.names,
        loss.params(theta),
        covariance,
        -value * n,
        n,
        float(np.abs(slope[free]).max(initial=0.0)),
        tuple(name for name, one in zip(search.names, gone, strict=True) if one),
        tuple(name for name, one in zip(search.names, fixed, strict=True) if one),
        loss.count,
    )


def _hessian(loss: Callable[[Float], tuple[float, Float]], theta: Float) -> Float:
    """By central differences of the gradient."""
    size, reach = len(theta), 1e-3
    out = np.empty((size, size))
    for i in range(size):
        move = np.zeros(size)
        move[i] = reach
        out[i] = (loss(theta + move)[1] - loss(theta - move)[1]) / (2 * reach)
    return np.asarray((out + out.T) / 2, np.float64)


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
