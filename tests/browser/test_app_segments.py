"""Segments and personas as a person has them: built by conditions with a live count, saved, changed, deleted."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.app import app_url, own_shop, sample_shop, served
from tests.sample_shop import SampleShop

__all__ = ["app_url", "own_shop", "sample_shop"]
pytestmark = pytest.mark.browser


def live(page: Page) -> int:
    """The live count, once it has followed what was typed."""
    box = page.locator(".live")
    expect(box).to_have_attribute("aria-busy", "false")
    return int(box.locator(".live-count b").inner_text().replace(",", ""))


def choose(page: Page, name: str, option: str, place: int = 0) -> None:
    page.get_by_role("combobox", name=name).nth(place).click()
    page.get_by_role("option", name=option, exact=True).first.click()


def test_personas_have_faces_and_segments_have_shares(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/segments")
    fan = page.get_by_role("article", name="Loyal fan")
    expect(fan.get_by_text("a customer")).to_be_visible()
    expect(fan.get_by_text("Order", exact=True)).to_be_visible()
    expect(fan.locator("blockquote").first).to_be_visible()
    phone = page.get_by_role("listitem").filter(has_text="On the phone")
    expect(phone.locator(".share-bar")).to_have_attribute("aria-label", re.compile(r"On the phone: 58"))
    fan.get_by_role("link", name="Loyal fan", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Loyal fan")
    expect(page.get_by_text("as of", exact=False).first).to_be_visible()


def test_a_segment_is_built_counted_while_typing_saved_and_deleted(page: Page, own_shop: SampleShop) -> None:
    file = own_shop.workspace.folder / "journey.yaml"
    before = file.read_text("utf-8")
    with served(own_shop.workspace.folder) as url:
        page.goto(f"{url}/segments")
        page.get_by_role("link", name="New segment").click()
        choose(page, "event or touchpoint", "Order Completed")
        bought = live(page)
        assert bought > 0
        choose(page, "How often", "at least")
        page.get_by_role("textbox", name="Times").fill("2")
        expect(page.locator("code")).to_contain_text("count(event = 'Order Completed') >= 2")
        assert 0 < live(page) < bought
        page.get_by_label("Name", exact=False).first.fill("Came back")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Came back")
        after = file.read_text("utf-8")
        assert "came_back:" in after
        assert all(line in after.splitlines() for line in before.splitlines())
        page.get_by_role("link", name="All segments and personas").click()
        page.get_by_role("button", name="Delete Came back").click()
        page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
        expect(page.get_by_role("button", name="Delete Came back")).to_have_count(0)
    assert file.read_text("utf-8") == before


def test_a_mistake_stands_at_its_condition_with_the_nearest_fix(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/segments/new?rule=ever(event = 'Order Complete') and traits.device = 'mobil'")
    first = page.get_by_role("listitem").filter(has=page.get_by_role("group", name="Condition 1"))
    second = page.get_by_role("listitem").filter(has=page.get_by_role("group", name="Condition 2"))
    expect(first).to_contain_text('Did you mean "Order Completed"?')
    expect(second).to_contain_text('Did you mean "mobile"?')
    assert live(page) == 0


def test_conditions_and_the_rule_are_the_same_both_ways(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/segments/new?rule=traits.device = 'mobile'")
    expect(page.get_by_role("group", name="Condition 1")).to_be_visible()
    counted = live(page)
    page.get_by_text("Rule", exact=True).click()
    text = page.get_by_label("Rule over customers")
    expect(text).to_have_value("traits.device = 'mobile'")
    text.fill("lower(traits.device) = 'mobile'")
    expect(page.get_by_role("radio", name="Conditions")).to_be_disabled()
    assert live(page) == counted
    text.fill("traits.device in ('mobile', 'tablet')")
    expect(page.get_by_role("radio", name="Conditions")).to_be_enabled()
    page.get_by_text("Conditions", exact=True).click()
    expect(page.get_by_role("group", name="Condition 1")).to_contain_text("tablet")
    assert live(page) > counted


def test_groups_are_found_and_one_becomes_a_persona(page: Page, own_shop: SampleShop) -> None:
    with served(own_shop.workspace.folder) as url:
        page.goto(f"{url}/segments")
        page.get_by_role("button", name="Look for groups").click()
        page.get_by_role("link", name="Make it a persona").first.click()
        expect(page.get_by_role("radio", name="Persona")).to_be_checked()
        page.get_by_label("Name", exact=False).first.fill("Window shoppers")
        page.get_by_label("About").fill("They look, and do not buy.")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Window shoppers")
    assert "window_shoppers:" in (own_shop.workspace.folder / "journey.yaml").read_text("utf-8")
