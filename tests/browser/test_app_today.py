"""Today as a person has it: from the page to the planted friction and its customers, targets, alarms, notes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.app import app_url, own_shop, sample_shop, served
from tests.sample_shop import SampleShop

__all__ = ["app_url", "own_shop", "sample_shop"]
pytestmark = pytest.mark.browser


def test_the_first_bottleneck_is_the_planted_one_and_leads_to_its_customers(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/today")
    first = page.get_by_role("region", name="Where customers get stuck").get_by_role("listitem").first
    expect(first).to_contain_text("Payment failed")
    expect(first).to_contain_text("recoverable")
    first.get_by_role("link", name=re.compile(r"\d customers")).click()
    expect(page).to_have_url(re.compile(r"/customers\?.*question=friction"))


def test_what_changed_is_only_what_is_beyond_chance_and_its_period_stands_in_the_address(
    page: Page, app_url: str
) -> None:
    page.goto(f"{app_url}/today")
    changes = page.get_by_role("region", name="What changed")
    expect(changes.get_by_text("measures differ beyond chance")).to_be_visible()
    page.get_by_text("Last 365 days").click()
    expect(page).to_have_url(re.compile("days=365"))
    expect(changes.get_by_text("measures differ beyond chance")).to_be_visible()
    changes.get_by_role("link", name="All of it").click()
    expect(page).to_have_url(re.compile(r"/ask/comparison\?.*a=period"))


def test_alarms_are_looked_for_and_lead_to_who_is_overdue(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/today")
    alarms = page.get_by_role("region", name="What needs you")
    expect(alarms.get_by_text("customers are overdue")).to_be_visible()
    alarms.get_by_role("link", name="Who is behind it").first.click()
    expect(page).to_have_url(re.compile(r"question=overdue"))


def test_a_target_is_set_and_missed_or_met_in_words(page: Page, own_shop: SampleShop) -> None:
    with served(own_shop.workspace.folder) as url:
        page.goto(f"{url}/today")
        page.get_by_role("button", name="Set a target for Decision").click()
        page.get_by_label("Target of Decision").fill("95")
        page.get_by_role("button", name="Apply").click()
        row = (
            page.get_by_role("region", name="Stages against their targets")
            .get_by_role("listitem")
            .filter(has_text="Decision")
        )
        expect(row).to_contain_text("missed")
        expect(row.locator(".share-bar")).to_have_attribute("aria-label", re.compile("target 95.0%, missed"))
    assert "decision: {rate: 95 %}" in (own_shop.workspace.folder / "journey.yaml").read_text("utf-8")


def test_a_note_is_added_drawn_changed_and_deleted(page: Page, own_shop: SampleShop) -> None:
    with served(own_shop.workspace.folder) as url:
        page.goto(f"{url}/today")
        page.get_by_role("button", name="Add a note").click()
        page.get_by_label("From").fill("2025-03-01")
        page.get_by_label("To", exact=True).fill("2025-03-14")
        page.get_by_label("In words").fill("Stories")
        page.get_by_role("button", name="Save").click()
        weeks = page.get_by_role("region", name="Customers in each stage, week by week")
        expect(weeks.get_by_role("img", name=re.compile("Mar 14, 2025: Stories"))).to_be_visible()
        page.get_by_role("button", name="Change the note: Stories").click()
        page.get_by_label("In words").fill("Paid stories")
        page.get_by_role("button", name="Save").click()
        page.get_by_role("button", name="Delete the note: Paid stories").click()
        expect(page.get_by_role("button", name="Delete the note: Paid stories")).to_have_count(0)
