"""From a table of a database to a RawPart: its rows are streamed into a Parquet file of texts, a few at a time.

In: a source that names a database, and how far its table was read before. Out: a part like one of a file. With a
cursor only what may be new is read, from the last value on; the new value goes into the store in the transaction that
writes the events. The order in which the database answers decides nothing: rows of one cursor value are in the order
of their texts, and those of a table without a cursor altogether.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from desirepath.collect.expression import quote_text
from desirepath.collect.raw import MAX_COLUMNS, MAX_RAW, BadRecord, RawPart
from desirepath.collect.sources import Metrics, Source
from desirepath.core.errors import SourceError, nearest
from desirepath.sources.sql.address import Address, address_of
from desirepath.sources.sql.cells import as_text, is_binary
from desirepath.sources.sql.connect import connected, engine_for
from desirepath.sources.sql.cursor import Cursor, Value, is_cursor_value
from desirepath.sources.sql.statement import of_query, of_table, only_one_select, since, table_name

AT_ONCE = 1_000  # rows that are fetched together
GROUP_CHARACTERS, GROUP_ROWS = 32_000_000, 50_000  # that are held before they are written
_MOST_BAD = 100_000  # records that are no text: beyond, the table is something else


@dataclass(frozen=True, slots=True)
class Before:
    """How a part was last read: its cursor; whole: read all of it once more."""

    cursor: str | None = None
    whole: bool = False


@dataclass(slots=True)
class TableReader:
    """Reads the tables of one load. temporary: a folder of its own; folder: that of sources.yaml."""

    temporary: Path
    folder: Path
    _numbers: count[int] = field(default_factory=count)

    def columns(self, source: Source | Metrics) -> tuple[str, ...]:
        """The columns of a source's table or query. Raises SourceError."""
        address, engine = self._open(source)
        with connected(engine, address) as connection:
            return _select(connection, address, source)[1]

    def prepare(self, source: Source | Metrics, name: str, before: Before | None) -> RawPart:
        """Read the rows that may be new; the part of this name, ready for the store. Raises SourceError."""
        reading = source.reading
        address, engine = self._open(source)
        last = Cursor.of(before.cursor, reading.cursor) if before and not before.whole else None
        start = last.since(source.id, reading.cursor_overlap) if last else None
        target = self.temporary / f"table-{next(self._numbers)}.parquet"
        self.temporary.mkdir(parents=True, exist_ok=True)
        with connected(engine, address) as connection:
            select, columns = _select(connection, address, source)
            _check_cursor(source, columns)
            rows = _Rows(source.id, columns, reading.cursor, target)
            with closing(_stream(connection, since(select, reading.cursor, start))) as batches:
                rows.write(batches)
        notes: tuple[str, ...] = ()
        if rows.binary:
            listed = ", ".join(f'"{columns[place]}"' for place in sorted(rows.binary))
            notes = (f"{listed}: bytes that are no text were read as hexadecimal digits.",)
        cells = ", ".join(f"c{n}" for n in range(len(columns)))
        found = rows.last if rows.last is not None else last.value if last else None
        return RawPart(
            source=source.id, name=name, kind="table",
            sql=f"SELECT {cells} FROM read_parquet({quote_text(str(target))}) ORDER BY run, {cells}",
            size=rows.count, digest=rows.digest, columns=columns, has_nul=True, bad=tuple(rows.bad), path=target,
            adds=start is not None,
            cursor=Cursor(reading.cursor, found).text() if reading.cursor and found is not None else None,
            notes=notes,
        )  # fmt: skip

    def _open(self, source: Source | Metrics) -> tuple[Address, sa.Engine]:
        assert source.reading.database is not None
        address = address_of(source.id, source.reading.database.get_secret_value(), self.folder)
        return address, engine_for(address)


def _select(
    connection: sa.Connection, address: Address, source: Source | Metrics
) -> tuple[sa.Select[Any], tuple[str, ...]]:
    """The SELECT of every row, and its columns."""
    reading = source.reading
    if reading.table is None:
        select = of_query(only_one_select(reading.query or "", address.dialect, source.id))
        described = connection.execute(select.limit(0))
        columns = tuple(map(str, described.keys()))
    else:
        columns = _columns_of(connection, address, reading.table)
        select = of_table(reading.table, columns)
    if len(columns) > MAX_COLUMNS:
        raise SourceError(
            f'source "{source.id}": {len(columns):,} columns; at most {MAX_COLUMNS:,} can be read.',
            hint="Name those that you need in a query.",
            source=source.id,
        )
    return select, columns


def _columns_of(connection: sa.Connection, address: Address, table: str) -> tuple[str, ...]:
    """The columns of a table or view, in their order. Raises SourceError with the nearest names where there is none."""
    inspector = sa.inspect(connection)
    schema, name = table_name(table)
    try:
        found = tuple(str(column["name"]) for column in inspector.get_columns(name, schema))
    except sa.exc.NoSuchTableError:
        found = ()
    if found:
        return found
    there = [*inspector.get_table_names(schema), *inspector.get_view_names(schema)]
    if schema:
        there = [f"{schema}.{one}" for one in there]
    raise SourceError(
        f'source "{address.source}": there is no table "{table}" in {address.shown}.',
        hint=nearest(table, sorted(there), "Tables")
        or "It has no tables, or the user of the URL may not see them.",
        source=address.source,
    )


