"""What was promised, and what was delivered?

In: one row a promise made (journey.promises). Out: a PromiseAnswer a promise. A promise that is open and due is broken,
one that is not due yet is neither kept nor broken, and whoever still waits has waited at least so long.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from desirepath.core.estimate import Measured, NoEstimate
from desirepath.core.times import FOREVER, NEVER
from desirepath.journey.definition import Journey, Promise
from desirepath.journey.hours import BusinessTime, business_time_between
from desirepath.journey.promises import PromiseRows
from desirepath.measure.answers import PromiseAnswer
from desirepath.measure.cohort import Mask, contract
from desirepath.measure.meetings import Int64
from desirepath.stats.aalen_johansen import aalen_johansen, incidence_quantile
from desirepath.stats.intervals import proportion


def promises(
    journey: Journey,
    rows: PromiseRows,
    *,
    as_of: int,
    known: Mapping[str, int] | None = None,
    segments: Mapping[str, Mask] | None = None,
) -> tuple[PromiseAnswer, ...]:
    """One answer for each promise that the journey declares.

    known: promise id → until when we know of its delivery, µs (as_of where not said). segments: name → which rows, for
    the kept share by segment.
    """
    answers = []
    for place, promise in enumerate(journey.promises):
        until = min((known or {}).get(promise.id, as_of), as_of)
        mine = (rows.promise == place) & made(rows) & (rows.opened <= until)
        answers.append(_answer(journey, place, rows, mine, until, as_of, segments or {}))
    return tuple(answers)


def made(rows: PromiseRows) -> Mask:
    """Promises that count: something was promised, and it was not voided before it was due or kept."""
    over = np.where(rows.closed == NEVER, rows.due, np.minimum(rows.closed, rows.due))
    counts: Mask = (rows.due != NEVER) & ((rows.voided == NEVER) | (rows.voided > over))
    return counts


def kept(rows: PromiseRows) -> Mask:
    """Delivered by the promised instant, which itself is in time."""
    in_time: Mask = (rows.closed != NEVER) & (rows.closed <= rows.due)
    return in_time


def _answer(
    journey: Journey,
    place: int,
    rows: PromiseRows,
    mine: Mask,
    until: int,
    as_of: int,
    segments: Mapping[str, Mask],
) -> PromiseAnswer:
    promise = journey.promises[place]
    asked, in_time = rows.where(mine), kept(rows)
    delivered = (asked.closed != NEVER) & (asked.closed <= until)
    gone = np.where(asked.voided == NEVER, FOREVER, asked.voided)
    is_due = mine & (rows.due <= until)
    still_open = ~delivered & (gone > until)
    # Who has not got it yet has waited until now, or until it was voided.
    end = np.where(delivered, asked.closed, np.minimum(until, gone))
    late = (asked.due <= until) & ~(delivered & (asked.closed <= asked.due))
    return PromiseAnswer(
        promise=promise.id,
        stage=promise.stage,
        made=len(asked),
        due=int(is_due.sum()),
        kept=_share(in_time, is_due, as_of),
        waiting=int((still_open & (asked.due > until)).sum()),
        overdue=int((still_open & (asked.due <= until)).sum()),
        took=_quartiles(_time(journey, promise, asked.opened, end), delivered, as_of),
        late_by=_median(
            _time(journey, promise, np.minimum(asked.due, end), end)[late], delivered[late], as_of
        ),
        by_segment={name: _share(in_time, is_due & mask, as_of) for name, mask in segments.items()},
        contract=contract(
            journey,
            as_of,
            f"How often is this promise kept: {promise.label}?",
            "promises that were due before what we know ends, and not voided before they were due",
            "kept: delivered by the promised instant; due and still open is broken. Wilson's interval; times by "
            f"Kaplan–Meier, who still waits having waited at least so long{_counted(promise)}",
            "Wilson (1927); Kaplan & Meier (1958)",
        ),
    )


def in_business_hours(promise: Promise) -> bool:
    """Times of this promise run only while the business is open."""
    return isinstance(promise.within, BusinessTime) and promise.within.unit == "hour"


def _time(journey: Journey, promise: Promise, first: Int64, last: Int64) -> Int64:
    """How long it was: by the clock, or in the hours in which the promise itself is counted."""
    return business_time_between(journey, first, last) if in_business_hours(promise) else last - first


def _counted(promise: Promise) -> str:
    return "; times are business hours" if in_business_hours(promise) else ""


def _share(in_time: Mask, asked: Mask, as_of: int) -> Measured:
    return proportion(int((in_time & asked).sum()), int(asked.sum()), as_of=as_of)


def _quartiles(time: Int64, delivered: Mask, as_of: int) -> tuple[Measured, Measured, Measured]:
    curve = aalen_johansen(np.maximum(time, 0), delivered, 1)
    first, middle, third = (incidence_quantile(curve, p, as_of=as_of) for p in (0.25, 0.5, 0.75))
    return first, middle, third


def _median(time: Int64, delivered: Mask, as_of: int) -> Measured:
    if not len(time):
        return NoEstimate("no_data", detail="none was late")
    return incidence_quantile(aalen_johansen(time, delivered, 1), 0.5, as_of=as_of)
