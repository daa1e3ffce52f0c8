"""Arguments and options that several commands share, and what they may be."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desirepath.cli.complete import journey_names, segment_names, source_names, stage_counts, stage_names

if TYPE_CHECKING:
    from desirepath.app.workspace import Workspace

DONE, FAILED, MISUSED, MISTAKEN, STOPPED = 0, 1, 2, 3, 130
EXIT_CODES = {
    DONE: "done",
    FAILED: "it could not be done, and why",
    MISUSED: "the command is wrong",
    MISTAKEN: "a definition file has mistakes",
    STOPPED: "stopped by Ctrl-C",
}

Folder = Annotated[
    Path,
    typer.Argument(
        metavar="FOLDER",
        help="The workspace: the folder with journey.yaml and sources.yaml.",
        show_default=False,
    ),
]
Customer = Annotated[
    str,
    typer.Argument(
        metavar="CUSTOMER",
        help="A customer's id, or any of their identifiers: ana@mail.example, or email:ana@mail.example.",
        show_default=False,
    ),
]
Stage = Annotated[
    str | None,
    typer.Argument(
        metavar="STAGE", help="Only visits to this stage.", show_default=False, autocompletion=stage_names
    ),
]
Journey = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Ask this journey: buyer for buyer.journey.yaml. The one of journey.yaml unless said.",
        show_default=False,
        autocompletion=journey_names,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON on standard output; errors, too.")]
Segment = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Only visits of this segment or persona, as it was at entry.",
        show_default=False,
        autocompletion=segment_names,
    ),
]
Since = Annotated[
    str | None,
    typer.Option(
        metavar="DATE",
        help="Only visits entered on or after this date (2026-01-31), in the journey's time zone.",
        show_default=False,
    ),
]
Until = Annotated[
    str | None,
    typer.Option(metavar="DATE", help="Only visits entered before this date.", show_default=False),
]
Reveal = Annotated[
    bool,
    typer.Option("--reveal", help="Show personal data of customers unmasked: only if you may see it."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]
OnlySources = Annotated[
    list[str] | None,
    typer.Option(
        "--only",
        metavar="SOURCE",
        help="Load only this source. May be repeated.",
        show_default=False,
        autocompletion=source_names,
    ),
]
OneSource = Annotated[
    str | None,
    typer.Option(
        metavar="SOURCE", help="Only of this source.", show_default=False, autocompletion=source_names
    ),
]
Members = Annotated[
    str | None,
    typer.Option(
        metavar="STAGE:COUNT",
        help="List who is behind a count instead: decision:lapsed; journey:lapsed for the whole way.",
        show_default=False,
        autocompletion=stage_counts,
    ),
]


class Template(StrEnum):
    """The journeys that `init` can start from."""

    ONLINE_SHOP = "online-shop"
    SAAS = "saas"
    B2B_LEADS = "b2b-leads"
    SERVICES = "services"


class Format(StrEnum):
    """What the map can be written as."""

    HTML = "html"
    SVG = "svg"
    PNG = "png"
    PDF = "pdf"
    POWERPOINT = "pptx"
    EXCEL = "xlsx"
    MARKDOWN = "md"
    CSV = "csv"
    JSON = "json"
    MERMAID = "mmd"


class Theme(StrEnum):
    """The map's colours. `auto` follows the reader's system."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


def group(**settings: object) -> typer.Typer:
    """A set of commands. Help is plain text: it pipes, greps and needs no wide terminal."""
    return typer.Typer(
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
        **settings,  # type: ignore[arg-type]  # names and texts, as Typer has them
    )


def example(*lines: str) -> str:
    """Examples for the foot of a command's help, a line each."""
    return "\b\nExamples:\n" + "\n".join(f"  desirepath {line}" for line in lines)


def opened(folder: Path, journey: str | None = None) -> Workspace:
    """The workspace in that folder, opened for one of its journeys."""
    import desirepath

    return desirepath.open(folder, journey)


Command = Callable[..., None]
