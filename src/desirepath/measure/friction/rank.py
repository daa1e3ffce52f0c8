"""What costs customers, and what carries them: which touchpoints, steps and waits, how many customers, how much money?

In: visits, trails. Out: every touchpoint, step from one to the next, loop, going back and long wait of every stage,
each with the difference in the stage's success between those who met it and like customers who at a like moment
met something else (or had not met it); a false discovery control over all of them; and what it comes to in successes
and money. Ranked by what they come to. Associations, not causes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from os import cpu_count

import numpy as np

from desirepath.core.estimate import Estimate, Measured, NoEstimate
from desirepath.core.times import TimeRange, say_duration
from desirepath.journey.definition import Journey
from desirepath.journey.visits import Visits
from desirepath.measure.answers import Contract, Lift
from desirepath.measure.cohort import EVER, Mask, contract
from desirepath.measure.friction.movements import (
    KINDS,
    Moved,
    Thing,
    behind,
    moved_visits,
    movements,
    stage_departures,
)
from desirepath.measure.lift.ask import (
    FALSE_DISCOVERY_RATE,
    LIKE,
    Ground,
    customer_made,
    estimate_of,
    ground,
    p_of,
    stage_differences,
)
from desirepath.measure.lift.moments import first_meetings, on_the_way
from desirepath.measure.meetings import Int64, visit_of_events
from desirepath.measure.worth import success_worth, worth_per_success
from desirepath.stats.false_discovery import adjusted
from desirepath.stats.intervals import product
from desirepath.trail.trails import Trails


@dataclass(frozen=True, slots=True)
class Ranked:
    """One thing with its numbers. All counts are visits whose horizon is known, but for the two of customers.

    difference: success within the horizon of those who met it less that of those compared (−1 … 1). met: those with
    others like them, compared: those others. successes: difference × met: below 0 so many were lost, above so many
    brought; with the interval of the difference. value: the same in minor units. customers: distinct ones who met it
    with something left to decide; customers_lost: those of them with a visit that met it and did not succeed.
    rank: 1 for the heaviest friction and for the greatest delight beyond chance, 0 for all that may be chance.
    """

    thing: Thing
    difference: Measured
    q: float
    beyond_chance: bool
    met: int
    compared: int
    customers: int
    customers_lost: int
    successes: Measured
    value: Measured
    p: float = math.nan
    rank: int = 0

    @property
    def recoverable(self) -> Measured:
        """How many more would have succeeded, had those who met it done as well as those compared."""
        return self.successes.map(lambda value: -value)


@dataclass(frozen=True, slots=True)
class FrictionAnswer:
    """ranked: all that could be compared, what costs or brings most first, and after that what may be chance.

    by_value: ranked by money (all of it can be valued), else by successes. not_compared: what was met and could not be
    compared, with the reason. compared: how many comparisons the false discovery control is over.
    """

    ranked: tuple[Ranked, ...]
    not_compared: tuple[Ranked, ...]
    compared: int
    by_value: bool
    contract: Contract

    @property
    def friction(self) -> tuple[Ranked, ...]:
        """Beyond chance, and success is rarer: the costliest first."""
        return tuple(one for one in self.ranked if one.beyond_chance and _weight(one.difference) < 0)

    @property
    def delight(self) -> tuple[Ranked, ...]:
        """Beyond chance, and success is more frequent: what brings most first."""
        return tuple(one for one in self.ranked if one.beyond_chance and _weight(one.difference) > 0)


def friction(
    journey: Journey,
    visits: Visits,
    trails: Trails,
    *,
    as_of: int,
    where: Mask | None = None,
    period: TimeRange = EVER,
    owner: Int64 | None = None,
    like: Int64 | None = None,
    groups: Mapping[str, Mask] | None = None,
) -> FrictionAnswer:
    """Everything that visits met in stages that can succeed, ranked.

    where, period: which visits. owner: visit_of_events(…), where the caller has it. like: a code per visit that
    compared visits must share. groups: label → mask over visits; each is asked apart, the false discovery control is
    over all of them together.
    """
    owner = visit_of_events(visits, trails) if owner is None else owner
    worth = success_worth(visits, trails)
    found: list[Ranked] = []
    apart: dict[str, Mask | None] = {"": None} if groups is None else dict(groups)
    for label, group in apart.items():
        asked = group if where is None else where if group is None else where & group
        start = ground(journey, visits, trails, as_of=as_of, where=asked, period=period, owner=owner)
        per_success = {stage: worth_per_success(one, worth, as_of) for stage, one in start.cohorts.items()}
        found += [
            _numbers(one, label, per_success[one.thing.stage], as_of)
            for one in _of_group(journey, visits, trails, start, like)
        ]
    q = adjusted([one.p for one in found])
    found = [
        replace(one, q=float(q[i]), beyond_chance=bool(q[i] <= FALSE_DISCOVERY_RATE))
        if one.p == one.p
        else one
        for i, one in enumerate(found)
    ]
    known = [one for one in found if one.difference.known]
    beyond = [one for one in known if one.beyond_chance]
    by_value = bool(beyond) and all(one.value.known for one in beyond)
    known.sort(key=lambda one: _order(one, by_value))
    return FrictionAnswer(
        ranked=tuple(_numbered(known)),
        not_compared=tuple(one for one in found if not one.difference.known),
        compared=int(np.count_nonzero(~np.isnan(q))),
        by_value=by_value,
        contract=_contract(journey, as_of),
    )


def lifts_of(answer: FrictionAnswer) -> dict[tuple[int, int], Lift]:
    """(stage, touchpoint code) → what meeting it adds, in the company of all else that was compared."""
    every = (*answer.ranked, *answer.not_compared)
    return {
        (one.thing.stage, one.thing.touchpoint): Lift(
            one.difference, one.q, one.beyond_chance, one.met, one.compared
        )
        for one in every
        if one.thing.kind == "touchpoint"
    }


def exposed(
    journey: Journey,
    visits: Visits,
    trails: Trails,
    thing: Thing,
    *,
    as_of: int,
    where: Mask | None = None,
    period: TimeRange = EVER,
    owner: Int64 | None = None,
) -> tuple[Int64, Mask]:
    """(rows of the visits that met a thing, whether each was lost): who is behind `customers` of its answer.

    where: with the mask of the thing's group. Lost: no success within the horizon.
    """
    start = ground(journey, visits, trails, as_of=as_of, where=where, period=period, owner=owner)
    if thing.kind == "touchpoint":
        visit, code = _first_met(visits, trails, start, thing.stage, customer_made(journey, trails))
        rows = visit[code == thing.touchpoint]
    else:
        rows = moved_visits(journey, stage_departures(visits, trails, start, thing.stage), thing)
    return rows, ~start.won[rows]


def said_of(journey: Journey, thing: Thing) -> str:
    """A thing in words, without its stage: 'Payment failed', 'Cart → Checkout', 'over 3.2 days after Cart'."""
    if thing.kind == "back":
        return "going back to an earlier stage"
    labels = [t.label for t in journey.touchpoints]
    place = labels[thing.touchpoint]
    return {
        "touchpoint": place,
        "step": f"{place} → {labels[thing.target]}",
        "loop": f"{place} once more",
        "wait": f"over {say_duration(thing.longer_than)} after {place}",
    }[thing.kind]


def _of_group(
    journey: Journey, visits: Visits, trails: Trails, start: Ground, like: Int64 | None
) -> Iterator[Moved]:
    """All that visits asked about met, stage by stage."""
    by_customers = customer_made(journey, trails)

    def work(stage: int) -> list[Moved]:
        return list(_of_stage(journey, visits, trails, start, stage, by_customers, like))

    # Two at a time: sorting and looking up hold no lock, and each stage in work takes memory.
    with ThreadPoolExecutor(min(2, cpu_count() or 1)) as pool:
        for some in pool.map(work, start.cohorts):
            yield from some


def _of_stage(
    journey: Journey,
    visits: Visits,
    trails: Trails,
    start: Ground,
    stage: int,
    by_customers: Mask,
    like: Int64 | None,
) -> Iterator[Moved]:
    compared = stage_differences(journey, visits, trails, start, stage, by_customers, like)
    visit, code = _first_met(visits, trails, start, stage, by_customers)
    order = np.argsort(code, kind="stable")
    visit, code = visit[order], code[order]
    for kind in sorted(compared):
        low, high = np.searchsorted(code, [kind, kind + 1])
        n = behind(visits, start.won, visit[low:high])
        yield Moved(Thing("touchpoint", stage, kind), compared[kind], *n)
    yield from movements(journey, visits, trails, start, stage, like)


def _first_met(
    visits: Visits, trails: Trails, start: Ground, stage: int, by_customers: Mask
) -> tuple[Int64, Int64]:
    """(visit, touchpoint) of first meetings with something left to decide; where customers go themselves, theirs."""
    met = start.met[stage]
    _, before = on_the_way(start.cohorts[stage], visits, trails, met.at, met.visit)
    met = met.where(before & (met.by_customer | ~by_customers[met.touchpoint]))
    new = first_meetings(met.visit, met.touchpoint) > 0
    return met.visit[new], met.touchpoint[new]


def _numbers(one: Moved, group: str, per_success: Measured, as_of: int) -> Ranked:
    """What a difference comes to; q is not known yet."""
    difference = one.difference
    known = difference if isinstance(difference, NoEstimate) else estimate_of(difference, as_of)
    met, compared = (0, 0) if isinstance(difference, NoEstimate) else (difference.met, difference.compared)
    successes = known.map(lambda x: x * met)
    return Ranked(
        thing=replace(one.thing, group=group),
        difference=known,
        q=1.0,
        beyond_chance=False,
        met=met,
        compared=compared,
        customers=one.customers,
        customers_lost=one.lost,
        successes=successes,
        value=_worth(successes, per_success),
        p=p_of(difference),
    )


def _worth(successes: Measured, per_success: Measured) -> Measured:
    """Successes lost or brought, in money."""
    if not isinstance(successes, Estimate) or successes.value >= 0:
        return product(successes, per_success)
    return product(successes.map(lambda x: -x), per_success).map(lambda x: -x)


def _weight(one: Measured) -> float:
    return one.value if isinstance(one, Estimate) else 0.0


def _numbered(ordered: list[Ranked]) -> Iterator[Ranked]:
    """Ranks from 1, of friction and of delight apart."""
    last = [0, 0]
    for one in ordered:
        costs = _weight(one.difference) < 0
        last[costs] += one.beyond_chance
        yield replace(one, rank=last[costs]) if one.beyond_chance else one


def _order(one: Ranked, by_value: bool) -> tuple[object, ...]:
    """Beyond chance first, the heaviest first; ties in the order of the journey."""
    thing = one.thing
    weight = abs(_weight(one.value if by_value else one.successes))
    place = (thing.stage, KINDS.index(thing.kind), thing.touchpoint, thing.target, thing.group)
    return (not one.beyond_chance, -weight, *place)


def _contract(journey: Journey, as_of: int) -> Contract:
    return contract(
        journey,
        as_of,
        "What costs customers, and what carries them?",
        "observed visits whose horizon is known, from the meeting on, while something was left to decide",
        f"{LIKE}. Steps, loops, going back and waits: against others who came on from the same touchpoint, "
        "elsewhere or sooner, the wait before it being alike but where the wait is what is asked about. "
        "Beyond chance: at most 1 in 20 of all that are called so would be so by chance alone. An association, not a "
        "cause",
        "Mantel & Haenszel (1959); Li, Propert & Rosenbaum (2001); Robins (1994); Benjamini & Hochberg (1995); "
        "Zou & Donner (2008)",
    )
