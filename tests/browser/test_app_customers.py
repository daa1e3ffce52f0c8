"""Customers in the app: find one, see their whole time, show personal data on purpose, ask why."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.app import app_url, sample_shop
from tests.sample_shop import SampleShop

__all__ = ["app_url", "sample_shop"]
pytestmark = pytest.mark.browser


@pytest.fixture(scope="session")
def somebody(sample_shop: SampleShop) -> tuple[str, str]:
    """(id, e-mail address) of a customer who did much."""
    with sample_shop.workspace.asking() as asking:
        rows = asking.store.rows(
            "SELECT c.id, i.value FROM customers c JOIN identifiers i USING (customer) WHERE i.kind = 'email' "
            "AND c.customer NOT IN (SELECT customer FROM excluded) AND c.events BETWEEN 60 AND 150 "
            "ORDER BY c.id LIMIT 1"
        )
    return str(rows[0][0]), str(rows[0][1])


def test_by_e_mail_to_one_customer_to_an_events_explanation(
    page: Page, app_url: str, somebody: tuple[str, str]
) -> None:
    id, mail = somebody
    page.goto(f"{app_url}/customers")
    page.get_by_role("searchbox", name="Find a customer").fill(mail)
    rows = page.get_by_role("region", name="1 customer")
    expect(rows.get_by_role("row")).to_have_count(2)
    assert mail not in page.url
    assert "reveal" not in page.url
    rows.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{id[:4]}…")
    expect(page.get_by_role("heading", name="Timeline")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="the latest first")).to_be_visible()

    # Masked: the address is nowhere in the page, in no tab.
    for tab in ("Events", "Who they are"):
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_text("•••").first).to_be_attached()
        assert mail not in page.locator("body").inner_html()

    # Shown on purpose, and never in the address of the page.
    page.get_by_role("switch", name="Show personal data").check(force=True)
    expect(page.get_by_text(mail).first).to_be_visible()
    assert "reveal" not in page.url
    page.reload()
    expect(page.get_by_role("tab", name="Who they are")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_text("•••").first).to_be_visible()
    assert mail not in page.locator("body").inner_html()

    # Why: an event says what it is evidence for, and where it was recorded.
    page.get_by_role("tab", name="Events").click()
    event = page.locator("details.line").filter(has_text="entered Retention").first
    earlier = page.locator("button:not([data-loading])", has_text="Earlier events")
    lines = page.locator("details.line")
    expect(lines.first).to_be_visible()
    while event.count() == 0:
        there = lines.count()
        earlier.click()
        expect(lines.nth(there)).to_be_attached()
    event.locator("summary").click()
    expect(event).to_contain_text("may enter Retention: event = 'Order Completed'")
    expect(event).to_contain_text("orders")


def test_a_visit_of_the_drawing_opens_its_explanation_and_its_address_opens_it_again(
    page: Page, app_url: str, somebody: tuple[str, str]
) -> None:
    page.goto(f"{app_url}/customers/{somebody[0]}")
    page.get_by_role("button", name="Explain this visit").first.press("Enter")
    expect(page.get_by_role("tab", name="Why these stages")).to_have_attribute("aria-selected", "true")
    expect(page.locator("details[open]")).to_contain_text("its first event satisfies the stage's enter rule")
    page.goto(page.url)
    expect(page.locator("details[open]")).to_contain_text("Entered")


def test_events_of_one_channel(page: Page, app_url: str, somebody: tuple[str, str]) -> None:
    page.goto(f"{app_url}/customers/{somebody[0]}")
    page.get_by_role("combobox", name="Channel").click()
    page.get_by_role("option", name="email", exact=True).click()
    expect(page).to_have_url(f"{app_url}/customers/{somebody[0]}?channel=email")
    expect(page.locator("details.line summary").first).to_contain_text("email")


def test_what_may_come_is_worked_out_while_the_page_is_read(
    page: Page, app_url: str, somebody: tuple[str, str]
) -> None:
    page.goto(f"{app_url}/customers/{somebody[0]}")
    expect(page.locator("details.line").first).to_be_visible()
    expect(page.get_by_text("Buys within 30 days")).to_be_visible()
    page.get_by_role("link", name="All customers").click()
    overdue = page.locator("section").filter(has_text="Overdue, by what is at stake")
    expect(overdue.get_by_role("listitem").first).to_be_visible()


def test_the_list_behind_a_number_has_an_address(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/customers?question=rfm&count=slipping&sort=value")
    expect(page.get_by_role("heading", level=1)).to_have_text("slipping")
    expect(page.get_by_role("status").filter(has_text="behind this number")).to_be_visible()
    page.get_by_role("link", name="To the answer").click()
    page.get_by_role("button", name="Who is behind it").click()
    page.get_by_role("menuitem", name="slipping").click()
    page.get_by_role("link", name="Open as a page").click()
    expect(page).to_have_url(f"{app_url}/customers?question=rfm&count=slipping")
    page.get_by_role("table").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Timeline")).to_be_visible()


def test_nobody_answers_and_what_can_be_searched_is_said(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/customers?q=zzzz")
    expect(page.get_by_text("Nobody answers to “zzzz”.")).to_be_visible()
    expect(page.get_by_text("Traits:")).to_contain_text("region")
