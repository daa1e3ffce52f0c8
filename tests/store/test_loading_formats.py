"""The ways in which files are written: delimiters, encodings, archives, JSON lines, Parquet, queries."""

from __future__ import annotations

import gzip
import json
import zipfile
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from desirepath.app.load import LoadFailed
from desirepath.core.errors import DefinitionError, SourceError
from desirepath.sources.files.find import FoundFile
from desirepath.sources.files.unpack import Bounds, unpack
from tests.loaded import HEAD, WEB, Loaded

ROW = "2025-01-01 10:00,Page Viewed,a1,,\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_seen(tmp_path: Path, delimiter: str) -> None:
    shop = Loaded(tmp_path)
    text = HEAD + '2025-01-01 10:00,"Page; Viewed|now",a1,u1,"1.5"\n' + ROW
    shop.write("web.csv", text.replace(",", delimiter))
    assert shop.load().events == 2
    assert shop.column('("id.anonymous_id", value)') == [("a1", 150), ("a1", None)]


def test_a_delimiter_inside_quotes_is_text(tmp_path: Path) -> None:
    shop = Loaded(tmp_path)
    shop.write("web.csv", HEAD + '2025-01-01 10:00,"Searched, found ""it""",a1,,\n')
    shop.load()
    assert shop.column("event") == ['Searched, found "it"']


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8-sig", False),
        ("utf-16", False),
        ("utf-16-le", False),
        ("cp1252", False),
        ("cp1252", True),
        ("cp1251", True),
        ("shift_jis", True),
    ],
)
def test_the_encoding_is_seen_or_said(tmp_path: Path, encoding: str, declared: bool) -> None:
    names = {"cp1251": "Куплено", "shift_jis": "購入"}.get(encoding, "Café gewählt – größer")
    shop = Loaded(tmp_path, WEB + f"    encoding: {encoding}\n" if declared else WEB)
    shop.write("web.csv", (HEAD + f"2025-01-01 10:00,{names},a1,,\n" * 20).encode(encoding))
    assert shop.load().events == 20
    assert set(shop.column("event")) == {names}


def test_a_few_broken_bytes_cost_their_records_only(tmp_path: Path) -> None:
    shop = Loaded(tmp_path)
    good = "".join(f"2025-01-01 10:{n:02},Café,a{n},,\n" for n in range(30)).encode()
    shop.write("web.csv", HEAD.encode() + good + b"2025-01-01 11:00,Caf\xe9,a9,,\n" + ROW.encode())
    assert shop.load().events == 31
    assert shop.reasons() == [(32, "not_utf8")]


def test_gzip_and_zip_are_unpacked_and_a_member_is_a_part(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, WEB.replace("web.csv", "[web.csv.gz, all.zip]"))
    shop.write("web.csv.gz", gzip.compress((HEAD + ROW).encode()))
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("b/two.csv", HEAD + ROW.replace("a1", "b2"))
        archive.writestr("a/one.csv", HEAD + ROW.replace("a1", "b1"))
        archive.writestr("__MACOSX/._one.csv", "rubbish")
        archive.writestr("readme.md", "read me")
    assert shop.load().events == 3
    assert shop.ask("SELECT name FROM parts ORDER BY part") == [
        ("all.zip/a/one.csv",),
        ("all.zip/b/two.csv",),
        ("web.csv.gz",),
    ]
    assert shop.load().events == 0


def test_a_bomb_is_refused_while_it_grows(tmp_path: Path) -> None:
    small = Bounds(ratio=50, ratio_from=1_000_000)
    path = tmp_path / "web.csv.gz"
    path.write_bytes(gzip.compress(HEAD.encode() + b"0" * 20_000_000))
    target = tmp_path / "unpacked"
    with pytest.raises(SourceError, match=r"web.csv.gz was not unpacked: it grows"):
        unpack(FoundFile(path, path.name), target, small, text=True)
    assert target.stat().st_size < 3_000_000


