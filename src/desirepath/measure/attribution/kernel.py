"""The loops of attribution: the journeys of one customer after another, and what each of them adds to the tallies.

Everything is added up in whole numbers, so that neither the order nor the number of threads can change an answer.
"""

from __future__ import annotations

import numpy as np

from desirepath.core.compiled import kernel
from desirepath.core.times import FOREVER, NEVER

LOST, CONVERTED, IN_FLIGHT = 0, 1, 2
# What an event may belong to, where journeys are cut along passes or visits (`frame`).
OVER, GOING_ON, BEGINS = 1, 2, 4
# A conversion's credit, and one minor unit of value, in whole parts: what is dealt out sums exactly.
UNIT, PENNY = 1 << 32, 1 << 10
FIRST, LAST, LINEAR, POSITION, DECAY = range(5)

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_A, _B = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_ONE = np.uint64(1)
_U30, _U27, _U31, _U32 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(32)


@kernel
def group_of(customer, groups):  # type: ignore[no-untyped-def]
    """Which of the groups a customer is dealt to: by the code alone (SplitMix64), so that all runs deal alike."""
    x = (np.uint64(customer) + np.uint64(1)) * _GOLDEN
    x = (x ^ (x >> _U30)) * _A
    x = (x ^ (x >> _U27)) * _B
    x ^= x >> _U31
    return np.int64((x >> _U32) * np.uint64(groups) >> _U32)


@kernel
def _without_weak(path, at, begin, filled, weak, collapse):  # type: ignore[no-untyped-def]
    """Take the weak touches out of begin … filled, unless there are no others; returns the new end."""
    strong = False
    for i in range(begin, filled):
        strong |= not weak[path[i]]
    if not strong:
        return filled
    out = begin
    for i in range(begin, filled):
        k = path[i]
        if weak[k]:
            continue
        if collapse and out > begin and path[out - 1] == k:
            at[out - 1] = at[i]
            continue
        path[out], at[out] = k, at[i]
        out += 1
    return out


@kernel
def _in_time(path, at, begin, filled, base, entry, p, ts, code, lookback, expired):  # type: ignore[no-untyped-def]
    """Take the touches out that are too long before the conversion p; returns the new end and the first touch left."""
    oldest = ts[p] - lookback
    while entry < p and (code[entry] < 0 or ts[entry] < oldest):
        expired[0] += code[entry] >= 0
        entry += 1
    skip = 0
    while begin + skip < filled and ts[base + at[begin + skip]] < oldest:
        skip += 1
    if skip:
        for i in range(begin + skip, filled):
            path[i - skip], at[i - skip] = path[i], at[i]
    return filled - skip, entry


@kernel
def _along(p, end, code, convert, bit, b, filled, base, collapse, path, at):  # type: ignore[no-untyped-def]
    """Along the touches to the next conversion or the customer's end, where nothing else can end a journey."""
    # Unsigned, since a place that might be negative would be looked at twice by the compiled code.
    here, last, place, start = np.uint64(p), np.uint64(end), np.uint64(filled), np.uint64(base)
    before = -1
    while here < last and convert[here] & bit == 0:
        k = code[here]
        if k >= 0:
            place += np.uint64(k != before or not collapse)
            path[place - _ONE], at[place - _ONE] = k, here - start
            before = k
        here += _ONE
    return np.int64(here), np.int64(place)


@kernel
def _along_in_time(p, end, ts, code, convert, bit, b, filled, base, collapse, lookback, path, at):  # type: ignore[no-untyped-def]
    """The same, and no further than a silence longer than the lookback."""
    here, last, place, start = np.uint64(p), np.uint64(end), np.uint64(filled), np.uint64(base)
    before, until = -1, FOREVER
    while here < last and convert[here] & bit == 0:
        k = code[here]
        if k >= 0:
            if ts[here] > until:
                break
            until = ts[here] + lookback
            place += np.uint64(k != before or not collapse)
            path[place - _ONE], at[place - _ONE] = k, here - start
            before = k
        here += _ONE
    return np.int64(here), np.int64(place)


@kernel
def _along_in_frame(p, end, code, convert, bit, frame, b, filled, base, collapse, path, at):  # type: ignore[no-untyped-def]
    """The same, in time for as long as the pass or visit does not change."""
    before = -1
    while p < end and convert[p] & bit == 0 and not (filled > b and frame[p] & BEGINS):
        k = code[p]
        if k >= 0 and frame[p] > 0:
            filled += k != before or not collapse
            path[filled - 1], at[filled - 1] = k, p - base
            before = k
        p += 1
    return p, filled


