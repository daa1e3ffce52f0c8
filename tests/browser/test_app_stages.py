"""The page of the stages: every outcome, by a breakdown, a stage of its own, and who is behind a number."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.app import app_url, escape, own_shop, sample_shop, served
from tests.sample_shop import SampleShop

__all__ = ["app_url", "own_shop", "sample_shop"]
pytestmark = pytest.mark.browser


def number(text: str) -> int:
    """The first number of a text, without its separators."""
    found = re.search(r"[\d,]+", text)
    assert found, text
    return int(found.group().replace(",", ""))


def test_the_outcomes_of_a_stage_add_up_to_those_who_entered(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/stages")
    row = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Decision"))
    expect(row.get_by_role("button", name=re.compile(r"^[\d,]+ entered$"))).to_be_visible()
    entered = number(row.get_by_role("button", name=re.compile(r"^[\d,]+ entered$")).inner_text())
    parts = row.locator("button.part")
    assert entered == sum(
        number((one.get_attribute("aria-label") or "").partition(":")[2]) for one in parts.all()
    )
    expect(row.get_by_text("reached the goal within 14 days")).to_be_visible()


def test_by_device_the_phone_is_behind_at_the_decision(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/stages")
    page.get_by_role("combobox", name="By").click()
    page.get_by_role("option", name="device (trait)").click()
    cells = page.get_by_role("cell")
    phone = cells.filter(has=page.get_by_role("button", name=re.compile(r"^mobile, Decision: [\d.]+%$")))
    expect(phone).to_be_visible()
    expect(page).to_have_url(re.compile("by=traits\\.device"))
    computer = cells.filter(has=page.get_by_role("button", name=re.compile(r"^desktop, Decision: [\d.]+%$")))
    span = re.compile(r"([\d.]+) – ([\d.]+)")
    of_phone, of_computer = (span.search(one.inner_text()) for one in (phone, computer))
    assert of_phone and of_computer
    # Beyond chance: the intervals do not touch.
    assert float(of_phone.group(2)) < float(of_computer.group(1))


def test_a_number_opens_its_customers_masked(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/stages/decision")
    button = page.get_by_role("button", name=re.compile(r"^[\d,]+ customers$")).first
    expect(button).to_be_visible()
    many = number(button.inner_text())
    button.click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_text(f"Decision: customers: {many:,} customers")).to_be_visible()
    expect(drawer.get_by_role("link").nth(20)).to_be_visible()
    escape(drawer)
    expect(drawer).to_be_hidden()


def test_the_list_behind_a_number_has_an_address_that_opens_it_again(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/stages?by=traits.device&segment=mobile")
    button = page.get_by_role("button", name=re.compile(r"^mobile, Decision: [\d,]+ entered$"))
    expect(button).to_be_visible()
    button.click()
    link = page.get_by_role("dialog").get_by_role("link", name="Open as a page")
    expect(link).to_be_visible()
    behind = page.get_by_role("dialog").get_by_text(re.compile("^mobile, Decision: entered: ")).inner_text()
    link.click()
    many = f"{number(behind.rpartition(':')[2]):,} customers behind this number"
    expect(page.get_by_text(many)).to_be_visible()
    expect(page.get_by_role("heading", name="Decision: entered")).to_be_visible()
    address = page.url
    assert all(
        part in address for part in ("stage=decision", "count=entered", "group=mobile", "segment=mobile")
    )
    page.goto(f"{app_url}/today")
    page.goto(address)
    expect(page.get_by_text(many)).to_be_visible()
    page.get_by_role("link", name="To the stage").click()
    expect(page).to_have_url(re.compile(r"/stages/decision\?.*by=traits\.device"))


def test_a_stage_has_its_curve_its_quartiles_and_its_cohorts(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/stages")
    page.get_by_role("link", name="Decision").click()
    expect(page).to_have_url(re.compile("/stages/decision$"))
    expect(page.get_by_role("img", name=re.compile("Of all who entered Decision"))).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("^of all who entered"))).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("^of those who succeeded"))).to_be_visible()
    cohorts = page.get_by_role("region", name="By month of entry")
    cohorts.get_by_text("Table").click()
    expect(cohorts.get_by_role("button", name=re.compile("too young")).first).to_be_visible()
    expect(page.get_by_role("heading", name="Repeat cycles")).to_be_visible()


def test_every_number_of_a_rate_opens_who_is_behind_it(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/stages/decision?by=traits.device")
    row = page.get_by_role("list").filter(has=page.locator(".stage-rate"))
    rated = row.get_by_role("button", name=re.compile(r"^n [\d,]+$"))
    expect(rated).to_be_visible()
    many = number(rated.inner_text())
    rated.click()
    drawer = page.get_by_role("dialog")
    # One customer can enter in several passes.
    found = drawer.get_by_text(re.compile(r"^Decision: known for the whole time: [\d,]+ customers"))
    expect(found).to_be_visible()
    assert number(found.inner_text().rpartition(":")[2]) <= many
    escape(drawer)
    expect(drawer).to_have_count(0)
    page.get_by_role("button", name=re.compile(r"^mobile, Decision: [\d,]+ entered$")).click()
    expect(drawer.get_by_text(re.compile("^mobile, Decision: entered: "))).to_be_visible()


def test_what_happened_outside_is_drawn_and_said(page: Page, own_shop: SampleShop) -> None:
    notes = own_shop.workspace.folder / "notes.yaml"
    notes.write_text("- {from: 2025-03-10, kind: outage, text: Checkout down}\n", encoding="utf-8")
    with served(own_shop.workspace.folder) as url:
        page.goto(f"{url}/stages")
        where = page.get_by_role("region", name="Who is where, over time")
        expect(where.get_by_role("img", name=re.compile("Checkout down"))).to_be_visible()
        page.goto(f"{url}/stages/decision")
        cohorts = page.get_by_role("region", name="By month of entry")
        expect(cohorts.get_by_role("img", name=re.compile("Checkout down"))).to_be_visible()
        page.goto(f"{url}/ask/churn")
        expect(page.get_by_role("img", name=re.compile("Checkout down")).first).to_be_visible()


def test_who_is_where_has_a_step_and_a_table(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/stages?every=month")
    where = page.get_by_role("region", name="Who is where, over time")
    expect(where.get_by_role("img")).to_be_visible()
    where.get_by_text("Table").click()
    expect(where.get_by_role("row").nth(4)).to_be_visible()
    months = where.get_by_role("row").count()
    where.get_by_text("Week", exact=True).click()
    expect(where.get_by_role("row").nth(months + 4)).to_be_visible()
    expect(page).not_to_have_url(re.compile("every"))
