"""The rooms stand where the drawing has them, and the inner ones are as quiet as they promise."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from desirepath.core import file_names

REPO = Path(__file__).resolve().parents[2]
SRC = REPO / "src" / "desirepath"
CONTRACTS = tomllib.loads((REPO / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
LAYERS: list[str] = CONTRACTS[0]["layers"]
INNER = [name.removeprefix("desirepath.") for name in CONTRACTS[1]["source_modules"]]

MODULES = sorted(SRC.rglob("*.py"))
INNER_MODULES = [path for path in MODULES if path.relative_to(SRC).parts[0] in INNER]

# What asks the system for the time, as it is written after the imports are resolved.
CLOCKS = {
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
    "time.time",
    "time.time_ns",
    "time.localtime",
    "time.gmtime",
    "pandas.Timestamp.now",
    "urllib.request.urlopen",
}


def rooms_of(layers: list[str]) -> list[str]:
    return [room.strip("() ") for layer in layers for room in layer.split("|")]


def at(path: Path) -> str:
    return path.relative_to(REPO).as_posix()


def test_the_drawing_in_architecture_is_the_contract():
    text = (REPO / "ARCHITECTURE.md").read_text("utf-8")
    drawn = re.search(r"<!-- import rule -->\s*```\n(.*?)```", text, re.DOTALL)
    assert drawn, "ARCHITECTURE.md has lost its drawing of the import rule"
    assert [line.strip() for line in drawn[1].splitlines()] == LAYERS


def test_every_room_is_in_the_drawing_and_described():
    text = (REPO / "ARCHITECTURE.md").read_text("utf-8")
    built = {path.parent.name for path in SRC.glob("*/__init__.py")}
    assert built <= set(rooms_of(LAYERS))
    missing = [room for room in rooms_of(LAYERS) if f"`{room}/`" not in text]
    assert not missing, f"ARCHITECTURE.md does not say what these rooms are for: {missing}"


def test_the_rooms_that_must_stay_pure_are_all_rooms_up_to_the_map():
    below = LAYERS[LAYERS.index("journey_map") :]
    built = [room for room in rooms_of(below) if (SRC / room).is_dir()]
    assert sorted(built) == sorted(INNER)


@pytest.mark.parametrize("path", MODULES, ids=at)
def test_a_module_says_what_it_is_for_and_stays_short(path: Path):
    text = path.read_text("utf-8")
    assert ast.get_docstring(ast.parse(text)), f"{at(path)} has no docstring"
    lines = text.count("\n")
    assert lines <= 400 or "# Long because:" in text, (
        f"{at(path)} has {lines} lines: split it, or say why not in a comment `# Long because: …`"
    )


def names_of(tree: ast.Module) -> dict[str, str]:
    """The dotted name behind each name that the module imports."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return found


def dotted(node: ast.expr, names: dict[str, str]) -> str | None:
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute) and (base := dotted(node.value, names)):
        return f"{base}.{node.attr}"
    return None


def clock_reads(source: str) -> Iterator[tuple[int, str]]:
    """Line and name of each mention of the system's clock: calls, and functions handed on."""
    tree = ast.parse(source)
    names = names_of(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name) and (name := dotted(node, names)) in CLOCKS:
            yield node.lineno, str(name)


@pytest.mark.parametrize("path", INNER_MODULES, ids=at)
def test_inner_rooms_are_handed_the_time_and_never_ask_for_it(path: Path):
    assert not list(clock_reads(path.read_text("utf-8")))


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import UTC, datetime\nx = datetime.now(UTC)",
        "import datetime as dt\nx = dt.datetime.now(tz=dt.UTC)",
        "import time\nx = time.time()",
        "from time import time_ns as t\nx = t()",
        "from datetime import datetime\nf = field(default_factory=datetime.now)",
    ],
)
def test_the_search_for_clocks_finds_them(source: str):
    assert list(clock_reads(source))


def test_importing_desirepath_does_not_import_what_is_slow():
    slow = {
        "numba",
        "llvmlite",
        "scipy",
        "duckdb",
        "pyarrow",
        "pandas",
        "polars",
        "rich",
        "sqlglot",
        "jinja2",
    }
    run = subprocess.run(
        [sys.executable, "-c", "import sys, desirepath; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {name.split(".")[0] for name in run.stdout.split()}
    assert "desirepath" in loaded
    assert not loaded & slow


@pytest.mark.parametrize("name", [file_names.JOURNEY, file_names.SOURCES, file_names.MAP, file_names.NOTES])
def test_what_a_workspaces_file_is_called_is_said_once(name: str):
    """Sentences may speak of it; a name that is looked for or written is that of core/file_names.py."""
    said = [
        at(path)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and node.value == name
    ]
    assert said == ["src/desirepath/core/file_names.py"]
