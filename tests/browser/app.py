"""The app as a person has it: a real server on a real port, real pages, a real browser.

`from tests.browser.app import app_url, page_at` in a test's module makes these fixtures its own.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Locator, Page, expect

from desirepath.app.serving import Serving
from desirepath.web.api import create_api
from desirepath.web.pages import BUILT
from desirepath.web.server import listen
from tests.sample_shop import CLOCK, SampleShop, own_shop, sample_shop

__all__ = ["app_url", "own_shop", "sample_shop", "served"]
AXE = Path(__file__).resolve().parents[2] / "ui/node_modules/axe-core/axe.min.js"
# How long is waited for whatever should come, said here alone: a first answer waits for what is compiled once, and for
# whoever else uses the machine.
PATIENCE = 180_000  # ms
LOOKED_AT: list[Page] = []  # the pages that the fixture `page` has open


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The app on a workspace, at the address that this gives."""
    assert (BUILT / "index.html").is_file(), "the pages are not built: ./run ui"
    sock = listen("127.0.0.1", 0)
    port = sock.getsockname()[1]
    settings = uvicorn.Config(create_api(Serving(folder, CLOCK), port), log_level="warning", lifespan="on")
    server = uvicorn.Server(settings)
    thread = threading.Thread(target=server.run, args=([sock],), daemon=True)
    thread.start()
    while not server.started:
        threading.Event().wait(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        for page in LOOKED_AT:  # an open page asks on, also of a server that has ended
            if page.url.startswith(f"http://127.0.0.1:{port}"):
                page.goto("about:blank")
        server.should_exit = True
        thread.join(timeout=10)
        sock.close()


@pytest.fixture(scope="session")
def app_url(sample_shop: SampleShop) -> Iterator[str]:
    """The app on the sample shop, one server for all stories of a worker. Not to be changed: see `own_shop`."""
    with served(sample_shop.workspace.folder) as url:
        yield url


def opened(page: Page, url: str) -> Page:
    """The app's home, drawn."""
    page.goto(url)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sample shop")
    return page


def until(page: Page, check: Callable[[], bool], told: object = None) -> None:
    """Wait for what no `expect` knows, such as a file; the page goes on meanwhile. told: where it never comes."""
    over = time.monotonic() + PATIENCE / 1000
    while not check() and time.monotonic() < over:
        page.wait_for_timeout(50)
    assert check(), told


def takes_keys(one: Locator) -> None:
    """It, or something in it, has the keyboard: what opens takes it a moment after it is seen."""
    expect(one.and_(one.page.locator(":focus-within"))).to_have_count(1)


def escape(one: Locator) -> None:
    """Escape, pressed where this has the keyboard."""
    takes_keys(one)
    one.page.keyboard.press("Escape")


# Colours on their way from one theme to the other are nobody's mistake.
_STILL = """() => document.getAnimations().every(
  one => one.playState !== "running" || one.effect?.getTiming().iterations === Infinity)"""


def no_violations(page: Page, *rules: str) -> None:
    """No mistake that axe finds, in the theme that the page has now. rules: only these."""
    page.wait_for_function(_STILL)
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(AXE.read_text("utf-8"))
    options = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
    found = page.evaluate("options => axe.run(document, options)", options)
    told = [(one["id"], [node["html"][:150] for node in one["nodes"][:3]]) for one in found["violations"]]
    assert not told, told
