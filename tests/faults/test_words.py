"""Hostile words in every field of the data, from the file through the store to everything that is written."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from lxml import etree, html

from desirepath.app.map_files import FORMATS
from desirepath.app.workspace import Workspace
from desirepath.journey_map.text import harmless
from tests.commands import cli
from tests.map_hostile import HOSTILE

STAGES = """
journey: {title}
stages:
  consideration: {{label: {title}, enter: "event <> 'Order'", lapse_after: 30 days}}
  decision:      {{enter: "event = 'Order'", lapse_after: 30 days}}
promises:
  soon: {{label: {title}, from: "event <> 'Order'", to: "event = 'Order'", within: 5 days}}
"""
TOUCHPOINT = '  t{n}: {{label: {label}, channel: {label}, when: "event = {quoted}"}}\n'
SEGMENT = '  s{n}: {{label: {label}, rule: "ever(properties.note = {quoted})"}}\n'
WRITTEN = "    - {{text: {label}, by: {label}}}\n"
SOURCES = """
sources:
  events:
    files: events.jsonl
    event: {column: event}
    time: at
    identifiers: {user_id: who, email: mail}
    channel: {column: channel}
    text: text
    score: {column: score, kind: csat}
    currency: {column: currency}
    value: value
    properties: rest
    most_bad: 1
metrics:
  ads: {files: ads.jsonl, day: day, channel: {column: channel}, campaign: {column: campaign}, spend: spend}
