"""A folder with files and a sources.yaml that can be loaded: for tests of loading."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from desirepath.app.load import DATABASE, LoadProgress, LoadSummary, load
from desirepath.collect.read_sources import read_sources
from desirepath.store.events_db import EventStore
from desirepath.store.reject_rows import Reject, read_rejects

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
# One event per row, the way most tests want it.
WEB = """
sources:
  web:
    files: web.csv
    time: ts
    event: {column: event}
    channel: web
    identifiers: {anonymous_id: anon, user_id: user}
    value: amount
    properties: rest
"""
HEAD = "ts,event,anon,user,amount\n"


class FixedClock:
    """Says the time that it was told."""

    def __init__(self, moment: datetime = NOW) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment


class Loaded:
    """A workspace without a journey: files, sources, and what was loaded of them."""

    def __init__(
        self, folder: Path, sources: str = WEB, *, zone: str = "UTC", currency: str | None = "EUR"
    ) -> None:
        self.folder, self.zone, self.currency = folder, zone, currency
        folder.mkdir(parents=True, exist_ok=True)
        self.clock = FixedClock()
        self.say(sources)

    def say(self, sources: str) -> Loaded:
        """Write sources.yaml anew."""
        (self.folder / "sources.yaml").write_text(sources, "utf-8")
        return self

    def write(self, name: str, content: str | bytes, append: bool = False) -> Path:
        """Write a file; text as UTF-8 without touching its line ends."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab" if append else "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    def load(self, only: Sequence[str] | None = None, told: list[LoadProgress] | None = None) -> LoadSummary:
        """Load, as the library would."""
        sources = read_sources(self.folder / "sources.yaml", {}, zone=self.zone)
        return load(
            self.stores,
            sources,
            zone=self.zone,
            currency=self.currency,
            clock=self.clock,
            only=only,
            progress=None if told is None else told.append,
        )

    @property
    def stores(self) -> Path:
        return self.folder / ".desirepath"

    def open(self, write: bool = False) -> EventStore:
        return EventStore.open(self.stores / DATABASE, write=write)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query over the store."""
        with self.open() as store:
            return store.rows(sql)

    def column(self, expression: str, order: str = "part_order, row, item") -> list[Any]:
        """One expression over the events that hold, in the order of arrival."""
        return [value for (value,) in self.ask(f"SELECT {expression} FROM events ORDER BY {order}")]

    def rejects(self) -> list[Reject]:
        with self.open() as store:
            return read_rejects(store, limit=10_000)

    def reasons(self) -> list[tuple[int | None, str]]:
        """(line, reason) of each reject."""
        return [(one.line, one.reason) for one in self.rejects()]

    def everything(self) -> list[tuple[Any, ...]]:
        """What holds, without what depends on when and how often it was loaded; in the order of arrival.

        Columns without values are left out: those of a load that was taken back stay (docs/reference/loading.md).
        """
        with self.open() as store:
            left_out = ("event_no", "part", "known_at", "digest")
            names = sorted(f'"{name}"' for name in store.columns() if name not in left_out)
            (counts,) = store.rows(f"SELECT {', '.join(f'count({name})' for name in names)} FROM events")
            names = [name for name, count in zip(names, counts, strict=True) if count]
            return store.rows(
                f"SELECT {', '.join(['source', 'part_order', 'row', 'item', *names])} FROM events"
                " ORDER BY part_order, row, item, event_no"
            )
