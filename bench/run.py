"""How fast is Desirepath, beside which engines, on this machine, with the same answers? `./run bench` starts this.

In: how many events, and which measurements. Out: tables on standard output, results in .bench/results; with
--write also the tables of docs/why/speed.md. Each measurement is a process of its own; their answers are compared.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent / "engines"))  # what the engines' processes share

from tables import page, tables
from worker import same

REPO = Path(__file__).resolve().parent.parent
ENGINES = REPO / "bench" / "engines"
PAGE = REPO / "docs" / "why" / "speed.md"
SIZES = {"1m": 1_000_000, "10m": 10_000_000, "100m": 100_000_000}
OURS, PEERS = (
    "ours",
    "peers",
)  # which interpreter: that of Desirepath, that of the other engines, or a tool's own
BESIDE = {
    "Desirepath": (OURS, "desirepath_engine.py", "memory"),
    "Desirepath, in files": (OURS, "desirepath_engine.py", "files"),
    "DuckDB": (PEERS, "duckdb_engine.py", "memory"),
    "DuckDB, in a file": (PEERS, "duckdb_engine.py", "file"),
    "chDB": (PEERS, "chdb_engine.py", "file"),
    "Polars": (PEERS, "polars_engine.py", "memory"),
}
RULES = {
    "Desirepath": (OURS, "rules.py", "desirepath"),
    "DuckDB, by hand": (OURS, "rules.py", "duckdb"),
    "Polars, by hand": (PEERS, "rules_polars.py", "polars"),
}
ASKED = {
    "Desirepath": (OURS, "questions_desirepath.py", "files"),
    "DuckDB": (PEERS, "questions_duckdb.py", "memory"),
    "chDB": (PEERS, "questions_chdb.py", "file"),
    "Polars": (PEERS, "questions_polars.py", "memory"),
    "Retentioneering": ("retentioneering", "questions_retentioneering.py", "memory"),
    "PM4Py": ("pm4py", "questions_pm4py.py", "memory"),
}
# Beyond so many events a tool is only asked when it is named: it takes minutes, or all the memory.
LARGEST = {"Retentioneering": 1_000_000, "PM4Py": 1_000_000}
PARTS = ("build", "questions", "rules", "identity", "load", "answer")
Told = dict[str, dict[str, object]]


def count_of(text: str) -> int:
    """'10m', '100k' or a plain number."""
    units = {"k": 1_000, "m": 1_000_000}
    number, unit = (text[:-1], units[text[-1].lower()]) if text[-1:].lower() in units else (text, 1)
    if not number.isdigit() or int(number) == 0:
        raise argparse.ArgumentTypeError(f"{text} is no number of events: write 1m, 10m, 100m or 250000")
    return int(number) * unit


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--events", type=count_of, default=1_000_000, metavar="N", help="1m (default), 10m, 100m …"
    )
    parser.add_argument("--only", choices=PARTS, action="append", help="one of the parts; may be repeated")
    parser.add_argument(
        "--engine", choices=sorted({*BESIDE, *ASKED}), action="append",
        help="only this engine, in the parts build and questions; may be repeated",
    )  # fmt: skip
    parser.add_argument("--runs", type=int, default=5, help="processes each (5); the median counts")
    parser.add_argument(
        "--asks", type=int, default=3, help="times that a process asks each question (3), after once"
    )
    parser.add_argument(
        "--patience", type=float, default=1800, metavar="SECONDS", help="how long a process may take (1800)"
    )
    parser.add_argument("--home", type=Path, default=REPO / ".bench", help="where data and results are kept")
    parser.add_argument(
        "--peers", type=Path, help="a Python with the other engines; that of HOME/peers unless said"
    )
    parser.add_argument("--write", action="store_true", help="put all results so far into docs/why/speed.md")
    asked = parser.parse_args()
    asked.peers = asked.peers or asked.home / "peers" / "bin" / "python"
    return asked


# ---- processes --------------------------------------------------------------------------------------


def told_by(python: Path, *words: object, patience: float | None = None) -> Told:
    """Run one process; what it tells, and how long it took as a whole. Its own failure is told, too."""
    if not python.is_file():
        return {"failed": {"why": "not installed"}}
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    began = time.perf_counter()
    try:
        done = subprocess.run(
            [str(python), *map(str, words)],
            capture_output=True, text=True, check=False, env=environment, timeout=patience,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return {"failed": {"why": f"not done after {patience:,.0f} s"}}
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"ended by signal {-done.returncode}"]
        return {"failed": {"why": lines[-1][:300]}}
    told: Told = json.loads(done.stdout.strip().splitlines()[-1])
    told["whole"] = {"seconds": time.perf_counter() - began}
    return told


def emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def middle(runs: list[Told]) -> Told:
    """Of several processes the medians of their numbers, and what the last one told besides."""
    failed = next((run for run in runs if "failed" in run), None)
    if failed is not None:
        return failed
    told = dict(runs[-1])
    for group in ("seconds", "core_seconds", "peaks"):
        told[group] = {
            step: statistics.median(float(run[group][step]) for run in runs)  # type: ignore[arg-type]
            for step in runs[0].get(group, {})
        }
    told["runs"] = {"n": len(runs)}
    return told


def in_turn(
    engines: dict[str, tuple[str, str, str]],
    asked: argparse.Namespace,
    data: Path | str,
    work: Path,
    keep: bool,
) -> dict[str, Told]:
    """Every engine once, then again: a machine that gets slower gets slower for all. keep: they share the folder."""
    python = {OURS: Path(sys.executable), PEERS: asked.peers}
    tools = {whose for whose, _, _ in engines.values()} - python.keys()
    python |= {whose: asked.home / whose / "bin" / "python" for whose in tools}
    heard: dict[str, list[Told]] = {name: [] for name in engines}
    for turn in range(asked.runs):
        for name, (whose, script, kind) in engines.items():
            say(f"{name}, run {turn + 1} of {asked.runs}")
            place = work if keep else emptied(work / kind)
            words = (ENGINES / script, kind, data, place, asked.asks)
            heard[name].append(told_by(python[whose], *words, patience=asked.patience))
            if not keep:
                shutil.rmtree(place, ignore_errors=True)
    return {name: middle(told) for name, told in heard.items()}


def say(text: str) -> None:
    print(f"· {text}", file=sys.stderr, flush=True)


# ---- what is measured -------------------------------------------------------------------------------


def crowd(asked: argparse.Namespace) -> Path:
    """The made events, made once."""
    folder: Path = asked.home / "data" / str(asked.events)
    if not (folder / "_truth.json").is_file():
        say(f"making {asked.events:,} events")
        shutil.rmtree(folder, ignore_errors=True)
        words = ["-m", "desirepath", "simulate", folder, "--events", asked.events, "--json"]
        subprocess.run([sys.executable, *map(str, words)], check=True, stdout=subprocess.DEVNULL)
    return folder


def measured(part: str, asked: argparse.Namespace) -> dict[str, Told]:
    """The results of one part, by engine."""
    ours = Path(sys.executable)
    work = emptied(asked.home / "work")
    try:
        if part == "build":
            engines = {name: BESIDE[name] for name in asked.engine or BESIDE if name in BESIDE}
            return in_turn(engines, asked, crowd(asked), work, keep=False)
        if part == "questions":
            named = asked.engine or [n for n in ASKED if asked.events <= LARGEST.get(n, asked.events)]
            engines = {name: ASKED[name] for name in named if name in ASKED}
            if "Desirepath" in engines:
                made = [ENGINES / "questions_desirepath.py", "make", crowd(asked), work]
                subprocess.run([sys.executable, *map(str, made)], check=True)
            return in_turn(engines, asked, crowd(asked), work, keep=True)
        if part == "rules":
            made = [ENGINES / "rules.py", "make", crowd(asked), work]
            subprocess.run([sys.executable, *map(str, made)], check=True)
            return in_turn(RULES, asked, "-", work, keep=True)
        if part == "identity":
            script = REPO / "bench" / "identity.py"
            return {"Desirepath": told_by(ours, script, asked.events / 1e6, asked.runs, "--json")}
        if part == "load":
            return {"Desirepath": told_by(ours, REPO / "bench" / "load.py", asked.events, "--json")}
        return {"Desirepath": told_by(ours, ENGINES / "first_answer.py", work, asked.runs)}
    finally:
        shutil.rmtree(work, ignore_errors=True)


def disagreements(results: dict[str, Told]) -> Iterator[str]:
    """Where two engines gave different answers to the same question."""
    first: dict[str, tuple[str, object]] = {}
    for name, told in results.items():
        for question, answer in told.get("answers", {}).items():
            other, expected = first.setdefault(question, (name, answer))
            if not same(answer, expected):
                yield f"{question}: {name} says {answer}, {other} says {expected}"


def main() -> int:
    asked = arguments()
    path = asked.home / "results" / f"{asked.events}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    wrong = []
    for part in asked.only or PARTS:
        say(f"{part}, {asked.events:,} events")
        results = measured(part, asked)
        wrong += [f"{part}: {text}" for text in disagreements(results)]
        wrong += [
            f"{part}: {name}: {told['failed']['why']}" for name, told in results.items() if "failed" in told
        ]
        kept[part] = {"results": {**kept.get(part, {}).get("results", {}), **results} if asked.engine else results,
                      "date": time.strftime("%Y-%m-%d", time.gmtime()), "runs": asked.runs,
                      "load": os.getloadavg()[0]}  # fmt: skip
        kept = {name: kept[name] for name in PARTS if name in kept}
        path.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
    print("\n".join(tables(asked.events, kept)))
    if asked.write:
        every = {int(p.stem): json.loads(p.read_text("utf-8")) for p in path.parent.glob("*.json")}
        PAGE.write_text(page(PAGE.read_text("utf-8"), every), "utf-8")
    for text in wrong:
        print(f"NOT EQUAL, or failed: {text}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
