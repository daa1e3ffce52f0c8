"""Slow, obvious twin of friction's steps, loops, goings back and waits: one visit, one event at a time."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

import numpy as np

from desirepath.core.times import DAY, HOUR, NEVER
from desirepath.measure.friction.movements import Thing
from desirepath.stats.stratified import StratifiedDifference, mantel_haenszel
from tests.by_hand import Shop
from tests.twins.measures import is_own, rows, visit_of


@dataclass(frozen=True)
class Move:
    """A customer's coming from one touchpoint to the next within a visit."""

    visit: int
    source: int
    target: int
    waited: int
    elapsed: int
    known: int
    entry: tuple[int, ...]
    won: bool
    back: bool


def moves(shop: Shop, stage: int, horizon: int) -> list[Move]:
    """All moves of the stage's visits whose horizon is known, before success and end, in their order."""
    v, t, owner, found = shop.visits, shop.trails, visit_of(shop), []
    bought = next((i for i, s in enumerate(shop.journey.stages) if s.goal_advances), 99)
    homes = [None if p.stage is None else shop.journey.index(p.stage) for p in shop.journey.touchpoints]
    events: dict[int, list[int]] = defaultdict(list)
    for p in range(t.events):
        events[owner[p]].append(p)
    for i in rows(shop, stage):
        entered = int(v.entered[i])
        if v.skipped[i] or entered + horizon > min(int(v.knowledge[i]), shop.as_of):
            continue
        quarter = np.datetime64(entered // DAY, "D").astype("datetime64[M]").astype(int) // 3
        entry = (int(t.channel[v.entry_event[i]]), int(quarter), int(v.start[i]))
        won = v.succeeded[i] != NEVER and int(v.succeeded[i]) - entered <= horizon
        named = [p for p in events[i] if t.touchpoint[p] >= 0]
        met: set[int] = set()
        for before, p in zip([None, *named], named, strict=False):
            elapsed = max(int(t.ts[p]) - entered, 0)
            target = int(t.touchpoint[p])
            undecided = v.succeeded[i] == NEVER or t.ts[p] < v.succeeded[i]
            if (
                before is not None and is_own(shop, p) and undecided and elapsed <= horizon
                and p not in (v.success_event[i], v.end_event[i])
            ):  # fmt: skip
                home = homes[target]
                found.append(
                    Move(
                        i, int(t.touchpoint[before]), target, max(int(t.ts[p]) - int(t.ts[before]), 0), elapsed,
                        sum(len(met) >= b for b in (1, 2, 3, 5)), entry, bool(won),
                        stage <= bought and home is not None and home < stage,
                    )
                )  # fmt: skip
            if is_own(shop, p):
                met.add(target)
    return found


def edges(found: list[Move], bins: int) -> list[float]:
    """Where the shares of the time since entry begin."""
    later = [m.elapsed for m in found if m.elapsed > 0]
    return sorted({float(np.quantile(later, k / bins)) for k in range(1, bins)}) if later else []


def share(elapsed: int, bounds: list[float]) -> int:
    """0 at the entry, then the place among the bounds."""
    return 0 if elapsed == 0 else 1 + sum(b < elapsed for b in bounds)


def alike(found: list[Move], bins: int, *, wait: bool) -> Callable[[Move], Hashable]:
    """What moves must agree in, but for where they come from."""
    bounds = edges(found, bins)

    def code(m: Move) -> Hashable:
        soon = sum(m.waited >= gap for gap in (HOUR // 2, DAY)) if wait else 0
        return (*m.entry, m.known, share(m.elapsed, bounds), soon)

    return code


def compared(
    shop: Shop, found: list[Move], did: Callable[[Move], bool], stratum: Callable[[Move], Hashable]
) -> tuple[StratifiedDifference, set[int]]:
    """Each visit's first time against all moves of visits that had not done it; and which visits did."""
    met, won, codes, customer, later = [], [], [], [], []
    by_visit: dict[int, list[Move]] = defaultdict(list)
    for m in found:
        by_visit[m.visit].append(m)
    who = set()
    for visit, mine in by_visit.items():
        first = next((k for k, m in enumerate(mine) if did(m)), None)
        if first is not None:
            who.add(visit)
        for k, m in enumerate(mine[: len(mine) if first is None else first + 1]):
            met.append(k == first)
            later.append(first is not None and k < first)
            won.append(m.won)
            codes.append((m.source, stratum(m)))
            customer.append(int(shop.visits.customer[visit]))
    place = {code: i for i, code in enumerate(dict.fromkeys(codes))}
    columns = (
        np.array(met), np.array(won), np.array([place[c] for c in codes]), np.array(customer), np.array(later),
    )  # fmt: skip
    return mantel_haenszel(*columns), who


def movements(
    shop: Shop, stage: int, horizon: int, again: list[bool], needed: int
) -> dict[Thing, tuple[StratifiedDifference, set[int]]]:
    """Every step, loop, going back and wait that so many visits made. again: steps of the repeat cycle."""
    found = moves(shop, stage, horizon)
    all_of_it, calm = alike(found, 8, wait=True), alike(found, 16, wait=False)
    answers = {Thing("back", stage): compared(shop, found, lambda m: m.back, all_of_it)} if found else {}
    for source in {m.source for m in found}:
        here = [m for m in found if m.source == source]
        for target in {m.target for m in here}:
            kind = "loop" if source == target else "step"
            answers[Thing(kind, stage, source, target)] = compared(
                shop, here, lambda m, target=target: m.target == target, all_of_it
            )
        waits = [m for m in here if m.waited >= HOUR // 2 and not again[m.target]]
        if waits:
            limit = sorted(m.waited for m in waits)[math.ceil(round(0.75 * len(waits), 9)) - 1]
            answers[Thing("wait", stage, source, longer_than=limit)] = compared(
                shop, waits, lambda m, limit=limit: m.waited > limit, calm
            )
    return {thing: one for thing, one in answers.items() if len(one[1]) >= needed}
