"""Where was each customer, when, and how did it end? "How a customer moves" of docs/reference/stages.md, compiled.

In: a chunk of customers' events and the rules of each track. Out: rows of `out`, one a visit.
A loop over one customer at a time, without the GIL: place.py spreads chunks over threads.
Judged by its slow twin, tests/twins/placement.py.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desirepath.core.compiled import kernel
from desirepath.core.times import DAY, FOREVER, NEVER
from desirepath.core.words import Outcome, Start, Track
from desirepath.journey.bits import ACTIVE_END, ACTIVE_START, BY_CUSTOMER, DATE_ONLY, EXIT, GOAL, MAX_STAGES

# Numba's cache knows of changes to a function's own file only: what calls each other stays in one file.

Int64 = NDArray[np.int64]
Rows = NDArray[np.void]  # of VISIT; a state and rules are records too: STATE, RULES (records.py)
Record = np.record

# Compiled code wants plain numbers.
JOURNEY = int(Track.JOURNEY)
FIRST, COMEBACK, RETURN = int(Start.FIRST), int(Start.COMEBACK), int(Start.RETURN)
_STAGES = (1 << MAX_STAGES) - 1
_TURNS = (
    _STAGES << GOAL | _STAGES << EXIT | ACTIVE_START | ACTIVE_END
)  # what moves a customer, but for `enter`
_NOON = DAY // 2
IN_FLIGHT, ADVANCED, LEFT, LAPSED = (
    int(one) for one in (Outcome.IN_FLIGHT, Outcome.ADVANCED, Outcome.LEFT, Outcome.LAPSED)
)


@kernel
def _clock_time(time: int, bits: int, effective: int) -> int:
    """When the clock starts for an event: its time; of a date-only event midday, or its effective time if later."""
    return max(effective, time + _NOON) if bits & DATE_ONLY else effective


@kernel
def _deadline(state: Record, rules: Record) -> int:
    """When the current visit's clock runs out; FOREVER while the customer is active or waits for us."""
    if state.is_active or state.wait == FOREVER:
        return FOREVER
    since = max(state.entry_clock, state.activity, state.wait, state.active_end)
    allowed = rules.lapse[state.stage]
    return FOREVER if since > FOREVER - allowed else since + allowed


# ---- rows -------------------------------------------------------------------------------------------


@kernel
def _new_row(row: Record, state: Record, stage: int, at: int, p: int, rules: Record) -> None:
    """Fill a row for a visit (or a skipped stage) that the event at p entered at `at`."""
    row.customer, row.track, row.pass_no = state.customer, rules.track, state.passes - 1
    row.start, row.stage, row.skipped = state.start, stage, False
    row.entered, row.entry_event = at, p
    row.ended, row.end_event, row.outcome, row.next_stage = NEVER, -1, IN_FLIGHT, -1
    row.succeeded, row.success_event = NEVER, -1
    row.knowledge, row.deadline, row.active = rules.knowledge[stage], FOREVER, at
    row.pass_ended, row.pass_outcome, row.won_back = NEVER, IN_FLIGHT, state.won_back


@kernel
def _skip(
    out: Rows, state: Record, low: int, high: int, reached: int, at: int, p: int, rules: Record
) -> None:
    """Rows for the stages low … high − 1, jumped over on the way to `reached` (−1: out at the far end)."""
    for s in range(low, high):
        row = out[state.row]
        _new_row(row, state, s, at, p, rules)
        row.skipped, row.deadline = True, at
        row.ended, row.end_event, row.outcome, row.next_stage = at, p, ADVANCED, reached
        state.row += 1


@kernel
def _enter(out: Rows, state: Record, stage: int, at: int, p: int, clock: int, rules: Record) -> None:
    """Begin a visit and start its clock."""
    _new_row(out[state.row], state, stage, at, p, rules)
    state.visit_row = state.row
    state.row += 1
    state.stage, state.entry_clock = stage, clock


@kernel
def _end_visit(
    row: Record, state: Record, at: int, p: int, outcome: int, reached: int, rules: Record
) -> None:
    row.deadline = _deadline(state, rules)
    row.ended, row.end_event, row.outcome, row.next_stage = at, p, outcome, reached
    if outcome == ADVANCED and not rules.with_goal >> state.stage & 1:
        row.succeeded, row.success_event = at, p


@kernel
def _begin_pass(state: Record, start: int) -> None:
    state.passes += 1
    state.start, state.won_back, state.pass_row = start, NEVER, state.row


@kernel
def _end_pass(out: Rows, state: Record, at: int, outcome: int) -> None:
    for r in range(state.pass_row, state.row):
        row = out[r]
        row.pass_ended, row.pass_outcome = at, outcome
    state.stage = -1


# ---- the clock and the steps of an event ------------------------------------------------------------


