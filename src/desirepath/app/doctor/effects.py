"""What would the numbers be without it? Customers placed again in memory, with one thing changed.

In: a Looking, and events to leave out, other times for them, or other ends of knowledge. Out: the numbers that move,
as they are and as they would be. Nothing is written. Identity and promises stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from desirepath.core.estimate import MINIMUM_N, Estimate
from desirepath.core.times import NEVER, SECOND
from desirepath.doctor.finding import Effect, Moved
from desirepath.journey.placing import place, plan_for
from desirepath.measure.cohort import can_succeed, cohort
from desirepath.stats.intervals import proportion
from desirepath.trail.trails import Trails

if TYPE_CHECKING:
    from desirepath.app.doctor.looking import Looking
    from desirepath.journey.visits import Visits

Mask = NDArray[np.bool_]
Int64 = NDArray[np.int64]

CHEAP = 20_000_000  # events: beyond it nothing is placed again, and effects are told as counts alone
_RATE = 0.002  # a rate that moves by less is as it was
_TIME = 0.1  # … a median time, as a share of itself
_COUNT = 0.005  # … and so a count, as a share of itself
_SHOWN = 6  # numbers of an effect


@dataclass(frozen=True, slots=True)
class StageNumbers:
    """What a stage's answer rests on. rate, time (µs, median of those who succeed): None where there are too few."""

    entered: int
    in_flight: int
    rate: float | None
    time: float | None = None


def stage_numbers(looking: Looking, visits: Visits, where: Mask | None = None) -> dict[str, StageNumbers]:
    """The main numbers of every stage."""
    found = {}
    for number, stage in enumerate(looking.journey.stages):
        one = cohort(looking.journey, visits, number, as_of=looking.asking.as_of, where=where)
        rate = proportion(one.count("rated_succeeded"), one.count("rated"), as_of=0)
        known = isinstance(rate, Estimate) and can_succeed(looking.journey, number)
        value = rate.value if known and isinstance(rate, Estimate) else None
        done, v = one.masks["rated_succeeded"], one.visits
        took = (v.succeeded - v.entered)[done]
        time = float(np.median(took)) if len(took) >= MINIMUM_N else None
        found[stage.id] = StageNumbers(one.count("entered"), one.count("in_flight"), value, time)
    return found


def moved(now: Mapping[str, StageNumbers], without: Mapping[str, StageNumbers]) -> tuple[Moved, ...]:
    """The numbers that differ, rates first, the largest change first."""
    rates, times, counts = [], [], []
    for stage, one in now.items():
        other = without[stage]
        if _differ(one.rate, other.rate):
            rates.append(Moved(stage, "rate", one.rate, other.rate))
        if one.time is not None and other.time is not None and _far(one.time, other.time):
            times.append(Moved(stage, "median time", one.time, other.time))
        for name in ("entered", "in_flight"):
            a, b = getattr(one, name), getattr(other, name)
            if abs(a - b) > _COUNT * max(a, b):
                counts.append(Moved(stage, name, a, b))
    rates.sort(key=lambda m: -abs((m.now or 0) - (m.without or 0)))
    counts.sort(key=lambda m: -abs((m.now or 0) - (m.without or 0)))
    return (*rates, *times, *counts)[:_SHOWN]


def _far(one: float, other: float) -> bool:
    return abs(one - other) > _TIME * max(one, other) and abs(one - other) > SECOND


