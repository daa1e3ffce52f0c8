"""The definitions of a workspace as texts that are edited: read, judged, tried, saved, and put back.

In: the folder, a file's name, a text. Out: the texts with a stamp each, every mistake of a changed one with its line,
and a saved file: written whole or not at all, what stood there before kept. Saving is refused where the file has been
changed since it was read.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from desirepath.app.definitions import read_definitions
from desirepath.app.journeys import JourneyFile, journey_files, read_all, read_one
from desirepath.app.kept_versions import versions, write_over
from desirepath.app.one_writer import one_writer
from desirepath.core.errors import DefinitionError, NotFound, Problem, WorkspaceError, nearest
from desirepath.core.file_names import JOURNEY, MAP, SOURCES
from desirepath.core.times import Clock
from desirepath.core.words import MAIN_JOURNEY

if TYPE_CHECKING:
    from desirepath.app.derived import Derived
    from desirepath.journey.definition import Journey


class FileChanged(WorkspaceError):
    """Somebody has changed the file since it was read."""

    code = "file_changed"


@dataclass(frozen=True, slots=True)
class RuleFile:
    """One definition. journey: whose it is, None for sources.yaml. kept: earlier versions, the latest first."""

    name: str
    journey: str | None
    text: str
    stamp: str
    kept: tuple[str, ...]


def rule_files(folder: Path) -> list[RuleFile]:
    """journey.yaml, the further journeys, sources.yaml; whatever is in them."""
    names: list[tuple[str, str | None]] = [
        (one.path.name, name) for name, one in journey_files(folder).items()
    ]
    names.append((SOURCES, None))
    return [_file(folder, name, journey) for name, journey in names if (folder / name).is_file()]


def _file(folder: Path, name: str, journey: str | None) -> RuleFile:
    text = _text(folder / name)
    return RuleFile(name, journey, text, stamp_of(text), tuple(versions(folder, name)))


def rule_file(folder: Path, name: str) -> RuleFile:
    """One of them. Raises NotFound."""
    files = {one.name: one for one in rule_files(folder)}
    if name not in files:
        raise NotFound(f'there is no definition "{name[:80]}"', hint=nearest(name, files, "Definitions"))
    return files[name]


def stamp_of(text: str) -> str:
    """Another text has another stamp."""
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def mistakes(
    folder: Path, name: str, text: str, variables: Mapping[str, str] | None = None
) -> tuple[Problem, ...]:
    """What is wrong with the workspace, were this the text of that file; each with its line. Raises NotFound."""
    rule_file(folder, name)
    with _as_if(folder, name, text) as trial:
        try:
            said = read_definitions(trial, MAIN_JOURNEY, os.environ if variables is None else variables)
            read_all(trial, said.main)
        except DefinitionError as error:
            return tuple(replace(one, file=Path(one.file).name) for one in error.problems)
    return ()


def changed_journey(folder: Path, name: str, text: str) -> tuple[str, Journey, Journey]:
    """Whose definition it is, the changed one, and the workspace's main one then. Raises DefinitionError, NotFound."""
    file = rule_file(folder, name)
    if file.journey is None:
        raise WorkspaceError(
            f"{name} says how rows become events: what it changes is seen after the next load.",
            hint="Save it, and load: a load can be taken back.",
        )
    wrong = mistakes(folder, name, text)
    if wrong:
        raise DefinitionError(wrong)
    with _as_if(folder, name, text) as trial:
        main = read_one(JourneyFile(MAIN_JOURNEY, trial / JOURNEY))
        own = (
            main if file.journey == MAIN_JOURNEY else read_one(JourneyFile(file.journey, trial / name), main)
        )
    return file.journey, own, main


def derived_by(own: Derived, journey: Journey, main: Journey) -> Derived:
    """What is derived for a journey, were its definition this one."""
    return replace(own, journey=journey, main=main)


def save(folder: Path, name: str, text: str, stamp: str, clock: Clock) -> RuleFile:
    """Write a definition, and keep what stood there.

    Raises DefinitionError with every mistake, FileChanged where the file is no longer the one with that stamp.
    """
    with one_writer(folder):
        before = rule_file(folder, name)
        if before.stamp != stamp:
            raise FileChanged(
                f"{name} has been changed since you opened it.",
                hint="Open it again, and make your change in it; your text is still here to copy.",
            )
        wrong = mistakes(folder, name, text)
        if wrong:
            raise DefinitionError(wrong)
        if text != before.text:
            write_over(folder / name, text, clock.now())
        return rule_file(folder, name)


def kept_text(folder: Path, name: str, version: str) -> str:
    """An earlier version of a definition. Raises NotFound."""
    there = versions(folder, rule_file(folder, name).name)
    if version not in there:
        raise NotFound(
            f"there is no earlier version {version[:40]} of {name}", hint=nearest(version, there, "Versions")
        )
    return _text(there[version])


def write_first(folder: Path, sources_text: str, journey_text: str, clock: Clock) -> None:
    """Make the folder a workspace.

    Raises WorkspaceError where it is one already, DefinitionError with every mistake.
    """
    with one_writer(folder):
        _first(folder, sources_text, journey_text, clock)


def write_both(folder: Path, sources_text: str, journey_text: str, clock: Clock) -> None:
    """Write both definitions, by the one writer, and keep what stood there.

    journey.yaml comes last: with it, the workspace is there.
    """
    write_over(folder / SOURCES, sources_text, clock.now())
    write_over(folder / JOURNEY, journey_text, clock.now())


def _first(folder: Path, sources_text: str, journey_text: str, clock: Clock) -> None:
    if (folder / JOURNEY).exists():
        raise WorkspaceError(
            f"{folder.resolve().name} has its definitions already.", hint="Change them on the page Rules."
        )
    with TemporaryDirectory(prefix="desirepath-") as temporary:
        trial = Path(temporary)
        (trial / SOURCES).write_text(sources_text, "utf-8")
        (trial / JOURNEY).write_text(journey_text, "utf-8")
        try:
            read_definitions(trial, MAIN_JOURNEY, os.environ)
        except DefinitionError as error:
            raise DefinitionError(
                [replace(one, file=Path(one.file).name) for one in error.problems]
            ) from None
    write_both(folder, sources_text, journey_text, clock)


# ── behind it ────────────────────────────────────────────────────────────────────────────────────────────


class _as_if(TemporaryDirectory[str]):
    """A folder with the workspace's definitions, in which one file has another text."""

    def __init__(self, folder: Path, name: str, text: str) -> None:
        super().__init__(prefix="desirepath-")
        self._texts = {one.name: _text(folder / one.name) for one in rule_files(folder)} | {name: text}
        for path in folder.glob(f"*{MAP}"):
            self._texts.setdefault(path.name, _text(path))

    def __enter__(self) -> Path:  # type: ignore[override]  # a path, and not its text
        path = Path(super().__enter__())
        for name, text in self._texts.items():
            (path / name).write_text(text, "utf-8")
        return path


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig", "replace")
    except OSError as error:
        raise WorkspaceError(f"Cannot read {path.name}: {error.strerror}.") from None
