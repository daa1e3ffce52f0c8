"""Which events matter to a funnel, and what is each? What its loops are given.

In: trails' columns, the steps as masks, codes or bits. Out: the events of a range of customers, each with its steps as
bits of a word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from desirepath.core.times import DAY
from desirepath.journey.bits import DATE_ONLY
from desirepath.journey.calendar import offset_changes
from desirepath.measure.funnel.plan import FunnelPlan, StepBits, StepCodes, Steps
from desirepath.trail.sessions import GAP, session_starts
from desirepath.trail.spread import in_cache

if TYPE_CHECKING:
    from desirepath.measure.funnel.rules import Events

Int64 = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class FunnelEvents:
    """What a funnel is asked over. Grain: event, aligned with the trails' columns; offset: by customer.

    steps: a mask a step, or codes. exclusions: a mask each. evidence: for its mark of date-only events; None: all are
    timed. held: a code per event, −1 where not told. entries: which events may be an entry (a segment); None: all.
    zone: of local days. who: codes, ascending, of the customers meant; None: all who can have an entry. gap: µs of
    silence that end a session.
    """

    offset: Int64
    ts: Int64
    steps: Steps
    exclusions: Sequence[Mask] = ()
    evidence: Int64 | None = None
    held: NDArray[np.int32] | None = None
    entries: Mask | None = None
    zone: str = "UTC"
    who: Int64 | None = None
    gap: int = GAP


def masks_of(steps: Steps) -> list[Mask]:
    """A mask a step."""
    if isinstance(steps, StepCodes):
        return [steps.code == code for code in steps.codes]
    if isinstance(steps, StepBits):
        return [(steps.column & bits) != 0 for bits in steps.bits]
    return list(steps)


def any_of(events: FunnelEvents, part: slice, after: int) -> Mask:
    """Which of a part of the events are any of the steps from `after` on, or break an attempt."""
    steps = events.steps
    if isinstance(steps, StepCodes):
        found = [steps.code[part] == code for code in steps.codes[after:]]
    elif isinstance(steps, StepBits):
        found = [(steps.column[part] & bits) != 0 for bits in steps.bits[after:]]
    else:
        found = [mask[part] for mask in steps[after:]]
    every: Mask = np.logical_or.reduce([*found, *(mask[part] for mask in events.exclusions)])
    return every


def any_dated(evidence: Int64) -> bool:
    """Whether any event is date-only."""
    return any(bool((evidence[part] & DATE_ONLY).any()) for part in in_cache(0, len(evidence)))


def looked_up(events: FunnelEvents) -> FunnelEvents:
    """A column is looked up where there is nothing else to look for; beside exclusions steps are masks as these are."""
    if events.exclusions:
        return replace(events, steps=masks_of(events.steps))
    return events


def plain_steps(
    steps: Steps, start: int, stop: int
) -> tuple[NDArray[Any], NDArray[np.uint64], NDArray[np.uint64]]:
    """(a column of the events start … stop − 1, a table of its codes' bits or none, the bit of each step)."""
    if isinstance(steps, StepBits):
        return steps.column[start:stop], np.empty(0, np.uint64), np.array(steps.bits, np.uint64)
    bits = np.uint64(1) << np.arange(len(steps), dtype=np.uint64)
    if isinstance(steps, StepCodes):
        return steps.code[start:stop], _table(steps)[:, 0].copy(), bits
    packed: NDArray[Any] = np.zeros(stop - start, np.uint8 if len(steps) <= 8 else np.uint64)
    for here in in_cache(start, stop):
        part = packed[here.start - start : here.stop - start]
        for k, mask in enumerate(steps):
            one = mask[here].view(np.uint8) if packed.itemsize == 1 else mask[here].astype(np.uint64)
            np.bitwise_or(part, one * packed.dtype.type(1 << k), out=part)  # a shift would be slower
    return packed, np.empty(0, np.uint64), bits


def session_numbers(events: FunnelEvents, plan: FunnelPlan) -> NDArray[np.int32] | None:
    """The number of each event's session, where the window asks for it."""
    if plan.window.kind != "sessions":
        return None
    starts = session_starts(events.offset, events.ts, gap=events.gap, who=events.who)
    return np.cumsum(starts, dtype=np.int32)


class Zone:
    """The zone's offsets over the years of the trails, looked up when the first day is asked for: few have any."""

    def __init__(self, events: FunnelEvents) -> None:
        self.events = events

    @cached_property
    def changes(self) -> tuple[Int64, Int64]:
        epoch, ts = datetime(1970, 1, 1, tzinfo=UTC), self.events.ts
        first, last = (epoch + timedelta(days=int(t // DAY)) for t in (ts.min(), ts.max()))
        return offset_changes(self.events.zone, first.year, last.year)


def raw_events(events: FunnelEvents, plan: FunnelPlan) -> tuple[Events, Int64, Int64 | None]:
    """(the events that matter to a plan, where each customer's begin, whose: None is everybody)."""
    events = looked_up(events)
    customers = len(events.offset) - 1 if events.who is None else len(events.who)
    at, begin = interesting(events, plan, 0, customers)
    found, _ = events_at(events, plan, at, None, Zone(events))
    return found, begin, events.who


def interesting(asked: FunnelEvents, plan: FunnelPlan, low: int, high: int) -> tuple[Int64, Int64]:
    """(the places of the events that matter, where each customer's begin in them)."""
    from desirepath.measure.funnel.find import compact, compact_bits, compact_codes, mark

    offset, who = asked.offset, asked.who
    begin = np.zeros(high - low + 1, np.int64)
    everyone = np.empty(0, np.int64) if who is None else who
    start, stop = int(offset[low]), int(offset[high])
    events = stop - start if who is None else int((offset[who[low:high] + 1] - offset[who[low:high]]).sum())
    at = np.empty(events + 1, np.int64)  # one more: the loop writes before it knows
    if isinstance(asked.steps, StepBits) and plan.order != "exact":
        every = int(np.bitwise_or.reduce(np.array(asked.steps.bits, np.int64)))
        many = compact_bits(asked.steps.column, every, everyone, offset, low, high, at, begin)
        return at[:many].copy(), begin
    if isinstance(asked.steps, StepCodes) and plan.order != "exact":
        wanted = _table(asked.steps).any(axis=1).astype(np.uint8)
        many = compact_codes(asked.steps.code, wanted, everyone, offset, low, high, at, begin)
        return at[:many].copy(), begin
    if plan.order == "exact":
        found = np.ones(events, np.uint8)
    else:
        found = np.zeros(events, np.uint8)
        for mask in [*masks_of(asked.steps), *asked.exclusions]:
            if who is None:
                np.logical_or(found, mask[start:stop], out=found.view(np.bool_))
            else:
                mark(mask, who, offset, low, high, found)
    many = compact(found, everyone, offset, low, high, at, begin)
    return at[:many].copy(), begin


def _table(steps: StepCodes) -> NDArray[np.uint64]:
    """[codes + 1, words]: the bits of each code + 1."""
    highest = max(int(steps.code.max(initial=-1)), *steps.codes)
    table = np.zeros((highest + 2, (len(steps) + 63) // 64), np.uint64)
    for bit, code in enumerate(steps.codes):
        if code >= 0:
            table[code + 1, bit >> 6] |= np.uint64(1 << (bit & 63))
    return table


def events_at(
    asked: FunnelEvents,
    plan: FunnelPlan,
    at: Int64,
    session: NDArray[np.int32] | None,
    zone: Zone,
) -> tuple[Events, bool]:
    """The events at these places, and whether any is date-only."""
    from desirepath.measure.funnel.find import day_ends, put, put_bits, put_codes
    from desirepath.measure.funnel.rules import Events

    bits = len(asked.steps) + len(asked.exclusions)
    words = np.zeros((len(at), (bits + 63) // 64), np.uint64)
    if isinstance(asked.steps, StepCodes):
        put_codes(asked.steps.code, at, _table(asked.steps), words)
    elif isinstance(asked.steps, StepBits):
        put_bits(asked.steps.column, at, np.array(asked.steps.bits, np.int64), words)
    else:
        for bit, mask in enumerate(asked.steps):
            put(mask, at, bit, words)
    for bit, mask in enumerate(asked.exclusions, start=len(asked.steps)):
        put(mask, at, bit, words)
    ts = asked.ts[at]
    end, dated = ts, False
    if asked.evidence is not None:
        flagged = asked.evidence[at] & DATE_ONLY != 0
        dated = bool(flagged.any())
        if dated:
            end = np.empty_like(ts)
            day_ends(ts, flagged, 1, *zone.changes, end)
    none = np.empty(0, np.int32)
    value = none if asked.held is None else asked.held[at].astype(np.int32, copy=False)
    may = np.empty(0, np.bool_) if asked.entries is None else asked.entries[at]
    return Events(ts, end, words, value, none if session is None else session[at], may), dated
