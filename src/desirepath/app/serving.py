"""One process that answers many questions: a workspace held open.

In: the folder. Out: its builds, opened, for several threads at once; and the right to write, which waits until
nobody reads. What was opened is kept until the files of the workspace change, somebody writes, or nobody has asked for
a while: the event store is then free for other programs.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from desirepath.app.asking import Asking
from desirepath.app.journeys import JOURNEY, MAP
from desirepath.app.workspace import Workspace
from desirepath.core.times import Clock
from desirepath.core.words import MAIN_JOURNEY

IDLE = 5.0  # seconds without a question after which the event store is let go of
_KEPT = 64  # things that were made once, such as maps
_MOST = 4  # builds opened at once for one journey: more than two processors can use

T = TypeVar("T")
Stamp = tuple[tuple[str, int, int], ...]


@dataclass
class _Opened:
    """One build with its store, and what closes it."""

    asking: Asking
    closing: ExitStack
    stamp: Stamp


@dataclass
class _Journey:
    """One journey: its definition as it was last read, and its builds that nobody uses at the moment."""

    workspace: Workspace
    stamp: Stamp
    free: list[_Opened] = field(default_factory=list)


class Serving:
    """A workspace held open. Safe for threads."""

    def __init__(self, folder: Path, clock: Clock | None = None, *, idle: float = IDLE) -> None:
        self.folder, self._clock, self._idle = folder, clock, idle
        self._lock = threading.Condition()
        self._journeys: dict[str, _Journey] = {}
        self._made: OrderedDict[Hashable, Any] = OrderedDict()
        self._current: dict[str, Stamp] = {}
        self._readers, self._writing, self._closed = 0, False, False
        self._last = time.monotonic()
        self._sweeper = threading.Thread(target=self._sweep, name="desirepath-idle", daemon=True)
        self._sweeper.start()

    def workspace(self, journey: str | None = None) -> Workspace:
        """The workspace, its definitions read again where a file has changed. Raises as Workspace.open does."""
        name, stamp = journey or MAIN_JOURNEY, _stamp(self.folder)
        with self._lock:
            known = self._journeys.get(name)
            if known is not None and known.stamp == stamp:
                return known.workspace
        opened = Workspace.open(self.folder, journey, clock=self._clock)
        with self._lock:
            self._release(self._journeys.get(name))
            self._journeys[name] = _Journey(opened, stamp)
        return opened

    @contextmanager
    def asking(self, journey: str | None = None) -> Iterator[Asking]:
        """A journey's current build with its store, for one thread; placed again first where something has changed."""
        name = journey or MAIN_JOURNEY
        with ExitStack() as reading:
            while True:
                workspace = self._prepared(journey)
                reading.enter_context(self._reading())
                if self._current.get(name) == _stamp(self.folder):
                    break
                reading.close()  # somebody wrote before we could read: what was prepared no longer holds
            one = self._take(name)
            if one is None:
                closing = ExitStack()
                one = _Opened(closing.enter_context(workspace.asking()), closing, _stamp(self.folder))
            try:
                yield one.asking
            except BaseException:
                one.closing.close()
                raise
            self._give_back(name, one)

    def kept(self, journey: str | None, what: Hashable, make: Callable[[Asking], T]) -> T:
        """What `make` gives, made once: kept until the data or a definition change, or many others were asked for.

        what: names it among everything that is kept for this journey. Two who ask at once may both make it.
        """
        with self.asking(journey) as asking:
            key = (journey or MAIN_JOURNEY, _stamp(self.folder), asking.build.name, what)
            with self._lock:
                if key in self._made:
                    self._made.move_to_end(key)
                    found: T = self._made[key]
                    return found
            made = make(asking)
        with self._lock:
            self._made[key] = made
            while len(self._made) > _KEPT:
                self._made.popitem(last=False)
        return made

    def _prepared(self, journey: str | None) -> Workspace:
        """The workspace, its customers placed by what holds now. Who places them must be alone with the store."""
        workspace, name = self.workspace(journey), journey or MAIN_JOURNEY
        stamp = _stamp(self.folder)
        if self._current.get(name) != stamp:
            with self.writing(journey) as alone, alone.asking():
                pass
            self._current[name] = stamp
        return workspace

    @contextmanager
    def reading(self, journey: str | None = None) -> Iterator[Workspace]:
        """The workspace, for somebody who looks at its ledger and asks no question: nobody writes meanwhile."""
        workspace = self.workspace(journey)
        with self._reading():
            yield workspace

    @contextmanager
    def writing(self, journey: str | None = None) -> Iterator[Workspace]:
        """The workspace, for somebody who writes: waits until nobody reads, and nobody reads meanwhile."""
        with self.alone():
            yield self.workspace(journey)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """The same, for somebody who writes definitions: there may be none yet, or none that can be read."""
        with self._lock:
            self._lock.wait_for(lambda: not self._writing)
            self._writing = True
            self._lock.wait_for(lambda: self._readers == 0)
            self._release_all()
        try:
            yield
        finally:
            with self._lock:
                self._current.clear()
                self._writing = False
                self._lock.notify_all()

    def close(self) -> None:
        """Let go of everything."""
        with self._lock:
            self._closed = True
            self._release_all()
            self._lock.notify_all()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._lock:
            self._lock.wait_for(lambda: not self._writing)
            self._readers += 1
        try:
            yield
        finally:
            with self._lock:
                self._readers -= 1
                self._last = time.monotonic()
                self._lock.notify_all()

    def _take(self, name: str) -> _Opened | None:
        with self._lock:
            known = self._journeys.get(name)
            return known.free.pop() if known is not None and known.free else None

    def _give_back(self, name: str, one: _Opened) -> None:
        with self._lock:
            known = self._journeys.get(name)
            if (
                known is not None
                and known.stamp == one.stamp
                and len(known.free) < _MOST
                and not self._closed
            ):
                known.free.append(one)
                return
        one.closing.close()

    def _release_all(self) -> None:
        self._current.clear()  # others may write from now on
        for known in self._journeys.values():
            self._release(known)

    @staticmethod
    def _release(known: _Journey | None) -> None:
        while known is not None and known.free:
            known.free.pop().closing.close()

    def _sweep(self) -> None:
        while True:
            with self._lock:
                if self._closed:
                    return
                if self._readers == 0 and not self._writing and time.monotonic() - self._last > self._idle:
                    self._release_all()
                self._lock.wait(timeout=max(self._idle / 2, 0.05))


def _stamp(folder: Path) -> Stamp:
    """What changes when a definition does: the files, their sizes and when they were written."""
    found = []
    for path in sorted([*folder.glob(f"*{JOURNEY}"), *folder.glob(f"*{MAP}"), folder / "sources.yaml"]):
        try:
            told = path.stat()
        except OSError:
            continue
        found.append((path.name, told.st_mtime_ns, told.st_size))
    return tuple(found)
