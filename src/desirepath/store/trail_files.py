"""Trails and visits as files: a folder a build, memory-mapped when opened, written once and never changed.

Which build is a journey's current one stands in the event store, written in the transaction that writes its customers:
a process that is killed at any moment leaves the last whole build and the customers that it speaks of. What
a killed one wrote is removed by the next that writes. Readers keep what they have mapped.
"""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desirepath.core.errors import WorkspaceError
from desirepath.journey.promises import PromiseRows
from desirepath.journey.visits import Visits
from desirepath.trail.trails import Trails

_TABLES: tuple[tuple[str, type], ...] = (("trail", Trails), ("visit", Visits), ("promise", PromiseRows))
_NAME = re.compile(r"build-[0-9a-f]{16}")
_KEPT = 200  # columns kept beside a build: the oldest beyond them go, and are made again when asked for
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class TrailFiles:
    """The builds under one folder (`.desirepath/trails` of a workspace)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self, name: str | None) -> Build | None:
        """The build of that name; None where it is not there, or not whole."""
        if name is None or not _NAME.fullmatch(name):
            return None
        build = Build(self.folder / name)
        return build if build.whole() else None

    def begin(self) -> NewBuild:
        """Start a build. Only for the process that may write the event store: nobody else may be building."""
        path = self.folder / f"build-{secrets.token_hex(8)}"
        with _writing(self.folder):
            path.mkdir(parents=True)
        return NewBuild(path)

    def remove_others(self, than: Collection[str]) -> None:
        """Remove every build but these: earlier ones, and whatever killed processes left."""
        for other in self.folder.glob("build-*"):
            if other.name not in than:
                shutil.rmtree(other, ignore_errors=True)


class NewBuild:
    """A build being written. Nobody opens it before the event store names it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def allocate(self, name: str, kind: type[np.generic], length: int) -> NDArray[np.generic]:
        """A memory-mapped column of the trails (an empty one in memory: a file of no bytes cannot be mapped)."""
        path = self.path / f"trail.{name}.npy"
        with _writing(self.path):
            if not length:
                np.save(path, np.empty(0, kind))
                return np.empty(0, kind)
            column: NDArray[np.generic] = np.lib.format.open_memmap(path, "w+", np.dtype(kind), (length,))
            _reserve(path)
            return column

    def finish(
        self, trails: Trails, visits: Visits, promises: PromiseRows, facts: Mapping[str, object]
    ) -> Build:
        """Write what is left, and see it safely on the disk."""
        with _writing(self.path):
            np.save(self.path / "trail.offset.npy", trails.offset)
            for field in fields(Trails):
                column = getattr(trails, field.name)
                if isinstance(column, np.memmap):
                    column.flush()
            for prefix, table in (("visit", visits), ("promise", promises)):
                for field in fields(table):
                    np.save(self.path / f"{prefix}.{field.name}.npy", getattr(table, field.name))
            (self.path / "facts.json").write_text(json.dumps(facts, indent=1), "utf-8")
            for path in (*self.path.iterdir(), self.path, self.path.parent):
                _to_disk(path)
        return Build(self.path)

    def abandon(self) -> None:
        """Remove what was written."""
        shutil.rmtree(self.path, ignore_errors=True)


class Build:
    """A finished build. Columns are mapped when asked for."""

    def __init__(self, path: Path) -> None:
        self.path, self.name = path, path.name

    def whole(self) -> bool:
        """Every file is there, and the facts can be read."""
        names = {f"{prefix}.{field.name}.npy" for prefix, table in _TABLES for field in fields(table)}
        try:
            return names <= {path.name for path in self.path.iterdir()} and isinstance(self.facts, dict)
        except (OSError, ValueError):
            return False

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What the build was made from: versions, names of codes, knowledge."""
        loaded: dict[str, Any] = json.loads((self.path / "facts.json").read_text("utf-8"))
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

    def kept(self, name: str) -> NDArray[Any] | None:
        """What `keep` wrote under that name, mapped; None where nobody did, or it cannot be read."""
        try:
            return self._column(f"kept.{name}")
        except (OSError, ValueError, EOFError):
            return None

    def keep(self, name: str, column: NDArray[Any]) -> None:
        """Keep what was made from this build beside it, whole or not at all; it goes with the build.

        Any process that reads may keep; where it cannot be written (no right, no space), nothing is kept: it can
        be made again.
        """
        path = self.path / f"kept.{name}.npy"
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        try:
            with draft.open("xb") as file:
                np.save(file, column, allow_pickle=False)
            draft.replace(path)
            for old in sorted(self.path.glob("kept.*.npy"), key=_last_written)[:-_KEPT]:
                old.unlink(missing_ok=True)
        except OSError:
            with suppress(OSError):
                draft.unlink(missing_ok=True)

    def _column(self, name: str) -> NDArray[Any]:
        path = self.path / f"{name}.npy"
        try:
            column: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
        except ValueError:  # a column of no rows cannot be mapped
            column = np.load(path, allow_pickle=False)
        return column.view(
            np.ndarray
        )  # the plain kind is quicker to cut up, and keeps the map open all the same


def _last_written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # another process has just removed it
        return 0.0


def _reserve(path: Path) -> None:
    """Take the file's space on the disk now: a write to a map that finds the disk full would end the process."""
    with path.open("r+b") as file:
        size = os.fstat(file.fileno()).st_size
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, size)
            return
        # macOS has no such call: zeros, written over what nobody has written yet.
        written = len(file.read(4096))
        while written < size:
            written += file.write(bytes(min(1 << 20, size - written)))


def _to_disk(path: Path) -> None:
    """What stands in the file (or folder) survives a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """The system's errors about disks become errors that say what to do."""
    try:
        yield
    except OSError as error:
        if (
            error.errno in _FULL or error.errno is None
        ):  # NumPy says "n requested and m written", and no number
            raise WorkspaceError(
                f"The disk under {folder} is full.",
                hint="Free some space and try again. What stood there before is still there.",
            ) from error
        raise WorkspaceError(f"Cannot write in {folder}: {error.strerror}.") from error
