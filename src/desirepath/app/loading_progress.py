"""How far is a load, and how long will it take? Told to whoever wants to know, a few times a second.

In: the sizes of the parts and how far DuckDB is with the running statement. Out: LoadProgress.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_EVERY = 0.2  # seconds
_READING = 0.45  # the share of a part's time until its rows are staged


@dataclass(frozen=True, slots=True)
class LoadProgress:
    """Where a load stands. seconds_left is None until enough has been seen to say."""

    source: str
    part: str
    bytes_done: int
    bytes_total: int
    rows: int  # read so far, of parts that are finished
    seconds: float

    @property
    def share(self) -> float:
        """0 … 1, by bytes."""
        return self.bytes_done / self.bytes_total if self.bytes_total else 1.0

    @property
    def bytes_per_second(self) -> float:
        """The rate so far."""
        return self.bytes_done / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """At the rate so far; None in the first second."""
        if self.seconds < 1 or not self.bytes_done:
            return None
        return (self.bytes_total - self.bytes_done) / self.bytes_per_second


Progress = Callable[[LoadProgress], None]


class ProgressTeller:
    """Keeps count and tells. Who is told may raise, to stop the load: what was raised then ends it.

    running: how far the running statement is, 0 … 1, or negative; interrupt: ends it.
    """

    def __init__(
        self,
        tell: Progress | None,
        total: int,
        running: Callable[[], float],
        interrupt: Callable[[], None] = lambda: None,
    ) -> None:
        self._tell, self._total, self._running, self._interrupt = tell, total, running, interrupt
        self._refused: Exception | None = None
        self._began = time.monotonic()
        self._finished = self._size = self._rows = 0
        self._source = self._part = ""
        self._phase = (0.0, 0.0)
        self._stop = threading.Event()

    @property
    def seconds(self) -> float:
        """Since the load began."""
        return time.monotonic() - self._began

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Tell from another thread while the block runs."""
        if self._tell is None:
            yield
            return
        thread = threading.Thread(target=self._run, name="progress", daemon=True)
        thread.start()
        try:
            yield
        except Exception:
            self._end(thread)
            self._go_on()
            raise
        except BaseException:
            self._end(thread)
            raise
        self._end(thread)
        self._go_on()
        self._say()

    def part(self, source: str, name: str, size: int) -> None:
        """A part begins. Raises what stops the load."""
        self._go_on()
        self._source, self._part, self._size, self._phase = source, name, size, (0.0, _READING)

    def staged(self) -> None:
        """The part's rows are staged; what follows is checking and inserting. Raises what stops the load."""
        self._go_on()
        self._phase = (_READING, 1.0)

    def done(self, rows: int) -> None:
        """The part is finished (or was known)."""
        self._finished += self._size
        self._size, self._phase = 0, (0.0, 0.0)
        self._rows += rows

    def _end(self, thread: threading.Thread) -> None:
        self._stop.set()
        thread.join()

    def _go_on(self) -> None:
        if self._refused is not None:
            raise self._refused

    def _run(self) -> None:
        while not self._stop.wait(_EVERY):
            try:
                self._say()
            except Exception as refused:
                self._refused = refused
                break
        # A statement that has begun is ended; one between two is asked again.
        while self._refused is not None and not self._stop.is_set():
            self._interrupt()
            self._stop.wait(1.0)

    def _say(self) -> None:
        assert self._tell is not None
        low, high = self._phase
        share = low + (high - low) * min(1.0, max(0.0, self._running()))
        done = min(self._total, self._finished + int(self._size * share))
        self._tell(LoadProgress(self._source, self._part, done, self._total, self._rows, self.seconds))
