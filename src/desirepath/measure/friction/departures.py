"""Where did customers go next from each touchpoint, and after how long?

In: what rated visits met. Out: Departures, one for each time that a customer came to a touchpoint from another (or the
same) one in the same visit; from them Moments, so that a step, a loop, going back and a long wait are compared as
touchpoints are: a customer's coming with like customers' coming, from the same place, and only from then on.
Whoever did not move again is on neither side: silence shows only when the visit is over, and would be counted against
whatever came before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from desirepath.journey.definition import Journey
from desirepath.journey.visits import Visits
from desirepath.measure.cohort import Cohort, Mask
from desirepath.measure.lift.alike import code_of_visit, dense, entry_strata, renumbered
from desirepath.measure.lift.ask import repeat_steps
from desirepath.measure.lift.moments import (
    DISTINCT,
    GAPS,
    Moments,
    distinct_before,
    elapsed_bins,
    first_meetings,
    on_the_way,
)
from desirepath.measure.meetings import Int64, Meetings, first_of_group
from desirepath.trail.trails import Trails

# A wait is long when it is longer than so many of those after the same touchpoint in the same stage.
LONG = 0.75
WAIT = int(GAPS[0])  # within a session nobody waits: the beginning of a session is not like its middle
# Who waited longer is later: their moments are compared within finer shares of the time since entry.
_FINE = 16


@dataclass(frozen=True, slots=True)
class Departures:
    """Grain: a customer's coming to a touchpoint (`target`) from the one met before it in the visit (`source`).

    Sorted by source, then visit, then stored order. source may be one that the business brought about; the coming is
    the customer's. waited: µs between the two. stratum: entry, touchpoints met so far, time since entry, wait;
    calm: the same without the wait, the time since entry in finer shares. won: 0 or 1. at: the event of the coming.
    """

    at: Int64
    source: NDArray[np.int16]
    target: NDArray[np.int16]
    visit: NDArray[np.int32]
    waited: Int64
    stratum: NDArray[np.int32]
    calm: NDArray[np.int32]
    won: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.visit)

    def where(self, mask: Mask) -> Departures:
        """The departures that `mask` keeps."""
        return self.take(np.flatnonzero(mask))

    def take(self, rows: Int64) -> Departures:
        """The departures at `rows`, in that order."""
        return Departures(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    def in_order(self) -> Departures:
        """All of a visit together, in their order."""
        return self.take(np.lexsort((self.at, self.visit)))

    def by_source(self) -> Iterator[Departures]:
        """Those from each touchpoint, in the order of their codes."""
        edges = np.append(np.flatnonzero(first_of_group(self.source.astype(np.int64))), len(self))
        for low, high in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            yield Departures(**{f.name: getattr(self, f.name)[low:high] for f in fields(self)})

    def moments(self, code: NDArray[np.integer], stratum: NDArray[np.integer]) -> Moments:
        """These departures as moments at which something of `code` is met; rows of one visit must lie together."""
        return Moments(
            self.visit.astype(np.int64),
            code.astype(np.int64),
            renumbered(stratum.astype(np.int64)),
            self.won.astype(np.int64),
        )


def departures(
    one: Cohort, won: Mask, visits: Visits, trails: Trails, met: Meetings, like: Int64 | None = None
) -> Departures:
    """The departures of the cohort's rated visits while something was left to decide (moments.on_the_way).

    won: over all visits, success within the horizon. met: what these visits met. like: per visit, a code to agree on.
    """
    rows = one.rows[one.masks["rated"]]
    # Touchpoints that customers went to themselves, as in moments.
    own = np.flatnonzero(met.by_customer)
    new = np.zeros(len(met), np.int64)
    new[own] = first_meetings(met.visit[own], met.touchpoint[own])
    so_far = distinct_before(met.visit, new)
    elapsed, before = on_the_way(one, visits, trails, met.at, met.visit)
    step = np.flatnonzero(before & met.by_customer & ~first_of_group(met.visit))
    visit, since = met.visit[step], elapsed[step]
    waited = np.maximum(trails.ts[met.at[step]] - trails.ts[met.at[step - 1]], 0)
    entry = code_of_visit(rows, entry_strata(visits, trails, rows, like), visits)[visit]
    known = np.searchsorted(DISTINCT, so_far[step], side="right")
    source = met.touchpoint[step - 1].astype(np.int16)
    found = Departures(
        at=met.at[step],
        source=source,
        target=met.touchpoint[step].astype(np.int16),
        visit=visit.astype(np.int32),
        waited=waited,
        stratum=dense([entry, known, elapsed_bins(since), np.searchsorted(GAPS, waited)]).astype(np.int32),
        calm=dense([entry, known, elapsed_bins(since, _FINE)]).astype(np.int32),
        won=won[visit].astype(np.int8),
    )
    order = np.argsort(source, kind="stable")
    return found.take(order)


def waits(journey: Journey, stage: int, found: Departures) -> Mask:
    """Which departures were waits: the customer came on in another session, and not to buy once more."""
    waited: Mask = (found.waited >= WAIT) & ~repeat_steps(journey, stage)[found.target]
    return waited


def long_wait(waited: Int64) -> int:
    """The wait, µs, that three quarters do not exceed; one that occurred. waited: at least one."""
    return int(np.quantile(waited, LONG, method="inverted_cdf"))


def goes_back(journey: Journey, stage: int, target: NDArray[np.integer]) -> Mask:
    """Whether each coming was a going back: to an earlier stage's touchpoint, before the first purchase."""
    bought = next((i for i, s in enumerate(journey.stages) if s.goal_advances), len(journey.stages))
    if stage > bought:
        return np.zeros(len(target), bool)
    home = np.array(
        [-1 if t.stage is None else journey.index(t.stage) for t in journey.touchpoints], np.int64
    )
    back: Mask = (home[target] >= 0) & (home[target] < stage)
    return back
