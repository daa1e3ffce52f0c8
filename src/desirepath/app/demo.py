"""The demo: make the sample shop, load it, place its customers, draw its map, say what it shows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from desirepath.app.mapping import export_map
from desirepath.app.refresh import Say, quiet
from desirepath.app.workspace import Workspace
from desirepath.core.errors import WorkspaceError
from desirepath.simulate.make import make_shop

if TYPE_CHECKING:
    from desirepath.app.load import Progress

_MARK = "truth"  # only the sample shop has this folder
FINDINGS = 3


@dataclass(frozen=True, slots=True)
class Demo:
    """What was made, and what its map shows."""

    folder: Path
    map_path: Path
    title: str
    sources: int
    events: int
    customers: int
    rejected: int
    findings: tuple[str, ...]


def make_demo(
    folder: Path, *, customers: int, seed: int, progress: Progress | None = None, say: Say = quiet
) -> Demo:
    """Make (or go on with) the sample shop in `folder`, load it and write map.html.

    Raises WorkspaceError where the folder holds something else.
    """
    if not (folder / _MARK).is_dir():
        if folder.exists() and any(folder.iterdir()):
            raise WorkspaceError(
                f"{folder} holds something else.",
                hint="Name a new folder for the sample shop: desirepath demo DIR",
            )
        say("making the shop", 0.0)
        make_shop(folder, customers=customers, seed=seed, effects=False)
    workspace = Workspace.open(folder)
    workspace.load(progress=progress, say=say)
    document = workspace.map(say=say)
    path = folder / "map.html"
    path.write_text(export_map(document, "html"), "utf-8")
    with workspace.asking() as asking:
        events, people = asking.trails.events, asking.customers_with_events
        rejected = asking.rejected
    return Demo(
        folder=folder,
        map_path=path,
        title=document.title,
        sources=len(workspace.sources.sources) + len(workspace.sources.metrics),
        events=events,
        customers=people,
        rejected=rejected,
        findings=tuple(headline.sentence for headline in document.headlines[:FINDINGS]),
    )
