"""What `init` makes of workbooks and event logs: sheets become sources, and all of it loads to a map unedited."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import xlsxwriter

from desirepath.app.draft import draft
from desirepath.app.workspace import Workspace

START = datetime(2025, 1, 1, 10)


def workbook(path: Path, **sheets: list[list[object]]) -> Path:
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd hh:mm"}) as made:
        for title, rows in sheets.items():
            sheet = made.add_worksheet(title)
            for place, row in enumerate(rows):
                sheet.write_row(place, 0, row)
    return path


def orders(first: int, many: int = 30) -> list[list[object]]:
    rows: list[list[object]] = [
        [f"B-{first + n}", f"c{n % 7}@example.org", START + timedelta(days=n), 12.5 + n] for n in range(many)
    ]
    return [["Order ID", "Email", "Created at", "Total EUR"], *rows]


def tickets() -> list[list[object]]:
    rows: list[list[object]] = [
        [f"T-{n}", f"c{n % 7}@example.org", START + timedelta(days=40 + n)] for n in range(20)
    ]
    return [["Ticket ID", "Email", "Opened at"], *rows]


def test_each_sheet_that_holds_anything_is_a_source(tmp_path: Path) -> None:
    book = workbook(tmp_path / "shop.xlsx", Cover=[], Orders=orders(100), Tickets=tickets())
    made = draft(tmp_path / "w", [book])
    assert "sheet: Orders" in made.sources_text and "sheet: Tickets" in made.sources_text
    assert "it joins the two" in made.sources_text
    shop = Workspace.open(made.folder)
    summary = shop.load()
    assert {one.source: (one.events, one.rejected) for one in summary.sources} == {
        "orders": (30, 0),
        "tickets": (20, 0),
    }
    with shop.asking() as asking:
        assert asking.store.rows('SELECT DISTINCT "event" FROM events ORDER BY 1') == [
            ("Order Completed",),
            ("Ticket Opened",),
        ]
        assert asking.trails.customers == 7


def test_workbooks_of_several_months_are_one_source(tmp_path: Path) -> None:
    for month in (1, 2, 3):
        workbook(tmp_path / f"orders-2025-0{month}.xlsx", Export=orders(month * 100))
    made = draft(tmp_path / "w", sorted(tmp_path.glob("*.xlsx")))
    assert "orders-*.xlsx" in made.sources_text and "sheet:" not in made.sources_text
    (source,) = Workspace.open(made.folder).load().sources
    assert (source.parts, source.events) == (3, 90)


def test_a_sheet_with_a_title_is_drafted_by_its_header(tmp_path: Path) -> None:
    book = workbook(tmp_path / "orders.xlsx", Orders=[["Orders of 2025"], [], *orders(1)])
    made = draft(tmp_path / "w", [book])
    assert "time: Created at" in made.sources_text
    (source,) = Workspace.open(made.folder).load().sources
    assert source.events == 30
    assert any("row 3 of the sheet" in note for note in source.notes)


def test_cases_are_the_customers_of_an_event_log_and_what_they_are_like_their_traits(tmp_path: Path) -> None:
    def event(name: str, at: datetime) -> str:
        return (
            f'<event><string key="concept:name" value="{name}"/>'
            f'<date key="time:timestamp" value="{at.isoformat()}Z"/></event>'
        )

    cases = "".join(
        f'<trace><string key="concept:name" value="case {n}"/><int key="AMOUNT" value="{n % 3}"/>'
        + "".join(
            event(name, START + timedelta(days=n, hours=h))
            for h, name in enumerate(("Asked", "Won")[: 1 + n % 2])
        )
        + "</trace>"
        for n in range(40)
    )
    (tmp_path / "claims.xes").write_text(f"<log>{cases}</log>", "utf-8")
    made = draft(tmp_path / "w", [tmp_path / "claims.xes"])
    assert 'event: {column: "concept:name"}' in made.sources_text
    assert 'identifiers: {case_id: "case:concept:name"}' in made.sources_text
    assert "value:" not in made.sources_text  # the case's amount is on each of its events: it is paid by none
    claims = Workspace.open(made.folder)
    (source,) = claims.load().sources
    assert (source.events, source.rejected) == (60, 0)
    with claims.asking() as asking:
        assert asking.trails.customers == 40
        assert asking.store.value('SELECT count(*) FROM events WHERE "traits.case_amount" IS NOT NULL') == 60


def test_a_text_as_excel_saves_it_is_added_up_by_no_plain_query(tmp_path: Path) -> None:
    # Windows-1252, its delimiter named in a line above the header, several lines an order.
    lines = [
        f"B{n // 2};c{n // 2 % 5}@example.org;2025-01-{n // 2 + 1:02} 10:00;Größe {n};{10 + n}.50"
        for n in range(40)
    ]
    text = "sep=;\r\nOrder ID;Email;Created at;Item;Price\r\n" + "\r\n".join(lines) + "\r\n"
    (tmp_path / "receipts.txt").write_bytes(text.encode("cp1252"))
    made = draft(tmp_path / "w", [tmp_path / "receipts.txt"])
    assert "read_csv" not in made.sources_text
    (source,) = Workspace.open(made.folder).load().sources
    assert source.events == 20 and source.rejected == 0
