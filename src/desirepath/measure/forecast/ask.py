"""To whom will it come within a horizon: the next purchase, the next stage, a lapse? And can that be told at all?

In: what was known at several moments of the past, and what came of it. Out: a probability for each customer as of
now, from a model that was trained on earlier moments and judged on a later one: does it tell apart, does it mean what
it says, is it better than the plain share? Only moments whose whole horizon is known are used, so that nobody in flight
is called a no.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from desirepath.core.estimate import Estimate, Measured, NoEstimate
from desirepath.core.progress import tell
from desirepath.measure.answers import Contract
from desirepath.measure.forecast.features import Moment
from desirepath.stats.discrimination import Bin, auc, brier, gain, reliability
from desirepath.stats.intervals import mean

Float = NDArray[np.float64]
Int64 = NDArray[np.int64]
Mask = NDArray[np.bool_]
Kind = Literal["logistic", "boosted"]
Model = Callable[[NDArray[Any]], Float]  # features → probability

LEAST_EACH = 50  # to whom it came, and to whom it did not, in training: fewer teach nothing
_MOST_CUSTOMERS = 100_000  # to learn from: more change no coefficient that anyone could see
_PIECE = 100_000  # customers foretold at a time, so that memory stays small
_LOOKED_AT = 20_000  # customers over whom a driver is judged
_SHUFFLES = 5
_FOLDS = 3


@dataclass(frozen=True, slots=True)
class Driver:
    """What a forecast rests on. worse: how much the Brier score rises when the feature is shuffled between customers.

    up: whether more of it goes with a higher forecast.
    """

    name: str
    worse: Measured
    up: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """The model as it was at `at`, on what came after it. plain: the share of training, forecast for all.

    gain: how much lower the Brier score is than that of the plain share; better: whether that is beyond chance.
    trained_on: rows; trained_came: to how many of these it came.
    """

    at: int
    customers: int
    came: int
    trained_on: int
    trained_came: int
    moments: tuple[int, ...]
    plain: float
    brier: float
    plain_brier: float
    gain: Measured
    auc: Measured
    bins: tuple[Bin, ...]
    drivers: tuple[Driver, ...]

    @property
    def better(self) -> bool:
        """Better than the plain share, beyond chance."""
        return isinstance(self.gain, Estimate) and self.gain.low > 0


@dataclass(frozen=True, slots=True)
class ForecastAnswer:
    """customer: codes of those asked about now; probability: theirs, NaN where there is no model."""

    what: str
    kind: Kind
    horizon: int
    at: int
    customer: Int64
    probability: Float
    judged: Judged | None
    why: NoEstimate | None
    contract: Contract


def forecast(
    look: Callable[[int, int], Moment],
    names: Sequence[str],
    *,
    what: str,
    kind: Kind,
    known: int,
    horizon: int,
    begin: int,
    most_moments: int,
    customers: int,
    contract: Contract,
) -> ForecastAnswer:
    """A forecast as of `known` (µs), judged on the moment a horizon earlier, trained on those before that.

    look: who is asked about at a moment, and what came within the horizon; of every so many-th customer. customers:
    how many there are: of very many a part is learnt from and judged. begin: nothing is known before. The last
    model is trained on the judged moment as well: it knows a little more than the one that was judged.
    Sources: Brier (1950); DeLong et al. (1988); Breiman (2001) for shuffling; van Houwelingen (2007) for moments.
    """
    judge_at = known - horizon
    moments = [t for t in (judge_at - (k + 1) * horizon for k in range(most_moments)) if t >= begin + horizon]
    now = look(known, 1)
    part = max(1, -(-customers // _MOST_CUSTOMERS))
    nothing = np.full(len(now.customer), np.nan)

    def refused(why: NoEstimate) -> ForecastAnswer:
        return ForecastAnswer(what, kind, horizon, known, now.customer, nothing, None, why, contract)

    if not moments:
        return refused(NoEstimate("not_known_yet", 0, 0, "what is known is shorter than three such times"))
    trained = []
    for done, t in enumerate(moments):
        tell(f"looking at moment {done + 1} of {len(moments)}", 0.4 * done / len(moments))
        trained.append(look(t, part))
    tell("looking at the moment that it is judged on", 0.4)
    judged = look(judge_at, part)
    why = _too_little(trained, judged)
    if why is not None:
        return refused(why)
    # One thread: the matrices are small, and threads that wait for each other on a busy machine take far longer.
    with _one_thread():
        tell("learning, and judging what was learnt", 0.5)
        result, final = _learnt(trained, judged, kind, names, known, most_moments)
        probability = final(now.features)
    return ForecastAnswer(what, kind, horizon, known, now.customer, probability, result, None, contract)


def _one_thread() -> AbstractContextManager[Any]:
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[Any] = threadpool_limits(1)
    return limits


def _learnt(
    trained: Sequence[Moment], judged: Moment, kind: Kind, names: Sequence[str], known: int, most_moments: int
) -> tuple[Judged, Model]:
    """The model's judgement, and the model that forecasts now."""
    model = train(kind, trained)
    told = model(judged.features)
    plain = float(np.concatenate([one.came for one in trained]).mean())
    result = Judged(
        at=judged.at,
        customers=len(judged.customer),
        came=int(judged.came.sum()),
        trained_on=sum(len(one.came) for one in trained),
        trained_came=sum(int(one.came.sum()) for one in trained),
        moments=tuple(one.at for one in trained),
        plain=plain,
        brier=brier(told, judged.came),
        plain_brier=brier(np.full(len(told), plain), judged.came),
        gain=gain(told, plain, judged.came, as_of=known),
        auc=auc(told, judged.came, as_of=known),
        bins=reliability(told, judged.came, as_of=known),
        drivers=_drivers(model, judged, names, known),
    )
    return result, train(kind, [judged, *trained[: max(1, most_moments - 1)]])


