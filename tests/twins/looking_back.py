"""What was known of a customer at a moment, event by event, in plain Python: judges the kernel of forecasts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

DAY = 86_400_000_000


class Event(NamedTuple):
    ts: int
    touchpoint: int
    value: int
    by: str  # "customer", "business", "machine"
    bought: bool


def known_at(events: Sequence[Event], moment: int) -> list[float] | None:
    """The features of forecast_features.COUNTED; None of whom nothing is known."""
    past = [e for e in events if e.ts < moment]
    if not past:
        return None
    own = [e for e in past if e.by == "customer"]
    bought = [e for e in past if e.bought]

    def within(those: Sequence[Event], days: int) -> int:
        return sum(moment - e.ts <= days * DAY for e in those)

    first = (moment - past[0].ts) / DAY
    return [
        len(past),
        len(own),
        within(own, 7),
        within(own, 30),
        within(own, 90),
        within([e for e in past if e.by == "business"], 30),
        len({e.touchpoint for e in past if e.touchpoint >= 0}),
        len(bought),
        within(bought, 90),
        sum(e.value < 0 for e in past),
        sum(e.value for e in past),
        first,
        (moment - own[-1].ts) / DAY if own else first,
        (moment - bought[-1].ts) / DAY if bought else first,
    ]
