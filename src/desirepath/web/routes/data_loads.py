"""Sources and their state, loads (running one, listing them, taking one back), and the records that were set aside."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel

from desirepath.app.load import LoadFailed, LoadSummary
from desirepath.app.loading_progress import LoadProgress
from desirepath.app.loads import Undoing, plan_undo
from desirepath.app.plain import as_plain
from desirepath.app.serving import Serving
from desirepath.app.source_states import SourceState, source_states
from desirepath.core.errors import SourceError
from desirepath.store.reject_rows import count_rejects
from desirepath.web.context import Here, JourneyName, Reveal
from desirepath.web.jobs import Job
from desirepath.web.masks import mask_cell, mask_quoted, mask_record
from desirepath.web.problems import Problem, problem_of
from desirepath.web.routes.jobs import JobOut, job_out, result_of

router = APIRouter(tags=["data"])
_LOADING = 0.6  # the share of a load's time until customers are placed


class FileStateOut(BaseModel):
    """A file of a source: loaded; changed since; new; gone."""

    name: str
    bytes: int
    state: Literal["loaded", "changed", "new", "gone"]


class SourceOut(BaseModel):
    """A source. until, first, newest: µs; declared: `until` stands in sources.yaml."""

    id: str
    kind: Literal["events", "metrics"]
    line: int
    reads: list[str]
    state: Literal["loaded", "new", "changed", "missing", "gone"]
    why: str
    files: list[FileStateOut]
    events: int
    first: int | None
    newest: int | None
    until: int | None
    declared: bool
    rejects: int
    loaded_at: datetime | None


class OfSourceOut(BaseModel):
    """What a load brought of one source."""

    source: str
    rows: int
    events: int
    corrected: int
    rejected: int
    known: int = 0
    unchanged: int = 0
    notes: list[str] = []


class LoadOut(BaseModel):
    """What a load brought. failures: sources that could not be read; the others were loaded."""

    load: int
    rows: int
    events: int
    rejected: int
    sources: list[OfSourceOut]
    removed: list[str]
    placed: list[str]
    failures: list[Problem]


class LoadRowOut(BaseModel):
    """One load of the ledger. when: as it began, UTC; finished: false where it was stopped or killed."""

    load: int
    when: datetime
    sources: list[str]
    parts: int
    rows: int
    events: int
    corrected: int
    rejected: int
    finished: bool
    undone: datetime | None


class UndoOut(BaseModel):
    """What taking loads back takes away: these loads, and what of each source."""

    loads: list[int]
    events: int
    sources: list[OfSourceOut]


class RejectCountOut(BaseModel):
    """So many records of a source were set aside for one reason. lost: `event`, or the field that was left out."""

    source: str
    reason: str
    lost: str
    records: int


class RejectOut(BaseModel):
    """A record that was set aside."""

    source: str
    part: str
    line: int | None
    record: int | None
    reason: str
    lost: str
    detail: str | None
    raw: str | None


class RejectsOut(BaseModel):
    """The counts of all, and the first records of those that were asked for."""

    counts: list[RejectCountOut]
    records: list[RejectOut]
    more: bool


class LoadIn(BaseModel):
    """Which sources to load; all where none is named."""

    only: list[str] | None = None


@router.get("/sources")
def sources(here: Here) -> list[SourceOut]:
    """Every source, and how it stands."""
    with here.serving.reading() as found, ExitStack() as stack:
        loaded = (found.hidden / "events.duckdb").exists()
        store = stack.enter_context(found.derived.store(write=False)) if loaded else None
        return [_source(one) for one in source_states(found.sources, found.main, store)]


def _source(one: SourceState) -> SourceOut:
    return SourceOut(**as_plain(one))


@router.post("/loads")
def start_load(here: Here, asked: LoadIn) -> JobOut:
    """Load what is new, and place the customers: a job, whose result /loads/results/{id} tells."""

    def work(job: Job) -> LoadOut:
        return run_load(here.serving, job, asked.only)

    return job_out(here.jobs.start("load", work))


def run_load(serving: Serving, job: Job, only: list[str] | None) -> LoadOut:
    """The work of a load's job."""

    def progress(now: LoadProgress) -> None:
        job.say(f"{now.source}: {now.part}" if now.source else "beginning", now.share * _LOADING)

    def say(step: str, share: float) -> None:
        job.say(f"placing customers: {step}", _LOADING + share * (1 - _LOADING))

    with serving.writing(waiting=job.wait) as workspace:
        try:
            return _load_out(workspace.load(only=only, progress=progress, say=say), [])
        except LoadFailed as failed:
            return _load_out(failed.summary, [_failure(one) for one in failed.failures])


