"""The loops that find the events that matter to a funnel: without branches, so that the processor never guesses."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from desirepath.core.compiled import kernel

Int64 = NDArray[np.int64]
Words = NDArray[np.uint64]
Flags = NDArray[np.bool_]
_DAY = 86_400_000_000


@kernel
def mark(mask: Flags, who: Int64, offset: Int64, low: int, high: int, found: NDArray[np.uint8]) -> None:
    """Or a mask into found, over the events of the customers who[low:high], one after the other."""
    m = 0
    for k in range(low, high):
        for p in range(offset[who[k]], offset[who[k] + 1]):
            found[m] |= mask[p]
            m += 1


@kernel
def compact(
    found: NDArray[np.uint8], who: Int64, offset: Int64, low: int, high: int, at: Int64, begin: Int64
) -> int:
    """The places of the events that were found; begin: where each customer's begin in it. Returns how many."""
    m, i = 0, 0
    for k in range(low, high):
        c = who[k] if len(who) else k
        begin[k - low] = m
        for p in range(offset[c], offset[c + 1]):
            at[m] = p
            m += found[i]
            i += 1
    begin[high - low] = m
    return m


@kernel
def compact_codes(
    code: NDArray[Any],
    wanted: NDArray[np.uint8],
    who: Int64,
    offset: Int64,
    low: int,
    high: int,
    at: Int64,
    begin: Int64,
) -> int:
    """The same where a code says what matters. wanted: by code + 1."""
    m = 0
    for k in range(low, high):
        c = who[k] if len(who) else k
        begin[k - low] = m
        for p in range(offset[c], offset[c + 1]):
            at[m] = p
            m += wanted[np.int64(code[p]) + 1]
    begin[high - low] = m
    return m


@kernel
def compact_bits(
    column: Int64, wanted: int, who: Int64, offset: Int64, low: int, high: int, at: Int64, begin: Int64
) -> int:
    """The same where any of the wanted bits of a column says what matters."""
    m = 0
    for k in range(low, high):
        c = who[k] if len(who) else k
        begin[k - low] = m
        for p in range(offset[c], offset[c + 1]):
            at[m] = p
            m += (column[p] & wanted) != 0
    begin[high - low] = m
    return m


@kernel
def put_bits(column: Int64, at: Int64, bits: Int64, words: Words) -> None:
    """Set the bit of each step of which an event's column has a bit."""
    for m in range(len(at)):
        has = column[at[m]]
        for k in range(len(bits)):
            words[m, k >> 6] |= np.uint64((has & bits[k]) != 0) << np.uint64(k & 63)


@kernel
def put(mask: Flags, at: Int64, bit: int, words: Words) -> None:
    """Set a bit where a mask is true."""
    w, shift = bit >> 6, np.uint64(bit & 63)
    for m in range(len(at)):
        words[m, w] |= np.uint64(mask[at[m]]) << shift


@kernel
def put_codes(code: NDArray[Any], at: Int64, table: Words, words: Words) -> None:
    """Set the bits that the table has for each code + 1."""
    for m in range(len(at)):
        row = np.int64(code[at[m]]) + 1
        for w in range(words.shape[1]):
            words[m, w] |= table[row, w]


@kernel
def day_ends(ts: Int64, flagged: Flags, days: int, changes: Int64, shifts: Int64, out: Int64) -> None:
    """Where flagged, the last instant of the local day of ts (or of so many days from it on)."""
    for m in range(len(ts)):
        out[m] = day_end(ts[m], days, changes, shifts) if flagged[m] else ts[m]


@kernel
def day_end(instant: int, days: int, changes: Int64, shifts: Int64) -> int:
    """The last µs of so many local days from that of an instant on. changes, shifts: offset_changes of the zone."""
    here = np.searchsorted(changes, instant, side="right") - 1
    local = (instant + shifts[here]) // _DAY + days
    end = local * _DAY - shifts[here]
    there = np.searchsorted(changes, end, side="right") - 1
    last: int = local * _DAY - shifts[there] - 1
    return last
