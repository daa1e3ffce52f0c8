"""The loop of pairing: each closing event keeps the promise that was opened first and is still open."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desirepath.core.compiled import kernel
from desirepath.core.times import NEVER

Int64 = NDArray[np.int64]


@kernel
def pair(
    group: Int64,
    at: Int64,
    happened: Int64,
    end: Int64,
    event: Int64,
    voided_at: Int64,
    opens: Int64,
    to_closed: Int64,
    to_closing: Int64,
) -> None:
    """Rows in the order (group, at, end); end: 0 opens, 1 closes. opens: the rows that open, in that order.

    to_closed, to_closing: of each opening row, when it was closed and by which event; left alone where it was not.
    """
    # Those of one group stand side by side in `opens`: what still waits is first … opened − 1.
    first = opened = 0
    for i in range(len(group)):
        if i == 0 or group[i] != group[i - 1]:
            first = opened
        if end[i] == 0:
            opened += 1
            continue
        while first < opened and NEVER != voided_at[opens[first]] <= at[i]:
            first += 1
        if first < opened:
            to_closed[first] = max(happened[i], at[opens[first]])
            to_closing[first] = event[i]
            first += 1