def _failure(error: SourceError) -> Problem:
    problem = problem_of(error)
    masked = {"detail": mask_quoted(problem.detail), "hint": mask_quoted(problem.hint)}
    return problem.model_copy(update=masked)


def _load_out(summary: LoadSummary, failures: list[Problem]) -> LoadOut:
    rows = [
        OfSourceOut(
            source=one.source,
            rows=one.rows,
            events=one.events,
            corrected=one.corrected,
            rejected=one.rejected,
            known=one.known,
            unchanged=one.parts_unchanged,
            notes=one.notes,
        )
        for one in summary.sources
    ]
    return LoadOut(
        load=summary.load_no,
        rows=summary.rows,
        events=summary.events,
        rejected=summary.rejected,
        sources=rows,
        removed=list(summary.removed),
        placed=[str(one) for one in summary.placed],
        failures=failures,
    )


@router.get("/loads/results/{id}")
def load_result(here: Here, id: str) -> LoadOut:
    """What a load's job brought."""
    found: LoadOut = result_of(here, id, "load")
    return found


@router.get("/loads")
def loads(here: Here) -> list[LoadRowOut]:
    """Every load, the latest first. Answers 409 where nothing was loaded yet."""
    with here.serving.reading() as found:
        table = found.loads()
    return [LoadRowOut(**as_plain(dict(zip(table.columns, row, strict=True)))) for row in table.rows]


AndLater = Annotated[bool, Query(description="With it, every later load that has built on it.")]


@router.get("/loads/{number}/undo")
def undo_plan(here: Here, number: int, and_later: AndLater = False) -> UndoOut:
    """What taking this load back would take away. Answers 409 where it cannot be taken back, or not alone."""
    with here.serving.reading() as found, found.derived.store(write=False) as store:
        return _undo_out(plan_undo(store, number, and_later=and_later))


@router.post("/loads/{number}/undo")
def undo_load(here: Here, number: int, and_later: AndLater = False) -> JobOut:
    """Take a load back as if it had never run, and place the customers again: a job."""

    def work(job: Job) -> UndoOut:
        with here.serving.writing(waiting=job.wait) as found:
            return _undo_out(found.undo_load(number, and_later=and_later, say=job.say))

    return job_out(here.jobs.start("undo", work))


def _undo_out(planned: Undoing) -> UndoOut:
    every = [
        OfSourceOut(
            source=one.source,
            rows=one.rows,
            events=one.events,
            corrected=one.corrected,
            rejected=one.rejected,
        )
        for load in planned.loads
        for one in load.sources
    ]
    return UndoOut(loads=list(planned.numbers), events=planned.events, sources=every)


@router.post("/placing")
def place_customers(here: Here, journey: JourneyName = None) -> JobOut:
    """Place a journey's customers by what holds now, where anything has changed: a job."""

    def work(job: Job) -> str:
        with here.serving.writing(journey, waiting=job.wait) as found:
            placed = found.refresh(say=job.say)
        return str(placed) if placed else ""

    return job_out(here.jobs.start("placing", work))


@router.get("/rejects")
def rejects(
    here: Here,
    source: str | None = None,
    reason: str | None = None,
    reveal: Reveal = False,
    most: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> RejectsOut:
    """The records that were set aside, with their reasons. Answers 409 where nothing was loaded yet."""
    with here.serving.reading() as found:
        table = found.rejects(source=source, reason=reason, limit=most + 1)
        with found.derived.store(write=False) as store:
            counts = count_rejects(store)
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows[:most]]
    for row in () if reveal else rows:
        row["raw"] = row["raw"] and mask_record(str(row["raw"]))
        row["detail"] = row["detail"] and mask_cell(str(row["detail"]))
    return RejectsOut(
        counts=[RejectCountOut(source=s, reason=r, lost=lost, records=n) for s, r, lost, n in counts],
        records=[RejectOut(**row) for row in rows],
        more=len(table) > most,
    )
