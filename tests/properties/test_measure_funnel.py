"""The funnel's matching against its slow twin: ties, repeats, date-only events, gaps, windows to the very end."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations, product

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from desirepath.core.times import DAY, FOREVER, HOUR, NEVER, TimeRange
from desirepath.journey.bits import DATE_ONLY
from desirepath.measure.funnel import (
    Exclusion,
    FunnelEvents,
    FunnelPlan,
    Matches,
    StepBits,
    StepCodes,
    Window,
    count,
    funnel,
    match,
)
from desirepath.measure.funnel.ask import answer_of, rows_behind
from desirepath.measure.funnel.events import any_dated, any_of
from desirepath.measure.funnel.plan import ORDERS, REENTRIES
from desirepath.measure.funnel.rows import members
from tests.twins.funnel import Customer, Happened, Tried, day_start

START = 1_711_756_800_000_000  # 2024-03-30: the day before clocks change in Berlin
ZONE = "Europe/Berlin"
many = settings(max_examples=150)


@st.composite
def plans(draw: st.DrawFn, steps: int | None = None, free: bool = True) -> FunnelPlan:
    n = steps or draw(st.integers(1, 4))
    order = draw(st.sampled_from(ORDERS))
    kind = draw(st.sampled_from(["time", "sessions", "days"]))
    length = (
        draw(st.sampled_from([0, HOUR, DAY, 3 * DAY, 2**60])) if kind == "time" else draw(st.integers(1, 2))
    )
    inner = [draw(st.booleans()) for _ in range(n - 2)] if free and n > 2 else [False] * max(n - 2, 0)
    exclusions = []
    for _ in range(draw(st.integers(0, 2)) if free and n > 1 else 0):
        first, last = (0, -1) if order == "any" or n < 3 else sorted(draw(st.permutations(range(n)))[:2])
        exclusions.append(Exclusion(first, last, "x"))
    return FunnelPlan(
        tuple("abcd"[:n]),
        Window(kind, length),
        order=order,
        reentry=draw(st.sampled_from(REENTRIES)),
        optional=(False, *inner, False)[:n] if n > 1 else (False,),
        exclusions=tuple(exclusions),
        held="order" if free and draw(st.booleans()) else "",
    )


World = list[list[Happened]]
seeds = st.integers(0, 2**32 - 1)
periods = st.sampled_from([TimeRange(), TimeRange(), TimeRange(START + 1), TimeRange(NEVER, START + DAY)])


def a_world(plan: FunnelPlan, seed: int, customers: int = 40, dated: bool = True) -> World:
    """Customers who do anything: in half an hour or over days, with many ties, some events date-only."""
    draw = np.random.default_rng(seed)
    numbers = len(plan.labels)
    dated = dated and seed % 2 == 0  # the other half has exact times alone
    several = seed % 3 == 0  # events that are several steps at once
    world: World = []
    place = 0
    for _ in range(customers):
        pace = draw.choice([HOUR // 4, 5 * HOUR, DAY])
        told = []
        for _ in range(draw.integers(0, 9)):
            ts = START + int(draw.integers(0, 8) * pace)
            only = bool(dated and draw.random() < 0.25)
            steps = draw.integers(0, numbers + 1, 2 if several else 1).tolist()
            told.append(
                Happened(
                    0,
                    day_start(ts, ZONE) if only else ts,
                    frozenset(s for s in steps if s < numbers),
                    frozenset(x for x in range(len(plan.exclusions)) if draw.random() < 0.15),
                    [None, 0, 1, 1][draw.integers(0, 4)],
                    only,
                    bool(draw.random() < 0.9),
                )
            )
        told.sort(key=lambda e: e.ts)
        world.append([replace(e, place=place + i) for i, e in enumerate(told)])
        place += len(told)
    return world


def asked(plan: FunnelPlan, world: World) -> FunnelEvents:
    """The twin's events as the trails have them."""
    flat = [e for told in world for e in told]
    return FunnelEvents(
        np.cumsum([0, *(len(told) for told in world)]),
        np.array([e.ts for e in flat], np.int64),
        [np.array([s in e.steps for e in flat], bool) for s in range(len(plan.labels))],
        [np.array([x in e.excluded for e in flat], bool) for x in range(len(plan.exclusions))],
        np.array([DATE_ONLY if e.date_only else 0 for e in flat], np.int64),
        np.array([-1 if e.value is None else e.value for e in flat], np.int32) if plan.held else None,
        np.array([e.may for e in flat], bool),
        zone=ZONE,
    )


