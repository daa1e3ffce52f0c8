"""The map as a Mermaid `journey` diagram: a section a stage, a task a step, a score of 1 … 5, who it rests on.

Mermaid's scores are whole numbers: −2 … +2 of ease or of reported feeling become 1 … 5. Steps without either
are left out, since a score would have to be made up.
The grammar (mermaid 11, journey.jison): a task is `name: score: actors`; `# ; :` and line breaks end a name;
`%%` begins a comment; a line that begins with journey, title, section, accTitle or accDescr is that. Such
signs, and the first letter of such a name, are written as entity codes, which Mermaid shows as the signs.
"""

from __future__ import annotations

import re

from desirepath.core.estimate import Estimate
from desirepath.journey_map.document import Cell, MapDocument

# Signs of the grammar, of HTML, of Mermaid's own encoding of entities, and of directives.
_SIGNS = re.compile("[#;:,<>&\"'%{}`\\\\|\ufb02\xb0\xb6\xdf]")
_KEYWORDS = re.compile(r"(?i)(journey|title|section|acctitle|accdescr|style|classdef|click|link)")
NAME = 80


def to_mermaid(d: MapDocument) -> str:
    """The diagram's text, for a fenced block ```mermaid."""
    lines = ["journey", f"    title {escape(d.title)}"]
    emotion = next((lane.cells for lane in d.lanes if lane.id == "emotion"), ())
    for stage in d.stages:
        lines.append(f"    section {escape(stage.label)}")
        for cell in emotion:
            score = _score(cell)
            if cell.stage == stage.id and cell.place >= 0 and score is not None:
                actor = "Customers said" if cell.series == "reported" else "Customers did"
                lines.append(f"      {escape(cell.title)}: {score}: {actor}")
    return "\n".join(lines) + "\n"


def _score(cell: Cell) -> int | None:
    value = cell.value("emotion")
    if cell.blank or value is None or not isinstance(value.measured, Estimate):
        return None
    return min(5, max(1, round(value.measured.value) + 3))


def escape(text: str) -> str:
    """A name that Mermaid reads as a name, and shows as it was."""
    plain = " ".join(text.split())[:NAME].strip() or "–"
    keyword = _KEYWORDS.match(plain)
    escaped = _SIGNS.sub(lambda m: f"#{ord(m[0])};", plain)
    if keyword:
        return f"#{ord(plain[0])};{escaped[1:]}"
    return escaped
