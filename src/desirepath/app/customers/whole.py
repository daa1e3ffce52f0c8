"""One customer at a glance: where they are, what they brought, what they walked, what was promised to them.

In: an opened build and what somebody asked for: an id, an earlier id, any identifier. Out: a Customer. Nobody else's
events are read. Who they are, why, and what may come of them are asked apart: identity.py, outlook.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from desirepath.app.customers.find import find
from desirepath.app.customers.masking import Masking, Said
from desirepath.app.customers.trail import Own, by_word
from desirepath.app.excluded import why_excluded
from desirepath.app.explain import VisitExplainer
from desirepath.app.questions.buying import purchase_stage
from desirepath.collect.expression import quote_name
from desirepath.core.times import FOREVER, NEVER, from_us
from desirepath.core.words import Outcome, Start, Track
from desirepath.journey.bits import GOAL

if TYPE_CHECKING:
    from desirepath.app.asking import Asking

MOST_POINTS = 5_000  # events drawn of one customer, the latest
_FEW = 2_000  # numbers of events in the text of a query
PromiseState = Literal["kept", "late", "broken", "open", "void", "without_term"]


@dataclass(frozen=True, slots=True)
class VisitBand:
    """A visit, to be drawn. ended: where it ended, or null: still there. until: when the clock runs out, if it runs."""

    number: int
    stage: str
    track: str
    pass_no: int
    start: str
    outcome: str
    entered: int
    ended: int | None
    until: int | None
    succeeded: int | None
    win_back: bool


@dataclass(frozen=True, slots=True)
class TrailPoints:
    """Every event, to be drawn: arrays of one length, in order. channel, touchpoint: index, −1 where none.

    first: the number of the first one; those before it are too many to be drawn.
    """

    first: int
    at: list[int]
    channel: list[int]
    touchpoint: list[int]
    by: list[str]
    value: list[int]


@dataclass(frozen=True, slots=True)
class PromiseMade:
    """A promise made to them, and how it ended. late: kept after it was due; broken: due, and not kept."""

    promise: str
    label: str
    made: int
    due: int | None
    ended: int | None
    state: PromiseState


@dataclass(frozen=True, slots=True)
class CustomerStanding:
    """Where they are now. stage: none between passes. waits: for what the clock stands still, if it does.

    before: the stage and the outcome of the visit that ended last, where they are in none.
    """

    stage: str | None
    since: int | None
    until: int | None
    waits: str | None
    before: str | None
    outcome: str | None


@dataclass(frozen=True, slots=True)
class CustomerWorth:
    """What they brought so far, minor units. purchases: days with one; last: of the last purchase."""

    value: int
    purchases: int
    first: int | None
    last: int | None


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer. asked: what was asked for, where it is not (any more) the id. excluded: why they count nowhere.

    touchpoints, channels: names of the indexes in `points`. as_of: until when anything is known.
    """

    id: str
    shown: str
    asked: str | None
    excluded: str | None
    known: bool
    events: int
    first: int | None
    last: int | None
    as_of: int
    currency: str | None
    time_zone: str
    standing: CustomerStanding
    worth: CustomerWorth
    traits: list[Said]
    bands: list[VisitBand]
    points: TrailPoints
    channels: list[str]
    touchpoints: list[str]
    promises: list[PromiseMade]


def customer(asking: Asking, asked: str, *, reveal: bool = False) -> Customer:
    """The customer whom somebody asked for. Raises NotFound with the nearest fix."""
    code, id = find(asking.store, asked)
    masking = Masking(reveal, str(asking.store.meta("store")), asking.journey.time_zone)
    own = Own(asking, code)
    known = bool(asking.store.value("SELECT known FROM customers WHERE id = ?", [id]))
    excluded = why_excluded(asking.store, asking.journey, code)
    ts = own.column("ts")
    return Customer(
        id=id,
        shown=masking.customer(id),
        asked=None if asked.strip() == id else masking.words(asked.strip()),
        excluded=None if excluded is None else masking.exclusion(excluded),
        known=known,
        events=own.events,
        first=int(ts[0]) if len(ts) else None,
        last=int(ts[-1]) if len(ts) else None,
        as_of=asking.as_of,
        currency=asking.currency,
        time_zone=asking.journey.time_zone,
        standing=_standing(own),
        worth=_worth(own),
        traits=_traits(own, masking),
        bands=_bands(own),
        points=_points(own),
        channels=asking.channels,
        touchpoints=[one.label for one in asking.journey.touchpoints],
        promises=_promises(own),
    )


def _instant(at: int) -> int | None:
    return None if at in (NEVER, FOREVER) else int(at)


