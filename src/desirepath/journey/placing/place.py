"""Which stage was each customer in, when, and how did it end?

In: trails with their evidence, and a journey's Plan. Out: Visits, the match table of everything.
Chunks of about equal numbers of events go over a thread pool; the kernel holds no lock.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from os import cpu_count

import numpy as np
from numpy.typing import NDArray

from desirepath.core.times import DAY, NEVER
from desirepath.journey.bits import DATE_ONLY
from desirepath.journey.calendar import offset_changes
from desirepath.journey.placing.plan import Plan
from desirepath.journey.visits import Visits
from desirepath.trail.trails import Trails

Int64 = NDArray[np.int64]
_CHUNK = 500_000  # events: small enough to balance, large enough that a chunk's overhead is nothing


def place(trails: Trails, plan: Plan, threads: int | None = None) -> Visits:
    """Place every customer of the shard by docs/reference/stages.md.

    The rows are sorted by customer, track, pass and entry; the same input gives the same rows whatever the
    number of threads.
    """
    zone = _zone(trails, plan.zone)
    bounds = _chunks(trails.offset, _CHUNK)
    pairs = list(zip(bounds[:-1], bounds[1:], strict=True))
    with ThreadPoolExecutor(threads or cpu_count() or 1) as pool:
        parts = list(pool.map(lambda pair: _place_chunk(trails, plan, zone, *pair), pairs))
    return _as_visits(np.concatenate(parts) if parts else np.empty((0, 20), np.int64))


def _place_chunk(trails: Trails, plan: Plan, zone: tuple[Int64, Int64], low: int, high: int) -> Int64:
    from desirepath.journey.placing import kernel  # Numba takes 0.3 s to import: only when placing

    events = int(trails.offset[high] - trails.offset[low])
    rows = 4 * (high - low) + events // 8 + 64 * (plan.stages + 1)
    while True:
        out = np.empty((rows, kernel.COLUMNS), np.int64)
        filled = kernel.place_chunk(
            low,
            high,
            trails.offset,
            trails.ts,
            trails.evidence,
            trails.waits_until,
            plan.lapse,
            plan.after,
            plan.has_goal,
            plan.repeat,
            plan.knowledge,
            plan.advances,
            plan.returns_to,
            *zone,
            out,
        )
        if filled >= 0:
            return out[:filled].copy()
        rows *= 2


def _zone(trails: Trails, zone: str) -> tuple[Int64, Int64]:
    """The zone's changes over the years of the trails; nothing to look up where no event is date-only."""
    if not len(trails.ts) or not np.any(trails.evidence & DATE_ONLY):
        return np.array([NEVER], np.int64), np.zeros(1, np.int64)
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    first, last = (epoch + timedelta(days=int(t // DAY)) for t in (trails.ts.min(), trails.ts.max()))
    return offset_changes(zone, first.year, last.year)


def _chunks(offset: Int64, size: int) -> list[int]:
    """Customer bounds that cut the shard into runs of about `size` events."""
    customers, events = len(offset) - 1, int(offset[-1])
    if customers <= 0:
        return [0]
    cuts = np.searchsorted(offset, np.arange(size, events, size))
    return sorted({0, customers, *(int(c) for c in cuts if c < customers)})


def _as_visits(rows: Int64) -> Visits:
    kinds = (
        np.int32, np.int8, np.int32, np.int8, np.int8, np.bool_, np.int64, np.int64, np.int64, np.int64, np.int8,
        np.int8, np.int64, np.int64, np.int64, np.int64, np.int64, np.int64, np.int8, np.int64,
    )  # fmt: skip
    return Visits(*(np.ascontiguousarray(rows[:, i]).astype(kind) for i, kind in enumerate(kinds)))
