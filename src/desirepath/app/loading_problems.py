"""What stops a source from being loaded, said so that it can be mended.

Columns that sources.yaml names and no file has are told before anything is loaded, all at once. A source that
is mostly bad is told with its commonest reasons, examples, and what would likely mend it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from desirepath.collect.guess.times import candidates
from desirepath.collect.raw import RawColumns, RawPart
from desirepath.collect.row_sql import columns_read, merged, metrics_columns_read
from desirepath.collect.sources import Metrics, Source
from desirepath.collect.validity import REASONS
from desirepath.core.errors import DefinitionError, Problem, SourceError, nearest
from desirepath.core.file_names import SOURCES
from desirepath.sources.files.find import FoundFile
from desirepath.sources.files.prepare import FileReader
from desirepath.store.events_db import EventStore
from desirepath.store.part_load import PartOutcome

_SHOWN = 3  # reasons in an error


def named_columns(source: Source | Metrics) -> dict[str, str]:
    """Every column that a source names → what for."""
    return columns_read(source) if isinstance(source, Source) else metrics_columns_read(source)


def check_columns(
    wanted: Sequence[tuple[Source | Metrics, Sequence[FoundFile]]],
    reader: FileReader,
    tables: Mapping[str, Sequence[str]],
) -> dict[str, frozenset[str]]:
    """The columns that any part of each source has, by the heads of its files. tables: those of databases, by source.

    JSON lines and queries are known when they are read. Raises DefinitionError with every column that is nowhere;
    a file that cannot be read is left to the load, which tells of it.
    """
    problems: list[Problem] = []
    known: dict[str, frozenset[str]] = {}
    for source, files in wanted:
        seen: dict[str, None] = dict.fromkeys(tables.get(source.id, ()))
        for file in files:
            try:
                columns = reader.columns(file, source.reading)
            except SourceError:
                columns = None
            if columns is None:
                seen = {}
                break
            seen |= dict.fromkeys(columns)
        known[source.id] = frozenset(seen)
        if seen:
            where = (
                files[0].name if len(files) == 1 else f"any of {len(files)} files" if files else _what(source)
            )
            problems += [
                _absent(source, name, label, seen, where) for name, label in _absent_from(source, seen)
            ]
    if problems:
        raise DefinitionError(problems)
    return known


def columns_of_part(
    source: Source | Metrics, part: RawPart, known: frozenset[str], notes: list[str]
) -> RawColumns:
    """Where each column stands in a part. A column that only other parts have is empty here, and noted.

    Raises DefinitionError for a query that lacks a column.
    """
    lacking = [name for name, _ in _absent_from(source, dict.fromkeys(part.columns))]
    if lacking and part.columns:
        if part.kind in ("query", "table"):
            labels = named_columns(source)
            seen, where = dict.fromkeys(part.columns), _what(source)
            raise DefinitionError([_absent(source, n, labels[n], seen, where) for n in lacking])
        for name in lacking:
            hint = "" if name in known else " " + nearest(name, part.columns, "Columns")
            notes.append(f'{part.name} has no column "{name}": it is empty there.{hint}')
    return RawColumns(part.columns, frozenset(lacking))


def _what(source: Source | Metrics) -> str:
    """What a source without files is read from."""
    table = source.reading.table
    return f'the table "{table}"' if table is not None else "the query"


def mostly_bad(
    store: EventStore, source: Source | Metrics, part: RawPart, outcome: PartOutcome
) -> SourceError:
    """The error for a part of which nothing was loaded."""
    reasons = outcome.reasons or {}
    share = outcome.rejected / outcome.rows if outcome.rows else 1.0
    lines = [
        f'source "{source.id}": {share:.0%} of the {outcome.rows:,} rows of {part.name} are bad;'
        " nothing of it was loaded."
    ]
    for reason, (count, example) in list(reasons.items())[:_SHOWN]:
        shown = f', for example "{example[:80]}"' if example else ""
        lines.append(f"  {count:,} × {REASONS.get(reason, reason)}{shown}")
    hints = [hint for reason in list(reasons)[:_SHOWN] if (hint := _fix(store, source, part, reason))]
    folder = store.path.parent.parent  # the store is .desirepath/events.duckdb of the workspace
    hints.append(f"See them with: desirepath rejects {folder} --source {source.id}")
    return SourceError(
        "\n".join(lines),
        hint="\n".join(hints),
        source=source.id,
        part=part.name,
        rows=outcome.rows,
        bad=outcome.rejected,
        reasons={reason: count for reason, (count, _) in reasons.items()},
    )


def _absent_from(source: Source | Metrics, there: dict[str, None]) -> list[tuple[str, str]]:
    return [(name, label) for name, label in named_columns(source).items() if name not in there]


def _absent(source: Source | Metrics, name: str, label: str, there: dict[str, None], where: str) -> Problem:
    return Problem(
        file=SOURCES,
        line=source.line,
        message=f'source "{source.id}", {label}: there is no column "{name}" in {where}.',
        hint=nearest(name, there, "Columns"),
        code="unknown_column",
        facts={"source": source.id, "column": name, "field": label},
    )


def _fix(store: EventStore, source: Source | Metrics, part: RawPart, reason: str) -> str:
    """What would likely mend one reason; '' where nothing is likely."""
    if reason in ("time_unreadable", "time_missing", "time_out_of_range", "day_unreadable"):
        return _time_fix(store, source, reason)
    if reason in ("too_few_columns", "too_many_columns", "unclosed_quote"):
        return f'It was read with the delimiter "{part.delimiter}"; where another is right, add delimiter:.'
    if reason == "no_identifier" and isinstance(source, Source):
        kinds = ", ".join(sorted({kind for event in merged(source) for kind in event.identifiers})) or "none"
        return f"The identifiers that sources.yaml names are empty: {kinds}."
    if reason == "by_unknown":
        return "Give `by` a map: to customer, business and machine."
    if reason == "value_ambiguous":
        return "The column holds both 1,234.50 and 1.234,50: have it exported in one way."
    if reason == "score_off_scale":
        return "Say the scale with low: and high:."
    return ""


def _time_fix(store: EventStore, source: Source | Metrics, reason: str) -> str:
    """The format that the unread times seem to have."""
    found = store.rows(
        "SELECT DISTINCT detail FROM bad WHERE reason = ? AND detail IS NOT NULL LIMIT 200", [reason]
    )
    texts = [str(text) for (text,) in found]
    if isinstance(source, Source):
        columns = {event.time.column for event in merged(source) if event.time is not None}
    else:
        columns = {source.day.column}
    column = ", ".join(sorted(columns))
    if not texts:
        return f'The column "{column}" is empty.'
    writings = [one.format for one in candidates(["time"], texts) if one.format is not None]
    if not writings:
        return f'The column "{column}" holds texts like "{texts[0]}": say how they are written with format:.'
    return f'The column "{column}" looks like "{texts[0]}": add format: \'{writings[0]}\''
