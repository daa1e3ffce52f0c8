"""Who meets each touchpoint, how often, what comes after, and how far do those who met it go?

In: visits and trails. Out: a TouchpointAnswer per stage and touchpoint that was met there. A meeting belongs to the
one visit in which it happened; skipped stages meet nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desirepath.core.estimate import Measured, NoEstimate, too_few
from desirepath.core.times import NEVER, TimeRange
from desirepath.core.words import Track
from desirepath.journey.definition import Journey
from desirepath.journey.visits import Visits
from desirepath.measure.answers import Contract, Lift, TouchpointAnswer
from desirepath.measure.cohort import EVER, Mask, asked_visits, can_succeed, contract, lost_visits
from desirepath.measure.effort import ease, fates
from desirepath.measure.lift.ask import LIKE, lifts
from desirepath.measure.meetings import (
    Int64,
    Meetings,
    first_of_group,
    meetings,
    next_actions,
    visit_of_events,
)
from desirepath.stats.aalen_johansen import aalen_johansen, incidence_quantile
from desirepath.stats.intervals import mean, proportion
from desirepath.trail.spread import distinct
from desirepath.trail.trails import Trails


def touchpoints(
    journey: Journey,
    visits: Visits,
    trails: Trails,
    *,
    as_of: int,
    channels: Sequence[str] = (),
    where: Mask | None = None,
    period: TimeRange = EVER,
    owner: Int64 | None = None,
    like: Int64 | None = None,
    lifted: Mapping[tuple[int, int], Lift] | None = None,
) -> tuple[TouchpointAnswer, ...]:
    """One answer for each stage and touchpoint met in it, by stage, then by their usual order in a visit.

    where, period: which visits. owner: visit_of_events(…), where the caller has it. like: a code per visit that
    visits compared for `lift` must share. channels: the trails' channel codes → names.
    lifted: (stage, code) → what meeting it adds, where the caller has compared more than this (friction.lifts_of).
    """
    owner = visit_of_events(visits, trails) if owner is None else owner
    asked = asked_visits(visits, where, period, Track.JOURNEY)
    met = meetings(visits, trails, owner, asked)
    kinds = len(journey.touchpoints)
    if not len(met):
        return ()
    if lifted is None:
        lifted = lifts(
            journey, visits, trails, as_of=as_of, where=where, period=period, owner=owner, like=like
        )
    found = fates(journey, visits, met)
    entered = np.bincount(visits.stage[asked], minlength=len(journey.stages))
    once = _once(visits, trails, met, kinds)
    pair = visits.stage[met.visit].astype(np.int64) * kinds + met.touchpoint
    fate_pair = visits.stage[found.met.visit].astype(np.int64) * kinds + found.met.touchpoint
    value = np.bincount(pair, trails.value[met.at], len(journey.stages) * kinds)
    last = _last_seen(visits, found.met, kinds, len(journey.stages))
    by_pair, by_fate = _rows_of(once.pair), _rows_of(fate_pair)
    seen_in, none = _rows_of(pair), np.empty(0, np.int64)
    answers = []
    for key, rows in by_pair.items():
        stage, code = divmod(key, kinds)
        touchpoint = journey.touchpoints[code]
        answers.append(
            TouchpointAnswer(
                touchpoint=touchpoint.id,
                channel=touchpoint.channel or _usual_channel(trails.channel[met.at[seen_in[key]]], channels),
                stage=journey.stages[stage].id,
                reach=len(distinct(visits.customer[once.visit[rows]])),
                visits=len(rows),
                share=proportion(len(rows), int(entered[stage]), as_of=as_of),
                meetings=int(once.times[rows].sum()),
                repeats=mean(once.times[rows], as_of=as_of),
                wait=_wait(once, rows, as_of),
                value=int(value[key]),
                lift=lifted.get((stage, code)) or _not_compared(journey, stage),
                ease=ease(found, by_fate.get(key, none), visits, as_of),
                last_seen=int(last[key]),
                order=float(once.order[rows].mean()),
                contract=_contract(journey, stage, code, as_of),
            )
        )
    place = {stage.id: i for i, stage in enumerate(journey.stages)}
    return tuple(sorted(answers, key=lambda one: (place[one.stage], one.order, one.touchpoint)))


@dataclass(frozen=True, slots=True)
class _Once:
    """Grain: visit and touchpoint met in it. order: 0 … 1, its place among the visit's touchpoints.

    waited, acted: µs from its last meeting to the customer's next own action in the pass (1), to the pass's end
    without one (2), or to where knowledge ends (0).
    """

    pair: Int64
    visit: Int64
    times: Int64
    order: NDArray[np.float64]
    waited: Int64
    acted: NDArray[np.int8]


def _once(visits: Visits, trails: Trails, met: Meetings, kinds: int) -> _Once:
    key = met.visit * kinds + met.touchpoint
    by_key = np.argsort(key, kind="stable")
    first = np.flatnonzero(first_of_group(key[by_key]))
    last = np.append(first[1:], len(key)) - 1
    visit, code = met.visit[by_key[first]], met.touchpoint[by_key[first]]
    # The place of each touchpoint among those of its visit, by first meeting.
    met_first = by_key[first]
    row = np.lexsort((met_first, visit))
    starts = np.flatnonzero(first_of_group(visit[row]))
    size = np.diff(np.append(starts, len(row)))
    rank = np.empty(len(row), np.int64)
    rank[row] = np.arange(len(row)) - np.repeat(starts, size)
    of_visit = np.empty(len(row), np.int64)
    of_visit[row] = np.repeat(size, size)
    order = np.where(of_visit > 1, rank / np.maximum(of_visit - 1, 1), 0.5)
    at = met.at[by_key[last]]
    following = next_actions(trails, at, visits.customer[visit])
    acted_at = np.where(following >= 0, trails.ts[following], NEVER)
    over, until = visits.pass_ended[visit], visits.knowledge[visit]
    acted = (acted_at != NEVER) & (acted_at <= until) & ((over == NEVER) | (acted_at <= over))
    ended = ~acted & (over != NEVER) & (over <= until)
    end = np.where(acted, acted_at, np.where(ended, over, np.maximum(until, trails.ts[at])))
    return _Once(
        pair=visits.stage[visit].astype(np.int64) * kinds + code,
        visit=visit,
        times=(last - first + 1).astype(np.int64),
        order=order,
        waited=np.maximum(end - trails.ts[at], 0),
        acted=np.where(acted, 1, np.where(ended, 2, 0)).astype(np.int8),
    )


def _not_compared(journey: Journey, stage: int) -> Lift:
    """Of a touchpoint met in no visit whose horizon is known, or in a stage that has no success."""
    none = NoEstimate("not_declared", detail="the stage has no success to compare")
    return Lift(too_few(0) if can_succeed(journey, stage) else none, 1.0, False, 0, 0)


def _wait(once: _Once, rows: Int64, as_of: int) -> Measured:
    curve = aalen_johansen(once.waited[rows], once.acted[rows], 2)
    return incidence_quantile(curve, 0.5, as_of=as_of)


def _last_seen(visits: Visits, own: Meetings, kinds: int, stages: int) -> Int64:
    """How many lost visits ended at each pair: the last meeting that the customer made."""
    ends = np.append(own.visit[1:] != own.visit[:-1], True)[: len(own)]
    ends &= lost_visits(visits)[own.visit]
    pair = visits.stage[own.visit[ends]].astype(np.int64) * kinds + own.touchpoint[ends]
    return np.bincount(pair, minlength=stages * kinds).astype(np.int64)


def _rows_of(key: Int64) -> dict[int, Int64]:
    """The places at which each key stands."""
    order = np.argsort(key, kind="stable")
    first = np.flatnonzero(first_of_group(key[order]))
    return {int(key[rows[0]]): rows for rows in np.split(order, first[1:]) if len(rows)}


def _usual_channel(codes: NDArray[np.int16], channels: Sequence[str]) -> str:
    named = codes[codes >= 0]
    return channels[int(np.bincount(named).argmax())] if len(named) and len(channels) else ""


def _contract(journey: Journey, stage: int, code: int, as_of: int) -> Contract:
    touchpoint, label = journey.touchpoints[code].label, journey.stages[stage].label
    return contract(
        journey,
        as_of,
        f"Who meets {touchpoint} in {label}, and how far do they go?",
        f"visits of {label}, not skipped; for how far they go, those whose horizon is known",
        f"{LIKE}. Beyond chance: at most 1 in 20 of all that are called so would be by chance alone. "
        "An association, not a cause",
        "Mantel & Haenszel (1959); Li, Propert & Rosenbaum (2001); Benjamini & Hochberg (1995)",
    )
