"""The stages in all their outcomes, with their curves; by the groups of a breakdown; who is behind each count."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from desirepath.app.asking import Asking
from desirepath.app.customers.lists import CustomersListed, behind_stage
from desirepath.app.plain import as_plain
from desirepath.app.stages_seen import StageCount, StageGroup, see_stages
from desirepath.core.estimate import Estimate, NoEstimate
from desirepath.web.context import Here, JourneyName, Reveal, Segment, Since, Until
from desirepath.web.routes.customers import InOrder, Most, Start
from desirepath.web.shapes import AskedOut, ContractOut

router = APIRouter(tags=["stages"])
Measured = Estimate | NoEstimate
By = Annotated[
    str | None, Query(description="Part by: segment, persona, channel, month, or a column such as traits.device.")
]  # fmt: skip


class CurveOut(BaseModel):
    """Of those who entered, how many had succeeded, left or lapsed by `time` (µs); Aalen–Johansen, with a band."""

    time: list[int]
    succeeded: list[float]
    low: list[float]
    high: list[float]
    left: list[float]
    lapsed: list[float]
    at_risk: list[int]


class StageNumbersOut(BaseModel):
    """One stage over some visits. Counts are visits; `customers` are distinct. See the measures in the reference."""

    stage: str
    customers: int
    entered: int
    skipped: int
    succeeded: int
    advanced: int
    left: int
    lapsed: int
    in_flight: int
    lost: int
    rate: Measured
    rate_final_at: int | None
    rated: int
    rated_succeeded: int
    too_young: int
    eventually: Measured
    time_quartiles: list[Measured]
    time_of_succeeded: list[Measured]
    returns: int
    comebacks: int
    win_backs: int
    win_back_rate: Measured
    value_per_success: Measured
    value_at_stake: Measured
    value_lost: Measured
    cost: Measured
    curve: CurveOut | None
    contract: ContractOut


class StageSeenOut(StageNumbersOut):
    """One stage of the journey. within: its horizon, µs. repeat: the same of its repeat cycles."""

    label: str
    about: str
    within: int
    has_goal: bool
    repeat: StageNumbersOut | None


class StageGroupOut(BaseModel):
    """One group of a breakdown, with its stages. Curves are there where one stage was asked for."""

    key: str
    label: str
    kind: str
    stages: list[StageNumbersOut]


class WholeOut(BaseModel):
    """The whole way, over passes: from setting out to the purchase, or the last stage."""

    customers: int
    entered: int
    succeeded: int
    left: int
    lapsed: int
    in_flight: int
    rate: Measured
    rate_final_at: int | None
    eventually: Measured
    time_quartiles: list[Measured]
    horizon: int
    contract: ContractOut


class StagesOut(BaseModel):
    """Every stage; by group where a breakdown was asked for. overlap: a customer may be in several groups."""

    asked: AskedOut
    stages: list[StageSeenOut]
    whole: WholeOut
    by: str | None
    overlap: bool
    groups: list[StageGroupOut]


@router.get("/stages", response_model=StagesOut)
def stages(
    here: Here,
    journey: JourneyName = None,
    segment: Segment = None,
    since: Since = None,
    until: Until = None,
    by: By = None,
    stage: Annotated[str | None, Query(description="The groups' answers of this stage only, with curves.")] = None,
) -> JSONResponse:  # fmt: skip
    """Every stage: who entered, succeeded, went on, left, lapsed, is still here; how soon; what it is worth."""
    made = here.serving.kept(
        journey,
        ("stages", segment, since, until, by, stage),
        lambda asking: _told(asking, segment, since, until, by, stage),
    )
    # As the schema has it: nothing needs to be checked again.
    return JSONResponse(made)


async def count_of(
    id: str,
    count: Annotated[str, Query(description="A count: entered, succeeded, lapsed, in_flight …")],
    segment: Segment = None,
    since: Since = None,
    until: Until = None,
    by: By = None,
    group: Annotated[str | None, Query(description="Only this group of the breakdown.")] = None,
) -> StageCount:
    """The count of a stage that a request asks about."""
    return StageCount(id, count, segment, since, until, by, group)


Of = Annotated[StageCount, Depends(count_of)]


@router.get("/stages/{id}/customers", response_model=CustomersListed)
def customers_behind_stage(
    of: Of,
    here: Here,
    journey: JourneyName = None,
    reveal: Reveal = False,
    order: InOrder = "id",
    start: Start = 0,
    most: Most = 100,
) -> JSONResponse:
    """The customers behind a count of a stage (`repeat:ID`: of its repeat cycles; `journey`: of the whole way).

    A page of them, with where they are and what they brought.
    """
    with here.serving.asking(journey) as asking:
        found = behind_stage(asking, of, start=start, most=most, order=order, reveal=reveal)
        return JSONResponse(as_plain(found))


def _told(
    asking: Asking, segment: str | None, since: str | None, until: str | None, by: str | None, stage: str | None
) -> dict[str, Any]:  # fmt: skip
    seen = see_stages(asking, segment=segment, since=since, until=until, by=by, stage=stage)
    named = {one.id: one for one in asking.journey.stages}
    return {
        "asked": as_plain(seen.stages.asked),
        "stages": [
            {
                **as_plain(one),
                "label": named[one.stage].label,
                "about": named[one.stage].about,
                "within": as_plain(named[one.stage].measured_within),
                "has_goal": named[one.stage].goal is not None,
            }
            for one in seen.stages
        ],
        "whole": as_plain(seen.stages.whole),
        "by": by,
        "overlap": seen.overlap,
        "groups": [_group(one) for one in seen.groups],
    }


def _group(group: StageGroup) -> dict[str, Any]:
    told = [as_plain(one) for one in group.answers.values()]
    return {"key": group.key, "label": group.label, "kind": group.kind, "stages": told}
