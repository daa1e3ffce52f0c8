"""The loops that count visits: each looks once at everything, whatever is asked and however many groups there are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from desirepath.core.compiled import kernel

Int64 = NDArray[np.int64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.int8] | NDArray[np.int16]


@kernel
def tally(
    group: Codes,
    kind: NDArray[np.int32],
    cell: Int64,
    entered: Flags,
    paying: Flags,
    customer: NDArray[np.int32],
    at: Int64,
    worth: Int64,
    many: Int64,
    last: Int64,
    customers: Int64,
    newest: Int64,
    paid: Int64,
) -> None:
    """How many of each kind each group has; its customers, its newest entry and what was paid, by cell.

    group: of each visit, -1 where nobody asked for it. cell, entered, paying: by kind. worth: of each visit, or empty.
    Written: many [groups, kinds]; last (-1 everywhere), customers, newest, paid [groups, cells].
    """
    for i in range(len(group)):
        g = group[i]
        if g < 0:
            continue
        k = kind[i]
        many[g, k] += 1
        place = cell[k]
        if last[g, place] != customer[i]:
            last[g, place] = customer[i]
            customers[g, place] += 1
        if entered[k]:
            newest[g, place] = max(newest[g, place], at[i])
        if paying[k] and len(worth):
            paid[g, place] += worth[i]


@kernel
def apart(
    group: Codes,
    kind: NDArray[np.int32],
    cell: Int64,
    paying: Flags,
    worth: Int64,
    mean: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    """Σ (worth − mean)² of those that paid, by group and cell."""
    for i in range(len(group)):
        g, k = group[i], kind[i]
        if g >= 0 and paying[k]:
            d = worth[i] - mean[g, cell[k]]
            out[g, cell[k]] += d * d


@kernel
def pick(
    order: NDArray[np.int32],
    time: Int64,
    cause: NDArray[np.int8],
    group: Codes,
    fill: Int64,
    soon: Int64,
    times: Int64,
    causes: NDArray[Any],
    took: Int64,
) -> None:
    """Part what lies in order by time, so that each group's own lies in order, too.

    cause: 1 … 3, 0 where not yet known; 4 more where the rate counts it as a success. fill, soon [1 + groups]: where
    each group begins in times and causes, and in took: of the rate's successes only. The first item is of those whom
    nobody asked for. What does not count is written, too, and then written over: there is no branch to guess, and after
    each group there is room for one more.
    """
    for i in range(len(order)):
        g = np.int64(group[order[i]]) + 1
        asked, c = np.int64(g > 0), cause[i]
        m, s = fill[g], soon[g]
        times[m], causes[m], took[s] = time[i], c & 3, time[i]
        fill[g] = m + asked
        soon[g] = s + (asked & np.int64(c >> 2))


@kernel
def pick_all(
    order: NDArray[np.int32],
    time: Int64,
    cause: NDArray[np.int8],
    group: Codes,
    times: Int64,
    causes: NDArray[Any],
    took: Int64,
) -> None:
    """The same where there is one group, in less than half the time: where it is written stays in registers."""
    m, s = np.int64(0), np.int64(0)
    for i in range(len(order)):
        asked, c = np.int64(group[order[i]] >= 0), cause[i]
        times[m], causes[m], took[s] = time[i], c & 3, time[i]
        m += asked
        s += asked & np.int64(c >> 2)
