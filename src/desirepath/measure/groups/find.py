"""Are there kinds of customers, by what they do? Who are they, and which rule would name them?

In: trails, visits. Out: groups of like trails, or that there are none. A number of groups is believed where samples of
the customers show the same groups again, where few customers stand between any two of them, and where they lie closer
together than those of customers who are as busy but do what anybody does. The largest such number is taken.

Customers with few meetings have not shown what they are: they are counted apart. Sources: see groups_stability.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desirepath.core.estimate import MINIMUM_N, Estimate, Measured, NoEstimate
from desirepath.core.progress import tell
from desirepath.measure.answers import Contract
from desirepath.measure.cohort import Mask, contract
from desirepath.measure.comparison.comparables import Side
from desirepath.measure.comparison.side_rows import SideRows
from desirepath.measure.groups.face import Face, Met, face, over_represented, under_represented
from desirepath.measure.groups.features import (
    BLOCKS,
    Acts,
    Space,
    acts_of,
    learn,
    own_meetings,
    place,
    shuffled,
)
from desirepath.measure.groups.rule import Approximation, approximate, event_counts
from desirepath.measure.groups.stability import (
    STABLE,
    Tried,
    k_means,
    nearest,
    one_thread,
    try_groups,
    within,
)
from desirepath.measure.meetings import Int64
from desirepath.stats.intervals import proportion, t_of

Float = NDArray[np.float64]
SAMPLE = 4000  # customers whose places are compared; all others are put into the nearest group
FEWEST = 5  # own meetings: fewer show no manner
MOST = 8  # groups
WORLDS = 12  # without kinds of customers, to compare with
CHANCE = 0.05  # that groups are found in such a world
_CHUNK = 20_000  # customers placed at once
_NAMED_BY = 2  # touchpoints in a name


@dataclass(frozen=True, slots=True)
class Group:
    """One group. share: of the customers who were grouped. jaccard: how well samples find it again.

    stable: to be believed; a group that is not has no name and no rule. customers: their codes.
    """

    name: str
    label: str
    n: int
    share: Measured
    jaccard: float
    stable: bool
    customers: Int64
    face: Face
    rule: Approximation | None


@dataclass(frozen=True, slots=True)
class GroupsAnswer:
    """grouped: customers with enough meetings; quiet: the others. tried: every number of groups that was looked at.

    chosen: the number taken, 0 where there are no stable groups: `groups` is then empty, unless a number was asked for.
    forced: that number was asked for, and would not have been taken.
    """

    grouped: int
    quiet: int
    tried: tuple[Tried, ...]
    chosen: int
    forced: bool
    groups: tuple[Group, ...]
    why_none: NoEstimate | None
    contract: Contract


@dataclass(frozen=True, slots=True)
class _Crowd:
    """The customers who can be grouped, and the sample of them whose places are compared."""

    at: Int64  # own meetings
    who: Int64
    sample: Int64
    acts: Acts  # of the sample


def groups(
    rows: SideRows,
    *,
    event_code: NDArray[np.int32],
    event_names: Sequence[str],
    among: Mask | None = None,
    k: int | None = None,
    blocks: tuple[str, ...] = BLOCKS,
    fewest: int = FEWEST,
    taken: Sequence[str] = (),
) -> GroupsAnswer:
    """The groups of the customers `among`.

    event_code, event_names: each event's name, for rules. k: so many groups, believed or not. fewest: own meetings that
    a customer must have. taken: names that a group cannot have. The same data give the same answer.
    """
    crowd, quiet = _crowd(rows, among, fewest)
    made_by = _contract(rows, fewest)
    if len(crowd.who) < 5 * MINIMUM_N:
        why = NoEstimate("too_few", len(crowd.who), 5 * MINIMUM_N, f"n {len(crowd.who)} of {5 * MINIMUM_N}")
        return GroupsAnswer(len(crowd.who), quiet, (), 0, False, (), why, made_by)
    with one_thread():
        return _grouped(rows, crowd, quiet, event_code, event_names, k, blocks, taken, made_by)


def _grouped(
    rows: SideRows,
    crowd: _Crowd,
    quiet: int,
    event_code: NDArray[np.int32],
    event_names: Sequence[str],
    k: int | None,
    blocks: tuple[str, ...],
    taken: Sequence[str],
    made_by: Contract,
) -> GroupsAnswer:
    j = rows.journey
    home = np.array([-1 if t.stage is None else j.index(t.stage) for t in j.touchpoints], np.int64)
    space, places = learn(crowd.acts, home, blocks)
    distinct = len(np.unique(np.round(places, 9), axis=0))
    most = min(MOST if k is None else max(MOST, k), distinct - 1, len(places) // MINIMUM_N)
    tried = tuple(_tried(places, one, most) for one in range(2, most + 1) if k is None or one == k)
    chosen = _chosen(tried, crowd.acts, home, blocks)
    shown = chosen or (tried[0] if k is not None and tried else None)
    if shown is None:
        return GroupsAnswer(len(crowd.who), quiet, tried, 0, False, (), None, made_by)
    label = _all_labels(crowd, space, shown, rows)
    found = _described(rows, crowd, label, shown, event_code, event_names, chosen is not None, taken)
    return GroupsAnswer(len(crowd.who), quiet, tried, shown.k, chosen is None, found, None, made_by)


def _crowd(rows: SideRows, among: Mask | None, fewest: int) -> tuple[_Crowd, int]:
    trails = rows.trails
    at, count = own_meetings(trails)
    some = np.diff(trails.offset) > 0
    if among is not None:
        some &= among
    who = np.flatnonzero(some & (count >= max(fewest, 1)))
    n = min(len(who), SAMPLE)
    sample = who[np.linspace(0, len(who) - 1, n).round().astype(np.int64)] if n else who
    return _Crowd(at, who, sample, acts_of(trails, at, sample)), int(some.sum()) - len(who)


def _tried(places: Float, k: int, most: int) -> Tried:
    tell(f"looking for {k} groups, up to {most}", 0.5 * (k - 2) / max(most - 1, 1))
    return try_groups(places, k)


def _chosen(tried: Sequence[Tried], acts: Acts, home: Int64, blocks: tuple[str, ...]) -> Tried | None:
    """From few groups to many: each that comes back and lies apart must say more than the fewer ones before it."""
    label, found = np.zeros(acts.customers, np.int64), None
    # As many questions as numbers of groups: each is asked to be that much surer (Bonferroni).
    level = 1 - 2 * CHANCE / max(len(tried), 1)
    for one in tried:
        if one.accepted and _says_more(one, found, acts, label, home, blocks, level):
            label, found = one.label, one
    return found


def _says_more(
    one: Tried,
    before: Tried | None,
    acts: Acts,
    label: Int64,
    home: Int64,
    blocks: tuple[str, ...],
    level: float,
) -> bool:
    """Whether these groups are tighter than those before them by more than in worlds that have no kinds beyond these.

    Trails are lumpy: who has met the cart once lies apart from who has not. In such worlds these lumps are there, too.
    """
    others = np.empty(WORLDS)
    for seed in range(WORLDS):
        share = 0.9 - 0.4 / (one.k + seed / WORLDS)  # grows with every world and number of groups
        tell(f"are {one.k} groups more than chance makes? world {seed + 1} of {WORLDS}", share)
        _, places = learn(shuffled(acts, seed, label), home, blocks)
        if len(np.unique(np.round(places, 9), axis=0)) <= one.k:
            return False
        fewer = within(places, *k_means(places, before.k if before else 1, seed))
        others[seed] = within(places, *k_means(places, one.k, seed)) / fewer
    reach = t_of(level, WORLDS - 1) * float(others.std(ddof=1)) * (1 + 1 / WORLDS) ** 0.5
    tighter = one.tightness / (before.tightness if before else 1.0)
    return bool(tighter < float(others.mean()) - reach)


def _all_labels(crowd: _Crowd, space: Space, one: Tried, rows: SideRows) -> Int64:
    """The group of every customer who can be grouped."""
    label = np.empty(len(crowd.who), np.int64)
    for low in range(0, len(crowd.who), _CHUNK):
        some = crowd.who[low : low + _CHUNK]
        places = place(space, acts_of(rows.trails, crowd.at, some))
        label[low : low + _CHUNK] = nearest(places, one.centre)
    return label


def _described(
    rows: SideRows,
    crowd: _Crowd,
    label: Int64,
    one: Tried,
    event_code: NDArray[np.int32],
    event_names: Sequence[str],
    believed: bool,
    taken: Sequence[str],
) -> tuple[Group, ...]:
    acts = acts_of(rows.trails, crowd.at, crowd.who)
    counts = event_counts(rows.trails, event_code, event_names, crowd.who)
    with_value = bool(rows.trails.value.any())
    names, found = set(taken), []
    for g in range(one.k):
        tell(f"describing group {g + 1} of {one.k}", 0.9 + 0.1 * g / one.k)
        inside = label == g
        sides = (
            _side(rows, crowd.who[inside], f"group {g + 1}"),
            _side(rows, crowd.who[~inside], "the others"),
        )
        seen = face(rows, acts, crowd.who, inside, sides, with_value=with_value)
        stable = believed and one.jaccard[g] >= STABLE
        why = "not found again" if one.jaccard[g] < STABLE else "not apart from the others"
        name, title = _name(seen, names) if stable else ("", f"Group {g + 1}, not named: {why}")
        names.add(name)
        found.append(
            Group(
                name=name,
                label=title,
                n=int(inside.sum()),
                share=proportion(int(inside.sum()), len(inside), as_of=rows.as_of),
                jaccard=one.jaccard[g],
                stable=stable,
                customers=crowd.who[inside],
                face=seen,
                rule=approximate(counts, inside, as_of=rows.as_of) if stable else None,
            )
        )
    return tuple(found)


def _side(rows: SideRows, who: Int64, label: str) -> Side:
    """Everything that these customers did, ever."""
    mine = np.zeros(rows.trails.customers, bool)
    mine[who] = True
    held = np.append(np.repeat(mine, np.diff(rows.trails.offset)), False)
    return Side(label, held)


def _name(seen: Face, taken: set[str]) -> tuple[str, str]:
    """(an id, a label) from the touchpoints that set the group apart most: met more, or mostly not at all."""
    more, fewer = over_represented(seen.met, _NAMED_BY), under_represented(seen.met, _NAMED_BY)
    sizes = [max((abs(_value(m)) for m in of), default=0.0) for of in (more, fewer)]
    lacking = 2 * sizes[0] < sizes[1]
    named = fewer if lacking else more
    base = "_".join(["without"] * lacking + [m.touchpoint for m in named]) or "others"
    name, number = base, 2
    while name in taken:
        name, number = f"{base}_{number}", number + 1
    label = (
        f"{'Without' if lacking else 'More'} {' and '.join(m.label for m in named)}" if named else "Others"
    )
    return name, label


def _value(one: Met) -> float:
    return one.difference.value if isinstance(one.difference, Estimate) else 0.0


def _contract(rows: SideRows, fewest: int) -> Contract:
    return contract(
        rows.journey,
        rows.as_of,
        "Are there kinds of customers, by what they do?",
        f"customers with at least {fewest} meetings of their own at touchpoints; the others are counted apart",
        "trails as places (shares of touchpoints and of steps between them, pace, how far they go), cut by k-means; "
        "the largest number of groups that samples of two thirds find again (adjusted Rand index at least 0.8), with "
        "fewer customers between any two groups than 7 in 10 of those at the emptier one's middle, and tighter than "
        "the fewer groups taken before by more than in worlds where customers are as busy but do what any of theirs "
        "does. A group found again with a Jaccard index below 0.75 is not named. Groups describe these customers; a "
        "rule near one is judged by customers that it was not made from",
        "Arthur & Vassilvitskii (2007); Hubert & Arabie (1985); Hennig (2007); Tibshirani & Walther (2005)",
    )
