"""The kernel and its slow twin place hard customers alike, and what they say obeys the laws of the contract."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import groupby, pairwise
from random import Random
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from desirepath.core.times import DAY, FOREVER, HOUR, NEVER, to_us
from desirepath.core.words import Outcome, Start, Track
from desirepath.journey import bits
from desirepath.journey.placing.place import place
from desirepath.journey.placing.plan import Plan
from desirepath.journey.visits import Visits
from desirepath.trail.build import Batch, build_trails
from tests.twins.placement import Row, placed

# Zones, each with a day around which its clocks did something.
DAYS = {
    "UTC": date(2024, 2, 28),
    "Australia/Sydney": date(2024, 10, 6),  # a day of 23 hours
    "America/New_York": date(2024, 11, 3),  # a day of 25 hours
    "Asia/Kathmandu": date(2024, 2, 28),  # 5 h 45 min
    "America/Sao_Paulo": date(2018, 11, 4),  # begins at 01:00
    "America/Havana": date(2024, 11, 3),  # midnight comes twice
    "Australia/Lord_Howe": date(2024, 4, 7),  # half an hour
    "America/St_Johns": date(2010, 11, 7),  # a minute of it comes before an hour of the day before
    "Pacific/Apia": date(2011, 12, 31),  # there was no day before it
}
DAYS_SHOWN = 4

Shard = tuple[Plan, Batch, int]  # a journey, events in any order, the number of customers


@cache
def day_start(zone: str, day: date) -> int:
    """The first instant of a local day: looked for minute by minute."""
    info = ZoneInfo(zone)
    instant = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=16)
    while instant.astimezone(info).date() < day:
        instant += timedelta(minutes=1)
    return to_us(instant)


def day_starts(zone: str) -> list[int]:
    first = DAYS[zone] - timedelta(days=1)
    return sorted({day_start(zone, first + timedelta(days=i)) for i in range(DAYS_SHOWN)})


# ---- hard customers ---------------------------------------------------------------------------------


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    stages = draw(st.sampled_from([1, 2, 2, 3, 3, 3, 3, 4, 4, 5, 6]))
    zone = draw(st.sampled_from(sorted(DAYS)))
    goals = draw(st.lists(st.sampled_from(["none", "goal", "repeat"]), min_size=stages, max_size=stages))
    with_goal = [s for s in range(stages) if goals[s] != "none"]
    advances = draw(st.sampled_from([-1, *with_goal, *with_goal, *with_goal]))
    returns_to = -1
    if 0 <= advances < stages - 1:
        returns_to = draw(st.sampled_from([advances + 1, advances + 1, *range(stages)]))
    after = [draw(st.sampled_from([-1, -1, -1, *range(s)])) for s in range(stages)]
    lapse = draw(
        st.lists(st.sampled_from([HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY]), min_size=stages, max_size=stages)
    )
    known = st.one_of(st.just(FOREVER), instants(zone), instants(zone), instants(zone), st.just(NEVER))
    return Plan(
        lapse=np.array(lapse, np.int64),
        after=np.array(after, np.int8),
        has_goal=np.array([g != "none" for g in goals], np.int8),
        repeat=np.array([g == "repeat" for g in goals], np.int8),
        knowledge=np.array([draw(known) for _ in range(stages)], np.int64),
        advances=advances,
        returns_to=returns_to,
        zone=zone,
    )


@st.composite
def instants(draw: st.DrawFn, zone: str) -> int:
    """Instants on a coarse grid, so that they tie and meet deadlines; now and then a µs or an hour off."""
    start = draw(st.sampled_from(day_starts(zone)))
    hours = draw(st.sampled_from([0, 0, 6, 12, 12, 18, 23, 24]))
    return start + hours * HOUR + draw(st.sampled_from([0, 0, 0, 0, 0, 1, -1]))


@dataclass
class Told:
    """One event as a test tells it."""

    time: int
    evidence: int
    waits_until: int


@st.composite
def events(draw: st.DrawFn, plan: Plan) -> Told:
    stages, zone = plan.stages, plan.zone
    some = st.sets(st.integers(0, stages - 1), max_size=3)
    date_only = draw(st.sampled_from([False, False, True]))
    time = draw(st.sampled_from(day_starts(zone)) if date_only else instants(zone))
    evidence = bits.DATE_ONLY if date_only else 0
    evidence |= draw(st.sampled_from([bits.BY_CUSTOMER] * 5 + [bits.BY_BUSINESS, bits.BY_MACHINE]))
    if draw(st.sampled_from([False] * 7 + [True])):
        evidence |= bits.VOIDED
    else:
        enter, goal = draw(some), draw(some)
        for s in range(stages):
            if s in enter:
                evidence |= 1 << (bits.ENTER + s)
            if plan.has_goal[s] and s in (enter if plan.repeat[s] else goal):
                evidence |= 1 << (bits.GOAL + s)
    leaves = draw(st.sampled_from(["", "", "", "", "", "one", "all"]))
    if leaves:
        for s in range(stages) if leaves == "all" else draw(some):
            evidence |= 1 << (bits.EXIT + s)
    evidence |= draw(
        st.sampled_from([0] * 9 + [bits.ACTIVE_START, bits.ACTIVE_END, bits.ACTIVE_START | bits.ACTIVE_END])
    )
    waits = NEVER
    if draw(st.sampled_from([False] * 7 + [True])):
        waits = draw(st.one_of(instants(zone), instants(zone), st.just(FOREVER)))
    return Told(time, evidence, waits)


@st.composite
def shards(draw: st.DrawFn) -> Shard:
    """A journey, and the events of a few customers in the order of arrival."""
    plan = draw(plans())
    told = draw(st.lists(st.lists(events(plan), max_size=16), min_size=1, max_size=3))
    return plan, batch_of(told), len(told)


def batch_of(told: list[list[Told]]) -> Batch:
    rows = [(c, one) for c, customer in enumerate(told) for one in customer]
    number = np.arange(len(rows), dtype=np.int64)
    none = np.zeros(len(rows), np.int16)
    return Batch(
        customer=np.array([c for c, _ in rows], np.int64),
        arrival=number,
        ts=np.array([one.time for _, one in rows], np.int64),
        touchpoint=none,
        channel=none,
        evidence=np.array([one.evidence for _, one in rows], np.int64),
        value=number * 7,
        event=number + 1_000,
        waits_until=np.array([one.waits_until for _, one in rows], np.int64),
    )


def as_rows(visits: Visits) -> list[Row]:
    columns = [getattr(visits, f.name).tolist() for f in fields(Row)]
    return [Row(*values) for values in zip(*columns, strict=True)]


def passes_of(visits: Visits) -> list[list[Row]]:
    return [
        list(rows) for _, rows in groupby(as_rows(visits), key=lambda r: (r.customer, r.track, r.pass_no))
    ]


def tracks_of(visits: Visits) -> list[list[list[Row]]]:
    """The passes of each customer on each track, in order."""
    return [list(one) for _, one in groupby(passes_of(visits), key=lambda p: (p[0].customer, p[0].track))]


# ---- the twins --------------------------------------------------------------------------------------


@given(shards())
def test_the_kernel_and_its_slow_twin_place_everyone_alike(shard: Shard) -> None:
    plan, batch, customers = shard
    trails = build_trails(batch, customers)
    assert as_rows(place(trails, plan, threads=1)) == placed(trails, plan)


@given(shards(), st.integers(1, 12))
def test_threads_and_chunks_change_nothing(shard: Shard, chunk: int) -> None:
    plan, batch, customers = shard
    trails = build_trails(batch, customers)
    whole, parts = place(trails, plan, threads=1), place(trails, plan, threads=2, chunk=chunk)
    for f in fields(Visits):
        one, other = getattr(whole, f.name), getattr(parts, f.name)
        assert one.dtype == other.dtype
        assert one.tolist() == other.tolist(), f.name


@given(shards(), st.randoms(use_true_random=False))
def test_the_order_of_loading_changes_nothing(shard: Shard, chance: Random) -> None:
    plan, batch, customers = shard
    order = list(range(len(batch.customer)))
    chance.shuffle(order)
    shuffled = Batch(**{f.name: getattr(batch, f.name)[order] for f in fields(Batch)})
    one, other = build_trails(batch, customers), build_trails(shuffled, customers)
    assert as_rows(place(one, plan)) == as_rows(place(other, plan))


# ---- laws of the contract ---------------------------------------------------------------------------


@given(shards())
def test_rows_are_sorted_and_passes_counted_from_zero(shard: Shard) -> None:
    visits = visits_of(shard)
    rows = as_rows(visits)
    assert rows == sorted(rows, key=lambda r: (r.customer, r.track, r.pass_no, r.entered, r.stage))
    for track in tracks_of(visits):
        assert [one[0].pass_no for one in track] == list(range(len(track)))
        starts = [one[0].start for one in track]
        assert starts[0] == Start.FIRST
        assert Start.FIRST not in starts[1:]


@given(shards())
def test_visits_of_a_pass_follow_each_other_without_gap_or_overlap(shard: Shard) -> None:
    for one in passes_of(visits_of(shard)):
        stayed = [row for row in one if not row.skipped]
        for row, following in pairwise(stayed):
            assert row.outcome == Outcome.ADVANCED
            assert (row.next_stage, row.ended, row.end_event) == (
                following.stage,
                following.entered,
                following.entry_event,
            )
        stages = [row.stage for row in one]
        assert stages == sorted(set(stages)), "forward only, each stage once"
        for row in stayed[-1:]:
            assert (row.ended, row.outcome) == (row.pass_ended, row.pass_outcome)
            assert row.next_stage == -1
        assert len({(r.start, r.pass_ended, r.pass_outcome, r.won_back) for r in one}) == 1


@given(shards())
def test_passes_follow_each_other_and_only_the_last_can_be_in_flight(shard: Shard) -> None:
    for track in tracks_of(visits_of(shard)):
        for one, following in pairwise(track):
            assert one[0].pass_outcome != Outcome.IN_FLIGHT
            assert one[0].pass_ended <= following[0].entered
        in_flight = [row for one in track for row in one if row.outcome == Outcome.IN_FLIGHT]
        assert len(in_flight) == (track[-1][0].pass_outcome == Outcome.IN_FLIGHT)


@given(shards())
def test_who_enters_a_stage_began_there_or_came_from_one_before(shard: Shard) -> None:
    """The counts close: at each stage entered = begun there + advanced to it = advanced + left + lapsed + in flight."""
    plan, visits = shard[0], visits_of(shard)
    rows = [row for row in as_rows(visits) if not row.skipped]
    begun = Counter(one[0].stage for one in stayed_passes(visits))
    came = Counter(row.next_stage for row in rows if row.outcome == Outcome.ADVANCED)
    for stage in range(plan.stages):
        here = [row for row in rows if row.stage == stage]
        assert len(here) == begun[stage] + came[stage]
        assert len(here) == sum(sum(row.outcome == one for row in here) for one in Outcome)


@given(shards())
def test_nothing_is_claimed_that_nobody_can_know(shard: Shard) -> None:
    plan = shard[0]
    for row in as_rows(visits_of(shard)):
        assert row.knowledge == plan.knowledge[row.stage]
        if row.outcome == Outcome.LAPSED:
            assert (row.ended, row.end_event) == (row.deadline, -1)
            assert row.deadline <= row.knowledge
            assert row.ended >= row.active + plan.lapse[row.stage]
        if row.outcome == Outcome.IN_FLIGHT:
            assert (row.ended, row.end_event, row.next_stage) == (NEVER, -1, -1)
            assert row.deadline > row.knowledge or row.deadline == FOREVER


@given(shards())
def test_skipped_rows_have_no_duration_and_no_success(shard: Shard) -> None:
    for row in as_rows(visits_of(shard)):
        if row.skipped:
            assert row.entered == row.ended == row.active == row.deadline
            assert row.entry_event == row.end_event
            assert (row.outcome, row.succeeded, row.success_event) == (Outcome.ADVANCED, NEVER, -1)
            assert row.next_stage > row.stage or row.next_stage == -1


@given(shards())
def test_successes_and_win_backs_lie_within_their_pass(shard: Shard) -> None:
    plan, batch, customers = shard
    trails = build_trails(batch, customers)
    for row in as_rows(place(trails, plan)):
        end = FOREVER if row.pass_ended == NEVER else row.pass_ended
        if row.success_event >= 0:
            assert row.entered <= row.succeeded <= end
            if plan.has_goal[row.stage]:
                assert trails.evidence[row.success_event] >> (bits.GOAL + row.stage) & 1
        if row.won_back != NEVER:
            assert row.start == Start.RETURN
            assert row.won_back <= end
        for event in (row.entry_event, row.end_event, row.success_event):
            assert event == -1 or trails.offset[row.customer] <= event < trails.offset[row.customer + 1]


@given(shards())
def test_repeat_cycles_are_walked_by_buyers_only(shard: Shard) -> None:
    plan = shard[0]
    for row in as_rows(visits_of(shard)):
        if row.track == Track.REPEAT:
            assert 0 <= plan.advances < plan.stages - 1
            assert row.stage <= plan.advances
            assert row.start != Start.RETURN


def visits_of(shard: Shard) -> Visits:
    plan, batch, customers = shard
    return place(build_trails(batch, customers), plan)


def stayed_passes(visits: Visits) -> list[list[Row]]:
    """Passes without their skipped rows; those of skipped rows alone left out."""
    stayed = ([row for row in one if not row.skipped] for one in passes_of(visits))
    return [one for one in stayed if one]
