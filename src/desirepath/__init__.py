"""Desirepath: the customer journey as it is really walked.

>>> import desirepath
>>> workspace = desirepath.open("shop")        # doctest: +SKIP
>>> workspace.load()                           # doctest: +SKIP
>>> workspace.stages()                         # doctest: +SKIP
>>> workspace.write_map("map.html")            # doctest: +SKIP

Importing is quick: the engine, DuckDB and Numba are imported when they are first needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from os import PathLike

    from desirepath.app.workspace import Workspace

__version__ = "0.1.0.dev0"
__all__ = ["__version__", "open"]


def open(folder: str | PathLike[str]) -> Workspace:  # desirepath.open reads as it is meant
    """Open a workspace: the folder with journey.yaml and sources.yaml.

    Raises DefinitionError with every mistake in either file, WorkspaceError where there is no workspace.
    """
    from desirepath.app.workspace import Workspace

    return Workspace.open(folder)
