"""How often was each exact path walked?

In: walks (measure.walks), or bare columns for the plainest question. Out: PathCounts: every distinct path with how its
walks ended, and how often. Nothing is sampled and no path is left out: the counts add up to the walks.

Low-level, over bare columns: `session_paths(offset, ts, code, kinds=60, gap=…, longest=8).top(10)`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import log2
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from desirepath.measure.walks.walk import Fate, Mask, Walks, bare, bare_codes, bare_mask
from desirepath.trail.sessions import GAP
from desirepath.trail.spread import spread

Int64 = NDArray[np.int64]
T = TypeVar("T")

LONGEST = 12  # steps: with at most MOST_KINDS kinds they fit two numbers
MOST_KINDS = 1000
_FATE_BITS = 3
_FATE = (1 << _FATE_BITS) - 1
_ROOM = 1 << 10  # paths that a table holds at first
FEW = 1 << 15  # paths counted without searching for their place


@dataclass(frozen=True, slots=True)
class Shape:
    """How paths are read from walks.

    kinds: codes are 0 … kinds − 1. longest: steps kept. collapse: a step done several times running is one.
    begins, arrives: marks over the walks' events: a path begins at the first of the one (else with the walk), and
    ends at the next of the other; walks that do not reach them have no path. None: not asked.
    backward: the last steps are kept, the last one first.
    """

    kinds: int
    longest: int = 8
    collapse: bool = True
    backward: bool = False
    begins: Mask | None = None
    arrives: Mask | None = None

    def __post_init__(self) -> None:
        if not (1 <= self.longest <= LONGEST and 0 <= self.kinds <= MOST_KINDS):
            raise ValueError(f"paths have 1 to {LONGEST} steps of at most {MOST_KINDS} kinds")

    @property
    def base(self) -> int:
        """Of the number that a path is."""
        return self.kinds + 1

    @property
    def fits(self) -> int:
        """How many steps fit the first number."""
        return min(self.longest, int((63 - _FATE_BITS) / log2(max(self.base, 2))))


@dataclass(frozen=True, slots=True)
class PathCounts:
    """Grain: distinct path and fate, in the order of the paths (by their steps' codes; a shorter one before a longer).

    key: [n, 2], the path's numbers. fate: walks.Fate. count: walks. walks: all that were read; with_steps: those with
    any step; began, arrived: those that reached the step asked for (0 where none was).
    """

    shape: Shape
    key: Int64
    fate: NDArray[np.int8]
    count: Int64
    walks: int
    with_steps: int
    began: int = 0
    arrived: int = 0

    @property
    def total(self) -> int:
        """How many walks have a path, the empty one included."""
        return int(self.count.sum())

    @property
    def with_path(self) -> int:
        """How many walks have a path of one step or more."""
        return self.total - int(self.count[(self.key >> [_FATE_BITS, 0] == 0).all(axis=1)].sum())

    def steps(self, rows: Int64 | slice = slice(None)) -> NDArray[np.int16]:
        """[rows, longest]: the codes of the steps, −1 after the last."""
        return decoded(self.key[rows], self.shape)

    def along(self, way: tuple[int, ...]) -> PathCounts:
        """Only the paths that begin with these codes; −1 is any step."""
        if not way:
            return self
        steps, kept = self.steps(), np.ones(len(self.key), np.bool_)
        for position, code in enumerate(way):
            kept &= steps[:, position] == code if code >= 0 else steps[:, position] >= 0
        return replace(self, key=self.key[kept], fate=self.fate[kept], count=self.count[kept])

    def starts(self) -> Int64:
        """Where each path's rows begin: rows of one path differ in how its walks ended, cut ones being another."""
        if not len(self.key):
            return np.empty(0, np.int64)
        cut = self.fate == Fate.CUT
        other = (self.key[1:] >> [_FATE_BITS, 0] != self.key[:-1] >> [_FATE_BITS, 0]).any(axis=1)
        return np.flatnonzero(np.append(True, other | (cut[1:] != cut[:-1])))

    def top(self, most: int) -> list[tuple[tuple[int, ...], bool, int]]:
        """The commonest paths as (codes of the steps, whether it goes on, walks); ties in the order of the paths."""
        starts = self.starts()
        each = np.add.reduceat(self.count, starts) if len(starts) else starts
        best = commonest(each, most)
        steps = self.steps(starts[best])
        return [
            (tuple(row[row >= 0].tolist()), bool(self.fate[starts[i]] == Fate.CUT), int(each[i]))
            for row, i in zip(steps, best.tolist(), strict=True)
        ]


def commonest(count: Int64, most: int) -> Int64:
    """The places of the largest counts, largest first, ties in the order in which they stand."""
    if most < len(count):
        # Sorted whole: where nearly all are equal, as counts of paths are, np.partition takes many times longer.
        least = np.sort(count)[len(count) - most] if most > 0 else np.inf
        there = np.flatnonzero(count >= least)
    else:
        there = np.arange(len(count))
    found: Int64 = there[np.argsort(-count[there], kind="stable")][: max(most, 0)]
    return found


def session_paths(
    offset: Int64,
    ts: Int64,
    code: NDArray[Any],
    *,
    kinds: int,
    gap: int = GAP,
    longest: int = 8,
    collapse: bool = True,
    threads: int | None = None,
) -> PathCounts:
    """The paths of all sessions from their first step, over the columns of Trails.

    code: of each event, 0 … kinds − 1, −1 where it is no step. gap: µs; an event so long after the one before is still
    of its session. Every session is counted; one without a step has the empty path.
    """
    runs = np.arange(len(offset) - 1, dtype=np.int64)
    return _sessions(Walks("session", runs, offset, ts, code, gap), Shape(kinds, longest, collapse), threads)


def _sessions(walks: Walks, shape: Shape, threads: int | None = None) -> PathCounts:
    """Sessions from their first step, of which is_plain holds."""
    from desirepath.measure.walks import session_kernel

    tables: SimpleQueue[_Table] = SimpleQueue()
    read = plainly(walks, shape)

    def work(low: int, high: int) -> None:
        table = _taken(tables)
        table.keys, table.used = session_kernel.count_sessions(
            low, high, *read, table.few, table.keys, table.used
        )
        tables.put(table)

    everybody = len(walks.runs) == len(walks.offset) - 1
    spread(work, walks.offset, None if everybody else walks.runs, threads=threads)
    key, count = _joined(tables)
    total = int(count.sum())
    empty = int(count[(key >> [_FATE_BITS, 0] == 0).all(axis=1)].sum())
    return _in_order(shape, key, count, total, total - empty)


def count_paths(walks: Walks, shape: Shape) -> PathCounts:
    """The paths of these walks, as `shape` says. Every walk that reaches the steps asked for has exactly one."""
    from desirepath.measure.walks import path_kernel

    if is_plain(walks, shape):
        return _sessions(walks, shape)
    tables: SimpleQueue[_Table] = SimpleQueue()
    read = _read(walks, shape)

    def work(low: int, high: int) -> Int64:
        table, tallies = _taken(tables), np.zeros(4, np.int64)
        none = np.empty((0, 6), np.int64)
        table.keys, table.used, _, _ = path_kernel.read_walks(
            low, high, *read, tallies, table.few, table.keys, table.used, none[:, :2], False, none
        )
        tables.put(table)
        return tallies

    tallies = sum(_spread(work, walks), np.zeros(4, np.int64))
    key, count = _joined(tables)
    return _in_order(shape, key, count, *tallies.tolist())


def is_plain(walks: Walks, shape: Shape) -> bool:
    """Whether the walks are whole sessions that silence ends, each read from its first step."""
    by_silence = walks.gap >= 0 and walks.starts is None and walks.run_ends is None
    bounds = shape.begins is not None or shape.arrives is not None
    if walks.unit != "session" or not by_silence or bounds or shape.backward:
        return False
    # A run without events is an empty walk where it is asked about, and nothing on the quick way.
    return not walks.all_asked or bool((walks.offset[walks.runs + 1] > walks.offset[walks.runs]).all())


def plainly(walks: Walks, shape: Shape) -> tuple[Any, ...]:
    """The arguments of session_kernel's loops that say what is read and how."""
    return (
        bare(walks.runs),
        (bare(walks.offset), bare(walks.ts), bare_codes(walks.code), walks.ends()[1]),
        None if walks.all_asked else (bare_mask(walks.asked), walks.since, walks.until),
        (walks.gap, shape.base, shape.fits, shape.longest, shape.collapse),
    )


@dataclass(frozen=True, slots=True)
class Found:
    """Grain: walk with a path. path: its place in the paths that were looked for, their number for any other path.

    run: of the walks. first, last: the path's first and last event, begin, end: the walk's own; places in the walks'
    events, −1 where there is none.
    """

    path: Int64
    run: Int64
    first: Int64
    last: Int64
    begin: Int64
    end: Int64

    def __len__(self) -> int:
        return len(self.path)


def find_parts(
    walks: Walks, counts: PathCounts, rows: Int64, use: Callable[[Found], T], *, others: bool = False
) -> list[T]:
    """What `use` makes of the walks of each range of runs: so that never all of them have to be held."""

    def columns(rows: Int64, place: Int64) -> T:
        path, *others = np.ascontiguousarray(rows.T)
        return use(Found(place[path], *others))

    return find_rows(walks, counts, rows, columns, others=others)


def find_rows(
    walks: Walks, counts: PathCounts, rows: Int64, use: Callable[[Int64, Int64], T], *, others: bool = False
) -> list[T]:
    """The same of rows, which path_kernel.read_walks finds, and of the place in `rows` that each one's path has."""
    from desirepath.measure.walks import path_kernel

    order = np.lexsort((counts.key[rows, 0], counts.key[rows, 1]))
    chosen = np.ascontiguousarray(counts.key[rows][order])
    place = np.append(order, len(rows))
    few = np.full(FEW, len(rows), np.int64)
    lowest = np.flatnonzero((chosen[:, 1] == 0) & (chosen[:, 0] < FEW))
    few[chosen[lowest, 0]] = lowest
    read = _read(walks, counts.shape)

    def work(low: int, high: int) -> T:
        room = np.empty((1024, 6), np.int64)
        none = np.zeros((1, 3), np.int64)
        _, _, found, filled = path_kernel.read_walks(
            low, high, *read, np.zeros(4, np.int64), few, none, 0, chosen, others, room
        )
        return use(found[:filled], place)

    return _spread(work, walks)


# ---- tables -----------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Table:
    """One thread's counts: of the lowest numbers by the number itself, of the others where path_kernel puts them."""

    few: Int64
    keys: Int64
    used: int


def _taken(tables: SimpleQueue[_Table]) -> _Table:
    """A table that no thread is using: there are as many as threads, not as ranges."""
    try:
        return tables.get_nowait()
    except Empty:
        return _Table(np.zeros(FEW, np.int64), np.zeros((_ROOM, 3), np.int64), 0)


def _joined(tables: SimpleQueue[_Table]) -> tuple[Int64, Int64]:
    from desirepath.measure.walks import path_kernel

    few, keys, used = np.zeros(FEW, np.int64), np.zeros((_ROOM, 3), np.int64), 0
    first = True
    while not tables.empty():
        table = tables.get()
        few += table.few
        if first:
            keys, used, first = table.keys, table.used, False
        else:
            keys, used = path_kernel.add_all(keys, used, table.keys)
    there = np.flatnonzero(few)
    keys = keys[keys[:, 2] > 0]
    low = np.concatenate([there, keys[:, 0]])
    high = np.concatenate([np.zeros(len(there), np.int64), keys[:, 1]])
    return np.stack([low, high], axis=1), np.concatenate([few[there], keys[:, 2]])


def _in_order(
    shape: Shape, key: Int64, count: Int64, walks: int, with_steps: int, began: int = 0, arrived: int = 0
) -> PathCounts:
    """In the order of the steps: numbers moved up to the same number of digits compare as their steps do."""
    low, high = key[:, 0] >> _FATE_BITS, key[:, 1].copy()
    for number, digits in ((low, shape.fits), (high, shape.longest - shape.fits)):
        _moved_up(number, shape.base, digits)
    low = low << _FATE_BITS | key[:, 0] & _FATE
    one = not high.any()  # then one number says it all
    order = np.argsort(low) if one else np.lexsort((low & _FATE, high, low >> _FATE_BITS))
    key = np.ascontiguousarray(key[order])
    fate = (key[:, 0] & _FATE).astype(np.int8)
    return PathCounts(shape, key, fate, count[order], walks, with_steps, began, arrived)


def _moved_up(number: Int64, base: int, digits: int) -> None:
    """Give every number but 0 so many digits, the lowest of them 0."""
    short = np.flatnonzero(number)
    for _ in range(digits - 1):
        short = short[number[short] < base ** (digits - 1)]
        number[short] *= base


def decoded(key: Int64, shape: Shape) -> NDArray[np.int16]:
    """[n, longest]: the codes of the steps of these paths, −1 after the last."""
    found = np.full((len(key), shape.longest), -1, np.int16)
    parts = ((key[:, 0] >> _FATE_BITS, 0, shape.fits), (key[:, 1], shape.fits, shape.longest))
    for whole, first, last in parts:
        length, rest = np.zeros(len(key), np.int64), whole
        while (rest > 0).any():
            length += rest > 0
            rest = rest // shape.base
        rest = whole
        for place in range(last - first - 1, -1, -1):
            there = np.flatnonzero(length > place)
            found[there, first + place] = rest[there] % shape.base - 1
            rest = np.where(length > place, rest // shape.base, rest)
    return found


def _read(walks: Walks, shape: Shape) -> tuple[Any, ...]:
    """The arguments of path_kernel.read_walks that say what is read and how."""
    return (
        bare(walks.runs),
        walks.columns(),
        walks.ends(),
        (bare_mask(shape.begins), bare_mask(shape.arrives)),
        (walks.gap, shape.base, shape.fits, shape.longest, shape.backward, shape.collapse),
    )


def _spread(work: Callable[[int, int], T], walks: Walks) -> list[T]:
    return spread(work, walks.offset, walks.runs)
