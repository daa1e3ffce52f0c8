"""A broken text, read record by record so that one bad quote costs one record and not the rest of the file.

DuckDB's reader is fast and strict; where it gives up or loses lines, this one reads the file again: a record
that cannot be taken apart costs its first line, and reading goes on with the next. It knows every line number.
Good records go to a Parquet file (c0 … cn, line), bad ones to a list.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from desirepath.collect.raw import MAX_LINE, MAX_RAW, BadRecord
from desirepath.core.errors import SourceError
from desirepath.sources.files.csv_text import SPACES, split_spaces

_BATCH = 50_000
_MOST_LINES = 1_000  # of one record
MOST_BAD = 500_000  # records of one file
csv.field_size_limit(max(csv.field_size_limit(), MAX_LINE))


@dataclass(frozen=True, slots=True)
class Splitting:
    """How a record falls apart. delimiter '': it does not, each line is one field; SPACES: at runs of blanks."""

    delimiter: str
    escape: str = '"'

    def fields(self, record: str) -> list[str]:
        """The fields of a whole record. Raises csv.Error where it cannot be one."""
        if self.escape == '"':
            return next(csv.reader([record], delimiter=self.delimiter, strict=True))
        return next(
            csv.reader(
                [record], delimiter=self.delimiter, strict=True, escapechar=self.escape, doublequote=False
            )
        )

    def quotes(self, text: str) -> int:
        """How many quotes open or close."""
        if self.escape != '"':
            text = text.replace(self.escape * 2, "").replace(self.escape + '"', "")
        return text.count('"')


def read_carefully(
    path: Path, splitting: Splitting, columns: int, before: int, target: Path
) -> tuple[BadRecord, ...]:
    """Write the good records of a UTF-8 text to `target`; the bad ones come back.

    before: physical lines before the first record. Raises SourceError where hardly anything is a record.
    """
    bad = _Bad(path)
    schema = pa.schema([*((f"c{n}", pa.string()) for n in range(columns)), ("line", pa.int64())])
    with path.open("rb") as file, pq.ParquetWriter(target, schema, compression="zstd") as writer:
        batch = _Batch(columns)
        for line, fields in _records(_Lines(file, before), splitting, columns, bad):
            batch.add(line, fields)
            if len(batch.lines) >= _BATCH:
                writer.write_table(batch.table(schema))
                batch = _Batch(columns)
        if batch.lines:
            writer.write_table(batch.table(schema))
    return tuple(bad.records)


class _Bad:
    """The bad records. So many that they would fill the memory are no records: the file is something else."""

    def __init__(self, path: Path) -> None:
        self._path, self.records = path, list[BadRecord]()

    def append(self, record: BadRecord) -> None:
        self.records.append(record)
        if len(self.records) > MOST_BAD:
            first = self.records[0]
            raise SourceError(
                f"{self._path.name}: more than {MOST_BAD:,} lines are no records; the first is line {first.line:,} "
                f"({first.reason.replace('_', ' ')}).",
                hint="Is the delimiter right, and is a quote closed before that line? Nothing of it was loaded.",
                line=first.line,
            )


@dataclass(slots=True)
class _Batch:
    width: int
    rows: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    def add(self, line: int, fields: list[str]) -> None:
        self.rows.append(fields)
        self.lines.append(line)

    def table(self, schema: pa.Schema) -> Any:
        columns = [pa.array(column, pa.string()) for column in zip(*self.rows, strict=True)]
        return pa.table([*columns, pa.array(self.lines, pa.int64())], schema=schema)


class _Lines:
    """Physical lines with their numbers; any can be put back. Too long ones come as None."""

    def __init__(self, file: IO[bytes], before: int) -> None:
        self._file, self._next = file, 1
        self._back: deque[tuple[int, bytes | None]] = deque()
        for _ in range(before):
            self.take()

    def take(self) -> tuple[int, bytes | None] | None:
        """The next line; None at the end."""
        if self._back:
            return self._back.popleft()
        line = self._file.readline(MAX_LINE + 1)
        if not line:
            return None
        number, self._next = self._next, self._next + 1
        if len(line) <= MAX_LINE:
            return number, line
        while not line.endswith(b"\n"):  # the rest of it
            line = self._file.readline(MAX_LINE + 1)
            if not line:
                break
        return number, None

    def put_back(self, lines: list[tuple[int, bytes | None]]) -> None:
        """To be taken again, in this order."""
        self._back.extendleft(reversed(lines))


def _records(lines: _Lines, splitting: Splitting, columns: int, bad: _Bad) -> Iterator[tuple[int, list[str]]]:
    """Good records with the line on which each begins."""
    while (taken := lines.take()) is not None:
        number, raw = taken
        if raw is None:
            bad.append(BadRecord(number, "line_too_long", f"more than {MAX_LINE:,} bytes", ""))
            continue
        text = _decoded(raw)
        if text is None:
            bad.append(BadRecord(number, "not_utf8", "", _shown(raw.decode("utf-8", "replace"))))
            continue
        if not text.strip("\r\n"):
            continue
        fields = _split(text, splitting, lines)
        if fields is None:
            bad.append(BadRecord(number, "unclosed_quote", "", _shown(text)))
        elif len(fields) == columns + 1 and fields[-1] == "":
            yield number, fields[:columns]  # a delimiter at the end of the line
        elif len(fields) != columns:
            reason = "too_few_columns" if len(fields) < columns else "too_many_columns"
            bad.append(BadRecord(number, reason, f"{len(fields)} instead of {columns}", _shown(text)))
        else:
            yield number, fields


def _split(text: str, splitting: Splitting, lines: _Lines) -> list[str] | None:
    """The fields of the record that begins with `text`; more lines are taken while a quote is open."""
    if splitting.delimiter == SPACES:
        return split_spaces(text)
    if not splitting.delimiter:
        return [text.rstrip("\r\n")]
    if '"' not in text and splitting.escape not in text:
        return text.rstrip("\r\n").split(splitting.delimiter)
    more: list[tuple[int, bytes | None]] = []
    record, even = text, splitting.quotes(text) % 2 == 0
    while True:
        try:
            fields = splitting.fields(record)
            if not more or even:
                return fields
        except (csv.Error, StopIteration) as error:
            if "unexpected end" not in str(error) and even:
                break
        following = lines.take() if len(more) < _MOST_LINES and len(record) < MAX_LINE else None
        if following is None:
            break
        more.append(following)
        addition = None if following[1] is None else _decoded(following[1])
        if addition is None:
            break
        record += addition
        even ^= splitting.quotes(addition) % 2 == 1
    lines.put_back(more)
    return None


def _decoded(raw: bytes) -> str | None:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _shown(text: str) -> str:
    return text.rstrip("\r\n")[:MAX_RAW]