def tried(found: Matches) -> list[tuple[int, Tried]]:
    rows = []
    for i in range(len(found)):
        steps = tuple(found.steps[found.first[i] : found.first[i + 1]].tolist())
        assert len(steps) == found.reached[i]
        optional = tuple(found.optional[i].tolist())
        rows.append(
            (int(found.customer[i]), Tried(steps, int(found.broken[i]), int(found.deadline[i]), optional))
        )
    return rows


def by_twin(plan: FunnelPlan, world: World, period: TimeRange) -> list[tuple[int, Tried]]:
    return [
        (c, one)
        for c, told in enumerate(world)
        for one in Customer(told, plan, period, ZONE, bool(plan.held)).tries()
    ]


@many
@given(plans(), seeds, periods, st.integers(1, 3))
def test_every_attempt_is_the_one_that_the_twin_finds(plan, seed, period, parts):
    told = a_world(plan, seed)
    assert tried(match(asked(plan, told), plan, period, parts)) == by_twin(plan, told, period)


@many
@given(plans(free=False), seeds, periods, st.sampled_from(REENTRIES))
def test_the_quick_loop_finds_the_same(plan, seed, period, reentry):
    plan = replace(
        plan, order="ordered", reentry=reentry, window=Window("time", max(plan.window.length, HOUR))
    )
    told = a_world(plan, seed, customers=150, dated=False)
    assert tried(match(asked(plan, told), plan, period)) == by_twin(plan, told, period)


@many
@given(plans(), seeds, periods)
def test_asking_about_some_gives_what_all_give_of_them(plan, seed, period):
    told = a_world(plan, seed)
    events = asked(plan, told)
    some = np.arange(0, len(told), 2)
    found = match(replace(events, who=some), plan, period)
    assert tried(found) == [(c, one) for c, one in tried(match(events, plan, period)) if c % 2 == 0]


@settings(max_examples=60)
@given(
    seeds, st.sampled_from(ORDERS), st.sampled_from(REENTRIES), st.permutations([0, 1, 2, 1]), st.booleans()
)
def test_steps_are_the_same_as_masks_as_codes_and_as_bits(seed, order, reentry, codes, excluding):
    draw = np.random.default_rng(seed)
    n, customers = 300, 30
    offset = np.append(0, np.sort(draw.integers(0, n, customers - 1)))
    offset = np.append(offset, n)
    ts, code = np.sort(draw.integers(0, 200, n)), draw.integers(-1, 4, n).astype(np.int16)
    for c in range(customers):
        ts[offset[c] : offset[c + 1]].sort()
    exclusions = (Exclusion(0, -1, "x"),) if excluding else ()
    plan = FunnelPlan(tuple("abcd"), Window("time", 40), order=order, reentry=reentry, exclusions=exclusions)
    one_of_each = np.where(code >= 0, 1 << np.maximum(code, 0).astype(np.int64), 0)
    kinds = (
        [code == c for c in codes],
        StepCodes(code, tuple(codes)),
        StepBits(one_of_each, tuple(1 << c for c in codes)),
    )
    excluded = [draw.random(n) < 0.1] if excluding else []
    found = [tried(match(FunnelEvents(offset, ts, steps, excluded), plan)) for steps in kinds]
    assert found[0] == found[1] == found[2]


