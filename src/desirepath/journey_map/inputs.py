"""What the map is drawn from: answers of the measures, the definition, and a few named examples.

`app` fills this in; everything here is data, and nothing of it is looked up again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from desirepath.core.estimate import Measured
from desirepath.journey.definition import Journey
from desirepath.journey.exclusions import Excluded
from desirepath.journey_map.document import Headline, SourceNote
from desirepath.measure.answers import (
    Contract,
    EffortAnswer,
    OccupancyAnswer,
    PathsAnswer,
    PromiseAnswer,
    ScoreAnswer,
    StageAnswer,
    TouchpointAnswer,
    Verbatim,
)
from desirepath.measure.attribution.ask import AttributionAnswer
from desirepath.measure.comparison.claims import JudgedClaim
from desirepath.measure.friction.rank import FrictionAnswer
from desirepath.measure.promises.effects import Effect
from desirepath.measure.retention.ask import RetentionAnswer


@dataclass(frozen=True, slots=True)
class TrailEvent:
    """One event of an example, as the store has it. `touchpoint` and `stage` are ids, '' where none."""

    at: int
    event: str
    event_no: int
    channel: str = ""
    touchpoint: str = ""
    stage: str = ""  # the stage that the customer is in after it
    by: str = "customer"
    value: int = 0
    text: str = ""
    note: str = ""  # "entered decision: evidence", "the goal"


@dataclass(frozen=True, slots=True)
class ExampleTrail:
    """One real customer's pass, unmasked: the map masks it. `path`: its collapsed steps in `stage`."""

    customer: str
    stage: str
    outcome: str  # advanced, left, lapsed, in_flight
    events: tuple[TrailEvent, ...]
    path: tuple[str, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class MemberList:
    """Who is behind a count: how many, and a sample of customer ids (unmasked: the map masks them)."""

    count: int
    sample: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MapInputs:
    """Everything that `build_map` reads.

    stages, paths, efforts: one per stage that was measured; a stage without an answer is shown as unmeasured.
    paths: the few commonest are listed; all rows that are given draw the way between steps, so give many.
    friction: what costs and what brings successes, for pains and delights; touchpoints' lifts are of the same asking.
    promise_effects: what a broken one does; promise_times: within what time 95 in 100 are delivered, and how one would
    promise that. attribution: of purchases to channels. retention: buyers who buy again, month by month.
    headlines: the findings, most important first; the map shows the first large and up to two more.
    verbatims: newest first; verbatim_counts: how many there are by stage, where more exist than are given.
    members: by (stage, outcome), outcome one of reached, skipped, succeeded, left, lapsed, in_flight.
    customer_id: the id of a customer's code, for the members of paths; None shows the count only.
    cautions: what is left out of the numbers, in sentences.
    claims: what the data say of each written claim, by its text; one that is not there was not asked.
    since, until: the period asked about, µs; None where it is open.
    reveal: shows customer ids and verbatims as they are. Only for those with the right to see them.
    """

    journey: Journey
    as_of: int
    stages: tuple[StageAnswer, ...]
    touchpoints: tuple[TouchpointAnswer, ...] = ()
    friction: FrictionAnswer | None = None
    paths: tuple[PathsAnswer, ...] = ()
    promises: tuple[PromiseAnswer, ...] = ()
    promise_effects: Mapping[str, tuple[Effect, ...]] = field(default_factory=dict)
    promise_times: Mapping[str, tuple[Measured, str]] = field(default_factory=dict)
    attribution: AttributionAnswer | None = None
    retention: RetentionAnswer | None = None
    scores: tuple[ScoreAnswer, ...] = ()
    verbatims: tuple[Verbatim, ...] = ()
    verbatim_counts: Mapping[str, int] = field(default_factory=dict)
    verbatims_contract: Contract | None = None
    efforts: tuple[EffortAnswer, ...] = ()
    occupancy: OccupancyAnswer | None = None
    headlines: tuple[Headline, ...] = ()
    trails: tuple[ExampleTrail, ...] = ()
    members: Mapping[tuple[str, str], MemberList] = field(default_factory=dict)
    customer_id: Callable[[int], str] | None = None
    sources: tuple[SourceNote, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    cautions: tuple[str, ...] = ()
    claims: Mapping[str, JudgedClaim] = field(default_factory=dict)
    who: str = "Everyone"
    since: int | None = None
    until: int | None = None
    touchpoints_shown: int = 5
    reveal: bool = False
