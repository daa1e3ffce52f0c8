"""The loops that count a funnel as ClickHouse and PostHog document and test it; nothing of it is how we count.

Each gives one level a customer: how many steps, 0 for none. Steps are bits 0 … steps − 1 of words.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desirepath.core.compiled import kernel

Int64 = NDArray[np.int64]
Words = NDArray[np.uint64]
Flags = NDArray[np.bool_]


@kernel
def _is(words: Words, q: int, bit: int) -> bool:
    found: bool = (words[q, bit >> 6] >> np.uint64(bit & 63)) & np.uint64(1) != 0
    return found


@kernel
def _sorted(
    ts: Int64, words: Words, may: Flags, low: int, high: int, steps: int, unmatched: bool, out: Int64
) -> int:
    """Pairs (event, step) by time, then step; step −1, where asked for, is an event that is none. Returns how many."""
    n, a = 0, low
    while a < high:
        b = a
        while b < high and ts[b] == ts[a]:
            b += 1
        for step in range(-1 if unmatched else 0, steps):
            for q in range(a, b):
                if step >= 0:
                    meant = _is(words, q, step) and (step > 0 or may[q])
                else:
                    meant = True
                    for other in range(steps):
                        meant = meant and not _is(words, q, other)
                if meant:
                    out[n, 0], out[n, 1] = q, step
                    n += 1
        a = b
    return n


@kernel
def _highest(valid: Flags) -> int:
    level = 0
    for i in range(len(valid)):
        if valid[i]:
            level = i + 1
    return level


@kernel
def _window_funnel(
    ts: Int64,
    pairs: Int64,
    n: int,
    steps: int,
    window: int,
    order: bool,
    once_each: bool,
    increase: bool,
) -> int:
    valid, first, last = np.zeros(steps, np.bool_), np.zeros(steps, np.int64), np.zeros(steps, np.int64)
    for k in range(n):
        at, i = ts[pairs[k, 0]], pairs[k, 1]
        if i < 0:
            if valid[0]:
                break
        elif i == 0:
            first[0], last[0], valid[0] = at, at, True
        elif (once_each and valid[i]) or (order and valid[0] and not valid[i - 1]):
            break
        elif valid[i - 1] and at <= first[i - 1] + window and not (increase and last[i - 1] >= at):
            first[i], last[i], valid[i] = first[i - 1], at, True
            if i == steps - 1:
                break
    level: int = _highest(valid)
    return level


@kernel
def window_funnel(
    ts: Int64,
    words: Words,
    may: Flags,
    begin: Int64,
    steps: int,
    window: int,
    order: bool,
    once_each: bool,
    increase: bool,
    level: Int64,
) -> None:
    """ClickHouse's windowFunnel. order: strict_order; once_each: strict_deduplication; increase: strict_increase.
    A later first step begins anew for those that follow; a row can be several steps.
    """
    for c in range(len(begin) - 1):
        low, high = begin[c], begin[c + 1]
        pairs = np.empty(((high - low) * (steps + 1), 2), np.int64)
        n = _sorted(ts, words, may, low, high, steps, order, pairs)
        level[c] = _window_funnel(ts, pairs, n, steps, window, order, once_each, increase)


@kernel
def _previous(step: int, at: int, window: int, optional: Flags, valid: Flags, start: Int64) -> int:
    """The step that a step follows: the one before, or, over optional ones, an earlier one in time; −1: none."""
    before = step - 1
    while before > 0 and not (valid[before] and at - start[before] <= window) and optional[before - 1]:
        before -= 1
    return before if valid[before] and at - start[before] <= window else -1


@kernel
def _take(
    q: int,
    at: int,
    step: int,
    several: bool,
    window: int,
    optional: Flags,
    valid: Flags,
    start: Int64,
    out: Flags,
    path: Int64,
    best: Int64,
) -> None:
    """One event as one step (from 1). best: the furthest step, whether it is excluded, when its attempt began."""
    before = _previous(step, at, window, optional, valid, start)
    if before < 0 or (valid[step] and start[step] == start[before]):
        return
    if several:
        for i in range(before):
            if path[before, i] == q:
                return
    if not out[before]:
        valid[step], start[step], out[step] = True, start[before], False
        path[step] = path[before]
        path[step, step - 1] = q
    if step > best[0] or (step == best[0] and best[1]):
        best[0], best[1], best[2] = step, out[before], start[before]


@kernel
def _exclude(
    at: int, step: int, window: int, optional: Flags, valid: Flags, start: Int64, out: Flags, best: Int64
) -> None:
    """An excluded event on the way to a step."""
    before = _previous(step, at, window, optional, valid, start)
    if before > 0 and not out[before] and not (valid[step] and start[step] == start[before]):
        out[before] = True
        if best[0] == before and at - best[2] <= window:
            best[1] = 1


@kernel
def ordered_attempts(
    ts: Int64,
    words: Words,
    may: Flags,
    begin: Int64,
    steps: int,
    window: int,
    strict: bool,
    optional: Flags,
    excluded: Int64,
    level: Int64,
) -> None:
    """PostHog's ordered and strict funnels; level −1 − n is a customer who is taken out, having reached n steps.

    For each step the latest attempt that reached it is kept. Events at one time are taken by step, and then break
    nothing. excluded: bit, first and last step (from 1) on the way to which it takes the customer out.
    """
    for c in range(len(begin) - 1):
        valid, out = np.zeros(steps + 1, np.bool_), np.zeros(steps + 1, np.bool_)
        start, best = np.zeros(steps + 1, np.int64), np.zeros(3, np.int64)
        path = np.full((steps + 1, steps), -1, np.int64)
        a, high = begin[c], begin[c + 1]
        while a < high and not valid[steps]:
            b = a
            alike = True
            while b < high and ts[b] == ts[a]:
                for w in range(words.shape[1]):
                    alike = alike and words[b, w] == words[a, w]
                b += 1
            valid[0], start[0], out[0] = True, ts[a], False
            if alike:
                for q in range(a, b):
                    for x in range(len(excluded)):
                        if _is(words, q, excluded[x, 0]):
                            for step in range(excluded[x, 2], excluded[x, 1] - 1, -1):
                                _exclude(ts[q], step, window, optional, valid, start, out, best)
                    for step in range(steps, 0, -1):
                        if _is(words, q, step - 1) and (step > 1 or may[q]):
                            _take(q, ts[q], step, False, window, optional, valid, start, out, path, best)
                    if strict:
                        for step in range(1, steps + 1):
                            valid[step] = valid[step] and _is(words, q, step - 1)
            else:
                for step in range(1, steps + 1):
                    for q in range(a, b):
                        if _is(words, q, step - 1) and (step > 1 or may[q]):
                            _take(q, ts[q], step, True, window, optional, valid, start, out, path, best)
            a = b
        level[c] = -1 - best[0] if best[1] else best[0]