def _too_little(trained: Sequence[Moment], judged: Moment) -> NoEstimate | None:
    yes = sum(int(one.came.sum()) for one in trained)
    no = sum(len(one.came) for one in trained) - yes
    rarer = min(yes, no)
    if rarer < LEAST_EACH:
        side = "it came to" if yes < no else "it did not come to"
        return NoEstimate(
            "too_few", rarer, LEAST_EACH, f"{side} only {rarer} of {yes + no} customers to learn from"
        )
    yes, no = int(judged.came.sum()), int((~judged.came).sum())
    if min(yes, no) < 20:
        return NoEstimate("too_few", min(yes, no), 20, f"it came to {yes} of {yes + no} to judge by")
    return None


def train(kind: Kind, moments: Sequence[Moment]) -> Model:
    """Features → probability. The same data give the same model.

    logistic: on standardized features, lightly penalized. boosted: trees on histograms, calibrated by Platt's sigmoid
    over three folds; a customer's moments are never on both sides of a fold.
    """
    x = np.concatenate([one.features for one in moments]).astype(np.float64)
    y = np.concatenate([one.came for one in moments])
    who = np.concatenate([one.customer for one in moments])
    middle, scale = x.mean(axis=0), x.std(axis=0)
    scale[scale < 1e-9] = 1.0
    fitted = _fitted(kind, (x - middle) / scale, y, who)

    def told(features: NDArray[Any]) -> Float:
        out = np.empty(len(features))
        for low in range(0, len(features), _PIECE):
            rows = slice(low, low + _PIECE)
            out[rows] = fitted.predict_proba((features[rows] - middle) / scale)[:, 1]
        return out

    return told


def _fitted(kind: Kind, x: Float, y: Mask, who: Int64) -> Any:
    if kind == "logistic":
        from sklearn.linear_model import LogisticRegression

        return LogisticRegression(C=1.0, max_iter=2_000).fit(x, y)
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.ensemble import HistGradientBoostingClassifier

    trees = HistGradientBoostingClassifier(
        max_iter=80, learning_rate=0.08, max_leaf_nodes=15, min_samples_leaf=40, random_state=0, early_stopping=False,
    )  # fmt: skip
    fold = who % _FOLDS
    folds = [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(_FOLDS)]
    folds = [(a, b) for a, b in folds if np.ptp(y[a].astype(int)) and np.ptp(y[b].astype(int))]
    if len(folds) < 2:
        return trees.fit(x, y)
    return CalibratedClassifierCV(trees, method="sigmoid", cv=folds, ensemble=False).fit(x, y)


def _drivers(model: Model, judged: Moment, names: Sequence[str], as_of: int) -> tuple[Driver, ...]:
    """Each feature shuffled between customers, a few times; the greatest rise of the Brier score first."""
    step = -(-len(judged.came) // _LOOKED_AT)
    x, y = judged.features[::step].copy(), judged.came[::step]
    told = model(x)
    whole = (told - y) ** 2
    chance = np.random.default_rng(20240229)
    orders = [chance.permutation(len(y)) for _ in range(_SHUFFLES)]
    found = []
    for k, name in enumerate(names):
        tell(f"how much rests on: {name}", 0.6 + 0.4 * k / len(names))
        own = x[:, k].copy()
        if np.ptp(own) == 0:
            continue
        rise = np.zeros(len(y))
        for order in orders:
            x[:, k] = own[order]
            rise += ((model(x) - y) ** 2 - whole) / _SHUFFLES
        x[:, k] = own
        up = float(np.corrcoef(own, told)[0, 1]) > 0 if np.ptp(told) > 0 else True
        found.append(Driver(name, mean(rise, as_of=as_of), up))

    def rank(one: Driver) -> float:
        return -one.worse.value if isinstance(one.worse, Estimate) else 0.0

    return tuple(sorted(found, key=rank))
