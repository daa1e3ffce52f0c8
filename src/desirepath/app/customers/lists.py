"""Lists of customers: those behind a number, and those whom one wants to see first.

In: codes, or a question and one of its counts. Out: a row for each, with where they are and what they brought. Only the
rows that are shown are made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from desirepath.app.customers.masking import Masking, Said
from desirepath.app.customers.trail import Own
from desirepath.core.errors import NotFound, nearest
from desirepath.core.times import NEVER
from desirepath.core.words import Outcome, Track

if TYPE_CHECKING:
    from desirepath.app.asking import Asking
    from desirepath.app.questions.question import Question

Int64 = NDArray[np.int64]
Order = Literal["id", "last", "first", "value", "events"]


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer in a list. shown: the id as it may be shown. stage: where they are; before: where they were last.

    outcome: how that ended. value: minor units so far. matched: what was searched for. note: what the list is about
    (an instant, an amount), where it is about something.
    """

    id: str
    shown: str
    known: bool
    excluded: bool
    stage: str | None
    before: str | None
    outcome: str | None
    first: int | None
    last: int | None
    events: int
    value: int
    matched: list[Said] = field(default_factory=list)
    note: float | None = None


@dataclass(frozen=True, slots=True)
class CustomersListed:
    """The customers behind a number. total: how many; those from `start` on are told."""

    count: str
    total: int
    start: int
    customers: list[CustomerRow]


@dataclass(frozen=True, slots=True)
class CustomersNotable:
    """Whom one wants to see first. waiting: with a promise that was due and is not kept; note: since when (µs)."""

    newest: list[CustomerRow]
    active: list[CustomerRow]
    valuable: list[CustomerRow]
    waiting: list[CustomerRow]
    customers: int
    currency: str | None
    time_zone: str


def rows_of(
    asking: Asking,
    codes: Sequence[int],
    masking: Masking,
    matched: Mapping[int, list[Said]] | None = None,
    notes: Mapping[int, float] | None = None,
) -> list[CustomerRow]:
    """A row for each of these customers, in this order."""
    if not codes:
        return []
    wanted = ", ".join(str(int(code)) for code in codes)
    told = {
        int(code): (str(id), bool(known))
        for code, id, known in asking.store.rows(
            f"SELECT customer, id, known FROM customers WHERE customer IN ({wanted})"
        )
    }
    return [
        _row(
            Own(asking, int(code)), *told[int(code)], masking, (matched or {}).get(code, []), (notes or {}).get(code)
        )
        for code in codes
    ]  # fmt: skip


def _row(
    own: Own, id: str, known: bool, masking: Masking, matched: list[Said], note: float | None
) -> CustomerRow:
    v, stages, here = own.asking.visits, own.asking.journey.stages, own.here
    stage = before = outcome = None
    if here is not None:
        stage = stages[int(v.stage[here])].id
    else:
        ended = [row for row in own.rows if v.track[row] == Track.JOURNEY and not v.skipped[row]]
        if ended:
            last = max(ended, key=lambda row: int(v.ended[row]))
            before, outcome = stages[int(v.stage[last])].id, Outcome(int(v.outcome[last])).word
    ts = own.asking.trails.ts
    return CustomerRow(
        id=id,
        shown=masking.customer(id),
        known=known,
        excluded=own.events == 0,
        stage=stage,
        before=before,
        outcome=outcome,
        first=int(ts[own.first]) if own.events else None,
        last=int(ts[own.last - 1]) if own.events else None,
        events=own.events,
        value=int(own.column("value").sum()),
        matched=matched,
        note=note,
    )


def notable(asking: Asking, *, most: int = 8, reveal: bool = False) -> CustomersNotable:
    """The newest, the latest active, the most valuable, and those who wait for us in vain."""
    masking = Masking(reveal, str(asking.store.meta("store")), asking.journey.time_zone)
    some = np.flatnonzero(np.diff(asking.trails.offset) > 0)

    def top(of: Order) -> list[CustomerRow]:
        key = _keys(asking, some, of)
        if len(key) > most:  # to sort a million for the first eight would take longer than all the rest
            enough = key >= np.partition(key, len(key) - most)[len(key) - most]
        else:
            enough = np.ones(len(key), np.bool_)
        if of == "value":
            enough &= key > 0
        these = some[enough]
        best = these[np.lexsort((these, -key[enough]))[:most]]
        return rows_of(asking, best.tolist(), masking)

    p, as_of = asking.promises, asking.as_of
    late = (p.closed == NEVER) & (p.voided == NEVER) & (p.due != NEVER) & (p.due <= as_of)
    since: dict[int, float] = {}
    rows = np.flatnonzero(late)
    for row in rows[np.argsort(-np.asarray(p.due[rows]), kind="stable")].tolist():
        since.setdefault(int(p.customer[row]), float(p.due[row]))
        if len(since) == most:
            break
    return CustomersNotable(
        newest=top("first"),
        active=top("last"),
        valuable=top("value"),
        waiting=rows_of(asking, list(since), masking, notes=since),
        customers=len(some),
        currency=asking.currency,
        time_zone=asking.journey.time_zone,
    )


def behind(
    asking: Asking,
    question: Question[Any],
    count: str,
    *,
    start: int = 0,
    most: int = 100,
    order: Order = "id",
    reveal: bool = False,
) -> CustomersListed:
    """The customers behind a count of an answer, from `start` on. Raises NotFound for another count."""
    answer = question.answer(asking)
    if count not in answer.codes:
        raise NotFound(f'there is no list "{count}"', hint=nearest(count, answer.codes, "Lists"), list=count)
    masking = Masking(reveal, str(asking.store.meta("store")), asking.journey.time_zone)
    codes = np.unique(np.asarray(answer.codes[count](), np.int64))
    if order != "id":
        codes = codes[np.lexsort((codes, -_keys(asking, codes, order)))]
    return CustomersListed(
        count, len(codes), start, rows_of(asking, codes[start : start + most].tolist(), masking)
    )


def _keys(asking: Asking, codes: Int64, order: Order) -> Int64:
    """What the customers are put in order by, the greatest first."""
    trails = asking.trails
    low, high = np.asarray(trails.offset)[codes], np.asarray(trails.offset)[codes + 1]
    if order == "events":
        return high - low
    if order == "value":
        sums = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.asarray(trails.value))])
        return np.asarray(sums[high] - sums[low])
    at = np.full(len(codes), NEVER + 1, np.int64)
    some = high > low
    at[some] = np.asarray(trails.ts)[(low if order == "first" else high - 1)[some]]
    return at
