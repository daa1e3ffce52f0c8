"""To whom will the next purchase, the next stage or a lapse come, and can that be told at all?"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from desirepath.app.questions.question import Question
from desirepath.core.definition import Duration
from desirepath.core.times import spelt_duration

if TYPE_CHECKING:
    from desirepath.app.asking import Asking
    from desirepath.app.questions.answer import Answer
    from desirepath.app.results import Table
    from desirepath.measure.answers import Contract
    from desirepath.measure.forecast.ask import Driver, ForecastAnswer, Judged
    from desirepath.measure.forecast.features import Moment, World

_IN_WORDS = {"purchase": "buy", "next_stage": "reach a later stage", "lapse": "lapse or leave"}
_ASKED = {
    "purchase": "customers with any event before the moment",
    "next_stage": "customers in a stage at the moment, the last one left out",
    "lapse": "customers in a stage at the moment",
}


class Forecast(Question["ForecastAnswer"]):
    """A probability for each customer, from a model that is trained on earlier moments and judged on a later one.

    Where it is no better than the plain share, the answer says so.
    """

    name: ClassVar[str] = "forecast"
    about: ClassVar[str] = "Who will buy, advance or lapse, and can that be told?"
    long: ClassVar[bool] = True
    examples: ClassVar[tuple[str, ...]] = ("shop purchase", 'shop lapse --within "60 days" --model boosted')

    what: Literal["purchase", "next_stage", "lapse"] = Field(
        description="What is forecast: purchase, next_stage, or lapse (also leaving).",
        json_schema_extra={"argument": True},
    )
    within: Duration = Field(default=timedelta(days=30), description="How far ahead.")
    model: Literal["logistic", "boosted"] = Field(
        default="logistic",
        description="logistic: a weight a feature. boosted: trees; slower, finds what bends.",
    )
    moments: int = Field(
        default=3, ge=1, le=12, description="How many earlier moments, a horizon apart, to learn from."
    )
    purchase: str | None = Field(
        default=None, description="What a purchase is, written like a step; the decision's goal unless said."
    )

    def answer(self, asking: Asking) -> Answer[ForecastAnswer]:
        """Features at moments, a model, its judgement, and everybody as of now."""
        import numpy as np

        from desirepath.app.questions.buying import known_until, purchase_events
        from desirepath.core.times import FOREVER
        from desirepath.measure.forecast.ask import forecast
        from desirepath.measure.forecast.features import World

        mask, label = purchase_events(asking, self.purchase)
        known = known_until(asking, mask)
        if self.what != "purchase":
            known = min([known, *(end + 1 for end in asking.knowledge.values() if end != FOREVER)])
        world = World(
            asking.trails,
            asking.visits,
            mask,
            tuple(s.label for s in asking.journey.stages),
            tuple(asking.channels),
        )
        horizon = self.within // timedelta(microseconds=1)
        ts = asking.trails.ts
        found = forecast(
            lambda at, step: self._look(asking, world, at, horizon, step),
            world.names,
            what=self.what,
            kind=self.model,
            known=known,
            horizon=horizon,
            begin=int(ts.min()) if len(ts) else known,
            most_moments=self.moments,
            customers=asking.trails.customers,
            contract=self._contract(asking, label, known - 1),
        )
        order = np.lexsort((found.customer, -np.nan_to_num(found.probability)))
        top = found.customer[order[: max(1, len(order) // 10)]] if len(order) else found.customer
        lists = {"asked about": lambda: found.customer}
        tables = {"customers": _customers(asking, found, order)}
        if found.judged is not None:
            lists["likeliest tenth"] = lambda: np.sort(top)
            judged = found.judged
            tables = {"drivers": _drivers(judged), "reliability": _bins(judged), **tables}
            tables["judgement"] = _judgement(judged)
        return asking.answered(self, found, found.contract, _says(found, self.within), tables, lists)

    def _look(self, asking: Asking, world: World, at: int, horizon: int, step: int) -> Moment:
        """The moment, of those asked about: the segment as of then, the period by the customer's first event."""
        from dataclasses import replace

        import numpy as np

        from desirepath.core.times import TimeRange
        from desirepath.measure.forecast.features import look

        one = look(world, at, horizon, self.what, step)
        keep = np.ones(len(one.customer), np.bool_)
        if self.segment is not None:
            at_then = np.full(len(one.customer), at, np.int64)
            keep &= asking.layers.members_at(self.segment, one.customer.astype(np.int32), at_then)
        period = asking.period(self.since, self.until)
        if period != TimeRange():
            first = asking.trails.ts[asking.trails.offset[one.customer]]
            keep &= (first >= period.start) & (first < period.end)
        if keep.all():
            return one
        return replace(one, customer=one.customer[keep], features=one.features[keep], came=one.came[keep])

    def _contract(self, asking: Asking, label: str, as_of: int) -> Contract:
        from desirepath.measure.cohort import contract

        days = spelt_duration(self.within)
        what = f"{_IN_WORDS[self.what]} ({label})" if self.what == "purchase" else _IN_WORDS[self.what]
        return contract(
            asking.journey,
            as_of,
            f"Who will {what} within {days}?",
            _ASKED[self.what],
            "features from events before the moment only; judged on the moment one horizon before what is known ends, "
            f"trained on up to {self.moments} moments before that, a horizon apart, so that what is judged came after "
            "all that was learnt; only moments whose whole horizon is known; AUC by DeLong, Brier by paired t, shares "
            "by Wilson",
            "Brier (1950); DeLong et al. (1988); Breiman (2001); van Houwelingen (2007)",
        )


