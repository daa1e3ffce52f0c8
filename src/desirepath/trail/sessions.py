"""Where does each session begin?

In: trails. Out: for each event whether it begins a session: the customer's first; the first after so long without
any; the first of a local day; the first under another campaign. The rules can be joined: whichever comes first.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desirepath.trail.spread import spread

Int64 = NDArray[np.int64]
Mask = NDArray[np.bool_]

GAP = 30 * 60 * 1_000_000  # µs: half an hour, as most tools have it


def session_starts(
    offset: Int64,
    ts: Int64,
    *,
    gap: int | None = GAP,
    zone: tuple[Int64, Int64] | None = None,
    campaign: NDArray[np.int32] | None = None,
    who: Int64 | None = None,
) -> Mask:
    """For each event of the trails whether it begins a session.

    gap: µs; an event so long after the one before begins another (exactly so long does not: "within 30 minutes").
    zone: journey.calendar.offset_changes(…): a new local day begins another. campaign: a code per event, −1 where none
    is told: another code than the last told begins another. who: only these customers; False for all others.
    """
    from desirepath.trail import sessions_kernel

    out = np.zeros(len(ts), np.bool_)
    customers = np.arange(len(offset) - 1, dtype=np.int64) if who is None else who
    changes, shifts = zone if zone is not None else (np.empty(0, np.int64), np.empty(0, np.int64))
    codes = np.empty(0, np.int32) if campaign is None else campaign
    quiet = -1 if gap is None else int(gap)

    def work(low: int, high: int) -> None:
        sessions_kernel.mark(customers[low:high], offset, ts, quiet, changes, shifts, codes, out)

    spread(work, offset, who)
    return out