"""
CUSTOMERS = 20  # for each word


def as_yaml(word: str) -> str:
    """In double quotes. A lone surrogate is no text: JSON can spell it, YAML cannot."""
    text = json.dumps(word.encode("utf-8", "replace").decode(), ensure_ascii=False)
    return "".join(c if c.isprintable() or ord(c) > 0x9F else f"\\x{ord(c):02x}" for c in text)


def as_rule(word: str) -> str:
    """A text within a rule within double quotes; a rule takes no control characters."""
    plain = word.encode("utf-8", "replace").decode()
    return as_yaml("'" + "".join(c for c in plain if c.isprintable()).replace("'", "''") + "'")[1:-1]


def world(folder: Path) -> Workspace:
    """Customers with two events each; whatever may be a text is one of the words."""
    folder.mkdir()
    words = [word[:150] for word in HOSTILE]  # no event has a longer name
    told = [
        {"n": n, "label": as_yaml(f"{word} {n}"), "quoted": as_rule(word)} for n, word in enumerate(words)
    ]
    parts = [
        STAGES.format(title=as_yaml(" ".join(words))),
        "touchpoints:\n",
        *(TOUCHPOINT.format(**t) for t in told),
    ]
    parts += ["segments:\n", *(SEGMENT.format(**t) for t in told)]
    parts += ["map:\n  pain_points:\n   consideration:\n", *(WRITTEN.format(**t) for t in told)]
    (folder / "journey.yaml").write_text("".join(parts), "utf-8")
    (folder / "sources.yaml").write_text(SOURCES, "utf-8")
    rows: list[dict[str, Any]] = []
    for n, word in enumerate(words * CUSTOMERS):
        common = {"who": f"{word}{n}", "mail": f"{n}{word}", "channel": word, "note": word, f"p{word}": word}
        asked = {"event": word, "at": f"2025-01-{n % 28 + 1:02}T10:00:00Z", "text": word, "score": n % 5 + 1}
        ordered = {
            "event": "Order",
            "at": f"2025-02-{n % 28 + 1:02}T10:00:00Z",
            "currency": word,
            "value": word,
        }
        rows += [common | asked, common | ordered]
    (folder / "events.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    spent = [{"day": "2025-01-05", "channel": word, "campaign": word, "spend": 5} for word in words]
    (folder / "ads.jsonl").write_text("".join(json.dumps(row) + "\n" for row in spent), "utf-8")
    return Workspace.open(folder)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = world(tmp_path_factory.mktemp("words") / "shop")
    summary = workspace.load()
    assert summary.rows == len(HOSTILE) * (2 * CUSTOMERS + 1)
    return workspace


def test_every_record_is_placed_or_set_aside(shop: Workspace) -> None:
    (events,) = shop.sql("SELECT count(*) AS n FROM events").column("n")
    lost = [row for row in shop.rejects(limit=10_000) if row["lost"] == "event" and row["source"] == "events"]
    assert events + len(lost) == 2 * CUSTOMERS * len(HOSTILE)
    # Only a lone surrogate keeps a record out: what spells it is no JSON.
    assert len(lost) == 2 * CUSTOMERS and all("\\ud800" in row["raw"] for row in lost)


@pytest.mark.parametrize("name", FORMATS)
def test_a_word_stays_a_word_on_the_map(shop: Workspace, tmp_path: Path, name: str) -> None:
    target = tmp_path / f"map.{name}"
    shop.map(reveal=True).write(target)
    CHECKS.get(name, _is_there)(target)


def test_a_word_stays_a_word_in_journeys_and_tables(shop: Workspace, tmp_path: Path) -> None:
    for name in ("out.xes", "out.cjml"):
        assert shop.write_journeys(tmp_path / name, reveal=True)
        etree.parse(str(tmp_path / name))
    asked = shop.sql("SELECT * FROM events", reveal=True)
    for ending in ("csv", "jsonl", "parquet"):
        asked.write(tmp_path / f"events.{ending}")
    _no_formula(tmp_path / "events.csv")


@pytest.mark.parametrize(
    "command",
    [("stages",), ("rejects",), ("sql", "FROM events"), ("sql", "FROM touchpoints"), ("sql",)],
    ids=str,
)
def test_a_terminal_obeys_no_word(shop: Workspace, command: tuple[str, ...]) -> None:
    ran = cli(command[0], shop.folder, *command[1:], *(["--reveal"] if command[0] == "sql" else []))
    assert ran.code == 0 and not _obeyed(ran.out + ran.err)


def _obeyed(text: str) -> list[str]:
    """Characters that a terminal would obey, or that turn the reading direction."""
    return [c for c in text if (c != "\n" and ord(c) < 32) or c in "\x7f\x9b\u202e\u2066"]


def _no_page_tricks(path: Path) -> None:
    page = html.document_fromstring(path.read_text("utf-8"))
    for element in page.iter(etree.Element):
        assert not [name for name in element.attrib if name.lower().startswith("on")], element.attrib
        for name in ("href", "src", "xlink:href", "action"):
            assert not element.get(name, "").strip().lower().startswith(("javascript:", "http")), (
                element.attrib
            )
    assert all(
        "alert(1)" not in (one.text or "").replace("\\u003c", "<") or _is_data(one)
        for one in page.iter("script")
    )


def _is_data(script: Any) -> bool:
    """JSON that the page reads: no script element ends within it."""
    return script.get("type") == "application/json" and json.loads(script.text) is not None


def _no_drawing_tricks(path: Path) -> None:
    drawing = etree.parse(str(path)).getroot()
    names = {str(one.tag).rpartition("}")[2] for one in drawing.iter(etree.Element)}
    assert not names & {"script", "foreignObject", "image", "iframe", "a"}
    assert not [name for one in drawing.iter(etree.Element) for name in one.attrib if name.startswith("on")]


def _no_formula(path: Path) -> None:
    csv.field_size_limit(sys.maxsize)
    for row in csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")):
        for field in row:
            assert harmless(field) == field or _is_number(field), field


def _is_number(field: str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True


def _one_statement_a_line(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    body = lines[lines.index("journey") :] if "journey" in lines else lines
    assert not [line for line in body if "%%{" in line or line.strip().startswith(("click ", "style "))]


def _is_there(path: Path) -> None:
    assert path.stat().st_size > 100


CHECKS = {
    "html": _no_page_tricks,
    "svg": _no_drawing_tricks,
    "csv": _no_formula,
    "mmd": _one_statement_a_line,
    "json": lambda path: json.loads(path.read_text("utf-8")),
}
