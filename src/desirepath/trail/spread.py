"""How is one pass over many customers spread over the processors?

In: where each customer's events begin, and work for a range of customers. Out: what the work gave, in order.
Ranges hold about as many events each, so that nobody waits for one giant; kernels hold no lock, so threads do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from os import cpu_count
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Int64 = NDArray[np.int64]
S = TypeVar("S")
T = TypeVar("T")

_ROWS = 1 << 17  # for fewer of them threads cost more than they bring
_EVENTS = 1 << 19  # a range of so many: a few milliseconds, and small beside what a thread costs to start
_IN_CACHE = 1 << 15  # items of columns
_MOST = 64  # ranges: their results are added up one by one


def ranges(offset: Int64, who: Int64 | None = None, parts: int | None = None) -> list[tuple[int, int]]:
    """Half-open ranges of customers, in order and without gaps, with about as many events each.

    offset: as of Trails. who: codes, ascending, of the customers that are meant; the ranges are then of places in
    it, and cost is in proportion to these customers. parts: how many at most, by the number of events unless said.
    """
    customers = len(offset) - 1 if who is None else len(who)
    if customers <= 0:
        return []
    before = offset if who is None else np.append(0, np.cumsum(offset[who + 1] - offset[who]))
    events = int(before[-1])
    many = min(_MOST, max(1, events // _EVENTS)) if parts is None else max(1, parts)
    cuts = np.searchsorted(before, np.linspace(0, events, many + 1)[1:-1])
    return list(pairwise(sorted({0, customers, *(int(c) for c in cuts if c < customers)})))


def in_cache(start: int, stop: int) -> Iterator[slice]:
    """Parts of a range, in order: what is made of one on the way stays in the processor's cache."""
    for begin in range(start, stop, _IN_CACHE):
        yield slice(begin, min(begin + _IN_CACHE, stop))


def spread(
    work: Callable[[int, int], T],
    offset: Int64,
    who: Int64 | None = None,
    *,
    parts: int | None = None,
    threads: int | None = None,
) -> list[T]:
    """What `work(low, high)` gives for each of the ranges, in their order; none where there is no customer."""
    todo = ranges(offset, who, parts)
    if len(todo) <= 1:
        return [work(low, high) for low, high in todo]
    with ThreadPoolExecutor(min(len(todo), threads or cpu_count() or 1)) as pool:
        return list(pool.map(lambda pair: work(*pair), todo))


def together(work: Callable[[S], T], some: Iterable[S], rows: int) -> list[T]:
    """What `work` gives for each of some things, in their order; at the same time where there is much to do.

    rows: how many all of them read. Sorting and arithmetic of whole columns hold no lock.
    """
    todo = list(some)
    if rows < _ROWS or len(todo) < 2 or (cpu_count() or 1) < 2:
        return [work(one) for one in todo]
    with ThreadPoolExecutor(min(len(todo), cpu_count() or 1)) as pool:
        return list(pool.map(work, todo))


def beside(one: Callable[[], S], other: Callable[[], T], rows: int) -> tuple[S, T]:
    """What both give; at the same time where there is much to do. rows: how many both read."""
    if rows < _ROWS or (cpu_count() or 1) < 2:
        return one(), other()
    with ThreadPoolExecutor(1) as pool:
        given = pool.submit(other)
        return one(), given.result()


def customers_of(offset: Int64, events: NDArray[np.bool_]) -> Int64:
    """Codes, ascending, of the customers with any of the events that the mask keeps."""
    some = np.flatnonzero(offset[1:] > offset[:-1])
    if not len(some):
        return some.astype(np.int64)
    found: Int64 = some[np.logical_or.reduceat(events, offset[some])].astype(np.int64, copy=False)
    return found


def distinct(codes: NDArray[Any]) -> NDArray[Any]:
    """Each code once, ascending. They nearly always are in order already, and looking is quicker than sorting."""
    if len(codes) and bool((codes[1:] < codes[:-1]).any()):
        return np.unique(codes)
    return codes[np.append(True, codes[1:] != codes[:-1])] if len(codes) else codes
