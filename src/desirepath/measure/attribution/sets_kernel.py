"""The loops of Shapley values: which channels a journey met, each set once, and what each channel adds."""

from __future__ import annotations

import numpy as np

from desirepath.core.compiled import kernel
from desirepath.measure.attribution.kernel import CONVERTED, IN_FLIGHT, group_of

_A, _START = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x9E3779B97F4A7C15)
_U31 = np.uint64(31)


@kernel
def sets_of(count, path, begin, fate, won, whose, value, groups, seen, flat, ends, group, sums):  # type: ignore[no-untyped-def]
    """The set of channels, ascending, that each journey whose end is known met; returns how many journeys.

    flat, ends: the sets one after the other. group: of customers. sums [journeys, 3]: won, 1, value. seen: scratch by
    channel, −1 at first.
    """
    kept = filled = 0
    for j in range(count):
        if fate[j] == IN_FLIGHT or begin[j] == begin[j + 1]:
            continue
        start = filled
        for i in range(begin[j], begin[j + 1]):
            k = path[i]
            if seen[k] == j:
                continue
            seen[k] = j
            place = filled
            while place > start and flat[place - 1] > k:
                flat[place] = flat[place - 1]
                place -= 1
            flat[place] = k
            filled += 1
        done = fate[j] == CONVERTED
        group[kept] = group_of(whose[j], groups)
        sums[kept, 0], sums[kept, 1], sums[kept, 2] = done, 1, value[won[j]] if done else 0
        kept += 1
        ends[kept] = filled
    return kept


@kernel
def number_sets(flat, ends, table, first, number):  # type: ignore[no-untyped-def]
    """number[i]: which of the distinct sets the i-th is, in order of appearance; first: where each appears first.

    Returns how many are distinct. table: a power of two of −1, more than twice as many as sets: open addressing.
    """
    last, distinct = np.uint64(len(table) - 1), 0
    for i in range(len(ends) - 1):
        b, e = ends[i], ends[i + 1]
        x = _START
        for j in range(b, e):
            x = (x ^ np.uint64(flat[j])) * _A
            x ^= x >> _U31
        slot = np.int64(x & last)
        while True:
            k = table[slot]
            if k < 0:
                table[slot] = first_seen = distinct
                first[distinct] = i
                number[i] = first_seen
                distinct += 1
                break
            o = ends[first[k]]
            same = ends[first[k] + 1] - o == e - b
            for j in range(b, e):
                if not same:
                    break
                same = flat[j] == flat[o + j - b]
            if same:
                number[i] = k
                break
            slot = (slot + 1) & np.int64(last)
    return distinct


@kernel
def walk_orders(begin, place, of, orders, found):  # type: ignore[no-untyped-def]
    """What each channel adds when it joins, in each of the orders. of [sets, 3]: won, over, worth.

    found [orders, channels, 2]: added to the rate and to the value per journey. A set counts from the channel on that
    completes it.
    """
    channels = orders.shape[1]
    rank, sums = np.empty(channels, np.int64), np.empty((channels, 3))
    for o in range(len(orders)):
        for i in range(channels):
            rank[orders[o, i]] = i
        sums[:] = 0.0
        for s in range(len(begin) - 1):
            at = 0
            for i in range(begin[s], begin[s + 1]):
                at = max(at, rank[place[i]])
            for m in range(3):
                sums[at, m] += of[s, m]
        won = over = worth = rate = mean = 0.0
        for i in range(channels):
            won, over, worth = won + sums[i, 0], over + sums[i, 1], worth + sums[i, 2]
            now = won / over if over > 0 else 0.0
            each = worth / over if over > 0 else 0.0
            found[o, orders[o, i], 0], found[o, orders[o, i], 1] = now - rate, each - mean
            rate, mean = now, each
