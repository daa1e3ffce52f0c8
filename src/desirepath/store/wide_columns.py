"""The wide columns of event_log: identifiers, properties and traits, added as sources bring them.

A column's type is decided by the values of the load that brings it; one that a later load does not fit becomes
text and stays so. Nothing is ever made narrower.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from desirepath.collect.expression import quote_name
from desirepath.collect.look_sql import as_text
from desirepath.collect.row_sql import WideType
from desirepath.core.errors import SourceError
from desirepath.store.events_db import EventStore

MAX_WIDE = 2_000
MAX_NAME = 200
PREFIXES = ("id.", "properties.", "traits.")


def wide_types(store: EventStore) -> dict[str, WideType]:
    """The wide columns that are there."""
    return {name: cast(WideType, kind) for name, kind in store.columns().items() if name.startswith(PREFIXES)}


def make_room(
    store: EventStore, wanted: Mapping[str, WideType], source: str, there: dict[str, WideType]
) -> dict[str, WideType]:
    """Add or widen columns so that `wanted` fits; the types that they now have. there: wide_types, changed along.

    Names are told apart as DuckDB does, without regard to case. Raises SourceError beyond MAX_WIDE columns.
    """
    by_lower = {name.lower(): name for name in there}
    new = [name for name in wanted if name.lower() not in by_lower]
    long = [name for name in new if len(name) > MAX_NAME]
    if long:
        raise SourceError(
            f'source "{source}": a column name is longer than {MAX_NAME} characters: {long[0][:60]}…',
            source=source,
        )
    if len(there) + len(new) > MAX_WIDE:
        raise SourceError(
            f'source "{source}" brings {len(new):,} columns; {len(there):,} are there and at most {MAX_WIDE:,} can be.',
            hint="Name the properties that you need instead of `properties: rest`.",
            source=source,
        )
    for name, kind in wanted.items():
        old_name = by_lower.get(name.lower())
        if old_name is None:
            store.execute(f"ALTER TABLE event_log ADD COLUMN {quote_name(name)} {kind}")
            by_lower[name.lower()], there[name] = name, kind
        elif there[old_name] not in (kind, "VARCHAR"):
            old = quote_name(old_name)
            text = as_text(old, there[old_name])
            store.execute(f"ALTER TABLE event_log ALTER COLUMN {old} SET DATA TYPE VARCHAR USING {text}")
            there[old_name] = "VARCHAR"
    return {name: there[by_lower[name.lower()]] for name in wanted}
