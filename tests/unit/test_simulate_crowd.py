"""A crowd is the same whoever makes it, has the shape that is told of it, and holds the truths that are planted."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from desirepath.core.times import DAY, FOREVER
from desirepath.journey import bits
from desirepath.journey.placing import Plan, place
from desirepath.simulate.crowd import CHANNELS, KINDS, SCHEMA, STAGES, TOUCHPOINTS, Crowd, write_crowd
from desirepath.trail.coded import CODED, build_coded
from desirepath.trail.trails import Trails
from tests.commands import cli

EVENTS = 400_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("crowd")
    write_crowd(made, EVENTS, seed=7)
    return made


@pytest.fixture(scope="module")
def trails(folder: Path) -> Trails:
    return build_coded(sorted(folder.glob("*.parquet")))


def never_lapsing() -> Plan:
    """One pass, whatever the silence."""
    none, far = np.zeros(len(STAGES), np.int8), np.full(len(STAGES), FOREVER)
    return Plan(far, none - 1, none, none, far, advances=-1, returns_to=-1, zone="UTC")


def test_an_event_depends_on_the_seed_and_its_number_alone() -> None:
    crowd = Crowd(50_000, seed=3)
    whole, part = crowd.columns(0, 50_000), Crowd(50_000, seed=3).columns(12_345, 12_400)
    for name, column in part.items():
        assert column.tolist() == whole[name][12_345:12_400].tolist()
    other = Crowd(50_000, seed=4).columns(12_345, 12_400)
    assert other["ts"].tolist() != part["ts"].tolist()


def test_the_files_are_the_same_whatever_the_threads(tmp_path: Path) -> None:
    for threads in (1, 3):
        write_crowd(tmp_path / str(threads), 4_100_000 // 1_000, threads=threads)
    one, three = (sorted((tmp_path / name).iterdir()) for name in ("1", "3"))
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in three]


def test_the_columns_are_those_of_coded_events_and_their_codes_have_names(folder: Path) -> None:
    table = pq.read_table(folder)
    assert table.schema.equals(SCHEMA)
    assert set(CODED) < set(table.schema.names)
    assert table["event"].to_pylist() == list(range(EVENTS))
    for name, size in (("kind", len(KINDS)), ("channel", len(CHANNELS)), ("touchpoint", TOUCHPOINTS)):
        assert set(table[name].unique().to_pylist()) == set(range(size))


def test_customers_have_about_twenty_events_a_few_have_hundreds_and_none_lie_together(
    folder: Path, trails: Trails
) -> None:
    each = np.diff(trails.offset)
    assert each[:-1].min() >= 5
    assert 18 < each.mean() < 22
    assert each.max() > 400
    customer = pq.read_table(folder)["customer"].to_numpy()
    assert np.mean(customer[1:] == customer[:-1]) < 0.01
    assert abs(np.corrcoef(customer, np.arange(EVENTS))[0, 1]) < 0.01


def test_some_events_of_a_customer_share_a_timestamp(trails: Trails) -> None:
    same = np.diff(trails.ts) == 0
    assert 0.01 < same.mean() < 0.05


def test_placing_finds_the_planted_shares_and_waits(folder: Path, trails: Trails) -> None:
    truth, visits = Crowd(EVENTS, seed=7).truth, place(trails, never_lapsing())
    assert json.loads((folder / "_truth.json").read_text()) == json.loads(json.dumps(asdict(truth)))
    reached = [np.unique(visits.customer[visits.stage == s]).size for s in range(len(STAGES))]
    assert reached[0] == truth.customers
    for s in range(1, len(STAGES)):
        share, expected = reached[s] / truth.customers, truth.reached(s)
        assert abs(share - expected) < 4 * np.sqrt(expected * (1 - expected) / truth.customers)
    skipped = np.mean(
        visits.skipped[(visits.stage == 1) & np.isin(visits.customer, visits.customer[visits.stage == 2])]
    )
    assert abs(skipped - truth.skips) < 4 * np.sqrt(truth.skips * (1 - truth.skips) / reached[2])
    for s, days in enumerate(truth.median_days):
        on = (visits.stage == s) & (visits.next_stage >= 0) & ~visits.skipped
        waits = visits.ended[on] - visits.entered[on]
        sooner = np.mean(waits <= days * DAY)
        assert abs(sooner - 0.5) < 4 * 0.5 / np.sqrt(on.sum()), STAGES[s]


def test_an_order_is_evidence_goal_and_money(trails: Trails) -> None:
    orders = (trails.evidence >> (bits.ENTER + 3) & 1).astype(bool)
    assert np.array_equal(orders, trails.value > 0)
    assert np.array_equal(orders, (trails.evidence >> (bits.GOAL + 2) & 1).astype(bool))
    assert not np.any(orders & (trails.evidence & bits.BY_BUSINESS != 0))


@pytest.mark.parametrize("events", [1, 2, 5, 6, 500_001])
def test_a_crowd_has_exactly_as_many_events_as_were_asked_for(tmp_path: Path, events: int) -> None:
    crowd = write_crowd(tmp_path, events)
    files = sorted(tmp_path.glob("*.parquet"))
    assert sum(pq.ParquetFile(path).metadata.num_rows for path in files) == events
    trails = build_coded(files)
    assert (trails.events, trails.customers) == (events, crowd.truth.customers)
    assert np.sort(trails.event).tolist() == list(range(events))


def test_no_crowd_is_no_crowd() -> None:
    with pytest.raises(ValueError, match="one event or more"):
        Crowd(0)


def test_the_command_makes_one_and_never_writes_over_anything(tmp_path: Path) -> None:
    made = cli("simulate", tmp_path / "crowd", "--events", "3k", "--json")
    assert made.json["events"] == 3_000
    assert made.json["bytes"] == sum(p.stat().st_size for p in (tmp_path / "crowd").glob("*.parquet"))
    again = cli("simulate", tmp_path / "crowd", "--events", "3k")
    assert (again.code, again.err.splitlines()[0]) == (1, f"{tmp_path / 'crowd'} holds something already.")
    for nonsense in ("many", "0", "-3", "1.5m"):
        assert cli("simulate", tmp_path / "other", "--events", nonsense).code == 2
    assert not (tmp_path / "other").exists()
