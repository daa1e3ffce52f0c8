"""The commands that ask: stages, map, explain."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desirepath.cli.options import (
    Customer,
    Folder,
    Format,
    Journey,
    Json,
    Members,
    Quiet,
    Reveal,
    Segment,
    Since,
    Stage,
    Theme,
    Until,
    example,
    group,
    opened,
)
from desirepath.cli.output import Steps, print_json, print_table, progress_bar, say, tame
from desirepath.core.errors import NotFound

if TYPE_CHECKING:
    from desirepath.app.workspace import Workspace

explain = group(name="explain", help="Say why a customer is who and where they are.")


def stages(
    folder: Folder,
    segment: Segment = None,
    since: Since = None,
    until: Until = None,
    members: Members = None,
    journey: Journey = None,
    json: Json = False,
) -> None:
    """Count and rate each stage.

    Who entered, succeeded, left, lapsed or is still in flight; the rate with its 95 % interval, and how long it
    takes. A missing answer says why; it is never zero.
    """
    from desirepath.cli.stages import print_stages

    workspace = opened(folder, journey)
    if members is not None:
        _list_members(workspace, members, segment, since, until, json)
        return
    answers = workspace.stages(segment=segment, since=since, until=until)
    if json:
        print_json(answers)
    else:
        print_stages(answers)
    _warn(folder, answers.asked.unread)


def _warn(folder: Path, unread: tuple[str, ...]) -> None:
    """On stderr, where it is no part of the answer."""
    if unread:
        text = f"Changed since the last load, and not counted yet: {', '.join(unread)}. Load: desirepath load {folder}"
        say(text, "yellow", error=True)


def _list_members(
    workspace: Workspace, members: str, segment: str | None, since: str | None, until: str | None, json: bool
) -> None:
    stage, _, count = members.partition(":")
    found = workspace.customers_in(stage, count or "entered", segment=segment, since=since, until=until)
    if json:
        print_json({"stage": stage, "count": count or "entered", "members": found.column("customer")})
        return
    for customer in found.column("customer"):
        print(tame(customer))


def draw(
    folder: Folder,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="The file to write; - for standard output. FOLDER/map.html unless said (FOLDER/buyer.map.html for "
            "the journey buyer).",
            show_default=False,
        ),
    ] = None,
    format: Annotated[  # the option's name
        Format | None,
        typer.Option(help="Else as the file's name ends; HTML if it does not say.", show_default=False),
    ] = None,
    segment: Segment = None,
    since: Since = None,
    until: Until = None,
    theme: Annotated[Theme, typer.Option(help="Colours, of what is drawn.")] = Theme.AUTO,
    width: Annotated[
        int | None,
        typer.Option(min=400, max=12_000, metavar="PX", help="How wide a PNG is.", show_default=False),
    ] = None,
    reveal: Reveal = False,
    journey: Journey = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Draw the journey map.

    As one HTML file that works offline, or SVG, PNG, PDF, PowerPoint, Excel, Markdown, CSV, JSON or Mermaid. With
    --json and no file: the map itself as JSON.
    """
    from desirepath.app.journeys import own_name
    from desirepath.app.map_files import format_of, is_text
    from desirepath.app.whole_files import write_file

    try:
        chosen = (
            format.value if format else "json" if json and _is_stdout(output) else format_of(_named(output))
        )
    except NotFound as error:
        raise typer.BadParameter(str(error), param_hint="--output") from None
    to_stdout = str(output) == "-" or (output is None and json and format in (None, Format.JSON))
    if to_stdout and not is_text(chosen) and sys.stdout.isatty():
        raise typer.BadParameter(f"{chosen} is not text: name a file, or a pipe", param_hint="--output")
    workspace = opened(folder, journey)
    with progress_bar(quiet=quiet or json) as bar:
        steps = Steps(bar, quiet=quiet or json, doing="drawing the map")
        drawn = workspace.map(segment=segment, since=since, until=until, reveal=reveal, say=steps)
        steps(f"writing {chosen}", 0.9)
        made = drawn.to_bytes(chosen, theme=theme.value, width=width)
    _warn(folder, workspace.unread())
    if to_stdout:
        _to_stdout(made, text=is_text(chosen))
        return
    path = output or folder / own_name(workspace.name, f"map.{chosen}")
    write_file(path, made)
    if json:
        print_json({"path": path, "format": chosen})
    else:
        say(f"Wrote {path}.")


def _to_stdout(made: bytes, *, text: bool) -> None:
    if text:
        print(made.decode(), end="")
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(made)


def _is_stdout(output: Path | None) -> bool:
    return output is None or str(output) == "-"


def _named(output: Path | None) -> Path | None:
    return None if _is_stdout(output) else output


def journeys(folder: Folder, json: Json = False) -> None:
    """List the journeys of the workspace.

    Each with its title, its stages, whether its customers are persons or accounts, and whether they are placed by
    what holds now: current; changed (the next question places them anew); or new, where nothing was loaded yet.
    """
    found = opened(folder).journeys_table()
    if json:
        print_json({"journeys": found.to_dicts()})
        return
    rows = [(*row[:4], ", ".join(row[4]), row[5]) for row in found.rows]
    print_table(found.columns, rows)


def explain_customer(folder: Folder, customer: Customer, journey: Journey = None, json: Json = False) -> None:
    """Say who a customer is.

    Which identifiers make them, by which links; what was refused, and why; what changed, and when.
    """
    from desirepath.cli.explaining import print_customer

    found = opened(folder, journey).explain_customer(customer)
    if json:
        print_json(found)
    else:
        print_customer(found)


def explain_visit(
    folder: Folder,
    customer: Customer,
    stage: Stage = None,
    journey: Journey = None,
    json: Json = False,
) -> None:
    """Say why a customer was placed where they were.

    Each visit with the rule, the event, the clock and the end, and where in which file its events stand.
    """
    from desirepath.cli.explaining import print_visits

    found = opened(folder, journey).explain_visits(customer, stage)
    if json:
        print_json({"visits": found})
    else:
        print_visits(found)


def add_to(program: typer.Typer) -> None:
    """Add them to the program, with examples."""
    program.command(
        epilog=example(
            "stages shop",
            "stages shop --segment mobile --since 2026-01-01",
            "stages shop --members decision:lapsed",
        )
    )(stages)
    program.command(
        "map",
        epilog=example(
            "map shop",
            "map shop -o map.pdf",
            "map shop -o map.png --theme dark --width 2400",
            "map shop --format md -o - | less",
        ),
    )(draw)
    program.command(epilog=example("journeys shop", "stages shop --journey buyer"))(journeys)
    explain.command("customer", epilog=example("explain customer shop ana@mail.example"))(explain_customer)
    explain.command("visit", epilog=example("explain visit shop ana@mail.example decision"))(explain_visit)
    program.add_typer(explain)
