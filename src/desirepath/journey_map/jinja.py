"""Where the templates of the page and of the drawing are found, and how they are filled in: strictly."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined


@cache
def environment() -> Environment:
    """Everything filled in is escaped; a name that is nowhere is a mistake, never empty."""
    return Environment(
        loader=PackageLoader("desirepath.journey_map"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
