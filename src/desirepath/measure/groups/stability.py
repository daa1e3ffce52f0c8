"""Are there groups at all, and how many? Only where they come back, and where few customers stand between them.

In: places of customers. Out: for each number of groups whether the same groups are found again in other samples, and
whether every two of them have a valley between them. A cloud without structure can be cut as well, and often is; its
pieces are not found again, or the cut runs through its densest part.
Sources: Lloyd (1982) and Arthur & Vassilvitskii (2007), k-means++; Hubert & Arabie (1985), the adjusted Rand index;
Hennig (2007), the Jaccard index of each group over samples; Tibshirani & Walther (2005), the largest number of groups
that is found again.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desirepath.measure.meetings import Int64

Float = NDArray[np.float64]
Ints = NDArray[np.integer]
FOUND_AGAIN = 0.8  # mean adjusted Rand index over samples
STABLE = 0.75  # Hennig's: a group below it is not to be believed
VALLEY = 0.7  # customers halfway between two groups, against those at the emptier group's middle
SAMPLES = 12
_PART = 2 / 3  # of the customers in each sample
_STARTS = 4


@dataclass(frozen=True, slots=True)
class Tried:
    """One number of groups. again: mean adjusted Rand index over samples, with the least of them.

    jaccard: of each group over samples, the largest group first. valley: the fullest of all valleys, as a share of the
    emptier group's middle; 1 and more is no valley. accepted: found again, and with valleys.
    """

    k: int
    label: Int64
    centre: Float
    again: float
    least_again: float
    jaccard: tuple[float, ...]
    valley: float
    tightness: float  # variance within groups over all variance

    @property
    def accepted(self) -> bool:
        """Whether these groups come back and lie apart."""
        return self.again >= FOUND_AGAIN and self.valley <= VALLEY


def one_thread() -> AbstractContextManager[object]:
    """Sums over several threads come in any order: the last bits, and so the groups, would depend on it."""
    import sklearn.cluster  # noqa: F401  # only what is loaded already can be limited
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[object] = threadpool_limits(limits=1)
    return limits


def k_means(place: Float, k: int, seed: int) -> tuple[Int64, Float]:
    """(label, centre of each group), the largest group first. The same places and seed give the same groups."""
    from sklearn.cluster import KMeans

    found = KMeans(n_clusters=k, n_init=_STARTS, random_state=seed).fit(place)
    size = np.bincount(found.labels_, minlength=k)
    order = np.lexsort((found.cluster_centers_[:, 0], -size))
    rank = np.empty(k, np.int64)
    rank[order] = np.arange(k)
    centre: Float = np.asarray(found.cluster_centers_, np.float64)[order]
    label: Int64 = rank[np.asarray(found.labels_, np.int64)]
    return label, centre


def within(place: Float, label: Int64, centre: Float) -> float:
    """The squared distances of all places to the middle of their group."""
    return float(((place - centre[label]) ** 2).sum())


def nearest(place: Float, centre: Float) -> Int64:
    """The group of each place."""
    far: Float = (centre**2).sum(axis=1)[None, :] - 2 * place @ centre.T
    closest: Int64 = far.argmin(axis=1)
    return closest


def adjusted_rand(one: Ints, other: Ints) -> float:
    """How far two groupings of the same customers agree: 1 wholly, 0 as chance would."""
    table = _crossed(one, other)
    pairs = _pairs(table).sum()
    rows, columns = _pairs(table.sum(axis=1)).sum(), _pairs(table.sum(axis=0)).sum()
    every = float(_pairs(np.array([len(one)]))[0])
    by_chance = rows * columns / every if every else 0.0
    most = (rows + columns) / 2
    return 1.0 if most == by_chance else float((pairs - by_chance) / (most - by_chance))


def jaccards(one: Ints, other: Ints, k: int) -> Float:
    """For each group of the first grouping, the best Jaccard index among the groups of the second."""
    table = _crossed(one, other, k)
    union = table.sum(axis=1)[:, None] + table.sum(axis=0)[None, :] - table
    best: Float = np.divide(table, union, out=np.zeros(table.shape), where=union > 0).max(axis=1)
    return best


def try_groups(place: Float, k: int, seed: int = 0) -> Tried:
    """Cut the customers into k groups, and see whether samples of them are cut alike."""
    label, centre = k_means(place, k, seed)
    draw = np.random.default_rng(1000 * k + seed)
    again, per_group = [], []
    for sample in range(SAMPLES):
        mine = np.sort(draw.choice(len(place), max(k + 1, round(_PART * len(place))), replace=False))
        other, _ = k_means(place[mine], k, 7 * sample + seed + 1)
        again.append(adjusted_rand(label[mine], other))
        per_group.append(jaccards(label[mine], other, k))
    whole = float(((place - place.mean(axis=0)) ** 2).sum())
    return Tried(
        k=k,
        label=label,
        centre=centre,
        again=float(np.mean(again)),
        least_again=float(np.min(again)),
        jaccard=tuple(np.mean(per_group, axis=0).tolist()),
        valley=fullest_valley(place, label, centre),
        tightness=within(place, label, centre) / whole if whole > 0 else 1.0,
    )


def fullest_valley(place: Float, label: Ints, centre: Float) -> float:
    """Over all pairs of groups: customers halfway between them, over those at the emptier middle; the largest share.

    On the line through both centres: within a tenth of its length around the half, against as far around each centre.
    A cloud that was merely cut is fullest at the cut.
    """
    worst = 0.0
    for i in range(len(centre)):
        for j in range(i):
            axis = centre[i] - centre[j]
            length = float(axis @ axis)
            if not length > 0:
                return np.inf
            mine = place[(label == i) | (label == j)]
            at = (mine - centre[j]) @ axis / length
            half, low, high = (int((np.abs(at - x) <= 0.1).sum()) for x in (0.5, 0.0, 1.0))
            # One more in the middle than was seen: few customers prove no valley.
            worst = max(worst, (half + 1) / max(min(low, high), 1))
    return worst


def _crossed(one: Ints, other: Ints, k: int = 0) -> Float:
    rows, columns = max(int(one.max(initial=0)) + 1, k), int(other.max(initial=0)) + 1
    count = np.bincount(one * columns + other, minlength=rows * columns)
    return count.reshape(rows, columns).astype(np.float64)


def _pairs(n: Ints | Float) -> Float:
    pairs: Float = n * (n - 1) / 2
    return pairs
