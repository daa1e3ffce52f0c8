"""The stage contract (docs/reference/stages.md), one customer at a time, over plain arrays.

In: a chunk of trails and a Plan's arrays. Out: rows of `out`, one a visit, in the columns named below.
Judged by tests/twins/placement.py. Serial and without the GIL; place.py spreads chunks over threads.

Long because: the state machine is one thing to check by eye against one page; its parts are inlined helpers.
"""

from __future__ import annotations

import numba
import numpy as np

from desirepath.core.times import DAY, FOREVER, NEVER

# Columns of a visit's row.
(
    CUSTOMER,
    TRACK,
    PASS,
    START,
    STAGE,
    SKIPPED,
    ENTERED,
    ENTRY,
    ENDED,
    END,
    OUTCOME,
    NEXT,
    SUCCEEDED,
    SUCCESS,
    KNOWLEDGE,
    DEADLINE,
    ACTIVE,
    PASS_ENDED,
    PASS_OUTCOME,
    WON_BACK,
) = range(20)
COLUMNS = 20

# The state of a customer, one int64 each.
(
    S_STAGE,  # of the current visit, −1 outside a pass
    S_BOUGHT,
    S_ENTRY_CLOCK,
    S_ACTIVITY,
    S_WAIT,
    S_IS_ACTIVE,
    S_ACTIVE_END,
    S_PASSES,
    S_PASS_ROW,  # the pass's first row
    S_VISIT_ROW,  # the current visit's row
    S_START,
    S_ROW,  # the next free row
) = range(12)
STATE = 12

