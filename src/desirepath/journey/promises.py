"""Which promise was kept by what? Opening and closing events are paired: first opened, first closed.

In: the two ends of a promise in order (journey/to_sql.py). Out: one row a promise made; an open one has no end.
A promise whose opening event was voided (a cancelled order) takes no closing event and ends with the voiding.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from desirepath.core.times import FOREVER, NEVER

Int64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PromiseRows:
    """Grain: promise made. Arrays of equal length; instants in µs UTC, NEVER where it has not happened.

    promise: index in the journey's order. event, closing_event: numbers in the store (−1 where none).
    due: NEVER where nothing was promised for this one. voided: the instant of the voiding.
    """

    promise: NDArray[np.int16]
    customer: NDArray[np.int32]
    event: Int64
    opened: Int64
    due: Int64
    closed: Int64
    closing_event: Int64
    voided: Int64

    def __len__(self) -> int:
        return len(self.promise)

    def where(self, mask: NDArray[np.bool_]) -> PromiseRows:
        """The rows that `mask` keeps."""
        return PromiseRows(**{f.name: getattr(self, f.name)[mask] for f in fields(self)})

    def wait_ends(self, at_most: list[int | None]) -> Int64:
        """Until when each promise keeps its customer from lapsing: kept, voided, given up, or FOREVER.

        at_most: `waits_at_most` of each promise of the journey in µs; None: no limit.
        """
        end = np.where(self.closed != NEVER, self.closed, FOREVER)
        end = np.where((self.voided != NEVER) & (self.voided < end), self.voided, end)
        limits = np.array([FOREVER if m is None else m for m in at_most] or [FOREVER], np.int64)
        allowed = limits[self.promise] if len(self) else np.empty(0, np.int64)
        given_up = np.where(allowed == FOREVER, FOREVER, self.opened + np.minimum(allowed, FOREVER // 4))
        return np.minimum(end, given_up)


def pair_promise(
    promise: int,
    pair: Int64,
    customer: Int64,
    event: Int64,
    at: Int64,
    happened: Int64,
    due: Int64,
    end: Int64,
    voided_at: Int64,
) -> PromiseRows:
    """Pair the ends of one promise. Rows must be sorted by (pair, at, end); `due`, `voided_at`: NEVER for none."""
    from desirepath.journey import promise_kernel  # Numba takes 0.3 s to import: only when pairing

    opens = np.flatnonzero(end == 0)
    closed, closing = np.full(len(opens), NEVER, np.int64), np.full(len(opens), -1, np.int64)
    promise_kernel.pair(pair, at, happened, end, event, voided_at, opens, closed, closing)
    return PromiseRows(
        promise=np.full(len(opens), promise, np.int16),
        customer=customer[opens].astype(np.int32),
        event=event[opens],
        opened=at[opens],
        due=due[opens],
        closed=closed,
        closing_event=closing,
        voided=voided_at[opens],
    )


def no_promises() -> PromiseRows:
    """The rows of a journey that promises nothing."""
    none = np.empty(0, np.int64)
    return PromiseRows(none.astype(np.int16), none.astype(np.int32), none, none, none, none, none, none)


def concatenate(parts: list[PromiseRows]) -> PromiseRows:
    """All parts as one, in their order."""
    if not parts:
        return no_promises()
    return PromiseRows(
        **{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(PromiseRows)}
    )
