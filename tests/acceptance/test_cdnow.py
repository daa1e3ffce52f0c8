"""CDNOW, real data: nothing but orders. Who buys again, against plain SQL over the file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from desirepath.app.workspace import Workspace
from desirepath.core.estimate import Estimate
from tests.examples import one, shared_example

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def shop(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return shared_example("cdnow", data_dir, tmp_path_factory)


@pytest.fixture(scope="module")
def sql(data_dir: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The file as a plain table: orders(customer, day, dollars), read by splitting at blanks."""
    with duckdb.connect() as connection:
        connection.execute(
            f"""CREATE TABLE orders AS
            SELECT f[1] AS customer, strptime(f[2], '%Y%m%d')::DATE AS day, f[4]::DECIMAL(12, 2) AS dollars
            FROM (SELECT string_split_regex(trim(line), '\\s+') AS f
              FROM read_csv('{data_dir}/cdnow/master.txt.gz', columns = {{'line': 'VARCHAR'}}, delim = '\\t',
                header = false, skip = 1))"""
        )
        yield connection


def test_the_known_counts(shop: Workspace, sql: duckdb.DuckDBPyConnection) -> None:
    with shop.asking() as asking:
        assert asking.trails.customers == one(sql, "SELECT count(DISTINCT customer) FROM orders") == 23_570
        assert asking.trails.events == one(sql, "SELECT count(*) FROM orders") == 69_659
        assert asking.trails.value.sum() == one(sql, "SELECT sum(dollars) * 100 FROM orders")


def test_who_bought_again_within_180_days_of_the_first_order(
    shop: Workspace, sql: duckdb.DuckDBPyConnection
) -> None:
    # Orders of one day are one visit's first and second order: the second counts as a repeat.
    again = """
    SELECT count(*) FROM (
      SELECT customer, day - first_value(day) OVER w AS after, row_number() OVER w AS k
      FROM orders WINDOW w AS (PARTITION BY customer ORDER BY day ROWS UNBOUNDED PRECEDING))
    WHERE k = 2 AND after <= 180"""
    first = shop.stages(until="1997-04-01")["retention"]
    everyone = one(sql, "SELECT count(DISTINCT customer) FROM orders")
    assert first.entered == first.rate.n == everyone
    assert isinstance(first.rate, Estimate)
    assert round(first.rate.value * first.rate.n) == one(sql, again)


def test_silence_of_more_than_180_days_is_a_lapse_and_the_next_order_a_return(
    shop: Workspace, sql: duckdb.DuckDBPyConnection
) -> None:
    gaps = """
    SELECT count(*) FROM (
      SELECT day - lag(day) OVER (PARTITION BY customer ORDER BY day) AS gap FROM orders) WHERE gap > 180"""
    silent_at_the_end = """
    SELECT count(*) FROM (SELECT max(day) AS last FROM orders GROUP BY customer)
    WHERE last + 180 < DATE '1998-06-30' + 1"""
    retention = shop.stages()["retention"]
    assert retention.returns == one(sql, gaps)
    assert retention.win_backs == one(sql, gaps)  # they come back by ordering: nothing else is in the data
    assert retention.lapsed == one(sql, gaps) + one(sql, silent_at_the_end)
    assert retention.entered == 23_570 + one(sql, gaps)
    assert retention.entered == retention.lapsed + retention.in_flight


def test_how_they_came_to_the_first_order_is_skipped_not_made_up(shop: Workspace) -> None:
    decision = shop.stages()["decision"]
    assert (decision.entered, decision.skipped) == (0, 23_570)
    assert not decision.rate.known
