"""From a found file to a RawPart: SQL that reads it as text columns, and what was seen on the way.

The SQL names the file, never the data; nothing is read into Python but a text's head and what careful.py must.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from desirepath.collect.expression import quote_name, quote_text
from desirepath.collect.raw import MAX_COLUMNS, MAX_LINE, RawPart
from desirepath.collect.sources import Reading
from desirepath.core.errors import SourceError
from desirepath.sources.files.careful import MOST_BAD, Splitting, read_carefully
from desirepath.sources.files.cjml import read_cjml
from desirepath.sources.files.csv_text import SPACES, Dialect, dialect_of
from desirepath.sources.files.encoding import encoding_of, is_marked
from desirepath.sources.files.excel import SheetTable, sheet_table, sheets_with_rows
from desirepath.sources.files.find import FoundFile, format_of
from desirepath.sources.files.scan import Scan, scan_file
from desirepath.sources.files.unpack import (
    HEAD,
    Bounds,
    bounded,
    head_text,
    is_packed,
    open_bytes,
    transcode,
    unpack,
)
from desirepath.sources.files.xes import read_xes

# A character that no text of lines holds: each line is one column.
_NO_DELIMITER = "chr(1)"
_TEXTS = ("csv", "jsonl")
_XML = {"xes": read_xes, "cjml": read_cjml}
_DEPTH = 4  # of records within records, as of JSON lines


@dataclass(slots=True)
class FileReader:
    """Prepares the files of one load. temporary: a folder of its own, which the caller removes."""

    temporary: Path
    bounds: Bounds = field(default_factory=Bounds)
    _numbers: count[int] = field(default_factory=count)
    _sheets: dict[object, SheetTable] = field(default_factory=dict)

    def stamp(self, found: FoundFile, reading: Reading) -> Scan:
        """Size and digest of the bytes on the disk, and what they are where they are plain text."""
        text = not is_packed(found) and format_of(found, reading.format) in _TEXTS
        return scan_file(found.path, text)

    def columns(self, found: FoundFile, reading: Reading) -> tuple[str, ...] | None:
        """The columns of a file, by its head only; None for JSON lines and XML, whose every record may have others."""
        form = format_of(found, reading.format)
        if form == "csv":
            head = head_text(found, reading.encoding)
            return dialect_of(head, reading, found.name, whole=len(head) < HEAD // 4).columns
        if form == "parquet":
            path, _ = self._plain(found, None, text=False)
            return tuple(".".join(one) for one, _ in _parquet_columns(path, found.name))
        if form == "excel":
            path, _ = self._plain(found, None, text=False)
            return self._sheet(found, path, reading).columns
        return None

    def sheets(self, found: FoundFile) -> list[str]:
        """The sheets of a workbook that hold anything."""
        path, _ = self._plain(found, None, text=False)
        return sheets_with_rows(path, found.name, self.bounds)

    def prepare(self, source: str, found: FoundFile, reading: Reading, stamp: Scan) -> RawPart:
        """The part, ready for the store. stamp: of the same bytes. Raises SourceError where it cannot be read."""
        form = format_of(found, reading.format)
        path, scan = (found.path, stamp) if form in _XML else self._plain(found, stamp, form in _TEXTS)
        whole = RawPart(
            source=source,
            name=found.name,
            kind="csv",
            sql="",
            size=stamp.size,
            digest=stamp.digest,
            path=path,
        )
        if form == "parquet":
            return _parquet(whole, path)
        if form == "excel":
            return _of_sheet(whole, self._sheet(found, path, reading))
        if form in _XML:
            return self._xml(whole, found, form)
        path, scan, notes = self._utf8(found, path, scan, reading, form == "csv")
        whole = replace(whole, path=path, lines=scan.lines, has_nul=scan.has_nul, notes=notes)
        if form == "jsonl":
            return self._json_lines(whole, path, scan)
        with path.open("rb") as file:
            head = file.read(HEAD)
        text = head.decode("utf-8", "replace")
        dialect = dialect_of(text, reading, found.name, whole=len(head) < HEAD)
        part = replace(
            whole,
            columns=dialect.columns,
            delimiter=dialect.delimiter,
            escape=dialect.escape,
            first_line=dialect.before + 1,
            notes=notes + _guessed(dialect, reading, found),
        )
        if dialect.before == 0 and text.startswith("\ufeff"):
            target = self._new("txt")
            transcode(path, target, "utf-8-sig", False, found.name)
            part = replace(part, path=target)
            path = target
        if dialect.delimiter == SPACES:
            return self.carefully(part)
        return replace(part, sql=_csv_sql(path, dialect)) if dialect.columns else part

    def carefully(self, part: RawPart) -> RawPart:
        """The same part, read record by record: for a text that DuckDB cannot read or loses lines of."""
        assert part.path is not None and part.first_line is not None
        target = self._new("parquet")
        # A line of JSON stays whole; the store takes it apart.
        splitting = Splitting("") if part.kind == "lines" else Splitting(part.delimiter, part.escape)
        columns = 1 if part.kind == "lines" else len(part.columns)
        bad = read_carefully(part.path, splitting, columns, part.first_line - 1, target)
        names = ", ".join([*(f"c{n}" for n in range(columns)), "line"])
        sql = f"SELECT {names} FROM read_parquet({quote_text(str(target))})"
        return replace(part, sql=sql, has_line=True, bad=bad, path=target)

    def _sheet(self, found: FoundFile, path: Path, reading: Reading) -> SheetTable:
        """A sheet as Parquet; once in a load, since opening a workbook is slow."""
        at = found.path.stat()
        key = (found, reading, at.st_size, at.st_mtime_ns)
        if key not in self._sheets:
            self._sheets[key] = sheet_table(path, reading, self._new("parquet"), found.name, self.bounds)
        return self._sheets[key]

    def _xml(self, whole: RawPart, found: FoundFile, form: str) -> RawPart:
        target = self._new(form)
        with open_bytes(found) as stream:
            chunks = bounded(stream, found, self.bounds, target.parent)
            table = _XML[form](chunks, target.parent, target.stem, found.name)
        cells = ", ".join([*(f"c{n}" for n in range(len(table.columns))), "line"])
        paths = ", ".join(quote_text(str(one)) for one in table.files)
        sql = f"SELECT {cells} FROM read_parquet([{paths}], union_by_name = true)" if table.files else ""
        return replace(
            whole,
            kind="parquet",
            sql=sql,
            columns=table.columns if table.files else (),
            has_line=True,
            notes=table.notes,
        )

    def _json_lines(self, part: RawPart, path: Path, scan: Scan) -> RawPart:
        with path.open("rb") as file:
            start = file.read(HEAD).removeprefix(b"\xef\xbb\xbf").lstrip()
        if start.startswith(b"["):
            raise SourceError(
                f"{part.name} is one JSON array; JSON lines are wanted: one object on each line.",
                hint=f"Make them with: jq -c '.[]' {part.name} > {Path(part.name).stem}.jsonl",
            )
        if scan.returns not in (0, scan.feeds):
            path = self._one_kind_of_line(path)
        sql = (
            f"SELECT c0 FROM read_csv({quote_text(str(path))}, columns = {{'c0': 'VARCHAR'}}, auto_detect = false,"
            f" delim = {_NO_DELIMITER}, quote = '', escape = '', header = false, strict_mode = false,"
            f" store_rejects = true, rejects_limit = {MOST_BAD + 1}, max_line_size = {MAX_LINE})"
        )
        return replace(part, kind="lines", sql=sql, first_line=1, path=path)

    def _one_kind_of_line(self, path: Path) -> Path:
        """DuckDB wants one kind of line end in a file."""
        target = self._new("jsonl")
        with path.open("rb") as file, target.open("wb") as out:
            while line := file.readline(MAX_LINE + 1):
                out.write(line.replace(b"\r\n", b"\n").replace(b"\r", b" "))
        return target

    def _plain(self, found: FoundFile, stamp: Scan | None, text: bool) -> tuple[Path, Scan]:
        """The unpacked bytes as a file."""
        if not is_packed(found):
            return found.path, stamp or Scan()
        target = self._new(Path(found.inner_name).suffix.lstrip(".") or "txt")
        return target, unpack(found, target, self.bounds, text)

    def _utf8(
        self, found: FoundFile, path: Path, scan: Scan, reading: Reading, mark_may_stay: bool
    ) -> tuple[Path, Scan, tuple[str, ...]]:
        """The text in UTF-8, and what was guessed; without marks, but that at the start where it may stay.

        (A header is skipped together with its mark.)
        """
        with path.open("rb") as file:
            head = file.read(HEAD)
        encoding = encoding_of(head, None if scan.is_utf8 else scan.odd, reading.encoding, found.name)
        plain = encoding == "utf-8" or (encoding == "utf-8-sig" and mark_may_stay and scan.is_utf8)
        if plain and not (scan.inner_mark and scan.is_utf8):
            return path, scan, ()
        target = self._new("txt")
        made = transcode(path, target, encoding, reading.encoding is not None, found.name)
        told = reading.encoding is not None or is_marked(head) or encoding == "utf-8"
        return target, made, () if told else (f"its encoding was guessed: {encoding} (encoding: says it)",)

    def _new(self, suffix: str) -> Path:
        """A new temporary file."""
        self.temporary.mkdir(parents=True, exist_ok=True)
        return self.temporary / f"{next(self._numbers)}.{suffix}"


def _guessed(dialect: Dialect, reading: Reading, found: FoundFile) -> tuple[str, ...]:
    """What to tell of a delimiter that nobody said, where it is not the one that the name promises."""
    usual = "\t" if Path(found.inner_name).suffix.lower() in (".tsv", ".tab") else ","
    if (
        reading.delimiter is not None
        or dialect.said
        or dialect.delimiter == usual
        or len(dialect.columns) < 2
    ):
        return ()
    shown = {"\t": "tab", SPACES: "space"}.get(dialect.delimiter, repr(dialect.delimiter).strip("'"))
    return (f"its delimiter was guessed: {shown} (delimiter: says it)",)


def _csv_sql(path: Path, dialect: Dialect) -> str:
    """SQL that reads a CSV exactly as its dialect says; DuckDB guesses nothing."""
    columns = ", ".join(f"'c{n}': 'VARCHAR'" for n in range(len(dialect.columns)))
    return (
        f"SELECT * FROM read_csv({quote_text(str(path))}, columns = {{{columns}}}, auto_detect = false,"
        f" delim = {quote_text(dialect.delimiter)}, quote = '\"', escape = {quote_text(dialect.escape)},"
        f" header = false, skip = {dialect.before}, store_rejects = true, rejects_limit = {MOST_BAD + 1},"
        f" max_line_size = {MAX_LINE})"
    )


def _of_sheet(part: RawPart, sheet: SheetTable) -> RawPart:
    cells = ", ".join([*(f"c{n}" for n in range(len(sheet.columns))), "line"])
    sql = f"SELECT {cells} FROM read_parquet({quote_text(str(sheet.path))})"
    return replace(
        part, kind="parquet", sql=sql, columns=sheet.columns, has_line=True, has_nul=True, path=sheet.path,
        notes=sheet.notes,
    )  # fmt: skip


def _parquet(part: RawPart, path: Path) -> RawPart:
    columns = _parquet_columns(path, part.name)
    fields = [".".join(map(quote_name, one)) for one, _ in columns]
    cells = ", ".join(
        f"CAST({f'to_json({one})' if nested else one} AS VARCHAR) AS c{n}"
        for n, (one, (_, nested)) in enumerate(zip(fields, columns, strict=True))
    )
    sql = f"SELECT {cells} FROM read_parquet({quote_text(str(path))}, binary_as_string = true)"
    names = tuple(".".join(one) for one, _ in columns)
    return replace(part, kind="parquet", sql=sql, columns=names, has_nul=True)


def _parquet_columns(path: Path, name: str) -> list[tuple[tuple[str, ...], bool]]:
    """The columns of a Parquet file, those of records by their path; each with whether it is a list or a map."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        schema = pq.read_schema(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise SourceError(f"{name} is no readable Parquet file: {str(error).splitlines()[0]}") from error

    def leaves(field: pa.Field, above: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], bool]]:
        """As the keys of JSON lines: device.category."""
        at = (*above, field.name)
        if not pa.types.is_struct(field.type) or len(at) >= _DEPTH or not field.type.num_fields:
            return [(at, pa.types.is_nested(field.type))]
        return [leaf for inner in field.type for leaf in leaves(inner, at)]

    columns = [leaf for field in schema for leaf in leaves(field)]
    if len(columns) > MAX_COLUMNS:
        raise SourceError(f"{name} has {len(columns):,} columns; at most {MAX_COLUMNS:,} can be read.")
    return columns
