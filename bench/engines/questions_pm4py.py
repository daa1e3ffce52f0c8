"""PM4Py asked those questions of questions.py that it knows, over an event log in memory (a pandas frame).

python questions_pm4py.py memory FOLDER_OF_PARQUET FOLDER_TO_WORK_IN RUNS
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pm4py
import pyarrow.dataset as ds
from questions import ask, of_transitions
from worker import Report

CANNOT = dict.fromkeys(("funnel", "best funnel", "attribution", "retention", "friction"), "not there")
CANNOT |= dict.fromkeys(("paths", "long paths"), "knows no sessions; its variants are of whole trails")


def log_of(data: str) -> pd.DataFrame:
    columns = ["customer", "ts", "touchpoint", "event"]
    files = [str(path) for path in sorted(Path(data).glob("*.parquet"))]
    rows = (
        ds.dataset(files)
        .to_table(columns=columns)
        .sort_by([(c, "ascending") for c in ("customer", "ts", "event")])
    )
    return pd.DataFrame(
        {
            "case:concept:name": pd.Series(rows["customer"].to_numpy()).map("{:09}".format),
            "concept:name": pd.Series(rows["touchpoint"].to_numpy()).map("t{:02}".format),
            "time:timestamp": pd.to_datetime(rows["ts"].to_numpy(), unit="us", utc=True),
        }
    )


def transitions(log: pd.DataFrame) -> object:
    """Counts, and medians: those are of an even number the mean of two, so only counts are compared."""
    counts, _, _ = pm4py.discover_dfg(log)
    waits, _, _ = pm4py.discover_performance_dfg(log, perf_aggregation_key="median")
    if set(waits) != set(counts):
        raise AssertionError("counts and waits of different steps")
    rows = sorted((int(a[1:]), int(b[1:]), int(n)) for (a, b), n in counts.items())
    return of_transitions(rows, waits=False)


def main() -> None:
    data, runs = sys.argv[2], int(sys.argv[4])
    report = Report(versions={"PM4Py": pm4py.__version__})
    log = log_of(data)
    ask(report, {"transitions": [lambda: transitions(log)]}, runs)
    report.notes["cannot"] = CANNOT
    report.say()


if __name__ == "__main__":
    main()
