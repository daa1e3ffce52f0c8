"""How many customers are in each stage, at the start of each day, week or month?

In: visits. Out: counts at instants. A customer is in a stage from entry until the visit ends; one still in flight is in
it until now. Skipped stages last no time and hold nobody.
"""

from __future__ import annotations

import numpy as np

from desirepath.core.times import DAY, FOREVER, NEVER, TimeRange
from desirepath.core.words import Track
from desirepath.journey.definition import Journey
from desirepath.journey.visits import Visits
from desirepath.measure.answers import OccupancyAnswer
from desirepath.measure.cohort import EVER, Mask, asked_visits, contract
from desirepath.measure.meetings import Int64
from desirepath.measure.periods import Unit, period_edges

Step = Unit
_MOST = 5000  # instants: more than any drawing shows


def occupancy(
    journey: Journey,
    visits: Visits,
    *,
    as_of: int,
    step: Step = "week",
    during: TimeRange = EVER,
    where: Mask | None = None,
) -> OccupancyAnswer:
    """Counts at the local midnights that begin each step, from the first entry (or `during`) until as_of.

    where: which visits. A customer is in one stage at a time, so a row never counts anyone twice.
    """
    asked = asked_visits(visits, where, EVER, Track.JOURNEY)
    entered, ended, stage = visits.entered[asked], visits.ended[asked], visits.stage[asked]
    at = calendar_steps(_span(entered, during, as_of), step, journey.time_zone)
    count = np.zeros((len(at), len(journey.stages)), np.int64)
    for place in range(len(journey.stages)):
        here = stage == place
        began, over = np.sort(entered[here]), np.sort(ended[here & (ended != NEVER)])
        # Entered by then, less ended by then: a visit that ends at an instant is no longer there.
        count[:, place] = np.searchsorted(began, at, side="right") - np.searchsorted(over, at, side="right")
    open_ended = asked & (visits.ended == NEVER)
    known = int(visits.knowledge[open_ended].min()) if open_ended.any() else FOREVER
    return OccupancyAnswer(
        at,
        tuple(s.id for s in journey.stages),
        count,
        contract(
            journey,
            as_of,
            "How many customers are in each stage?",
            "customers in a pass of the journey; who is in none is not counted",
            f"at the start of each {step} in {journey.time_zone}: entered by then, not ended; in flight is there",
        ),
        known,
    )


def _span(entered: Int64, during: TimeRange, as_of: int) -> TimeRange:
    if not len(entered):
        return TimeRange(0, 0)
    start = int(entered.min()) if during.start == NEVER else during.start
    return TimeRange(start, min(as_of + 1, during.end))


def calendar_steps(during: TimeRange, step: Step, zone: str) -> Int64:
    """The local midnights that begin a day, a week (Monday) or a month within `during`, as instants."""
    if during.end <= during.start:
        return np.empty(0, np.int64)
    edges = period_edges(during.start, min(during.end - 1, during.start + _MOST * 31 * DAY), step, zone)
    return edges[(edges >= during.start) & (edges < during.end)][:_MOST]
