"""Which journeys does a workspace have, and what does each say?

In: the folder. Out: the main journey, which stands in journey.yaml, and one for each NAME.journey.yaml beside it,
each with what people wrote on its map (map.yaml, NAME.map.yaml).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from desirepath.core.errors import DefinitionError, NotFound, Problem, nearest
from desirepath.core.file_names import JOURNEY, MAP
from desirepath.core.words import MAIN_JOURNEY as MAIN

if TYPE_CHECKING:
    from desirepath.journey.definition import Journey

_NAME = re.compile(r"[^\W\d]\w*(-\w+)*")


@dataclass(frozen=True, slots=True)
class JourneyFile:
    """Where one journey's definition stands."""

    name: str
    path: Path

    @property
    def map_path(self) -> Path | None:
        """What people wrote on its map, if anybody did."""
        beside = self.path.with_name(own_name(self.name, MAP))
        return beside if beside.is_file() else None


def own_name(journey: str, file: str) -> str:
    """A journey's own file of a sort: map.html for the main one, buyer.map.html for the journey `buyer`."""
    return file if journey == MAIN else f"{journey}.{file}"


def journey_files(folder: Path) -> dict[str, JourneyFile]:
    """Every journey by name, the main one first. What the files say is not looked at."""
    return _files(folder)[0]


def journey_file(folder: Path, name: str) -> JourneyFile:
    """One journey's file. Raises NotFound for a name that no journey has."""
    files = journey_files(folder)
    if name not in files:
        raise NotFound(f'there is no journey "{name}"', hint=nearest(name, files, "Journeys"), journey=name)
    return files[name]


def read_one(file: JourneyFile, main: Journey | None = None) -> Journey:
    """One journey. main: for a further one, the main one, from which it takes what a business has once.

    Raises DefinitionError with every mistake in its files.
    """
    from desirepath.journey.read import read_journey

    return read_journey(file.path, file.map_path, main)


def read_all(folder: Path, main: Journey) -> dict[str, Journey]:
    """Every journey by name, the main one first. Raises DefinitionError with every mistake in any of their files."""
    files, problems = _files(folder)
    found = {MAIN: main}
    for name, file in files.items():
        if name != MAIN:
            try:
                found[name] = read_one(file, main)
            except DefinitionError as error:
                problems.extend(error.problems)
    if problems:
        raise DefinitionError(problems)
    return found


def _files(folder: Path) -> tuple[dict[str, JourneyFile], list[Problem]]:
    """The journeys, and the files that would be a journey's if they were named otherwise."""
    found = {MAIN: JourneyFile(MAIN, folder / JOURNEY)}
    problems: list[Problem] = []
    for path in _named_like(folder, JOURNEY):
        name = path.name.removesuffix(f".{JOURNEY}")
        same = next((other for other in found if other.casefold() == name.casefold()), None)
        if not _NAME.fullmatch(name):
            hint = f"A name is made of letters, digits, _ and -: buyer.{JOURNEY}."
            problems.append(Problem(str(path), 0, f'"{name}" cannot be the name of a journey', hint))
        elif same is not None:
            taken = f"{same}.{JOURNEY}" if same != MAIN else JOURNEY
            said = f'the journey "{same}" stands in {taken} already'
            problems.append(Problem(str(path), 0, said, "Give one of them another name."))
        else:
            found[name] = JourneyFile(name, path)
    for path in _named_like(folder, MAP):
        name = path.name.removesuffix(f".{MAP}")
        if name not in found or name == MAIN:
            hint = nearest(name, found, "Journeys")
            problems.append(Problem(str(path), 0, f'there is no journey "{name}" for this map', hint))
    return found, problems


def _named_like(folder: Path, ending: str) -> list[Path]:
    """The files NAME.ending, by name. What begins with a point is an editor's, or the system's own."""
    return sorted(
        path for path in folder.glob(f"*.{ending}") if path.is_file() and not path.name.startswith(".")
    )