def test_an_archive_that_is_cut_off_says_so(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, WEB.replace("web.csv", "web.csv.gz"))
    whole = gzip.compress((HEAD + ROW * 1000).encode())
    shop.write("web.csv.gz", whole[: len(whole) // 2])
    with pytest.raises(LoadFailed, match=r"web.csv.gz cannot be unpacked"):
        shop.load()


JSON = WEB.replace("web.csv", "web.jsonl").replace("amount", "order.total")


def test_json_lines_with_objects_inside_and_broken_lines(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, JSON)
    rows = [
        {"ts": "2025-01-01T10:00:00Z", "event": "Page Viewed", "anon": "a1", "user": None, "page": {"url": "/x"}},
        {"ts": "2025-01-01T10:01:00Z", "event": "Ordered", "anon": "a1", "user": "u1", "order": {"total": 12.5}},
        {"ts": "2025-01-01T10:02:00Z", "event": "Tagged", "anon": "a1", "tags": ["x", 1], "page": {"deep": {"er": 1}}},
    ]  # fmt: skip
    lines = [json.dumps(row) for row in rows]
    lines[1:1] = ["", "{broken", "[1, 2]", '"text"']
    shop.write("web.jsonl", "\n".join(lines) + "\n")
    assert shop.load().events == 3
    assert shop.reasons() == [(3, "not_json"), (4, "not_json"), (5, "not_json")]
    assert shop.column('("properties.page.url", "properties.page.deep.er", "properties.tags", value)') == [
        ("/x", None, None, None),
        (None, None, None, 1250),
        (None, 1.0, '["x",1]', None),
    ]


def test_json_lines_from_two_kinds_of_machine(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, JSON)
    line = '{"ts": "2025-01-01T10:00:00Z", "event": "Page Viewed", "anon": "a%d"}'
    shop.write("web.jsonl", line % 1 + "\r\n" + line % 2 + "\n" + "oops\r\n" + line % 3)
    assert shop.load().events == 3
    assert shop.reasons() == [(3, "not_json")]


def test_a_json_array_is_told_from_json_lines(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, JSON)
    shop.write("web.jsonl", '[{"ts": "2025-01-01"}]')
    with pytest.raises(LoadFailed, match="one JSON array"):
        shop.load()


def test_a_key_that_no_json_line_has_is_noted(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, JSON)
    shop.write(
        "web.jsonl",
        '{"ts": "2025-01-01", "event": "Seen", "anon": "a1", "user": "u", "order": {"totl": 1}}\n',
    )
    notes = shop.load().sources[0].notes
    assert len(notes) == 1 and '"order.total"' in notes[0] and 'Did you mean "order.totl"?' in notes[0]


def test_parquet_with_its_own_types(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, WEB.replace("web.csv", "web.parquet"))
    table = pa.table(
        {
            "ts": pa.array([datetime(2025, 1, 1, 10)] * 2, pa.timestamp("us", tz="Europe/Berlin")),
            "event": ["Page Viewed", "Order Completed"],
            "anon": pa.array([17, 18]),
            "user": [None, "u1"],
            "amount": pa.array([None, 12.5]),
            "day": pa.array([date(2025, 1, 1)] * 2),
            "basket": pa.array([[1, 2], None]),
            "new": pa.array([True, False]),
        }
    )
    pq.write_table(table, tmp_path / "web.parquet")
    assert shop.load().events == 2
    assert shop.column('(time, "id.anonymous_id", value, "properties.new", "properties.basket")') == [
        (datetime(2025, 1, 1, 10), "17", None, True, "[1,2]"),
        (datetime(2025, 1, 1, 10), "18", 1250, False, None),
    ]


def test_a_file_without_a_header_and_one_of_fixed_width(tmp_path: Path) -> None:
    shop = Loaded(
        tmp_path,
        """
sources:
  cd:
    files: cd.txt
    delimiter: space
    columns: [customer, day, units, amount]
    time: {column: day, format: '%Y%m%d'}
    event: Order Completed
    identifiers: {user_id: customer}
    value: amount
    properties: [units]
""",
    )
    shop.write("cd.txt", "  00001 19970101  1  11.77\n  00002 19970112  5  77.00\n  00002 19970112\n")
    assert shop.load().events == 2
    assert shop.reasons() == [(3, "too_few_columns")]
    assert shop.column('("id.user_id", value, date_only, "properties.units")') == [
        ("00001", 1177, True, 1.0),
        ("00002", 7700, True, 5.0),
    ]


QUERY = """
sources:
  pairs:
    query: |
      SELECT w.ts, w.event, w.anon, u.email AS mail
      FROM read_csv('web.csv') w LEFT JOIN read_csv('users.csv') u ON u.id = w.user
    time: ts
    event: {column: event}
    identifiers: {anonymous_id: anon, email: mail}
"""


def test_a_query_over_files_starts_where_sources_yaml_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Loaded(tmp_path / "shop", QUERY)
    monkeypatch.chdir(tmp_path)
    shop.write("web.csv", HEAD + ROW + "2025-01-01 10:05,Login,a1,7,\n")
    shop.write("users.csv", "id,email\n7,ann@example.com\n8,bob@example.com\n")
    assert shop.load().events == 2
    assert set(shop.column('"id.email"')) == {None, "ann@example.com"}
    assert shop.load().events == 0


@pytest.mark.parametrize(
    "query",
    [
        "CREATE TABLE x AS SELECT 1",
        "SELECT 1; DROP TABLE event_log",
        "COPY (SELECT 1) TO 'out.csv'",
        "ATTACH 'other.db'",
        "INSTALL httpfs",
    ],
)
def test_a_query_is_one_select_and_nothing_else(tmp_path: Path, query: str) -> None:
    shop = Loaded(
        tmp_path, QUERY.replace(QUERY.split("query: |\n")[1].split("    time")[0], f"      {query}\n")
    )
    with pytest.raises(LoadFailed, match="is not one SELECT"):
        shop.load()
    assert not (tmp_path / "out.csv").exists()


def test_a_query_that_lacks_a_column_names_the_nearest(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, QUERY.replace("AS mail", "AS mial"))
    shop.write("web.csv", HEAD + ROW)
    shop.write("users.csv", "id,email\n7,ann@example.com\n")
    with pytest.raises(DefinitionError, match='Did you mean "mial"'):
        shop.load()
