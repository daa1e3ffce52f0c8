"""Serving the app: uvicorn on loopback, a port that is free, a browser that opens."""

from __future__ import annotations

import contextlib
import socket
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from desirepath.core.times import Clock
from desirepath.web.front import Front
from desirepath.web.guard import AddressError, only_loopback

if TYPE_CHECKING:
    from fastapi import FastAPI

PORT = 8765
_TRIES = 20
_FAREWELL = 1  # seconds that pages have to end what they ask, once the app is to end


def listen(host: str, port: int | None) -> socket.socket:
    """A listening socket; of a port that was not named, the next free one. Raises AddressError."""
    only_loopback(host)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for one in range(PORT, PORT + _TRIES) if port is None else (port,):
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((host.strip("[]"), one))
        except OSError as error:
            sock.close()
            if port is not None:
                hint = "Another program listens there: name another with --port."
                raise AddressError(f"Cannot listen on {host}:{port}: {error.strerror}.", hint=hint) from None
            continue
        return sock
    raise AddressError(f"No port from {PORT} to {PORT + _TRIES - 1} is free.", hint="Name one with --port.")


def serve(
    folder: Path,
    *,
    host: str = "127.0.0.1",
    port: int | None = None,
    browser: bool = True,
    told: Callable[[str], None] | None = None,
    clock: Clock | None = None,
) -> None:
    """Serve until it is stopped (Ctrl-C). told: gets the address, once it answers there."""
    with contextlib.closing(listen(host, port)) as sock:
        bound = sock.getsockname()[1]
        shown = "127.0.0.1" if host in ("localhost", "127.0.0.1") else host
        url = f"http://[{shown}]:{bound}/" if ":" in shown else f"http://{shown}:{bound}/"

        def make() -> FastAPI:
            from desirepath.web.api import app_for  # which is all that the app can do: seconds

            return app_for(folder, bound, clock)

        settings = uvicorn.Config(
            Front(make, bound),
            log_level="warning",
            access_log=False,
            server_header=False,
            lifespan="on",
            timeout_graceful_shutdown=_FAREWELL,
        )
        server = uvicorn.Server(settings)

        def announce() -> None:
            if told is not None:
                told(url)
            if browser:
                webbrowser.open(url)

        started = threading.Thread(target=_when_started, args=(server, announce), daemon=True)
        started.start()
        server.run([sock])


def _when_started(server: uvicorn.Server, announce: Callable[[], None]) -> None:
    while not server.started and not server.should_exit:
        threading.Event().wait(0.02)
    if server.started:
        announce()
