"""One sheet of a spreadsheet as rows of text: a process of its own, because a hostile sheet can want any memory.

In: a request as JSON (see `Request`). Out: an answer as JSON on stdout, and the rows as Parquet: c0 … as text,
then `line`, the row of the sheet. It imports nothing of Desirepath, so that it starts quickly.

Cells become text as people read them: days and times as ISO 8601, whole numbers without a point, numbers with the
15 digits that a spreadsheet has, formulas as their last value; errors (#N/A) and empty cells are nothing.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, TypedDict

_BATCH = 10_000  # rows
_LOOK = 60  # rows in which a header is looked for
_MOST_EXACT = 10**15  # a spreadsheet keeps no more digits


class Request(TypedDict):
    """What is wanted. target: where the rows go; None: only a list of the sheets."""

    path: str
    target: str | None
    sheet: str | int | None
    skip: int
    header: bool | None
    header_rows: int
    names: bool  # are the columns named in sources.yaml?
    most_columns: int
    memory: int  # bytes; 0: no limit


def answer(request: Request) -> dict[str, object]:
    """The answer to a request; `error` says what was wrong with the file."""
    import python_calamine as calamine

    try:
        book = _opened(calamine, request["path"])
    except calamine.PasswordError:
        return {"error": "password"}
    except (calamine.CalamineError, OSError) as error:
        return {"error": "unreadable", "detail": _first_line(error)}
    tables = [
        (one.name, one.visible != calamine.SheetVisibleEnum.Visible)
        for one in book.sheets_metadata
        if one.typ == calamine.SheetTypeEnum.WorkSheet
    ]
    try:
        if request["target"] is None:
            return {"sheets": [_seen(book, name, hidden) for name, hidden in tables]}
        return _read(book, tables, request)
    except calamine.CalamineError as error:
        return {"error": "unreadable", "detail": _first_line(error)}


def _opened(calamine: Any, path: str) -> Any:
    """By the name's ending, else by what the file is: exports are often named .xls whatever they are."""
    try:
        return calamine.load_workbook(path)
    except calamine.PasswordError:
        raise
    except calamine.CalamineError as first:
        with Path(path).open("rb") as file:
            try:
                return calamine.load_workbook(file)
            except calamine.PasswordError:
                raise
            except calamine.CalamineError:
                raise first from None


def _seen(book: Any, name: str, hidden: bool) -> dict[str, object]:
    sheet = book.get_sheet_by_name(name)
    return {"name": name, "hidden": hidden, "rows": sheet.height, "columns": sheet.width}


def _read(book: Any, tables: list[tuple[str, bool]], request: Request) -> dict[str, object]:
    """Write the rows of the sheet that is meant."""
    sheet = _chosen(book, tables, request["sheet"])
    if sheet is None:
        return {"error": "sheet", "sheets": [name for name, _ in tables]}
    first_column = sheet.start[1] if sheet.start else 0
    if sheet.width > request["most_columns"]:
        return {"error": "columns", "columns": sheet.width}
    header, above = _header(sheet, request)
    others = [name for name, hidden in tables if not hidden and name != sheet.name]
    with_rows = [name for name in others if request["sheet"] is None and book.get_sheet_by_name(name).height]
    after = header + request["header_rows"] - 1 if header is not None else request["skip"]
    columns, rows = _write(sheet, after, request)
    named = list(islice(sheet.iter_rows(), header - 1, after)) if header else [[""] * columns]
    return {
        "sheet": sheet.name, "others": with_rows, "header": header, "above": above, "rows": rows,
        "names": [[_text(cell) or "" for cell in row] for row in named], "first_column": first_column,
    }  # fmt: skip


def _chosen(book: Any, tables: list[tuple[str, bool]], wanted: str | int | None) -> Any:
    """By name, else by number from 1; unless said the first that has rows, hidden ones last. None: there is none."""
    names = [name for name, _ in tables]
    if wanted is not None:
        said = str(wanted)
        folded = [name for name in names if name.strip().casefold() == said.strip().casefold()]
        name = said if said in names else folded[0] if len(folded) == 1 else None
        if name is None and said.isdecimal() and 1 <= int(said) <= len(names):
            name = names[int(said) - 1]
        return None if name is None else book.get_sheet_by_name(name)
    found = None
    for name, _ in sorted(tables, key=lambda one: one[1]):
        sheet = book.get_sheet_by_name(name)
        if sheet.height:
            return sheet
        found = found or sheet
    return found


