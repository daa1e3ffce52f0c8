"""Retention: the kernel against its slow twin, and the lists against the counts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desirepath.core.times import DAY, HOUR, NEVER, SECOND
from desirepath.measure.answers import Contract
from desirepath.measure.retention.ask import (
    Bracket,
    Counting,
    RetentionAnswer,
    Starts,
    count_returns,
    first_starts,
    numbered,
    on_or_after,
    retention,
)
from desirepath.trail.trails import Trails
from tests.twins import retention as twin

CONTRACT = Contract("Who came back?", "starts", "by hand", 0, "by hand")
ZONES = ("UTC", "Australia/Sydney", "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Apia", "America/Havana")
# Just before clocks change: Sydney, São Paulo (at midnight), Samoa (a day left out), and long before 1970.
ANCHORS = (1_759_586_400, 1_540_090_800, 1_325_152_800, 1_331_442_000, -2_000_000_000, 0)


def trails_of(customers: list[list[int]]) -> Trails:
    offset = np.append(0, np.cumsum([len(one) for one in customers])).astype(np.int64)
    ts = np.array([t for one in customers for t in sorted(one)], np.int64)
    n = len(ts)
    none = np.zeros(n, np.int64)
    return Trails(
        offset, ts, none.astype(np.int16), none.astype(np.int16), none, none, np.arange(n), np.full(n, NEVER)
    )


@st.composite
def countings(draw: Any) -> Counting:
    clock = draw(st.sampled_from(["calendar", "rolling"]))
    floor = draw(st.sampled_from(["none", "hour", "day"])) if clock == "rolling" else "none"
    return Counting(
        draw(st.sampled_from(["day", "week", "month"])), clock, draw(st.sampled_from(ZONES)),
        draw(st.sampled_from([0, 6])), floor, draw(st.booleans()), draw(st.booleans()),
    )  # fmt: skip


@st.composite
def columns(draw: Any) -> tuple[Bracket, ...]:
    if draw(st.booleans()):
        return on_or_after(draw(st.integers(0, 2)), draw(st.integers(2, 5)))
    if draw(st.booleans()):
        return numbered(draw(st.integers(0, 1)), draw(st.integers(1, 6)))
    found, at = [], draw(st.integers(0, 2))
    for _ in range(draw(st.integers(1, 4))):
        last = at + draw(st.integers(0, 4))
        found.append(Bracket(at, last))
        at = last + draw(st.integers(1, 3))
    return tuple(found)


@st.composite
def crowds(draw: Any) -> list[list[int]]:
    """Customers around an awkward moment: ties, edges of hours and days, gaps of years."""
    anchor = draw(st.sampled_from(ANCHORS)) * SECOND
    steps = st.sampled_from(
        [0, 0, 1, HOUR - 1, HOUR, 5 * HOUR, DAY - 1, DAY, DAY + 1, 3 * DAY, 7 * DAY, 31 * DAY, 900 * DAY]
    )
    crowd = []
    for _ in range(draw(st.integers(0, 6))):
        t, events = anchor + draw(st.integers(-3, 3)) * DAY + draw(st.sampled_from([0, -1, HOUR // 2])), []
        for step in draw(st.lists(steps, max_size=9)):
            t += step
            events.append(t)
        crowd.append(events)
    return crowd


@settings(max_examples=300, deadline=None)
@given(crowds(), countings(), columns(), st.integers(0, 60 * DAY), st.data())
def test_every_cell_is_what_the_twin_counts(
    crowd: list[list[int]], counting: Counting, brackets: tuple[Bracket, ...], watched: int, data: Any
):
    trails = trails_of(crowd)
    if not trails.events:
        return
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=trails.events, max_size=trails.events)))
    known = int(trails.ts.min()) + watched
    starts = first_starts(trails, np.array(mask)) if data.draw(st.booleans()) else first_starts(trails)
    found = retention(
        trails, starts, counting, brackets, known=known, contract=CONTRACT,
        returning=mask if data.draw(st.booleans()) else None,
    )  # fmt: skip
    returning = np.ones(trails.events, bool) if found._all is None or found._all.returning is None else mask
    expected = told_slowly(trails, starts, counting, brackets, known, returning)
    assert found.too_late == sum(int(trails.ts[a]) > known for a in starts.at)
    by_label: dict[str, np.ndarray] = {label: np.zeros((4, len(brackets)), int) for label in found.cohorts}
    for label, _customer, cells in expected:
        for j, (over, hit) in enumerate(cells):
            by_label[label][:, j] += (1, over, over and hit, hit and not over)
    for k, label in enumerate(found.cohorts):
        assert (found.counts.n[k] == by_label[label][0]).all()
        assert found.counts.over[k].tolist() == by_label[label][1].tolist()
        assert found.counts.returned[k].tolist() == by_label[label][2].tolist()
        assert found.counts.early[k].tolist() == by_label[label][3].tolist()
    lists_are_the_counts(found, expected)


def told_slowly(
    trails: Trails,
    starts: Starts,
    counting: Counting,
    brackets: tuple[Bracket, ...],
    known: int,
    returning: Any,
) -> list[tuple[str, int, list[tuple[bool, bool]]]]:
    """(cohort, customer, (over, returned) a column) for each start that is known."""
    told = []
    for customer, at in zip(starts.customer.tolist(), starts.at.tolist(), strict=True):
        low, high = trails.offset[customer], trails.offset[customer + 1]
        events = [(int(trails.ts[i]), bool(returning[i])) for i in range(low, high)]
        start = int(trails.ts[at])
        if start > known:
            continue
        first = twin.period_of_day(twin.day_of(start, counting), counting).isoformat()
        cells = []
        for b in brackets:
            over = twin.is_over(start, b.first if b.last is None else b.last, known, counting)
            cells.append((over, twin.returned_in(events, at - low, b, known, counting)))
        told.append((first[:7] if counting.unit == "month" else first, customer, cells))
    return told


def lists_are_the_counts(found: RetentionAnswer, expected: list[tuple[str, int, list[tuple[bool, bool]]]]):
    for j in range(len(found.columns)):
        for k, label in enumerate(found.cohorts):
            for early in (False, True):
                want = [c for one, c, cells in expected if one == label and cells[j] == (not early, True)]
                assert found.members(k, j, early=early).tolist() == want
        everybody = found.members(None, j).tolist()
        assert len(everybody) == found.overall.returned[0, j]
        assert everybody == [c for _, c, cells in expected if cells[j] == (True, True)]


@settings(max_examples=60, deadline=None)
@given(crowds(), countings(), columns(), st.integers(0, 400 * DAY))
def test_the_quick_pass_counts_what_the_measure_counts(
    crowd: list[list[int]], counting: Counting, brackets: tuple[Bracket, ...], watched: int
):
    trails = trails_of(crowd)
    starts = first_starts(trails)
    if not len(starts):
        assert not len(count_returns(trails, starts, counting, brackets, known=0).n)
        return
    known = int(trails.ts[starts.at].max()) + watched
    quick = count_returns(trails, starts, counting, brackets, known=known)
    whole = retention(trails, starts, counting, brackets, known=known, contract=CONTRACT)
    some = quick.n > 0
    assert quick.n[some].tolist() == whole.counts.n.tolist()
    for name in ("over", "returned", "early"):
        assert (getattr(quick, name)[some] == getattr(whole.counts, name)).all()
        assert not getattr(quick, name)[~some].any()


@settings(max_examples=60, deadline=None)
@given(crowds(), columns(), st.data())
def test_groups_may_overlap_and_everybody_counts_once(
    crowd: list[list[int]], brackets: tuple[Bracket, ...], data: Any
):
    trails = trails_of(crowd)
    starts = first_starts(trails)
    if not len(starts):
        return
    known = int(trails.ts.max())
    of = st.lists(st.booleans(), min_size=len(starts), max_size=len(starts))
    masks = [("some", np.array(data.draw(of))), ("others", np.array(data.draw(of)))]
    counting = Counting("day")
    both = retention(trails, starts, counting, brackets, known=known, contract=CONTRACT, groups=masks)
    plain = retention(trails, starts, counting, brackets, known=known, contract=CONTRACT)
    assert (both.overall.returned == plain.counts.summed().returned).all()
    for k, (_, mask) in enumerate(masks):
        alone = retention(trails, starts.where(mask), counting, brackets, known=known, contract=CONTRACT)
        assert both.counts.n[k] == mask.sum()
        assert (both.counts.returned[k] == alone.overall.returned[0]).all()
        for j in range(len(brackets)):
            assert both.members(k, j).tolist() == alone.members(None, j).tolist()


@pytest.mark.parametrize("zone", ZONES)
def test_a_day_on_which_clocks_change_is_one_day(zone: str):
    start = ANCHORS[0] * SECOND
    trails = trails_of([[start, *(start + h * HOUR for h in range(1, 24 * 5))]])
    counts = count_returns(
        trails, first_starts(trails), Counting("day", zone=zone), numbered(0, 3), known=start + 5 * DAY
    )
    assert counts.returned[0].tolist() == [1, 1, 1, 1]
