"""Which channels deserve the credit for the conversions, by which model, and how sure is that?

In: journeys to a conversion (measure.attribution_journeys: Ways). Out: credit by model and channel that sums exactly to
what was converted; intervals from a bootstrap over customers; where the models disagree beyond them; cost and return.
None of the models knows what would have happened without a channel: docs/questions/attribution.md holds them against
a simulated truth. What is fast and has no interval: `credits(tally(ways, wanted_for(models)), models)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from desirepath.core.estimate import MINIMUM_N, Estimate, Measured, NoEstimate, too_few
from desirepath.measure.answers import Contract
from desirepath.measure.attribution import kernel as kernels
from desirepath.measure.attribution.journeys import RULES, Tally, Wanted, Ways, groups_for, tally
from desirepath.measure.attribution.markov import Removal, count_steps, most_orders, removal, removal_of_order
from desirepath.measure.attribution.shapley import count_sets, shapley_of_rate

Int64 = NDArray[np.int64]
Floats = NDArray[np.float64]

MODELS = (*RULES, "markov", "shapley")
REPLICATES, _SEED = 400, 1953
DENSE = 128  # channels up to which the chain of order 1 is solved anew for every replicate
_NO_VALUE = NoEstimate("no_data", detail="no conversion has a value")


@dataclass(frozen=True, slots=True)
class How:
    """What can be chosen of the models. ends: shares of the first and the last touch by position. half_life: µs, of
    time decay. order: of the Markov chain. worth: what a set of channels is worth to Shapley, "conversions" or "rate".
    """

    models: tuple[str, ...] = MODELS
    ends: tuple[float, float] = (0.4, 0.4)
    half_life: int = 7 * 86_400_000_000
    order: int = 1
    worth: str = "conversions"


@dataclass(frozen=True, slots=True)
class Credit:
    """One model's credit by channel. conversions, value (minor units): [channels], summing exactly to what was dealt.

    drawn: the same of each replicate, [replicates, channels, 2]. error: standard error of sampled orders, as a share.
    """

    conversions: Floats
    value: Floats
    drawn: Floats
    error: Floats | None = None


@dataclass(frozen=True, slots=True)
class ChannelCredit:
    """One channel. Journeys and customers that met it; then by model.

    conversions, value: credited; n of each is all conversions that met any touch. cost: spend per conversion credited;
    returned: value credited per unit of spend. removal: the share of conversions that goes without it (Markov).
    disagree: (the model that gives it least, the one that gives most) where their intervals lie apart.
    """

    label: str
    converted: int
    lost: int
    in_flight: int
    customers: int  # with a conversion that it is credited for by meeting it
    conversions: dict[str, Measured]
    value: dict[str, Measured]
    removal: Measured
    disagree: tuple[str, str] | None
    spend: int | None
    cost: dict[str, Measured]
    returned: dict[str, Measured]


@dataclass(frozen=True, slots=True)
class AttributionAnswer:
    """Credit by channel and model. converted = credited + untouched; the credit of each model sums to `credited`.

    Counts are journeys. expired: touches too long before their conversion. credits: the raw numbers, by model.
    base: the share of journeys with a touch, whose end is known, that converted. sampling: the largest standard error
    that Shapley's sampled orders leave, in conversions; 0 where nothing was sampled.
    """

    channels: tuple[ChannelCredit, ...]
    models: tuple[str, ...]
    converted: int
    value: int
    credited: int
    credited_value: int
    untouched: int
    untouched_value: int
    lost: int
    in_flight: int
    customers: tuple[int, int, int]  # with a journey that was lost, converted, is in flight
    expired: int
    base: Measured
    sampling: float
    credits: dict[str, Credit]
    contract: Contract


def wanted_for(how: How, channels: int) -> Wanted:
    """What has to be counted for these models."""
    rules = tuple(name for name in how.models if name in RULES)
    dense = "markov" in how.models and how.order == 1 and channels <= DENSE
    return Wanted(rules, how.ends, how.half_life, links=dense, sets="shapley" in how.models)


def credits_of(found: Tally, how: How, ways: Ways, replicates: int = 0) -> dict[str, Credit]:
    """Credit by model. found: counted as wanted_for(how) says; ways: for what needs another walk (Markov of higher
    order or over very many channels, Shapley by rate). replicates: of the bootstrap; 0: none."""
    weights = bootstrap(len(found.counts), replicates)
    touched = found.counts[:, [0, 1]] - found.counts[:, [2, 3]]
    total, drawn_total = touched.sum(axis=0), weights @ touched
    rules = [name for name in how.models if name in RULES]
    made = {}
    for model in how.models:
        if model in RULES:
            made[model] = _dealt(found.rules[:, rules.index(model)], weights)
        elif model == "shapley" and how.worth == "conversions":
            made[model] = _dealt(found.shared, weights)
        else:
            share, drawn, error = (_markov if model == "markov" else _shapley)(found, how, ways, weights)
            made[model] = Credit(
                _closing(share[:, 0], int(total[0]), kernels.UNIT),
                _closing(share[:, 1], int(total[1]), kernels.PENNY),
                drawn * drawn_total[:, None, :],
                error,
            )
    return made


def bootstrap(groups: int, replicates: int) -> Floats:
    """How often each group of customers is drawn, [replicates, groups]: the same each time."""
    draw = np.random.default_rng(_SEED)
    return draw.multinomial(groups, np.full(groups, 1 / groups), size=replicates).astype(np.float64)


def _dealt(parts: Int64, weights: Floats) -> Credit:
    """Credit that was dealt out journey by journey; parts [groups, 2, channels]."""
    whole = parts.sum(axis=0)
    units = np.array([kernels.UNIT, kernels.PENNY], np.float64)[:, None]
    drawn = np.tensordot(weights, parts / units, 1).transpose(0, 2, 1)
    return Credit(whole[0] / kernels.UNIT, whole[1] / kernels.PENNY, drawn)


def _closing(share: Floats, total: int, unit: int) -> Floats:
    """Deal `total` out by shares that sum to 1 (or are all 0), in parts of 1 / unit, by the largest remainder."""
    if not share.any():
        return np.zeros(len(share))
    exact = share * (float(total) * unit)
    parts = np.floor(exact).astype(np.int64)
    left = total * unit - int(parts.sum())
    order = np.argsort(parts - exact, kind="stable")
    each, more = divmod(left, len(order))
    parts += each
    parts[order[:more]] += 1
    return np.asarray(parts / unit)


def _of_sum(parts: Floats) -> Floats:
    """Each channel's share of the sum; 0 where the sum is. parts [..., channels]."""
    whole = parts.sum(axis=-1, keepdims=True)
    return np.asarray(np.divide(parts, whole, out=np.zeros_like(parts), where=whole != 0))


