"""Paths as a flow (Sankey) or as a tree: the same counts, laid out so that every sum closes.

In: PathCounts. Out: a Flow: nodes by position, links between neighbours; or a Tree: the commonest prefixes. Of every
node: who came in = who went on + whose walk ended there + whose is in flight + whose path is cut after it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desirepath.measure.walks.path_counts import Int64, PathCounts, commonest
from desirepath.measure.walks.walk import Fate

OTHER = -1  # the code of all steps of a position that have no node of their own


@dataclass(frozen=True, slots=True)
class Exits:
    """What became of the walks at a node. ended: over here, however; of them lapsed, left, advanced where known."""

    went_on: int
    ended: int
    lapsed: int
    left: int
    advanced: int
    in_flight: int
    cut: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.went_on + self.ended + self.in_flight + self.cut


@dataclass(frozen=True, slots=True)
class FlowNode:
    """A step at a position (from 0). code: OTHER for all that have no node. walks: how many came."""

    position: int
    code: int
    walks: int
    exits: Exits


@dataclass(frozen=True, slots=True)
class FlowLink:
    """From a node to one of the next position."""

    position: int
    code: int
    to: int
    walks: int


@dataclass(frozen=True, slots=True)
class Flow:
    """Nodes by position, the largest first, OTHER last; links in the order of the nodes."""

    nodes: tuple[FlowNode, ...]
    links: tuple[FlowLink, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """A prefix that walks share. parent: its place in the tree's branches, −1 for a first step.

    first, last: the rows of the counts that begin with it. other: walks that went on by a step without a branch.
    """

    steps: tuple[int, ...]
    parent: int
    walks: int
    other: int
    exits: Exits
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Tree:
    """The commonest prefixes, parents before children. other: walks whose first step has no branch."""

    branches: tuple[Branch, ...]
    other: int


def flow(counts: PathCounts, top: int, expand: tuple[int, ...] = ()) -> Flow:
    """The `top` commonest steps of each position are nodes of their own, all others one node.

    expand: positions that show `top` more, for each time that they are named.
    """
    steps, kinds = counts.steps(), counts.shape.kinds
    nodes: list[FlowNode] = []
    links: list[FlowLink] = []
    here, codes = _places(steps[:, 0], counts.count, kinds, top * (1 + expand.count(0)))
    for position in range(counts.shape.longest):
        if position + 1 < counts.shape.longest:
            most = top * (1 + expand.count(position + 1))
            there, next_codes = _places(steps[:, position + 1], counts.count, kinds, most)
        else:
            there, next_codes = np.full(len(steps), -1), []
        exits = _exits(here, len(codes), there >= 0, counts)
        nodes += [
            FlowNode(position, code, one.total, one)
            for code, one in zip(codes, exits, strict=True)
            if one.total
        ]
        both = there >= 0
        pairs = np.bincount(
            here[both] * len(next_codes) + there[both], counts.count[both], len(codes) * len(next_codes)
        )
        for i in np.flatnonzero(pairs).tolist():
            code, to = codes[i // len(next_codes)], next_codes[i % len(next_codes)]
            links.append(FlowLink(position, code, to, int(pairs[i])))
        here, codes = there, next_codes
    return Flow(tuple(nodes), tuple(links))


def _places(column: NDArray[np.int16], n: Int64, kinds: int, top: int) -> tuple[Int64, list[int]]:
    """The node of each row at a position, −1 where it has no step there; and the codes of the nodes, OTHER last."""
    there = column >= 0
    each = np.bincount(column[there], n[there], kinds).astype(np.int64)
    best = commonest(each, top)
    best = best[each[best] > 0]
    place = np.full(kinds + 1, len(best), np.int64)
    place[best] = np.arange(len(best))
    place[-1] = -1  # read by −1
    return place[column], [*best.tolist(), OTHER]


def _exits(node: Int64, nodes: int, goes_on: NDArray[np.bool_], counts: PathCounts) -> list[Exits]:
    """Of each node. node: of each row of the counts, −1 none."""
    here = node >= 0
    stops = here & ~goes_on
    on = np.bincount(node[here & goes_on], counts.count[here & goes_on], nodes)
    by_fate = np.bincount(node[stops] * 8 + counts.fate[stops], counts.count[stops], nodes * 8)
    found = []
    for went_on, fates in zip(on.astype(np.int64).tolist(), by_fate.reshape(nodes, 8), strict=True):
        each = fates.astype(np.int64).tolist()
        in_flight, cut = each[Fate.IN_FLIGHT], each[Fate.CUT]
        found.append(
            Exits(
                went_on,
                sum(each) - in_flight - cut,
                each[Fate.LAPSED],
                each[Fate.LEFT],
                each[Fate.ADVANCED],
                in_flight,
                cut,
            )
        )
    return found


def tree(counts: PathCounts, top: int) -> Tree:
    """The `top` commonest prefixes. A prefix is at least as common as what goes on from it, so they make a tree."""
    steps, longest = counts.steps(), counts.shape.longest
    first, last, depth, walks = _prefixes(steps, counts.count)
    best = np.lexsort((first, depth, -walks))[:top]
    best = best[
        np.lexsort((depth[best], first[best]))
    ]  # as a tree is read: a branch, then what goes on from it
    branches: list[Branch] = []
    open_at: list[int] = []  # the branches from the root to the one before, by depth
    children = np.zeros(len(best) + 1, np.int64)  # the last item is the root's
    for i, b in enumerate(best.tolist()):
        level = int(depth[b])
        del open_at[level:]
        parent = open_at[-1] if open_at else -1
        children[parent] += walks[b]
        open_at.append(i)
        rows = np.full(len(steps), -1, np.int64)
        rows[first[b] : last[b]] = 0
        goes_on = steps[:, level + 1] >= 0 if level + 1 < longest else np.zeros(len(steps), np.bool_)
        codes = tuple(steps[first[b], : level + 1].tolist())
        branches.append(
            Branch(
                codes,
                parent,
                int(walks[b]),
                0,
                _exits(rows, 1, goes_on, counts)[0],
                int(first[b]),
                int(last[b]),
            )
        )
    closed = [
        Branch(
            one.steps,
            one.parent,
            one.walks,
            one.exits.went_on - int(children[i]),
            one.exits,
            one.first,
            one.last,
        )
        for i, one in enumerate(branches)
    ]
    return Tree(tuple(closed), counts.with_path - int(children[-1]))


def _prefixes(steps: NDArray[np.int16], n: Int64) -> tuple[Int64, Int64, Int64, Int64]:
    """Every prefix of the paths, which stand in order: (first row, last row + 1, its last position, walks)."""
    found: list[tuple[Int64, Int64, Int64, Int64]] = []
    new = np.zeros(len(steps), np.bool_)
    new[:1] = True
    upto = np.append(0, np.cumsum(n))
    for position in range(steps.shape[1]):
        new[1:] |= steps[1:, position] != steps[:-1, position]
        begins = np.flatnonzero(new)
        ends = np.append(begins[1:], len(steps))
        real = steps[begins, position] >= 0
        begins, ends = begins[real], ends[real]
        if not len(begins):
            break
        found.append((begins, ends, np.full(len(begins), position), upto[ends] - upto[begins]))
    if not found:
        none = np.empty(0, np.int64)
        return none, none, none, none
    first, last, depth, walks = (np.concatenate(column) for column in zip(*found, strict=True))
    return first, last, depth, walks
