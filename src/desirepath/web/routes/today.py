"""What matters now: stages against their targets, alarms, and notes of what happened outside of the data."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from desirepath.app.annotations import Kind, Note, add_note, change_note, delete_note, notes
from desirepath.app.clock import SystemClock
from desirepath.app.definition_edit import Editing
from desirepath.app.journeys import journey_file, read_one
from desirepath.app.plain import as_plain
from desirepath.app.today import Alarm, Kpi, Part, alarms, kpis
from desirepath.core.file_names import SOURCES
from desirepath.core.words import MAIN_JOURNEY
from desirepath.web.context import Here, JourneyName, Segment, Since, Until
from desirepath.web.jobs import Job
from desirepath.web.routes.jobs import JobOut, job_of, job_out

router = APIRouter(tags=["today"])
NoteId = Annotated[str, Path(max_length=40)]


class TargetIn(BaseModel):
    """A stage's target, as a share of 1; null takes it out."""

    rate: float | None = Field(gt=0, le=1)


class TargetOut(BaseModel):
    """What was written."""

    stage: str
    rate: float | None


class NoteIn(BaseModel):
    """What happened, from one day to another, both included."""

    begins: date
    ends: date
    kind: Kind = "other"
    text: str = Field("", max_length=1_000)


class DeletedOut(BaseModel):
    """What was taken out."""

    id: str


@router.get("/today/kpis", response_model=list[Kpi])
def today_kpis(
    here: Here,
    journey: JourneyName = None,
    segment: Segment = None,
    since: Since = None,
    until: Until = None,
) -> JSONResponse:
    """Every stage's rate against its target, then the whole way's."""
    what = ("kpis", segment, since, until)
    found = here.serving.kept(
        journey, what, lambda asking: kpis(asking, segment=segment, since=since, until=until)
    )
    return JSONResponse(as_plain(found))


@router.post("/today/alarms")
def look_for_alarms(
    here: Here,
    since: Annotated[str, Query(description="The period begins on this date.")],
    until: Annotated[str, Query(description="The period ends before this date.")],
    journey: JourneyName = None,
    segment: Segment = None,
    part: Annotated[
        Part | None,
        Query(description="Only what customers met, or only what doctor finds; both unless said."),
    ] = None,
) -> JobOut:
    """Look for alarms in a period against as long a time before it, as a job."""
    folder = here.serving.folder
    files = (journey_file(folder, journey or MAIN_JOURNEY).path, folder / SOURCES)

    def work(job: Job) -> Any:
        found = here.serving.kept(
            journey,
            # Doctor looks at all there is: of no segment and no period.
            ("alarms", part) if part == "doctor" else ("alarms", part, segment, since, until),
            lambda asking: alarms(
                asking, files, segment=segment, since=since, until=until, say=job.say, part=part
            ),
        )
        return as_plain(found)

    return job_out(here.jobs.start("alarms", work))


@router.get("/today/alarms/{job}", response_model=list[Alarm])
def found_alarms(here: Here, job: str) -> JSONResponse:
    """What such a job has found, the worst first; nothing while it runs."""
    return JSONResponse(job_of(here, job, "alarms").result or [])


@router.put("/today/targets/{stage}")
def set_target(
    here: Here,
    stage: Annotated[str, Path(max_length=100, description="A stage's id, or journey for the whole way.")],
    target: Annotated[TargetIn, Body()],
    journey: JourneyName = None,
) -> TargetOut:
    """Write a stage's target into the journey's file, or take it out. No number changes by it."""
    folder, name = here.serving.folder, journey or MAIN_JOURNEY
    rate = None if target.rate is None else f"{100 * target.rate:.6g} %"
    with here.serving.writing(journey):
        main = None if name == MAIN_JOURNEY else read_one(journey_file(folder, MAIN_JOURNEY))
        Editing(journey_file(folder, name), main, SystemClock().now()).aim(stage, rate)
    return TargetOut(stage=stage, rate=target.rate)


@router.get("/notes", response_model=list[Note])
def read_notes(here: Here) -> JSONResponse:
    """What happened outside of the data, oldest first: campaigns, outages, releases."""
    return JSONResponse(as_plain(notes(here.serving.folder)))


@router.post("/notes", response_model=Note)
def write_note(here: Here, note: NoteIn) -> JSONResponse:
    """Write another note into notes.yaml."""
    with here.serving.alone():
        now = SystemClock().now()
        made = add_note(here.serving.folder, note.begins, note.ends, note.kind, note.text, now)
    return JSONResponse(as_plain(made))


@router.put("/notes/{id}", response_model=Note)
def rewrite_note(here: Here, id: NoteId, note: NoteIn) -> JSONResponse:
    """Write a note otherwise; refused where it is not what it was when it was seen."""
    with here.serving.alone():
        now = SystemClock().now()
        made = change_note(here.serving.folder, id, note.begins, note.ends, note.kind, note.text, now)
    return JSONResponse(as_plain(made))


@router.delete("/notes/{id}")
def remove_note(here: Here, id: NoteId) -> DeletedOut:
    """Take a note out of notes.yaml."""
    with here.serving.alone():
        delete_note(here.serving.folder, id, SystemClock().now())
    return DeletedOut(id=id)
