"""A program for tests: does things to a workspace in children of its own, and kills them at random moments.

Usage: python killed.py FOLDER SEED ROUNDS. Prints one JSON object a kill: what was being done, when it was killed, and
what the workspace answers afterwards; and at the end one with every event that it holds, beside those of a workspace
that loaded the same files at once. A fork of a warm process is killed within milliseconds of its start, where a
fresh interpreter would mostly be killed while it imports.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import desirepath.app.asking
import desirepath.app.identify
import desirepath.app.load
import desirepath.app.mapping
import desirepath.app.refresh
import desirepath.identity.resolve
import desirepath.store.trail_files  # noqa: F401 - all of them: imported before the forks
from desirepath.app.workspace import Workspace
from desirepath.testing import FixedClock

Work = Callable[[Path], object]


def opened(folder: Path) -> Workspace:
    return Workspace.open(folder, clock=FixedClock(datetime(2025, 1, 1, tzinfo=UTC)))


def answers(folder: Path) -> str:
    """What is asked of the workspace, all from one reading: the stages, and that every visit has its customer."""
    with opened(folder).asking() as asking:
        counts = [
            (one.stage, one.customers, one.entered, one.succeeded, one.lapsed) for one in asking.stages()
        ]
        visits = asking.visits_table()
        customers = visits.column("customer")
        events = asking.event_words([int(n) for n in asking.trails.event[:50]])
        assert None not in customers
        assert len(asking.customer_ids) == asking.trails.customers
        assert len(events) == min(50, asking.trails.events)
    return json.dumps([counts, len(customers), len(set(customers))])


def child(work: Callable[[], object]) -> tuple[int, int]:
    """Start work in a fork; its process id, and a pipe with what it answers or what went wrong."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return pid, reading
    try:
        said = str(work())
    except BaseException as error:  # told to the parent
        said = f"{type(error).__name__}: {error}"
    os.write(writing, said.encode())
    os._exit(0)


def heard(pid: int, reading: int) -> str:
    said = b""
    while piece := os.read(reading, 65536):
        said += piece
    os.close(reading)
    os.waitpid(pid, 0)
    return said.decode()


def grow(folder: Path, number: int) -> None:
    with (folder / "orders.csv").open("a", encoding="utf-8") as file:
        file.write(f"late{number},2024-09-{number % 28 + 1:02d},c{number}@mail.example,7.00\n")


def loads(folder: Path) -> object:
    return opened(folder).load().events


def refreshes(folder: Path) -> object:
    return opened(folder).refresh(force=True)


def decides(folder: Path) -> object:
    return opened(folder).keep_apart("anonymous_id:d0", "email:c0@mail.example")


def takes_back(folder: Path) -> object:
    return opened(folder).keep_apart("anonymous_id:d0", "email:c0@mail.example", withdraw=True)


def undoes(folder: Path, load: int) -> object:
    return opened(folder).undo_load(load).numbers


def last_load(folder: Path) -> int:
    """The latest load that holds; 0 where it is the only one: without it there is nothing to look at."""
    table = opened(folder).loads()
    held = [row["load"] for row in table if row["undone"] is None and row["finished"] is not None]
    return int(max(held)) if len(held) > 1 else 0


def every_event(folder: Path) -> list[list[str]]:
    """Every event as it came, whoever loaded it and when."""
    query = 'SELECT event, time, "id.email", "id.anonymous_id", value FROM events ORDER BY ALL'
    return [[str(value) for value in row] for row in opened(folder).sql(query, reveal=True).rows]


def draws(folder: Path) -> object:
    return opened(folder).map().write(folder / "map.md")


def main(folder: Path, seed: int, rounds: int) -> None:
    chance = random.Random(seed)
    for number in range(rounds):
        work: Work = chance.choice([loads, loads, refreshes, decides, takes_back, draws, undoes])
        load = int(heard(*child(partial(last_load, folder)))) if work is undoes else 0
        if work is undoes and not load:
            work = refreshes
        name = work.__name__
        before = heard(*child(partial(answers, folder)))
        if work is loads:
            grow(folder, number)
        if work is undoes:
            work = partial(undoes, load=load)
        pid, reading = child(partial(work, folder))
        after = chance.uniform(0.0, 0.6)
        time.sleep(after)
        os.kill(pid, signal.SIGKILL)
        heard(pid, reading)
        between = heard(*child(partial(answers, folder)))
        # What it was doing, done to its end, by a process that nobody kills.
        last = heard(*child(partial(work, folder)))
        heard(*child(lambda: opened(folder).refresh()))
        inside = sorted(path.name for path in (folder / ".desirepath").iterdir())
        builds = len(list((folder / ".desirepath" / "trails").iterdir()))
        told = {
            "work": name, "after": after, "before": before, "between": between, "last": last,
            "whole": heard(*child(partial(answers, folder))), "inside": inside, "builds": builds,
            "drafts": [path.name for path in folder.glob(".map*")],
        }  # fmt: skip
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
    loads(folder)  # what was taken back comes again
    calm = folder.with_name("calm")
    shutil.copytree(folder, calm, ignore=shutil.ignore_patterns(".desirepath"))
    loads(calm)
    sys.stdout.write(json.dumps({"shaken": every_event(folder), "calm": every_event(calm)}) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
