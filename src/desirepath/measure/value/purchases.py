"""Who bought on which days, and for how much?

In: trails, and which events are purchases. Out: a row a customer and local day with a purchase. Several on one day are
one purchase. A refund (a negative value on any event) is taken off the customer's latest purchase before it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desirepath.core.times import FOREVER
from desirepath.trail.spread import spread
from desirepath.trail.trails import Trails

Int64 = NDArray[np.int64]
Mask = NDArray[np.bool_]
Zone = tuple[Int64, Int64]  # journey.calendar.offset_changes(…)


@dataclass(frozen=True, slots=True)
class Purchases:
    """Grain: a customer's day with a purchase, in order. Only what was known at `until`.

    customer [buyers]: the code of each who ever bought, ascending. start [buyers + 1]: where their days begin.
    day: local days since 1970. worth: minor units, refunds taken off. first_event [buyers]: the first purchase's
    position in the trails. today: the last local day that is known as a whole or in part.
    """

    customer: Int64
    start: Int64
    day: Int64
    worth: Int64
    first_event: Int64
    today: int

    def __len__(self) -> int:
        return len(self.customer)

    @property
    def times(self) -> Int64:
        """How many days with a purchase each has."""
        return np.diff(self.start)

    @property
    def first(self) -> Int64:
        """The first day of each."""
        return self.day[self.start[:-1]]

    @property
    def last(self) -> Int64:
        """The last day of each."""
        return self.day[self.start[1:] - 1]

    def total(self) -> Int64:
        """What all purchases of each were worth."""
        return self.sum_of(self.worth)

    def sum_of(self, values: NDArray[np.int64]) -> Int64:
        """A value a day, summed by customer."""
        before = np.append(0, np.cumsum(values))
        return np.asarray(before[self.start[1:]] - before[self.start[:-1]], np.int64)

    def of(self, keep: Mask) -> Purchases:
        """The buyers that `keep` [buyers] keeps."""
        days = np.repeat(keep, self.times)
        start = np.append(0, np.cumsum(self.times[keep]))
        return Purchases(
            self.customer[keep], start, self.day[days], self.worth[days], self.first_event[keep], self.today
        )


def purchases(trails: Trails, bought: Mask, zone: Zone, until: int = FOREVER) -> Purchases:
    """All purchases before `until` (µs, not counted). bought: per event. zone: where days begin."""
    from desirepath.measure.value import purchases_kernel as kernel

    changes, shifts = zone
    ts, value, offset, bought = trails.ts, trails.value, trails.offset, kept(bought)
    counts = np.zeros(trails.customers, np.int64)

    def count(low: int, high: int) -> None:
        kernel.count_days(low, high, offset, ts, bought, changes, shifts, until, counts)

    spread(count, offset)
    who = np.flatnonzero(counts)
    start = np.append(0, np.cumsum(counts))
    day, worth = np.zeros(int(start[-1]), np.int64), np.zeros(int(start[-1]), np.int64)
    first = np.full(trails.customers, -1, np.int64)

    def fill(low: int, high: int) -> None:
        kernel.fill_days(
            low, high, offset, ts, value, bought, changes, shifts, until, start, day, worth, first
        )

    spread(fill, offset)
    last = min(until - 1, int(trails.ts.max(initial=0)) if until == FOREVER else until - 1)
    return Purchases(
        who.astype(np.int64),
        np.append(start[:-1][who], start[-1]),
        day,
        worth,
        first[who],
        local_day(last, zone),
    )


def kept(mask: Mask) -> Mask:
    """The mask as one that cannot be written, as those from files are: kernels are compiled for one kind only."""
    view = mask.view()
    view.flags.writeable = False
    return view


def local_day(instant: int, zone: Zone) -> int:
    """The local day, since 1970, in which an instant lies."""
    changes, shifts = zone
    place = max(int(np.searchsorted(changes, instant, side="right")) - 1, 0)
    return (instant + int(shifts[place])) // 86_400_000_000
