"""The loops that walk along one attempt of a funnel: from its entry, as far as it comes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desirepath.core.compiled import kernel
from desirepath.core.times import FOREVER
from desirepath.measure.funnel.rules import (
    ANY,
    Events,
    Rules,
    breaks,
    has,
    inside,
    later,
    used,
    window_end,
)

Int64 = NDArray[np.int64]


@kernel
def _next(
    events: Events,
    j: int,
    low: int,
    high: int,
    level: int,
    now: int,
    deadline: int,
    path: Int64,
    rules: Rules,
) -> tuple[int, int]:
    """(the event of the next step or −1, the event that broke the attempt or −1).

    now: the instant that the attempt has come to. An event is at hand if it lies at or after now, or ties with it. The
    earliest is taken; of those at one instant the one whose day ends first, then the one that could be the fewest
    later steps, then the first in order. What ties with a step never breaks.
    """
    step, held = rules.required[level], events.value[j] if len(events.value) else 0
    before = path[level - 1]
    after = events.end[before]
    q = before
    while q > low and events.ts[q - 1] >= now - rules.back:
        q -= 1
    best, best_at, broken, broken_by = -1, FOREVER, -1, FOREVER
    while q < high:
        at = events.ts[q]
        if at > best_at or at > broken_by or not inside(events, j, q, deadline, rules):
            break
        ours = not len(events.value) or events.value[q] == held
        if ours and events.end[q] >= now and has(events, q, step) and not used(q, level, path):
            new = max(now, at)
            better = best < 0 or new < best_at
            if not better and new == best_at:
                sooner = events.end[q] - events.end[best]
                better = sooner < 0 or (
                    sooner == 0 and later(events, q, level, rules) < later(events, best, level, rules)
                )
            if better:
                best, best_at = q, new
        elif at > after and events.end[q] < broken_by and breaks(events, q, level, held, rules):
            broken, broken_by = q, events.end[q]
        q += 1
    if best >= 0 and best_at <= broken_by:
        return best, -1
    return -1, broken


@kernel
def walk(events: Events, j: int, low: int, high: int, path: Int64, rules: Rules) -> tuple[int, int]:
    """(how many steps an attempt from j reached, what broke it or −1); path: the event of each step."""
    path[0] = j
    level, now, broken = 1, events.ts[j], -1
    deadline = window_end(events, j, rules)
    while level < len(rules.required):
        q, broken = _next(events, j, low, high, level, now, deadline, path, rules)
        if q < 0:
            break
        path[level] = q
        now = max(now, events.ts[q])
        level += 1
    return level, broken


@kernel
def _fill(events: Events, q: int, rules: Rules, owner: Int64, came_from: Int64, queue: Int64) -> bool:
    """Give an event to a step that has none, moving events that could be other steps out of the way (Kuhn).

    owner: by place among the required steps, −1 where none. came_from, queue: room.
    """
    came_from[:] = -2
    head, tail = 0, 0
    for i in range(len(rules.required)):
        if has(events, q, rules.required[i]):
            came_from[i] = -1
            queue[tail] = i
            tail += 1
    while head < tail:
        i = queue[head]
        head += 1
        if owner[i] < 0:
            while i >= 0:
                before = came_from[i]
                owner[i] = owner[before] if before >= 0 else q
                i = before
            return True
        for k in range(len(rules.required)):
            if came_from[k] == -2 and has(events, owner[i], rules.required[k]):
                came_from[k] = i
                queue[tail] = k
                tail += 1
    return False


@kernel
def _walk_any(
    events: Events, j: int, low: int, high: int, path: Int64, rules: Rules, room: Int64
) -> tuple[int, int]:
    """The same where order does not matter: path is where the first, second … step was done, whichever it was."""
    owner, came_from, queue = room[0], room[1], room[2]
    owner[:] = -1
    held = events.value[j] if len(events.value) else 0
    _fill(events, j, rules, owner, came_from, queue)
    path[0] = j
    level, deadline = 1, window_end(events, j, rules)
    after, broken, broken_by = events.end[j], -1, FOREVER
    q = j
    while q > low and events.ts[q - 1] >= events.ts[j] - rules.back:
        q -= 1
    while q < high and level < len(rules.required):
        if events.ts[q] > broken_by or not inside(events, j, q, deadline, rules):
            break
        ours = not len(events.value) or events.value[q] == held
        filled = False
        if q != j and ours and events.end[q] >= events.ts[j]:
            filled = _fill(events, q, rules, owner, came_from, queue)
        if filled:
            path[level] = q
            level += 1
        elif events.ts[q] > after and events.end[q] < broken_by and breaks(events, q, level, held, rules):
            broken, broken_by = q, events.end[q]
        q += 1
    return level, broken if level < len(rules.required) else -1


@kernel
def attempt(
    events: Events, j: int, low: int, high: int, path: Int64, rules: Rules, room: Int64
) -> tuple[int, int]:
    """What walk and _walk_any give, by the order of the rules. room: [3 and more, steps]."""
    if rules.order == ANY:
        level, broken = _walk_any(events, j, low, high, path, rules, room)
    else:
        level, broken = walk(events, j, low, high, path, rules)
    return level, broken
