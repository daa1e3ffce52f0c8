"""What takes longer than a second: it runs in a thread, tells how far it is, and can be stopped.

A job is started by a route, which answers with its number; /jobs/{id}/events tells its progress as server-sent events
until it is done. What it made is fetched from there, too. Jobs are of this process: they end with it.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from desirepath.core.errors import DesirepathError, NotFound
from desirepath.web.problems import Problem, broken, problem_of

_KEPT = 50  # finished jobs
State = Literal["running", "done", "failed", "stopped"]


class Stopped(Exception):
    """Somebody stopped the job."""


@dataclass
class Job:
    """One of them. `share`: 0 … 1, how far; result: what it made, once it is done.

    masked: the result names people; only the route of this kind tells it, and masks it.
    """

    id: str
    kind: str
    masked: bool = False
    state: State = "running"
    step: str = ""
    share: float = 0.0
    result: Any = None
    problem: Problem | None = None
    began: float = field(default_factory=time.monotonic)
    _changed: threading.Condition = field(default_factory=threading.Condition, repr=False)
    _stop: threading.Event = field(default_factory=threading.Event, repr=False)
    _version: int = 0

    def say(self, step: str, share: float) -> None:
        """What is being done (app.refresh.Say). Raises Stopped where somebody has asked for it."""
        if self._stop.is_set():
            raise Stopped
        self._change(step=step, share=share)

    def wait(self) -> None:
        """It waits for others (Serving.writing), and can be stopped meanwhile."""
        self.say("waiting for others", self.share)

    def stop(self) -> None:
        """Ask it to stop: it does at its next step."""
        self._stop.set()

    def _change(self, **values: Any) -> None:
        with self._changed:
            for name, value in values.items():
                setattr(self, name, value)
            self._version += 1
            self._changed.notify_all()

    def told(self) -> dict[str, Any]:
        """Its state as plain data, without its result."""
        return {
            "id": self.id,
            "kind": self.kind,
            "state": self.state,
            "step": self.step,
            "share": round(self.share, 4),
            "seconds": round(time.monotonic() - self.began, 1),
            "problem": None if self.problem is None else self.problem.model_dump(),
        }

    def now(self) -> tuple[int, dict[str, Any]]:
        """Its state, and a number that is another one after each change."""
        with self._changed:
            return self._version, self.told()

    def changes(self, wait: float = 10.0) -> Iterator[dict[str, Any]]:
        """Its state now, after each change (or after so many seconds without one), and when it has ended."""
        seen = -1
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._version != seen, timeout=wait)  # noqa: B023  # asked in the loop
                seen = self._version
                told, over = self.told(), self.state != "running"
            yield told
            if over:
                return


class Jobs:
    """The jobs of this process."""

    def __init__(self) -> None:
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._lock = threading.Lock()

    def start(self, kind: str, work: Callable[[Job], Any], *, masked: bool = False) -> Job:
        """Begin a job. work: gets the job, to tell how far it is; what it returns is the job's result."""
        job = Job(secrets.token_urlsafe(12), kind, masked)
        with self._lock:
            self._jobs[job.id] = job
            over = [one.id for one in self._jobs.values() if one.state != "running"]
            for old in over[: max(0, len(self._jobs) - _KEPT)]:
                del self._jobs[old]
        threading.Thread(target=self._run, args=(job, work), name=f"job-{kind}", daemon=True).start()
        return job

    def get(self, id: str) -> Job:
        """One of them. Raises NotFound."""
        with self._lock:
            if id not in self._jobs:
                raise NotFound(
                    f'there is no job "{id[:40]}"', hint="Jobs end with the program; begin it again."
                )
            return self._jobs[id]

    def stop_all(self, wait: float = 3.0) -> None:
        """Stop those that run, and wait for them a moment: the program ends."""
        with self._lock:
            running = [one for one in self._jobs.values() if one.state == "running"]
        for one in running:
            one.stop()
        until = time.monotonic() + wait
        while time.monotonic() < until and any(one.state == "running" for one in running):
            time.sleep(0.02)

    @staticmethod
    def _run(job: Job, work: Callable[[Job], Any]) -> None:
        try:
            result = work(job)
        except Stopped:
            job._change(state="stopped", step="stopped")
        except DesirepathError as error:
            job._change(state="failed", problem=problem_of(error))
        except BaseException as error:  # a panic of a library is no Exception: who follows must hear of it
            job._change(state="failed", problem=broken(error))
        else:
            job._change(state="done", share=1.0, step="done", result=result)
