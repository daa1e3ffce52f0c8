"""What does a broken promise do: to going on, to coming back, to what customers say of us?

In: one row a promise made, with visits, trails and scores. Out: for each promise the difference between customers to
whom it was broken and like customers to whom it was kept, from the instant on at which it was due. Whether it
was kept is known then, so nobody is credited with having lived long enough to be let down. Associations: whom we let
down may differ from the others.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from desirepath.core.estimate import MINIMUM_N, Estimate, Measured, NoEstimate, too_few
from desirepath.core.times import DAY, HOUR, NEVER
from desirepath.core.words import Track
from desirepath.journey.bits import BY_CUSTOMER
from desirepath.journey.definition import Journey
from desirepath.journey.promises import PromiseRows
from desirepath.journey.visits import Visits
from desirepath.measure.cohort import Mask, can_succeed, horizon_of
from desirepath.measure.inputs import ScoreRows, no_scores
from desirepath.measure.lift.alike import dense
from desirepath.measure.lift.moments import elapsed_bins
from desirepath.measure.meetings import Int64
from desirepath.measure.promises.kept import kept, made
from desirepath.measure.worth import success_worth
from desirepath.stats.false_discovery import adjusted
from desirepath.stats.intervals import mean, product
from desirepath.stats.stratified import StratifiedDifference, mantel_haenszel, never_certain
from desirepath.trail.trails import Trails

FALSE_DISCOVERY_RATE = 0.05
RETURNS = (
    7 * DAY,
    90 * DAY,
)  # a return: an own event so long after the promise was due; sooner may be a complaint
SAYS = 90 * DAY  # a score counts until so long after
ENDS = 0.25  # where more of the kept are over by then, keeping it is itself how visits end: a decision, say
_SINCE = np.array([HOUR, DAY, 7 * DAY], np.int64)  # since the customer's last own action, when it was due
_EARLIER = np.array([1, 2, 3], np.int64)  # promises of the kind that the customer had been made before


@dataclass(frozen=True, slots=True)
class Effect:
    """What a broken promise does to one thing.

    what: "advancing" (success of the visit within its stage's horizon), "return", or a kind of score ("nps"; its share
    of the scale). difference: broken less kept. broken, compared: those with others like them, on each side.
    lost: successes lost, broken × −difference; value: in minor units. Both only for advancing.
    """

    what: str
    difference: Measured
    q: float
    beyond_chance: bool
    broken: int
    compared: int
    lost: Measured
    value: Measured
    p: float = math.nan


@dataclass(frozen=True, slots=True)
class _Due:
    """Grain: promise that was due before knowledge ends, by customer and time. at: place of its opening event."""

    customer: NDArray[np.int32]
    opened: Int64
    due: Int64
    broken: Mask
    at: Int64
    after: Int64  # the place of the customer's first event later than `due`
    alike: Int64


def promise_effects(
    journey: Journey,
    visits: Visits,
    trails: Trails,
    rows: PromiseRows,
    at: Int64,
    *,
    as_of: int,
    known: dict[str, int] | None = None,
    scores: ScoreRows | None = None,
    like: Int64 | None = None,
    returns: tuple[int, int] = RETURNS,
    ends: float = ENDS,
) -> dict[str, tuple[Effect, ...]]:
    """Promise id → its effects, for each promise that was ever due.

    at: the place in the trails of each row's opening event, −1 where it has none. known: promise id → until when we
    know of its delivery, µs. like: a code per row that compared promises must share. The false discovery control is
    over all promises and effects.
    """
    found: dict[str, list[Effect]] = {}
    worth = success_worth(visits, trails)
    for place, promise in enumerate(journey.promises):
        until = min((known or {}).get(promise.id, as_of), as_of)
        mine = np.flatnonzero((rows.promise == place) & made(rows) & (rows.due <= until) & (at >= 0))
        if not len(mine):
            continue
        due = _due(trails, rows, at, mine, like)
        effects = [
            _advancing(journey, visits, due, worth, as_of, ends),
            _returning(trails, due, as_of, returns),
            *_saying(trails, due, scores or no_scores(), as_of),
        ]
        found[promise.id] = effects
    q = adjusted([one.p for effects in found.values() for one in effects])
    turn = iter(q.tolist())
    return {name: tuple(_judged(one, next(turn)) for one in effects) for name, effects in found.items()}


def _judged(one: Effect, q: float) -> Effect:
    return one if math.isnan(q) else replace(one, q=q, beyond_chance=q <= FALSE_DISCOVERY_RATE)


def _due(trails: Trails, rows: PromiseRows, at: Int64, mine: Int64, like: Int64 | None) -> _Due:
    mine = mine[np.lexsort((rows.due[mine], rows.customer[mine]))]
    customer, due = rows.customer[mine], rows.due[mine]
    after = places_after(trails, customer, due)
    own = np.flatnonzero((trails.evidence & BY_CUSTOMER) != 0)
    last = np.append(own, -1)[np.searchsorted(own, after, side="left") - 1]  # −1 reads the appended item
    acted = (last >= trails.offset[customer]) & (last >= 0)
    since = np.where(acted, due - trails.ts[np.maximum(last, 0)], 0)
    first = np.append(True, customer[1:] != customer[:-1])[: len(mine)]
    number = np.arange(len(mine)) - np.repeat(
        np.flatnonzero(first), np.diff(np.append(np.flatnonzero(first), len(mine)))
    )
    quarter = (rows.opened[mine] // DAY).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) // 3
    parts = [
        trails.channel[at[mine]].astype(np.int64) + 1,
        quarter - quarter.min(),
        np.searchsorted(_EARLIER, number, side="right"),
        np.where(acted, np.searchsorted(_SINCE, since, side="left") + 1, 0),
    ]
    if like is not None:
        parts.append(like[mine] - int(like.min(initial=0)))
    return _Due(customer, rows.opened[mine], due, ~kept(rows)[mine], at[mine], after, dense(parts))


def places_after(trails: Trails, customer: NDArray[np.int32], instant: Int64) -> Int64:
    """The place of each customer's first event later than the instant; the end of their trail where there is none."""
    from desirepath.measure.promises import kernel  # Numba takes 0.3 s to import: only when asked

    out = np.empty(len(customer), np.int64)
    kernel.places_after(customer, instant, trails.offset, trails.ts, out)
    return out


