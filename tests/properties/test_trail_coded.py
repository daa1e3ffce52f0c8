"""Events that are codes already become the same trails as any others, and what is no code is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desirepath.core.times import NEVER
from desirepath.trail.coded import CODED, build_coded

events = st.lists(st.tuples(st.integers(0, 3), st.sampled_from([-7, 0, 5, 10**15])), max_size=40)


def table(seen: list[tuple[int, int]]) -> dict[str, np.ndarray[tuple[int], np.dtype[np.generic]]]:
    """Rows in the order of their numbers; every column differs from row to row."""
    number = np.arange(len(seen))
    columns = {name: number * 3 + i for i, name in enumerate(CODED)}
    columns |= {
        "customer": np.array([c for c, _ in seen]),
        "ts": np.array([t for _, t in seen]),
        "event": number,
    }
    return {name: columns[name].astype(kind) for name, kind in CODED.items()}


@given(events, st.integers(1, 9), st.integers(1, 3), st.randoms(use_true_random=False))
def test_coded_events_become_trails_whatever_files_and_row_groups_they_come_in(
    tmp_path_factory: pytest.TempPathFactory,
    seen: list[tuple[int, int]],
    size: int,
    threads: int,
    chance: object,
) -> None:
    folder, columns = tmp_path_factory.mktemp("coded"), table(seen)
    rows = list(range(len(seen)))
    chance.shuffle(rows)  # type: ignore[attr-defined]
    half = len(rows) // 2
    for name, part in (("a", rows[:half]), ("b", rows[half:])):
        file = pa.table({key: column[part] for key, column in columns.items()})
        pq.write_table(file, folder / f"{name}.parquet", row_group_size=size)
    trails = build_coded(sorted(folder.iterdir()), threads=threads, customers=5)
    order = np.lexsort((columns["event"], columns["ts"], columns["customer"]))
    for name in set(CODED) - {"customer"}:
        assert getattr(trails, name).tolist() == columns[name][order].tolist()
    assert np.diff(trails.offset).tolist() == np.bincount(columns["customer"], minlength=5).tolist()
    assert set(trails.waits_until.tolist()) <= {NEVER}


def write(folder: Path, **changed: object) -> list[Path]:
    """A file of three events in which some columns are something else."""
    columns: dict[str, object] = {**table([(0, 1), (2, 2), (1, 3)])} | changed
    path = folder / "events.parquet"
    pq.write_table(pa.table(columns), path)
    return [path]


def test_the_highest_code_says_how_many_customers_there_are(tmp_path: Path) -> None:
    assert build_coded(write(tmp_path)).customers == 3


def test_no_files_make_empty_trails() -> None:
    assert (build_coded([]).customers, build_coded([]).events) == (0, 0)


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("customer", pa.array([0, -1, 1], pa.int32()), "customer's code is not in 0 … 2"),
        ("customer", pa.array([0, 3, 1], pa.int32()), "customer's code is not in 0 … 2"),
        ("customer", pa.array(["a", "b", "c"]), "column customer should be int32, it is string"),
        ("touchpoint", pa.array([1, None, 2], pa.int16()), "column touchpoint has empty fields"),
        ("value", pa.array([1, 2, 3], pa.int32()), "column value should be int64, it is int32"),
    ],
)
def test_what_is_no_code_is_refused(tmp_path: Path, name: str, values: pa.Array, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        build_coded(write(tmp_path, **{name: values}), customers=3)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    columns = table([(0, 1)])
    del columns["evidence"]
    pq.write_table(pa.table(columns), tmp_path / "events.parquet")
    with pytest.raises(ValueError, match="column evidence should be int64, it is None"):
        build_coded([tmp_path / "events.parquet"])
