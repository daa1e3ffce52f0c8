"""Which events are purchases, and until when do we know of them?

In: what somebody wrote (a step), or nothing: then what the journey itself calls a purchase. Out: Bought, from which the
purchases as they were known at any instant can be had, of the customers who are asked about.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from desirepath.app.questions.question import QuestionError
from desirepath.app.questions.steps import read_step
from desirepath.core.times import FOREVER, TimeRange
from desirepath.journey.bits import GOAL
from desirepath.journey.calendar import offset_changes

if TYPE_CHECKING:
    from desirepath.app.asking import Asking
    from desirepath.journey.definition import Journey
    from desirepath.measure.value.purchases import Purchases

Mask = NDArray[np.bool_]
Int64 = NDArray[np.int64]


@dataclass(frozen=True)
class Bought:
    """mask: which events are purchases. until: what is known of them ends before this instant (µs). label: in words."""

    asking: Asking
    mask: Mask
    label: str
    until: int
    zone: tuple[Int64, Int64]
    segment: str | None
    period: TimeRange

    def before(self, instant: int) -> Purchases:
        """The purchases before `instant`, of those asked about: by their first purchase."""
        from desirepath.measure.value.purchases import purchases

        found = purchases(self.asking.trails, self.mask, self.zone, min(instant, self.until))
        keep = np.ones(len(found), np.bool_)
        if self.segment is not None:
            keep &= self.asking.layers.segment(self.segment)[found.first_event]
        if self.period != TimeRange():
            at = self.asking.trails.ts[found.first_event]
            keep &= (at >= self.period.start) & (at < self.period.end)
        return found if keep.all() else found.of(keep)

    def all(self) -> Purchases:
        """All that are known."""
        return self.before(self.until)


def bought(
    asking: Asking, purchase: str | None, *, segment: str | None, since: str | None, until: str | None
) -> Bought:
    """What counts as a purchase. Raises QuestionError where the journey does not say and nothing has a value."""
    mask, label = purchase_events(asking, purchase)
    years = _years(asking)
    return Bought(
        asking,
        mask,
        label,
        known_until(asking, mask),
        offset_changes(asking.journey.time_zone, *years),
        segment,
        asking.period(since, until),
    )


def purchase_events(asking: Asking, purchase: str | None) -> tuple[Mask, str]:
    """(which events are purchases, what they are called). A voided one is none, unless a rule says so."""
    if purchase is not None:
        step = read_step(asking, purchase)
        return np.asarray(step.mask), step.label
    place = purchase_stage(asking.journey)
    if place is not None:
        bit, label = 1 << (GOAL + place), asking.journey.stages[place].label
        return (asking.trails.evidence & bit) != 0, f"the goal of {label}"
    if not (asking.trails.value > 0).any():
        raise QuestionError(
            "the journey does not say what a purchase is, and no event has a value",
            hint='Say it: purchase="Order Completed".',
            field="purchase",
        )
    return np.asarray(asking.trails.value > 0), "an event with a value"


def purchase_stage(journey: Journey) -> int | None:
    """The stage whose goal is a purchase, where the journey says so."""
    stages = journey.stages
    place = next((i for i, s in enumerate(stages) if s.goal_advances and s.goal is not None), None)
    return place if place is not None else next((i for i, s in enumerate(stages) if s.goal == "repeat"), None)


def known_until(asking: Asking, mask: Mask) -> int:
    """The instant before which all is known of these events: the earliest end of the sources that supply them."""
    ends = {one.source: one.until for one in asking.source_ends if one.until != FOREVER}
    codes = asking.layers.codes("source")
    used = np.unique(codes.code[mask])
    known = [ends[codes.labels[k]] for k in used.tolist() if k >= 0 and codes.labels[k] in ends]
    return min([asking.as_of, *known]) + 1


def _years(asking: Asking) -> tuple[int, int]:
    ts = asking.trails.ts
    if not len(ts):
        return 2000, 2000
    # Nobody's clock change lies beyond the year's ends.
    first, last = (1970 + int(t) // 31_556_952_000_000 for t in (ts.min(), ts.max()))
    return first - 1, max(last, 1970 + asking.as_of // 31_556_952_000_000) + 1
