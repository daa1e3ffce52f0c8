"""What did each customer meet, in order, and in which stage of which pass?

In: an opened build. Out: one Case a customer, as a stream: whoever writes it down holds one customer at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from desirepath.core.money import exponent
from desirepath.core.words import By, Outcome, Track
from desirepath.journey.bits import BY_BUSINESS, BY_MACHINE, DATE_ONLY

if TYPE_CHECKING:
    from desirepath.app.opened import Opened

Int64 = NDArray[np.int64]
_AT_ONCE = 10_000  # events whose words are asked at once


@dataclass(frozen=True, slots=True)
class Moment:
    """One event. at: µs UTC. stage: index in the journey's order, None where the customer was in none.

    touchpoint: index, None where the event is of none. pass_no: from 1. value: whole units of the journey's currency.
    score: 0 … 1 on its scale. text: what was said; empty unless it may be seen.
    """

    at: int
    date_only: bool
    event: str
    by: By
    channel: str | None
    touchpoint: int | None
    stage: int | None
    pass_no: int | None
    value: float | None
    score: float | None
    text: str


@dataclass(frozen=True, slots=True)
class Case:
    """One customer. stage, outcome: of their latest visit; None where there was none."""

    customer: str
    moments: tuple[Moment, ...]
    stage: int | None
    outcome: Outcome | None
    passes: int


def cases(
    opened: Opened, customers: Collection[int] | None = None, *, reveal: bool = False
) -> Iterator[Case]:
    """Customers who have events, in the order of their numbers; only these where `customers` (numbers) is given."""
    reading = _Reading(opened, reveal)
    offset = np.asarray(opened.trails.offset)
    wanted = np.flatnonzero(np.diff(offset)) if customers is None else np.array(sorted(customers), np.int64)
    start = 0
    while start < len(wanted):
        # As many customers as hold some thousands of events, and one at least.
        sizes = np.cumsum(offset[wanted[start:] + 1] - offset[wanted[start:]])
        stop = start + max(1, int(np.searchsorted(sizes, _AT_ONCE, "right")))
        yield from reading.cases(wanted[start:stop])
        start = stop


def _names(opened: Opened) -> tuple[list[str], NDArray[np.int32]]:
    """The names of events, and the place of its own among them by an event's number."""
    import pyarrow as pa
    import pyarrow.compute as pc

    store = opened.store
    names = [str(name) for (name,) in store.rows("SELECT DISTINCT event FROM events ORDER BY event")]
    codes = np.full(int(opened.trails.event.max(initial=-1)) + 1, -1, np.int32)
    for batch in store.batches("SELECT event_no, event FROM events"):
        number = batch["event_no"].to_numpy(zero_copy_only=False)
        known = number < len(codes)
        codes[number[known]] = pc.index_in(batch["event"], pa.array(names, pa.string())).to_numpy(
            zero_copy_only=False
        )[known]
    return names, codes


class _Reading:
    def __init__(self, opened: Opened, reveal: bool) -> None:
        self._opened = opened
        v = opened.visits
        own = np.flatnonzero((v.track == Track.JOURNEY) & ~v.skipped)
        own = own[np.argsort(np.asarray(v.entry_event)[own], kind="stable")]
        # A visit's row, by the event that began it; customers stand one after another in the trails.
        self._entry, self._visit = np.asarray(v.entry_event)[own], own
        self._units = 10.0 ** exponent(opened.currency)
        self._names, self._name = _names(opened)
        self._score = np.full(opened.trails.events, np.nan)
        self._score[opened.scores.at] = opened.scores.share
        texts = opened.texts if reveal else None
        self._text = dict(zip(np.asarray(texts.at).tolist(), texts.text, strict=True)) if texts else {}

    def cases(self, customers: Int64) -> Iterator[Case]:
        """The cases of some customers; their words are asked together."""
        trails = self._opened.trails
        spans = [(int(trails.offset[c]), int(trails.offset[c + 1])) for c in customers]
        ids = self._opened.ids.take(customers).to_pylist()
        for name, customer, (first, last) in zip(ids, customers.tolist(), spans, strict=True):
            rows = self._visits_at(first, last)
            latest = int(rows.max()) if (rows >= 0).any() else None
            v = self._opened.visits
            yield Case(
                str(name),
                tuple(self._moment(p, int(row)) for p, row in zip(range(first, last), rows, strict=True)),
                None if latest is None else int(v.stage[latest]),
                None if latest is None else Outcome(int(v.outcome[latest])),
                int(self._passes(customer)),
            )

    def _visits_at(self, first: int, last: int) -> Int64:
        """The visit during which each event of a span happened; −1 for none."""
        places = np.arange(first, last)
        at = np.searchsorted(self._entry, places, "right") - 1
        begun = (at >= 0) & (self._entry[np.maximum(at, 0)] >= first)
        rows = np.where(begun, self._visit[np.maximum(at, 0)], -1)
        # What comes after a visit has ended, and before another begins, is in none.
        ended = np.asarray(self._opened.visits.ended)[np.maximum(rows, 0)]
        open_ = np.asarray(self._opened.visits.outcome)[np.maximum(rows, 0)] == Outcome.IN_FLIGHT
        inside = open_ | (np.asarray(self._opened.trails.ts[first:last]) <= ended)
        return np.where(begun & inside, rows, -1).astype(np.int64)

    def _passes(self, customer: int) -> int:
        v = self._opened.visits
        first, last = np.searchsorted(np.asarray(v.customer), [customer, customer + 1])
        own = np.asarray(v.track[first:last]) == Track.JOURNEY
        return int(np.asarray(v.pass_no[first:last])[own].max() + 1) if own.any() else 0

    def _moment(self, place: int, row: int) -> Moment:
        trails, channels = self._opened.trails, self._opened.channels
        evidence, touchpoint = int(trails.evidence[place]), int(trails.touchpoint[place])
        score = float(self._score[place])
        channel, value = int(trails.channel[place]), int(trails.value[place])
        visits = self._opened.visits
        return Moment(
            at=int(trails.ts[place]),
            date_only=bool(evidence & DATE_ONLY),
            event=self._names[self._name[int(trails.event[place])]],
            by=By.BUSINESS
            if evidence & BY_BUSINESS
            else By.MACHINE
            if evidence & BY_MACHINE
            else By.CUSTOMER,
            channel=channels[channel] if channel >= 0 else None,
            touchpoint=touchpoint if touchpoint >= 0 else None,
            stage=int(visits.stage[row]) if row >= 0 else None,
            pass_no=int(visits.pass_no[row]) + 1 if row >= 0 else None,
            value=value / self._units if value else None,
            score=None if np.isnan(score) else score,
            text=self._text.get(place, ""),
        )
