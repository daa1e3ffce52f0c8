"""What became of the sessions of some paths: did they succeed, how long did they last, what were they worth?

In: plain sessions (path_counts.is_plain), their counts, and which rows of these are asked about. Out: Told for each.
One pass adds up what can be added; only how long those lasted that were not over at once is kept, since a median is
asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desirepath.core.estimate import Measured, NoEstimate
from desirepath.measure.walks.path_counts import FEW, PathCounts, plainly
from desirepath.measure.walks.walk import Mask, Walks, bare, bare_mask
from desirepath.stats.aalen_johansen import Incidence, incidence_quantile
from desirepath.stats.intervals import proportion
from desirepath.trail.spread import spread, together

Int64 = NDArray[np.int64]
Int16 = NDArray[np.int16]


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
    """Of the sessions of each range of rows of the counts. value, goal: over the trails' events."""
    from desirepath.measure.walks import session_kernel as kernel

    if not groups:
        return []
    read, (few, keys) = plainly(walks, counts.shape), _looked_for(counts, groups)
    worth, wanted = bare(value), bare_mask(goal)

    def work(low: int, high: int) -> tuple[Int64, Int64, Int16]:
        told = np.zeros((len(groups), 5), np.int64)
        took, of, filled = kernel.judge_sessions(
            low,
            high,
            *read,
            few,
            keys,
            worth,
            wanted,
            told,
            np.empty(1024, np.int64),
            np.empty(1024, np.int16),
        )
        return told, took[:filled], of[:filled]

    parts = spread(work, walks.offset, walks.runs)
    each = np.stack([told for told, _, _ in parts])
    lasted, ends = _dealt(each[:, :, kernel.STAYED], [(took, of) for _, took, of in parts])
    total = each.sum(axis=0)

    def one(group: int) -> Told:
        in_flight, succeeded, value, customers, stayed = total[group].tolist()
        n = int(counts.count[slice(*groups[group])].sum())
        mine = lasted[ends[group] - stayed : ends[group]]
        return Told(
            succeeded_share(goal is not None, succeeded, n - in_flight, as_of=as_of),
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
