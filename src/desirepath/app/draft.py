"""From a stranger's files to a workspace: profile them, guess, write sources.yaml and journey.yaml.

In: a folder, files, perhaps a template or a preset. What is the export of a known tool is written by its preset,
the rest is guessed. Out: both definitions, read back before they are written, and a Draft
that says what was guessed and what was left out. Nothing that exists is ever overwritten without `force`, and what is
overwritten is kept as an earlier version.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path

from desirepath.app.clock import SystemClock
from desirepath.app.guesses import readable
from desirepath.app.one_writer import one_writer
from desirepath.app.rule_files import write_both
from desirepath.core.errors import WorkspaceError
from desirepath.core.file_names import JOURNEY, SOURCES

DEFAULT_TEMPLATE = "online-shop"


@dataclass(frozen=True)
class Draft:
    """What `init` made. guesses: file, line and reason of each; notes: what the reader should know."""

    folder: Path
    sources_path: Path
    journey_path: Path
    guesses: tuple[str, ...]
    notes: tuple[str, ...] = ()
    sources_text: str = field(default="", repr=False)
    journey_text: str = field(default="", repr=False)

    def as_dict(self) -> dict[str, object]:
        """For --json."""
        return {
            "folder": str(self.folder),
            "sources": str(self.sources_path),
            "journey": str(self.journey_path),
            "guesses": list(self.guesses),
            "notes": list(self.notes),
        }


def draft(
    folder: str | PathLike[str],
    files: Sequence[str | PathLike[str]] = (),
    template: str | None = None,
    *,
    preset: str | None = None,
    force: bool = False,
) -> Draft:
    """Write a first journey.yaml and sources.yaml into `folder`, which is made where it is missing.

    preset: what the files are; unless said, exports of known tools are recognised by their columns.
    Raises WorkspaceError where one of them exists (unless `force`), SourceError where the files hold no events.
    """
    target = Path(folder)
    _refuse_to_overwrite(target, force)
    if preset is not None and not files:
        raise WorkspaceError(
            "A preset is for files, and none is named.", hint="Name the export: desirepath init FOLDER FILES"
        )
    if files:
        from desirepath.app.proposal import nothing_to_place, propose

        with propose(target, [Path(f) for f in files], template, preset) as found:
            if not found.journey_text:
                raise nothing_to_place(found)
            sources_text, journey_text, notes = found.sources_text, found.journey_text, list(found.notes)
    else:
        sources_text, journey_text, notes = _from_template(template)
    guesses = guesses_of(sources_text, journey_text, has_sources=bool(files))
    made = Draft(
        target, target / SOURCES, target / JOURNEY, guesses, tuple(notes), sources_text, journey_text
    )
    with one_writer(target):
        _refuse_to_overwrite(target, force)  # somebody else may have been quicker
        write_both(target, sources_text, journey_text, SystemClock())
    return made


def _refuse_to_overwrite(target: Path, force: bool) -> None:
    if target.exists() and not target.is_dir():
        raise WorkspaceError(
            f"{target} is a file.", hint="Name a folder for the workspace.", folder=str(target)
        )
    there = [name for name in (JOURNEY, SOURCES) if (target / name).exists()]
    if there and not force:
        raise WorkspaceError(
            f"{target} has {' and '.join(there)} already.",
            hint="Nothing was changed. Name another folder, or replace both with --force.",
            folder=str(target),
        )


def guesses_of(sources_text: str, journey_text: str, *, has_sources: bool = True) -> tuple[str, ...]:
    """The guesses, as the readers list them: what we write must read without a problem."""
    from desirepath.collect.read_sources import read_sources
    from desirepath.journey.read import read_journey

    guesses = read_journey(journey_text).guesses
    if has_sources:
        guesses = read_sources(sources_text, os.environ).guesses + guesses
    return readable(guesses, {SOURCES: sources_text, JOURNEY: journey_text})


def _from_template(name: str | None) -> tuple[str, str, list[str]]:
    from desirepath.collect.guess.text import skeleton
    from desirepath.journey.templates import template

    notes = [] if name else [f"No files and no template were named: this is the template {DEFAULT_TEMPLATE}."]
    return skeleton(), template(name or DEFAULT_TEMPLATE), notes
