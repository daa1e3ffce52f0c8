"""The shapes of the answers that the measures give. Each carries its contract in words.

An answer's counts are read off the same visits as its member lists (`Members`), so they always agree.
Money is in minor units of the journey's currency; durations are µs.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from desirepath.core.estimate import Measured, NoEstimate

_NOT_ASKED = NoEstimate("not_asked")


@dataclass(frozen=True, slots=True)
class Contract:
    """The exact semantics behind a number, in words that the map shows. `question` is asked in plain words."""

    question: str
    denominator: str
    rule: str
    as_of: int
    definition: str  # version of the definition that made it
    source: str = ""  # literature


@dataclass(frozen=True, slots=True)
class Curve:
    """An Aalen–Johansen curve: P(succeeded by t), P(left by t), P(lapsed by t) at times µs since entry."""

    time: NDArray[np.int64]
    succeeded: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    left: NDArray[np.float64]
    lapsed: NDArray[np.float64]
    at_risk: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Members:
    """Who is behind a count: one item a visit, so that the length is the count.

    what: the count's name (measure.stages.COUNTS). rows: places in the visits. customer: their codes.
    For "customers" there is one item a customer: the row is their first such visit.
    """

    stage: str
    what: str
    rows: NDArray[np.int64]
    customer: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class StageAnswer:
    """One stage over the visits asked about. Counts are visits; `customers` are distinct customers.

    An interval's open end is infinite: "half of them within 9 days, or 41, or never seen".
    """

    stage: str
    customers: int  # reached the stage, observed or skipped
    entered: int  # visits observed: not skipped
    skipped: int
    succeeded: int  # of the observed, ever (goal, else advancing)
    advanced: int
    left: int
    lapsed: int
    in_flight: int
    lost: int  # left or lapsed without having succeeded
    rate: Measured  # success within the horizon, over visits whose horizon is known
    rate_final_at: (
        int  # last entry of all visits asked about + horizon, µs: then none is too young; NEVER if none
    )
    eventually: Measured  # Aalen–Johansen P(success) at the horizon over all visits
    curve: Curve | None
    time_quartiles: tuple[
        Measured, Measured, Measured
    ]  # µs until so many of all succeeded; may be not_reached
    returns: int  # passes that began here as a return
    comebacks: int
    win_backs: int  # of the returns: those that bought again
    win_back_rate: Measured  # within the horizon, over returns whose horizon is known
    value_per_success: Measured  # minor units
    value_at_stake: Measured  # in flight without success so far × rate × value per success
    value_lost: Measured  # upper bound: lost × value per success
    cost: Measured  # spend joined by day and channel, per customer that entered by a channel with spend
    repeat: StageAnswer | None  # the same for the stage's repeat cycles
    contract: Contract
    rated: int = 0  # visits in the rate's denominator
    rated_succeeded: int = 0
    too_young: int = 0  # observed visits whose horizon is not known yet
    time_of_succeeded: tuple[Measured, Measured, Measured] = (_NOT_ASKED, _NOT_ASKED, _NOT_ASKED)
    # µs, of those that succeeded within the horizon: the numerator of the rate


@dataclass(frozen=True, slots=True)
class WholeAnswer:
    """The whole journey over passes, from setting out to the purchase (or the last stage). Durations in µs.

    Those who came through count as succeeded and in no other outcome: the four add up to `entered`.
    """

    customers: int
    entered: int
    succeeded: int
    left: int
    lapsed: int
    in_flight: int
    rate: Measured
    rate_final_at: int
    eventually: Measured
    time_quartiles: tuple[Measured, Measured, Measured]
    horizon: int
    contract: Contract


@dataclass(frozen=True, slots=True)
class OccupancyAnswer:
    """Customers in each stage at instants: counts [instants × stages], and the unplaced not counted.

    known_until: from here on some of those counted may have gone without our knowing; FOREVER where that cannot be.
    """

    at: NDArray[np.int64]
    stages: tuple[str, ...]
    count: NDArray[np.int64]
    contract: Contract
    known_until: int = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Lift:
    """What meeting it adds to the chance of success, against like visits that had not (risk difference)."""

    difference: Measured  # −1 … 1
    q: float  # Benjamini–Hochberg-adjusted p over all touchpoints asked about; 1.0 where no estimate
    beyond_chance: bool
    met: int  # visits that met it and have others like them
    compared: int  # visits that they were compared with


@dataclass(frozen=True, slots=True)
class TouchpointAnswer:
    """One touchpoint within one stage's visits."""

    touchpoint: str
    channel: str
    stage: str
    reach: int  # customers
    visits: int  # visits in which it was met
    share: Measured  # of the stage's observed visits
    meetings: int
    repeats: Measured  # meetings per visit that met it
    wait: Measured  # median µs from a visit's last meeting to the customer's next own action in the pass
    value: int  # sum of events' value at it
    lift: Lift
    ease: Measured  # effort: −2 … +2
    last_seen: int  # lost visits in which this was the last touchpoint that the customer went to
    order: float  # mean relative place among the stage's touchpoints, for drawing steps
    contract: Contract


