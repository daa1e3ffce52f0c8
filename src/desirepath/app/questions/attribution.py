"""Which channels deserve the credit for the conversions, and what did each cost?"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field, field_validator

from desirepath.app.questions.question import Question, QuestionError
from desirepath.core.definition import Duration, OneOrMany, checked_duration, refused

if TYPE_CHECKING:
    from typing import Annotated

    from desirepath.app.asking import Asking
    from desirepath.app.questions.answer import Answer, Codes
    from desirepath.app.results import Table
    from desirepath.core.estimate import Estimate, Measured
    from desirepath.measure.answers import Contract
    from desirepath.measure.attribution.ask import AttributionAnswer, How
    from desirepath.measure.attribution.cost import Spent
    from desirepath.measure.attribution.journeys import Ways
else:
    from typing import Annotated

Model = Literal["first", "last", "linear", "position", "time_decay", "markov", "shapley"]
_US = timedelta(microseconds=1)
_NONE = "(no touch)"
_NAMES = {"markov": "the Markov chain", "shapley": "Shapley values", "time_decay": "time decay"}


class Attribution(Question["AttributionAnswer"]):
    """Credit for each conversion, dealt to the channels (campaigns, touchpoints …) that were met on the way to it.

    By rules, by a Markov chain and by Shapley values side by side, with intervals, and a flag where they disagree.
    """

    name: ClassVar[str] = "attribution"
    about: ClassVar[str] = "Which channels deserve the credit for the conversions?"
    examples: ClassVar[tuple[str, ...]] = (
        "shop",
        "shop --direct web",
        'shop --by utm_campaign --lookback "60 days"',
    )

    conversion: str | None = Field(
        default=None, description="What a conversion is, written like a step; the purchase unless said."
    )
    by: str = Field(
        default="channel", description="What gets the credit: channel, touchpoint, a property or a trait."
    )
    touches: Literal["sessions", "actions", "all"] = Field(
        default="sessions",
        description="What a touch is: how a session began (half an hour of silence ends one), each thing that the "
        "customer did, or all events, the business's too.",
    )
    lookback: str = Field(
        default="30 days",
        description='How long before its conversion a touch counts ("30 days"); or within the "pass" or the "visit".',
    )
    count: Literal["every", "first"] = Field(
        default="every", description="Every conversion, or only each customer's first."
    )
    direct: Annotated[tuple[str, ...], OneOrMany] = Field(
        default=(),
        description="Values that get credit only where nothing else was met, such as direct visits.",
    )
    repeats: Literal["collapsed", "kept"] = Field(
        default="collapsed",
        description="Whether the same channel several times running is one touch (the latest).",
    )
    models: Annotated[tuple[Model, ...], OneOrMany] = Field(
        default=("first", "last", "linear", "position", "time_decay", "markov", "shapley"),
        description="Which models.",
    )
    position: str = Field(
        default="40/20/40", description="By position: percent for the first touch, those between, the last."
    )
    half_life: Duration = Field(
        default=timedelta(days=7),
        description="By time decay: how much earlier than the last touch counts half.",
    )
    order: int = Field(
        default=1, ge=1, le=8, description="Of the Markov chain: how many touches back it remembers."
    )
    worth: Literal["conversions", "rate"] = Field(
        default="conversions",
        description="What a set of channels is worth to Shapley: the conversions of those who met no other, or their "
        "conversion rate.",
    )

    @field_validator("lookback")
    @classmethod
    def _readable(cls, value: str) -> str:
        if value not in ("pass", "visit"):
            checked_duration(value)
        return value

    @field_validator("models")
    @classmethod
    def _some(cls, value: tuple[Model, ...]) -> tuple[Model, ...]:
        if not value:
            raise refused(("names no model", "Leave it out for all of them."))
        return tuple(dict.fromkeys(value))

    @field_validator("position")
    @classmethod
    def _whole(cls, value: str) -> str:
        try:
            parts = [float(part) for part in value.split("/")]
        except ValueError:
            parts = []
        if len(parts) != 3 or min(parts) < 0 or abs(sum(parts) - 100) > 1e-6:
            raise refused((f'"{value}" is not three shares of 100', 'Write it like "40/20/40".'))
        return value

    def answer(self, asking: Asking) -> Answer[AttributionAnswer]:
        """Credit by model and channel, cost where spend is known, and who was credited."""
        from desirepath.measure.attribution.ask import attribution
        from desirepath.measure.attribution.cost import spent

        ways, labels, label = self._ways(asking)
        column = asking.layers.column_name(self.by.strip())
        money = None  # spend has a channel and a campaign, and nothing else to join by
        if column == "channel" or "campaign" in column:
            zone = asking.journey.time_zone
            money = spent(asking.metrics, labels, column == "channel", ways.period, zone)
        contract = self._contract(asking, ways, label)
        try:
            found = attribution(ways, labels, contract, self._how(), None if money is None else money.amount)
        except ValueError as error:
            raise QuestionError(str(error), hint="Ask for a lower order.", field="order") from None
        tables = {"credit": _credit(found), "journeys": _journeys(found)}
        if money is not None:
            tables["spend"] = _spend(found)
        tables["intervals"] = _intervals(found)
        names = {t.id: t.label for t in asking.journey.touchpoints} if column == "touchpoint" else {}
        says = self._says(found, money, label, asking.currency, names)
        return asking.answered(self, found, contract, says, tables, _lists(ways, labels, found))

    def _how(self) -> How:
        from desirepath.measure.attribution.ask import How

        first, _, last = (float(part) / 100 for part in self.position.split("/"))
        return How(self.models, (first, last), self.half_life // _US, self.order, self.worth)

    def _ways(self, asking: Asking) -> tuple[Ways, tuple[str, ...], str]:
        from desirepath.app.questions.buying import known_until, purchase_events
        from desirepath.app.questions.touches import frame_of, touch_codes, weak_codes
        from desirepath.core.times import parse_duration
        from desirepath.measure.attribution.journeys import Ways
        from desirepath.trail.spread import customers_of

        convert, label = purchase_events(asking, self.conversion)
        code, labels = touch_codes(asking, self.by, self.touches)
        trails, period = asking.trails, asking.period(self.since, self.until)
        asked = None if self.segment is None else asking.layers.segment(self.segment)
        timed = self.lookback not in ("pass", "visit")
        return (
            Ways(
                offset=trails.offset,
                ts=trails.ts,
                code=code,
                channels=len(labels),
                convert=convert,
                value=trails.value,
                lookback=parse_duration(self.lookback) // _US if timed else None,
                known=known_until(asking, convert) - 1,
                frame=None if timed else frame_of(asking, self.lookback, convert),  # type: ignore[arg-type]  # checked
                weak=weak_codes(labels, self.direct, self.by),
                collapse=self.repeats == "collapsed",
                first_only=self.count == "first",
                asked=asked,
                period=period,
                who=None if asked is None else customers_of(trails.offset, asked),
            ),
            labels,
            label,
        )

    def _contract(self, asking: Asking, ways: Ways, label: str) -> Contract:
        from desirepath.measure.cohort import contract

        if self.lookback in ("pass", "visit"):
            over = f"within the {self.lookback}; lost when that ended without it, in flight while it goes on"
        else:
            over = (
                f"at most {self.lookback} before it; so long a silence ends a journey: lost where all of that time is "
                "known, in flight where it is not"
            )
        touch = {
            "sessions": "how each session of the customer began",
            "actions": "each thing that the customer did",
            "all": "every event",
        }[self.touches]
        order = "" if self.order == 1 else f" of order {self.order}"
        return contract(
            asking.journey,
            ways.known,
            f"Which {self.by} deserves the credit for {label}?",
            f"{'every conversion' if self.count == 'every' else 'the first conversion of each customer'} ({label}); "
            "journeys in flight are in no model",
            f"a touch is {touch}, {over}; equal times in stored order; repeats {self.repeats}; the conversion itself "
            f"is no touch; Markov{order} by linear algebra, a removed channel leading to loss; Shapley by "
            f"{self.worth}. Percentile bootstrap over random groups of customers",
            "Anderl et al. (2016); Shapley (1953); Zhao, Mahboobi & Bagheri (2018); Efron (1982)",
        )

    def _says(
        self,
        found: AttributionAnswer,
        money: Spent | None,
        label: str,
        currency: str | None,
        names: dict[str, str],
    ) -> tuple[str, ...]:
        from desirepath.app.questions.units import in_words
        from desirepath.core.estimate import Estimate

        if not found.converted:
            return (
                f"Nobody converted ({label}): {found.lost:,} journeys were lost, {found.in_flight:,} are in flight.",
            )
        within = (
            f"in the same {self.lookback}"
            if self.lookback in ("pass", "visit")
            else f"within {self.lookback}"
        )
        who = f"(by {found.customers[1]:,} customers)"
        say = f"Of {found.converted:,} conversions {who} {found.credited:,} came after a touch {within}"
        main = "markov" if "markov" in self.models else self.models[-1]
        best = max(found.channels, key=lambda one: _value(one.conversions[main]), default=None)
        most_of_all = None if best is None else best.conversions[main]
        if best is not None and isinstance(most_of_all, Estimate):
            gets = names.get(best.label, best.label)
            say += (
                f"; by {_NAMES.get(main, main)} most credit goes to {gets}: {_with_ends(most_of_all)} of them"
            )
        says = [f"{say}."]
        if found.credited < 20:
            says.append(f"That is too few to say more: n {found.credited:,} of 20.")
        apart = [(one, *one.disagree) for one in found.channels if one.disagree]
        if apart:
            one, least, most = max(apart, key=lambda row: _spread(row[0].conversions, *row[1:]))
            about = names.get(one.label, one.label)
            says.append(
                f"Models disagree beyond their intervals about {len(apart)} of {len(found.channels)}, most about "
                f"{about}: {_value(one.conversions[least]):,.0f} by {_NAMES.get(least, least)}, "
                f"{_value(one.conversions[most]):,.0f} by {_NAMES.get(most, most)}."
            )
        says.append(
            f"{found.lost:,} journeys were lost (of {found.customers[0]:,} customers); {found.in_flight:,} are in "
            f"flight (of {found.customers[2]:,}) and count as neither lost nor won."
        )
        if found.sampling:
            says.append(
                "Shapley values over so many are of random orders: their standard error is up to "
                f"{max(found.sampling, 1):,.0f} conversions, and their intervals hold it."
            )
        if money is not None and money.elsewhere:
            amount = in_words(Estimate(money.elsewhere, 0, 0, 1, "sum", 0), "money", currency)
            says.append(f"{amount} were spent under names that no touch has.")
        says.append(
            "No model here knows what would have happened without a channel: only an experiment does."
        )
        return tuple(says)


def _with_ends(one: Estimate) -> str:
    return f"{one.value:,.0f} ({one.low:,.0f} … {one.high:,.0f})"


def _spread(by_model: dict[str, Measured], least: str, most: str) -> float:
    return _value(by_model[most]) - _value(by_model[least])


def _value(measured: Measured) -> float:
    return float(getattr(measured, "value", 0.0))


def _credit(found: AttributionAnswer) -> Table:
    """The models side by side; the last row closes the sums."""
    from desirepath.app.questions.tables import table_of
    from desirepath.core.estimate import Estimate

    columns: dict[str, str | type] = {"channel": str, "converted": int}
    columns |= dict.fromkeys(found.models, "=number")
    columns["disagree"] = str
    rows: list[tuple[object, ...]] = []
    for one in found.channels:
        known = [one.conversions[m] for m in found.models]
        shown = [c.value if isinstance(c, Estimate) else None for c in known]
        rows.append((one.label, one.converted, *shown, " < ".join(one.disagree) if one.disagree else None))
    if found.untouched:
        rows.append((_NONE, found.untouched, *(float(found.untouched) for _ in found.models), None))
    return table_of("channel", columns, rows)


def _intervals(found: AttributionAnswer) -> Table:
    from desirepath.app.questions.tables import table_of

    columns: dict[str, str | type] = {"channel": str, "model": str, "conversions": "number", "value": "money"}
    rows = [(one.label, m, one.conversions[m], one.value[m]) for one in found.channels for m in found.models]
    return table_of("channel and model", columns, rows)


def _journeys(found: AttributionAnswer) -> Table:
    """How many journeys met each channel, and how they ended."""
    from desirepath.app.questions.tables import table_of

    columns: dict[str, str | type] = {
        "channel": str, "converted": int, "lost": int, "in_flight": int, "customers_converted": int,
    }  # fmt: skip
    rows: list[tuple[object, ...]] = [
        (one.label, one.converted, one.lost, one.in_flight, one.customers) for one in found.channels
    ]
    if "markov" in found.models:
        columns["removal"] = "share"
        rows = [(*row, one.removal) for row, one in zip(rows, found.channels, strict=True)]
    return table_of("channel", columns, rows)


def _spend(found: AttributionAnswer) -> Table:
    from desirepath.app.questions.tables import table_of

    columns: dict[str, str | type] = {
        "channel": str, "model": str, "spend": "=money", "cost_per_conversion": "money", "return_on_spend": "ratio",
    }  # fmt: skip
    rows = [
        (one.label, m, one.spend, one.cost[m], one.returned[m])
        for one in found.channels
        if one.spend is not None
        for m in found.models
    ]
    return table_of("channel and model", columns, rows)


def _lists(ways: Ways, labels: tuple[str, ...], found: AttributionAnswer) -> dict[str, Codes]:
    from desirepath.measure.attribution.journeys import (
        CONVERTED,
        IN_FLIGHT,
        LOST,
        credited,
        members,
        of_fate,
    )

    fates = {"converted": CONVERTED, "lost": LOST, "in flight": IN_FLIGHT}
    lists: dict[str, Codes] = {
        name: lambda fate=fate: members(ways, of_fate(fate))  # type: ignore[misc]  # bound now
        for name, fate in fates.items()
    }
    for one in found.channels:
        code = labels.index(one.label)
        lists[f"credited {one.label}"] = lambda code=code: members(ways, credited(code))  # type: ignore[misc]
    return lists
