"""Who bought lately, often and for much, and what did such customers do next?"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field, field_validator

from desirepath.app.questions.question import Question
from desirepath.core.definition import Duration, refused

if TYPE_CHECKING:
    from desirepath.app.asking import Asking
    from desirepath.app.questions.answer import Answer, Codes
    from desirepath.app.results import Table
    from desirepath.measure.answers import Contract
    from desirepath.measure.value.rfm import RfmAnswer

DAY_US = 86_400_000_000


class Rfm(Question["RfmAnswer"]):
    """Customers scored by how lately, how often and for how much they bought, in eight groups with plain names."""

    name: ClassVar[str] = "rfm"
    about: ClassVar[str] = "Who bought lately, often and for much, and what then?"
    examples: ClassVar[tuple[str, ...]] = ("shop", 'shop --next "30 days"', "shop --members slipping")

    purchase: str | None = Field(
        default=None, description="What a purchase is, written like a step; the decision's goal unless said."
    )
    parts: int = Field(default=5, ge=2, le=10, description="How many scores: 5 parts customers into fifths.")
    next: Duration = Field(
        default=timedelta(days=90), description="What the groups did next: in so long, from as long ago."
    )

    @field_validator("next")
    @classmethod
    def _whole_days(cls, value: timedelta) -> timedelta:
        if value < timedelta(days=1):
            raise refused(("is shorter than a day", 'Purchases are counted by days: "90 days".'))
        return value

    def answer(self, asking: Asking) -> Answer[RfmAnswer]:
        """Scores, groups, and what came of them."""
        from desirepath.app.questions.buying import bought
        from desirepath.measure.value.rfm import rfm

        shop = bought(asking, self.purchase, segment=self.segment, since=self.since, until=self.until)
        now, before = shop.all(), shop.before(shop.until - self.next.days * DAY_US)
        found = rfm(
            now,
            before,
            as_of=shop.until - 1,
            parts=self.parts,
            horizon=self.next.days,
            contract=self._contract(asking, shop.label, shop.until - 1),
        )
        tables = {
            "groups": _groups(found),
            "grid": _grid(found),
            "cuts": _cuts(found),
            "customers": _customers(asking, found),
        }
        return asking.answered(
            self, found, found.contract, _says(found, asking.currency), tables, _lists(found)
        )

    def _contract(self, asking: Asking, label: str, as_of: int) -> Contract:
        from desirepath.measure.cohort import contract

        return contract(
            asking.journey,
            as_of,
            f"Who bought lately, often and for much, and who of such bought again within {self.next.days:,} days?",
            f"customers with at least one purchase ({label})",
            f"a score is 1 plus the whole {self.parts}ths of customers who have less (R: are silent longer), so that "
            "equal values have equal scores; purchases of one local day are one; refunds are taken off; high is a "
            "score in the upper two fifths, low in the lower two; what groups did next is told of who was in them then",
            "Hughes (1994); Wilson (1927)",
        )


def _groups(found: RfmAnswer) -> Table:
    from desirepath.app.questions.tables import table_of

    columns: dict[str, str | type] = {
        "group": str, "cut": str, "customers": int, "spent": "=money", "days_silent": "=number",
        "purchases": "=number", "then": int, "bought_again": "share", "spent_since": "money",
    }  # fmt: skip
    rows = [
        (
            one.group.label, one.group.rule, one.customers, one.spent, _or_none(one.silent), _or_none(one.times),
            one.before, one.again, one.worth,
        )
        for one in found.groups
    ]  # fmt: skip
    return table_of("group", columns, rows)


def _or_none(value: float) -> float | None:
    return None if value != value else value


def _grid(found: RfmAnswer) -> Table:
    """How many customers have each pair of scores, and what they have spent."""
    import numpy as np

    from desirepath.app.questions.tables import table_of

    one = found.scores
    cell = (one.r.astype(np.int64) - 1) * found.parts + one.f.astype(np.int64) - 1
    count = np.bincount(cell, minlength=found.parts**2)
    spent = np.bincount(cell, weights=one.spent, minlength=found.parts**2)
    rows = [
        (k // found.parts + 1, k % found.parts + 1, int(count[k]), int(spent[k])) for k in range(len(count))
    ]
    return table_of("pair of scores", {"r": int, "f": int, "customers": int, "spent": "=money"}, rows)


def _cuts(found: RfmAnswer) -> Table:
    from desirepath.app.questions.tables import table_of

    columns: dict[str, str | type] = {
        "score": int, "most_days_silent": int, "least_purchases": int, "least_spent": "=money",
    }  # fmt: skip
    cuts = found.cuts
    rows = zip(range(1, found.parts + 1), cuts.silent, cuts.times, cuts.spent, strict=True)
    return table_of("score", columns, rows)


def _customers(asking: Asking, found: RfmAnswer) -> Table:
    import numpy as np

    from desirepath.app.questions.people import people_table
    from desirepath.measure.value.rfm import GROUPS

    one = found.scores
    order = np.lexsort((found.customer, -one.spent, one.group))
    labels = np.array([group.label for group in GROUPS], object)
    return people_table(
        asking,
        found.customer,
        {
            "group": (labels[one.group], "text"),
            "r": (one.r, "number"),
            "f": (one.f, "number"),
            "m": (one.m, "number"),
            "days_silent": (one.silent, "number"),
            "purchases": (one.times, "number"),
            "spent": (one.spent, "money"),
        },
        order,
    )


def _lists(found: RfmAnswer) -> dict[str, Codes]:
    lists: dict[str, Codes] = {"buyers": lambda: found.customer}
    for place, one in enumerate(found.groups):
        lists[one.group.label] = lambda place=place: found.customer[found.scores.group == place]  # type: ignore[misc]
    return lists


def _says(found: RfmAnswer, currency: str | None) -> tuple[str, ...]:
    from desirepath.core.estimate import Estimate
    from desirepath.journey_map.say import money

    n = len(found.customer)
    if not n:
        return ("Nobody has bought anything.",)
    spent = sum(one.spent for one in found.groups)
    big = max(found.groups, key=lambda one: one.spent)
    says = []
    if spent > 0:
        amount = money(big.spent, currency).replace("\xa0", " ")
        says.append(
            f"{big.customers:,} of {n:,} customers are {big.group.label}: they have spent {amount}, "
            f"{100 * big.spent / spent:.0f} % of all."
        )
    else:
        says.append(f"{n:,} customers have bought; no value is known, so that M is the same for all.")
    told = [
        f"{one.group.label} {100 * one.again.value:.0f} % ({100 * one.again.low:.0f} … {100 * one.again.high:.0f}; "
        f"n {one.again.n:,})"
        for one in found.groups
        if isinstance(one.again, Estimate)
    ]
    if told:
        says.append(
            f"Of those who were in a group {found.horizon:,} days ago, bought again since: {', '.join(told)}."
        )
    else:
        says.append(f"What groups did next cannot be told: too few had bought {found.horizon:,} days ago.")
    return tuple(says)
