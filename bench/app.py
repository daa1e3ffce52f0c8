"""How soon does the app answer, from the request to its JSON, on a workspace of millions of events?

    python bench/app.py [--events 10m] [--asks 30] [--home .bench]

A crowd (`desirepath simulate`) is written as an export that has names instead of codes, and loaded into a workspace of
its own by `desirepath load`; both are kept for the next run. Then `desirepath serve` is started, and timed until it
answers; each question is asked once, when nothing of it was ever asked, and then again and again by one client, each
time of other people: the period, the segment and the steps differ, so that no answer is one that was kept. The first
of these asks are not counted (`--warm`): they find out what a segment or a channel is, which is kept with the build.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

REPO = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(REPO / "bench")]

from run import SIZES, count_of  # noqa: E402  # found beside this file
from tables import machine  # noqa: E402  # the same

from desirepath.simulate.crowd import CHANNELS, KINDS  # noqa: E402  # after the path was set

API = "/api/v1"
PORT = 8790
SOURCES = """
sources:
  crowd:
    files: export/*.parquet
    event: {column: event}
    time: time
    identifiers: {user_id: user}
    channel: {column: channel}
    value: amount
    traits: {device: device}
    properties: [campaign]
"""
JOURNEY = """
journey: A crowd
time_zone: Europe/Berlin
currency: EUR
stages:
  awareness: {enter: "event = 'Page Viewed'", lapse_after: 30 days}
  consideration: {enter: "event = 'Product Viewed'", lapse_after: 60 days}
  decision: {enter: "event = 'Cart Viewed'", goal: "event = 'Order Completed'", lapse_after: 14 days}
  retention: {enter: "event = 'Order Completed'", goal: repeat, lapse_after: 180 days}
  advocacy: {enter: "event = 'Referral Sent' and channel in ('social', 'email', 'chat')", lapse_after: 365 days}
segments:
  mobile: "traits.device = 'mobile'"
  from_ads: "ever(channel = 'ads')"
  lookers: "count(event = 'Product Viewed') >= 2"
touchpoints:
"""
_EXPORT = """
COPY (
  SELECT make_timestamp(ts) AS time, 'u' || customer AS "user",
    {kinds}[1 + kind] AS event, {channels}[1 + channel] AS channel,
    CASE WHEN value > 0 THEN value / 100.0 END AS amount,
    ['mobile', 'desktop', 'tablet'][1 + CAST(hash(customer) % 3 AS INTEGER)] AS device,
    'c' || CAST(hash(event, 1) % 12 AS INTEGER) AS campaign
  FROM read_parquet('{path}')
) TO '{out}' (FORMAT parquet)"""

Ask = Callable[[random.Random], tuple[str, dict[str, Any] | None]]


def say(text: str) -> None:
    print(f"· {text}", file=sys.stderr, flush=True)


def desirepath(*words: object) -> list[str]:
    return [sys.executable, "-m", "desirepath", *map(str, words)]


# ---- the workspace ------------------------------------------------------------------------------------


def workspace(home: Path, events: int) -> Path:
    """A loaded workspace of so many events, made once."""
    folder = home / "app" / str(events)
    if (folder / "loaded.json").is_file():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "export").mkdir(parents=True)
    data = home / "data" / str(events)
    if not (data / "_truth.json").is_file():
        say(f"making {events:,} events")
        subprocess.run(
            desirepath("simulate", data, "--events", events, "--json"), check=True, stdout=subprocess.DEVNULL
        )
    for path in sorted(data.glob("*.parquet")):
        say(f"writing {path.name} as an export")
        kinds, channels = list(KINDS), list(CHANNELS)
        duckdb.sql(
            _EXPORT.format(kinds=kinds, channels=channels, path=path, out=folder / "export" / path.name)
        )
    points = (f"  t{i}: {{stage: awareness, when: \"event = '{kind}'\"}}" for i, kind in enumerate(KINDS))
    (folder / "journey.yaml").write_text(JOURNEY + "\n".join(points) + "\n", "utf-8")
    (folder / "sources.yaml").write_text(SOURCES, "utf-8")
    say("loading it")
    began = time.perf_counter()
    subprocess.run(desirepath("load", folder), check=True, stdout=sys.stderr)
    (folder / "loaded.json").write_text(json.dumps({"seconds": time.perf_counter() - began}), "utf-8")
    return folder


# ---- the app -------------------------------------------------------------------------------------------


@dataclass
class App:
    """A served workspace."""

    process: subprocess.Popen[bytes]
    began: float

    def get(self, path: str, body: dict[str, Any] | None = None) -> bytes:
        """What it answers, over a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", PORT)
        if body is None:
            connection.request("GET", path)
        else:
            connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        said = connection.getresponse()
        answer = said.read()
        connection.close()
        if said.status != 200:
            raise SystemExit(f"{path}: {answer.decode()[:500]}")
        return answer

    def core_seconds(self) -> float:
        """The processor's time that it has had, where the system tells it."""
        try:
            told = Path(f"/proc/{self.process.pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()
        except OSError:
            return float("nan")
        return (int(told[11]) + int(told[12])) / 100

    def memory(self) -> str:
        """The most memory that it has had, and what it has now."""
        told = Path(f"/proc/{self.process.pid}/status")
        lines = told.read_text("ascii").splitlines() if told.is_file() else []
        found = dict(line.split(":", 1) for line in lines)
        return ", ".join(
            f"{name} {int(found[name].split()[0]) / 1024:,.0f} MB" for name in ("VmHWM", "VmRSS")
        )


@contextmanager
def served(folder: Path) -> Iterator[App]:
    """The app on a workspace, as soon as its process has begun."""
    began = time.perf_counter()
    said = desirepath("serve", folder, "--no-browser", "--port", PORT)
    with subprocess.Popen(said, stdout=subprocess.DEVNULL) as process:
        try:
            yield App(process, began)
        finally:
            process.terminate()


def until(app: App, path: str) -> tuple[float, float]:
    """Seconds by the clock and of all cores from the start of the program until this is answered."""
    while True:
        try:
            app.get(path)
        except OSError:
            time.sleep(0.01)
            continue
        return time.perf_counter() - app.began, app.core_seconds()


# ---- the questions -----------------------------------------------------------------------------------------


def people(chance: random.Random) -> dict[str, Any]:
    """Of whom, and of when."""
    segment = chance.choice([None, None, "mobile", "from_ads", "lookers"])
    month, day = chance.randint(1, 6), chance.randint(1, 28)
    since = f"2024-{month:02d}-{day:02d}"
    until = f"2024-{chance.randint(7, 12):02d}-{chance.randint(1, 28):02d}"
    found = {"segment": segment, "since": since, "until": until}
    return {name: value for name, value in found.items() if value is not None}


def in_url(asked: dict[str, Any]) -> str:
    return "&".join(f"{name}={value}" for name, value in asked.items())


def stages(chance: random.Random) -> tuple[str, None]:
    return f"{API}/stages?{in_url(people(chance))}", None


def stages_by(chance: random.Random) -> tuple[str, None]:
    by = chance.choice(["segment", "channel", "traits.device"])
    return f"{API}/stages?{in_url(people(chance))}&by={by}", None


def kpis(chance: random.Random) -> tuple[str, None]:
    return f"{API}/today/kpis?{in_url(people(chance))}", None


def funnel(chance: random.Random) -> tuple[str, dict[str, Any]]:
    steps = [f"event:{kind}" for kind in chance.sample(KINDS[:6], 3)]
    return f"{API}/ask/funnel", {**people(chance), "steps": steps, "within": f"{chance.randint(5, 40)} days"}


def funnel_by(chance: random.Random) -> tuple[str, dict[str, Any]]:
    path, fields = funnel(chance)
    return path, {**fields, "by": chance.choice(["channel", "traits.device"])}


def paths(chance: random.Random) -> tuple[str, dict[str, Any]]:
    """The flow, which the page draws; the list below it is asked for beside."""
    fields = {**people(chance), "form": "flow", "top": 6}
    return f"{API}/ask/paths", {**fields, "per": "pass", "steps": chance.randint(3, 6)}


def exact_paths(chance: random.Random) -> tuple[str, dict[str, Any]]:
    return f"{API}/ask/paths", {**people(chance), "per": "pass", "steps": chance.randint(3, 6)}


def by_sessions(ask: Ask) -> Ask:
    """The same of sessions."""

    def asked(chance: random.Random) -> tuple[str, dict[str, Any] | None]:
        path, body = ask(chance)
        return path, {**(body or {}), "per": "session"}

    return asked


def transitions(chance: random.Random) -> tuple[str, dict[str, Any]]:
    return f"{API}/ask/transitions", {**people(chance), "per": "pass"}


def retention(chance: random.Random) -> tuple[str, dict[str, Any]]:
    start = chance.choice(KINDS[:4])
    return f"{API}/ask/retention", {**people(chance), "start": f"event:{start}", "every": "week"}


QUESTIONS: dict[str, Ask] = {
    "stages": stages,
    "stages, by a breakdown": stages_by,
    "today's figures": kpis,
    "funnel": funnel,
    "funnel, by a breakdown": funnel_by,
    "paths, as a flow": paths,
    "the commonest exact paths": exact_paths,
    "transitions": transitions,
    "paths by sessions, as a flow": by_sessions(paths),
    "the commonest exact paths of sessions": by_sessions(exact_paths),
    "transitions by sessions": by_sessions(transitions),
    "retention": retention,
}


@dataclass(frozen=True)
class Timed:
    """Seconds of a question: the first time, and each of the next, with those of all cores; and the answer's bytes."""

    first: float
    later: list[float]
    cores: float
    size: int


def timed(app: App, ask: Ask, asks: int, warm: int, seed: int) -> Timed:
    chance = random.Random(seed)
    took, size, before = [], 0, 0.0
    for n in range(1 + warm + asks):
        if n == 1 + warm:
            before = app.core_seconds()
        path, body = ask(chance)
        began = time.perf_counter()
        answer = app.get(path.replace(" ", "%20"), body)
        took.append(time.perf_counter() - began)
        size = max(size, len(answer))
    return Timed(took[0], sorted(took[1 + warm :]), (app.core_seconds() - before) / asks, size)


def options(told: str, timed: str, times: int, warm: int) -> argparse.ArgumentParser:
    """What can be said of a run, whatever is timed in it (asks, clicks)."""
    parser = argparse.ArgumentParser(description=told.splitlines()[0])
    parser.add_argument("--events", type=count_of, default=SIZES["10m"], metavar="N", help="10m unless said")
    parser.add_argument(f"--{timed}", type=int, default=times, help=f"how many of each are timed ({times})")
    parser.add_argument("--warm", type=int, default=warm, help=f"{timed} before that, not counted ({warm})")
    parser.add_argument("--seed", type=int, default=1802)
    parser.add_argument("--home", type=Path, default=REPO / ".bench", help="where all is kept (.bench)")
    return parser


def p95(times: list[float]) -> float:
    """Of sorted times, the one that 95 of 100 keep."""
    return times[min(len(times) - 1, int(0.95 * len(times)))]


def main() -> None:
    parser = options(__doc__, "asks", 30, 10)
    parser.add_argument(
        "--only", action="append", choices=sorted(QUESTIONS), help="only this; may be repeated"
    )
    asked = parser.parse_args()
    folder = workspace(asked.home.resolve(), asked.events)
    loaded = json.loads((folder / "loaded.json").read_text("utf-8"))["seconds"]
    print(f"Machine: {machine()}. {asked.events:,} events; loaded once in {loaded:,.0f} s.\n")
    with served(folder) as app:
        print("| from `desirepath serve` until | seconds | of all cores |\n| --- | ---: | ---: |")
        for what, path in (
            ("the page", "/"),
            ("the API", f"{API}/workspace"),
            ("data", f"{API}/workspace/data"),
        ):
            wall, cores = until(app, path)
            print(f"| {what} | {wall:.2f} | {cores:.2f} |", flush=True)
        print("\n| ms | the first time | p50 | p95 | of all cores | answer, kB |")
        print("| --- | ---: | ---: | ---: | ---: | ---: |")
        for name in asked.only or QUESTIONS:
            one = timed(app, QUESTIONS[name], asked.asks, asked.warm, asked.seed)
            shown = [one.first, statistics.median(one.later), p95(one.later), one.cores]
            ms = " | ".join(f"{1000 * seconds:,.0f}" for seconds in shown)
            print(f"| {name} | {ms} | {one.size / 1000:,.0f} |", flush=True)
        print(f"\nMemory of the server: {app.memory()}.")


if __name__ == "__main__":
    main()
