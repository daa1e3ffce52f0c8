"""Why is this customer there? A placement as its rules and events; nothing is worked out anew."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import numpy as np

from desirepath.core.errors import NotFound
from desirepath.core.times import FOREVER, NEVER, from_us, say_duration, to_us
from desirepath.core.words import Outcome, Start, Track
from desirepath.journey.bits import ENTER
from desirepath.journey.definition import Journey
from desirepath.journey.promises import PromiseRows
from desirepath.journey.visits import Visits
from desirepath.store.events_db import EventStore
from desirepath.trail.trails import Trails


@dataclass(frozen=True, slots=True)
class EventSaid:
    """An event as its source said it: enough to find it in the file that it came from."""

    event_no: int
    event: str
    time: str  # on the journey's clock, with its offset; of a date-only event the day
    date_only: bool
    channel: str | None
    by: str
    source: str
    file: str
    record: int


@dataclass(frozen=True, slots=True)
class VisitExplained:
    """One visit, in the order in which a person would ask. `because` is a sentence a step."""

    customer: str
    track: str
    pass_no: int
    stage: str
    outcome: str
    entered: str
    ended: str | None
    succeeded: str | None
    because: tuple[str, ...]
    events: tuple[EventSaid, ...]
    known_until: str | None
    time_zone: str
    definition: str

    def as_dict(self) -> dict[str, object]:
        """Plain data."""
        return asdict(self)


class VisitExplainer:
    """Explains the visits of one customer."""

    def __init__(
        self, journey: Journey, trails: Trails, visits: Visits, promises: PromiseRows, store: EventStore
    ) -> None:
        self._journey, self._trails, self._visits = journey, trails, visits
        self._promises, self._store = promises, store

    def visits_of(self, customer: int, name: str, stage: str | None = None) -> list[VisitExplained]:
        """Every visit of the customer with that code (in one stage, where asked), in order.

        Raises NotFound where there is none.
        """
        low, high = np.searchsorted(self._visits.customer, [customer, customer + 1])
        rows = [i for i in range(low, high) if stage is None or self._stage(i) == stage]
        if not rows:
            where = f" in {stage}" if stage else ""
            raise NotFound(
                f"customer {name} has no visit{where}: none of their events is evidence for a stage"
            )
        return [self._explain(i, name) for i in rows]

    def _stage(self, row: int) -> str:
        return str(self._journey.stages[int(self._visits.stage[row])].id)

    def _explain(self, i: int, name: str) -> VisitExplained:
        v = self._visits
        positions = [int(p) for p in (v.entry_event[i], v.success_event[i], v.end_event[i]) if p >= 0]
        events = self._events([int(self._trails.event[p]) for p in dict.fromkeys(positions)])
        return VisitExplained(
            customer=name,
            track=Track(v.track[i]).name.lower(),
            pass_no=int(v.pass_no[i]) + 1,
            stage=self._stage(i),
            outcome="skipped" if v.skipped[i] else Outcome(v.outcome[i]).word,
            entered=self._when(v.entered[i]) or "",
            ended=self._when(v.ended[i]),
            succeeded=self._when(v.succeeded[i]),
            because=tuple(self._because(i)),
            events=events,
            known_until=self._when(v.knowledge[i]),
            time_zone=self._journey.time_zone,
            definition=self._journey.version,
        )

    def _when(self, instant: int) -> str | None:
        """An instant as data: with its offset."""
        if instant in (NEVER, FOREVER):
            return None
        return from_us(int(instant), self._journey.time_zone).isoformat(sep=" ")

    def _said(self, instant: int) -> str:
        """An instant in a sentence: on the journey's clock, to the fraction that it has."""
        at = self._when(instant)
        if at is None:
            return "never"
        local = re.sub(r"[+-]\d\d:\d\d(:\d\d)?$", "", at)
        return local.rstrip("0") if "." in local else local

    def _because(self, i: int) -> list[str]:
        v = self._visits
        if v.skipped[i]:
            return [
                "No event was evidence for this stage: the customer was next seen further on, so it was skipped."
            ]
        said = [self._entry(i)]
        stage = self._journey.stages[v.stage[i]]
        if v.succeeded[i] != NEVER:
            took = say_duration(int(v.succeeded[i] - v.entered[i]))
            how = (
                "advanced"
                if stage.goal is None
                else f"reached the goal ({self._rule(stage.goal, stage.enter)})"
            )
            said.append(f"It succeeded after {took}: the customer {how}.")
        elif stage.goal is not None:
            said.append(f"The goal ({self._rule(stage.goal, stage.enter)}) was not reached in this pass.")
        said.append(self._end(i))
        if v.won_back[i] != NEVER:
            said.append(f"It is a win-back: they bought again at {self._said(v.won_back[i])}.")
        return said

    @staticmethod
    def _rule(goal: Any, enter: Any) -> str:
        return f"another match of {enter.text}" if goal == "repeat" else str(goal.text)

    def _entry(self, i: int) -> str:
        v, place = self._visits, int(self._visits.stage[i])
        stage = self._journey.stages[place]
        bits = int(self._trails.evidence[v.entry_event[i]])
        first_of_pass = i == 0 or (v.customer[i - 1], v.track[i - 1], v.pass_no[i - 1]) != (
            v.customer[i],
            v.track[i],
            v.pass_no[i],
        )
        if bits >> (ENTER + place) & 1:
            why = f"its first event satisfies the stage's enter rule: {stage.enter.text}"
        elif v.start[i] == Start.RETURN and first_of_pass:
            why = "someone who had bought before came back and did something: a return"
        else:
            before = self._journey.stages[place - 1]
            why = f"reaching the goal of {before.id} begins the next stage"
        return f"Entered {stage.id} at {self._said(v.entered[i])}: {why}."

    def _end(self, i: int) -> str:
        v = self._visits
        outcome = Outcome(v.outcome[i])
        if outcome is Outcome.ADVANCED:
            to = (
                "out of the journey's end"
                if v.next_stage[i] < 0
                else f"to {self._journey.stages[v.next_stage[i]].id}"
            )
            return f"It ended at {self._said(v.ended[i])} as advanced {to}."
        if outcome is Outcome.LEFT:
            return f"It ended at {self._said(v.ended[i])} as left: an exit rule was satisfied."
        clock = self._clock(i)
        if outcome is Outcome.LAPSED:
            return f"It lapsed at {self._said(v.ended[i])}: {clock}."
        if v.deadline[i] == FOREVER:
            return f"It is in flight: {clock}."
        return f"It is in flight: {clock}, but what is known ends at {self._said(v.knowledge[i])}."

    def _clock(self, i: int) -> str:
        v = self._visits
        allowed = self._journey.stages[v.stage[i]].lapse_after
        if v.deadline[i] == FOREVER:
            waiting = self.why_the_clock_stands(int(v.customer[i]))
            return f"the clock stands still while {waiting}"
        since = int(v.deadline[i]) - round(allowed.total_seconds() * 1e6)
        return (
            f"the clock ran from {self._said(since)} (the latest of entry, last activity and the end of what we had "
            f"promised) for {say_duration(allowed)}, until {self._said(v.deadline[i])}"
        )

    def why_the_clock_stands(self, customer: int) -> str:
        """What keeps a customer from lapsing: a promise that is open, or that they are active."""
        p = self._promises
        is_open = (p.customer == customer) & (p.closed == NEVER) & (p.voided == NEVER)
        names = sorted({self._journey.promises[k].id for k in p.promise[is_open]})
        return f"they wait for us ({', '.join(names)})" if names else "they are active (active_while)"

    def _event_time(self, time: datetime, date_only: bool) -> str:
        local = from_us(to_us(time), self._journey.time_zone)
        return local.date().isoformat() if date_only else local.isoformat(sep=" ")

    def _events(self, numbers: Sequence[int]) -> tuple[EventSaid, ...]:
        wanted = ", ".join(str(n) for n in numbers)
        table = self._store.query(
            'SELECT e.event_no, e.event, e.time, e.date_only, e.channel, e."by", e.source, p.name AS file, e.row '
            f"FROM events e JOIN parts p ON p.part = e.part WHERE e.event_no IN ({wanted}) ORDER BY e.time"
        )
        return tuple(
            EventSaid(
                event_no=row["event_no"],
                event=row["event"],
                time=self._event_time(row["time"], row["date_only"]),
                date_only=row["date_only"],
                channel=row["channel"],
                by=row["by"],
                source=row["source"],
                file=row["file"],
                record=row["row"],
            )
            for row in table.to_pylist()
        )
