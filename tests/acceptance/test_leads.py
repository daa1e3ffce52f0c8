"""Sellers' leads, real data: every count against plain SQL over the files, and what censoring does to a rate."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from desirepath.app.workspace import Workspace
from desirepath.core.estimate import Estimate, NoEstimate
from tests.examples import loaded_example, one, shared_example

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def leads(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return shared_example("leads", data_dir, tmp_path_factory)


@pytest.fixture(scope="module")
def sql(data_dir: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The two files as plain tables: leads(id, day, origin), deals(id, won)."""
    with duckdb.connect() as connection:
        files = data_dir / "olist-leads"
        connection.execute(
            f"""CREATE TABLE leads AS SELECT mql_id AS id, first_contact_date::DATE AS day, origin
            FROM read_csv('{files}/leads.csv.gz', all_varchar = true)"""
        )
        connection.execute(
            f"""CREATE TABLE deals AS SELECT mql_id AS id, won_date::TIMESTAMP AS won
            FROM read_csv('{files}/closed_deals.csv.gz', all_varchar = true)"""
        )
        yield connection


def test_the_known_counts_of_the_files(sql: duckdb.DuckDBPyConnection) -> None:
    assert one(sql, "SELECT count(*) FROM leads") == 8_000
    assert one(sql, "SELECT count(*) FROM deals JOIN leads USING (id)") == 842
    assert one(sql, "SELECT count(*) FROM deals WHERE won::DATE > (SELECT max(day) FROM leads)") == 177


def test_every_lead_and_every_deal_is_on_the_journey(
    leads: Workspace, sql: duckdb.DuckDBPyConnection
) -> None:
    stages = leads.stages()
    assert stages["consideration"].entered == one(sql, "SELECT count(*) FROM leads") == 8_000
    assert stages["decision"].succeeded == one(sql, "SELECT count(*) FROM deals") == 842
    assert stages["decision"].customers / stages["consideration"].entered == pytest.approx(0.10525)


def test_a_win_before_the_first_contact_skips_the_lead_stage(
    leads: Workspace, sql: duckdb.DuckDBPyConnection
) -> None:
    early = one(sql, "SELECT count(*) FROM leads JOIN deals USING (id) WHERE won::DATE < day")
    assert early == 1
    assert leads.stages()["consideration"].skipped == early


def test_the_rate_counts_wins_within_the_horizon_of_all_leads(
    leads: Workspace, sql: duckdb.DuckDBPyConnection
) -> None:
    # A lead's day begins at local midnight; 90 days to the microsecond. The file's times are taken as local ones.
    within = one(
        sql,
        """SELECT count(*) FROM leads JOIN deals USING (id) WHERE won::DATE >= day
        AND timezone('America/Sao_Paulo', won) <= timezone('America/Sao_Paulo', day::TIMESTAMP) + INTERVAL 2160 HOUR""",
    )
    rate = leads.stages()["consideration"].rate
    assert isinstance(rate, Estimate)
    assert rate.n == 8_000
    assert round(rate.value * rate.n) == within


def test_slow_deals_lapse_first_and_are_won_as_comebacks(
    leads: Workspace, sql: duckdb.DuckDBPyConnection
) -> None:
    # The clock of a lead, known by its day alone, starts at midday and runs for 180 days.
    slow = one(
        sql,
        """SELECT count(*) FROM leads JOIN deals USING (id) WHERE won::DATE >= day
        AND timezone('America/Sao_Paulo', won)
          > timezone('America/Sao_Paulo', day::TIMESTAMP) + INTERVAL 12 HOUR + INTERVAL 4320 HOUR""",
    )
    stages = leads.stages()
    assert slow > 50
    assert stages["decision"].comebacks == slow
    assert stages["consideration"].advanced == 842 - 1 - slow


def test_the_curve_is_the_share_won_by_each_day_where_nothing_is_censored(
    leads: Workspace, sql: duckdb.DuckDBPyConnection
) -> None:
    # All leads are known for more than 90 days, so Aalen–Johansen at 90 days must be the plain share.
    answer = leads.stages()["consideration"]
    assert isinstance(answer.eventually, Estimate) and isinstance(answer.rate, Estimate)
    assert answer.eventually.value == pytest.approx(answer.rate.value, abs=1e-9)


def test_asked_on_the_day_of_the_last_lead_the_plain_share_is_too_low(
    data_dir: Path, tmp_path: Path, sql: duckdb.DuckDBPyConnection
) -> None:
    workspace = loaded_example("leads", data_dir, tmp_path, **{"2018-11-14": "2018-05-31"})
    then = workspace.stages()["consideration"]
    won_by_then = one(sql, "SELECT count(*) FROM deals WHERE won::DATE <= DATE '2018-05-31'")
    assert won_by_then == 842 - 177 == 665
    assert then.in_flight > 3_000  # nobody may call them lost yet
    assert isinstance(then.eventually, Estimate) and isinstance(then.rate, Estimate)
    # Of those whose 90 days are over, and over all with censoring: both above the 8.3 % of the plain share.
    assert then.rate.n < 8_000
    assert then.eventually.value > won_by_then / 8_000


def test_channels_agree_with_sql(leads: Workspace, sql: duckdb.DuckDBPyConnection) -> None:
    for segment, origin in (("organic", "organic search"), ("paid", "paid search"), ("social", "social")):
        entered = one(sql, f"SELECT count(*) FROM leads WHERE origin = '{origin}'")
        assert leads.stages(segment=segment)["consideration"].entered == entered


def test_counts_and_member_lists_agree(leads: Workspace) -> None:
    stages = leads.stages()
    for stage in stages.answers.values():
        for what in ("entered", "skipped", "succeeded", "advanced", "left", "lapsed", "in_flight"):
            assert len(leads.customers_in(stage.stage, what)) == getattr(stage, what)


def test_a_time_that_half_never_reach_is_said_to_be_not_reached(leads: Workspace) -> None:
    median = leads.stages()["consideration"].time_quartiles[1]
    assert isinstance(median, NoEstimate)
    assert median.reason == "not_reached"


def test_the_whole_way_ends_with_the_deals(leads: Workspace) -> None:
    way = leads.stages().whole
    assert way.succeeded == 842
    assert way.entered == way.succeeded + way.left + way.lapsed + way.in_flight
    for what in ("entered", "succeeded", "left", "lapsed", "in_flight"):
        assert len(leads.customers_in("journey", what)) == getattr(way, what)


def test_who_is_in_which_stage_at_the_beginning_of_a_month(
    leads: Workspace, sql: duckdb.DuckDBPyConnection
) -> None:
    months = leads.occupancy(step="month")
    for at, consideration, decision in months.rows:
        day = f"timestamp '{at:%Y-%m-%d} 00:00:00'"
        # Here by then, not yet won, and silent for less than 180 days from midday of the first contact.
        still = f"""SELECT count(*) FROM leads LEFT JOIN deals ON deals.id = leads.id AND won::DATE >= day
            WHERE day <= {day} AND (won IS NULL OR won > {day})
            AND timezone('America/Sao_Paulo', day::TIMESTAMP) + INTERVAL 4332 HOUR
              > timezone('America/Sao_Paulo', {day})"""
        assert (consideration, decision) == (one(sql, still), 0)
    assert len(months) == 17
