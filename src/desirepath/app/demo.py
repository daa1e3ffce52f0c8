"""The demo: make the sample shop, load it, place its customers, draw its map, say what it shows."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from desirepath.app.derived import HIDDEN
from desirepath.app.refresh import Say, quiet
from desirepath.app.workspace import Workspace
from desirepath.core.errors import WorkspaceError
from desirepath.simulate import CUSTOMERS, SEED
from desirepath.simulate.make import make_shop
from desirepath.simulate.truth import read_truth

if TYPE_CHECKING:
    from desirepath.app.load import Progress

_UNFINISHED = (
    ".sample-shop-unfinished"  # in a folder in which a shop is being made, or was when its maker was killed
)
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
    folder: Path,
    *,
    customers: int | None = None,
    seed: int | None = None,
    progress: Progress | None = None,
    say: Say = quiet,
) -> Demo:
    """Make the sample shop in `folder`, load it and write map.html.

    A shop that is there already is kept with all that was changed in it, unless another number of customers or another
    seed is asked for. Raises WorkspaceError where the folder holds something else.
    """
    if not _is_there(folder, customers, seed):
        say("making the shop", 0.0)
        _make(folder, customers or CUSTOMERS, SEED if seed is None else seed)
    workspace = Workspace.open(folder)
    workspace.load(progress=progress, say=say)
    drawn = workspace.map(say=say)
    path = drawn.write(folder / "map.html")
    with workspace.asking() as asking:
        events, people = asking.trails.events, asking.customers_with_events
        rejected = asking.rejected
    return Demo(
        folder=folder,
        map_path=path,
        title=drawn.title,
        sources=len(workspace.sources.sources) + len(workspace.sources.metrics),
        events=events,
        customers=people,
        rejected=rejected,
        findings=tuple(headline.sentence for headline in drawn.headlines[:FINDINGS]),
    )


def is_ready(folder: Path, *, customers: int | None = None, seed: int | None = None) -> bool:
    """Whether make_demo has been there before, to its end. Raises WorkspaceError as it does."""
    made = _is_there(folder, customers, seed)
    return made and (folder / "map.html").is_file() and (folder / HIDDEN / "events.duckdb").is_file()


def _is_there(folder: Path, customers: int | None, seed: int | None) -> bool:
    """The folder holds just this shop. Raises WorkspaceError where it holds something that is no sample shop."""
    if (folder / "truth" / "truth.json").is_file() and not (folder / _UNFINISHED).exists():
        truth = read_truth(folder)
        return customers in (None, truth.customers) and seed in (None, truth.seed)
    ours = not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
    if not ours and not (folder / _UNFINISHED).exists():
        raise WorkspaceError(
            f"{folder} holds something else.",
            hint="Name a new folder for the sample shop: desirepath demo FOLDER",
            folder=str(folder),
        )
    return False


def _make(folder: Path, customers: int, seed: int) -> None:
    """Make the shop anew; where that is stopped half-way, the next one knows."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / _UNFINISHED
        if unfinished.exists():
            shutil.rmtree(folder / "exports", ignore_errors=True)
        unfinished.touch()
        make_shop(folder, customers=customers, seed=seed, effects=False)
        unfinished.unlink()
    except OSError as error:
        raise WorkspaceError(f"Cannot make the sample shop in {folder}: {error.strerror}.") from error
