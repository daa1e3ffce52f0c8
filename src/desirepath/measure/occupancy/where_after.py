"""Where are customers, so long after they began: in which stage, gone, fallen silent?

In: visits. Out: the probability of every state by time since a customer's beginning, those in flight counted for as
long as they were watched (Aalen–Johansen; stats/multi_state.py). States: the stages, then left, lapsed, completed
(out of the far end of a journey that has one) and unplaced (before the first stage). Who comes back leaves "lapsed"
again: nobody is gone for good before we know.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desirepath.core.estimate import MINIMUM_N, Measured
from desirepath.core.times import DAY, FOREVER, NEVER
from desirepath.core.words import Track
from desirepath.journey.definition import Journey
from desirepath.journey.visits import Visits
from desirepath.measure.answers import Contract
from desirepath.measure.cohort import EVER, Mask, asked_visits, contract
from desirepath.measure.occupancy import stay_kernel as loops
from desirepath.measure.periods import Unit
from desirepath.measure.retention.ask import DAYS_OF
from desirepath.stats.multi_state import Occupation, Stays, occupation

Int64 = NDArray[np.int64]
AFTER_STAGES = ("left", "lapsed", "completed", "unplaced")
_MOST = 60  # instants: a year of weeks, two months of days


@dataclass(frozen=True)
class WhereAnswer:
    """The probability of each state at instants since the beginning. Never-met states other than stages are left out.

    customers: who began and was watched. moves: [states, states], how many went from where to where; ends: stays that
    were watched no further, by state.
    """

    unit: Unit
    states: tuple[str, ...]
    place: tuple[int, ...]  # of each state in `found`
    customers: int
    moves: Int64
    ends: Int64
    found: Occupation
    contract: Contract

    def at(self, instant: int, state: int) -> Measured:
        """The probability of states[state] so many units after the beginning."""
        return self.found.at(instant, self.place[state], as_of=self.contract.as_of)

    @property
    def instants(self) -> int:
        """How many instants there are, time 0 among them."""
        return len(self.found.time)


@dataclass(frozen=True, slots=True)
class Beginnings:
    """When each customer began, where that is not their first visit: at their first event, still unplaced.

    at: [customers] µs, NEVER for those not asked about. known: until when it is known that somebody is unplaced.
    """

    at: Int64
    known: int


def where_after(
    journey: Journey,
    visits: Visits,
    *,
    as_of: int,
    unit: Unit = "week",
    where: Mask | None = None,
    beginnings: Beginnings | None = None,
    most: int = _MOST,
) -> WhereAnswer:
    """Probabilities at whole units (a month is 30 days) since each customer's first visit, or since `beginnings`.

    where: which customers, as a mask over visits: those whose first visit it keeps. The last instant is the last for
    which at least MINIMUM_N customers were watched.
    """
    stages = len(journey.stages)
    stays, people = _stays(journey, visits, as_of, where, beginnings)
    length = DAYS_OF[unit] * DAY
    last = np.zeros(people, np.int64)
    np.maximum.at(last, stays.who, stays.stop)
    enough = int(np.sort(last)[-MINIMUM_N]) if people >= MINIMUM_N else 0
    grid = np.arange(min(most, enough // length) + 1) * length
    found = occupation(stays, stages + len(AFTER_STAGES), grid)
    names = (*(s.id for s in journey.stages), *AFTER_STAGES)
    met = set(stays.state.tolist()) | set(stays.target.tolist())
    place = tuple(k for k in range(len(names)) if k < stages + 2 or k in met)
    moved = stays.target >= 0
    moves = np.zeros((len(names), len(names)), np.int64)
    np.add.at(moves, (stays.state[moved], stays.target[moved]), 1)
    ends = np.bincount(stays.state[~moved], minlength=len(names))
    began = "first event" if beginnings is not None else "first stage"
    return WhereAnswer(
        unit,
        tuple(names[k] for k in place),
        place,
        found.n,
        moves[np.ix_(place, place)],
        ends[list(place)],
        found,
        contract(
            journey,
            as_of,
            f"Where are customers, so many {unit}s after their {began}?",
            f"customers, each from their {began} on and for as long as they were watched",
            "a state lasts until the next begins; left and lapsed last until a customer comes back; of states that "
            "begin at one instant the last stands; what lies beyond a visit's knowledge is not claimed",
            "Aalen & Johansen (1978); Datta & Satten (2001); Kott (2001)",
        ),
    )


def _stays(
    journey: Journey, visits: Visits, as_of: int, where: Mask | None, beginnings: Beginnings | None
) -> tuple[Stays, int]:
    """The stays of the customers asked about, and how many customers these are."""
    rows = np.flatnonzero(asked_visits(visits, None, EVER, Track.JOURNEY))
    customer = visits.customer[rows].astype(np.int64)
    first = np.append(True, customer[1:] != customer[:-1])[: len(rows)]
    if beginnings is not None:
        who = np.flatnonzero(beginnings.at != NEVER)
        zero = beginnings.at[who]
    else:
        asked = first if where is None else first & where[rows]
        who, zero = customer[asked], visits.entered[rows[asked]]
    rows = rows[np.isin(customer, who)]
    begins = np.searchsorted(visits.customer[rows], np.append(who, FOREVER))
    out = np.empty((5, 2 * len(rows) + 2 * len(who)), np.int64)
    v = {
        name: np.asarray(getattr(visits, name)[rows])
        for name in ("entered", "ended", "outcome", "next_stage", "stage")
    }
    until = np.minimum(visits.knowledge[rows], as_of)
    known = min(beginnings.known, as_of) if beginnings is not None else NEVER
    size = loops.stays(
        begins, zero, beginnings is not None, known, len(journey.stages), v["entered"], v["ended"],
        v["outcome"], v["next_stage"], v["stage"], until, out,
    )  # fmt: skip
    return Stays(*(out[k, :size] for k in range(5))), len(who)
