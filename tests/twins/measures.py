"""Slow, obvious twins of the measures: one visit, one event at a time, straight from the contracts."""

from __future__ import annotations

import math

import numpy as np

from desirepath.core.times import DAY, HOUR, NEVER
from desirepath.core.words import Outcome, Start, Track
from desirepath.journey.bits import BY_CUSTOMER
from tests.by_hand import Shop


def rows(shop: Shop, stage: int, track: int = Track.JOURNEY) -> list[int]:
    v = shop.visits
    return [i for i in range(len(v)) if v.stage[i] == stage and v.track[i] == track]


def counts(shop: Shop, stage: int, horizon: int, track: int = Track.JOURNEY) -> dict[str, int]:
    """Every count of a stage, visit by visit."""
    names = [
        "reached", "entered", "skipped", "succeeded", "advanced", "left", "lapsed", "in_flight", "lost", "returns",
        "comebacks", "win_backs", "rated", "rated_succeeded", "too_young",
    ]  # fmt: skip
    v, found = shop.visits, dict.fromkeys(names, 0)
    customers = set()
    begun: set[tuple[int, int, int]] = set()
    first_of: dict[int, bool] = {}
    for i in range(len(v)):  # in the order of the table
        key = (int(v.customer[i]), int(v.track[i]), int(v.pass_no[i]))
        if not v.skipped[i]:
            first_of[i] = key not in begun
            begun.add(key)
    for i in rows(shop, stage, track):
        customers.add(int(v.customer[i]))
        found["reached"] += 1
        if v.skipped[i]:
            found["skipped"] += 1
            continue
        found["entered"] += 1
        outcome, succeeded = Outcome(v.outcome[i]), v.succeeded[i] != NEVER
        found[outcome.word] += 1
        found["succeeded"] += succeeded
        found["lost"] += outcome in (Outcome.LEFT, Outcome.LAPSED) and not succeeded
        if first_of[i]:
            found["returns"] += v.start[i] == Start.RETURN
            found["comebacks"] += v.start[i] == Start.COMEBACK
            found["win_backs"] += v.start[i] == Start.RETURN and v.won_back[i] != NEVER
        if int(v.entered[i]) + horizon <= min(int(v.knowledge[i]), shop.as_of):
            found["rated"] += 1
            found["rated_succeeded"] += succeeded and int(v.succeeded[i]) - int(v.entered[i]) <= horizon
        else:
            found["too_young"] += 1
    return {k: int(n) for k, n in found.items()} | {"customers": len(customers)}


def visit_of(shop: Shop) -> list[int]:
    """The visit of each event, by looking at every visit of its customer."""
    v, t = shop.visits, shop.trails
    found = [-1] * t.events
    for c in range(t.customers):
        mine = [
            i
            for i in range(len(v))
            if v.customer[i] == c and v.track[i] == Track.JOURNEY and not v.skipped[i]
        ]
        for p in range(t.offset[c], t.offset[c + 1]):
            entered = [i for i in mine if v.entry_event[i] == p]
            left = [i for i in mine if v.outcome[i] == Outcome.LEFT and v.end_event[i] == p]
            within = [
                i for i in mine if v.entered[i] <= t.ts[p] and (v.ended[i] == NEVER or t.ts[p] < v.ended[i])
            ]
            for choice in (entered, left, within):
                if choice:
                    found[p] = choice[-1]
                    break
    return found


def path_of(shop: Shop, visit: int, owner: list[int]) -> tuple[int, ...]:
    """The touchpoints of a visit in order, repeats collapsed."""
    steps: list[int] = []
    for p in range(shop.trails.events):
        code = int(shop.trails.touchpoint[p])
        if owner[p] == visit and code >= 0 and (not steps or steps[-1] != code):
            steps.append(code)
    return tuple(steps)


def is_own(shop: Shop, p: int) -> bool:
    return bool(shop.trails.evidence[p] & BY_CUSTOMER)


def reached_comparison(shop: Shop, stage: int, horizon: int, code: int) -> tuple[float, int] | None:
    """(what being reached adds, how many were reached), by looking at every visit at every time of being reached."""
    v, t, owner = shop.visits, shop.trails, visit_of(shop)
    facts = {}
    for i in rows(shop, stage):
        entered = int(v.entered[i])
        if v.skipped[i] or entered + horizon > min(int(v.knowledge[i]), shop.as_of):
            continue
        end = horizon
        for instant in (v.ended[i], v.succeeded[i]):
            if instant != NEVER:
                end = min(end, int(instant) - entered)
        won = v.succeeded[i] != NEVER and int(v.succeeded[i]) - entered <= horizon
        mine = [p for p in range(t.events) if owner[p] == i]
        acts = sorted((max(int(t.ts[p]) - entered, 0), int(t.touchpoint[p])) for p in mine if is_own(shop, p))
        met = None
        for p in mine:
            if t.touchpoint[p] == code:
                when = max(int(t.ts[p]) - entered, 0)
                if (when < end or when == end == 0) and p != v.success_event[i]:
                    met = when // 1000
                break
        facts[i] = (end, won, acts, met)

    def state(i: int, at: int) -> tuple[object, ...] | None:
        """Of a visit just before ms `at`; None when it no longer goes on."""
        end, _, acts, _ = facts[i]
        if at > end // 1000:
            return None
        before = [(u, c) for u, c in acts if u // 1000 < at or u == 0]
        last = max((u for u, _ in before), default=0)
        kinds = len({c for _, c in before if c >= 0})
        since = at - last // 1000 if at > 0 else 0
        recent = sum(since > bound // 1000 for bound in (HOUR, DAY, 7 * DAY))
        quarter = np.datetime64(int(v.entered[i]) // DAY, "D").astype("datetime64[M]").astype(int) // 3
        return (
            t.channel[v.entry_event[i]],
            quarter,
            v.start[i],
            sum(kinds >= b for b in (1, 2, 3, 5)),
            recent,
        )

    top = below = 0.0
    reached = 0
    for i, (_, won, _, met) in facts.items():
        if met is None:
            continue
        others = [
            j for j in facts
            if j != i and state(j, met) == state(i, met) and (facts[j][3] is None or facts[j][3] > met)
        ]  # fmt: skip
        if not others:
            continue
        reached += 1
        n = len(others)
        later = sum(facts[j][3] is not None for j in others)
        weight = n / (n + 1)
        top += weight * (won - sum(facts[j][1] for j in others) / n)
        below += weight * (1 - later / n)
    return (top / below if below > 0 else math.nan, reached) if reached else None
