"""The loop that asks of each source what any of its events is evidence of, and when the newest happened."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desirepath.core.compiled import kernel

Int64 = NDArray[np.int64]
Int16 = NDArray[np.int16]


@kernel
def seen(
    source: Int16,
    event: Int64,
    ts: Int64,
    evidence: Int64,
    date_only: int,
    day: int,
    to_bits: Int64,
    to_newest: Int64,
) -> None:
    """source: of each event number. date_only: the bit of events that have all of their day, `day` µs more."""
    for i in range(len(event)):
        s = source[event[i]]
        if s < 0:
            continue
        to_bits[s] |= evidence[i]
        until = ts[i] + day if evidence[i] & date_only else ts[i]
        to_newest[s] = max(to_newest[s], until)
