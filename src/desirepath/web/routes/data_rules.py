"""The definitions as texts: read, judged line by line, tried on everybody before they are saved, saved, put back."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from desirepath.app.clock import SystemClock
from desirepath.app.rule_files import (
    RuleFile,
    changed_journey,
    derived_by,
    kept_text,
    mistakes,
    rule_files,
    save,
)
from desirepath.app.rule_preview import Place, Preview, preview
from desirepath.journey_map.text import mask_customer
from desirepath.web.context import Here, Reveal
from desirepath.web.jobs import Job
from desirepath.web.problems import Mistake
from desirepath.web.routes.jobs import JobOut, job_out, result_of

router = APIRouter(tags=["data"])
_LONGEST = 900_000  # characters
Name = Annotated[
    str, Path(description="journey.yaml, sources.yaml, or a further journey's file.", max_length=200)
]


class RuleFileOut(BaseModel):
    """A definition. journey: whose it is, null for sources.yaml. kept: earlier versions, the latest first (UTC)."""

    name: str
    journey: str | None
    text: str
    stamp: str
    kept: list[str]


class TextIn(BaseModel):
    """A changed text."""

    text: str = Field(max_length=_LONGEST)


class SaveIn(TextIn):
    """A changed text, and the stamp of what was changed."""

    stamp: str


class MistakesOut(BaseModel):
    """Every mistake of the workspace's definitions, were this the text."""

    mistakes: list[Mistake]


class KeptOut(BaseModel):
    """An earlier version."""

    version: str
    text: str


class BeforeAfter(BaseModel):
    """A count before and after; null where the stage is in one of the definitions only."""

    before: int | None
    after: int | None


class StageChangeOut(BaseModel):
    """Customers of a stage. here: in it now; last: it is the furthest of their last pass; ever: entered it."""

    stage: str
    label: str
    here: BeforeAfter
    last: BeforeAfter
    ever: BeforeAfter


class PlaceOut(BaseModel):
    """A stage; gone: lapsed or left from there. Or `unplaced`, `not_counted`, `not_there`."""

    stage: str
    gone: bool


class MovedOut(BaseModel):
    """A customer who would move. shown: the id as it may be shown."""

    id: str
    shown: str


class MoveOut(BaseModel):
    """So many customers would move from one place to another; the first of them."""

    origin: PlaceOut
    to: PlaceOut
    customers: int
    first: list[MovedOut]


class PreviewOut(BaseModel):
    """Who would move. customers: who count; moved: who would be elsewhere."""

    stages: list[StageChangeOut]
    moves: list[MoveOut]
    moved: int
    customers: BeforeAfter
    same: bool


@router.get("/rules")
def rules(here: Here) -> list[RuleFileOut]:
    """The definitions, whatever is in them."""
    return [_file(one) for one in rule_files(here.serving.folder)]


def _file(one: RuleFile) -> RuleFileOut:
    return RuleFileOut(
        name=one.name, journey=one.journey, text=one.text, stamp=one.stamp, kept=list(one.kept)
    )


@router.post("/rules/{name}/check")
def check_rules(here: Here, name: Name, said: TextIn) -> MistakesOut:
    """What is wrong with a changed text, each mistake with its line; nothing is saved."""
    return MistakesOut(mistakes=_mistakes(here.serving.folder, name, said.text))


def _mistakes(folder: FilePath, name: str, text: str) -> list[Mistake]:
    return [
        Mistake(file=one.file, line=one.line, code=one.code, message=one.message, hint=one.hint)
        for one in mistakes(folder, name, text)
    ]


@router.post("/rules/{name}/preview")
def try_rules(here: Here, name: Name, said: TextIn) -> JobOut:
    """Place everybody by a changed text, in a build that nobody else sees: a job; /rules/previews/{id} tells."""
    journey, changed, main = changed_journey(here.serving.folder, name, said.text)

    def work(job: Job) -> Preview:
        with here.serving.writing(journey, waiting=job.wait) as found:
            return preview(found.derived, derived_by(found.derived, changed, main), job.say)

    return job_out(here.jobs.start("preview", work, masked=True))


@router.get("/rules/previews/{id}")
def rules_preview(here: Here, id: str, reveal: Reveal = False) -> PreviewOut:
    """Who would move from where to where."""
    found: Preview = result_of(here, id, "preview")

    def pair(two: tuple[int | None, int | None]) -> BeforeAfter:
        return BeforeAfter(before=two[0], after=two[1])

    def place(one: Place) -> PlaceOut:
        return PlaceOut(stage=one.stage, gone=one.gone)

    return PreviewOut(
        stages=[
            StageChangeOut(
                stage=s.stage, label=s.label, here=pair(s.here), last=pair(s.last), ever=pair(s.ever)
            )
            for s in found.stages
        ],
        moves=[
            MoveOut(
                origin=place(m.origin),
                to=place(m.to),
                customers=m.customers,
                first=[MovedOut(id=id, shown=id if reveal else mask_customer(id)) for id in m.ids],
            )
            for m in found.moves
        ],
        moved=found.moved,
        customers=pair(found.customers),
        same=found.same,
    )


@router.put("/rules/{name}")
def save_rules(here: Here, name: Name, said: SaveIn) -> RuleFileOut:
    """Save a changed text; what stood there is kept. Answers 422 with every mistake, 409 where it has changed since."""
    with here.serving.alone():
        return _file(save(here.serving.folder, name, said.text, said.stamp, SystemClock()))


@router.get("/rules/{name}/kept/{version}")
def kept_rules(here: Here, name: Name, version: str) -> KeptOut:
    """An earlier version of a definition."""
    return KeptOut(version=version, text=kept_text(here.serving.folder, name, version))
