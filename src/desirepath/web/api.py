"""The whole app as one ASGI application, and its description.

`python -m desirepath.web.api > openapi.json` writes the description, which the app's client is generated from; a test
fails when it is out of date.
"""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, FastAPI, Request, Response
from starlette.exceptions import HTTPException

from desirepath.app.serving import Serving
from desirepath.core.times import Clock
from desirepath.web import pages, problems
from desirepath.web.context import Context
from desirepath.web.front import THREADS
from desirepath.web.guard import Guard
from desirepath.web.routes import (
    customers,
    data_draft,
    data_files,
    data_health,
    data_loads,
    data_rules,
    data_touchpoints,
    jobs,
    map,
    questions,
    segments,
    stages,
    today,
    workspace,
)

V1 = "/api/v1"
ROUTES = (
    workspace,
    map,
    questions,
    jobs,
    customers,
    segments,
    today,
    stages,
    data_files,
    data_draft,
    data_loads,
    data_health,
    data_rules,
    data_touchpoints,
)


def create_api(
    serving: Serving | None, port: int = 80, hosts: tuple[str, ...] = (), built: Path = pages.BUILT
) -> FastAPI:
    """The application. port: where it is reached; hosts: names of it beside 127.0.0.1, localhost and [::1].

    built: where the built pages are.
    """

    @asynccontextmanager
    async def lifespan(api: FastAPI) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens = THREADS
        yield
        if serving is not None:
            context: Context = api.state.context
            await to_thread.run_sync(context.jobs.stop_all)
            serving.close()

    api = FastAPI(
        title="Desirepath",
        version="1",
        summary="The customer journey as it is really walked.",
        description="Errors are `application/problem+json` with the library's stable codes. In answers, durations and "
        "instants are microseconds, money is in minor units of the journey's currency, and what is missing is null.",
        openapi_url=f"{V1}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        separate_input_output_schemas=False,
        generate_unique_id_function=lambda route: route.name,
    )
    if serving is not None:
        api.state.context = Context(serving)
    v1 = APIRouter(prefix=V1, responses=problems.ANSWERS)
    for one in ROUTES:
        v1.include_router(one.router)
    api.include_router(v1)
    problems.add_to(api)

    @api.get("/{path:path}", include_in_schema=False)
    def page(path: str, request: Request) -> Response:
        found = None if path.startswith("api/") else pages.page(path, request.scope["state"]["nonce"], built)
        if found is None:
            raise HTTPException(404, f"/{path} is not there")
        return found

    api.add_middleware(Guard, port=port, hosts=hosts)
    return api


def description() -> dict[str, Any]:
    """openapi.json. The version of Desirepath is not in it: it would change with every release."""
    return create_api(None).openapi()


def app_for(folder: Path, port: int, clock: Clock | None = None, hosts: tuple[str, ...] = ()) -> FastAPI:
    """The app of one workspace."""
    return create_api(Serving(folder, clock), port, hosts)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(description(), indent=1, ensure_ascii=False, sort_keys=True) + "\n")
