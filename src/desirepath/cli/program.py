"""The commands. Each parses, calls one use case, answers; what it does stands in the library."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from desirepath import __version__
from desirepath.cli.output import (
    Steps,
    as_plain,
    console,
    print_json,
    print_table,
    progress_bar,
    say_share,
    say_time,
    tame,
)
from desirepath.core.errors import DefinitionError, DesirepathError

if TYPE_CHECKING:
    from desirepath.app.workspace import Workspace

DONE, FAILED, MISUSED, MISTAKEN = 0, 1, 2, 3
EXIT_CODES = (
    "Exit codes: 0 done · 1 it could not be done, and why · 2 the command is wrong · "
    "3 a definition file has mistakes."
)

program = typer.Typer(
    name="desirepath",
    help="The customer journey as it is really walked: raw exports in, an evidence-backed journey map out.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
explain = typer.Typer(
    help="Why is a customer who they are, and where they are?", no_args_is_help=True, epilog=EXIT_CODES
)
program.add_typer(explain, name="explain")
identity = typer.Typer(
    help="Merges of customers: what was merged, and keeping two apart.",
    no_args_is_help=True,
    epilog=EXIT_CODES,
)
program.add_typer(identity, name="identity")

Folder = Annotated[
    Path,
    typer.Argument(help="The workspace: the folder with journey.yaml and sources.yaml.", show_default=False),
]
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON on standard output.")]
Segment = Annotated[
    str | None,
    typer.Option(help="Only visits of this segment or persona, as it was at entry.", show_default=False),
]
Since = Annotated[
    str | None, typer.Option(help="Only visits entered on or after this date.", show_default=False)
]
Until = Annotated[str | None, typer.Option(help="Only visits entered before this date.", show_default=False)]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")]


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
    MARKDOWN = "md"
    CSV = "csv"
    JSON = "json"
    MERMAID = "mmd"


class Theme(StrEnum):
    """Light or dark."""

    LIGHT = "light"
    DARK = "dark"


def run() -> NoReturn:
    """Run the command line; every expected error is a sentence and an exit code, never a traceback."""
    as_json = "--json" in sys.argv
    try:
        program(standalone_mode=True)
    except DefinitionError as error:
        _complain(error, as_json)
        sys.exit(MISTAKEN)
    except DesirepathError as error:
        _complain(error, as_json)
        sys.exit(FAILED)
    except BrokenPipeError:
        # The reader (head, less) has gone: nothing is wrong, and Python must not complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(DONE)
    except KeyboardInterrupt:
        print("Stopped. What was loaded is kept; run it again to go on.", file=sys.stderr)
        sys.exit(130)
    sys.exit(DONE)


def _complain(error: DesirepathError, as_json: bool) -> None:
    if as_json:
        print_json({"error": error.as_dict()})
    else:
        console(error=True).print("\n".join(tame(line) for line in str(error).split("\n")), style="red")


def _open(folder: Path) -> Workspace:
    import desirepath

    return desirepath.open(folder)


def _version(wanted: bool) -> None:
    if wanted:
        print(__version__)
        raise typer.Exit


@program.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options of the program itself."""


@program.command()
def init(
    folder: Annotated[Path, typer.Argument(help="The folder to make.", show_default=False)],
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Your exports: csv, tsv, jsonl, parquet, also .gz and .zip.", show_default=False),
    ] = None,
    template: Annotated[
        Template | None, typer.Option(help="Start from a ready journey of this kind.", show_default=False)
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace journey.yaml and sources.yaml.")] = False,
    json: Json = False,
) -> None:
    """Make a workspace: look at your files and draft journey.yaml and sources.yaml.

    Every guess stands in the drafts with its reason. Check them, then: desirepath load.
    """
    from desirepath.app.draft import draft

    made = draft(folder, files or [], template=template.value if template else None, force=force)
    if json:
        print_json(made)
        return
    out = console()
    out.print(f"Wrote {made.sources_path} and {made.journey_path}.")
    for note in made.notes:
        out.print(f"  {tame(note)}")
    out.print(f"Guesses to check: {len(made.guesses)} (each marked '# guess' in the files).")
    if files:
        out.print(f"Next: desirepath load {folder}")
    else:
        out.print(f"Next: say in {made.sources_path} where your data is, then: desirepath load {folder}")


