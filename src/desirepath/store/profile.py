"""What is in these files? Counts per column, ways of writing times, overlaps, and the silences between events.

In: parts, as a load would read them. Out: FileProfile, Overlap, EventSummary, Gaps: plain facts from which
collect/guess and journey/draft draw their guesses. It works in a store of its own, which the caller throws
away, on the first rows of files that are large.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

from desirepath.collect.expression import quote_name, quote_text
from desirepath.collect.guess.ids import Overlap
from desirepath.collect.guess.shapes import ColumnProfile, FileProfile
from desirepath.collect.guess.times import Times, Writing, candidates, choose
from desirepath.collect.raw import RawColumns, RawPart
from desirepath.collect.row_sql import Context, Found, RowSql, columns_read
from desirepath.collect.sources import Source, Time
from desirepath.collect.time_sql import time_sql
from desirepath.core.money import EXPONENTS
from desirepath.journey.draft.facts import EventSummary, Gaps, Span
from desirepath.store.events_db import EventStore
from desirepath.store.staging import stage

LARGE = 200 * 2**20  # bytes on the disk; of a larger file only the first rows are looked at
MOST_ROWS = 500_000
COMMON = 300  # commonest values kept: enough for every name of an event column
SAMPLE = 300  # further values, spread over the file by a hash
MOST_COLUMNS = 400  # looked at
_SHOWN = 300  # characters of a value
_ROWS = "SELECT *, rowid AS row, 0 AS digest, 0 AS at_part, rowid AS at_row FROM {}"
_EVER = Context(zone="UTC", currency=None, latest="2261-01-01 00:00:00")


class Profiler:
    """Looks at files; use it in a `with`. temporary: a folder that the caller removes."""

    def __init__(self, temporary: Path) -> None:
        self._store = EventStore.open(temporary / "profile.duckdb", write=True, files_from=temporary)
        self._tables: dict[str, tuple[str, RawColumns]] = {}

    def __enter__(self) -> Profiler:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._store.close()

    # ---- files -------------------------------------------------------------------------------------

    def take(
        self,
        name: str,
        parts: Sequence[RawPart],
        careful: Callable[[RawPart], RawPart],
        files: Sequence[str],
        said: Sequence[tuple[str, str]] = (),
        read_by: str = "",
    ) -> FileProfile:
        """Profile the parts of one source under a name of its own. Raises SourceError where one cannot be read.

        careful: reads a part record by record, for one of which DuckDB loses lines. said: how it is written.
        read_by: SQL that reads the files as they are, {} being the path.
        """
        table, exact = f"file_{len(self._tables)}", True
        names: list[str] = []
        for place, part in enumerate(parts):
            large = part.size > LARGE
            exact = exact and not large
            staged = stage(self._store, _first_rows(part) if large else part)
            if not staged.whole and not large:
                staged = stage(self._store, careful(part))
            names += [column for column in staged.part.columns if column not in names]
            own = {column: f"c{n}" for n, column in enumerate(staged.part.columns)}
            self._store.execute(
                f"CREATE OR REPLACE TEMP TABLE {table}_{place} AS SELECT "
                + ", ".join(
                    f"CAST({own[c]} AS VARCHAR) AS c{n}" if c in own else f"NULL::VARCHAR AS c{n}"
                    for n, c in enumerate(names)
                )
                + (" FROM raw" if names else " NULL AS c0 FROM raw WHERE false")
            )
        pieces = " UNION ALL BY NAME ".join(f"SELECT * FROM {table}_{n}" for n in range(len(parts)))
        self._store.execute(
            f"CREATE TEMP TABLE {table} AS {pieces or 'SELECT NULL::VARCHAR AS c0 WHERE false'}"
        )
        for place in range(len(parts)):
            self._store.execute(f"DROP TABLE {table}_{place}")
        columns = RawColumns(tuple(names))
        self._tables[name] = (table, columns)
        rows = int(self._store.value(f"SELECT count(*) FROM {table}"))
        profiles = tuple(self._column(table, one, columns.text(one), rows) for one in names[:MOST_COLUMNS])
        return FileProfile(name, tuple(files), rows, profiles, exact, tuple(said), read_by)

    def _column(self, table: str, name: str, text: str, rows: int) -> ColumnProfile:
        filled, distinct = self._store.rows(f"SELECT count({text}), count(DISTINCT {text}) FROM {table}")[0]
        common = self._store.rows(
            f"SELECT left({text}, {_SHOWN}) AS v, count(*) AS n FROM {table} WHERE v IS NOT NULL "
            f"GROUP BY v ORDER BY n DESC, v LIMIT {COMMON}"
        )
        sample = self._store.rows(
            f"SELECT left(v, {_SHOWN}) FROM (SELECT DISTINCT {text} AS v FROM {table}) WHERE v IS NOT NULL "
            f"ORDER BY hash(v), v LIMIT {SAMPLE}"
        )
        plain = ColumnProfile(
            name,
            rows,
            filled,
            distinct,
            tuple((str(v), int(n)) for v, n in common),
            tuple(str(v) for (v,) in sample),
        )
        tried = [self._times(table, name, text, writing) for writing in candidates(plain.words, plain.values)]
        times = choose([one for one in tried if one is not None], plain.filled)
        return replace(plain, times=times) if times else plain

    def _times(self, table: str, name: str, text: str, writing: Writing) -> Times | None:
        """What a writing reads of all the rows, as the load would read it."""
        t = time_sql("v", Time(column=name, format=writing.format), "UTC").instant
        read, first, last = self._store.rows(
            f"SELECT count(t), min(t), max(t) FROM (SELECT {t} AS t FROM (SELECT {text} AS v FROM {table}))"
        )[0]
        return Times(writing, read, first, last) if read else None

    def overlap(self, one: tuple[str, str], other: tuple[str, str]) -> Overlap:
        """How many different values two columns of two files share; letters' case aside."""
        values = []
        for file, column in (one, other):
            table, columns = self._tables[file]
            text = columns.text(column)
            values.append(f"(SELECT DISTINCT lower({text}) AS v FROM {table} WHERE {text} IS NOT NULL)")
        found = self._store.rows(
            f"SELECT (SELECT count(*) FROM {values[0]}), (SELECT count(*) FROM {values[1]}), "
            f"(SELECT count(*) FROM {values[0]} SEMI JOIN {values[1]} AS o USING (v))"
        )[0]
        return Overlap(*found)

    def steady(self, file: str, record: str) -> frozenset[str]:
        """The columns of a file that are the same on all rows of one record, empty cells aside."""
        table, columns = self._tables[file]
        same = ", ".join(f"count(DISTINCT c{n}) <= 1 AS s{n}" for n in range(len(columns.names)))
        found = self._store.rows(
            f"SELECT {', '.join(f'bool_and(s{n})' for n in range(len(columns.names)))} "
            f"FROM (SELECT {same} FROM {table} GROUP BY {columns.text(record)})"
        )[0]
        return frozenset(name for name, one in zip(columns.names, found, strict=True) if one)

    # ---- events ------------------------------------------------------------------------------------

    def events(self, sources: Sequence[tuple[Source, str]]) -> list[EventSummary]:
        """Each event's name with its counts, commonest first. sources: each with the name of its file here."""
        kinds = sorted({kind for source, _ in sources for kind in source.common.identifiers})
        wide = "".join(f", {quote_name('id.' + kind)} VARCHAR" for kind in kinds)
        self._store.execute(
            "CREATE OR REPLACE TEMP TABLE met (source VARCHAR, t TIMESTAMP, event VARCHAR, by_whom VARCHAR, "
            f"channel VARCHAR, valued BOOLEAN, scored BOOLEAN, said BOOLEAN{wide})"
        )
        for source, file in sources:
            self._meet(source, file)
        self._name_customers(kinds)
        return [
            EventSummary(
                name=row[0], count=row[1], customers=row[2], by=row[3], first=row[4], last=row[5],
                sources=tuple(sorted(row[6])), valued=row[7], scored=row[8], said=row[9], place=float(row[10]),
                channels=self._channels(row[0]),
            )
            for row in self._store.rows(_SUMMARIES)
        ]  # fmt: skip

    def sample(self, file: str, rows: int) -> list[tuple[str | None, ...]]:
        """The first rows of a file, each cell as text."""
        table, columns = self._tables[file]
        cells = ", ".join(f"left(c{n}, {_SHOWN})" for n in range(len(columns.names))) or "NULL"
        return self._store.rows(f"SELECT {cells} FROM {table} ORDER BY rowid LIMIT {rows}")

    def made(self, source: Source, file: str, rows: int) -> list[dict[str, Any]]:
        """The events that the first rows of a file make, good and bad, as the load would read them; by row."""
        table, columns = self._tables[file]
        first = f"{_ROWS.format(table)} ORDER BY rowid LIMIT {rows}"
        found: list[dict[str, Any]] = []
        sql = self._sql(source, columns)
        for cells in sql.cells:
            query = sql.parsed(cells, Found(), first)
            found += self._store.query(f"SELECT {cells.item} AS item, * FROM ({query})").to_pylist()
        return sorted(found, key=lambda one: (one["row"], one["item"]))

    def set_aside(self, source: Source, file: str) -> dict[str, int]:
        """How many rows would be set aside, by reason; the commonest first."""
        table, columns = self._tables[file]
        every = _ROWS.format(table)
        sql = self._sql(source, columns)
        bad = " UNION ALL ".join(
            f"SELECT row, reason, lost FROM ({sql.bad(cells, Found(), every)})" for cells in sql.cells
        )
        found = self._store.rows(
            f"SELECT reason, count(DISTINCT row) AS n FROM ({bad}) WHERE lost = 'event' GROUP BY 1 ORDER BY n DESC, 1"
        )
        return {str(reason): int(n) for reason, n in found}

    def _sql(self, source: Source, columns: RawColumns) -> RowSql:
        # What a query adds is not in the file itself; for counts and silences it does not matter.
        made = frozenset(columns_read(source)) - set(columns.names)
        return RowSql(source, RawColumns(columns.names, made), _EVER)

    def _meet(self, source: Source, file: str) -> None:
        """Every event of a source, read as the load would."""
        table, columns = self._tables[file]
        rows = _ROWS.format(table)
        sql = self._sql(source, columns)
        for cells in sql.cells:
            ids = [name for name in cells.wide if name.startswith("id.")]
            # Properties are not needed here, and there may be hundreds of them.
            lean = replace(cells, wide={name: cells.wide[name] for name in ids})
            wide = "".join(f", {'lower(' + quote_name(name) + ')'} AS {quote_name(name)}" for name in ids)
            self._store.execute(
                f'INSERT INTO met BY NAME SELECT {quote_text(source.id)} AS source, time AS t, event, "by" AS by_whom, '
                "channel, value_text IS NOT NULL AS valued, score IS NOT NULL AS scored, text IS NOT NULL AS said"
                f"{wide} FROM ({sql.parsed(lean, Found(), rows)}) "
                'WHERE time IS NOT NULL AND event IS NOT NULL AND "by" IS NOT NULL AND has_identifier'
            )

    def currencies(self, source: Source, file: str) -> tuple[str, ...]:
        """The currencies of a source's amounts, the commonest first; none where it says none."""
        table, columns = self._tables[file]
        counts: Counter[str] = Counter()
        for cells in self._sql(source, columns).cells:
            if cells.made_from.currency is not None and cells.made_from.value is not None:
                found = self._store.rows(
                    f"SELECT code, count(*) FROM (SELECT {cells.currency} AS code FROM {table} "
                    f"WHERE {cells.rule} AND {cells.value} IS NOT NULL) WHERE code IS NOT NULL GROUP BY 1"
                )
                counts.update({str(code): int(n) for code, n in found if code in EXPONENTS})
        return tuple(sorted(counts, key=lambda code: (-counts[code], code)))

    def _name_customers(self, kinds: Sequence[str]) -> None:
        """One name per customer: the identifier that most events have; others lead to it, one step far.

        Identity proper follows every link; for silences and counts one step is near enough.
        """
        columns = [quote_name("id." + kind) for kind in kinds]
        counts = self._store.rows(f"SELECT {', '.join(f'count({c})' for c in columns)} FROM met")[0]
        order = sorted(range(len(kinds)), key=lambda n: (-counts[n], kinds[n]))
        main, others = columns[order[0]], [(kinds[n], columns[n]) for n in order[1:]]
        joins, choices = "", [main]
        for place, (_, column) in enumerate(others):
            both = f"FROM met WHERE {column} IS NOT NULL AND {main} IS NOT NULL GROUP BY 1"
            joins += (
                f" LEFT JOIN (SELECT {column} AS v, min({main}) AS m {both}) AS link_{place}"
                f" ON met.{column} = link_{place}.v"
            )
            choices.append(f"link_{place}.m")
        choices += [f"{quote_text(kind + ':')} || {column}" for kind, column in others]
        self._store.execute(
            f"CREATE OR REPLACE TEMP TABLE trail AS SELECT source, coalesce({', '.join(choices)}) AS who, t, event, "
            f"by_whom, channel, valued, scored, said FROM met{joins}"
        )

    def _channels(self, event: str) -> tuple[tuple[str, int], ...]:
        found = self._store.rows(
            "SELECT channel, count(*) AS n FROM trail WHERE event = ? AND channel IS NOT NULL "
            "GROUP BY 1 ORDER BY n DESC, 1 LIMIT 40",
            [event],
        )
        return tuple((str(channel), int(n)) for channel, n in found)

    def before(self, goals: Sequence[str]) -> dict[str, float]:
        """For each event: the share of it that came before its customer's first goal; without a goal, all."""
        found = self._store.rows(
            f"""WITH goal AS (SELECT who, min(t) AS t FROM trail WHERE event IN ({_listed(goals)}) GROUP BY 1)
                SELECT trail.event, avg(CASE WHEN goal.t IS NULL OR trail.t < goal.t THEN 1.0 ELSE 0.0 END)
                FROM trail LEFT JOIN goal USING (who) GROUP BY 1"""
        )
        return {str(event): float(share) for event, share in found}

    def gaps(self, after: Sequence[str], ends: Sequence[str] = ()) -> Gaps:
        """How long customers were silent after one of these events before they did something again.

        Silence is more than half an hour, so that clicks of one sitting are not comings back. Only what the
        customer does ends it; `ends` also do (a deal that the business records as won).
        """
        found = self._store.rows(
            f"""WITH acts AS (SELECT who, t, event IN ({_listed(after)}) AS here FROM trail
                              WHERE by_whom = 'customer' OR event IN ({_listed([*after, *ends])})),
                     moments AS (SELECT who, t, bool_or(here) AS here FROM acts GROUP BY ALL),
                     silences AS (SELECT lead(t) OVER (PARTITION BY who ORDER BY t) - t AS gap, here FROM moments)
                SELECT count(*), quantile_disc(epoch_us(gap), 0.95), quantile_disc(epoch_us(gap), 0.5)
                FROM silences WHERE here AND gap > INTERVAL 30 MINUTE"""
        )[0]
        if not found[0]:
            return Gaps(0)
        return Gaps(found[0], timedelta(microseconds=int(found[1])), timedelta(microseconds=int(found[2])))

    def repeats(self, event: str) -> tuple[int, int]:
        """Customers who did it, and those who did it at two or more times."""
        found = self._store.rows(
            "SELECT count(*), count(*) FILTER (n > 1) FROM "
            "(SELECT count(DISTINCT t) AS n FROM trail WHERE event = ? GROUP BY who)",
            [event],
        )[0]
        return int(found[0]), int(found[1])

    def span(self) -> Span | None:
        """From the first to the last event; None where there is none."""
        first, last, events, who = self._store.rows(
            "SELECT min(t), max(t), count(*), count(DISTINCT who) FROM trail"
        )[0]
        if not isinstance(first, datetime) or not isinstance(last, datetime):
            return None
        return Span(first, last, events, who)


# A place of 0 is the start of a customer's trail, 1 its end; trails of one event say nothing.
_SUMMARIES = """
WITH placed AS (
    SELECT *, CASE WHEN count(*) OVER w > 1
                   THEN (row_number() OVER (PARTITION BY who ORDER BY t) - 1) / (count(*) OVER w - 1) END AS place
    FROM trail WINDOW w AS (PARTITION BY who)
)
SELECT event, count(*) AS n, count(DISTINCT who), mode(by_whom), min(t), max(t), list(DISTINCT source),
       bool_or(valued), bool_or(scored), bool_or(said), coalesce(avg(place), 0.5)
FROM placed GROUP BY event ORDER BY n DESC, event LIMIT 2000
"""


def _listed(names: Sequence[str]) -> str:
    return ", ".join(quote_text(name) for name in names) or "''"


def _first_rows(part: RawPart) -> RawPart:
    return replace(part, sql=f"SELECT * FROM ({part.sql}) LIMIT {MOST_ROWS}")
