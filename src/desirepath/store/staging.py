"""From a part's SQL to the table `raw`: every record as text, in the order of the file, and the broken ones apart.

Temporary tables: raw (c0 … cn, and `line` where the reader knows it), raw_bad (line, lines, reason, detail,
raw, rows_before). Text files are counted: where DuckDB read fewer lines than there are (a quote that is never
closed can swallow the rest of a file in silence), `whole` is false and the caller has it read carefully.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import duckdb
import pyarrow as pa

from desirepath.collect.expression import quote_name, quote_text
from desirepath.collect.raw import MAX_COLUMNS, MAX_RAW, RawPart
from desirepath.core.errors import SourceError, WorkspaceError
from desirepath.store.events_db import EventStore

_REASONS = {
    "MISSING COLUMNS": "too_few_columns",
    "TOO MANY COLUMNS": "too_many_columns",
    "UNQUOTED VALUE": "unclosed_quote",
    "INVALID ENCODING": "not_utf8",
    "LINE SIZE OVER MAXIMUM": "line_too_long",
}
_MOST_KEYS = 200  # an object with more keys than this is a map, not a record: it stays one JSON text
_DEPTH = 4
_DEEPEST = 100  # brackets within brackets; where DuckDB meets more than 128 it gives up on the whole file

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')

_MAKE_BAD = """
CREATE OR REPLACE TEMP TABLE raw_bad (
  line BIGINT, lines BIGINT, reason VARCHAR, detail VARCHAR, raw VARCHAR, rows_before BIGINT)"""

_REASON = " ".join(f"WHEN '{said}' THEN '{reason}'" for said, reason in _REASONS.items())

# reject_errors: one row per broken record and cause; the first cause is kept. Its `line` counts records.
_TAKE_REJECTS = f"""
INSERT INTO raw_bad
WITH firsts AS (
  SELECT * FROM reject_errors QUALIFY row_number() OVER (PARTITION BY line ORDER BY column_idx) = 1)
SELECT line, 1 + length(csv_line) - length(replace(csv_line, chr(10), '')),
  CASE error_type {_REASON} ELSE error_type::VARCHAR END, error_message,
  left(trim(csv_line, chr(10) || chr(13)), {MAX_RAW}), line - {{first}} - (row_number() OVER (ORDER BY line) - 1)
FROM firsts"""


# broken: one row · records with a quote that swallowed lines; the lines of all broken records
_BROKEN = """
SELECT count(*) FILTER (reason = 'unclosed_quote' AND lines > 1), CAST(coalesce(sum(lines), 0) AS BIGINT)
FROM raw_bad"""


@dataclass(frozen=True, slots=True)
class Staged:
    """What stands in `raw`. whole: every line of the file is accounted for; multiline: some fields hold line ends."""

    part: RawPart
    rows: int
    bad: int
    whole: bool = True
    multiline: bool = False


def stage(store: EventStore, part: RawPart) -> Staged:
    """Fill `raw` and `raw_bad`. Raises SourceError where the part cannot be read at all."""
    store.execute(_MAKE_BAD)
    _add_bad(store, part)
    if part.kind == "lines":
        return _stage_lines(store, part)
    if part.kind == "query":
        part = _described(store, part)
    if not part.columns:
        store.execute("CREATE OR REPLACE TEMP TABLE raw (c0 VARCHAR)")
        return Staged(part, 0, 0)
    try:
        rows = _read_into(store, "raw", part)
    except WorkspaceError as error:
        # So many broken lines that telling of them fills the memory: the careful way keeps few at a time.
        if (
            part.kind == "csv"
            and not part.has_line
            and isinstance(error.__cause__, duckdb.OutOfMemoryException)
        ):
            return Staged(part, 0, 0, whole=False)
        raise
    except duckdb.Error as error:
        if part.kind == "csv" and not part.has_line:
            return Staged(part, 0, 0, whole=False)
        raise SourceError(
            f"{part.name} cannot be read: {str(error).splitlines()[0]}", source=part.source
        ) from error
    bad = int(store.value("SELECT count(*) FROM raw_bad"))
    if part.kind != "csv" or part.has_line:
        return Staged(part, rows, bad)
    return _accounted(store, part, rows, bad)


def _read_into(store: EventStore, table: str, part: RawPart) -> int:
    """Run the part's SQL; what DuckDB rejected goes to raw_bad. The number of rows read."""
    store.execute("DROP TABLE IF EXISTS reject_errors")
    store.execute("DROP TABLE IF EXISTS reject_scans")
    rows = store.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {part.sql}")
    if "store_rejects" in part.sql and store.value("SELECT count(*) FROM reject_errors"):
        store.execute(_TAKE_REJECTS.format(first=part.first_line or 1))
    return rows


