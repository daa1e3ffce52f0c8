"""Which exports do we know already? One file here for each: its columns, its mapping, what its events mean.

A preset's `source` is what sources.yaml says of such a file, without `files`. Some of its lines depend on the file:

- A line that names a column which the file lacks goes, with the lines that stand below it and deeper.
- At a line's end, `#! with COLUMN` and `#! without COLUMN`: only where the file has that column, or lacks it.
  `#! best`: only where no other export of the workspace tells of purchases better (`sells` is the rank);
  `#! lesser`: only where one does.
- `{email question}`, `{score question}`, `{text question}`, `{every question}`: what is found among the columns that
  the preset does not know, as answers are exported under the questions.

`journey` says what the events are evidence of, in the words of journey/draft.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from desirepath.core.errors import NotFound, nearest


@dataclass(frozen=True, slots=True)
class Promised:
    """What such a business usually promises, as an example: a time between two events, paired by a key."""

    name: str
    label: str
    opens: str
    closes: str
    within: str
    key: str


@dataclass(frozen=True, slots=True)
class Preset:
    """One kind of export.

    must: the columns by which it is known; may: others that the mapping can use. spelled: column → its other names.
    header: rows of the header, where they are more than one. source: the mapping (see the module's head).
    sells: how well it tells of purchases, 0 not at all. roles: event → what it is evidence of. known: kinds of
    identifiers that name people. joins: kinds by which two exports know the same purchase. voids: the key that
    pairs a purchase with its cancellation.
    """

    name: str
    product: str
    about: str
    export: str
    files: str
    layout: str
    must: tuple[str, ...]
    may: tuple[str, ...]
    source: str
    spelled: Mapping[str, tuple[str, ...]]
    roles: Mapping[str, str]
    header: int = 1
    sells: int = 0
    known: tuple[str, ...] = ()
    joins: tuple[str, ...] = ()
    voids: str = ""
    promises: tuple[Promised, ...] = ()

    @property
    def asks(self) -> bool:
        """Whether the file's other columns are questions."""
        return "question}" in self.source

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the mapping knows."""
        return (*self.must, *self.may)


@lru_cache(maxsize=1)
def presets() -> dict[str, Preset]:
    """All presets by name, in alphabetical order."""
    found = sorted(one.name for one in files(__package__).iterdir() if one.name.endswith(".yaml"))
    return {name.removesuffix(".yaml"): _read(name.removesuffix(".yaml")) for name in found}


def preset(name: str) -> Preset:
    """One preset. Raises NotFound, with the nearest name."""
    if name not in presets():
        raise NotFound(f'there is no preset "{name}"', hint=nearest(name, presets(), "Presets"), preset=name)
    return presets()[name]


def text_of(name: str) -> str:
    """The preset's file as it is written."""
    return files(__package__).joinpath(f"{preset(name).name}.yaml").read_text("utf-8")


def _read(name: str) -> Preset:
    raw: dict[str, Any] = yaml.safe_load(files(__package__).joinpath(f"{name}.yaml").read_text("utf-8"))
    journey: dict[str, Any] = raw["journey"]
    return Preset(
        name=name,
        product=raw["product"],
        about=raw["about"],
        export=raw["export"],
        files=raw["files"],
        layout=raw["layout"],
        must=tuple(raw["must"]),
        may=tuple(raw.get("may", ())),
        source=raw["source"],
        spelled={column: tuple(names) for column, names in raw.get("spelled", {}).items()},
        roles=dict(journey["events"]),
        header=raw.get("header", 1),
        sells=raw.get("sells", 0),
        known=tuple(journey.get("known", ())),
        joins=tuple(journey.get("joins", ())),
        voids=journey.get("voids", ""),
        promises=tuple(
            Promised(key, one["label"], one["from"], one["to"], one["within"], one["key"])
            for key, one in journey.get("promises", {}).items()
        ),
    )
