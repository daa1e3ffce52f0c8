"""`desirepath serve`: the app."""

from __future__ import annotations

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
    from desirepath.web.server import serve as run

    folder.mkdir(parents=True, exist_ok=True)
    run(
        folder,
        host=host,
        port=port,
        browser=not no_browser,
        told=lambda url: say(f"Desirepath: {url} (Ctrl-C ends it)"),
    )


def add_to(program: typer.Typer) -> None:
    """Add it to the program, with examples."""
    program.command(epilog=example("serve shop", "serve shop --port 9000 --no-browser"))(serve)
