"""PostHog's retention tables: the published cases, as data.

Source: PostHog, posthog/queries/test/test_retention.py: test_day_interval, test_week_interval, test_month_interval,
test_retention_multiple_events, test_first_time_retention, and what its issue #17415 asks for. Facts and figures only.
A "recurring" cohort holds everybody who did the start in a period, so one customer starts once a period; a "first
time" cohort holds each once. Rows are shown as far as the last period: a triangle.
"""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from desirepath.core.times import HOUR, NEVER, to_us
from desirepath.measure.periods import SUNDAY, Unit, period_edges
from desirepath.measure.retention.ask import (
    Counting,
    Starts,
    count_returns,
    counting_of,
    first_starts,
    numbered,
)
from desirepath.trail.trails import Trails

Event = tuple[str, datetime, str]


def at(day: int, month: int = 0, hour: int = 5) -> datetime:
    """As their tests count: from 10 June 2020."""
    return datetime(2020, 6 + month, 10 + day, hour, tzinfo=UTC)


def did(who: str, *days: datetime, event: str = "pageview") -> list[Event]:
    return [(who, moment, event) for moment in days]


def told(events: list[Event]) -> tuple[Trails, np.ndarray]:
    events = sorted(events, key=lambda e: (e[0], e[1]))
    people = sorted({e[0] for e in events})
    counts = np.bincount([people.index(e[0]) for e in events])
    ts = np.array([to_us(e[1]) for e in events], np.int64)
    none = np.zeros(len(ts), np.int64)
    code = none.astype(np.int16)
    offset = np.append(0, np.cumsum(counts)).astype(np.int64)
    trails = Trails(offset, ts, code, code, none, none, np.arange(len(ts)), np.full(len(ts), NEVER))
    return trails, np.array([e[2] for e in events])


def recurring(trails: Trails, mask: np.ndarray, edges: np.ndarray) -> Starts:
    """The first start of each customer in each period."""
    customer = np.repeat(np.arange(trails.customers), np.diff(trails.offset))
    place = np.searchsorted(edges, trails.ts, side="right") - 1
    seen: set[tuple[int, int]] = set()
    rows = []
    for i in np.flatnonzero(mask):
        key = (int(customer[i]), int(place[i]))
        if key not in seen:
            seen.add(key)
            rows.append((key[0], int(i)))
    return Starts(*(np.array(column, np.int64) for column in zip(*rows, strict=True)))


LATER = to_us(datetime(2021, 6, 1, tzinfo=UTC))  # everything is known
PERSON_1 = did("person1", at(0), at(1), at(2), at(5), at(5, hour=9), at(6))
PERSON_2 = did("person2", at(1), at(2), at(3), at(6))
WEEKS = [
    *did("person1", at(0), at(1), at(7), at(14), at(-6, 1), at(1, 1)),
    *did("person2", at(0), at(1), at(7), at(-6, 1), at(1, 1), at(15, 1)),
]
MONTHS = [
    *did("person1", *(at(0, m) for m in (-5, -4, -3, -1, 0, 3))),
    *did("person2", *(at(0, m) for m in (-5, -4, -3, 0, 1, 5))),
]
SOME_EVENT = [
    *did("person1", at(0), at(1), at(2), at(3), event="start"),
    *did("person2", at(0), at(1), at(2), at(3), event="start"),
    *did("person3", at(5), event="start"),
    *did("person1", at(5), at(6)),
    *did("person2", at(5)),
]
FIRST_TIME = [
    *did("shouldnt_include", at(-5), at(-1), event="start"),
    *did("person1", at(-1), at(1), at(2), at(3), at(4), event="start"),
    *did("person2", at(-1), event="start"),
    *PERSON_1,
    *PERSON_2,
    *did("person3", at(0), event="start"),
    *did("person3", at(1), at(3), at(4), at(5)),
    *did("person4", at(2), event="start"),
    *did("person4", at(3), at(5)),
]


