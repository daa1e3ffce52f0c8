"""Had the model been asked earlier: would it have told what came since?

In: purchases as they were known then and now. Out: expected and actual purchases, in sum, by how often customers had
bought until then, and week by week from the first purchase of all on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desirepath.core.estimate import Estimate, Measured, NoEstimate
from desirepath.measure.value.lifetime import WEEK, fit_all
from desirepath.measure.value.purchases import Purchases
from desirepath.stats.buying import BuyingModel, expected
from desirepath.stats.intervals import mean, z_of
from desirepath.stats.likelihood import delta, error_of

Float = NDArray[np.float64]
Int64 = NDArray[np.int64]

_BY_TIMES = 7  # purchases before, from which on customers are taken together


@dataclass(frozen=True, slots=True)
class Bin:
    """Customers who had bought equally often: what they did since (a mean a customer), and what was expected."""

    label: str
    customers: int
    actual: Measured
    expected: float


@dataclass(frozen=True, slots=True)
class Check:
    """The model fitted to what was known `days` before now, against what came in these days.

    actual, expected: purchases of those who had bought by then; expected's interval holds the parameters' doubt and the
    chance of single customers (their squared errors), so that actual lies in it 19 times in 20 if the model is right.
    error: mean squared error a customer. plain_error: that of expecting what each did per week so far.
    week, cumulative_*: purchases after the first since the first purchase of all, of those who had bought by then.
    """

    model: str
    cut: int
    days: int
    actual: int
    expected: Measured
    error: float
    plain_error: float
    bins: tuple[Bin, ...]
    week: Int64
    cumulative_actual: Int64
    cumulative_expected: Float

    @property
    def held(self) -> bool:
        """Whether the actual number lies within what was told."""
        told = self.expected
        return isinstance(told, Estimate) and told.low <= self.actual <= told.high


def check(model: BuyingModel, before: Purchases, now: Purchases, *, as_of: int) -> Check | NoEstimate:
    """How `model`, fitted to `before`, tells `now`. Both are of the same customers, `now` of some more."""
    days = now.today - before.today
    fitted, histories, kind = fit_all(model, before, as_of=as_of)
    fit = fitted.when
    if fit is None or days <= 0:
        return fitted.why or NoEstimate("not_known_yet", len(before), 0, "no time to look back on")
    came = since(before, now)
    ahead = days / WEEK
    each, slopes = delta(fit, lambda p: expected(model, p, histories, ahead))
    told = each[kind]
    weight = np.bincount(kind, minlength=len(each)).astype(np.float64)
    squared = float(((came - told) ** 2).sum())
    doubt = math.hypot(float(error_of(fit, slopes @ weight[:, None])[0]), math.sqrt(squared))
    total, reach = float(told.sum()), z_of(0.95) * doubt
    age = np.maximum(before.today - before.first, 1)
    plain = (before.times - 1) / age * days
    weeks, actual, tracked = _track(model, fit.params, before, now)
    return Check(
        model=model.name,
        cut=before.today,
        days=days,
        actual=int(came.sum()),
        expected=Estimate(
            total, max(0.0, total - reach), total + reach, len(before), "delta and residuals", as_of
        ),
        error=squared / len(before),
        plain_error=float(((came - plain) ** 2).mean()),
        bins=_bins(before.times - 1, came, told, as_of),
        week=weeks,
        cumulative_actual=actual,
        cumulative_expected=tracked,
    )


def since(before: Purchases, now: Purchases) -> Int64:
    """How many days with a purchase each buyer of `before` had after it."""
    late = now.sum_of((now.day > before.today).astype(np.int64))
    return np.asarray(late[np.searchsorted(now.customer, before.customer)], np.int64)


def _bins(again: Int64, came: Int64, told: Float, as_of: int) -> tuple[Bin, ...]:
    code = np.minimum(again, _BY_TIMES)
    found = []
    for k in np.unique(code).tolist():
        rows = code == k
        label = f"{k + 1}" if k < _BY_TIMES else f"{k + 1} or more"
        found.append(Bin(label, int(rows.sum()), mean(came[rows], as_of=as_of), float(told[rows].mean())))
    return tuple(found)


def _track(
    model: BuyingModel, params: Float, before: Purchases, now: Purchases
) -> tuple[Int64, Int64, Float]:
    """(weeks, actual, expected): cumulative purchases after the first, of the buyers of `before`."""
    begin = int(before.first.min())
    same = now.of(np.isin(now.customer, before.customer))
    again = np.ones(len(same.day), np.bool_)
    again[same.start[:-1]] = False
    weeks = np.arange(1, (now.today - begin + 1) // 7 + 1)
    ends = begin + weeks * 7  # a week's end, its day not counted
    actual = np.searchsorted(np.sort(same.day[again]), ends)
    births, count = np.unique(before.first, return_counts=True)
    by_age = np.append(0.0, model.expected_of_new(params, np.arange(1, now.today - begin + 8) / WEEK))
    age = np.maximum(ends[:, None] - 1 - births[None, :], 0)
    tracked = by_age[age] @ count.astype(np.float64)
    return weeks.astype(np.int64), actual.astype(np.int64), np.asarray(tracked, np.float64)


def better_of(found: dict[str, Check | NoEstimate]) -> str | None:
    """The model whose expectation erred less by customer; None where none could be checked."""
    known = {name: one.error for name, one in found.items() if isinstance(one, Check)}
    return min(known, key=lambda name: known[name]) if known else None
