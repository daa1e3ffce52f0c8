"""Every page of the app as somebody comes upon it: its address, and what is there when it is drawn.

In: a browser's page and the app's address. Out: the page, drawn: nothing waits, no error box, its own words in sight.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.app import until

NARROW, WIDE = 360, 1400
# Spinners, progress, what says that it is busy, and charts that are not drawn yet.
WAITING = "[aria-busy=true], .mantine-Loader-root, [role=progressbar], figure.chart > [role=img]:empty"

# How far the page scrolls sideways, and what reaches furthest.
WIDER = """() => [document.scrollingElement.scrollWidth - innerWidth, [...document.querySelectorAll('body *')]
  .filter(one => one.getBoundingClientRect().right > innerWidth + 1)
  .slice(-3).map(one => one.outerHTML.slice(0, 120))]"""


@dataclass(frozen=True)
class View:
    """A page. heading: of the first level; words: that it shows on the sample shop. {customer}: the id of one."""

    path: str
    heading: str
    words: tuple[str, ...] = ()


VIEWS: dict[str, View] = {
    "map": View("/", "Sample shop", ("Payment failed", "Emotion", "Opportunities")),
    "map_compared": View("/?segment=mobile&against=desktop", "Sample shop", ("What differs most",)),
    "map_cell": View("/?cell=touchpoints.decision.payment_error", "Sample shop", ("How this number was made",)),
    "map_stage": View("/?stage=decision", "Decision", ("The steps, in their usual order",)),
    "map_presented": View("/?present=3", "Sample shop", ("3 of 6",)),
    "today": View("/today", "What matters now", ("Payment failed", "customers are overdue", "successes lost")),
    "stages": View("/stages?by=traits.device", "Stages", ("Who is where, over time", "mobile")),
    "stages_one": View("/stages/decision", "Decision", ("By month of entry",)),
    "paths": View("/paths?start=product_page", "Paths", ("The commonest exact paths",)),
    "paths_graph": View("/paths?view=graph&start=cart", "Paths", ("passes took",)),
    "ask": View("/ask", "What do you want to know?", ("Which kinds of customers",)),
    "ask_funnel": View("/ask/funnel", "How many go through", ("A first asking",)),
    "ask_retention": View("/ask/retention", "how many came back", ("A first asking",)),
    "ask_friction": View("/ask/friction", "What costs customers", ("A first asking",)),
    "ask_attribution": View("/ask/attribution", "Which channels deserve", ("A first asking",)),
    "customers": View("/customers", "Customers", ("Newest",)),
    "customers_found": View("/customers?q=region:+WA", "Customers", ("these were seen last",)),
    "customers_one": View("/customers/{customer}", "a known customer", ("Timeline", "Buys within 30 days")),
    "customers_visit": View("/customers/{customer}?visit=0&tab=visits", "a known customer", ("Buys within 30 days",)),
    "customers_who": View("/customers/{customer}?tab=identity", "a known customer", ("Buys within 30 days",)),
    "customers_promises": View("/customers/{customer}?tab=promises", "a known customer", ("Buys within 30 days",)),
    "customers_list": View("/customers?question=rfm&count=slipping&sort=value", "slipping", ("behind this number",)),
    "segments": View("/segments", "Segments and personas", ("Loyal fan", "On the phone", "a customer")),
    "segments_one": View("/segments/persona/loyal_fan", "Loyal fan", ("as of",)),
    "segments_new": View("/segments/new?rule=traits.device = 'mobile'", "New segment", ("Who is meant", "Of it now")),
    "data": View("/data", "Data", ("Load what is new",)),
    "data_loads": View("/data/loads", "Data", ("1 load",)),
    "data_rejects": View("/data/rejects", "Data", ("had something that cannot be true",)),
    "data_identity": View("/data/identity", "Data", ("Identifiers, the strongest first",)),
    "data_doctor": View("/data/doctor", "Data", ("Look again",)),
    "data_rules": View("/data/rules", "Data", ("Who would move?",)),
    "nowhere": View("/nowhere", "There is no such page", ("To the map",)),
}  # fmt: skip


@pytest.fixture(scope="session")
def somebody(browser: Browser, app_url: str) -> str:
    """The id of a customer who did something."""
    context = browser.new_context()
    found = context.request.post(f"{app_url}/api/v1/customers/search", data={"text": "region: WA"}).json()
    context.close()
    return str(found["customers"][0]["id"])


def drawn(page: Page, app_url: str, view: View, customer: str = "") -> Page:
    """The page, once all of it is there."""
    page.emulate_media(reduced_motion="reduce")
    page.goto(app_url + view.path.replace("{customer}", customer))
    heading = page.get_by_role("heading", level=1).filter(has_text=re.compile(re.escape(view.heading)))
    expect(heading.first).to_be_visible()
    for words in view.words:
        expect(page.get_by_text(words).locator("visible=true").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    expect(page.locator(WAITING)).to_have_count(0)
    expect(page.get_by_role("alert")).to_have_count(0)
    return page


def fits(page: Page) -> None:
    """Nothing makes the page scroll sideways, once what follows the window's width has followed it."""
    seen: dict[str, Any] = {}

    def narrow() -> bool:
        seen["wider"], seen["furthest"] = page.evaluate(WIDER)
        return bool(seen["wider"] <= 0)

    until(page, narrow, seen)


def still(page: Page) -> None:
    """What a chart draws is on the page: two frames have gone by, and nobody asks the server anything."""
    page.wait_for_load_state("networkidle")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def in_theme(page: Page, theme: str) -> None:
    """The page in the other colours."""
    page.emulate_media(color_scheme="light" if theme == "light" else "dark")
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", theme)
