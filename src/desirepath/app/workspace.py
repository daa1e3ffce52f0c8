"""A workspace: the folder that holds a business's journey.yaml, sources.yaml and its stores.

The library's face. A workspace is opened for one of its journeys. Questions are answered from this journey's
current build; where the definitions or the events have changed since it was made, it is made again first.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, Unpack

from desirepath.app.clock import SystemClock
from desirepath.app.definitions import read_definitions
from desirepath.app.derived import Derived, Placed, refresh_all, states_of
from desirepath.app.journeys import journey_file, read_all
from desirepath.core.errors import NotFound, WorkspaceError, nearest
from desirepath.core.file_names import SOURCES
from desirepath.core.times import Clock, to_us
from desirepath.core.words import MAIN_JOURNEY

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from desirepath.app.asking import Asking, Stages
    from desirepath.app.checking import Checked, CheckOptions
    from desirepath.app.doctor.examine import Report
    from desirepath.app.explain import VisitExplained
    from desirepath.app.load import LoadSummary, Progress
    from desirepath.app.loads import Undoing
    from desirepath.app.questions.answer import Answer
    from desirepath.app.questions.question import Question
    from desirepath.app.refresh import Say
    from desirepath.app.results import JourneyMap, Table
    from desirepath.app.sql import ViewTold
    from desirepath.collect.sources import Sources
    from desirepath.identity.explain import CustomerExplained
    from desirepath.journey.definition import Journey
    from desirepath.measure.occupancy.counts import Step

A = TypeVar("A")
_REJECT = {
    "source": str, "part": str, "line": int, "record": int, "reason": str, "lost": str, "detail": str, "raw": str,
}  # fmt: skip


class Workspace:
    """One business's folder, opened for one journey. Cheap to make: data is opened when it is asked for.

    main: the workspace's main journey; `journey` unless this is another one, whose name is then `name`.
    """

    def __init__(
        self,
        folder: Path,
        journey: Journey,
        sources: Sources,
        clock: Clock | None = None,
        *,
        name: str = MAIN_JOURNEY,
        main: Journey | None = None,
    ) -> None:
        self.folder, self.journey, self.sources, self.name = folder, journey, sources, name
        self._main = main or journey
        self._clock = clock or SystemClock()
        self._own = self._derived(name, journey)

    def __repr__(self) -> str:
        return f"Workspace({str(self.folder)!r}: {self.journey.title})"

    @classmethod
    def open(
        cls,
        folder: str | PathLike[str],
        journey: str | None = None,
        *,
        clock: Clock | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> Workspace:
        """Read the definitions. variables: what fills ${…} in sources.yaml; the environment unless given.

        journey: which of the workspace's journeys is asked: "buyer" for buyer.journey.yaml; the main one unless given.
        Raises WorkspaceError where the folder is no workspace, NotFound where it has no such journey, DefinitionError
        with every mistake in any file.
        """
        path = Path(folder)
        said = read_definitions(path, journey or MAIN_JOURNEY, os.environ if variables is None else variables)
        return cls(path, said.asked, said.sources, clock, name=said.name, main=said.main)

    @property
    def journeys(self) -> dict[str, str]:
        """Every journey of the workspace: its name, and its title. Raises DefinitionError for a mistake in any."""
        return {name: one.title for name, one in self._definitions().items()}

    def journeys_table(self) -> Table:
        """Every journey as a row, and whether its customers are placed by what holds now.

        state: current; changed (it is made again with the next question or load); new (nothing was loaded yet).
        """
        from desirepath.app.results import Table

        every = self._every()
        states = states_of(every)
        rows = [
            (name, j.title, j.kind, j.customer, tuple(stage.id for stage in j.stages), states[name])
            for name, j in ((name, one.journey) for name, one in every.items())
        ]
        return Table(("name", "title", "kind", "customer", "stages", "state"), rows, "journey")

    def _definitions(self) -> dict[str, Journey]:
        return read_all(self.folder, self._main)

    def _every(self) -> dict[str, Derived]:
        """What is derived for each journey. Raises DefinitionError for a mistake in any definition."""
        return {name: self._derived(name, one) for name, one in self._definitions().items()}

    def _derived(self, name: str, journey: Journey) -> Derived:
        return Derived(self.folder, name, journey, self._main, self.sources, self._clock)

    # ── loading ──────────────────────────────────────────────────────────────────────────────────────────

    def load(
        self, *, only: list[str] | None = None, progress: Progress | None = None, say: Say | None = None
    ) -> LoadSummary:
        """Load every source (or `only` those named) and place the customers of every journey.

        Loading again adds only what is new. Raises DefinitionError for a mistake in any journey's file, before anything
        is loaded, LoadFailed where a source cannot be read or is mostly bad (what the others brought is loaded and
        placed all the same), WorkspaceBusy where another process is writing.
        """
        from desirepath.app.load import LoadFailed, load

        every = self._every()
        began = to_us(self._clock.now())
        try:
            summary = load(
                self.hidden,
                self.sources,
                zone=self._main.time_zone,
                currency=self._main.currency,
                clock=self._clock,
                only=only,
                progress=progress,
            )
        except LoadFailed as failed:
            bad = {str(one.facts.get("source", "")) for one in failed.failures}
            # A failure that does not say whose it is could be anybody's.
            good = [] if "" in bad else [s.source for s in failed.summary.sources if s.source not in bad]
            refresh_all(every, say=say, read=dict.fromkeys(good, began))
            raise
        placed = refresh_all(every, say=say, read=dict.fromkeys((s.source for s in summary.sources), began))
        return replace(summary, placed=placed)

    def refresh(self, *, force: bool = False, say: Say | None = None) -> Placed | None:
        """Place this journey's customers again where the events or the definitions have changed; None where not.

        Only customers whom the changes touch are read again; force: all are.
        """
        return self._own.refresh(force=force, say=say)

    def rejects(self, *, source: str | None = None, reason: str | None = None, limit: int = 100) -> Table:
        """The bad records that were set aside, each with its place, reason and raw text.

        Raises NotFound for a source that is not in sources.yaml.
        """
        from desirepath.app.load import rejects

        names = [*(s.id for s in self.sources.sources), *(m.id for m in self.sources.metrics)]
        if source is not None and source not in names:
            raise NotFound(f'there is no source "{source}"', hint=nearest(source, names, "Sources"))
        with self._own.store(write=False) as store:
            found = rejects(store, source=source, reason=reason, limit=limit)
        return replace(found, kinds=_REJECT)

    def loads(self) -> Table:
        """Every load, the latest first: what it read and brought, and when it was taken back, if it was."""
        from desirepath.app.loads import loads_table

        with self._own.store(write=False) as store:
            return loads_table(store)

    def plan_undo(self, load: int, *, and_later: bool = False) -> Undoing:
        """What `undo_load` would take back; raises NotFound or WorkspaceError where it cannot be (app/loads.py)."""
        from desirepath.app.loads import plan_undo

        with self._own.store(write=False) as store:
            return plan_undo(store, load, and_later=and_later)

    def undo_load(self, load: int, *, and_later: bool = False, say: Say | None = None) -> Undoing:
        """Take a load back as if it had never run, and place the customers of every journey again. See plan_undo."""
        from desirepath.app.loads import undo

        every = self._every()
        with self._own.store(write=True) as store:
            done = undo(store, load, and_later=and_later, clock=self._clock)
        refresh_all(every, say=say)
        return done

    def unread(self) -> tuple[str, ...]:
        """Sources that are new, read otherwise or gone in sources.yaml since the last load, and not counted so yet."""
        with self.asking() as asking:
            return asking.unread

    # ── asking ───────────────────────────────────────────────────────────────────────────────────────────

    @contextmanager
    def asking(self) -> Iterator[Asking]:
        """The current build with the store open for reading: for several questions in a row."""
        from desirepath.app.asking import Asking

        with self._own.reading() as (store, build):
            currency = self._own.currency(store)
            yield Asking(self.journey, self.sources, build, store, currency, self._main)

    def ask(self, question: Question[A]) -> Answer[A]:
        """The answer to a question: `shop.ask(Funnel(steps=["product_page", "checkout"], within="14 days"))`."""
        with self.asking() as asking:
            found, build = question.answer(asking), asking.build.name
        return replace(found, ids=lambda codes: self._ids(codes, build))

    def _ids(self, codes: NDArray[np.int64], build: str) -> pa.Array:
        """The ids of customers by their codes, which are those of one build."""
        with self.asking() as asking:
            if asking.build.name != build:
                raise WorkspaceError(
                    "Customers have been placed again since this was asked.", hint="Ask the question again."
                )
            return asking.ids_of(codes)

    @property
    def derived(self) -> Derived:
        """What is derived for this journey, for use cases beyond the library's face."""
        return self._own

    @property
    def main(self) -> Journey:
        """The workspace's main journey, in whose zone and currency sources are read."""
        return self._main

    @property
    def hidden(self) -> Path:
        """Where the stores are."""
        return self._own.hidden

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
        from desirepath.app.excluded import why_excluded
        from desirepath.app.identify import explain_customer, find_customer

        with self._own.reading() as (store, _):
            found = explain_customer(store, customer)
            if found.id is None:
                return found
            code, _name = find_customer(store, found.id)
            return replace(found, excluded=why_excluded(store, self.journey, code))

    def merges(self) -> Table:
        """What became of customers between two refreshes: merged, renamed, split, the latest first."""
        from desirepath.app.identify import merges

        with self._own.reading() as (store, _):
            return merges(store)

    def keep_apart(self, first: str, second: str, *, withdraw: bool = False, by: str = "") -> None:
        """Decide that two identifiers ('kind:value') are never one customer's (or withdraw that), and refresh."""
        from desirepath.app import identify

        self._own.bring_up_to_date()  # a decision is about identifiers as they stand
        decide = identify.withdraw if withdraw else identify.keep_apart
        with self._own.store(write=True) as store:
            decide(store, first, second, clock=self._clock, by=by)
        self.refresh()

    def undo_merge(self, earlier_id: str, *, by: str = "") -> None:
        """Bring back a customer who went into another, for good, and refresh."""
        from desirepath.app.identify import undo_merge

        self._own.bring_up_to_date()
        with self._own.store(write=True) as store:
            undo_merge(store, earlier_id, clock=self._clock, by=by)
        self.refresh()

    def sql(self, query: str, *, reveal: bool = False) -> Table:
        """One SQL query over the views of this journey (see `views()`); nothing can be changed by it.

        reveal: personal data as it is, not masked; only for those with the right to see it. Raises SqlError.
        """
        from desirepath.app.sql import ask_sql

        with self.asking() as asking:
            return ask_sql(asking, query, reveal=reveal)

    def doctor(self, *, reveal: bool = False, source: str | None = None, say: Say | None = None) -> Report:
        """What is wrong with data and definitions, worst first. reveal: unmasked. source: only what is about it."""
        from desirepath.app.doctor.examine import examine
        from desirepath.app.refresh import quiet

        files = (journey_file(self.folder, self.name).path, self.folder / SOURCES)
        with self.asking() as asking:
            return examine(asking, files, reveal=reveal, source=source, say=say or quiet)

    def check(self, **options: Unpack[CheckOptions]) -> Checked:
        """Whether the workspace can be relied on: its definitions, doctor's errors, and drift since a baseline."""
        from desirepath.app.checking import check

        return check(self, **options)

    def views(self) -> list[ViewTold]:
        """The tables that `sql` can ask: each with what a row is, and its columns."""
        from desirepath.app.sql import list_views

        with self.asking() as asking:
            return list_views(asking)

    def write_journeys(
        self,
        path: str | PathLike[str],
        *,
        format: str | None = None,
        customers: Sequence[str] = (),
        reveal: bool = False,
        say: Say | None = None,
    ) -> int:
        """Write each customer's journey as an event log (.xes, .xes.gz) or in CJML (.cjml, .xml); how many.

        format: xes or cjml, where the file's name does not say it. customers: only these (an id, or any identifier).
        reveal: with what customers wrote. Raises NotFound, WorkspaceError.
        """
        from desirepath.app.logs.write import write_journeys

        with self.asking() as asking:
            return write_journeys(
                asking, Path(path), format=format, customers=customers, reveal=reveal, say=say
            )

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
