"""Is that a person? How fast, how long and how evenly customers act.

In: trails (times of what customers did themselves). Out: customers whom no person could be, each with the reason.
Phones send a batch under one timestamp: events at one instant count once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desirepath.core.times import DAY, HOUR, SECOND
from desirepath.journey.bits import BY_CUSTOMER, DATE_ONLY
from desirepath.trail.trails import Trails

Int64 = NDArray[np.int64]
FEWEST = 60  # distinct instants: below it nobody is judged
AN_HOUR = 400  # distinct instants within an hour: one every nine seconds, all the hour
A_DAY = 20  # different hours of one day with events: nobody is up so long
AGAIN = 3  # … on so many days
EVEN = 0.05  # spread of the gaps, as a share of their mean, below which a clock acts and not a person


@dataclass(frozen=True, slots=True)
class Suspect:
    """A customer who seems to be a machine. customer: the code in the trails. why: a phrase."""

    customer: int
    events: int
    why: str


def suspects(trails: Trails) -> Iterator[Suspect]:
    """Those who act faster, longer or more evenly than a person can."""
    long = np.flatnonzero(np.diff(trails.offset) >= FEWEST)
    for customer in long.tolist():
        low, high = int(trails.offset[customer]), int(trails.offset[customer + 1])
        bits = trails.evidence[low:high]
        own = ((bits & BY_CUSTOMER) != 0) & ((bits & DATE_ONLY) == 0)
        why = inhuman(np.unique(np.asarray(trails.ts[low:high])[own]))
        if why:
            yield Suspect(customer, high - low, why)


def inhuman(instants: Int64) -> str:
    """Why nobody acts at these instants (µs, sorted, distinct); '' where somebody might."""
    if len(instants) < FEWEST:
        return ""
    busiest = _most_within(instants, HOUR)
    if busiest >= AN_HOUR:
        return f"{busiest:,} acts within an hour"
    hours = np.unique(instants // HOUR)
    _, awake = np.unique(hours // (DAY // HOUR), return_counts=True)
    days = int((awake >= A_DAY).sum())
    if days >= AGAIN:
        return f"active in {int(awake.max())} of 24 hours, on {days} days"
    gaps = np.diff(instants).astype(np.float64)
    # A script's pauses are all alike; the longest tenth (nights, stops) is left out.
    usual = np.sort(gaps)[: max(1, int(0.9 * len(gaps)))]
    if usual.mean() >= SECOND and usual.std() < EVEN * usual.mean():
        return f"{len(usual):,} pauses of {usual.mean() / SECOND:,.0f} s, all alike"
    return ""


def _most_within(instants: Int64, width: int) -> int:
    """The most instants in any window of so many µs."""
    ends = np.searchsorted(instants, instants + width, side="left")
    return int((ends - np.arange(len(instants))).max())


AGENTS = (
    r"(?i)((^|[^u])bot(\b|_)|crawl|spider|slurp|headless|phantomjs|selenium|puppeteer|playwright"
    r"|\bcurl/|\bwget/|python-requests)"
)
"""What a user agent says that names a program (a Cubot is a phone). RE2 and Python read it alike."""
