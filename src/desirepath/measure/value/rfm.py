"""Who bought lately, often, for much, and what did such customers do next?

In: purchases as they were known now, and a horizon ago. Out: three scores a customer, eight named groups, each with its
size and worth now, and what the customers who were in it a horizon ago have done since.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desirepath.core.estimate import Measured, NoEstimate
from desirepath.measure.answers import Contract
from desirepath.measure.value.check import since
from desirepath.measure.value.purchases import Purchases
from desirepath.stats.intervals import mean, proportion

Int64 = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Group:
    """One group. rule: how it is cut, in words, the first that fits from the top of GROUPS."""

    id: str
    label: str
    rule: str


# The first that fits. R, F, M: scores 1 … `parts`; high is the upper two fifths, low the lower two.
GROUPS = (
    Group("best", "best", "R high; F and M both high"),
    Group("new", "new", "R high; one purchase so far"),
    Group("loyal", "loyal", "R high; F high"),
    Group("promising", "promising", "R high; the rest"),
    Group("slipping", "slipping", "R in the middle; F or M high"),
    Group("quiet", "growing quiet", "R in the middle; the rest"),
    Group("lost_best", "good, now silent", "R low; F or M high"),
    Group("silent", "silent", "R low; the rest"),
)


@dataclass(frozen=True, slots=True)
class Scores:
    """Grain: buyer. r, f, m: 1 (least) … parts; group: place in GROUPS. silent: days since the last purchase."""

    r: Int64
    f: Int64
    m: Int64
    group: Int64
    silent: Int64
    times: Int64
    spent: Int64


@dataclass(frozen=True, slots=True)
class GroupAnswer:
    """customers, spent: now, spent in minor units. before: who was in it a horizon ago; again: the share of these who
    bought since; worth: what one of them has spent since, minor units."""

    group: Group
    customers: int
    spent: int
    silent: float
    times: float
    before: int
    again: Measured
    worth: Measured


@dataclass(frozen=True, slots=True)
class Cuts:
    """The least value that each score asks for. silent: the most days since the last purchase for each R score.

    A score that nobody has (ties) has None.
    """

    silent: tuple[int | None, ...]
    times: tuple[int | None, ...]
    spent: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class RfmAnswer:
    """customer: codes; scores: theirs, now."""

    customer: Int64
    scores: Scores
    cuts: Cuts
    groups: tuple[GroupAnswer, ...]
    parts: int
    horizon: int
    contract: Contract


def score(values: Int64, parts: int) -> Int64:
    """1 … parts: 1 + the whole parts of the customers who have less. Equal values have equal scores.

    With ties the scores are of unequal size, and some may be nobody's; nobody is above another for nothing.
    """
    if not len(values):
        return np.empty(0, np.int64)
    ordered = np.sort(values)
    below = np.searchsorted(ordered, values, side="left")
    return np.asarray(1 + below * parts // len(values), np.int64)


def scores_of(bought: Purchases, parts: int = 5) -> Scores:
    """Scores and groups of all buyers, as of the purchases' last day."""
    silent, times, spent = bought.today - bought.last, bought.times, bought.total()
    r, f, m = score(-silent, parts), score(times, parts), score(spent, parts)
    return Scores(r, f, m, _groups(r, f, m, times, parts), silent, times, spent)


def _groups(r: Int64, f: Int64, m: Int64, times: Int64, parts: int) -> Int64:
    """The place in GROUPS of each."""

    def high(one: Int64) -> Mask:
        return np.asarray(5 * one > 3 * parts, np.bool_)

    low = 5 * r <= 2 * parts
    lately, often, much = high(r), high(f) & (times > 1), high(m)
    fits = [
        lately & often & much,
        lately & (times == 1),
        lately & often,
        lately,
        ~low & (often | much),
        ~low,
        often | much,
        np.ones(len(r), np.bool_),
    ]
    return np.select(fits, np.arange(len(GROUPS)), len(GROUPS) - 1).astype(np.int64)


def rfm(
    now: Purchases, before: Purchases, *, as_of: int, parts: int, horizon: int, contract: Contract
) -> RfmAnswer:
    """The groups now, and what those of `before` (the purchases known `horizon` days ago) have done since."""
    scores, then = scores_of(now, parts), scores_of(before, parts)
    came = since(before, now) > 0
    late = now.sum_of(np.where(now.day > before.today, now.worth, 0))
    spent = late[np.searchsorted(now.customer, before.customer)]
    return RfmAnswer(
        customer=now.customer,
        scores=scores,
        cuts=Cuts(
            tuple(_ends(scores.silent, scores.r, parts, most=True)),
            tuple(_ends(scores.times, scores.f, parts)),
            tuple(_ends(scores.spent, scores.m, parts)),
        ),
        groups=tuple(
            _group(place, scores, then, came, spent, as_of, horizon) for place in range(len(GROUPS))
        ),
        parts=parts,
        horizon=horizon,
        contract=contract,
    )


def _ends(values: Int64, scored: Int64, parts: int, most: bool = False) -> list[int | None]:
    found: list[int | None] = []
    for k in range(1, parts + 1):
        own = values[scored == k]
        found.append(int(own.max() if most else own.min()) if len(own) else None)
    return found


def _group(
    place: int, scores: Scores, then: Scores, came: Mask, spent: Int64, as_of: int, horizon: int
) -> GroupAnswer:
    rows, were = scores.group == place, then.group == place
    n = int(were.sum())
    none = NoEstimate("not_known_yet", 0, 0, f"nobody had bought {horizon} days ago")
    return GroupAnswer(
        GROUPS[place],
        int(rows.sum()),
        int(scores.spent[rows].sum()),
        float(np.median(scores.silent[rows])) if rows.any() else float("nan"),
        float(scores.times[rows].mean()) if rows.any() else float("nan"),
        n,
        proportion(int(came[were].sum()), n, as_of=as_of) if len(came) else none,
        mean(spent[were], as_of=as_of) if len(came) else none,
    )
