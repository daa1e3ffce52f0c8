"""State occupation, slow and obvious: at each instant a matrix of moves, and their product."""

from __future__ import annotations

import numpy as np

Stay = tuple[int, int, int, int, int]  # who, start, stop, state, target


def occupation(stays: list[Stay], states: int, at: int) -> np.ndarray:
    """P(state) at one instant."""
    first = [s for s in stays if s[1] <= 0]
    share = np.array([sum(s[3] == k for s in first) for k in range(states)], float) / max(len(first), 1)
    for t in sorted({s[2] for s in stays if s[4] >= 0 and s[2] <= at}):
        moves = np.eye(states)
        for h in range(states):
            at_risk = [s for s in stays if s[1] < t <= s[2] and s[3] == h]
            for s in at_risk:
                if s[2] == t and s[4] >= 0:
                    moves[h, s[4]] += 1 / len(at_risk)
                    moves[h, h] -= 1 / len(at_risk)
        share = share @ moves
    return share


def jackknife(stays: list[Stay], states: int, at: int, group: list[int]) -> np.ndarray:
    """The standard error by leaving out one group of people after the other. group: of each person."""
    many = max(group) + 1
    left_out = np.array([occupation([s for s in stays if group[s[0]] != g], states, at) for g in range(many)])
    spread = ((left_out - left_out.mean(axis=0)) ** 2).sum(axis=0)
    return np.sqrt((many - 1) / many * spread)
