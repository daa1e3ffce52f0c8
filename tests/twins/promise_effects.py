"""Slow, obvious twin of what a broken promise does: one promise at a time, by looking at every event and visit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable

import numpy as np

from desirepath.core.times import DAY, HOUR, NEVER
from desirepath.core.words import Track
from desirepath.journey.promises import PromiseRows
from desirepath.measure.cohort import can_succeed, horizon_of
from desirepath.measure.inputs import ScoreRows
from desirepath.stats.stratified import StratifiedDifference, mantel_haenszel
from tests.by_hand import Shop
from tests.twins.measures import is_own


def due_ones(rows: PromiseRows, until: int) -> list[int]:
    """Rows of the promises that were due, by customer and the instant they were due."""
    found = []
    for i in range(len(rows)):
        over = rows.due[i] if rows.closed[i] == NEVER else min(rows.closed[i], rows.due[i])
        counts = rows.due[i] != NEVER and (rows.voided[i] == NEVER or rows.voided[i] > over)
        if counts and rows.due[i] <= until:
            found.append(i)
    return sorted(found, key=lambda i: (rows.customer[i], rows.due[i]))


def is_broken(rows: PromiseRows, i: int) -> bool:
    return rows.closed[i] == NEVER or rows.closed[i] > rows.due[i]


def alike(shop: Shop, rows: PromiseRows, at: list[int], i: int, earlier: int) -> tuple[int, ...]:
    """What promises must agree in."""
    t, c = shop.trails, int(rows.customer[i])
    own = [p for p in range(t.offset[c], t.offset[c + 1]) if is_own(shop, p) and t.ts[p] <= rows.due[i]]
    recent = 0
    if own:
        since = int(rows.due[i]) - int(t.ts[own[-1]])
        recent = 1 + sum(since > bound for bound in (HOUR, DAY, 7 * DAY))
    quarter = np.datetime64(int(rows.opened[i]) // DAY, "D").astype("datetime64[M]").astype(int) // 3
    return int(t.channel[at[i]]), int(quarter), min(earlier, 3), recent


def is_rated(shop: Shop, r: int) -> bool:
    """Whether a visit can succeed and its horizon is known."""
    v, stage = shop.visits, int(shop.visits.stage[r])
    known = int(v.entered[r]) + horizon_of(shop.journey, stage) <= min(int(v.knowledge[r]), shop.as_of)
    return known and can_succeed(shop.journey, stage)


def where(shop: Shop, customer: int, instant: int) -> int | None:
    """The visit in which a customer is: the last entered by then (the table's last of one instant), if not over."""
    v = shop.visits
    entered = [
        r for r in range(len(v))
        if v.customer[r] == customer and v.track[r] == Track.JOURNEY and not v.skipped[r] and v.entered[r] <= instant
    ]  # fmt: skip
    last = max(entered, key=lambda r: (v.entered[r], r), default=None)
    return last if last is not None and (v.ended[last] == NEVER or instant < v.ended[last]) else None


def compared(found: list[tuple[bool, float, Hashable, int, bool]]) -> StratifiedDifference:
    """(broken, outcome, what it must agree in, customer, whether a later one is broken) of each."""
    place = {code: k for k, code in enumerate(dict.fromkeys(f[2] for f in found))}
    broken, outcome, customer, later = (np.array([f[k] for f in found]) for k in (0, 1, 3, 4))
    stratum = np.array([place[f[2]] for f in found], np.int64)
    return mantel_haenszel(broken.astype(bool), outcome.astype(float), stratum, customer, later.astype(bool))


def effects(
    shop: Shop, rows: PromiseRows, at: list[int], scores: ScoreRows, returns: tuple[int, int], ends: float
) -> dict[str, StratifiedDifference]:
    """Advancing, return, and each kind of score, of a journey's only promise."""
    v, t, as_of = shop.visits, shop.trails, shop.as_of
    due = due_ones(rows, as_of)
    earlier: dict[int, int] = defaultdict(int)
    number = {}
    for i in due:
        number[i] = earlier[int(rows.customer[i])]
        earlier[int(rows.customer[i])] += 1
    like = {i: alike(shop, rows, at, i, number[i]) for i in due}
    in_visit: dict[int, list[int]] = defaultdict(list)
    for i in due:
        r = where(shop, int(rows.customer[i]), int(rows.due[i]))
        if r is not None:
            in_visit[r].append(i)
    begun = over = 0
    for i in due:
        r = where(shop, int(rows.customer[i]), int(rows.opened[i]))
        if r is not None and not is_broken(rows, i) and is_rated(shop, r):
            begun += 1
            horizon = horizon_of(shop.journey, int(v.stage[r]))
            over += not (
                r == where(shop, int(rows.customer[i]), int(rows.due[i]))
                and (v.succeeded[r] == NEVER or v.succeeded[r] > rows.due[i])
                and int(rows.due[i]) - int(v.entered[r]) <= horizon
            )
    going, spans = [], []
    for r, promises in in_visit.items():
        stage, horizon = int(v.stage[r]), horizon_of(shop.journey, int(v.stage[r]))
        for i in promises:
            elapsed = int(rows.due[i]) - int(v.entered[r])
            known = is_rated(shop, r) and elapsed <= horizon
            going_on = v.succeeded[r] == NEVER or v.succeeded[r] > rows.due[i]
            if known and going_on:
                won = v.succeeded[r] != NEVER and int(v.succeeded[r]) - int(v.entered[r]) <= horizon
                later = any(is_broken(rows, j) for j in promises if j != i) and not is_broken(rows, i)
                going.append((is_broken(rows, i), float(won), (like[i], stage), int(rows.customer[i]), later))
                spans.append(elapsed)
                break
    positive = [e for e in spans if e > 0]
    edges = sorted({float(np.quantile(positive, k / 8)) for k in range(1, 8)}) if positive else []
    bins = [0 if e == 0 else 1 + sum(b < e for b in edges) for e in spans]
    advancing = [(*g[:2], (g[2], b), *g[3:]) for g, b in zip(going, bins, strict=True)]
    back = []
    for i in due:
        if rows.due[i] + returns[1] <= as_of:
            c = int(rows.customer[i])
            low, high = rows.due[i] + returns[0], rows.due[i] + returns[1]
            came = any(
                is_own(shop, p) and low <= t.ts[p] <= high for p in range(t.offset[c], t.offset[c + 1])
            )
            back.append((is_broken(rows, i), float(came), like[i], c, False))
    found = {"return": back} | ({"advancing": advancing} if over / max(begun, 1) <= ends else {})
    for kind in sorted(set(scores.kind)):
        said = []
        for i in due:
            c = int(rows.customer[i])
            mine = [
                k for k in range(len(scores))
                if scores.kind[k] == kind and t.offset[c] <= scores.at[k] < t.offset[c + 1]
                and rows.due[i] < t.ts[scores.at[k]] <= rows.due[i] + 90 * DAY
            ]  # fmt: skip
            if mine:
                first = min(mine, key=lambda k: scores.at[k])
                said.append((is_broken(rows, i), float(scores.share[first]), like[i], c, False))
        found[kind] = said
    return {what: compared(one) for what, one in found.items() if one}
