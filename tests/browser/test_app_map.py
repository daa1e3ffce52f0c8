"""The map, the home of the app: what a team does with it, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.app import (
    app_url,
    escape,
    no_violations,
    opened,
    own_shop,
    sample_shop,
    served,
    takes_keys,
    until,
)
from tests.browser.everywhere import fits
from tests.sample_shop import SampleShop

__all__ = ["app_url", "own_shop", "sample_shop"]
pytestmark = pytest.mark.browser


@pytest.fixture
def own_app(own_shop: SampleShop) -> Iterator[tuple[str, Path]]:
    """The app on a copy that may be changed, and the copy's map file."""
    with served(own_shop.workspace.folder) as url:
        yield url, own_shop.workspace.folder / "map.yaml"


def test_from_home_to_the_checkout_friction_its_evidence_and_a_customer_in_three_clicks(
    page: Page, app_url: str
) -> None:
    opened(page, app_url)
    page.get_by_role("button", name="Payment failed").first.click()
    evidence = page.get_by_role("dialog")
    expect(evidence).to_contain_text("further than like customers who had not met it")
    expect(evidence).to_contain_text("How this number was made")
    expect(page).to_have_url(re.compile("cell=touchpoints\\.decision\\.payment_error"))
    page.get_by_role("button", name="Who met it").click()
    page.get_by_role("dialog").get_by_role("link", name=re.compile(r"^c\w+…$")).first.click()
    expect(page).to_have_url(re.compile(r"/customers/\w+"))


def test_a_stage_opens_its_steps_and_a_real_customers_trail(page: Page, app_url: str) -> None:
    opened(page, app_url)
    page.get_by_role("columnheader", name="Decision").get_by_role("button").click()
    expect(page.get_by_role("heading", name="The steps, in their usual order")).to_be_visible()
    page.get_by_role("button", name=re.compile(r"\d events$")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("The trail of")
    page.go_back()
    page.go_back()
    expect(page.get_by_role("table").first).to_be_visible()


def test_all_that_does_not_fit_on_the_map_is_in_a_list(page: Page, app_url: str) -> None:
    opened(page, app_url)
    page.get_by_role("button", name=re.compile("more Touchpoints · Decision$")).click()
    drawer = page.get_by_role("dialog", name=re.compile("Touchpoints · Decision"))
    drawer.get_by_label("Find").fill("payment f")
    expect(drawer.get_by_role("listitem")).to_have_count(1)
    drawer.get_by_role("button", name="Payment failed").click()
    expect(page.get_by_role("dialog", name="Touchpoints · Decision")).to_contain_text("meetings")


def test_two_groups_are_compared_with_what_differs_beyond_chance_first(page: Page, app_url: str) -> None:
    opened(page, f"{app_url}/?segment=mobile")
    page.get_by_role("button", name="Against nobody").click()
    page.get_by_role("button", name="On a computer", exact=True).click()
    expect(page.get_by_role("heading", name="On the phone against On a computer")).to_be_visible()
    most = page.get_by_role("region", name="What differs most")
    expect(most).to_contain_text("Payment failed: met in Decision")
    expect(most).to_contain_text("measures differ beyond chance")
    decision = page.get_by_role("row", name=re.compile("^The tracks")).get_by_role("cell").nth(2)
    expect(decision).to_contain_text(re.compile(r"−[\d.]+ pts"))
    no_violations(page)
    page.get_by_text("Side by side").click()
    expect(page.get_by_role("heading", name=re.compile("^Decision.*On a computer"))).to_be_visible()
    expect(page).to_have_url(re.compile("view=sides"))


def test_this_quarter_against_last_is_two_clicks(page: Page, app_url: str) -> None:
    opened(page, app_url)
    page.get_by_role("button", name="Against nobody").click()
    page.get_by_role("button", name="This quarter against last").click()
    expect(page.get_by_role("heading", name=re.compile(r"^Q\d \d{4} against Q\d \d{4}$"))).to_be_visible()
    expect(page).to_have_url(re.compile("since="))
    expect(page).to_have_url(re.compile("against=period"))


def test_a_written_cell_is_changed_with_the_keyboard_undone_and_there_after_a_reload(
    page: Page, own_app: tuple[str, Path]
) -> None:
    url, file = own_app
    opened(page, url)
    comments = [line for line in file.read_text("utf-8").splitlines() if line.startswith("#")]
    page.get_by_role("button", name="Edit: Is there a coupon somewhere?").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".field textarea").first).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type(" Or free postage?")
    page.keyboard.press("Enter")
    longer = page.get_by_role("button", name="Is there a coupon somewhere? Or free postage?")
    expect(longer).to_be_focused()
    until(page, lambda: "Or free postage?" in file.read_text("utf-8"))
    page.keyboard.press("Control+z")
    expect(longer).to_have_count(0)
    until(page, lambda: "Or free postage?" not in file.read_text("utf-8"))
    page.keyboard.press("Control+Shift+z")
    expect(longer).to_have_count(1)
    until(page, lambda: "Or free postage?" in file.read_text("utf-8"))
    page.reload()
    expect(longer).to_be_visible()
    assert [line for line in file.read_text("utf-8").splitlines() if line.startswith("#")] == comments


