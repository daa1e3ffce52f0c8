"""The journey map: as data for the app, and as every file that it can be written as."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from desirepath.app.clock import SystemClock
from desirepath.app.journeys import journey_file
from desirepath.app.mapping import draw_map
from desirepath.app.refresh import Say, quiet
from desirepath.app.results import JourneyMap
from desirepath.app.written import WHOLE, WrittenCell, write_cell, written_cells
from desirepath.app.written_yaml import Entry
from desirepath.core.errors import NotFound, nearest
from desirepath.core.words import MAIN_JOURNEY
from desirepath.journey.claim import ClaimError, measures_of, read_claim, suggested_claims
from desirepath.journey_map.document import MapDocument
from desirepath.journey_map.exports import FORMATS
from desirepath.journey_map.json import as_data
from desirepath.web.context import Context, Here, JourneyName, Reveal, Segment, Since, Until
from desirepath.web.jobs import Job
from desirepath.web.routes.jobs import JobOut, job_out
from desirepath.web.shapes import file_answer

router = APIRouter(tags=["map"])
_MEDIA = {
    "html": "text/html; charset=utf-8", "svg": "image/svg+xml", "png": "image/png", "pdf": "application/pdf",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "md": "text/markdown; charset=utf-8", "csv": "text/csv; charset=utf-8", "json": "application/json",
    "mmd": "text/plain; charset=utf-8",
}  # fmt: skip


@router.get("/map", response_model=MapDocument)
def map_data(
    here: Here,
    journey: JourneyName = None,
    segment: Segment = None,
    since: Since = None,
    until: Until = None,
    reveal: Reveal = False,
) -> JSONResponse:
    """The whole map as data: see the map's page in the reference (schema desirepath-map)."""
    # As the schema has it: nothing needs to be checked again.
    return JSONResponse(as_data(_drawn(here, journey, segment, since, until, reveal)))


@router.post("/map")
def draw(
    here: Here,
    journey: JourneyName = None,
    segment: Segment = None,
    since: Since = None,
    until: Until = None,
    reveal: Reveal = False,
) -> JobOut:
    """Draw the map as a job, with progress; asked for afterwards, it is there at once."""

    def work(job: Job) -> None:
        _drawn(here, journey, segment, since, until, reveal, job.say)

    return job_out(here.jobs.start("map", work))


Format = Annotated[str, Query(description="html, svg, png, pdf, pptx, xlsx, md, csv, json or mmd.")]
Theme = Annotated[str, Query(pattern="^(auto|light|dark)$")]


@router.get("/map/file", response_class=Response, responses=file_answer(_MEDIA.values()))
def map_file(
    here: Here,
    format: Format,
    journey: JourneyName = None,
    segment: Segment = None,
    since: Since = None,
    until: Until = None,
    reveal: Reveal = False,
    theme: Theme = "auto",
) -> Response:
    """The map as a file."""
    content = _file(here, format, theme, journey, segment, since, until, reveal)
    named = {"Content-Disposition": f'attachment; filename="map.{format}"'}
    return Response(content, media_type=_MEDIA[format], headers=named)


@router.post("/map/file")
def make_map_file(
    here: Here,
    format: Format,
    journey: JourneyName = None,
    segment: Segment = None,
    since: Since = None,
    until: Until = None,
    reveal: Reveal = False,
    theme: Theme = "auto",
) -> JobOut:
    """Make the map's file as a job, with progress; asked for afterwards, it is there at once."""
    _known(format)

    def work(job: Job) -> dict[str, str]:
        _file(here, format, theme, journey, segment, since, until, reveal, job.say)
        return {"format": format}

    return job_out(here.jobs.start("map file", work))


class WrittenText(BaseModel):
    """One text of a written cell, who wrote it, and what it claims of the data ('' where nothing)."""

    text: str = Field(max_length=2_000)
    by: str = Field("", max_length=200)
    holds: str = Field("", max_length=500)


class WrittenOut(BaseModel):
    """What people wrote in one lane of one stage (`journey`: of the whole). editable: it stands in the map's file."""

    lane: str
    stage: str
    entries: list[WrittenText]
    version: str
    file: str
    editable: bool