def _bands(own: Own) -> list[VisitBand]:
    v, stages = own.asking.visits, own.asking.journey.stages
    return [
        VisitBand(
            number=row - own.rows.start,
            stage=stages[int(v.stage[row])].id,
            track=Track(int(v.track[row])).name.lower(),
            pass_no=int(v.pass_no[row]) + 1,
            start=Start(int(v.start[row])).name.lower(),
            outcome="skipped" if v.skipped[row] else Outcome(int(v.outcome[row])).word,
            entered=int(v.entered[row]),
            ended=_instant(int(v.ended[row])),
            until=_instant(int(v.deadline[row])),
            succeeded=_instant(int(v.succeeded[row])),
            win_back=int(v.won_back[row]) != NEVER,
        )
        for row in own.rows
    ]


def _points(own: Own) -> TrailPoints:
    left_out = max(0, own.events - MOST_POINTS)
    part = slice(left_out, None)
    return TrailPoints(
        first=left_out,
        at=own.column("ts")[part].tolist(),
        channel=own.column("channel")[part].tolist(),
        touchpoint=own.column("touchpoint")[part].tolist(),
        by=[by_word(int(bits)) for bits in own.column("evidence")[part]],
        value=own.column("value")[part].tolist(),
    )


def _standing(own: Own) -> CustomerStanding:
    asking, v = own.asking, own.asking.visits
    stages, here = asking.journey.stages, own.here
    if here is None:
        ended = [row for row in own.rows if v.track[row] == Track.JOURNEY and not v.skipped[row]]
        if not ended:
            return CustomerStanding(None, None, None, None, None, None)
        row = max(ended, key=lambda one: int(v.ended[one]))
        return CustomerStanding(
            None, _instant(int(v.ended[row])), None, None, stages[int(v.stage[row])].id,
            Outcome(int(v.outcome[row])).word,
        )  # fmt: skip
    waits = None
    if int(v.deadline[here]) == FOREVER:
        explainer = VisitExplainer(asking.journey, asking.trails, v, asking.promises, asking.store)
        waits = explainer.why_the_clock_stands(own.customer)
    return CustomerStanding(
        stages[int(v.stage[here])].id,
        int(v.entered[here]),
        _instant(int(v.deadline[here])),
        waits,
        None,
        None,
    )


def _worth(own: Own) -> CustomerWorth:
    value, place = own.column("value"), purchase_stage(own.asking.journey)
    bought = value > 0 if place is None else (own.column("evidence") & (1 << (GOAL + place))) != 0
    at = own.column("ts")[bought]
    days = {from_us(one, own.asking.journey.time_zone).date() for one in at.tolist()}
    return CustomerWorth(
        value=int(value.sum()),
        purchases=len(days),
        first=int(at[0]) if len(at) else None,
        last=int(at[-1]) if len(at) else None,
    )


def _traits(own: Own, masking: Masking) -> list[Said]:
    """Each trait as it was last told."""
    import pyarrow as pa

    names = [name for name in own.asking.columns if name.startswith("traits.")]
    numbers = own.column("event")
    if not names or not len(numbers):
        return []
    columns = ", ".join(f"e.{quote_name(name)}" for name in names)
    some = " OR ".join(f"e.{quote_name(name)} IS NOT NULL" for name in names)
    told_by = f"SELECT e.event_no, {columns} FROM events e"
    store = own.asking.store
    if len(numbers) <= _FEW:
        wanted = ", ".join(map(str, numbers.tolist()))
        rows = store.rows(f"{told_by} WHERE e.event_no IN ({wanted}) AND ({some})")
    else:
        store.register("own_events", pa.table({"event_no": numbers}))
        try:
            rows = store.rows(f"{told_by} SEMI JOIN own_events USING (event_no) WHERE {some}")
        finally:
            store.unregister("own_events")
    place = {number: i for i, number in enumerate(numbers.tolist())}
    at, found = own.column("ts"), []
    rows.sort(key=lambda row: -place[int(row[0])])
    for k, name in enumerate(names, 1):
        told = next((row for row in rows if row[k] is not None), None)
        if told is not None:
            found.append(masking.said(name.removeprefix("traits."), told[k], int(at[place[int(told[0])]])))
    return found


def _promises(own: Own) -> list[PromiseMade]:
    p, declared = own.asking.promises, own.asking.journey.promises
    found = []
    for row in np.flatnonzero(p.customer == own.customer).tolist():
        due, closed, voided = (int(getattr(p, name)[row]) for name in ("due", "closed", "voided"))
        one = declared[int(p.promise[row])]
        found.append(
            PromiseMade(
                promise=one.id,
                label=one.label,
                made=int(p.opened[row]),
                due=_instant(due),
                ended=_instant(closed) or _instant(voided),
                state=promise_state(due, closed, voided, own.asking.as_of),
            )
        )
    return sorted(found, key=lambda one: -one.made)


def promise_state(due: int, closed: int, voided: int, as_of: int) -> PromiseState:
    """How a promise stands at `as_of`. A promise without a term is neither kept nor broken once it is done."""
    if closed != NEVER:
        return "without_term" if due == NEVER else "kept" if closed <= due else "late"
    if voided != NEVER:
        return "void"
    return "broken" if due != NEVER and due <= as_of else "open"
