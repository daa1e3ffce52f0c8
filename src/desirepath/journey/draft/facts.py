"""What the drafting of a journey is told about the events: counts, places and gaps. Only shapes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class EventSummary:
    """One event's name over all sources. `place`: 0 where it begins customers' trails, 1 where it ends them."""

    name: str
    count: int
    customers: int
    by: str = "customer"
    first: datetime | None = None
    last: datetime | None = None
    sources: tuple[str, ...] = ()
    channels: tuple[tuple[str, int], ...] = ()  # with counts, commonest first
    valued: bool = False
    scored: bool = False
    said: bool = False  # it carries text
    place: float = 0.5


@dataclass(frozen=True, slots=True)
class Gaps:
    """Silences that ended: how many, what 95 % of them were no longer than, and the median."""

    n: int
    most: timedelta = timedelta(0)
    median: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Span:
    """From the first event to the last, with how many events and customers."""

    first: datetime
    last: datetime
    events: int
    customers: int

    @property
    def length(self) -> timedelta:
        """How long the data cover."""
        return self.last - self.first
