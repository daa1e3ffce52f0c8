"""A map as a file: which format its name asks for, and its bytes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from desirepath.core.errors import NotFound, nearest
from desirepath.journey_map.exports import FORMATS, export

if TYPE_CHECKING:
    from desirepath.journey_map.document import MapDocument

_ALSO = {"htm": "html", "markdown": "md", "mermaid": "mmd"}


def format_of(path: Path | None) -> str:
    """The format that a file's name asks for; HTML where it has no ending. Raises NotFound for an unknown one."""
    ending = path.suffix.lower().lstrip(".") if path else ""
    return _known(_ALSO.get(ending, ending) if ending else "html")


def _known(format: str) -> str:
    if format not in FORMATS:
        raise NotFound(
            f'the map cannot be written as "{format}"',
            hint=nearest(format, FORMATS, "Formats"),
            format=format,
        )
    return format


def is_text(format: str) -> bool:
    """Whether files of that format are text; the others are only for a file or a pipe. Raises NotFound."""
    return FORMATS[_known(format)].text


def export_map(document: MapDocument, format: str, theme: str = "auto", width: int | None = None) -> bytes:
    """The map as the bytes of a file, in one of journey_map.exports.FORMATS. Raises NotFound for another.

    theme: of what is drawn: light or dark; auto follows the reader's system where the format can. width: px, of a
    picture.
    """
    return export(document, _known(format), theme=theme, width=width)
