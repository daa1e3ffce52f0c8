"""The tables of databases that a load reads: the one place that brings sources/sql and the ledger together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from desirepath.collect.raw import RawPart
from desirepath.collect.sources import Metrics, Source
from desirepath.store.ledger import LoadedPart

if TYPE_CHECKING:
    from desirepath.sources.sql.read import TableReader

TABLE = "database"  # the name of the only part of a source that is read from one: another table is another reading


class Tables:
    """Reads the tables of one load. temporary: for its files; folder: that of sources.yaml."""

    def __init__(self, temporary: Path, folder: Path) -> None:
        self._temporary, self._folder = temporary, folder
        self._reader: TableReader | None = None

    def columns(self, source: Source | Metrics) -> tuple[str, ...]:
        """The columns of the source's table or query. Raises SourceError where it cannot be had."""
        return self._opened().columns(source)

    def read(self, source: Source | Metrics, known: LoadedPart | None) -> RawPart | None:
        """What may be new since the table was last read; None where the very same rows came. Raises SourceError.

        known: how it was read, if it was. Where an event of it lay in the future and has come, all is read again.
        """
        from desirepath.sources.sql.read import Before

        before = Before(known.cursor, whole=known.look_again) if known else None
        part = self._opened().prepare(source, TABLE, before)
        told = (part.digest, part.size, part.cursor)
        same = known and not known.look_again and (known.digest, known.size, known.cursor) == told
        return None if same else part

    def _opened(self) -> TableReader:
        if self._reader is None:
            from desirepath.sources.sql.read import TableReader  # SQLAlchemy takes a while to import

            self._reader = TableReader(self._temporary, self._folder)
        return self._reader
