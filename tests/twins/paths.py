"""Slow, obvious twins of walks, paths and transitions: one walk, one step at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

Path = tuple[int, ...]


@dataclass
class Walked:
    """One walk: its run, its events (places), and the steps among them (place, code)."""

    run: int
    events: list[int]
    steps: list[tuple[int, int]]
    last_of_run: bool


def walks_of(
    offset: Sequence[int],
    ts: Sequence[int],
    code: Sequence[int],
    *,
    gap: int = -1,
    starts: Sequence[bool] | None = None,
    asked: Sequence[bool] | None = None,
) -> list[Walked]:
    """Cut each run where it was quiet for longer than the gap, or where a start is marked."""
    found = []
    for run in range(len(offset) - 1):
        events = list(range(offset[run], offset[run + 1]))
        cut: list[list[int]] = [[]] if not events else []
        for p in events:
            quiet = bool(cut) and gap >= 0 and ts[p] - ts[p - 1] > gap
            if not cut or quiet or (starts is not None and starts[p]):
                cut.append([])
            cut[-1].append(p)
        for i, those in enumerate(cut):
            if asked is not None and (not those or not asked[those[0]]):
                continue
            steps = [(p, code[p]) for p in those if code[p] >= 0]
            found.append(Walked(run, those, steps, i == len(cut) - 1))
    return found


def path_of(
    walk: Walked,
    *,
    longest: int,
    collapse: bool,
    backward: bool = False,
    begins: Sequence[bool] | None = None,
    arrives: Sequence[bool] | None = None,
) -> tuple[Path, bool] | None:
    """(the steps, whether it goes on); None where the walk does not reach what is asked for."""
    steps = walk.steps
    if begins is not None:
        while steps and not begins[steps[0][0]]:
            steps = steps[1:]
        if not steps:
            return None
    if arrives is not None:
        after = 0 if begins is None else 1
        there = [i for i, (p, _) in enumerate(steps) if i >= after and arrives[p]]
        if not there:
            return None
        steps = steps[: there[0] + 1]
    codes = [code for _, code in steps]
    if backward:
        codes.reverse()
    if collapse:
        codes = [c for i, c in enumerate(codes) if i == 0 or codes[i - 1] != c]
    return tuple(codes[:longest]), len(codes) > longest


@dataclass(frozen=True)
class Fared:
    """What became of the walks of one path, from its first step on. took: µs, and whether the walk was over."""

    in_flight: int
    succeeded: int
    value: int
    customers: set[int]
    took: list[tuple[int, bool]]


def fared(
    walks: Sequence[Walked],
    ts: Sequence[int],
    going_on: Sequence[bool],
    goal: Sequence[bool] | None,
    value: Sequence[int],
) -> Fared:
    """Of these walks. going_on: of the last event. Only of walks that are over is it known whether they succeeded."""
    over = [w for w in walks if not going_on[w.events[-1]]]
    since = {id(w): [p for p in w.events if p >= w.steps[0][0]] for w in walks}
    return Fared(
        len(walks) - len(over),
        sum(goal is not None and any(goal[p] for p in since[id(w)]) for w in over),
        sum(value[p] for w in walks for p in since[id(w)]),
        {w.run for w in walks},
        sorted((ts[w.events[-1]] - ts[w.steps[0][0]], not going_on[w.events[-1]]) for w in walks),
    )


def transitions_of(
    walks: Sequence[Walked], ts: Sequence[int], collapse: bool
) -> dict[tuple[int, int], list[int]]:
    """(from, to) → the waits between two steps that follow each other."""
    found: dict[tuple[int, int], list[int]] = {}
    for walk in walks:
        for (p, a), (q, b) in zip(walk.steps, walk.steps[1:], strict=False):
            if not (collapse and a == b):
                found.setdefault((a, b), []).append(ts[q] - ts[p])
    return found


def cycles_of(walks: Sequence[Walked]) -> Counter[tuple[int, int]]:
    """(a, b) → how often a, b, a followed each other, repeats being one."""
    found: Counter[tuple[int, int]] = Counter()
    for walk in walks:
        codes = [c for i, (_, c) in enumerate(walk.steps) if i == 0 or walk.steps[i - 1][1] != c]
        for a, b, c in zip(codes, codes[1:], codes[2:], strict=False):
            if a == c:
                found[a, b] += 1
    return found
