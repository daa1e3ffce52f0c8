"""Transitions judged by their slow twin: counts, exact waits of every rank, loops, rework, ends, who did it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desirepath.core.estimate import Estimate
from desirepath.measure.walks.transition_counts import (
    follow,
    quantile_rank,
    seek,
    squares,
    transitions_of,
    waits_at,
)
from desirepath.measure.walks.walk import Fate, Walks
from desirepath.stats.intervals import clustered_proportion, clustered_share
from tests.properties.test_measure_path_counts import GAP, Told, runs
from tests.twins import paths as twin

few = settings(max_examples=60, deadline=None)
HOME = np.array([0, 1, 1, -1], np.int64)


def walks_of(told: Told, some: bool) -> tuple[Walks, list[twin.Walked]]:
    ends = (told.runs % 3).astype(np.int8)
    asked = told.one if some else None
    walks = Walks(
        "session", told.runs, told.offset, told.ts, told.code, gap=GAP, starts=told.other, asked=asked, run_ends=ends
    )  # fmt: skip
    return walks, told.twins(gap=GAP, starts=told.other, asked=asked)


@few
@given(runs, st.booleans(), st.booleans(), st.integers(1, 3))
def test_waits_are_exact_whatever_the_quantile(drawn: Any, collapse: bool, within: bool, threads: int):
    told = Told(drawn)
    gap = GAP if within else -1
    shares = (0.01, 0.25, 0.5, 0.75, 1.0)
    found = transitions_of(
        told.offset, told.ts, told.code, kinds=4, gap=gap, quantiles=shares, collapse=collapse, threads=threads
    )  # fmt: skip
    slow = twin.transitions_of(told.twins(gap=gap), told.ts.tolist(), collapse)
    for a in range(4):
        for b in range(4):
            waits = sorted(slow.get((a, b), []))
            assert found.count[a, b] == len(waits)
            wanted = [waits[quantile_rank(len(waits), p) - 1] if waits else -1 for p in shares]
            assert found.wait[a, b].tolist() == wanted


@few
@given(runs, st.booleans(), st.booleans())
def test_waits_of_chosen_transitions_within_any_walks(drawn: Any, collapse: bool, some: bool):
    told = Told(drawn)
    walks, mine = walks_of(told, some)
    slow = {k: sorted(v) for k, v in twin.transitions_of(mine, told.ts.tolist(), collapse).items()}
    pairs = np.array(sorted(slow), np.int64).reshape(-1, 2)[::2]
    longest = max((len(v) for v in slow.values()), default=1)
    ranks = np.array(
        [[r if r <= len(slow[a, b]) else 0 for r in range(1, longest + 1)] for a, b in pairs.tolist()],
        np.int64,
    ).reshape(len(pairs), longest)
    found = waits_at(walks, 4, pairs, ranks, collapse=collapse)
    for i, (a, b) in enumerate(pairs.tolist()):
        assert [w for w in found[i].tolist() if w >= 0] == slow[a, b]


@few
@given(runs, st.booleans(), st.booleans())
def test_what_walks_do_is_counted_as_one_by_one_would(drawn: Any, collapse: bool, some: bool):
    told = Told(drawn)
    walks, mine = walks_of(told, some)
    found = follow(walks, HOME, collapse=collapse)
    slow = twin.transitions_of(mine, told.ts.tolist(), collapse)
    assert {(a, b): int(found.edges[a, b]) for a, b in np.argwhere(found.edges).tolist()} == {
        k: len(v) for k, v in slow.items()
    }
    cycles = twin.cycles_of(mine)
    assert {(a, b): int(found.cycles[a, b]) for a, b in np.argwhere(found.cycles).tolist()} == cycles
    assert (found.walks, found.with_steps) == (len(mine), sum(bool(w.steps) for w in mine))

    redone: Counter[int] = Counter()
    redone_walks: Counter[int] = Counter()
    began = Counter(w.steps[0][1] for w in mine if w.steps)
    ended = Counter((w.steps[-1][1], w.run % 3 if w.last_of_run else 0) for w in mine if w.steps)
    for walk in mine:
        codes = [c for i, (_, c) in enumerate(walk.steps) if i == 0 or walk.steps[i - 1][1] != c]
        for code in set(codes):
            redone[code] += codes.count(code) - 1
            redone_walks[code] += codes.count(code) > 1
    assert found.redone.tolist() == [redone[c] for c in range(4)]
    assert found.redone_walks.tolist() == [redone_walks[c] for c in range(4)]
    assert found.began.tolist() == [began[c] for c in range(4)]
    assert {(a, f): int(found.ended[a, f]) for a, f in np.argwhere(found.ended).tolist()} == ended
    back = sum(n for (a, b), v in slow.items() if 0 <= HOME[b] < HOME[a] for n in [len(v)])
    assert found.back_times == back

    # Every time a step is done it is followed by another or by the end; it follows another, or begins.
    assert (found.times == found.edges.sum(axis=1) + found.ended.sum(axis=1)).all()
    assert (found.times == found.edges.sum(axis=0) + found.began).all()


@few
@given(runs, st.booleans(), st.integers(1, 3))
def test_chances_are_as_sure_as_customers_differ(drawn: Any, collapse: bool, each: int):
    """Runs of one customer lie together: their departures are one cluster."""
    told = Told(drawn)
    customer = (told.runs // each).astype(np.int32)
    ends = np.array([Fate.LAPSED, Fate.IN_FLIGHT, Fate.ENDED], np.int8)[told.runs % 3]
    walks = Walks(
        "visit", told.runs, told.offset, told.ts, told.code, gap=GAP, run_ends=ends, customer=customer
    )
    rows: list[tuple[int, int, int]] = []  # customer, step, what came next; 4: silence, 5: another end
    for walk in told.twins(gap=GAP):
        codes = [c for _, c in walk.steps]
        fate = ends[walk.run] if walk.last_of_run else Fate.ENDED
        nexts = [*codes[1:], {Fate.LAPSED: 4, Fate.IN_FLIGHT: -1}.get(fate, 5)] if codes else []
        for a, b in zip(codes, nexts, strict=True):
            if b >= 0 and not (collapse and a == b):
                rows.append((int(customer[walk.run]), a, b))
    found = squares(walks, 4, collapse=collapse)
    for a in range(4):
        mine = [(who, b) for who, step, b in rows if step == a]
        assert found.customers[a] == len({who for who, _ in mine})
        for b in range(5):
            if not mine:
                continue
            hit = np.array([to == b for _, to in mine])
            slow = clustered_proportion(hit, np.array([who for who, _ in mine]), as_of=0, needed=2)
            share = float(hit.mean())
            quick = clustered_share(
                int(hit.sum()), len(hit), found.apart(a, b, share), int(found.customers[a]), as_of=0, needed=2
            )
            assert quick == slow or (
                isinstance(quick, Estimate) and isinstance(slow, Estimate) and quick.n == slow.n
                and [quick.low, quick.high] == pytest.approx([slow.low, slow.high])
            )  # fmt: skip


@few
@given(runs, st.booleans(), st.integers(0, 3), st.integers(0, 3))
def test_who_did_it_can_be_named(drawn: Any, some: bool, a: int, b: int):
    told = Told(drawn)
    walks, mine = walks_of(told, some)
    collapsed = {
        id(w): [c for i, (_, c) in enumerate(w.steps) if i == 0 or w.steps[i - 1][1] != c] for w in mine
    }
    plain = {id(w): [c for _, c in w.steps] for w in mine}
    tests = {
        "edge": lambda w: (a, b) in set(zip(plain[id(w)], plain[id(w)][1:], strict=False)),
        "cycle": lambda w: (a, b, a) in set(
            zip(collapsed[id(w)], collapsed[id(w)][1:], collapsed[id(w)][2:], strict=False)
        ),
        "rework": lambda w: collapsed[id(w)].count(a) > 1,
        "end": lambda w: plain[id(w)][-1:] == [a] and (w.run % 3 if w.last_of_run else 0) == b,
        "start": lambda w: plain[id(w)][:1] == [a],
    }  # fmt: skip
    for what, has in tests.items():
        assert seek(walks, what, a, b).tolist() == sorted({w.run for w in mine if has(w)}), what
