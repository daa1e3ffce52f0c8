"""The records that were set aside: written for each reading of a part, read with filters.

The rejects of a part are those of its latest reading, so reading it again doubles none. The line is the
physical one where it is known for sure: where fields hold line ends and the reader did not count, it is
worked out from the rows before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from desirepath.collect.expression import quote_text
from desirepath.collect.raw import RawColumns
from desirepath.store.events_db import EventStore
from desirepath.store.ledger import Run
from desirepath.store.staging import Staged
from desirepath.store.versions import replace_rows

KEPT_OF_A_FAILURE = 1_000  # of each reason, where nothing of the part is loaded
_COLUMNS = "source, part, row, line, item, reason, lost, detail, raw"


@dataclass(frozen=True, slots=True)
class Reject:
    """One bad record, or one bad field of a record (lost says which). line and row: where known, from 1."""

    source: str
    part: str
    line: int | None
    row: int | None
    reason: str
    lost: str
    detail: str | None
    raw: str | None
    known_at: datetime


# line_of: the physical line on which each bad row of raw begins; broken_at: the same for raw_bad.
# Both walk through the heights of the good rows and the broken records (one line each) in between.
_LINES = """
CREATE OR REPLACE TEMP TABLE line_of AS
WITH starts AS (
  SELECT row, {first} + sum(height) OVER (ORDER BY row) - height AS start
  FROM (SELECT rowid AS row, {height} AS height FROM raw)),
broken AS (SELECT rows_before, max(nth) AS nth FROM (
  SELECT rows_before, row_number() OVER (ORDER BY line) AS nth FROM raw_bad) GROUP BY rows_before)
SELECT s.row, s.start + coalesce(b.nth, 0) AS line
FROM (SELECT * FROM starts WHERE row IN (SELECT row FROM bad)) s
ASOF LEFT JOIN broken b ON s.row >= b.rows_before"""

_BROKEN_AT = """
CREATE OR REPLACE TEMP TABLE broken_at AS
WITH ends AS (SELECT rowid + 1 AS rows, sum({height}) OVER (ORDER BY rowid) AS height FROM raw),
broken AS (SELECT line, rows_before, row_number() OVER (ORDER BY line) - 1 AS nth FROM raw_bad)
SELECT b.line AS record, {first} + coalesce(e.height, 0) + b.nth AS line
FROM broken b LEFT JOIN ends e ON e.rows = b.rows_before"""


def write_rejects(
    store: EventStore, run: Run, staged: Staged, columns: RawColumns, bad: int, at_most: int | None = None
) -> int:
    """Put `bad` (row, item, reason, lost, detail) and `raw_bad` in the place of the part's earlier rejects.

    bad: how many rows `bad` has; at_most: of each reason. Returns how many rejects came or went.
    """
    store.execute(f"CREATE OR REPLACE TEMP TABLE new_rejects AS SELECT {_COLUMNS} FROM reject_log LIMIT 0")
    if bad:
        _write_good(store, staged, columns, at_most)
    if staged.bad:
        _write_broken(store, staged, at_most)
    part = staged.part
    scope = f"source = {quote_text(part.source)} AND part = {quote_text(part.name)}"
    fresh = f"SELECT *, TIMESTAMP '{run.known_at}' AS known_at FROM new_rejects"
    if part.adds:  # what was set aside of the rows before stays so
        same = " AND ".join(
            f"n.{name} IS NOT DISTINCT FROM r.{name}" for name in ("reason", "lost", "detail", "raw")
        )
        fresh += f" n ANTI JOIN (SELECT * FROM rejects WHERE {scope}) r ON {same}"
        scope = "false"
    return replace_rows(store, run.load_no, "reject_log", _COLUMNS.split(", "), scope, fresh, also="known_at")


def _write_good(store: EventStore, staged: Staged, columns: RawColumns, at_most: int | None) -> None:
    """Records that could be taken apart."""
    part = staged.part
    line, lines = _good_lines(store, staged)
    only = f"QUALIFY row_number() OVER (PARTITION BY reason ORDER BY row) <= {at_most}" if at_most else ""
    store.execute(
        f"""
INSERT INTO new_rejects
SELECT ?, ?, {part.rows_before} + b.row + 1, {line}, b.item, b.reason, b.lost, b.detail, {columns.raw(part.delimiter)}
FROM (FROM bad {only}) b JOIN raw r ON r.rowid = b.row {lines} ORDER BY b.row, b.item""",
        [part.source, part.name],
    )


def _write_broken(store: EventStore, staged: Staged, at_most: int | None) -> None:
    """Records that could not."""
    line, lines = _broken_lines(store, staged)
    row = "NULL"
    if staged.part.kind == "table":  # it has records and no lines
        row, line = f"{staged.part.rows_before} + b.line", "NULL"
    only = f"QUALIFY row_number() OVER (PARTITION BY reason ORDER BY b.line) <= {at_most}" if at_most else ""
    store.execute(
        f"""
INSERT INTO new_rejects
SELECT ?, ?, {row}, {line}, 0, reason, 'event', nullif(detail, ''), raw
FROM raw_bad b {lines} {only} ORDER BY b.line""",
        [staged.part.source, staged.part.name],
    )


def _good_lines(store: EventStore, staged: Staged) -> tuple[str, str]:
    """SQL of the line of a bad row `r` (NULL where nobody can know), and the join that it takes."""
    part = staged.part
    if part.has_line:
        return "r.line", ""
    if part.kind != "csv" or part.first_line is None:
        return "NULL", ""
    store.execute(_LINES.format(height=_height(staged), first=part.first_line))
    return "l.line", "LEFT JOIN line_of l ON l.row = b.row"


def _broken_lines(store: EventStore, staged: Staged) -> tuple[str, str]:
    """The same for a broken record `b`."""
    if not staged.multiline or staged.part.first_line is None:
        return "b.line", ""
    store.execute(_BROKEN_AT.format(height=_height(staged), first=staged.part.first_line))
    return "l.line", "LEFT JOIN broken_at l ON l.record = b.line"


def _height(staged: Staged) -> str:
    """SQL of how many physical lines a row of raw takes."""
    if not staged.multiline:
        return "1"
    inside = (
        f"coalesce(length(c{n}) - length(replace(c{n}, chr(10), '')), 0)"
        for n in range(len(staged.part.columns))
    )
    return " + ".join(("1", *inside))


def read_rejects(
    store: EventStore,
    *,
    source: str | None = None,
    reason: str | None = None,
    part: str | None = None,
    limit: int = 100,
) -> list[Reject]:
    """The rejects that meet every filter, by source, part and place."""
    filters = {"source": source, "reason": reason, "part": part}
    given = {name: value for name, value in filters.items() if value is not None}
    where = " AND ".join(f"{name} = ?" for name in given) or "true"
    found = store.rows(
        f"SELECT source, part, line, row, reason, lost, detail, raw, known_at FROM rejects WHERE {where}"
        " ORDER BY source, part, coalesce(line, row), item, reason LIMIT ?",
        [*given.values(), limit],
    )
    return [Reject(*row) for row in found]


def count_rejects(store: EventStore) -> list[tuple[str, str, str, int]]:
    """How many there are of each source and reason: source, reason, what is lost, how many; the most first."""
    found = store.rows(
        "SELECT source, reason, lost, count(*) AS n FROM rejects GROUP BY ALL ORDER BY n DESC, source, reason, lost"
    )
    return [(str(source), str(reason), str(lost), int(n)) for source, reason, lost, n in found]
