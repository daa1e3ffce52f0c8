"""The command that makes a crowd: events of any number, for finding out how long things take here."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from desirepath.cli.options import Json, Quiet, example
from desirepath.cli.output import Steps, print_json, progress_bar, say
from desirepath.core.errors import WorkspaceError

_COUNT = re.compile(r"(\d+)([km]?)", re.I)
_UNITS = {"": 1, "k": 1_000, "m": 1_000_000}


def _count(text: str) -> int:
    found = _COUNT.fullmatch(text.replace(",", "").replace("_", ""))
    number = int(found[1]) * _UNITS[found[2].lower()] if found else 0
    if number < 1:
        raise typer.BadParameter(f"{text} is no number of events: write 250000, 10m or 100m")
    return number


def simulate(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="A new folder for the files.", show_default=False)
    ],
    events: Annotated[str, typer.Option(metavar="N", help="How many events: 250000, 10m, 100m.")] = "1m",
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Another seed, another crowd.")] = 1802,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Make events of a crowd, as many as you want.

    Coded events in Parquet files, in no order, with the truth about them beside: about 20 a customer, five stages, 60
    touchpoints. They show how long things take on this machine; for a story, see demo.
    """
    from desirepath.simulate.crowd import write_crowd

    count = _count(events)
    with progress_bar(quiet=quiet or json) as bar:
        steps = Steps(bar, quiet=quiet or json, doing="simulating")
        try:
            crowd = write_crowd(folder, count, seed, say=lambda done: steps("events", done))
        except FileExistsError as error:
            raise WorkspaceError(
                f"{folder} holds something already.",
                hint="Name a new folder: desirepath simulate FOLDER",
                folder=str(folder),
            ) from error
    files = sorted(folder.glob("*.parquet"))
    size = sum(path.stat().st_size for path in files)
    truth = crowd.truth
    if json:
        print_json(
            {
                "folder": folder,
                "events": truth.events,
                "customers": truth.customers,
                "files": len(files),
                "bytes": size,
            }
        )
    else:
        say(
            f"{truth.events:,} events of {truth.customers:,} customers in {len(files)} files, {size / 1e6:,.0f} MB."
        )
        say(f"What is true of them: {folder / '_truth.json'}")


def add_to(program: typer.Typer) -> None:
    """Add it to the program, with examples."""
    program.command(epilog=example("simulate crowd", "simulate crowd --events 10m --seed 7"))(simulate)
