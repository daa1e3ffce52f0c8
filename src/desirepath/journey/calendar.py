"""The journey's time zone as two small arrays, so that a kernel can find the end of a local day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from desirepath.core.times import NEVER, SECOND, to_us

_STEP = timedelta(days=6)  # the hastiest since 1970: Boa Vista's summer of 2000 ended on its seventh day


@lru_cache(maxsize=16)
def offset_changes(zone: str, first_year: int, last_year: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(from, offset): from instant `from[i]` (µs UTC; the first is NEVER) on, local time = UTC + offset[i] µs.

    Right for the years first_year to last_year. Raises ZoneInfoNotFoundError for a zone that does not exist.
    """
    info = ZoneInfo(zone)
    first = datetime(max(first_year, 2) - 1, 12, 1, tzinfo=UTC)
    last = datetime(min(last_year, 9997) + 1, 2, 1, tzinfo=UTC)

    def offset(moment: datetime) -> timedelta:
        return moment.astimezone(info).utcoffset() or timedelta()

    starts, offsets = [NEVER], [_us(offset(first))]
    low = first
    while low < last:
        high = low + _STEP
        if offset(high) != offset(low):
            before, after = low, high
            while after - before > timedelta(seconds=1):
                middle = before + (after - before) // 2
                middle = middle.replace(microsecond=0)
                if middle <= before:
                    break
                before, after = (middle, after) if offset(middle) == offset(low) else (before, middle)
            starts.append(to_us(after))
            offsets.append(_us(offset(after)))
        low = high
    return np.array(starts, np.int64), np.array(offsets, np.int64)


def _us(delta: timedelta) -> int:
    return round(delta.total_seconds()) * SECOND
