"""The one door to the event store: who may open it, with which settings, and how SQL is run.

In: the path of events.duckdb, and the journey whose customers are meant. Out: an EventStore that answers queries
as Arrow tables. One process may write; several may read while nobody writes. Outside a load DuckDB reads and
writes no other file, installs and loads no extension, and its settings are locked.
"""

from __future__ import annotations

import os
import re
import secrets
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import duckdb

from desirepath.collect.expression import quote_text
from desirepath.core.errors import DesirepathError, WorkspaceBusy, WorkspaceError
from desirepath.core.words import MAIN_JOURNEY
from desirepath.store import journey_spaces, schema
from desirepath.store.limits import memory_limit, spill_limit, waiting

if TYPE_CHECKING:
    import pyarrow as pa

Parameters = Sequence[object] | Mapping[str, object]
_DISK_FULL = re.compile(r"No space left|Could not write|Disk quota|File too large|failed to offload", re.I)
_AGAIN = 0.05  # seconds between two attempts to open what another program holds
_MOMENT = 2.0  # seconds in which another thread has opened or closed it
_SETTLING = threading.Lock()  # two threads that open a store at once settle one database
_HOLDER = re.compile(r"\(PID (\d+)\)")


class EventStore:
    """An open event store. Use as a context manager; not for several threads at once."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path, write: bool) -> None:
        self._connection, self.path, self.writable = connection, path, write
        self._in_transaction = False

    @classmethod
    def open(
        cls,
        path: Path,
        write: bool = False,
        *,
        journey: str = MAIN_JOURNEY,
        files_from: Path | None = None,
        memory: str | None = None,
        threads: int | None = None,
        wait: float | None = None,
    ) -> EventStore:
        """Open the store at `path`; with `write` it is made where missing.

        journey: whose customers and identifiers the tables of that name are.
        files_from: for loads only: files may be read, and relative paths in SQL start in this folder.
        wait: seconds to wait for other programs; DESIREPATH_WAIT unless given.
        Raises WorkspaceBusy where another process still writes then (or, when writing, reads), WorkspaceError
        where the folder cannot be used or the store was made by another version.
        """
        if not write and not path.exists():
            raise WorkspaceError(
                f"Nothing has been loaded here yet: {path} is missing.", hint="Run desirepath load first."
            )
        spill = spill_limit(path.parent)
        settings = _settings(path, files_from is not None, memory, threads)
        connection = _connect(path, write, settings, waiting() if wait is None else wait)
        store = cls(connection, path, write)
        try:
            _settle(connection, spill, files_from)
            if not write and store._is_older():
                connection.close()
                cls.open(path, write=True).close()  # which brings it to this version
                return cls.open(path, journey=journey, memory=memory, threads=threads)
            store._prepare()
            journey_spaces.enter(store, journey)
        except BaseException:
            connection.close()
            raise
        return store

    def _prepare(self) -> None:
        """Make the schema in an empty store; refuse one of another version."""
        tables = self.query("SELECT table_name FROM duckdb_tables() WHERE table_name = 'meta'")
        if tables.num_rows == 0:
            if not self.writable:
                raise WorkspaceError(f"{self.path} holds no events yet.", hint="Run desirepath load first.")
            with self.transaction():
                for statement in (*schema.TABLES, *schema.VIEWS):
                    self.execute(statement)
                facts = {"schema": str(schema.VERSION), "store": secrets.token_hex(8), "changes": "0"}
                for key, value in facts.items():
                    self.execute("INSERT INTO meta VALUES (?, ?)", [key, value])
        found = self.meta("schema")
        if self.writable and self._is_older():
            from desirepath.store.migrations import migrate  # which needs this module

            migrate(self, int(str(found)))
            found = self.meta("schema")
        if found != str(schema.VERSION):
            newer = str(found).isdigit() and int(str(found)) > schema.VERSION
            raise WorkspaceError(
                f"{self.path} was made by another version (schema {found}, wanted {schema.VERSION}).",
                hint=("Open it with that newer version, or delete" if newer else "Delete")
                + " the folder .desirepath of the workspace and load again.",
                found=found,
                wanted=schema.VERSION,
            )

    def _is_older(self) -> bool:
        """Was it made by an earlier version, from which there is a way to this one?"""
        if not self.rows("SELECT 1 FROM duckdb_tables() WHERE table_name = 'meta'"):
            return False
        found = str(self.meta("schema"))
        return found.isdigit() and 0 < int(found) < schema.VERSION

    def query(self, sql: str, params: Parameters | None = None) -> pa.Table:
        """Run one query; the answer as an Arrow table."""
        with self._errors():
            relation: Any = self._connection.sql(sql, params=params)
            return relation.to_arrow_table()

    def batches(
        self, sql: str, params: Parameters | None = None, rows: int = 500_000
    ) -> Iterator[pa.RecordBatch]:
        """Run one query and hand its answer on in batches of at most `rows`; nothing else may run meanwhile."""
        with self._errors():
            relation: Any = self._connection.sql(sql, params=params)
            yield from relation.to_arrow_reader(rows)

    def rows(self, sql: str, params: Parameters | None = None) -> list[tuple[Any, ...]]:
        """Run one query with a small answer; the rows as tuples."""
        with self._errors():
            return self._connection.execute(sql, params).fetchall()

    def value(self, sql: str, params: Parameters | None = None) -> Any:
        """Run one query; the first field of its first row, None where there is no row."""
        found = self.rows(sql, params)
        return found[0][0] if found else None

    def execute(self, sql: str, params: Parameters | None = None) -> int:
        """Run one statement that changes something; the number of rows that it changed (0 where none is told)."""
        with self._errors():
            answer = self._connection.execute(sql, params).fetchall()
        return int(answer[0][0]) if answer and len(answer[0]) == 1 and isinstance(answer[0][0], int) else 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is executed inside holds together or not at all. Inside another one: part of it."""
        if self._in_transaction:
            yield
            return
        self.execute("BEGIN TRANSACTION")
        self._in_transaction = True
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise
        finally:
            self._in_transaction = False

    def _roll_back(self) -> None:
        """Take back what was begun. A failed COMMIT has already done so, and a full disk closes the database."""
        try:
            self._connection.execute("ROLLBACK")
        except (duckdb.TransactionException, duckdb.FatalException):
            return

    def register(self, name: str, table: pa.Table) -> None:
        """Make an Arrow table readable in SQL under `name` until `unregister`."""
        self._connection.register(name, table)

    def unregister(self, name: str) -> None:
        """Forget a registered table."""
        self._connection.unregister(name)

    def progress(self) -> float:
        """How far the running statement is, 0 … 1; may be asked from another thread. Negative: not known."""
        return float(self._connection.query_progress()) / 100.0

    def meta(self, key: str) -> str | None:
        """A fact about the store itself."""
        return self.value("SELECT value FROM meta WHERE key = ?", [key])  # type: ignore[no-any-return]

    def set_meta(self, key: str, value: str) -> None:
        """Write down a fact about the store itself."""
        self.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", [key, value])

    def columns(self) -> dict[str, str]:
        """The columns of an event and their DuckDB types, in order; wide ones carry their prefix."""
        found = self.rows(
            "SELECT column_name, data_type FROM duckdb_columns()"
            " WHERE table_name = 'event_log' AND NOT internal ORDER BY column_index"
        )
        return {str(name): str(kind) for name, kind in found}

    def events_version(self) -> str:
        """A word that changes whenever the events that hold change, and only then."""
        return f"{self.meta('store')}-{self.meta('changes')}"

    def events_changed(self) -> None:
        """Called by whoever changes events, inside the same transaction."""
        self.execute(
            "UPDATE meta SET value = CAST(CAST(value AS BIGINT) + 1 AS VARCHAR) WHERE key = 'changes'"
        )

    def has_own(self, table: str) -> bool:
        """Whether the journey that the store was opened for has this table of its own."""
        sql = "SELECT 1 FROM duckdb_tables() WHERE table_name = ? AND schema_name = current_schema()"
        return bool(self.rows(sql, [table]))

    def interrupt(self) -> None:
        """Stop the running statement; it raises. May be called from another thread."""
        self._connection.interrupt()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def __enter__(self) -> EventStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """DuckDB's errors about the disk and memory become errors that say what to do."""
        try:
            yield
        except duckdb.OutOfMemoryException as error:
            raise WorkspaceError(
                "There is not enough memory or disk space for this.",
                hint=f"Free some space beside {self.path}, or allow more: DESIREPATH_MEMORY, DESIREPATH_SPILL. "
                f"DuckDB says: {_first_line(error)}",
            ) from error
        except duckdb.Error as error:
            if _DISK_FULL.search(str(error)):
                raise WorkspaceError(
                    f"The disk under {self.path.parent} is full.", hint=_first_line(error)
                ) from error
            raise


