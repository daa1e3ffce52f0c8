"""What happened outside of the data: campaigns, outages, releases, written into notes.yaml beside journey.yaml.

In: notes.yaml, a list of {from, to, kind, text}; what is to be added, changed or taken out. Out: the notes, oldest
first; the file with one of them changed, everything else in it as it was. Notes change no number: they are drawn on
every time axis, so that whoever looks at a bend can see what else happened then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict

from desirepath.app.kept_versions import write_over
from desirepath.app.one_writer import one_writer
from desirepath.app.yaml_edit import drop_item, inline, put_item
from desirepath.app.yaml_places import written
from desirepath.core.definition import Definition, refused
from desirepath.core.errors import DefinitionError, NotFound
from desirepath.core.file_names import NOTES
from desirepath.core.yaml_lines import read_document

Kind = Literal["campaign", "outage", "release", "price", "season", "other"]
_HEAD = "# What happened outside of the data. It is drawn on every time axis, and changes no number.\n"


def _day(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        raise refused((f'"{value}" is no day', 'Write it like "2026-01-31".')) from None


Day = Annotated[date, BeforeValidator(_day)]


class _Written(BaseModel):
    """A note as it stands in the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    begins: Day
    ends: Day | None = None
    kind: Kind = "other"
    text: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Something that happened from one day to another, both included. id: of what it says now."""

    id: str
    begins: date
    ends: date
    kind: Kind
    text: str


class NotesReader(Definition):
    """One notes.yaml."""

    def read(self) -> list[Note]:
        """Every note, in the order of the file. Raises DefinitionError with every mistake."""
        raw = self.document.value
        if raw is not None and not isinstance(raw, list):
            self.refuse(
                (), "notes are a list", "Write - {from: 2026-01-01, to: 2026-01-14, kind: campaign, text: …}."
            )
        found = [self._note(one, place) for place, one in enumerate(raw if isinstance(raw, list) else [])]
        if self.problems:
            raise DefinitionError(self.problems)
        return [one for one in found if one is not None]

    def _note(self, value: object, place: int) -> Note | None:
        one = self.build(
            _Written, self.mapping(value, (place,)), (place,), rename={"from": "begins", "to": "ends"}
        )
        if one is None:
            return None
        ends = one.ends or one.begins
        if ends < one.begins:
            self.refuse(
                (place,), f"it ends before it begins ({one.begins} to {ends})", "Change one of the days."
            )
        return _note_of(one.begins, ends, one.kind, one.text.strip())


def notes(folder: Path) -> list[Note]:
    """The workspace's notes, oldest first. Raises DefinitionError for a file that does not read."""
    return sorted(_in_file(folder), key=lambda one: (one.begins, one.ends, one.text))


def add_note(folder: Path, begins: date, ends: date, kind: Kind, text: str, now: datetime) -> Note:
    """Write another note. Raises DefinitionError for days that do not fit; one that is there already stays alone."""
    note = _note_of(begins, ends, kind, text.strip())
    with one_writer(folder):
        if not any(one.id == note.id for one in _in_file(folder)):
            _write(folder, put_item(_text(folder), None, _line(note)), now)
    return note


def change_note(
    folder: Path, id: str, begins: date, ends: date, kind: Kind, text: str, now: datetime
) -> Note:
    """Write a note otherwise. Raises NotFound where it is not what it was when it was seen."""
    note = _note_of(begins, ends, kind, text.strip())
    with one_writer(folder):
        _write(folder, put_item(_text(folder), _place(folder, id), _line(note)), now)
    return note


def delete_note(folder: Path, id: str, now: datetime) -> None:
    """Take a note out. Raises NotFound."""
    with one_writer(folder):
        _write(folder, drop_item(_text(folder), _place(folder, id)), now)


def _in_file(folder: Path) -> list[Note]:
    text = _text(folder)
    if not any(line.strip() and not line.lstrip().startswith("#") for line in text.splitlines()):
        return []
    return NotesReader(read_document(text, NOTES)).read()


def _text(folder: Path) -> str:
    path = folder / NOTES
    return path.read_bytes().decode("utf-8-sig", "replace") if path.is_file() else _HEAD


def _place(folder: Path, id: str) -> int:
    for place, one in enumerate(_in_file(folder)):
        if one.id == id:
            return place
    raise NotFound(
        "this note is not there any more", hint="Somebody has changed or deleted it: look again.", note=id
    )


def _write(folder: Path, text: str, now: datetime) -> None:
    """Write the text, if it reads; keep what stood there before."""
    if any(line.strip() and not line.lstrip().startswith("#") for line in text.splitlines()):
        NotesReader(read_document(text, NOTES)).read()
    write_over(folder / NOTES, text, now)


def _line(note: Note) -> str:
    days = {"from": note.begins.isoformat()}
    if note.ends != note.begins:
        days["to"] = note.ends.isoformat()
    return inline({**days, "kind": note.kind, "text": written(note.text)})


def _note_of(begins: date, ends: date, kind: Kind, text: str) -> Note:
    told = f"{begins}|{ends}|{kind}|{text}"
    return Note(blake2b(told.encode(), digest_size=8).hexdigest(), begins, ends, kind, text)
