"""Segments, personas and targets written into a journey's file, everything else in it as it was.

In: the journey's file, what is to be added, changed, renamed or taken out. Out: the file, written as a whole, and
beside the store a copy of what it said before. Nothing is written that would not read, or that would change anything
else: DefinitionError says where.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from desirepath.app.kept_versions import write_over
from desirepath.app.one_writer import one_writer
from desirepath.app.rule_files import FileChanged
from desirepath.app.rule_rows import means_the_same
from desirepath.app.yaml_edit import drop, put, rename
from desirepath.app.yaml_places import written
from desirepath.core.errors import NotFound, WorkspaceError, nearest
from desirepath.core.yaml_lines import read_document
from desirepath.journey.read import label_of, read_journey

if TYPE_CHECKING:
    from collections.abc import Callable

    from desirepath.app.journeys import JourneyFile
    from desirepath.journey.definition import Journey

Section = Literal["segments", "personas"]
ONE = {"segments": "segment", "personas": "persona"}


class DefinitionRefused(WorkspaceError):
    """A change of a definition that cannot be made so: the name is taken, or something still needs what would go."""

    code = "definition_refused"


@dataclass(frozen=True, slots=True)
class Part:
    """What a segment or persona is to be. label '': made from the id. rule: a rule, or (persona) a segment's id."""

    id: str
    rule: str
    label: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Editing:
    """One journey's file, open to be changed. main: of a further journey, the workspace's main one."""

    file: JourneyFile
    main: Journey | None
    now: datetime

    def save(
        self, section: Section, part: Part, *, was: str | None = None, seen: Part | None = None
    ) -> Journey:
        """Add a segment or persona, or (was: its id until now) replace or rename one. Returns the journey as it reads.

        seen: what it was when the writer saw it. Raises DefinitionError where the file would not read,
        DefinitionRefused where the id is taken, NotFound for `was`, FileChanged where it is no longer what was seen.
        """
        with one_writer(self.file.path.parent):
            return self._saved(section, part, was, seen)

    def remove(self, section: Section, id: str) -> Journey:
        """Take one out. Raises NotFound, and DefinitionRefused where a persona is made of the segment."""
        with one_writer(self.file.path.parent):
            return self._removed(section, id)

    def aim(self, stage: str, rate: str | None) -> Journey:
        """Set a stage's target (of `journey`: of the whole way), "80 %"; None takes it out. Raises as save does."""
        with one_writer(self.file.path.parent):
            before, way = self._raw(), ("targets", stage)
            text = (
                drop(self._text(), way) if rate is None else put(self._text(), way, {"rate": rate})
            )  # "80 %" needs no quotes
            return self._write(text, lambda found: _others_same(before, found, "targets", {stage}))

    def _saved(self, section: Section, part: Part, was: str | None, seen: Part | None) -> Journey:
        text, before = self._text(), self._raw()
        known = _section(before, section)
        if was is not None and was not in known:
            raise _unknown(section, was, known)
        if was is not None and seen is not None and self._as_it_is(section, was) != seen:
            raise FileChanged(
                f'somebody else has changed the {ONE[section]} "{was}" since you opened it',
                hint="Load this page again: your rule stays, and what is saved now is in the list.",
            )
        if part.id in known and part.id != was:
            hint = "Choose another id, or change that one."
            raise DefinitionRefused(f'there is a {ONE[section]} "{part.id}" already', hint=hint, id=part.id)
        if was is not None and was != part.id:
            text = rename(text, (section, was), part.id)
            if section == "segments":
                text = _followed(text, before, was, part.id)
        if section == "personas" and was is not None:
            part = _still_named(before, part, known[was])
        text = _with_part(text, section, part, known.get(was) if was else None)
        return self._write(text, lambda found: _others_same(before, found, section, {part.id, was}))

    def _removed(self, section: Section, id: str) -> Journey:
        before = self._raw()
        known = _section(before, section)
        if id not in known:
            raise _unknown(section, id, known)
        users = used_by(before, section, id)
        if users:
            raise DefinitionRefused(
                f'segment "{id}" is used by {", ".join(users)}',
                hint="Give these personas a rule of their own first, or delete them.",
                used_by=users,
            )
        return self._write(
            drop(self._text(), (section, id)), lambda found: _others_same(before, found, section, {id})
        )

    def _as_it_is(self, section: Section, id: str) -> Part | None:
        """A part as the journey reads now: the rule of a persona that names a segment is the segment's."""
        journey = read_journey(self.file.path, self.file.map_path, self.main)
        found = (
            [Part(one.id, one.rule.text, one.label, one.about) for one in journey.segments]
            if section == "segments"
            else [Part(one.id, one.segment.text, one.label, one.about) for one in journey.personas]
        )
        return next((one for one in found if one.id == id), None)

    # ── the file ─────────────────────────────────────────────────────────────────────────────────────────

    def _text(self) -> str:
        return self.file.path.read_bytes().decode("utf-8")

    def _raw(self) -> dict[str, Any]:
        """What the file says, as values. Raises DefinitionError."""
        found = read_document(self.file.path).value
        return found if isinstance(found, dict) else {}

    def _write(self, text: str, same: Callable[[dict[str, Any]], bool]) -> Journey:
        """Write the text, if it reads and nothing else in it has changed; keep what stood there before."""
        plain = text.removeprefix("\ufeff")
        found = read_document(plain, self.file.path.name).value
        journey = read_journey(plain, self.file.map_path, self.main)
        if not isinstance(found, dict) or not same(found):
            raise DefinitionRefused(
                f"{self.file.path.name} is written in a way in which this cannot be changed from here",
                hint="It may use anchors or aliases (& and *): change it in an editor.",
            )
        write_over(self.file.path, text, self.now)
        return journey


