"""Which ways do customers take? Every walk has one path; in three forms the same counts.

In: walks (measure.walks) and how paths are read from them. Out: PathsFound, with the form that was asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from desirepath.journey.definition import Journey
from desirepath.journey.visits import Visits
from desirepath.measure.answers import Contract
from desirepath.measure.cohort import Mask, contract
from desirepath.measure.walks.path_counts import PathCounts, Shape, count_paths
from desirepath.measure.walks.path_forms import Flow, Tree, flow, tree
from desirepath.measure.walks.path_rows import PathLines, customers_with, path_lines
from desirepath.measure.walks.walk import Unit, Walks
from desirepath.trail.trails import Trails

Int64 = NDArray[np.int64]
Form = Literal["exact", "flow", "tree"]


@dataclass(frozen=True, slots=True)
class PathsFound:
    """All paths of some walks. Exactly one of exact, flow and tree is there.

    total: walks with a path, the empty one included; walks: all that were read (those that do not reach the steps asked
    for have no path); without_steps: of the total, those with no step at all.
    """

    form: Form
    unit: Unit
    backward: bool
    walks: int
    began: int
    total: int
    without_steps: int
    kinds: int
    exact: PathLines | None
    flow: Flow | None
    tree: Tree | None
    counts: PathCounts
    read: Walks
    contract: Contract

    def customers(self, rows: Int64) -> Int64:
        """The customers, each once, whose walks these rows of the counts count."""
        return customers_with(self.read, self.counts, rows)


def paths_found(
    journey: Journey,
    visits: Visits,
    trails: Trails,
    walks: Walks,
    shape: Shape,
    *,
    as_of: int,
    form: Form,
    top: int,
    goal: Mask | None,
    rule: str,
    way: tuple[int, ...] = (),
    expand: tuple[int, ...] = (),
) -> PathsFound:
    """The paths of these walks. goal: over the trails' events, the success of walks that are no visits.

    way: only paths that begin with these codes (−1: any step). expand: positions (from 0) of a flow that show `top`
    steps more for each time that they are named.
    """
    counts = count_paths(walks, shape).along(way)
    exact = None
    if form == "exact":
        exact = path_lines(journey, visits, trails, walks, counts, as_of=as_of, top=top, goal=goal)
    return PathsFound(
        form=form,
        unit=walks.unit,
        backward=shape.backward,
        walks=counts.walks,
        began=counts.began,
        total=counts.total,
        without_steps=counts.total - counts.with_path,
        kinds=len(counts.starts()) - int(counts.total > counts.with_path),
        exact=exact,
        flow=flow(counts, top, expand) if form == "flow" else None,
        tree=tree(counts, top) if form == "tree" else None,
        counts=counts,
        read=walks,
        contract=contract(
            journey,
            as_of,
            "Which ways do customers take?",
            f"every {walks.unit} that reaches the steps asked for; for success, those whose end is known: sessions "
            "that are over, visits and longer walks whose horizon is; each counts once",
            rule,
            "Wilson (1927); Kaplan & Meier (1958)",
        ),
    )
