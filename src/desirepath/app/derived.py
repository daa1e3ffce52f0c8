"""What is derived for one journey: is it current, and how is it made again?

In: the journey's definition, the sources, and the folder of the stores. Out: the event store, opened for the
journey, with the build that belongs to what is in it. Customers and the build that speaks of them change in one
transaction of the event store, so that nobody, killed or reading, ever sees one without the other.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from desirepath.core.errors import WorkspaceBusy, WorkspaceError
from desirepath.core.times import Clock, to_us
from desirepath.core.words import MAIN_JOURNEY

if TYPE_CHECKING:
    from desirepath.app.refresh import Say
    from desirepath.collect.sources import Sources
    from desirepath.journey.definition import Journey
    from desirepath.store.events_db import EventStore
    from desirepath.store.trail_files import Build, TrailFiles

HIDDEN = ".desirepath"
# Raise it when the engine would place the same events differently: old builds are then made again.
ENGINE = "4"
_TRIES = 5


class _TakenBack(Exception):
    """Ends a transaction that was for trying only."""


@dataclass(frozen=True, slots=True)
class Placed:
    """What placing took: the customers whose events were read again, of how many, and how many events that was."""

    journey: str
    customers_read: int
    customers: int
    events_read: int

    @property
    def whole(self) -> bool:
        """Everybody's events were read."""
        return self.customers_read == self.customers

    def __str__(self) -> str:
        if self.whole:
            return f"Placed {self.customers:,} customers."
        again = f"{self.customers_read:,} customer{'' if self.customers_read == 1 else 's'}"
        return f"Placed {again} again; {self.customers - self.customers_read:,} others were not touched."


