"""A workspace: the folder that holds a business's journey.yaml, sources.yaml and its stores.

The library's face. Questions are answered from the current build; where the definitions or the events have
changed since it was made, it is made again first.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from desirepath.app.clock import SystemClock
from desirepath.core.errors import DefinitionError, Problem, WorkspaceError
from desirepath.core.times import Clock

if TYPE_CHECKING:
    from desirepath.app.asking import Asking, Stages
    from desirepath.app.explain import VisitExplained
    from desirepath.app.load import LoadSummary, Progress
    from desirepath.app.refresh import Say
    from desirepath.app.results import Table
    from desirepath.collect.sources import Sources
    from desirepath.identity.explain import CustomerExplained
    from desirepath.journey.definition import Journey
    from desirepath.journey_map.document import MapDocument
    from desirepath.store.events_db import EventStore
    from desirepath.store.trail_files import TrailFiles

JOURNEY, SOURCES, MAP, HIDDEN = "journey.yaml", "sources.yaml", "map.yaml", ".desirepath"
ENGINE = (
    "1"  # raise it when the engine would place the same events differently: old builds are then made again
)


class Workspace:
    """One business's folder, opened. Cheap to make: data is opened when it is asked for."""

    def __init__(self, folder: Path, journey: Journey, sources: Sources, clock: Clock | None = None) -> None:
        self.folder, self.journey, self.sources = folder, journey, sources
        self._clock = clock or SystemClock()

    @classmethod
    def open(
        cls,
        folder: str | PathLike[str],
        *,
        clock: Clock | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> Workspace:
        """Read both definitions. variables: what fills ${…} in sources.yaml; the environment unless given.

        Raises WorkspaceError where the folder is no workspace, DefinitionError with every mistake in any file.
        """
        from desirepath.collect.read_sources import read_sources
        from desirepath.journey.read import read_journey

        path = Path(folder)
        missing = [name for name in (JOURNEY, SOURCES) if not (path / name).is_file()]
        if missing:
            raise WorkspaceError(
                f"{path} is no workspace: {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing.",
                hint=f"Make one from your files with: desirepath init {path} FILES…",
                folder=str(path),
            )
        problems: list[Problem] = []
        journey: Journey | None = None
        sources: Sources | None = None
        try:
            journey = read_journey(path / JOURNEY, path / MAP if (path / MAP).is_file() else None)
        except DefinitionError as error:
            problems.extend(error.problems)
        try:
            sources = read_sources(path / SOURCES, os.environ if variables is None else variables)
        except DefinitionError as error:
            problems.extend(error.problems)
        if journey is None or sources is None:
            raise DefinitionError(problems)
        return cls(path, journey, sources, clock)

    # ── loading ──────────────────────────────────────────────────────────────────────────────────────────

    def load(
        self, *, only: list[str] | None = None, progress: Progress | None = None, say: Say | None = None
    ) -> LoadSummary:
        """Load every source (or `only` those named) and place the customers. Loading again adds only what is new.

        Raises SourceError where a source is mostly bad, WorkspaceBusy where another process is writing.
        """
        from desirepath.app.load import LoadFailed, load

        try:
            summary = load(
                self.hidden,
                self.sources,
                zone=self.journey.time_zone,
                currency=self.journey.currency,
                clock=self._clock,
                only=only,
                progress=progress,
            )
        except LoadFailed:
            self.refresh(say=say)  # what the other sources brought is there all the same
            raise
        self.refresh(say=say)
        return summary

    def refresh(self, *, force: bool = False, say: Say | None = None) -> None:
        """Make everything derived again where the events or the definitions have changed (or with `force`)."""
        from desirepath.app.identify import identify
        from desirepath.app.refresh import Inputs, quiet, refresh

        with self._store(write=True) as store:
            stamp = self._stamp(store)
            current = self._files.current()
            if current is not None and current.facts().get("stamp") == stamp and not force:
                return
            (say or quiet)("customers", 0.0)
            identify(
                store, self.journey.identity, account=self.journey.customer == "account", clock=self._clock
            )
            inputs = Inputs(self.journey, self.sources, self._currency(store), self._clock)
            refresh(store, self._files, inputs, stamp, say or quiet)

    def rejects(self, *, source: str | None = None, limit: int = 100) -> Table:
        """The bad records that were set aside, each with its place, reason and raw text."""
        from desirepath.app.load import rejects

        with self._store(write=False) as store:
            return rejects(store, source=source, limit=limit)

    # ── asking ───────────────────────────────────────────────────────────────────────────────────────────

    @contextmanager
    def asking(self) -> Iterator[Asking]:
        """The current build with the store open for reading: for several questions in a row."""
        from desirepath.app.asking import Asking

        self._bring_up_to_date()
        with self._store(write=False) as store:
            build = self._files.current()
            assert build is not None
            yield Asking(self.journey, self.sources, build, store, self._currency(store))

    @property
    def hidden(self) -> Path:
        """Where the stores are."""
        return self.folder / HIDDEN

    def stages(
        self, *, segment: str | None = None, since: str | None = None, until: str | None = None
    ) -> Stages:
        """Every stage's counts, rate, curve, times and value. since, until: entry dates, half-open.

        Raises NotFound for an unknown segment.
        """
        with self.asking() as asking:
            return asking.stages(segment=segment, since=since, until=until)

    def visits(self) -> Table:
        """Every visit as a row: customer, track, pass, stage, entered, ended, outcome …"""
        with self.asking() as asking:
            return asking.visits_table()

    def customers_in(
        self,
        stage: str,
        what: str = "in_flight",
        *,
        segment: str | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> Table:
        """Who is behind a count of `stages()` asked with the same arguments."""
        with self.asking() as asking:
            return asking.members(stage, what, segment=segment, since=since, until=until)

    def explain_visits(self, customer: str, stage: str | None = None) -> list[VisitExplained]:
        """Why the customer was placed as they were. customer: an id, or the value of any identifier."""
        with self.asking() as asking:
            return asking.explain_visits(customer, stage)

    def explain_customer(self, customer: str) -> CustomerExplained:
        """Which identifiers make this customer, by which links, and what was refused and why."""
        from desirepath.app.identify import explain_customer

        self._bring_up_to_date()
        with self._store(write=False) as store:
            return explain_customer(store, customer)

    def merges(self) -> Table:
        """What became of customers between two refreshes: merged, renamed, split, the latest first."""
        from desirepath.app.identify import merges

        self._bring_up_to_date()
        with self._store(write=False) as store:
            return merges(store)

    def keep_apart(self, first: str, second: str, *, withdraw: bool = False, by: str = "") -> None:
        """Decide that two identifiers ('kind:value') are never one customer's (or withdraw that), and refresh."""
        from desirepath.app import identify

        self._bring_up_to_date()
        decide = identify.withdraw if withdraw else identify.keep_apart
        with self._store(write=True) as store:
            decide(store, first, second, clock=self._clock, by=by)
        self.refresh(force=True)

    def undo_merge(self, earlier_id: str, *, by: str = "") -> None:
        """Bring back a customer who went into another, for good, and refresh."""
        from desirepath.app.identify import undo_merge

        self._bring_up_to_date()
        with self._store(write=True) as store:
            undo_merge(store, earlier_id, clock=self._clock, by=by)
        self.refresh(force=True)

    def map(
        self,
        *,
        segment: str | None = None,
        since: str | None = None,
        until: str | None = None,
        reveal: bool = False,
        say: Say | None = None,
    ) -> MapDocument:
        """The journey map. reveal: show ids and words as they are; only for those with the right to see them."""
        from desirepath.app.mapping import draw_map
        from desirepath.app.refresh import quiet

        with self.asking() as asking:
            return draw_map(
                asking, segment=segment, since=since, until=until, reveal=reveal, say=say or quiet
            )

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def _files(self) -> TrailFiles:
        from desirepath.store.trail_files import TrailFiles

        return TrailFiles(self.hidden / "trails")

    def _store(self, *, write: bool) -> EventStore:
        from desirepath.store.events_db import EventStore

        return EventStore.open(self.hidden / "events.duckdb", write=write)

    def _bring_up_to_date(self) -> None:
        with self._store(write=False) as store:
            stamp = self._stamp(store)
        current = self._files.current()
        if current is None or current.facts().get("stamp") != stamp:
            self.refresh()

    def _stamp(self, store: EventStore) -> str:
        """What a build is made from: the events that hold, the definitions, and this engine."""
        ends = [f"{s.id}={s.complete_until}" for s in self.sources.sources]
        made_from = [store.events_version(), self.journey.version, *ends, ENGINE]
        return hashlib.sha256("\n".join(made_from).encode()).hexdigest()[:24]

    def _currency(self, store: EventStore) -> str | None:
        """The journey's currency; undeclared, the only one that events have."""
        if self.journey.currency is not None:
            return self.journey.currency
        found = store.rows("SELECT DISTINCT currency FROM events WHERE currency IS NOT NULL LIMIT 2")
        return str(found[0][0]) if len(found) == 1 else None
