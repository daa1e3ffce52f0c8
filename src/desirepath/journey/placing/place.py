"""Which stage was each customer in, when, and how did it end?

In: trails with their evidence, and a journey's Plan. Out: Visits, the match table of everything.
Chunks of about equal numbers of events go over a thread pool; the kernel holds no lock.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from os import cpu_count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desirepath.core.times import DAY, NEVER
from desirepath.core.words import Track
from desirepath.journey.bits import DATE_ONLY
from desirepath.journey.calendar import offset_changes
from desirepath.journey.placing.plan import Plan
from desirepath.journey.placing.records import RULES, STATE, VISIT
from desirepath.journey.visits import Visits
from desirepath.trail.trails import Trails

Int64 = NDArray[np.int64]
Columns = list[NDArray[Any]]
_CHUNK = 100_000  # events: a chunk's rows stay in the processor's cache until they are columns

_NAMES = tuple(field.name for field in fields(Visits))


def place(trails: Trails, plan: Plan, threads: int | None = None, chunk: int = _CHUNK) -> Visits:
    """Place every customer of the shard by docs/reference/stages.md.

    The rows are sorted by customer, track, pass and entry; the same input gives the same rows whatever the
    number of threads (None: one a processor) and the events of a chunk, the unit of their work.
    """
    trails, zone, tracks = _read_only(trails), _zone(trails, plan.zone), _tracks(plan)
    chunks = list(pairwise(_chunks(trails.offset, chunk)))
    with ThreadPoolExecutor(threads or cpu_count() or 1) as pool:
        parts = list(pool.map(lambda pair: _place_chunk(trails, tracks, zone, *pair), chunks))
        parts = parts or [[np.empty(0, VISIT[name]) for name in _NAMES]]
        columns = pool.map(lambda i: np.concatenate([part[i] for part in parts]), range(len(_NAMES)))
        return Visits(*columns)


def _read_only(trails: Trails) -> Trails:
    """Plain views that nothing can write: a kernel is compiled anew for every kind of array that it is given."""
    views = {f.name: getattr(trails, f.name).view(np.ndarray) for f in fields(Trails)}
    for view in views.values():
        view.flags.writeable = False
    return Trails(**views)


def _place_chunk(
    trails: Trails, tracks: NDArray[np.void], zone: tuple[Int64, Int64], low: int, high: int
) -> Columns:
    from desirepath.journey.placing import kernel, order  # Numba takes 0.3 s to import: only when placing

    events = int(trails.offset[high] - trails.offset[low])
    acts, when = np.empty(events, np.int64), np.empty(events, np.int64)
    stages = int(tracks["stages"][0])
    order.order_chunk(low, high, trails.offset, trails.ts, trails.evidence, stages, *zone, acts, when)
    columns = trails.ts, trails.evidence, trails.waits_until
    state, rows = np.zeros(1, STATE), 4 * (high - low) + events // 8 + 1_000
    while True:
        out = np.empty(rows, VISIT)
        filled = kernel.place_chunk(low, high, trails.offset, acts, when, *columns, tracks, state, out)
        if filled >= 0:
            return [np.ascontiguousarray(out[:filled][name]) for name in _NAMES]
        rows *= 2


def _tracks(plan: Plan) -> NDArray[np.void]:
    """The plan as each track sees it: the journey, then the repeat track if there is one."""
    tracks = np.zeros(2 if 0 <= plan.advances < plan.stages - 1 else 1, RULES)
    bit = np.int64(1) << np.arange(plan.stages)
    tracks["track"] = [Track.JOURNEY, Track.REPEAT][: len(tracks)]
    tracks["stages"] = [plan.stages, plan.advances + 1][: len(tracks)]
    tracks["returns_to"] = [plan.returns_to, -1][: len(tracks)]
    tracks["advances"] = plan.advances
    tracks["with_goal"] = bit[plan.has_goal != 0].sum()
    tracks["repeats"] = bit[plan.repeat != 0].sum()
    for name in ("after", "lapse", "knowledge"):
        tracks[name][:, : plan.stages] = getattr(plan, name)
    return tracks


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
