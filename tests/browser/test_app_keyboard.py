"""By keyboard alone: skipped to the page, gone from page to page, evidence opened and closed, Who changed, a customer.

No story here touches a mouse. That whatever has the keyboard shows it and is in sight: test_app_axe.py, on every page.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.app import app_url, escape, sample_shop, takes_keys
from tests.browser.everywhere import VIEWS, WIDE, drawn

__all__ = ["app_url", "sample_shop"]
pytestmark = pytest.mark.browser
MOST = 150  # stops of the keyboard until something is reached


@pytest.fixture
def desk(page: Page) -> Page:
    """A window on a desk."""
    page.set_viewport_size({"width": WIDE, "height": 900})
    return page


def tab_to(page: Page, wanted: Locator) -> None:
    """Tab until it has the keyboard."""
    for _ in range(MOST):
        page.keyboard.press("Tab")
        if wanted.evaluate("one => one === document.activeElement"):
            return
    pytest.fail(f"{wanted} is not reached in {MOST} stops")


def choose(page: Page, item: Locator) -> None:
    """Arrow down an opened menu to this item, and choose it. (A menu gives the keyboard to its first item.)"""
    takes_keys(page.get_by_role("menu"))
    for _ in range(MOST):
        if item.evaluate("one => one === document.activeElement"):
            page.keyboard.press("Enter")
            return
        page.keyboard.press("ArrowDown")
    pytest.fail(f"{item} is not reached in {MOST} presses")


def test_the_whole_way_from_home_to_a_customer(desk: Page, app_url: str) -> None:
    drawn(desk, app_url, VIEWS["map"])

    # The first stop skips to the page; it is seen once it has the keyboard.
    skip = desk.get_by_role("link", name="Skip to the page")
    desk.keyboard.press("Tab")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    desk.keyboard.press("Enter")
    expect(desk.locator("main")).to_be_focused()

    # From there, evidence is a few stops away. It keeps the keyboard, closes with Escape, and gives it back.
    friction = desk.get_by_role("button", name="Payment failed").first
    tab_to(desk, friction)
    desk.keyboard.press("Enter")
    evidence = desk.get_by_role("dialog")
    expect(evidence).to_contain_text("How this number was made")
    takes_keys(evidence)
    for _ in range(30):
        desk.keyboard.press("Tab")
        assert evidence.evaluate("one => one.contains(document.activeElement)"), (
            "the keyboard left the evidence"
        )
    desk.keyboard.press("Escape")
    expect(evidence).to_have_count(0)
    expect(friction).to_be_focused()
    expect(desk).not_to_have_url(re.compile("cell="))

    # Of whom is asked is changed in the head, and the keyboard is where it was.
    who = desk.locator("header").get_by_role("button", name="Who")
    for _ in range(MOST):
        desk.keyboard.press("Shift+Tab")
        if who.evaluate("one => one === document.activeElement"):
            break
    expect(who).to_be_focused()
    desk.keyboard.press("Enter")
    choose(desk, desk.get_by_role("menuitem", name="On the phone"))
    expect(who).to_contain_text("On the phone")
    expect(who).to_be_focused()
    expect(desk).to_have_url(re.compile("segment=mobile"))

    # And on to who is behind the number.
    expect(desk.get_by_role("heading", level=1)).to_contain_text("On the phone")
    tab_to(desk, friction)
    desk.keyboard.press("Enter")
    behind = desk.get_by_role("button", name="Who met it")
    expect(behind).to_be_visible()
    tab_to(desk, behind)
    desk.keyboard.press("Enter")
    customer = desk.get_by_role("dialog").get_by_role("link", name=re.compile(r"^c\w+…$")).first
    expect(customer).to_be_visible()
    tab_to(desk, customer)
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(re.compile(r"/customers/\w+"))
    expect(desk.get_by_role("heading", name="Timeline")).to_be_visible()
    expect(desk).to_have_url(re.compile("segment=mobile"))


def test_from_page_to_page(desk: Page, app_url: str) -> None:
    drawn(desk, app_url, VIEWS["map"])
    for name, title in (
        ("Today", "What matters now"),
        ("Stages", "Stages"),
        ("Data", "Data"),
        ("Ask", "What do you want"),
    ):
        link = desk.get_by_role("navigation", name="Pages").get_by_role("link", name=name, exact=True)
        desk.keyboard.press("Control+Home")
        desk.locator("body").evaluate("() => document.activeElement.blur()")
        tab_to(desk, link)
        desk.keyboard.press("Enter")
        expect(desk.get_by_role("heading", level=1)).to_contain_text(title)
        # Who listens is told that the page is another one, and reads on from its beginning.
        expect(desk.locator("main")).to_be_focused()


def test_a_question_is_asked_and_who_is_behind_its_answer_is_read(desk: Page, app_url: str) -> None:
    drawn(desk, app_url, VIEWS["ask"])
    tab_to(desk, desk.get_by_role("link", name=re.compile("How many go through these steps")))
    desk.keyboard.press("Enter")
    expect(desk.locator(".headline")).to_be_visible()
    behind = desk.get_by_role("button", name="Who is behind it")
    tab_to(desk, behind)
    desk.keyboard.press("Enter")
    items = desk.get_by_role("menuitem")
    expect(items.first).to_be_focused()
    # Round to the last, which scrolls the page: the menu stays.
    desk.keyboard.press("ArrowUp")
    expect(items.last).to_be_focused()
    desk.keyboard.press("ArrowDown")
    choose(desk, items.first)
    listed = desk.get_by_role("dialog")
    expect(listed.get_by_role("link", name=re.compile(r"^c\w+…$")).first).to_be_visible()
    escape(listed)
    expect(listed).to_have_count(0)
    expect(behind).to_be_focused()
