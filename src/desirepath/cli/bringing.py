"""The commands that bring data in: init, load, rejects, demo."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desirepath.cli.complete import preset_names
from desirepath.cli.options import Folder, Json, OneSource, OnlySources, Quiet, Template, example, opened
from desirepath.cli.output import Steps, print_json, print_table, progress_bar, say
from desirepath.cli.serving import NoBrowser, Port, run_app

if TYPE_CHECKING:
    from desirepath.app.load import LoadSummary
    from desirepath.app.workspace import Workspace
    from desirepath.collect.presets.catalogue import Preset
    from desirepath.core.errors import DesirepathError


def init(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder to make.", show_default=False)],
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILES",
            help="Your exports: CSV, JSON lines, Parquet, Excel, XES or CJML, also .gz and .zip; a folder stands for "
            "its files.",
            show_default=False,
        ),
    ] = None,
    template: Annotated[
        Template | None, typer.Option(help="Start from a ready journey.", show_default=False)
    ] = None,
    preset: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="What the files are: the export of a tool. Unless said, it is seen by their columns.",
            show_default=False,
            autocompletion=preset_names,
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the journey.yaml and sources.yaml that are there.")
    ] = False,
    json: Json = False,
) -> None:
    """Draft a workspace from your files.

    Looks at columns and values and writes journey.yaml and sources.yaml. Each guess stands there with its reason;
    the drafts can be loaded as they are. Exports of known tools are recognised: see desirepath presets.
    """
    from desirepath.app.draft import draft

    made = draft(
        folder,
        files or [],
        template=template.value if template else None,
        preset=preset,
        force=force,
    )
    if json:
        print_json(made)
        return
    say(f"Wrote {made.sources_path} and {made.journey_path}.")
    for note in made.notes:
        say(f"  {note}")
    if made.guesses:
        say(f"{len(made.guesses)} guesses, each marked “# guess” in the files; the map lists them too.")
    if files:
        say(f"Next: desirepath load {folder}")
    else:
        say(f"Next: say in {made.sources_path} where your data is, then: desirepath load {folder}")


def presets(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME",
            help="Only this one, as it is written.",
            show_default=False,
            autocompletion=preset_names,
        ),
    ] = None,
    json: Json = False,
) -> None:
    """List the exports that init recognises.

    Each with the tool that it comes from, where to export it there, and the columns by which it is recognised.
    """
    from desirepath.collect.presets import catalogue

    shown = [catalogue.preset(name)] if name else list(catalogue.presets().values())
    if json:
        print_json({"presets": [_as_dict(one) for one in shown]})
    elif name:
        print(catalogue.text_of(name), end="")
    else:
        rows = [(one.name, one.product, one.about, one.files) for one in shown]
        print_table(("preset", "tool", "what", "usual files"), rows)
        say("Where to export it, its columns and its mapping: desirepath presets NAME")


def _as_dict(preset: Preset) -> dict[str, object]:
    return {
        "name": preset.name,
        "tool": preset.product,
        "about": preset.about,
        "export": preset.export,
        "files": preset.files,
        "layout": preset.layout,
        "must": list(preset.must),
        "may": list(preset.may),
        "events": dict(preset.roles),
    }


def load(folder: Folder, only: OnlySources = None, json: Json = False, quiet: Quiet = False) -> None:
    """Load what is new, and place the customers.

    Loading the same thing twice adds nothing; a file that grew adds what is new. Bad records never stop a load:
    they are set aside for `desirepath rejects`.
    """
    from desirepath.cli.loading import print_summary

    workspace = opened(folder)
    summary, failure = _loaded(workspace, only, quiet or json)
    if not json:
        print_summary(summary, folder, finished=failure is None)
    elif failure is None:
        print_json(summary)
    if failure is not None:
        failure.also = {"loaded": summary}  # type: ignore[attr-defined]  # see program.run
        raise failure


def _loaded(
    workspace: Workspace, only: list[str] | None, quiet: bool
) -> tuple[LoadSummary, DesirepathError | None]:
    """What was loaded, and what failed of it."""
    from desirepath.app.load import LoadFailed
    from desirepath.cli.loading import show_loading

    with progress_bar(quiet=quiet) as bar:
        try:
            steps = Steps(bar, quiet=quiet)
            return workspace.load(only=only, progress=show_loading(bar, quiet=quiet), say=steps), None
        except LoadFailed as failed:
            return failed.summary, failed


def rejects(
    folder: Folder,
    source: OneSource = None,
    reason: Annotated[
        str | None,
        typer.Option(metavar="REASON", help="Only for this reason.", show_default=False),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="At most so many.")] = 20,
    json: Json = False,
) -> None:
    """Show the records that were set aside.

    Each with its source, file and line, why it was set aside, what of it was lost (the event, or one field), and
    what it says.
    """
    found = opened(folder).rejects(source=source, reason=reason, limit=limit + 1)
    rows, more = found.rows[:limit], len(found) > limit
    if json:
        records = [dict(zip(found.columns, row, strict=True)) for row in rows]
        print_json({"rejects": records, "more": more})
    elif not rows:
        say("No record was set aside.")
    else:
        print_table(found.columns, rows, right=("line", "record"))
        if more:
            say(f"These are the first {limit:,}. For more: desirepath rejects {folder} --limit {limit * 50}")


def demo(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to make the sample shop.")] = Path(
        "demo"
    ),
    customers: Annotated[
        int, typer.Option(min=100, metavar="N", help="How many people the shop knows.")
    ] = 16_000,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Another seed, another shop.")] = 1802,
    port: Port = None,
    no_browser: NoBrowser = False,
    no_app: Annotated[bool, typer.Option("--no-app", help="Make it, and do not open the app on it.")] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Make the sample shop, and open the app on it.

    A shop with known truth: its exports, journey.yaml and sources.yaml are made in the folder, loaded, and drawn as
    map.html; then the app is served until Ctrl-C. A shop that is there already is opened as it is. With --json it is
    only made.
    """
    from desirepath.app.demo import is_ready, make_demo
    from desirepath.cli.loading import print_demo, show_loading

    asked = {
        name: value
        for name, value in (("customers", customers), ("seed", seed))
        if str(context.get_parameter_source(name)).endswith("COMMANDLINE")
    }
    app = not no_app and not json
    if not (app and is_ready(folder, **asked)):
        with progress_bar(quiet=quiet or json) as bar:
            steps, show = Steps(bar, quiet=quiet or json), show_loading(bar, quiet=quiet or json)
            made = make_demo(folder, **asked, progress=show, say=steps)
        if json:
            print_json(made)
        else:
            print_demo(made)
    if app:
        run_app(folder, port=port, browser=not no_browser)


def warm() -> None:
    """Compile the kernels once.

    For packagers: the first question then need not wait for it.
    """
    from desirepath.app.warm import warm_up

    warm_up()


def add_to(program: typer.Typer) -> None:
    """Add them to the program, with examples."""
    program.command(
        epilog=example(
            "init shop orders.csv visits.csv.gz",
            "init crm exports/ --template b2b-leads",
            "init shop export.csv --preset shopify-orders",
        )
    )(init)
    program.command(epilog=example("presets", "presets shopify-orders"))(presets)
    program.command(epilog=example("load shop", "load shop --only orders --only tickets"))(load)
    program.command(epilog=example("rejects shop", "rejects shop --source orders --limit 200 --json"))(
        rejects
    )


def add_demo_to(program: typer.Typer) -> None:
    """Add what comes last."""
    program.command(epilog=example("demo", "demo another-shop --seed 7 --no-browser", "demo --no-app"))(demo)
    program.command(hidden=True)(warm)
