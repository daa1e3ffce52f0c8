"""Errors as RFC 9457 problems: `application/problem+json` with the library's stable code, message, hint and facts."""

from __future__ import annotations

import errno
import json
from pathlib import PurePath
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from desirepath.app.plain import as_plain
from desirepath.app.uploads import UploadThere, UploadTooLarge
from desirepath.core.errors import DefinitionError, DesirepathError, NotFound, WorkspaceBusy, WorkspaceError
from desirepath.journey_map.text import clean_text, mask_text

MEDIA = "application/problem+json"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_STATUS: tuple[tuple[type[DesirepathError], int], ...] = (
    (NotFound, 404),
    (UploadTooLarge, 413),
    (UploadThere, 409),
    (WorkspaceBusy, 409),
    (DefinitionError, 422),
    (WorkspaceError, 409),
)


class Mistake(BaseModel):
    """One mistake of a definition file."""

    file: str
    line: int
    code: str
    message: str
    hint: str = ""


class Problem(BaseModel):
    """What went wrong, said so that the reader can mend it. `code` is stable."""

    type: str = Field(default="about:blank", description="Always about:blank: `code` says what it is.")
    title: str
    status: int
    code: str
    detail: str
    hint: str = ""
    facts: dict[str, Any] = Field(default_factory=dict)
    problems: list[Mistake] = Field(default_factory=list)


ANSWERS: dict[int | str, dict[str, Any]] = {
    # FastAPI would say that a `model` comes as application/json as well; Problem is described with JobOut.
    status: {"content": {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}}, "description": text}
    for status, text in (
        (400, "What was asked cannot be asked so."),
        (404, "What was asked for is not there."),
        (409, "The workspace is busy, empty or cannot be written."),
        (413, "More than a request, or a file, may have."),
        (422, "The request, or a definition file, has mistakes."),
    )
}
_TITLES = {400: "Cannot be asked so", 404: "Not there", 409: "Not now", 413: "Too large", 422: "Mistakes"}


def problem_of(error: DesirepathError) -> Problem:
    """An error of the library as a problem."""
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 400)
    told = json.loads(json.dumps(as_plain(error.as_dict()), ensure_ascii=False).encode("utf-8", "replace"))
    return Problem(
        title=_TITLES.get(status, "Error"),
        status=status,
        code=error.code,
        detail=told["message"],
        hint=told.get("hint", ""),
        facts=told.get("facts", {}),
        problems=[Mistake(**one) for one in told.get("problems", [])],
    )


def response(problem: Problem) -> JSONResponse:
    """The HTTP answer."""
    return JSONResponse(problem.model_dump(), problem.status, media_type=MEDIA)


def broken(error: BaseException) -> Problem:
    """What nobody thought of; or what the system refused."""
    if isinstance(error, OSError) and error.errno is not None:
        return _of_system(error)
    # It is asked to be sent on: a row that it quotes must not name anybody.
    detail = mask_text(clean_text(f"{type(error).__name__}: {error}"))[:2_000]
    hint = "This is a mistake of Desirepath: please report it, with what you did."
    return Problem(title="Error", status=500, code="internal", detail=detail, hint=hint)


def _of_system(error: OSError) -> Problem:
    if error.errno in _FULL:
        detail = "The disk is full, or the file is larger than it may be here: nothing was changed."
        code, hint = "disk_full", "Free some space, then do it again."
    else:
        where = f": {PurePath(error.filename).name}" if isinstance(error.filename, str) else ""
        detail = f"The system refused: {error.strerror or type(error).__name__}{where}."
        code, hint = "system", "Check who owns the workspace's folder, and whether it can be written to."
    return Problem(title=_TITLES[409], status=409, code=code, detail=detail, hint=hint)


def add_to(api: FastAPI) -> None:
    """Answer every error so."""

    @api.exception_handler(OSError)
    async def systems(request: Request, error: OSError) -> JSONResponse:
        return response(broken(error))

    @api.exception_handler(Exception)
    async def nobodys(request: Request, error: Exception) -> JSONResponse:
        return response(broken(error))

    @api.exception_handler(UnicodeEncodeError)
    async def halves(request: Request, error: UnicodeEncodeError) -> JSONResponse:
        detail = "A text in the request holds half a character, which cannot be written."
        return response(Problem(title=_TITLES[422], status=422, code="request", detail=detail))

    @api.exception_handler(DesirepathError)
    async def ours(request: Request, error: DesirepathError) -> JSONResponse:
        return response(problem_of(error))

    @api.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        said = [f"{'.'.join(str(p) for p in one['loc'][1:])}: {one['msg']}" for one in error.errors()]
        return response(Problem(title=_TITLES[422], status=422, code="request", detail="; ".join(said)))

    @api.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        title = _TITLES.get(error.status_code, "Error")
        detail = str(error.detail)
        code = {404: "not_found", 405: "method", 413: "too_large"}.get(error.status_code, "http")
        found = response(Problem(title=title, status=error.status_code, code=code, detail=detail))
        found.headers.update(error.headers or {})
        return found
