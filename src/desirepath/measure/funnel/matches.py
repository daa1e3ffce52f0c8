"""Which attempts did customers make, and how far did each come? The match table that every count is read off.

In: trails' columns, the steps' events, a FunnelPlan. Out: Matches, a row an attempt. Work is cut into ranges of
customers; in memory are, for each thread, the events that matter of one range, and what was matched.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from desirepath.core.times import DAY, FOREVER, NEVER, TimeRange
from desirepath.measure.funnel.events import (
    FunnelEvents,
    Zone,
    any_dated,
    events_at,
    interesting,
    looked_up,
    plain_steps,
    session_numbers,
)
from desirepath.measure.funnel.plan import (
    ORDERS,
    REENTRIES,
    FunnelPlan,
    PlanError,
    StepBits,
)
from desirepath.trail.sessions import session_starts
from desirepath.trail.spread import customers_of, spread

if TYPE_CHECKING:
    from desirepath.measure.funnel.rules import Events, Rules

Int64 = NDArray[np.int64]
Mask = NDArray[np.bool_]
EVER = TimeRange()
_KINDS = ("time", "sessions", "days")
_LONGEST_DAY = 25 * DAY // 24  # where clocks go back


@dataclass(frozen=True, slots=True)
class Matches:
    """Grain: attempt, by customer, then time. Places are those of the trails' columns.

    customer: its code. reached: how many required steps, 1 and more. broken: the event that broke it, −1 where none
    did. deadline: until when it may be completed, µs; FOREVER where that is not known yet. first [rows + 1]: where its
    steps begin in `steps`. optional [rows, optional steps]: done or not.
    """

    customer: Int64
    reached: NDArray[np.int32]
    broken: Int64
    deadline: Int64
    first: Int64
    steps: Int64
    optional: Mask

    def __len__(self) -> int:
        return len(self.customer)

    @property
    def entry(self) -> Int64:
        """[rows]: the entry's event."""
        return self.steps[self.first[:-1]]

    def at(self, level: int, rows: Int64) -> Int64:
        """The event of the required step `level` (from 0) of rows that reached it."""
        return self.steps[self.first[rows] + level]

    @property
    def last(self) -> Int64:
        """[rows]: the event of the furthest step."""
        return self.steps[self.first[1:] - 1]


Tuned = Callable[["Events"], tuple["Events", int, int]]


def match(
    events: FunnelEvents,
    plan: FunnelPlan,
    period: TimeRange = EVER,
    parts: int | None = None,
    tuned: Tuned | None = None,
) -> Matches:
    """Every attempt that counts: by plan.reentry the first, the best, or all of each customer's, entered in period.

    tuned: events as others see them; gives them, how far they tie back, and what is added to the window's length.
    """
    done = spread(_worker(events, plan, period, tuned), events.offset, events.who, parts=parts)
    return _with_session_ends(_joined(done, plan), events, plan)


def each_range(
    events: FunnelEvents, plan: FunnelPlan, work: Callable[[Matches], NDArray[np.int64]], period: TimeRange
) -> list[NDArray[np.int64]]:
    """What `work` makes of each range's matches, which are then forgotten: for counts that add up."""
    one = _worker(events, plan, period)
    return spread(lambda low, high: work(one(low, high)), events.offset, events.who)


def _worker(
    events: FunnelEvents, plan: FunnelPlan, period: TimeRange, tuned: Tuned | None = None
) -> Callable[[int, int], Matches]:
    if len(events.steps) != len(plan.labels) or len(events.exclusions) != len(plan.exclusions):
        raise PlanError(f"{len(events.steps)} steps and {len(events.exclusions)} exclusions for another plan")
    events = looked_up(events)
    session = session_numbers(events, plan)
    zone = Zone(events)

    def work(low: int, high: int) -> Matches:
        return _match_range(events, plan, period, session, zone, low, high, tuned)

    return work


_NO_ZONE = (np.array([NEVER], np.int64), np.zeros(1, np.int64))


