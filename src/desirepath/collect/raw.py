"""Raw rows: what a reader of files hands to the store, before anything is understood of it.

A RawPart is one file (or one member of an archive, or one query) as SQL that gives text columns c0 … cn, in
the order of the file. Names that people wrote never become SQL names: a column is known by its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

# What stands for nothing in dumps of databases.
_EMPTY = r"('', 'NULL', '\N')"
MAX_COLUMNS = 2_000
MAX_RAW = 10_000  # characters of a bad record that are kept
MAX_LINE = 4 * 1024 * 1024  # bytes of one record of a text file


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that the reader could not take apart. line: the physical line on which it begins."""

    line: int
    reason: str
    detail: str
    raw: str


@dataclass(frozen=True, slots=True)
class RawPart:
    """One part of a source, ready to be read.

    kind: 'csv' and 'parquet' (which spreadsheets and XES become) have columns; 'lines' (JSON lines) is one column
    of lines; a 'query' is described by the store; a 'table' is a database's. `sql` gives the columns c0 … cn as
    text, then, with `has_line`, the line of each record.
    first_line: the physical line of the first record; lines: of the whole file; None where there are none.
    """

    source: str
    name: str  # in the source: unchanging, orders the parts
    kind: Literal["csv", "lines", "parquet", "query", "table"]
    sql: str
    size: int
    digest: str
    columns: tuple[str, ...] = ()
    has_line: bool = False
    first_line: int | None = None
    lines: int | None = None
    has_nul: bool = False
    delimiter: str = ","
    escape: str = '"'  # of a quote inside quotes
    bad: tuple[BadRecord, ...] = ()
    path: Path | None = None  # what `sql` reads; None for a query
    adds: bool = False  # it has only what came to the part since it was last read
    rows_before: int = 0  # of a table: the place of the last row that it brought, set by the store
    cursor: str | None = None  # how far such a part has then been read
    notes: tuple[str, ...] = ()  # what was guessed or left out on the way, for people

    def with_columns(self, columns: Sequence[str]) -> RawPart:
        """The same part, its columns now known."""
        return replace(self, columns=tuple(columns))


@dataclass(frozen=True, slots=True)
class RawColumns:
    """Where each column of a part stands: its name in the file → c0, c1 …

    missing: names that other parts of the source have and this one lacks: they are NULL here.
    tidy: places of columns in which no value is empty or has blanks around it; trimming costs more than looking.
    """

    names: tuple[str, ...]
    missing: frozenset[str] = frozenset()
    tidy: frozenset[int] = frozenset()
    places: dict[str, int] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        places: dict[str, int] = {}
        for place, name in enumerate(self.names):
            places.setdefault(name, place)
        object.__setattr__(self, "places", places)

    def text(self, name: str) -> str:
        """SQL of a column's trimmed text; NULL where it is empty. Raises KeyError for an unknown name."""
        if name in self.places:
            place = self.places[name]
            if place in self.tidy:
                return f"c{place}"
            return f"CASE WHEN trim(c{place}) IN {_EMPTY} THEN NULL ELSE trim(c{place}) END"
        if name in self.missing:
            return "CAST(NULL AS VARCHAR)"
        raise KeyError(name)

    def untidy(self) -> list[str]:
        """For each column, SQL that is true of a value that is empty or has blanks around it."""
        return [f"prefix(c{n}, ' ') OR suffix(c{n}, ' ') OR c{n} IN {_EMPTY}" for n in range(len(self.names))]

    def digest(self, first: Sequence[str], later: Sequence[str]) -> str:
        """SQL of a record's digest. first: the columns of the source when it was first seen; later: those since.

        A later column counts only where it is filled, so that a new, empty column changes no digest.
        md5, not DuckDB's own hash, because the digest must outlive DuckDB's versions.
        """
        cells = [f"coalesce(c{self.places[n]}, '')" if n in self.places else "''" for n in first]
        joined = f"concat_ws(chr(31), {', '.join(cells)})" if cells else "''"
        for number, name in enumerate(later):
            if name in self.places:
                place = self.places[name]
                filled = f"c{place} IS NOT NULL AND c{place} <> ''"
                joined += (
                    f" || CASE WHEN {filled} THEN chr(31) || '{number}' || chr(30) || c{place} ELSE '' END"
                )
        return f"CAST(md5_number({joined}) & {2**64 - 1}::UHUGEINT AS UBIGINT)"

    def raw(self, delimiter: str) -> str:
        """SQL of the record as a line of CSV, for showing."""
        cells = ", ".join(f"c{i}" for i in range(len(self.names)))
        quoted = (
            f"""CASE WHEN regexp_matches(cell, '["\\n\\r{_in_class(delimiter)}]')"""
            """ THEN '"' || replace(cell, '"', '""') || '"' ELSE coalesce(cell, '') END"""
        )
        escaped = delimiter.replace("'", "''")
        return (
            f"left(array_to_string(list_transform([{cells}], lambda cell: {quoted}), '{escaped}'), {MAX_RAW})"
        )


def _in_class(delimiter: str) -> str:
    """A delimiter inside a character class of a regular expression."""
    return {"\t": "\\t", "'": "''"}.get(delimiter, "\\" + delimiter)
