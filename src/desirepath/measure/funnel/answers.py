"""The shapes of a funnel's answer. Counts are attempts: one a customer, unless all entries count.

Durations and instants are µs. Every step's `reached` is the next step's, those who stopped here, and those on the way.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from desirepath.core.estimate import Measured
from desirepath.measure.answers import Contract, Curve
from desirepath.measure.funnel.matches import Matches
from desirepath.measure.funnel.plan import FunnelPlan

Int64 = NDArray[np.int64]
Quartiles = tuple[Measured, Measured, Measured]


@dataclass(frozen=True, slots=True)
class StepAnswer:
    """One step. An optional step has no failed and no in_flight: they are told at the step that is waited for.

    failed: of those who reached it, who did not come to the next required step before the window elapsed or the
    attempt was broken; broken: how many of these were. in_flight: the window is still open, by what we know.
    rate: of the entries whose window is known, how many reached it; step_rate: of those of them that reached the
    required step before. eventually: Aalen–Johansen probability by the window's end, over all entries.
    time_quartiles: from the entry, until so many of all reached it. wait: from the step before, of those in the rate.
    """

    step: str
    place: int
    optional: bool
    reached: int
    customers: int
    failed: int
    broken: int
    in_flight: int
    rated: int
    rated_reached: int
    rate: Measured
    step_rate: Measured
    eventually: Measured
    time_quartiles: Quartiles
    wait: Quartiles


@dataclass(frozen=True, slots=True)
class Trend:
    """By the local day, week or month of entry: item i is what entered from at[i] on, before the next."""

    step: str
    at: Int64
    entries: Int64
    converted: Int64
    in_flight: Int64
    rate: tuple[Measured, ...]


@dataclass(frozen=True, slots=True)
class FunnelAnswer:
    """A funnel. entries = converted + failed + in_flight; broken are of the failed.

    unit: "customer" (one attempt each) or "entry". rated: entries whose window is known; too_young: the others.
    time_quartiles: until so many of all entries converted, by Aalen–Johansen; time_of_converted: of the rate's
    numerator.
    known: until when what could show a step is known. matches: the attempts that all of this was read off.
    """

    plan: FunnelPlan
    unit: str
    entries: int
    customers: int
    converted: int
    failed: int
    broken: int
    in_flight: int
    rated: int
    rated_converted: int
    too_young: int
    rate: Measured
    rate_final_at: (
        int  # when the youngest entry's window has elapsed; NEVER without entries, FOREVER where not known
    )
    eventually: Measured
    time_quartiles: Quartiles
    time_of_converted: Quartiles
    curve: Curve | None
    steps: tuple[StepAnswer, ...]
    known: int
    contract: Contract
    matches: Matches = field(repr=False)
    rows: Int64 = field(repr=False)  # those of the matches that are meant
