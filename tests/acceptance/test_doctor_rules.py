"""Faults of the definition, planted in a clean shop: rules that never hold, stages, promises, silences."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from desirepath.doctor.finding import Severity
from tests.planted import FIRST, Shop, clean_shop, local, shop_order, the_one

ABOVE, BUYERS = "stages:\n", "  buyers: \"ever(event = 'Order Completed')\""
VIEWED = "enter: \"event = 'Product Viewed'\""


def test_a_stage_that_nobody_enters_is_an_error_with_the_name_that_was_meant(tmp_path: Path):
    shop = clean_shop().say(VIEWED, "enter: \"event = 'Product viewd'\"")
    report = shop.examined(tmp_path)
    found = the_one(report, "stage_not_entered", "consideration")
    assert found.severity is Severity.ERROR
    assert "did you mean 'Product Viewed'?" in found.message
    assert found.fix is not None
    assert found.fix.write == VIEWED
    assert found.fix.place == "journey.yaml:10"
    assert report.findings[0].severity is Severity.ERROR


def test_a_stage_whose_events_always_count_for_a_later_one_is_never_entered(tmp_path: Path):
    shop = clean_shop().say("enter: \"event = 'Cart Viewed'\"", VIEWED)
    found = the_one(shop.examined(tmp_path), "stage_not_entered", "consideration")
    assert "always count for a later stage" in found.message
    assert found.counts["matched"] == sum(row["event"] == "Product Viewed" for row in shop.web)


def test_a_stage_that_nearly_everybody_skips(tmp_path: Path):
    shop = clean_shop()
    for i, row in enumerate(shop.web):
        if row["event"] == "Product Viewed" and i % 30:
            row["event"] = "Page Viewed"
    found = the_one(shop.examined(tmp_path), "stage_skipped", "consideration")
    assert int(found.counts["skipped"]) >= 0.9 * int(found.counts["reached"])
    assert found.effect.stages == ("consideration",)


@pytest.mark.parametrize(
    ("old", "new", "subject", "line"),
    [
        ("goal: \"event = 'Order Completed'\"", "goal: \"event = 'Order completed'\"", "decision", "goal: "),
        ("    when: \"event = 'Cart Viewed'\"", "    when: \"channel = 'Webb'\"", "cart", "when: \"channel = 'web'\""),
        ("to: \"event = 'Order Sent'\"", "to: \"event = 'Order Send'\"", "sent", "to: \"event = 'Order Sent'\""),
        (BUYERS, BUYERS.replace("Completed", "Compleet"), "buyers", "buyers: "),
        (ABOVE, f"exit: \"event = 'Account Closed'\"\n{ABOVE}", "journey", "exit: "),
        (ABOVE, f"exclude: \"id.email = 'staff@shop.example'\"\n{ABOVE}", "excluded", "exclude: "),
    ],
    ids=["goal", "touchpoint", "promise", "segment", "exit", "exclude"],
)  # fmt: skip
def test_a_rule_that_matches_nothing_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, subject: str, line: str
):
    found = the_one(clean_shop().say(old, new).examined(tmp_path), "rule_matches_nothing", subject)
    assert found.counts["matched"] == 0
    assert found.fix is not None
    assert found.fix.write.startswith(line)
    assert found.fix.line > 1
    assert found.effect.text
    assert "c126" not in found.message, "addresses of customers are never listed"


def test_a_touchpoint_by_somebody_who_never_does_it(tmp_path: Path):
    shop = clean_shop().say(
        "    stage: decision\n    when", "    stage: decision\n    by: business\n    when"
    )
    found = the_one(shop.examined(tmp_path), "rule_matches_nothing", "cart")
    assert found.fix is not None
    assert "by" in found.fix.write


def test_a_property_that_no_source_has_is_silently_false(tmp_path: Path):
    shop = clean_shop()
    for row in shop.web:
        row["campaign"] = "winter"
    shop.say(
        "    channel: {column: channel}\n", "    channel: {column: channel}\n    properties: [campaign]\n"
    )
    shop.say(
        "when: \"event = 'Ad Clicked'\"", "when: \"event = 'Ad Clicked' or properties.campain = 'winter'\""
    )
    found = the_one(shop.examined(tmp_path), "unknown_property")
    assert found.subject == "properties.campain"
    assert "Did you mean properties.campaign?" in found.message
    assert found.fix is not None
    assert "properties.campaign = 'winter'" in found.fix.write


def test_one_wrong_name_among_right_ones(tmp_path: Path):
    rule = "enter: \"event in ('Product Viewed', 'Order page viewed')\""
    found = the_one(clean_shop().say(VIEWED, rule).examined(tmp_path), "unknown_value")
    assert found.subject == "Order page viewed"
    assert found.counts["events"] == 134 + 45  # orders, and second ones
    assert "'Order Page Viewed'" in (found.fix.write if found.fix else "")


def test_a_touchpoint_that_another_hides_wholly_or_mostly(tmp_path: Path):
    # Everything on the web is `any` first: pages and carts have nothing left.
    shop = clean_shop().say("touchpoints:\n", "touchpoints:\n  any: {channel: web}\n")
    hidden = [
        one for one in shop.examined(tmp_path / "all").of("overlap") if one.severity is Severity.WARNING
    ]
    assert {one.subject for one in hidden} == {"page", "cart"}
    # Half of the looks, and other things, are `known` first: crossing, not a special case.
    shop = clean_shop().say("touchpoints:\n", "touchpoints:\n  known: {when: \"id.email like 'c%'\"}\n")
    report = shop.examined(tmp_path / "most")
    page = the_one(report, "overlap", "page")
    assert page.severity is Severity.WARNING
    assert page.counts["taken"] == sum(r["event"] == "Product Viewed" and r["email"] != "" for r in shop.web)


def test_a_special_touchpoint_before_a_general_one_is_only_noted(tmp_path: Path):
    shop = clean_shop().say("    when: \"event = 'Product Viewed'\"", "    when: \"event like '%Viewed'\"")
    shop.say("  page:\n", "  first: {when: \"event = 'Cart Viewed'\"}\n  page:\n")
    shop.journey = shop.journey.replace(
        "  cart:\n    stage: decision\n    when: \"event = 'Cart Viewed'\"\n", ""
    )
    (found,) = shop.examined(tmp_path).of("overlap")
    assert found.severity is Severity.NOTE


def test_a_promise_whose_two_ends_share_no_key_never_ends(tmp_path: Path):
    shop = clean_shop()
    rows = "".join(f"{o['sent_at']},{o['email']},P-{o['order_no']}\n" for o in shop.orders)
    _send_apart(shop, "at,email,parcel\n" + rows, "order_id: parcel")
    found = the_one(shop.examined(tmp_path), "promise_ends", "sent")
    assert found.severity is Severity.ERROR
    assert (found.counts["made"], found.counts["with_end"]) == (len(shop.orders), 0)
    assert found.counts["ends"] == len(shop.orders)


def test_a_promise_whose_end_comes_before_its_start(tmp_path: Path):
    shop = clean_shop()
    rows = "".join(
        f"{local(datetime.fromisoformat(o['paid_at']) - timedelta(days=1))},{o['email']},{o['order_no']}\n"
        for o in shop.orders
    )
    _send_apart(shop, "at,email,parcel\n" + rows, "order_id: parcel")
    found = the_one(shop.examined(tmp_path), "promise_ends", "sent")
    assert found.counts["end_before_start"] == found.counts["pairs"] == len(shop.orders)


def _send_apart(shop: Shop, content: str, key: str) -> None:
    shop.say("      - event: Order Sent\n        time: sent_at\n        by: business\n", "")
    shop.add_source(
        "  parcels:\n    files: parcels.csv\n    zone: Australia/Sydney\n    time: at\n    event: Order Sent\n"
        f"    by: business\n    identifiers: {{email: email, {key}}}\n    complete_until: 2024-12-31\n",
        parcels=content,
    )


def test_a_lapse_after_that_is_too_short_calls_people_lost_who_are_soon_back(tmp_path: Path):
    shop, chance = clean_shop(), random.Random(5)
    for i in range(0, 400, 2):
        for week in range(5):
            at = FIRST + timedelta(days=i % 60 + 6 * week, hours=10 + chance.random() * 9)
            shop.visit(at, "Product Viewed", f"w{i}")
    shop.say("lapse_after: 60 days", "lapse_after: 4 days")
    found = the_one(shop.examined(tmp_path), "lapse_after", "consideration")
    assert found.severity is Severity.WARNING
    assert int(found.counts["proposed_days"]) == 7
    assert int(found.counts["longer"]) >= 4 * 200
    assert found.fix is not None
    assert found.fix.write == "lapse_after: 7 days"
    assert any(one.number == "entered" and one.stage == "consideration" for one in found.effect.moved)


def test_a_lapse_after_that_waits_longer_than_anybody_is_silent(tmp_path: Path):
    shop, chance = clean_shop(), random.Random(6)
    for i in range(300):
        for visit in range(4):
            at = FIRST + timedelta(days=i % 110 + 1.2 * visit, hours=10 + chance.random() * 9)
            shop.visit(at, "Product Viewed", f"w{i}")
    found = the_one(shop.examined(tmp_path), "lapse_after", "consideration")
    assert found.severity is Severity.NOTE
    assert int(found.counts["proposed_days"]) <= 7
    assert int(found.counts["silent"]) > 0


def test_a_second_order_is_not_a_fault_of_its_own(tmp_path: Path):
    shop = clean_shop()
    shop_order(shop, random.Random(1), FIRST + timedelta(days=50, hours=10), "d1", "c1@mail.example", "x1")
    assert not shop.examined(tmp_path).findings
