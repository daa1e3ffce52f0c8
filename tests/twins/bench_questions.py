"""The questions of the bench (bench/engines/questions.py), one customer and one event at a time, in plain Python.

In: customers, each a list of events in order. Out: the rows of each question, with fractions where they are fractions.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from statistics import median_low
from typing import NamedTuple

DAY = 86_400_000_000
WEEK = 7 * DAY


class Event(NamedTuple):
    """shown: the stage that it is evidence of, −1 where none."""

    ts: int
    touchpoint: int
    channel: int
    shown: int


Trail = list[Event]


def _reach(trail: Trail, entry: int) -> int:
    """How many steps an attempt reaches that begins at the event of that place."""
    step, end = 1, trail[entry].ts + 14 * DAY
    for event in trail[entry + 1 :]:
        if step < 5 and event.shown == step and event.ts <= end:
            step += 1
    return step


def funnel(trails: list[Trail]) -> list[list[int]]:
    came = defaultdict(lambda: [0] * 5)
    for trail in trails:
        entries = [i for i, event in enumerate(trail) if event.shown == 0]
        if entries:
            for step in range(_reach(trail, entries[0])):
                came[trail[entries[0]].channel][step] += 1
    return [[channel, *came[channel]] for channel in sorted(came)]


def best_funnel(trails: list[Trail]) -> list[list[int]]:
    came = [0] * 5
    for trail in trails:
        reached = [_reach(trail, i) for i, event in enumerate(trail) if event.shown == 0]
        for step in range(max(reached, default=0)):
            came[step] += 1
    return [came]


def sessions(trail: Trail, gap: int) -> Iterator[Trail]:
    session: Trail = []
    for event in trail:
        if session and event.ts - session[-1].ts > gap:
            yield session
            session = []
        session.append(event)
    if session:
        yield session


def paths(trails: list[Trail], gap: int) -> tuple[Counter[int], int]:
    """How often each path was walked, by its number; and how many sessions there were."""
    walked: Counter[int] = Counter()
    for trail in trails:
        for session in sessions(trail, gap):
            steps = [session[0].touchpoint]
            steps += [b.touchpoint for a, b in pairwise(session) if a.touchpoint != b.touchpoint]
            digits = ([touchpoint + 1 for touchpoint in steps] + [0] * 8)[:8]
            number = 0
            for digit in digits:
                number = number * 61 + digit
            walked[2 * number + (len(steps) > 8)] += 1
    return walked, walked.total()


def transitions(trails: list[Trail]) -> list[list[int]]:
    waits = defaultdict(list)
    for trail in trails:
        for a, b in pairwise(trail):
            waits[a.touchpoint, b.touchpoint].append(b.ts - a.ts)
    return [[*pair, len(waits[pair]), median_low(waits[pair])] for pair in sorted(waits)]


def journeys(trails: list[Trail]) -> Iterator[tuple[list[int], bool]]:
    """(channels before the first order, whether there was one); those without any channel tell nothing."""
    for trail in trails:
        orders = [i for i, event in enumerate(trail) if event.shown == 3]
        channels = [event.channel for event in (trail[: orders[0]] if orders else trail)]
        if channels:
            yield channels, bool(orders)


def credit(trails: list[Trail]) -> list[list[Fraction]]:
    """Orders by channel: first, last, equal parts, position."""
    rules = [[Fraction(0)] * 8 for _ in range(4)]
    for channels, ordered in journeys(trails):
        if not ordered:
            continue
        n = len(channels)
        rules[0][channels[0]] += 1
        rules[1][channels[-1]] += 1
        for i, channel in enumerate(channels):
            rules[2][channel] += Fraction(1, n)
            if n <= 2:
                rules[3][channel] += Fraction(1, n)
            else:
                rules[3][channel] += Fraction(4, 10) if i in (0, n - 1) else Fraction(2, 10) / (n - 2)
    return rules


def links(trails: list[Trail]) -> dict[tuple[int, int], int]:
    """Steps of the Markov chain: 8 is the start and, as a target, an order; 9 is the loss."""
    steps: Counter[tuple[int, int]] = Counter()
    for channels, ordered in journeys(trails):
        steps.update(pairwise([8, *channels, 8 if ordered else 9]))
    return dict(steps)


def likely(steps: dict[tuple[int, int], int], without: int | None = None) -> float:
    """How likely an order is from the start, by walking on until nearly nobody is under way any more."""
    here, won = {8: 1.0}, 0.0
    out = Counter[int]()
    for (source, _), n in steps.items():
        out[source] += n
    for _ in range(20_000):
        then: dict[int, float] = defaultdict(float)
        for (source, target), n in steps.items():
            share = here.get(source, 0.0) * n / out[source]
            if target == 8:
                won += share
            elif target not in (9, without):
                then[target] += share
        here = then
        if sum(here.values()) < 1e-14:
            break
    return won


def removal(trails: list[Trail]) -> list[float]:
    steps = links(trails)
    whole = likely(steps)
    lost = [1 - likely(steps, channel) / whole for channel in range(8)]
    orders = sum(n for (_, target), n in steps.items() if target == 8)
    return [orders * part / sum(lost) for part in lost]


def retention(trails: list[Trail]) -> list[tuple[int, int, int]]:
    came: Counter[tuple[int, int]] = Counter()
    for trail in trails:
        weeks = {(event.ts - 4 * DAY) // WEEK for event in trail}
        came.update((min(weeks), week - min(weeks)) for week in weeks if week - min(weeks) < 13)
    return [(*cell, came[cell]) for cell in sorted(came)]


def friction(trails: list[Trail]) -> list[list[int]]:
    met, won, end = Counter[int](), Counter[int](), max(trail[-1].ts for trail in trails)
    for trail in trails:
        begun = [event.ts for event in trail if event.shown == 1]
        orders = [event.ts for event in trail if event.shown == 3]
        if not begun or begun[0] + 37 * DAY > end or (orders and orders[0] <= begun[0] + 7 * DAY):
            continue
        seen = {event.touchpoint for event in trail if begun[0] <= event.ts <= begun[0] + 7 * DAY} | {-1}
        met.update(seen)
        if orders and orders[0] <= begun[0] + 37 * DAY:
            won.update(seen)
    return [[touchpoint, met[touchpoint], won[touchpoint]] for touchpoint in sorted(met)]
