"""The columns of a trail store, customers contiguous, each customer's events in (time, arrival) order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Int64 = NDArray[np.int64]
Int16 = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Trails:
    """One shard. Grain: event. Arrays may be memory-mapped and must not be written.

    offset: int64 [customers + 1]: the events of customer c are offset[c] … offset[c + 1].
    ts: int64 µs UTC; a date-only event stands at its day's start in the journey's zone.
    touchpoint, channel: int16 codes, −1 where none.
    evidence: int64 bit set: which rules the event satisfies, and by whom (layout: journey/bits.py).
    value: int64 minor units of the journey's currency; 0 where none.
    event: int64, the event's number in the store: every count can name its events.
    waits_until: int64 µs: where the event opens a promise, the instant at which the wait ended
        (FOREVER while it is still open); NEVER on every other event.
    """

    offset: Int64
    ts: Int64
    touchpoint: Int16
    channel: Int16
    evidence: Int64
    value: Int64
    event: Int64
    waits_until: Int64

    @property
    def customers(self) -> int:
        """How many customers the shard holds."""
        return len(self.offset) - 1

    @property
    def events(self) -> int:
        """How many events the shard holds."""
        return len(self.ts)
