"""How long from starting the program to the first answer? A workspace of the sample shop is loaded and placed.

    python first_answer.py FOLDER_TO_WORK_IN RUNS

Nothing changed: the answer is read off the trails; the question is `desirepath ask funnel`. Changed: a rule of
journey.yaml is another, all customers are placed anew. Cold: the same where the kernels' machine code is not there yet,
as after an install that did not warm.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from worker import Report, median

FUNNEL = ("ask", "funnel", "{shop}", "product_page", "checkout", "--within", "14 days")


def answer(shop: Path, words: tuple[str, ...] = ("stages", "{shop}"), **environment: str) -> float:
    """Seconds of one `desirepath …`, from the start of the process to its end."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "desirepath", *(word.format(shop=shop) for word in words)],
        check=True,
        stdout=subprocess.DEVNULL,
        env=os.environ | environment,
    )
    return time.perf_counter() - began


def imported() -> float:
    """Seconds of a process that imports the package and ends."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import desirepath"], check=True)
    return time.perf_counter() - began


def changed(shop: Path, turn: int, **environment: str) -> float:
    """The same after the first stage lapses a day later than before."""
    path = shop / "journey.yaml"
    text = path.read_text("utf-8")
    path.write_text(
        re.sub(r"lapse_after: \d+ days", f"lapse_after: {31 + turn} days", text, count=1), "utf-8"
    )
    return answer(shop, **environment)


def main() -> None:
    work, runs = Path(sys.argv[1]), int(sys.argv[2])
    report, shop = Report(), work / "shop"
    subprocess.run(
        [sys.executable, "-m", "desirepath", "demo", "--no-app", "-q", str(shop)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    answer(shop)
    answer(shop, FUNNEL)
    report.seconds["import of the package"] = median([imported() for _ in range(runs)])
    report.seconds["first answer, nothing changed"] = median([answer(shop) for _ in range(runs)])
    report.seconds["first question, a funnel"] = median([answer(shop, FUNNEL) for _ in range(runs)])
    report.seconds["first answer after a change of journey.yaml"] = median(
        [changed(shop, i) for i in range(runs)]
    )
    with tempfile.TemporaryDirectory() as empty:
        report.seconds["the same, cold"] = changed(shop, runs, NUMBA_CACHE_DIR=empty)
    report.say()


if __name__ == "__main__":
    main()
