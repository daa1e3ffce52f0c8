"""Broken files: what is bad costs itself only, keeps its place and its reason, and nothing is lost in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from desirepath.app.load import LoadFailed, LoadProgress
from desirepath.collect.raw import MAX_LINE
from desirepath.core.errors import DefinitionError
from tests.loaded import HEAD, WEB, Loaded

LENIENT = WEB + "    most_bad: 0.9\n"


def good(n: int) -> str:
    return f"2025-01-01 10:{n % 60:02},Page Viewed,a{n},,\n"


def test_every_kind_of_bad_record_is_kept_with_its_line_reason_and_text(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, LENIENT)
    bad = {
        "time_missing": ",Page Viewed,a1,,",
        "time_unreadable": "yesterday,Page Viewed,a1,,",
        "time_out_of_range": "1969-12-31 23:59,Page Viewed,a1,,",
        "time_in_future": "2031-01-01,Page Viewed,a1,,",
        "event_missing": "2025-01-01 10:00,,a1,,",
        "event_too_long": f"2025-01-01 10:00,{'x' * 201},a1,,",
        "no_identifier": "2025-01-01 10:00,Page Viewed, ,,",
        "identifier_too_long": f"2025-01-01 10:00,Page Viewed,{'x' * 1001},,",
        "too_few_columns": "2025-01-01 10:00,Page Viewed,a1",
        "too_many_columns": "2025-01-01 10:00,Page Viewed,a1,,,,,9",
        "value_unreadable": "2025-01-01 10:00,Page Viewed,a1,,much",
        "unclosed_quote": '2025-01-01 10:00,"Page" Viewed,a1,,',
        "nul_character": "2025-01-01 10:00,Page\0Viewed,a1,,",
    }
    shop.write("web.csv", HEAD + "".join(good(n) + text + "\n" for n, text in enumerate(bad.values())))
    summary = shop.load()
    found = shop.rejects()
    assert [(one.line, one.reason) for one in found] == [
        (3 + 2 * place, reason) for place, reason in enumerate(bad)
    ]
    assert [one.raw for one in found] == list(bad.values())
    assert summary.rejected == len(bad)
    assert summary.events == len(bad) + 1, "the event with an unreadable value is kept, without it"
    assert [one.lost for one in found if one.reason == "value_unreadable"] == ["value"]


def test_lines_are_physical_ones_where_fields_hold_line_ends(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, LENIENT)
    two_lines = '2025-01-01 10:00,"Page\nViewed",a1,,\n'
    shop.write(
        "web.csv",
        HEAD + two_lines + "bad,x,a,,\n" + two_lines * 2 + "short\n" + two_lines + "bad,x,a,,\n" + good(1),
    )
    assert shop.load().events == 5
    assert shop.reasons() == [(4, "time_unreadable"), (9, "too_few_columns"), (12, "time_unreadable")]


def test_a_quote_that_is_never_closed_costs_one_line_not_the_rest_of_the_file(tmp_path: Path) -> None:
    shop = Loaded(tmp_path)
    rows = [good(n) for n in range(5000)]
    rows[10] = '2025-01-01 10:00,"Page Viewed,a10,,\n'
    shop.write("web.csv", HEAD + "".join(rows))
    assert shop.load().events == 4999
    assert shop.reasons() == [(12, "unclosed_quote")]


def test_nothing_is_lost_in_silence_in_a_large_file(tmp_path: Path) -> None:
    shop = Loaded(tmp_path)
    filler = "x" * 150
    rows = [f"2025-01-01 10:00,Page Viewed,a{n},{filler},\n" for n in range(300_000)]
    rows[100] = '2025-01-01 10:00,"Page Viewed,a10,,\n'
    rows[250_000] = f"2025-01-01 10:00,{'y' * (MAX_LINE + 1)},a,,\n"
    shop.write("web.csv", HEAD + "".join(rows))
    assert shop.load().events == 299_998
    assert shop.reasons() == [(102, "unclosed_quote"), (250_002, "line_too_long")]


def test_line_ends_of_two_kinds_in_one_file(tmp_path: Path) -> None:
    shop = Loaded(tmp_path)
    shop.write("web.csv", HEAD + good(1) + good(2).replace("\n", "\r\n") + "bad,x,a,,\n" + good(3) + good(4))
    assert shop.load().events == 4
    assert shop.reasons() == [(4, "time_unreadable")]


def test_blank_lines_are_no_records(tmp_path: Path) -> None:
    shop = Loaded(tmp_path)
    shop.write("web.csv", "\n" + HEAD + good(1) + "\n\n" + good(2) + "bad,x,a,,\n" + "\n\n\n")
    assert shop.load().events == 2
    assert shop.reasons() == [(7, "time_unreadable")]


def test_a_header_over_two_lines_and_lines_before_it(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, WEB + "    skip: 2\n")
    shop.write(
        "web.csv",
        "Export of 2025\nby me\n" + '"ts",event,anon,user,amount,"two\nlines"\n' + good(1).strip() + ",z\n",
    )
    assert shop.load().events == 1
    assert shop.column('"properties.two\nlines"') == ["z"]


def test_an_empty_file_and_one_with_only_a_header_bring_nothing(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, WEB.replace("web.csv", "'*.csv'"))
    shop.write("a.csv", "")
    shop.write("b.csv", HEAD)
    shop.write("c.csv", HEAD + good(1))
    assert shop.load().events == 1
    assert shop.load().sources[0].parts_unchanged == 3


def test_a_source_that_is_mostly_bad_says_why_and_what_would_mend_it(tmp_path: Path) -> None:
    shop = Loaded(
        tmp_path, WEB + "  app:\n    files: app.csv\n    time: ts\n    event: Seen\n    identifiers: [anon]\n"
    )
    shop.write("app.csv", HEAD + good(1))
    shop.write(
        "web.csv", HEAD + "".join(f"{n % 28 + 1}/12/2024,Page Viewed,a{n},,\n" for n in range(49)) + good(1)
    )
    with pytest.raises(LoadFailed) as failed:
        shop.load()
    assert str(failed.value) == (
        'source "web": 98% of the 50 rows of web.csv are bad; nothing of it was loaded.\n'
        '  49 × its time cannot be read, for example "1/12/2024"\n'
        """The column "ts" looks like "1/12/2024": add format: '%d/%m/%Y'\n"""
        f"See them with: desirepath rejects {tmp_path} --source web"
    )
    assert failed.value.summary.events == 1, "the other source was loaded"
    assert len(shop.rejects()) == 49
    shop.write("web.csv", HEAD + good(1))
    assert shop.load().events == 1, "it is read again when it is mended"
    assert shop.rejects() == []


def test_columns_that_are_nowhere_are_told_all_at_once_with_the_nearest(tmp_path: Path) -> None:
    shop = Loaded(
        tmp_path, WEB.replace("time: ts", "time: tz").replace("amount", "amont").replace("user", "usr")
    )
    shop.write("web.csv", HEAD + good(1))
    with pytest.raises(DefinitionError) as failed:
        shop.load()
    assert [(p.line, p.facts["column"]) for p in failed.value.problems] == [
        (3, "tz"),
        (3, "amont"),
        (3, "usr"),
    ]
    assert 'Did you mean "amount"? Columns: ts, event, anon, user, amount.' in str(failed.value)


def test_a_column_that_only_some_files_have_is_empty_in_the_others(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, WEB.replace("web.csv", "'*.csv'"))
    shop.write("old.csv", "ts,event,anon,user\n2025-01-01,Page Viewed,a1,\n")
    shop.write("new.csv", HEAD + "2025-01-02,Order Completed,a1,u1,7\n")
    summary = shop.load().sources[0]
    assert summary.notes == ['old.csv has no column "amount": it is empty there.']
    assert shop.column("value") == [700, None]


def test_a_pattern_that_finds_nothing_says_what_is_there(tmp_path: Path) -> None:
    shop = Loaded(tmp_path)
    shop.write("wep.csv", HEAD)
    with pytest.raises(LoadFailed, match=r'no file matches "web.csv".\nDid you mean "wep.csv"'):
        shop.load()


def test_too_many_columns_are_refused(tmp_path: Path) -> None:
    shop = Loaded(tmp_path)
    shop.write("web.csv", HEAD.strip() + "".join(f",p{n}" for n in range(2000)) + "\n")
    with pytest.raises(LoadFailed, match="at most 2,000"):
        shop.load()


def test_progress_tells_bytes_rows_and_what_is_left(tmp_path: Path) -> None:
    shop = Loaded(tmp_path)
    path = shop.write("web.csv", HEAD + "".join(good(n) for n in range(1000)))
    told: list[LoadProgress] = []
    shop.load(told=told)
    last = told[-1]
    assert (last.bytes_done, last.bytes_total, last.rows) == (path.stat().st_size, path.stat().st_size, 1000)
    assert last.share == 1.0 and last.seconds > 0


def test_json_lines_that_are_too_long_or_broken_bytes_cost_themselves_only(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, WEB.replace("web.csv", "web.jsonl").replace("amount", "total"))
    line = '{"ts": "2025-01-01", "event": "Page Viewed", "anon": "a%d", "user": "u", "total": 1}\n'
    long = '{"ts": "2025-01-01", "event": "' + "x" * (MAX_LINE + 5) + '"}\n'
    texts = [(line % n).encode() for n in range(10)]
    texts[3:3] = [long.encode(), b'{"event": "Caf\xe9"}\n', '{"event": "Café"}\n'.encode() * 2]
    shop.write("web.jsonl", b"".join(texts))
    assert shop.load().events == 10
    assert shop.reasons() == [(4, "line_too_long"), (5, "not_utf8"), (6, "time_missing"), (7, "time_missing")]


def test_what_stands_for_nothing_in_dumps_is_nothing(tmp_path: Path) -> None:
    shop = Loaded(tmp_path)
    shop.write(
        "web.csv",
        HEAD.strip() + ",size\n" + "2025-01-01,Page Viewed,a1,NULL,N/A,\\N\n" * 5 + "-,Seen,a1,,,3\n",
    )
    assert shop.load().events == 5
    assert shop.reasons() == [(7, "time_missing")]
    assert set(shop.column('("id.user_id", value, "properties.size")')) == {(None, None, None)}


def test_quotes_after_a_backslash(tmp_path: Path) -> None:
    shop = Loaded(tmp_path)
    rows = ['2025-01-01,"Searched \\"it\\", found",a1,,\n', '2025-01-02,"Page Viewed",a2,,\n'] * 5
    shop.write("web.csv", HEAD + "".join(rows))
    assert shop.load().events == 10
    assert set(shop.column("event")) == {'Searched "it", found', "Page Viewed"}
    shop.write("web.csv", '2025-01-03,"open,a3,,\n' + rows[0], append=True)
    shop.load()
    assert shop.reasons() == [(12, "unclosed_quote")]
    assert shop.ask("SELECT count(*) FROM events") == [(11,)]


ORDERS = """
sources:
  orders:
    files: orders.csv
    identifiers: {user_id: user}
    events:
      - {event: Ordered, time: ordered}
      - {event: Delivered, time: delivered, by: business}
"""


def test_of_a_row_with_several_events_those_happened_that_have_a_time(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, ORDERS)
    shop.write(
        "orders.csv",
        "user,ordered,delivered\nu1,2025-01-01,2025-01-05\nu2,2025-01-02,\nu3,,\nu4,,2025-01-09\n",
    )
    shop.load()
    assert shop.column('("id.user_id", event)') == [
        ("u1", "Ordered"),
        ("u1", "Delivered"),
        ("u2", "Ordered"),
        ("u4", "Delivered"),
    ]
    assert shop.reasons() == [(4, "time_missing")], "once, though none of its events has a time"


def test_who_names_a_folder_is_told_how_to_name_its_files(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, WEB.replace("files: web.csv", "files: exports\n    format: csv"))
    shop.write("exports/web.csv", HEAD + good(1))
    with pytest.raises(LoadFailed) as failed:
        shop.load()
    assert '"exports" is a folder.\nFor the files in it write exports/*.csv' in str(failed.value)
