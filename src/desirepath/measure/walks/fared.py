"""What became of the walks of some paths: did they succeed, how long did they last, what were they worth?

In: sessions or whole trails, their counts, and which rows of these are asked about. Out: Told for each. What can be
added is added up as they are read; how long those lasted that were not over at once is kept, for the median.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desirepath.core.estimate import Measured, NoEstimate
from desirepath.measure.walks.path_counts import FEW, PathCounts, find_rows, plainly
from desirepath.measure.walks.walk import Mask, Walks, bare, bare_mask
from desirepath.stats.aalen_johansen import Incidence, incidence_quantile
from desirepath.stats.intervals import proportion
from desirepath.trail.spread import spread, together

Int64 = NDArray[np.int64]
Int16 = NDArray[np.int16]
_Part = tuple[Int64, Int64, Int16]  # told, took, of: as of session_kernel.judge_sessions


@dataclass(frozen=True, slots=True)
class Told:
    """How the walks of one path fared. time: the median, µs. value: minor units, all walks together."""

    succeeded: Measured
    time: Measured
    value: int
    in_flight: int
    customers: int


def succeeded_share(declared: bool, succeeded: int, known: int, *, as_of: int) -> Measured:
    """Of the walks whose end is known. declared: whether there is anything that counts as success."""
    if not declared:
        return NoEstimate("not_declared", known, detail="no stage has a goal: name one")
    return proportion(succeeded, known, as_of=as_of)


def sessions_told(
    walks: Walks,
    counts: PathCounts,
    groups: Sequence[tuple[int, int]],
    value: Int64,
    goal: Mask | None,
    *,
    as_of: int,
) -> list[Told]:
    """Of plain sessions, for each range of rows of the counts. value, goal: over the trails' events."""
    from desirepath.measure.walks import session_kernel

    if not groups:
        return []
    read, (few, keys) = plainly(walks, counts.shape), _looked_for(counts, groups)
    worth, wanted = bare(value), bare_mask(goal)

    def work(low: int, high: int) -> _Part:
        told, took, of = _room(len(groups), 1024)
        took, of, filled = session_kernel.judge_sessions(
            low, high, *read, few, keys, worth, wanted, told, took, of
        )
        return told, took[:filled], of[:filled]

    return _told(spread(work, walks.offset, walks.runs), counts, groups, goal is not None, as_of)


def walks_told(
    walks: Walks,
    counts: PathCounts,
    groups: Sequence[tuple[int, int]],
    value: Int64,
    goal: Mask | None,
    *,
    horizon: int,
    as_of: int,
) -> list[Told]:
    """The same of any walks whose runs are customers. horizon: after so long it is known whether one succeeded."""
    from desirepath.measure.walks import kernel

    if not groups:
        return []
    rows = np.array([row for first, last in groups for row in range(first, last)], np.int64)
    group = np.repeat(np.arange(len(groups)), [last - first for first, last in groups])
    offset, ts, ends = bare(walks.offset), bare(walks.ts), walks.ends()
    worth, wanted = bare(value), bare_mask(goal)
    rule = (walks.unit == "session", counts.shape.arrives is not None, as_of - horizon)

    def use(found: Int64, place: Int64) -> _Part:
        told, took, of = _room(len(groups), len(found))
        mine = group[place[:-1]].astype(np.int16)
        filled = kernel.judge_found(found, mine, offset, ts, ends, worth, wanted, rule, told, took, of)
        return told, took[:filled], of[:filled]

    return _told(find_rows(walks, counts, rows, use), counts, groups, goal is not None, as_of)


def _room(groups: int, walks: int) -> _Part:
    return np.zeros((groups, 6), np.int64), np.empty(walks, np.int64), np.empty(walks, np.int16)


def _told(
    parts: list[_Part], counts: PathCounts, groups: Sequence[tuple[int, int]], declared: bool, as_of: int
) -> list[Told]:
    """Of each group. declared: whether there is anything that counts as success."""
    from desirepath.measure.walks import kernel

    each = np.stack([told for told, _, _ in parts])
    lasted, ends = _dealt(each[:, :, kernel.STAYED], [(took, of) for _, took, of in parts])
    total = each.sum(axis=0)

    def one(group: int) -> Told:
        in_flight, succeeded, value, customers, stayed, known = total[group].tolist()
        n = int(counts.count[slice(*groups[group])].sum())
        mine = lasted[ends[group] - stayed : ends[group]]
        return Told(
            succeeded_share(declared, succeeded, known, as_of=as_of),
            incidence_quantile(lasting(n - stayed, mine), 0.5, as_of=as_of),
            value,
            in_flight,
            customers,
        )

    return together(one, range(len(groups)), len(lasted))


def _looked_for(counts: PathCounts, groups: Sequence[tuple[int, int]]) -> tuple[Int16, Int64]:
    """As session_kernel.judge_sessions looks up the group of a path."""
    from desirepath.measure.walks import path_kernel

    few, keys, used = np.full(FEW, -1, np.int16), np.zeros((2, 3), np.int64), 0
    for group, (first, last) in enumerate(groups):
        for low, high in counts.key[first:last].tolist():
            if high == 0 and low < FEW:
                few[low] = group
            else:
                keys, used = path_kernel.add(keys, used, low, high, 1 + group)
    return few, keys


def _dealt(stayed: Int64, parts: list[tuple[Int64, Int16]]) -> tuple[Int64, list[int]]:
    """How long the sessions lasted, group by group; and where each group ends. stayed: [parts, groups], how many."""
    from desirepath.measure.walks import session_kernel

    ends = np.cumsum(stayed.sum(axis=0))
    begins = (ends - stayed.sum(axis=0))[None, :] + np.cumsum(stayed, axis=0) - stayed
    out = np.empty(int(ends[-1]), np.int64)
    together(lambda part: session_kernel.deal(*parts[part], begins[part], out), range(len(parts)), len(out))
    return out, ends.tolist()


def lasting(at_once: int, lasted: Int64) -> Incidence:
    """What aalen_johansen gives of all sessions together, each time once: most lasted no time.

    at_once: how many were over at once. lasted: of the others, twice the time, and one more where it is in flight.
    """
    lasted.sort()
    open_ones = (lasted & 1).astype(np.bool_)
    still, t = lasted[open_ones] >> 1, lasted[~open_ones] >> 1
    n = at_once + len(lasted)
    new = np.flatnonzero(np.append(True, t[1:] != t[:-1])[: len(t)])
    time = t[new]
    # At risk: who was neither over before nor last seen before.
    risk = n - at_once - new - np.searchsorted(still, time, side="left")
    happened = np.diff(np.append(new, len(t)))
    if at_once:
        time, risk, happened = np.append(0, time), np.append(n, risk), np.append(at_once, happened)
    share = happened / risk
    before = np.append(1.0, np.cumprod(1 - share)[:-1])[: len(time)]
    return Incidence(
        time, risk, np.cumsum(before * happened / risk)[None], happened[None].astype(np.float64), before,
        np.broadcast_to(np.int64(0), n), -1,
    )  # fmt: skip