@kernel
def _lapse(out: Rows, state: Record, at: int, rules: Record) -> None:
    """The clock: end the visit where its deadline is before `at`, if we would know of anything until then."""
    deadline = _deadline(state, rules)
    if deadline < at and deadline <= rules.knowledge[state.stage]:
        _end_visit(out[state.visit_row], state, deadline, -1, LAPSED, -1, rules)
        _end_pass(out, state, deadline, LAPSED)


@kernel
def _learn(state: Record, bits: int, rules: Record) -> tuple[int, int]:
    """Steps 1 and 2: (bit set of the goals reached, the stage that the event is evidence for or −1)."""
    existing = (1 << rules.stages) - 1
    enter, goals = bits & existing, bits >> GOAL & existing & rules.with_goal
    if enter | goals == 0:
        return 0, -1
    again = goals & rules.repeats
    goals &= ~rules.repeats | state.matched
    state.matched |= again
    state.reached |= goals
    evidence = -1
    for s in range(rules.stages - 1, -1, -1):
        if enter >> s & 1 and (rules.after[s] < 0 or state.reached >> rules.after[s] & 1):
            evidence = s
            break
    if rules.advances >= 0 and goals >> rules.advances & 1:
        state.bought = 1
        if rules.advances + 1 < rules.stages:
            evidence = max(evidence, rules.advances + 1)
    if evidence >= 0:
        state.reached |= (1 << evidence) & ~rules.with_goal
    return goals, evidence


@kernel
def _goes_to(state: Record, bits: int, evidence: int, had_bought: int, rules: Record) -> int:
    """Step 3: the stage of the visit that the event begins, −1 where it moves nobody."""
    if state.stage >= 0:
        return evidence if evidence > state.stage else -1
    if had_bought and rules.returns_to >= 0:
        returns = bits & BY_CUSTOMER and not bits >> EXIT & _STAGES
        return max(rules.returns_to, evidence) if returns or evidence >= rules.returns_to else -1
    return evidence


@kernel
def _move(
    out: Rows, state: Record, to: int, at: int, p: int, clock: int, had_bought: int, rules: Record
) -> None:
    """Steps 3 and 4: on to a later stage, or a new pass."""
    if state.stage >= 0:
        _end_visit(out[state.visit_row], state, at, p, ADVANCED, to, rules)
        _skip(out, state, state.stage + 1, to, to, at, p, rules)
    elif had_bought and rules.returns_to >= 0:
        _begin_pass(state, RETURN)
    elif state.passes > 0:
        _begin_pass(state, COMEBACK)
    else:
        _begin_pass(state, FIRST)
        if rules.track == JOURNEY:
            _skip(out, state, 0, to, to, at, p, rules)
    _enter(out, state, to, at, p, clock, rules)


@kernel
def _succeed(out: Rows, state: Record, goals: int, at: int, p: int, rules: Record) -> None:
    """Step 5: the first success of each visit of this pass whose stage's goal was reached; the win-back."""
    if state.start == RETURN and state.won_back == NEVER and goals >> rules.advances & 1:
        state.won_back = at
    for r in range(state.pass_row, state.row):
        row = out[r]
        row.won_back = state.won_back
        if row.skipped or not goals >> row.stage & 1 or row.succeeded != NEVER:
            continue
        if not (rules.repeats >> row.stage & 1 and row.entry_event == p):
            row.succeeded, row.success_event = at, p


@kernel
def _complete(out: Rows, state: Record, at: int, p: int, rules: Record) -> None:
    """Step 6: out of the journey's far end."""
    if state.stage >= 0:
        _end_visit(out[state.visit_row], state, at, p, ADVANCED, -1, rules)
    elif rules.track == JOURNEY:
        _begin_pass(state, COMEBACK if state.passes > 0 else FIRST)
    else:
        return
    _skip(out, state, state.stage + 1, rules.stages, -1, at, p, rules)
    _end_pass(out, state, at, ADVANCED)


@kernel
def _keep_alive(state: Record, bits: int, clock: int, wait: int) -> None:
    """Step 7: activity, waits and subscriptions move the clock."""
    if bits & BY_CUSTOMER:
        state.activity = max(state.activity, clock)
    state.wait = max(state.wait, wait)
    if bits & ACTIVE_START:
        state.is_active = 1
    if bits & ACTIVE_END:
        state.is_active = 0
        state.active_end = max(state.active_end, clock)


# ---- a customer, a chunk ----------------------------------------------------------------------------