BIT = np.int64(1)
STAGE_MASK = np.int64(0xFFFF)
GOAL_SHIFT, EXIT_SHIFT = np.int64(16), np.int64(32)
IS_CUSTOMER, IS_DATE_ONLY = np.int64(1 << 48), np.int64(1 << 51)
IS_START, IS_END = np.int64(1 << 53), np.int64(1 << 54)
NOON = np.int64(DAY // 2)

_jit = numba.njit(cache=True, nogil=True)


@_jit
def _rank(bits: int, stages: int) -> int:
    """2s + 1 for the highest stage entered, 2s + 2 for the highest goal reached; 0 for neither."""
    rank = 0
    for s in range(stages):
        if bits >> s & BIT:
            rank = max(rank, 2 * s + 1)
        if bits >> (GOAL_SHIFT + s) & BIT:
            rank = max(rank, 2 * s + 2)
    return rank


@_jit
def _day_end(start: int, zone_from: np.ndarray, zone_offset: np.ndarray) -> int:
    """The next local midnight after a local midnight, in UTC: days have 23 to 25 hours."""
    here = np.searchsorted(zone_from, start, side="right") - 1
    there = np.searchsorted(zone_from, start + DAY, side="right") - 1
    return start + DAY + zone_offset[here] - zone_offset[there]


@_jit
def _effective(p, first, last, ts, bits, ranks, zone_from, zone_offset):  # type: ignore[no-untyped-def]
    """The effective time of the date-only event p of the customer at [first, last)."""
    start, rank = ts[p], ranks[p - first]
    end = _day_end(start, zone_from, zone_offset)
    exits = bits[p] >> EXIT_SHIFT & STAGE_MASK != 0
    best = start
    if rank == 0 and not exits:
        return best
    for q in range(first, last):
        if ts[q] >= end:
            break
        if ts[q] < start or bits[q] & IS_DATE_ONLY:
            continue
        other = ranks[q - first]
        if rank == 0:
            if other > 0:
                best = ts[q]
        elif other > rank:
            break
        elif 0 < other < rank:
            best = ts[q]
    return best


@_jit
def _order(first, last, ts, bits, stages, zone_from, zone_offset, order, when, ranks):  # type: ignore[no-untyped-def]
    """Fill order (positions), when (effective times) by place, and ranks by event: (when, rank, stored order)."""
    n = last - first
    sorted_already = True
    for i in range(n):
        p = first + i
        ranks[i] = _rank(bits[p], stages)
        order[i], when[i] = p, ts[p]
        if bits[p] & IS_DATE_ONLY or (i > 0 and ts[p] == ts[p - 1] and ranks[i] < ranks[i - 1]):
            sorted_already = False
    if sorted_already:
        return
    times = np.empty(n, np.int64)
    for i in range(n):
        p = first + i
        times[i] = ts[p]
        if bits[p] & IS_DATE_ONLY:
            times[i] = _effective(p, first, last, ts, bits, ranks, zone_from, zone_offset)
    # Stable: by rank within stored order first, then by time.
    by_rank = np.argsort(ranks[:n], kind="mergesort")
    by_time = np.argsort(times[by_rank], kind="mergesort")
    for i in range(n):
        j = by_rank[by_time[i]]
        order[i], when[i] = first + j, times[j]


@_jit
def _clock_time(p, effective, ts, bits):  # type: ignore[no-untyped-def]
    """When the clock starts for an event: midday of a date-only event, else its time."""
    if bits[p] & IS_DATE_ONLY:
        return max(effective, ts[p] + NOON)
    return effective


@_jit
def _deadline(state, lapse):  # type: ignore[no-untyped-def]
    """When the current visit's clock runs out; FOREVER while the customer is active or waits for us."""
    if state[S_IS_ACTIVE] or state[S_WAIT] == FOREVER:
        return FOREVER
    since = max(state[S_ENTRY_CLOCK], state[S_ACTIVITY], state[S_WAIT], state[S_ACTIVE_END])
    allowed = lapse[state[S_STAGE]]
    if since > FOREVER - allowed:
        return FOREVER
    return since + allowed


@_jit
def _new_row(out, state, customer, track, stage, skipped, at, p):  # type: ignore[no-untyped-def]
    """Open a row for a visit (or a skipped stage) entered at `at` by the event at p."""
    r = state[S_ROW]
    row = out[r]
    row[:] = 0
    row[CUSTOMER], row[TRACK], row[PASS] = customer, track, state[S_PASSES] - 1
    row[START], row[STAGE], row[SKIPPED] = state[S_START], stage, skipped
    row[ENTERED], row[ENTRY] = at, p
    row[ENDED], row[END], row[NEXT] = NEVER, -1, -1
    row[SUCCEEDED], row[SUCCESS] = NEVER, -1
    row[DEADLINE], row[ACTIVE] = FOREVER, at
    row[PASS_ENDED], row[WON_BACK] = NEVER, NEVER
    state[S_ROW] = r + 1
    return r


@_jit
def _skip(out, state, customer, track, low, high, reached, at, p):  # type: ignore[no-untyped-def]
    """Rows for the stages low … high − 1, jumped over on the way to `reached` (−1: out at the far end)."""
    for s in range(low, high):
        row = out[_new_row(out, state, customer, track, s, 1, at, p)]
        row[ENDED], row[END], row[OUTCOME], row[NEXT], row[DEADLINE] = at, p, 1, reached, at


@_jit
def _enter(out, state, customer, track, stage, at, p, clock):  # type: ignore[no-untyped-def]
    """Begin a visit and start its clock."""
    state[S_VISIT_ROW] = _new_row(out, state, customer, track, stage, 0, at, p)
    state[S_STAGE] = stage
    state[S_ENTRY_CLOCK] = clock


@_jit
def _end_visit(out, state, at, p, outcome, reached, lapse):  # type: ignore[no-untyped-def]
    row = out[state[S_VISIT_ROW]]
    row[DEADLINE] = _deadline(state, lapse)
    row[ENDED], row[END], row[OUTCOME], row[NEXT] = at, p, outcome, reached


@_jit
def _end_pass(out, state, at, outcome):  # type: ignore[no-untyped-def]
    for r in range(state[S_PASS_ROW], state[S_ROW]):
        out[r, PASS_ENDED], out[r, PASS_OUTCOME] = at, outcome
    state[S_STAGE] = -1


@_jit
def _begin_pass(state, start):  # type: ignore[no-untyped-def]
    state[S_PASSES] += 1
    state[S_START] = start
    state[S_PASS_ROW] = state[S_ROW]


@_jit
def _look_at_clock(out, state, at, lapse, knowledge):  # type: ignore[no-untyped-def]
    """End the visit as lapsed where its deadline is before `at` and we would know of anything until then."""
    if state[S_STAGE] < 0:
        return
    deadline = _deadline(state, lapse)
    if deadline < at and deadline <= knowledge[state[S_STAGE]]:
        _end_visit(out, state, deadline, -1, 3, -1, lapse)
        _end_pass(out, state, deadline, 3)


@_jit
def _succeed(out, state, hits, p, at, has_goal, repeat):  # type: ignore[no-untyped-def]
    """Mark the first success of each visit of this pass whose stage's goal is among `hits`."""
    for r in range(state[S_PASS_ROW], state[S_ROW]):
        row = out[r]
        s = row[STAGE]
        if row[SKIPPED] or not has_goal[s] or not hits >> s & BIT or row[SUCCEEDED] != NEVER:
            continue
        if repeat[s] and row[ENTRY] == p:
            continue
        row[SUCCEEDED], row[SUCCESS] = at, p


@_jit
def _advance(out, state, customer, track, to, at, p, clock, lapse, has_goal, stages):  # type: ignore[no-untyped-def]
    """End the current visit as advanced to `to` (stages or above: out at the far end, −1)."""
    here = state[S_STAGE]
    reached = to if to < stages else -1
    _end_visit(out, state, at, p, 1, reached, lapse)
    if not has_goal[here]:
        row = out[state[S_VISIT_ROW]]
        row[SUCCEEDED], row[SUCCESS] = at, p
    _skip(out, state, customer, track, here + 1, min(to, stages), reached, at, p)
    if to < stages:
        _enter(out, state, customer, track, to, at, p, clock)


@_jit
def _learn(p, bits, reached, matched, after, has_goal, repeat, stages):  # type: ignore[no-untyped-def]
    """Steps 1 and 2 of an event, whatever the pass: (goals hit, highest stage it is evidence for or −1).

    reached: bit set of the stages whose goal (or, without a goal, evidence) was ever reached, in item 0.
    matched: per stage, whether an earlier event matched a `repeat` stage's enter rule.
    """
    enter, goal = bits[p] & STAGE_MASK, bits[p] >> GOAL_SHIFT & STAGE_MASK
    hits = np.int64(0)
    for s in range(stages):
        if has_goal[s] and goal >> s & BIT and (not repeat[s] or matched[s]):
            hits |= BIT << s
        if repeat[s] and goal >> s & BIT:
            matched[s] = 1
    reached[0] |= hits
    level = -1
    for s in range(stages - 1, -1, -1):
        if not enter >> s & BIT:
            continue
        if after[s] < 0 or reached[0] >> after[s] & BIT or (after[s] == s and not has_goal[s]):
            level = s
            break
    if level >= 0 and not has_goal[level]:
        reached[0] |= BIT << level
    return hits, level


@_jit
def _act(out, state, customer, track, p, at, ts, bits, waits, hits, level, plan_arrays, stages, advances, returns_to):  # type: ignore[no-untyped-def]
    """Steps 3 to 7 of an event. `stages` is the last stage + 1 that this track has."""
    lapse, has_goal, repeat = plan_arrays
    clock = _clock_time(p, at, ts, bits)
    is_customer = bits[p] & IS_CUSTOMER != 0
    bought_before = state[S_BOUGHT] != 0
    purchase = advances >= 0 and hits >> advances & BIT != 0
    completes = purchase and advances == stages - 1
    if purchase and not completes:
        level = max(level, advances + 1)
    if level >= stages:  # the repeat track knows nothing of later stages
        level = -1
    if state[S_STAGE] >= 0:
        if level > state[S_STAGE]:
            _advance(out, state, customer, track, level, at, p, clock, lapse, has_goal, stages)
    elif track == 0 and bought_before and returns_to >= 0:
        exits = bits[p] >> EXIT_SHIFT & STAGE_MASK != 0
        if (is_customer and not exits) or level >= returns_to:
            _begin_pass(state, 2)
            _enter(out, state, customer, track, max(returns_to, level), at, p, clock)
    elif level >= 0 or (completes and track == 0):
        first = state[S_PASSES] == 0
        _begin_pass(state, 0 if first else 1)
        if level >= 0:
            if first and track == 0:
                _skip(out, state, customer, track, 0, level, level, at, p)
            _enter(out, state, customer, track, level, at, p, clock)
        else:
            _skip(out, state, customer, track, 0, stages, -1, at, p)
            _end_pass(out, state, at, 1)
    if state[S_STAGE] >= 0:
        _succeed(out, state, hits, p, at, has_goal, repeat)
        row = out[state[S_VISIT_ROW]]
        if is_customer:
            row[ACTIVE] = max(row[ACTIVE], at)
        if purchase and state[S_START] == 2 and out[state[S_PASS_ROW], WON_BACK] == NEVER:
            out[state[S_PASS_ROW], WON_BACK] = at
        if completes:
            _advance(out, state, customer, track, stages, at, p, clock, lapse, has_goal, stages)
            _end_pass(out, state, at, 1)
    if purchase:
        state[S_BOUGHT] = 1
    _keep_alive(state, p, clock, bits, waits, is_customer)


@_jit
def _keep_alive(state, p, clock, bits, waits, is_customer):  # type: ignore[no-untyped-def]
    """Step 7: activity, waits and subscriptions move the clock."""
    if is_customer:
        state[S_ACTIVITY] = max(state[S_ACTIVITY], clock)
    state[S_WAIT] = max(state[S_WAIT], waits[p])
    if bits[p] & IS_START:
        state[S_IS_ACTIVE] = 1
    if bits[p] & IS_END:
        state[S_IS_ACTIVE] = 0
        state[S_ACTIVE_END] = max(state[S_ACTIVE_END], clock)


@_jit
def _walk(out, row, customer, track, first, last, order, when, ts, bits, waits, lapse, after, has_goal, repeat, knowledge, all_stages, advances, returns_to):  # type: ignore[no-untyped-def]
    """One customer on one track; returns the next free row, or −1 where `out` was too small."""
    n = last - first
    stages = all_stages if track == 0 else advances + 1
    state = np.zeros(STATE, np.int64)
    state[S_STAGE], state[S_ROW] = -1, row
    state[S_ENTRY_CLOCK] = state[S_ACTIVITY] = state[S_WAIT] = state[S_ACTIVE_END] = NEVER
    reached, matched = np.zeros(1, np.int64), np.zeros(all_stages, np.int64)
    arrays = (lapse, has_goal, repeat)
    i = 0
    while i < n:
        j = i + 1
        while j < n and when[j] == when[i]:
            j += 1
        if state[S_ROW] + (j - i) * 2 * (all_stages + 1) > len(out):
            return -1
        at = when[i]
        _look_at_clock(out, state, at, lapse, knowledge)
        for k in range(i, j):
            p = order[k]
            hits, level = _learn(p, bits, reached, matched, after, has_goal, repeat, all_stages)
            if track == 1 and not state[S_BOUGHT]:
                if hits >> advances & BIT:
                    state[S_BOUGHT] = 1
                _keep_alive(state, p, _clock_time(p, at, ts, bits), bits, waits, bits[p] & IS_CUSTOMER != 0)
                continue
            _act(out, state, customer, track, p, at, ts, bits, waits, hits, level, arrays, stages, advances, returns_to)
        for k in range(i, j):
            if state[S_STAGE] >= 0 and bits[order[k]] >> (EXIT_SHIFT + state[S_STAGE]) & BIT:
                _end_visit(out, state, at, order[k], 2, -1, lapse)
                _end_pass(out, state, at, 2)
        i = j
    _look_at_clock(out, state, FOREVER, lapse, knowledge)
    if state[S_STAGE] >= 0:
        out[state[S_VISIT_ROW], DEADLINE] = _deadline(state, lapse)
    return state[S_ROW]


@_jit
def place_chunk(low, high, offset, ts, bits, waits, lapse, after, has_goal, repeat, knowledge, advances, returns_to, zone_from, zone_offset, out):  # type: ignore[no-untyped-def]
    """Place the customers low … high − 1 of a shard; returns how many rows of `out` were filled, or −1 (too small).

    out: int64 [rows, COLUMNS], sorted by customer, track, pass, entry.
    """
    stages = len(lapse)
    longest = 1
    for c in range(low, high):
        longest = max(longest, offset[c + 1] - offset[c])
    order, when = np.empty(longest, np.int64), np.empty(longest, np.int64)
    ranks = np.empty(longest, np.int64)
    row = 0
    for c in range(low, high):
        first, last = offset[c], offset[c + 1]
        _order(first, last, ts, bits, stages, zone_from, zone_offset, order, when, ranks)
        began = row
        row = _walk(out, row, c, 0, first, last, order, when, ts, bits, waits, lapse, after, has_goal, repeat, knowledge, stages, advances, returns_to)
        if row >= 0 and 0 <= advances < stages - 1:
            row = _walk(out, row, c, 1, first, last, order, when, ts, bits, waits, lapse, after, has_goal, repeat, knowledge, stages, advances, returns_to)
        if row < 0:
            return -1
        won_back = NEVER
        for r in range(began, row):
            if r == began or out[r, PASS] != out[r - 1, PASS] or out[r, TRACK] != out[r - 1, TRACK]:
                won_back = out[r, WON_BACK]
            out[r, WON_BACK] = won_back
            out[r, KNOWLEDGE] = knowledge[out[r, STAGE]]
    return row
