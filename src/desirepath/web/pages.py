"""The app's own files: built from ui/ and shipped in the package. Every path that is no file opens the app."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.exceptions import HTTPException

BUILT = Path(__file__).parent / "built"
_MISSING = """<!doctype html><meta charset="utf-8"><title>Desirepath</title>
<p>The app's pages were not built. In a checkout, <code>./run ui</code> builds them; the API is at
<a href="/api/v1/docs">/api/v1/docs</a>.</p>"""
_FOR_EVER = "public, max-age=31536000, immutable"  # a file with a digest in its name never changes


def add_to(api: FastAPI, built: Path = BUILT) -> None:
    """Serve the app."""

    @api.get("/{path:path}", include_in_schema=False)
    def page(path: str, request: Request) -> Response:
        if path.startswith("api/"):
            raise HTTPException(404, f"/{path} is not part of the API")
        file = (built / path).resolve()
        if path and file.is_relative_to(built.resolve()) and file.is_file() and file.name != "index.html":
            age = _FOR_EVER if "assets" in file.parts else "no-cache"
            return FileResponse(file, headers={"Cache-Control": age})
        if "." in path.rsplit("/", 1)[-1] and path.startswith("assets/"):
            raise HTTPException(404, f"/{path} is not there")
        index = built / "index.html"
        if not index.is_file():
            return HTMLResponse(_MISSING, 503)
        nonce = request.scope["state"]["nonce"]
        return HTMLResponse(index.read_text("utf-8").replace("__NONCE__", nonce))
