"""Load: what is new in every source becomes events; what is bad is set aside with its reason.

In: the folder of the stores, the sources, the journey's zone and currency. Out: a LoadSummary. Every part is
one transaction: a load that is killed leaves all parts that were finished, and the next load goes on.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from desirepath.app.derived import Placed
from desirepath.app.loading_problems import check_columns, columns_of_part, mostly_bad
from desirepath.app.loading_progress import LoadProgress, Progress, ProgressTeller
from desirepath.app.loading_tables import TABLE, Tables
from desirepath.app.results import Table
from desirepath.app.unread import mapping_of
from desirepath.collect.raw import RawPart
from desirepath.collect.row_sql import Context
from desirepath.collect.sources import Metrics, Source, Sources
from desirepath.core.errors import NotFound, SourceError, nearest
from desirepath.core.times import Clock
from desirepath.sources.files.find import FoundFile, find_files
from desirepath.sources.files.prepare import FileReader
from desirepath.sources.files.scan import Scan
from desirepath.store.events_db import EventStore
from desirepath.store.ledger import (
    Place,
    Run,
    begin_run,
    begin_source,
    end_run,
    end_source,
    known_sources,
    loaded_parts,
    replace_parts,
    undone_events,
)
from desirepath.store.metrics_rows import MetricsLoad
from desirepath.store.part_load import PartLoad, PartOutcome
from desirepath.store.reject_rows import read_rejects
from desirepath.store.staging import Staged, stage

__all__ = ["LoadFailed", "LoadProgress", "LoadSummary", "Progress", "SourceSummary", "load", "rejects"]

DATABASE = "events.duckdb"
QUERY = "query"  # the name of a query's only part


@dataclass(slots=True)
class SourceSummary:
    """What one source brought. rows: read; known: rows that were there already; rejected: rows with anything bad.

    metrics: rows of a metrics source that were added; they are no events.
    """

    source: str
    parts: int = 0
    parts_unchanged: int = 0
    rows: int = 0
    events: int = 0
    metrics: int = 0
    known: int = 0
    corrected: int = 0
    rejected: int = 0
    seconds: float = 0.0
    reasons: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class LoadSummary:
    """What a load brought, by source. removed: sources that are no longer in sources.yaml.

    placed: what placing the customers took, in each journey in which anything had changed.
    """

    load_no: int
    sources: tuple[SourceSummary, ...]
    removed: tuple[str, ...]
    seconds: float
    placed: tuple[Placed, ...] = ()

    @property
    def events(self) -> int:
        """Events added."""
        return sum(one.events for one in self.sources)

    @property
    def rows(self) -> int:
        """Rows read."""
        return sum(one.rows for one in self.sources)

    @property
    def rejected(self) -> int:
        """Rows with anything bad."""
        return sum(one.rejected for one in self.sources)

    def as_dict(self) -> dict[str, object]:
        """Plain data."""
        totals = {"events": self.events, "rows": self.rows, "rejected": self.rejected}
        return {**asdict(self), **totals}


class LoadFailed(SourceError):
    """One or more sources could not be loaded; the others were. `failures` are their errors."""

    code = "source"

    def __init__(self, failures: Sequence[SourceError], summary: LoadSummary) -> None:
        self.failures, self.summary = tuple(failures), summary
        super().__init__("\n\n".join(str(one) for one in failures), count=len(failures))


def load(
    folder: Path,
    sources: Sources,
    *,
    zone: str,
    currency: str | None,
    clock: Clock,
    only: Sequence[str] | None = None,
    progress: Progress | None = None,
    memory: str | None = None,
    threads: int | None = None,
) -> LoadSummary:
    """Load every source, or `only` those named, into the store under `folder`.

    A source that fails does not stop the others. Raises DefinitionError where sources.yaml names columns that
    are nowhere (before anything is loaded), LoadFailed at the end where a source could not be read or is mostly
    bad, WorkspaceBusy while another process has the store, NotFound for an unknown name in `only`.
    """
    wanted = _wanted(sources, only)
    path = folder / DATABASE
    with (
        EventStore.open(
            path, write=True, files_from=Path(sources.folder), memory=memory, threads=threads
        ) as store,
        _temporary(folder) as temporary,
    ):
        loading = _Loading(store, sources, FileReader(temporary), zone, currency, clock, progress)
        return loading.run(wanted, everything=only is None)


def rejects(
    store: EventStore,
    *,
    source: str | None = None,
    reason: str | None = None,
    part: str | None = None,
    limit: int = 100,
) -> Table:
    """The records that were set aside, by source, part and line."""
    found = read_rejects(store, source=source, reason=reason, part=part, limit=limit)
    columns = ("source", "part", "line", "record", "reason", "lost", "detail", "raw")
    rows = [(r.source, r.part, r.line, r.row, r.reason, r.lost, r.detail, r.raw) for r in found]
    return Table(columns, rows, grain="record that was set aside")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One source and the files that it has now; a query has none. missing: why there are none."""

    source: Source | Metrics
    files: tuple[FoundFile, ...] = ()
    missing: SourceError | None = None

    @property
    def names(self) -> set[str]:
        return {one.name for one in self.files} or {_name_of(self.source)}


