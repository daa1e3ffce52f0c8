"""The pages on journey.yaml, sources.yaml and rules say all that there is, and their examples read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from desirepath.collect.directives import DIRECTIVES, EPOCHS
from desirepath.collect.expression import EVENT, MAX_DEPTH, MAX_TEXT, RuleError, parse_rule
from desirepath.collect.read_sources import read_sources
from desirepath.collect.rules.words import FUNCTIONS, UNITS
from desirepath.collect.sources import SCALES, EventFrom, Field, Metrics, Reading, Score, Source, Time
from desirepath.journey.definition import LANES, Identifier, Identity, Journey, Promise, Stage, Touchpoint
from desirepath.journey.read import read_journey

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
JOURNEY, SOURCES, RULES = ((REFERENCE / f"{name}.md").read_text() for name in ("journey", "sources", "rules"))
STAGES = "\n".join(
    f"  {stage}: {{enter: \"event = '{stage}'\", lapse_after: 30 days}}"
    for stage in ("awareness", "consideration", "decision", "retention", "advocacy")
)


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("text", blocks(JOURNEY, "yaml"))
def test_the_examples_of_a_journey_read(text: str) -> None:
    read_journey(text if "stages:" in text else f"stages:\n{STAGES}\n{text}")


@pytest.mark.parametrize("text", blocks(SOURCES, "yaml"))
def test_the_examples_of_sources_read(text: str) -> None:
    read_sources(text, {"SHOP_DATA": "/data", "DESK_DATABASE": "postgresql://reader@db.example/desk"})


@pytest.mark.parametrize("text", [rule for block in blocks(RULES, "sql") for rule in block.splitlines()])
def test_the_examples_of_rules_are_rules(text: str) -> None:
    parse_rule(text)


NOT_WRITTEN = {
    "id",
    "line",
    "version",
    "guesses",
    "written",
    "title",
    "opens",
    "closes",
    "reading",
    "common",
    "folder",
}


@pytest.mark.parametrize(
    ("page", "models"),
    [
        (JOURNEY, [Journey, Stage, Touchpoint, Promise, Identity, Identifier]),
        (SOURCES, [Reading, EventFrom, Source, Time, Score, Metrics, Field]),
    ],
    ids=["journey", "sources"],
)
def test_every_key_is_on_its_page(page: str, models: list[type[BaseModel]]) -> None:
    named = {name for part in re.findall(r"`([^`\n]+)`", page) for name in re.findall(r"\w+", part)}
    keys = {field for model in models for field in model.model_fields} - NOT_WRITTEN - {"kind"}
    assert not keys - named


def test_every_lane_directive_scale_and_column_is_on_its_page():
    assert re.findall(
        r"^\| `(\w+)` \|", JOURNEY.partition("| lane |")[2].partition("Each lane")[0], re.MULTILINE
    ) == list(LANES)
    assert not [one for one in (*DIRECTIVES, *EPOCHS, *SCALES) if f"`{one}`" not in SOURCES]
    assert not [name for name, _ in EVENT.plain or () if f"`{name}`" not in RULES]
    assert not [unit for unit in UNITS if f"`{unit}`" not in RULES]
    assert f"{MAX_TEXT:,} characters" in RULES
    assert f"{MAX_DEPTH} brackets" in RULES


def test_the_functions_on_the_page_are_those_that_are_allowed():
    table = RULES.partition("<!-- functions -->")[2].partition("\n\n")[0]
    listed = re.findall(r"^\| `(\w+)\((.*?)\)` \| (.*) \|$", table, re.MULTILINE)
    assert [(name, about) for name, _, about in listed] == [(f.name, f.about) for f in FUNCTIONS.values()]
    for name, arguments, _ in listed:
        given = arguments.removesuffix(", …").split(", ")
        assert len(given) == len(FUNCTIONS[name].params)
        assert arguments.endswith("…") == FUNCTIONS[name].many


def test_what_the_page_says_is_refused_is():
    for text in ("now() > time", "event in (select 1)", "value = $1"):
        with pytest.raises(RuleError):
            parse_rule(text)
