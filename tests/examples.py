"""An example of examples/, opened on the real data in a folder of the test's own; for tests marked real_data."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from desirepath.app.workspace import Workspace
from tests.once import once

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def loaded_example(name: str, data_dir: Path, folder: Path, **sources: str) -> Workspace:
    """The example, loaded. sources: what shall stand in sources.yaml in place of what: `then="now"`, at all places."""
    home = folder / name
    shutil.copytree(EXAMPLES / name, home, ignore=shutil.ignore_patterns(".desirepath", "map.*"))
    said = home / "sources.yaml"
    text = said.read_text("utf-8")
    for old, new in sources.items():
        assert old in text
        text = text.replace(old, new)
    said.write_text(text, "utf-8")
    workspace = Workspace.open(home, variables={"DESIREPATH_DATA": str(data_dir)})
    workspace.load()
    return workspace


def shared_example(name: str, data_dir: Path, factory: pytest.TempPathFactory) -> Workspace:
    """The example, loaded once for all tests of a run. Not to be changed."""
    home = once(factory, name, lambda folder: loaded_example(name, data_dir, folder)) / name
    return Workspace.open(home, variables={"DESIREPATH_DATA": str(data_dir)})


def one(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    """The one number that a query answers."""
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])
