"""The map in a real browser: what opens, by mouse and by keyboard; what fits; what goes on paper."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from desirepath.journey_map import palette
from desirepath.journey_map.build import build_map
from desirepath.journey_map.html import to_html
from desirepath.journey_map.inputs import MapInputs
from desirepath.journey_map.svg import to_svg
from tests.browser.app import until
from tests.map_hostile import HOSTILE, with_words, words_first
from tests.map_shop import inputs, with_customers

pytestmark = pytest.mark.browser

# Pairs of texts whose boxes meet, among the numbers of the track; a pixel of antialiasing is none.
OVERLAPS = """() => {
  const where = '.stage-head h2, .stage-head p, .numbers b, .numbers span, .lost .cell > span';
  const texts = [...document.querySelectorAll(where)]
    .filter(e => e.textContent.trim() && !e.children.length || e.matches('h2'));
  const boxes = texts.map(e => [e.getBoundingClientRect(), e.textContent.trim()]).filter(([b]) => b.width > 0);
  const met = [];
  for (let i = 0; i < boxes.length; i++) for (let j = i + 1; j < boxes.length; j++) {
    const [a, s] = boxes[i], [b, t] = boxes[j];
    const beside = a.right - 1 <= b.left || b.right - 1 <= a.left;
    const apart = a.bottom - 1.5 <= b.top || b.bottom - 1.5 <= a.top;
    if (!beside && !apart) met.push([s, t]);
  }
  return met;
}"""
WIDER_THAN_THE_WINDOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def put(folder: Path, made: MapInputs, theme: str = "auto") -> str:
    """Writes the map's page; its address."""
    file = folder / "map.html"
    file.write_text(to_html(build_map(made), theme), "utf-8")
    return file.as_uri()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> str:
    return put(tmp_path_factory.mktemp("shop"), inputs())


# ---- opening ---------------------------------------------------------------------------------------


def test_a_cell_opens_its_evidence_by_mouse_and_closes_again(page: Page, shop: str):
    page.goto(shop)
    card = page.locator("#map a.card", has_text="Payment, mobile")
    card.click()
    panel = page.get_by_role("dialog")
    expect(panel.get_by_role("heading", level=3)).to_have_text("Payment, mobile")
    for told in ("−23.1 points", "-like", "n 3,960", "observed", "As of", "3f9c2ab1", "Over"):
        expect(panel).to_contain_text(told.lstrip("-"))
    panel.get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(card).to_be_focused()  # the keyboard goes back to where it was


def test_a_cell_opens_its_evidence_by_keyboard_alone(page: Page, shop: str):
    page.goto(shop)
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('href')") == "#e.track.awareness.rate":
            break
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog")
    expect(panel).to_contain_text("38.9")
    expect(panel.get_by_role("img")).to_have_count(1)  # the curve
    panel.get_by_text("As a table").click()
    expect(panel.get_by_role("table").last).to_contain_text("Time since entry")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(":focus")).to_have_attribute("href", "#e.track.awareness.rate")
    expect(page).not_to_have_url(re.compile(r"#.*e\."))


def test_a_point_of_the_emotion_line_opens_what_it_rests_on(page: Page, shop: str):
    page.goto(shop)
    page.locator('#map a[aria-label^="reported: Payment"]').first.focus()
    page.keyboard.press("Enter")
    for told in ("reported", "−1.1", "n 244"):
        expect(page.get_by_role("dialog")).to_contain_text(told)


def test_from_a_stage_to_a_path_to_a_customer_to_an_event(page: Page, shop: str):
    page.goto(shop)
    page.locator("#map h2 a", has_text="Decision").click()
    expect(page.locator("#map")).to_be_hidden()
    stage = page.locator(".stage-map.open")
    expect(stage.locator("h2")).to_have_text("Decision")
    stage.locator(".paths a", has_text="Cart → Payment, mobile").first.click()
    page.get_by_role("dialog").get_by_role("link", name=re.compile("Customer c7f3")).click()
    trail = page.get_by_role("dialog")
    expect(trail).to_contain_text("event 120440")
    expect(trail).to_contain_text("29 hours later")
    assert "c7f3k2m9qx" not in page.content()
    page.go_back()
    expect(page.get_by_role("dialog")).to_contain_text("Cart → Payment, mobile")
    page.go_back()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(stage).to_be_visible()
    page.go_back()
    expect(page.locator("#map")).to_be_visible()


