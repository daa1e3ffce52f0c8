"""Sellers' leads, real data: why deals grew from 2017 to 2018, the decomposition against plain SQL over the files."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from desirepath.app.questions.change import Change
from desirepath.core.estimate import Estimate
from tests.examples import shared_example

pytestmark = pytest.mark.real_data

# mix and rate of one origin, from its share of the leads and its deals within 90 days in both quarters.
# grain: origin · parameters: none
DECOMPOSED = """
WITH counted AS (
  SELECT coalesce(nullif(origin, ''), 'unknown') AS origin, year(day) = 2018 AS newer,
    won IS NOT NULL AND won::DATE >= day AND won <= day::TIMESTAMP + INTERVAL 90 DAY AS hit
  FROM leads LEFT JOIN deals USING (id)
  WHERE day BETWEEN DATE '2017-10-01' AND DATE '2018-03-31' AND NOT coalesce(won::DATE < day, false)),
whole AS (SELECT newer, count(*) AS n, avg(hit::INT) AS r FROM counted GROUP BY newer),
parts AS (
  SELECT c.origin, c.newer, count(*) / any_value(w.n) AS share, avg(c.hit::INT) AS r
  FROM counted c JOIN whole w USING (newer) GROUP BY c.origin, c.newer)
SELECT a.origin, (a.share - b.share) * ((a.r + b.r) / 2 - (SELECT avg(r) FROM whole)) AS mix,
  (a.r - b.r) * (a.share + b.share) / 2 AS rate
FROM parts a JOIN parts b ON a.origin = b.origin AND a.newer AND NOT b.newer
"""


def test_deals_grew_within_every_origin_and_not_by_mix(
    data_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    leads = shared_example("leads", data_dir, tmp_path_factory)
    found = leads.ask(
        Change(measure="rate:consideration", by="traits.origin", a="period:2018-Q1", b="period:2017-Q4")
    ).result
    with duckdb.connect() as sql:
        files = data_dir / "olist-leads"
        sql.execute(
            f"""CREATE TABLE leads AS SELECT mql_id AS id, first_contact_date::DATE AS day, origin
            FROM read_csv('{files}/leads.csv.gz', all_varchar = true)"""
        )
        sql.execute(
            f"""CREATE TABLE deals AS SELECT mql_id AS id, won_date::TIMESTAMP AS won
            FROM read_csv('{files}/closed_deals.csv.gz', all_varchar = true)"""
        )
        known = {origin: (mix, rate) for origin, mix, rate in sql.execute(DECOMPOSED).fetchall()}
    compared = [t for t in found.terms if t.key in known]
    assert len(compared) >= 6
    for term in compared:
        assert (term.mix, term.rate) == pytest.approx(known[term.key], abs=2e-3), term.key
    assert isinstance(found.difference, Estimate)
    assert isinstance(found.mix, Estimate)
    assert isinstance(found.rate, Estimate)
    assert (found.a_n, found.b_n) == (3_343, 1_061)
    assert found.difference.value == pytest.approx(0.107, abs=5e-4)
    assert found.mix.value == pytest.approx(0.002, abs=5e-4)
    assert found.rate.low > 0.09
    assert sum(t.mix + t.rate for t in found.terms) == pytest.approx(found.difference.value)