def _differ(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is not other
    return abs(one - other) >= _RATE


class Again:
    """Places customers again. The numbers as they are are worked out once."""

    def __init__(self, looking: Looking) -> None:
        self._looking = looking
        self._now: dict[str, StageNumbers] | None = None

    @property
    def now(self) -> dict[str, StageNumbers]:
        """The numbers as they are."""
        if self._now is None:
            self._now = stage_numbers(self._looking, self._looking.asking.visits)
        return self._now

    @property
    def cheap(self) -> bool:
        """Whether placing again is a matter of seconds."""
        return self._looking.asking.trails.events <= CHEAP

    def without_events(self, numbers: Int64) -> tuple[Moved, ...]:
        """Without the events of these numbers (of the store)."""
        if not self.cheap or not len(numbers):
            return ()
        trails = self._looking.asking.trails
        return self._placed(leave_out(trails, np.isin(trails.event, numbers)))

    def without_customers(self, codes: Int64) -> tuple[Moved, ...]:
        """Without these customers."""
        visits = self._looking.asking.visits
        return moved(self.now, stage_numbers(self._looking, visits, ~np.isin(visits.customer, codes)))

    def shifted(self, numbers: Int64, by: int) -> tuple[Moved, ...]:
        """With the events of these numbers so many µs later."""
        if not self.cheap or not len(numbers):
            return ()
        trails = self._looking.asking.trails
        return self._placed(shift(trails, np.isin(trails.event, numbers), by))

    def known_until(self, knowledge: Mapping[str, int]) -> tuple[Moved, ...]:
        """With other ends of knowledge, by stage."""
        return self._placed(self._looking.asking.trails, knowledge) if self.cheap else ()

    def with_lapse(self, stage: int, lapse: int) -> tuple[Moved, ...]:
        """With another lapse_after of one stage, µs; rates keep their horizons."""
        if not self.cheap:
            return ()
        looking = self._looking
        plan = plan_for(looking.journey, looking.asking.knowledge)
        longer = plan.lapse.copy()
        longer[stage] = lapse
        visits = place(looking.asking.trails, replace(plan, lapse=longer))
        return moved(self.now, stage_numbers(looking, visits))

    def _placed(self, trails: Trails, knowledge: Mapping[str, int] | None = None) -> tuple[Moved, ...]:
        looking = self._looking
        plan = plan_for(looking.journey, knowledge or looking.asking.knowledge)
        return moved(self.now, stage_numbers(looking, place(trails, plan)))


def leave_out(trails: Trails, out: Mask) -> Trails:
    """The trails without the events that `out` marks."""
    keep = ~out
    before = np.append(0, np.cumsum(keep))
    names = ("ts", "touchpoint", "channel", "evidence", "value", "event", "waits_until")
    return Trails(
        offset=before[trails.offset].astype(np.int64),
        **{name: np.asarray(getattr(trails, name))[keep] for name in names},
    )


def shift(trails: Trails, which: Mask, by: int) -> Trails:
    """The trails with some events so many µs later, each customer's in order again."""
    ts = np.asarray(trails.ts) + np.where(which, by, 0)
    customer = np.repeat(np.arange(trails.customers), np.diff(trails.offset))
    order = np.lexsort((ts, customer))  # stable: equal times stay as they arrived
    names = ("touchpoint", "channel", "evidence", "value", "event", "waits_until")
    placed = {name: np.asarray(getattr(trails, name))[order] for name in names}
    return replace(trails, ts=ts[order], **placed)


def effect(text: str, affected: int, of: int, unit: str, numbers: tuple[Moved, ...]) -> Effect:
    """An effect whose stages are those that move."""
    stages = tuple(dict.fromkeys(one.stage for one in numbers))
    return Effect(text, affected, of, unit, stages, numbers)


def entrants(looking: Looking, numbers: Int64) -> dict[str, int]:
    """How many visits to each stage were entered by one of these events: whose evidence they are."""
    visits, trails = looking.asking.visits, looking.asking.trails
    by = np.asarray(visits.entry_event)
    real = (by >= 0) & (np.asarray(visits.entered) != NEVER) & ~np.asarray(visits.skipped)
    mine = np.zeros(len(by), bool)
    mine[real] = np.isin(np.asarray(trails.event)[by[real]], numbers)
    found = {}
    for number, stage in enumerate(looking.journey.stages):
        count = int((mine & (visits.stage == number)).sum())
        if count:
            found[stage.id] = count
    return found
