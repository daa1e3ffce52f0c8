"""Every format that a map can be written in, by the ending of its file.

Each export is a function from a document to text or bytes; what it needs is imported when it is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

from desirepath.journey_map.document import MapDocument


@dataclass(frozen=True, slots=True)
class Export:
    """One format. module: in journey_map, with the function to_ and the module's last name.

    text: the file is text in UTF-8. themed: it can be light or dark. sized: it can be so many pixels wide.
    """

    module: str
    about: str
    text: bool = True
    themed: bool = False
    sized: bool = False


FORMATS: dict[str, Export] = {
    "html": Export(
        "html",
        "one page that works offline: open a cell's evidence, a stage, a customer's trail",
        themed=True,
    ),
    "svg": Export("svg", "the macro map as one drawing, light or dark", themed=True),
    "png": Export("paper.png", "the macro map as a picture", text=False, themed=True, sized=True),
    "pdf": Export(
        "paper.pdf", "the map on one page, then all that it rests on, to print", text=False, themed=True
    ),
    "pptx": Export(
        "office.pptx", "slides of shapes, charts and tables that can be edited", text=False, themed=True
    ),
    "xlsx": Export("office.xlsx", "a workbook: every number with its interval, n and method", text=False),
    "md": Export("markdown", "Markdown, stage by stage"),
    "csv": Export("csv", "one row a cell"),
    "json": Export("json", "everything, unrounded, with its schema"),
    "mmd": Export("mermaid", "a Mermaid journey diagram"),
}


def export(document: MapDocument, ending: str, *, theme: str = "auto", width: int | None = None) -> bytes:
    """The map as the bytes of a file of that ending. Raises KeyError for an unknown one.

    theme: light or dark; auto follows the reader's system where the format can, and is light where it cannot.
    width: px, of a picture. Both are left alone by formats that have no such thing.
    """
    chosen = FORMATS[ending]
    module = import_module(f"desirepath.journey_map.{chosen.module}")
    write = getattr(module, f"to_{chosen.module.rpartition('.')[2]}")
    options = ({"theme": theme} if chosen.themed else {}) | ({"width": width} if chosen.sized else {})
    made: str | bytes = write(document, **options)
    return made.encode() if isinstance(made, str) else made
