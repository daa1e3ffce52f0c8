"""The bench runs, its engines agree, and its tables say so. How long it takes is nobody's business here."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

REPO = Path(__file__).resolve().parents[2]
HERE = [name for name in ("DuckDB", "Polars", "chDB") if importlib.util.find_spec(name.lower())]


def run(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The bench of 3,000 events, with the engines that this environment has."""
    command = [sys.executable, REPO / "bench" / "run.py", "--events", "3k", "--runs", "1", "--home", home]
    command += ["--peers", sys.executable, *words]
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)


def module(name: str) -> ModuleType:
    """A file of the bench, which finds its neighbours as it does when it is run."""
    places = [str(REPO / "bench"), str(REPO / "bench" / "engines")]
    sys.path[:0] = places
    try:
        return _module(name)
    finally:
        for place in places:
            sys.path.remove(place)


def _module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, REPO / "bench" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.fixture(scope="module")
def built(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[subprocess.CompletedProcess[str], dict[str, dict[str, object]]]:
    home = tmp_path_factory.mktemp("bench")
    engines = ["Desirepath", "Desirepath, in files", *HERE]
    done = run(home, "--only", "build", *(word for name in engines for word in ("--engine", name)))
    assert done.returncode == 0, done.stderr
    return done, json.loads((home / "results" / "3000.json").read_text())["build"]["results"]


@pytest.mark.slow
def test_every_engine_gives_the_same_answers(
    built: tuple[object, dict[str, dict[str, dict[str, object]]]],
) -> None:
    results = built[1]
    assert {"Desirepath", "Desirepath, in files", "DuckDB"} <= set(results)
    for question in ("trails", "stages", "passes"):
        answers = {name: told["answers"][question] for name, told in results.items()}
        assert all(answer == answers["DuckDB"] for answer in answers.values()), answers
    (visited, advanced, *waits), *_, last = results["DuckDB"]["answers"]["stages"]  # type: ignore[misc]
    assert visited > advanced > 0
    assert waits == sorted(waits)
    assert last[1:] == [0, -1, -1, -1], "nobody advances from the last stage"
    assert results["Desirepath"]["notes"]["twin_agrees_on_visits"] == results["Desirepath"]["notes"]["visits"]


@pytest.mark.slow
def test_the_table_names_every_engine_with_its_time_and_memory(
    built: tuple[subprocess.CompletedProcess[str], object],
) -> None:
    said = built[0].stdout
    for title in ("Build: ", "Stages of one pass", "Stages of passes", "Placing by the whole contract"):
        assert f"| {title}" in said
    for name in ("Desirepath", "Desirepath, in files", *HERE):
        assert f"\n| {name} | " in said
    assert f"Answers compared and equal: trails ({2 + len(HERE)} engines)" in said
    assert "./run bench --events 3000 --only build" in said


@pytest.mark.slow
def test_generated_rules_say_what_rules_by_hand_say(tmp_path: Path) -> None:
    done = run(tmp_path, "--only", "rules")
    results = json.loads((tmp_path / "results" / "3000.json").read_text())["rules"]["results"]
    asked = {name: told["answers"]["rules"] for name, told in results.items() if "answers" in told}
    assert {"Desirepath", "DuckDB, by hand"} <= set(asked), done.stderr
    assert len({str(answer) for answer in asked.values()}) == 1, asked


def test_engines_that_disagree_are_told_and_fail_the_run() -> None:
    bench = module("run")
    results = {"A": {"answers": {"stages": [[3, 1]]}}, "B": {"answers": {"stages": [[3, 2]]}}}
    assert list(bench.disagreements(results)) == ["stages: B says [[3, 2]], A says [[3, 1]]"]
    assert list(bench.disagreements({"A": results["A"], "B": results["A"]})) == []
    assert bench.middle([{"seconds": {"x": n}} for n in (5, 1, 3)])["seconds"] == {"x": 3}
    assert "failed" in bench.middle([{"seconds": {"x": 1}}, {"failed": {"why": "no memory"}}])


def test_tables_say_where_answers_differ_and_what_failed() -> None:
    tables = module("tables")
    told = {
        "seconds": {"build": 2.0},
        "core_seconds": {"build": 3.5},
        "peaks": {"build": 10**9},
        "versions": {"X": "1"},
    }
    results = {
        "Desirepath": told | {"answers": {"trails": "a"}},
        "DuckDB": told | {"answers": {"trails": "b"}, "seconds": {"build": 8.0}},
        "Polars": {"failed": {"why": "killed"}},
    }
    part = {"results": results, "date": "2026-01-01", "runs": 3, "load": 0.5}
    text = "\n".join(tables.tables(10_000_000, {"build": part}))
    assert "| Desirepath | 2.00 | 3.50 | 1,000 | 100 | 0.25 |" in text
    assert "trails: NOT EQUAL" in text
    assert "| Polars | failed: killed" in text


def test_the_page_gets_new_tables_between_its_marks_and_nothing_else() -> None:
    tables = module("tables")
    page = (REPO / "docs" / "why" / "speed.md").read_text("utf-8")
    before, after = page[: page.index(tables.BEGIN)], page[page.index(tables.END) :]
    made = tables.page(page, {})
    assert made.startswith(before)
    assert made.endswith(after)
    with pytest.raises(ValueError, match="marks"):
        tables.page("no marks", {})


@pytest.mark.parametrize(("text", "events"), [("1m", 10**6), ("250k", 250_000), ("7", 7)])
def test_events_can_be_written_short(text: str, events: int) -> None:
    assert module("run").count_of(text) == events
