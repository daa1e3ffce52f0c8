"""From dropped files to a workspace: what they are guessed to be, corrected, accepted."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from desirepath.app.clock import SystemClock
from desirepath.app.customers.masking import Masking
from desirepath.app.more_sources import add_sources, taken_names, unnamed, unread_files
from desirepath.app.proposal_told import FileTold, ProposalTold, look
from desirepath.app.rule_files import write_first
from desirepath.app.uploads import DATA, paths_of, uploads
from desirepath.collect.guess.correct import Choice
from desirepath.core.errors import NotFound
from desirepath.journey.templates import TEMPLATES, template
from desirepath.web.context import Here, Reveal
from desirepath.web.jobs import Job
from desirepath.web.masks import mask_cell, masking_of
from desirepath.web.routes.jobs import JobOut, job_out, result_of

router = APIRouter(tags=["data"])
_CUSTOMER = "\0"  # in place of a column's name: whatever it is called, it names customers


class ChoiceIn(BaseModel):
    """What was put right of one file; null: as it was guessed."""

    used: bool = True
    time: str | None = None
    event: str | None = Field(None, description="The event of every row, by name.")
    of_event: str | None = Field(None, description="Or the column that names it.")
    identifiers: dict[str, str] | None = Field(None, description="Kind → column.")
    value: str | None = Field(None, description='The column of amounts; "" for none.')
    channel: str | None = None
    of_channel: str | None = None
    complete_until: str | None = Field(
        None,
        pattern=r"^(\d{4}-\d{2}-\d{2})?$",
        description="The day until which nothing is missing in it.",
    )


class DraftIn(BaseModel):
    """Which dropped files to look at (all, where none is named), and how."""

    files: list[str] = Field([], max_length=500)
    template: str | None = None
    choices: dict[str, ChoiceIn] = {}


class ColumnGuessOut(BaseModel):
    """A column: what becomes of it and why."""

    name: str
    becomes: str
    why: str
    shape: str
    filled: float
    examples: list[str]


class EventGuessOut(BaseModel):
    """An event that a row of the sample makes."""

    row: int
    time: str | None
    event: str | None
    by: str | None
    channel: str | None
    value: str | None
    text: str | None
    identifiers: dict[str, str]
    wrong: str


class FileGuessOut(BaseModel):
    """A file (or files alike) as a source; `left_out` says why it is none."""

    id: str
    files: list[str]
    rows: int
    exact: bool
    columns: list[ColumnGuessOut]
    sample: list[list[str | None]]
    events: list[EventGuessOut]
    aside: dict[str, int]
    time: str | None
    event: str | None
    of_event: str | None
    identifiers: dict[str, str]
    value: str | None
    channel: str | None
    of_channel: str | None
    several: bool
    query: bool
    metrics: bool
    left_out: str
    newest: str | None = Field(description="The day of its last row.")


class EventNameOut(BaseModel):
    """Events of one name, as counted in the files."""

    name: str
    events: int
    customers: int
    by: str


class StageGuessOut(BaseModel):
    """A stage of the drafted journey."""

    id: str
    label: str
    enter: str
    goal: str


class DraftOut(BaseModel):
    """What the files are guessed to be. problem: why no journey can be drafted from them yet.

    unnamed: in a workspace that has a journey, the event names that it does not mention. unreadable: files that were
    passed over, and why.
    """

    files: list[FileGuessOut]
    names: list[EventNameOut]
    stages: list[StageGuessOut]
    notes: list[str]
    guesses: int
    sources: str
    journey: str
    problem: str
    unnamed: list[str]
    unreadable: dict[str, str]
    revealed: bool


class TemplateOut(BaseModel):
    """A ready journey."""

    name: str
    about: str


class DefinitionsIn(BaseModel):
    """The texts of both definitions."""

    sources: str
    journey: str


class MoreIn(BaseModel):
    """A drafted sources.yaml, whose entries are to be added. stamp: of sources.yaml as it was seen."""

    sources: str = Field(max_length=900_000)
    stamp: str | None = None


class AddedOut(BaseModel):
    """sources.yaml has them."""

    stamp: str


class AcceptedOut(BaseModel):
    """The workspace is there."""

    folder: str
    state: Literal["new"] = "new"


@router.get("/templates")
def templates() -> list[TemplateOut]:
    """Ready journeys, to begin from instead of the events themselves."""
    return [TemplateOut(name=name, about=about) for name, about in TEMPLATES.items()]


@router.post("/drafts")
def make_draft(here: Here, asked: DraftIn) -> JobOut:
    """Look at dropped files: a job, whose result /drafts/{id} tells."""
    folder = here.serving.folder
    taken = taken_names(folder)
    names = asked.files or (unread_files(folder) if taken else [one.name for one in uploads(folder)])
    if not names:
        raise NotFound(f"there are no new files in the folder {DATA}", hint="Drop some first.")
    paths = paths_of(folder, names)
    if asked.template is not None:
        template(asked.template)  # where there is none of that name, say so at once
    choices = {name: Choice(**one.model_dump()) for name, one in asked.choices.items()}

    def work(job: Job) -> ProposalTold:
        return look(folder, paths, asked.template, choices, taken, job.say)

    return job_out(here.jobs.start("draft", work, masked=True))


@router.get("/drafts/{id}")
def draft_told(here: Here, id: str, reveal: Reveal = False) -> DraftOut:
    """What the files are guessed to be: columns, rows, the events that they make."""
    told: ProposalTold = result_of(here, id, "draft")
    masking = masking_of(here.serving, reveal)
    return DraftOut(
        files=[_file(one, masking) for one in told.files],
        names=[
            EventNameOut(name=e.name, events=e.events, customers=e.customers, by=e.by) for e in told.names
        ],
        stages=[StageGuessOut(id=s.id, label=s.label, enter=s.enter, goal=s.goal) for s in told.stages],
        notes=list(told.notes),
        guesses=told.guesses,
        sources=told.sources_text,
        journey=told.journey_text,
        problem=told.problem,
        unnamed=list(unnamed(here.serving.folder, [e.name for e in told.names])),
        unreadable=dict(told.unreadable),
        revealed=reveal,
    )


@router.post("/workspace")
def make_workspace(here: Here, said: DefinitionsIn) -> AcceptedOut:
    """Make the folder a workspace with these definitions. Answers 409 where it is one already."""
    with here.serving.alone():
        write_first(here.serving.folder, said.sources, said.journey, SystemClock())
    return AcceptedOut(folder=Path(here.serving.folder).resolve().name)


@router.post("/sources")
def more_sources(here: Here, said: MoreIn) -> AddedOut:
    """Add the drafted entries to sources.yaml; what stood there is kept. Answers 409 where it has changed since."""
    with here.serving.alone():
        return AddedOut(stamp=add_sources(here.serving.folder, said.sources, said.stamp, SystemClock()).stamp)


def _file(one: FileTold, masking: Masking) -> FileGuessOut:
    names = [_CUSTOMER if c.becomes.startswith("identifiers") else c.name for c in one.columns]
    columns = [
        ColumnGuessOut(
            name=column.name,
            becomes=column.becomes,
            why=column.why,
            shape=column.shape,
            filled=column.filled,
            examples=[_cell(value, name, masking) or "" for value in column.examples],
        )
        for column, name in zip(one.columns, names, strict=True)
    ]
    sample = [[_cell(v, n, masking) for v, n in zip(row, names, strict=False)] for row in one.sample]
    events = [
        EventGuessOut(
            row=e.row, time=e.time, event=e.event, by=e.by, channel=e.channel, value=e.value,
            text=_cell(e.text, "", masking),
            identifiers={kind: _cell(value, _CUSTOMER, masking) or "" for kind, value in e.identifiers.items()},
            wrong=e.wrong,
        )
        for e in one.events
    ]  # fmt: skip
    return FileGuessOut(
        id=one.id, files=list(one.files), rows=one.rows, exact=one.exact, columns=columns, sample=sample,
        events=events, aside=dict(one.aside), time=one.time, event=one.event, of_event=one.of_event,
        identifiers=dict(one.identifiers), value=one.value, channel=one.channel, of_channel=one.of_channel,
        several=one.several, query=one.query, metrics=one.metrics, left_out=one.left_out,
        newest=one.newest,
    )  # fmt: skip


def _cell(value: str | None, name: str, masking: Masking) -> str | None:
    """A cell of a column of that name, or of one that names customers."""
    if value is None or masking.reveal:
        return value
    if name == _CUSTOMER:
        return masking.value(value)
    said = masking.said(name, value)
    return said.value if said.masked else mask_cell(value)
