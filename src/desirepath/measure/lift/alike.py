"""Who is alike? Codes that two rows share exactly when they agree in all that was asked."""

from __future__ import annotations

import numpy as np

from desirepath.core.times import DAY
from desirepath.journey.visits import Visits
from desirepath.measure.meetings import Int64
from desirepath.trail.trails import Trails

_TABLE = 1 << 24  # codes below this are renumbered with a table, others by sorting


def dense(parts: list[Int64]) -> Int64:
    """One code, from 0, for each combination of the parts' codes (none below 0), in the order of the combinations."""
    key = renumbered(parts[0])
    for part in parts[1:]:
        key = renumbered(key * (int(part.max(initial=0)) + 1) + part)
    return key


def renumbered(codes: Int64) -> Int64:
    """The same codes as 0, 1, 2 … in their order, without gaps."""
    top = int(codes.max(initial=0)) + 1
    if top <= _TABLE:
        there = np.zeros(top, np.int64)
        there[codes] = 1
        found: Int64 = (np.cumsum(there) - 1)[codes]
        return found
    return np.unique(codes, return_inverse=True)[1].astype(np.int64)


def entry_strata(visits: Visits, trails: Trails, rows: Int64, like: Int64 | None) -> Int64:
    """One code for each of `rows`: the channel and the quarter (UTC) of the entry, how the pass began, and `like`."""
    days = (visits.entered[rows] // DAY).astype("datetime64[D]")
    quarter = days.astype("datetime64[M]").astype(np.int64) // 3
    parts = [
        trails.channel[visits.entry_event[rows]].astype(np.int64) + 1,
        quarter - (quarter.min() if len(quarter) else 0),
        visits.start[rows].astype(np.int64),
    ]
    if like is not None:
        parts.append(like[rows].astype(np.int64) - int(like.min(initial=0)))
    return dense(parts)


def code_of_visit(rows: Int64, codes: Int64, visits: Visits) -> Int64:
    """A table from the visits' rows to the codes of `rows`, −1 for all others."""
    table = np.full(len(visits), -1, np.int64)
    table[rows] = codes
    return table
