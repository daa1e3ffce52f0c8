"""Faults of sources, planted in a clean shop: they end early, begin late, are bad, empty, unread or unconfirmed."""

from __future__ import annotations

from pathlib import Path

from desirepath.app.workspace import Workspace
from desirepath.doctor.finding import Severity
from tests.planted import clean_shop, the_one


def test_a_source_that_ends_early_holds_visits_in_flight(tmp_path: Path):
    shop = clean_shop()
    head, _, tail = shop.sources.rpartition("    complete_until: 2024-12-31\n")
    shop.sources = head + tail  # the order book says nothing of its end
    shop.orders = [o for o in shop.orders if o["paid_at"] < "2024-10-01"]
    found = the_one(shop.examined(tmp_path), "sources_end")
    assert found.subject == "orders"
    assert "assumed" in found.message
    assert 85 <= float(found.counts["days"]) <= 93
    held = int(found.counts["visits_held"])
    moved = {one.stage: (one.now, one.without) for one in found.effect.moved if one.number == "in_flight"}
    now, without = (sum(int(pair[i] or 0) for pair in moved.values()) for i in (0, 1))
    assert now - without == held > 50
    assert found.fix is not None
    assert (found.fix.place, found.fix.write) == ("sources.yaml:10", "complete_until: 2024-12-31")


def test_a_source_that_begins_late_makes_earlier_visits_hopeless(tmp_path: Path):
    shop = clean_shop(1200)
    shop.orders = [o for o in shop.orders if o["paid_at"] > "2024-10-01"]
    found = the_one(shop.examined(tmp_path), "sources_begin")
    assert found.subject == "orders"
    assert found.counts["begins"] == "2024-10-01"
    before = [r for r in shop.web if r["time"] < "2024-10" and r["event"] not in ("Order Page Viewed",)]
    assert 0.8 * len(before) <= int(found.counts["visits_before"]) <= 1.2 * len(before)
    rate = next(one for one in found.effect.moved if one.stage == "decision")
    assert rate.now is not None and rate.without is not None
    assert rate.without > rate.now + 0.1


def test_records_set_aside_are_told_by_source_and_reason(tmp_path: Path):
    shop = clean_shop()
    for row in shop.orders[::8]:
        row["paid_at"] = "soon"
    count = len(shop.orders[::8])
    found = the_one(shop.examined(tmp_path), "rejects")
    assert found.subject == "orders"
    assert found.severity is Severity.WARNING
    assert found.counts["time_unreadable"] == count
    assert found.effect.of == len(shop.orders)
    assert "soon" in str(found.examples[0])


def test_a_source_without_any_event(tmp_path: Path):
    shop = clean_shop().add_source(
        "  calls:\n    files: calls.csv\n    time: at\n    event: Called\n    identifiers: {email: email}\n",
        calls="at,email\n",
    )
    report = shop.examined(tmp_path)
    assert the_one(report, "empty_source").subject == "calls"


def test_a_mapping_that_changed_since_the_load(tmp_path: Path):
    shop = clean_shop()
    shop.write(tmp_path).load()
    text = (tmp_path / "sources.yaml").read_text("utf-8")
    (tmp_path / "sources.yaml").write_text(
        text.replace("value: total", "value: total\n        text: email"), "utf-8"
    )
    found = the_one(Workspace.open(tmp_path, variables={}).doctor(), "not_loaded")
    assert found.subject == "orders"


def test_columns_that_no_rule_reads_and_guesses_that_nobody_confirmed_are_hints(tmp_path: Path):
    shop = clean_shop()
    for row in shop.web:
        row["browser"], row["empty"] = "Firefox", ""
    shop.say(
        "    channel: {column: channel}\n",
        "    channel: {column: channel}\n    properties: [browser, empty]\n",
    )
    shop.say("    files: web.csv\n", "    files: web.csv  # guess: it is the only one\n")
    report = shop.examined(tmp_path)
    unused = the_one(report, "unused_columns")
    assert unused.counts == {"properties.browser": len(shop.web)}
    guess = the_one(report, "guesses")
    assert guess.fix is not None
    assert guess.fix.place == "sources.yaml:4"
    assert {one.severity for one in report.findings} == {Severity.NOTE}


def test_only_what_is_about_one_source(tmp_path: Path):
    shop = clean_shop()
    for row in shop.orders[::8]:
        row["paid_at"] = "soon"
    for row in shop.web[::9]:
        row["time"] = ""
    workspace = shop.write(tmp_path)
    workspace.load()
    assert {one.subject for one in workspace.doctor().of("rejects")} == {"orders", "web"}
    assert {one.subject for one in workspace.doctor(source="web").findings} == {"web"}
