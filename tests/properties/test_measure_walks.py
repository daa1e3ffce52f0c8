"""Which events make a walk, and how it ended, judged against visits looked at one by one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from desirepath.core.times import DAY, NEVER, TimeRange
from desirepath.core.words import Outcome, Track
from desirepath.measure.meetings import visit_of_events
from desirepath.measure.walks.path_counts import Shape, count_paths
from desirepath.measure.walks.path_rows import path_lines
from desirepath.measure.walks.transition_counts import follow
from desirepath.measure.walks.walk import Fate, lay_out, observed_rows, session_ends, sessions, whole_trails
from desirepath.trail.sessions import session_starts
from tests.by_hand import TOUCHPOINTS, Shop, random_shop
from tests.twins import measures as twin

few = settings(max_examples=25, deadline=None)
seeds = st.integers(0, 10_000)
FATE = {
    Outcome.IN_FLIGHT: Fate.IN_FLIGHT, Outcome.ADVANCED: Fate.ADVANCED, Outcome.LEFT: Fate.LEFT,
    Outcome.LAPSED: Fate.LAPSED,
}  # fmt: skip
SHAPE = Shape(len(TOUCHPOINTS), 12)


def observed(shop: Shop) -> list[int]:
    v = shop.visits
    return [i for i in range(len(v)) if v.track[i] == Track.JOURNEY and not v.skipped[i]]


def fates_of(walks) -> Counter[int]:  # type: ignore[no-untyped-def]  # any walks
    last = walks.offset[walks.runs + 1] - 1
    last[walks.offset[walks.runs + 1] == walks.offset[walks.runs]] = -1
    return Counter(walks.fates(walks.runs, last).tolist())


@few
@given(seeds, st.booleans())
def test_every_visit_is_one_walk_with_its_own_steps_and_end(seed: int, some: bool):
    shop = random_shop(seed, 25)
    rows = [i for i in observed(shop) if not some or i % 3]
    owner = visit_of_events(shop.visits, shop.trails)
    laid = lay_out(shop.trails, shop.visits, owner, observed_rows(shop.visits))
    kept = np.zeros(len(shop.visits), np.bool_)
    kept[rows] = True
    walks = laid.walks(shop.trails.touchpoint, kept=kept)
    assert walks.row is not None
    assert walks.customer is not None
    assert walks.row[walks.runs].tolist() == rows
    assert walks.customer[walks.runs].tolist() == shop.visits.customer[rows].tolist()
    assert fates_of(walks) == Counter(int(FATE[Outcome(shop.visits.outcome[i])]) for i in rows)
    slow: Counter[tuple[tuple[int, ...], bool]] = Counter()
    for i in rows:
        path = twin.path_of(shop, i, owner.tolist())
        slow[path[:12], len(path) > 12] += 1
    counts = count_paths(walks, SHAPE)
    assert Counter({(steps, cut): n for steps, cut, n in counts.top(10**6)}) == slow
    assert counts.total == len(rows)


@few
@given(seeds)
def test_every_pass_is_one_walk_over_all_its_visits(seed: int):
    shop = random_shop(seed, 25)
    v, rows = shop.visits, observed(shop)
    owner = visit_of_events(v, shop.trails)
    laid = lay_out(shop.trails, v, owner, np.array(rows, np.int64), passes=True)
    walks = laid.walks(shop.trails.touchpoint)
    passes: dict[tuple[int, int], list[int]] = {}
    for i in rows:
        passes.setdefault((int(v.customer[i]), int(v.pass_no[i])), []).append(i)
    assert len(walks.runs) == len(passes)
    ends = Counter(
        int(FATE[Outcome(v.pass_outcome[those[0]])] if v.pass_ended[those[0]] != NEVER else Fate.IN_FLIGHT)
        for those in passes.values()
    )
    assert fates_of(walks) == ends
    events = Counter(int(o) for o in owner.tolist() if o >= 0)
    sizes = [sum(events[i] for i in those) for those in passes.values()]
    assert np.diff(walks.offset).tolist() == sizes


@few
@given(seeds, st.sampled_from([DAY // 24, 3 * DAY]))
def test_sessions_are_cut_as_everywhere_and_end_as_their_customer_did(seed: int, gap: int):
    shop = random_shop(seed, 25)
    t, v = shop.trails, shop.visits
    walks = sessions(t, v, t.touchpoint, as_of=shop.as_of, gap=gap)
    counts = count_paths(walks, SHAPE)
    starts = session_starts(t.offset, t.ts, gap=gap)
    assert counts.walks == counts.total == int(starts.sum())
    marked = count_paths(sessions(t, v, t.touchpoint, as_of=shop.as_of, gap=-1, starts=starts), SHAPE)
    assert [(s, c, n) for s, c, n in marked.top(10**6)] == [(s, c, n) for s, c, n in counts.top(10**6)]

    assert walks.event_ends is not None
    number = np.cumsum(starts) - 1
    for i in observed(shop):
        if v.outcome[i] != Outcome.LAPSED:
            continue
        c = int(v.customer[i])
        mine = [p for p in range(t.offset[c], t.offset[c + 1]) if t.ts[p] <= v.active[i]]
        session = [p for p in range(t.offset[c], t.offset[c + 1]) if number[p] == number[mine[-1]]]
        told = walks.event_ends[session[-1]]
        # A later visit may have been heard of in the same session, and what is still going on comes before all.
        assert told != Fate.ENDED
    ends = (
        Counter(walks.event_ends[np.append(number[1:] != number[:-1], True)].tolist())
        if t.events
        else Counter()
    )
    assert sum(ends.values()) == counts.total


@few
@given(seeds, st.sampled_from([1, 2, 3]), st.booleans())
def test_a_period_asks_about_the_walks_that_begin_within(seed: int, part: int, some: bool):
    shop = random_shop(seed, 25)
    t, v = shop.trails, shop.visits
    first, last = (int(t.ts.min()), int(t.ts.max())) if t.events else (0, 1)
    period = TimeRange(first + (last - first) // 4, first + (last - first) * part // 3)
    segment = t.ts % 3 > 0 if some else None
    within = (t.ts >= period.start) & (t.ts < period.end) & (True if segment is None else segment)
    starts = session_starts(t.offset, t.ts, gap=DAY)
    ends = session_ends(t, v, as_of=shop.as_of, gap=DAY)
    ways = [
        (
            sessions(t, v, t.touchpoint, as_of=shop.as_of, gap=DAY, asked=segment, period=period, ends=ends),
            sessions(t, v, t.touchpoint, as_of=shop.as_of, gap=-1, starts=starts, asked=within),
        ),
        (
            whole_trails(t, v, t.touchpoint, asked=segment, period=period),
            whole_trails(t, v, t.touchpoint, asked=within),
        ),
    ]
    home = np.full(len(TOUCHPOINTS), -1, np.int64)
    for one, other in ways:
        a, b = count_paths(one, SHAPE), count_paths(other, SHAPE)
        assert a.walks == b.walks
        assert a.key.tolist() == b.key.tolist()
        assert a.count.tolist() == b.count.tolist()
        edges = [follow(walks, home, collapse=False).edges.tolist() for walks in (one, other)]
        assert edges[0] == edges[1]


@few
@given(seeds, st.booleans(), st.sampled_from(["", "begins", "arrives", "both"]))
def test_what_is_told_of_walks_does_not_depend_on_how_they_are_read(seed: int, goals: bool, anchors: str):
    shop = random_shop(seed, 60)
    t, v = shop.trails, shop.visits
    goal = t.value > 0 if goals else None
    begins = t.value % 3 == 0 if anchors in ("begins", "both") else None
    arrives = t.value % 2 == 0 if anchors in ("arrives", "both") else None
    shape = Shape(len(TOUCHPOINTS), 3, begins=begins, arrives=arrives)
    plain = sessions(t, v, t.touchpoint, as_of=shop.as_of, gap=DAY)
    whole = whole_trails(t, v, t.touchpoint)
    marks = session_starts(t.offset, t.ts, gap=DAY)
    customer = np.arange(t.customers, dtype=np.int32)
    for quick, *others in (
        [plain, replace(plain, starts=marks), replace(plain, customer=customer)],
        [whole, replace(whole, customer=customer)],
    ):
        told = [
            path_lines(
                shop.journey, v, t, walks, count_paths(walks, shape), as_of=shop.as_of, top=7, goal=goal
            )
            for walks in (quick, *others)
        ]
        assert all(one == told[0] for one in told[1:])


@few
@given(seeds)
def test_a_whole_trail_ends_as_its_last_visit_did(seed: int):
    shop = random_shop(seed, 25)
    walks = whole_trails(shop.trails, shop.visits, shop.trails.touchpoint)
    assert walks.run_ends is not None
    for c in range(shop.trails.customers):
        mine = [i for i in observed(shop) if shop.visits.customer[i] == c]
        wanted = FATE[Outcome(shop.visits.outcome[mine[-1]])] if mine else Fate.QUIET
        assert walks.run_ends[c] == wanted