@dataclass(frozen=True, slots=True)
class PathRow:
    """One exact path through a stage; touchpoint codes with repeats collapsed."""

    steps: tuple[str, ...]
    visits: int
    succeeded: Measured  # within the horizon, over those whose horizon is known
    time: Measured  # median µs in the stage
    value: int  # what the successes of these visits were worth, together
    members: NDArray[np.int32]  # a customer's code a visit


@dataclass(frozen=True, slots=True)
class PathsAnswer:
    """The commonest real paths through a stage; `other` closes the sum."""

    stage: str
    rows: tuple[PathRow, ...]
    other: int
    other_kinds: int
    total: int
    truncated: int  # longer than the longest path kept; shown up to there
    contract: Contract


@dataclass(frozen=True, slots=True)
class PromiseAnswer:
    """Promised against delivered. `kept` is over promises due before knowledge ends; an open, due one is broken."""

    promise: str
    stage: str | None
    made: int
    due: int
    kept: Measured
    waiting: int  # open and not yet due
    overdue: int  # open and past due
    took: tuple[
        Measured, Measured, Measured
    ]  # quartiles of the time delivered, µs; censored ones count as longer
    late_by: Measured  # median µs of the late ones
    by_segment: dict[str, Measured] = field(default_factory=dict)
    contract: Contract | None = None


@dataclass(frozen=True, slots=True)
class ScoreAnswer:
    """Scores of one kind at one stage or touchpoint."""

    kind: str  # nps, csat, ces, rating
    stage: str
    touchpoint: str | None
    value: Measured  # in the kind's own unit: NPS −100 … 100, CSAT top-two share, CES and rating mean share
    emotion: Measured  # mean on −2 … +2
    histogram: tuple[tuple[float, int], ...]  # score_share → count
    contract: Contract


@dataclass(frozen=True, slots=True)
class Verbatim:
    """What one customer wrote or said, as it is."""

    text: str
    at: int
    stage: str | None
    channel: str
    source: str
    event_no: int
    score_share: float | None
    score_kind: str | None


@dataclass(frozen=True, slots=True)
class VerbatimsAnswer:
    """A few verbatims of each stage, newest first, and how many different ones there are."""

    chosen: tuple[Verbatim, ...]
    counts: dict[str, int]
    contract: Contract


@dataclass(frozen=True, slots=True)
class Finding:
    """What matters, with its size. The sentence is `before` + `strong` + `after`, and never without a number.

    kind: touchpoint, promise or stage; subject: its id. customers: lost, or let down. value: what they were worth at
    most, minor units, None where unknown. measured: the number that the finding rests on.
    """

    kind: str
    stage: str
    subject: str
    before: str
    strong: str
    after: str
    customers: float
    value: float | None
    measured: Measured
    contract: Contract

    @property
    def sentence(self) -> str:
        """The whole sentence as plain text."""
        return f"{self.before}{self.strong}{self.after}"


@dataclass(frozen=True, slots=True)
class EffortAnswer:
    """Ease of a stage: 2 − 4 × the share of meetings that were hard (repeated, gone back, helped, last).

    The four shares are of `meetings` (made by customers, with a known fate) and add up to the hard ones.
    """

    stage: str
    ease: Measured
    repeated: float
    went_back: float
    asked_for_help: float
    fell_silent: float
    contract: Contract
    meetings: int = 0
