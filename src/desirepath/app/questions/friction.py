"""What costs customers, and what carries them? Touchpoints, steps, loops, going back and waits, ranked."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from desirepath.app.questions.question import Question
from desirepath.core.estimate import MINIMUM_N

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from desirepath.app.asking import Asking
    from desirepath.app.questions.answer import Answer, Codes
    from desirepath.app.results import Table
    from desirepath.measure.friction.rank import FrictionAnswer, Ranked

_REASONS = {"too_few": "too few like it", "on_the_way": "a part of succeeding"}


class Friction(Question["FrictionAnswer"]):
    """Touchpoints, steps from one to the next, loops, going back and long waits, by the successes they cost or bring.

    Those who met it are compared with like customers at a like moment, only from then on. Associations, not causes.
    """

    name: ClassVar[str] = "friction"
    about: ClassVar[str] = "What costs customers, what carries them, and how many?"
    examples: ClassVar[tuple[str, ...]] = (
        "shop",
        "shop --segment mobile --since 2025-01-01",
        'shop --members "friction 1 lost"',
    )

    by: str | None = Field(
        default=None,
        description="Ask each of these groups apart: segment, channel, traits.device … as of the visit's entry.",
    )
    like: str | None = Field(
        default=None,
        description="Compare only visits that agree in this, too: traits.device, traits.country … as of their entry.",
    )

    def answer(self, asking: Asking) -> Answer[FrictionAnswer]:
        """What is beyond chance, the heaviest first; beside it everything that was compared, and what could not be."""
        told = _Told(self, asking)
        return asking.answered(
            self, told.result, told.result.contract, told.says(), told.tables(), told.lists()
        )


class _Told:
    """One answer in sentences, tables and lists."""

    def __init__(self, question: Friction, asking: Asking) -> None:
        self._asking, self._journey = asking, asking.journey
        self._asked: dict[str, Any] = {
            "as_of": asking.as_of,
            "where": asking.membership(question.segment),
            "period": asking.period(question.since, question.until),
            "owner": self._owner,
        }
        self._groups, self._overlap = self._parted(question.by)
        self._like = None if question.like is None else self._agreeing(question.like)

    @cached_property
    def _owner(self) -> NDArray[np.int64]:
        from desirepath.measure.meetings import visit_of_events

        return visit_of_events(self._asking.visits, self._asking.trails)

    @cached_property
    def result(self) -> FrictionAnswer:
        """The measure's answer."""
        from desirepath.measure.friction.rank import friction

        one = self._asking
        return friction(
            one.journey, one.visits, one.trails, **self._asked, groups=self._groups, like=self._like
        )

    def _parted(self, by: str | None) -> tuple[dict[str, NDArray[np.bool_]] | None, bool]:
        from desirepath.app.questions.breakdown import groups_by, named

        if by is None:
            return None, False
        found = groups_by(self._asking, by, self._asking.visits.entry_event)
        return named(found), found.overlap

    def _agreeing(self, like: str) -> NDArray[np.int64]:
        from desirepath.app.questions.breakdown import codes_of, groups_by

        visits = self._asking.visits
        return codes_of(groups_by(self._asking, like, visits.entry_event), len(visits))

    # ── words ────────────────────────────────────────────────────────────────────────────────────────────

    def says(self) -> tuple[str, ...]:
        """The costliest friction, the greatest delight, and how far to trust it."""
        found = self.result
        if not found.ranked:
            return self._nothing()
        said = []
        if found.friction:
            said.append(f"Most is lost at {self._sentence(found.friction[0], 'less', 'lost')}.")
        if found.delight:
            said.append(f"Most is brought by {self._sentence(found.delight[0], 'more', 'brought')}.")
        beyond = len(found.friction) + len(found.delight)
        if not said:
            said.append(f"Of {found.compared:,} comparisons none is beyond chance.")
        else:
            said.append(
                f"Of {found.compared:,} comparisons {beyond:,} are beyond chance ({len(found.friction):,} friction, "
                f"{len(found.delight):,} delight; at most 1 in 20 of them wrongly); ranked by "
                f"{'value' if found.by_value else 'successes'}. One failure can show as a touchpoint, a step and a "
                "wait: ranks do not add up. Associations, not causes."
            )
        if self._overlap:
            said.append("Groups overlap: one visit can be in several.")
        return tuple(said)

    def _nothing(self) -> tuple[str, str]:
        """Why nothing could be compared, by what most customers met; and what to do."""
        from desirepath.core.estimate import NoEstimate

        if not self._journey.touchpoints:
            return (
                "Nothing could be compared: the journey declares no touchpoint.",
                "Declare what customers meet under touchpoints in journey.yaml.",
            )
        met = sorted(self.result.not_compared, key=lambda one: -one.customers)
        if not met or met[0].customers < MINIMUM_N:
            most = f": {self._name(met[0])}, the most, by {met[0].customers:,}" if met else ""
            return (
                f"Nothing could be compared: no touchpoint was met by {MINIMUM_N} customers of whom it is known how "
                f"it ended{most}.",
                "Ask of more customers or of a longer time, or wait until more visits are old enough to be judged.",
            )
        one = met[0]
        who = f"{one.customers:,} customers met {self._name(one)} in {self._stage(one)}"
        if isinstance(one.difference, NoEstimate) and one.difference.reason == "on_the_way":
            return (
                f"Nothing could be compared: {who}, and so did nearly all who succeed; it is a part of succeeding.",
                "Declare as touchpoints what some customers meet and others do not: calls, mails, pages.",
            )
        return (
            f"Nothing could be compared: {who}, but nearly everybody who is like them met it, too. Alike are those "
            "who came by the same channel at about the same time, and had met as much until then.",
            "A touchpoint by which everybody of a channel comes in has nobody beside it: load what customers meet "
            "afterwards (calls, mails, pages), or compare the channels with each other (Stages, By: channel).",
        )

    def _sentence(self, one: Ranked, fewer: str, verb: str) -> str:
        from desirepath.core.estimate import Estimate

        difference, successes = one.difference, one.successes
        assert isinstance(difference, Estimate)
        assert isinstance(successes, Estimate)
        points = sorted(abs(100 * x) for x in (difference.low, difference.high))
        lost = sorted(abs(x) for x in (successes.low, successes.high))
        group = f", {one.thing.group}" if one.thing.group else ""
        worth = ""
        if isinstance(one.value, Estimate):
            from desirepath.app.questions.units import in_words

            money = one.value.map(abs)
            worth = f", worth {in_words(money, 'money', self._asking.currency)}"
        return (
            f"{self._name(one)} (in {self._stage(one)}{group}): visits that met it succeed "
            f"{abs(100 * difference.value):.1f} points ({points[0]:.1f}–{points[1]:.1f}) {fewer} often than like "
            f"visits (n {one.met:,} and {one.compared:,}); about {abs(successes.value):,.0f} successes "
            f"({lost[0]:,.0f}–{lost[1]:,.0f}) {verb}{worth}"
        )

    def _name(self, one: Ranked) -> str:
        from desirepath.measure.friction.rank import said_of

        return said_of(self._journey, one.thing)

    def _stage(self, one: Ranked) -> str:
        return self._journey.stages[one.thing.stage].label

    # ── tables and lists ─────────────────────────────────────────────────────────────────────────────────

    def tables(self) -> dict[str, Table]:
        """Friction and delight beyond chance; all that was compared; what could not be, and why."""
        from desirepath.app.questions.tables import table_of

        contract = {"rule": self.result.contract.rule, "definition": self._journey.version}
        group: dict[str, str | type] = {} if self._groups is None else {"group": str}
        first: dict[str, str | type] = {"rank": int, "stage": str, **group, "what": str}
        numbers: dict[str, str | type] = {"difference": "points", "successes": "number", "value": "money"}
        plain: dict[str, str | type] = {"difference": "points", "successes": "=number", "value": "=money"}
        more: dict[str, str | type] = {
            "kind": str, "touchpoint": str, "target": str, "longer_than": "=duration", "compared": int,
            "customers": int, "customers_lost": int, "q": float, "beyond_chance": bool,
        }  # fmt: skip
        sides = {"friction": self.result.friction, "delight": self.result.delight}
        beyond = {
            side: table_of("thing", first | plain, [self._short(one) for one in ranked], contract)
            for side, ranked in sides.items()
        }
        return beyond | {
            "all": table_of(
                "thing",
                first | numbers | more,
                [(*self._row(one), *self._more(one)) for one in self.result.ranked],
                contract | {"rank": "0: may be chance"},
            ),
            "not_compared": table_of(
                "thing",
                {"stage": str, **group, "what": str, "reason": str, "customers": int},
                [
                    (*self._row(one)[1 : 3 + len(group)], self._why(one), one.customers)
                    for one in self.result.not_compared
                ],
                contract,
            ),
        }

    def _row(self, one: Ranked) -> tuple[Any, ...]:
        group = () if self._groups is None else (one.thing.group,)
        first = (one.rank, self._journey.stages[one.thing.stage].id, *group, self._name(one))
        return (*first, one.difference, one.successes, one.value)

    def _short(self, one: Ranked) -> tuple[Any, ...]:
        """A row whose ends stand in the table of all: those of the difference are enough to look at."""
        *first, successes, value = self._row(one)
        return (*first, getattr(successes, "value", None), getattr(value, "value", None))

    def _more(self, one: Ranked) -> tuple[Any, ...]:
        thing, ids = one.thing, [t.id for t in self._journey.touchpoints]
        return (
            thing.kind, ids[thing.touchpoint] if thing.touchpoint >= 0 else None,
            ids[thing.target] if thing.target >= 0 else None, thing.longer_than or None, one.compared,
            one.customers, one.customers_lost, one.q, one.beyond_chance,
        )  # fmt: skip

    def _why(self, one: Ranked) -> str:
        from desirepath.core.estimate import NoEstimate

        assert isinstance(one.difference, NoEstimate)
        detail = f": {one.difference.detail}" if one.difference.detail else ""
        return f"{_REASONS.get(one.difference.reason, one.difference.reason)}{detail}"

    def lists(self) -> dict[str, Codes]:
        """ "friction 1": the customers who met it; "friction 1 lost": those who met it in a visit without success."""
        found: dict[str, Codes] = {}
        for side, ranked in (("friction", self.result.friction), ("delight", self.result.delight)):
            for one in ranked:
                found[f"{side} {one.rank}"] = self._behind(one, lost=False)
                found[f"{side} {one.rank} lost"] = self._behind(one, lost=True)
        return found

    def _behind(self, one: Ranked, *, lost: bool) -> Codes:
        return lambda: self._customers(one, lost=lost)

    def _customers(self, one: Ranked, *, lost: bool) -> NDArray[np.int64]:
        import numpy as np

        from desirepath.measure.friction.rank import exposed

        asked = dict(self._asked)
        if self._groups is not None:
            group, where = self._groups[one.thing.group], asked["where"]
            asked["where"] = group if where is None else where & group
        asking = self._asking
        rows, gone = exposed(asking.journey, asking.visits, asking.trails, one.thing, **asked)
        return np.unique(asking.visits.customer[rows[gone] if lost else rows]).astype(np.int64)
