"""Who is silent for longer than is usual for them, and what is at stake?"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field, field_validator

from desirepath.app.questions.question import Question
from desirepath.core.definition import Duration, refused

if TYPE_CHECKING:
    from desirepath.app.asking import Asking
    from desirepath.app.questions.answer import Answer
    from desirepath.app.results import Table
    from desirepath.measure.answers import Contract
    from desirepath.measure.value.overdue import OverdueAnswer

DAY_US = 86_400_000_000


class Overdue(Question["OverdueAnswer"]):
    """An alarm for customers who have gone quiet, each by their own rhythm, the most valuable first."""

    name: ClassVar[str] = "overdue"
    about: ClassVar[str] = "Who is silent for longer than is usual for them?"
    examples: ClassVar[tuple[str, ...]] = ("shop", "shop --rhythm activity", "shop --members overdue")

    purchase: str | None = Field(
        default=None, description="What a purchase is, written like a step; the decision's goal unless said."
    )
    rhythm: Literal["purchase", "activity"] = Field(
        default="purchase", description="Whose silence: of purchases, or of anything that the customer does."
    )
    alarm: float = Field(
        default=0.05,
        gt=0,
        lt=1,
        description="The share of a customer's own gaps that may be longer than the alarm.",
    )
    gaps: int = Field(default=2, ge=1, description="How many gaps make a rhythm: 2 gaps are 3 purchases.")
    fresh: Duration = Field(
        default=timedelta(days=90), description="List those whose alarm has rung for at most so long."
    )
    check: Duration = Field(
        default=timedelta(days=90), description="Alarms of so long ago are held against what came since."
    )

    @field_validator("fresh", "check")
    @classmethod
    def _whole_days(cls, value: timedelta) -> timedelta:
        if value < timedelta(days=1):
            raise refused(("is shorter than a day", 'Silence is counted by days: "90 days".'))
        return value

    def answer(self, asking: Asking) -> Answer[OverdueAnswer]:
        """Rhythms, alarms, and how they would have done."""
        from dataclasses import replace

        from desirepath.app.questions.buying import bought
        from desirepath.journey.bits import BY_CUSTOMER
        from desirepath.measure.value.overdue import overdue

        shop = bought(asking, self.purchase, segment=self.segment, since=self.since, until=self.until)
        if self.rhythm == "activity":
            did = (asking.trails.evidence & BY_CUSTOMER) != 0
            shop = replace(shop, mask=did, label="anything that the customer did")
        found = overdue(
            shop.all(),
            shop.before(shop.until - self.check.days * DAY_US),
            as_of=shop.until - 1,
            level=self.alarm,
            least=self.gaps,
            fresh_days=self.fresh.days,
            horizon=self.check.days,
            contract=self._contract(asking, shop.label, shop.until - 1),
            by_pace=self.rhythm == "purchase",
        )
        one = found.rhythms
        lists = {
            "overdue": lambda: one.customer[found.fresh],
            "long overdue": lambda: one.customer[found.long],
            "with a rhythm": lambda: one.customer,
        }
        tables = {"customers": _customers(asking, found), "check": _check(found)}
        says = _says(found, asking.currency, self.gaps, self.rhythm == "purchase")
        return asking.answered(self, found, found.contract, says, tables, lists)

    def _contract(self, asking: Asking, label: str, as_of: int) -> Contract:
        from desirepath.measure.cohort import contract

        stake = (
            "a year at the customer's own pace and mean worth"
            if self.rhythm == "purchase"
            else "what was spent so far"
        )
        return contract(
            asking.journey,
            as_of,
            "Who is silent for longer than is usual for them?",
            f"customers with at least {self.gaps} gaps between days with {label}",
            "gaps are gamma with a rate of the customer's own, drawn towards all others' where few are known; the "
            f"alarm rings when a gap so long had a chance of at most {self.alarm:.0%}; only gaps that ended are known, "
            f"so that alarms ring rather too early; at stake is {stake}",
            "Efron & Morris (1975); Wilson (1927)",
        )


def _customers(asking: Asking, found: OverdueAnswer) -> Table:
    """Those overdue, fresh alarms before old ones, the most valuable first."""
    import numpy as np

    from desirepath.app.questions.people import people_table

    one = found.rhythms
    order = np.lexsort((one.customer, -one.at_stake, found.long))
    order = order[one.rings[order]]
    return people_table(
        asking,
        one.customer,
        {
            "alarm": (np.where(found.fresh, "rings", "rings for long"), "text"),
            "at_stake": (one.at_stake, "money"),
            "days_silent": (one.silent, "number"),
            "usual_gap": (one.usual, "number"),
            "alarm_after": (one.alarm_after, "number"),
            "chance": (one.chance, "share"),
            "last": (one.last, "day"),
            "gaps": (one.gaps, "number"),
        },
        order,
    )


def _check(found: OverdueAnswer) -> Table:
    from desirepath.app.questions.tables import table_of

    rows = [
        (f"of alarms {found.horizon:,} days ago: came back by themselves since", found.false),
        ("of those whose alarm did not ring then: came since", found.others),
        (f"of latest gaps that ended: longer than the alarm (meant: {found.level:.0%})", found.longer),
    ]
    return table_of("check", {"check": str, "share": "share"}, rows)


def _says(found: OverdueAnswer, currency: str | None, gaps: int, by_pace: bool) -> tuple[str, ...]:
    from desirepath.core.estimate import Estimate
    from desirepath.journey_map.say import money

    n = len(found.rhythms.customer)
    if found.why is not None:
        if found.why.reason == "too_few":
            return (
                f"Nobody can be called overdue: {found.why.n:,} of {found.buyers:,} customers have {gaps} gaps or "
                f"more, {found.why.needed} are needed to know what is usual.",
            )
        return (f"Nobody can be called overdue: {found.why.detail} (n {found.why.n:,}).",)
    amount = money(found.at_stake, currency).replace("\xa0", " ")
    what = " a year" if by_pace else ", what they have spent so far"
    stake = f"; at stake is {amount}{what}" if found.at_stake > 0 else ""
    says = [
        f"{int(found.fresh.sum()):,} of {n:,} customers with a rhythm have been overdue for at most "
        f"{found.fresh_days:,} days{stake}; {int(found.long.sum()):,} more for longer."
    ]
    if isinstance(found.false, Estimate):
        says.append(
            f"Of the alarms of {found.horizon:,} days ago, {_percent(found.false)} were false: these customers came "
            "back by themselves."
        )
        if isinstance(found.others, Estimate):
            says.append(f"Of those whose alarm did not ring then, {_percent(found.others)} came since.")
            if not isinstance(found.apart, Estimate) or found.apart.low <= 0:
                says.append("That the alarm tells apart who comes back and who does not, cannot be shown.")
    else:
        says.append(
            f"How often the alarm is false cannot be told: {found.false.detail or found.false.reason}."
        )
    if isinstance(found.longer, Estimate):
        says.append(
            f"Of gaps that ended, {_percent(found.longer)} were longer than their alarm; meant are {found.level:.0%}."
        )
    return tuple(says)


def _percent(one: object) -> str:
    from desirepath.core.estimate import Estimate

    assert isinstance(one, Estimate)
    return f"{100 * one.value:.1f} % ({100 * one.low:.1f} … {100 * one.high:.1f}; n {one.n:,})"
