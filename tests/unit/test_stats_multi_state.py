"""State occupation probabilities: against a published example, lifelines' figures, a slow twin, and planted truth."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desirepath.core.estimate import Estimate, NoEstimate
from desirepath.stats.aalen_johansen import aalen_johansen
from desirepath.stats.multi_state import Stays, _groups, occupation
from tests.twins import multi_state as twin

GOLDEN = Path(__file__).parents[1] / "golden"


def stays_of(rows: list[twin.Stay]) -> Stays:
    return Stays(*(np.array(column, np.int64) for column in zip(*rows, strict=True)))


# The worked example of R's survival package (its file tests/mstate.R, "A tiny multi-state example"): five people, of
# whom two come late; states entry 0, a 1, b 2, c 3; the probabilities as its comment works them out by hand.
PUBLISHED = [
    (0, 0, 4, 0, 1), (0, 4, 9, 1, 2), (0, 9, 10, 2, 1), (1, 0, 5, 0, 2), (2, 2, 9, 0, 3), (3, 0, 2, 0, 1),
    (3, 2, 8, 1, 3), (3, 8, 9, 3, -1), (4, 1, 3, 0, 2), (4, 3, 11, 2, -1),
]  # fmt: skip
WORKED_OUT = {
    0: (1, 0, 0, 0),
    2: (3 / 4, 1 / 4, 0, 0),
    3: (9 / 16, 1 / 4, 3 / 16, 0),
    4: (6 / 16, 7 / 16, 3 / 16, 0),
    5: (3 / 16, 7 / 16, 6 / 16, 0),
    8: (3 / 16, 7 / 32, 6 / 16, 7 / 32),
    9: (0, 0, 19 / 32, 13 / 32),
    10: (0, 19 / 64, 19 / 64, 13 / 32),
    11: (0, 19 / 64, 19 / 64, 13 / 32),
}


def test_the_worked_example_of_survival():
    found = occupation(stays_of(PUBLISHED), 4, list(WORKED_OUT))
    assert found.probability == pytest.approx(np.array(list(WORKED_OUT.values())), abs=1e-12)


def test_without_ways_back_it_is_what_lifelines_finds():
    """Three causes, 400 of them: tests/golden/statistics/make.py has the program and the seed."""
    golden = json.loads((GOLDEN / "statistics" / "competing.json").read_text("utf-8"))
    time, cause = golden["time"], golden["cause"]
    rows = [(i, 0, t, 0, c if c else -1) for i, (t, c) in enumerate(zip(time, cause, strict=True))]
    for k, curve in golden["curves"].items():
        found = occupation(stays_of(rows), 4, curve["at"])
        assert found.probability[:, int(k)] == pytest.approx(curve["incidence"], abs=1e-9)
        ours = found.error[:, int(k)]
        variance = np.array(curve["variance"])
        told = (variance > 0) & (np.arange(len(variance)) >= 2)
        assert ours[told] == pytest.approx(np.sqrt(variance[told]), rel=0.35), "two estimators of one spread"


stay_lists = st.lists(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), min_size=1, max_size=5), min_size=1, max_size=9
)


def told(people: list[list[tuple[int, int]]], ends: list[bool]) -> list[twin.Stay]:
    """Lives as (how long, in which state): a stay of no length, and one followed by its own state, are none."""
    rows = []
    for who, life in enumerate(people):
        at, path = 0, []
        for long, state in life:
            if path and path[-1][0] == state:
                path[-1] = (state, path[-1][1], path[-1][2] + long)
            elif long:
                path.append((state, at, at + long))
            at += long
        for i, (state, start, stop) in enumerate(path):
            more = i + 1 < len(path)
            gone = (state + 1) % 4 if ends[who] else -1
            rows.append((who, start, stop, state, path[i + 1][0] if more else gone))
    return rows


@settings(max_examples=150, deadline=None)
@given(stay_lists, st.lists(st.booleans(), min_size=9, max_size=9))
def test_the_kernel_does_what_the_twin_does(people: list[list[tuple[int, int]]], ends: list[bool]):
    rows = told(people, ends)
    if not rows:
        return
    many = max(r[0] for r in rows) + 1
    grid = list(range(0, 22, 2))
    found = occupation(stays_of(rows), 4, grid, groups=3)
    group = _groups(many, min(3, many)).tolist()
    for place, t in enumerate(grid):
        assert found.probability[place] == pytest.approx(twin.occupation(rows, 4, t), abs=1e-9)
        seen_from_0 = all(any(r[1] == 0 and group[r[0]] != g for r in rows) for g in set(group))
        if many > 1 and seen_from_0:
            assert found.error[place] == pytest.approx(twin.jackknife(rows, 4, t, group), abs=1e-9)
    assert found.probability.sum(axis=1) == pytest.approx(1.0)


def test_two_states_are_kaplan_meier():
    draw = np.random.default_rng(3)
    time, seen = draw.integers(1, 60, 500), draw.random(500) < 0.7
    rows = [(i, 0, int(t), 0, 1 if s else -1) for i, (t, s) in enumerate(zip(time, seen, strict=True))]
    curve = aalen_johansen(time, seen.astype(int), 1)
    found = occupation(stays_of(rows), 2, curve.time)
    assert found.probability[:, 1] == pytest.approx(curve.probability[0], abs=1e-12)
    assert found.error[5:, 1] == pytest.approx(np.sqrt(curve.variance[0][5:]), rel=0.5, abs=1e-6)


def ill_and_well(draw: np.random.Generator, people: int, watched: float) -> list[twin.Stay]:
    """Well (0) ↔ ill (1) → gone (2); constant rates 1, 2 and 0.5; watched for an exponential time."""
    rows = []
    for who in range(people):
        t, state, end = 0.0, 0, draw.exponential(watched)
        while state < 2:
            wait = draw.exponential(1.0 if state == 0 else 0.4)
            then = 1 if state == 0 else 0 if draw.random() < 0.8 else 2
            stop = min(t + wait, end)
            rows.append((who, round(t * 1e6), round(stop * 1e6) + 1, state, then if t + wait <= end else -1))
            if t + wait > end:
                break
            t, state = t + wait, then
        if state == 2 and end > t:
            rows.append((who, round(t * 1e6), round(end * 1e6) + 1, 2, -1))
    return [(w, a + (a > 0), b, s, x) for w, a, b, s, x in rows]


def test_intervals_hold_the_truth_as_often_as_they_say():
    """P(t) = exp(Qt) is known; 120 worlds of 150 people, half of them unwatched before the instant asked about."""
    from scipy.linalg import expm

    truth = expm(np.array([[-1.0, 1.0, 0.0], [2.0, -2.5, 0.5], [0.0, 0.0, 0.0]]) * 1.5)[0]
    draw, held = np.random.default_rng(17), np.zeros(3)
    for _ in range(120):
        found = occupation(stays_of(ill_and_well(draw, 150, 2.2)), 3, [0, 1_500_000])
        for state in range(3):
            one = found.at(1, state, as_of=0)
            assert isinstance(one, Estimate)
            held[state] += one.low <= truth[state] <= one.high
    assert (held / 120 >= 0.89).all(), held / 120


def test_nobody_is_watched_for_so_long():
    rows = [(i, 0, 10, 0, -1) for i in range(30)]
    found = occupation(stays_of(rows), 2, [0, 10, 11])
    assert isinstance(found.at(0, 0, as_of=0), Estimate)
    assert found.watched.tolist() == [30, 30, 0]
    missing = found.at(2, 0, as_of=0)
    assert isinstance(missing, NoEstimate)
    assert missing.reason == "not_known_yet"
    assert occupation(Stays(*(np.empty(0, np.int64) for _ in range(5))), 2, [0]).n == 0