def _header(sheet: Any, request: Request) -> tuple[int | None, int]:
    """The row of the sheet (from 1) that names the columns, and how many filled rows above it were passed over.

    Above a table often stand a title, a filter, the day of the export. The header is the first row with nothing
    but texts, no two the same, that is nearly as wide as most rows; where none is so, the first row that has anything.
    """
    if request["header"] is False or (request["header"] is None and request["names"]):
        return None, 0
    some = [
        (number, row)
        for number, row in enumerate(islice(sheet.iter_rows(), request["skip"] + _LOOK), 1)
        if number > request["skip"] and any(cell != "" for cell in row)
    ]
    if not some:
        return None, 0
    if request["skip"] or request["header"] or request["header_rows"] > 1:
        return some[0][0], 0
    widths = Counter(_filled(row) for _, row in some)
    usual = max(widths, key=lambda width: (widths[width], width))
    for above, (number, row) in enumerate(some):
        cells = [cell for cell in row if cell != ""]
        texts = [str(cell).strip().casefold() for cell in cells]
        plain = all(isinstance(cell, str) for cell in cells) and len(set(texts)) == len(texts)
        # As wide as the rows below it, but for a column or two that nobody named.
        if plain and len(cells) >= max(1, min(2, usual), usual - max(1, usual // 4)):
            return number, above
    return some[0][0], 0


def _filled(row: Sequence[object]) -> int:
    return sum(cell != "" for cell in row)


def _write(sheet: Any, after: int, request: Request) -> tuple[int, int]:
    """The rows behind row `after` that hold anything, as Parquet. How many columns, how many rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    width = sheet.width
    schema = pa.schema([*((f"c{n}", pa.string()) for n in range(width)), ("line", pa.int64())])
    total = 0
    with pq.ParquetWriter(request["target"], schema, compression="zstd") as writer:
        rows = _rows(sheet, after)
        while batch := list(islice(rows, _BATCH)):
            columns = [
                pa.array([_text(row[n]) if n < len(row) else None for _, row in batch], pa.string())
                for n in range(width)
            ]
            columns.append(pa.array([number for number, _ in batch], pa.int64()))
            writer.write_table(pa.table(columns, schema=schema))
            total += len(batch)
    return width, total


def _rows(sheet: Any, after: int) -> Iterator[tuple[int, list[Any]]]:
    for number, row in enumerate(islice(sheet.iter_rows(), after, None), after + 1):
        if any(cell != "" for cell in row):
            yield number, row


def _text(cell: Any) -> str | None:
    """A cell as text; None where it is empty. A moment at midnight is a day: a sheet does not tell them apart."""
    if isinstance(cell, str):
        return cell or None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int):
        return str(cell)
    if isinstance(cell, float):
        return _number(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        seconds = cell.total_seconds()
        sign, whole = ("-" if seconds < 0 else ""), int(abs(seconds))
        return f"{sign}{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"
    return str(cell)


def _number(value: float) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    if value.is_integer() and abs(value) < _MOST_EXACT:
        return str(int(value))
    return format(Decimal(f"{value:.15g}"), "f")


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:300]


def _limit_memory(size: int) -> None:
    """Systems without such limits go without."""
    if not size:
        return
    try:
        import resource
    except ImportError:
        return
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    most = size if hard == resource.RLIM_INFINITY else min(size, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))


def main() -> None:
    """Answer the request on stdin."""
    request: Request = json.load(sys.stdin)
    _limit_memory(request["memory"])
    try:
        said = answer(request)
    except MemoryError:
        said = {"error": "memory"}
    # A panic in the reader is no Exception.
    except BaseException as error:
        said = {"error": "unreadable", "detail": _first_line(error)}
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main()
