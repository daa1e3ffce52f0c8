"""Every page, narrow and wide, in both themes: nothing scrolls sideways, axe finds nothing, the keyboard is seen."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.app import app_url, no_violations, sample_shop
from tests.browser.everywhere import NARROW, VIEWS, WIDE, drawn, fits, in_theme, somebody

__all__ = ["app_url", "sample_shop", "somebody"]
pytestmark = pytest.mark.browser
# What is pressed, on which page, and what then is there.
OPENED = {
    "who": ("map", "Who", "menuitem"),
    "when": ("map", "When", "dialog"),
    "against": ("map", "Against", "dialog"),
    "export": ("map", "Export", "dialog"),
    "copy": ("ask_funnel", "Copy", "menuitem"),
    "contract": ("ask_funnel", "How it is counted", "dialog"),
    "save": ("paths", "Save as a segment", "dialog"),
}


# What has the keyboard: does anything look other than without it (itself, what is around it, its label), is it in
# sight, and below the head of the page?
STOP = """() => {
  const it = document.activeElement;
  if (!it || it === document.body) return null;
  const near = [it, it.parentElement, it.parentElement?.parentElement, it.nextElementSibling, it.labels?.[0]];
  const look = () => near.filter(Boolean).map(one => {
    const style = getComputedStyle(one);
    return [style.outlineStyle, style.outlineWidth, style.boxShadow, style.top].join(" ");
  }).join(";");
  const box = it.getBoundingClientRect(), head = document.querySelector("header.top");
  const above = head && getComputedStyle(head).position === "sticky" ? head.getBoundingClientRect().bottom : 0;
  const free = it.closest("header.top, .skip, [role=dialog], [role=menu]");
  const seen = box.bottom > (free ? 0 : above - 1) && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const on = look();
  it.blur();
  const off = look();
  it.focus({preventScroll: true, focusVisible: true});
  return {html: it.outerHTML.slice(0, 160), ring: on !== off, seen};
}"""
# What a theme changes are colours.
COLOURS = ("color-contrast", "link-in-text-block")


def both_themes(page: Page) -> None:
    in_theme(page, "light")
    no_violations(page)
    in_theme(page, "dark")
    no_violations(page, *COLOURS)


def keyboard_is_seen(page: Page, fewest: int) -> None:
    """Whatever has the keyboard, stop by stop, shows it and is in sight. fewest: more stops than that."""
    page.set_viewport_size({"width": WIDE, "height": 900})
    in_theme(page, "light")
    wrong: list[dict[str, Any]] = []
    stops = 0
    while stops < 60:
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None:
            break
        stops += 1
        if not (stop["ring"] and stop["seen"]):
            wrong.append(stop)
    assert stops > fewest
    assert not wrong, wrong


@pytest.mark.parametrize("name", VIEWS)
def test_a_page(page: Page, app_url: str, somebody: str, name: str) -> None:
    page.set_viewport_size({"width": NARROW, "height": 740})
    drawn(page, app_url, VIEWS[name], somebody)
    fits(page)
    no_violations(page)
    page.set_viewport_size({"width": WIDE, "height": 1000})
    fits(page)
    both_themes(page)
    keyboard_is_seen(page, 0 if name == "map_presented" else 2)


@pytest.mark.parametrize("name", OPENED)
def test_what_opens_on_a_page(page: Page, app_url: str, name: str) -> None:
    where, pressed, opened = OPENED[name]
    page.set_viewport_size({"width": WIDE, "height": 1000})
    drawn(page, app_url, VIEWS[where])
    page.get_by_role("button", name=pressed).first.click()
    expect(page.get_by_role(opened).first).to_be_visible()  # type: ignore[arg-type]  # a role
    both_themes(page)
