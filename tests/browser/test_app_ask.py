"""Asking in the app: questions open with an answer; what is asked stands in the address; mistakes say their fix."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from desirepath.app.questions import QUESTIONS
from tests.browser.app import app_url, sample_shop
from tests.browser.everywhere import still

__all__ = ["app_url", "sample_shop"]
pytestmark = pytest.mark.browser


def _answered(page: Page, url: str) -> None:
    page.goto(url)
    expect(page.locator(".headline")).to_be_visible()


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_every_question_opens_with_a_first_answer(page: Page, app_url: str, name: str) -> None:
    _answered(page, f"{app_url}/ask/{name}")
    expect(page.locator("figure.chart [role=img] canvas").first).to_be_visible()
    expect(page.locator("table.data-table").first).to_be_visible()
    expect(page.get_by_text("A first asking")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator("figure.chart [role=img]").first).to_have_attribute("aria-label", re.compile(".{21}"))


def test_questions_are_chosen_by_what_one_wants_to_know(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/ask?segment=mobile")
    page.get_by_role("link", name="Of those who started").click()
    expect(page.locator(".headline")).to_be_visible()
    expect(page).to_have_url(re.compile("/ask/retention"))
    expect(page).to_have_url(re.compile("segment=mobile"))


def test_what_is_changed_stands_in_the_address_and_reopens(page: Page, app_url: str) -> None:
    _answered(page, f"{app_url}/ask/funnel")
    page.get_by_role("button", name="Take out Payment").click()
    expect(page.get_by_role("listitem", name="Step 4: Order")).to_be_visible()
    page.get_by_label("Within: how much").fill("7")
    expect(page.locator(".headline")).to_contain_text("within 7 days")
    said = page.locator(".headline").inner_text()
    _answered(page, page.url)
    expect(page.locator(".headline")).to_have_text(said, use_inner_text=True)
    page.get_by_role("link", name="Back to the first asking").click()
    expect(page.get_by_role("listitem", name="Step 5: Order")).to_be_visible()


def test_steps_are_added_by_typing_and_moved_with_the_keyboard(page: Page, app_url: str) -> None:
    _answered(page, f"{app_url}/ask/funnel?steps=product_page&steps=order")
    field = page.get_by_role("textbox", name="Add a step").or_(
        page.get_by_role("combobox", name="Add a step")
    )
    field.click()
    page.keyboard.type("size gui")
    page.get_by_role("option", name="Size guide", exact=True).click()
    expect(page.get_by_role("listitem", name="Step 3: Size guide")).to_be_visible()
    page.get_by_role("listitem", name="Step 3: Size guide").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.get_by_role("listitem", name="Step 2: Size guide")).to_be_focused()
    expect(page).to_have_url(re.compile("steps=product_page&steps=size_guide&steps=order"))
    expect(page.locator(".headline")).to_be_visible()


def test_an_unknown_step_says_its_nearest_fix_at_the_field(unheard: Page, app_url: str) -> None:
    unheard.goto(f"{app_url}/ask/funnel?steps=product_page&steps=chekout")
    wrong = unheard.locator(".ask-builder").get_by_role("alert")
    expect(wrong).to_contain_text("chekout")
    wrong.get_by_role("button", name="Use “checkout”").click()
    expect(unheard.get_by_role("listitem", name="Step 2: Checkout")).to_be_visible()
    expect(unheard.locator(".headline")).to_contain_text("came through to Checkout")
    expect(unheard.get_by_role("alert")).to_have_count(0)


def test_an_answer_is_taken_along_as_python_command_csv_and_link(page: Page, app_url: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    _answered(page, f"{app_url}/ask/funnel")
    expected = {
        "As Python": "desirepath.Funnel(steps=",
        "As a command": "desirepath ask funnel /",
        "As CSV": "step,reached,dropped",
        "As a link": "/ask/funnel?steps=product_page&steps=cart",
    }
    for item, text in expected.items():
        page.get_by_role("button", name="Copy").click()
        page.get_by_role("menuitem", name=item).click()
        page.wait_for_function(
            "async (text) => (await navigator.clipboard.readText()).includes(text)", arg=text
        )


def test_copying_works_without_the_right_to_the_clipboard(page: Page, app_url: str) -> None:
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    _answered(page, f"{app_url}/ask/retention")
    page.get_by_role("button", name="Copy").click()
    page.get_by_role("menuitem", name="As Python").click()
    expect(page.get_by_text("Copied")).to_be_visible()


def test_a_mark_of_the_chart_opens_its_customers(page: Page, app_url: str) -> None:
    page.emulate_media(reduced_motion="reduce")  # the bars stand where they belong, and do not grow there
    _answered(page, f"{app_url}/ask/funnel")
    canvas = page.locator("figure.chart canvas").first
    expect(canvas).to_be_visible()
    still(page)
    box = canvas.bounding_box()
    assert box is not None
    canvas.click(position={"x": box["width"] * 0.25, "y": box["height"] * 0.27})
    expect(page.get_by_role("dialog")).to_contain_text("customers")


def test_how_it_is_counted_is_a_page_away(page: Page, app_url: str) -> None:
    _answered(page, f"{app_url}/ask/funnel")
    page.get_by_role("button", name="How it is counted").click()
    expect(
        page.get_by_role("dialog").get_by_role("heading", name="How others count", exact=True)
    ).to_be_visible()


def test_a_long_answer_says_how_far_it_is_and_can_be_stopped(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/ask/groups?into=9")
    stop = page.get_by_role("button", name="Stop")
    stop.click()
    expect(page.get_by_text("Stopped.")).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".headline")).to_be_visible()
