"""How long does it take to build the trails of millions of events, and to place their customers in stages?

    .venv/bin/python bench/placing.py [MILLIONS_OF_EVENTS …]           (1 and 10 unless said)

Made-up customers of about 20 events each over two years, in five stages with goals, lapses and a repeat track; a
tenth of the events is the business's, a hundredth opens a promise. Building takes the events in no order, as one
batch; placing is timed with one thread and with one a core. Medians of 5 after a first run that compiles.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from collections.abc import Callable
from functools import partial

import numba
import numpy as np

from desirepath.core.times import DAY, HOUR, NEVER
from desirepath.journey import bits
from desirepath.journey.placing import place, plan_for
from desirepath.journey.read import read_journey
from desirepath.trail.build import Batch, build_trails

RUNS = 5
BEGAN = 1_704_067_200_000_000  # 2024-01-01
SPAN = 730 * DAY
PER_CUSTOMER = 20
JOURNEY = """
stages:
  awareness: {enter: "event = 'Page Viewed'", lapse_after: 30 days}
  consideration: {enter: "event = 'Product Viewed'", lapse_after: 60 days}
  decision: {enter: "event = 'Cart Viewed'", goal: "event = 'Order Completed'", lapse_after: 14 days}
  retention: {enter: "event = 'Order Completed'", goal: repeat, lapse_after: 180 days}
  advocacy: {enter: "event = 'Referral Sent'", after: decision, lapse_after: 365 days}
"""
# What an event is evidence of, as the rules above would say, and how often it happens.
KINDS = {
    1 << (bits.ENTER + 0): 0.45,
    1 << (bits.ENTER + 1): 0.25,
    1 << (bits.ENTER + 2): 0.07,
    1 << (bits.GOAL + 2) | 1 << (bits.ENTER + 3) | 1 << (bits.GOAL + 3): 0.03,
    1 << (bits.ENTER + 4): 0.01,
    0: 0.19,
}


def events(count: int) -> tuple[Batch, int]:
    """A batch of `count` events in no order, and how many customers it has."""
    chance = np.random.default_rng(1802)
    customers = max(1, count // PER_CUSTOMER)
    customer = chance.integers(0, customers, count)
    first = chance.integers(0, SPAN, customers)
    ts = BEGAN + np.minimum(first[customer] + chance.exponential(20 * DAY, count).astype(np.int64), SPAN)
    kind = np.array(list(KINDS), np.int64)[chance.choice(len(KINDS), count, p=list(KINDS.values()))]
    by = np.where(chance.random(count) < 0.1, np.int64(bits.BY_BUSINESS), np.int64(bits.BY_CUSTOMER))
    waits = np.where(chance.random(count) < 0.01, ts + 72 * HOUR, NEVER)
    return Batch(
        customer=customer,
        arrival=np.arange(count),
        ts=ts,
        touchpoint=chance.integers(-1, 30, count).astype(np.int16),
        channel=chance.integers(0, 8, count).astype(np.int16),
        evidence=kind | by,
        value=np.zeros(count, np.int64),
        event=np.arange(count),
        waits_until=waits,
    ), customers


def median(work: Callable[[], object]) -> float:
    """Seconds, the middle of the runs after one that is not counted."""
    work()
    took = []
    for _ in range(RUNS):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("millions", nargs="*", type=float, default=[1.0, 10.0])
    cores = os.cpu_count() or 1
    print(f"{platform.machine()}, {cores} cores, load {os.getloadavg()[0]:.1f}; {platform.platform()}")
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, Numba {numba.__version__}")
    print(f"medians of {RUNS}\n")
    print(f"{'events':>12}  {'':28}{'seconds':>9}{'events a second':>18}")
    journey = read_journey(JOURNEY)
    plan = plan_for(journey, {stage.id: BEGAN + SPAN for stage in journey.stages})
    for millions in parser.parse_args().millions:
        count = round(millions * 1e6)
        batch, customers = events(count)
        trails = build_trails(batch, customers)
        steps: dict[str, Callable[[], object]] = {
            "build trails": partial(build_trails, batch, customers),
            "place, 1 thread": partial(place, trails, plan, threads=1),
            f"place, {cores} threads": partial(place, trails, plan, threads=cores),
        }
        for name, work in steps.items():
            seconds = median(work)
            print(f"{count:>12,}  {name:28}{seconds:>9.3f}{count / seconds:>18,.0f}", flush=True)
        print(f"{'':14}{customers:,} customers, {len(place(trails, plan).customer):,} visits")


if __name__ == "__main__":
    main()
