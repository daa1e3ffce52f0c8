"""Segments and personas: who is of each, a rule while it is written, its face, writing them into the file."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Path
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from desirepath.app.clock import SystemClock
from desirepath.app.definition_edit import Editing, Part, Section, used_by
from desirepath.app.faces import Candidates, FaceTold, candidates, face_of
from desirepath.app.journeys import journey_file, read_one
from desirepath.app.plain import as_plain
from desirepath.app.rule_rows import DidRow, Join, TraitRow
from desirepath.app.segments import Counted, Trait, Tried, counted, everybody, traits, try_rule
from desirepath.core.times import from_us
from desirepath.core.words import MAIN_JOURNEY
from desirepath.core.yaml_lines import read_document
from desirepath.web.context import Context, Here, JourneyName, Reveal
from desirepath.web.jobs import Job
from desirepath.web.routes.jobs import JobOut, job_of, job_out

router = APIRouter(tags=["segments"])
Id = Annotated[str, Path(max_length=100, description="The id: letters, digits and _.")]


class SegmentOut(BaseModel):
    """A segment or persona. used_by: the personas that are made of it."""

    counted: Counted
    used_by: list[str]


class SegmentsOut(BaseModel):
    """All of them, with what their counts are of. file: where they are written."""

    people: list[SegmentOut]
    customers: int
    as_of: str | None
    file: str


class TryIn(BaseModel):
    """A rule while it is written: as text, or (text null) as rows joined by all or any."""

    text: str | None = Field(None, max_length=10_000)
    rows: list[TraitRow | DidRow] = Field(default_factory=list, max_length=50)
    join: Join = "all"


class FaceIn(BaseModel):
    """Whose face: segment:ID, persona:ID or a rule over customers."""

    rule: str = Field(max_length=10_000)


class CandidatesIn(BaseModel):
    """into: so many groups, believed or not; null: as many as are found again in samples."""

    into: int | None = Field(None, ge=2, le=20)


class SeenIn(BaseModel):
    """A segment or persona as it was when somebody opened it."""

    label: str
    about: str
    rule: str


class PartIn(BaseModel):
    """What a segment or persona is to be. was: its id until now, where it is replaced or renamed.

    seen: what it was then; refused (file_changed) where somebody else has changed it meanwhile.
    """

    label: str = Field("", max_length=200)
    about: str = Field("", max_length=2_000)
    rule: str = Field(max_length=10_000)
    was: str | None = Field(None, max_length=100)
    seen: SeenIn | None = None


class SavedOut(BaseModel):
    """What was written. definition: the version of the journey's definition from now on."""

    id: str
    definition: str


@router.get("/segments", response_model=SegmentsOut)
def segments(here: Here, journey: JourneyName = None) -> JSONResponse:
    """Every segment and persona, with the customers who are of it now."""

    def make(asking: Any) -> tuple[tuple[Counted, ...], int, str]:
        at = from_us(asking.as_of, asking.journey.time_zone).isoformat()
        return counted(asking), len(everybody(asking)), at

    found, of, as_of = here.serving.kept(journey, "segments", make)
    file = journey_file(here.serving.folder, journey or MAIN_JOURNEY)
    raw = read_document(file.path).value
    kinds: dict[str, Section] = {"segment": "segments", "persona": "personas"}
    people = [
        {"counted": one, "used_by": used_by(raw if isinstance(raw, dict) else {}, kinds[one.kind], one.id)}
        for one in found
    ]
    told = {"people": people, "customers": of, "as_of": as_of, "file": file.path.name}
    return JSONResponse(as_plain(told))


@router.get("/segments/traits", response_model=list[Trait])
def segment_traits(here: Here, journey: JourneyName = None) -> JSONResponse:
    """What a rule over customers can ask for, with the values that there are."""
    return JSONResponse(as_plain(here.serving.kept(journey, "traits", traits)))


@router.post("/segments/try", response_model=Tried)
def try_segment(here: Here, rule: TryIn, journey: JourneyName = None) -> JSONResponse:
    """A rule as text and as rows, its mistakes, and of how many customers it holds now. Nothing is written."""
    with here.serving.asking(journey) as asking:
        return JSONResponse(as_plain(try_rule(asking, text=rule.text, rows=rule.rows, join=rule.join)))


@router.post("/segments/face", response_model=FaceTold)
def segment_face(here: Here, of: FaceIn, journey: JourneyName = None, reveal: Reveal = False) -> JSONResponse:
    """What these customers do, feel and are worth, beside all others."""
    found = here.serving.kept(
        journey, ("face", of.rule, reveal), lambda asking: face_of(asking, of.rule, reveal=reveal)
    )
    return JSONResponse(as_plain(found))


@router.post("/segments/candidates")
def find_candidates(
    here: Here, asked: Annotated[CandidatesIn, Body()], journey: JourneyName = None
) -> JobOut:
    """Look for groups of customers who do alike, as a job; its result is a list of candidates for personas."""

    def work(job: Job) -> Any:
        found: Candidates = here.serving.kept(
            journey, ("candidates", asked.into), lambda asking: candidates(asking, asked.into, job.say)
        )
        return as_plain(found)

    return job_out(here.jobs.start("candidates", work))


@router.get("/segments/candidates/{job}", response_model=Candidates)
def found_candidates(here: Here, job: str) -> JSONResponse:
    """What such a job has found; none while it runs."""
    found = job_of(here, job, "candidates").result
    return JSONResponse(found or as_plain(Candidates("", ())))


@router.put("/segments/{id}")
def save_segment(here: Here, id: Id, part: PartIn, journey: JourneyName = None) -> SavedOut:
    """Add a segment to the journey's file, or replace or rename one."""
    return _save(here, journey, "segments", id, part)


@router.delete("/segments/{id}")
def delete_segment(here: Here, id: Id, journey: JourneyName = None) -> SavedOut:
    """Take a segment out of the journey's file; refused while a persona is made of it."""
    return _remove(here, journey, "segments", id)


@router.put("/personas/{id}")
def save_persona(here: Here, id: Id, part: PartIn, journey: JourneyName = None) -> SavedOut:
    """Add a persona to the journey's file, or replace or rename one. rule: a rule, or the id of a segment."""
    return _save(here, journey, "personas", id, part)


@router.delete("/personas/{id}")
def delete_persona(here: Here, id: Id, journey: JourneyName = None) -> SavedOut:
    """Take a persona out of the journey's file."""
    return _remove(here, journey, "personas", id)


def _save(here: Context, journey: str | None, section: Section, id: str, part: PartIn) -> SavedOut:
    with here.serving.writing(journey):
        wanted = Part(id, part.rule.strip(), part.label.strip(), part.about.strip())
        was = part.seen
        seen = None if was is None else Part(part.was or id, was.rule, was.label, was.about)
        saved = _editing(here, journey).save(section, wanted, was=part.was, seen=seen)
    return SavedOut(id=id, definition=saved.version)


def _remove(here: Context, journey: str | None, section: Section, id: str) -> SavedOut:
    with here.serving.writing(journey):
        saved = _editing(here, journey).remove(section, id)
    return SavedOut(id=id, definition=saved.version)


def _editing(here: Context, journey: str | None) -> Editing:
    folder, name = here.serving.folder, journey or MAIN_JOURNEY
    file = journey_file(folder, name)
    main = None if name == MAIN_JOURNEY else read_one(journey_file(folder, MAIN_JOURNEY))
    return Editing(file, main, SystemClock().now())
