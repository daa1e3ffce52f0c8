"""Who goes, who comes back, and who stays, period by period and stage by stage?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, field_validator

from desirepath.app.questions.question import Question

if TYPE_CHECKING:
    import numpy as np

    from desirepath.app.asking import Asking
    from desirepath.app.questions.answer import Answer, Codes
    from desirepath.app.results import Table
    from desirepath.measure.retention.churn import ChurnAnswer

_LISTED = (
    "at_start",
    "churned",
    "entered",
    "returned",
    "won_back",
    "left",
    "lapsed",
    "at_end",
    "gone",
    "came_back",
)
_MOST = 400


class Churn(Question["ChurnAnswer"]):
    """Customers at risk, gone, returned and won back in each period and stage, with rates, and how long they stay.

    The counts are those of the visits: they agree with `stages`, and close from one period to the next.
    """

    name: ClassVar[str] = "churn"
    about: ClassVar[str] = "Who goes, who comes back, and who stays, period by period?"
    examples: ClassVar[tuple[str, ...]] = (
        "shop",
        "shop --stage retention --every month --since 2025-01-01",
        "shop --every week --segment mobile",
    )

    stage: str = Field(
        default="journey", description="Which stage is told first: a stage's id, or journey for all of it."
    )
    every: Literal["day", "week", "month"] = Field(default="month", description="How long a period is.")
    most: int = Field(default=24, description="How many periods of staying are told.")
    since: str | None = Field(default=None, description="Periods from the one of this date on (2026-01-31).")
    until: str | None = Field(default=None, description="Only periods that begin before this date.")

    @field_validator("most")
    @classmethod
    def _some(cls, most: int) -> int:
        if not 1 <= most <= _MOST:
            raise ValueError(f"{most} is not between 1 and {_MOST}\nAsk for longer periods instead.")
        return most

    def answer(self, asking: Asking) -> Answer[ChurnAnswer]:
        """Flows, rates and survival, of every stage and of the whole journey."""
        from desirepath.core.errors import NotFound, nearest
        from desirepath.measure.retention.churn import churn

        result = churn(
            asking.journey,
            asking.visits,
            as_of=asking.as_of,
            unit=self.every,
            during=asking.period(self.since, self.until),
            where=asking.membership(self.segment),
        )
        if self.stage not in result.places:
            hint = nearest(self.stage, result.places, "Stages")
            raise NotFound(f'there is no stage "{self.stage}"', hint=hint, stage=self.stage)
        place = result.places.index(self.stage)
        tables = {
            "periods": _periods(result, (place,)),
            "stages": _periods(result, range(len(result.places))),
            "staying": _staying(result, place, self.most),
        }
        labels = [s.label for s in asking.journey.stages if s.id == self.stage]
        says = _says(result, place, self.most, labels[0] if labels else "the journey")
        return asking.answered(self, result, result.contract, says, tables, _lists(result, place))


def _periods(result: ChurnAnswer, places: Any) -> Table:
    """Flows and rates: a row a period and stage."""
    from desirepath.app.questions.tables import table_of

    flows = ("at_start", "entered", "returned", "advanced", "left", "lapsed", "at_end")
    after = ("won_back", "gone", "came_back")
    columns: dict[str, str | type] = {
        "period": str, "stage": str, **dict.fromkeys(flows, int), "churn": "share", **dict.fromkeys(after, int),
        "coming_back": "share", "complete": bool,
    }  # fmt: skip
    rows = []
    for p, period in enumerate(result.periods):
        for place in places:
            before, back = ([int(result.counts[what][p, place]) for what in some] for some in (flows, after))
            rows.append((
                period, result.places[place], *before, result.rate(p, place), *back,
                result.return_rate(p, place), result.complete(p, place),
            ))  # fmt: skip
    return table_of("period and stage", columns, rows, {"rule": result.contract.rule})


def _staying(result: ChurnAnswer, place: int, most: int) -> Table:
    """Survival from entry on: a row a unit of time."""
    from desirepath.app.questions.tables import table_of

    found = result.staying(place, most=most)
    rows = [
        (k, result.places[place], *three)
        for k, three in enumerate(zip(found.still, found.left, found.lapsed, strict=True), start=1)
    ]
    columns: dict[str, str | type] = {
        f"{found.unit}s": int, "stage": str, "still": "share", "left": "share", "lapsed": "share",
    }  # fmt: skip
    return table_of("time since entry", columns, rows, {"rule": result.contract.rule})


def _says(result: ChurnAnswer, place: int, most: int, name: str) -> tuple[str, ...]:
    from desirepath.app.questions.retention_told import in_share
    from desirepath.app.questions.units import in_words

    if not result.periods:
        return ("No customer was on the journey in this time: nobody could go.",)
    known = [p for p in range(len(result.periods)) if result.rate(p, place).known]
    c = {what: table[:, place] for what, table in result.counts.items()}
    found = []
    if known:
        p = known[-1]
        there = f"Of {int(c['at_start'][p]):,} customers in {name} when {result.periods[p]} began"
        found.append(f"{there}, {in_share(result.rate(p, place))} left or lapsed in it.")
    else:
        why = in_share(result.rate(len(result.periods) - 1, place))
        found.append(f"No {result.unit} can be told for {name}: {why}.")
    gone = int(c["left"].sum() + c["lapsed"].sum())
    found.append(
        f"From {result.periods[0]} to {result.periods[-1]}: {int(c['entered'].sum()):,} entered (of these "
        f"{int(c['returned'].sum()):,} came back), {gone:,} went ({int(c['left'].sum()):,} left, "
        f"{int(c['lapsed'].sum()):,} lapsed), {int(c['won_back'].sum()):,} were won back; net "
        f"{int(c['at_end'][-1] - c['at_start'][0]):+,}."
    )
    staying = result.staying(place, most=most)
    half = in_words(staying.median, "duration", None)
    found.append(f"Of those who enter {name}, half have gone after: {half} (n {staying.n:,}).")
    return tuple(found)


def _lists(result: ChurnAnswer, place: int) -> dict[str, Codes]:
    """Customers by count and period, of the stage asked about: "left 2025-03"."""
    found: dict[str, Codes] = {}
    for p, period in enumerate(result.periods):
        for what in _LISTED:
            found[f"{what} {period}"] = lambda what=what, p=p: _codes(result, what, p, place)  # type: ignore[misc]
    return found


def _codes(result: ChurnAnswer, what: str, period: int, place: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The customers behind a count, each once, though one may have come twice in a period."""
    import numpy as np

    whats = ("left", "lapsed") if what == "churned" else (what,)
    return np.unique(np.concatenate([result.members(one, period, place) for one in whats]))
