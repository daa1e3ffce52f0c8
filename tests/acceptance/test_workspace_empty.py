"""Where there is nothing to say, nothing is said: every question has an answer, and none is a zero that looks known."""

from __future__ import annotations

import csv
import io
import json
import re
from contextlib import suppress
from pathlib import Path
from xml.etree import ElementTree

import pytest

from desirepath.app.map_files import FORMATS
from desirepath.app.workspace import Workspace
from desirepath.core.errors import SourceError
from desirepath.core.estimate import NoEstimate
from desirepath.testing import FixedClock
from tests.commands import JOURNEY, cli

SOURCES = """
sources:
  events:
    files: events.csv
    event: {column: event}
    time: time
    by: {column: by}
    identifiers: {user_id: user}
    value: value
    channel: {column: channel}
    text: text
    score: {column: score, kind: csat, low: 1, high: 5}
metrics:
  spend:
    files: spend.csv
    day: day
    channel: ads
    spend: cost
"""
HEAD = "event,time,by,user,value,channel,text,score\n"
DAYS = [f"2024-01-0{n}T09:00:00Z" for n in range(1, 6)]
FILES = {
    "only a header": HEAD,
    "not one byte": "",
    "every row broken": HEAD + "".join(f"Ad Clicked,at {n},,u{n},,,,\n" for n in range(5)),
    "nobody's events": HEAD + "".join(f"Ad Clicked,{day},,,,ads,,\n" for day in DAYS),
    "one customer": HEAD + "Ad Clicked,2024-01-01T09:00:00Z,,ana,,ads,,\n",
    "no rule matches": HEAD + "".join(f"Unheard Of,{day},,u{day[9]},5,ads,some words,4\n" for day in DAYS),
    "only the business acts": HEAD
    + "".join(f"Order Sent,{day},business,u{day[9]},5,mail,,\n" for day in DAYS),
    "all in the future": HEAD
    + "Ad Clicked,2024-01-01T09:00:00Z,,ana,,ads,,\n"
    + "Ad Clicked,2099-01-01T09:00:00Z,,bo,,ads,,\n",
}
# Words that a number which is none would leave behind, and the year in which clocks began.
NO_NUMBERS = re.compile(
    r"\b[Nn]a[Nn]\b|\binf\b|\b[Ii]nfinity\b|\bNone\b|\b1970\b|9223372036854775807|(?<![\w-])-0(\.0+)?\b"
)
ZERO_SHARE = re.compile(r"(?<![\d.,])0(\.0+)?\s?%")


@pytest.fixture(params=FILES)
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    (tmp_path / "journey.yaml").write_text(JOURNEY, "utf-8")
    (tmp_path / "sources.yaml").write_text(SOURCES, "utf-8")
    (tmp_path / "events.csv").write_text(FILES[request.param], "utf-8")
    (tmp_path / "spend.csv").write_text("day,cost\n", "utf-8")
    return tmp_path


def text_of(page: str) -> str:
    """What a reader of the page sees."""
    return re.sub(r"<[^>]+>", " ", re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL))


def test_there_is_a_map_in_every_format_with_honest_blanks(folder: Path) -> None:
    workspace = Workspace.open(folder, clock=FixedClock())
    try:
        workspace.load()
    except SourceError as error:
        assert "bad" in str(error)
    for asked in (
        {},
        {"segment": "from_ads"},
        {"segment": "keen", "since": "2024-01-02"},
        {"until": "2023-01-01"},
    ):
        drawn = workspace.map(**asked)
        text = {name: drawn.to(name) for name, export in FORMATS.items() if export.text}
        assert all(drawn.to_bytes(name) for name, export in FORMATS.items() if not export.text)
        json.loads(text["json"], parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
        assert list(csv.reader(io.StringIO(text["csv"])))
        seen = {**text, "html": text_of(text["html"]), "svg": text_of(text["svg"])}
        ElementTree.fromstring(text["svg"])
        for format, words in seen.items():
            found = NO_NUMBERS.search(words)
            assert not found, f"{format}: …{words[found.start() - 60 : found.end() + 20]}…"
        for format in ("md", "csv", "svg", "mmd"):
            found = ZERO_SHARE.search(seen[format])
            assert not found, f"{format}: …{seen[format][found.start() - 60 : found.end() + 20]}…"


def test_stages_and_visits_answer(folder: Path) -> None:
    workspace = Workspace.open(folder, clock=FixedClock())
    with suppress(SourceError):
        workspace.load()
    found = workspace.stages()
    for one in found:
        assert one.entered <= 1
        assert isinstance(one.rate, NoEstimate), "one customer is no rate"
        assert isinstance(one.time_quartiles[1], NoEstimate)
    assert found.to_arrow().num_rows == 4
    assert found.to_pandas()["rate"].isna().all()
    assert found.to_polars()["rate"].null_count() == 4
    assert "nan" not in found._repr_html_().lower()
    visits = workspace.visits()
    assert str(visits.to_arrow().schema.field("entered").type) == "timestamp[us, tz=UTC]"
    assert visits.to_pandas().shape == (len(visits), 11)
    assert visits.to_polars().height == len(visits)
    assert len(workspace.merges()) == 0
    for stage in ("awareness", "retention"):
        for count in ("customers", "entered", "lapsed"):
            assert len(workspace.customers_in(stage, count)) == getattr(found[stage], count)


def test_the_command_line_says_so_too(folder: Path) -> None:
    load = cli("load", folder)
    assert load.code in (0, 1)
    stages = cli("stages", folder)
    assert stages.code == 0
    assert "– too few" in stages.out
    assert not NO_NUMBERS.search(stages.out)
    assert cli("stages", folder, "--json").json["stages"][0]["rate"]["value"] is None
    assert cli("stages", folder, "--members", "awareness:lapsed").out == ""
    assert cli("map", folder).code == 0
    assert cli("rejects", folder).code == 0
    assert cli("explain", "customer", folder, "zoe").code == 1