def _markov(found: Tally, how: How, ways: Ways, weights: Floats) -> tuple[Floats, Floats, None]:
    whole, drawn = removals(found, how, ways, weights)
    effect = np.stack([_of_sum(whole.effect), _of_sum(whole.worth_effect)], axis=-1)
    moved = np.stack([_of_sum(drawn.effect), _of_sum(drawn.worth_effect)], axis=-1)
    return effect, moved, None


def removals(found: Tally, how: How, ways: Ways, weights: Floats) -> tuple[Removal, Removal]:
    """Markov's removal effects, and those of each replicate."""
    if found.links.size:
        return removal(found.links.sum(axis=0)), removal(np.tensordot(weights, found.links, 1))
    return removal_of_order(count_steps(ways, how.order, len(found.counts)), weights)


def _shapley(found: Tally, how: How, ways: Ways, weights: Floats) -> tuple[Floats, Floats, Floats]:
    value = shapley_of_rate(count_sets(ways, len(found.counts)), weights)
    whole = value.value.sum(axis=0)
    share = _of_sum(value.value.T).T
    error = np.divide(value.error, whole, out=np.zeros_like(value.error), where=whole != 0)
    return share, _of_sum(value.drawn.transpose(0, 2, 1)).transpose(0, 2, 1), error


# ── the answer ───────────────────────────────────────────────────────────────────────────────────────────────


def attribution(
    ways: Ways, labels: Sequence[str], contract: Contract, how: How, spend: Int64 | None = None
) -> AttributionAnswer:
    """Credit by channel and model, the channel with the most conversions met first.

    labels: of the channels' codes. spend: minor units by channel, −1 where none is known. Channels that no journey met
    and no money was spent on are left out. Raises ValueError where the order is too high for so many channels.
    """
    wanted = replace(wanted_for(how, ways.channels), sets=True)
    groups = groups_for(ways.channels, wanted)
    if "markov" in how.models and not 1 <= how.order <= most_orders(ways.channels, groups):
        raise ValueError(
            f"order {how.order} of {ways.channels} channels: at most {most_orders(ways.channels, groups)}"
        )
    found = tally(ways, replace(wanted, groups=groups))
    made = credits_of(found, how, ways, REPLICATES)
    counts = [int(n) for n in found.counts.sum(axis=0)]
    interval = _Interval(counts[0] - counts[2], contract.as_of, groups)
    weights = bootstrap(groups, REPLICATES)
    base = _base(found, interval, weights)
    gone: list[Measured] = [NoEstimate("not_asked")] * ways.channels
    if "markov" in how.models:
        gone = _removed(removals(found, how, ways, weights), interval)
    rows = []
    met = found.met
    for c in np.lexsort((np.arange(len(met)), -met[:, 1])).tolist():
        paid = None if spend is None or spend[c] < 0 else int(spend[c])
        if not met[c].any() and not paid:
            continue
        rows.append(_channel(c, labels[c], met[c], made, gone[c], paid, counts, interval))
    credited, worth = counts[0] - counts[2], counts[1] - counts[3]
    return AttributionAnswer(
        channels=tuple(rows),
        models=how.models,
        converted=counts[0],
        value=counts[1],
        credited=credited,
        credited_value=worth,
        untouched=counts[2],
        untouched_value=counts[3],
        lost=counts[4],
        in_flight=counts[5],
        customers=(counts[6], counts[7], counts[8]),
        expired=int(found.expired[0]),
        base=base,
        sampling=_sampling(made, credited),
        credits=made,
        contract=contract,
    )


