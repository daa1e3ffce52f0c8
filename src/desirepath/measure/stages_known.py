"""What is known of every visit, and of every pass, whoever is asked about?

In: visits, until when is known. Out: Known: of each the counts that it is in, and all of them in the order of their
times. It hangs on no question, so it is made once a build; a question then looks once at each visit, sorts nothing,
and counts all groups of a breakdown together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desirepath.core.times import NEVER
from desirepath.journey.definition import Journey
from desirepath.journey.visits import Visits
from desirepath.measure.cohort import Cohort, Mask, horizon_of, masks_of, visit_outcomes
from desirepath.trail.spread import together

Int64 = NDArray[np.int64]
# The group of each entry, −1 where nobody asked for it. As narrow as can be: it is read in no order.
Groups = NDArray[np.int8] | NDArray[np.int16]
_FEW = 127
_WATCHED = "watched"
_SOON = 4  # beside a cause: the rate counts it as a success


@dataclass(frozen=True, slots=True)
class Known:
    """Grain: entry (a visit or a pass), in the order of its table. Cells: stage and track, or the one whole way.

    kind: of each entry; names: of the counts; cell [kinds], masks [names, kinds]: where a kind belongs, what it counts
    in. order: the entries that were watched, by cell, then time since entry; time and cause lie in that order, the
    cells of which begin at `begin`.
    """

    kind: NDArray[np.int32]
    names: tuple[str, ...]
    cell: Int64
    masks: Mask
    customer: NDArray[np.int32]
    entered: Int64
    order: NDArray[np.int32]
    time: Int64
    cause: NDArray[np.int8]
    begin: Int64

    @property
    def cells(self) -> int:
        """How many."""
        return len(self.begin) - 1

    def __len__(self) -> int:
        return len(self.kind)


@dataclass(frozen=True, slots=True)
class Worth:
    """What the successes were worth: their sum, and Σ (worth − mean)²; [groups, cells]."""

    paid: Int64
    apart: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of every group in every cell. newest: the last entry, NEVER where none; all are [groups, cells]."""

    counts: Mapping[str, Int64]
    customers: Int64
    newest: Int64
    worth: Worth | None

    def worth_of(self, group: int, cell: int) -> tuple[int, float] | None:
        """Both sums of what a group's successes in a cell were worth."""
        if self.worth is None:
            return None
        return int(self.worth.paid[group, cell]), float(self.worth.apart[group, cell])


@dataclass(frozen=True, slots=True)
class Times:
    """One group in one cell: times in order with their causes; those of the rate's successes."""

    time: Int64
    cause: NDArray[np.int8]
    took: Int64


def cell_of(stage: int, track: int) -> int:
    """The cell of a stage's visits on a track."""
    return 2 * stage + track


def known_visits(journey: Journey, visits: Visits, as_of: int, starts: Mask) -> Known:
    """Of all visits. starts: pass_starts of them."""
    horizons = np.array([horizon_of(journey, stage) for stage in range(len(journey.stages))], np.int64)
    until, place = np.minimum(visits.knowledge, as_of), np.asarray(visits.stage, np.int64)
    masks = masks_of(visits, until, horizons[place], starts)
    everything = Cohort(np.arange(len(visits)), visits, until, 0, masks)
    time, cause, watched = visit_outcomes(everything)
    return known_of(
        masks, 2 * place + visits.track, 2 * len(horizons), visits.customer, visits.entered,
        time, cause, watched,
    )  # fmt: skip


def known_of(
    masks: Mapping[str, Mask],
    cell: Int64,
    cells: int,
    customer: NDArray[np.int32],
    entered: Int64,
    time: Int64,
    cause: NDArray[np.int8],
    watched: Mask,
) -> Known:
    """Of any entries, sorted by customer. masks: their counts. time, cause: of those watched, for aalen_johansen."""
    told = {**masks, _WATCHED: watched}
    key = cell << len(told)
    for bit, mask in enumerate(told.values()):
        key |= mask.astype(np.int64) << bit
    kinds = np.unique(key)
    rows = np.flatnonzero(watched)
    mine = cell[rows]
    those = [np.flatnonzero(mine == one) for one in range(cells)]
    order = np.concatenate([some[np.argsort(time[some])] for some in those])
    soon = masks["rated_succeeded"][rows].astype(np.int8) * _SOON
    return Known(
        np.searchsorted(kinds, key).astype(np.int32),
        tuple(told),
        kinds >> len(told),
        (kinds >> np.arange(len(told))[:, None]) & 1 > 0,
        np.ascontiguousarray(customer),
        np.ascontiguousarray(entered),
        rows[order].astype(np.int32),
        time[order],
        (cause | soon)[order],
        np.cumsum([0, *map(len, those)]),
    )


