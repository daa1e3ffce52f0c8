"""What the workspace is: its journeys, stages, touchpoints, segments, personas, columns, and whether it has data."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from desirepath import __version__
from desirepath.app.asking import Asking
from desirepath.app.questions.columns import can_part
from desirepath.app.workspace import Workspace
from desirepath.core.errors import WorkspaceBusy
from desirepath.core.file_names import JOURNEY
from desirepath.core.times import from_us
from desirepath.core.words import MAIN_JOURNEY
from desirepath.web.context import Here, JourneyName

router = APIRouter(tags=["workspace"])
State = Literal["empty", "new", "changed", "current"]


class StageOut(BaseModel):
    """A stage of the journey. within: its horizon, µs."""

    id: str
    label: str
    about: str
    within: int
    has_goal: bool


class TouchpointOut(BaseModel):
    """A touchpoint."""

    id: str
    label: str
    about: str
    stage: str | None
    channel: str | None
    by: str | None


class NamedOut(BaseModel):
    """A segment, persona or promise."""

    id: str
    label: str
    about: str
    rule: str = ""


class WorkspaceOut(BaseModel):
    """The workspace, for one of its journeys.

    state: `empty` (there are no definitions yet: drop files), `new` (nothing was loaded yet), `changed` (customers are
    placed again with the next question), `current`. stored: another word whenever anything was written into the event
    store, by the app or by another program.
    """

    version: str
    folder: str
    journey: str
    journeys: dict[str, str]
    title: str
    kind: str
    customer: str
    time_zone: str
    currency: str | None
    definition: str
    stored: str
    state: State
    stages: list[StageOut]
    touchpoints: list[TouchpointOut]
    segments: list[NamedOut]
    personas: list[NamedOut]
    promises: list[NamedOut]


class DataOut(BaseModel):
    """What there is to ask about. columns: what can be broken down by; none that names people."""

    as_of: str | None
    first: str | None
    customers: int
    events: int
    channels: list[str]
    event_names: list[str]
    columns: list[str]
    unread: list[str]


@router.get("/workspace")
def workspace(here: Here, journey: JourneyName = None) -> WorkspaceOut:
    """The definitions, whether or not there are data."""
    folder = here.serving.folder
    if not (folder / JOURNEY).is_file():
        return _empty(folder)
    state: State = "changed"
    found = here.serving.workspace(journey)
    # Somebody may be loading: the app opens all the same.
    with suppress(WorkspaceBusy), here.serving.reading(journey, patience=0):
        table = found.journeys_table()
        state = dict(zip(table.column("name"), table.column("state"), strict=True))[found.name]
    return told(found, state, here.serving.stored())


def _empty(folder: Path) -> WorkspaceOut:
    """A folder that is to become a workspace."""
    name = folder.resolve().name
    return WorkspaceOut(
        version=__version__, folder=name, journey=MAIN_JOURNEY, journeys={}, title=name, kind="customer",
        customer="person", time_zone="UTC", currency=None, definition="", stored="", state="empty", stages=[],
        touchpoints=[], segments=[], personas=[], promises=[],
    )  # fmt: skip


def told(found: Workspace, state: State, stored: str) -> WorkspaceOut:
    """A workspace as it is sent."""
    j = found.journey
    micro = 1_000_000
    return WorkspaceOut(
        version=__version__,
        folder=found.folder.resolve().name,
        journey=found.name,
        journeys=found.journeys,
        title=j.title,
        kind=j.kind,
        customer=j.customer,
        time_zone=j.time_zone,
        currency=j.currency,
        definition=j.version,
        stored=stored,
        state=state,
        stages=[
            StageOut(
                id=s.id,
                label=s.label,
                about=s.about,
                within=round(s.measured_within.total_seconds() * micro),
                has_goal=s.goal is not None,
            )
            for s in j.stages
        ],
        touchpoints=[
            TouchpointOut(
                id=t.id,
                label=t.label,
                about=t.about,
                stage=t.stage,
                channel=t.channel,
                by=t.by and t.by.value,
            )
            for t in j.touchpoints
        ],
        segments=[NamedOut(id=s.id, label=s.label, about=s.about, rule=s.rule.text) for s in j.segments],
        personas=[NamedOut(id=p.id, label=p.label, about=p.about, rule=p.segment.text) for p in j.personas],
        promises=[NamedOut(id=p.id, label=p.label, about="") for p in j.promises],
    )


@router.get("/workspace/data")
def data(here: Here, journey: JourneyName = None) -> DataOut:
    """What the data hold. Answers 409 where nothing was loaded yet."""
    with here.serving.asking(journey) as asking:
        return _data(asking)


def _data(asking: Asking) -> DataOut:
    zone, trails = asking.journey.time_zone, asking.trails
    some = trails.events > 0
    return DataOut(
        as_of=from_us(asking.as_of, zone).isoformat() if some else None,
        first=from_us(int(trails.ts.min()), zone).isoformat() if some else None,
        customers=asking.customers_with_events,
        events=trails.events,
        channels=asking.channels,
        event_names=list(asking.event_names),
        columns=sorted(name for name in asking.columns if can_part(name)),
        unread=list(asking.unread),
    )