def _add_bad(store: EventStore, part: RawPart) -> None:
    if not part.bad:
        return
    columns = {
        "line": [one.line for one in part.bad],
        "lines": [1] * len(part.bad),
        "reason": [one.reason for one in part.bad],
        "detail": [one.detail for one in part.bad],
        "raw": [one.raw for one in part.bad],
    }
    store.register("new_bad", pa.table(columns))
    store.execute("INSERT INTO raw_bad SELECT *, NULL FROM new_bad")
    store.unregister("new_bad")


def _accounted(store: EventStore, part: RawPart, rows: int, bad: int) -> Staged:
    """Is every physical line in a row, in a broken record, or blank at the end?"""
    if part.lines is None or part.first_line is None:
        return Staged(part, rows, bad)
    swallowed, broken = store.rows(_BROKEN)[0] if bad else (0, 0)
    if swallowed:
        return Staged(part, rows, bad, whole=False)
    expected = part.lines - part.first_line + 1 - _blank_at_end(part)
    if rows + broken == expected:
        return Staged(part, rows, bad)
    inside = " + ".join(
        f"coalesce(length(c{n}) - length(replace(c{n}, chr(10), '')), 0)" for n in range(len(part.columns))
    )
    more = int(store.value(f"SELECT coalesce(sum({inside}), 0) FROM raw"))
    return Staged(part, rows, bad, whole=rows + broken + more == expected, multiline=True)


def _blank_at_end(part: RawPart) -> int:
    """Blank lines that end the file."""
    assert part.path is not None
    with part.path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - 65_536))
        tail = file.read().replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return max(0, len(tail) - len(tail.rstrip(b"\n")) - 1)


def _described(store: EventStore, part: RawPart) -> RawPart:
    """A query's columns as text c0 … cn, in an order that does not change from run to run."""
    only_one_select(part.sql, part.source)
    try:
        columns = [
            (str(name), str(kind)) for name, kind, *_ in store.rows(f"DESCRIBE SELECT * FROM ({part.sql})")
        ]
    except duckdb.Error as error:
        raise SourceError(
            f'The query of source "{part.source}" cannot be run: {str(error).splitlines()[0]}',
            source=part.source,
        ) from error
    cells = ", ".join(
        f"CAST({'to_json(' + quote_name(name) + ')' if _nested(kind) else quote_name(name)} AS VARCHAR) AS c{n}"
        for n, (name, kind) in enumerate(columns)
    )
    order = "" if _is_ordered(part.sql) else " ORDER BY ALL"
    sql = f"SELECT {cells} FROM ({part.sql}){order}"
    return RawPart(
        part.source,
        part.name,
        "query",
        sql,
        part.size,
        part.digest,
        tuple(n for n, _ in columns),
        has_nul=True,
    )


def only_one_select(sql: str, source: str) -> None:
    """Refuse a query that is anything but one SELECT. Raises SourceError."""
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise SourceError(
            f'The query of source "{source}" cannot be read: {str(error).splitlines()[0]}', source=source
        ) from error
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise SourceError(
            f'The query of source "{source}" is not one SELECT.',
            hint="Write one SELECT or WITH … SELECT.",
            source=source,
        )


def _is_ordered(sql: str) -> bool:
    """Does the query say its own order?"""
    import sqlglot
    from sqlglot import exp

    try:
        parsed = sqlglot.parse_one(sql, dialect="duckdb")
    except sqlglot.errors.ParseError:
        return False
    return isinstance(parsed, exp.Query) and parsed.args.get("order") is not None


