"""One customer's own part of a build: their events, visits and promises, found by their place and never by a search.

In: an opened build and a customer's code. Out: slices; what is asked of them takes as long as they have events.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from desirepath.core.times import NEVER
from desirepath.core.words import Outcome, Track
from desirepath.journey.bits import BY_BUSINESS, BY_MACHINE

if TYPE_CHECKING:
    from desirepath.app.asking import Asking

Int64 = NDArray[np.int64]


@dataclass(frozen=True)
class Own:
    """What is one customer's. first, last: places of their events (half-open); rows: of their visits."""

    asking: Asking
    customer: int

    @cached_property
    def first(self) -> int:
        """The place of the first event."""
        return int(self.asking.trails.offset[self.customer])

    @cached_property
    def last(self) -> int:
        """One beyond the place of the last event."""
        return int(self.asking.trails.offset[self.customer + 1])

    @property
    def events(self) -> int:
        """How many events they have; none where they are excluded."""
        return self.last - self.first

    @cached_property
    def rows(self) -> range:
        """Their visits."""
        low, high = np.searchsorted(self.asking.visits.customer, [self.customer, self.customer + 1])
        return range(int(low), int(high))

    def column(self, name: str) -> NDArray[np.int64]:
        """A column of the trails, of their events."""
        found: NDArray[np.int64] = np.asarray(getattr(self.asking.trails, name)[self.first : self.last])
        return found

    def stage_at(self, place: int) -> int:
        """In which stage they were from this event on; −1 between passes and before the first."""
        v, found = self.asking.visits, -1
        at = int(self.asking.trails.ts[place])
        for row in self.rows:
            if v.track[row] != Track.JOURNEY or v.skipped[row] or int(v.entry_event[row]) > place:
                continue
            ended = int(v.ended[row])
            over = ended != NEVER and (at > ended or (at == ended and int(v.end_event[row]) <= place))
            found = -1 if over else int(v.stage[row])
        return found

    @cached_property
    def here(self) -> int | None:
        """The visit of the journey that they are on."""
        v = self.asking.visits
        on = [
            row
            for row in self.rows
            if v.track[row] == Track.JOURNEY and v.outcome[row] == Outcome.IN_FLIGHT and not v.skipped[row]
        ]
        return on[-1] if on else None


def by_word(evidence: int) -> str:
    """Who did an event: customer, business or machine."""
    return "business" if evidence & BY_BUSINESS else "machine" if evidence & BY_MACHINE else "customer"
