"""How long from starting the program to the first answer? A workspace of the sample shop is loaded and placed.

    python first_answer.py FOLDER_TO_WORK_IN RUNS

Warm: the program ran before. Cold: the kernels' machine code is not there yet, as after an install that did not warm.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from worker import Report, median


def answer(shop: Path, **environment: str) -> float:
    """Seconds of one `desirepath stages`, from the start of the process to its end."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "desirepath", "stages", str(shop)],
        check=True,
        stdout=subprocess.DEVNULL,
        env=os.environ | environment,
    )
    return time.perf_counter() - began


def main() -> None:
    work, runs = Path(sys.argv[1]), int(sys.argv[2])
    report, shop = Report(), work / "shop"
    subprocess.run(
        [sys.executable, "-m", "desirepath", "demo", "-q", str(shop)], check=True, stdout=subprocess.DEVNULL
    )
    answer(shop)
    report.seconds["first answer, warm"] = median([answer(shop) for _ in range(runs)])
    with tempfile.TemporaryDirectory() as empty:
        report.seconds["first answer, cold"] = answer(shop, NUMBA_CACHE_DIR=empty)
    report.say()


if __name__ == "__main__":
    main()
