"""The commands for analysts: sql, export."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desirepath.cli.options import Folder, Journey, Json, Quiet, Reveal, example, opened
from desirepath.cli.output import Steps, print_json, print_table, progress_bar, say

if TYPE_CHECKING:
    from desirepath.app.sql import ViewTold

_SHOWN = 40  # rows on a terminal: more is a file's business


def sql(
    folder: Folder,
    query: Annotated[
        str | None,
        typer.Argument(
            metavar="QUERY",
            help="One query; - reads it from standard input. Without one, the tables are listed.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write the whole answer to this file: .csv, .jsonl or .parquet.",
            show_default=False,
        ),
    ] = None,
    reveal: Reveal = False,
    journey: Journey = None,
    json: Json = False,
) -> None:
    """Ask in SQL.

    Over events, customers, identifiers, visits, promises, scores and metrics, as they were last placed. Nothing can
    be changed. Identifiers, words of customers, and columns whose name is a person's are masked: the same value has
    the same mask, so it can still be counted and joined.
    """
    workspace = opened(folder, journey)
    if query is None:
        _list(workspace.views(), json)
        return
    found = workspace.sql(sys.stdin.read() if query == "-" else query, reveal=reveal)
    if output is not None:
        found.write(output)
        written = {"path": str(output), "rows": len(found)}
        print_json(written) if json else say(f"Wrote {len(found):,} rows to {output}.")
    elif json:
        print_json({"columns": found.columns, "rows": found.rows})
    else:
        kinds = zip(found.columns, found.to_arrow().schema.types, strict=True)
        numbers = [
            name
            for name, kind in kinds
            if str(kind).startswith(("int", "uint", "double", "float", "decimal"))
        ]
        print_table(found.columns, found.rows[:_SHOWN], right=numbers)
        if len(found) > _SHOWN:
            say(f"These are the first {_SHOWN} of {len(found):,} rows. All: add -o FILE.csv", error=True)


def _list(views: list[ViewTold], as_json: bool) -> None:
    if as_json:
        print_json({"tables": views})
        return
    for view in views:
        say(f"{view.name} (a row: {view.grain})")
        say("  " + ", ".join(f"{name} {kind}" for name, kind in view.columns))


class Log(StrEnum):
    """What journeys can be written as."""

    XES = "xes"
    CJML = "cjml"


def export(
    folder: Folder,
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="The file to write: .xes, .xes.gz or .cjml.",
            show_default=False,
        ),
    ],
    format: Annotated[
        Log | None, typer.Option(help="Where the file's name does not say it.", show_default=False)
    ] = None,
    customer: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CUSTOMER",
            help="Only this customer: an id, or any identifier. May be repeated.",
            show_default=False,
        ),
    ] = None,
    reveal: Reveal = False,
    journey: Journey = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write every customer's journey for other tools.

    XES is the event log that process-mining tools read: a trace a customer, and at each event its touchpoint, stage
    and pass. CJML is the Customer Journey Modeling Language: the journey as it is planned, and as each walked it.
    """
    workspace = opened(folder, journey)
    with progress_bar(quiet=quiet or json) as bar:
        count = workspace.write_journeys(
            output,
            format=format.value if format else None,
            customers=customer or (),
            reveal=reveal,
            say=Steps(bar, quiet=quiet or json),
        )
    if json:
        print_json({"path": str(output), "journeys": count})
    else:
        say(f"Wrote {count:,} journeys to {output}.")


def add_to(program: typer.Typer) -> None:
    """Add them to the program, with examples."""
    program.command(
        epilog=example(
            "sql shop",
            'sql shop "SELECT stage, count(*) FROM visits GROUP BY stage"',
            'sql shop "FROM events" -o events.parquet',
        )
    )(sql)
    program.command(
        epilog=example("export shop -o shop.xes.gz", "export shop -o ana.cjml --customer ana@mail.example")
    )(export)
