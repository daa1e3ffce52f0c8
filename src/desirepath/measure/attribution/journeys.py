"""What is a journey to a conversion, and what do all of them add up to?

In: for each event its channel (or campaign, touchpoint …: any code) and whether it is the conversion. Out: whole
numbers: counts, steps from one channel to the next, credit by rule; each for random groups of customers, so that a
bootstrap over these groups says how sure they are. Customers are walked a stretch at a time, over threads; what a
stretch needs fits the processor's cache, and nothing is kept of it but the tallies.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from desirepath.core.times import FOREVER, TimeRange
from desirepath.measure.attribution import kernel as kernels
from desirepath.trail.spread import ranges, spread

Int64 = NDArray[np.int64]
Mask = NDArray[np.bool_]

RULES = {"first": 0, "last": 1, "linear": 2, "position": 3, "time_decay": 4}
LOST, CONVERTED, IN_FLIGHT = kernels.LOST, kernels.CONVERTED, kernels.IN_FLIGHT
_STRETCH = 1 << 17  # events walked at a time: what is written for them fits the second cache
_GROUPS, _FEWEST, _NUMBERS = 200, 20, 1 << 21  # groups of customers; fewer where there are many channels


@dataclass(frozen=True, slots=True)
class Ways:
    """All that says what a journey is. Columns are over the events of the trails.

    code: the channel of each event that is a touch, −1 of every other; codes < channels. convert: which events are the
    conversion, where it has `bit` (so a trail's evidence will do as it is); they are no touches. value: minor units.
    lookback: µs; touches longer before their conversion get nothing, and so long a silence ends a journey; None: no
    limit. known: µs, until when conversions are known: a journey whose lookback ends later is in flight. frame: where
    journeys are cut along passes or visits: OVER or GOING_ON (+ BEGINS) of attribution_kernel, 0 for events in none;
    then the pass says whether a journey is over, and the lookback says nothing.
    With neither lookback nor frame every journey without conversion is lost.
    weak: by code: ignored unless nothing else was met (direct visits). collapse: repeats are one touch, the latest.
    first_only: only the first conversion of a customer. asked: only journeys whose first touch is one of these events
    (a journey without a touch: whose conversion is). period: of that event. who: only these customers, ascending.
    """

    offset: Int64
    ts: Int64
    code: NDArray[np.int16] | NDArray[np.int32]
    channels: int
    convert: Mask | Int64
    value: Int64
    bit: int = 1
    lookback: int | None = None
    known: int = FOREVER
    frame: NDArray[np.uint8] | None = None
    weak: Mask | None = None
    collapse: bool = True
    first_only: bool = False
    asked: Mask | None = None
    period: TimeRange = field(default_factory=TimeRange)
    who: Int64 | None = None


@dataclass(slots=True)
class Stretch:
    """The journeys of some customers, valid until the next stretch is laid. See attribution_kernel.lay."""

    count: int
    base: int
    path: NDArray[np.int32]
    at: NDArray[np.int32]
    begin: Int64
    fate: NDArray[np.int8]
    won: Int64
    whose: Int64


def stretches(ways: Ways, customers: Int64, expired: Int64 | None = None) -> Iterator[Stretch]:
    """The journeys of these customers, some customers at a time, in order."""
    if not len(customers):
        return
    first, last = int(customers[0]), int(customers[-1])
    if last - first + 1 == len(customers):
        before = ways.offset[first : last + 2] - ways.offset[first]
    else:
        before = np.append(0, np.cumsum(ways.offset[customers + 1] - ways.offset[customers]))
    cuts = ranges(before, parts=max(1, int(before[-1]) // _STRETCH))
    most = max(int(before[high] - before[low]) for low, high in cuts)
    slots = 2 * most + max(high - low for low, high in cuts) + 1
    path, at = np.empty(most, np.int32), np.empty(most, np.int32)
    begin, won, whose = (np.empty(slots + 1, np.int64) for _ in range(3))
    fate = np.empty(slots, np.int8)
    old = np.zeros(1, np.int64) if expired is None else expired
    columns = (
        _plain(ways.offset), _plain(ways.ts), _plain(ways.code), _plain(ways.convert),
        _plain(np.empty(0, np.uint8) if ways.frame is None else ways.frame),
        _plain(np.empty(0, np.bool_) if ways.asked is None else ways.asked),
    )  # fmt: skip
    lookback = -1 if ways.lookback is None else ways.lookback
    window = (lookback, ways.known, ways.period.start, ways.period.end)
    weak = np.empty(0, np.bool_) if ways.weak is None else ways.weak
    options = (ways.bit, ways.first_only, ways.collapse, weak)
    for low, high in cuts:
        count = kernels.lay(
            customers, low, high, columns, window, options, path, at, begin, fate, won, whose, old
        )
        yield Stretch(int(count), int(ways.offset[customers[low]]), path, at, begin, fate, won, whose)


def _plain(column: NDArray[np.generic]) -> NDArray[np.generic]:
    """The array itself, read only: a kernel is compiled anew for every kind of array that it is given."""
    view = column.view(np.ndarray)
    view.flags.writeable = False
    return view


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be added up. rules: names of RULES. ends: the shares of the first and the last touch by position.

    half_life: µs, of time_decay. links: steps between channels, of order 1. sets: channels met, whatever the order.
    """

    rules: tuple[str, ...] = ()
    ends: tuple[float, float] = (0.4, 0.4)
    half_life: int = 7 * 86_400_000_000
    links: bool = False
    sets: bool = False
    groups: int | None = None  # None: as many as fit the cache


@dataclass(slots=True)
class Tally:
    """Whole numbers by group of customers; what was not wanted is empty. See the kernels for their shapes."""

    counts: Int64
    links: Int64
    rules: Int64
    shared: Int64
    met: Int64
    expired: Int64

    def add(self, other: Tally) -> None:
        """Add another one's numbers."""
        for name in ("counts", "links", "rules", "shared", "met", "expired"):
            getattr(self, name)[...] += getattr(other, name)


def groups_for(channels: int, wanted: Wanted) -> int:
    """How many groups of customers: fewer where each holds many numbers."""
    numbers = wanted.links * (channels + 1) * (channels + 3) + 2 * (len(wanted.rules) + 1) * channels + 6
    return int(np.clip(_NUMBERS // numbers, _FEWEST, _GROUPS))


def tally(ways: Ways, wanted: Wanted, *, threads: int | None = None, parts: int | None = None) -> Tally:
    """Add all journeys up. The same numbers for any threads and parts."""
    groups = wanted.groups or groups_for(ways.channels, wanted)
    everyone = np.arange(len(ways.offset) - 1, dtype=np.int64) if ways.who is None else ways.who
    made: list[Tally] = []
    own = threading.local()

    def work(low: int, high: int) -> None:
        if not hasattr(own, "tally"):
            own.tally = _empty(ways.channels, groups, wanted)
            made.append(own.tally)
        _walk(ways, wanted, everyone[low:high], own.tally)

    spread(work, ways.offset, ways.who, threads=threads, parts=parts)
    total = made[0] if made else _empty(ways.channels, groups, wanted)
    for one in made[1:]:
        total.add(one)
    return total


def _empty(channels: int, groups: int, wanted: Wanted) -> Tally:
    def zeros(asked: bool, *shape: int) -> Int64:
        return np.zeros(shape if asked else (0,) * len(shape), np.int64)

    return Tally(
        counts=zeros(True, groups, 9),
        links=zeros(wanted.links, groups, channels + 1, channels + 3),
        rules=zeros(bool(wanted.rules), groups, len(wanted.rules), 2, channels),
        shared=zeros(wanted.sets, groups, 2, channels),
        met=zeros(wanted.sets, channels, 4),
        expired=zeros(True, 1),
    )


def _walk(ways: Ways, wanted: Wanted, customers: Int64, total: Tally) -> None:
    which = np.array([RULES[name] for name in wanted.rules], np.int64)
    ends, value, ts = np.array(wanted.ends), _plain(ways.value), _plain(ways.ts)
    seen_in, seen_by, found = (np.full(ways.channels, -1, np.int64) for _ in range(3))
    weight = None
    for s in stretches(ways, customers, total.expired):
        facts = (s.begin, s.fate, s.won, s.whose, value)
        kernels.tally_counts(s.count, *facts, total.counts)
        if wanted.links:
            kernels.tally_links(
                s.count, s.path, *facts, len(total.links), ways.channels, total.links.reshape(-1)
            )
        if len(which):
            weight = np.empty(len(s.path)) if weight is None else weight
            kernels.tally_rules(
                s.count, s.path, s.at, s.base, *facts, ts, which, ends, wanted.half_life, weight, total.rules
            )
        if wanted.sets:
            kernels.tally_sets(s.count, s.path, *facts, total.met, seen_in, seen_by, total.shared, found)


def members(ways: Ways, keep: Callable[[Stretch], Mask]) -> Int64:
    """The customers, each once and ascending, of the journeys that `keep` marks."""
    everyone = np.arange(len(ways.offset) - 1, dtype=np.int64) if ways.who is None else ways.who

    def work(low: int, high: int) -> Int64:
        found = [s.whose[: s.count][keep(s)] for s in stretches(ways, everyone[low:high])]
        return np.unique(np.concatenate(found)) if found else np.empty(0, np.int64)

    parts = spread(work, ways.offset, ways.who)
    return np.concatenate(parts) if parts else np.empty(0, np.int64)


def of_fate(fate: int) -> Callable[[Stretch], Mask]:
    """Journeys that ended so."""
    return lambda s: np.asarray(s.fate[: s.count] == fate, np.bool_)


def credited(channel: int) -> Callable[[Stretch], Mask]:
    """Converted journeys that met a channel."""

    def keep(s: Stretch) -> Mask:
        begin = s.begin[: s.count + 1]
        hits = np.append(0, np.cumsum(s.path[: begin[-1]] == channel))
        met: Mask = (hits[begin[1:]] > hits[begin[:-1]]) & (s.fate[: s.count] == CONVERTED)
        return met

    return keep