def test_what_is_being_written_is_saved_and_escape_brings_back_what_was_there(
    page: Page, own_app: tuple[str, Path]
) -> None:
    url, file = own_app
    before = file.read_text("utf-8")
    opened(page, url)
    page.get_by_role("button", name="Edit: Marketing").first.click()
    expect(page.locator(".field textarea").first).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("Ann")
    until(page, lambda: "awareness: Ann" in file.read_text("utf-8"))
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Edit: Ann")).to_have_count(0)
    until(page, lambda: file.read_text("utf-8") == before)


def test_two_windows_never_overwrite_one_another_unseen(unheard: Page, own_app: tuple[str, Path]) -> None:
    url, file = own_app
    text = file.read_text("utf-8")
    file.write_text(text.replace("retention: Service and Logistics", "retention: Bob"), "utf-8")
    opened(unheard, url)
    bob = unheard.get_by_role("button", name="Edit: Bob")
    expect(bob).to_be_visible()
    file.write_text(text.replace("retention: Service and Logistics", "retention: Carol"), "utf-8")
    bob.click()
    expect(unheard.locator(".field textarea").first).to_be_focused()
    unheard.keyboard.type(" and Dan")
    unheard.keyboard.press("Enter")
    warned = unheard.get_by_role("alert")
    expect(warned).to_contain_text("Carol")
    assert "retention: Carol" in file.read_text("utf-8")
    warned.get_by_role("button", name="Keep theirs").click()
    expect(unheard.get_by_role("button", name="Edit: Carol")).to_be_visible()


def test_drift_is_flagged_opens_its_evidence_and_goes_when_the_claim_is_corrected(
    page: Page, own_app: tuple[str, Path]
) -> None:
    url, file = own_app
    opened(page, url)
    said = page.get_by_role("button", name=re.compile(r"^the data say otherwise: 8\d.*claimed ≥ 95%"))
    expect(said).to_have_count(1)
    expect(page.get_by_text("Of 3 things written here the data say otherwise:")).to_be_visible()
    said.click()
    evidence = page.get_by_role("dialog")
    expect(evidence).to_contain_text("Claimed: promise:delivered_in_time >= 95 %")
    expect(evidence).to_contain_text("How this number was made")
    evidence.get_by_role("button", name="Where the map shows this number").click()
    expect(page.get_by_role("dialog")).to_contain_text("would be kept 95 times in 100")
    expect(
        page.get_by_role("dialog").get_by_role("heading", name="Delivered by the promised day")
    ).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Edit: Delivery is fine").click()
    field = page.get_by_label("Claim, optional")
    field.fill("promise:delivered_in_tme >= 80 %")
    expect(page.get_by_text(re.compile('Did you mean "promise:delivered_in_time"'))).to_be_visible()
    field.press("Enter")
    expect(field).to_be_visible()
    field.fill("promise:delivered_in_time >= 80 %")
    field.press("Enter")
    agrees = page.get_by_role("button", name=re.compile("^the data agree: 8.*claimed ≥ 80%"))
    expect(agrees).to_be_visible()
    expect(said).to_have_count(0)
    expect(page.get_by_text("Of 2 things written here")).to_be_visible()
    until(page, lambda: "promise:delivered_in_time >= 80 %" in file.read_text("utf-8"))
    page.keyboard.press("Control+z")
    expect(said).to_have_count(1)
    page.keyboard.press("Control+Shift+z")
    expect(agrees).to_be_visible()


def test_two_segments_that_were_said_to_be_alike_open_their_comparison(page: Page, app_url: str) -> None:
    opened(page, app_url)
    page.get_by_role("button", name="Paying works the same on all devices, we tested it.").first.click()
    evidence = page.get_by_role("dialog")
    expect(evidence).to_contain_text(
        re.compile("the data say otherwise: .*On the phone.*against.*On a computer")
    )
    no_violations(page)
    evidence.get_by_role("link", name="Ask for more of this comparison").click()
    expect(page).to_have_url(re.compile("/ask/comparison.*measures=rate%3Adecision"))
    expect(page.get_by_text(re.compile("Decision: success: .* against"))).to_be_visible()


