"""Jobs: their progress as server-sent events, stopping them, what they made."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Literal

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from desirepath.core.errors import NotFound, WorkspaceError
from desirepath.web.context import Here
from desirepath.web.jobs import Job
from desirepath.web.problems import Problem

router = APIRouter(tags=["jobs"])


class JobOut(BaseModel):
    """How far a job is. share: 0 … 1."""

    id: str
    kind: str
    state: Literal["running", "done", "failed", "stopped"]
    step: str
    share: float
    seconds: float
    problem: Problem | None = None


def job_out(job: Job) -> JobOut:
    """A job as it is sent."""
    return JobOut(**job.told())


@router.get("/jobs/{id}")
def job(id: str, here: Here) -> JobOut:
    """How far it is."""
    return job_out(here.jobs.get(id))


@router.get("/jobs/{id}/result")
def result(id: str, here: Here) -> Any:
    """What it made; null while it runs."""
    return here.jobs.get(id).result


@router.get("/jobs/{id}/events", response_class=StreamingResponse)
def events(id: str, here: Here) -> StreamingResponse:
    """Its state whenever it changes, as server-sent events (`data: {…}`), until it has ended."""
    found = here.jobs.get(id)

    def lines() -> Iterator[str]:
        for told in found.changes():
            yield f"data: {json.dumps(told)}\n\n"

    return StreamingResponse(lines(), media_type="text/event-stream")


@router.delete("/jobs/{id}")
def stop(id: str, here: Here) -> JobOut:
    """Ask it to stop; it does at its next step."""
    found = here.jobs.get(id)
    found.stop()
    return job_out(found)


def result_of(here: Here, id: str, kind: str) -> Any:
    """What a job of that kind made. Raises NotFound for another job, WorkspaceError where it has not (well) ended."""
    found = here.jobs.get(id)
    if found.kind != kind:
        raise NotFound(f'"{id[:40]}" is no job of this kind', hint="Begin it again.")
    if found.state != "done":
        why = found.problem.detail if found.problem else f"It is {found.state}: {found.step}."
        raise WorkspaceError(why, hint=found.problem.hint if found.problem else "Wait until it is done.")
    return found.result
