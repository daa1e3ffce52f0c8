"""The page about the map names everything that the map has."""

from __future__ import annotations

import re
from pathlib import Path

from desirepath.core.words import Rests
from desirepath.journey.definition import LANES as WRITABLE
from desirepath.journey_map.csv import COLUMNS
from desirepath.journey_map.document import SCHEMA
from desirepath.journey_map.exports import FORMATS
from desirepath.journey_map.lanes import LANE_IDS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "map.md").read_text("utf-8")


def first_cells(heading: str) -> list[str]:
    """The first column of the first table under a heading."""
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"^\| `?([\w]+)`? \|", section, re.MULTILINE)[1:]


def test_every_lane_is_documented_in_its_order() -> None:
    assert first_cells("The lanes") == list(LANE_IDS)


def test_what_people_can_write_is_said_beside_its_lane() -> None:
    said = re.findall(r"^\| `(\w+)` \| `(\w+)` \|", PAGE, re.MULTILINE)
    assert {lane for lane, _ in said} == set(WRITABLE) and all(lane == name for lane, name in said)
    assert set(WRITABLE) <= set(LANE_IDS)


def test_every_format_is_documented() -> None:
    assert first_cells("Formats") == list(FORMATS)
    assert f"`{SCHEMA}`" in PAGE


def test_every_class_of_evidence_is_documented() -> None:
    assert first_cells("What a cell says") == [rests.value for rests in Rests]


def test_every_column_of_the_csv_is_documented() -> None:
    section = PAGE.split("### Columns of the CSV")[1].split("###")[0]
    assert set(re.findall(r"`(\w+)`", section)) == set(COLUMNS)
