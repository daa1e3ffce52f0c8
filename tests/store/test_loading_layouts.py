"""Layouts that tools export: headers of two rows, records within records, times that say how long after another."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from desirepath.core.errors import DefinitionError
from tests.loaded import Loaded

SURVEY = """
sources:
  survey:
    files: survey.csv
    header_rows: 2
    event: Survey Answered
    time: Ended
    identifiers: [Id]
    text: What else? - Open-Ended Response
    properties: {phone: "Which do you use? - Phone", mail: "Which do you use? - E-mail"}
"""


def test_two_rows_of_a_header_name_the_columns_together(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, SURVEY)
    shop.write(
        "survey.csv",
        'Id,Ended,Which do you use?,,"What\nelse?"\n,,Phone,E-mail,Open-Ended Response\n'
        'r1,2025-01-01 10:00,Phone,,"fine, and ""fast"""\nr2,2025-01-02 10:00,,E-mail,\n',
    )
    shop.say(SURVEY.replace("What else? -", '"What\\nelse? -').replace("Response\n", 'Response"\n'))
    assert shop.load().events == 2
    assert shop.column('("id.Id", "properties.phone", "properties.mail", text)') == [
        ("r1", "Phone", None, 'fine, and "fast"'),
        ("r2", None, "E-mail", None),
    ]
    assert shop.rejects() == []


def test_the_header_alone_is_no_answer(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, SURVEY)
    shop.write(
        "survey.csv",
        "Id,Ended,Which do you use?,,What else?\n,,Phone,E-mail,Open-Ended Response\n",
    )
    assert shop.load().events == 0


def test_so_do_two_rows_of_a_spreadsheet(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "survey.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["Id", "Ended", "Which do you use?", "", "What else?"])
    sheet.write_row(1, 2, ["Phone", "E-mail", "Open-Ended Response"])
    sheet.write_row(2, 0, ["r1", "2025-01-01 10:00", "Phone", "", "fine"])
    book.close()
    shop = Loaded(tmp_path, SURVEY.replace("survey.csv", "survey.xlsx"))
    assert shop.load().events == 1
    assert shop.column('("id.Id", "properties.phone", text)') == [("r1", "Phone", "fine")]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("header_rows: 0", "header_rows is a number from 1 to 5"),
        (
            "header_rows: 2\n    header: false",
            "header_rows says how the columns are named, and so does header",
        ),
    ],
)
def test_a_header_of_no_rows_is_refused_with_its_line(tmp_path: Path, line: str, said: str) -> None:
    shop = Loaded(tmp_path, SURVEY.replace("header_rows: 2", line))
    shop.write("survey.csv", "Id,Ended\n")
    with pytest.raises(DefinitionError, match=f"sources.yaml:5: {said}"):
        shop.load()


TICKETS = """
sources:
  tickets:
    files: tickets.csv
    identifiers: [email]
    events:
      - {event: Opened, time: opened}
      - {event: Answered, time: {column: opened, plus: took, unit: minutes}, by: business}
"""


def test_an_event_can_come_some_time_after_another(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, TICKETS, zone="Europe/Berlin")
    shop.write(
        "tickets.csv",
        "email,opened,took\na@x.example,2025-01-01 23:50,20\nb@x.example,2025-01-01 10:00,\n"
        "c@x.example,2025-01-01 10:00,soon\nd@x.example,2025-01-01 10:00,1e300\ne@x.example,2025-01-01 10:00,1.5\n",
    )
    shop.load()
    told = shop.column("(event, \"id.email\", strftime(time, '%d %H:%M:%S'))", order="part_order, item, row")
    assert told[5:] == [
        ("Answered", "a@x.example", "01 23:10:00"),
        ("Answered", "e@x.example", "01 09:01:30"),
    ]
    assert shop.reasons() == [(4, "time_unreadable"), (5, "time_unreadable")]


@pytest.mark.parametrize("keys", ["plus: took", "unit: days", "plus: took, unit: weeks"])
def test_how_long_after_needs_its_unit(tmp_path: Path, keys: str) -> None:
    shop = Loaded(tmp_path, TICKETS.replace("plus: took, unit: minutes", keys))
    shop.write("tickets.csv", "email,opened,took\n")
    with pytest.raises(DefinitionError, match=r"sources\.yaml:8"):
        shop.load()


def test_a_day_of_metrics_has_no_plus(tmp_path: Path) -> None:
    day = "metrics:\n  ads: {files: a.csv, day: {column: d, plus: n, unit: days}, channel: ads, clicks: n}\n"
    with pytest.raises(DefinitionError, match="a day has no plus"):
        Loaded(tmp_path, day).load()


EVENTS = """
sources:
  app:
    files: "events.*"
    format: FORMAT
    event: {column: name}
    time: {column: at, format: epoch_us}
    identifiers: {anonymous_id: who}
    channel: {sql: "json_named(params, 'medium')"}
    properties:
      page: {sql: "json_named(params, 'page')"}
      item: {sql: "json_value(items, '[0].name')"}
      device: device.category
      version: device.web.version
"""
RECORDS = [
    {
        "name": "view",
        "at": 1735725600000000,
        "who": "a",
        "params": [
            {"key": "page", "value": {"string_value": "/é?a=1,2", "int_value": None}},
            {"key": "medium", "value": {"string_value": "cpc", "int_value": None}},
        ],
        "items": [{"name": "Tea \"Earl\""}, {"name": "Cup"}],
        "device": {"category": "mobile", "web": {"version": "7a"}},
    },
    {
        "name": "buy",
        "at": 1735725600000001,
        "who": "a",
        "params": [{"key": "page", "value": {"string_value": None, "int_value": 12}}],
        "items": [],
        "device": {"category": None, "web": None},
    },
]  # fmt: skip


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_records_within_records_read_alike_in_json_and_parquet(tmp_path: Path, form: str) -> None:
    shop = Loaded(tmp_path, EVENTS.replace("FORMAT", form))
    if form == "parquet":
        pq.write_table(pa.Table.from_pylist(RECORDS), tmp_path / "events.parquet")
    else:
        shop.write("events.jsonl", "".join(json.dumps(one) + "\n" for one in RECORDS))
    assert shop.load().rejected == 0
    names = ("event", "channel", *(f"properties.{one}" for one in ("page", "item", "device", "version")))
    assert shop.column("(" + ", ".join(f'"{name}"::VARCHAR' for name in names) + ")") == [
        ("view", "cpc", "/é?a=1,2", 'Tea "Earl"', "mobile", "7a"),
        ("buy", None, "12", None, None, None),
    ]