# ---- one range of customers -------------------------------------------------------------------------


def _match_range(
    asked: FunnelEvents,
    plan: FunnelPlan,
    period: TimeRange,
    session: NDArray[np.int32] | None,
    zone: Zone,
    low: int,
    high: int,
    tuned: Tuned | None = None,
) -> Matches:
    from desirepath.measure.funnel.attempts import Out, attempts

    if tuned is None and is_usual(plan, asked) and not _dated(asked, low, high):
        return _plain(asked, plan, period, low, high)
    if asked.entries is not None and asked.who is None:  # nobody else can have an attempt
        some = slice(int(asked.offset[low]), int(asked.offset[high]))
        mine = customers_of(asked.offset[low : high + 1] - some.start, asked.entries[some])
        asked, low, high = replace(asked, who=mine + low), 0, len(mine)
    at, begin = interesting(asked, plan, low, high)
    events, dated = events_at(asked, plan, at, session, zone)
    most = len(at) if plan.reentry == "all_entries" else high - low
    out = Out(
        np.empty(most, np.int64), np.empty(most, np.int32), np.full(most, -1, np.int64), np.empty(most, np.int64),
        np.empty(most + 1, np.int64), np.empty(len(at), np.int64), np.zeros((most, sum(plan.optional)), np.bool_),
    )  # fmt: skip
    rules = _rules(plan, period, dated, zone)
    if tuned is not None:
        events, back, more = tuned(events)
        rules = rules._replace(back=back, length=rules.length + more)
    n = attempts(events, begin, rules, out)
    filled = int(out.first[n])
    broken = out.broken[:n]
    customer = out.customer[:n] + low
    return Matches(
        customer if asked.who is None else asked.who[customer],
        out.reached[:n].copy(),
        np.where(broken >= 0, at[np.maximum(broken, 0)], -1) if len(at) else broken.copy(),
        out.deadline[:n].copy(),
        out.first[: n + 1].copy(),
        at[out.steps[:filled]],
        out.optional[:n].copy(),
    )


def is_usual(plan: FunnelPlan, asked: FunnelEvents) -> bool:
    """Whether the quick loop does, for ranges without date-only events: see plain.py."""
    usual = plan.order == "ordered" and plan.window.kind == "time"
    if not usual or plan.exclusions or any(plan.optional) or asked.held is not None or asked.who is not None:
        return False
    return len(plan.labels) <= 64 and not (isinstance(asked.steps, StepBits) and not asked.steps.apart)


def _dated(asked: FunnelEvents, low: int, high: int) -> bool:
    """Whether any event of a range is date-only."""
    if asked.evidence is None:
        return False
    start, stop = int(asked.offset[low]), int(asked.offset[high])
    return any_dated(asked.evidence[start:stop])


def _plain(asked: FunnelEvents, plan: FunnelPlan, period: TimeRange, low: int, high: int) -> Matches:
    from desirepath.measure.funnel import plain

    column, table, bits = plain_steps(asked.steps, int(asked.offset[low]), int(asked.offset[high]))
    later = bits[::-1].cumsum(dtype=np.uint64)[::-1] - bits
    start, stop = int(asked.offset[low]), int(asked.offset[high])
    many = stop - start if plan.reentry == "all_entries" else high - low
    most, levels = int(np.diff(asked.offset[low : high + 1]).max()) + 1, len(bits)
    room = plain.Room(
        np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.uint64),
        np.empty(0 if asked.entries is None else most, np.bool_), np.empty(levels, np.int64),
        np.empty((2, levels), np.int64),
    )  # fmt: skip
    out = plain.Out(
        np.empty(many, np.int64), np.empty(many, np.int32), np.empty(many, np.int64), np.empty(many + 1, np.int64),
        np.empty(stop - start, np.int64),
    )  # fmt: skip
    n = plain.attempts(
        column, table, np.empty(0, np.bool_) if asked.entries is None else asked.entries[start:stop],
        asked.ts[start:stop], asked.offset[low : high + 1] - start, bits, later,
        plan.window.length, period.start, period.end, REENTRIES.index(plan.reentry), room, out,
    )  # fmt: skip
    return Matches(
        out.customer[:n] + low, out.reached[:n].copy(), np.full(n, -1), out.deadline[:n].copy(),
        out.first[: n + 1].copy(), out.steps[: int(out.first[n])] + start, np.zeros((n, 0), np.bool_),
    )  # fmt: skip


