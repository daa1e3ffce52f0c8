"""Where the rules of other tools come to the same as ours, or to a law in a sentence, they do so whatever happens."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from desirepath.core.times import SECOND
from desirepath.measure.funnel import FunnelEvents, FunnelPlan, Window
from desirepath.measure.funnel.others import TOOLS, our_levels, posthog_levels, recount, window_funnel_levels

told = st.lists(st.tuples(st.integers(0, 6), st.sets(st.integers(0, 3), max_size=2)), max_size=6)
alone = st.lists(st.tuples(st.integers(0, 8), st.sets(st.integers(0, 3), max_size=1)), max_size=8)
windows = st.sampled_from([0, 1, 3, 20])
steps = st.integers(1, 4)
usual = settings(max_examples=200)


def asked(events, n: int, window: int, **rules) -> tuple[FunnelEvents, FunnelPlan]:
    events = sorted(events, key=lambda e: e[0])
    masks = [np.array([s in which for _, which in events], bool) for s in range(n)]
    ts = np.array([t * SECOND for t, _ in events], np.int64)
    plan = FunnelPlan(tuple("abcd"[:n]), Window("time", window * SECOND), **rules)
    return FunnelEvents(np.array([0, len(events)]), ts, masks), plan


@usual
@given(told, steps, windows)
def test_window_funnel_is_the_longest_chain_in_which_an_event_can_be_several_steps(events, n, window):
    events = sorted(events, key=lambda e: e[0])
    furthest = 0
    for length in range(1, n + 1):
        for chain in product(range(len(events)), repeat=length):
            times = [events[i][0] for i in chain]
            fits = all(step in events[i][1] for step, i in enumerate(chain))
            if fits and times == sorted(times) and times[-1] - times[0] <= window:
                furthest = length
                break
    found, plan = asked(events, n, window, reentry="best_entry")
    assert window_funnel_levels(found, plan).tolist() == [furthest]


@usual
@given(alone, steps, windows)
def test_posthog_in_order_finds_our_best_entry_where_an_event_is_one_step(events, n, window):
    found, plan = asked(events, n, window, reentry="best_entry")
    assert posthog_levels(found, plan).tolist() == our_levels(found, plan).tolist()


@usual
@given(alone, steps, windows)
def test_posthog_strict_finds_our_best_entry_where_nothing_ties(events, n, window):
    distinct = list({t: (t, which) for t, which in events}.values())
    found, plan = asked(distinct, n, window, reentry="best_entry", order="exact")
    assert posthog_levels(found, plan).tolist() == our_levels(found, plan).tolist()


@usual
@given(
    told,
    steps,
    windows,
    st.sampled_from(TOOLS),
    st.sampled_from(["first_entry", "best_entry", "all_entries"]),
)
def test_who_differs_is_told_with_a_reason_and_nobody_else(events, n, window, tool, reentry):
    found, plan = asked(events, n, window, reentry=reentry)
    other = recount(found, plan, tool)
    ours = our_levels(found, plan)
    theirs = ours.copy()
    theirs[other.customer] = other.their_level
    assert (other.our_level == ours[other.customer]).all()
    assert (other.our_level != other.their_level).all()
    assert all(other.why)
    assert other.ours.tolist() == [int((ours > i).sum()) for i in range(n)]
    assert other.theirs.tolist() == [int((theirs > i).sum()) for i in range(n)]
    assert sum(other.reasons.values()) == len(other.customer)
