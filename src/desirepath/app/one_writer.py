"""One writer at a time for what people say in a workspace, among all programs that keep to it.

In: the workspace's folder. Out: the right to read a definition, change it and write it, with nobody between. It is held
for milliseconds, and never while something is loaded; an editor of texts knows nothing of it, so whoever writes still
looks whether the file is the one that was seen. The event store has a lock of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from desirepath.app.derived import HIDDEN
from desirepath.core.errors import WorkspaceBusy, WorkspaceError
from desirepath.store.limits import waiting

LOCK = "definitions.lock"
_PAUSE = 0.01  # seconds


@contextmanager
def one_writer(folder: Path) -> Iterator[None]:
    """Alone with the definitions of this workspace. Not to be taken twice by one who has it.

    Raises WorkspaceBusy where another keeps it for longer than programs wait for each other, WorkspaceError where the
    folder cannot be written.
    """
    path = folder / HIDDEN / LOCK
    lock = FileLock(path, timeout=max(0.0, waiting()), poll_interval=_PAUSE)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as held:
        raise WorkspaceBusy(
            f"Another program is writing the definitions of {folder}.",
            hint="Nothing was changed. Do it again when that is done.",
        ) from held
    except OSError as error:
        raise WorkspaceError(f"Cannot write into {folder}: {error.strerror}.", path=str(path)) from error
    try:
        yield
    finally:
        lock.release()