def used_by(raw: dict[str, Any], section: Section, id: str) -> list[str]:
    """The personas that name a segment by its id."""
    if section != "segments":
        return []
    return [name for name, value in _section(raw, "personas").items() if _rule_of("personas", value) == id]


def _section(raw: dict[str, Any], section: str) -> dict[str, Any]:
    found = raw.get(section)
    return found if isinstance(found, dict) else {}


def _rule_of(section: Section, value: object) -> object:
    key = "rule" if section == "segments" else "segment"
    return value.get(key) if isinstance(value, dict) else value


def _unknown(section: Section, id: str, known: dict[str, Any]) -> NotFound:
    return NotFound(f'there is no {ONE[section]} "{id}"', hint=nearest(id, known, section.capitalize()))


def _with_part(text: str, section: Section, part: Part, old: object) -> str:
    """The text with the part: an entry that has fields keeps its other lines, a new one is written whole."""
    key = "rule" if section == "segments" else "segment"
    label = part.label if part.label and part.label != label_of(part.id) else ""
    fields = {"label": label, key: part.rule, "about": part.about}
    if not isinstance(old, dict):
        given = {name: written(value) for name, value in fields.items() if value}
        return put(text, (section, part.id), given)
    for name, value in fields.items():
        way = (section, part.id, name)
        if str(old.get(name) or "") == value:
            continue
        text = put(text, way, written(value)) if value else drop(text, way)
    return text


def _still_named(raw: dict[str, Any], part: Part, old: object) -> Part:
    """A persona that is made of a segment stays made of it, as long as its rule means what the segment's does."""
    named = _rule_of("personas", old)
    segments = _section(raw, "segments")
    if not isinstance(named, str) or named not in segments:
        return part
    same = means_the_same(part.rule, str(_rule_of("segments", segments[named])))
    return replace(part, rule=named) if same else part


def _followed(text: str, raw: dict[str, Any], was: str, now: str) -> str:
    """Personas that name the segment name it as it is called now."""
    for name in used_by(raw, "segments", was):
        short = not isinstance(_section(raw, "personas")[name], dict)
        text = put(text, ("personas", name) if short else ("personas", name, "segment"), written(now))
    return text


def _others_same(
    before: dict[str, Any], after: dict[str, Any], section: str, touched: set[str | None]
) -> bool:
    """Whether everything but the parts that were touched is what it was."""

    def rest(raw: dict[str, Any]) -> dict[str, Any]:
        some = {name: one for name, one in _section(raw, section).items() if name not in touched}
        others = {name: one for name, one in raw.items() if name != section and one not in (None, {})}
        if section == "segments":  # the personas that follow a segment's new id
            others["personas"] = {
                name: one
                for name, one in _section(raw, "personas").items()
                if _rule_of("personas", one) not in touched
            }
        return {**others, "": some}

    return rest(before) == rest(after)
