"""Who is alike? Codes that two rows share exactly when they agree in all that was asked."""

from __future__ import annotations

import numpy as np

from desirepath.core.times import DAY
from desirepath.journey.visits import Visits
from desirepath.measure.meetings import Int64
from desirepath.trail.trails import Trails


def dense(parts: list[Int64]) -> Int64:
    """One code, from 0, for each combination of the parts' codes (none below 0)."""
    key = np.zeros(len(parts[0]), np.int64)
    for part in parts:
        key = np.unique(key, return_inverse=True)[1] * (int(part.max(initial=0)) + 1) + part
    codes: Int64 = np.unique(key, return_inverse=True)[1].astype(np.int64)
    return codes


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
        parts.append(like[rows] - int(like.min(initial=0)))
    return dense(parts)
