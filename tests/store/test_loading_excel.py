"""Spreadsheets: which sheet, where its table begins, what its cells become, and workbooks that would do harm."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from datetime import datetime, time
from pathlib import Path

import pytest
import xlsxwriter

from desirepath.app.load import LoadFailed
from desirepath.collect.sources import Reading
from desirepath.core.errors import DefinitionError, SourceError
from desirepath.sources.files.excel import sheet_table, sheets_with_rows
from desirepath.sources.files.unpack import Bounds
from tests.loaded import Loaded

ORDERS = """
sources:
  orders:
    files: book.xlsx
    event: Order Completed
    time: Created
    identifiers: {email: Customer}
    value: Total
    properties: rest
"""
HEAD = ("Order", "Customer", "Created", "Total")
DAY = datetime(2025, 1, 3)
Cell = str | float | bool | datetime | time | None


def book(folder: Path, name: str = "book.xlsx", **sheets: Sequence[Sequence[Cell]]) -> Path:
    """A workbook with these sheets; their rows begin in A1."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(str(path)) as made:
        moment = made.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        clock = made.add_format({"num_format": "hh:mm:ss"})
        for title, rows in sheets.items():
            sheet = made.add_worksheet(title)
            for y, row in enumerate(rows):
                for x, cell in enumerate(row):
                    if isinstance(cell, datetime):
                        sheet.write_datetime(y, x, cell, moment)
                    elif isinstance(cell, time):
                        sheet.write_datetime(y, x, cell, clock)
                    elif cell is not None:
                        sheet.write(y, x, cell)
    return path


def order(number: float, hour: int = 10, total: Cell = 12.5) -> list[Cell]:
    return [number, "ana@x.org", DAY.replace(hour=hour), total]


def test_cells_become_the_text_that_people_read(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, ORDERS)
    rows = [
        [*HEAD, "paid", "share", "at", "nothing", "=1/4"],
        [*order(1001.0, total=0.1 + 0.2), True, "=1+1", time(9, 30), None, 0.25],
    ]
    book(tmp_path, Orders=rows)
    assert shop.load().events == 1
    assert shop.column(
        '("properties.Order", value, "properties.paid", "properties.share", "properties.at")'
    ) == [(1001, 30, True, 0, "09:30:00")]
    assert shop.column("CAST(time AS VARCHAR)") == ["2025-01-03 10:00:00"]


def test_a_moment_at_midnight_is_a_day(tmp_path: Path) -> None:
    # Each cell by itself: what other rows say must not change what a row is.
    shop = Loaded(tmp_path, ORDERS)
    book(tmp_path, Orders=[HEAD, order(1, hour=0), order(2)])
    shop.load()
    assert shop.column("date_only") == [True, False]


def test_the_first_sheet_with_rows_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, ORDERS)
    book(tmp_path, Cover=[], Orders=[HEAD, order(1)], Old=[HEAD, order(2), order(3)])
    summary = shop.load()
    assert summary.events == 1
    assert summary.sources[0].notes == [
        'book.xlsx: the sheet "Orders" was read; not read: Old (sheet: says which)'
    ]


@pytest.mark.parametrize("said", ["Old", "old", "3"])
def test_a_sheet_is_said_by_name_or_number(tmp_path: Path, said: str) -> None:
    shop = Loaded(tmp_path, ORDERS + f"    sheet: {said}\n")
    book(tmp_path, Cover=[], Orders=[HEAD, order(1)], Old=[HEAD, order(2), order(3)])
    summary = shop.load()
    assert (summary.events, summary.sources[0].notes) == (2, [])


def test_a_sheet_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, ORDERS + "    sheet: Order\n")
    book(tmp_path, Orders=[HEAD, order(1)], Old=[HEAD])
    with pytest.raises(LoadFailed, match=r'has no sheet "Order"(.|\n)*Did you mean "Orders"(.|\n)*Old'):
        shop.load()


def test_a_title_above_the_header_is_passed_over_and_told(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, ORDERS)
    rows = [["Orders of January"], ["made", DAY], [], HEAD, order(1), order(2), [], ["Sum", None, None, 25.0]]
    book(tmp_path, Orders=rows)
    summary = shop.load()
    assert summary.events == 2
    assert "row 4 of the sheet" in summary.sources[0].notes[0]
    # The line of a reject is the row of the sheet.
    assert shop.reasons() == [(8, "time_missing")]


@pytest.mark.parametrize(
    ("more", "rows"),
    [
        ("    skip: 2\n", [["a", "b", "c", "d"], ["x", "y", "z", "w"], HEAD, order(1)]),
        ("    header: false\n    columns: [Order, Customer, Created, Total]\n", [order(1)]),
        ("    columns: [Order, Customer, Created, Total]\n", [order(1)]),
        (
            "    columns: [Order, Customer, Created, Total]\n    header: true\n",
            [["w", "x", "y", "z"], order(1)],
        ),
    ],
)
def test_what_sources_yaml_says_of_header_and_columns_holds(
    tmp_path: Path, more: str, rows: Sequence[Sequence[Cell]]
) -> None:
    shop = Loaded(tmp_path, ORDERS + more)
    book(tmp_path, Orders=rows)
    assert shop.load().events == 1
    assert shop.column('"properties.Order"') == [1]


def test_a_column_that_no_sheet_has_is_told_before_anything_is_loaded(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, ORDERS.replace("Created", "Creatd"))
    book(tmp_path, Orders=[HEAD, order(1)])
    with pytest.raises(DefinitionError, match='Did you mean "Created"'):
        shop.load()