def _settings(path: Path, loading: bool, memory: str | None, threads: int | None) -> dict[str, Any]:
    """DuckDB's settings: no file but the store outside loads, no extension ever, bounded memory and disk."""
    settings: dict[str, Any] = {
        "enable_external_access": loading,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "python_enable_replacements": False,
        "preserve_insertion_order": True,
        "memory_limit": memory or memory_limit(),
        "temp_directory": str(path.parent / "temp"),
        # Every checkpoint writes the last rows of all columns anew; the log of what is committed is as safe.
        "checkpoint_threshold": "128MB",
    }
    if threads is not None:
        settings["threads"] = threads
    return settings


def _settle(connection: duckdb.DuckDBPyConnection, spill: str, files_from: Path | None) -> None:
    """Settings that can only be made once connected, and the lock on all of them.

    They hold for the database: a further connection of this process finds them made and locked.
    """
    with _SETTLING:
        _settle_once(connection, spill, files_from)


def _settle_once(connection: duckdb.DuckDBPyConnection, spill: str, files_from: Path | None) -> None:
    locked = connection.execute("SELECT current_setting('lock_configuration')").fetchall()[0][0]
    if not locked:
        connection.execute("SET GLOBAL TimeZone = 'UTC'")
        # Its own bar would stand between the lines that people read; `progress` asks it all the same.
        connection.execute("SET enable_progress_bar_print = false")
        # Given while connecting, this one is shown and not kept to (DuckDB 2.0).
        connection.execute(f"SET GLOBAL max_temp_directory_size = {quote_text(spill)}")
        if files_from is not None:
            connection.execute(f"SET GLOBAL file_search_path = {quote_text(str(files_from.resolve()))}")
        connection.execute("SET GLOBAL lock_configuration = true")