def _wanted(sources: Sources, only: Sequence[str] | None) -> list[_Wanted]:
    """The sources in the order of their names, with their files."""
    every = _by_name(sources)
    for name in only or ():
        if name not in every:
            raise NotFound(f'There is no source "{name}".', hint=nearest(name, every, "Sources"))
    chosen = sorted(set(only) if only is not None else every)
    return [_find(every[name], Path(sources.folder)) for name in chosen]


def _by_name(sources: Sources) -> dict[str, Source | Metrics]:
    every: list[Source | Metrics] = [*sources.sources, *sources.metrics]
    return {one.id: one for one in every}


def _find(source: Source | Metrics, folder: Path) -> _Wanted:
    try:
        return _Wanted(source, tuple(find_files(source.id, source.reading.files, folder)))
    except SourceError as error:
        return _Wanted(source, missing=error)


@contextmanager
def _temporary(folder: Path) -> Iterator[Path]:
    """A folder for this load's own files; what a killed load left is removed first: the store is ours alone."""
    path = folder / "loading"
    shutil.rmtree(path, ignore_errors=True)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


class _Loading:
    """One run of `load`."""

    def __init__(
        self,
        store: EventStore,
        sources: Sources,
        reader: FileReader,
        zone: str,
        currency: str | None,
        clock: Clock,
        progress: Progress | None,
    ) -> None:
        self.store, self.sources, self.reader, self.clock, self.progress = (
            store,
            sources,
            reader,
            clock,
            progress,
        )
        self.now = clock.now()
        self.tables = Tables(reader.temporary, Path(sources.folder))
        self.context = Context(zone, currency, _sql_time(self.now + timedelta(days=1)))

    def run(self, wanted: Sequence[_Wanted], everything: bool) -> LoadSummary:
        """Load them all."""
        wanted, tables = self._tables(wanted)
        known = check_columns(
            [(one.source, one.files) for one in wanted if one.missing is None], self.reader, tables
        )
        total = sum(file.size for one in wanted for file in one.files)
        self.teller = ProgressTeller(self.progress, total, self.store.progress, self.store.interrupt)
        run = begin_run(self.store, _sql_time(self.now))
        removed = self._remove_gone(run) if everything else ()
        summaries: list[SourceSummary] = []
        failures: list[SourceError] = []
        with self.teller.telling():
            for one in wanted:
                if one.missing is not None:
                    failures.append(one.missing)
                    continue
                summary, errors = self._source(run, one, known[one.source.id])
                summaries.append(summary)
                failures += errors
        result = LoadSummary(run.load_no, tuple(summaries), removed, self.teller.seconds)
        end_run(self.store, run, _sql_time(self.clock.now()), result.events, result.rows, result.rejected)
        if failures:
            raise LoadFailed(failures, result)
        return result

    def _tables(self, wanted: Sequence[_Wanted]) -> tuple[list[_Wanted], dict[str, tuple[str, ...]]]:
        """The columns of every database's table; a source whose database cannot be read is one that is missing."""
        columns: dict[str, tuple[str, ...]] = {}
        reached = []
        for one in wanted:
            if one.source.reading.database is not None:
                try:
                    columns[one.source.id] = self.tables.columns(one.source)
                except SourceError as error:
                    one = replace(one, missing=error)
            reached.append(one)
        return reached, columns

    def _remove_gone(self, run: Run) -> tuple[str, ...]:
        """Sources that are no longer in sources.yaml hold no more."""
        named = _by_name(self.sources)
        gone = {name: parts for name, parts in known_sources(self.store).items() if name not in named}
        for parts in gone.values():
            replace_parts(self.store, run, parts)
        return tuple(sorted(gone))

    def _source(
        self, run: Run, wanted: _Wanted, columns: frozenset[str]
    ) -> tuple[SourceSummary, list[SourceError]]:
        """Load one source, part after part; what failed comes back."""
        source, began = wanted.source, self.teller.seconds
        summary, failures = SourceSummary(source.id), []
        mapping = self._mapping(source)
        number = begin_source(self.store, run, source.id, mapping)
        there = loaded_parts(self.store, number, _sql_time(self.now))
        outdated = {p.part for p in there.values() if p.mapping != mapping and p.name in wanted.names}
        kept = [p.name for p in there.values() if p.mapping != mapping and p.name not in wanted.names]
        if kept:
            summary.notes.append(
                f"{len(kept)} part(s) keep what they were read as, because their files are gone: {', '.join(kept[:5])}"
            )
        known = {name: part for name, part in there.items() if part.part not in outdated}
        place = Place(number, mapping, frozenset(outdated), undone_events(self.store, number))
        told: dict[str, list[str]] = {}
        loads = (
            PartLoad(self.store, run, source, place, self.context)
            if isinstance(source, Source)
            else MetricsLoad(self.store, run, source, place, self.context)
        )
        for file in wanted.files or (None,):
            name = file.name if file else _name_of(source)
            self.teller.part(source.id, name, file.size if file else 0)
            rows = 0
            try:
                stamp = self.reader.stamp(file, source.reading) if file else Scan()
                before = known.get(name)
                same = before and file and (before.digest, before.size) == (stamp.digest, stamp.size)
                summary.parts += 1
                if same and before and not before.look_again:
                    summary.parts_unchanged += 1
                    continue
                if source.reading.database is not None:
                    part = self.tables.read(source, before)
                    if part is None:
                        summary.parts_unchanged += 1
                        continue
                    staged = stage(self.store, part)
                else:
                    staged = self._staged(source, file, stamp)
                self.teller.staged()
                for note in staged.part.notes:
                    told.setdefault(note, []).append(name)
                part_columns = columns_of_part(source, staged.part, columns, summary.notes)
                outcome = loads.load(staged, part_columns)
                rows = outcome.rows
                _add(summary, outcome, events=isinstance(source, Source))
                if outcome.too_bad:
                    raise mostly_bad(self.store, source, staged.part, outcome)
            except SourceError as error:
                failures.append(error)
            finally:
                self.teller.done(rows)
        summary.notes += [f"{_files(names)}: {note}" for note, names in told.items()]
        if not failures:
            end_source(self.store, run, number)
        summary.seconds = self.teller.seconds - began
        return summary, failures

    def _staged(self, source: Source | Metrics, file: FoundFile | None, stamp: Scan) -> Staged:
        """The part in `raw`; read carefully where the quick way loses anything."""
        if file is None:
            assert source.reading.query is not None
            query = source.reading.query.strip().rstrip(";")
            return stage(self.store, RawPart(source.id, QUERY, "query", query, 0, ""))
        part = self.reader.prepare(source.id, file, source.reading, stamp)
        staged = stage(self.store, part)
        if not staged.whole:
            staged = stage(self.store, self.reader.carefully(part))
        _check_unchanged(file, stamp)
        return staged

    def _mapping(self, source: Source | Metrics) -> str:
        return mapping_of(source, self.context.zone, self.context.currency)


def _name_of(source: Source | Metrics) -> str:
    """The name of the only part of a source that has no files; another table or query is another reading of it."""
    return QUERY if source.reading.database is None else TABLE


def _add(summary: SourceSummary, outcome: PartOutcome, *, events: bool) -> None:
    """events: what was added is events, and not rows of metrics."""
    summary.rows += outcome.rows
    if events:
        summary.events += outcome.events
    else:
        summary.metrics += outcome.events
    summary.known += outcome.known
    summary.corrected += outcome.corrected
    summary.rejected += outcome.rejected
    for reason, (count, _) in (outcome.reasons or {}).items():
        summary.reasons[reason] = summary.reasons.get(reason, 0) + count


def _files(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def _check_unchanged(file: FoundFile, stamp: Scan) -> None:
    """Raise SourceError where the file was written to while it was read."""
    if file.size != stamp.size:
        raise SourceError(
            f"{file.name} changed while it was read.",
            hint="Load again when it is complete.",
            file=str(file.path),
        )


def _sql_time(moment: datetime) -> str:
    """An aware moment as UTC text for DuckDB."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
