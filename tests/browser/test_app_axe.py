"""Nothing that axe finds: on every page, on what opens on them, in both themes."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.app import app_url, no_violations, sample_shop
from tests.browser.everywhere import LONG, VIEWS, WIDE, drawn, somebody

__all__ = ["app_url", "sample_shop", "somebody"]
pytestmark = pytest.mark.browser
AXE = Path(__file__).resolve().parents[2] / "ui/node_modules/axe-core/axe.min.js"
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


def both_themes(page: Page) -> None:
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme="light" if theme == "light" else "dark")
        expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", theme)
        no_violations(page, AXE)


@pytest.mark.parametrize("name", VIEWS)
def test_a_page(page: Page, app_url: str, somebody: str, name: str) -> None:
    page.set_viewport_size({"width": WIDE, "height": 1000})
    both_themes(drawn(page, app_url, VIEWS[name], somebody))


@pytest.mark.parametrize("name", OPENED)
def test_what_opens_on_a_page(page: Page, app_url: str, name: str) -> None:
    where, pressed, opened = OPENED[name]
    page.set_viewport_size({"width": WIDE, "height": 1000})
    drawn(page, app_url, VIEWS[where])
    page.get_by_role("button", name=pressed).first.click()
    expect(page.get_by_role(opened).first).to_be_visible(timeout=LONG)  # type: ignore[arg-type]  # a role
    both_themes(page)
