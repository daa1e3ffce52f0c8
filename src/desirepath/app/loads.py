"""The loads that were made, and taking one back.

In: the event store. Out: the ledger as a table; what would be taken back; and the undoing, in one transaction. Who is
who and the map follow with the next refresh.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC

from desirepath.app.results import Table
from desirepath.core.errors import NotFound, WorkspaceError
from desirepath.core.times import Clock
from desirepath.store.events_db import EventStore
from desirepath.store.undo import LoadMade, OfSource, brought, built_on, loads_made, take_back

_COLUMNS = (
    "load", "when", "sources", "parts", "rows", "events", "corrected", "rejected", "finished", "undone",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LoadBrought:
    """One load that is to be taken back, and what it did."""

    made: LoadMade
    sources: tuple[OfSource, ...]


@dataclass(frozen=True, slots=True)
class Undoing:
    """The loads that are taken back together, newest first."""

    loads: tuple[LoadBrought, ...]

    @property
    def numbers(self) -> tuple[int, ...]:
        """Their numbers."""
        return tuple(one.made.load_no for one in self.loads)

    @property
    def events(self) -> int:
        """Events that hold no more, or held no more already."""
        return sum(source.events for one in self.loads for source in one.sources)

    def as_dict(self) -> dict[str, object]:
        """Plain data."""
        return {"undone": list(self.numbers), "events": self.events, "loads": list(self._each())}

    def _each(self) -> Iterator[dict[str, object]]:
        for one in self.loads:
            when = one.made.started_at.replace(tzinfo=UTC)
            yield {
                "load": one.made.load_no, "when": when, "sources": [asdict(source) for source in one.sources],
            }  # fmt: skip


def loads_table(store: EventStore) -> Table:
    """Every load as a row, the latest first; times are UTC."""
    rows = [
        (
            one.load_no, one.started_at.replace(tzinfo=UTC), one.sources, one.parts, one.rows, one.events,
            one.corrected, one.rejected, one.finished_at is not None,
            one.undone_at and one.undone_at.replace(tzinfo=UTC),
        )
        for one in loads_made(store)
    ]  # fmt: skip
    return Table(_COLUMNS, rows, "load")


def plan_undo(store: EventStore, load_no: int, *, and_later: bool = False) -> Undoing:
    """What would be taken back. and_later: with it, every later load that built on this one.

    Raises NotFound where there is no such load, WorkspaceError where it was taken back already, was made by a version
    that kept no account of it, or (without `and_later`) where a later load built on it.
    """
    made = {one.load_no: one for one in loads_made(store)}
    if load_no not in made:
        listed = ", ".join(str(number) for number in sorted(made)[-20:]) or "none"
        raise NotFound(f"there is no load {load_no}", hint=f"Loads: {listed}.", load=load_no)
    one = made[load_no]
    if one.undone_at is not None:
        raise WorkspaceError(f"Load {load_no} was taken back already, on {one.undone_at:%Y-%m-%d %H:%M} UTC.")
    if not one.can_undo:
        raise WorkspaceError(
            f"Load {load_no} was made by an earlier version, which kept no account of what it replaced.",
            hint="To do without what it brought, delete the folder .desirepath of the workspace and load again.",
        )
    later = built_on(store, load_no)
    stuck = [number for number in later if not made[number].can_undo]
    if later and (stuck or not and_later):
        listed = ", ".join(str(number) for number in later)
        raise WorkspaceError(
            f"Later loads have built on load {load_no}: {listed}.",
            hint="Take them back first, the newest first, or all at once with --and-later; what is still in the files"
            " comes back with the next load.",
            later=later,
        )
    numbers = (*later, load_no)
    return Undoing(tuple(LoadBrought(made[n], tuple(brought(store, n))) for n in numbers))


def undo(store: EventStore, load_no: int, *, and_later: bool = False, clock: Clock) -> Undoing:
    """Take a load back: afterwards the events, rejects and figures that hold are those without it. See plan_undo."""
    planned = plan_undo(store, load_no, and_later=and_later)
    known_at = clock.now().astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    take_back(store, planned.numbers, known_at)
    return planned
