"""The questions of the bench: every engine gives the answers of a slow twin. How long it takes is nobody's business."""

from __future__ import annotations

import importlib.util
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from desirepath.simulate.crowd import write_crowd
from desirepath.trail.coded import CODED
from tests.twins import bench_questions as twin

ENGINES = Path(__file__).resolve().parents[2] / "bench" / "engines"
# chDB is in the bench's own environment: here it is asked where somebody installed it.
HERE = ["duckdb", "polars", *(["chdb"] if importlib.util.find_spec("chdb") else [])]
MINUTE = 60_000_000
Answers = dict[str, Any]


@pytest.fixture(scope="module", autouse=True)
def engines_on_path() -> Iterator[None]:
    sys.path.insert(0, str(ENGINES))
    yield
    sys.path.remove(str(ENGINES))


def asked(engine: str, kind: str, data: Path, work: Path) -> Answers:
    """What an engine answers, each question asked once and once more."""
    script = str(ENGINES / f"questions_{engine}.py")
    words = [[sys.executable, script, "make", str(data), str(work)]] if engine == "desirepath" else []
    for command in [*words, [sys.executable, script, kind, str(data), str(work), "1"]]:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    assert told["notes"].get("failed", {}) == {}
    answers: Answers = told["answers"]
    return answers


def trails_of(folder: Path) -> list[twin.Trail]:
    rows = pa.concat_tables(pq.read_table(path) for path in folder.glob("*.parquet"))
    rows = rows.sort_by([(name, "ascending") for name in ("customer", "ts", "event")])
    trails: dict[int, twin.Trail] = {}
    for row in rows.to_pylist():
        shown = (row["evidence"] & 31).bit_length() - 1
        event = twin.Event(row["ts"], row["touchpoint"], row["channel"], shown)
        trails.setdefault(row["customer"], []).append(event)
    return [trails[customer] for customer in sorted(trails)]


def expected(folder: Path) -> Answers:
    """The twin's answers in the shape of the engines'."""
    import questions as q

    trails = trails_of(folder)
    paths = {gap: twin.paths(trails, gap) for gap in (q.SESSION, q.LONG)}
    short, long = (q.of_paths(walked.items(), len(walked), n) for walked, n in paths.values())
    credit = [[float(orders) for orders in rule] for rule in twin.credit(trails)]
    return {
        "funnel": q.said(twin.funnel(trails)),
        "best funnel": q.said(twin.best_funnel(trails)),
        "paths": short,
        "long paths": long,
        "transitions": q.of_transitions(twin.transitions(trails)),
        "attribution": [*credit, twin.removal(trails)],
        "retention": q.of_weeks(twin.retention(trails)),
        "friction": q.said(twin.friction(trails)),
    }


def differences(found: Answers, right: Answers) -> list[str]:
    from worker import same

    return [
        f"{name}: {found[name]}, not {answer}"
        for name, answer in right.items()
        if not same(found[name], answer)
    ]


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crowd") / "data"
    write_crowd(folder, 4_000)
    return folder


