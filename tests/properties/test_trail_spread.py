"""Chunks, sessions and what held as of an event: each against an obvious loop."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desirepath.core.times import HOUR, to_us
from desirepath.journey.calendar import offset_changes
from desirepath.trail import as_of
from desirepath.trail.sessions import session_starts
from desirepath.trail.spread import beside, customers_of, ranges, spread, together

BERLIN = "Europe/Berlin"
# Around the change to summer time, so that local days of 23 hours are met.
FIRST = to_us(datetime(2024, 3, 30, 18, tzinfo=UTC))

gaps = st.sampled_from([0, 1, 60_000_000, HOUR // 2, HOUR // 2 + 1, 5 * HOUR, 30 * HOUR])
journeys = st.lists(st.lists(st.tuples(gaps, st.integers(-1, 3)), max_size=9), max_size=12)


def laid_out(told: list[list[tuple[int, int]]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    offset = np.cumsum([0, *(len(one) for one in told)]).astype(np.int64)
    ts = [FIRST + int(t) for one in told for t in np.cumsum([gap for gap, _ in one])]
    return offset, np.array(ts, np.int64), np.array([code for one in told for _, code in one], np.int32)


@given(journeys, st.integers(1, 7), st.data())
def test_ranges_close_without_gaps_and_hold_every_customer_once(told, parts, data):
    offset, _, _ = laid_out(told)
    who = np.array(sorted(data.draw(st.sets(st.integers(0, max(len(told) - 1, 0))))), np.int64)
    asked = who[who < len(told)]
    for chosen, size in ((None, len(told)), (asked, len(asked))):
        found = ranges(offset, chosen, parts)
        assert [low for low, _ in found] + [size] == [0] * (not size) + [*(b for _, b in found)] or (
            found[0][0] == 0 and found[-1][1] == size and all(a[1] == b[0] for a, b in pairwise(found))
        )
        assert sum(spread(lambda low, high: high - low, offset, chosen, parts=parts)) == size


@given(journeys)
def test_customers_with_an_event(told):
    offset, _, code = laid_out(told)
    owner = [c for c, one in enumerate(told) for _ in one]
    assert customers_of(offset, code == 1).tolist() == sorted({owner[p] for p in np.flatnonzero(code == 1)})


@given(journeys, st.booleans(), st.booleans(), st.booleans())
def test_a_session_begins_after_a_silence_at_midnight_or_under_another_campaign(
    told, by_gap, by_day, by_code
):
    offset, ts, code = laid_out(told)
    found = session_starts(
        offset,
        ts,
        gap=HOUR // 2 if by_gap else None,
        zone=offset_changes(BERLIN, 2024, 2024) if by_day else None,
        campaign=code if by_code else None,
    )
    for c in range(len(told)):
        campaign = -1
        for p in range(offset[c], offset[c + 1]):
            day = [
                (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(ts[q]))).astimezone(
                    ZoneInfo(BERLIN)
                )
                for q in (p, max(p - 1, 0))
            ]
            new = p == offset[c]
            new |= by_gap and p > offset[c] and ts[p] - ts[p - 1] > HOUR // 2
            new |= by_day and day[0].date() != day[1].date()
            if code[p] >= 0:
                new |= by_code and campaign >= 0 and campaign != code[p]
                campaign = code[p]
            assert found[p] == new


@given(journeys)
def test_what_was_last_said_counts_for_every_event_of_its_instant(told):
    offset, ts, code = laid_out(told)
    out = np.empty(len(ts), np.int32)
    as_of.last_said(0, len(told), offset, ts, code, out)
    for c in range(len(told)):
        for p in range(offset[c], offset[c + 1]):
            until = [q for q in range(offset[c], offset[c + 1]) if ts[q] <= ts[p] and code[q] >= 0]
            newest = max((ts[q] for q in until), default=0)
            assert out[p] == max((code[q] for q in until if ts[q] == newest), default=-1)


@given(journeys, st.integers(-2, 90))
def test_the_last_event_until_a_moment(told, hours):
    offset, ts, _ = laid_out(told)
    customer = np.arange(len(told), dtype=np.int32)
    moment = np.full(len(told), FIRST + hours * HOUR, np.int64)
    out = np.empty(len(told), np.int64)
    as_of.last_events(offset, ts, customer, moment, out)
    for c in range(len(told)):
        assert out[c] == max((p for p in range(offset[c], offset[c + 1]) if ts[p] <= moment[c]), default=-1)


def test_together_keeps_the_order_with_and_without_threads_and_hands_on_what_fails():
    for rows in (10, 10_000_000):
        assert together(lambda n: n * n, range(20), rows) == [n * n for n in range(20)]
        assert together(lambda n: n, [], rows) == []
        with pytest.raises(ZeroDivisionError):
            together(lambda n: 1 // n, range(3), rows)


def test_two_things_side_by_side_with_and_without_threads_and_either_may_fail():
    for rows in (10, 10_000_000):
        assert beside(lambda: "one", lambda: 2, rows) == ("one", 2)
        for one, other in ((1, 0), (0, 1)):
            with pytest.raises(ZeroDivisionError):
                beside(lambda one=one: 1 // one, lambda other=other: 1 // other, rows)
