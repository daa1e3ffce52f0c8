"""The macro map as one SVG drawing, light or dark, that stands alone: no script, no font, no other file.

In: a MapDocument. Out: the file's text, XML 1.0. Everything that people wrote is escaped by the template.
"""

from __future__ import annotations

from typing import Literal

from desirepath.journey_map.document import MapDocument
from desirepath.journey_map.drawing.sheet import sheet
from desirepath.journey_map.jinja import environment
from desirepath.journey_map.palette import DARK, FONT, LIGHT
from desirepath.journey_map.text import cleaned


def to_svg(document: MapDocument, theme: Literal["light", "dark"] = "light", width: float = 1600.0) -> str:
    """The drawing; `width` is the least width in px, wider where the stages need it."""
    d = cleaned(document)
    return (
        environment()
        .get_template("map.svg.j2")
        .render(d=d, s=sheet(d, width), c=DARK if theme == "dark" else LIGHT, font=FONT)
    )
