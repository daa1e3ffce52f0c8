"""The directly-follows graph, its waits and the short variants of the loan log, as PM4Py 2.7.23.11 counts them.

    uv venv oracle && uv pip install --python oracle/bin/python pm4py==2.7.23.11
    DESIREPATH_DATA=… oracle/bin/python tests/golden/oracles/pm4py/make.py

PM4Py (AGPL) is no dependency of Desirepath and none of its code is here; the log is not, either: only counts are.
"""
# ruff: noqa: T201

import gzip
import json
import os
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path

import pm4py

HERE = Path(__file__).parent
LOG = Path(os.environ["DESIREPATH_DATA"]) / "loan-applications" / "bpic2012.xes.gz"
SHORT = 12  # steps: what Desirepath keeps of a path


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "log.xes"
        with gzip.open(LOG) as packed, plain.open("wb") as file:
            shutil.copyfileobj(packed, file)
        log = pm4py.read_xes(str(plain))
    edges, starts, ends = pm4py.discover_dfg(log)
    waits, _, _ = pm4py.discover_performance_dfg(log, perf_aggregation_key="median")
    variants = pm4py.get_variants(log)
    counted = {steps: n if isinstance(n, int) else len(n) for steps, n in variants.items()}
    facts = {
        "made_by": {"pm4py": version("pm4py")},
        "command": "tests/golden/oracles/pm4py/make.py",
        "log": "BPI Challenge 2012",
        "edges": sorted([a, b, int(n)] for (a, b), n in edges.items()),
        "starts": {k: int(n) for k, n in sorted(starts.items())},
        "ends": {k: int(n) for k, n in sorted(ends.items())},
        # Of an even number of waits PM4Py takes the middle of two; of an odd one there is no such choice.
        "odd_median_seconds": sorted(
            [a, b, _number(told)] for (a, b), told in waits.items() if edges[a, b] % 2
        ),
        "variants": len(counted),
        "short_variants": sorted([n, *steps] for steps, n in counted.items() if len(steps) <= SHORT),
    }
    (HERE / "loans.json").write_text(json.dumps(facts, separators=(", ", ": ")) + "\n")
    print(len(facts["edges"]), len(facts["short_variants"]), facts["variants"])


def _number(told: object) -> float:
    return float(told["median"] if isinstance(told, dict) else told)  # type: ignore[arg-type]  # either, by version


if __name__ == "__main__":
    main()
