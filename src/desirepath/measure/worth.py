"""What was each success worth?

In: visits and trails. Out: minor units of the journey's currency, one a visit; 0 where nothing was paid.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desirepath.core.estimate import Measured, NoEstimate
from desirepath.core.times import NEVER
from desirepath.journey.visits import Visits
from desirepath.measure.cohort import Cohort
from desirepath.stats.intervals import mean, mean_of_sums
from desirepath.trail.trails import Trails

Int64 = NDArray[np.int64]


def success_worth(visits: Visits, trails: Trails) -> Int64:
    """The value of the event that was the success; else the first positive value after entry in the pass.

    0 for visits that did not succeed. The same order may so be the worth of an awareness, a consideration and a
    decision visit: worths of different stages do not add up. Later refunds are not taken off.
    """
    worth = np.zeros(len(visits), np.int64)
    done = np.flatnonzero((visits.succeeded != NEVER) & (visits.success_event >= 0))
    if not len(done) or not trails.events:
        return worth
    worth[done] = np.maximum(trails.value[visits.success_event[done]], 0)
    bare = done[worth[done] == 0]
    paid = np.flatnonzero(trails.value > 0)
    if not len(bare) or not len(paid):
        return worth
    place = np.searchsorted(paid, visits.entry_event[bare], side="right")
    there = place < len(paid)
    bare, event = bare[there], paid[place[there]]
    over = visits.pass_ended[bare]
    within = (event < trails.offset[visits.customer[bare] + 1]) & (
        (over == NEVER) | (trails.ts[event] <= over)
    )
    worth[bare[within]] = trails.value[event[within]]
    return worth


def worth_per_success(found: Cohort, worth: Int64 | None, as_of: int) -> Measured:
    """What a success of these visits was worth on average, minor units. worth: success_worth(…)."""
    done = found.masks["succeeded"]
    if worth is None or not (mine := worth[found.rows[done]]).any():
        return _nothing(int(done.sum()))
    return mean(mine, as_of=as_of)


def worth_of_sums(succeeded: int, sums: tuple[int, float] | None, as_of: int) -> Measured:
    """The same from (the sum of the worths, Σ (worth − mean)²); None where no worth is known."""
    if sums is None or not sums[0]:
        return _nothing(succeeded)
    return mean_of_sums(succeeded, *sums, as_of=as_of)


def _nothing(succeeded: int) -> NoEstimate:
    return NoEstimate("no_data", succeeded, detail="no event of these customers carries a value")
