"""The sample shop's journey.yaml, sources.yaml and map.yaml: read without a problem, and about this shop."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from desirepath.collect.read_sources import read_sources
from desirepath.core.words import STAGES
from desirepath.journey.read import read_journey
from desirepath.simulate import write_definitions
from desirepath.simulate.export_web import COLLECTED
from desirepath.simulate.pages import NAMES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_definitions(tmp_path, date(2025, 6, 1))
    return tmp_path


def test_the_definitions_are_read_without_a_problem_and_nothing_in_them_is_a_guess(folder: Path):
    journey = read_journey(folder / "journey.yaml", folder / "map.yaml")
    sources = read_sources(folder / "sources.yaml", {}, zone=journey.time_zone)
    assert tuple(stage.id for stage in journey.stages) == STAGES
    assert len(journey.touchpoints) >= 20
    assert len(sources.sources) == 11 and len(sources.metrics) == 1
    assert not journey.guesses and not sources.guesses


def test_exports_are_complete_until_the_day_before_the_end_but_for_the_tickets(folder: Path):
    sources = read_sources(folder / "sources.yaml", {}, zone="Australia/Sydney")
    said = {source.id: source.complete_until for source in sources.sources}
    assert said.pop("tickets") is None
    assert {str(until)[:10] for until in said.values()} == {"2025-05-31"}


def test_the_names_of_the_website_are_those_that_it_writes(folder: Path):
    sources = read_sources(folder / "sources.yaml", {}, zone="Australia/Sydney")
    expected = dict(zip(NAMES, COLLECTED, strict=True))
    for source in sources.sources:
        if source.id in ("web", "app"):
            assert source.common.event is not None
            assert source.common.event.map == expected


def test_people_wrote_something_on_every_stage(folder: Path):
    journey = read_journey(folder / "journey.yaml", folder / "map.yaml")
    for lane in ("motivations", "thoughts", "pain_points", "owners", "backstage"):
        assert {w.stage for w in journey.written if w.lane == lane} == set(STAGES), lane
