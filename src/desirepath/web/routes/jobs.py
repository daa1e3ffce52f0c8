"""Jobs: their progress as server-sent events, stopping them, what they made."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any, Literal

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from desirepath.core.errors import NotFound, WorkspaceError
from desirepath.web.context import Here
from desirepath.web.jobs import Job
from desirepath.web.problems import Problem

router = APIRouter(tags=["jobs"])
_LOOK = 0.1  # seconds between two looks at a job that is followed
_BEAT = 10.0  # seconds after which a job that tells nothing is told of all the same


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


# These never wait: they answer whatever the threads of others are doing.
@router.get("/jobs/{id}")
async def job(id: str, here: Here) -> JobOut:
    """How far it is."""
    return job_out(here.jobs.get(id))


@router.get("/jobs/{id}/result")
def result(id: str, here: Here) -> Any:
    """What it made; null while it runs."""
    found = here.jobs.get(id)
    if found.masked:
        hint = "It names people: the route of this kind masks it."
        raise NotFound(f"what this job ({found.kind}) has made is told elsewhere", hint=hint)
    return found.result


_EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Lines `data: {…}`.",
        "content": {"text/event-stream": {}},
    }
}


@router.get("/jobs/{id}/events", response_class=StreamingResponse, responses=_EVENTS)
async def events(id: str, here: Here) -> StreamingResponse:
    """Its state whenever it changes, as server-sent events (`data: {…}`), until it has ended."""
    return StreamingResponse(_lines(here.jobs.get(id)), media_type="text/event-stream")


async def _lines(job: Job) -> AsyncIterator[str]:
    """Who follows a job holds no thread; who goes away is forgotten."""
    seen, last = -1, 0.0
    while True:
        version, told = job.now()
        if version != seen or time.monotonic() - last > _BEAT:
            seen, last = version, time.monotonic()
            yield f"data: {json.dumps(told)}\n\n"
            if told["state"] != "running":
                return
        await asyncio.sleep(_LOOK)


@router.delete("/jobs/{id}")
async def stop(id: str, here: Here) -> JobOut:
    """Ask it to stop; it does at its next step."""
    found = here.jobs.get(id)
    found.stop()
    return job_out(found)


def job_of(here: Here, id: str, kind: str) -> Job:
    """A job of that kind. Raises NotFound, for a job of another kind as well."""
    found = here.jobs.get(id)
    if found.kind != kind:
        raise NotFound(f'"{id[:40]}" is no job of this kind', hint="Begin it again.")
    return found


def result_of(here: Here, id: str, kind: str) -> Any:
    """What a job of that kind made. Raises NotFound for another job, WorkspaceError where it has not (well) ended."""
    found = job_of(here, id, kind)
    if found.state != "done":
        why = found.problem.detail if found.problem else f"It is {found.state}: {found.step}."
        raise WorkspaceError(why, hint=found.problem.hint if found.problem else "Wait until it is done.")
    return found.result