def _connect(
    path: Path, write: bool, settings: dict[str, Any], wait: float = 0.0
) -> duckdb.DuckDBPyConnection:
    """Connect, or say why not: busy, not ours to write, or no store at all."""
    if write:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WorkspaceError(f"Cannot make the folder {path.parent}: {error.strerror}.") from error
        if not os.access(path.parent, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
            raise WorkspaceError(
                f"Cannot write in {path.parent}.",
                hint="Check who owns the folder and whether it is read-only.",
            )
    begun = time.monotonic()
    until = begun + wait
    while True:
        try:
            return duckdb.connect(str(path), read_only=not write, config=settings)
        except (duckdb.IOException, duckdb.ConnectionException) as error:
            why = _why_not(path, error)
            # The app lets go of the store soon after it has answered; a load of another program may end soon.
            if why.facts.get("pid", os.getpid()) == os.getpid() or time.monotonic() > until:
                raise why from error
        except duckdb.Error as error:
            # Another thread of ours is just opening or closing it.
            if "Unique file handle" not in str(error) or time.monotonic() > max(until, begun + _MOMENT):
                raise
        time.sleep(_AGAIN)


def _why_not(path: Path, error: Exception) -> DesirepathError:
    """The error to raise when DuckDB would not open the store."""
    text = str(error)
    if "lock" in text or "different configuration" in text:
        holder = _HOLDER.search(text)
        who = f"process {holder.group(1)}" if holder else "this process"
        return WorkspaceBusy(
            f"Another program is using this workspace ({who}).",
            hint="Wait until it has finished, or end it; then try again.",
            pid=int(holder.group(1)) if holder else os.getpid(),
        )
    return WorkspaceError(
        f"Cannot open {path}: {_first_line(error)}",
        hint="Where it is damaged, put a copy of it back. Without one: delete the folder .desirepath of the workspace "
        "and load again; what was decided about merges is then to be said again.",
    )


def _first_line(error: Exception) -> str:
    """What DuckDB said, without its advice and its SQL."""
    return str(error).strip().splitlines()[0]
