"""Which of the files are exports that we know? They are written down by their presets; only the rest is guessed.

In: profiles of files, perhaps a preset that somebody named. Out: a Ready, and the profiles that are left.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from desirepath.collect.guess.shapes import FileProfile
from desirepath.collect.guess.words import slug, unique
from desirepath.collect.guess.yaml import scalar
from desirepath.collect.presets.catalogue import Preset, Promised
from desirepath.collect.presets.fill import Filled, fill, reading_lines
from desirepath.collect.presets.recognise import Recognised, fitted, nearest_to, recognise


@dataclass(frozen=True)
class Ready:
    """The files that presets describe: their entries, presets and profiles, in the same order; and notes."""

    entries: tuple[Filled, ...] = ()
    presets: tuple[Preset, ...] = ()
    profiles: tuple[FileProfile, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def roles(self) -> dict[str, str]:
        """Event → what it is evidence of, as the presets say."""
        return {event: role for one in self.presets for event, role in one.roles.items()}

    @property
    def known(self) -> tuple[str, ...]:
        """Kinds of identifiers that name people."""
        return tuple(dict.fromkeys(kind for one in self.presets for kind in one.known))

    @property
    def joins(self) -> tuple[str, ...]:
        """Kinds by which several of the exports know the same purchase, and so who made it."""
        kinds = [kind for one in {p.name: p for p in self.presets}.values() for kind in one.joins]
        return tuple(sorted({kind for kind in kinds if kinds.count(kind) > 1}))

    @property
    def voids(self) -> str:
        """The key that pairs a purchase with its cancellation; '' where none is known."""
        return next((one.voids for one in self.presets if one.voids), "")

    @property
    def promises(self) -> tuple[Promised, ...]:
        """Examples of promises, one of each name."""
        return tuple({one.name: one for preset in self.presets for one in preset.promises}.values())

    def texts(self, renamed: Mapping[str, str] | None = None) -> list[str]:
        """The entries for sources.yaml. renamed: events as the presets have them → as the journey wants them."""
        return [_renamed(one.text, renamed or {}) for one in self.entries]


def take_presets(
    profiles: Sequence[FileProfile], forced: Preset | None = None, there: Collection[str] = ()
) -> tuple[Ready, list[FileProfile]]:
    """The files that a preset describes, and the others. Raises SourceError where the forced preset does not fit.

    there: names that sources have already.
    """
    found: list[tuple[Recognised, FileProfile]] = []
    rest: list[FileProfile] = []
    notes: list[str] = []
    for file in profiles:
        names = [column.name for column in file.columns]
        if forced is not None:
            found.append((fitted(forced, names, ", ".join(file.files)), file))
        elif (one := recognise(names) if file.rows else None) is not None:
            found.append((one, file))
        else:
            rest.append(file)
            notes += _near(file, names)
    best = max((one.preset.sells for one, _ in found), default=0)
    taken = {slug(file.name, "source") for file in rest} | set(there)
    entries = []
    for one, file in found:
        reading = reading_lines(file.files, dict(file.reading))
        name = unique(slug(one.preset.name), taken)
        entries.append(fill(one, file, name, reading, best=one.preset.sells in (0, best)))
    presets, files = tuple(one.preset for one, _ in found), tuple(file for _, file in found)
    told = [*map(_recognised, presets, files), *_lesser(presets, best), *notes]
    return Ready(tuple(entries), presets, files, tuple(told)), rest


def _recognised(preset: Preset, file: FileProfile) -> str:
    return f"{', '.join(file.files)}: the preset {preset.name} ({preset.product}: {preset.about})."


def _lesser(presets: Sequence[Preset], best: int) -> list[str]:
    """A purchase that two exports tell of must not be worth twice as much."""
    teller = next((one for one in presets if one.sells == best), None)
    others = list(dict.fromkeys(one.name for one in presets if 0 < one.sells < best))
    if teller is None or not others:
        return []
    return [
        f"What purchases are worth is taken from {teller.name} only; {', '.join(others)} would count it again."
    ]


def _near(file: FileProfile, names: Sequence[str]) -> list[str]:
    """A hint where a file is nearly what a preset asks for: a column renamed, or in another language."""
    near = nearest_to(names)
    if near is None:
        return []
    missing = ", ".join(f'"{name}"' for name in near.missing)
    return [
        f"{', '.join(file.files)} was guessed. It is nearly the preset {near.preset.name}, which also asks for "
        f"{missing}: if these columns are only called otherwise, rename them and run init again."
    ]


def _renamed(text: str, names: Mapping[str, str]) -> str:
    for old, new in names.items():
        if old != new:
            text = re.sub(
                rf"(?<=: ){re.escape(scalar(old))}(?=\s*(?:[,}}]|$|\s#))", scalar(new), text, flags=re.M
            )
    return text
