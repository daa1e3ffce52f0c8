"""The app's own files: built from ui/ and shipped in the package. Every path that is no file opens the app.

Nothing of the API is imported here: pages are there long before it is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from anyio import to_thread
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.types import Receive, Scope, Send

BUILT = Path(__file__).parent / "built"
_MISSING = """<!doctype html><meta charset="utf-8"><title>Desirepath</title>
<p>The app's pages were not built. In a checkout, <code>./run ui</code> builds them; the API is described at
<a href="/api/v1/openapi.json">/api/v1/openapi.json</a>.</p>"""
_FOR_EVER = "public, max-age=31536000, immutable"  # a file with a digest in its name never changes


def page(path: str, nonce: str, built: Path = BUILT) -> Response | None:
    """What stands at a path, without its first slash; None where nothing does."""
    file = _file(path, built)
    if file is not None:
        age = _FOR_EVER if "assets" in file.parts else "no-cache"
        return FileResponse(file, headers={"Cache-Control": age})
    if "." in path.rsplit("/", 1)[-1] and path.startswith("assets/"):
        return None
    index = built / "index.html"
    if not index.is_file():
        return HTMLResponse(_MISSING, 503)
    return HTMLResponse(index.read_text("utf-8").replace("__NONCE__", nonce))


def _file(path: str, built: Path) -> Path | None:
    """The built file of that path; None where there is none, and for whatever leads out of the folder."""
    try:
        file = (built / path).resolve()
        ours = file.is_relative_to(built.resolve()) and file.is_file() and file.name != "index.html"
    except (OSError, ValueError):  # longer than a path may be, or a NUL in it
        return None
    return file if ours else None


class Pages:
    """The pages as an ASGI application. What is no page is asked of `other`."""

    def __init__(self, other: Callable[[Scope, Receive, Send], Awaitable[None]], built: Path = BUILT) -> None:
        self._other, self._built = other, built

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A page, or whatever the other one answers."""
        path = str(scope.get("path", "")).lstrip("/")
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and not path.startswith("api/"):
            found = await to_thread.run_sync(page, path, scope["state"]["nonce"], self._built)
            if found is not None:
                await found(scope, receive, send)
                return
        await self._other(scope, receive, send)