# ── questions ────────────────────────────────────────────────────────────────────────────────────────────


def asked_group(known: Known, asked: Mask | None) -> Groups:
    """Everybody who is asked about as one group."""
    return np.zeros(len(known), np.int8) if asked is None else asked.astype(np.int8) - np.int8(1)


def asked_groups(code: NDArray[np.int16], groups: int, asked: Mask) -> Groups:
    """Those who are asked about by the group that their code says."""
    if groups <= _FEW:
        return np.where(asked, code.astype(np.int8), np.int8(-1))
    return np.where(asked, code, np.int16(-1))


def tally(known: Known, group: Groups, groups: int, worth: Int64 | None = None) -> Tally:
    """Every count of every group. worth: success_worth of the same visits."""
    from desirepath.measure import stages_kernel as kernel

    entered, paying = (known.masks[known.names.index(name)] for name in ("entered", "succeeded"))
    none, cells = np.empty(0, np.int64), (groups, known.cells)

    def counted(part: slice) -> tuple[Int64, Int64, Int64, Int64]:
        many = np.zeros((groups, len(known.cell)), np.int64)
        last, newest = (np.full(cells, value, np.int64) for value in (-1, NEVER))
        customers, paid = (np.zeros(cells, np.int64) for _ in range(2))
        kernel.tally(
            group[part], known.kind[part], known.cell, entered, paying, known.customer[part], known.entered[part],
            none if worth is None else worth[part], many, last, customers, newest, paid,
        )  # fmt: skip
        return many, customers, newest, paid

    parts = _parts(known)
    every = list(zip(*together(counted, parts, len(known)), strict=True))
    many, customers, paid = (sum(every[i][1:], start=every[i][0]) for i in (0, 1, 3))
    newest = np.maximum.reduce(every[2])
    counts = {name: _by_cell(many[:, mask], known.cell[mask], known.cells) for name, mask in _named(known)}
    if worth is None:
        return Tally(counts, customers, newest, None)
    mean = paid / np.maximum(counts["succeeded"], 1)

    def squares(part: slice) -> NDArray[np.float64]:
        out = np.zeros(cells)
        kernel.apart(group[part], known.kind[part], known.cell, paying, worth[part], mean, out)
        return out

    apart = sum(together(squares, parts, len(known)), start=np.zeros(cells))
    return Tally(counts, customers, newest, Worth(paid, apart))


def _parts(known: Known) -> list[slice]:
    """All entries in two parts, so that nobody is in both."""
    middle, who = len(known) // 2, known.customer
    if not middle:
        return [slice(None)]
    cut = int(np.searchsorted(who, who[middle]))
    return [slice(0, cut), slice(cut, len(known))]


def times_of(known: Known, group: Groups, found: Tally, cell: int) -> list[Times]:
    """The times of each group in a cell. found: the tally of the same groups."""
    from desirepath.measure import stages_kernel as kernel

    many, successes = (found.counts[name][:, cell] for name in (_WATCHED, "rated_succeeded"))
    at, soon = _begins(many), _begins(successes)
    time, took = (np.empty(int(begins[0]) + 1, np.int64) for begins in (at, soon))
    cause = np.empty(len(time), np.int8)
    rows = slice(int(known.begin[cell]), int(known.begin[cell + 1]))
    order = known.order[rows], known.time[rows], known.cause[rows]
    if len(many) == 1:
        kernel.pick_all(*order, group, time, cause, took)
    else:
        kernel.pick(*order, group, at.copy(), soon.copy(), time, cause, took)
    each = zip(at[1:], at[1:] + many, soon[1:], soon[1:] + successes, strict=True)
    return [Times(time[a:b], cause[a:b], took[c:d]) for a, b, c, d in each]


def _begins(many: Int64) -> Int64:
    """Where each group begins; first, where those lie whom nobody asked for: at the end.

    After each group there is room for one more, which `pick` writes before it knows whether it counts.
    """
    ends = np.append(0, np.cumsum(many + 1))
    return np.append(ends[-1], ends[:-1])


def _named(known: Known) -> list[tuple[str, Mask]]:
    return list(zip(known.names, known.masks, strict=True))


def _by_cell(many: Int64, cell: Int64, cells: int) -> Int64:
    """[groups, kinds] → [groups, cells]."""
    there = cell[:, None] == np.arange(cells)
    found: Int64 = many @ there.astype(np.int64)
    return found
