"""What the loops of the funnel ask of one event: is it a step, an entry, in time, does it break?

Events and Rules are what they are given. The rules are those of FunnelPlan, judged by tests/twins/funnel.py.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from desirepath.core.compiled import kernel
from desirepath.core.times import FOREVER
from desirepath.measure.funnel.find import day_end

Int64 = NDArray[np.int64]
Words = NDArray[np.uint64]
Flags = NDArray[np.bool_]

ORDERED, STRICT, EXACT, ANY = 0, 1, 2, 3
FIRST, BEST, ALL = 0, 1, 2
TIME, SESSIONS, DAYS = 0, 1, 2


class Events(NamedTuple):
    """The events that matter, customer by customer. words: a bit a step, then a bit an exclusion.

    end: ts, but for a date-only event the end of its day. value: what is held, −1 where not told. session: its number.
    may: whether it may be an entry. value, session and may can be empty: not asked.
    """

    ts: Int64
    end: Int64
    words: Words
    value: NDArray[np.int32]
    session: NDArray[np.int32]
    may: Flags


class Rules(NamedTuple):
    """A FunnelPlan as numbers. required: the steps' bits. neutral: by level, bits that break nothing there.

    back: how far events may lie back and still tie (0, or a day where there are date-only events).
    exclusion: its bit, and the levels between which it breaks. optional: its bit, the levels around it.
    """

    required: Int64
    order: int
    reentry: int
    kind: int
    length: int
    back: int
    neutral: Words  # [levels, words]
    steps: Words  # [words]: all steps' bits
    exclusions: Int64  # [exclusions, 3]
    optional: Int64  # [optional, 3]
    since: int
    until: int
    changes: Int64  # the zone's offsets, for local days
    shifts: Int64


@kernel
def has(events: Events, q: int, bit: int) -> bool:
    """Whether an event is a step (or excluded): its bit is set."""
    found: bool = (events.words[q, bit >> 6] >> np.uint64(bit & 63)) & np.uint64(1) != 0
    return found


@kernel
def meets(events: Events, q: int, bits: Words) -> bool:
    """Whether any of these bits is set."""
    met = np.uint64(0)
    for w in range(len(bits)):
        met |= events.words[q, w] & bits[w]
    found: bool = met != 0
    return found


@kernel
def window_end(events: Events, j: int, rules: Rules) -> int:
    """The last instant of an attempt that begins at j; FOREVER where sessions count, not time."""
    last: int = FOREVER
    if rules.kind == TIME:
        last = events.end[j] + rules.length
    if rules.kind == DAYS:
        last = day_end(events.ts[j], rules.length, rules.changes, rules.shifts)
    return last


@kernel
def inside(events: Events, j: int, q: int, deadline: int, rules: Rules) -> bool:
    """Whether an event lies within the window of the attempt from j."""
    within: bool = events.ts[q] <= deadline
    if rules.kind == SESSIONS:
        within = events.session[q] < events.session[j] + rules.length
    return within


@kernel
def is_entry(events: Events, q: int, rules: Rules) -> bool:
    """Whether an attempt may begin with an event."""
    if rules.order == ANY:
        if not meets(events, q, rules.steps):
            return False
        step = False
        for s in rules.required:
            step = step or has(events, q, s)
        if not step:
            return False
    elif not has(events, q, rules.required[0]):
        return False
    if len(events.may) and not events.may[q]:
        return False
    if len(events.value) and events.value[q] < 0:
        return False
    asked: bool = rules.since <= events.ts[q] < rules.until
    return asked


@kernel
def later(events: Events, q: int, level: int, rules: Rules) -> int:
    """How many of the steps after `level` an event could still be."""
    count = 0
    for i in range(level + 1, len(rules.required)):
        count += has(events, q, rules.required[i])
    return count


@kernel
def used(q: int, level: int, path: Int64) -> bool:
    """Whether an event is one of the first `level` steps of an attempt already."""
    found = False
    for i in range(level):
        found |= path[i] == q
    return found


@kernel
def breaks(events: Events, q: int, level: int, held: int, rules: Rules) -> bool:
    """Whether an event breaks an attempt that has reached so many steps and waits for the next."""
    other = len(events.value) > 0 and events.value[q] != held
    for x in range(len(rules.exclusions)):
        bit, after, before = rules.exclusions[x]
        if after < level <= before and has(events, q, bit) and (not other or events.value[q] < 0):
            return True
    if other or rules.order == ORDERED or rules.order == ANY:
        return False
    if meets(events, q, rules.neutral[level]):
        return False
    return rules.order == EXACT or meets(events, q, rules.steps)
