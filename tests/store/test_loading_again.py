"""Loading twice, grown files, overlaps, corrections: what was there adds nothing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from desirepath.app.load import LoadFailed
from desirepath.core.errors import NotFound
from tests.loaded import HEAD, NOW, WEB, Loaded

ROWS = (
    "2025-01-01 10:00,Page Viewed,a1,,\n"
    "2025-01-01 10:05,Order Completed,a1,u1,10.00\n"
    "2025-01-02 09:00,Page Viewed,a2,,\n"
)
DEALS = """
sources:
  deals:
    files: "deals*.csv"
    key: deal
    time: ts
    identifiers: {user_id: user}
    value: amount
    events:
      - event: Deal Opened
      - {event: Deal Won, time: won, when: "status = 'won'"}
"""
DEAL_HEAD = "deal,ts,won,status,user,amount\n"


def test_the_same_file_twice_adds_nothing(tmp_path: Path) -> None:
    shop = Loaded(tmp_path)
    shop.write("web.csv", HEAD + ROWS)
    assert shop.load().events == 3
    with shop.open() as store:
        before = store.events_version()
    again = shop.load()
    assert (again.events, again.sources[0].parts_unchanged) == (0, 1)
    with shop.open() as store:
        assert store.events_version() == before


def test_a_grown_file_adds_only_what_is_new(tmp_path: Path) -> None:
    shop = Loaded(tmp_path)
    shop.write("web.csv", HEAD + ROWS)
    shop.load()
    shop.write("web.csv", "2025-01-03 09:00,Page Viewed,a3,,\n", append=True)
    grown = shop.load().sources[0]
    assert (grown.events, grown.known, grown.rows) == (1, 3, 4)
    assert shop.column("row") == [1, 2, 3, 4]


def test_rows_that_are_alike_in_one_file_are_all_kept_and_still_never_double(tmp_path: Path) -> None:
    shop = Loaded(tmp_path)
    twice = "2025-01-01 10:00,Page Viewed,a1,,\n" * 2
    shop.write("web.csv", HEAD + twice)
    assert shop.load().events == 2
    shop.write("web.csv", "2025-01-01 10:00,Page Viewed,a1,,\n", append=True)
    assert shop.load().events == 1
    assert shop.ask("SELECT count(*) FROM events") == [(3,)]


def test_exports_that_overlap_do_not_double(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, WEB.replace("web.csv", "'web-*.csv'"))
    january = ["2025-01-01 10:00,Page Viewed,a1,,\n", "2025-01-31 10:00,Page Viewed,a1,,\n"]
    shop.write("web-01.csv", HEAD + "".join(january))
    shop.write("web-02.csv", HEAD + january[1] + "2025-02-02 10:00,Page Viewed,a1,,\n")
    assert shop.load().events == 3
    shop.write("web-03.csv", HEAD + "".join(january))
    assert shop.load().events == 0


def test_a_column_that_comes_later_and_is_empty_for_old_rows_doubles_nothing(tmp_path: Path) -> None:
    shop = Loaded(tmp_path)
    shop.write("web.csv", HEAD + ROWS)
    shop.load()
    wider = "".join(line + "," + ("x1" if "a2" in line else "") + "\n" for line in ROWS.splitlines())
    shop.write("web.csv", HEAD.strip() + ",coupon\n" + wider)
    assert shop.load().events == 1, "only the row that now says something new"


def test_columns_in_another_order_are_the_same_rows(tmp_path: Path) -> None:
    shop = Loaded(tmp_path)
    shop.write("web.csv", "ts,event,anon,user,amount\n2025-01-01,Page Viewed,a1,,\n")
    shop.load()
    shop.write("web.csv", "event,ts,amount,user,anon\nPage Viewed,2025-01-01,,,a1\n")
    assert shop.load().events == 0


def test_a_corrected_row_takes_the_place_of_the_earlier_one(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, DEALS)
    shop.write("deals.csv", DEAL_HEAD + "d1,2025-01-01,,open,u1,100\nd2,2025-01-02,,open,u2,50\n")
    shop.load()
    shop.write("deals.csv", DEAL_HEAD + "d1,2025-01-01,2025-02-01,won,u1,120\nd2,2025-01-02,,open,u2,50\n")
    summary = shop.load().sources[0]
    assert (summary.corrected, summary.events, summary.known) == (1, 2, 1)
    assert shop.column("(key, event, value, row)") == [
        ("d1", "Deal Opened", 12000, 1),
        ("d1", "Deal Won", 12000, 1),
        ("d2", "Deal Opened", 5000, 2),
    ]
    assert shop.ask("SELECT count(*) FROM event_log") == [(4,)], "events only grow"


def test_the_rest_of_the_columns_holds_the_key_so_that_rules_and_pairs_can_name_it(tmp_path: Path) -> None:
    mapping = DEALS.replace("key: deal", "key: deal\n    properties: rest")
    shop = Loaded(tmp_path, mapping)
    shop.write("deals.csv", DEAL_HEAD + "d1,2025-01-01,,open,u1,100\n")
    shop.load()
    assert shop.column('(key, "properties.deal")') == [("d1", "d1")]
    columns = {name for (name,) in shop.ask("SELECT column_name FROM (DESCRIBE event_log)")}
    assert "properties.amount" not in columns, "the value reads it"


def test_a_record_that_goes_back_to_what_it_was_is_a_correction_too(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, DEALS)
    opened, won = "d1,2025-01-01,,open,u1,100\n", "d1,2025-01-01,2025-02-01,won,u1,100\n"
    for state in (opened, won, opened):
        shop.write("deals.csv", DEAL_HEAD + state)
        shop.load()
    assert shop.column("event") == ["Deal Opened"]


def test_an_old_export_that_grows_does_not_undo_later_corrections(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, DEALS)
    shop.write("deals-01.csv", DEAL_HEAD + "d1,2025-01-01,,open,u1,100\n")
    shop.write("deals-02.csv", DEAL_HEAD + "d1,2025-01-01,2025-02-01,won,u1,100\n")
    shop.load()
    shop.write("deals-01.csv", "d9,2025-01-09,,open,u9,9\n", append=True)
    shop.load()
    assert shop.column("event", "key, item") == ["Deal Opened", "Deal Won", "Deal Opened"]


def test_of_one_key_twice_in_a_file_the_last_wins(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, DEALS)
    shop.write(
        "deals.csv",
        DEAL_HEAD
        + "d1,2025-01-01,,open,u1,100\nd2,2025-01-02,,open,u2,5\nd1,2025-01-01,2025-02-01,won,u1,7\n",
    )
    shop.load()
    assert shop.column("(key, event, value, row)") == [
        ("d1", "Deal Opened", 700, 1),
        ("d1", "Deal Won", 700, 1),
        ("d2", "Deal Opened", 500, 2),
    ]


def test_a_correction_that_is_bad_leaves_what_was_there(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, DEALS)
    shop.write("deals.csv", DEAL_HEAD + "d1,2025-01-01,,open,u1,100\nd2,2025-01-01,,open,u2,100\n")
    shop.load()
    shop.write("deals.csv", DEAL_HEAD + "d1,not a day,,open,u1,100\nd2,2025-01-01,,open,u2,100\n")
    shop.load()
    assert shop.column("key") == ["d1", "d2"]
    assert [one.reason for one in shop.rejects()] == ["time_unreadable"]


def test_rejects_are_those_of_the_latest_reading(tmp_path: Path) -> None:
    shop = Loaded(tmp_path)
    bad = "not a time,Page Viewed,a9,,\n"
    shop.write("web.csv", HEAD + ROWS + bad)
    shop.load()
    shop.write("web.csv", "2025-01-03 09:00,Page Viewed,a3,,\n", append=True)
    shop.load()
    assert shop.reasons() == [(5, "time_unreadable")]


def test_a_changed_mapping_reads_everything_anew(tmp_path: Path) -> None:
    shop = Loaded(tmp_path)
    shop.write("web.csv", HEAD + ROWS)
    shop.load()
    shop.say(WEB.replace("channel: web", "channel: app"))
    summary = shop.load().sources[0]
    assert summary.events == 3
    assert shop.column("channel") == ["app"] * 3


def test_what_does_not_change_an_event_reads_nothing_anew(tmp_path: Path) -> None:
    shop = Loaded(tmp_path)
    shop.write("web.csv", HEAD + ROWS)
    shop.load()
    shop.say(WEB + "    complete_until: 2025-02-01\n    most_bad: 0.2\n")
    assert shop.load().sources[0].parts_unchanged == 1


def test_a_source_that_is_gone_from_the_file_holds_no_more(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, WEB + DEALS.replace("sources:", ""))
    shop.write("web.csv", HEAD + ROWS)
    shop.write("deals.csv", DEAL_HEAD + "d1,2025-01-01,,open,u1,100\n")
    shop.load()
    shop.say(WEB)
    assert shop.load().removed == ("deals",)
    assert set(shop.column("source")) == {"web"}


def test_only_the_source_that_was_named_is_loaded(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, WEB + DEALS.replace("sources:", ""))
    shop.write("web.csv", HEAD + ROWS)
    shop.write("deals.csv", DEAL_HEAD + "d1,2025-01-01,,open,u1,100\n")
    assert [one.source for one in shop.load(only=["deals"]).sources] == ["deals"]
    with pytest.raises(NotFound, match='Did you mean "deals"'):
        shop.load(only=["deal"])


def test_what_lay_in_the_future_is_looked_at_again_when_it_has_come(tmp_path: Path) -> None:
    shop = Loaded(tmp_path)
    later = NOW + timedelta(days=10)
    shop.write("web.csv", HEAD + ROWS + f"{later:%Y-%m-%d %H:%M},Page Viewed,a4,,\n")
    assert shop.load().events == 3
    assert shop.reasons() == [(5, "time_in_future")]
    assert shop.load().sources[0].parts_unchanged == 1
    shop.clock.moment = later
    assert shop.load().events == 1
    assert shop.reasons() == []


def test_arrival_does_not_depend_on_the_order_of_loading(tmp_path: Path) -> None:
    both = WEB + DEALS.replace("sources:", "")
    one, other = Loaded(tmp_path / "one", both), Loaded(tmp_path / "other", both)
    for shop in (one, other):
        shop.write("web.csv", HEAD + ROWS)
        shop.write("deals.csv", DEAL_HEAD + "d1,2025-01-01,,open,u1,100\n")
    one.load()
    other.load(only=["web"])
    other.load(only=["deals"])
    assert one.everything() == other.everything()
    assert set(one.column("part_order")) == {1, 2}


def test_a_mistaken_change_of_the_mapping_leaves_what_was_there(tmp_path: Path) -> None:
    shop = Loaded(tmp_path)
    shop.write("web.csv", HEAD + ROWS)
    shop.load()
    before = shop.everything()
    shop.say(WEB.replace("time: ts", "time: {column: ts, format: '%d/%m/%Y'}"))
    with pytest.raises(LoadFailed, match="100% of the 3 rows"):
        shop.load()
    assert shop.everything() == before


def test_a_changed_mapping_over_exports_that_overlap_ends_where_a_first_load_does(tmp_path: Path) -> None:
    patterned = WEB.replace("web.csv", "'web-*.csv'")
    first, changed = Loaded(tmp_path / "first"), Loaded(tmp_path / "changed", patterned)
    for shop in (first, changed):
        shop.write("web-1.csv", HEAD + ROWS)
        shop.write(
            "web-2.csv", HEAD + ROWS.splitlines(keepends=True)[2] + "2025-01-05 10:00,Page Viewed,a1,,\n"
        )
    changed.load()
    for shop in (first, changed):
        shop.say(patterned.replace("channel: web", "channel: app"))
        shop.load()
    assert changed.everything() == first.everything()
    assert changed.ask("SELECT count(*) FROM event_log") == [(8,)], "events only grow"


def test_a_file_that_is_gone_keeps_what_it_brought(tmp_path: Path) -> None:
    patterned = WEB.replace("web.csv", "'web-*.csv'")
    shop = Loaded(tmp_path, patterned)
    gone = shop.write("web-1.csv", HEAD + ROWS)
    shop.write("web-2.csv", HEAD + "2025-01-05 10:00,Page Viewed,a1,,\n")
    shop.load()
    gone.unlink()
    shop.say(patterned.replace("channel: web", "channel: app"))
    assert shop.load().sources[0].notes == [
        "1 part(s) keep what they were read as, because their files are gone: web-1.csv"
    ]
    assert shop.column("channel") == ["web", "web", "web", "app"]


def test_a_file_that_was_renamed_is_read_and_adds_nothing(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, WEB.replace("web.csv", "'*.csv'"))
    path = shop.write("web.csv", HEAD + ROWS)
    shop.load()
    path.rename(tmp_path / "web-old.csv")
    summary = shop.load().sources[0]
    assert (summary.events, summary.known) == (0, 3)
