"""From which step do customers go to which, how often and how soon; where do they loop, turn back, and stop?

In: walks. Out: a TransitionsAnswer: a directly-follows graph whose sums close, with exact waits, loops, rework and
dead ends. Where what comes next is not known yet (in flight, quiet so far), nothing is claimed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desirepath.core.estimate import Estimate, Measured, NoEstimate
from desirepath.journey.definition import Journey
from desirepath.measure.answers import Contract
from desirepath.measure.cohort import contract
from desirepath.measure.walks.path_counts import commonest
from desirepath.measure.walks.transition_counts import (
    MOST_EDGES,
    Followed,
    Squares,
    follow,
    squares,
    waits_at,
)
from desirepath.measure.walks.walk import Fate, Unit, Walks
from desirepath.stats.intervals import clustered_share, proportion, quantile_ranks

Int64 = NDArray[np.int64]
QUARTILES = (0.25, 0.5, 0.75)


@dataclass(frozen=True, slots=True)
class Edge:
    """b followed a. chance: of the times at a whose next is known. wait: quartiles, µs.

    back: b is of an earlier stage. round: how often a came again right after (a, b, a).
    """

    a: int
    b: int
    count: int
    chance: Measured
    wait: tuple[Measured, Measured, Measured]
    back: bool
    round: int


@dataclass(frozen=True, slots=True)
class Node:
    """One step. times: how often it was done; walks: by how many; began: how many began with it.

    Of the times: went_on + ended + lapsed + left + advanced + not_known. repeated: right after itself. rework: of the
    walks that did it, those that did it again after another step; redone: how often. dead_end: of the times whose next
    is known, those after which silence lasted until the clock ran out.
    """

    code: int
    times: int
    walks: int
    began: int
    went_on: int
    ended: int
    lapsed: int
    left: int
    advanced: int
    not_known: int
    repeated: int
    redone: int
    redone_walks: int
    rework: Measured
    dead_end: Measured


@dataclass(frozen=True, slots=True)
class TransitionsAnswer:
    """edges: the commonest; other: transitions by other edges, other_kinds: how many of those there are; total: all.

    walks: all; without_steps: those without any; went_back: share of the walks with a step that went from one to a
    step of an earlier stage.
    """

    unit: Unit
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    other: int
    other_kinds: int
    total: int
    walks: int
    without_steps: int
    went_back: Measured
    back_times: int
    table: Followed
    contract: Contract


def transitions(
    journey: Journey, walks: Walks, home: Int64, *, as_of: int, most: int, collapse: bool = False
) -> TransitionsAnswer:
    """The steps of these walks and what follows what. home: of each code the place of its stage, −1 none.

    collapse: a step done several times running is one. Edges of equal count stand in the order of the codes.
    """
    walks = walks.marked()  # they are read several times
    found = follow(walks, home, collapse=collapse)
    kinds = len(home)
    flat = found.edges.ravel()
    best = commonest(flat, min(most, MOST_EDGES))
    best = best[flat[best] > 0]
    pairs = np.stack([best // max(kinds, 1), best % max(kinds, 1)], axis=1)
    total = int(flat.sum())
    with_steps = found.with_steps
    apart = squares(walks, kinds, collapse=collapse)
    edges = _edges(walks, found, pairs, home, apart, as_of, collapse)
    order = np.argsort(-found.times, kind="stable").tolist()
    return TransitionsAnswer(
        unit=walks.unit,
        nodes=tuple(_node(found, code, apart, as_of) for code in order if found.times[code]),
        edges=edges,
        other=total - sum(edge.count for edge in edges),
        other_kinds=int(np.count_nonzero(flat)) - len(edges),
        total=total,
        walks=found.walks,
        without_steps=found.walks - with_steps,
        went_back=proportion(found.went_back, with_steps, as_of=as_of),
        back_times=found.back_times,
        table=found,
        contract=contract(
            journey,
            as_of,
            "From which step do customers go to which, how often and how soon?",
            "times that the step was done and what came next is known: the next step, or an end that is one",
            f"steps that follow each other within a {walks.unit}, in stored order (time, then arrival), so ties follow "
            f"each other, too; {'repeats are one step' if collapse else 'repeats are loops'}; intervals of chances are "
            "Wilson's, wider as the departures of one customer resemble each other; waits are those of transitions "
            "that happened, exact quantiles between order statistics; a dead end is a last step before a lapse, in "
            "flight and quiet so far kept apart",
            "Wilson (1927); Korn & Graubard (1998); van der Aalst (2016), directly-follows graphs; Conover (1999)",
        ),
    )  # fmt: skip


def _known(found: Followed, code: int) -> int:
    """How often a step was done where what came next is known."""
    return int(found.times[code] - found.ended[code, Fate.IN_FLIGHT] - found.ended[code, Fate.QUIET])


def _chance(found: Followed, a: int, b: int, hits: int, apart: Squares, as_of: int) -> Measured:
    """Of the times at a whose next is known, the share that went to b; a customer's own times resemble each other."""
    n = _known(found, a)
    share = hits / n if n else 0.0
    return clustered_share(hits, n, apart.apart(a, b, share), int(apart.customers[a]), as_of=as_of)


def _node(found: Followed, code: int, apart: Squares, as_of: int) -> Node:
    ended = found.ended[code]
    lapsed = int(ended[Fate.LAPSED])
    walks, redone = int(found.walks_with[code]), int(found.redone_walks[code])
    return Node(
        code=code,
        times=int(found.times[code]),
        walks=walks,
        began=int(found.began[code]),
        went_on=int(found.edges[code].sum()),
        ended=int(ended[Fate.ENDED]),
        lapsed=lapsed,
        left=int(ended[Fate.LEFT]),
        advanced=int(ended[Fate.ADVANCED]),
        not_known=int(ended[Fate.IN_FLIGHT] + ended[Fate.QUIET]),
        repeated=int(found.edges[code, code]),
        redone=int(found.redone[code]),
        redone_walks=redone,
        rework=proportion(redone, walks, as_of=as_of),
        dead_end=_chance(found, code, len(found.times), lapsed, apart, as_of),
    )


def _edges(
    walks: Walks, found: Followed, pairs: Int64, home: Int64, apart: Squares, as_of: int, collapse: bool
) -> tuple[Edge, ...]:
    counts = [int(found.edges[a, b]) for a, b in pairs.tolist()]
    asked = [[quantile_ranks(n, p) for p in QUARTILES] for n in counts]
    ranks = np.array(
        [[0 if isinstance(r, NoEstimate) else r[i] for r in row for i in range(3)] for row in asked], np.int64
    ).reshape(len(counts), 9)
    waits = waits_at(walks, len(home), pairs, ranks, collapse=collapse) if len(counts) else ranks
    edges = []
    for (a, b), n, row, wait in zip(pairs.tolist(), counts, asked, waits.tolist(), strict=True):
        quartiles: list[Measured] = [
            r if isinstance(r, NoEstimate) else _estimate(wait[3 * i : 3 * i + 3], n, as_of)
            for i, r in enumerate(row)
        ]
        edges.append(
            Edge(
                a, b, n, _chance(found, a, b, n, apart, as_of), (quartiles[0], quartiles[1], quartiles[2]),
                bool(0 <= home[b] < home[a]), int(found.cycles[a, b]),
            )
        )  # fmt: skip
    return tuple(edges)


def _estimate(wait: list[int], n: int, as_of: int) -> Estimate:
    value, low, high = (float(one) for one in wait)
    return Estimate(value, low, high, n, "order statistics", as_of)
