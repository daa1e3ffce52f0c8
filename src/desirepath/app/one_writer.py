"""One writer at a time for what people say in a workspace, among all programs that keep to it.

In: the workspace's folder. Out: the right to read a definition, change it and write it, with nobody between. It is held
for milliseconds, and never while something is loaded; an editor of texts knows nothing of it, so whoever writes still
looks whether the file is the one that was seen. The event store has a lock of its own.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desirepath.app.derived import HIDDEN
from desirepath.core.errors import WorkspaceBusy, WorkspaceError
from desirepath.store.limits import waiting

LOCK = "definitions.lock"  # stays where it is: a lock that is deleted may be held by one and made anew by another
_PAUSE = 0.01  # seconds

if sys.platform == "win32":
    import msvcrt

    def _taken(file: int) -> bool:
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:  # held by another
            return False
        return True
else:
    import fcntl

    def _taken(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:  # held by another
            return False
        return True


@contextmanager
def one_writer(folder: Path) -> Iterator[None]:
    """Alone with the definitions of this workspace. Not to be taken twice by one who has it.

    Raises WorkspaceBusy where another keeps it for longer than programs wait for each other, WorkspaceError where the
    folder cannot be written.
    """
    path = folder / HIDDEN / LOCK
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise WorkspaceError(f"Cannot write into {folder}: {error.strerror}.", path=str(path)) from error
    try:
        until = time.monotonic() + waiting()
        while not _taken(file):
            if time.monotonic() > until:
                raise WorkspaceBusy(
                    f"Another program is writing the definitions of {folder}.",
                    hint="Nothing was changed. Do it again when that is done.",
                )
            time.sleep(_PAUSE)
        yield
    finally:
        os.close(file)  # which lets go of it, as the end of a program does
