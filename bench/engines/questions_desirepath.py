"""Desirepath asked the questions of questions.py: over trails that were built before and lie in files.

    python questions_desirepath.py make FOLDER_OF_PARQUET FOLDER_TO_WORK_IN
    python questions_desirepath.py files FOLDER_OF_PARQUET FOLDER_TO_WORK_IN RUNS

The measures are the product's own, asked for what the other engines are asked for; all that is made of the columns,
such as the masks of the steps, is made in the time that counts. Two things are added: the plain landmark contrast, that
the product does not have (what it has instead is asked last, as "friction, whole"), and one read of the columns.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from os import cpu_count
from pathlib import Path

import numba
import numpy as np
from questions import (
    AFTER,
    CHANNELS,
    CONSIDERATION,
    DIGITS,
    LANDMARK,
    LONG,
    LOST,
    MONDAY,
    ORDER,
    QUESTIONS,
    SESSION,
    STAGES,
    STEPS,
    TOP,
    TOUCHPOINTS,
    WEEK,
    WEEKS,
    WINDOW,
    ask,
    of_credit,
    of_paths,
    of_transitions,
    of_weeks,
    said,
)
from worker import Report, peak_bytes

from desirepath.core.compiled import kernel
from desirepath.journey.placing import place, plan_for
from desirepath.journey.promises import no_promises
from desirepath.journey.read import read_journey
from desirepath.measure.attribution.journeys import Wanted, Ways, tally
from desirepath.measure.friction.rank import friction as whole_friction
from desirepath.measure.funnel import FunnelEvents, FunnelPlan, StepBits, Window, count
from desirepath.measure.retention.ask import Counting, count_returns, first_starts, numbered
from desirepath.measure.walks.path_counts import session_paths
from desirepath.measure.walks.transition_counts import transitions_of
from desirepath.simulate.crowd import write_crowd
from desirepath.store.trail_files import Build, TrailFiles
from desirepath.trail.coded import build_coded
from desirepath.trail.spread import spread
from desirepath.trail.trails import Trails

JOURNEY = """
stages:
  awareness: {enter: "event = 'Page Viewed'", lapse_after: 30 days}
  consideration: {enter: "event = 'Product Viewed'", lapse_after: 60 days}
  decision: {enter: "event = 'Cart Viewed'", goal: "event = 'Order Completed'", lapse_after: 14 days}
  retention: {enter: "event = 'Order Completed'", goal: repeat, lapse_after: 180 days}
  advocacy: {enter: "event = 'Referral Sent'", after: decision, lapse_after: 365 days}
