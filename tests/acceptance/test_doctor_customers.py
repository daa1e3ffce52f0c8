"""Faults of who and what, planted in a clean shop: nobody, everybody, robots, things told twice, money, scores."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

from desirepath.doctor.finding import Severity
from tests.planted import FIRST, clean_shop, the_one

RATED = """
  ratings:
    files: ratings.csv
    time: at
    event: Rated
    identifiers: {email: email}
    score: {column: stars, kind: nps}
"""


def test_events_without_an_identifier_are_counted_by_source(tmp_path: Path):
    shop = clean_shop()
    for row in shop.web[::10]:
        row["device"] = row["email"] = ""
    gone = len(shop.web[::10])
    report = shop.examined(tmp_path)
    found = the_one(report, "nobody")
    assert (found.subject, found.counts["without_identifier"]) == ("web", gone)
    assert found.effect.of == len(shop.web)
    assert found.examples[0].line is not None
    assert not report.of("rejects"), "told once"


def test_a_placeholder_is_nobody_and_is_named(tmp_path: Path):
    shop = clean_shop()
    for row in shop.orders[::3]:
        row["email"] = "unknown@mail.example"
        row["order_no"] = ""
    shop.say("order_id: order_no", "order_id: order_no").say("key: order_no", "key: [paid_at, total]")
    report = shop.examined(tmp_path)
    found = the_one(report, "shared_identifier")
    assert found.counts == {"values": 1, "events": 2 * len(shop.orders[::3])}
    assert "u… (20 characters)" in str(found.examples[0])
    lost = the_one(report, "nobody", "orders")
    assert lost.counts["unusable"] == 2 * len(shop.orders[::3])
    assert lost.severity is Severity.ERROR


def test_one_address_that_ties_many_devices_together_is_suspected(tmp_path: Path):
    shop = clean_shop()
    for i in range(70):
        shop.visit(FIRST + timedelta(days=i, hours=11), "Product Viewed", f"kiosk{i}", "desk@mail.example")
    found = the_one(shop.examined(tmp_path), "shared_identifier")
    assert found.counts["values"] == 70
    assert found.severity is Severity.WARNING
    assert "blocked" in (found.fix.write if found.fix else "")


def test_one_customer_with_half_of_all_events_is_an_error(tmp_path: Path):
    shop, chance = clean_shop(), random.Random(3)
    clean = len(shop.web) + 2 * len(shop.orders)
    for i in range(clean + 100):
        at = FIRST + timedelta(days=i % 110, hours=9 + chance.random() * 11)
        shop.visit(at, "Product Viewed", "d1")
    found = the_one(shop.examined(tmp_path), "one_customer")
    assert found.severity is Severity.ERROR
    assert found.counts["events"] >= clean + 100
    assert "anonymous_id" in found.message
    assert found.fix is not None
    assert found.fix.write.startswith("exclude:")


def test_a_robot_is_known_by_its_pace(tmp_path: Path):
    shop = clean_shop()
    for i in range(200):
        shop.visit(FIRST + timedelta(days=3, hours=10, seconds=90 * i), "Product Viewed", "robot")
    report = shop.examined(tmp_path)
    found = the_one(report, "bots")
    assert found.counts == {"customers": 1, "events": 200}
    assert "pauses of 90 s, all alike" in found.message
    assert found.fix is not None
    assert found.fix.place == "journey.yaml"


def test_a_robot_is_known_by_what_it_calls_itself(tmp_path: Path):
    shop, chance = clean_shop(), random.Random(4)
    for row in shop.web:
        row["agent"] = "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0"
    for i in range(30):
        at = FIRST + timedelta(days=i, hours=9 + chance.random() * 9)
        shop.visit(at, "Ad Clicked", f"crawl{i % 3}", agent="Mozilla/5.0 (compatible; Wombot/2.1)")
    shop.say("    channel: {column: channel}\n", "    channel: {column: channel}\n    properties: [agent]\n")
    found = the_one(shop.examined(tmp_path), "bots")
    assert found.counts == {"customers": 3, "events": 30}
    assert found.subject == "properties.agent"
    entered = {one.stage: (one.now, one.without) for one in found.effect.moved if one.number == "entered"}
    assert entered["awareness"] == (403, 400)


def test_anonymous_visits_before_known_ones_are_told_with_their_rates(tmp_path: Path):
    shop = clean_shop()
    for i, row in enumerate(shop.web):
        if row["event"] in ("Ad Clicked", "Product Viewed"):
            row["email"] = ""
            if i % 4:
                row["device"] += f"-{i}"  # another cookie every time
    found = the_one(shop.examined(tmp_path), "identity_coverage", "consideration")
    assert found.severity is Severity.NOTE
    assert float(found.counts["known_share_decision"]) == 1.0
    assert found.effect.affected > 0.5 * found.effect.of


def test_orders_told_by_two_sources_count_twice_and_doctor_says_what_they_are_worth(tmp_path: Path):
    shop = clean_shop()
    rows = "".join(f"{o['paid_at']},{o['email']},{o['total']}\n" for o in shop.orders)
    shop.add_source(
        "  bank:\n    files: bank.csv\n    time: paid_at\n    event: Order Completed\n    value: total\n"
        "    currency: AUD\n    identifiers: {email: email}\n    complete_until: 2024-12-31\n",
        bank="paid_at,email,total\n" + rows,
    )
    report = shop.examined(tmp_path)
    found = the_one(report, "doubled")
    worth = sum(float(o["total"]) for o in shop.orders)
    assert found.severity is Severity.ERROR
    assert found.counts["events"] == len(shop.orders)
    assert found.counts["value"] == worth
    value = next(one for one in found.effect.moved if one.number == "value")
    assert (value.now, value.without) == (2 * worth, worth)
    rate = next(one for one in found.effect.moved if (one.stage, one.number) == ("retention", "rate"))
    assert rate.now is not None and rate.without is not None
    assert rate.now > rate.without, "an order and its copy are no repeat order"


def test_rows_exported_twice_under_other_numbers_are_doubled(tmp_path: Path):
    shop = clean_shop()
    copies = [dict(row, order_no=f"again{i}") for i, row in enumerate(shop.orders[:40])]
    shop.orders += copies
    shop.say("email: email, order_id: order_no", "email: email")
    found = the_one(shop.examined(tmp_path), "doubled")
    assert found.counts["events"] == 80  # the order and the parcel
    assert "order_no, which differs" in (found.fix.about if found.fix else "")


def test_two_of_the_same_at_one_moment_are_no_copies_where_they_differ_in_anything(tmp_path: Path):
    shop = clean_shop()
    for row in list(shop.web[:60]):
        shop.web.append(dict(row, product="boots"))
        row["product"] = "coat"
    shop.say(
        "    channel: {column: channel}\n", "    channel: {column: channel}\n    properties: [product]\n"
    )
    assert not shop.examined(tmp_path).of("doubled")


def test_values_in_another_currency_are_told_with_their_sum(tmp_path: Path):
    shop = clean_shop().say("currency: AUD\n      - event", "currency: {column: money}\n      - event")
    for i, row in enumerate(shop.orders):
        row["money"] = "NZD" if i % 5 == 0 else "AUD"
    found = the_one(shop.examined(tmp_path), "other_currency")
    foreign = [float(o["total"]) for o in shop.orders[::5]]
    assert (found.counts["values"], found.counts["amount"]) == (len(foreign), sum(foreign))
    assert "NZD" in (found.fix.write if found.fix else "")


def test_a_scale_that_is_not_the_one_of_the_answers_is_seen_from_both_sides(tmp_path: Path):
    head = "at,email,stars\n"
    day = datetime(2024, 9, 1, 12).isoformat()
    low = head + "".join(f"{day}Z,c{i}@mail.example,{1 + i % 5}\n" for i in range(60))
    found = the_one(clean_shop().add_source(RATED, ratings=low).examined(tmp_path / "low"), "score_scale")
    assert (found.counts["scores"], found.counts["highest"]) == (60, 5.0)
    assert found.fix is not None
    assert found.fix.write == "score: {low: 1, high: 5, …}"
    high = head + "".join(f"{day}Z,c{i}@mail.example,{7 + i % 6}\n" for i in range(60))
    found = the_one(clean_shop().add_source(RATED, ratings=high).examined(tmp_path / "high"), "score_scale")
    assert (found.counts["off_scale"], found.counts["scores"]) == (20, 40)  # 11 and 12 of ten
    assert "low: 0, high: 100" in (found.fix.write if found.fix else "")
