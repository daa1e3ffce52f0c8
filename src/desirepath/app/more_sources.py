"""Further sources for a workspace that has some: dropped files of a new kind, guessed, and written beside the others.

In: the folder, a drafted sources.yaml. Out: the workspace's own sources.yaml with the drafted entries at the end of its
sections, everything else in it as it was; what stood there before is kept. Nothing is written that would not read, or
that would change what is there.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from desirepath.app.journeys import journey_files
from desirepath.app.rule_files import RuleFile, rule_file, save
from desirepath.app.uploads import DATA, uploads
from desirepath.app.yaml_edit import add_entries, entries_of
from desirepath.app.yaml_places import said
from desirepath.collect.read_sources import read_sources
from desirepath.core.errors import DesirepathError, WorkspaceError
from desirepath.core.file_names import SOURCES
from desirepath.core.times import Clock
from desirepath.core.yaml_lines import read_document

SECTIONS = ("sources", "metrics")


class NothingToAdd(WorkspaceError):
    """What was drafted names no source."""

    code = "nothing_to_add"


class CannotAdd(WorkspaceError):
    """A definition is written in a way to which nothing can be added by a program."""

    code = "cannot_add"


def taken_names(folder: Path) -> tuple[str, ...]:
    """The names that sources have already; none where there is no sources.yaml, or one that cannot be read."""
    try:
        found = read_sources(rule_file(folder, SOURCES).text, os.environ)
    except DesirepathError:
        return ()
    return (*(one.id for one in found.sources), *(one.id for one in found.metrics))


def unread_files(folder: Path) -> list[str]:
    """Dropped files that no entry of sources.yaml reads yet."""
    try:
        found = read_sources(rule_file(folder, SOURCES).text, os.environ)
    except DesirepathError:
        return []
    readings = [*(one.reading for one in found.sources), *(one.reading for one in found.metrics)]
    patterns = [pattern for one in readings for pattern in one.files]
    base = folder.resolve()
    read = {path.resolve() for pattern in patterns for path in _matching(base, pattern)}
    return [one.name for one in uploads(folder) if (base / DATA / one.name) not in read]


def _matching(base: Path, pattern: str) -> list[Path]:
    """The files that a pattern of sources.yaml means; one within an archive is its archive's."""
    plain = pattern.removeprefix("./")
    if Path(plain).is_absolute() or plain.startswith("../"):
        found = Path(os.path.normpath(base / plain))
        return [*found.parent.glob(found.name)]
    try:
        return [*base.glob(plain)]
    except (ValueError, NotImplementedError):
        return []


def unnamed(folder: Path, names: Iterable[str]) -> tuple[str, ...]:
    """The event names that no journey's definition mentions: such events keep customers alive, and are no evidence."""
    paths = [one.path for one in journey_files(folder).values() if one.path.is_file()]
    texts = [path.read_text("utf-8", "replace") for path in paths]
    if not texts:
        return ()
    return tuple(name for name in names if not any(name.replace("'", "''") in text for text in texts))


def with_more(text: str, drafted: str) -> str:
    """sources.yaml with the drafted entries. Raises NothingToAdd, CannotAdd, DefinitionError."""
    for one in (text, drafted):
        read_document(one, SOURCES)  # what cannot be read at all says in which line
    changed, added = text, 0
    for section in SECTIONS:
        entries = entries_of(drafted, section)
        if not entries:
            continue
        there = entries_of(text, section)
        again = [name for name in entries if name in there]
        if again:
            raise CannotAdd(
                f'there is a source "{again[0]}" already', hint="Give the new one another name.", id=again[0]
            )
        changed = add_entries(changed, section, list(entries.values()))
        added += len(entries)
    if not added:
        raise NothingToAdd(
            "These files make no source yet.", hint="Say of one which column tells when, and which tells who."
        )
    if not _same_but_more(text, changed, drafted):
        raise CannotAdd(
            f"{SOURCES} is written in a way that nothing can be added to by itself.",
            hint="Copy the entries as text, and put them in on the page Rules.",
        )
    return changed


def add_sources(folder: Path, drafted: str, stamp: str | None, clock: Clock) -> RuleFile:
    """Write the drafted entries into sources.yaml. stamp: of the file as it was seen, None: as it is now.

    Raises NothingToAdd, CannotAdd, DefinitionError with every mistake, FileChanged.
    """
    before = rule_file(folder, SOURCES)
    return save(folder, SOURCES, with_more(before.text, drafted), stamp or before.stamp, clock)


def _same_but_more(before: str, after: str, drafted: str) -> bool:
    """Does the changed text say what the old one said, and what was drafted, and nothing else?"""
    old, new, more = (said(one, SOURCES) for one in (before, after, drafted))
    wanted = dict(old)
    for section in SECTIONS:
        if more.get(section):
            wanted[section] = {**(old.get(section) or {}), **more[section]}
    return new == wanted
