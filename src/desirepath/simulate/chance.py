"""Where chance comes from: every draw is a function of the seed, of who, and of what for.

In: an int64-sized id for each person, order or session, and the words that name the draw. Out: a number in
(0, 1), or what is made of one. No draw depends on another, on the order of asking, or on who else is there.
So the same seed gives the same shop in blocks of any size, and two worlds that differ in one thing (a
checkout without its fault) share all other luck: their difference is the effect, with no noise of its own.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.uint64]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_GOLDEN = 0x9E3779B97F4A7C15
_MASK = 2**64 - 1


def mix(ids: Ids) -> Ids:
    """The finalizer of SplitMix64 (Steele, Lea & Flood 2014): 64 bits in, 64 well-stirred bits out."""
    x = ids.copy()
    x ^= x >> np.uint64(30)
    x *= np.uint64(0xBF58476D1CE4E5B9)
    x ^= x >> np.uint64(27)
    x *= np.uint64(0x94D049BB133111EB)
    x ^= x >> np.uint64(31)
    return x


def mix_one(number: int) -> int:
    """`mix` for one Python number."""
    return int(mix(np.array([number & _MASK], dtype=np.uint64))[0])


def child(ids: Ids, number: Ints | int) -> Ids:
    """The ids of what belongs to `ids`: a person's order number 2, an order's ticket …"""
    if isinstance(number, int):
        return mix(ids + np.uint64((number + 1) * _GOLDEN & _MASK))
    return mix(ids + (number.astype(np.uint64) + np.uint64(1)) * np.uint64(_GOLDEN))


@dataclass(frozen=True)
class Chance:
    """All the luck of one seed."""

    seed: int

    def ids(self, numbers: Ints) -> Ids:
        """An id for each number: persons 0, 1, 2 …"""
        return child(np.full(len(numbers), mix_one(self.seed ^ _GOLDEN), dtype=np.uint64), numbers)

    def bits(self, ids: Ids, what: str, turn: int = 0) -> Ids:
        """64 random bits for each id; `turn` tells the draws of one name apart (attempt 0, 1, 2 …)."""
        salt = mix_one(mix_one(zlib.crc32(what.encode()) ^ (self.seed << 20)) + turn)
        return mix(ids ^ np.uint64(salt))

    def share(self, ids: Ids, what: str, turn: int = 0) -> Floats:
        """Uniform in (0, 1), both ends excluded."""
        return ((self.bits(ids, what, turn) >> np.uint64(11)).astype(np.float64) + 0.5) / 2**53

    def happens(self, ids: Ids, what: str, chance: Floats | float, turn: int = 0) -> Flags:
        """True with the given chance. A higher chance only ever adds: the same luck, another world."""
        return self.share(ids, what, turn) < chance

    def normal(self, ids: Ids, what: str, turn: int = 0) -> Floats:
        """Mean 0, deviation 1 (Box–Muller)."""
        radius = np.sqrt(-2.0 * np.log(self.share(ids, what, turn)))
        return radius * np.cos(2.0 * np.pi * self.share(ids, what + "~", turn))

    def wait(self, ids: Ids, what: str, median: Floats | float, spread: float, turn: int = 0) -> Floats:
        """A lognormal wait with the given median; `spread` is the deviation of its logarithm."""
        return median * np.exp(spread * self.normal(ids, what, turn))

    def count(self, ids: Ids, what: str, more: Floats | float, most: int, turn: int = 0) -> Ints:
        """0 … most: how often in a row the chance `more` came true."""
        steps = np.log(self.share(ids, what, turn)) / np.log(np.asarray(more, dtype=np.float64))
        return np.minimum(steps.astype(np.int64), most)

    def pick(self, ids: Ids, what: str, weights: Any, turn: int = 0) -> Ints:
        """Which of the weighted choices. weights: one list for all, or one row for each id."""
        table = np.cumsum(np.atleast_2d(np.asarray(weights, dtype=np.float64)), axis=1)
        mark = self.share(ids, what, turn) * table[:, -1]
        if len(table) == 1:
            return np.searchsorted(table[0], mark, side="right").astype(np.int64)
        return np.asarray((mark[:, None] >= table).sum(axis=1), dtype=np.int64)
