"""What every measured process does alike: time a piece of work, see its peak of memory, say what came out.

Only the standard library: it runs in the environments of all engines. A process prints one line of JSON.
"""

from __future__ import annotations

import gc
import hashlib
import json
import resource
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

STAGES = 5
QUANTILES = (0.25, 0.5, 0.75)
NEVER_MET = 2**63 - 1
LAPSE = 60 * 24 * 3600 * 1_000_000  # µs without an event of the customer's end a pass
BY_CUSTOMER = 1 << 48


def peak_bytes(name: str = "VmHWM") -> int:
    """The most memory that this process has had in RAM since start_peak(), mapped files included."""
    status = Path("/proc/self/status")
    if not status.exists():
        scale = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale
    line = next(line for line in status.read_text().splitlines() if line.startswith(name + ":"))
    return int(line.split()[1]) * 1024


def start_peak() -> None:
    """Forget the peak so far, where the system can."""
    gc.collect()
    refs = Path("/proc/self/clear_refs")
    if refs.exists():
        refs.write_text("5")


@dataclass
class Report:
    """What a process tells: seconds of each step, peaks, answers to compare, versions."""

    seconds: dict[str, float] = field(default_factory=dict)
    core_seconds: dict[str, float] = field(default_factory=dict)  # of all threads together
    peaks: dict[str, int] = field(default_factory=dict)
    answers: dict[str, object] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    notes: dict[str, object] = field(default_factory=dict)

    def timed(self, step: str, work: Callable[[], object], runs: int = 1) -> object:
        """Do the work `runs` times; keep the median of the seconds and the peak; returns what it last made."""
        start_peak()
        took, cores, made = [], [], None
        for _ in range(runs):
            made = None  # let go of the last before making the next
            began, spent = time.perf_counter(), time.process_time()
            made = work()
            took.append(time.perf_counter() - began)
            cores.append(time.process_time() - spent)
        self.seconds[step], self.core_seconds[step] = median(took), median(cores)
        self.peaks[step] = peak_bytes()
        return made

    def built(self, build: Callable[[], object], drop: Callable[[object], object]) -> object:
        """Build twice: in a fresh process, and again in memory that the system has handed out before.

        The first pays for every page that it touches, which on some machines takes longer than the work.
        """
        drop(self.timed("build", build))
        return self.timed("build again", build)

    def best_of(self, step: str, ways: Sequence[Callable[[], object]], runs: int) -> None:
        """The quickest of several ways to the same answer, each asked once before it is timed."""
        answers, took = [], []
        for number, way in enumerate(ways):
            answers.append(way())
            self.timed(f"{step} {number}", way, runs)
            took.append((self.seconds.pop(f"{step} {number}"), self.core_seconds.pop(f"{step} {number}"),
                         self.peaks.pop(f"{step} {number}")))  # fmt: skip
        if not all(same(answer, answers[0]) for answer in answers):
            raise AssertionError(f"{step}: two ways, two answers: {answers}")
        self.answers[step] = answers[0]
        self.seconds[step], self.core_seconds[step], self.peaks[step] = min(took)

    def say(self) -> None:
        print(json.dumps(self.__dict__), flush=True)


def same(one: object, other: object) -> bool:
    """Whether two answers are equal; numbers that are not whole to six figures, as their sums have no fixed order."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= 1e-6 * max(abs(one), abs(other), 1.0)
    if isinstance(one, dict) and isinstance(other, dict):  # an engine may know one part of an answer only
        return all(same(one[key], other[key]) for key in one.keys() & other.keys())
    return one == other


def median(values: list[float]) -> float:
    """The middle; of two the lower."""
    return sorted(values)[(len(values) - 1) // 2]


def digest(chunks: Iterable[bytes]) -> str:
    """A word for the bytes: the numbers of all events, int64, in the order of the trails."""
    said = hashlib.blake2b(digest_size=12)
    for chunk in chunks:
        said.update(chunk)
    return said.hexdigest()


def stage_answer(rows: Iterable[tuple[object, ...]]) -> list[list[int]]:
    """Rows (counts …, quantiles in µs …) of the stages in order, so that they can be compared."""
    return [[round(float(x)) if x is not None else -1 for x in row] for row in rows]  # type: ignore[arg-type]