def _check_cursor(source: Source | Metrics, columns: Sequence[str]) -> None:
    cursor = source.reading.cursor
    if cursor is not None and cursor not in columns:
        raise SourceError(
            f'source "{source.id}": there is no column "{cursor}" to be the cursor.',
            hint=nearest(cursor, columns, "Columns"),
            source=source.id,
        )


def _stream(
    connection: sa.Connection, select: sa.Select[Any]
) -> Generator[Sequence[Sequence[Any]], None, None]:
    """The rows, a few at a time: the server keeps the rest."""
    streaming = connection.execution_options(stream_results=True, max_row_buffer=AT_ONCE)
    with streaming.execute(select) as result:
        yield from result.partitions(AT_ONCE)


class _Rows:
    """Writes rows as texts, and keeps what is to be known of them.

    last: the last value of the cursor that is not NULL. digest: of all rows, whatever their order.
    """

    def __init__(self, source: str, columns: Sequence[str], cursor: str | None, target: Path) -> None:
        self.source, self.columns, self.target = source, columns, target
        self._cursor = columns.index(cursor) if cursor is not None else None
        self._schema = pa.schema(
            [*((f"c{n}", pa.string()) for n in range(len(columns))), ("run", pa.int64())]
        )
        self._held: list[pa.Table] = []
        self._characters = self._run = self._sum = self.count = 0
        self._seen: object = None
        self.last: Value | None = None
        self.bad: list[BadRecord] = []
        self.binary: set[int] = set()

    @property
    def digest(self) -> str:
        """Of the texts of all rows."""
        return f"{self._sum:032x}"

    def write(self, batches: Iterator[Sequence[Sequence[Any]]]) -> None:
        """Write all of them."""
        with pq.ParquetWriter(self.target, self._schema) as file:
            for batch in batches:
                self._take(batch)
                if self._characters > GROUP_CHARACTERS or len(self._held) * AT_ONCE > GROUP_ROWS:
                    self._flush(file)
            self._flush(file)

    def _take(self, batch: Sequence[Sequence[Any]]) -> None:
        """Column by column: row by row it would take three times as long."""
        columns = list(zip(*batch, strict=True))
        runs = [self._run] * len(batch)
        if self._cursor is not None:
            runs = [self._follow(value) for value in columns[self._cursor]]
        texts = [self._texts(place, column) for place, column in enumerate(columns)]
        told = [["\x00" if text is None else text for text in column] for column in texts]
        broken = []
        for number, row in enumerate(zip(*told, strict=True)):
            try:
                joined = "\x1f".join(row).encode()
            except UnicodeEncodeError:
                self._set_aside(self.count + number + 1, batch[number])
                broken.append(number)
                continue
            self._characters += len(joined)
            self._sum += int.from_bytes(hashlib.md5(joined, usedforsecurity=False).digest())
        self._sum %= 2**128
        self.count += len(batch)
        for number in reversed(broken):
            del runs[number]
            for texts_of_one in texts:
                del texts_of_one[number]
        arrays = [*(pa.array(column, pa.string()) for column in texts), pa.array(runs, pa.int64())]
        self._held.append(pa.Table.from_arrays(arrays, schema=self._schema))

    def _texts(self, place: int, column: Sequence[Any]) -> list[str | None]:
        """One column as texts."""
        kinds = set(map(type, column)) - {type(None)}
        if kinds <= {str}:
            return list(column)
        if kinds <= {int}:
            return [None if value is None else str(value) for value in column]
        if kinds & {bytes, bytearray, memoryview} and any(map(is_binary, column)):
            self.binary.add(place)
        return [as_text(value) for value in column]

    def _follow(self, value: Any) -> int:
        """The cursor has come to this value; the number of the run of rows that share it."""
        if value != self._seen:
            self._run, self._seen = self._run + 1, value
        if value is None or value != value:  # NaN is no value either
            return self._run
        if not is_cursor_value(value):
            assert self._cursor is not None
            raise SourceError(
                f'source "{self.source}": the column "{self.columns[self._cursor]}" cannot be the cursor: its values do'
                " not grow.",
                hint="A cursor is a number, a time, a day or a text: updated_at, or an id that only grows.",
                source=self.source,
            )
        self.last = value
        return self._run

    def _set_aside(self, number: int, row: Sequence[Any]) -> None:
        """A record whose bytes are no text."""
        if len(self.bad) >= _MOST_BAD:
            raise SourceError(
                f'source "{self.source}": more than {_MOST_BAD:,} records hold bytes that are no text.',
                source=self.source,
            )
        raw = ",".join(str(value) for value in row if value is not None)
        shown = raw.encode("utf-8", "surrogateescape").decode("utf-8", "replace")[:MAX_RAW]
        self.bad.append(BadRecord(number, "not_utf8", "", shown))

    def _flush(self, file: pq.ParquetWriter) -> None:
        if self._held:
            file.write_table(pa.concat_tables(self._held).combine_chunks())
        self._held, self._characters = [], 0
