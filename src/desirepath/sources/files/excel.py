"""Spreadsheets (xlsx, xlsb, xls, ods): which sheets there are, and one of them as Parquet of text columns.

What a workbook would unpack to is looked at before it is opened; it is opened in a process of its own with a bound
on its memory (sheet_rows.py), since one stray cell in the last row and column already asks for 500 GB.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desirepath.collect.raw import MAX_COLUMNS
from desirepath.collect.sources import Reading
from desirepath.core.errors import SourceError, nearest
from desirepath.sources.files.csv_text import column_names, stacked_names
from desirepath.sources.files.sheet_rows import Request
from desirepath.sources.files.unpack import Bounds

_MEMBERS = 20_000  # of the archive that a workbook is
_STRAY = (
    "A stray cell far below or to the right makes a sheet that large: delete the rows and columns behind the table."
    " Else save it as CSV."
)


@dataclass(frozen=True, slots=True)
class SheetTable:
    """One sheet's rows in `path`: c0 … in the order of `columns`, and `line`, the row of the sheet."""

    path: Path
    sheet: str
    columns: tuple[str, ...]
    rows: int
    first_line: int
    notes: tuple[str, ...]


def sheet_table(path: Path, reading: Reading, target: Path, name: str, bounds: Bounds) -> SheetTable:
    """Write one sheet to `target`. Raises SourceError where there is no such sheet, or it cannot be read."""
    _check_size(path, name, bounds)
    said = _asked(
        {
            "path": str(path), "target": str(target), "sheet": reading.sheet, "skip": reading.skip,
            "header": reading.header, "header_rows": reading.header_rows, "names": bool(reading.columns),
            "most_columns": MAX_COLUMNS, "memory": _memory(bounds),
        },
        path, name,
    )  # fmt: skip
    named = [[str(one) for one in row] for row in said["names"]]
    given = stacked_names(named) if len(named) > 1 else named[0]
    header = said["header"]
    plain = [f"column_{n + 1}" for n in range(len(given))] if header is None else given
    if reading.columns and len(reading.columns) < len(given):
        raise SourceError(
            f'{name}, sheet "{said["sheet"]}": it has {len(given)} columns;'
            f" sources.yaml names {len(reading.columns)}.",
            hint="Name all of them, in order, in columns:.",
        )
    names = column_names(reading.columns[: len(given)] or plain)
    first = (header + len(named) - 1 if header is not None else reading.skip) + 1
    return SheetTable(target, str(said["sheet"]), names, int(said["rows"]), first, _notes(said, reading))


def sheets_with_rows(path: Path, name: str, bounds: Bounds) -> list[str]:
    """The sheets of a workbook that hold anything; hidden ones only where no other does. Raises SourceError."""
    _check_size(path, name, bounds)
    request: Request = {
        "path": str(path), "target": None, "sheet": None, "skip": 0, "header": None, "header_rows": 1, "names": False,
        "most_columns": MAX_COLUMNS, "memory": _memory(bounds),
    }  # fmt: skip
    sheets = [one for one in _asked(request, path, name)["sheets"] if one["rows"]]
    return [str(one["name"]) for one in sheets if not one["hidden"]] or [str(one["name"]) for one in sheets]


def _notes(said: dict[str, Any], reading: Reading) -> tuple[str, ...]:
    notes = []
    if said["others"]:
        notes.append(
            f'the sheet "{said["sheet"]}" was read; not read: {", ".join(said["others"][:8])} (sheet: says which)'
        )
    if said["above"]:
        notes.append(
            f'row {said["header"]} of the sheet "{said["sheet"]}" was taken as its header; what stands above it was '
            "left out (skip: says how many rows)"
        )
    return tuple(notes)


def _asked(request: Request, path: Path, name: str) -> dict[str, Any]:
    """The answer of the process that opens the workbook. Raises SourceError where it has none."""
    ran = subprocess.run(
        [sys.executable, "-P", "-m", "desirepath.sources.files.sheet_rows"],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "RUST_BACKTRACE": "0", "OMP_NUM_THREADS": "1"},
        check=False,
    )
    try:
        said: dict[str, Any] = json.loads(ran.stdout) if ran.returncode == 0 else {"error": "memory"}
    except json.JSONDecodeError:
        said = {"error": "unreadable", "detail": ran.stderr.strip()[-300:]}
    if ran.returncode and "memory" not in ran.stderr.lower():
        said = {
            "error": "unreadable",
            "detail": (ran.stderr.strip().splitlines() or ["it broke off"])[-1][:300],
        }
    if "error" in said:
        raise _refused(said, request, path, name)
    return said


def _refused(said: dict[str, Any], request: Request, path: Path, name: str) -> SourceError:
    match said["error"]:
        case "sheet":
            return SourceError(
                f'{name} has no sheet "{request["sheet"]}".',
                hint=nearest(str(request["sheet"]), said["sheets"], "Sheets"),
                sheets=said["sheets"],
            )
        case "password":
            return SourceError(f"{name} is protected with a password.", hint="Save it without one.")
        case "columns":
            return SourceError(
                f"{name} has {said['columns']:,} columns; at most {MAX_COLUMNS:,} can be read.",
                hint="A stray cell far to the right widens a sheet: delete the columns behind the table.",
            )
        case "memory":
            return SourceError(
                f"{name} was not read: opening it takes more than {request['memory'] // 1024**2:,} MB of memory.",
                hint=_STRAY,
                file=str(path),
            )
        case "unreadable" if "limit exceeded" in str(said.get("detail")):
            return SourceError(f"{name} was not read: {said['detail']}.", hint=_STRAY, file=str(path))
        case _:
            return SourceError(
                f"{name} cannot be read as a spreadsheet: {said.get('detail') or 'it is damaged'}.",
                hint=_what_it_is(path) or "Open it and save it anew, as .xlsx or as CSV.",
                file=str(path),
            )


def _what_it_is(path: Path) -> str:
    """Programs write other things under the names of spreadsheets."""
    with path.open("rb") as file:
        head = file.read(2048)
    if not head:
        return "The file is empty."
    if head.lstrip().lower().startswith((b"<html", b"<!doctype", b"<table", b"<meta")):
        return "It is a web page with another name: open it and save it as .xlsx or as CSV."
    if not head.startswith((b"PK", b"\xd0\xcf\x11\xe0")) and b"\0" not in head:
        return "It looks like plain text: say format: csv."
    return ""


def _check_size(path: Path, name: str, bounds: Bounds) -> None:
    """A workbook in a zip archive says what it unpacks to; beyond the bounds it is not opened."""
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise SourceError(f"{name} is no readable spreadsheet: {error}.", file=str(path)) from error
    packed, whole = max(1, path.stat().st_size), sum(info.file_size for info in infos)
    too_many = len(infos) > _MEMBERS
    if too_many or whole > bounds.sheet or (whole > bounds.ratio_from and whole > packed * bounds.ratio):
        grows = f"{len(infos):,} parts" if too_many else f"{whole // 1024**2:,} MB from {packed // 1024:,} kB"
        raise SourceError(
            f"{name} was not opened: it unpacks to {grows}.",
            hint="If that is right, save its sheets as CSV and name those.",
            file=str(path),
        )


def _memory(bounds: Bounds) -> int:
    """At most half of the machine's memory."""
    try:
        half = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (AttributeError, ValueError, OSError):
        return bounds.sheet_memory
    return min(bounds.sheet_memory, max(half, 1024**3))
