"""The frame of the app: its pages, its keyboard, its themes, its addresses."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.app import app_url, sample_shop

__all__ = ["app_url", "sample_shop"]
pytestmark = pytest.mark.browser


def test_home_is_the_map_and_says_what_matters(page: Page, app_url: str) -> None:
    page.goto(app_url)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sample shop")
    expect(page.get_by_text("Payment failed").first).to_be_visible()
    expect(page.get_by_role("link", name="Map", exact=True)).to_have_attribute("aria-current", "page")


def test_of_whom_is_asked_stands_in_the_address_and_is_kept_on_every_page(page: Page, app_url: str) -> None:
    page.goto(app_url)
    page.get_by_role("button", name=re.compile("^Who")).click()
    page.get_by_role("menuitem", name="On the phone").click()
    expect(page).to_have_url(re.compile("segment=mobile"))
    page.get_by_role("link", name="Ask", exact=True).click()
    expect(page).to_have_url(re.compile("segment=mobile"))
    page.go_back()
    expect(page.get_by_role("button", name=re.compile("^Who"))).to_contain_text("On the phone")


def test_a_path_that_is_no_page_leads_to_the_map(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/nowhere")
    page.get_by_role("link", name="To the map").click()
    expect(page.get_by_role("link", name="Map", exact=True)).to_have_attribute("aria-current", "page")


def test_the_first_stop_of_the_keyboard_skips_to_the_page(page: Page, app_url: str) -> None:
    page.goto(app_url)
    expect(page.get_by_role("link", name="Map", exact=True)).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
