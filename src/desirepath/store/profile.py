"""What is in these files? Counts per column, ways of writing times, overlaps, and the gaps between events.

In: relations (SQL that reads a file). Out: FileProfile, Overlap, EventSummary, Gaps: plain facts from
which collect/guess.py and journey/draft.py draw their guesses. It works in a database of its own in memory,
on the first `most_rows` rows of each file, and leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import TracebackType

import duckdb

from desirepath.collect.guess import GuessedSource
from desirepath.collect.guess_events import sql_text
from desirepath.collect.guess_ids import Overlap
from desirepath.collect.guess_shapes import ColumnProfile, FileProfile
from desirepath.collect.guess_times import EPOCHS, Times, Writing, candidates, choose
from desirepath.core.errors import SourceError
from desirepath.journey.draft_facts import EventSummary, Gaps, Span

MOST_ROWS = 1_000_000
COMMON = 300  # commonest values kept: enough for every name of an event column
SAMPLE = 300  # further values, spread over the file by a hash
MOST_COLUMNS = 500


def quoted(name: str) -> str:
    """A column in SQL."""
    return '"' + name.replace('"', '""') + '"'


class Profiler:
    """Looks at files; use it in a `with`."""

    def __init__(self, most_rows: int = MOST_ROWS) -> None:
        self._most = most_rows
        self._tables: dict[str, str] = {}
        self._files: dict[str, FileProfile] = {}
        self._db = duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"})
        # A time without a zone is read as UTC here; which zone it really has is a guess of its own.
        self._db.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = true")

    def __enter__(self) -> Profiler:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None) -> None:
        self._db.close()

    def take(
        self, name: str, relation: str, files: Sequence[str], reading: Sequence[tuple[str, str]] = ()
    ) -> FileProfile:
        """Profile one relation under a name of its own. Raises SourceError where it cannot be read."""
        table = f"file_{len(self._tables)}"
        try:
            self._db.execute(
                f"CREATE TEMP TABLE {table} AS SELECT CAST(COLUMNS(*) AS VARCHAR) FROM {relation} LIMIT {self._most + 1}"
            )
        except duckdb.Error as error:
            raise SourceError(f"{', '.join(files)}: cannot be read: {str(error).splitlines()[0]}", file=name) from error
        rows = self._number(f"SELECT count(*) FROM {table}")
        exact = rows <= self._most
        if not exact:
            self._db.execute(f"DELETE FROM {table} WHERE rowid >= {self._most}")
            rows = self._most
        names = [row[0] for row in self._db.execute(f"DESCRIBE {table}").fetchall()][:MOST_COLUMNS]
        columns = tuple(self._column(table, column, rows) for column in names)
        self._tables[name] = table
        self._files[name] = FileProfile(name, tuple(files), rows, columns, exact, tuple(reading))
        return self._files[name]

    def _number(self, query: str) -> int:
        found = self._db.execute(query).fetchone()
        return int(found[0]) if found and found[0] is not None else 0

    def _column(self, table: str, name: str, rows: int) -> ColumnProfile:
        c = quoted(name)
        counted = self._db.execute(
            f"SELECT count(*), count(DISTINCT trim({c})) FROM {table} WHERE trim({c}) <> ''"
        ).fetchone()
        assert counted is not None
        common = self._db.execute(
            f"SELECT left(trim({c}), 300), count(*) AS n FROM {table} WHERE trim({c}) <> '' "
            f"GROUP BY 1 ORDER BY n DESC, 1 LIMIT {COMMON}"
        ).fetchall()
        sample = self._db.execute(
            f"SELECT left(v, 300) FROM (SELECT DISTINCT trim({c}) AS v FROM {table} WHERE trim({c}) <> '') "
            f"ORDER BY hash(v), v LIMIT {SAMPLE}"
        ).fetchall()
        plain = ColumnProfile(
            name, rows, counted[0], counted[1], tuple((v, n) for v, n in common), tuple(v for (v,) in sample)
        )
        tried = [self._times(table, c, writing) for writing in candidates(plain.words, plain.values)]
        times = choose([one for one in tried if one is not None], plain.filled)
        return replace(plain, times=times) if times else plain

    def _times(self, table: str, column: str, writing: Writing) -> Times | None:
        """What a writing reads of all the rows."""
        t = time_sql(column, writing)
        found = self._db.execute(
            f"SELECT count(t), min(t), max(t) FROM (SELECT {t} AS t FROM {table} WHERE trim({column}) <> '')"
        ).fetchone()
        if found is None or not found[0]:
            return None
        return Times(writing, found[0], found[1], found[2])

    def overlap(self, one: tuple[str, str], other: tuple[str, str]) -> Overlap:
        """How many different values two columns share; letters' case and blanks aside."""
        values = [
            f"(SELECT DISTINCT lower(trim({quoted(column)})) AS v FROM {self._tables[file]} WHERE trim({quoted(column)}) <> '')"
            for file, column in (one, other)
        ]
        left = self._number(f"SELECT count(*) FROM {values[0]}")
        right = self._number(f"SELECT count(*) FROM {values[1]}")
        both = self._number(f"SELECT count(*) FROM {values[0]} SEMI JOIN {values[1]} AS o USING (v)")
        return Overlap(left, right, both)

    # ---- events ------------------------------------------------------------------------------------

    def events(self, sources: Sequence[GuessedSource], by: Mapping[str, str]) -> list[EventSummary]:
        """Each event's name with its counts, commonest first. by: who does the events that a log names."""
        self._db.execute(
            "CREATE OR REPLACE TEMP TABLE trail (source VARCHAR, who VARCHAR, t TIMESTAMP, event VARCHAR, "
            "by_whom VARCHAR, channel VARCHAR, valued BOOLEAN, scored BOOLEAN, said BOOLEAN)"
        )
        main = _main_kind(sources)
        self._link(sources, main)
        for source in sources:
            for query in _event_queries(source, self._tables[source.file.name], main):
                self._db.execute(f"INSERT INTO trail {query}")
        return [
            EventSummary(
                name=row[0], count=row[1], customers=row[2], by=by.get(row[0], row[3]), first=row[4], last=row[5],
                sources=tuple(sorted(row[6])), valued=row[7], scored=row[8], said=row[9], place=row[10],
                channels=self._channels(row[0]),
            )
            for row in self._db.execute(_SUMMARIES).fetchall()
        ]  # fmt: skip

    def _channels(self, event: str) -> tuple[tuple[str, int], ...]:
        found = self._db.execute(
            "SELECT channel, count(*) AS n FROM trail WHERE event = ? AND channel IS NOT NULL "
            "GROUP BY 1 ORDER BY n DESC, 1 LIMIT 40",
            [event],
        ).fetchall()
        return tuple((channel, n) for channel, n in found)

    def _link(self, sources: Sequence[GuessedSource], main: str) -> None:
        """Other identifiers → the main one, from the rows that have both. One step: enough for gaps."""
        self._db.execute("CREATE OR REPLACE TEMP TABLE link (kind VARCHAR, value VARCHAR, main VARCHAR)")
        for source in sources:
            columns = {one.kind: one.column for one in source.identifiers}
            for kind, column in columns.items():
                if main in columns and kind != main:
                    self._db.execute(
                        f"INSERT INTO link SELECT {sql_text(kind)}, {_id(column)}, min({_id(columns[main])}) "
                        f"FROM {self._tables[source.file.name]} WHERE {_id(column)} <> '' AND {_id(columns[main])} <> '' "
                        "GROUP BY ALL"
                    )

    def before(self, goals: Sequence[str]) -> dict[str, float]:
        """For each event: the share of it that came before its customer's first goal; no goal counts as before."""
        names = ", ".join(sql_text(goal) for goal in goals) or "''"
        found = self._db.execute(
            f"""WITH goal AS (SELECT who, min(t) AS t FROM trail WHERE event IN ({names}) GROUP BY 1)
                SELECT trail.event, avg(CASE WHEN goal.t IS NULL OR trail.t < goal.t THEN 1.0 ELSE 0.0 END)
                FROM trail LEFT JOIN goal USING (who) GROUP BY 1"""
        ).fetchall()
        return {event: float(share) for event, share in found}

    def gaps(self, after: Sequence[str], ends: Sequence[str] = ()) -> Gaps:
        """How long customers were silent after one of these events before they did something again.

        Silence is more than half an hour, so that clicks of one sitting are not comings back. Only what the
        customer does ends it; `ends` also do (a deal that the business records as won).
        """
        names = ", ".join(sql_text(name) for name in after) or "''"
        also = ", ".join(sql_text(name) for name in ends) or "''"
        found = self._db.execute(
            f"""WITH acts AS (SELECT who, t, event IN ({names}) AS here FROM trail
                              WHERE who IS NOT NULL AND (by_whom = 'customer' OR event IN ({also}, {names}))),
                     moments AS (SELECT who, t, bool_or(here) AS here FROM acts GROUP BY ALL),
                     gaps AS (SELECT lead(t) OVER (PARTITION BY who ORDER BY t) - t AS gap, here FROM moments)
                SELECT count(*), quantile_disc(epoch_us(gap), 0.95), quantile_disc(epoch_us(gap), 0.5)
                FROM gaps WHERE here AND gap > INTERVAL 30 MINUTE"""
        ).fetchone()
        if found is None or not found[0]:
            return Gaps(0)
        return Gaps(found[0], timedelta(microseconds=int(found[1])), timedelta(microseconds=int(found[2])))

    def repeats(self, event: str) -> tuple[int, int]:
        """Customers who did it, and those who did it at two or more times."""
        found = self._db.execute(
            "SELECT count(*), count(*) FILTER (n > 1) FROM "
            "(SELECT count(DISTINCT t) AS n FROM trail WHERE event = ? AND who IS NOT NULL GROUP BY who)",
            [event],
        ).fetchone()
        return (found[0], found[1]) if found else (0, 0)

    def span(self) -> Span | None:
        """From the first to the last event; None where there is none."""
        found = self._db.execute("SELECT min(t), max(t), count(*), count(DISTINCT who) FROM trail").fetchone()
        if found is None or found[0] is None:
            return None
        first, last = found[0], found[1]
        assert isinstance(first, datetime) and isinstance(last, datetime)
        return Span(first, last, found[2], found[3])


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


