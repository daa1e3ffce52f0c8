"""What does each row add to a cumulative incidence, and to the mean time until it happens?

In: times and causes, right-censored, as for aalen_johansen. Out: the value, and each row's influence on it: the change
that a little more weight of that row would make (the infinitesimal jackknife), summing to 0. Rows of one customer are
summed, so the variance knows of customers who come more than once, or on both sides of a comparison.
Sources: Aalen & Johansen (1978); Efron & Tibshirani (1993), chapter 21; Royston & Parmar (2013), restricted means;
Andersen (2013), the same with competing risks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Int64 = NDArray[np.int64]
Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Steps:
    """At each time at which something happened: how many were at risk; the hazards of any cause, of the first one."""

    time: Int64
    at_risk: Float
    any_cause: Float
    first: Float
    left_before: Float  # nothing had happened yet, just before

    @property
    def happened(self) -> Float:
        """The first cause's probability, up to and with each time."""
        return np.cumsum(self.left_before * self.first)


def probability_by(time: ArrayLike, cause: ArrayLike, instant: int) -> tuple[float, Float]:
    """(P(cause 1 has happened by `instant`), each row's influence). cause: 0 censored, 1 the one asked, 2 … others."""
    t, c = np.asarray(time, np.int64), np.asarray(cause, np.int64)
    at = _steps(t, c, instant)
    happened = at.happened
    value = float(happened[-1]) if len(happened) else 0.0
    return value, _influence(t, c, at, at.left_before, value - happened)


def mean_time_without(time: ArrayLike, cause: ArrayLike, longest: int) -> tuple[float, Float]:
    """(mean time without cause 1 up to `longest`, each row's influence), in the unit of the times.

    Those to whom another cause happened first never have it: they count with `longest`.
    """
    t, c = np.asarray(time, np.int64), np.asarray(cause, np.int64)
    at = _steps(t, c, longest)
    rest = (longest - at.time).astype(np.float64)
    area = float((at.left_before * at.first) @ rest)  # under the incidence, up to `longest`
    # What is under the incidence above its height at each time, from there on.
    steps = at.left_before * at.first * rest
    beyond = area - np.cumsum(steps)
    return longest - area, -_influence(t, c, at, at.left_before * rest, beyond)


def _steps(t: Int64, c: Int64, until: int) -> _Steps:
    """The times up to `until` at which any cause happened."""
    some = np.unique(t[(c > 0) & (t <= until)])
    all_sorted = np.sort(t)
    at_risk = (len(t) - np.searchsorted(all_sorted, some, side="left")).astype(np.float64)
    own, every = np.sort(t[c == 1]), np.sort(t[c > 0])
    first, any_cause = (
        (np.searchsorted(of, some, side="right") - np.searchsorted(of, some, side="left")) / at_risk
        for of in (own, every)
    )
    left = np.cumprod(1 - any_cause)
    return _Steps(some, at_risk, any_cause, first, np.append(1.0, left)[: len(some)])


def _influence(t: Int64, c: Int64, at: _Steps, gain: Float, later: Float) -> Float:
    """Σ gain dM₁/Y − Σ later/(1 − ΔΛ) dM/Y over the times up to a row's own, M being its martingales.

    gain: what one more of cause 1 adds at each time. later: what happens after each time, and would be lost.
    """
    if not len(at.time):
        return np.zeros(len(t))
    free = 1 - at.any_cause
    lost = np.divide(later, free, out=np.zeros_like(later), where=free > 0)
    own, every = gain / at.at_risk, lost / at.at_risk
    # What is expected of a row for as long as it is at risk.
    expected = np.append(0.0, np.cumsum(own * at.first - every * at.any_cause))
    found: Float = -expected[np.searchsorted(at.time, t, side="right")]
    place = np.searchsorted(at.time, t, side="left")
    there = (place < len(at.time)) & (c > 0)
    place = np.minimum(place, len(at.time) - 1)
    there &= at.time[place] == t
    found[there & (c == 1)] += own[place[there & (c == 1)]]
    found[there] -= every[place[there]]
    return found