def test_a_link_opens_the_same_view_again(page: Page, shop: str):
    page.goto(shop)
    page.locator("#map h2 a", has_text="Retention").click()
    page.locator(".stage-map.open a.step", has_text="Parcel").click()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Dark").click()
    page.locator(".stage-map.open a.step", has_text="Parcel").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    again = page.context.new_page()
    again.goto(page.url)
    expect(again.locator(".stage-map.open h2")).to_have_text("Retention")
    expect(again.get_by_role("dialog").get_by_role("heading", level=3)).to_have_text("Parcel")
    expect(again.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_link_to_something_that_is_gone_shows_the_map(page: Page, shop: str):
    page.goto(shop + "#s.nowhere+e.nothing%GG")
    expect(page.locator("#map")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_without_scripts_the_evidence_stands_below_and_links_lead_there(browser: Browser, shop: str):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(shop)
    page.locator("#map a.card", has_text="Payment, mobile").click()
    expect(page.locator('[id="e.touchpoints.decision.payment"]')).to_be_visible()
    expect(page.locator('[id="s.decision"]')).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)  # none that does nothing
    context.close()


# ---- themes ----------------------------------------------------------------------------------------


def paper(page: Page) -> str:
    found = page.evaluate("getComputedStyle(document.body).backgroundColor")
    red, green, blue = (int(part) for part in re.findall(r"\d+", found)[:3])
    return f"#{red:02x}{green:02x}{blue:02x}"


def test_the_theme_follows_the_system_until_one_is_chosen(page: Page, shop: str):
    page.emulate_media(color_scheme="dark")
    page.goto(shop)
    until(page, lambda: paper(page) == palette.DARK["paper"])
    page.get_by_role("button", name="Light").click()
    until(page, lambda: paper(page) == palette.LIGHT["paper"])
    page.emulate_media(color_scheme="light")
    page.get_by_role("button", name="Dark").click()
    until(page, lambda: paper(page) == palette.DARK["paper"])


def test_paper_is_white_whatever_the_screen(page: Page, shop: str):
    page.goto(shop)
    page.emulate_media(color_scheme="dark", media="print")
    until(page, lambda: paper(page) == "#ffffff")


# ---- room ------------------------------------------------------------------------------------------

SIZES = ((360, 800), (768, 1024), (1024, 768), (1440, 900), (1920, 1080), (3840, 2160))


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}")
def test_nothing_is_wider_than_the_window(page: Page, shop: str, size: tuple[int, int]):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(shop)
    assert page.evaluate(WIDER_THAN_THE_WINDOW) <= 0
    assert page.evaluate(OVERLAPS) == []
    for view in (
        "#s.decision",
        "#e.track.decision.rate",
        "#e.touchpoints.decision.all-touchpoints",
        "#t.trail.decision.1",
    ):
        page.goto(shop + view)
        page.reload()
        assert page.evaluate(WIDER_THAN_THE_WINDOW) <= 0, view


JOURNEYS = {
    "two": (12, 3),
    "tiny after huge": (48_210_000, 1, 0, 1),
    "larger later": (20, 400, 90_000, 7_000_000),
    "ten": (48_210, 3, 100_000, 0, 7_412, 7_412, 90_000, 1, 20, 999_999),
    "nobody": (0, 0, 0),
}


@pytest.mark.parametrize("customers", JOURNEYS.values(), ids=JOURNEYS)
@pytest.mark.parametrize("width", [360, 1280, 1920])
def test_numbers_never_meet_whatever_the_sizes(
    page: Page, tmp_path: Path, customers: tuple[int, ...], width: int
):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(put(tmp_path, with_customers(*customers)))
    assert page.evaluate(OVERLAPS) == []
    assert page.evaluate(WIDER_THAN_THE_WINDOW) <= 0


