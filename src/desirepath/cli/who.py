"""The commands about who is who: identity merges, apart, undo."""

from __future__ import annotations

from typing import Annotated

import typer

from desirepath.cli.options import Folder, Journey, Json, example, group, opened
from desirepath.cli.output import print_json, print_table, say

identity = group(name="identity", help="Show merges of customers, and undo them.")


def merges(folder: Folder, journey: Journey = None, json: Json = False) -> None:
    """Show which customers became one.

    When that was learned, and by which link; also who was renamed or split.
    """
    found = opened(folder, journey).merges()
    if json:
        print_json({"merges": found.to_dicts()})
    elif not len(found):
        say("No two customers have become one since the first load.")
    else:
        print_table(found.columns, found.rows, right=("identifiers",))


def apart(
    folder: Folder,
    first: Annotated[
        str,
        typer.Argument(
            metavar="FIRST", help="An identifier as KIND:VALUE (email:ana@mail.example).", show_default=False
        ),
    ],
    second: Annotated[
        str, typer.Argument(metavar="SECOND", help="The other one, as KIND:VALUE.", show_default=False)
    ],
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take the decision back.")] = False,
    journey: Journey = None,
    json: Json = False,
) -> None:
    """Keep two identifiers apart for good.

    They are never one customer's again, whatever is loaded later. The customers are made anew at once.
    """
    opened(folder, journey).keep_apart(first, second, withdraw=withdraw)
    if json:
        print_json({"first": first, "second": second, "apart": not withdraw})
        return
    done = "may be one customer's again" if withdraw else "are kept apart"
    say(f"{first} and {second} {done}. The customers were made anew.")


def undo(
    folder: Folder,
    customer: Annotated[
        str,
        typer.Argument(
            metavar="CUSTOMER",
            help="The id of a customer who went into another, as `identity merges` shows it in from_id.",
            show_default=False,
        ),
    ],
    journey: Journey = None,
    json: Json = False,
) -> None:
    """Undo a merge.

    The customer comes back, with the identifiers from before, and is never joined to the other again.
    """
    opened(folder, journey).undo_merge(customer)
    if json:
        print_json({"customer": customer, "undone": True})
    else:
        say(f"{customer} is a customer of their own again. The customers were made anew.")


def add_to(program: typer.Typer) -> None:
    """Add them to the program, with examples."""
    identity.command("merges", epilog=example("identity merges shop"))(merges)
    identity.command("undo", epilog=example("identity undo shop c7f3k2m9qx"))(undo)
    identity.command(
        "apart",
        epilog=example(
            "identity apart shop anonymous_id:d81 email:bo@mail.example",
            "identity apart shop phone:+61255501234 user_id:u7 --withdraw",
        ),
    )(apart)
    program.add_typer(identity)
