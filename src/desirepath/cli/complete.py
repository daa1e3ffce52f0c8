"""Names for shell completion: stages, segments and sources of the workspace that stands on the command line.

Reads no more than the names, and says nothing where it cannot: a half-written command is no mistake.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import typer

from desirepath.core.file_names import JOURNEY, SOURCES
from desirepath.core.words import MAIN_JOURNEY

# The counts of a stage that have a member list (measure.stages.COUNTS; a test compares).
COUNTS = (
    "customers", "reached", "entered", "skipped", "succeeded", "advanced", "left", "lapsed", "in_flight", "lost",
)  # fmt: skip


def stage_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """Stages of the journey."""
    return _beginning(_keys(ctx, _definition(ctx), "stages"), incomplete)


def stage_counts(ctx: typer.Context, incomplete: str) -> list[str]:
    """stage:count."""
    stage, colon, _ = incomplete.partition(":")
    if not colon:
        return [f"{name}:" for name in _beginning([*stage_names(ctx, ""), "journey"], stage)]
    return _beginning([f"{stage}:{count}" for count in COUNTS], incomplete)


def segment_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """Segments and personas of the journey."""
    return _beginning(_keys(ctx, _definition(ctx), "segments", "personas"), incomplete)


def journey_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """The journeys of the workspace."""
    from desirepath.app.journeys import journey_files

    folder = _folder(ctx, JOURNEY)
    return _beginning(list(journey_files(folder)), incomplete) if folder else []


def _definition(ctx: typer.Context) -> str:
    """The file of the journey that is asked."""
    from desirepath.app.journeys import own_name

    return own_name(ctx.params.get("journey") or MAIN_JOURNEY, JOURNEY)


def source_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """Sources of sources.yaml."""
    return _beginning(_keys(ctx, SOURCES, "sources", "metrics"), incomplete)


def preset_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """The exports that init recognises."""
    from desirepath.collect.presets.catalogue import presets

    return _beginning(list(presets()), incomplete)


def _beginning(names: list[str], start: str) -> list[str]:
    return [name for name in names if name.startswith(start)]


def _keys(ctx: typer.Context, file: str, *parts: str) -> list[str]:
    """The names under some keys of a definition, as they stand there."""
    import yaml

    folder = _folder(ctx, file)
    if folder is None:
        return []
    try:
        said: Any = yaml.safe_load((folder / file).read_text("utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        return []
    found = [said.get(part) for part in parts] if isinstance(said, dict) else []
    return [str(name) for one in found if isinstance(one, dict) for name in one]


def _folder(ctx: typer.Context, file: str) -> Path | None:
    """The workspace on the command line. An option that has no value yet keeps the parser from telling."""
    said = ctx.params.get("folder")
    if said is not None:
        return Path(said)
    typed = os.environ.get("_TYPER_COMPLETE_ARGS") or os.environ.get("COMP_WORDS") or ""
    words = (Path(word) for word in typed.split())
    return next((word for word in words if (word / file).is_file()), None)
