"""A browser that is late with everything, as on a machine that is busy with others.

What a test does before it may, such as asking for the dialog while the one before it is still on its way out, goes well
on a quick machine and fails on a slow one, once in a hundred runs. Here it fails at once:

    DESIREPATH_LATE=1 ./run test tests/browser

The page's timers take eight times as long (in their order: a busy machine turns none around), every answer comes up to
a second late, by chance, and the processor is a quarter as quick. The number is the seed. The stories must hold under
any.
"""

from __future__ import annotations

import os

from playwright.sync_api import BrowserContext, Page

SEED = os.environ.get("DESIREPATH_LATE")
LATE = 1000  # ms
LONGER = 8  # times
SLOWER = 4  # times

_SCRIPT = """([seed, most, longer]) => {
  let state = seed
  const late = () => {
    state = (state * 1664525 + 1013904223) % 4294967296
    return (state / 4294967296) * most
  }
  const { setTimeout, fetch } = window
  window.setTimeout = (done, ms = 0, ...rest) => setTimeout(done, Math.min(ms * longer, ms + 2 * most), ...rest)
  window.fetch = async (...asked) => {
    await new Promise((done) => setTimeout(done, late()))
    const answer = await fetch(...asked)
    await new Promise((done) => setTimeout(done, late()))
    return answer
  }
}"""


def made_late(context: BrowserContext) -> None:
    """Every page of it, if that is asked for."""
    if SEED is None:
        return
    context.add_init_script(f"({_SCRIPT})([{int(SEED)}, {LATE}, {LONGER}])")

    def slowed(page: Page) -> None:
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})

    context.on("page", slowed)
