"""Who would move, if the journey's rules were these? Customers placed by a changed definition, beside where they are.

In: the workspace, alone, and the changed definition. Out: a Preview: by stage how many are there, were last there, or
ever entered it, before and after; and from where to where how many would move, with who they are. Nothing of it stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from desirepath.core.words import Outcome, Track

if TYPE_CHECKING:
    import pyarrow as pa

    from desirepath.app.derived import Derived
    from desirepath.app.refresh import Say
    from desirepath.journey.definition import Journey
    from desirepath.store.events_db import EventStore
    from desirepath.store.trail_files import Build

Int64 = NDArray[np.int64]
LISTED = 200  # customers of one move
_NOWHERE, _NOT_COUNTED, _NOT_THERE = -1, -2, -3
_NAMES = {_NOWHERE: "unplaced", _NOT_COUNTED: "not_counted", _NOT_THERE: "not_there"}


@dataclass(frozen=True, slots=True)
class StageChange:
    """Customers of a stage, before and after. here: in it now; last: it is the last that they were in; ever: entered.

    None: the stage is in one of the two definitions only.
    """

    stage: str
    label: str
    here: tuple[int | None, int | None]
    last: tuple[int | None, int | None]
    ever: tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is: in a stage, or gone from it (lapsed or left); or no stage: `unplaced` (no evidence), …

    `not_counted` (excluded, or without events), `not_there` (another customer by the changed rules of identity).
    """

    stage: str
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """So many customers would move from one place to another. ids: of the first of them."""

    origin: Place
    to: Place
    customers: int
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """All of it. customers: who count, before and after; moved: how many of them would be elsewhere."""

    stages: tuple[StageChange, ...]
    moves: tuple[Move, ...]
    moved: int
    customers: tuple[int, int]
    same: bool  # the definitions mean the same: nobody can move


@dataclass(frozen=True, slots=True)
class _Placed:
    """One placing. place: of each customer: 2 × stage + gone, or one of the negative codes."""

    stages: tuple[str, ...]
    labels: tuple[str, ...]
    place: Int64
    ever: Int64  # by stage
    ids: pa.Array

    def told(self, code: int) -> Place:
        return Place(_NAMES[code]) if code < 0 else Place(self.stages[code // 2], bool(code % 2))

    def counts(self, stage: str) -> tuple[int | None, int | None, int | None]:
        """here, last, ever."""
        if stage not in self.stages:
            return None, None, None
        at = self.stages.index(stage)
        here = int(np.count_nonzero(self.place == 2 * at))
        return here, here + int(np.count_nonzero(self.place == 2 * at + 1)), int(self.ever[at])


def preview(own: Derived, changed: Derived, say: Say | None = None) -> Preview:
    """Place everybody by the changed definition and compare. own: the journey as it is; nobody else may be reading.

    Raises WorkspaceError where nothing was loaded yet.
    """
    with own.reading() as (store, build):
        before = _placed(own.journey, store, build)
    with changed.trial(say) as (store, build):
        after = _placed(changed.journey, store, build)
    return _compared(before, after, same=own.journey.version == changed.journey.version)


def _placed(journey: Journey, store: EventStore, build: Build) -> _Placed:
    visits, trails = build.visits(), build.trails()
    meant = np.flatnonzero((visits.track == Track.JOURNEY) & ~visits.skipped)
    customer, stage = visits.customer[meant].astype(np.int64), visits.stage[meant].astype(np.int64)
    events = np.diff(trails.offset)
    place = np.where(events > 0, _NOWHERE, _NOT_COUNTED).astype(np.int64)
    # Visits stand in the order of customers and time: the last of each is where the customer is, or was last.
    last = np.flatnonzero(np.append(customer[1:] != customer[:-1], True)) if len(customer) else meant
    gone = visits.outcome[meant[last]] != Outcome.IN_FLIGHT
    place[customer[last]] = 2 * stage[last] + gone
    entered = np.unique(customer * len(journey.stages) + stage) % len(journey.stages)
    return _Placed(
        tuple(one.id for one in journey.stages),
        tuple(one.label for one in journey.stages),
        place,
        np.bincount(entered, minlength=len(journey.stages)),
        store.query("SELECT id FROM customers ORDER BY customer")["id"].combine_chunks(),
    )


def _compared(before: _Placed, after: _Placed, *, same: bool) -> Preview:
    import pyarrow as pa

    origin, to, ids = _side_by_side(before, after)
    # A stage of both is the same place, wherever it stands in the order.
    names = list(dict.fromkeys((*after.stages, *before.stages)))
    one, other = _common(origin, before.stages, names), _common(to, after.stages, names)
    elsewhere = np.flatnonzero(one != other)
    most = 2 * len(names) + 4
    pair = (one[elsewhere] + 3) * most + other[elsewhere] + 3
    moves = []
    for code in np.unique(pair):
        who = elsewhere[pair == code]
        here, there = before.told(int(origin[who[0]])), after.told(int(to[who[0]]))
        moves.append(Move(here, there, len(who), tuple(ids.take(pa.array(who[:LISTED])).to_pylist())))
    labels = dict(zip(before.stages, before.labels, strict=True)) | dict(
        zip(after.stages, after.labels, strict=True)
    )
    stages = []
    for name in names:
        pairs = tuple(zip(before.counts(name), after.counts(name), strict=True))
        stages.append(StageChange(name, labels[name], pairs[0], pairs[1], pairs[2]))
    return Preview(
        tuple(stages),
        tuple(sorted(moves, key=lambda move: -move.customers)),
        len(elsewhere),
        (
            int(np.count_nonzero(before.place > _NOT_COUNTED)),
            int(np.count_nonzero(after.place > _NOT_COUNTED)),
        ),
        same,
    )


def _side_by_side(before: _Placed, after: _Placed) -> tuple[Int64, Int64, pa.Array]:
    """Every customer once, by id: the place before, the place after, the id."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if before.ids.equals(after.ids):
        return before.place, after.place, after.ids
    found = (
        pc.index_in(after.ids, value_set=before.ids)
        .fill_null(-1)
        .to_numpy(zero_copy_only=False)
        .astype(np.int64)
    )
    origin = np.where(found >= 0, before.place[np.maximum(found, 0)], _NOT_THERE)
    gone = np.setdiff1d(np.arange(len(before.ids)), found)
    ids = pa.concat_arrays([after.ids, before.ids.take(pa.array(gone))])
    return np.append(origin, before.place[gone]), np.append(after.place, np.full(len(gone), _NOT_THERE)), ids


def _common(place: Int64, stages: tuple[str, ...], names: list[str]) -> Int64:
    """The codes of places, of stages as `names` has them."""
    number = np.array([names.index(one) for one in stages], np.int64)
    stage = number[np.maximum(place, 0) // 2] if len(number) else place
    return np.where(place < 0, place, 2 * stage + place % 2)