def _customers(asking: Asking, found: ForecastAnswer, order: object) -> Table:
    from desirepath.app.questions.people import people_table

    return people_table(
        asking,
        found.customer,
        {"probability": (found.probability, "share")},
        order,  # type: ignore[arg-type]  # int64
    )


def _drivers(one: Judged) -> Table:
    from desirepath.app.questions.tables import table_of

    rows = [(d.name, "more" if d.up else "less", d.worse) for d in one.drivers]
    return table_of("feature", {"feature": str, "more_of_it": str, "worse_without": "number"}, rows)


def _bins(one: Judged) -> Table:
    from desirepath.app.questions.tables import table_of

    columns: dict[str, str | type] = {
        "customers": int, "from": "=share", "to": "=share", "forecast": "=share", "came": "share",
    }  # fmt: skip
    rows = [(b.n, b.low, b.high, b.forecast, b.came) for b in one.bins]
    return table_of("tenth of the forecasts", columns, rows)


def _judgement(one: Judged) -> Table:
    from desirepath.app.questions.tables import table_of

    columns: dict[str, str | type] = {
        "customers": int, "came": int, "learnt_from": int, "auc": "number", "brier": "=number",
        "plain_brier": "=number", "gain": "number",
    }  # fmt: skip
    row = (one.customers, one.came, one.trained_on, one.auc, one.brier, one.plain_brier, one.gain)
    return table_of("judged moment", columns, [row])


def _says(found: ForecastAnswer, within: timedelta) -> tuple[str, ...]:
    import numpy as np

    from desirepath.core.estimate import Estimate

    days, what = spelt_duration(within), _IN_WORDS[found.what]
    n = len(found.customer)
    if found.judged is None:
        why = found.why.detail or found.why.reason if found.why is not None else ""
        return (f"Who will {what} within {days} cannot be told: {why}.",)
    one = found.judged
    expected = float(np.sum(found.probability))
    head = f"Of {n:,} customers, {expected:,.0f} are expected to {what} within {days}."
    if not one.better:
        return (
            f"Who will {what} within {days} cannot be told better than by the plain share of {100 * one.plain:.1f} %: "
            f"judged on {one.customers:,} customers, the model did not beat it.",
            head,
        )
    share = 1 - one.brier / one.plain_brier
    says = [
        f"{head} Judged on {one.customers:,} customers of {days} ago, to {one.came:,} of whom it came, the forecasts "
        f"took {100 * share:.0f} % off the squared error of the plain share"
        + (
            f", and told apart {100 * one.auc.value:.0f} % of pairs "
            f"({100 * one.auc.low:.0f} … {100 * one.auc.high:.0f} %)."
            if isinstance(one.auc, Estimate)
            else "."
        )
    ]
    off = [
        b for b in one.bins if isinstance(b.came, Estimate) and not b.came.low <= b.forecast <= b.came.high
    ]
    known = sum(isinstance(b.came, Estimate) for b in one.bins)
    meant = "they mean what they say" if len(off) <= 1 else "take the order, not the figures"
    says.append(
        f"In {known - len(off)} of {known} tenths the share that came agrees with the forecast: {meant}."
    )
    told = [_driver(d) for d in one.drivers[:4] if isinstance(d.worse, Estimate) and d.worse.low > 0]
    if told:
        says.append(f"The forecasts rest most on: {'; '.join(told)}. What goes with it need not cause it.")
    return tuple(says)


def _driver(one: Driver) -> str:
    return f"{one.name} ({'more' if one.up else 'less'} of it, more likely)"
