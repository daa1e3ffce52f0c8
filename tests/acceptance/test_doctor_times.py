"""Faults of time, planted in a clean shop: doctor finds each, with its counts, and says what to write."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from desirepath.core.times import HOUR
from desirepath.doctor.finding import Severity
from tests.planted import SYDNEY, clean_shop, local, the_one, zoned

SENT = "    properties: {sent_at: sent_at}\n"


def test_an_order_book_read_in_another_zone_is_hours_apart_from_the_web(tmp_path: Path):
    shop = clean_shop().say("    zone: Australia/Sydney", "    zone: UTC")
    report = shop.examined(tmp_path)
    found = the_one(report, "sources_shifted")
    assert found.subject == "orders"
    assert found.severity is Severity.ERROR
    assert found.counts["hours"] == "10 or 11"  # winter and summer
    assert found.effect.affected == 2 * len(shop.orders)
    assert found.fix is not None
    assert found.fix.write == "zone: Australia/Sydney"
    assert found.fix.place == "sources.yaml:13"
    # Orders seem to come half a day after the cart: in truth it is minutes.
    time = next(m for m in found.effect.moved if (m.stage, m.number) == ("decision", "median time"))
    assert time.now is not None and time.without is not None
    assert time.now > 9 * HOUR
    assert time.without < HOUR
    assert report.findings[0] == found


def test_customers_who_are_awake_at_night_are_on_another_clock(tmp_path: Path):
    shop = clean_shop(1200)
    for row in shop.web:  # exported on Sydney's clock without saying so, and read as UTC
        at = datetime.fromisoformat(row["time"]).astimezone(SYDNEY)
        row["time"] = local(at)
    shop.say(
        "    complete_until: 2024-12-31\n  orders:",
        "    zone: UTC\n    complete_until: 2024-12-31\n  orders:",
    )
    found = the_one(shop.examined(tmp_path), "time_zone")
    assert found.subject == "web"
    assert found.counts["hours_off"] in (-9, -10, -11, -12)
    assert found.fix is not None
    assert found.fix.write == "zone: Australia/Sydney"


def test_times_in_the_hour_that_clocks_skip_were_of_another_zone(tmp_path: Path):
    # A machine's log in UTC, around the clock, read as Sydney's: on 6 October 02:00 to 03:00 does not exist there.
    rows = [day + timedelta(minutes=m) for day in _days(datetime(2024, 9, 20), 40) for m in range(1, 1440, 2)]
    text = "time,device\n" + "".join(f"{local(at)},d{i % 50}\n" for i, at in enumerate(rows))
    shop = clean_shop().add_source(
        "  log:\n    files: log.csv\n    time: time\n    event: Ping\n    by: machine\n"
        "    identifiers: {anonymous_id: device}\n",
        log=text,
    )
    found = the_one(shop.examined(tmp_path), "skipped_hour")
    assert found.subject == "log"
    assert 25 <= int(found.counts["in_the_gap"]) <= 35  # every second minute of the hour
    assert "2024-10-06" in found.message


def _days(first: datetime, count: int) -> list[datetime]:
    return [first + timedelta(days=n) for n in range(count)]


def test_seconds_read_as_milliseconds_lie_in_january_1970(tmp_path: Path):
    text = "at,email\n" + "".join(f"{1_725_000_000 + 3600 * i},c{i}@mail.example\n" for i in range(90))
    shop = clean_shop().add_source(
        "  mails:\n    files: mails.csv\n    time: {column: at, format: epoch_ms}\n    event: Mail Read\n"
        "    identifiers: {email: email}\n",
        mails=text,
    )
    found = the_one(shop.examined(tmp_path), "epoch_unit")
    assert (found.subject, found.counts["events"]) == ("mails", 90)
    assert found.fix is not None
    assert found.fix.write == "time: {column: at, format: epoch_s}"


def test_default_dates_are_told_whether_they_were_kept_or_set_aside(tmp_path: Path):
    shop = clean_shop()
    for i, when in enumerate(["2000-01-01T03:00:00Z"] * 7 + ["1900-01-01 00:00:00"] * 5):
        shop.web.append({**shop.web[0], "time": when, "device": f"d{i}", "event": "Ad Clicked"})
    report = shop.examined(tmp_path)
    by_day = {one.counts.get("day", one.counts.get("time")): one for one in report.of("default_date")}
    kept, gone = by_day["2000-01-01"], by_day["1900-01-01 00:00:00"]
    assert (kept.counts["events"], gone.counts["records"]) == (7, 5)
    entered = next(one for one in kept.effect.moved if (one.stage, one.number) == ("awareness", "entered"))
    assert entered.now is not None and entered.without is not None
    assert entered.now - entered.without == 7, "seven more passes, a quarter of a century ago"
    assert gone.examples[0].line == len(shop.web) - 3
    assert not report.of("rejects"), "less than one record in a hundred"


def test_a_few_real_orders_on_new_year_are_no_default_date(tmp_path: Path):
    shop = clean_shop()
    for row in shop.orders + shop.web:
        for key in ("time", "paid_at", "sent_at"):
            if key in row:
                at = datetime.fromisoformat(row[key]) + timedelta(days=-24 * 365 - 218)  # around 2000-01-01
                row[key] = at.strftime("%Y-%m-%dT%H:%M:%SZ" if key == "time" else "%Y-%m-%d %H:%M:%S")
    assert not shop.examined(tmp_path).of("default_date")


def test_what_lies_in_the_future_is_counted_set_aside_or_kept(tmp_path: Path):
    shop = clean_shop()
    for i in range(12):
        shop.visit(datetime(2031, 5, 1, 10, i), "Ad Clicked", f"d{i}")
    for i in range(8):  # the clock of the test stands at 11:00 on 5 January in Sydney
        shop.visit(datetime(2025, 1, 5, 19, i), "Ad Clicked", f"d{i}")
    found = the_one(shop.examined(tmp_path), "future")
    assert (found.counts["set_aside"], found.counts["kept"]) == (12, 8)
    assert found.effect.affected == 20
    assert found.examples[0].file == "web.csv"


def test_events_that_happened_after_they_were_sent_show_a_clock_that_runs_ahead(tmp_path: Path):
    shop = clean_shop()
    for i, row in enumerate(shop.web):
        at = datetime.fromisoformat(row["time"])
        ahead = timedelta(hours=3) if i % 20 == 0 else timedelta(seconds=-30)
        row["sent_at"] = (at - ahead).strftime("%Y-%m-%dT%H:%M:%SZ")
    shop.say("    channel: {column: channel}\n", "    channel: {column: channel}\n" + SENT)
    found = the_one(shop.examined(tmp_path), "clock_skew")
    assert found.subject == "web"
    assert found.counts["late"] == len(shop.web[::20])
    assert found.counts["typical_hours"] == 3.0
    assert found.fix is not None
    assert found.fix.write == "time: sent_at"


def test_days_in_a_source_with_times_come_before_all_else_of_that_day(tmp_path: Path):
    shop = clean_shop()
    for row in shop.orders:
        row["paid_at"] = row["paid_at"][:10] + " 00:00:00"
        row["sent_at"] = row["sent_at"][:10] + " 00:00:00"
    report = shop.examined(tmp_path)
    found = the_one(report, "no_time_of_day")
    assert (found.subject, found.counts["at_midnight"]) == ("orders", 2 * len(shop.orders))
    # Each order has looks and clicks of the same day behind it in truth, before it in the data.
    assert int(found.counts["beside_others"]) >= len(shop.orders)
    assert found.fix is not None
    assert found.fix.write == "time: {column: paid_at, date_only: true}"


def test_an_instant_in_utc_and_the_same_on_the_local_clock_are_no_shift(tmp_path: Path):
    shop = clean_shop()
    for row in shop.orders:
        row["paid_at"] = zoned(datetime.fromisoformat(row["paid_at"]))
    assert not shop.examined(tmp_path).of("sources_shifted")
