"""How many customers go through these steps, where do they stop, how long do they take, and who is still on the way?

In: trails' columns and the steps' events (FunnelEvents), the rules (FunnelPlan). Out: a FunnelAnswer, a row a step, all
read off one match table, so that counts, rates, times, groups, the trend and the member lists cannot disagree.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desirepath.core.estimate import Measured, NoEstimate
from desirepath.core.times import DAY, FOREVER, NEVER, TimeRange
from desirepath.measure.answers import Curve
from desirepath.measure.funnel.answers import FunnelAnswer, Quartiles, StepAnswer, Trend
from desirepath.measure.funnel.events import FunnelEvents
from desirepath.measure.funnel.matches import Int64, Mask, Matches, each_range, match
from desirepath.measure.funnel.plan import FunnelPlan
from desirepath.measure.funnel.rows import FunnelRows, rows_of
from desirepath.measure.funnel.words import contract_of
from desirepath.measure.occupancy.counts import Step as CalendarStep
from desirepath.measure.occupancy.counts import calendar_steps
from desirepath.stats.aalen_johansen import Incidence, band_at, incidence_by, incidence_quantile
from desirepath.stats.intervals import clustered_proportion, proportion, quantile

EVER = TimeRange()
QUARTILES = (0.25, 0.5, 0.75)
_NOT_ASKED = NoEstimate("not_asked")
_CURVE_POINTS = 256  # a drawing shows no more


def count(
    events: FunnelEvents,
    plan: FunnelPlan,
    *,
    period: TimeRange = EVER,
    group: NDArray[np.integer] | None = None,
    groups: int = 1,
) -> Int64:
    """How many attempts reached each required step, at least: int64 [groups, steps].

    group: a code 0 … groups − 1 per event; an attempt is of the group of its entry. Nothing else is kept: in memory is
    one range of customers a thread.
    """
    levels = len(plan.required)

    def tally(found: Matches) -> Int64:
        code = np.zeros(len(found), np.int64) if group is None else group[found.entry].astype(np.int64)
        cells = np.bincount(code * levels + found.reached - 1, minlength=groups * levels)
        by_step: Int64 = cells.reshape(groups, levels)[:, ::-1].cumsum(axis=1)[:, ::-1]
        return by_step

    return sum(each_range(events, plan, tally, period), start=np.zeros((groups, levels), np.int64))


def funnel(
    events: FunnelEvents,
    plan: FunnelPlan,
    *,
    as_of: int,
    known: int = FOREVER,
    period: TimeRange = EVER,
    definition: str = "",
    found: Matches | None = None,
) -> FunnelAnswer:
    """Every step's answer. as_of: µs, nothing later is claimed. known: until when everything that could show a step is
    known; as_of if later. period: of entry. found: match(events, plan, period), where the caller has it already.
    """
    found = match(events, plan, period) if found is None else found
    known = min(known, as_of)
    return answer_of(found, events.ts, plan, as_of=as_of, known=known, definition=definition)


def answer_of(
    found: Matches,
    ts: Int64,
    plan: FunnelPlan,
    *,
    as_of: int,
    known: int,
    definition: str = "",
    those: Mask | None = None,
    brief: bool = False,
) -> FunnelAnswer:
    """The answer that matches give; those: some of them (a group), over the matches.

    brief: of the times only those of the whole way, as a table of groups has them; the others are not asked.
    """
    rows = rows_of(found, ts, plan, known, those)
    ask = _Asker(rows, plan, as_of, brief)
    last = rows.levels - 1
    whole = rows.curve(last)
    took = rows.when(last, rows.rated & rows.converted) - rows.entered[rows.rated & rows.converted]
    sure = rows.deadline < FOREVER
    final = NEVER if not len(rows.rows) else int(rows.deadline.max()) if sure.all() else FOREVER
    return FunnelAnswer(
        plan=plan,
        unit="entry" if plan.reentry == "all_entries" else "customer",
        entries=len(rows.rows),
        customers=_customers(rows.customer),
        converted=int(rows.converted.sum()),
        failed=int(rows.failed.sum()),
        broken=int(rows.broken.sum()),
        in_flight=int(rows.in_flight.sum()),
        rated=int(rows.rated.sum()),
        rated_converted=int((rows.rated & rows.converted).sum()),
        too_young=int((~rows.rated).sum()),
        rate=ask.share(rows.converted, rows.rated),
        rate_final_at=final,
        eventually=ask.eventually(whole),
        time_quartiles=(_NOT_ASKED,) * 3 if brief else ask.quartiles_of_all(whole),
        time_of_converted=ask.quartiles(np.maximum(took, 0)),
        curve=None if brief else _curve(whole, rows.horizon),
        steps=tuple(ask.step(place) for place in range(len(plan.labels))),
        known=known,
        contract=contract_of(plan, as_of, definition),
        matches=found,
        rows=rows.rows,
    )


def trend(answer: FunnelAnswer, ts: Int64, step: CalendarStep, zone: str) -> Trend:
    """The same by the local day, week or month of entry, each with its interval; empty ones in between are there."""
    rows = rows_of(answer.matches, ts, answer.plan, answer.known, _mask(answer))
    if not len(rows.rows):
        none = np.empty(0, np.int64)
        return Trend(step, none, none, none, none, ())
    first, last = int(rows.entered.min()), int(rows.entered.max())
    at = calendar_steps(TimeRange(first - 32 * DAY, last + 1), step, zone)
    at = at[max(int(np.searchsorted(at, first, side="right")) - 1, 0) :]
    place = np.searchsorted(at, rows.entered, side="right") - 1
    ask = _Asker(rows, answer.plan, answer.contract.as_of)

    def per(mask: Mask) -> Int64:
        return np.bincount(place[mask], minlength=len(at)).astype(np.int64)

    everyone = np.ones(len(place), np.bool_)
    rates = tuple(ask.share(rows.converted, rows.rated & (place == i)) for i in range(len(at)))
    return Trend(step, at, per(everyone), per(rows.converted), per(rows.in_flight), rates)


def rows_behind(answer: FunnelAnswer, ts: Int64) -> FunnelRows:
    """The attempts of an answer, for member lists: see rows.members."""
    return rows_of(answer.matches, ts, answer.plan, answer.known, _mask(answer))


def _mask(answer: FunnelAnswer) -> Mask:
    those = np.zeros(len(answer.matches), np.bool_)
    those[answer.rows] = True
    return those


def _customers(codes: Int64) -> int:
    """How many there are in codes that never fall."""
    return int(np.count_nonzero(np.diff(codes))) + 1 if len(codes) else 0


def _curve(curves: Incidence, horizon: int) -> Curve | None:
    steps = int(np.searchsorted(curves.time, horizon, side="right"))
    if not steps:
        return None
    keep = np.unique(np.linspace(0, steps - 1, min(steps, _CURVE_POINTS)).round().astype(np.int64))
    low, high = band_at(curves, keep)
    p, at = curves.probability, curves.at_risk
    nobody = np.zeros(len(keep))
    return Curve(curves.time[keep], p[0, keep], low, high, p[1, keep], nobody, at[keep])


class _Asker:
    """The numbers of one set of attempts."""

    def __init__(self, rows: FunnelRows, plan: FunnelPlan, as_of: int, brief: bool = False) -> None:
        self.rows, self.plan, self.as_of, self.brief = rows, plan, as_of, brief
        self.horizon = rows.horizon

    def share(self, hit: Mask, of: Mask) -> Measured:
        if self.plan.reentry == "all_entries":
            return clustered_proportion(hit[of], self.rows.customer[of], as_of=self.as_of)
        return proportion(int(np.count_nonzero(hit & of)), int(np.count_nonzero(of)), as_of=self.as_of)

    def eventually(self, curves: Incidence) -> Measured:
        return incidence_by(curves, self.horizon, as_of=self.as_of)

    def quartiles_of_all(self, curves: Incidence) -> Quartiles:
        a, b, c = (incidence_quantile(curves, p, as_of=self.as_of) for p in QUARTILES)
        return a, b, c

    def quartiles(self, took: Int64) -> Quartiles:
        a, b, c = (quantile(took, p, as_of=self.as_of) for p in QUARTILES)
        return a, b, c

    def step(self, place: int) -> StepAnswer:
        if self.plan.optional[place]:
            return self._optional(place)
        rows, level = self.rows, self.plan.required.index(place)
        here = rows.reached > level
        stays = rows.reached == level + 1
        both = here & rows.rated
        rate: Measured = _NOT_ASKED
        step_rate: Measured = _NOT_ASKED
        eventually: Measured = _NOT_ASKED  # that who enters has entered is no finding
        times: Quartiles = (_NOT_ASKED,) * 3
        wait: Quartiles = (_NOT_ASKED,) * 3
        if level:
            rate, step_rate = (
                self.share(here, of) for of in (rows.rated, rows.rated & (rows.reached >= level))
            )
        if level and not self.brief:
            curves, took = rows.curve(level), rows.when(level, both) - rows.when(level - 1, both)
            eventually, times = self.eventually(curves), self.quartiles_of_all(curves)
            wait = self.quartiles(np.maximum(took, 0))
        return StepAnswer(
            step=self.plan.levels[level],
            place=place,
            optional=False,
            reached=int(here.sum()),
            customers=_customers(rows.customer[here]),
            failed=int((rows.failed & stays).sum()),
            broken=int((rows.broken & stays).sum()),
            in_flight=int((rows.in_flight & stays).sum()),
            rated=int(rows.rated.sum()),
            rated_reached=int(both.sum()),
            rate=rate,
            step_rate=step_rate,
            eventually=eventually,
            time_quartiles=times,
            wait=wait,
        )

    def _optional(self, place: int) -> StepAnswer:
        rows = self.rows
        number = [i for i, may in enumerate(self.plan.optional) if may].index(place)
        here = rows.matches.optional[rows.rows, number]
        before = sum(1 for s in self.plan.required if s < place)
        return StepAnswer(
            step=self.plan.labels[place],
            place=place,
            optional=True,
            reached=int(here.sum()),
            customers=_customers(rows.customer[here]),
            failed=0,
            broken=0,
            in_flight=0,
            rated=int(rows.rated.sum()),
            rated_reached=int((here & rows.rated).sum()),
            rate=self.share(here, rows.rated),
            step_rate=self.share(here, rows.rated & (rows.reached >= before)),
            eventually=_NOT_ASKED,
            time_quartiles=(_NOT_ASKED,) * 3,
            wait=(_NOT_ASKED,) * 3,
        )
