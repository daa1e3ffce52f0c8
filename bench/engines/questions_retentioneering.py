"""Retentioneering asked those questions of questions.py that it knows, over its own event stream in memory.

python questions_retentioneering.py memory FOLDER_OF_PARQUET FOLDER_TO_WORK_IN RUNS
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

os.environ["RETENTIONEERING_NO_TRACK"] = "1"  # it would report each call to its makers

import pandas as pd
import pyarrow.dataset as ds
import retentioneering as rete
from questions import SESSION, STEPS, ask, of_transitions
from worker import Report

CANNOT = {
    "funnel": "knows no window",
    "best funnel": "knows no window",
    "paths": "no exact paths; timed is its Sankey diagram of the same sessions, without its drawing",
    "attribution": "not there",
    "retention": "not there",
    "friction": "not there",
}


def stream_of(data: str) -> rete.Eventstream:
    columns = ["customer", "ts", "touchpoint", "event"]
    files = [str(path) for path in sorted(Path(data).glob("*.parquet"))]
    rows = (
        ds.dataset(files)
        .to_table(columns=columns)
        .sort_by([(c, "ascending") for c in ("customer", "ts", "event")])
    )
    frame = pd.DataFrame(
        {
            "user_id": rows["customer"].to_numpy(),
            "event": pd.Categorical.from_codes(
                rows["touchpoint"].to_numpy(), [f"t{i:02}" for i in range(60)]
            ),
            "timestamp": pd.to_datetime(rows["ts"].to_numpy(), unit="us"),
        }
    )
    return rete.Eventstream(frame)


def transitions(stream: rete.Eventstream) -> object:
    """Counts, and medians: those in whole seconds, so only the counts are compared."""
    counts = stream.transition_graph_data(edge_weight="count")
    waits = stream.transition_graph_data(edge_weight="time_median")
    names = sorted(name for name in counts.index if name.startswith("t"))
    found = counts.loc[names, names].to_numpy()
    if waits.shape != counts.shape:
        raise AssertionError("counts and waits of different steps")
    rows = [
        (int(names[i][1:]), int(names[j][1:]), int(found[i, j]))
        for i, j in zip(*found.nonzero(), strict=True)
    ]
    return of_transitions(rows, waits=False)


def flows(stream: rete.Eventstream) -> object:
    sessions = stream.split_sessions(timeout=f"{SESSION // 1_000_000}s")
    return {"steps": int(sessions.step_sankey_data(max_steps=STEPS, path_col="session_id").shape[1])}


def main() -> None:
    data, runs = sys.argv[2], int(sys.argv[4])
    report = Report(versions={"Retentioneering": rete.__version__})
    stream = stream_of(data)
    ways: dict[str, list[Callable[[], object]]] = {
        "transitions": [lambda: transitions(stream)],
        "paths": [lambda: flows(stream)],
    }
    ask(report, ways, runs)
    report.answers.pop("paths", None)
    report.notes["cannot"] = CANNOT
    report.say()


if __name__ == "__main__":
    main()