def _rules(plan: FunnelPlan, period: TimeRange, dated: bool, zone: Zone) -> Rules:
    from desirepath.measure.funnel.rules import Rules

    steps, required = len(plan.labels), plan.required
    words = (steps + len(plan.exclusions) + 63) // 64
    neutral = np.zeros((len(required) + 1, words), np.uint64)
    for level in range(1, len(required)):
        for bit in range(required[level - 1], required[level] + 1):
            neutral[level, bit >> 6] |= np.uint64(1 << (bit & 63))
    whole = np.zeros(words, np.uint64)
    for bit in range(steps):
        whole[bit >> 6] |= np.uint64(1 << (bit & 63))
    exclusions = [(steps + x, *plan.bounds(one)) for x, one in enumerate(plan.exclusions)]
    optional = []
    for bit, may in enumerate(plan.optional):
        if may:
            before = max(i for i, s in enumerate(required) if s < bit)
            optional.append((bit, before, before + 1))
    return Rules(
        np.array(required, np.int64),
        ORDERS.index(plan.order),
        REENTRIES.index(plan.reentry),
        _KINDS.index(plan.window.kind),
        plan.window.length,
        _LONGEST_DAY if dated else 0,
        neutral,
        whole,
        np.array(exclusions, np.int64).reshape(-1, 3),
        np.array(optional, np.int64).reshape(-1, 3),
        period.start,
        period.end,
        *(zone.changes if plan.window.kind == "days" and len(zone.events.ts) else _NO_ZONE),
    )


# ---- all ranges -------------------------------------------------------------------------------------


def _joined(parts: list[Matches], plan: FunnelPlan) -> Matches:
    if not parts:
        none = np.empty(0, np.int64)
        optional = np.empty((0, sum(plan.optional)), np.bool_)
        return Matches(none, np.empty(0, np.int32), none, none, np.zeros(1, np.int64), none, optional)
    if len(parts) == 1:
        return parts[0]
    before = np.cumsum([0, *(len(p.steps) for p in parts)])
    first = [p.first[:-1] + shift for p, shift in zip(parts, before, strict=False)]
    return Matches(
        np.concatenate([p.customer for p in parts]),
        np.concatenate([p.reached for p in parts]),
        np.concatenate([p.broken for p in parts]),
        np.concatenate([p.deadline for p in parts]),
        np.append(np.concatenate(first), before[-1]),
        np.concatenate([p.steps for p in parts]),
        np.concatenate([p.optional for p in parts]),
    )


def _with_session_ends(found: Matches, events: FunnelEvents, plan: FunnelPlan) -> Matches:
    """Deadlines where sessions count: the start of the first session too many; of the last session, its silence.

    A customer who has not come back yet may still do so: with several sessions the deadline is then not known.
    """
    if plan.window.kind != "sessions" or not len(found):
        return found
    starts = np.flatnonzero(session_starts(events.offset, events.ts, gap=events.gap, who=events.who))
    number = np.searchsorted(starts, found.entry, side="right") - 1 + plan.window.length
    stop = events.offset[found.customer + 1]
    beyond = starts[np.minimum(number, len(starts) - 1)]
    came = (number < len(starts)) & (beyond < stop)
    last = events.ts[stop - 1] + events.gap if plan.window.length == 1 else FOREVER
    deadline = np.where(came, events.ts[beyond], last)
    return Matches(
        found.customer, found.reached, found.broken, deadline, found.first, found.steps, found.optional
    )