@kernel
def lay(customers, low, high, columns, window, options, path, at, begin, fate, won, whose, expired):  # type: ignore[no-untyped-def]
    """Write the journeys of customers[low] … customers[high − 1] one after the other; returns how many.

    columns: offset, ts, code, convert, frame, asked (the last two may be empty). window: lookback (−1: none), known,
    earliest, latest. options: bit (of convert that says it), first_only, collapse,
    weak (empty: none). Out: journey j has the touches
    begin[j] … begin[j + 1] of path (codes) and at (events, counted from the first customer's first); fate; won: the
    conversion's event, −1 where none; whose: customer. expired[0] counts touches before their conversion's lookback.
    """
    offset, ts, code, convert, frame, asked = columns
    lookback, known, earliest, latest = window
    bit, first_only, collapse, weak = options
    base = offset[customers[low]] if low < high else 0
    framed, some, weakly = len(frame) > 0, len(asked) > 0, len(weak) > 0
    timed = lookback >= 0 and not framed
    bounded = earliest != NEVER or latest != FOREVER
    count = filled = b = 0
    begin[0] = 0
    for c in range(low, high):
        who = customers[c]
        p, end = offset[who], offset[who + 1]
        while True:
            # To the first touch, then along the touches to whatever may end the journey.
            while p < end and convert[p] & bit == 0 and (code[p] < 0 or (framed and frame[p] == 0)):
                p += 1
            entry = p
            if framed:
                p, filled = _along_in_frame(
                    p, end, code, convert, bit, frame, b, filled, base, collapse, path, at
                )
            elif timed:
                p, filled = _along_in_time(
                    p, end, ts, code, convert, bit, b, filled, base, collapse, lookback, path, at
                )
            else:
                p, filled = _along(p, end, code, convert, bit, b, filled, base, collapse, path, at)
            done = p < end and convert[p] & bit != 0
            if filled > b:
                last = base + at[filled - 1]
                if not done or (framed and frame[p] & BEGINS) or (timed and ts[p] - ts[last] > lookback):
                    # It ends here, without a conversion.
                    if (not some or asked[entry]) and (not bounded or earliest <= ts[entry] < latest):
                        going_on = frame[last] & GOING_ON if framed else timed and ts[last] + lookback > known
                        fate[count], won[count], whose[count] = (IN_FLIGHT if going_on else LOST), -1, who
                        count += 1
                        b = _without_weak(path, at, b, filled, weak, collapse) if weakly else filled
                        begin[count] = b
                    filled = b
                    entry = p
                    if p < end and not done:
                        continue
                elif timed and ts[p] - ts[entry] > lookback:
                    filled, entry = _in_time(path, at, b, filled, base, entry, p, ts, code, lookback, expired)
            if p == end:
                break
            if (not some or asked[entry]) and (not bounded or earliest <= ts[entry] < latest):
                fate[count], won[count], whose[count] = CONVERTED, p, who
                count += 1
                b = _without_weak(path, at, b, filled, weak, collapse) if weakly else filled
                begin[count] = b
            filled = b
            if first_only:
                break
            p += 1
    return count


@kernel
def tally_counts(count, begin, fate, won, whose, value, counts):  # type: ignore[no-untyped-def]
    """Into counts [groups, 9]: converted, their value, of them without a touch, the value of those, lost, in flight;
    then customers with a journey that was lost, converted, is in flight: a stretch holds all journeys of a customer."""
    groups, seen = len(counts), np.full(3, -1, np.int64)
    for j in range(count):
        g = group_of(whose[j], groups)
        if seen[fate[j]] != whose[j]:
            seen[fate[j]] = whose[j]
            counts[g, 6 + fate[j]] += 1
        if fate[j] == CONVERTED:
            worth = value[won[j]]
            counts[g, 0] += 1
            counts[g, 1] += worth
            if begin[j] == begin[j + 1]:
                counts[g, 2] += 1
                counts[g, 3] += worth
        elif fate[j] == LOST:
            counts[g, 4] += 1
        else:
            counts[g, 5] += 1


@kernel
def tally_links(count, path, begin, fate, won, whose, value, groups, channels, links):  # type: ignore[no-untyped-def]
    """Into links [groups × (channels + 1) × (channels + 3)], flat: steps from a channel (or, last row, the start) to
    each channel, to conversion, to loss; last column: the value of those conversions. Not of journeys in flight."""
    wide = np.uint64(channels + 3)
    for j in range(count):
        if fate[j] == IN_FLIGHT or begin[j] == begin[j + 1]:
            continue
        mine = np.uint64(group_of(whose[j], groups) * (channels + 1)) * wide
        here = mine + np.uint64(channels) * wide
        for i in range(np.uint64(begin[j]), np.uint64(begin[j + 1])):
            k = np.uint64(path[i])
            links[here + k] += 1
            here = mine + k * wide
        end = np.int64(here) + channels
        if fate[j] == CONVERTED:
            links[end] += 1
            links[end + 2] += value[won[j]]
        else:
            links[end + 1] += 1


@kernel
def _give(mine, worth, k, part, left):  # type: ignore[no-untyped-def]
    """Give `part` of a conversion to channel k; returns what is left of its value."""
    mine[0, k] += part
    money = np.int64(np.floor(worth * (part / UNIT)))
    mine[1, k] += money
    return left - money


