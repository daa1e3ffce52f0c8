"""Every page, narrow and wide, in both themes: nothing scrolls sideways, and axe finds nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.app import app_url, no_violations, sample_shop
from tests.browser.everywhere import NARROW, VIEWS, WIDE, drawn, fits, in_theme, somebody

__all__ = ["app_url", "sample_shop", "somebody"]
pytestmark = pytest.mark.browser
# What is pressed, on which page, and what then is there.
OPENED = {
    "who": ("map", "Who", "menuitem"),
    "when": ("map", "When", "dialog"),
    "against": ("map", "Against", "dialog"),
    "export": ("map", "Export", "dialog"),
    "copy": ("ask_funnel", "Copy", "menuitem"),
    "contract": ("ask_funnel", "How it is counted", "dialog"),
    "save": ("paths", "Save as a segment", "dialog"),
}


# What a theme changes are colours.
COLOURS = ("color-contrast", "link-in-text-block")


def both_themes(page: Page) -> None:
    in_theme(page, "light")
    no_violations(page)
    in_theme(page, "dark")
    no_violations(page, *COLOURS)


@pytest.mark.parametrize("name", VIEWS)
def test_a_page(page: Page, app_url: str, somebody: str, name: str) -> None:
    page.set_viewport_size({"width": NARROW, "height": 740})
    drawn(page, app_url, VIEWS[name], somebody)
    fits(page)
    no_violations(page)
    page.set_viewport_size({"width": WIDE, "height": 1000})
    fits(page)
    both_themes(page)


@pytest.mark.parametrize("name", OPENED)
def test_what_opens_on_a_page(page: Page, app_url: str, name: str) -> None:
    where, pressed, opened = OPENED[name]
    page.set_viewport_size({"width": WIDE, "height": 1000})
    drawn(page, app_url, VIEWS[where])
    page.get_by_role("button", name=pressed).first.click()
    expect(page.get_by_role(opened).first).to_be_visible()  # type: ignore[arg-type]  # a role
    both_themes(page)