@kernel
def _act(
    out: Rows,
    state: Record,
    at: int,
    p: int,
    clock: int,
    bits: int,
    goals: int,
    evidence: int,
    had_bought: int,
    rules: Record,
) -> None:
    """Steps 3 to 6 of the event at p."""
    to = _goes_to(state, bits, evidence, had_bought, rules)
    if to >= 0:
        _move(out, state, to, at, p, clock, had_bought, rules)
    if state.stage >= 0 and bits & BY_CUSTOMER:
        row = out[state.visit_row]
        row.active = max(row.active, at)
    if goals:
        if state.stage >= 0:
            _succeed(out, state, goals, at, p, rules)
        if rules.advances == rules.stages - 1 and goals >> rules.advances & 1:
            _complete(out, state, at, p, rules)


@kernel
def _moves_nothing(state: Record, bits: int, rules: Record) -> bool:
    """Most events, quickly: all that they can do is keep the customer alive. False only says: look closely."""
    if bits & _TURNS:
        return False
    enter = bits & (1 << rules.stages) - 1
    if state.stage < 0:
        outside: bool = enter == 0 and (state.bought == 0 or rules.returns_to < 0)
        return outside
    # Evidence of stages that were passed is news only where an `after` may wait for it.
    within: bool = (enter >> (state.stage + 1) | enter & ~(rules.with_goal | state.reached)) == 0
    return within


@kernel
def _runs_out(state: Record, at: int, rules: Record) -> bool:
    """Whether a visit may have lapsed before `at`; _lapse knows."""
    out: bool = state.stage >= 0 and _deadline(state, rules) < at
    return out


@kernel
def _pass_by(out: Rows, state: Record, at: int, clock: int, bits: int, wait: int) -> None:
    """An event that moves nothing."""
    if state.stage >= 0 and bits & BY_CUSTOMER:
        row = out[state.visit_row]
        row.active = max(row.active, at)
    _keep_alive(state, bits, clock, wait)


@kernel
def _walk(
    out: Rows, state: Record, order: Int64, when: Int64, ts: Int64, bits: Int64, waits: Int64, rules: Record
) -> bool:
    """One customer on one track: their events, in order. False where `out` was too small."""
    i = 0
    while i < len(order):
        at = when[i]
        if _moves_nothing(state, bits[order[i]], rules) and not _runs_out(state, at, rules):
            _pass_by(
                out, state, at, _clock_time(ts[order[i]], bits[order[i]], at), bits[order[i]], waits[order[i]]
            )
            i += 1
            continue
        if state.stage >= 0:
            _lapse(out, state, at, rules)
        acting, j = i, i  # the events of this instant: i … j − 1; those from `acting` on move the customer
        while j < len(order) and when[j] == at:
            if state.row + 2 * (rules.stages + 1) > len(out):
                return False
            p = order[j]
            clock = _clock_time(ts[p], bits[p], at)
            had_bought = state.bought
            goals, evidence = _learn(state, bits[p], rules)
            if rules.track == JOURNEY or had_bought:
                _act(out, state, at, p, clock, bits[p], goals, evidence, had_bought, rules)
            else:
                acting = j + 1
            _keep_alive(state, bits[p], clock, waits[p])
            j += 1
        for k in range(acting, j):
            if state.stage >= 0 and bits[order[k]] >> (EXIT + state.stage) & 1:
                _end_visit(out[state.visit_row], state, at, order[k], LEFT, -1, rules)
                _end_pass(out, state, at, LEFT)
        i = j
    if state.stage >= 0:
        _lapse(out, state, FOREVER, rules)
    if state.stage >= 0:
        out[state.visit_row].deadline = _deadline(state, rules)
    return True


@kernel
def _begin(state: Record, customer: int, row: int) -> None:
    """A customer of whom nothing is known yet; their rows start at `row`."""
    state.customer, state.row, state.stage = customer, row, -1
    state.bought, state.reached, state.matched, state.passes, state.is_active = 0, 0, 0, 0, 0
    state.entry_clock, state.activity, state.wait, state.active_end = NEVER, NEVER, NEVER, NEVER


@kernel
def place_chunk(
    low: int,
    high: int,
    offset: Int64,
    order: Int64,
    when: Int64,
    ts: Int64,
    bits: Int64,
    waits: Int64,
    tracks: Rows,
    states: Rows,
    out: Rows,
) -> int:
    """Place the customers low … high − 1; returns how many rows of `out` were filled, or −1: it is too small.

    order, when: of these customers' events, from order.order_chunk. tracks: RULES of the journey, then those of the
    repeat track if it has one. states: room for one STATE.
    """
    state, row = states[0], 0
    for c in range(low, high):
        a, b = offset[c] - offset[low], offset[c + 1] - offset[low]
        for t in range(len(tracks)):
            if t > 0 and not state.bought:
                break  # who never bought has no repeat cycles
            _begin(state, c, row)
            if not _walk(out, state, order[a:b], when[a:b], ts, bits, waits, tracks[t]):
                return -1
            row = state.row
    return row