@program.command()
def load(
    folder: Folder,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", help="Load only this source (may be repeated).", show_default=False),
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Load what is new in every source, and place the customers in stages.

    Loading again adds only what is new. Bad records are set aside: see `desirepath rejects`.
    """
    from desirepath.cli.loading import print_summary, show_loading

    workspace = _open(folder)
    with progress_bar(quiet=quiet or json) as bar:
        summary = workspace.load(
            only=only, progress=show_loading(bar, quiet=quiet or json), say=Steps(bar, quiet=quiet or json)
        )
    if json:
        print_json(summary)
    else:
        print_summary(summary, folder)


@program.command()
def rejects(
    folder: Folder,
    source: Annotated[str | None, typer.Option(help="Only of this source.", show_default=False)] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most this many.")] = 20,
    json: Json = False,
) -> None:
    """Show the records that were set aside: where each stands, why, and what it says."""
    found = _open(folder).rejects(source=source, limit=limit)
    if json:
        print_json(found.to_dicts())
    elif not len(found):
        console().print("No record was set aside.")
    else:
        print_table(found.columns, found.rows)


@program.command()
def stages(
    folder: Folder,
    segment: Segment = None,
    since: Since = None,
    until: Until = None,
    members: Annotated[
        str | None,
        typer.Option(
            help="List who is behind a count instead, as STAGE:COUNT (decision:lapsed).", show_default=False
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Each stage: who entered, succeeded, left, lapsed, is in flight; the rate, and how long it takes."""
    workspace = _open(folder)
    if members is not None:
        stage, _, what = members.partition(":")
        found = workspace.customers_in(stage, what or "entered", segment=segment, since=since, until=until)
        if json:
            print_json(found.to_dicts())
        else:
            for row in found.rows:
                print(tame(str(row[0])))
        return
    answers = workspace.stages(segment=segment, since=since, until=until)
    if json:
        print_json({"stages": list(answers.answers.values())})
        return
    columns = (
        "stage", "customers", "entered", "skipped", "succeeded", "left", "lapsed", "in flight", "rate", "median time",
    )  # fmt: skip
    rows = [
        (
            a.stage, a.customers, a.entered, a.skipped, a.succeeded, a.left, a.lapsed, a.in_flight,
            say_share(a.rate), say_time(a.time_quartiles[1]),
        )
        for a in answers.answers.values()
    ]  # fmt: skip
    print_table(columns, rows, right=columns[1:])
    for a in answers.answers.values():
        console().print(f"{a.stage}: {a.contract.question} {a.contract.denominator}.", style="dim")


@program.command("map")
def draw(
    folder: Folder,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The file to write; - for standard output.", show_default=False),
    ] = None,
    format: Annotated[  # the option's name
        Format | None,
        typer.Option(help="Else from the file's name; HTML if neither says.", show_default=False),
    ] = None,
    segment: Segment = None,
    since: Since = None,
    until: Until = None,
    theme: Annotated[Theme, typer.Option(help="For SVG.")] = Theme.LIGHT,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Show customer ids and words unmasked. Only if you may see them.")
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Draw the journey map: one HTML file that works offline, or SVG, Markdown, CSV, JSON, Mermaid."""
    from desirepath.app.mapping import export_map, format_of

    chosen = Format.JSON if json and output is None else format or Format(format_of(output))
    path = output or (None if json else folder / f"map.{chosen.value}")
    workspace = _open(folder)
    with progress_bar(quiet=quiet or json) as bar:
        document = workspace.map(
            segment=segment, since=since, until=until, reveal=reveal, say=Steps(bar, quiet=quiet or json)
        )
    text = export_map(document, chosen.value, theme=theme.value)
    if path is None or str(path) == "-":
        sys.stdout.write(text)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    if json:
        print_json({"path": str(path)})
    else:
        console().print(f"Wrote {path}.")


@explain.command("customer")
def explain_customer(
    folder: Folder,
    customer: Annotated[
        str, typer.Argument(help="A customer's id, or any of their identifiers.", show_default=False)
    ],
    json: Json = False,
) -> None:
    """Which identifiers make this customer, by which links; what was refused, and why."""
    from desirepath.cli.explaining import print_customer

    found = _open(folder).explain_customer(customer)
    if json:
        print_json(found)
    else:
        print_customer(found)


@explain.command("visit")
def explain_visit(
    folder: Folder,
    customer: Annotated[
        str, typer.Argument(help="A customer's id, or any of their identifiers.", show_default=False)
    ],
    stage: Annotated[
        str | None, typer.Argument(help="Only visits to this stage.", show_default=False)
    ] = None,
    json: Json = False,
) -> None:
    """Why a customer was placed where they were: each visit with its rule, event, clock and end."""
    from desirepath.cli.explaining import print_visits

    found = _open(folder).explain_visits(customer, stage)
    if json:
        print_json(found)
    else:
        print_visits(found)


@identity.command("merges")
def merges(folder: Folder, json: Json = False) -> None:
    """Which customers became one, when that was learned, and by which link."""
    found = _open(folder).merges()
    if json:
        print_json(found.to_dicts())
    elif not len(found):
        console().print("No two customers have become one since the first load.")
    else:
        print_table(found.columns, found.rows)


@identity.command("apart")
def apart(
    folder: Folder,
    first: Annotated[
        str, typer.Argument(help="An identifier as KIND:VALUE (email:ana@mail.example).", show_default=False)
    ],
    second: Annotated[str, typer.Argument(help="The other one, as KIND:VALUE.", show_default=False)],
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take the decision back.")] = False,
) -> None:
    """Decide that two identifiers are never one customer: this undoes a merge, for good."""
    workspace = _open(folder)
    workspace.keep_apart(first, second, withdraw=withdraw)
    done = "may be one customer again" if withdraw else "are kept apart"
    console().print(f"{tame(first)} and {tame(second)} {done}. The customers were made anew.")


@program.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Where to make the sample shop.")] = Path("demo"),
    customers: Annotated[int, typer.Option(min=100, help="How many people the shop knows.")] = 12_000,
    seed: Annotated[int, typer.Option(help="Another seed, another shop.")] = 1,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Make the sample shop, load it, place its customers, and draw its map."""
    from desirepath.app.demo import make_demo
    from desirepath.cli.loading import print_demo, show_loading

    with progress_bar(quiet=quiet or json) as bar:
        steps = Steps(bar, quiet=quiet or json)
        made = make_demo(
            folder, customers=customers, seed=seed, progress=show_loading(bar, quiet=quiet or json), say=steps
        )
    if json:
        print_json(as_plain(made))
    else:
        print_demo(made)


@program.command(hidden=True)
def warm() -> None:
    """Compile the kernels once, so that the first question need not wait for it."""
    from desirepath.app.warm import warm_up

    warm_up()
