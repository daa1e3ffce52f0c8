"""Two answers that belong to one stage each: who brings the purchases, and who buys again.

Credit stands in the first stage, since that is where it is spent; coming back in the stage after the purchase.
"""

from __future__ import annotations

from desirepath.core.estimate import Estimate, Measured, NoEstimate
from desirepath.journey.definition import Stage
from desirepath.journey_map import exhibits
from desirepath.journey_map.cells.draft import Draft, counted
from desirepath.journey_map.document import Cell, Column, Drawing, Exhibit, Unit, Value
from desirepath.measure.attribution.ask import AttributionAnswer, ChannelCredit
from desirepath.measure.retention.ask import RetentionAnswer

_NAMES = {"markov": "Markov chain", "shapley": "Shapley", "time_decay": "time decay"}
_JUDGE = "markov"


def credit(draft: Draft) -> list[Cell]:
    """One cell: the channel that most conversions are credited to, and every model beside."""
    answer = draft.inputs.attribution
    channels = [] if answer is None else sorted(answer.channels, key=lambda one: -_amount(one))
    if answer is None or not channels or not answer.credited:
        return []
    top, stage = channels[0], draft.stages[0]
    return [
        counted(
            "metrics",
            stage,
            "credit",
            drawing=Drawing.NUMBERS,
            contract=answer.contract,
            title=f"credited to {top.label}",
            detail=_disagreement(channels),
            values=(
                Value("credit", f"conversions credited to {top.label}", Unit.COUNT, top.conversions[_JUDGE]),
                _count("converted", "conversions", answer.converted),
                _count("credited", "of them after a touch", answer.credited),
                _count("lost", "ways that were lost", answer.lost),
                _count("in_flight", "ways still open, in no model", answer.in_flight),
            ),
            exhibits=exhibits.present(
                exhibits.whiskers(
                    "Conversions by channel, by the Markov chain",
                    "Channel",
                    Unit.COUNT,
                    [(one.label, one.conversions[_JUDGE]) for one in channels],
                    "How many would go without the channel, scaled to what was converted.",
                ),
                _models(answer, channels),
                _spend(channels),
            ),
        )
    ]


def _amount(one: ChannelCredit) -> float:
    credited = one.conversions.get(_JUDGE)
    return credited.value if isinstance(credited, Estimate) else 0.0


def _disagreement(channels: list[ChannelCredit]) -> str:
    torn = [one.label for one in channels if one.disagree]
    if not torn:
        return "All models agree within their intervals."
    named = ", ".join(torn[:3]) + (f" and {len(torn) - 3} more" if len(torn) > 3 else "")
    return f"Models disagree beyond their intervals about {named}."


def _models(answer: AttributionAnswer, channels: list[ChannelCredit]) -> Exhibit:
    names = [name for name in answer.models if name in channels[0].conversions]
    return exhibits.table(
        "By every model",
        (
            Column("channel", "Channel"),
            *(Column(name, _NAMES.get(name, name).capitalize(), Unit.COUNT) for name in names),
        ),
        ((one.label, *(exhibits.ends(one.conversions[name])[0] for name in names)) for one in channels),
        "Each column adds up to all that were credited.",
    )


def _spend(channels: list[ChannelCredit]) -> Exhibit | None:
    paid = [one for one in channels if one.spend]
    if not paid:
        return None
    return exhibits.whiskers(
        "Spend for each conversion credited, by the Markov chain",
        "Channel",
        Unit.MONEY,
        [(one.label, one.cost.get(_JUDGE, NoEstimate("no_data"))) for one in paid],
    )


def comebacks(draft: Draft) -> list[Cell]:
    """One cell: the share of buyers who buy again in the month after, and in every later month."""
    answer, stage = draft.inputs.retention, _after_purchase(draft)
    if answer is None or stage is None or not answer.columns:
        return []
    rates: list[tuple[str, Measured]] = [
        (column, answer.rate(None, place)) for place, column in enumerate(answer.columns)
    ]
    if not any(rate.known for _, rate in rates):
        return []
    first = rates[0][0]
    return [
        counted(
            "metrics",
            stage,
            "again",
            drawing=Drawing.NUMBERS,
            contract=answer.contract,
            title=f"buy again in {first}",
            values=(
                Value("again", f"buy again in {first} after the first purchase", Unit.SHARE, rates[0][1]),
                _count("buyers", "customers who have bought", int(answer.overall.n[0])),
            ),
            exhibits=(_curve(answer, rates),),
        )
    ]


def _curve(answer: RetentionAnswer, rates: list[tuple[str, Measured]]) -> Exhibit:
    return exhibits.whiskers(
        "Who buys again, month by month after the first purchase",
        "Month",
        Unit.SHARE,
        rates,
        "Of those for whom the month is over; nobody is called lost who still has time.",
    )


def _after_purchase(draft: Draft) -> Stage | None:
    """The stage that the purchase leads to."""
    for place, stage in enumerate(draft.stages[:-1]):
        if stage.goal_advances:
            return draft.stages[place + 1]
    return None


def _count(name: str, label: str, amount: int) -> Value:
    return Value(name, label, Unit.COUNT, int(amount))
