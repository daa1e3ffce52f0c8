"""Numbers and dates are the reader's, in the library's sentences too; times are the journey's, wherever one reads."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.app import PATIENCE, app_url, sample_shop
from tests.browser.everywhere import VIEWS, drawn
from tests.browser.late import made_late

__all__ = ["app_url", "sample_shop"]

# 4,897 or 12.4 or 2025-12-22 or AUD 39 or 22 Dec 2025.
ENGLISH = re.compile(
    r"\d,\d{3}(?!\d)|(?<![\d.])\d+\.\d{1,2}(?![\d.])|\d{4}-\d\d-\d\d|\bAUD\s\d|\d\s(?:[A-Z][a-z]{2})\s20\d\d"
)


@pytest.fixture(scope="module")
def german(browser: Browser) -> Iterator[Page]:
    """The window of somebody who reads German, in New York."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, locale="de-DE", timezone_id="America/New_York"
    )
    context.set_default_timeout(PATIENCE)
    made_late(context)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("name", ["map", "today", "paths", "ask_funnel", "ask_friction", "data_loads"])
def test_no_number_and_no_date_is_written_as_elsewhere(german: Page, app_url: str, name: str) -> None:
    text = drawn(german, app_url, VIEWS[name]).locator("main").inner_text()
    assert re.search(r"\d\.\d{3}(?!\d)|\d,\d", text)  # there are numbers to be written
    found = [line for line in text.splitlines() if ENGLISH.search(line)]
    assert not found


def test_times_are_of_the_journeys_zone(german: Page, app_url: str) -> None:
    load = german.request.get(f"{app_url}/api/v1/loads").json()[0]
    there, here = (
        german.evaluate(
            "([when, timeZone]) => new Date(when).toLocaleString(undefined, "
            "{ dateStyle: 'medium', timeStyle: 'short', timeZone })",
            [load["when"], zone],
        )
        for zone in ("Australia/Sydney", "America/New_York")
    )
    assert there != here
    expect(drawn(german, app_url, VIEWS["data_loads"]).get_by_role("cell", name=there)).to_be_visible()
