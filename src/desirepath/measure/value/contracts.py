"""Of those under contract, how many renew, how often more, and what is it worth?

In: when each contract began and ended (the journey's `active_while`). Out: the share who renew at each renewal as it
was and as a shifted beta-geometric tells it, what each running contract is expected to bring, and how well the same
model, asked earlier, told who stayed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desirepath.core.estimate import MINIMUM_N, Estimate, Measured, NoEstimate, too_few
from desirepath.core.times import NEVER
from desirepath.journey.bits import ACTIVE_END, ACTIVE_START
from desirepath.measure.answers import Contract
from desirepath.stats.intervals import proportion, z_of
from desirepath.stats.likelihood import Fit, delta, error_of
from desirepath.stats.shifted_beta_geometric import expected_renewals, fit_sbg, survival
from desirepath.trail.trails import Trails

Float = NDArray[np.float64]
Int64 = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Contracts:
    """Grain: a contract. customer: codes, ascending; began, ended: µs (NEVER while it runs); paid: minor units so far.

    begin_event: the event that began it.
    """

    customer: Int64
    began: Int64
    ended: Int64
    paid: Int64
    begin_event: Int64

    def __len__(self) -> int:
        return len(self.customer)

    def of(self, keep: Mask) -> Contracts:
        """Those that `keep` keeps."""
        return Contracts(
            self.customer[keep], self.began[keep], self.ended[keep], self.paid[keep], self.begin_event[keep]
        )


@dataclass(frozen=True, slots=True)
class Renewal:
    """One renewal date: how many came to it that we know of, how many renewed, as the model tells it."""

    number: int
    came: int
    renewed: Measured
    told: float
    still: float


@dataclass(frozen=True, slots=True)
class ContractAnswer:
    """running: contracts that run. renewals, value: [3, running]: expected within the horizon, low, high.

    renewed: by each running contract so far. told_before, came_since: of the contracts that ran at the look back, how
    many renewals came since, as told then and as it was.
    """

    contracts: int
    ended: int
    fit: Fit | None
    why: NoEstimate | None
    renewal: tuple[Renewal, ...]
    running: Contracts
    renewed: Int64
    renewals: Float
    value: Float
    total_renewals: Measured
    total_value: Measured
    told_before: Measured
    came_since: int
    contract: Contract


def contracts(trails: Trails, until: int) -> Contracts:
    """All contracts that began before `until` (µs); an end at or after it is not known yet."""
    from desirepath.measure.value import contracts_kernel as kernel

    starts = int(((trails.evidence & ACTIVE_START) != 0).sum())
    out = np.full((5, starts), NEVER, np.int64)
    n = kernel.walk(
        trails.offset, trails.ts, trails.value, trails.evidence, ACTIVE_START, ACTIVE_END, until, out
    )
    customer, began, ended, paid, event = out[:, :n]
    return Contracts(customer, began, ended, paid, event)


def counts(found: Contracts, every: int, until: int) -> tuple[Float, Float]:
    """(ended at, still after) renewal 1, 2, …: one that ends on the day of a renewal does not renew."""
    over = found.ended != NEVER
    age = np.maximum(np.where(over, found.ended, until) - found.began, 0)
    at = np.where(over, np.maximum(-(-age // every), 1), age // every)
    longest = max(int(at.max(initial=0)), 1)
    ended = np.bincount(at[over] - 1, minlength=longest).astype(np.float64)
    some = ~over & (at > 0)
    still = np.bincount(at[some] - 1, minlength=longest).astype(np.float64)
    return ended, still


def contract_value(
    found: Contracts,
    before: Contracts,
    *,
    every: int,
    ahead: int,
    until: int,
    before_until: int,
    discount: float,
    contract: Contract,
) -> ContractAnswer:
    """What the contracts that run at `until` will bring at their next `ahead` renewals.

    every: µs from one renewal to the next. discount: how much less a year later counts. before: the contracts as they
    were known at `before_until`, for the check. Source: Fader & Hardie (2007, 2010).
    """
    ended, still = counts(found, every, until)
    fit, why = _fit(ended, still)
    runs = found.ended == NEVER
    running = found.of(runs)
    renewed = (until - running.began) // every
    nothing = np.full((3, len(running)), np.nan)
    missing: Measured = why or NoEstimate("no_fit")
    answer = ContractAnswer(
        contracts=len(found),
        ended=int((~runs).sum()),
        fit=fit,
        why=why,
        renewal=_by_renewal(ended, still, fit, contract.as_of),
        running=running,
        renewed=renewed,
        renewals=nothing,
        value=nothing,
        total_renewals=missing,
        total_value=missing,
        told_before=missing,
        came_since=0,
        contract=contract,
    )
    if fit is None:
        return answer
    return _told(answer, found, before, every, ahead, until, before_until, discount)


def _fit(ended: Float, still: Float) -> tuple[Fit | None, NoEstimate | None]:
    n, over = int(ended.sum() + still.sum()), int(ended.sum())
    if n < MINIMUM_N:
        return None, too_few(n)
    if over < 1 or len(ended) < 2:
        return None, NoEstimate(
            "not_known_yet", n, 0, "no contract has ended, or none has come to a second renewal"
        )
    fit = fit_sbg(ended, still)
    if not fit.sound:
        said = " and ".join(fit.ran_away)
        return None, NoEstimate("no_fit", n, 0, f"{said} ran away: customers do not differ in how they renew")
    return fit, None


def _by_renewal(ended: Float, still: Float, fit: Fit | None, as_of: int) -> tuple[Renewal, ...]:
    left = np.cumsum((ended + still)[::-1])[::-1]  # who came to a renewal with a known outcome
    found = []
    share = survival(fit.params, np.arange(len(ended) + 1.0)) if fit is not None else None
    for k, gone in enumerate(ended.astype(int).tolist()):
        came = int(left[k])
        if not came:
            break
        told, stays = (
            (float(share[k + 1] / share[k]), float(share[k + 1])) if share is not None else (math.nan,) * 2
        )
        found.append(Renewal(k + 1, came, proportion(came - gone, came, as_of=as_of), told, stays))
    return tuple(found)


def _told(
    answer: ContractAnswer,
    found: Contracts,
    before: Contracts,
    every: int,
    ahead: int,
    until: int,
    before_until: int,
    discount: float,
) -> ContractAnswer:
    """What each running contract is expected to bring, their sums, and the look back."""
    from dataclasses import replace

    fit, as_of = answer.fit, answer.contract.as_of
    assert fit is not None
    keep = math.exp(-math.log1p(discount) * every / (365.2425 * 86_400_000_000))
    kinds, kind = np.unique(answer.renewed, return_inverse=True)
    each, slopes = delta(fit, lambda p: expected_renewals(p, kinds.astype(np.float64), ahead))
    worth, worth_slopes = delta(fit, lambda p: expected_renewals(p, kinds.astype(np.float64), ahead, keep))
    # What a contract pays a period: as it has paid so far, each begun period counted.
    pays = np.maximum(answer.running.paid, 0) / (answer.renewed + 1)
    renewals = _ends(each, error_of(fit, slopes))[:, kind]
    value = _ends(worth, error_of(fit, worth_slopes))[:, kind] * pays
    n = len(answer.running)
    total: Measured = too_few(n)
    money: Measured = total
    if n >= MINIMUM_N:
        weight = np.bincount(kind, minlength=len(kinds)).astype(np.float64)
        total = _sum(float(each @ weight), float(error_of(fit, slopes @ weight[:, None])[0]), n, as_of)
        by_kind = np.bincount(kind, pays, len(kinds))
        money = NoEstimate("no_data", 0, 0, "no contract has paid anything")
        if by_kind.any():
            money = _sum(
                float(worth @ by_kind), float(error_of(fit, worth_slopes @ by_kind[:, None])[0]), n, as_of
            )
    told, came = _look_back(found, before, every, until, before_until, as_of)
    return replace(
        answer, renewals=renewals, value=value, total_renewals=total, total_value=money, told_before=told,
        came_since=came,
    )  # fmt: skip


def _look_back(
    found: Contracts, before: Contracts, every: int, until: int, before_until: int, as_of: int
) -> tuple[Measured, int]:
    """(renewals told of the contracts that ran at `before_until`, renewals that came until `until`)."""
    ahead = (until - before_until) // every
    fit, why = _fit(*counts(before, every, before_until))
    ran = before.of(before.ended == NEVER)
    if fit is None or ahead < 1 or len(ran) < MINIMUM_N:
        return why or too_few(len(ran)), 0
    then = (before_until - ran.began) // every
    told = expected_renewals(fit.params, then.astype(np.float64), int(ahead))
    _, slopes = delta(fit, lambda p: expected_renewals(p, then.astype(np.float64), int(ahead)))
    place = np.searchsorted(found.begin_event, ran.begin_event)
    over = found.ended[place]
    end = np.where(over == NEVER, until, over)
    last = np.where(
        over == NEVER, (end - ran.began) // every, np.maximum(-(-(end - ran.began) // every), 1) - 1
    )
    came = np.clip(last - then, 0, ahead)
    doubt = math.hypot(
        float(error_of(fit, slopes.sum(axis=1, keepdims=True))[0]),
        math.sqrt(float(((came - told) ** 2).sum())),
    )
    total, reach = float(told.sum()), z_of(0.95) * doubt
    return (
        Estimate(total, max(0.0, total - reach), total + reach, len(ran), "delta and residuals", as_of),
        int(came.sum()),
    )


def _ends(value: Float, error: Float) -> Float:
    relative = np.divide(error, value, out=np.zeros_like(error), where=value > 0)
    reach = np.exp(z_of(0.95) * np.minimum(relative, 20.0))
    return np.stack([value, value / reach, value * reach])


def _sum(value: float, error: float, n: int, as_of: int) -> Measured:
    _, low, high = _ends(np.array([value]), np.array([error]))[:, 0]
    return Estimate(value, float(low), float(high), n, "delta", as_of)
