"""Trails and visits as files: a folder a build, memory-mapped when opened, replaced as a whole or not at all.

A build is written beside the current one and becomes current by one atomic rename of a pointer file, so a
process killed at any moment leaves the last whole build. Readers keep what they have mapped.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desirepath.journey.promises import PromiseRows
from desirepath.journey.visits import Visits
from desirepath.trail.trails import Trails

_POINTER = "current.json"


class TrailFiles:
    """The builds under one folder (`.desirepath/trails` of a workspace)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def current(self) -> Build | None:
        """The current build, or None where none was finished."""
        try:
            name = json.loads((self.folder / _POINTER).read_text("utf-8"))["build"]
            return Build(self.folder / name)
        except (FileNotFoundError, KeyError, ValueError):
            return None

    def begin(self) -> NewBuild:
        """Start a build beside the current one."""
        path = self.folder / f"build-{secrets.token_hex(8)}"
        path.mkdir(parents=True)
        return NewBuild(self, path)


class NewBuild:
    """A build being written. Nobody sees it before `finish`."""

    def __init__(self, files: TrailFiles, path: Path) -> None:
        self._files, self.path = files, path

    def allocate(self, name: str, kind: type[np.generic], length: int) -> NDArray[np.generic]:
        """A memory-mapped column of the trails (an empty one in memory: a file of no bytes cannot be mapped)."""
        if not length:
            np.save(self.path / f"trail.{name}.npy", np.empty(0, kind))
            return np.empty(0, kind)
        return np.lib.format.open_memmap(self.path / f"trail.{name}.npy", "w+", np.dtype(kind), (length,))

    def finish(
        self, trails: Trails, visits: Visits, promises: PromiseRows, facts: Mapping[str, object]
    ) -> Build:
        """Write what is left and make this build the current one; older builds are removed."""
        np.save(self.path / "trail.offset.npy", trails.offset)
        for field in fields(Trails):
            column = getattr(trails, field.name)
            if isinstance(column, np.memmap):
                column.flush()
        for prefix, table in (("visit", visits), ("promise", promises)):
            for field in fields(table):
                np.save(self.path / f"{prefix}.{field.name}.npy", getattr(table, field.name))
        (self.path / "facts.json").write_text(json.dumps(facts, indent=1), "utf-8")
        pointer = self._files.folder / f"{_POINTER}.{self.path.name}"
        with pointer.open("w", encoding="utf-8") as out:
            json.dump({"build": self.path.name}, out)
            out.flush()
            os.fsync(out.fileno())
        pointer.replace(self._files.folder / _POINTER)
        for other in self._files.folder.glob("build-*"):
            if other != self.path:
                shutil.rmtree(other, ignore_errors=True)
        return Build(self.path)

    def abandon(self) -> None:
        """Remove what was written."""
        shutil.rmtree(self.path, ignore_errors=True)


class Build:
    """A finished build. Columns are mapped when asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def facts(self) -> dict[str, object]:
        """What the build was made from: versions, names of codes, knowledge."""
        loaded: dict[str, object] = json.loads((self.path / "facts.json").read_text("utf-8"))
        return loaded

    def trails(self) -> Trails:
        """The trails, memory-mapped."""
        return Trails(**{f.name: self._column(f"trail.{f.name}") for f in fields(Trails)})

    def visits(self) -> Visits:
        """The visits, memory-mapped."""
        return Visits(**{f.name: self._column(f"visit.{f.name}") for f in fields(Visits)})

    def promises(self) -> PromiseRows:
        """The promises made, memory-mapped."""
        return PromiseRows(**{f.name: self._column(f"promise.{f.name}") for f in fields(PromiseRows)})

    def _column(self, name: str) -> NDArray[Any]:
        path = self.path / f"{name}.npy"
        try:
            column: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
        except ValueError:  # a column of no rows cannot be mapped
            column = np.load(path, allow_pickle=False)
        return column
