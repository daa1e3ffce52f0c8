"""The journey map: as data for the app, and as every file that it can be written as."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse

from desirepath.app.mapping import draw_map
from desirepath.app.results import JourneyMap
from desirepath.core.errors import NotFound, nearest
from desirepath.journey_map.document import MapDocument
from desirepath.journey_map.exports import FORMATS
from desirepath.journey_map.json import as_data
from desirepath.web.context import Context, Here, JourneyName, Reveal, Segment, Since, Until

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


@router.get("/map/file")
def map_file(
    here: Here,
    format: Annotated[str, Query(description="html, svg, png, pdf, pptx, xlsx, md, csv, json or mmd.")],
    journey: JourneyName = None,
    segment: Segment = None,
    since: Since = None,
    until: Until = None,
    reveal: Reveal = False,
    theme: Annotated[str, Query(pattern="^(auto|light|dark)$")] = "auto",
) -> Response:
    """The map as a file."""
    if format not in FORMATS:
        raise NotFound(f"the map cannot be written as {format}", hint=nearest(format, FORMATS, "Formats"))
    drawn = JourneyMap.of(_drawn(here, journey, segment, since, until, reveal))
    named = {"Content-Disposition": f'attachment; filename="map.{format}"'}
    return Response(drawn.to_bytes(format, theme=theme), media_type=_MEDIA[format], headers=named)


def _drawn(
    here: Context,
    journey: str | None,
    segment: str | None,
    since: str | None,
    until: str | None,
    reveal: bool,
) -> MapDocument:
    """The map, drawn once for everybody who asks for the same one."""
    return here.serving.kept(
        journey,
        ("map", segment, since, until, reveal),
        lambda asking: draw_map(asking, segment=segment, since=since, until=until, reveal=reveal),
    )
