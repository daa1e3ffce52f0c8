"""What do the files of a workspace say, of one of its journeys and of its sources?

In: the folder. Out: the definitions, or every mistake in any of the files at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from desirepath.app.journeys import JourneyFile, journey_file, read_one
from desirepath.core.errors import DefinitionError, Problem, WorkspaceError
from desirepath.core.file_names import JOURNEY, SOURCES
from desirepath.core.words import MAIN_JOURNEY

if TYPE_CHECKING:
    from desirepath.collect.sources import Sources
    from desirepath.journey.definition import Journey

_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True)
class Definitions:
    """The journey that is asked (`name`), the workspace's main one, which may be the same, and the sources."""

    name: str
    asked: Journey
    main: Journey
    sources: Sources


def read_definitions(folder: Path, name: str, variables: Mapping[str, str]) -> Definitions:
    """The definitions. variables: what fills ${…} in sources.yaml.

    Raises WorkspaceError where the folder is no workspace, NotFound where it has no such journey, DefinitionError with
    every mistake in any file.
    """
    from desirepath.collect.read_sources import read_sources

    missing = [one for one in (JOURNEY, SOURCES) if not (folder / one).is_file()]
    if missing:
        raise WorkspaceError(
            f"{folder} is no workspace: {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing.",
            hint=f"Make one from your files with: desirepath init {folder} FILES…",
            folder=str(folder),
        )
    file = journey_file(folder, name)
    problems: list[Problem] = []
    main = _read(problems, lambda: read_one(JourneyFile(MAIN_JOURNEY, folder / JOURNEY)))
    asked = main if name == MAIN_JOURNEY else _read(problems, lambda: read_one(file, main))
    sources = _read(problems, lambda: read_sources(folder / SOURCES, variables))
    if main is None or asked is None or sources is None:
        raise DefinitionError(problems)
    return Definitions(name, asked, main, sources)


def _read(problems: list[Problem], read: Callable[[], _Read]) -> _Read | None:
    """What is read; None, and what is wrong with it, where it has mistakes."""
    try:
        return read()
    except DefinitionError as error:
        problems.extend(error.problems)
        return None
