"""Desirepath: trails built from coded Parquet; stages by a kernel and by placing.

    python desirepath_engine.py memory|files FOLDER_OF_PARQUET FOLDER_TO_WORK_IN RUNS

`stages` is a kernel for that question alone, `passes` the product's placing of a journey with equal lapses, `place` the
product's placing by the whole contract; that is held against its slow twin on the first customers.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from functools import partial
from itertools import pairwise
from os import cpu_count
from pathlib import Path

import numba
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from worker import LAPSE, NEVER_MET, QUANTILES, STAGES, Report, digest, peak_bytes, stage_answer

from desirepath.core.compiled import kernel
from desirepath.core.times import FOREVER
from desirepath.journey.placing import Plan, place, plan_for
from desirepath.journey.promises import no_promises
from desirepath.journey.read import read_journey
from desirepath.journey.visits import Visits
from desirepath.simulate.crowd import write_crowd
from desirepath.store.trail_files import TrailFiles
from desirepath.trail.coded import build_coded
from desirepath.trail.trails import Trails
from tests.twins.placement import placed

WHOLE = """
stages:
  awareness: {enter: "event = 'Page Viewed'", lapse_after: 30 days}
  consideration: {enter: "event = 'Product Viewed'", lapse_after: 60 days}
  decision: {enter: "event = 'Cart Viewed'", goal: "event = 'Order Completed'", lapse_after: 14 days}
  retention: {enter: "event = 'Order Completed'", goal: repeat, lapse_after: 180 days}
  advocacy: {enter: "event = 'Referral Sent'", after: decision, lapse_after: 365 days}
"""
SAMPLE = 3_000  # customers whose placement the twin repeats


@kernel
def one_pass_chunk(low, high, offset, ts, evidence, waits, counts):  # type: ignore[no-untyped-def]
    """Counts (visited, advanced) by stage, and each advancing customer's wait in the stage's row of waits."""
    first = np.empty(5, np.int64)
    for c in range(low, high):
        missing = 31
        first[:] = NEVER_MET
        for p in range(offset[c], offset[c + 1]):
            shown = evidence[p] & 31
            if shown & missing == 0:  # nothing, or nothing new: nearly all
                continue
            s = 4
            while shown >> s == 0:
                s -= 1
            if missing >> s & 1:
                missing ^= 1 << s
                first[s] = ts[p]
        higher = NEVER_MET
        for s in range(4, -1, -1):
            if first[s] < NEVER_MET and first[s] <= higher:
                counts[s, 0] += 1
                if higher < NEVER_MET:
                    waits[s, counts[s, 1]] = higher - first[s]
                    counts[s, 1] += 1
            higher = min(higher, first[s])


def one_pass(trails: Trails, pool: ThreadPoolExecutor) -> list[list[int]]:
    """The first question by a kernel of its own."""
    offset, ts, evidence = (column.view(np.ndarray) for column in (trails.offset, trails.ts, trails.evidence))
    cuts = np.searchsorted(offset, np.linspace(0, trails.events, 17)[1:-1])

    def chunk(pair: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        waits, counts = np.empty((STAGES, pair[1] - pair[0]), np.int64), np.zeros((STAGES, 2), np.int64)
        one_pass_chunk(*pair, offset, ts, evidence, waits, counts)
        return waits, counts

    parts = list(pool.map(chunk, pairwise(sorted({0, trails.customers, *cuts.tolist()}))))

    def stage(s: int) -> tuple[object, ...]:
        visited = sum(int(counts[s, 0]) for _, counts in parts)
        return quantiles(visited, np.concatenate([waits[s, : counts[s, 1]] for waits, counts in parts]))

    return stage_answer(pool.map(stage, range(STAGES)))


def quantiles(visited: int, waits: np.ndarray) -> tuple[object, ...]:
    """As numpy.quantile's linear ones, from one partition of the array."""
    if not len(waits):
        return visited, 0, *([None] * len(QUANTILES))
    at = [q * (len(waits) - 1) for q in QUANTILES]
    below = [int(x) for x in at]
    above = [min(x + 1, len(waits) - 1) for x in below]
    waits.partition(sorted({*below, *above}))
    values = [
        waits[i] + (x - i) * float(waits[j] - waits[i]) for x, i, j in zip(at, below, above, strict=True)
    ]
    return visited, len(waits), *values


