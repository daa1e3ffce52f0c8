"""Files that are dropped: taken in as they come, listed, removed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel
from starlette.requests import ClientDisconnect

from desirepath.app.uploads import ENDINGS, MOST_BYTES, MOST_FILES, remove_upload, taking, uploads
from desirepath.web.context import Here

router = APIRouter(tags=["data"])
_AT_ONCE = 1 << 20  # bytes written together
_RAW: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
FileName = Annotated[
    str, Query(description="The file's name; what is unsafe in it is replaced.", max_length=400)
]


class UploadOut(BaseModel):
    """A dropped file."""

    name: str
    bytes: int
    changed: datetime


class UploadsOut(BaseModel):
    """The dropped files, and what may be dropped."""

    files: list[UploadOut]
    most_bytes: int
    most_files: int
    endings: list[str]


@router.get("/uploads")
def uploaded_files(here: Here) -> UploadsOut:
    """The files that were dropped, by name."""
    return _listed(here)


@router.post("/uploads", openapi_extra=_RAW)
async def upload_file(here: Here, request: Request, name: FileName, replace: bool = False) -> UploadsOut:
    """Take in one file: its bytes are the body. Answers 409 where one of that name is there and is not replaced."""
    announced = request.headers.get("content-length", "")
    size = int(announced) if announced.isdigit() else None
    incoming = taking(here.serving.folder, name, size=size, replace=replace)
    file = await run_sync(incoming.__enter__)
    try:
        waiting = bytearray()
        async for piece in request.stream():
            waiting += piece
            if len(waiting) >= _AT_ONCE:
                await run_sync(file.add, bytes(waiting))
                waiting.clear()
        await run_sync(file.add, bytes(waiting))
    except BaseException as error:
        incoming.__exit__(type(error), error, error.__traceback__)
        if not isinstance(error, ClientDisconnect):
            raise
    else:
        await run_sync(incoming.__exit__, None, None, None)
    return await run_sync(_listed, here)


@router.delete("/uploads/{name}")
def remove_file(here: Here, name: Annotated[str, Path(max_length=400)]) -> UploadsOut:
    """Remove a dropped file. What was loaded from it stays loaded."""
    with here.serving.alone():
        remove_upload(here.serving.folder, name)
    return _listed(here)


def _listed(here: Here) -> UploadsOut:
    found = [
        UploadOut(name=one.name, bytes=one.bytes, changed=one.changed) for one in uploads(here.serving.folder)
    ]
    return UploadsOut(files=found, most_bytes=MOST_BYTES, most_files=MOST_FILES, endings=list(ENDINGS))
