"""CDNOW, real data: retention, churn and occupancy of buyers, against plain SQL over the file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pytest

from desirepath import Churn, Occupancy, Retention
from desirepath.app.workspace import Workspace
from desirepath.core.estimate import Estimate
from tests.examples import one, shared_example

pytestmark = pytest.mark.real_data

_COHORTS = """
    WITH firsts AS (SELECT customer, min(day) AS first FROM orders GROUP BY customer)
    SELECT strftime(date_trunc('month', first), '%Y-%m') AS cohort,
           datediff('month', first, day) AS period, count(DISTINCT customer) AS customers
    FROM orders JOIN firsts USING (customer) GROUP BY ALL"""


@pytest.fixture(scope="module")
def shop(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return shared_example("cdnow", data_dir, tmp_path_factory)


@pytest.fixture(scope="module")
def sql(data_dir: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The file as a plain table: orders(customer, day)."""
    with duckdb.connect() as connection:
        connection.execute(
            f"""CREATE TABLE orders AS
            SELECT f[1] AS customer, strptime(f[2], '%Y%m%d')::DATE AS day
            FROM (SELECT string_split_regex(trim(line), '\\s+') AS f
              FROM read_csv('{data_dir}/cdnow/master.txt.gz', columns = {{'line': 'VARCHAR'}}, delim = '\\t',
                header = false, skip = 1))"""
        )
        yield connection


def test_retention_by_calendar_month(shop: Workspace, sql: duckdb.DuckDBPyConnection) -> None:
    answer = shop.ask(Retention(every="month", periods=17))
    wanted = {(cohort, period): n for cohort, period, n in sql.execute(_COHORTS).fetchall()}
    assert answer.result.cohorts == ("1997-01", "1997-02", "1997-03")
    for k, cohort in enumerate(answer.result.cohorts):
        assert answer.result.counts.n[k] == wanted[cohort, 0]
        for j in range(17):
            over = j + 1 <= 17 - k  # knowledge ends with June 1998
            found = answer.result.counts.returned[k, j], answer.result.counts.early[k, j]
            assert found == ((wanted[cohort, j + 1], 0) if over else (0, 0))
            assert answer.result.complete(k, j) == over
    assert len(answer.members("1997-02 month 3")) == wanted["1997-02", 3]
    everybody = answer.result.rate(None, 0)
    assert isinstance(everybody, Estimate)
    assert everybody.n == 23_570
    assert round(everybody.value * 23_570) == sum(wanted[c, 1] for c in answer.result.cohorts)


def test_on_or_after_and_brackets(shop: Workspace, sql: duckdb.DuckDBPyConnection) -> None:
    later = shop.ask(Retention(every="month", periods=6, kind="on_or_after")).result
    some = shop.ask(Retention(every="month", brackets="1-3, 4-6")).result
    count = """
    SELECT count(DISTINCT customer) FROM orders JOIN (SELECT customer, min(day) AS first FROM orders GROUP BY customer)
    USING (customer) WHERE datediff('month', first, day) BETWEEN {} AND {}"""
    for j in range(6):
        assert later.overall.returned[0, j] == one(sql, count.format(j + 1, 99))
    assert some.overall.returned[0].tolist() == [one(sql, count.format(1, 3)), one(sql, count.format(4, 6))]


def test_churn_closes_and_its_lapses_are_those_of_stages(shop: Workspace) -> None:
    answer = shop.ask(Churn(stage="retention"))
    place = answer.result.places.index("retention")
    counts = {what: table[:, place] for what, table in answer.result.counts.items()}
    retention = shop.stages()["retention"]
    assert counts["lapsed"].sum() == retention.lapsed
    assert counts["returned"].sum() == retention.returns
    assert counts["won_back"].sum() == retention.win_backs
    assert counts["at_end"][-1] == retention.in_flight
    assert np.array_equal(counts["at_end"][:-1], counts["at_start"][1:])


def test_half_a_year_after_the_first_order_nobody_has_lapsed_and_then_many(
    shop: Workspace, sql: duckdb.DuckDBPyConnection
) -> None:
    answer = shop.ask(Occupancy(every="month", most=7)).result
    lapsed = answer.states.index("lapsed")
    before, after = answer.at(5, lapsed), answer.at(7, lapsed)
    assert isinstance(before, Estimate)
    assert isinstance(after, Estimate)
    assert before.value == 0.0
    # 30-day months: by day 210 exactly those have lapsed, and not come back, whose last order by then was long ago.
    silent = """
    WITH firsts AS (SELECT customer, min(day) AS first FROM orders GROUP BY customer)
    SELECT count(*) FROM (
      SELECT customer, max(day) FILTER (day <= first + 210) - any_value(first) AS last
      FROM orders JOIN firsts USING (customer) GROUP BY customer) WHERE last + 180 <= 209"""
    assert after.value * 23_570 == pytest.approx(one(sql, silent), rel=0.005)
