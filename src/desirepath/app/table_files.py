"""A table as a file: CSV, JSON lines or Parquet, as its name asks for, written as a whole or not at all.

CSV opens in a spreadsheet, so a text that a spreadsheet would run as a formula is given an apostrophe; what is read
by programs (JSON lines, Parquet) is left as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from desirepath.app.whole_files import replaced
from desirepath.core.errors import NotFound, nearest
from desirepath.journey_map.text import harmless

if TYPE_CHECKING:
    import pyarrow as pa


def write_table(table: pa.Table, path: Path) -> None:
    """Raises NotFound for an ending that nobody knows, WorkspaceError where the file cannot be written."""
    ending = path.suffix.lower().lstrip(".")
    if ending not in WRITERS:
        hint = nearest(ending, WRITERS, "Endings")
        raise NotFound(f'a table cannot be written as "{path.name}"', hint=hint, format=ending)
    with replaced(path) as beside:
        WRITERS[ending](table, beside)


def _write_parquet(table: pa.Table, path: Path) -> None:
    import pyarrow.parquet as pq

    pq.write_table(table, path, compression="zstd")


def _write_csv(table: pa.Table, path: Path) -> None:
    import csv

    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([harmless(name) for name in table.column_names])
        for batch in table.to_batches(max_chunksize=10_000):
            columns = [[_cell(value) for value in column.to_pylist()] for column in batch.columns]
            writer.writerows(zip(*columns, strict=True))


def _cell(value: object) -> object:
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


def _write_json_lines(table: pa.Table, path: Path) -> None:
    import json

    with path.open("w", encoding="utf-8") as file:
        for batch in table.to_batches(max_chunksize=10_000):
            for row in batch.to_pylist():
                file.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")


Writer = Callable[["pa.Table", Path], None]
WRITERS: dict[str, Writer] = {
    "csv": _write_csv,
    "jsonl": _write_json_lines,
    "ndjson": _write_json_lines,
    "parquet": _write_parquet,
}
