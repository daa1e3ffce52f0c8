"""What is opened: whose it is, what is in it, and where the keyboard is when it is closed again."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.app import app_url, escape, opened, sample_shop, takes_keys, until

__all__ = ["app_url", "sample_shop"]
pytestmark = pytest.mark.browser


def test_a_list_keeps_what_was_looked_for_only_for_itself_and_gives_the_keyboard_back(
    page: Page, app_url: str
) -> None:
    opened(page, app_url)
    more = page.get_by_role("button", name=re.compile("more Touchpoints · Decision$"))
    more.focus()
    page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog", name=re.compile(r"Touchpoints · Decision: all \d"))
    drawer.get_by_label("Find").fill("payment f")
    drawer.get_by_role("button", name="Payment failed").click()
    evidence = page.get_by_role("dialog", name="Touchpoints · Decision", exact=True)
    expect(evidence).to_contain_text("How this number was made")
    expect(drawer).to_have_count(0)
    escape(evidence)
    expect(drawer.get_by_label("Find")).to_have_value("payment f")
    expect(evidence).to_have_count(0)
    escape(drawer)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(more).to_be_focused()
    page.get_by_role("button", name=re.compile("more Touchpoints · Awareness$")).click()
    other = page.get_by_role("dialog", name=re.compile("Touchpoints · Awareness"))
    expect(other.get_by_label("Find")).to_have_value("")


def test_what_is_opened_on_the_other_side_is_the_other_sides(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/?segment=mobile&against=desktop&view=sides")
    right = page.get_by_role("region", name=re.compile("^Decision.*On a computer"))
    expect(right).to_be_visible()
    failed = right.get_by_role("button", name=re.compile("^Payment failed")).first
    failed.click()
    expect(page).to_have_url(re.compile("of=other"))
    page.get_by_role("button", name="Who met it").click()
    one = page.get_by_role("dialog").get_by_role("link", name=re.compile(r"^c\w+…$")).first
    expect(one).to_have_attribute("href", re.compile("segment=desktop"))
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(failed).to_be_focused()


def test_a_file_comes_though_a_stage_is_looked_at_meanwhile(page: Page, app_url: str) -> None:
    opened(page, app_url)
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as coming:
        page.get_by_role("button", name="JSON, everything").click()
        page.evaluate("window.scrollTo(0, 900)")
        page.get_by_role("columnheader", name="Decision").get_by_role("button").click()
        # A stage begins at its top, and who listens is there.
        expect(page.locator("main")).to_be_focused()
        until(page, lambda: page.evaluate("window.scrollY") == 0)
    assert coming.value.suggested_filename == "map.json"


def test_a_chart_says_what_it_shows_in_the_pages_own_looks(page: Page, app_url: str) -> None:
    opened(page, app_url)
    page.locator(".rate").first.click()
    chart = page.get_by_role("dialog").locator("figure.chart canvas").first
    chart.hover()
    # Text alone: what a chart's own tooltip brings is refused by the page's policy, which the console would tell of.
    expect(page.get_by_role("dialog").locator("figure.chart").first).to_contain_text(
        re.compile(r"Succeeded: \d")
    )


def test_an_answer_of_another_form_shows_its_own_tables_and_how_it_is_counted(
    page: Page, app_url: str
) -> None:
    page.goto(f"{app_url}/ask/paths?form=flow")
    expect(page.get_by_role("tab", name="nodes")).to_be_visible()
    page.get_by_role("radiogroup", name="Form").get_by_text("tree").click()
    expect(page.get_by_role("region", name=re.compile("^branches"))).to_be_visible()
    counted = page.get_by_role("button", name="How it is counted")
    counted.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("How it is counted")
    escape(page.get_by_role("dialog"))
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(counted).to_be_focused()


def test_when_and_against_give_the_keyboard_back_and_take_no_time_that_ends_before_it_begins(
    page: Page, app_url: str
) -> None:
    opened(page, app_url)
    when = page.get_by_role("button", name=re.compile("^When"))
    when.focus()
    page.keyboard.press("Enter")
    takes_keys(page.get_by_role("dialog"))
    page.get_by_role("dialog").get_by_role("button", name="All time").focus()
    page.keyboard.press("Enter")
    expect(when).to_be_focused()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name=re.compile("^Against")).click()
    against = page.get_by_role("dialog")
    against.get_by_label("Entered on or after").fill("2025-06-01")
    against.get_by_label("Entered before").fill("2025-05-01")
    expect(against).to_contain_text("This ends before it begins.")
    against.get_by_role("button", name="Apply").click()
    expect(page).not_to_have_url(re.compile("against"))


def test_a_link_to_a_journey_that_is_no_more_leads_on(unheard: Page, app_url: str) -> None:
    unheard.goto(f"{app_url}/?journey=nowhere")
    expect(unheard.get_by_role("alert")).to_contain_text("nowhere")
    unheard.get_by_role("link", name="To the map").click()
    expect(unheard.get_by_role("heading", level=1)).to_contain_text("Sample shop")