def test_it_fits_without_inter_as_well(page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("desirepath.journey_map.html.FONT", "'DejaVu Sans', sans-serif")
    address = put(tmp_path, inputs())
    for width in (360, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(address)
        assert page.evaluate(OVERLAPS) == []
        assert page.evaluate(WIDER_THAN_THE_WINDOW) <= 0


# Those that a browser could act on, or that could burst a box; the other exports' tests take them all.
@pytest.mark.parametrize("words", [HOSTILE[n] for n in (0, 1, 3, 7, 9)], ids=range(5))
def test_hostile_words_do_nothing_and_break_nothing(page: Page, tmp_path: Path, words: str):
    page.on("dialog", lambda _: pytest.fail("a script of theirs ran"))
    page.set_viewport_size({"width": 360, "height": 800})
    for made in (with_words(inputs(), words), words_first(inputs(), words)):
        page.goto(put(tmp_path, made))
        assert page.evaluate(WIDER_THAN_THE_WINDOW) <= 0
        page.locator("#map a.card").first.click()
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("Escape")


def test_fifty_touchpoints_show_a_few_and_open_the_rest(page: Page, tmp_path: Path):
    many = inputs()
    template = many.touchpoints[4]
    more = tuple(replace(template, touchpoint=f"page_{n}", reach=1000 - n) for n in range(50))
    named = next(t for t in many.journey.touchpoints if t.id == template.touchpoint)
    journey = many.journey.model_copy(
        update={
            "touchpoints": (
                *many.journey.touchpoints,
                *(named.model_copy(update={"id": one.touchpoint, "label": one.touchpoint}) for one in more),
            )
        }
    )
    page.goto(put(tmp_path, replace(many, journey=journey, touchpoints=(*many.touchpoints, *more))))
    column = page.locator("#map .stage", has_text="Consideration").first
    expect(column.locator("a.card")).to_have_count(5)
    column.get_by_role("link", name="and 50 more").click()
    expect(page.get_by_role("dialog").get_by_text("page_49").first).to_be_attached()


# ---- the drawing -----------------------------------------------------------------------------------

SVG_OVERLAPS = """() => {
  const texts = [...document.querySelectorAll('#words text')].map(e => [e.getBBox(), e.textContent]);
  const met = [];
  for (let i = 0; i < texts.length; i++) for (let j = i + 1; j < texts.length; j++) {
    const [a, s] = texts[i], [b, t] = texts[j];
    const beside = a.x + a.width - .5 <= b.x || b.x + b.width - .5 <= a.x;
    const apart = a.y + a.height - 2 <= b.y + 2 || b.y + b.height - 2 <= a.y + 2;
    if (!beside && !apart) met.push([s, t]);
  }
  return met;
}"""


@pytest.mark.parametrize("customers", [None, *JOURNEYS.values()], ids=["shop", *JOURNEYS])
def test_no_words_of_the_drawing_meet(page: Page, tmp_path: Path, customers: tuple[int, ...] | None):
    made = inputs() if customers is None else with_customers(*customers)
    for font in (palette.FONT, "'DejaVu Sans', sans-serif"):
        file = tmp_path / "map.svg"
        file.write_text(to_svg(build_map(made)).replace(palette.FONT.replace("'", "&#39;"), font), "utf-8")
        page.goto(file.as_uri())
        assert page.evaluate(SVG_OVERLAPS) == []


# ---- quiet, legible, printable -----------------------------------------------------------------------


def test_it_asks_the_network_for_nothing(page: Page, shop: str):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(shop)
    page.locator("#map a.card").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("#map h2 a").first.click()
    expect(page.locator(".stage-map.open")).to_be_visible()
    assert {url.partition("#")[0] for url in asked if not url.startswith("data:")} == {shop}


def test_a_screen_reader_finds_its_way(page: Page, shop: str):
    page.goto(shop)
    expect(page.get_by_role("main")).to_have_count(1)
    expect(page.get_by_role("heading", level=1)).to_have_text("Sample shop")
    stages = [h.inner_text() for h in page.locator("#map").get_by_role("heading", level=2).all()]
    assert [s.split("open")[0].strip() for s in stages[:5]] == [
        "Awareness", "Consideration", "Decision", "Retention", "Advocacy",
    ]  # fmt: skip
    lanes = page.locator("#map .stage").first.get_by_role("heading", level=3).all_inner_texts()
    assert lanes[:3] == ["Emotion", "Touchpoints", "Actions"]
    unnamed = page.evaluate(
        "() => [...document.querySelectorAll('a, button')]"
        ".filter(e => !(e.textContent.trim() || e.getAttribute('aria-label'))).length"
    )
    assert unnamed == 0


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


@pytest.mark.parametrize("paper_size", ["A4", "A3"])
def test_the_whole_map_goes_on_one_sheet_of_paper(page: Page, tmp_path: Path, paper_size: str):
    made = inputs()
    quiet = replace(made, sources=(), journey=made.journey.model_copy(update={"guesses": ()}))
    page.goto(put(tmp_path, quiet))
    edge = dict.fromkeys(("top", "bottom", "left", "right"), "7mm")
    sheet: dict[str, Any] = {
        "format": paper_size,
        "landscape": True,
        "print_background": True,
        "margin": edge,
    }
    assert pages_of(page.pdf(**sheet)) == 1


def test_what_is_printed_is_the_map_alone(page: Page, shop: str):
    page.goto(shop)
    page.emulate_media(media="print")
    expect(page.locator("#map .card").first).to_be_visible()
    for hidden in (".button", ".later", ".stage-map", "dialog"):
        expect(page.locator(hidden).first).not_to_be_visible()
    expect(page.locator(".note.guesses")).to_be_visible()  # a guess that nobody confirmed is printed as well
