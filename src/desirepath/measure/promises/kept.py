"""What was promised, and what was delivered?

In: one row a promise made (journey.promises). Out: a PromiseAnswer a promise. A promise that is open and due is broken,
one that is not due yet is neither kept nor broken, and whoever still waits has waited at least so long.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from desirepath.core.estimate import Estimate, Measured, NoEstimate
from desirepath.core.times import DAY, FOREVER, HOUR, NEVER
from desirepath.journey.definition import Journey, Promise
from desirepath.journey.hours import BusinessTime, business_time_between
from desirepath.journey.promises import PromiseRows
from desirepath.measure.answers import PromiseAnswer
from desirepath.measure.cohort import Mask, contract
from desirepath.measure.meetings import Int64
from desirepath.stats.aalen_johansen import aalen_johansen, incidence_quantile
from desirepath.stats.intervals import proportion

SHARE = 0.95  # a promise that is kept for so many can be made


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
        answers.append(_answer(journey, place, rows, until, as_of, segments or {}))
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


def standing(rows: PromiseRows, place: int, until: int) -> dict[str, Mask]:
    """What became of the promises of one kind: a mask for each count; broken are due and not kept, by the very instant.

    made is kept, broken and not due yet; waiting and overdue are open, the one before, the other after it was due.
    """
    there = (rows.promise == place) & made(rows) & (rows.opened <= until)
    delivered = (rows.closed != NEVER) & (rows.closed <= until)
    gone = np.where(rows.voided == NEVER, FOREVER, rows.voided)
    due, still_open = there & (rows.due <= until), there & ~delivered & (gone > until)
    return {
        "made": there,
        "due": due,
        "kept": due & kept(rows),
        "broken": due & ~kept(rows),
        "waiting": still_open & (rows.due > until),
        "overdue": still_open & (rows.due <= until),
    }


def _answer(
    journey: Journey, place: int, rows: PromiseRows, until: int, as_of: int, segments: Mapping[str, Mask]
) -> PromiseAnswer:
    promise = journey.promises[place]
    masks = standing(rows, place, until)
    is_due, in_time = masks["due"], kept(rows)
    asked = rows.where(masks["made"])
    end, delivered = _until_delivered(asked, until)
    late = (asked.due <= until) & ~(delivered & (asked.closed <= asked.due))
    return PromiseAnswer(
        promise=promise.id,
        stage=promise.stage,
        made=len(asked),
        due=int(is_due.sum()),
        kept=_share(in_time, is_due, as_of),
        waiting=int(masks["waiting"].sum()),
        overdue=int(masks["overdue"].sum()),
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


def _until_delivered(asked: PromiseRows, until: int) -> tuple[Int64, Mask]:
    """(when each was delivered, or until when it was waited for: until now, or until it was voided; delivered)."""
    delivered = (asked.closed != NEVER) & (asked.closed <= until)
    gone = np.where(asked.voided == NEVER, FOREVER, asked.voided)
    return np.where(delivered, asked.closed, np.minimum(until, gone)), delivered


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


def would_be_kept(
    journey: Journey,
    rows: PromiseRows,
    *,
    as_of: int,
    known: Mapping[str, int] | None = None,
    share: float = SHARE,
) -> dict[str, tuple[Measured, str]]:
    """Promise id → (the time, µs, within which so large a share is delivered; the promise that this would be).

    By Kaplan–Meier over all that was promised: whoever still waits has waited at least so long. In business hours where
    the promise is counted in them. The promise is rounded up to what can be said, "" where the time is not known.
    """
    found = {}
    for place, promise in enumerate(journey.promises):
        until = min((known or {}).get(promise.id, as_of), as_of)
        asked = rows.where(standing(rows, place, until)["made"])
        end, delivered = _until_delivered(asked, until)
        time = np.maximum(_time(journey, promise, asked.opened, end), 0)
        within = incidence_quantile(aalen_johansen(time, delivered, 1), share, as_of=as_of)
        found[promise.id] = (within, _sayable(within, in_business_hours(promise)))
    return found


def _sayable(within: Measured, business: bool) -> str:
    """The time rounded up: to 5 minutes, to hours below two days, then to days; business time to hours."""
    if not isinstance(within, Estimate):
        return ""
    short: tuple[float, int, int, str] = (HOUR, HOUR // 12, HOUR // 60, "minute")
    steps = [short, (math.inf if business else 2 * DAY, HOUR, HOUR, "hour"), (math.inf, DAY, DAY, "day")]
    step, unit, name = next((step, unit, name) for most, step, unit, name in steps if within.value <= most)
    count = max(math.ceil(within.value / step), 1) * step // unit
    return f"{count:,} {'business ' if business else ''}{name}{'' if count == 1 else 's'}"
