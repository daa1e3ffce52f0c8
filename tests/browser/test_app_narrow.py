"""On a phone: every page is reached, what opens stays in sight, and without data it is said how to begin."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.app import app_url, escape, no_violations, sample_shop, served
from tests.browser.everywhere import NARROW, VIEWS, drawn, fits

__all__ = ["app_url", "sample_shop"]
pytestmark = pytest.mark.browser


@pytest.fixture
def phone(page: Page) -> Page:
    """A window as narrow as a small phone's."""
    page.set_viewport_size({"width": NARROW, "height": 740})
    return page


def test_every_page_is_reached_from_every_other(phone: Page, app_url: str) -> None:
    drawn(phone, app_url, VIEWS["map"])
    links = phone.get_by_role("navigation", name="Pages").get_by_role("link")
    expect(links).to_have_count(8)
    for one in links.all():
        name = one.inner_text()
        one.click()  # it scrolls into sight
        expect(one).to_have_attribute("aria-current", "page")
        expect(one).to_be_in_viewport(ratio=0.9)
        expect(phone).to_have_title(f"{name} · Sample shop")
        expect(phone.get_by_role("heading", level=1).first).to_be_visible()
        fits(phone)


def test_of_whom_and_of_when_is_chosen(phone: Page, app_url: str) -> None:
    drawn(phone, app_url, VIEWS["stages"])
    for name in ("Who", "When"):
        phone.get_by_role("button", name=name).click()
        opened = phone.get_by_role("menu").or_(phone.get_by_role("dialog")).first
        expect(opened).to_be_visible()
        box = opened.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= NARROW
        fits(phone)
        escape(opened)
        expect(opened).to_have_count(0)


def test_an_empty_workspace_fits_and_says_how_to_begin(phone: Page, tmp_path: Path) -> None:
    (tmp_path / "bakery").mkdir()
    with served(tmp_path / "bakery") as url:
        for path in (
            "/",
            *(view.path for name, view in VIEWS.items() if name in ("today", "paths", "segments")),
        ):
            phone.goto(url + path)
            expect(phone).to_have_url(f"{url}/data")
            expect(phone.get_by_role("heading", level=1)).to_have_text("Bring your data, get the journey")
            expect(phone.get_by_role("button", name="Choose files")).to_be_in_viewport()
            fits(phone)
        no_violations(phone)
