"""Who will buy again, how often, and what will it be worth?"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field, field_validator

from desirepath.app.questions.question import Question
from desirepath.core.definition import Duration, refused

if TYPE_CHECKING:
    from desirepath.app.asking import Asking
    from desirepath.app.questions.answer import Answer, Codes
    from desirepath.app.questions.buying import Bought
    from desirepath.app.results import Table
    from desirepath.core.estimate import Measured, NoEstimate
    from desirepath.measure.answers import Contract
    from desirepath.measure.value.check import Check
    from desirepath.measure.value.lifetime import LifetimeAnswer, Total
    from desirepath.stats.buying import BuyingModel

DAY_US = 86_400_000_000
_GONE = 0.5


class LifetimeValue(Question["LifetimeAnswer"]):
    """Repeat purchases and value expected of each customer and of all, by a model that is fitted here and checked."""

    name: ClassVar[str] = "lifetime-value"
    about: ClassVar[str] = "Who will buy again, how often, and what will it be worth?"
    long: ClassVar[bool] = True
    examples: ClassVar[tuple[str, ...]] = (
        "shop",
        "shop --by segment",
        'shop --within "90 days" --model bg_nbd',
    )

    purchase: str | None = Field(
        default=None, description="What a purchase is, written like a step; the decision's goal unless said."
    )
    within: Duration = Field(default=timedelta(days=365), description="How far ahead: from what is known on.")
    model: Literal["auto", "bg_nbd", "pareto_nbd", "contract"] = Field(
        default="auto",
        description="auto: of bg_nbd and pareto_nbd the one that would have told the last months better; contract: "
        "renewals, where the journey has active_while.",
    )
    every: Duration = Field(
        default=timedelta(days=30), description="For contracts: the time from one renewal to the next."
    )
    discount: float = Field(
        default=0.1,
        ge=0,
        le=10,
        description="How much less a year later counts: 0.1 makes 110 of then 100 of now.",
    )
    by: str | None = Field(
        default=None,
        description="Groups, as of the first purchase: segment, persona, channel, month, or such as traits.country.",
    )
    check: Duration | None = Field(
        default=None,
        description="How much of the end is held back to check the model; a third, at most a year, unless said.",
    )

    @field_validator("within", "check", "every")
    @classmethod
    def _whole_days(cls, value: timedelta | None) -> timedelta | None:
        if value is not None and value < timedelta(days=1):
            raise refused(("is shorter than a day", 'Purchases are counted by days: "90 days".'))
        return value

    def answer(self, asking: Asking) -> Answer[LifetimeAnswer]:
        """The models fitted, everybody told, the check."""
        if self.model == "contract":
            from desirepath.app.questions.contract_value import contract_value_answer

            return contract_value_answer(self, asking)
        import numpy as np

        from desirepath.app.questions.breakdown import groups_by
        from desirepath.app.questions.buying import bought
        from desirepath.measure.value.check import Check, better_of
        from desirepath.measure.value.lifetime import MODELS, lifetime_value

        shop = bought(asking, self.purchase, segment=self.segment, since=self.since, until=self.until)
        now = shop.all()
        wanted = MODELS if self.model == "auto" else {self.model: MODELS[self.model]}
        checks = {name: self._checked(shop, model) for name, model in wanted.items()}
        chosen = better_of(checks) or ("pareto_nbd" if self.model == "auto" else self.model)
        groups = groups_by(asking, self.by, now.first_event).groups if self.by and len(now) else ()
        found = lifetime_value(
            now,
            MODELS[chosen],
            as_of=shop.until - 1,
            within=self.within.days,
            discount=self.discount,
            groups=[(one.label, np.asarray(one.rows)) for one in groups],
            contract=self._contract(asking, shop.label, shop.until - 1),
        )
        checked = checks[chosen]
        tables = {
            "total": _totals(found),
            "customers": _customers(asking, found),
            "parameters": _parameters(found),
        }
        if isinstance(checked, Check):
            tables |= {"check": _bins(checked), "weeks": _weeks(checked, asking), "models": _models(checks)}
        says = _says(found, checked, self.within, asking.currency)
        return asking.answered(self, found, found.contract, says, tables, _lists(found))

    def _checked(self, shop: Bought, model: BuyingModel) -> Check | NoEstimate:
        """The model fitted to all but the end, against the end."""
        from desirepath.core.estimate import too_few
        from desirepath.measure.value.check import check

        now = shop.all()
        if not len(now):
            return too_few(0)
        seen = now.today - int(now.first.min()) + 1
        held = self.check.days if self.check is not None else min(365, seen // 3)
        before = shop.before(shop.until - held * DAY_US)
        if not len(before):
            return too_few(0)
        return check(model, before, now, as_of=shop.until - 1)

    def _contract(self, asking: Asking, label: str, as_of: int) -> Contract:
        from desirepath.measure.cohort import contract

        return contract(
            asking.journey,
            as_of,
            f"What will customers buy within {self.within.days:,} days, and what is it worth?",
            f"customers with at least one purchase ({label}), by their first",
            "purchases of one local day are one; refunds are taken off the latest purchase before; when and until when "
            "they buy by BG/NBD or Pareto/NBD, what a purchase is worth by Gamma-Gamma from purchases after the first; "
            f"maximum likelihood; {self.discount:.0%} a year of discount. Intervals hold the doubt of the parameters, "
            "not chance",
            "Fader, Hardie & Lee (2005); Schmittlein, Morrison & Colombo (1987); Fader & Hardie (2013)",
        )


def _totals(found: LifetimeAnswer) -> Table:
    from desirepath.app.questions.tables import table_of

    columns: dict[str, str | type] = {
        "group": str, "customers": int, "alive": "share", "purchases": "number", "value": "money", "each": "money",
    }  # fmt: skip

    def row(one: Total) -> tuple[object, ...]:
        return one.label, one.customers, one.alive, one.purchases, one.value, one.each

    return table_of("group of customers", columns, [row(one) for one in (found.total, *found.groups)])


def _customers(asking: Asking, found: LifetimeAnswer) -> Table:
    """Everybody, the most valuable first."""
    import numpy as np

    from desirepath.app.questions.people import people_table

    one = found.customers
    worth = one.value[0] if found.fitted.worth is not None else one.purchases[0]
    order = np.lexsort((one.customer, -np.nan_to_num(worth)))
    columns: dict[str, tuple[object, str]] = {
        "purchases_so_far": (one.times, "number"),
        "first": (one.first, "day"),
        "last": (one.last, "day"),
        "spent": (one.spent, "money"),
    }
    for name, unit in (("alive", "share"), ("purchases", "number"), ("value", "money")):
        for part, values in zip(("", "_low", "_high"), getattr(one, name), strict=True):
            columns[name + part] = (values, unit)
    return people_table(asking, one.customer, columns, order)


def _parameters(found: LifetimeAnswer) -> Table:
    from desirepath.app.questions.tables import table_of

    model = found.fitted.model
    rows = [
        (model.name if one.name in model.params else "gamma_gamma", one.name, one.value, one.unit)
        for one in found.fitted.parameters
    ]
    return table_of("parameter", {"model": str, "parameter": str, "value": "number", "unit": str}, rows)


def _bins(one: Check) -> Table:
    from desirepath.app.questions.tables import table_of

    columns: dict[str, str | type] = {
        "purchases_before": str, "customers": int, "actual": "number", "expected": "=number",
    }  # fmt: skip
    rows = [(b.label, b.customers, b.actual, b.expected) for b in one.bins]
    return table_of("number of purchases before", columns, rows)


def _weeks(one: Check, asking: Asking) -> Table:
    from desirepath.app.questions.tables import table_of

    columns: dict[str, str | type] = {"week": int, "actual": int, "expected": "=number"}
    rows = zip(
        one.week.tolist(), one.cumulative_actual.tolist(), one.cumulative_expected.tolist(), strict=True
    )
    return table_of("week since the first purchase of all", columns, rows)


def _models(checks: dict[str, Check | NoEstimate]) -> Table:
    from desirepath.app.questions.tables import table_of
    from desirepath.measure.value.check import Check

    columns: dict[str, str | type] = {
        "model": str, "actual": int, "expected": "number", "error": "=number", "plain_error": "=number",
    }  # fmt: skip
    rows = [
        (name, one.actual, one.expected, one.error, one.plain_error)
        if isinstance(one, Check)
        else (name, None, one, None, None)
        for name, one in checks.items()
    ]
    return table_of("model", columns, rows)


def _lists(found: LifetimeAnswer) -> dict[str, Codes]:
    import numpy as np

    one = found.customers
    lists: dict[str, Codes] = {
        "buyers": lambda: one.customer,
        "bought again": lambda: one.customer[one.times > 1],
    }
    if found.fitted.when is not None:
        lists["probably gone"] = lambda: one.customer[one.alive[0] < _GONE]
    if found.fitted.worth is not None and found.fitted.when is not None:

        def top() -> object:
            order = np.lexsort((one.customer, -one.value[0]))
            return np.sort(one.customer[order[: max(1, len(order) // 10)]])

        lists["top tenth"] = top  # type: ignore[assignment]  # an int64 array
    return lists


def _says(
    found: LifetimeAnswer, checked: Check | NoEstimate, within: timedelta, currency: str | None
) -> tuple[str, ...]:
    from desirepath.core.estimate import Estimate
    from desirepath.measure.value.check import Check

    days = f"{within.days:,} days"
    total = found.total
    if not found.buyers:
        return ("Nobody has bought anything.",)
    if not isinstance(total.purchases, Estimate):
        return (f"What customers will buy cannot be told: {_why(total.purchases)} (n {found.buyers:,}).",)
    worth = f", worth {_amount(total.value, currency)}" if isinstance(total.value, Estimate) else ""
    says = [
        f"{found.buyers:,} customers are expected to buy {_number(total.purchases)} more times within {days}{worth}."
    ]
    if not worth:
        says.append(f"What that is worth cannot be told: {_why(total.value)}.")
    if isinstance(total.alive, Estimate):
        share, low, high = (f"{100 * v:.1f}" for v in (total.alive.value, total.alive.low, total.alive.high))
        says.append(f"{share} % of them ({low} … {high} %) are expected to be customers still.")
    if isinstance(checked, Check):
        says.append(_checked_words(checked))
    else:
        says.append(f"The model could not be checked against what came later: {_why(checked)}.")
    if isinstance(found.together, Estimate) and abs(found.together.value) >= 0.2 and worth:
        says.append(
            f"Those who buy often pay {'more' if found.together.value > 0 else 'less'} each time (rank correlation "
            f"{found.together.value:.2f}): the model takes the two to be unrelated, so that single values are off."
        )
    if found.no_worth:
        says.append(f"{found.no_worth:,} customers' later purchases are worth nothing after refunds.")
    return tuple(says)


def _checked_words(one: Check) -> str:
    expected = _number(one.expected)
    days = f"{one.days:,} days"
    verdict = "which is within that" if one.held else "which is not within that: read the forecast with care"
    skill = "" if one.error < one.plain_error else (
        " Customer by customer, each one's own pace so far would have told it no worse."
    )  # fmt: skip
    told = f"Asked {days} earlier, {one.model} would have told {expected} purchases"
    return f"{told}; there were {one.actual:,}, {verdict}.{skill}"


def _number(one: Measured) -> str:
    from desirepath.core.estimate import Estimate

    assert isinstance(one, Estimate)
    return f"{one.value:,.0f} ({one.low:,.0f} … {one.high:,.0f})"


def _amount(one: Measured, currency: str | None) -> str:
    from desirepath.app.questions.units import apart_in_words, in_words

    return f"{in_words(one, 'money', currency)} ({apart_in_words(one, 'money', currency)[1]})"


def _why(one: Measured) -> str:
    from desirepath.core.estimate import NoEstimate

    return one.detail or one.reason.replace("_", " ") if isinstance(one, NoEstimate) else ""
