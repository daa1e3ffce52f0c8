"""ClickHouse's retention(cond1, cond2, …): the published cases, as data.

Sources: ClickHouse, tests/queries/0_stateless/00688_aggregation_retention (.sql and .reference), and the example on the
page of `retention` in its documentation; Apache Doris and Databend publish cases of the same function. Facts and
figures only: conditions that are dates become days of a calendar, conditions that are events become steps.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from desirepath.core.times import DAY, NEVER
from desirepath.measure.retention.ask import count_returns, counting_of, first_starts, numbered, on_or_after
from desirepath.trail.trails import Trails

CLICKHOUSE = counting_of("clickhouse", "day", "UTC")
FIRST = 17_749 * DAY  # 2018-08-06


def trails_of(events: Iterable[tuple[int, int]]) -> Trails:
    """Trails of (customer, day) pairs, the day counted from the first."""
    told = sorted(events)
    customers = max(c for c, _ in told) + 1
    counts = np.bincount([c for c, _ in told], minlength=customers)
    ts = np.array([FIRST + day * DAY for _, day in told], np.int64)
    none = np.zeros(len(ts), np.int64)
    code = none.astype(np.int16)
    offset = np.append(0, np.cumsum(counts)).astype(np.int64)
    return Trails(offset, ts, code, code, none, none, np.arange(len(ts)), np.full(len(ts), NEVER))


def on(days: dict[int, int]) -> list[tuple[int, int]]:
    """So many customers, numbered from 0, on each day."""
    return [(c, day) for day, customers in days.items() for c in range(customers)]


@pytest.mark.parametrize(
    ("days", "columns", "said"),
    [
        # retention(date = '2018-08-06'); …, date = '2018-08-07'); …, date = '2018-08-08'); all three
        ({0: 80, 1: 50, 2: 60}, [0], [80]),
        ({0: 80, 1: 50, 2: 60}, [0, 1], [80, 50]),
        ({0: 80, 1: 50, 2: 60}, [0, 2], [80, 60]),
        ({0: 80, 1: 50, 2: 60}, [0, 1, 2], [80, 50, 60]),
        # The documentation: 5, 10 and 15 users on three days; of those of the first, 5, 5 and 5.
        ({0: 5, 1: 10, 2: 15}, [0, 1, 2], [5, 5, 5]),
    ],
)
def test_conditions_on_dates(days: dict[int, int], columns: list[int], said: list[int]):
    trails = trails_of(on(days))
    starts = first_starts(trails, trails.ts < FIRST + DAY)
    found = count_returns(trails, starts, CLICKHOUSE, numbered(0, 2), known=FIRST + 3 * DAY - 1)
    assert [int(found.returned[0, c]) for c in columns] == said
    assert found.n[0] == said[0]


def test_who_met_the_first_condition_on_no_day_is_in_no_count():
    """Doris: user 0 on three days, 1 on two, 2 on one: [1, 1, 1], [1, 1, 0], [1, 0, 0]; and one who came later only."""
    trails = trails_of([(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (2, 0), (3, 1), (3, 2)])
    starts = first_starts(trails, trails.ts < FIRST + DAY)
    assert starts.customer.tolist() == [0, 1, 2]
    found = count_returns(trails, starts, CLICKHOUSE, numbered(0, 2), known=FIRST + 3 * DAY - 1)
    assert found.returned[0].tolist() == [3, 2, 1]


def test_conditions_on_events():
    """Databend: signup, then login, purchase, login: retention(signup, login, purchase) is 1 1 0, 1 0 1, 1 1 0."""
    trails = trails_of([(0, 0), (0, 1), (1, 0), (1, 2), (2, 0), (2, 1)])
    name = np.array(["signup", "login", "signup", "purchase", "signup", "login"])
    starts = first_starts(trails, name == "signup")
    for event, said in (("login", 2), ("purchase", 1)):
        found = count_returns(
            trails, starts, CLICKHOUSE, on_or_after(1, 1), known=FIRST + 3 * DAY - 1, returning=name == event
        )
        assert found.n.sum() == 3
        assert found.returned.sum() == said
