"""Who will buy again, how often, and what will it be worth?

In: purchases. Out: for each customer the probability of still being one, the purchases and the value expected within a
horizon, and their sums. How well a model, asked earlier, would have told what came: lifetime_value_check.py.
Models: BG/NBD or Pareto/NBD for when, Gamma-Gamma for how much. Intervals are those of the fitted parameters (observed
information, delta method): they say how sure the expectation is, not what chance will make of one customer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desirepath.core.estimate import MINIMUM_N, Estimate, Measured, NoEstimate, too_few
from desirepath.measure.answers import Contract
from desirepath.measure.value.purchases import Purchases
from desirepath.stats.bg_nbd import BgNbd
from desirepath.stats.buying import BuyingModel, Histories, discounted, fit_buying, kinds
from desirepath.stats.gamma_gamma import expected_worth, fit_gamma_gamma
from desirepath.stats.intervals import z_of
from desirepath.stats.likelihood import Fit, delta, error_of
from desirepath.stats.pareto_nbd import ParetoNbd

Float = NDArray[np.float64]
Int64 = NDArray[np.int64]
Mask = NDArray[np.bool_]

WEEK = 7.0  # days: the unit of the models' times
MODELS: dict[str, BuyingModel] = {"bg_nbd": BgNbd(), "pareto_nbd": ParetoNbd()}
_STEP = 4.0  # weeks: a discount is taken off by such steps


@dataclass(frozen=True, slots=True)
class Parameter:
    """A fitted parameter. unit: what it counts: "", "weeks" or "money" (minor units)."""

    name: str
    value: Measured
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Fitted:
    """The models as fitted. why: without a fit, the reason. worth: None where there is no value to speak of."""

    model: BuyingModel
    when: Fit | None
    worth: Fit | None
    parameters: tuple[Parameter, ...]
    why: NoEstimate | None
    worth_why: NoEstimate | None


@dataclass(frozen=True, slots=True)
class CustomerValues:
    """Grain: customer, by code. Each array has a value for each of `customer`; NaN where there is none.

    times: days with a purchase; first, last: local days since 1970; spent: minor units so far.
    alive, purchases, value (minor units, discounted): [3, customers]: value, low, high.
    """

    customer: Int64
    times: Int64
    first: Int64
    last: Int64
    spent: Int64
    alive: Float
    purchases: Float
    value: Float


@dataclass(frozen=True, slots=True)
class Total:
    """A group of customers. alive: the share expected to be customers still; each: value a customer."""

    label: str
    customers: int
    alive: Measured
    purchases: Measured
    value: Measured
    each: Measured


@dataclass(frozen=True, slots=True)
class LifetimeAnswer:
    """bought_again: customers with a purchase on more than one day. no_worth: of those, whose mean is not above 0.

    together: Spearman's correlation of how often with how much (the model takes it to be 0).
    """

    fitted: Fitted
    buyers: int
    bought_again: int
    no_worth: int
    together: Measured
    total: Total
    groups: tuple[Total, ...]
    customers: CustomerValues
    contract: Contract


def histories_of(bought: Purchases) -> tuple[Histories, Int64]:
    """Kinds of customers, and of which kind each buyer is; weeks since their first purchase."""
    return kinds(bought.times - 1, bought.last - bought.first, bought.today - bought.first, WEEK)


def fit_all(model: BuyingModel, bought: Purchases, *, as_of: int) -> tuple[Fitted, Histories, Int64]:
    """Both models fitted; which histories and whose."""
    histories, kind = histories_of(bought)
    again = int((bought.times > 1).sum())
    when: Fit | None = None
    why: NoEstimate | None = None
    if again < MINIMUM_N:
        why = NoEstimate(
            "too_few", again, MINIMUM_N, f"{again} customers bought again, of {MINIMUM_N} needed"
        )
    else:
        when = fit_buying(model, histories)
        why = _unsound(when, again)
    worth, worth_why = _fit_worth(bought)
    kept = None if why is not None else when
    return (
        Fitted(model, kept, worth, _parameters(model, when, worth, as_of), why, worth_why),
        histories,
        kind,
    )


def _unsound(fit: Fit, n: int) -> NoEstimate | None:
    if fit.sound:
        return None
    detail = (
        f"{' and '.join(fit.ran_away)} ran away: the data do not hold the model"
        if fit.ran_away
        else "the likelihood has no clear top"
    )
    return NoEstimate("no_fit", n, 0, detail)


def mean_again(bought: Purchases) -> tuple[Float, Float]:
    """(how often, mean worth) of each buyer's purchases after the first; a mean below 0 (refunds) is 0."""
    times = (bought.times - 1).astype(np.float64)
    spent = bought.total() - bought.worth[bought.start[:-1]]
    return times, np.where(times > 0, np.maximum(spent, 0) / np.maximum(times, 1), 0.0)


