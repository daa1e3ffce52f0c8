"""With what probability is somebody in each of several states, so long after the beginning?

In: stays (a state from when until when, and what came next, or that nobody watched any longer). Out: the
Aalen–Johansen state occupation probabilities: the product integral over the matrices of moves. People may come back
to a state; the estimate does not need that where they go next depends on nothing but where they are (Datta & Satten),
only that being watched for longer has nothing to do with it. The textbook variance does need the former, so the
spread is the jackknife's, over people: each of up to GROUPS groups is left out in turn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from desirepath.core.estimate import MINIMUM_N, Estimate, Measured, NoEstimate, too_few
from desirepath.stats.intervals import t_of, wilson

Int64 = NDArray[np.int64]
Float = NDArray[np.float64]

GROUPS = 60  # the error of the jackknife's own standard error is then about a tenth
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Stays:
    """Grain: one person's stay in a state. Times since their beginning, start < stop; target −1: watched no longer.

    who: codes of people, 0 … people − 1, in any order.
    """

    who: Int64
    start: Int64
    stop: Int64
    state: Int64
    target: Int64

    def __len__(self) -> int:
        return len(self.who)


@dataclass(frozen=True)
class Occupation:
    """Probabilities [instants, states] at `time`; error: standard errors. watched: people seen for at least so long."""

    time: Int64
    probability: Float
    error: Float
    watched: Int64
    groups: int

    @cached_property
    def n(self) -> int:
        """How many went in."""
        return int(self.watched[0]) if len(self.watched) else 0

    def at(
        self, instant: int, state: int, *, as_of: int, needed: int = MINIMUM_N, level: float = 0.95
    ) -> Measured:
        """The probability of one state at one of the instants, by its place; an interval on the logit scale.

        Where it stands at 0 or 1 the jackknife sees no spread: Wilson's interval at the number watched stands in.
        NoEstimate where fewer than `needed` were watched for so long.
        """
        n = int(self.watched[instant])
        if n < max(needed, 1):
            if self.n >= max(needed, 1):
                return NoEstimate("not_known_yet", n, needed, f"{n} were watched for so long")
            return too_few(n, needed)
        p, error = float(self.probability[instant, state]), float(self.error[instant, state])
        if not _ROUNDING < p < 1 - _ROUNDING or error <= 0:
            low, high = wilson(p * n, n, level)
            return Estimate(p, min(low, p), max(high, p), n, "aalen-johansen", as_of, level)
        middle = math.log(p / (1 - p))
        spread = min(t_of(level, self.groups - 1) * error / (p * (1 - p)), 50.0)
        low, high = (1 / (1 + math.exp(-end)) for end in (middle - spread, middle + spread))
        return Estimate(p, low, high, n, "aalen-johansen, jackknife", as_of, level)


def occupation(stays: Stays, states: int, grid: ArrayLike, *, groups: int = GROUPS) -> Occupation:
    """State occupation probabilities at the instants of `grid` (ascending, from 0 on).

    Where people begin is where those who are seen from time 0 on are then. Moves at one instant happen together;
    who is watched until t is at risk at t. The same stays always give the same answer.
    Source: Aalen & Johansen (1978); Datta & Satten (2001); jackknife by groups: Kott (2001). Judged by the worked
    example of the R package survival and, without ways back, by lifelines.
    """
    from desirepath.stats import multi_state_kernel as loops  # Numba takes 0.3 s to import: only when asked

    at = np.asarray(grid, np.int64)
    people = int(stays.who.max()) + 1 if len(stays) else 0
    if not people:
        none = np.zeros((len(at), states))
        return Occupation(at, none, none, np.zeros(len(at), np.int64), 0)
    many = min(groups, people)
    group_of = _groups(people, many)
    group = group_of[stays.who]
    out = np.empty((len(at), states, many + 1))
    loops.occupy(
        stays.start, stays.stop, stays.state, stays.target, group,
        np.argsort(stays.start, kind="stable"), np.argsort(stays.stop, kind="stable"),
        _beginning(stays, group, states, many), at, out,
    )  # fmt: skip
    left_out = out[:, :, :-1]
    middle = left_out.mean(axis=2, keepdims=True)
    error = np.sqrt((many - 1) / many * ((left_out - middle) ** 2).sum(axis=2))
    last = np.full(people, -1, np.int64)
    np.maximum.at(last, stays.who, stays.stop)
    watched = people - np.searchsorted(np.sort(last), at, side="left")
    return Occupation(at, np.clip(out[:, :, -1], 0.0, 1.0), error, watched.astype(np.int64), many)


def _groups(people: int, many: int) -> Int64:
    """A group for each person, as even as can be, by a hash: neighbours in a list resemble each other."""
    mixed = np.arange(people, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    group = np.empty(people, np.int64)
    group[np.argsort(mixed, kind="stable")] = np.arange(people) % many
    return group


def _beginning(stays: Stays, group: Int64, states: int, many: int) -> Float:
    """Where those seen from time 0 are: a column for each group left out, the last for nobody."""
    first = stays.start <= 0
    key = stays.state[first] * (many + 1) + group[first]
    within = np.bincount(key, minlength=states * (many + 1)).reshape(states, many + 1).astype(np.float64)
    rest = within.sum(axis=1, keepdims=True) - within
    share: Float = rest / np.maximum(rest.sum(axis=0, keepdims=True), 1.0)
    return share
