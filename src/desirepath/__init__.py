"""Desirepath: the customer journey as it is really walked.

>>> import desirepath
>>> shop = desirepath.open("shop")             # doctest: +SKIP
>>> shop.load()                                # doctest: +SKIP
>>> shop.stages().to_pandas()                  # doctest: +SKIP
>>> shop.map().write("map.html")               # doctest: +SKIP

Importing is quick: the engine, DuckDB and Numba are imported when they are first needed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from desirepath.app.questions import QUESTIONS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    from desirepath.app.draft import Draft
    from desirepath.app.questions.attribution import Attribution
    from desirepath.app.questions.change import Change
    from desirepath.app.questions.churn import Churn
    from desirepath.app.questions.comparison import Comparison
    from desirepath.app.questions.forecast import Forecast
    from desirepath.app.questions.funnel import Funnel
    from desirepath.app.questions.groups import Groups
    from desirepath.app.questions.lifetime_value import LifetimeValue
    from desirepath.app.questions.occupancy import Occupancy
    from desirepath.app.questions.overdue import Overdue
    from desirepath.app.questions.retention import Retention
    from desirepath.app.questions.rfm import Rfm
    from desirepath.app.workspace import Workspace
    from desirepath.core.errors import (
        DefinitionError,
        DesirepathError,
        NotFound,
        SourceError,
        WorkspaceBusy,
        WorkspaceError,
    )
    from desirepath.core.estimate import Estimate, NoEstimate

__version__ = "0.1.0.dev0"
__all__ = [
    "Attribution",
    "Change",
    "Churn",
    "Comparison",
    "DefinitionError",
    "DesirepathError",
    "Estimate",
    "Forecast",
    "Friction",
    "Funnel",
    "Groups",
    "LifetimeValue",
    "NoEstimate",
    "NotFound",
    "Occupancy",
    "Overdue",
    "Paths",
    "Promises",
    "Retention",
    "Rfm",
    "SourceError",
    "Transitions",
    "Workspace",
    "WorkspaceBusy",
    "WorkspaceError",
    "__version__",
    "init",
    "open",
]

_ERRORS = ("DefinitionError", "DesirepathError", "NotFound", "SourceError", "WorkspaceBusy", "WorkspaceError")
_LATE = {
    "Workspace": "desirepath.app.workspace",
    "Estimate": "desirepath.core.estimate",
    "NoEstimate": "desirepath.core.estimate",
    **dict.fromkeys(_ERRORS, "desirepath.core.errors"),
    **{kind: f"desirepath.app.questions.{module}" for module, kind in QUESTIONS.values()},
}


def open(folder: str | PathLike[str], journey: str | None = None) -> Workspace:  # reads as it is meant
    """Open a workspace: the folder with journey.yaml and sources.yaml.

    journey: which journey is asked, where the folder has several: "buyer" for buyer.journey.yaml. Raises
    DefinitionError with every mistake in its files, WorkspaceError where there is no workspace, NotFound for an
    unknown journey.
    """
    from desirepath.app.workspace import Workspace

    return Workspace.open(folder, journey)


def init(
    folder: str | PathLike[str],
    files: Sequence[str | PathLike[str]] = (),
    template: str | None = None,
    *,
    preset: str | None = None,
    force: bool = False,
) -> Draft:
    """Look at files and draft journey.yaml and sources.yaml in a folder, with the reason for each guess.

    template: online-shop, saas, b2b-leads or services. preset: what the files are, such as shopify-orders; unless
    said, exports of known tools are recognised. Raises WorkspaceError where a draft would overwrite something
    (unless `force`), SourceError where the files hold no events or are no such export.
    """
    from desirepath.app.draft import draft

    return draft(folder, files, template, preset=preset, force=force)


def __getattr__(name: str) -> object:
    if name in _LATE:
        return getattr(import_module(_LATE[name]), name)
    raise AttributeError(f"module 'desirepath' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