def _fit_worth(bought: Purchases) -> tuple[Fit | None, NoEstimate | None]:
    times, mean = mean_again(bought)
    usable = (times > 0) & (mean > 0)
    n = int(usable.sum())
    if not bought.worth.any():
        return None, NoEstimate("no_data", 0, 0, "no purchase has a value")
    if n < MINIMUM_N:
        return None, too_few(n)
    fit = fit_gamma_gamma(times[usable], mean[usable])
    if not fit.sound:
        return None, _unsound(fit, n)
    if fit.params[1] <= 1:
        return None, NoEstimate("no_fit", n, 0, "worth varies so much (q ≤ 1) that its mean has no bound")
    return fit, None


def _parameters(model: BuyingModel, when: Fit | None, worth: Fit | None, as_of: int) -> tuple[Parameter, ...]:
    weeks = {"alpha", "beta"} if model.name == "pareto_nbd" else {"alpha"}
    found = []
    for fit, unit in ((when, "weeks"), (worth, "money")):
        if fit is None:
            continue
        for name, value in zip(fit.names, fit.params.tolist(), strict=True):
            low, high = fit.interval(name)
            measured: Measured = NoEstimate("no_fit", fit.n, 0, f"{name} {value:.4g}")
            if fit.sound:
                measured = Estimate(value, low, high, fit.n, "observed information", as_of)
            has_unit = name in (weeks if unit == "weeks" else {"gamma"})
            found.append(Parameter(name, measured, unit if has_unit else ""))
    return tuple(found)


def lifetime_value(
    bought: Purchases,
    model: BuyingModel,
    *,
    as_of: int,
    within: int,
    discount: float,
    groups: Sequence[tuple[str, Mask]],
    contract: Contract,
) -> LifetimeAnswer:
    """What is expected of each buyer within `within` days after what is known.

    discount: how much less a year later counts: 0.1 makes 110 of then 100 of now. groups: masks over the buyers.
    Sources: the models' own; Oehlert (1992) for the delta method.
    """
    fitted, histories, kind = fit_all(model, bought, as_of=as_of)
    told = _Told(fitted, histories, kind, bought, within / WEEK, math.log1p(discount) / (365.2425 / WEEK))
    everyone = np.ones(len(bought), np.bool_)
    times, mean = mean_again(bought)
    return LifetimeAnswer(
        fitted=fitted,
        buyers=len(bought),
        bought_again=int((bought.times > 1).sum()),
        no_worth=int(((times > 0) & (mean <= 0)).sum()) if bought.worth.any() else 0,
        together=_together(times, mean, as_of),
        total=told.total("all", everyone, as_of),
        groups=tuple(told.total(label, rows, as_of) for label, rows in groups),
        customers=told.customers(),
        contract=contract,
    )