touchpoints:
"""
JOURNEY += "".join(f"  t{i}: {{channel: web, when: \"event = 'T{i}'\"}}\n" for i in range(TOUCHPOINTS))
PLAIN = FunnelPlan(tuple(map(str, range(STAGES))), Window("time", WINDOW), reentry="first_entry")
BEST = FunnelPlan(PLAIN.labels, PLAIN.window, reentry="best_entry")
RULES = Wanted(rules=("first", "last", "linear", "position"), links=True, groups=1)
WHOLE = 20_000_000  # events up to which friction is asked as the product asks it: beyond, it takes minutes
USED = {  # the columns that each question is about
    "funnel": ("ts", "evidence", "channel"),
    "best funnel": ("ts", "evidence"),
    "paths": ("ts", "touchpoint"),
    "long paths": ("ts", "touchpoint"),
    "transitions": ("ts", "touchpoint"),
    "attribution": ("evidence", "channel"),
    "retention": ("ts",),
    "friction": ("ts", "evidence", "touchpoint"),
}


# ---- the questions ----------------------------------------------------------------------------------


def steps_of(trails: Trails) -> FunnelEvents:
    return FunnelEvents(
        trails.offset, trails.ts, StepBits(trails.evidence, tuple(1 << k for k in range(STAGES)))
    )


def funnel(trails: Trails) -> object:
    counts = count(steps_of(trails), PLAIN, group=trails.channel, groups=CHANNELS)
    return said([channel, *row] for channel, row in enumerate(counts.tolist()) if row[0])


def best_funnel(trails: Trails) -> object:
    return said(count(steps_of(trails), BEST).tolist())


def paths(trails: Trails, gap: int) -> object:
    found = session_paths(
        trails.offset, trails.ts, trails.touchpoint, kinds=TOUCHPOINTS, gap=gap, longest=STEPS
    )
    top = [
        (sum((t + 1) * d for t, d in zip(steps, DIGITS, strict=False)) + goes_on, n)
        for steps, goes_on, n in found.top(TOP)
    ]
    return of_paths(top, len(found.starts()), found.walks)


def transitions(trails: Trails) -> object:
    found = transitions_of(trails.offset, trails.ts, trails.touchpoint, kinds=TOUCHPOINTS, quantiles=(0.5,))
    pairs = np.argwhere(found.count > 0)
    return of_transitions(
        np.column_stack((pairs, found.count[tuple(pairs.T)], found.wait[tuple(pairs.T)][:, 0])).tolist()
    )


def attribution(trails: Trails) -> object:
    ways = Ways(
        offset=trails.offset,
        ts=trails.ts,
        code=trails.channel,
        channels=CHANNELS,
        convert=trails.evidence,
        bit=ORDER,
        value=trails.value,
        collapse=False,
        first_only=True,
    )
    found = tally(ways, RULES)
    rules = found.rules[0, :, 0].astype(float) / (1 << 32)
    return of_credit(rules.tolist(), found.links[0][:, : LOST + 1])


def retention(trails: Trails) -> object:
    known = int(trails.ts.max())
    counting, columns = Counting("week", own=True), numbered(0, WEEKS - 1)
    starts = first_starts(trails)
    found = count_returns(trails, starts, counting, columns, known=known)
    first = (int(trails.ts.min()) - MONDAY) // WEEK
    cells = found.returned + found.early
    return of_weeks(
        [(first + week, later, int(cells[week, later])) for week, later in np.argwhere(cells).tolist()]
    )


@kernel
def landmark_chunk(low, high, offset, ts, evidence, touchpoint, known, met):  # type: ignore[no-untyped-def]
    """Count who met each touchpoint, and ordered, into met [touchpoints + 1, 2]; the last row is everybody."""
    seen = np.full(met.shape[0], -1, np.int64)
    for c in range(low, high):
        begin, end, ordered = -1, offset[c + 1], False
        for p in range(offset[c], end):
            if evidence[p] & CONSIDERATION and begin < 0:
                begin = p
            if evidence[p] & ORDER:
                ordered = begin >= 0 and ts[p] > ts[begin] + LANDMARK
                end = p
                break
        if begin < 0 or ts[begin] + LANDMARK + AFTER > known or (end < offset[c + 1] and not ordered):
            continue
        won = ordered and ts[end] <= ts[begin] + LANDMARK + AFTER
        met[-1, 0] += 1
        met[-1, 1] += won
        p = begin
        while p > offset[c] and ts[p - 1] == ts[begin]:
            p -= 1
        while p < offset[c + 1] and ts[p] <= ts[begin] + LANDMARK:
            t = touchpoint[p]
            if seen[t] != c:
                seen[t] = c
                met[t, 0] += 1
                met[t, 1] += won
            p += 1


def friction(trails: Trails) -> object:
    known = int(trails.ts.max())

    def work(low: int, high: int) -> np.ndarray:
        met = np.zeros((TOUCHPOINTS + 1, 2), np.int64)
        landmark_chunk(low, high, trails.offset, trails.ts, trails.evidence, trails.touchpoint, known, met)
        return met

    *by_touchpoint, every = sum(spread(work, trails.offset)).tolist()
    return said([[-1, *every], *([t, *row] for t, row in enumerate(by_touchpoint) if row[0])])


def friction_of_product(build: Build) -> object:
    trails, visits = build.trails(), build.visits()
    found = whole_friction(read_journey(JOURNEY), visits, trails, as_of=int(trails.ts.max()))
    return {"compared": found.compared, "beyond chance": sum(one.beyond_chance for one in found.ranked)}


# ---- what is measured beside ------------------------------------------------------------------------


@kernel
def read_chunk(words):  # type: ignore[no-untyped-def]
    total = np.uint64(0)
    for i in range(len(words)):
        total += words[i]
    return total


def one_read(trails: Trails, names: tuple[str, ...]) -> None:
    """Every byte of the columns once, over as many threads as there are processors."""
    parts = []
    for name in names:
        column = getattr(trails, name)
        words = column[: len(column) * column.itemsize // 8 * 8 // column.itemsize].view(np.uint64)
        parts += np.array_split(words, 8 * (cpu_count() or 1))
    ends = np.arange(len(parts) + 1, dtype=np.int64)
    spread(lambda low, high: [read_chunk(part) for part in parts[low:high]], ends, parts=len(parts))


class Watch:
    """The most memory of its own (no mapped files) that the process has while a piece of work is done."""

    def __init__(self, work: Callable[[], object]) -> None:
        self.most = peak_bytes("RssAnon")
        before, self._over = self.most, threading.Event()
        thread = threading.Thread(target=self._look)
        thread.start()
        work()
        self._over.set()
        thread.join()
        self.grown = self.most - before

    def _look(self) -> None:
        while not self._over.wait(0.001):
            self.most = max(self.most, peak_bytes("RssAnon"))


def ways_of(trails: Trails) -> dict[str, Callable[[], object]]:
    every = (
        funnel, best_funnel, partial(paths, gap=SESSION), partial(paths, gap=LONG), transitions, attribution, retention,
        friction,
    )  # fmt: skip
    return {question: partial(way, trails) for question, way in zip(QUESTIONS, every, strict=True)}


def made(files: list[Path], folder: Path) -> None:
    """Build the trails and place the customers, into files."""
    new = TrailFiles(folder).begin()
    trails = build_coded(files, new.allocate)
    journey, end = read_journey(JOURNEY), int(trails.ts.max())
    visits = place(trails, plan_for(journey, {stage.id: end for stage in journey.stages}))
    new.finish(trails, visits, no_promises(), {})


def main() -> None:
    kind, data, work = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    if kind == "make":
        made(sorted(data.glob("*.parquet")), work)
        return
    runs = int(sys.argv[4])
    report = Report(
        versions={"Python": sys.version.split()[0], "NumPy": np.__version__, "Numba": numba.__version__}
    )
    with_warmth = work / f"warm-{time.monotonic_ns()}"
    write_crowd(with_warmth, 3_000)
    warm = build_coded([with_warmth / "part-00000.parquet"])
    for way in ways_of(warm).values():  # the first call reads the machine code that was compiled at install
        way()
    one_read(warm, ("ts", "channel"))
    build = Build(next(work.glob("build-*")))
    trails, memory, reads = build.trails(), {}, {}
    ways = ways_of(trails)
    for question, way in ways.items():
        one_read(trails, USED[question])  # from here on the columns lie in the system's cache
        memory[question] = Watch(way).grown
    ask(report, {question: [way] for question, way in ways.items()}, runs)
    if trails.events <= WHOLE:
        ask(report, {"friction, whole": [partial(friction_of_product, build)]}, 1)
    for question, names in USED.items():
        report.timed("read", partial(one_read, trails, names), max(runs, 3))
        reads[question] = report.seconds.pop("read")
    for kept in (report.core_seconds, report.peaks):
        kept.pop("read")
    report.notes |= {"own memory": memory, "one read": reads}
    report.say()


if __name__ == "__main__":
    main()
