"""One process that answers many questions: a workspace held open.

In: the folder. Out: its builds, opened, for several threads at once; and the right to write, which waits until
nobody reads. What was read of a build is kept until the store or a definition changes; the store itself is let go of
when nobody has asked for a moment, so that other programs may write.
"""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from desirepath.app.asking import Asking
from desirepath.app.derived import HIDDEN
from desirepath.app.workspace import Workspace
from desirepath.core.errors import WorkspaceBusy
from desirepath.core.file_names import JOURNEY, MAP, SOURCES
from desirepath.core.times import Clock
from desirepath.core.words import MAIN_JOURNEY

IDLE = 1.0  # seconds without a question after which the event store is let go of
PATIENCE = 60.0  # seconds that a reader waits for a writer, and a writer for readers
_TOLD = 0.2  # seconds between two words of who waits for as long as it takes
_KEPT = 64  # things that were made once, such as maps
_MOST = 4  # builds opened at once for one journey: more than two processors can use

T = TypeVar("T")
Stamp = tuple[tuple[str, int, int], ...]


@dataclass
class _Opened:
    """One build with its store, which is closed while it rests. left: the store's files when it was."""

    asking: Asking
    workspace: Workspace
    left: Stamp | None = None

    def rest(self) -> None:
        """Let go of the store, and keep what was read from it."""
        if self.left is None:
            self.left = _store_stamp(self.workspace.folder)  # nobody writes as long as the store is open
            self.asking.store.close()

    def wake(self) -> bool:
        """Take up the store again; False where anybody has written anything since: this one holds no more."""
        if self.left is None:
            return True
        self.asking.store = self.workspace.derived.store(write=False)
        held, self.left = self.left, None
        if held == _store_stamp(self.workspace.folder):
            return True
        self.asking.store.close()
        return False


@dataclass
class _Journey:
    """One journey: its definition as it was last read, and its builds that nobody uses at the moment."""

    workspace: Workspace
    stamp: Stamp
    free: list[_Opened] = field(default_factory=list)


