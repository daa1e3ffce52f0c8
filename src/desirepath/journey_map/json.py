"""The map as JSON: the whole document, nothing rounded, its schema named and versioned.

A number that is missing is null with its reason beside it, never 0. Times are µs since 1970, UTC, and also
written out; money is in minor units of `currency`.
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from enum import Enum

from desirepath.core.estimate import Estimate, NoEstimate
from desirepath.core.times import FOREVER, NEVER, from_us
from desirepath.journey_map.document import SCHEMA, MapDocument


def to_json(document: MapDocument) -> str:
    """The document as JSON text."""
    return json.dumps(as_data(document), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def as_data(document: MapDocument) -> dict[str, object]:
    """The document as plain dicts, lists, texts and numbers."""
    plain = _plain(document)
    assert isinstance(plain, dict)
    written = {name: _written(plain[name]) for name in ("as_of", "since", "until")}
    return {"schema": SCHEMA, "times": written, **plain}


def _written(instant: object) -> str | None:
    if not isinstance(instant, int) or instant in (NEVER, FOREVER):
        return None
    return from_us(instant).isoformat()


def _plain(thing: object) -> object:
    if isinstance(thing, Estimate | NoEstimate):
        return thing.as_dict()
    if isinstance(thing, Enum):
        return thing.value
    if isinstance(thing, float):
        # JSON has no infinity and no NaN; neither is a number to show.
        return thing if thing == thing and abs(thing) != float("inf") else None
    if isinstance(thing, tuple | list):
        return [_plain(part) for part in thing]
    if isinstance(thing, dict):
        return {str(key): _plain(part) for key, part in thing.items()}
    if is_dataclass(thing) and not isinstance(thing, type):
        return {f.name: _plain(getattr(thing, f.name)) for f in fields(thing)}
    return thing
