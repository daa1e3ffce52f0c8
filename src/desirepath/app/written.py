"""What people wrote on the map, cell by cell, and how one cell is written again.

In: a journey's map file (map.yaml, NAME.map.yaml). Out: its cells, each with a version; the file with one of them
changed, everything else in it (comments, order, other cells) as it was. Who writes says which version they saw: nobody
overwrites what they have not seen.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from desirepath.app.journeys import JourneyFile, own_name
from desirepath.app.kept_versions import write_over
from desirepath.app.one_writer import one_writer
from desirepath.app.written_yaml import Entry, with_cell
from desirepath.core.errors import NotFound, WorkspaceError, nearest
from desirepath.core.file_names import MAP
from desirepath.core.yaml_lines import read_document
from desirepath.journey.claim import read_claim
from desirepath.journey.definition import LANES

if TYPE_CHECKING:
    from desirepath.journey.definition import Journey

WHOLE = "journey"  # in place of a stage: about the whole journey
MOST_TEXT, MOST_ENTRIES = 2_000, 50


class WrittenChanged(WorkspaceError):
    """Somebody else has changed this cell meanwhile. `entries` says what it holds now, `version` which that is."""

    code = "written_changed"


class WrittenTooLong(WorkspaceError):
    """More than a cell of a map can hold."""

    code = "written_too_long"


@dataclass(frozen=True, slots=True)
class WrittenCell:
    """One lane in one stage. editable: it stands in the map's own file and not in journey.yaml."""

    lane: str
    stage: str
    entries: tuple[Entry, ...]
    version: str
    file: str
    editable: bool


def written_cells(file: JourneyFile) -> tuple[WrittenCell, ...]:
    """Every cell that somebody wrote, in the order of the files. Raises DefinitionError for a file that is no YAML."""
    own = file.map_path
    found = [] if own is None else _cells(read_document(own).value, own.name, editable=True)
    definition = read_document(file.path).value
    if isinstance(definition, dict):
        found += _cells(definition.get("map"), file.path.name, editable=False)
    return tuple(found)


def write_cell(
    file: JourneyFile,
    journey: Journey,
    lane: str,
    stage: str,
    entries: Sequence[Entry],
    version: str,
    now: datetime,
) -> WrittenCell:
    """Write one cell; without entries it is taken out. What the file said before is kept.

    version: of the cell as the writer saw it ('' for an empty one). Raises WrittenChanged where it is another now,
    NotFound for a lane or stage that there is not, ClaimError for a claim that cannot be read, WrittenTooLong, and
    WorkspaceError where the file cannot be written.
    """
    stages = [one.id for one in journey.stages]
    if lane not in LANES:
        raise NotFound(f'nothing is written in a lane "{lane}"', hint=nearest(lane, LANES, "Lanes"))
    if stage not in (*stages, WHOLE):
        raise NotFound(f'there is no stage "{stage}"', hint=nearest(stage, (*stages, WHOLE), "Stages"))
    texts = tuple(
        Entry(one.text.strip(), one.by.strip(), " ".join(one.holds.split()))
        for one in entries
        if one.text.strip()
    )
    for one in texts:
        if one.holds:
            read_claim(one.holds, journey)
    if len(texts) > MOST_ENTRIES or any(len(one.text) + len(one.by) > MOST_TEXT for one in texts):
        raise WrittenTooLong(
            "this is too much for one cell",
            hint=f"At most {MOST_ENTRIES} texts of {MOST_TEXT:,} signs each; link to a longer one.",
        )
    path = file.path.with_name(own_name(file.name, MAP))
    with one_writer(path.parent):
        text = _text(path)
        held = _held(text, path, lane, stage)
        if version != version_of(held):
            raise WrittenChanged(
                "somebody else has changed this cell meanwhile",
                hint="Look at what it says now, then write again.",
                entries=[{"text": one.text, "by": one.by, "holds": one.holds} for one in held],
                version=version_of(held),
            )
        if texts != held:
            changed = with_cell(text, lane, stage, texts, shorthand=WHOLE)
            if _held(changed, path, lane, stage) != texts or _others(changed, path, lane, stage) != _others(
                text, path, lane, stage
            ):
                raise WorkspaceError(
                    f"{path.name} is written in a way that cannot be changed here",
                    hint="Such as with anchors: change this cell in an editor.",
                    path=str(path),
                )
            write_over(path, changed, now)
    return WrittenCell(lane, stage, texts, version_of(texts), path.name, editable=True)


def version_of(entries: Sequence[Entry]) -> str:
    """Changes with what a cell says; '' for an empty one."""
    if not entries:
        return ""
    told = json.dumps([[one.text, one.by, one.holds] for one in entries], ensure_ascii=False)
    return sha256(told.encode("utf-8")).hexdigest()[:16]


def _text(path: Path) -> str:
    try:
        # Not read_text, which would make every line end the same.
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        raise WorkspaceError(
            f"{path.name} is not written in UTF-8", hint='Save it as "UTF-8" in your editor.', path=str(path)
        ) from None


def _cells(raw: object, file: str, *, editable: bool) -> list[WrittenCell]:
    found = []
    for lane, stages in raw.items() if isinstance(raw, dict) else ():
        if lane not in LANES:
            continue  # reading the journey says so
        for stage, value in (stages if isinstance(stages, dict) else {WHOLE: stages}).items():
            entries = _entries(value)
            if entries:
                found.append(WrittenCell(lane, str(stage), entries, version_of(entries), file, editable))
    return found


def _entries(value: object) -> tuple[Entry, ...]:
    """A text, a list of texts, or {text, by, holds}, as journey/read.py has it."""
    found = []
    for one in value if isinstance(value, list) else [value]:
        parts = one if isinstance(one, dict) else {"text": one}
        text = parts.get("text")
        if isinstance(text, str) and text.strip():
            by, holds = (str(parts.get(name) or "") for name in ("by", "holds"))
            found.append(Entry(text.strip(), by.strip(), " ".join(holds.split())))
    return tuple(found)


def _values(text: str, path: Path) -> Mapping[tuple[str, str], tuple[Entry, ...]]:
    if not text.strip().lstrip("\ufeff"):
        return {}
    value = read_document(text.lstrip("\ufeff"), path.name).value if _says_something(text) else None
    return {(one.lane, one.stage): one.entries for one in _cells(value, path.name, editable=True)}


def _says_something(text: str) -> bool:
    """Not comments alone."""
    lines = text.lstrip("\ufeff").splitlines()
    return any(line.strip() and not line.strip().startswith(("#", "---", "...")) for line in lines)


def _held(text: str, path: Path, lane: str, stage: str) -> tuple[Entry, ...]:
    return _values(text, path).get((lane, stage), ())


def _others(text: str, path: Path, lane: str, stage: str) -> dict[tuple[str, str], tuple[Entry, ...]]:
    return {key: entries for key, entries in _values(text, path).items() if key != (lane, stage)}