@pytest.mark.parametrize(
    ("unit", "events", "start", "begins", "table"),
    [
        pytest.param("day", PERSON_1 + PERSON_2, "pageview", at(0), [
            [1, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0], [2, 2, 1, 0, 1, 2, 0, 0, 0, 0], [2, 1, 0, 1, 2, 0, 0, 0, 0],
            [1, 0, 0, 1, 0, 0, 0, 0], [0] * 7, [1, 1, 0, 0, 0, 0], [2, 0, 0, 0, 0], [0] * 4, [0] * 3, [0] * 2, [0],
        ], id="day"),
        pytest.param("week", WEEKS, "pageview", at(0), [
            [2, 2, 1, 2, 2, 0, 1], [2, 1, 2, 2, 0, 1], [1, 1, 1, 0, 0], [2, 2, 0, 1], [2, 0, 1], [0, 0], [1],
        ], id="week"),
        pytest.param("month", MONTHS, "pageview", at(0, -5), [
            [2, 2, 2, 0, 1, 2, 1, 0, 1, 0, 1], [2, 2, 0, 1, 2, 1, 0, 1, 0, 1], [2, 0, 1, 2, 1, 0, 1, 0, 1], [0] * 8,
            [1, 1, 0, 0, 1, 0, 0], [2, 1, 0, 1, 0, 1], [1, 0, 0, 0, 1], [0] * 4, [1, 0, 0], [0] * 2, [1],
        ], id="month"),
        pytest.param("day", SOME_EVENT, "start", at(0), [
            [2, 0, 0, 0, 0, 2, 1], [2, 0, 0, 0, 2, 1], [2, 0, 0, 2, 1], [2, 0, 2, 1], [0, 0, 0], [1, 0], [0],
        ], id="two events"),
    ],
)  # fmt: skip
def test_recurring_cohorts(
    unit: Unit, events: list[Event], start: str, begins: datetime, table: list[list[int]]
):
    trails, name = told(events)
    edges = period_edges(to_us(begins), LATER, unit, "UTC", SUNDAY)
    starts = recurring(trails, name == start, edges)
    found = count_returns(
        trails, starts, counting_of("posthog", unit, "UTC"), numbered(0, len(table) - 1), known=LATER,
        returning=name == "pageview",
    )  # fmt: skip
    rows = found.returned[: len(table)].tolist()
    rows += [[0] * len(table)] * (len(table) - len(rows))
    assert [row[: len(want)] for row, want in zip(rows, table, strict=True)] == table


def test_first_time_cohorts():
    trails, name = told(FIRST_TIME)
    starts = first_starts(trails, name == "start")
    found = count_returns(
        trails, starts, counting_of("posthog", "day", "UTC"), numbered(0, 6), known=LATER,
        returning=name == "pageview",
    )  # fmt: skip
    first = (to_us(at(-1)) - to_us(at(-5))) // (
        24 * HOUR
    )  # their table begins four days after the first start
    table = [[2, 1, 2, 2, 1, 0, 1], [1, 1, 0, 1, 1, 1], [0] * 5, [1, 1, 0, 1], [0] * 3, [0] * 2, [0]]
    rows = [row.tolist() for row in found.returned[first : first + 7]]
    rows += [[0] * 7] * (7 - len(rows))
    assert [row[: len(want)] for row, want in zip(rows, table, strict=True)] == table


def test_a_day_is_one_of_the_journeys_zone():
    """#17415: shown a day off in UTC+8. At 23:00 in UTC it is 07:00 of the next day in Shanghai."""
    trails, _ = told(did("ana", at(0, hour=23), at(1, hour=15)))
    shanghai = Counting("day", zone="Asia/Shanghai")
    found = count_returns(trails, first_starts(trails), shanghai, numbered(0, 1), known=to_us(at(9)))
    assert found.returned.tolist()[0] == [1, 0], "both on 11 June there"
    utc = count_returns(trails, first_starts(trails), Counting("day"), numbered(0, 1), known=to_us(at(9)))
    assert utc.returned.tolist()[0] == [0, 1]
    assert period_edges(to_us(at(0, hour=23)), to_us(at(0, hour=23)), "day", "Asia/Shanghai")[0] == to_us(
        at(0, hour=16)
    )