def time_sql(column: str, writing: Writing) -> str:
    """A text column as TIMESTAMP in UTC; NULL where it cannot be read."""
    if writing.format is None:
        return f"(TRY_CAST(trim({column}) AS TIMESTAMPTZ) AT TIME ZONE 'UTC')"
    if writing.format in EPOCHS:
        per_second = EPOCHS[writing.format][2]
        return f"make_timestamp(CAST(round(TRY_CAST({column} AS DOUBLE) * {1_000_000 // per_second}) AS BIGINT))"
    parsed = f"try_strptime(trim({column}), {sql_text(writing.format)})"
    return f"({parsed} AT TIME ZONE 'UTC')" if "%z" in writing.format else parsed


def _id(column: str) -> str:
    return f"lower(trim({quoted(column)}))"


def _main_kind(sources: Sequence[GuessedSource]) -> str:
    """The kind of identifier that most rows have."""
    filled: dict[str, int] = {}
    for source in sources:
        for one in source.identifiers:
            filled[one.kind] = filled.get(one.kind, 0) + source.file.column(one.column).filled
    return max(filled, key=lambda kind: (filled[kind], kind), default="")


def _event_queries(source: GuessedSource, table: str, main: str) -> list[str]:
    """One SELECT per event of a row."""
    columns = {one.kind: one.column for one in source.identifiers}
    joins, choices = [], []
    if main in columns:
        choices.append(f"nullif({_id(columns[main])}, '')")
    for place, (kind, column) in enumerate((k, c) for k, c in columns.items() if k != main):
        joins.append(f"LEFT JOIN link AS l{place} ON l{place}.kind = {sql_text(kind)} AND l{place}.value = {_id(column)}")
        choices.append(f"l{place}.main")
    choices += [f"{sql_text(kind + ':')} || nullif({_id(column)}, '')" for kind, column in columns.items() if kind != main]
    who = f"coalesce({', '.join(choices)}, NULL)"
    channel = "NULL"
    if source.channel is not None:
        channel = quoted(source.channel.column) if source.channel.column else sql_text(source.channel.literal)
    facts = ", ".join(
        f"{quoted(role.column)} IS NOT NULL" if role else "false" for role in (source.money, source.score, source.text)
    )
    queries = []
    for event in source.times.events:
        times = source.file.column(event.time).times
        assert times is not None
        name = sql_text(event.name) if event.name else f"trim({quoted(source.event.column)})" if source.event else "''"
        rules = [f"({rule})" for rule in (event.when, source.where.literal if source.where else "") if rule]
        queries.append(
            f"SELECT * FROM (SELECT {sql_text(source.id)} AS source, {who} AS who, {time_sql(quoted(event.time), times.writing)} AS t, "
            f"{name} AS event, {sql_text(event.by)}, {channel}, {facts} FROM {table} {' '.join(joins)} "
            f"{'WHERE ' + ' AND '.join(rules) if rules else ''}) WHERE t IS NOT NULL AND event <> ''"
        )
    return queries
