"""When do customers buy, and until when are they customers at all? What every such model is fitted to and must tell.

In: how often, when first, when last each customer bought. Out: one History a kind of customer (many are alike: they are
counted, not repeated), and the Protocol of a model: BG/NBD (bg_nbd.py), Pareto/NBD (pareto_nbd.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from desirepath.stats.likelihood import Fit, LogLikelihood, Search, maximise

Float = NDArray[np.float64]
_PART = 20_000  # kinds of customers: a search over so many gives the start for the search over all


@dataclass(frozen=True, slots=True)
class Histories:
    """Grain: a kind of customer. Times in one unit (weeks), since the first purchase.

    again: purchases after the first. last: when the last of them was (0 where none). age: until when was watched.
    count: how many customers are of this kind.
    """

    again: Float
    last: Float
    age: Float
    count: Float

    def __len__(self) -> int:
        return len(self.again)

    @property
    def customers(self) -> int:
        """How many customers all kinds hold."""
        return int(self.count.sum())

    def every(self, step: int) -> Histories:
        """Every so many-th kind, in their order: a part in which all sorts are in proportion."""
        return Histories(self.again[::step], self.last[::step], self.age[::step], self.count[::step])


def kinds(
    again: NDArray[np.int64], last: NDArray[np.int64], age: NDArray[np.int64], unit: float
) -> tuple[Histories, NDArray[np.int64]]:
    """Customers who are alike, counted; and of which kind each is. Whole days in, `unit` days out."""
    if not len(again):
        empty = np.empty(0)
        return Histories(empty, empty, empty, empty), np.empty(0, np.int64)
    longest = int(age.max()) + 1
    key = (again * longest + last) * longest + age  # purchases × days² stays below 2⁶³ for a century
    unique, kind, count = np.unique(key, return_inverse=True, return_counts=True)
    rest, of_age = np.divmod(unique, longest)
    times, of_last = np.divmod(rest, longest)
    return (
        Histories(times.astype(np.float64), of_last / unit, of_age / unit, count.astype(np.float64)),
        kind.astype(np.int64),
    )


class BuyingModel(Protocol):
    """A model of buying, fitted or not: parameters go in with every question."""

    name: str
    params: tuple[str, ...]
    source: str
    search: Search

    def likelihood(self, histories: Histories) -> LogLikelihood:
        """The log-likelihood of all customers, with its gradient."""
        ...

    def starts(self, histories: Histories) -> Sequence[Sequence[float]]:
        """Where to search from."""
        ...

    def alive(self, params: Float, histories: Histories) -> Float:
        """The probability that each is still a customer, as of its age."""
        ...

    def if_alive(self, params: Float, histories: Histories, ahead: float) -> Float:
        """The purchases expected within `ahead`, as of its age, of each that is still a customer."""
        ...

    def expected_of_new(self, params: Float, age: Float) -> Float:
        """The purchases after the first expected of a new customer by each age."""
        ...


def fit_buying(model: BuyingModel, histories: Histories) -> Fit:
    """The model's parameters by maximum likelihood; of many kinds a part is searched first."""
    near = None
    if len(histories) > 2 * _PART:
        part = histories.every(len(histories) // _PART)
        near = maximise(model.search, model.likelihood(part), model.starts(part), part.customers)
    starts = model.starts(histories)
    return maximise(model.search, model.likelihood(histories), starts, histories.customers, near)


def expected(model: BuyingModel, params: Float, histories: Histories, ahead: float) -> Float:
    """The purchases expected of each within `ahead`, as of its age."""
    return model.alive(params, histories) * model.if_alive(params, histories, ahead)


def mean_rate(histories: Histories) -> float:
    """Purchases after the first per unit of time watched: where searches start."""
    watched = float((histories.age * histories.count).sum())
    return max(float((histories.again * histories.count).sum()), 0.5) / max(watched, 1e-9)


def discounted(purchases: Callable[[float], Float], ahead: float, discount: float, step: float) -> Float:
    """Purchases within `ahead`, each worth less by exp(−discount × time): summed by steps, at their middles.

    purchases: expected until a time. discount: continuous, per unit of time; 0 gives purchases(ahead) itself.
    """
    if discount <= 0:
        return purchases(ahead)
    edges = np.linspace(0, ahead, max(1, round(ahead / step)) + 1)
    before = purchases(0.0)
    total = np.zeros_like(before)
    for begin, end in pairwise(edges):
        until = purchases(float(end))
        total += (until - before) * np.exp(-discount * (begin + end) / 2)
        before = until
    return total
