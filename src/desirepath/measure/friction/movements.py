"""What does going there rather than elsewhere, going back, coming again or coming late do to success?

In: the departures of a stage's visits. Out: for each step (from one touchpoint to the next), loop, going back and long
wait what it adds to success, against like customers who came on from the same touchpoint otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import cpu_count

import numpy as np

from desirepath.core.estimate import MINIMUM_N, NoEstimate
from desirepath.journey.definition import Journey
from desirepath.journey.visits import Visits
from desirepath.measure.cohort import Mask
from desirepath.measure.friction.departures import Departures, departures, goes_back, long_wait, waits
from desirepath.measure.lift.ask import ON_THE_WAY, Difference, Ground, repeat_steps, taken_by_the_successful
from desirepath.measure.lift.moments import Moments, compare_moments, first_meetings
from desirepath.measure.meetings import Int64, first_of_group
from desirepath.stats.stratified import never_certain
from desirepath.trail.trails import Trails

KINDS = ("touchpoint", "step", "loop", "back", "wait")


@dataclass(frozen=True, slots=True)
class Thing:
    """What can cost or bring customers. kind: one of KINDS. stage: its place in the journey.

    touchpoint: what was met; where a step or loop begins; after what it was waited; −1 for going back, which is from
    anywhere. target: the code where a step or loop goes, else −1. longer_than: of a wait, µs. group: the label of
    those asked about, "" where everybody.
    """

    kind: str
    stage: int
    touchpoint: int = -1
    target: int = -1
    longer_than: int = 0
    group: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """A thing that was compared. customers: distinct ones who met it; lost: those who met it in a lost visit."""

    thing: Thing
    difference: Difference
    customers: int
    lost: int


def behind(visits: Visits, won: Mask, rows: Int64) -> tuple[int, int]:
    """(distinct customers of these visits, of those without success). rows: in the order of the visits."""
    customer = visits.customer[rows]
    new = np.append(True, customer[1:] != customer[:-1])[: len(rows)]
    lost = customer[~won[rows]]
    return int(np.count_nonzero(new)), int(np.count_nonzero(lost[1:] != lost[:-1])) + (len(lost) > 0)


def movements(
    journey: Journey,
    visits: Visits,
    trails: Trails,
    start: Ground,
    stage: int,
    like: Int64 | None = None,
    needed: int = MINIMUM_N,
) -> Iterator[Moved]:
    """Every step, loop, going back and long wait of a stage that `needed` visits or more met."""
    found = stage_departures(visits, trails, start, stage, like)
    if not len(found):
        return
    progress = _progress(journey, visits, trails, start, stage)
    back = _back(journey, visits, start.won, stage, found, needed)
    if back is not None:
        yield back
    with ThreadPoolExecutor(min(4, cpu_count() or 1)) as pool:  # the kernels hold no lock

        def work(here: Departures) -> list[Moved]:
            steps = _steps(visits, start.won, stage, here, progress, needed)
            return [*steps, *_waits(journey, visits, start.won, stage, here, needed)]

        for some in pool.map(work, found.by_source()):
            yield from some


def stage_departures(
    visits: Visits, trails: Trails, start: Ground, stage: int, like: Int64 | None = None
) -> Departures:
    """The departures of a stage's rated visits."""
    return departures(start.cohorts[stage], start.won, visits, trails, start.met[stage], like)


def moved_visits(journey: Journey, found: Departures, thing: Thing) -> Int64:
    """The rows of the visits that met a step, loop, going back or wait. found: departures of the thing's stage."""
    if thing.kind == "back":
        return np.unique(found.visit[goes_back(journey, thing.stage, found.target)])
    here = found.source == thing.touchpoint
    if thing.kind == "wait":
        here &= waits(journey, thing.stage, found) & (found.waited > thing.longer_than)
    else:
        here &= found.target == thing.target
    return np.unique(found.visit[here])


def _progress(journey: Journey, visits: Visits, trails: Trails, start: Ground, stage: int) -> dict[int, str]:
    """Touchpoint → why going there is neither friction nor delight: it is a part of succeeding."""
    met = start.met[stage]
    first = met.where(first_meetings(met.visit, met.touchpoint) > 0)
    kinds = len(journey.touchpoints)
    taken = taken_by_the_successful(start.cohorts[stage], start.won, visits, trails, first, kinds)
    passed = np.flatnonzero(taken >= ON_THE_WAY).tolist()
    again = np.flatnonzero(repeat_steps(journey, stage)).tolist()
    return {code: f"{taken[code]:.0%} of those who succeed pass it" for code in passed} | dict.fromkeys(
        again, "a step of the repeat cycle, which has rates of its own"
    )


def _steps(
    visits: Visits, won: Mask, stage: int, found: Departures, progress: Mapping[int, str], needed: int
) -> Iterator[Moved]:
    """Of those who came on from one touchpoint, where they went, against those who went elsewhere."""
    source = int(found.source[0])
    at = found.moments(found.target, found.stratum)
    first = np.flatnonzero(first_meetings(at.visit, at.touchpoint))
    reached = {code: at.visit[rows] for code, rows in _by_code(at.touchpoint, first)}
    many = [code for code, visit in reached.items() if len(visit) >= needed]
    codes = np.array([code for code in many if code not in progress], np.int64)
    compared = compare_moments(at, visits, codes)
    difference: dict[int, Difference] = {
        code: NoEstimate("on_the_way", len(reached[code]), detail=progress[code])
        for code in many
        if code in progress
    }
    difference |= {code: never_certain(one) for code, one in zip(codes.tolist(), compared, strict=True)}
    for code in many:
        kind = "loop" if code == source else "step"
        yield Moved(Thing(kind, stage, source, code), difference[code], *behind(visits, won, reached[code]))


def _by_code(code: Int64, rows: Int64) -> Iterator[tuple[int, Int64]]:
    """Each code among `rows`, with the rows at which it stands."""
    rows = rows[np.argsort(code[rows], kind="stable")]
    first = np.flatnonzero(first_of_group(code[rows]))
    for some in np.split(rows, first[1:]) if len(rows) else []:
        yield int(code[some[0]]), some


def _waits(
    journey: Journey, visits: Visits, won: Mask, stage: int, found: Departures, needed: int
) -> Iterator[Moved]:
    """Those who came on late against those who came on soon."""
    source = int(found.source[0])
    found = found.where(waits(journey, stage, found))
    if len(found):
        limit = long_wait(found.waited)
        long = found.waited > limit
        thing = Thing("wait", stage, source, longer_than=limit)
        one = _flagged(visits, won, thing, found.moments(long.astype(np.int64), found.calm), needed)
        if one is not None:
            yield one


def _back(
    journey: Journey, visits: Visits, won: Mask, stage: int, found: Departures, needed: int
) -> Moved | None:
    """Those who went back against those who went elsewhere from the same touchpoint."""
    found = found.in_order()
    back = goes_back(journey, stage, found.target).astype(np.int64)
    stratum = found.stratum.astype(np.int64) * (int(found.source.max()) + 1) + found.source
    return _flagged(visits, won, Thing("back", stage), found.moments(back, stratum), needed)


def _flagged(visits: Visits, won: Mask, thing: Thing, found: Moments, needed: int) -> Moved | None:
    """The difference of moments of code 1 from others; None where too few visits have one."""
    met: Mask = (first_meetings(found.visit, found.touchpoint) > 0) & (found.touchpoint == 1)
    visit = found.visit[met]
    if len(visit) < needed:
        return None
    difference = compare_moments(found, visits, np.array([1], np.int64))[0]
    return Moved(thing, never_certain(difference), *behind(visits, won, visit))
