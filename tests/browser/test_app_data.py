"""The page Data: from dropped files to a map; rules tried before they are saved; loads taken back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from desirepath.app.workspace import Workspace
from desirepath.testing import FixedClock
from tests.browser.app import app_url, no_violations, sample_shop, served, until
from tests.commands import small_shop

__all__ = ["app_url", "sample_shop"]
pytestmark = pytest.mark.browser


@pytest.fixture
def exports(tmp_path: Path) -> list[Path]:
    """Two exports of a small shop, and nothing that says what they are."""
    made = small_shop(tmp_path / "exports", 60)
    return [made / "visits.csv", made / "orders.csv"]


@pytest.fixture
def empty_url(tmp_path: Path) -> Iterator[str]:
    """The app on a folder in which nothing is."""
    (tmp_path / "bakery").mkdir()
    with served(tmp_path / "bakery") as url:
        yield url


@pytest.fixture
def shop_url(tmp_path: Path) -> Iterator[str]:
    """The app on a loaded small shop that may be changed."""
    folder = small_shop(tmp_path / "shop", 60)
    Workspace.open(folder, clock=FixedClock()).load()
    with served(folder) as url:
        yield url


def dropped(page: Page, files: list[Path]) -> None:
    page.get_by_test_id("files").set_input_files(files)
    expect(page.get_by_role("heading", name="What the files say")).to_be_visible()


# ── from nothing to a map ────────────────────────────────────────────────────────────────────────────────


def test_from_an_empty_folder_to_a_map_by_dropping_two_files(
    page: Page, empty_url: str, exports: list[Path]
) -> None:
    page.goto(empty_url)
    expect(page).to_have_url(f"{empty_url}/data")
    expect(page.get_by_role("heading", level=1)).to_have_text("Bring your data, get the journey")
    dropped(page, exports)
    orders = page.get_by_role("region", name="orders", exact=True)
    expect(orders.get_by_text("The events that the first rows make")).to_be_visible()
    expect(orders.get_by_text("Order Completed").first).to_be_visible()
    expect(page.get_by_text("@mail.example")).to_have_count(0)  # masked until somebody asks for it
    expect(page.get_by_role("region", name="The journey that they make")).to_contain_text("Order Completed")
    page.get_by_role("button", name="Accept, load, and draw the map").click()
    expect(page).to_have_url(f"{empty_url}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Bakery")
    expect(page.get_by_role("link", name="Map", exact=True)).to_have_attribute("aria-current", "page")


def test_a_guess_is_put_right_before_it_is_accepted(page: Page, empty_url: str, exports: list[Path]) -> None:
    page.goto(empty_url)
    dropped(page, [exports[1]])
    orders = page.get_by_role("region", name="orders", exact=True)
    name = orders.get_by_label("The event's name")
    name.fill("Shoes Bought")
    name.press("Enter")
    expect(orders.get_by_role("listitem").first).to_contain_text("Shoes Bought")
    expect(page.get_by_role("region", name="The journey that they make")).to_contain_text("Shoes Bought")


def test_what_is_no_data_is_refused_before_it_is_sent(page: Page, empty_url: str, tmp_path: Path) -> None:
    page.goto(empty_url)
    expect(page.get_by_role("button", name="Choose files")).to_be_visible()
    program = tmp_path / "virus.exe"
    program.write_bytes(b"MZ")
    page.get_by_test_id("files").set_input_files([program])
    expect(page.get_by_role("alert")).to_contain_text("virus.exe is no file that can be read")


# ── rules ────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_written_and_not_saved_is_there_again_after_another_view(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/data/rules")
    editor = page.get_by_role("textbox", name="journey.yaml")
    expect(editor).to_be_visible()
    editor.press("Control+End")
    editor.type("# to be thought over")
    page.get_by_text("sources.yaml", exact=True).click()
    expect(page.get_by_role("textbox", name="sources.yaml")).to_be_visible()
    page.get_by_role("link", name="Loads").click()
    expect(page.get_by_text("1 load")).to_be_visible()
    page.get_by_role("link", name="Rules").click()
    expect(editor).to_have_value(re.compile("# to be thought over$"))
    expect(page.get_by_text("Changed, not saved yet")).to_be_visible()
    page.get_by_role("button", name="Discard").click()
    expect(editor).not_to_have_value(re.compile("to be thought over"))


def test_a_mistake_in_the_rules_is_shown_with_its_line(page: Page, shop_url: str) -> None:
    page.goto(f"{shop_url}/data/rules")
    editor = page.get_by_role("textbox", name="journey.yaml")
    text = editor.input_value()
    broken = text.replace("stage: decision", "stage: decison", 1)
    line = broken[: broken.index("decison")].count("\n") + 1
    editor.fill(broken)
    mistake = page.get_by_role("button", name=f"line {line}", exact=True)
    expect(mistake).to_be_visible()
    expect(page.get_by_text('Did you mean "decision"?')).to_be_visible()
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    mistake.click()
    expect(editor).to_be_focused()
    marked = "one => one.value.slice(one.selectionStart, one.selectionEnd)"
    until(page, lambda: "decison" in editor.evaluate(marked))


def test_who_would_move_is_seen_before_it_is_saved_and_can_be_put_back(page: Page, shop_url: str) -> None:
    page.goto(f"{shop_url}/data/rules")
    editor = page.get_by_role("textbox", name="journey.yaml")
    text = editor.input_value()
    editor.fill(text.replace("event = 'Cart Viewed'", "event = 'Product Viewed'"))
    page.get_by_role("button", name="Who would move?").click()
    preview = page.get_by_role("region", name="Who would move")
    expect(preview).to_contain_text("would be elsewhere")
    expect(preview.get_by_role("row", name="Decision")).to_contain_text("→")
    move = preview.get_by_role("group").first
    move.locator("summary").click()
    expect(move.get_by_role("link").first).to_contain_text("…")  # who they are is masked
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("journey.yaml is saved")).to_be_visible()
    expect(page.get_by_text("Customers are placed by the rules that hold now")).to_be_visible()
    page.get_by_role("button", name="Earlier versions (1)").click()
    page.get_by_role("menuitem").first.click()
    expect(editor).to_have_value(text)
    expect(page.get_by_role("button", name="Save")).to_be_enabled()


def test_rules_that_cannot_be_read_are_mended_in_the_app(page: Page, tmp_path: Path) -> None:
    folder = small_shop(tmp_path / "shop", 12)
    Workspace.open(folder, clock=FixedClock()).load()
    good = (folder / "journey.yaml").read_text("utf-8")
    with served(folder) as url:
        page.goto(f"{url}/data/rules")
        editor = page.get_by_role("textbox", name="journey.yaml")
        expect(editor).to_have_value(good)
        broken = page.context.new_page()  # whose console may say that the request was refused
        (folder / "journey.yaml").write_text(good.replace("stage: decision", "stage: decison", 1), "utf-8")
        broken.goto(url)
        broken.get_by_role("link", name="Put it right in the editor").click()
        broken.get_by_role("textbox", name="journey.yaml").fill(good)
        broken.get_by_role("button", name="Save").click()
        expect(broken.get_by_role("link", name="Map", exact=True)).to_be_visible()


# ── files of a new kind, beside those that are there ─────────────────────────────────────────────────────

REVIEWS = "review_no,email,posted_at,stars,words\n" + "".join(
    f"R{n},ana{n}@mail.example,2024-03-{n + 1:02d} 10:00:00,{1 + n % 5},Nice shoes\n" for n in range(20)
)


def test_a_file_of_a_new_kind_is_looked_at_accepted_and_loaded(
    page: Page, shop_url: str, tmp_path: Path
) -> None:
    reviews = tmp_path / "reviews.csv"
    reviews.write_text(REVIEWS, "utf-8")
    page.goto(f"{shop_url}/data")
    expect(page.get_by_role("region", name="orders", exact=True)).to_be_visible()
    page.get_by_test_id("files").set_input_files([reviews])
    more = page.get_by_role("region", name="New files")
    guess = more.get_by_role("region", name="reviews", exact=True)
    expect(guess.get_by_text("The events that the first rows make")).to_be_visible()
    expect(guess).to_contain_text("email •••")
    expect(page.get_by_text("@mail.example")).to_have_count(0)  # masked until somebody asks for it
    expect(more.get_by_role("alert")).to_contain_text("the journey does not mention")
    more.get_by_role("button", name="Accept and load").click()
    brought = page.get_by_role("status", name="What the load brought")
    expect(brought).to_contain_text("20 events came from 20 rows")
    expect(more).to_have_count(0)
    expect(page.locator("section.source", has_text="data/reviews.csv")).to_contain_text("loaded")


TICKETS = "ticket_no,email,opened_at,status\n" + "".join(
    f"T{i},c{i}@mail.example,2024-{i % 6 + 1:02d}-{i % 28 + 1:02d} 12:00:00,open\n" for i in range(0, 60, 3)
)


def test_events_of_a_new_kind_become_touchpoints_of_the_journey(
    page: Page, shop_url: str, tmp_path: Path
) -> None:
    tickets = tmp_path / "tickets.csv"
    tickets.write_text(TICKETS, "utf-8")
    page.goto(f"{shop_url}/data")
    page.get_by_test_id("files").set_input_files([tickets])
    page.get_by_role("button", name="Accept and load").click()
    offer = page.get_by_role("region", name="1 kind of events is not yet in the journey")
    offer.get_by_role("button", name="See drafted touchpoints").click()
    kind = offer.get_by_role("list", name="Drafted touchpoints").get_by_role("listitem")
    expect(kind).to_contain_text("20 events of 20 customers")
    expect(kind).to_contain_text("event = 'Ticket Opened'")
    expect(kind).to_contain_text("20 of the 20 in any stage were in this one")
    expect(page.get_by_text("@mail.example")).to_have_count(0)  # masked until somebody asks for it
    add = offer.get_by_role("button", name="Add touchpoints")
    expect(add).to_be_disabled()
    kind.get_by_role("checkbox", name="Ticket Opened").check()
    kind.get_by_role("combobox", name="The stage of Ticket Opened").select_option("Decision")
    no_violations(page)
    offer.get_by_role("button", name="Who would move?").click()
    preview = page.get_by_role("region", name="Who would move")
    expect(preview).to_contain_text("Nobody would be in another stage")
    offer.get_by_role("button", name="Add 1 touchpoint").click()
    added = page.get_by_role("status").filter(has_text="1 touchpoint added to the journey")
    expect(added).to_be_visible()
    expect(offer).to_have_count(0)
    added.get_by_role("link", name="take them back in the rules").click()
    editor = page.get_by_role("textbox", name="journey.yaml")
    expect(editor).to_have_value(re.compile(r"ticket_opened: \{stage: decision"))
    page.get_by_role("button", name="Earlier versions (1)").click()
    page.get_by_role("menuitem").first.click()
    expect(editor).not_to_have_value(re.compile("ticket_opened"))


def test_an_old_export_says_that_it_would_end_what_is_known(
    page: Page, shop_url: str, tmp_path: Path
) -> None:
    old = tmp_path / "newsletter.csv"
    rows = "".join(f"ana{n}@mail.example,2019-01-{n + 1:02d} 10:00:00,opened\n" for n in range(20))
    old.write_text(f"email,sent_at,event\n{rows}", "utf-8")
    page.goto(f"{shop_url}/data")
    expect(page.get_by_role("region", name="orders", exact=True)).to_be_visible()
    page.get_by_test_id("files").set_input_files([old])
    whole = page.get_by_role("checkbox", name="Nothing is missing")
    expect(page.get_by_text("Its last row is of Jan 20, 2019")).to_be_visible()
    whole.check()
    page.get_by_text("The new entries of sources.yaml").click()
    text = page.get_by_role("textbox", name="The new entries of sources.yaml")
    expect(text).to_have_value(re.compile(r"complete_until: \"20"))


def test_two_windows_at_the_same_rules_overwrite_nothing_unseen(page: Page, shop_url: str) -> None:
    page.goto(f"{shop_url}/data/rules")
    editor = page.get_by_role("textbox", name="journey.yaml")
    text = editor.input_value()
    other = page.context.new_page()  # whose console may say that the request was refused
    other.goto(f"{shop_url}/data/rules")
    second = other.get_by_role("textbox", name="journey.yaml")
    expect(second).to_have_value(text)
    editor.fill(f"{text}# first\n")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("journey.yaml is saved")).to_be_visible()
    second.fill(f"{text}# second\n")
    other.get_by_role("button", name="Save", exact=True).click()
    told = other.get_by_role("alert").filter(has_text="has been changed since you opened it")
    expect(told).to_be_visible()
    expect(second).to_have_value(f"{text}# second\n")  # what was written here is still here
    told.get_by_role("button", name="Save mine in its place").click()
    expect(other.get_by_text("journey.yaml is saved")).to_be_visible()
    expect(told).to_have_count(0)


# ── what is there ────────────────────────────────────────────────────────────────────────────────────────


def test_a_load_is_taken_back_after_its_preview(page: Page, shop_url: str) -> None:
    page.goto(f"{shop_url}/data/loads")
    page.get_by_role("button", name="Take back load 1").click()
    plan = page.get_by_role("dialog")
    expect(plan).to_contain_text("would hold no more")
    expect(plan).to_contain_text("orders:")
    plan.get_by_role("button", name="Take back", exact=True).click()
    expect(page.get_by_text("taken back").first).to_be_visible()
    page.get_by_role("link", name="Sources").click()
    page.get_by_role("button", name="Load what is new").click()
    expect(page.get_by_role("status", name="What the load brought")).to_contain_text("events came")


def test_what_was_set_aside_is_masked_until_it_is_shown(page: Page, shop_url: str) -> None:
    page.goto(f"{shop_url}/data/rejects")
    records = page.get_by_role("region", name="Set aside")
    expect(records).to_contain_text("a time that cannot be read")
    expect(records).to_contain_text("xx xxxxxxx,xxxx")
    page.get_by_role("switch", name="Show personal data").click()
    expect(records).to_contain_text("Ad Clicked,soon")


def test_each_finding_of_doctor_leads_to_the_line_to_change(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/data/doctor")
    expect(page.get_by_text("31 checks").or_(page.get_by_text("checks,")).first).to_be_visible()
    fix = page.locator(".fix a").first
    place = fix.inner_text()
    fix.click()
    expect(page.get_by_role("textbox", name=place.split(":")[0])).to_be_visible()


def test_who_is_who_tells_what_was_refused_and_why(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/data/identity")
    shared = page.get_by_role("group").filter(has_text="One of them is shared by many")
    shared.locator("summary").click()
    expect(shared.get_by_role("listitem").first).to_contain_text("links nobody")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_beginning_has_no_violation(page: Page, empty_url: str, exports: list[Path], theme: str) -> None:
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # one of two
    page.goto(empty_url)
    expect(page.get_by_role("button", name="Choose files")).to_be_visible()
    no_violations(page)
    dropped(page, exports)
    no_violations(page)
