"""Every format that a map can be written in, by the ending of its file.

Each export is a function from a document to text; what it needs is imported when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from desirepath.journey_map.document import MapDocument

FORMATS: dict[str, tuple[str, str]] = {
    "html": ("html", "one page that works offline: open a cell's evidence, a stage, a customer's trail"),
    "svg": ("svg", "the macro map as one drawing, light or dark"),
    "md": ("markdown", "Markdown, stage by stage"),
    "csv": ("csv", "one row a cell"),
    "json": ("json", "everything, unrounded, with its schema"),
    "mmd": ("mermaid", "a Mermaid journey diagram"),
}


def exporter(ending: str) -> Callable[[MapDocument], str]:
    """The function that writes files of that ending. Raises KeyError for an unknown one."""
    module = FORMATS[ending][0]
    found = import_module(f"desirepath.journey_map.{module}")
    write: Callable[[MapDocument], str] = getattr(found, f"to_{module}")
    return write
