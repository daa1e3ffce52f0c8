"""Typst, as this room uses it: a template of ours in, a PDF or PNG out; what people wrote goes in as data.

Nothing that comes from a map is ever part of a template: it is handed over as JSON and shown as text, so that
no sign in it means anything. No file is read but the template and the fonts, no package is fetched.
Letters are those of Source Sans Pro, which comes with Desirepath; a script that it does not have (Chinese,
Arabic) is set in whatever the system has, and shows empty boxes where the system has nothing.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import as_file, files
from typing import Any, Literal

import typst

from desirepath.core.times import SECOND

FACE = "Source Sans Pro"
FONT = f"'{FACE}', 'Noto Sans', 'DejaVu Sans', sans-serif"
GROW = 1.2  # Source Sans is this much smaller to the eye, and narrower, than the faces that drawings are laid out for


@cache
def _fonts() -> typst.Fonts:
    """Looked up once: a system can have thousands."""
    with as_file(files("font_source_sans_pro").joinpath("files")) as folder:
        return typst.Fonts(include_system_fonts=True, include_embedded_fonts=False, font_paths=[str(folder)])


def typeset(
    template: str,
    data: dict[str, object],
    drawings: dict[str, str],
    *,
    format: Literal["pdf", "png"],
    as_of: int,
    ppi: float = 72.0,
) -> bytes:
    """The file's bytes.

    template: a file in templates/. data: plain data, seen there as `data`. drawings: SVG texts, seen by their names.
    as_of: µs, the time that a PDF says it was made at, so that the same map gives the same file. ppi: of a PNG.
    """
    source = files("desirepath.journey_map").joinpath("templates", template).read_bytes()
    inputs = {"data": json.dumps(data, ensure_ascii=False), "drawings": json.dumps(drawings)}

    def compiled(**rest: Any) -> bytes:
        made = typst.compile(source, format=format, font_paths=_fonts(), sys_inputs=inputs, ppi=ppi, **rest)
        assert isinstance(made, bytes)
        return made

    if format == "png":
        return compiled()
    made_at = max(0, as_of // SECOND)
    try:
        return compiled(timestamp=made_at, pdf_standards=["ua-1"])
    except typst.TypstError as error:
        # The standard refuses a sign that no font here has. Tagged it is all the same; the sign is an empty box.
        if "could not be displayed" not in error.message:
            raise
        return compiled(timestamp=made_at)