def test_a_grown_workbook_adds_its_new_rows_and_an_unchanged_one_nothing(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, ORDERS)
    book(tmp_path, Orders=[HEAD, order(1), order(2)])
    shop.load()
    assert shop.load().sources[0].parts_unchanged == 1
    book(tmp_path, Orders=[HEAD, order(1), order(2), order(3)])
    assert shop.load().events == 1


def test_a_workbook_in_an_archive(tmp_path: Path) -> None:
    path = book(tmp_path, Orders=[HEAD, order(1)])
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(path, "in/book.xlsx")
    shop = Loaded(tmp_path, ORDERS.replace("book.xlsx", "all.zip"))
    assert shop.load().events == 1


def test_the_sheets_that_hold_anything(tmp_path: Path) -> None:
    path = book(tmp_path, Cover=[], Orders=[HEAD], Old=[HEAD])
    assert sheets_with_rows(path, "book.xlsx", Bounds()) == ["Orders", "Old"]


OPEN = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="Orders">{}</table:table>'
    "</office:spreadsheet></office:body></office:document-content>"
)


def open_document(path: Path, rows: str) -> Path:
    """A workbook of OpenDocument with one sheet."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        archive.writestr("content.xml", OPEN.format(rows))
    return path


def open_cell(kind: str, value: str) -> str:
    said = {"string": "", "date": f'office:date-value="{value}"', "float": f'office:value="{value}"'}[kind]
    return f'<table:table-cell office:value-type="{kind}" {said}><text:p>{value}</text:p></table:table-cell>'


def test_a_sheet_of_open_document(tmp_path: Path) -> None:
    head = "".join(open_cell("string", name) for name in HEAD)
    kinds = zip(
        ("float", "string", "date", "float"), ("7", "ana@x.org", "2025-01-03T10:00:00", "12.5"), strict=True
    )
    row = "".join(open_cell(kind, value) for kind, value in kinds)
    # Programs fill the sheet up to its end with empty rows.
    rest = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
    rows = "".join(f"<table:table-row>{one}</table:table-row>" for one in (head, row)) + rest
    open_document(tmp_path / "book.ods", rows)
    shop = Loaded(tmp_path, ORDERS.replace("xlsx", "ods"))
    assert shop.load().events == 1
    assert shop.column('("properties.Order", CAST(time AS VARCHAR), value)') == [
        (7, "2025-01-03 10:00:00", 1250)
    ]


# ---- workbooks that would do harm ----------------------------------------------------------------------


def read(path: Path) -> None:
    sheet_table(path, Reading(), path.with_suffix(".parquet"), path.name, Bounds(sheet_memory=2 * 1024**3))


def test_a_stray_cell_in_the_last_corner_does_not_take_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "far.xlsx"
    with xlsxwriter.Workbook(str(path)) as made:
        sheet = made.add_worksheet()
        sheet.write(0, 0, "id")
        sheet.write(1_048_575, 16_383, 1)
    with pytest.raises(SourceError, match=r"takes more than 2,048 MB(.|\n)*stray cell"):
        read(path)


def test_a_cell_that_is_repeated_a_billion_times_is_refused(tmp_path: Path) -> None:
    cell = (
        '<table:table-cell table:number-columns-repeated="16384" office:value-type="float" office:value="1"/>'
    )
    rows = f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>'
    with pytest.raises(SourceError, match="stray cell"):
        read(open_document(tmp_path / "many.ods", rows))


def test_a_workbook_that_would_unpack_to_gigabytes_is_not_opened(tmp_path: Path) -> None:
    path = book(tmp_path, Orders=[HEAD, order(1)])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/more.xml", b" " * 300_000_000)
    with pytest.raises(SourceError, match=r"was not opened: it unpacks to 28. MB"):
        read(path)


def test_a_workbook_that_lies_about_its_size_stays_within_the_memory(tmp_path: Path) -> None:
    # 3 GB of shared strings that say they are a few bytes.
    path = book(tmp_path, Orders=[HEAD, order(1)])
    honest = path.read_bytes()
    lying = tmp_path / "lying.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(lying, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename != "xl/sharedStrings.xml":
                new.writestr(info.filename, old.read(info))
        with new.open("xl/sharedStrings.xml", "w", force_zip64=True) as out:
            out.write(
                b'<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            )
            for _ in range(30):
                out.write(b"<si><t>" + b"a" * 10_000_000 + b"</t></si>")
            out.write(b"</sst>")
    assert len(honest) < lying.stat().st_size
    with pytest.raises(SourceError):
        sheet_table(
            lying, Reading(), tmp_path / "t.parquet", "lying.xlsx", Bounds(sheet_memory=400 * 1024**2)
        )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty"),
        (b"ts,event\n1,2\n", "format: csv"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "It is a web page"),
        (b"PK\x03\x04 rubbish", "cannot be read as a spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 3000, "cannot be read as a spreadsheet"),
    ],
)
@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.ods", "a.xlsb"])
def test_what_is_no_spreadsheet_is_told_with_what_it_is(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SourceError, match=said):
        read(path)


def test_a_workbook_under_the_name_of_another_kind_is_read_all_the_same(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, ORDERS.replace("book.xlsx", "book.xls"))
    book(tmp_path, Orders=[HEAD, order(1)]).rename(tmp_path / "book.xls")
    assert shop.load().events == 1
