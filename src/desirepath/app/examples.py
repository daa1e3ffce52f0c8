"""A few real customers for the map: whoever walked one of the commonest paths, event by event.

They are chosen by rule (the first member of a path, and of each outcome), never by hand, and masked by the map.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from desirepath.core.times import FOREVER, NEVER
from desirepath.core.words import Outcome, Track
from desirepath.journey_map.inputs import ExampleTrail, TrailEvent
from desirepath.measure.answers import PathsAnswer
from desirepath.measure.paths import steps_of

if TYPE_CHECKING:
    from desirepath.app.asking import Asking

Int64 = NDArray[np.int64]
_PER_STAGE = 6
_LONGEST = 60  # events shown of one trail


def example_trails(asking: Asking, walked: Sequence[PathsAnswer], owner: Int64) -> tuple[ExampleTrail, ...]:
    """For each stage at most six visits: one for each of its commonest paths, middle-long among its walkers."""
    chosen: list[tuple[int, tuple[str, ...]]] = []
    for answer in walked:
        place = asking.journey.index(answer.stage)
        for row in answer.rows[:_PER_STAGE]:
            visit = _typical(asking, place, row.members, row.steps, owner)
            if visit is not None:
                chosen.append((visit, row.steps))
    parts = [_part(asking, visit) for visit, _ in chosen]
    # One question for all of them: the store takes as long for one event as for a thousand.
    said = asking.event_words([int(asking.trails.event[p]) for part in parts for p in part.shown])
    return tuple(
        _trail(asking, visit, steps, part, said) for (visit, steps), part in zip(chosen, parts, strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """What is shown of a customer's trail. rows: the visits of the pass; shown: places of events; more: left out."""

    rows: NDArray[np.intp]
    shown: list[int]
    more: int


def _part(asking: Asking, visit: int) -> _Part:
    v, t = asking.visits, asking.trails
    customer = int(v.customer[visit])
    first, last = np.searchsorted(v.customer, [customer, customer + 1])
    own = np.arange(first, last)
    rows = own[(v.track[own] == Track.JOURNEY) & (v.pass_no[own] == v.pass_no[visit])]
    pass_ended = int(v.pass_ended[rows[0]])
    events = np.arange(int(t.offset[customer]), int(t.offset[customer + 1]))
    times = np.asarray(t.ts[events])
    inside = (times >= v.entered[rows].min()) & (times <= (FOREVER if pass_ended == NEVER else pass_ended))
    # A date-only event may stand before the instant at which it acts.
    places = events[inside | np.isin(events, v.entry_event[rows])].tolist()
    # The visit in question is what the example is for: start a little before it where the pass is long.
    entry = int(v.entry_event[visit])
    start = places.index(entry) if entry in places else 0
    shown = places[max(0, start - 5) :][:_LONGEST]
    return _Part(rows, shown, len(places) - len(shown))


def _typical(
    asking: Asking, stage: int, members: NDArray[np.int32], steps: tuple[str, ...], owner: Int64
) -> int | None:
    """The visit with the median number of events among the path's first members."""
    v = asking.visits
    some = np.unique(members)[:200]
    rows = np.flatnonzero(
        (v.stage == stage) & (v.track == Track.JOURNEY) & ~v.skipped & np.isin(v.customer, some)
    )
    if not len(rows):
        return None
    codes = [next(i for i, t in enumerate(asking.journey.touchpoints) if t.id == step) for step in steps]
    found, cut = steps_of(v, asking.trails, owner, rows, max(1, len(codes) + 1))
    wanted = np.full(found.shape[1], -1, np.int64)
    wanted[: len(codes)] = codes
    same = rows[(found == wanted).all(axis=1) & ~cut]
    if not len(same):
        return None
    lengths = np.diff(asking.trails.offset)[v.customer[same]]
    return int(same[np.argsort(lengths, kind="stable")[len(same) // 2]])


def _trail(
    asking: Asking, visit: int, steps: tuple[str, ...], part: _Part, said: Mapping[int, tuple[str, str]]
) -> ExampleTrail:
    v, t, stages = asking.visits, asking.trails, asking.journey.stages
    rows, shown = part.rows, part.shown
    entered = {int(v.entry_event[r]): r for r in rows.tolist() if not v.skipped[r]}
    stage, events = "", []
    for p in shown:
        row = entered.get(p)
        if row is not None:
            stage = stages[v.stage[row]].id
        elif not stage:
            earlier = [r for q, r in entered.items() if q <= p]
            stage = stages[v.stage[earlier[-1]]].id if earlier else ""
        event, text = said[int(t.event[p])]
        code = int(t.touchpoint[p])
        events.append(
            TrailEvent(
                at=int(t.ts[p]),
                event=event,
                event_no=int(t.event[p]),
                channel=asking.channels[t.channel[p]] if t.channel[p] >= 0 else "",
                touchpoint=asking.journey.touchpoints[code].id if code >= 0 else "",
                stage=stage,
                by=_by(int(t.evidence[p])),
                value=int(t.value[p]),
                text=text,
                note=_note(asking, visit, p, row),
            )
        )
    return ExampleTrail(
        customer=asking.customer_ids[int(v.customer[visit])],
        stage=stages[v.stage[visit]].id,
        outcome=Outcome(v.outcome[visit]).word,
        events=tuple(events),
        path=steps,
        more=part.more,
    )


def _note(asking: Asking, visit: int, p: int, row: int | None) -> str:
    """What the event did to the placement, if anything."""
    v = asking.visits
    notes = [] if row is None else [f"entered {asking.journey.stages[v.stage[row]].label}"]
    if int(v.success_event[visit]) == p and asking.journey.stages[v.stage[visit]].goal is not None:
        notes.append("the goal")
    if int(v.end_event[visit]) == p and v.outcome[visit] == Outcome.LEFT:
        notes.append("left")
    return ", ".join(notes)


def _by(evidence: int) -> str:
    from desirepath.journey.bits import BY_BUSINESS, BY_MACHINE

    return "business" if evidence & BY_BUSINESS else "machine" if evidence & BY_MACHINE else "customer"