class _Told:
    """What the fitted models tell of each, with the slopes from which intervals of any sum are made."""

    def __init__(
        self,
        fitted: Fitted,
        histories: Histories,
        kind: Int64,
        bought: Purchases,
        ahead: float,
        discount: float,
    ) -> None:
        self.fitted, self.kind, self.bought = fitted, kind, bought
        self.worth = self.worth_slopes = None
        when, model = fitted.when, fitted.model
        if when is None:
            return
        self.alive, self.alive_slopes = delta(when, lambda p: model.alive(p, histories))
        self.expected, self.slopes = delta(
            when, lambda p: model.alive(p, histories) * model.if_alive(p, histories, ahead)
        )
        # What a discount takes off hangs on the parameters so little that it is taken as known.
        full = model.if_alive(when.params, histories, ahead)
        kept = discounted(lambda t: model.if_alive(when.params, histories, t), ahead, discount, _STEP)
        self.kept = np.divide(kept, full, out=np.ones(len(full)), where=full > 0)
        if fitted.worth is not None:
            times, mean = mean_again(bought)
            self.worth, self.worth_slopes = delta(fitted.worth, lambda p: expected_worth(p, times, mean))

    def total(self, label: str, rows: Mask, as_of: int) -> Total:
        """The sums over the buyers that `rows` keeps."""
        n, when = int(rows.sum()), self.fitted.when
        none = self.fitted.why or (too_few(n) if n < MINIMUM_N else None)
        if when is None or none is not None:
            missing = none or too_few(n)
            return Total(label, n, missing, missing, missing, missing)
        weight = np.bincount(self.kind[rows], minlength=len(self.alive)).astype(np.float64)
        share = _share(
            float(self.alive @ weight) / n,
            float(error_of(when, self.alive_slopes @ weight[:, None] / n)[0]),
            n,
            as_of,
        )
        purchases = _positive(
            float(self.expected @ weight), float(error_of(when, self.slopes @ weight[:, None])[0]), n, as_of
        )
        value: Measured = self.fitted.worth_why or NoEstimate("no_data")
        if self.worth is not None and self.worth_slopes is not None and self.fitted.worth is not None:
            kind = self.kind[rows]
            expected, worth = (self.expected * self.kept)[kind], self.worth[rows]
            by_kind = np.bincount(kind, worth, len(self.alive)) * self.kept
            error = math.hypot(
                error_of(when, self.slopes @ by_kind[:, None])[0],
                error_of(self.fitted.worth, self.worth_slopes[:, rows] @ expected[:, None])[0],
            )
            value = _positive(float(expected @ worth), error, n, as_of)
        return Total(label, n, share, purchases, value, value.map(lambda v: v / n))

    def customers(self) -> CustomerValues:
        """Everybody."""
        bought, n = self.bought, len(self.bought)
        nothing = np.full((3, n), np.nan)
        alive, purchases, value = nothing, nothing, nothing
        when = self.fitted.when
        if when is not None:
            kind = self.kind
            alive = _ends_share(self.alive, error_of(when, self.alive_slopes))[:, kind]
            error = error_of(when, self.slopes)
            purchases = _ends(self.expected, error)[:, kind]
            if self.worth is not None and self.worth_slopes is not None and self.fitted.worth is not None:
                relative = np.hypot(
                    _over(error, self.expected)[kind],
                    _over(error_of(self.fitted.worth, self.worth_slopes), self.worth),
                )
                total = (self.expected * self.kept)[kind] * self.worth
                value = _ends(total, relative * total)
        return CustomerValues(
            bought.customer, bought.times, bought.first, bought.last, bought.total(), alive, purchases, value
        )


def _over(error: Float, value: Float) -> Float:
    return np.divide(error, value, out=np.zeros_like(error), where=value > 0)


def _ends(value: Float, error: Float) -> Float:
    """[3, n]: value, low, high; normal on the log scale."""
    reach = np.exp(np.minimum(z_of(0.95) * _over(error, value), 50.0))
    return np.stack([value, value / reach, value * reach])


def _ends_share(share: Float, error: Float) -> Float:
    """[3, n]: value, low, high; normal on the logit scale. Exactly 1 (or 0) by the model stays so."""
    inside = (share > 1e-12) & (share < 1 - 1e-12)
    safe = np.where(inside, share, 0.5)
    logit, reach = np.log(safe / (1 - safe)), z_of(0.95) * error / (safe * (1 - safe))
    low, high = (1 / (1 + np.exp(-np.clip(logit + by, -50, 50))) for by in (-reach, reach))
    return np.stack([share, np.where(inside, low, share), np.where(inside, high, share)])


def _positive(value: float, error: float, n: int, as_of: int) -> Measured:
    if not math.isfinite(value):
        return NoEstimate("no_fit", n, 0, "the expectation has no bound")
    # More digits of the ends would be noise: their slopes are numerical.
    low, high = (float(f"{end:.6g}") for end in _ends(np.array([value]), np.array([error]))[1:, 0])
    return Estimate(value, min(low, value), max(high, value), n, "delta", as_of)


def _share(value: float, error: float, n: int, as_of: int) -> Measured:
    _, low, high = _ends_share(np.array([value]), np.array([error]))[:, 0]
    return Estimate(value, float(low), float(high), n, "delta", as_of)


def _together(times: Float, mean: Float, as_of: int) -> Measured:
    """Spearman's rank correlation with Fisher's interval, as Bonett & Wright (2000) widen it."""
    some = (times > 0) & (mean > 0)
    n = int(some.sum())
    if n < MINIMUM_N:
        return too_few(n)
    from scipy.stats import rankdata

    a, b = rankdata(times[some]), rankdata(mean[some])
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return NoEstimate("no_data", n, 0, "nothing varies")
    r = float(np.corrcoef(a, b)[0, 1])
    reach = z_of(0.95) * math.sqrt((1 + r * r / 2) / (n - 3))
    middle = math.atanh(max(min(r, 1 - 1e-12), -1 + 1e-12))
    return Estimate(r, math.tanh(middle - reach), math.tanh(middle + reach), n, "fisher", as_of)
