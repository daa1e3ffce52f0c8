"""Who is silent for longer than is usual for them, and what is at stake?

In: purchases (or active days) as they were known now, and a horizon ago. Out: for each customer with a rhythm the usual
gap, how unlikely so long a silence is, since when the alarm rings; and how often the alarm would have been false.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desirepath.core.estimate import MINIMUM_N, Measured, NoEstimate, too_few
from desirepath.measure.answers import Contract
from desirepath.measure.value.check import since
from desirepath.measure.value.purchases import Purchases
from desirepath.stats.intervals import difference, proportion
from desirepath.stats.likelihood import Fit
from desirepath.stats.rhythm import fit_rhythm, gap_at, longer_than, rate

Float = NDArray[np.float64]
Int64 = NDArray[np.int64]
Mask = NDArray[np.bool_]

YEAR = 365.2425


@dataclass(frozen=True, slots=True)
class Rhythms:
    """Grain: customer with enough gaps, by code. Days.

    usual: the gap that the next one exceeds half of the time. alarm_after: the silence after which the alarm rings.
    chance: of a gap longer than the silence now. rings: whether it rings now; for: since how many days.
    at_stake: what they would spend in a year at their own pace, or have spent so far; minor units.
    """

    customer: Int64
    gaps: Int64
    last: Int64
    silent: Int64
    usual: Float
    alarm_after: Float
    chance: Float
    rings: Mask
    rings_for: Float
    at_stake: Float


@dataclass(frozen=True, slots=True)
class OverdueAnswer:
    """fresh: whose alarm began to ring at most `fresh_days` ago: the list. long: whose rings for longer.

    past_alarms: fresh alarms a horizon ago; false: the share of these who bought within the horizon all the same.
    others: the share of those who bought, of the customers with a rhythm whose alarm did not ring then.
    apart: others less false.
    longer: of the latest gaps that ended, the share that was longer than its own alarm; `level` is what is meant.
    """

    buyers: int
    rhythms: Rhythms
    fresh: Mask
    long: Mask
    level: float
    fresh_days: int
    horizon: int
    false: Measured
    others: Measured
    apart: Measured
    longer: Measured
    at_stake: float
    why: NoEstimate | None
    contract: Contract


def overdue(
    now: Purchases,
    before: Purchases,
    *,
    as_of: int,
    level: float,
    least: int,
    fresh_days: int,
    horizon: int,
    contract: Contract,
    by_pace: bool = True,
) -> OverdueAnswer:
    """Whose silence is longer than 1 − `level` of their own gaps would be.

    level: the share of gaps that would ring although the customer comes back. least: gaps that make a rhythm.
    before: the purchases known `horizon` days ago, from which alarms of then are made, without what came since.
    by_pace: at stake is a year at the customer's pace; else (days are no purchases) what was spent so far.
    """
    here, why, fit = rhythms(now, level, least, by_pace)
    fresh = here.rings & (here.rings_for <= fresh_days)
    then, why_then, _ = rhythms(before, level, least, by_pace)
    false: Measured = missing(why_then)
    others = apart = false
    if why_then is None:
        rang = then.rings & (then.rings_for <= fresh_days)
        came = since(before, now)[np.searchsorted(before.customer, then.customer)] > 0
        calm = ~then.rings
        hits, n, calm_hits, calm_n = (int(x.sum()) for x in (came[rang], rang, came[calm], calm))
        false = proportion(hits, n, as_of=as_of)
        others = proportion(calm_hits, calm_n, as_of=as_of)
        apart = difference(calm_hits, calm_n, hits, n, as_of=as_of)
    return OverdueAnswer(
        buyers=len(now),
        rhythms=here,
        fresh=fresh,
        long=here.rings & ~fresh,
        level=level,
        fresh_days=fresh_days,
        horizon=horizon,
        false=false,
        others=others,
        apart=apart,
        longer=_longer(now, fit, level, least, as_of) if fit is not None else missing(why),
        at_stake=float(here.at_stake[fresh].sum()),
        why=why,
        contract=contract,
    )


def missing(why: NoEstimate | None) -> NoEstimate:
    """A reason, where there is one."""
    return why or NoEstimate("not_known_yet")


def rhythms(
    bought: Purchases, level: float, least: int, by_pace: bool = True
) -> tuple[Rhythms, NoEstimate | None, Fit | None]:
    """The rhythm of each with at least `least` gaps, as of the purchases' last day; or why there is none."""
    times = bought.times - 1
    keep = times >= least
    some = bought.of(keep)
    if len(some) < MINIMUM_N:
        return _nobody(), too_few(len(some)), None
    gaps, total, log_total = _gaps(some)
    fit = fit_rhythm(gaps, total, log_total)
    if not fit.sound:
        said = " and ".join(fit.ran_away) or "the likelihood"
        return _nobody(), NoEstimate("no_fit", len(some), 0, f"{said} has no top: gaps say nothing"), None
    silent = some.today - some.last
    alarm = gap_at(fit.params, gaps, total, 1 - level)
    spent = np.maximum(some.total(), 0).astype(np.float64)
    pace = rate(fit.params, gaps, total) * YEAR / some.times if by_pace else 1.0
    found = Rhythms(
        customer=some.customer,
        gaps=some.times - 1,
        last=some.last,
        silent=silent,
        usual=gap_at(fit.params, gaps, total, 0.5),
        alarm_after=alarm,
        chance=longer_than(fit.params, gaps, total, silent.astype(np.float64)),
        rings=silent > alarm,
        rings_for=silent - alarm,
        at_stake=spent * pace,
    )
    return found, None, fit


def _gaps(bought: Purchases) -> tuple[Float, Float, Float]:
    """(how many, their sum, the sum of their logarithms) of each; all have at least one."""
    gap = np.diff(bought.day, prepend=0)
    gap[bought.start[:-1]] = 1  # a first day ends no gap: log 1 = 0
    logs = np.add.reduceat(np.log(gap), bought.start[:-1])
    return (bought.times - 1).astype(np.float64), (bought.last - bought.first).astype(np.float64), logs


def _longer(now: Purchases, fit: Fit, level: float, least: int, as_of: int) -> Measured:
    """Of each customer's latest gap that ended, foretold from those before it: the share beyond its alarm."""
    some = now.of(now.times - 1 > least)
    if len(some) < MINIMUM_N:
        return too_few(len(some))
    end = some.start[1:] - 1
    latest = (some.day[end] - some.day[end - 1]).astype(np.float64)
    alarm = gap_at(
        fit.params, (some.times - 2).astype(np.float64), (some.last - some.first) - latest, 1 - level
    )
    return proportion(int((latest > alarm).sum()), len(some), as_of=as_of)


def _nobody() -> Rhythms:
    none, zero = np.empty(0), np.empty(0, np.int64)
    return Rhythms(zero, zero, zero, zero, none, none, none, np.empty(0, np.bool_), none, none)
