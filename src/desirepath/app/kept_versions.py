"""What a definition said before: every file that the app writes over is kept, the newest fifty versions of each.

In: the workspace's folder, a file's name, what it says now. Out: versions named by the instant at which they ended, so
that each can be looked at and put back.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from desirepath.app.derived import HIDDEN
from desirepath.app.whole_files import write_file

KEPT = "kept"  # below the hidden folder: a folder for each file
_MOST = 50
_FORMAT = "%Y%m%dT%H%M%S%fZ"
_VERSION = re.compile(r"\d{8}T\d{12}Z")


def versions(folder: Path, name: str) -> dict[str, Path]:
    """Earlier versions of a file of the workspace, the latest first: when each was replaced → where it is."""
    found = {
        one.stem: one
        for one in (folder / HIDDEN / KEPT / name).glob("*.yaml")
        if _VERSION.fullmatch(one.stem)
    }
    return dict(sorted(found.items(), reverse=True))


def write_over(path: Path, text: str, now: datetime) -> None:
    """Write a file of the workspace whole, and keep what it said before. Raises WorkspaceError where it cannot be."""
    if path.is_file():
        _keep(path.parent, path.name, path.read_bytes(), now)
    write_file(path, text.encode())


def _keep(folder: Path, name: str, text: bytes, now: datetime) -> None:
    there, at = versions(folder, name), now.astimezone(UTC)
    while at.strftime(_FORMAT) in there:  # a clock that stands still
        at += timedelta(microseconds=1)
    write_file(folder / HIDDEN / KEPT / name / f"{at.strftime(_FORMAT)}.yaml", text)
    for old in list(there.values())[_MOST - 1 :]:
        old.unlink(missing_ok=True)
