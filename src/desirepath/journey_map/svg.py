"""The macro map as one SVG drawing, light or dark, that stands alone: no script, no font, no other file.

In: a MapDocument. Out: the file's text, XML 1.0. Everything that people wrote is escaped by the template.
"""

from __future__ import annotations

from collections.abc import Mapping

from desirepath.journey_map.document import MapDocument
from desirepath.journey_map.drawing.sheet import Sheet, sheet
from desirepath.journey_map.jinja import environment
from desirepath.journey_map.palette import FONT, colours

WIDTH = 1600.0  # px, the least width of a drawing


def to_svg(document: MapDocument, theme: str = "light", width: float = WIDTH) -> str:
    """The drawing; `width` is the least width in px, wider where the stages need it. theme: dark, else light."""
    return drawn(document, sheet(document, width), colours(theme), FONT)


def drawn(
    document: MapDocument, sheet: Sheet, colours: Mapping[str, str], font: str, grow: float = 1.0
) -> str:
    """A sheet in colours and letters. grow: letters are so much larger than laid out, where the face is narrow."""
    return (
        environment().get_template("map.svg.j2").render(d=document, s=sheet, c=colours, font=font, grow=grow)
    )
