"""Is what was loaded what sources.yaml says now?

A question is answered from the events that were loaded. Where a source is new, read otherwise or gone since, the
answer is still of what was read, and says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from desirepath.collect.read_sources import rule_text
from desirepath.core.definition import digest

if TYPE_CHECKING:
    from desirepath.collect.sources import Metrics, Source, Sources
    from desirepath.store.events_db import EventStore

# Where rows are, how far they are read, and how they are judged, changes nothing of what is made of them.
_WHERE_AND_HOW_FAR = (
    "line", "most_bad", "complete_until", "files", "database", "cursor", "cursor_overlap",
)  # fmt: skip
_LATER = ("plus", "unit", "sheet", "header_rows", "table")  # came after the first version
MAPPING = 1  # of what is made of a row; a higher number has every source read anew


def mapping_of(source: Source | Metrics, zone: str, currency: str | None) -> str:
    """What decides what is made of a row: a change of it has every part read anew."""
    own = digest(source, _WHERE_AND_HOW_FAR, rule_text, where_set=_LATER)
    return f"{MAPPING}-{own}-{zone}-{currency}"


def unread(store: EventStore, sources: Sources, zone: str, currency: str | None) -> tuple[str, ...]:
    """The sources, by name, that are read otherwise by now, were never loaded, or are gone from sources.yaml."""
    every: list[Source | Metrics] = [*sources.sources, *sources.metrics]
    now = {one.id: mapping_of(one, zone, currency) for one in every}
    loaded = {str(name): str(mapping) for name, mapping in store.rows("SELECT name, mapping FROM sources")}
    counted = store.rows(
        "SELECT DISTINCT s.name FROM parts p JOIN sources s USING (source) WHERE p.replaced_by IS NULL"
    )
    changed = {name for name, mapping in now.items() if loaded.get(name) != mapping}
    return tuple(sorted(changed | {str(name) for (name,) in counted} - set(now)))
