"""The map as it stands on a screen and on paper, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.app import app_url, opened, sample_shop

__all__ = ["app_url", "sample_shop"]
pytestmark = pytest.mark.browser


def test_one_screen_shows_the_track_who_was_lost_and_how_it_felt(page: Page, app_url: str) -> None:
    page.set_viewport_size({"width": 1400, "height": 900})
    opened(page, app_url)
    emotion = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Emotion"))
    touchpoint = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Touchpoints"))
    for one in (
        page.get_by_role("heading", level=1),
        page.get_by_role("button", name=re.compile("fell silent")).first,
        page.get_by_role("button", name=re.compile("fell silent")).last,
        emotion,
        touchpoint.get_by_role("button").first,
    ):
        expect(one).to_be_in_viewport(ratio=1)


def test_paper_is_light_whatever_the_screen_is(page: Page, app_url: str) -> None:
    page.emulate_media(color_scheme="dark")
    opened(page, app_url)
    theme = page.locator("html")
    expect(theme).to_have_attribute("data-mantine-color-scheme", "dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(theme).to_have_attribute("data-mantine-color-scheme", "light")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(theme).to_have_attribute("data-mantine-color-scheme", "dark")
    page.emulate_media(media="print")
    expect(page.get_by_role("banner")).to_be_hidden()
    expect(page.get_by_role("rowheader", name="Emotion")).to_be_visible()


def test_a_time_with_nobody_says_from_when_there_are_data_and_leads_back(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/?since=2019-01-01&until=2019-02-01")
    expect(page.get_by_text("Nobody of those asked about entered a stage then.")).to_be_visible()
    expect(page.get_by_text(re.compile("The data reach from .* to "))).to_be_visible()
    expect(page.get_by_role("table")).to_have_count(0)
    page.get_by_role("button", name="Ask about everyone and all time").click()
    expect(page.get_by_role("rowheader", name="Emotion")).to_be_visible()
