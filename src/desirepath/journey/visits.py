"""The match table of placement: every count, rate, curve and member list is read off these rows."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
Int16 = NDArray[np.int16]
Int8 = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Visits:
    """Grain: one customer's stay in one stage within a pass; arrays of equal length.

    Sorted by customer, track, pass_no, entered, stage. Instants are int64 µs UTC; NEVER where it has not
    happened. Events are positions in the trail's columns (trails.event[p] names them), −1 where none.

    customer: int32 code, the row in the trail's `offset`.
    track: core.words.Track: the journey itself, or a repeat cycle (after a purchase, browsing to ordering).
    pass_no: int32, 0 for a customer's first pass on that track.
    start: core.words.Start, how the pass began.
    stage: int8, index in the journey's order.
    skipped: the stage was jumped over: in reach and occupancy, never in rates or times.
    entered, entry_event: when, and the evidence.
    ended, end_event: when the visit ended; NEVER and −1 while in flight; a lapse has no event.
    outcome: core.words.Outcome.
    next_stage: int8, where an advanced visit went; −1 where none, or out of the journey's far end.
    succeeded, success_event: the goal reached anywhere in the pass after entry; without a goal, advancing.
    knowledge: until when we can know of this visit's exits and activity; later instants are not claimed.
    deadline: when the clock runs (or ran) out; FOREVER while the customer waits for us or is active.
    active: the last activity within the visit, at least `entered`.
    pass_ended, pass_outcome: of the whole pass (LEFT, LAPSED, or ADVANCED out of a buyer journey's end).
    won_back: on the visits of a pass that began as a RETURN, the next purchase in it.
    """

    customer: Int32
    track: Int8
    pass_no: Int32
    start: Int8
    stage: Int8
    skipped: NDArray[np.bool_]
    entered: Int64
    entry_event: Int64
    ended: Int64
    end_event: Int64
    outcome: Int8
    next_stage: Int8
    succeeded: Int64
    success_event: Int64
    knowledge: Int64
    deadline: Int64
    active: Int64
    pass_ended: Int64
    pass_outcome: Int8
    won_back: Int64

    def __len__(self) -> int:
        return len(self.customer)

    def where(self, mask: NDArray[np.bool_]) -> Visits:
        """The visits that `mask` keeps, in the same order."""
        return Visits(**{f.name: getattr(self, f.name)[mask] for f in fields(self)})
