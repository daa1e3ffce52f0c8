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
from desirepath.app.questions.promises import deliveries_known
from desirepath.app.stages_seen import StageCount, stage_codes
from desirepath.core.errors import NotFound, nearest
from desirepath.core.times import NEVER
from desirepath.core.words import Outcome, Track
from desirepath.measure.promises.kept import standing

if TYPE_CHECKING:
    from desirepath.app.asking import Asking
    from desirepath.app.questions.question import Question

Int64 = NDArray[np.int64]
Order = Literal["id", "last", "first", "value", "events"]


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer in a list. shown: the id as it may be shown. stage: where they are; before: where they were last.

    persona: the label of the first persona that they are now. touch: the last touchpoint that they met, or, where they
    met none, the last event. outcome: how that ended. value: minor units so far. matched: what was searched for.
    note: what the list is about (an instant, an amount), where it is about something.
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
    persona: str | None = None
    touch: str | None = None


@dataclass(frozen=True, slots=True)
class CustomersListed:
    """The customers behind a number. total: how many; those from `start` on are told."""

    count: str
    total: int
    start: int
    customers: list[CustomerRow]


@dataclass(frozen=True, slots=True)
class CustomersNotable:
    """Whom one wants to see first. waiting: with a promise that was due and is not kept; note: since when (µs).

    waiting_until: until when deliveries are known, µs; None where nothing is promised.
    """

    newest: list[CustomerRow]
    active: list[CustomerRow]
    valuable: list[CustomerRow]
    waiting: list[CustomerRow]
    waiting_until: int | None
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
    owns = [Own(asking, int(code)) for code in codes]
    personas, touches = _personas(asking, codes), _touches(owns)
    return [
        _row(
            own, *told[own.customer], masking, (matched or {}).get(code, []), (notes or {}).get(code),
            personas.get(own.customer), touches.get(own.customer),
        )
        for code, own in zip(codes, owns, strict=True)
    ]  # fmt: skip


def _personas(asking: Asking, codes: Sequence[int]) -> dict[int, str]:
    """Customer → the label of the first persona that they are, as of now."""
    who = np.asarray(codes, np.int32)
    now = np.full(len(who), asking.as_of, np.int64)
    found: dict[int, str] = {}
    for persona in asking.journey.personas:
        for code in who[asking.members_at(persona.id, who, now)].tolist():
            found.setdefault(code, persona.label)
    return found


def _touches(owns: Sequence[Own]) -> dict[int, str]:
    """Customer → the last touchpoint that they met; the name of the last event where they met none."""
    found, unnamed = {}, {}
    for own in owns:
        met = np.flatnonzero(own.column("touchpoint") >= 0)
        if len(met):
            last = int(own.column("touchpoint")[met[-1]])
            found[own.customer] = own.asking.journey.touchpoints[last].label
        elif own.events:
            unnamed[own.customer] = int(own.asking.trails.event[own.last - 1])
    if unnamed:
        told = owns[0].asking.event_words(list(unnamed.values()))
        found |= {code: told[number][0] for code, number in unnamed.items() if number in told}
    return found


def _row(
    own: Own,
    id: str,
    known: bool,
    masking: Masking,
    matched: list[Said],
    note: float | None,
    persona: str | None,
    touch: str | None,
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
        persona=persona,
        touch=touch,
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

    p = asking.promises
    # Who waits is asked of each promise's own sources: another source's end says nothing of it.
    latest = max([asking.as_of, *(end.until for end in asking.source_ends)])
    known = deliveries_known(asking, p, most=latest)
    ends = [known.get(one.id, asking.as_of) for one in asking.journey.promises]
    late = np.zeros(len(p), np.bool_)
    for place, until in enumerate(ends):
        late |= standing(p, place, until)["overdue"]
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
        waiting_until=max(ends, default=None),
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
    codes = np.unique(np.asarray(answer.codes[count](), np.int64))
    return _listed(asking, count, codes, start, most, order, reveal)


def behind_stage(
    asking: Asking,
    of: StageCount,
    *,
    start: int = 0,
    most: int = 100,
    order: Order = "id",
    reveal: bool = False,
) -> CustomersListed:
    """The customers behind a count of a stage, from `start` on."""
    return _listed(asking, of.count, stage_codes(asking, of), start, most, order, reveal)


def _listed(
    asking: Asking, count: str, codes: Int64, start: int, most: int, order: Order, reveal: bool
) -> CustomersListed:
    masking = Masking(reveal, str(asking.store.meta("store")), asking.journey.time_zone)
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
