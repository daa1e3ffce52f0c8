"""Serving the app: uvicorn on loopback, a port that is free, a browser that opens."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from desirepath.core.errors import WorkspaceError
from desirepath.core.times import Clock
from desirepath.web.front import Front
from desirepath.web.guard import AddressError, only_loopback

if TYPE_CHECKING:
    from fastapi import FastAPI

PORT = 8765
_TRIES = 20
_WAITING = 128  # who may wait for an answer at once
_FAREWELL = 1  # seconds that pages have to end what they ask, once the app is to end


def listen(host: str, port: int | None) -> socket.socket:
    """A listening socket; of a port that was not named, the next free one. Raises AddressError."""
    only_loopback(host)
    if port is None:
        free = _next_free(host, PORT)
        if free is None:
            raise AddressError(
                f"No port from {PORT} to {PORT + _TRIES - 1} is free.", hint="Name one with --port."
            )
        return free
    try:
        return _listening(host, port)
    except OSError as error:
        raise AddressError(
            f"Cannot listen on {host}:{port}: {error.strerror}.", hint=_elsewhere(host, port, error)
        ) from None


def _listening(host: str, port: int) -> socket.socket:
    """From now on nobody else gets this port, and who comes early waits. Raises OSError."""
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host.strip("[]"), port))
        sock.listen(_WAITING)
    except OSError:
        sock.close()
        raise
    return sock


def _next_free(host: str, first: int) -> socket.socket | None:
    for port in range(first, min(first + _TRIES, 65_536)):
        with contextlib.suppress(OSError):
            return _listening(host, port)
    return None


def _elsewhere(host: str, port: int, error: OSError) -> str:
    """Which port would do."""
    if error.errno == errno.EACCES:
        return f"The system keeps this port: name another, such as --port {PORT}."
    free = _next_free(host, port + 1) if error.errno == errno.EADDRINUSE else None
    if free is None:
        return "Name another port with --port."
    with free:
        return f"Another program listens there. Free is: --port {free.getsockname()[1]}"


def can_show() -> bool:
    """Whether a browser can open here: there is a screen, or somebody says which browser."""
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    return sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in screens)


def serve(
    folder: Path,
    *,
    host: str = "127.0.0.1",
    port: int | None = None,
    browser: bool = True,
    told: Callable[[str], None] | None = None,
    clock: Clock | None = None,
) -> None:
    """Serve until it is stopped (Ctrl-C). told: gets the address, once it answers there.

    A folder that there is not is made: files can be dropped on the app. Raises AddressError, WorkspaceError.
    """
    with contextlib.closing(listen(host, port)) as sock:
        _make(folder)
        bound = sock.getsockname()[1]
        name = "127.0.0.1" if host == "localhost" else host.strip("[]")
        name = f"[{name}]" if ":" in name else name
        url = f"http://{name}:{bound}/"

        def make() -> FastAPI:
            from desirepath.web.api import app_for  # which is all that the app can do: seconds

            return app_for(folder, bound, clock, (name,))

        settings = uvicorn.Config(
            Front(make, bound, (name,)),
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
            if browser and can_show():
                webbrowser.open(url)

        started = threading.Thread(target=_when_started, args=(server, announce), daemon=True)
        started.start()
        with contextlib.suppress(KeyboardInterrupt):  # which is how it ends
            server.run([sock])


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = "a file of that name is there" if folder.is_file() else error.strerror
        raise WorkspaceError(
            f"Cannot make the folder {folder}: {why}.", hint="Name another folder."
        ) from None


def _when_started(server: uvicorn.Server, announce: Callable[[], None]) -> None:
    while not server.started and not server.should_exit:
        threading.Event().wait(0.02)
    if server.started:
        announce()