class ClaimOut(BaseModel):
    """Whether a claim can be read. about: its measure in words; mistake, hint: what is wrong, '' where nothing."""

    about: str = ""
    mistake: str = ""
    hint: str = ""


class SuggestedOut(BaseModel):
    """A claim to begin with, and its measure in words."""

    claim: str
    about: str


class WriteIn(BaseModel):
    """What a cell is to say; without entries it is taken out. version: of the cell as it was seen, '' if empty."""

    lane: str
    stage: str = WHOLE
    entries: list[WrittenText] = Field(max_length=50)
    version: str = ""


@router.get("/map/written")
def written(here: Here, journey: JourneyName = None) -> list[WrittenOut]:
    """What people wrote on the map, cell by cell."""
    with here.serving.reading(journey) as workspace:
        file = journey_file(workspace.folder, journey or MAIN_JOURNEY)
        return [_written_out(one) for one in written_cells(file)]


@router.put("/map/written")
def write(here: Here, cell: WriteIn, journey: JourneyName = None) -> WrittenOut:
    """Write one cell into the map's file; refused (written_changed) where somebody else has changed it meanwhile, and
    (claim) where its claim cannot be read.
    """
    entries = [Entry(one.text, one.by, one.holds) for one in cell.entries]
    with here.serving.writing(journey) as workspace:
        file, now = journey_file(workspace.folder, journey or MAIN_JOURNEY), SystemClock().now()
        return _written_out(
            write_cell(file, workspace.journey, cell.lane, cell.stage, entries, cell.version, now)
        )


@router.get("/map/claim")
def claim(here: Here, text: Annotated[str, Query(max_length=500)], journey: JourneyName = None) -> ClaimOut:
    """Whether a claim can be written so: `promise:delivered >= 95 %`."""
    found = here.serving.workspace(journey).journey
    try:
        read = read_claim(text, found)
    except ClaimError as error:
        return ClaimOut(mistake=error.message, hint=error.hint)
    return ClaimOut(about=dict(measures_of(found)).get(read.measure, read.measure))


@router.get("/map/claims")
def claims(here: Here, journey: JourneyName = None) -> list[SuggestedOut]:
    """Claims to begin with, one a measure that this journey has."""
    found = here.serving.workspace(journey).journey
    return [SuggestedOut(claim=text, about=about) for text, about in suggested_claims(found)]


def _written_out(cell: WrittenCell) -> WrittenOut:
    entries = [
        WrittenText(text=one.text[:2_000], by=one.by[:200], holds=one.holds[:500]) for one in cell.entries
    ]
    return WrittenOut(
        lane=cell.lane,
        stage=cell.stage,
        entries=entries,
        version=cell.version,
        file=cell.file,
        editable=cell.editable,
    )


def _known(format: str) -> None:
    if format not in FORMATS:
        raise NotFound(f"the map cannot be written as {format}", hint=nearest(format, FORMATS, "Formats"))


def _file(
    here: Context,
    format: str,
    theme: str,
    journey: str | None,
    segment: str | None,
    since: str | None,
    until: str | None,
    reveal: bool,
    say: Say = quiet,
) -> bytes:
    """The map's file, made once for everybody who asks for the same one."""
    _known(format)
    drawn = JourneyMap.of(_drawn(here, journey, segment, since, until, reveal, say))
    say("file", 0.9)
    what = ("map file", format, theme, segment, since, until, reveal)
    return here.serving.kept(journey, what, lambda _: drawn.to_bytes(format, theme=theme))


def _drawn(
    here: Context,
    journey: str | None,
    segment: str | None,
    since: str | None,
    until: str | None,
    reveal: bool,
    say: Say = quiet,
) -> MapDocument:
    """The map, drawn once for everybody who asks for the same one."""
    return here.serving.kept(
        journey,
        ("map", segment, since, until, reveal),
        lambda asking: draw_map(asking, segment=segment, since=since, until=until, reveal=reveal, say=say),
    )