def test_a_comparison_that_takes_long_is_stopped_and_begun_again(page: Page, app_url: str) -> None:
    def untold(route: Route) -> None:
        """Nobody tells that it is done."""

    opened(page, f"{app_url}/?segment=mobile")
    page.route("**/api/v1/jobs/*/events", untold)
    page.get_by_role("button", name=re.compile("^Against")).click()
    page.get_by_role("button", name="On a computer", exact=True).click()
    page.get_by_role("button", name="Stop").click()
    page.unroute("**/api/v1/jobs/*/events")
    expect(page.get_by_role("status").filter(has_text="Stopped.")).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("region", name="What differs most")).to_be_visible()


def test_a_map_that_takes_long_is_stopped_and_begun_again(page: Page, app_url: str) -> None:
    opened(page, app_url)
    page.route(
        "**/api/v1/jobs/*/events*", lambda route: None
    )  # nothing is heard of the job: it seems to go on
    page.get_by_role("button", name=re.compile("^Who")).click()
    page.get_by_role("menuitem", name="Western Australia").click()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Everyone")  # what was there before
    page.unroute_all(behavior="ignoreErrors")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Western Australia")
    expect(page.get_by_text("Stopped.")).to_have_count(0)


def test_the_map_is_presented_by_keyboard_alone(page: Page, app_url: str) -> None:
    opened(page, app_url)
    page.get_by_role("button", name="Present", exact=True).focus()
    page.keyboard.press("Enter")
    slide = page.get_by_role("dialog", name="Sample shop, presented")
    takes_keys(slide)
    for n in range(1, 4):
        expect(slide).to_contain_text(f"{n} of 6")
        page.keyboard.press("ArrowRight")
    expect(slide.get_by_role("heading", name=re.compile("^Decision"))).to_be_visible()
    expect(slide).to_contain_text("Payment failed")
    page.keyboard.press("ArrowLeft")
    expect(slide.get_by_role("heading", name=re.compile("^Consideration"))).to_be_visible()
    expect(page).to_have_url(re.compile("present=3"))
    no_violations(page)
    escape(slide)
    expect(slide).to_have_count(0)
    expect(page).not_to_have_url(re.compile("present"))


def test_every_format_is_offered_and_a_file_comes(page: Page, app_url: str) -> None:
    opened(page, app_url)
    page.get_by_role("button", name="Export").click()
    menu = page.get_by_role("dialog", name="Export")
    expect(menu.get_by_role("button")).to_have_count(10)
    expect(menu.get_by_role("switch", name="Show personal data in it")).not_to_be_checked()
    with page.expect_download() as coming:
        menu.get_by_role("button", name="CSV, every number").click()
    assert coming.value.suggested_filename == "map.csv"


def test_on_a_narrow_screen_the_stages_stand_one_under_another(page: Page, app_url: str) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    opened(page, app_url)
    stages = page.get_by_role("heading", level=2)
    expect(stages).to_have_count(5)
    fits(page)
    no_violations(page)
    page.get_by_role("navigation", name="Stages").get_by_role("button", name="Decision").click()
    expect(stages.nth(2)).to_be_in_viewport()
    page.get_by_role("button", name=re.compile("^Payment failed")).first.click()
    expect(page.get_by_role("dialog")).to_contain_text("customers reached")


def test_heads_stay_in_sight(page: Page, app_url: str) -> None:
    opened(page, app_url)
    page.evaluate("window.scrollTo(0, 1500)")
    expect(page.get_by_role("columnheader", name="Decision")).to_be_in_viewport()
    page.get_by_role("button", name=re.compile("^Payment failed")).first.click()
    expect(page.get_by_role("dialog")).to_contain_text("How this number was made")
    no_violations(page)


def test_many_stages_scroll_both_ways_beside_their_lanes(page: Page, app_url: str) -> None:
    def doubled(route: Route) -> None:
        if route.request.method != "GET":  # it is drawn by a job first
            route.continue_()
            return
        answer = route.fetch()
        data = answer.json()
        data["stages"] = [{**one, "id": f"{one['id']}{k}"} for k in range(2) for one in data["stages"]]
        for lane in data["lanes"]:
            cells = [(k, one) for k in range(2) for one in lane["cells"]]
            lane["cells"] = [
                {**one, "id": f"{one['id']}{k}", "stage": f"{one['stage']}{k}"} for k, one in cells
            ]
        route.fulfill(json=data)

    page.route("**/api/v1/map?*", doubled)
    opened(page, app_url)
    expect(page.get_by_role("columnheader")).to_have_count(11)
    page.evaluate("window.scrollTo(600, 900)")
    expect(page.get_by_role("rowheader", name="Touchpoints")).to_be_in_viewport()
    expect(page.get_by_role("link", name="Map", exact=True)).to_be_in_viewport()
