"""In which visit did each event happen, and which touchpoints did each visit meet?

In: visits and trails. Out: for each event at most one visit of the journey's track, so that nothing is counted twice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desirepath.core.words import Outcome, Track
from desirepath.journey.bits import BY_CUSTOMER
from desirepath.journey.visits import Visits
from desirepath.trail.trails import Trails

Int64 = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Meetings:
    """Grain: event at a touchpoint within a visit; sorted by visit, then stored order.

    at: place in the trails' columns. visit: row of the visits. touchpoint: code. by_customer: who made it.
    """

    at: Int64
    visit: Int64
    touchpoint: NDArray[np.int64]
    by_customer: Mask

    def __len__(self) -> int:
        return len(self.at)

    def where(self, mask: Mask) -> Meetings:
        """The meetings that `mask` keeps."""
        return Meetings(self.at[mask], self.visit[mask], self.touchpoint[mask], self.by_customer[mask])


def visit_of_events(visits: Visits, trails: Trails) -> Int64:
    """For each event of the trails the row of the visit that it happened in; −1 outside of any.

    A visit's events are those from its entry to its end (all later ones while it is in flight), the event that
    entered it whatever its time (a date-only one stands at its day's start), and the exit that ended it. Only
    observed visits of the journey's track; the evidence that ends a visit belongs to the next one.
    """
    owner = np.full(trails.events, -1, np.int64)
    rows = np.flatnonzero(~visits.skipped & (visits.track == Track.JOURNEY))
    if not len(rows) or not len(owner):
        return owner
    from desirepath.measure import kernels  # Numba takes 0.3 s to import: only when asked

    kernels.own(rows, visits.customer, visits.entered, visits.ended, trails.offset, trails.ts, owner)
    left = rows[(visits.outcome[rows] == Outcome.LEFT) & (visits.end_event[rows] >= 0)]
    owner[visits.end_event[left]] = left
    owner[visits.entry_event[rows]] = rows
    return owner


def meetings(visits: Visits, trails: Trails, owner: Int64, asked: Mask | None = None) -> Meetings:
    """The meetings of the visits asked about (a mask over visits; all where None)."""
    there = (owner >= 0) & (trails.touchpoint >= 0)
    if asked is not None:
        there &= np.append(asked, False)[owner]  # −1 reads the appended item
    return _sorted(np.flatnonzero(there), trails, owner)


def actions(visits: Visits, trails: Trails, owner: Int64, asked: Mask) -> Meetings:
    """All that customers did within the visits asked about, at a touchpoint or not (code −1)."""
    there = (owner >= 0) & np.append(asked, False)[owner] & ((trails.evidence & BY_CUSTOMER) != 0)
    return _sorted(np.flatnonzero(there), trails, owner)


def _sorted(at: Int64, trails: Trails, owner: Int64) -> Meetings:
    visit = owner[at]
    if (
        len(visit) and (visit[1:] < visit[:-1]).any()
    ):  # ties can be stored in another order than they are placed
        order = np.argsort(visit, kind="stable")
        at, visit = at[order], visit[order]
    by_customer = (trails.evidence[at] & BY_CUSTOMER) != 0
    return Meetings(at, visit, trails.touchpoint[at].astype(np.int64), by_customer)


def first_of_group(key: Int64) -> Mask:
    """Whether each item begins a run of equal keys."""
    return np.append(True, key[1:] != key[:-1]) if len(key) else np.empty(0, bool)


def next_actions(trails: Trails, at: Int64, customer: NDArray[np.int32]) -> Int64:
    """The place of the customer's next own event after each event; −1 where there is none."""
    own = np.flatnonzero((trails.evidence & BY_CUSTOMER) != 0)
    place = np.searchsorted(own, at, side="right")
    following = np.append(own, trails.events)[place]
    return np.where(following < trails.offset[customer + 1], following, -1)