def _nested(kind: str) -> bool:
    return kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION"))


# ── JSON lines ───────────────────────────────────────────────────────────────────────────────────────────


def _stage_lines(store: EventStore, part: RawPart) -> Staged:
    """Objects become columns, their own objects dotted names; every other line is broken."""
    try:
        _read_into(store, "json_lines", part)
    except duckdb.Error:
        return Staged(part, 0, 0, whole=part.has_line)
    # A row's number is its line only where DuckDB rejected none.
    if not part.has_line and store.rows(
        "SELECT (SELECT count(*) FROM json_lines), (SELECT count(*) FROM raw_bad)"
    ) != [(part.lines, 0)]:
        return Staged(part, 0, 0, whole=False)
    line = "json_lines.line" if part.has_line else "json_lines.rowid + 1"
    deep = _too_deep(store, line)
    store.execute(f"CREATE OR REPLACE TEMP TABLE deep_lines AS SELECT unnest({deep}::BIGINT[]) AS line")
    is_object = (
        "(CASE WHEN json_valid(c0) THEN json_type(c0) = 'OBJECT' ELSE false END"
        f" AND NOT EXISTS (SELECT 1 FROM deep_lines d WHERE d.line = {line}))"
    )
    store.execute(
        f"INSERT INTO raw_bad SELECT {line}, 1, 'not_json', NULL, left(c0, {MAX_RAW}), NULL FROM json_lines"
        f" WHERE trim(c0) <> '' AND NOT {is_object}"
    )
    found = store.value(f"SELECT json_group_structure(c0::JSON) FROM json_lines WHERE {is_object}")
    paths = list(_paths(json.loads(found))) if found else []
    if len(paths) > MAX_COLUMNS:
        raise SourceError(
            f"{part.name} has {len(paths):,} different keys; at most {MAX_COLUMNS:,} can be read.",
            source=part.source,
        )
    pointers = ", ".join(
        quote_text("".join("/" + key.replace("~", "~0").replace("/", "~1") for key in p)) for p in paths
    )
    cells = "".join(f"fields[{n + 1}] AS c{n}, " for n in range(len(paths)))
    rows = store.execute(
        f"CREATE OR REPLACE TEMP TABLE raw AS SELECT {cells}line FROM ("
        f"SELECT {line} AS line, json_extract_string(c0, [{pointers}]::VARCHAR[]) AS fields"
        f" FROM json_lines WHERE {is_object})"
    )
    store.execute("DROP TABLE json_lines")
    known = replace(part, columns=tuple(".".join(path) for path in paths), has_line=True)
    bad = int(store.value("SELECT count(*) FROM raw_bad"))
    return Staged(known, rows, bad)


def _too_deep(store: EventStore, line: str) -> list[int]:
    """The lines whose brackets stand within more brackets than anybody means."""
    # Few lines have so many brackets at all: only those are looked at one by one.
    many = "length(c0) - length(replace(replace(c0, '[', ''), '{', ''))"
    found = []
    for batch in store.batches(f"SELECT {line} AS line, c0 FROM json_lines WHERE {many} > {_DEEPEST}"):
        for number, text in zip(batch["line"].to_pylist(), batch["c0"].to_pylist(), strict=True):
            if deepest(text) > _DEEPEST:
                found.append(int(number))
    return found


def deepest(text: str) -> int:
    """Of a JSON text: the most brackets that stand within each other; those inside strings are none."""
    bare = _STRING.sub("", text)
    level = most = 0
    for mark in bare:
        if mark in "[{":
            level += 1
            most = max(most, level)
        elif mark in "]}":
            level -= 1
    return most


def _paths(structure: dict[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The leaves of what json_group_structure tells, as paths of keys, in order."""
    for key, inner in structure.items():
        path = (*above, key)
        if isinstance(inner, dict) and inner and len(inner) <= _MOST_KEYS and len(path) < _DEPTH:
            yield from _paths(inner, path)
        else:
            yield path
