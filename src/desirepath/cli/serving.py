"""`desirepath serve`: the app."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from desirepath.cli.options import Folder, example
from desirepath.cli.output import say

Host = Annotated[
    str,
    typer.Option(
        metavar="ADDRESS", help="Where to listen: this machine only, as long as there are no accounts."
    ),
]
Port = Annotated[
    int | None,
    typer.Option(
        min=0,
        max=65535,
        metavar="N",
        help="Which port; 8765 or the next free one unless said.",
        show_default=False,
    ),
]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")]


def serve(folder: Folder, host: Host = "127.0.0.1", port: Port = None, no_browser: NoBrowser = False) -> None:
    """Open the app on a workspace.

    The map, every question, customers, data: in the browser, until Ctrl-C. It listens on this machine only.
    """
    run_app(folder, host=host, port=port, browser=not no_browser)


def run_app(folder: Path, *, host: str = "127.0.0.1", port: int | None = None, browser: bool = True) -> None:
    """Serve the app until Ctrl-C, and say where."""
    from desirepath.web.server import serve as run

    def told(url: str) -> None:
        say(f"The app: {url} (Ctrl-C ends it)", "bold")
        sys.stdout.flush()  # in a pipe, too, it is said now

    run(folder, host=host, port=port, browser=browser, told=told)


def add_to(program: typer.Typer) -> None:
    """Add it to the program, with examples."""
    program.command(epilog=example("serve shop", "serve shop --port 9000 --no-browser"))(serve)
