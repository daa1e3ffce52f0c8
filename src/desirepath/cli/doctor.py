"""The commands that look for what is wrong: doctor for people, check for continuous integration."""

from __future__ import annotations

from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Annotated

import typer

from desirepath.cli.options import FAILED, Folder, Journey, Json, OneSource, Quiet, Reveal, example, opened
from desirepath.cli.output import Steps, print_json, progress_bar, say, tame, width_of

if TYPE_CHECKING:
    from desirepath.app.checking import Checked
    from desirepath.app.doctor.examine import Report
    from desirepath.doctor.finding import Finding

_STYLE = {"error": "red", "warning": "yellow", "note": "cyan"}
_WIDE = 100  # columns: longer lines of prose are hard to read
_MOVED = 4


def doctor(
    folder: Folder,
    source: OneSource = None,
    journey: Journey = None,
    reveal: Reveal = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say what is wrong with data and definitions.

    Worst first: what is wrong, with examples; what it does to the numbers; and the line to change.
    """
    with progress_bar(quiet=quiet or json) as bar:
        steps = Steps(bar, quiet=quiet or json, doing="examining")
        report = opened(folder, journey).doctor(reveal=reveal, source=source, say=steps)
    if json:
        print_json(report)
    else:
        print_report(report)


def print_report(report: Report) -> None:
    """Each finding as a paragraph; then all in one sentence."""
    import sys

    width = min(width_of(sys.stdout) or _terminal(), _WIDE)
    for finding in report.findings:
        _print_finding(finding, width)
        print()
    for line in wrap(report.sentence, width):
        say(line)


def _terminal() -> int:
    import shutil

    return shutil.get_terminal_size().columns


def _print_finding(finding: Finding, width: int) -> None:
    severity = finding.severity.value
    head = f"{severity} {finding.code}: {tame(finding.message)}"
    for line in wrap(head, width):
        say(line, _STYLE[severity])
    _print_part("effect", finding.effect.text, width)
    for moved in finding.effect.moved[:_MOVED]:
        _print_part("", f"{moved} without it", width)
    for one in finding.examples:
        _print_part("seen", str(one), width)
    if finding.fix is not None:
        _print_part("change", f"{finding.fix.place}: {finding.fix.write}", width)
        if finding.fix.about:
            _print_part("", finding.fix.about, width)


def _print_part(label: str, text: str, width: int) -> None:
    for place, line in enumerate(wrap(tame(text), max(24, width - 10)) or [""]):
        print(f"  {label if not place else '':<7} {line}".rstrip())


def check(
    folder: Folder,
    strict: Annotated[
        bool, typer.Option("--strict", help="Fail on warnings of doctor and on contradicted claims, too.")
    ] = False,
    against: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Compare with the numbers in this file.", show_default=False),
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write the key numbers there, if nothing failed.", show_default=False
        ),
    ] = None,
    drift: Annotated[
        float,
        typer.Option(
            min=0, metavar="POINTS", help="How many points a share may move beyond its uncertainty."
        ),
    ] = 5.0,
    unknown: Annotated[
        float,
        typer.Option(min=0, metavar="SHARE", help="How many % of new events may have names that are new."),
    ] = 1.0,
    journey: Journey = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Fail on mistakes, doctor's errors or drift.

    For continuous integration. Without data only the definitions are checked. With --against, also what moved since
    the numbers were saved: shares, medians, sources and events that stopped, names that are new. What is claimed on the
    map and does not hold is told; it fails with --strict.
    """
    workspace = opened(folder, journey)
    with progress_bar(quiet=quiet or json) as bar:
        steps = Steps(bar, quiet=quiet or json, doing="checking")
        done = workspace.check(
            strict=strict, against=against, save=save, drift=drift, unknown=unknown, say=steps
        )
    if json:
        print_json(done)
    else:
        print_checked(done, folder)
    if not done.passed:
        raise typer.Exit(FAILED)


def print_checked(done: Checked, folder: Path) -> None:
    """What failed, a line each; then whether all in all it passed."""
    for finding in done.failing:
        place = f" {finding.fix.place}" if finding.fix else ""
        text = f"{finding.severity.value} {finding.code}:{place} {finding.message} {finding.effect.text}"
        say(text, _STYLE[finding.severity.value])
    if done.drift and done.definition_changed:
        say(f"The definition has changed since {done.against} was saved: some of this may be meant.")
    for drift in done.drift:
        say(f"drift {drift.kind}: {drift.message}", "red")
    for one in done.contradicted:
        who = f" ({one.by})" if one.by else ""
        say(f"drift claim: “{one.written}”{who}: {one.said}", "red" if done.strict else "yellow")
    names = ", ".join(done.journeys)
    if not done.loaded:
        say(f"The definitions are right ({names}). Nothing is loaded, so nothing else was checked.")
    elif done.passed:
        said = done.report.sentence if done.report else ""
        compared = f" Nothing moved too far since {done.against}." if done.against else ""
        others = f" of {done.examined}" if len(done.journeys) > 1 else ""
        say(f"Passed: the definitions are right ({names}); the data{others}: {said}{compared}")
        if len(done.journeys) > 1:
            say("The data of another journey are checked with --journey NAME.")
    else:
        parts = [f"{len(done.failing)} of doctor's findings"] if done.failing else []
        parts += [f"{len(done.drift)} numbers that moved too far"] if done.drift else []
        if done.strict and done.contradicted:
            parts.append(f"{len(done.contradicted)} written claims of which the data say otherwise")
        say(f"Failed: {' and '.join(parts)}. More: desirepath doctor {folder}", "red")
    if done.saved:
        say(f"Wrote {done.saved}.")


def add_to(program: typer.Typer) -> None:
    """Add them to the program, with examples."""
    program.command(
        epilog=example("doctor shop", "doctor shop --source orders", "doctor shop --json > findings.json")
    )(doctor)
    program.command(
        epilog=example(
            "check shop",
            "check shop --save baseline.json",
            "check shop --against baseline.json --drift 5 --strict",
        )
    )(check)