class Serving:
    """A workspace held open. Safe for threads."""

    def __init__(
        self, folder: Path, clock: Clock | None = None, *, idle: float = IDLE, patience: float = PATIENCE
    ) -> None:
        self.folder, self._clock, self._idle, self._patience = folder, clock, idle, patience
        self._lock = threading.Condition()
        self._journeys: dict[str, _Journey] = {}
        self._made: OrderedDict[Hashable, Any] = OrderedDict()
        self._making: dict[Hashable, threading.Event] = {}
        self._readers, self._writing, self._closed = 0, False, False
        self._last = time.monotonic()
        self._sweeper = threading.Thread(target=self._sweep, name="desirepath-idle", daemon=True)
        self._sweeper.start()

    def workspace(self, journey: str | None = None) -> Workspace:
        """The workspace, its definitions read again where a file has changed. Raises as Workspace.open does."""
        return self._known(journey).workspace

    def _known(self, journey: str | None) -> _Journey:
        name, stamp = journey or MAIN_JOURNEY, _stamp(self.folder)
        with self._lock:
            known = self._journeys.get(name)
            if known is not None and known.stamp == stamp:
                return known
        opened = Workspace.open(self.folder, journey, clock=self._clock)
        with self._lock:
            self._release(self._journeys.get(name))
            self._journeys[name] = made = _Journey(opened, stamp)
        return made

    @contextmanager
    def asking(self, journey: str | None = None) -> Iterator[Asking]:
        """A journey's current build with its store, for one thread; placed again first where something has changed.

        Raises WorkspaceBusy where somebody keeps writing.
        """
        while True:
            with self._reading():
                known = self._known(journey)
                one = self._take(known)
                if one is not None:
                    try:
                        yield one.asking
                    except BaseException:
                        one.asking.store.close()
                        raise
                    self._give_back(known, one)
                    return
            self._place(journey)

    def kept(self, journey: str | None, what: Hashable, make: Callable[[Asking], T]) -> T:
        """What `make` gives, made once: kept until the data or a definition change, or many others were asked for.

        what: names it among everything that is kept for this journey. Who asks for what somebody makes waits for it.
        """
        with self.asking(journey) as asking:
            key = (
                journey or MAIN_JOURNEY,
                asking.journey.version,
                _stamp(self.folder),
                asking.build.name,
                what,
            )
            return self._once(key, lambda: make(asking))

    def _once(self, key: Hashable, make: Callable[[], T]) -> T:
        mine = threading.Event()
        while True:
            with self._lock:
                if key in self._made:
                    self._made.move_to_end(key)
                    found: T = self._made[key]
                    return found
                others = self._making.setdefault(key, mine)
            if others is mine:
                break
            others.wait()
        try:
            made = make()
            with self._lock:
                self._made[key] = made
                while len(self._made) > _KEPT:
                    self._made.popitem(last=False)
            return made
        finally:
            with self._lock:
                del self._making[key]
            mine.set()

    @contextmanager
    def reading(self, journey: str | None = None, *, patience: float | None = None) -> Iterator[Workspace]:
        """The workspace, for somebody who looks at its ledger and asks no question: nobody writes meanwhile.

        patience: seconds to wait for a writer, before WorkspaceBusy.
        """
        with self._reading(patience):
            yield self.workspace(journey)

    @contextmanager
    def writing(
        self, journey: str | None = None, *, waiting: Callable[[], None] | None = None
    ) -> Iterator[Workspace]:
        """The workspace, for somebody who writes: waits until nobody reads, and nobody reads meanwhile.

        waiting: for who waits for as long as it takes: it is called again and again, and what it raises ends that.
        Without it WorkspaceBusy is raised when patience ends.
        """
        with self.alone(waiting):
            yield self.workspace(journey)

    @contextmanager
    def alone(self, waiting: Callable[[], None] | None = None) -> Iterator[None]:
        """The same, for somebody who writes definitions: there may be none yet, or none that can be read."""
        with self._lock:
            self._wait(lambda: not self._writing, waiting)
            self._writing = True
            try:
                self._wait(lambda: self._readers == 0, waiting)
                self._rest()
            except BaseException:
                self._writing = False
                self._lock.notify_all()
                raise
        try:
            yield
        finally:
            with self._lock:
                self._writing = False
                self._lock.notify_all()

    def close(self) -> None:
        """Let go of everything. Who waits is told so."""
        with self._lock:
            self._closed = True
            self._release_all()
            self._lock.notify_all()

    def stored(self) -> str:
        """Changes whenever anything is written into the event store, by whomever; empty where there is none yet."""
        return "-".join(f"{at:x}.{size:x}" for _, at, size in _store_stamp(self.folder))

    @contextmanager
    def _reading(self, patience: float | None = None) -> Iterator[None]:
        most = self._patience if patience is None else patience
        with self._lock:
            if not self._lock.wait_for(lambda: self._closed or not self._writing, timeout=most):
                raise WorkspaceBusy(
                    "The app is loading data or placing customers: this has to wait until it is done.",
                    hint="Ask again when it is, or stop it on the page Data.",
                )
            self._unless_closed()
            self._readers += 1
        try:
            yield
        finally:
            with self._lock:
                self._readers -= 1
                self._last = time.monotonic()
                self._lock.notify_all()

    def _wait(self, free: Callable[[], bool], waiting: Callable[[], None] | None) -> None:
        """Until it is free; the lock is held. Raises WorkspaceBusy, or what `waiting` raises."""
        most = self._patience if waiting is None else _TOLD
        while not self._lock.wait_for(lambda: self._closed or free(), timeout=most):
            if waiting is None:
                raise WorkspaceBusy(
                    "The app is loading data, placing customers or answering a long question: nothing was changed.",
                    hint="Do it again when that is done, or stop it.",
                )
            waiting()
        self._unless_closed()

    def _unless_closed(self) -> None:
        if self._closed:
            raise WorkspaceBusy("The app is ending.", hint="Start it anew: desirepath serve FOLDER")

    def _place(self, journey: str | None) -> None:
        """Place the customers by what holds now. Who does must be alone with the store."""
        with self.writing(journey) as workspace:
            workspace.derived.bring_up_to_date()

    def _take(self, known: _Journey) -> _Opened | None:
        """One of the builds that nobody uses, or another one; None where one has to be alone to open it.

        Raises WorkspaceBusy where another program keeps writing.
        """
        workspace = known.workspace
        try:
            while True:
                with self._lock:
                    one = known.free.pop() if known.free else None
                if one is None:
                    break
                if one.wake():
                    return one
            found = workspace.derived.opened()
        except WorkspaceBusy as busy:
            if (
                busy.facts.get("pid") == os.getpid()
            ):  # a store of an earlier version is being brought to this one
                return None
            raise
        if found is None:
            return None
        store, build = found
        try:
            currency = workspace.derived.currency(store)
            asking = Asking(workspace.journey, workspace.sources, build, store, currency, workspace.main)
        except BaseException:
            store.close()
            raise
        return _Opened(asking, workspace)

    def _give_back(self, known: _Journey, one: _Opened) -> None:
        with self._lock:
            if (
                self._journeys.get(one.workspace.name) is known
                and len(known.free) < _MOST
                and not self._closed
            ):
                known.free.append(one)
                return
        one.asking.store.close()

    def _rest(self) -> None:
        for known in self._journeys.values():
            for one in known.free:
                one.rest()

    def _release_all(self) -> None:
        for known in self._journeys.values():
            self._release(known)

    @staticmethod
    def _release(known: _Journey | None) -> None:
        while known is not None and known.free:
            known.free.pop().rest()

    def _sweep(self) -> None:
        while True:
            with self._lock:
                if self._closed:
                    return
                if self._readers == 0 and not self._writing and time.monotonic() - self._last > self._idle:
                    self._rest()
                self._lock.wait(timeout=max(self._idle / 2, 0.05))


def _stamp(folder: Path) -> Stamp:
    """What changes when a definition does: the files, their sizes and when they were written."""
    return _of_files(sorted([*folder.glob(f"*{JOURNEY}"), *folder.glob(f"*{MAP}"), folder / SOURCES]))


def _store_stamp(folder: Path) -> Stamp:
    """What changes when anybody writes into the event store."""
    return _of_files([folder / HIDDEN / name for name in ("events.duckdb", "events.duckdb.wal")])


def _of_files(paths: list[Path]) -> Stamp:
    found = []
    for path in paths:
        try:
            told = path.stat()
        except OSError:
            continue
        found.append((path.name, told.st_mtime_ns, told.st_size))
    return tuple(found)
