"""Which rule over customers comes close to a group that was found?

In: how often each customer did each event, and who is in the group. Out: a rule that journey.yaml understands, made of
a few counts, with its precision and recall on customers that it was not made from. The rule is what can be kept: the
group itself is only where trails happened to lie on one day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desirepath.collect.expression import quote_text
from desirepath.core.estimate import Measured
from desirepath.measure.cohort import Mask
from desirepath.measure.meetings import Int64
from desirepath.stats.intervals import proportion
from desirepath.trail.trails import Trails

DEPTH = 3
EVENTS = 40  # the commonest events: a rule should speak of what many do
_LEAVES = 2  # joined by "or": more would be no rule that anybody reads
_LEAST = 10  # customers in a leaf


@dataclass(frozen=True, slots=True)
class Approximation:
    """A rule near a group. precision: of those it names, who is in it; recall: of the group, whom it names."""

    rule: str
    precision: Measured
    recall: Measured


@dataclass(frozen=True, slots=True)
class EventCounts:
    """How often each customer did each of the commonest events: [customers, names]."""

    names: tuple[str, ...]
    count: NDArray[np.int64]


def event_counts(trails: Trails, code: NDArray[np.int32], labels: Sequence[str], who: Int64) -> EventCounts:
    """The counts of these customers (sorted codes). code: of each event its name, as layers.codes("event") has it."""
    first, last = trails.offset[who], trails.offset[who + 1]
    row = np.repeat(np.arange(len(who)), last - first)
    before = np.cumsum(last - first) - (last - first)
    mine = code[np.arange(len(row)) - before[row] + first[row]]
    each = np.bincount(mine[mine >= 0], minlength=len(labels))
    kept = np.sort(np.argsort(-each, kind="stable")[:EVENTS])
    place = np.full(len(labels) + 1, -1, np.int64)
    place[kept] = np.arange(len(kept))
    column = place[mine]
    there = column >= 0
    count = np.bincount(row[there] * len(kept) + column[there], minlength=len(who) * len(kept))
    return EventCounts(tuple(labels[i] for i in kept.tolist()), count.reshape(len(who), len(kept)))


def approximate(counts: EventCounts, inside: Mask, *, as_of: int) -> Approximation | None:
    """A rule near the group, from every other customer, judged by those between. None where no rule names anybody."""
    from sklearn.tree import DecisionTreeClassifier

    made_from = np.arange(len(inside)) % 2 == 0
    if not len(counts.names) or len(np.unique(inside[made_from])) < 2:
        return None
    tree = DecisionTreeClassifier(
        max_depth=DEPTH, min_samples_leaf=_LEAST, random_state=0, class_weight="balanced"
    )
    tree.fit(counts.count[made_from], inside[made_from])
    leaves = _leaves(tree.tree_, counts.count[made_from], inside[made_from])
    if not leaves:
        return None
    judged = ~made_from
    named = np.zeros(int(judged.sum()), bool)
    for leaf in leaves:
        named |= _holds(leaf, counts.count[judged])
    truly = inside[judged]
    return Approximation(
        " or ".join(_words(leaf, counts.names, alone=len(leaves) == 1) for leaf in leaves),
        proportion(int((named & truly).sum()), int(named.sum()), as_of=as_of),
        proportion(int((named & truly).sum()), int(truly.sum()), as_of=as_of),
    )


Leaf = dict[int, tuple[int, int | None]]  # column → at least so many, fewer than so many (None: no bound)


def _leaves(tree: Any, counts: NDArray[np.int64], inside: Mask) -> list[Leaf]:
    """The leaves most of whose customers are in the group, those that hold most of it first."""

    def walk(node: int, bounds: Leaf) -> list[Leaf]:
        """The leaves below; where all below are, the branch itself, which is shorter to say."""
        if tree.children_left[node] < 0:
            here = _holds(bounds, counts)
            return [bounds] if bounds and 2 * int((here & inside).sum()) > int(here.sum()) else []
        column, cut = int(tree.feature[node]), int(np.floor(tree.threshold[node])) + 1
        least, most = bounds.get(column, (0, None))
        fewer = {**bounds, column: (least, cut if most is None else min(most, cut))}
        more = {**bounds, column: (max(least, cut), most)}
        below = walk(tree.children_left[node], fewer), walk(tree.children_right[node], more)
        if bounds and below == ([fewer], [more]):
            return [bounds]
        return below[0] + below[1]

    found = sorted(walk(0, {}), key=lambda leaf: -int((_holds(leaf, counts) & inside).sum()))
    return _shortened(found[:_LEAVES])


def _shortened(leaves: list[Leaf]) -> list[Leaf]:
    """What the second leaf need not say, since the first has all others already: A or (not A and B) is A or B."""
    if len(leaves) != 2 or len(leaves[0]) != 1:
        return leaves
    (column, (least, most)), second = next(iter(leaves[0].items())), leaves[1]
    beside = {(0, least) if most is None else (most, None)} if most is None or least == 0 else set()
    if second.get(column) in beside and len(second) > 1:
        return [leaves[0], {c: bounds for c, bounds in second.items() if c != column}]
    return leaves


def _holds(leaf: Leaf, counts: NDArray[np.int64]) -> Mask:
    held = np.ones(len(counts), bool)
    for column, (least, most) in leaf.items():
        held &= counts[:, column] >= least
        if most is not None:
            held &= counts[:, column] < most
    return held


def _words(leaf: Leaf, names: Sequence[str], *, alone: bool) -> str:
    """A leaf as a rule over customers: ever(…), not ever(…), count(…) >= 2, count(…) < 3."""
    parts = []
    for column, (least, most) in sorted(leaf.items()):
        event = f"event = {quote_text(names[column])}"
        if least:
            parts.append(f"ever({event})" if least == 1 else f"count({event}) >= {least}")
        if most is not None:
            parts.append(f"not ever({event})" if most == 1 else f"count({event}) < {most}")
    text = " and ".join(parts)
    return text if alone or len(parts) == 1 else f"({text})"
