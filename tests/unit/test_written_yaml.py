"""One cell of a map file is written, and nothing else in the file changes."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from desirepath.app.written_yaml import Entry, with_cell
from desirepath.core.yaml_lines import read_document

MAP = """\
# What we wrote at the workshop.

ideas:   # to be tried
  awareness:
    - One
    - {text: "Two, or: three", by: Ann}
  decision: Pay later  # ask Bob

# who does it
owners:
  decision: Bob
"""


def cell(text: str, lane: str, stage: str, *entries: str | Entry) -> str:
    told = [one if isinstance(one, Entry) else Entry(one) for one in entries]
    return with_cell(text, lane, stage, told, shorthand="journey")


def test_only_the_cell_changes() -> None:
    changed = cell(MAP, "ideas", "decision", "Pay by phone")
    assert changed == MAP.replace("Pay later", "Pay by phone")


def test_a_list_is_written_one_a_line_with_its_authors() -> None:
    changed = cell(MAP, "ideas", "awareness", "One", Entry("Yes: no", "Ann"), "# no comment")
    assert yaml.safe_load(changed)["ideas"]["awareness"] == [
        "One",
        {"text": "Yes: no", "by": "Ann"},
        "# no comment",
    ]
    assert changed.replace(
        changed[changed.index("    - One") : changed.index("  decision")], ""
    ) == MAP.replace(MAP[MAP.index("    - One") : MAP.index("  decision")], "")


def test_a_new_stage_stands_last_in_its_lane_and_a_new_lane_last_in_the_file() -> None:
    assert cell(MAP, "ideas", "retention", "Mend it") == MAP.replace(
        "# ask Bob\n", "# ask Bob\n  retention: Mend it\n"
    )
    assert cell(MAP, "backstage", "journey", "Bench") == MAP + "\nbackstage:\n  journey: Bench\n"
    assert cell("", "ideas", "decision", "One") == "ideas:\n  decision: One\n"


def test_a_cell_without_texts_is_taken_out() -> None:
    assert cell(MAP, "ideas", "decision") == MAP.replace("  decision: Pay later  # ask Bob\n", "")
    assert cell(MAP, "ideas", "advocacy") == MAP
    assert yaml.safe_load(cell(MAP, "owners", "decision"))["owners"] is None


@pytest.mark.parametrize(
    "text",
    [
        "ideas: one\n",
        "ideas: [one]\n",
        "ideas: {journey: one}\n",
        "ideas:\n  - one\n",
        "ideas:\n  journey: |\n    one\n",
    ],
)
def test_every_way_in_which_a_lane_can_be_written(text: str) -> None:
    changed = yaml.safe_load(cell(text, "ideas", "decision", "two"))["ideas"]
    told = changed["journey"]
    assert (told[0] if isinstance(told, list) else told).strip() == "one"
    assert changed["decision"] == "two"


@pytest.mark.parametrize(
    "text",
    [
        "null",
        "yes",
        "- a",
        "a: b",
        "a #b",
        "{a}",
        '"a"',
        "a\nb",
        "*a",
        "7",
        "a, b",
        "…",
        "'",
        "a:",
        "\\",
        "%",
    ],
)
def test_whatever_is_written_is_read_as_written(text: str) -> None:
    for entries in ([Entry(text)], [Entry(text, text)], [Entry(text), Entry("b")]):
        found: Any = read_document(with_cell(MAP, "ideas", "decision", entries, "journey")).value
        told = found["ideas"]["decision"]
        first = told[0] if isinstance(told, list) else told
        assert (first["text"] if isinstance(first, dict) else first) == text


def test_lines_end_as_they_did() -> None:
    dos = MAP.replace("\n", "\r\n")
    changed = cell("\ufeff" + dos, "ideas", "retention", "Mend it", "Lend one")
    assert changed.startswith("\ufeff#")
    assert changed.count("\n") == changed.count("\r\n")