def write_trails(folder: Path, trails: list[list[tuple[int, int, int, int]]], seed: int) -> None:
    """(ts, touchpoint, channel, stage or −1) by customer, in order, into two files in no order at all."""
    rows, event = [], 0
    for customer, trail in enumerate(trails):
        for ts, touchpoint, channel, stage in sorted(trail, key=lambda one: one[0]):
            rows.append(
                (customer, ts, touchpoint, channel, (1 << stage if stage >= 0 else 0) | 1 << 48, 0, event)
            )
            event += 1
    random.Random(seed).shuffle(rows)
    folder.mkdir()
    schema = pa.schema([(name, pa.from_numpy_dtype(kind)) for name, kind in CODED.items()])
    for number, part in enumerate((rows[::2], rows[1::2])):
        columns = [pa.array([row[i] for row in part], schema.field(i).type) for i in range(len(schema))]
        pq.write_table(pa.table(columns, schema), folder / f"part-{number}.parquet")


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Events exactly at the ends of windows, sessions, weeks and landmarks; many at one instant; single ones."""
    random_one, day, begin = random.Random(7), twin.DAY, 1_704_067_200_000_000
    waits = (0, 0, 1, 30 * MINUTE, 30 * MINUTE + 1, 7 * day, 7 * day + 1, 14 * day, 30 * day, day, 2 * day)
    trails = []
    for _ in range(300):
        trail, ts, steps_at = [], begin + random_one.randrange(40) * day, dict[int, int]()
        for _ in range(random_one.choice((1, 2, 3, 8, 20))):
            ts += random_one.choice(waits)
            stage = random_one.choice((-1, -1, 0, 0, 1, 2, 3, 4))
            stage = stage if steps_at.setdefault(ts, stage) == stage else -1  # no two steps at one instant
            trail.append((ts, random_one.randrange(6) * 11, random_one.randrange(8), stage))
        trails.append(trail)
    folder = tmp_path_factory.mktemp("edges") / "data"
    write_trails(folder, trails, 7)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("engine", HERE)
def test_an_engine_answers_as_the_slow_twin_does(
    engine: str, crowd: Path, edges: Path, tmp_path: Path
) -> None:
    for number, data in enumerate((crowd, edges)):
        work = tmp_path / str(number)
        work.mkdir()
        assert differences(asked(engine, "memory", data, work), expected(data)) == []


@pytest.mark.slow
def test_desirepath_answers_as_the_slow_twin_does(crowd: Path, edges: Path, tmp_path: Path) -> None:
    for number, data in enumerate((crowd, edges)):
        found = asked("desirepath", "files", data, tmp_path / str(number))
        assert differences(found, expected(data)) == []
        assert found["friction, whole"]["compared"] >= 0


def test_the_data_of_these_tests_ask_something(crowd: Path, edges: Path) -> None:
    for data in (crowd, edges):
        trails = trails_of(data)
        [came] = twin.best_funnel(trails)
        assert came[0] > came[1] > came[2] > 0
        assert sum(row[1] for row in twin.funnel(trails)) == came[0]
        assert (
            sum(map(sum, twin.credit(trails))) == 4 * sum(ordered for _, ordered in twin.journeys(trails)) > 0
        )
        assert len(twin.retention(trails)) > 10
        assert len(twin.friction(trails)) > 5
        walked, sessions = twin.paths(trails, twin.WEEK)
        assert sessions > len(walked) > 20
        assert any(number % 2 for number in walked), "some paths go on beyond the longest that is kept"


def test_answers_are_the_same_to_six_figures_and_whole_numbers_to_the_last() -> None:
    from worker import same

    assert same([[1.0, 2.0]], [[1.0 + 1e-9, 2.0]])
    assert not same([[1.0, 2.0]], [[1.001, 2.0]])
    assert not same([3, 4], [3, 5])
    assert not same([3], [3, 3])
    assert same({"counts": 1}, {"counts": 1, "waits": 2})
    assert not same({"counts": 1}, {"counts": 2, "waits": 2})


def test_a_table_of_questions_says_who_answers_what_and_how_much_longer() -> None:
    sys.path.insert(0, str(ENGINES.parent))
    try:
        import tables
    finally:
        sys.path.remove(str(ENGINES.parent))
    ours = {
        "seconds": {"funnel": 0.05, "paths": 0.02, "friction, whole": 4.0},
        "core_seconds": {"funnel": 0.1, "paths": 0.04, "friction, whole": 8.0},
        "peaks": {"friction, whole": 2 * 10**9},
        "answers": {"funnel": {"digest": "a"}, "paths": {"digest": "p"}},
        "notes": {"own memory": {"funnel": 12 * 10**6}, "one read": {"funnel": 0.01}},
    }
    duckdb = {
        "seconds": {"funnel": 0.5, "paths": 0.4},
        "answers": {"funnel": {"digest": "b"}, "paths": {"digest": "p"}},
    }
    other = {"seconds": {"paths": 0.1}, "answers": {}, "notes": {"cannot": {"funnel": "knows no window"}}}
    results = {
        "Desirepath": ours,
        "DuckDB": duckdb,
        "Other": other,
        "PM4Py": {"failed": {"why": "not installed"}},
    }
    part = {"results": results, "date": "2026-01-01", "runs": 3, "load": 0.5}
    text = "\n".join(tables.tables(10_000_000, {"questions": part}))
    assert "| seconds | Desirepath | DuckDB | Other | best other ÷ ours" in text
    assert "| funnel | 0.050 | 0.50 | – | 10.0 | 5.0 | 12 |" in text
    assert "| seconds of all cores | Desirepath | DuckDB | Other | best other ÷ ours |" in text
    assert "| funnel | 0.10 | – | – | – |" in text
    assert "| paths | 0.020 | 0.40 | 0.10 | 20.0 | – | – |" in text, (
        "what is something like it is shown, not compared"
    )
    assert "funnel: NOT EQUAL" in text
    assert "Friction as the product asks it: 4.00 s, 2,000 MB" in text
    assert "Other: funnel: knows no window." in text
    assert "PM4Py failed: not installed." in text
