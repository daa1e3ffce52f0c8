"""The app as it is served: pages at once, the API as soon as it stands.

In: how the API is made. Out: an ASGI application. Importing all that the API can do takes seconds, in which a browser
can fetch the pages already: the API is made in a thread, and whoever asks it waits until it is there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from anyio import to_thread
from starlette.types import Receive, Scope, Send

from desirepath.web.guard import Guard
from desirepath.web.pages import BUILT, Pages

if TYPE_CHECKING:
    from fastapi import FastAPI

THREADS = 100  # who waits for a writer holds a thread meanwhile: others must find one all the same


class Front:
    """The pages, and an API that is being made. make: gives the whole API, with whatever guards it.

    port, hosts, built: as of create_api.
    """

    def __init__(
        self, make: Callable[[], FastAPI], port: int, hosts: tuple[str, ...] = (), built: Path = BUILT
    ) -> None:
        self._make = make
        self._made: asyncio.Task[FastAPI] | None = None
        self._pages = Guard(Pages(self._ask, built), port, hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or wait for the API and let it answer."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http" and str(scope["path"]).startswith("/api/"):
            await self._ask(scope, receive, send)  # which has a guard of its own
        else:
            await self._pages(scope, receive, send)

    async def _ask(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (await self._api())(scope, receive, send)

    async def _api(self) -> FastAPI:
        if self._made is None:
            self._made = asyncio.ensure_future(to_thread.run_sync(self._make))
        return await asyncio.shield(self._made)

    async def _live(self, receive: Receive, send: Send) -> None:
        """From the first to the last: the API is begun when the server has started, and ended with it."""
        await receive()
        to_thread.current_default_thread_limiter().total_tokens = THREADS
        self._made = asyncio.ensure_future(to_thread.run_sync(self._make))
        await send({"type": "lifespan.startup.complete"})
        await receive()
        api = await self._api()
        async with api.router.lifespan_context(api):
            pass  # what it does at its end is all that there is to do
        await send({"type": "lifespan.shutdown.complete"})
