"""Every question has a page, and what its examples print on the sample shop is what the page says.

A page shows a command in a block of `sh` and, right below, what it prints in a block of `text`. A last line of "…" says
that more is printed. To write the answers anew: DESIREPATH_GOLDEN=write pytest tests/acceptance/test_questions_docs.py
"""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest

import desirepath
from desirepath.app.questions import QUESTIONS, question_class
from tests.acceptance.conftest import SampleShop
from tests.commands import cli

REPO = Path(__file__).resolve().parents[2]
DOCS = REPO / "docs" / "questions"
PAGES = sorted(path for path in DOCS.glob("*.md") if path.name != "README.md")
_EXAMPLE = re.compile(
    r"^```sh\n(?P<command>desirepath ask [^\n]*)\n```\n\n```text\n(?P<said>.*?)^```", re.M | re.S
)
_WIDTH = "120"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_examples_of_a_page_print_what_it_shows(
    page: Path, sample_shop: SampleShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", _WIDTH)
    monkeypatch.chdir(sample_shop.workspace.folder.parent)
    text = page.read_text("utf-8")
    found = list(_EXAMPLE.finditer(text))
    assert found, f"{page.name} shows no example with what it prints"
    for example in reversed(found):
        words = shlex.split(example["command"])[1:]
        words = [sample_shop.workspace.folder.name if word == "shop" else word for word in words]
        said = cli(*words)
        assert said.code == 0, said.err
        lines = [line.rstrip() for line in said.out.strip().splitlines()]
        shown = example["said"].splitlines()
        if shown[-1:] == ["…"]:
            lines = [*lines[: len(shown) - 1], "…"]
        printed = "\n".join(lines) + "\n"
        if os.environ.get("DESIREPATH_GOLDEN") == "write":
            text = text[: example.start("said")] + printed + text[example.end("said") :]
        else:
            assert printed == example["said"], example["command"]
    if os.environ.get("DESIREPATH_GOLDEN") == "write":
        page.write_text(text, "utf-8")


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_has_a_page_and_stands_in_the_list(name: str) -> None:
    listed = (DOCS / "README.md").read_text("utf-8")
    page = DOCS / f"{name}.md"
    assert page.is_file(), f"write docs/questions/{name}.md"
    assert f"({name}.md)" in listed
    kind = question_class(name)
    text = page.read_text("utf-8")
    for field in kind.model_fields:
        if field not in ("segment", "since", "until"):
            spelt = (f"`{field}`", f"--{field.replace('_', '-')}")
            assert any(word in text for word in spelt), f"{page.name} does not tell of {field}"


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_is_public(name: str) -> None:
    kind = question_class(name)
    assert getattr(desirepath, kind.__name__) is kind
    assert kind.__name__ in desirepath.__all__
    assert kind.name == name
