"""Paths judged by their slow twin: ties, one event, equal times, huge gaps, the edge of the gap, runs of nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from desirepath.core.estimate import MINIMUM_N
from desirepath.core.times import FOREVER, NEVER
from desirepath.measure.walks.fared import lasting, sessions_told, succeeded_share
from desirepath.measure.walks.path_counts import (
    Found,
    Shape,
    count_paths,
    find_parts,
    is_plain,
    session_paths,
)
from desirepath.measure.walks.walk import Fate, Walks
from desirepath.stats.aalen_johansen import aalen_johansen, incidence_quantile
from tests.twins import paths as twin

GAP = 10
waits = st.sampled_from([0, 0, 1, GAP - 1, GAP, GAP + 1, 5 * GAP, 2**40])
codes = st.integers(-1, 3)
runs = st.lists(st.lists(st.tuples(waits, codes, st.booleans(), st.booleans()), max_size=12), max_size=6)
few = settings(max_examples=60, deadline=None)


class Told:
    """Columns of some runs, and two marks of each event."""

    def __init__(self, drawn: list[list[tuple[int, int, bool, bool]]]) -> None:
        self.offset = np.cumsum([0, *map(len, drawn)]).astype(np.int64)
        self.ts = np.array([t for run in drawn for t in np.cumsum([0, *(e[0] for e in run)])[1:]], np.int64)
        self.code = np.array([e[1] for run in drawn for e in run], np.int16)
        self.one = np.array([e[2] for run in drawn for e in run], np.bool_)
        self.other = np.array([e[3] for run in drawn for e in run], np.bool_)
        self.runs = np.arange(len(drawn), dtype=np.int64)

    def twins(self, **how: Any) -> list[twin.Walked]:
        lists = {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in how.items()}
        return twin.walks_of(self.offset.tolist(), self.ts.tolist(), self.code.tolist(), **lists)


def counted(found: Any) -> Counter[tuple[twin.Path, bool]]:
    return Counter({(steps, cut): n for steps, cut, n in found.top(10**6)})


@few
def joined(parts: list[Found]) -> Found:
    """What was found in every range, in their order."""
    none = Found(*(np.empty(0, np.int64) for _ in fields(Found)))
    columns = ([getattr(one, each.name) for one in [none, *parts]] for each in fields(Found))
    return Found(*(np.concatenate(column) for column in columns))


@given(runs, st.integers(1, 5), st.booleans())
def test_sessions_are_counted_as_one_by_one_would(drawn: Any, longest: int, collapse: bool):
    told = Told(drawn)
    found = session_paths(
        told.offset, told.ts, told.code, kinds=4, gap=GAP, longest=longest, collapse=collapse
    )
    walks = [w for w in told.twins(gap=GAP) if w.events]
    slow = Counter(twin.path_of(w, longest=longest, collapse=collapse) for w in walks)
    assert counted(found) == slow
    assert found.total == found.walks == len(walks)
    assert found.with_steps == sum(bool(w.steps) for w in walks)


@few
@given(
    runs, st.integers(1, 12), st.booleans(), st.booleans(), st.sampled_from(["", "begins", "arrives", "both"]),
    st.booleans(), st.sampled_from([4, 200, 1000]),
)  # fmt: skip
def test_every_way_of_asking_counts_and_finds_the_same_walks(
    drawn: Any, longest: int, collapse: bool, backward: bool, anchors: str, some: bool, kinds: int
):
    told = Told(drawn)
    code = np.where(told.code == 3, kinds - 1, told.code)
    told.code = code
    begins = told.one if anchors in ("begins", "both") else None
    arrives = told.other if anchors in ("arrives", "both") else None
    asked = told.one if some else None
    run_ends = (told.runs % 3).astype(np.int8)
    walks = Walks(
        "session", told.runs, told.offset, told.ts, code, gap=GAP, starts=told.other, asked=asked, run_ends=run_ends
    )  # fmt: skip
    shape = Shape(kinds, longest, collapse, backward, begins, arrives)
    found = count_paths(walks, shape)
    slow: Counter[tuple[twin.Path, bool]] = Counter()
    fates: Counter[int] = Counter()
    mine = told.twins(gap=GAP, starts=told.other, asked=asked)
    for walk in mine:
        path = twin.path_of(
            walk, longest=longest, collapse=collapse, backward=backward, begins=begins, arrives=arrives
        )
        if path is None:
            continue
        slow[path] += 1
        over = backward or arrives is not None or not walk.last_of_run
        fates[Fate.CUT if path[1] else 0 if over else walk.run % 3] += 1
    assert counted(found) == slow
    assert found.walks == len(mine)
    assert found.total == sum(slow.values())
    assert Counter(np.repeat(found.fate, found.count).tolist()) == fates

    rows = np.arange(len(found.key))[::2]
    who = joined(find_parts(walks, found, rows, lambda part: part, others=True))
    assert len(who) == found.total
    each = np.bincount(who.path, minlength=len(rows) + 1)
    assert each[: len(rows)].tolist() == found.count[rows].tolist()
    assert sum(find_parts(walks, found, rows, len)) == found.count[rows].sum()
    steps = found.steps(rows)
    for i in range(len(who)):
        if who.path[i] < len(rows) and who.first[i] >= 0:
            ends = [code[who.first[i]], code[who.last[i]]]
            assert steps[who.path[i]][0] == ends[1 if backward else 0]
            assert who.begin[i] <= who.first[i] <= who.last[i] <= who.end[i]


periods = st.sampled_from([(NEVER, FOREVER), (0, 1), (1, 3 * GAP), (GAP, FOREVER), (NEVER, GAP)])


@few
@given(
    runs.map(lambda drawn: [run for run in drawn if run]), st.integers(1, 5), st.booleans(), st.booleans(), periods
)  # fmt: skip
def test_the_quick_way_counts_what_the_general_one_does(
    drawn: Any, longest: int, collapse: bool, some: bool, period: tuple[int, int]
):
    told = Told(drawn)
    ends = np.where(told.one, 5, np.where(told.other, 1, 0)).astype(np.int8)
    plain = Walks(
        "session", told.runs, told.offset, told.ts, told.code, gap=GAP, asked=told.one if some else None,
        event_ends=ends, since=period[0], until=period[1],
    )  # fmt: skip
    shape = Shape(4, longest, collapse)
    general = replace(plain, starts=np.zeros(len(told.ts), np.bool_))
    assert is_plain(plain, shape)
    assert not is_plain(general, shape)
    quick, slow = (count_paths(walks, shape) for walks in (plain, general))
    assert quick.key.tolist() == slow.key.tolist()
    assert quick.count.tolist() == slow.count.tolist()
    assert (quick.walks, quick.with_steps) == (slow.walks, slow.with_steps)
    within = (told.ts >= period[0]) & (told.ts < period[1]) & (told.one | (not some))
    assert quick.walks == len(told.twins(gap=GAP, asked=within))


@few
@given(
    runs.map(lambda drawn: [run for run in drawn if run]), st.integers(1, 12), st.sampled_from([4, 200, 1000]),
    st.booleans(), st.booleans(), periods,
)  # fmt: skip
def test_what_became_of_sessions_is_added_up_as_one_by_one(
    drawn: Any, longest: int, kinds: int, some: bool, goals: bool, period: tuple[int, int]
):
    told = Told(drawn)
    told.code = np.where(told.code == 3, kinds - 1, told.code)
    value = np.arange(len(told.ts), dtype=np.int64) ** 2
    walks = Walks(
        "session", told.runs, told.offset, told.ts, told.code, gap=GAP, asked=told.one if some else None,
        event_ends=told.other.astype(np.int8), since=period[0], until=period[1],
    )  # fmt: skip
    counts = count_paths(walks, Shape(kinds, longest))
    starts = counts.starts()
    groups = list(pairwise([*starts.tolist(), len(counts.key)]))[::-2]
    goal = told.one if goals else None
    within = (told.ts >= period[0]) & (told.ts < period[1]) & (told.one | (not some))
    mine = told.twins(gap=GAP, asked=within)
    found = sessions_told(walks, counts, groups, value, goal, as_of=0)
    assert len(found) == len(groups)
    for (first, last), one in zip(groups, found, strict=True):
        steps = tuple(counts.steps()[first][counts.steps()[first] >= 0].tolist())
        path = steps, bool(counts.fate[first] == Fate.CUT)
        those = [w for w in mine if w.steps and twin.path_of(w, longest=longest, collapse=True) == path]
        if not steps:
            continue  # no step, no line
        slow = twin.fared(
            those, told.ts.tolist(), told.other.tolist(), None if goal is None else goal.tolist(), value.tolist()
        )  # fmt: skip
        assert counts.count[first:last].sum() == len(those)
        assert (one.in_flight, one.value, one.customers) == (slow.in_flight, slow.value, len(slow.customers))
        known = len(those) - slow.in_flight
        assert one.succeeded == succeeded_share(goals, slow.succeeded, known, as_of=0)
        took, over = zip(*slow.took, strict=True)
        assert one.time == incidence_quantile(aalen_johansen(took, over, 1), 0.5, as_of=0)


@few
@given(
    st.lists(
        st.tuples(st.sampled_from([0, 0, 0, 1, 2, 3, 50]), st.booleans()), min_size=MINIMUM_N, max_size=200
    )
)
def test_times_taken_each_once_give_what_all_of_them_do(drawn: list[tuple[int, bool]]):
    at_once = sum(over and took == 0 for took, over in drawn)
    others = np.array([took << 1 | (not over) for took, over in drawn if took or not over], np.int64)
    took, over = zip(*drawn, strict=True)
    quick, slow = lasting(at_once, others), aalen_johansen(took, over, 1)
    for name in ("time", "at_risk", "probability", "happened", "before"):
        assert getattr(quick, name).tolist() == getattr(slow, name).tolist()
    wanted = incidence_quantile(slow, 0.5, as_of=0)
    assert incidence_quantile(quick, 0.5, as_of=0) == wanted


@few
@given(runs)
def test_paths_stand_in_the_order_of_their_steps(drawn: Any):
    told = Told(drawn)
    found = session_paths(told.offset, told.ts, told.code, kinds=4, gap=GAP, longest=12)
    steps = [tuple(row[row >= 0].tolist()) for row in found.steps()]
    assert steps == sorted(steps)
    best = [((s, c), n) for s, c, n in found.top(3)]
    assert (
        best == sorted(counted(found).items(), key=lambda one: (-one[1], one[0]))[:3]
        or [(s, c, n) for (s, c), n in sorted(counted(found).items(), key=lambda one: (-one[1], one[0]))[:3]]
        == best
    )
