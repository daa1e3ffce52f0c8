"""The macro map as a picture: the SVG drawing in pixels, light or dark, for a slide, a chat, a wiki.

In: a MapDocument and how wide, in px. Out: the bytes of a PNG. The height follows from what the map holds.
"""

from __future__ import annotations

from desirepath.journey_map.document import MapDocument
from desirepath.journey_map.drawing.sheet import sheet
from desirepath.journey_map.palette import colours
from desirepath.journey_map.paper.typesetting import FONT, GROW, typeset
from desirepath.journey_map.svg import drawn

LEAST, MOST = 400, 12_000  # px; beyond, few programs open what comes out
MOST_PIXELS = 120_000_000


def to_png(document: MapDocument, theme: str = "light", width: int | None = None) -> bytes:
    """The picture. theme: dark, else light. width: in px, twice the drawing's own unless said.

    A map too tall for so wide a picture (over MOST_PIXELS) is made narrower, at the same shape.
    """
    page = sheet(document)
    wide = min(MOST, max(LEAST, width)) if width else round(2 * page.width)
    scale = min(wide / page.width, (MOST_PIXELS / (page.width * page.height)) ** 0.5)
    return typeset(
        "picture.typ",
        {"width": page.width, "height": page.height, "title": document.title},
        {"map": drawn(document, page, colours(theme), FONT, GROW)},
        format="png",
        as_of=document.as_of,
        ppi=72.0 * scale,
    )