def visits_at(visits: Visits, customer: NDArray[np.int32], instant: Int64) -> Int64:
    """The row of the observed visit of the journey's track in which each customer is then; −1 where in none.

    The entry belongs to the visit, its end does not.
    """
    rows = np.flatnonzero(~visits.skipped & (visits.track == Track.JOURNEY))
    if not len(rows) or not len(instant):
        return np.full(len(instant), -1, np.int64)
    entered = visits.entered[rows]
    times = np.unique(np.concatenate([entered, instant]))
    span = len(times) + 1
    key = visits.customer[rows].astype(np.int64) * span + np.searchsorted(times, entered)
    order = np.argsort(key, kind="stable")
    asked = customer.astype(np.int64) * span + np.searchsorted(times, instant)
    place = np.searchsorted(key[order], asked, side="right") - 1
    row = rows[order[np.maximum(place, 0)]]
    ended = visits.ended[row]
    there = (place >= 0) & (visits.customer[row] == customer) & ((ended == NEVER) | (instant < ended))
    return np.where(there, row, -1)


def _advancing(journey: Journey, visits: Visits, due: _Due, worth: Int64, as_of: int, ends: float) -> Effect:
    """Success of the visit that a customer is in when the promise is due: the first such of each visit.

    Where keeping it mostly ends visits, those that still go on though it was kept are left over by chance.
    """
    able = np.array([can_succeed(journey, s) for s in range(len(journey.stages))], bool)
    lengths = np.array([horizon_of(journey, s) for s in range(len(journey.stages))], np.int64)

    def rated(row: Int64) -> Mask:
        known = visits.entered[row] + lengths[visits.stage[row]] <= np.minimum(visits.knowledge[row], as_of)
        asked: Mask = able[visits.stage[row]] & known
        return asked

    visit = visits_at(visits, due.customer, due.due)
    row = np.maximum(visit, 0)
    stage, entered, done = visits.stage[row], visits.entered[row], visits.succeeded[row]
    horizon, elapsed = lengths[stage], due.due - entered
    use = (visit >= 0) & rated(row) & (elapsed <= horizon) & ((done == NEVER) | (done > due.due))
    begun = visits_at(visits, due.customer, due.opened)
    then = (begun >= 0) & rated(np.maximum(begun, 0)) & ~due.broken
    over = int((then & ~(use & (visit == begun))).sum()) / max(int(then.sum()), 1)
    if over > ends:
        detail = f"{over:.0%} of the visits to which it was kept were over by then: keeping it ends them"
        return _effect("advancing", NoEstimate("on_the_way", int(then.sum()), detail=detail), as_of)
    use[use] &= _first(visit[use])
    won = (done != NEVER) & (done - entered <= horizon)
    parts = [due.alike[use], stage[use].astype(np.int64), elapsed_bins(elapsed[use])]
    found = _compared(due, use, won.astype(np.float64), parts, _later(visit, due.broken))
    mine = visit[use & won]
    per_success = mean(worth[mine], as_of=as_of) if worth[mine].any() else too_few(0)
    return _effect("advancing", never_certain(found), as_of, per_success)


