"""A file that is written as a whole or not at all: where the disk is full, or somebody kills us, the old one stays."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desirepath.core.errors import WorkspaceError


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """A file beside `path` to write to, which takes its place at the end. Its folder is made; a link is followed.

    A pipe or a device (/dev/stdout) is never replaced: it is what is written to. Raises WorkspaceError where the file
    cannot be written.
    """
    try:
        target = path.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() and not target.is_file() and not target.is_dir():
            yield target
            return
        beside = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            yield beside
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        why = error.strerror or str(error)
        raise WorkspaceError(f"Cannot write {path}: {why}.", path=str(path)) from error


def write_file(path: Path, data: bytes) -> None:
    """Write these bytes, down to the disk. Raises WorkspaceError where that cannot be done."""
    with replaced(path) as target, target.open("wb") as file:
        file.write(data)
        file.flush()
        if target.is_file():
            os.fsync(file.fileno())