@kernel
def tally_rules(  # type: ignore[no-untyped-def]
    count, path, at, base, begin, fate, won, whose, value, ts, which, ends, half_life, weight, credit
):
    """Into credit [groups, rules, 2, channels]: each conversion in UNITs and its value in PENNYs, by each rule.

    which: the rule (FIRST … DECAY) of each place of `credit`. ends: what the first and the last get by POSITION, of 1;
    the others share the rest. half_life: µs. weight: scratch, as long as the longest path. What rounding leaves over
    goes to the last touch.
    """
    groups = len(credit)
    for j in range(count):
        b, e = begin[j], begin[j + 1]
        if fate[j] != CONVERTED or b == e:
            continue
        n, p = e - b, won[j]
        worth = value[p] * float(PENNY)
        mine = credit[group_of(whose[j], groups)]
        for r in range(len(which)):
            rule = which[r]
            if rule in (FIRST, LAST):
                k = path[b] if rule == FIRST else path[e - 1]
                mine[r, 0, k] += UNIT
                mine[r, 1, k] += value[p] * PENNY
                continue
            left, money = UNIT, value[p] * PENNY
            if rule == LINEAR:
                part = UNIT // n
                for i in range(b, e - 1):
                    money = _give(mine[r], worth, path[i], part, money)
                left -= part * (n - 1)
            elif rule == POSITION:
                front, middle = int(UNIT * ends[0]), 0
                if n == 2:
                    both = ends[0] + ends[1]
                    front = int(UNIT * (ends[0] / both)) if both > 0 else UNIT // 2
                elif n > 2:
                    middle = int(UNIT * max(1 - ends[0] - ends[1], 0.0) / (n - 2))
                for i in range(b, e - 1):
                    part = front if i == b else middle
                    money = _give(mine[r], worth, path[i], part, money)
                    left -= part
            else:
                total = 0.0
                for i in range(b, e):
                    weight[i - b] = 0.5 ** ((ts[base + at[e - 1]] - ts[base + at[i]]) / half_life)
                    total += weight[i - b]
                for i in range(b, e - 1):
                    part = int(UNIT * (weight[i - b] / total))
                    money = _give(mine[r], worth, path[i], part, money)
                    left -= part
            mine[r, 0, path[e - 1]] += left
            mine[r, 1, path[e - 1]] += money


@kernel
def tally_sets(count, path, begin, fate, won, whose, value, met, seen_in, seen_by, credit, found):  # type: ignore[no-untyped-def]
    """Which channels did each journey meet, whatever the order and the repeats?

    met [channels, 4]: journeys lost, converted, in flight, that met it; customers with a conversion that did.
    credit [groups, 2, channels]: each conversion dealt equally to the channels met, as tally_rules does; what rounding
    leaves over goes to the channel met last. seen_in, seen_by, found: scratch by channel; the first two begin at −1,
    and seen_by goes on from call to call.
    """
    groups = len(credit)
    seen_in[:] = -1
    for j in range(count):
        b, e, f = begin[j], begin[j + 1], fate[j]
        size = 0
        for i in range(b, e):
            k = path[i]
            if seen_in[k] == j:
                continue
            seen_in[k] = j
            met[k, f] += 1
            if f == CONVERTED and seen_by[k] != whose[j]:
                seen_by[k] = whose[j]
                met[k, 3] += 1
            found[size] = k
            size += 1
        if f == CONVERTED and size:
            mine = credit[group_of(whose[j], groups)]
            part, money = UNIT // size, value[won[j]] * PENNY
            worth = float(money)
            for i in range(size - 1):
                money = _give(mine, worth, found[i], part, money)
            mine[0, found[size - 1]] += UNIT - part * (size - 1)
            mine[1, found[size - 1]] += money


@kernel
def steps(count, path, begin, fate, won, whose, value, groups, channels, order, source, target, group, worth):  # type: ignore[no-untyped-def]
    """The steps of order k: from the last k touches to the last k touches; returns how many.

    A state is a number, its digits to the base channels + 1 the codes + 1 of the last k touches; 0 is the start.
    target: −1 conversion (worth: its value), −2 loss.
    """
    base = channels + 1
    most = 1
    for _ in range(order - 1):
        most *= base
    filled = 0
    for j in range(count):
        if fate[j] == IN_FLIGHT or begin[j] == begin[j + 1]:
            continue
        g, here = group_of(whose[j], groups), 0
        for i in range(begin[j], begin[j + 1]):
            then = here % most * base + path[i] + 1
            source[filled], target[filled], group[filled], worth[filled] = here, then, g, 0
            here = then
            filled += 1
        won_it = fate[j] == CONVERTED
        source[filled], target[filled], group[filled] = here, (-1 if won_it else -2), g
        worth[filled] = value[won[j]] if won_it else 0
        filled += 1
    return filled