@dataclass(frozen=True, slots=True)
class _Interval:
    """Percentiles of replicates. n: conversions. groups: of customers: few of them vary a little less than all do."""

    n: int
    as_of: int
    groups: int

    def __call__(self, value: float, drawn: Floats, more: float = 0.0) -> Measured:
        """more: another, independent standard error."""
        if self.n < MINIMUM_N:
            return too_few(self.n)
        wider = np.sqrt(self.groups / (self.groups - 1))
        low, high = (value + wider * (end - value) for end in np.quantile(drawn, (0.025, 0.975)))
        low, high = min(low, value), max(high, value)
        if more > 0:
            low, high = (
                value - np.hypot(value - low, 1.96 * more),
                value + np.hypot(high - value, 1.96 * more),
            )
        return Estimate(float(value), float(low), float(high), self.n, "bootstrap", self.as_of)


def _base(found: Tally, interval: _Interval, weights: Floats) -> Measured:
    """Conversions over journeys; among the lost, all have a touch."""
    won = found.counts[:, 0] - found.counts[:, 2]
    over = won + found.counts[:, 4]
    if not over.sum():
        return too_few(0)
    drawn = np.divide(weights @ won, weights @ over, out=np.zeros(len(weights)), where=weights @ over > 0)
    n = int(over.sum())
    return replace(interval, n=n)(float(won.sum() / n), drawn)


def _removed(effects: tuple[Removal, Removal], interval: _Interval) -> list[Measured]:
    whole, drawn = effects
    return [
        interval(float(whole.effect[c]), drawn.effect[:, c]).map(lambda share: min(max(share, 0.0), 1.0))
        for c in range(len(whole.effect))
    ]


def _channel(
    c: int,
    label: str,
    met: Int64,
    made: dict[str, Credit],
    gone: Measured,
    spend: int | None,
    counts: list[int],
    interval: _Interval,
) -> ChannelCredit:
    conversions: dict[str, Measured] = {}
    value: dict[str, Measured] = {}
    touched, worth = counts[0] - counts[2], counts[1] - counts[3]
    for model, credit in made.items():
        more = (0.0, 0.0) if credit.error is None else tuple(credit.error[c] * (touched, worth))
        conversions[model] = interval(credit.conversions[c], credit.drawn[:, c, 0], more[0])
        value[model] = interval(credit.value[c], credit.drawn[:, c, 1], more[1]) if worth else _NO_VALUE
    cost = {} if spend is None else {m: _per(spend, one) for m, one in conversions.items()}
    returned = {} if spend is None else {m: _times(one, spend) for m, one in value.items()}
    return ChannelCredit(
        label, int(met[1]), int(met[0]), int(met[2]), int(met[3]), conversions, value, gone,
        disagreement(conversions), spend, cost, returned,
    )  # fmt: skip


def _times(worth: Measured, spend: int) -> Measured:
    """Value over spend."""
    return (
        worth.map(lambda value: value / spend) if spend else NoEstimate("no_data", detail="nothing was spent")
    )


def _per(spend: int, credit: Measured) -> Measured:
    """Spend over conversions; an end that may be none is open."""
    if isinstance(credit, NoEstimate):
        return credit
    if credit.value <= 0:
        return NoEstimate("no_data", credit.n, detail="no conversion is credited to it")
    high = spend / credit.low if credit.low > 0 else float("inf")
    return replace(credit, value=spend / credit.value, low=spend / credit.high, high=high)


def disagreement(by_model: dict[str, Measured]) -> tuple[str, str] | None:
    """The model that gives least and the one that gives most, where their intervals lie apart."""
    known = {model: one for model, one in by_model.items() if isinstance(one, Estimate)}
    if not known:
        return None
    least = min(known, key=lambda model: known[model].high)
    most = max(known, key=lambda model: known[model].low)
    return (least, most) if known[least].high < known[most].low else None


def _sampling(made: dict[str, Credit], credited: int) -> float:
    errors = [float(one.error[:, 0].max(initial=0.0)) for one in made.values() if one.error is not None]
    return max(errors, default=0.0) * credited