def _later(visit: Int64, broken: Mask) -> Mask:
    """Whether a later promise of the same visit was broken. Rows by customer and time."""
    count = np.bincount(visit[visit >= 0], broken[visit >= 0], int(visit.max(initial=0)) + 1)
    return (visit >= 0) & (count[np.maximum(visit, 0)] - broken > 0) & ~broken


def _first(visit: Int64) -> Mask:
    """The first row of each visit. Rows by customer and time, so that those of a visit lie together or return."""
    first = np.zeros(len(visit), bool)
    first[np.unique(visit, return_index=True)[1]] = True
    return first


def _returning(trails: Trails, due: _Due, as_of: int, returns: tuple[int, int]) -> Effect:
    """An own event from returns[0] until returns[1] after the promise was due."""
    use = due.due + returns[1] <= as_of
    begin = places_after(trails, due.customer, due.due + returns[0] - 1)
    own = np.flatnonzero((trails.evidence & BY_CUSTOMER) != 0)
    following = np.append(own, trails.events)[np.searchsorted(own, begin, side="left")]
    mine = following < trails.offset[due.customer + 1]
    back = mine & (np.append(trails.ts, 0)[np.where(mine, following, -1)] <= due.due + returns[1])
    found = _compared(due, use, back.astype(np.float64), [due.alike[use]])
    return _effect("return", never_certain(found), as_of)


def _saying(trails: Trails, due: _Due, scores: ScoreRows, as_of: int) -> list[Effect]:
    """The first score of each kind that a customer gives after the promise was due."""
    kinds = np.array([str(kind) for kind in scores.kind], object)
    effects = []
    for kind in sorted(set(kinds.tolist())):
        rows = np.flatnonzero(kinds == kind)
        rows = rows[np.argsort(scores.at[rows], kind="stable")]
        at = scores.at[rows]
        place = np.searchsorted(at, due.after, side="left")
        following = np.append(at, trails.events)[place]
        use = following < trails.offset[due.customer + 1]
        use &= np.append(trails.ts, 0)[np.where(use, following, -1)] <= due.due + SAYS
        share = np.append(scores.share[rows], 0.0)[place]
        found = _compared(due, use, share, [due.alike[use]])
        effects.append(_effect(kind, found, as_of))
    return effects


def _compared(
    due: _Due, use: Mask, outcome: NDArray[np.float64], parts: list[Int64], later: Mask | None = None
) -> StratifiedDifference:
    if not use.any():
        return mantel_haenszel(*(np.empty(0, kind) for kind in (bool, bool, np.int64, np.int64)))
    # The estimator is linear in the outcome: a share of a scale will do for a success.
    return mantel_haenszel(
        due.broken[use],
        outcome[use],  # type: ignore[arg-type]
        dense(parts),
        due.customer[use],
        None if later is None else later[use],
    )


def _effect(
    what: str, found: StratifiedDifference | NoEstimate, as_of: int, per_success: Measured | None = None
) -> Effect:
    if isinstance(found, NoEstimate):
        return Effect(what, found, 1.0, False, 0, 0, found, found)
    few = min(found.met, found.compared)
    if few < MINIMUM_N or not found.error > 0:
        none = too_few(few)
        return Effect(what, none, 1.0, False, found.met, found.compared, none, none)
    low, high = found.interval()
    value = max(-1.0, min(1.0, found.value))
    difference = Estimate(value, low, high, found.met, "mantel-haenszel, clustered", as_of)
    lost: Measured = NoEstimate("not_declared", detail="only for advancing")
    worth = lost
    if per_success is not None:
        lost = difference.map(lambda x: -x * found.met)
        worth = product(lost, per_success)
    return Effect(what, difference, 1.0, False, found.met, found.compared, lost, worth, found.p)
