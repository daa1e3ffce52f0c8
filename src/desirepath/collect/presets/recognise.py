"""Is this the export of a tool that we know? By its columns: all that a preset must have are there.

In: the names of a file's columns. Out: the preset with the file's own spelling of each column, or the preset that
comes nearest and what it misses. Letters' case, blanks and signs do not matter: "Requester ID" is "Requester id".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from desirepath.collect.presets.catalogue import Preset, presets
from desirepath.core.errors import SourceError

NEAR = 0.5  # of a preset's columns must be there for it to be worth a hint
_LEAST = 3  # of them
_SAYABLE = re.compile(r"[^\W\d][\w ().-]*")  # a name that can stand wherever the preset's own can


@dataclass(frozen=True)
class Recognised:
    """A preset that fits. columns: the preset's name of each column that is there → the file's."""

    preset: Preset
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Near:
    """The preset that comes nearest to a file, and the columns that it misses."""

    preset: Preset
    missing: tuple[str, ...]


def recognise(names: Sequence[str]) -> Recognised | None:
    """The preset of such a file, of several the one that asks for most; None where there is none."""
    fitting = [one for one in (_fit(preset, names) for preset in presets().values()) if not one[1]]
    if not fitting:
        return None
    found, _ = max(fitting, key=lambda one: (len(one[0].preset.must), len(one[0].columns)))
    return found


def nearest_to(names: Sequence[str]) -> Near | None:
    """The preset that most of the columns speak for; None where none is near."""
    tried = [_fit(preset, names) for preset in presets().values()]
    near = [
        Near(found.preset, missing)
        for found, missing in tried
        if missing and len(found.preset.must) - len(missing) >= max(_LEAST, NEAR * len(found.preset.must))
    ]
    return min(near, key=lambda one: (len(one.missing) / len(one.preset.must), one.preset.name), default=None)


def fitted(preset: Preset, names: Sequence[str], file: str) -> Recognised:
    """The preset on a file that somebody says is one of it. Raises SourceError naming what the file lacks."""
    found, missing = _fit(preset, names)
    if missing:
        there = ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
        raise SourceError(
            f'{file} has no {_listed(missing)}, which the preset "{preset.name}" asks for.',
            hint=f"Its columns are {there or 'none'}. Rename what is called otherwise, or leave --preset out and "
            "have the columns guessed.",
            preset=preset.name,
            missing=list(missing),
        )
    return found


def _fit(preset: Preset, names: Sequence[str]) -> tuple[Recognised, tuple[str, ...]]:
    """The columns that are there, and which of those that must be are not."""
    of_file: dict[str, str] = {}
    for name in names:
        of_file.setdefault(_plain(name), name)
    of_file |= {name: name for name in names}
    columns: dict[str, str] = {}
    for column in preset.columns:
        spelled = (column, *preset.spelled.get(column, ()))
        found = next((of_file[one] for one in (*spelled, *map(_plain, spelled)) if one in of_file), None)
        if found is not None and (found == column or _SAYABLE.fullmatch(found)):
            columns[column] = found
    missing = tuple(column for column in preset.must if column not in columns)
    return Recognised(preset, columns), missing


def _plain(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum()) or name.strip()


def _listed(names: Sequence[str]) -> str:
    quoted = [f'"{name}"' for name in names]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
