"""A workspace: the folder that holds a business's journey.yaml, sources.yaml and its stores.

The library's face. Questions are answered from the current build; where the definitions or the events have
changed since it was made, it is made again first. Customers and the build that speaks of them change in one
transaction of the event store, so that nobody, killed or reading, ever sees one without the other.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from desirepath.app.clock import SystemClock
from desirepath.core.errors import DefinitionError, NotFound, Problem, WorkspaceBusy, WorkspaceError, nearest
from desirepath.core.times import Clock, to_us

if TYPE_CHECKING:
    from desirepath.app.asking import Asking, Stages
    from desirepath.app.explain import VisitExplained
    from desirepath.app.load import LoadSummary, Progress
    from desirepath.app.refresh import Say
    from desirepath.app.results import JourneyMap, Table
    from desirepath.app.sql import ViewTold
    from desirepath.collect.sources import Sources
    from desirepath.identity.explain import CustomerExplained
    from desirepath.journey.definition import Journey
    from desirepath.measure.occupancy import Step
    from desirepath.store.events_db import EventStore
    from desirepath.store.trail_files import Build, TrailFiles

JOURNEY, SOURCES, MAP, HIDDEN = "journey.yaml", "sources.yaml", "map.yaml", ".desirepath"
# Raise it when the engine would place the same events differently: old builds are then made again.
ENGINE = "2"
_BUILD, _READ_AT = "build", "read_at."  # facts in the store
_TRIES = 5
_REJECT = {
    "source": str, "part": str, "line": int, "record": int, "reason": str, "lost": str, "detail": str, "raw": str,
}  # fmt: skip


class Workspace:
    """One business's folder, opened. Cheap to make: data is opened when it is asked for."""

    def __init__(self, folder: Path, journey: Journey, sources: Sources, clock: Clock | None = None) -> None:
        self.folder, self.journey, self.sources = folder, journey, sources
        self._clock = clock or SystemClock()

    def __repr__(self) -> str:
        return f"Workspace({str(self.folder)!r}: {self.journey.title})"

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

        Raises LoadFailed where a source cannot be read or is mostly bad (what the others brought is loaded and
        placed all the same), WorkspaceBusy where another process is writing.
        """
        from desirepath.app.load import LoadFailed, load

        began = to_us(self._clock.now())
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
        except LoadFailed as failed:
            bad = {str(one.facts.get("source", "")) for one in failed.failures}
            # A failure that does not say whose it is could be anybody's.
            good = [] if "" in bad else [s.source for s in failed.summary.sources if s.source not in bad]
            self._refresh(say=say, read=dict.fromkeys(good, began))
            raise
        self._refresh(say=say, read=dict.fromkeys((s.source for s in summary.sources), began))
        return summary

    def refresh(self, *, force: bool = False, say: Say | None = None) -> None:
        """Make everything derived again where the events or the definitions have changed (or with `force`)."""
        self._refresh(force=force, say=say)

    def _refresh(
        self, *, force: bool = False, say: Say | None = None, read: Mapping[str, int] | None = None
    ) -> None:
        """read: the sources that have just been loaded, and when (µs)."""
        from desirepath.app.identify import identify
        from desirepath.app.refresh import Inputs, quiet, refresh

        with self._store(write=True) as store:
            before = store.meta(_BUILD)
            self._files.remove_others(before or "")
            try:
                with store.transaction():
                    self._note_read(store, read or {})
                    stamp = self._stamp(store)
                    if not force and self._current(store, stamp) is not None:
                        return
                    (say or quiet)("customers", 0.0)
                    account = self.journey.customer == "account"
                    identify(store, self.journey.identity, account=account, clock=self._clock)
                    now = to_us(self._clock.now())
                    inputs = Inputs(
                        self.journey, self.sources, self._currency(store), self._read_at(store), now
                    )
                    build = refresh(store, self._files, inputs, stamp, say or quiet)
                    store.set_meta(_BUILD, build.name)
            except BaseException:
                self._files.remove_others(before or "")
                raise
            self._files.remove_others(build.name)

    def rejects(self, *, source: str | None = None, reason: str | None = None, limit: int = 100) -> Table:
        """The bad records that were set aside, each with its place, reason and raw text.

        Raises NotFound for a source that is not in sources.yaml.
        """
        from desirepath.app.load import rejects

        names = [*(s.id for s in self.sources.sources), *(m.id for m in self.sources.metrics)]
        if source is not None and source not in names:
            raise NotFound(f'there is no source "{source}"', hint=nearest(source, names, "Sources"))
        with self._store(write=False) as store:
            found = rejects(store, source=source, reason=reason, limit=limit)
        return replace(found, kinds=_REJECT)

    def unread(self) -> tuple[str, ...]:
        """Sources that are new, read otherwise or gone in sources.yaml since the last load, and not counted so yet."""
        with self.asking() as asking:
            return asking.unread

    # ── asking ───────────────────────────────────────────────────────────────────────────────────────────

    @contextmanager
    def asking(self) -> Iterator[Asking]:
        """The current build with the store open for reading: for several questions in a row."""
        from desirepath.app.asking import Asking

        with self._reading() as (store, build):
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

    def occupancy(self, *, step: Step = "week", segment: str | None = None) -> Table:
        """How many customers were in each stage at the beginning of each day, week or month."""
        with self.asking() as asking:
            return asking.occupancy(step=step, segment=segment)

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

        with self._reading() as (store, _):
            return explain_customer(store, customer)

    def merges(self) -> Table:
        """What became of customers between two refreshes: merged, renamed, split, the latest first."""
        from desirepath.app.identify import merges

        with self._reading() as (store, _):
            return merges(store)

    def keep_apart(self, first: str, second: str, *, withdraw: bool = False, by: str = "") -> None:
        """Decide that two identifiers ('kind:value') are never one customer's (or withdraw that), and refresh."""
        from desirepath.app import identify

        self._bring_up_to_date()  # a decision is about identifiers as they stand
        decide = identify.withdraw if withdraw else identify.keep_apart
        with self._store(write=True) as store:
            decide(store, first, second, clock=self._clock, by=by)
        self.refresh()

    def undo_merge(self, earlier_id: str, *, by: str = "") -> None:
        """Bring back a customer who went into another, for good, and refresh."""
        from desirepath.app.identify import undo_merge

        self._bring_up_to_date()
        with self._store(write=True) as store:
            undo_merge(store, earlier_id, clock=self._clock, by=by)
        self.refresh()

    def sql(self, query: str, *, reveal: bool = False) -> Table:
        """One SQL query over the views of this journey (see `views()`); nothing can be changed by it.

        reveal: personal data as it is, not masked; only for those with the right to see it. Raises SqlError.
        """
        from desirepath.app.sql import ask_sql

        with self.asking() as asking:
            return ask_sql(asking, query, reveal=reveal)

    def views(self) -> list[ViewTold]:
        """The tables that `sql` can ask: each with what a row is, and its columns."""
        from desirepath.app.sql import list_views

        with self.asking() as asking:
            return list_views(asking)

    def map(
        self,
        *,
        segment: str | None = None,
        since: str | None = None,
        until: str | None = None,
        reveal: bool = False,
        say: Say | None = None,
    ) -> JourneyMap:
        """The journey map. reveal: show ids and words as they are; only for those with the right to see them."""
        from desirepath.app.mapping import draw_map
        from desirepath.app.refresh import quiet
        from desirepath.app.results import JourneyMap

        with self.asking() as asking:
            return JourneyMap.of(
                draw_map(asking, segment=segment, since=since, until=until, reveal=reveal, say=say or quiet)
            )

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def _files(self) -> TrailFiles:
        from desirepath.store.trail_files import TrailFiles

        return TrailFiles(self.hidden / "trails")

    def _store(self, *, write: bool) -> EventStore:
        from desirepath.store.events_db import EventStore

        path = self.hidden / "events.duckdb"
        if not write and not path.exists():
            raise WorkspaceError(
                f"Nothing has been loaded into {self.folder} yet.",
                hint=f"Load its sources with: desirepath load {self.folder}",
                folder=str(self.folder),
            )
        return EventStore.open(path, write=write)

    @contextmanager
    def _reading(self) -> Iterator[tuple[EventStore, Build]]:
        """The store open for reading, with the build that belongs to what is in it."""
        for _ in range(_TRIES):
            with self._store(write=False) as store:
                build = self._current(store, self._stamp(store))
                if build is not None:
                    yield store, build
                    return
            self._make_again()
        raise WorkspaceBusy(
            f"Something keeps changing {self.folder}.", hint="Wait until it has finished, then try again."
        )

    def _bring_up_to_date(self) -> None:
        with self._reading():
            return

    def _make_again(self) -> None:
        try:
            self.refresh()
        except WorkspaceBusy:
            raise
        except WorkspaceError as error:
            raise WorkspaceError(
                "The events or the definitions have changed since customers were placed, and they cannot be placed "
                f"again. {error.message}",
                hint=error.hint,
                folder=str(self.folder),
            ) from error

    def _current(self, store: EventStore, stamp: str) -> Build | None:
        """The build that the store names, if it was made from what holds now."""
        build = self._files.open(store.meta(_BUILD))
        return build if build is not None and build.facts.get("stamp") == stamp else None

    def _stamp(self, store: EventStore) -> str:
        """What a build is made from: the events that hold, the definitions, and this engine."""
        ends = [f"{s.id}={s.complete_until}" for s in self.sources.sources]
        read = [f"{name}@{at}" for name, at in sorted(self._read_at(store).items())]
        made_from = [store.events_version(), self.journey.version, *ends, *read, ENGINE]
        return hashlib.sha256("\n".join(made_from).encode()).hexdigest()[:24]

    def _live(self) -> list[str]:
        """The sources that are complete until they were last loaded."""
        return [s.id for s in self.sources.sources if s.complete_until == "now"]

    def _note_read(self, store: EventStore, read: Mapping[str, int]) -> None:
        for name in self._live():
            if name in read:
                store.set_meta(f"{_READ_AT}{name}", str(read[name]))

    def _read_at(self, store: EventStore) -> dict[str, int]:
        """When each live source was last loaded, µs."""
        said = {name: store.meta(f"{_READ_AT}{name}") for name in self._live()}
        return {name: int(at) for name, at in said.items() if at is not None}

    def _currency(self, store: EventStore) -> str | None:
        """The journey's currency; undeclared, the only one that events have."""
        if self.journey.currency is not None:
            return self.journey.currency
        found = store.rows("SELECT DISTINCT currency FROM events WHERE currency IS NOT NULL LIMIT 2")
        return str(found[0][0]) if len(found) == 1 else None
