"""The commands about loads: loads list, loads undo."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from desirepath.cli.options import Folder, Json, Quiet, example, group, opened
from desirepath.cli.output import Steps, print_json, print_table, progress_bar, say
from desirepath.core.errors import WorkspaceError

if TYPE_CHECKING:
    from desirepath.app.loads import Undoing

loads = group(name="loads", help="Show what was loaded and when, and take a load back.")


def list_loads(folder: Folder, json: Json = False) -> None:
    """Show every load.

    The latest first: when it was, what it read and brought, and whether it was taken back. Times are UTC.
    """
    found = opened(folder).loads()
    if json:
        print_json({"loads": found.to_dicts()})
    elif not len(found):
        say(f"Nothing has been loaded into {folder} yet.")
    else:
        rows = [
            (
                str(row["load"]), row["when"], ", ".join(row["sources"]), row["parts"], row["rows"], row["events"],
                row["corrected"], row["rejected"],
                f"taken back {row['undone']:%Y-%m-%d %H:%M}" if row["undone"] else "" if row["finished"] else "stopped",
            )
            for row in found.to_dicts()
        ]  # fmt: skip
        columns = (
            "load",
            "when",
            "sources",
            "parts",
            "rows",
            "new events",
            "corrected",
            "set aside",
            "state",
        )
        print_table(columns, rows, right=columns[3:8])


def undo(
    folder: Folder,
    load: Annotated[
        int, typer.Argument(metavar="LOAD", help="Its number, as `loads list` shows it.", show_default=False)
    ],
    and_later: Annotated[
        bool, typer.Option("--and-later", help="Take back with it every later load that built on it.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Take a load back.

    What it brought and corrected, what it set aside and what it replaced is afterwards as if it had never run. Files
    are not touched: what is in them comes back with the next load.
    """
    workspace = opened(folder)
    planned = workspace.plan_undo(load, and_later=and_later)
    if not json:
        _show(planned)
    if not yes:
        _confirm()
    with progress_bar(quiet=quiet or json) as bar:
        done = workspace.undo_load(load, and_later=and_later, say=Steps(bar, quiet=quiet or json))
    if json:
        print_json(done)
        return
    numbers = ", ".join(str(number) for number in done.numbers)
    say(
        f"Load {numbers} {'is' if len(done.numbers) == 1 else 'are'} taken back. The customers were made anew."
    )
    say(f"What is still in the files comes back with: desirepath load {folder}")


def _show(planned: Undoing) -> None:
    """What is about to be taken back."""
    rows = [
        (
            f"{one.made.load_no}", one.made.started_at, source.source, source.parts, source.rows, source.events,
            source.corrected, source.rejected, source.replaced,
        )
        for one in planned.loads
        for source in one.sources
    ]  # fmt: skip
    columns = (
        "load", "when", "source", "parts", "rows", "new events", "corrected", "set aside", "parts it replaced",
    )  # fmt: skip
    if rows:
        print_table(columns, rows, right=columns[3:])
    else:
        say("It brought nothing.")


def _confirm() -> None:
    """Ask on a terminal; elsewhere nobody can say yes."""
    if not sys.stdin.isatty():
        raise WorkspaceError(
            "Nothing was taken back: nobody was there to say yes.", hint="Say --yes to do it."
        )
    if not typer.confirm("Take this back?", err=True):  # on stdout the answer stands
        raise WorkspaceError("Nothing was taken back.")


def add_to(program: typer.Typer) -> None:
    """Add them to the program, with examples."""
    loads.command("list", epilog=example("loads list shop"))(list_loads)
    loads.command("undo", epilog=example("loads undo shop 7", "loads undo shop 5 --and-later --yes"))(undo)
    program.add_typer(loads)
