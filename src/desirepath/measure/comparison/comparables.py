"""What can be compared between two sides: the shapes of a measure, of a side, and of the rows that a number rests on.

A side's rows are those that the measure itself counts: rates over visits whose horizon is known, promises that were
due, answers given. What had less time to happen on one side than on the other is counted on neither (side_rows.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from desirepath.core.estimate import NoEstimate
from desirepath.core.times import TimeRange
from desirepath.measure.cohort import EVER, Mask
from desirepath.measure.meetings import Int64
from desirepath.stats.differences import Part, mean_part, net_part, share_part

Float = NDArray[np.float64]
Unit = Literal["share", "points", "score", "money", "duration", "ease"]  # points: a difference of shares
FAMILIES = {
    "rate": "success within the stage's horizon",
    "eventual": "success by the horizon, those still on the way counted for as long as they were seen",
    "time": "mean time without success, up to the horizon",
    "median": "time until half of all who entered have succeeded",
    "value": "worth of a success",
    "stands": "share of the customers of the journey who stand in the stage at the side's end",
    "reach": "share of the stage's visits that met the touchpoint within the horizon",
    "lift": "what meeting the touchpoint adds to success",
    "promise": "share of the due promises that were kept",
    "score": "answers to surveys",
    "ease": "how easy the stage was, −2 … +2",
    "funnel": "share of the attempts that came from one step of the funnel to the next, or through",
    "back": "share of newcomers who did something between so many days after the first and twice as many",
}
_ROWS = ("rate", "value", "reach", "promise", "score", "ease", "back", "stands", "funnel")


@dataclass(frozen=True, slots=True)
class Measurable:
    """One thing that can be compared. id: family and subject, "rate:decision"."""

    id: str
    label: str
    unit: Unit

    @property
    def family(self) -> str:
        """The word before the colon."""
        return self.id.partition(":")[0]

    @property
    def subject(self) -> str:
        """The word after it."""
        return self.id.partition(":")[2]

    @property
    def of_rows(self) -> bool:
        """Whether it is a share or a mean of rows, so that it can be taken apart by what the rows are."""
        return self.family in _ROWS


@dataclass(frozen=True, slots=True)
class Side:
    """Who and when. held [events + 1]: whether the customer was of the group right after each event; last, before any.

    period: of entering, of promising, of first coming. without: customers who do not count on this side.
    """

    label: str
    held: Mask
    period: TimeRange = EVER
    without: Int64 = field(default_factory=lambda: np.empty(0, np.int64))


@dataclass(frozen=True, slots=True)
class Rows:
    """Grain: what the measure counts. at: the event (place in the trails) that the row starts from.

    kind: how they make the number: a share of ones, a net score of −1, 0, 1, a mean. scale: its least and greatest.
    """

    customer: Int64
    value: Float
    at: Int64
    kind: Literal["share", "net", "mean"] = "share"
    scale: tuple[float, float] | None = None
    factor: float = 1.0  # the number is shift + factor × the share
    shift: float = 0.0

    def where(self, mask: Mask) -> Rows:
        """The rows that `mask` keeps."""
        return replace(self, customer=self.customer[mask], value=self.value[mask], at=self.at[mask])

    def number(self) -> float:
        """What the rows amount to."""
        by = 100.0 if self.kind == "net" else self.factor
        return self.shift + by * float(self.value.mean())

    def part(self) -> Part:
        """The number with its interval."""
        if self.kind == "net":
            return net_part(self.value.astype(np.int64), self.customer)
        if self.kind == "mean":
            return mean_part(self.value, self.customer, self.scale)
        plain = share_part(self.value > 0, self.customer)
        if self.factor == 1.0 and not self.shift:
            return plain
        ends: Callable[[float], tuple[float, float]] = lambda level: (  # noqa: E731
            self.shift + self.factor * plain.ends(level)[0],
            self.shift + self.factor * plain.ends(level)[1],
        )
        return replace(plain, value=self.number(), influence=self.factor * plain.influence, ends=ends)


@dataclass(frozen=True, slots=True)
class Found:
    """One measure of one side. part: None where there is none, and `why`. customer: everybody whom it counts."""

    part: Part | None
    customer: Int64
    n: int
    why: NoEstimate | None = None


def chosen(all_of: Sequence[Measurable], asked: Sequence[str]) -> tuple[Measurable, ...]:
    """Those named by id or by family, in the order of all. Raises KeyError with the first unknown name."""
    for name in asked:
        if not any(name in (one.id, one.family) for one in all_of):
            raise KeyError(name)
    return tuple(one for one in all_of if one.id in asked or one.family in asked)
