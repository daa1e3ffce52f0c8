"""What the papers at the door say is so."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
PAPERS = sorted([*REPO.glob("*.md"), *(REPO / "docs").rglob("*.md")])
RUN = (REPO / "run").read_text("utf-8")


def at(path: Path) -> str:
    return path.relative_to(REPO).as_posix()


def fenced(text: str) -> str:
    return "\n".join(re.findall(r"^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE))


def run_commands() -> set[str]:
    """The commands in the `case` at the foot of run."""
    return {
        name
        for arms in re.findall(r"^    ([a-z][a-z |-]*)\)", RUN, re.MULTILINE)
        for name in re.split(r"[ |]+", arms)
        if not name.startswith("-")
    }


def words_of(text: str) -> str:
    """The prose of a page, without its code."""
    return re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("path", PAPERS, ids=at)
def test_a_page_names_only_commands_of_run_that_exist(path: Path):
    said = set(re.findall(r"\./run ([a-z]+)", path.read_text("utf-8")))
    assert said <= run_commands()


def desirepath_commands(path: Path) -> set[str]:
    """The commands that a page tells people to type, in its code and between its backquotes."""
    text = path.read_text("utf-8")
    code = [fenced(text), *re.findall(r"`([^`\n]+)`", words_of(text))]
    return {
        name for part in code for name in re.findall(r"(?:^|bin/|-m )desirepath ([a-z]+)", part, re.MULTILINE)
    }


@pytest.mark.parametrize(
    "command", sorted({name for path in PAPERS for name in desirepath_commands(path)} | {"demo"})
)
def test_the_commands_that_pages_name_exist(command: str):
    run = subprocess.run(
        [sys.executable, "-m", "desirepath", command, "--help"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr


def test_every_command_of_run_is_in_its_usage():
    usage = RUN[RUN.index("usage: ./run") : RUN.index("\nTXT")]
    missing = {
        name for name in run_commands() - {"help"} if not re.search(rf"^  {name}\b", usage, re.MULTILINE)
    }
    assert not missing


@pytest.mark.parametrize("path", PAPERS, ids=at)
def test_links_between_pages_lead_somewhere(path: Path):
    text = words_of(path.read_text("utf-8"))
    targets = re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", text)
    broken = [target for target in targets if not (path.parent / target).exists()]
    assert not broken


def test_the_index_of_the_docs_leads_to_every_page():
    docs = REPO / "docs"
    linked = re.findall(r"\]\(([^)#\s]+)", (docs / "README.md").read_text("utf-8"))
    pages = {page.relative_to(docs).as_posix() for page in docs.rglob("*.md")} - {"README.md"}
    assert pages <= set(linked), "add these to docs/README.md"


@pytest.mark.parametrize("path", PAPERS, ids=at)
def test_pages_and_examples_name_no_machine_of_ours(path: Path):
    # Spelled apart, so that this file does not name what it looks for.
    ours = ["/" + "work/", "/" + "root/", "pypi.org/" + "simple", "files." + "pythonhosted"]
    text = path.read_text("utf-8")
    assert not [word for word in ours if word in text]


def test_each_dependency_has_its_reason_and_licence():
    page = (REPO / "docs" / "why" / "parts.md").read_text("utf-8")
    rows = {cells[0].strip(" `"): cells for cells in table_rows(page)}
    config = tomllib.loads((REPO / "pyproject.toml").read_text("utf-8"))
    wanted = [
        *config["project"]["dependencies"],
        *(r for group in config["project"]["optional-dependencies"].values() for r in group),
        *(r for group in config["dependency-groups"].values() for r in group),
    ]
    names = {re.split(r"[<>=\[; ]", requirement)[0] for requirement in wanted}
    assert names - rows.keys() == set(), "docs/why/parts.md gives no reason for these"
    assert all(len(cells) == 3 and all(cell.strip() for cell in cells) for cells in rows.values())


def table_rows(page: str) -> list[list[str]]:
    return [
        line.strip("|").split("|")
        for line in page.splitlines()
        if line.startswith("|") and not line.startswith(("| ---", "| part"))
    ]


def test_run_is_short_posix_and_executable():
    assert RUN.startswith("#!/bin/sh\n")
    assert RUN.count("\n") < 200
    for script in (REPO / "run", REPO / ".ci" / "run"):
        assert os.access(script, os.X_OK)
        subprocess.run(["sh", "-n", str(script)], check=True)


def test_run_says_what_it_can_do_and_refuses_the_rest():
    told = subprocess.run([str(REPO / "run"), "help"], capture_output=True, text=True, check=True)
    assert "demo" in told.stdout
    refused = subprocess.run([str(REPO / "run"), "dance"], capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "usage" in refused.stderr


def test_ci_requires_the_real_data_and_runs_all():
    text = (REPO / ".ci" / "run").read_text("utf-8")
    assert "DESIREPATH_REQUIRE_DATA=1" in text
    assert re.search(r"^exec \./run test$", text, re.MULTILINE)


def test_the_licence_is_the_whole_of_apache_2():
    text = (REPO / "LICENSE").read_text("utf-8")
    assert "Version 2.0, January 2004" in text
    assert "9. Accepting Warranty or Additional Liability." in text