@settings(max_examples=150)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=6),
    st.permutations([0, 1, 2, 0]),
    st.sampled_from([1, 2, 9]),
)
@example([(1, 1), (1, 0)], [0, 1, 2, 0], 9)
def test_of_events_at_one_instant_any_order_counts(events, steps, window):
    """Kinds are disjoint: the best that any order of the tied events gives, from any first entry of its instant."""
    events = sorted(events, key=lambda e: e[0])
    plan = FunnelPlan(tuple("abcd"), Window("time", window))
    kinds = np.array([k for _, k in events], np.int64)
    ts = np.array([t for t, _ in events], np.int64)
    found = match(FunnelEvents(np.array([0, len(events)]), ts, StepCodes(kinds, tuple(steps))), plan)
    groups = [[e for e in events if e[0] == t] for t in sorted({t for t, _ in events})]
    best = 0
    for shuffled in product(*(permutations(g) for g in groups)):
        reached, start = 0, 0
        for t, kind in (e for group in shuffled for e in group):
            if reached < 4 and kind == steps[reached] and (reached == 0 or t - start <= window):
                reached, start = reached + 1, start if reached else t
        best = max(best, reached)
    assert (int(found.reached[0]) if len(found) else 0) == best


@many
@given(plans(), seeds, periods, st.sampled_from([START, START + DAY, START + 2 * DAY, FOREVER - 1]))
def test_counts_lists_and_sums_agree(plan, seed, period, known):
    events = asked(plan, a_world(plan, seed))
    answer = funnel(events, plan, as_of=FOREVER - 1, known=known, period=period)
    rows = rows_behind(answer, events.ts)
    required = [s for s in answer.steps if not s.optional]
    assert answer.entries == answer.converted + answer.failed + answer.in_flight == required[0].reached
    for level, (step, after) in enumerate(zip(required, [*required[1:], None], strict=True)):
        last = after is None
        assert step.reached == (answer.converted if last else after.reached + step.failed + step.in_flight)
        assert step.failed >= step.broken
        for what, number in (
            ("failed", step.failed),
            ("in_flight", step.in_flight),
            ("reached", step.reached),
        ):
            listed = members(rows, what, level)
            assert len(listed) <= number
            if plan.reentry != "all_entries":
                assert len(listed) == number
        assert len(members(rows, "reached", level)) == step.customers
    assert count(events, plan, period=period).tolist() == [[s.reached for s in required]]
    parity = answer.matches.customer % 2 == 0
    halves = [
        answer_of(answer.matches, events.ts, plan, as_of=FOREVER - 1, known=known, those=m)
        for m in (parity, ~parity)
    ]
    assert sum(h.converted for h in halves) == answer.converted
    assert sum(h.in_flight for h in halves) == answer.in_flight
    short = answer_of(answer.matches, events.ts, plan, as_of=FOREVER - 1, known=known, brief=True)
    for name in ("entries", "converted", "failed", "in_flight", "rate", "eventually", "time_of_converted"):
        assert getattr(short, name) == getattr(answer, name)
    for one, other in zip(short.steps, answer.steps, strict=True):
        assert (one.reached, one.failed, one.rate, one.step_rate) == (
            other.reached, other.failed, other.rate, other.step_rate,
        )  # fmt: skip


@many
@given(plans(), seeds, st.integers(0, 3))
def test_what_could_show_a_step_is_the_same_part_by_part(plan, seed, after):
    events = asked(plan, a_world(plan, seed))
    every = np.zeros(len(events.ts), np.bool_)
    for mask in [*events.steps[after:], *events.exclusions]:
        every |= mask
    if len(events.steps) <= after and not events.exclusions:
        return
    cut = len(every) // 3
    parts = [any_of(events, part, after) for part in (slice(0, cut), slice(cut, len(every)))]
    assert np.array_equal(np.concatenate(parts), every)
    assert any_dated(events.evidence) == bool((events.evidence & DATE_ONLY).any())