@dataclass(frozen=True)
class Derived:
    """One journey's customers and build. main: the workspace's main journey, in whose zone sources were read."""

    folder: Path  # the workspace
    name: str
    journey: Journey
    main: Journey
    sources: Sources
    clock: Clock

    @property
    def hidden(self) -> Path:
        """Where the stores are."""
        return self.folder / HIDDEN

    def store(self, *, write: bool, wait: float | None = None) -> EventStore:
        """The event store, opened for this journey. Raises WorkspaceError where nothing was loaded yet.

        wait: as of EventStore.open.
        """
        from desirepath.store.events_db import EventStore

        path = self.hidden / "events.duckdb"
        if not write and not path.exists():
            raise WorkspaceError(
                f"Nothing has been loaded into {self.folder} yet.",
                hint=f"Load its sources with: desirepath load {self.folder}",
                folder=str(self.folder),
            )
        return EventStore.open(path, write=write, journey=self.name, wait=wait)

    @contextmanager
    def reading(self) -> Iterator[tuple[EventStore, Build]]:
        """The store open for reading, with the build that belongs to what is in it; made again first if need be."""
        for _ in range(_TRIES):
            with self.store(write=False) as store:
                build = self._current(store, self._stamp(store))
                if build is not None:
                    yield store, build
                    return
            self._make_again()
        raise WorkspaceBusy(
            f"Something keeps changing {self.folder}.", hint="Wait until it has finished, then try again."
        )

    def opened(self) -> tuple[EventStore, Build] | None:
        """The same for somebody who closes the store himself; None where it had to be made again first."""
        store = self.store(write=False)
        try:
            build = self._current(store, self._stamp(store))
        except BaseException:
            store.close()
            raise
        if build is not None:
            return store, build
        store.close()
        return None

    def bring_up_to_date(self) -> None:
        """Make it again where something has changed."""
        with self.reading():
            return

    def is_current(self, store: EventStore) -> bool:
        """Whether a question would be answered from what is there. store: opened for any journey."""
        return self._current(store, self._stamp(store)) is not None

    def refresh(
        self, *, force: bool = False, say: Say | None = None, read: Mapping[str, int] | None = None
    ) -> Placed | None:
        """Make everything derived again where the events or the definitions have changed; None where nothing has.

        Only what the changes touch is read again; with `force` everything is. read: the sources that have just been
        loaded, and when (µs).
        """
        from desirepath.app.identify import forget_identify
        from desirepath.store.journey_spaces import current_build, current_builds, set_current_build

        with self.store(write=True) as store:
            before = current_builds(store)
            self._files.remove_others(before)
            try:
                with store.transaction():
                    self._note_read(store, read or {})
                    stamp = self._stamp(store)
                    if not force and self._current(store, stamp) is not None:
                        return None
                    last = None if force else self._files.open(current_build(store, self.name))
                    build = self._made(store, self._files, stamp, last, force, say)
                    forget_identify(store)
                    set_current_build(store, self.name, build.name)
            except BaseException:
                self._files.remove_others(before)
                raise
            self._files.remove_others(current_builds(store))
        facts = build.facts
        return Placed(self.name, facts["customers_read"], facts["customers"], facts["events_read"])

    def _made(
        self,
        store: EventStore,
        files: TrailFiles,
        stamp: str,
        last: Build | None,
        force: bool,
        say: Say | None,
    ) -> Build:
        """Customers resolved, and a build of them. last: what is there of customers whom nothing touched is kept."""
        from desirepath.app.identify import identify
        from desirepath.app.refresh import Inputs, quiet, refresh

        (say or quiet)("customers", 0.0)
        account = self.journey.customer == "account"
        who = identify(store, self.journey.identity, account=account, clock=self.clock, whole=force)
        inputs = Inputs(
            self.journey,
            self.sources,
            self.main.time_zone,
            self.currency(store),
            self._read_at(store),
            to_us(self.clock.now()),
        )
        return refresh(store, files, inputs, stamp, say or quiet, last if who.partly else None)

    @contextmanager
    def trial(self, say: Say | None = None) -> Iterator[tuple[EventStore, Build]]:
        """The store and the build as this definition would make them; afterwards nothing of it is left.

        Customers are resolved and placed in a transaction that is taken back: whoever is killed meanwhile has changed
        nothing. The events must have been loaded.
        """
        from desirepath.store.journey_spaces import current_build
        from desirepath.store.trail_files import TrailFiles

        folder = self.hidden / "trial"
        files = TrailFiles(folder)
        with self.store(write=True) as store:
            shutil.rmtree(folder, ignore_errors=True)  # what a killed one left: the store is ours alone
            try:
                with store.transaction():
                    last = self._files.open(current_build(store, self.name))
                    yield store, self._made(store, files, "trial", last, False, say)
                    raise _TakenBack
            except _TakenBack:
                return
            finally:
                shutil.rmtree(folder, ignore_errors=True)

    def currency(self, store: EventStore) -> str | None:
        """The journey's currency; undeclared, the only one that events have."""
        if self.journey.currency is not None:
            return self.journey.currency
        found = store.rows("SELECT DISTINCT currency FROM events WHERE currency IS NOT NULL LIMIT 2")
        return str(found[0][0]) if len(found) == 1 else None

    @cached_property
    def _files(self) -> TrailFiles:
        from desirepath.store.trail_files import TrailFiles

        return TrailFiles(self.hidden / "trails")

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
        from desirepath.store.journey_spaces import current_build

        build = self._files.open(current_build(store, self.name))
        return build if build is not None and build.facts.get("stamp") == stamp else None

    def _stamp(self, store: EventStore) -> str:
        """What a build is made from: the events that hold, the definitions, and this engine."""
        ends = [f"{s.id}={s.complete_until}" for s in self.sources.sources]
        read = [f"{name}@{at}" for name, at in sorted(self._read_at(store).items())]
        made_from = [
            store.events_version(), self.journey.version, self.main.time_zone, *ends, *read, ENGINE,
        ]  # fmt: skip
        return hashlib.sha256("\n".join(made_from).encode()).hexdigest()[:24]

    def _live(self) -> list[str]:
        """The sources that are complete until they were last loaded."""
        return [s.id for s in self.sources.sources if s.complete_until == "now"]

    def _note_read(self, store: EventStore, read: Mapping[str, int]) -> None:
        from desirepath.store.undo import READ_AT

        for name in self._live():
            if name in read:
                store.set_meta(f"{READ_AT}{name}", str(read[name]))

    def _read_at(self, store: EventStore) -> dict[str, int]:
        """When each live source was last loaded, µs."""
        from desirepath.store.undo import READ_AT

        said = {name: store.meta(f"{READ_AT}{name}") for name in self._live()}
        return {name: int(at) for name, at in said.items() if at is not None}


def refresh_all(
    every: Mapping[str, Derived], *, say: Say | None = None, read: Mapping[str, int] | None = None
) -> tuple[Placed, ...]:
    """Bring every journey up to date, the main one first, after a load; what is gone leaves nothing behind.

    Returns what placing took in those journeys in which anything had changed.
    read: as of Derived.refresh. The first transaction notes it: whatever is killed after it, the next question goes on.
    """
    from desirepath.store.journey_spaces import remove_others

    with every[MAIN_JOURNEY].store(write=True) as store:
        remove_others(store, list(every))
    placed = [
        one.refresh(say=_naming(name, say) if len(every) > 1 else say, read=read)
        for name, one in every.items()
    ]
    return tuple(one for one in placed if one is not None)


def states_of(every: Mapping[str, Derived]) -> dict[str, str]:
    """For each journey whether its customers are placed by what holds now: current, changed, or new (never loaded).

    Raises WorkspaceBusy at once where another program writes.
    """
    main = every[MAIN_JOURNEY]
    if not (main.hidden / "events.duckdb").exists():
        return dict.fromkeys(every, "new")
    with main.store(write=False, wait=0) as store:
        return {name: "current" if one.is_current(store) else "changed" for name, one in every.items()}


def _naming(name: str, say: Say | None) -> Say | None:
    """Say which journey the steps are of."""
    if say is None:
        return None
    told = say
    return lambda step, share: told(f"{name}: {step}", share)
