"""The contracts are not only kept: they fail when they are broken."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter over the copy in folder, never over the installed package."""
    code = (
        "import sys; sys.path.insert(0, 'src');"
        "from importlinter.cli import lint_imports_command; lint_imports_command()"
    )
    return subprocess.run(
        [sys.executable, "-c", code, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The rooms without what is in them: each an empty package."""
    shutil.copy(REPO / "pyproject.toml", tmp_path)
    src = tmp_path / "src" / "desirepath"
    for room in (REPO / "src" / "desirepath").glob("*/__init__.py"):
        (src / room.parent.name).mkdir(parents=True)
        (src / room.parent.name / "__init__.py").write_text("")
    (src / "__init__.py").write_text("")
    return tmp_path


def test_empty_rooms_break_nothing(copy: Path):
    run = lint(copy)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize(
    ("room", "line"),
    [
        ("core", "import desirepath.measure"),
        ("trail", "import desirepath.identity"),
        ("measure", "import duckdb"),
        ("journey_map", "import http.client"),
        ("cli", "import duckdb"),
    ],
)
def test_a_wrong_import_is_caught(copy: Path, room: str, line: str):
    (copy / "src" / "desirepath" / room / "wrong.py").write_text(line + "\n")
    run = lint(copy)
    assert run.returncode == 1, run.stdout + run.stderr
    assert f"desirepath.{room}.wrong" in run.stdout


def test_a_room_that_the_drawing_does_not_know_is_caught(copy: Path):
    room = copy / "src" / "desirepath" / "attic"
    room.mkdir()
    (room / "__init__.py").write_text("")
    run = lint(copy)
    assert run.returncode == 1, run.stdout + run.stderr
    assert "attic" in run.stdout
