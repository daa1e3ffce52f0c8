"""The pages that tell people what to type: every command and every line of Python on them works, in order."""

from __future__ import annotations

import ast
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import desirepath
from desirepath.app.asking import Asking
from desirepath.app.results import JourneyMap, MissingExtra, Table
from desirepath.app.workspace import Workspace
from desirepath.core import errors
from tests.commands import cli, small_shop

REPO = Path(__file__).resolve().parents[2]
DOCS = REPO / "docs"
LIBRARY = (DOCS / "reference" / "library.md").read_text("utf-8")


def blocks(page: Path, language: str) -> list[tuple[str, str]]:
    """The fenced blocks of a language: what else stands on the opening fence, and the text."""
    found = re.findall(
        rf"^```{language}\b *([^\n]*)\n(.*?)^```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    assert found, page
    return [(info, text) for info, text in found]


def typed(page: Path, folder: Path) -> str:
    """Type every command of a page into one shell, in that folder; what was said. A block marked `fails` has to."""
    # Modules are compiled once and not once a command, whatever this machine has set.
    script = ["set -eu", "unset PYTHONDONTWRITEBYTECODE"]
    for info, text in blocks(page, "sh"):
        said = f"printf '%s\\n' {shlex.quote('$ ' + text.strip())}"
        script.append(f"{said}\nif ( {text} ); then exit 99; fi" if info == "fails" else f"{said}\n{text}")
    ran = subprocess.run(
        ["bash", "-c", "\n".join(script)], cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
    return ran.stdout + ran.stderr


def with_a_door(folder: Path) -> Path:
    """`./run demo`, as a fresh machine has it, save that everything is installed and the shop is small."""
    folder.mkdir()
    (folder / ".venv").symlink_to(sys.prefix)
    door = folder / "run"
    door.write_text(
        '#!/bin/sh\nexec .venv/bin/python -m desirepath "$@" --customers 400 --quiet --no-app\n', "utf-8"
    )
    door.chmod(0o755)
    return folder


@pytest.mark.slow
def test_the_tutorial_and_how_to_read_the_map(tmp_path: Path) -> None:
    folder = with_a_door(tmp_path / "here")
    said = typed(DOCS / "tutorial.md", folder)
    assert (folder / "demo" / "map.html").is_file()
    assert (folder / "mine" / "map.html").is_file()
    assert "file://" in said
    assert 'unknown key "lapse_afer"' in said
    assert 'Did you mean "lapse_after"?' in said
    assert "lapsed at" in said or "It lapsed" in said
    written = (folder / "mine" / "journey.yaml").read_text("utf-8")
    assert "time_zone: Australia/Sydney\n" in written
    assert re.search(
        r"^    complete_until: \d", (folder / "mine" / "sources.yaml").read_text("utf-8"), re.MULTILINE
    )
    typed(DOCS / "how-to" / "read-the-map.md", folder)
    assert {"mobile.html", "second-half.html", "journey.svg", "journey.md"} <= {
        one.name for one in folder.iterdir()
    }


@pytest.mark.slow
def test_how_to_undo_a_merge(tmp_path: Path) -> None:
    folder = small_shop(
        tmp_path / "shop",
        extra_visits="Product Viewed,2024-03-01T10:00:00Z,tablet,,web,\n",
        extra_orders="z1,2024-03-02T10:00:00Z,zoe@mail.example,15.00\n",
    )
    assert cli("load", folder, "-q").code == 0
    with (folder / "visits.csv").open("a", encoding="utf-8") as file:
        file.write("Product Viewed,2024-07-01T10:00:00Z,tablet,zoe@mail.example,web,\n")
    assert cli("load", folder, "-q").code == 0
    said = typed(DOCS / "how-to" / "undo-a-merge.md", tmp_path)
    assert "is a customer of their own again" in said
    assert "are kept apart" in said
    assert "may be one customer's again" in said


def test_how_to_have_several_journeys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = small_shop(tmp_path / "shop")
    assert cli("load", folder, "-q").code == 0
    said = typed(DOCS / "how-to" / "several-journeys.md", tmp_path)
    assert "Becoming a buyer" in said
    assert (folder / "buyer.map.html").is_file()
    monkeypatch.chdir(tmp_path)
    ((_, python),) = blocks(DOCS / "how-to" / "several-journeys.md", "python")
    names: dict[str, object] = {}
    exec(compile(ast.parse(python), "several-journeys", "exec"), names)


@pytest.mark.slow
def test_how_to_correct_a_definition(tmp_path: Path) -> None:
    folder = small_shop(tmp_path / "shop")
    assert cli("load", folder, "-q").code == 0
    journey = folder / "journey.yaml"
    journey.write_text(
        journey.read_text("utf-8").replace("time_zone: UTC", "time_zone: UTC  # guess: why"), "utf-8"
    )
    assert "time_unreadable" in typed(DOCS / "how-to" / "correct-a-definition.md", tmp_path)


@pytest.mark.parametrize("page", ["how-to/ask-from-python.md", "reference/library.md"])
def test_the_python_of_a_page_runs_from_top_to_bottom(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    small_shop(tmp_path / "shop")
    monkeypatch.chdir(tmp_path)
    assert cli("load", "shop", "-q").code == 0
    names: dict[str, object] = {}
    for number, (_, text) in enumerate(blocks(DOCS / page, "python"), start=1):
        exec(compile(ast.parse(text), f"{page}:{number}", "exec"), names)
    assert (tmp_path / "map.html").is_file()
    assert "Traceback" not in capsys.readouterr().out


# ── nothing is left out ──────────────────────────────────────────────────────────────────────────────────


def public(kind: type) -> set[str]:
    return {name for name in vars(kind) if not name.startswith("_")}


@pytest.mark.parametrize("kind", [Workspace, Table, JourneyMap])
def test_every_call_is_on_the_page_of_the_library(kind: type) -> None:
    internal = {
        "of",
        "of_arrow",
        "kinds",
        "main",
        "derived",
    }  # how the library itself, and the app, make them
    missing = [name for name in public(kind) - internal if not re.search(rf"[`.]{name}[(`]", LIBRARY)]
    assert not missing


def test_every_error_that_can_be_caught_is_on_the_page() -> None:
    told = dict(re.findall(r"^\| `([A-Z]\w+)` \| `(\w+)` \|", LIBRARY, re.MULTILINE))
    kinds = {one.__name__: one for one in every_error(errors.DesirepathError)}
    # A SourceError; told as a DefinitionError; a RuleError of a row that is still being filled in.
    internal = {"LoadFailed", "RuleError", "NotFilled"}
    assert set(told) >= {
        name for name in kinds if name not in internal and kinds[name].__module__.startswith("desirepath")
    }
    for name, code in told.items():
        assert kinds[name].code == code
    assert issubclass(MissingExtra, desirepath.DesirepathError)


def every_error(kind: type[errors.DesirepathError]) -> list[type[errors.DesirepathError]]:
    import desirepath.app.asking
    import desirepath.app.identify
    import desirepath.app.load
    import desirepath.app.results
    import desirepath.doctor.baseline
    import desirepath.store.analyst_sql
    import desirepath.web.api  # noqa: F401 - so that their errors are known

    return [one for below in kind.__subclasses__() for one in (below, *every_error(below))]


def test_asking_answers_what_a_workspace_answers() -> None:
    assert {"stages", "occupancy", "visits_table", "members", "explain_visits"} <= public(Asking)