def passes(trails: Trails, plan: Plan) -> list[list[int]]:
    """The second question by the product's placing: counted off the visits."""
    visits = place(trails, plan)
    rows = []
    stayed = ~visits.skipped
    for s in range(STAGES):
        here = stayed & (visits.stage == s)
        on = here & (visits.next_stage >= 0)
        rows.append(quantiles(int(here.sum()), visits.ended[on] - visits.entered[on]))
    return stage_answer(rows)


def passes_plan() -> Plan:
    """A pass ends after a silence of LAPSE in any stage; no goals, and nothing comes after anything."""
    none, known = np.zeros(STAGES, np.int8), np.full(STAGES, FOREVER)
    lapse = np.full(STAGES, LAPSE)
    return Plan(lapse, none - 1, none, none, known, advances=-1, returns_to=-1, zone="UTC")


def agrees_with_twin(trails: Trails, visits: Visits, plan: Plan) -> int:
    """How many visits of the first customers the slow twin has found to be the same. Raises where one differs."""
    sample = min(SAMPLE, trails.customers)
    end = int(trails.offset[sample])
    part = Trails(trails.offset[: sample + 1], *(getattr(trails, f.name)[:end] for f in fields(Trails)[1:]))
    rows = placed(part, plan)
    for f in fields(Visits):
        ours = getattr(visits, f.name)[: len(rows)].tolist()
        theirs = [getattr(row, f.name) for row in rows]
        if ours != theirs:
            raise AssertionError(f"placing and its twin differ in {f.name}")
    if len(rows) < len(visits) and visits.customer[len(rows)] < sample:
        raise AssertionError("placing found visits that its twin did not")
    return len(rows)


def main() -> None:
    kind, files, work, runs = (
        sys.argv[1],
        sorted(Path(sys.argv[2]).glob("*.parquet")),
        Path(sys.argv[3]),
        int(sys.argv[4]),
    )
    report = Report(
        versions={"Python": sys.version.split()[0], "NumPy": np.__version__, "Numba": numba.__version__}
    )
    pool = ThreadPoolExecutor(cpu_count())
    # The first call reads the machine code that was compiled at install.
    write_crowd(work / "warm", 2_000)
    warm = build_coded([work / "warm" / "part-00000.parquet"])
    one_pass(warm, pool)
    passes(warm, passes_plan())
    no_visits = place(warm, passes_plan())

    def build() -> Trails:
        if kind == "memory":
            return build_coded(files)
        new = TrailFiles(work).begin()
        trails = build_coded(files, new.allocate)
        return new.finish(trails, no_visits, no_promises(), {}).trails()

    trails = report.built(build, lambda _: None)
    report.notes["anonymous_bytes"] = peak_bytes("RssAnon")
    assert isinstance(trails, Trails)
    report.answers["trails"] = digest(
        trails.event[i : i + 1_000_000].tobytes() for i in range(0, trails.events, 1_000_000)
    )
    report.best_of("stages", [partial(one_pass, trails, pool)], runs)
    report.best_of("passes", [partial(passes, trails, passes_plan())], runs)
    journey, end = read_journey(WHOLE), int(trails.ts.max())
    plan = plan_for(journey, {stage.id: end for stage in journey.stages})
    whole = report.timed("place", lambda: place(trails, plan), runs)
    assert isinstance(whole, Visits)
    report.notes |= {"visits": len(whole), "customers": trails.customers}
    report.notes["twin_agrees_on_visits"] = agrees_with_twin(trails, whole, plan)
    report.say()


if __name__ == "__main__":
    main()
