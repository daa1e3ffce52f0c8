"""The page of the paths: walked by clicking, on and back, as a flow and as a graph; every link opens it again."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.app import app_url, own_shop, sample_shop, served, until
from tests.sample_shop import SampleShop

__all__ = ["app_url", "own_shop", "sample_shop"]
pytestmark = pytest.mark.browser


def numbers(text: str) -> list[int]:
    """Every whole number of a text, without its separators."""
    return [int(one.replace(",", "")) for one in re.findall(r"\d[\d,]*", text)]


def walks(node: Locator) -> int:
    """How many walks a step of the flow says that it has."""
    return int(node.get_attribute("data-walks") or 0)


def at(page: Page, place: int, step: str | None = None) -> Locator:
    """The steps at a position of the flow, from 0."""
    wanted = f'.flow-node[data-place="{place}"]' + (f'[data-step="{step}"]' if step else "")
    return page.locator(wanted)


def crumbs(page: Page) -> Locator:
    return page.get_by_role("navigation", name="Where you are on the walk")


def test_a_walk_from_the_product_page_to_the_order(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/paths?step=touchpoint")
    page.get_by_role("combobox", name="Start at").click()
    page.get_by_role("option", name="Cart", exact=True).click()
    expect(at(page, 0, "cart")).to_be_visible()
    began = walks(at(page, 0, "cart"))
    for place, step in ((1, "checkout"), (2, "payment"), (3, "order")):
        node = at(page, place, step)
        expect(node).to_be_visible()
        through = walks(node)
        node.click()
        expect(at(page, place, step)).to_have_attribute("aria-current", "step")
        expect(at(page, place)).to_have_count(1)
        # Only those who went there are left, at every position before, too.
        expect(at(page, 0, "cart")).to_have_attribute("data-walks", str(through))
        assert walks(at(page, place, step)) == through <= began
    expect(crumbs(page)).to_contain_text("Order")
    until(page, lambda: page.url.count("way=") == 4)
    link = page.url
    # The link opens it again, elsewhere.
    page.goto(app_url)
    page.goto(link)
    expect(at(page, 3, "order")).to_have_attribute("aria-current", "step")
    # And a breadcrumb goes back.
    crumbs(page).get_by_role("button", name="Checkout").click()
    expect(at(page, 1, "checkout")).to_have_attribute("aria-current", "step")
    until(page, lambda: page.url.count("way=") == 2)


def test_reversed_it_says_what_led_there(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/paths?start=checkout")
    expect(at(page, 0, "checkout")).to_be_visible()
    page.get_by_text("What led here").click()
    expect(page).to_have_url(re.compile("back=yes"))
    cart = at(page, 1, "cart")
    expect(cart).to_be_visible()

    def to_the_left() -> bool:
        box, start = cart.bounding_box(), at(page, 0, "checkout").bounding_box()
        return bool(box and start and box["x"] < start["x"])

    until(page, to_the_left)
    expect(page.locator(".paths-list li").first).to_contain_text("Checkout")


def test_other_is_opened_step_by_step_and_the_sums_stay(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/paths?start=product_page&top=3")
    other = at(page, 1, "(other)")
    expect(other).to_be_visible()

    def whole() -> int:
        return sum(walks(one) for one in at(page, 1).all())

    expect(at(page, 1)).to_have_count(4)
    before, hidden = whole(), walks(other)
    other.click()
    expect(at(page, 1)).to_have_count(7)
    expect(page).to_have_url(re.compile("expand=2"))
    assert whole() == before
    assert walks(at(page, 1, "(other)")) < hidden


def test_shown_and_other_make_the_total_and_each_path_has_its_customers(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/paths?start=product_page")
    told = page.get_by_test_id("sum")
    expect(told).to_be_visible()
    shown, other, total = numbers(told.inner_text())
    assert shown + other == total
    expect(at(page, 0, "product_page")).to_have_attribute("data-walks", str(total))
    button = page.get_by_role("button", name=re.compile(r"of path 1$"))
    many = numbers(button.inner_text())[0]
    button.click()
    expect(page.get_by_role("dialog").get_by_text(f"path 1: {many:,} customers")).to_be_visible()


def test_a_loop_stands_once_with_how_often_it_was_walked(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/paths?start=product_page&list=80")
    row = page.locator(".paths-list li").filter(has=page.locator(".loop")).first
    expect(row.locator(".loop").first).to_contain_text(re.compile(r"× \d"))
    # Walked, it is the whole path, not the folded one.
    row.get_by_role("button", name=re.compile("^Walk it")).click()
    expect(page).to_have_url(re.compile("(way=.*){3}"))


def test_a_path_of_one_step_took_no_time_to_tell(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/paths")
    first = page.locator(".paths-list li").first
    expect(first).to_contain_text("one step")
    expect(first).not_to_contain_text("0 sec")


def test_before_they_lapsed_in_a_stage(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/paths")
    page.get_by_role("combobox", name="Start at").click()
    page.get_by_role("option", name="Before they lapsed in Decision").click()
    expect(page).to_have_url(re.compile("before=lapsed"))
    expect(page.get_by_role("status").first).to_contain_text("visits took")
    expect(at(page, 0, "cart")).to_be_visible()


def test_the_graph_is_walked_with_the_keyboard(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/paths?view=graph")
    cart = page.locator('.graph-node[data-step="cart"]')
    expect(cart).to_be_visible()
    cart.focus()
    page.keyboard.press("Enter")
    expect(cart).to_have_attribute("aria-current", "step")
    # Which step follows, with its chance and its wait.
    expect(page.locator(".way-label", has_text="%").first).to_be_visible()
    page.locator('.graph-node[data-step="checkout"]').focus()
    page.keyboard.press("Enter")
    expect(crumbs(page)).to_contain_text("Checkout")
    expect(page).to_have_url(re.compile("start=cart"))
    expect(page).to_have_url(re.compile("way=checkout"))
    page.get_by_text("Table", exact=True).click()
    expect(page.get_by_role("region", name="Which step follows which")).to_be_visible()


def test_a_walk_is_saved_as_a_segment(page: Page, own_shop: SampleShop) -> None:
    with served(own_shop.workspace.folder) as url:
        page.goto(f"{url}/paths?start=checkout&way=*&way=payment")
        page.get_by_role("navigation", name="Where you are on the walk").get_by_role(
            "button", name="Save as a segment"
        ).click()
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_role("status")).to_contain_text(re.compile(r"Holds of [\d,]+ of"))
        expect(dialog.locator("pre")).to_contain_text("ever(event = 'Checkout Started')")
        dialog.get_by_role("textbox", name="Name").fill("Came to pay")
        dialog.get_by_role("button", name="Save as a segment").click()
        expect(page.get_by_text("Saved: Came to pay")).to_be_visible()
        page.get_by_role("button", name="Who").click()
        expect(page.get_by_role("menuitem", name="Came to pay")).to_be_visible()
    assert "came_to_pay" in (own_shop.workspace.folder / "journey.yaml").read_text("utf-8")
