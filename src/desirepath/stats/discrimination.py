"""How good are forecasts of yes or no: do they tell apart, do they mean what they say, are they better than the mean?

In: probabilities as they were forecast, and what came. Out: AUC, Brier scores, a reliability table, with intervals.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desirepath.core.estimate import MINIMUM_N, Estimate, Measured, too_few
from desirepath.stats.intervals import mean, proportion, z_of

Float = NDArray[np.float64]
Mask = NDArray[np.bool_]


def auc(forecast: Float, came: Mask, *, as_of: int, needed: int = MINIMUM_N) -> Measured:
    """The chance that one to whom it came was forecast higher than one to whom it did not; ties count half.

    Interval: DeLong's variance on the logit scale. Source: DeLong, DeLong & Clarke-Pearson (1988); Sun & Xu (2014).
    """
    m, n = int(came.sum()), int((~came).sum())
    if min(m, n) < needed:
        return too_few(min(m, n), needed)
    ranks = _midranks(forecast)
    value = (float(ranks[came].sum()) - m * (m + 1) / 2) / (m * n)
    above = (ranks[came] - _midranks(forecast[came])) / n  # of each yes: the share of noes below it
    below = 1 - (ranks[~came] - _midranks(forecast[~came])) / m
    error = math.sqrt(float(above.var(ddof=1)) / m + float(below.var(ddof=1)) / n)
    if not 0 < value < 1 or error == 0:
        # All apart (or not at all): as Wilson's interval of the rarer kind would leave it.
        low, high = (
            (min(m, n) / (min(m, n) + z_of(0.95) ** 2), 1.0) if value > 0.5 else (0.0, 0.5 if value else 1.0)
        )
        return Estimate(value, min(low, value), max(high, value), m + n, "delong", as_of)
    logit, reach = math.log(value / (1 - value)), z_of(0.95) * error / (value * (1 - value))
    low, high = (1 / (1 + math.exp(-(logit + by))) for by in (-reach, reach))
    return Estimate(value, low, high, m + n, "delong", as_of)


def _midranks(values: Float) -> Float:
    """Ranks from 1; equal values share the mean of theirs."""
    order = np.sort(values)
    first = np.searchsorted(order, values, side="left")
    last = np.searchsorted(order, values, side="right")
    return np.asarray((first + last + 1) / 2, np.float64)


def brier(forecast: Float, came: Mask) -> float:
    """The mean squared difference of forecast and what came: 0 is perfect. Source: Brier (1950)."""
    return float(((forecast - came) ** 2).mean())


def gain(forecast: Float, plain: float, came: Mask, *, as_of: int) -> Measured:
    """How much lower the Brier score is than that of forecasting `plain` for all: above 0 is better; paired t."""
    return mean((plain - came) ** 2 - (forecast - came) ** 2, as_of=as_of)


@dataclass(frozen=True, slots=True)
class Bin:
    """Those with forecasts alike: the mean forecast, and the share to whom it came."""

    n: int
    low: float
    high: float
    forecast: float
    came: Measured


def reliability(forecast: Float, came: Mask, *, as_of: int, bins: int = 10) -> tuple[Bin, ...]:
    """About equally many in each bin, equal forecasts in one; Wilson's intervals."""
    if not len(forecast):
        return ()
    edges = np.unique(np.quantile(forecast, np.arange(1, bins) / bins))
    place = np.searchsorted(edges, forecast, side="right")
    found = []
    for k in np.unique(place).tolist():
        rows = place == k
        f, n = forecast[rows], int(rows.sum())
        share = proportion(int(came[rows].sum()), n, as_of=as_of)
        found.append(Bin(n, float(f.min()), float(f.max()), float(f.mean()), share))
    return tuple(found)
