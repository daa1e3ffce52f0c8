"""Where each journey's own tables stand in the event store, and which build is its current one.

Events are everybody's. Who is who, and the name of the build that speaks of these customers, are each journey's
own: the main journey's stand in the schema `main`, another's in a schema named after it. A store that is opened
for a journey finds that journey's tables first, so that no SQL says whose they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from desirepath.collect.expression import quote_name
from desirepath.core.words import MAIN_JOURNEY as MAIN

if TYPE_CHECKING:
    from desirepath.store.events_db import EventStore

_SPACE, _BUILD = "journey.", "build"


def enter(store: EventStore, journey: str) -> None:
    """Let names of tables mean this journey's own, then everybody's.

    Where nothing is derived for the journey yet, and nothing may be written, there is nothing to enter: nobody
    asks such a journey anything but whether it has a build.
    """
    if journey == MAIN:
        return
    space = _space(journey)
    if store.writable:
        store.execute(f"CREATE SCHEMA IF NOT EXISTS {quote_name(space)}")
    elif space not in _spaces(store):
        return
    store.execute(f"USE {quote_name(space)}")


def current_build(store: EventStore, journey: str) -> str | None:
    """The name of the journey's current build."""
    return store.meta(_key(journey))


def set_current_build(store: EventStore, journey: str, build: str) -> None:
    """Name the journey's current build: in the transaction that writes its customers."""
    store.set_meta(_key(journey), build)


def current_builds(store: EventStore) -> set[str]:
    """The current builds of all journeys."""
    found = store.rows("SELECT value FROM meta WHERE key = ? OR starts_with(key, ?)", [_BUILD, f"{_BUILD}."])
    return {str(name) for (name,) in found}


def remove_others(store: EventStore, than: list[str]) -> None:
    """Remove what is derived for journeys that are not among these. Not for a store opened for one of them."""
    kept = {_space(name) for name in than if name != MAIN}
    for space in _spaces(store):
        if space not in kept:
            with store.transaction():
                store.execute(f"DROP SCHEMA {quote_name(space)} CASCADE")
                store.execute("DELETE FROM meta WHERE key = ?", [_key(space.removeprefix(_SPACE))])


def _spaces(store: EventStore) -> list[str]:
    found = store.rows(
        "SELECT schema_name FROM duckdb_schemas() WHERE database_name = current_database()"
        " AND starts_with(schema_name, ?) ORDER BY schema_name",
        [_SPACE],
    )
    return [str(name) for (name,) in found]


def _space(journey: str) -> str:
    """The schema's name. DuckDB tells no capitals from small letters in it."""
    return f"{_SPACE}{journey.casefold()}"


def _key(journey: str) -> str:
    return _BUILD if journey == MAIN else f"{_BUILD}.{journey.casefold()}"
