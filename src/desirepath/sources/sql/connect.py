"""A connection that only reads, and what went wrong in words that help.

In: an Address. Out: a connection of SQLAlchemy in a transaction that may not write, where the database knows such.
"""

from __future__ import annotations

import logging
import re
import socket
import sqlite3
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from desirepath.core.errors import SourceError
from desirepath.sources.sql.address import Address

# It would print a traceback where a connection that has failed is tidied up; what failed is told already.
logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
_PATIENCE = 10  # seconds until a server that does not answer is given up
# Words that drivers use for what a person can mend → the hint.
_HINTS = (
    (r"password|authentication|access denied|28P01|1045", "Check the user and the password in the URL."),
    (r"3D000|1049|database .* does not exist|unknown database", "Check the name of the database in the URL."),
    (r"42501|permission denied|denied to user", "The user of the URL may not read it: grant SELECT."),
    (
        r"25006|read-only|readonly|1792|attempt to write",
        "A source only reads: write one SELECT that changes nothing.",
    ),
    (r"not a database|malformed", "The file is no SQLite database, or it is damaged."),
    (r"database is locked", "Somebody is writing to it: try again."),
)


def engine_for(address: Address) -> sa.Engine:
    """An engine; nothing is connected yet."""
    if address.path is not None:
        return sa.create_engine("sqlite://", creator=lambda: _sqlite(address), poolclass=sa.NullPool)
    options: dict[str, Any] = {}
    if address.dialect == "postgresql":
        options["execution_options"] = {"postgresql_readonly": True}
    url, asked = _with_tls(address.url)
    try:
        made = sa.create_engine(
            url, poolclass=sa.NullPool, hide_parameters=True, connect_args=asked, **options
        )
    except (SQLAlchemyError, ImportError, TypeError) as error:
        raise _failed(address, error) from None
    if address.dialect in ("mysql", "mariadb"):
        sa.event.listen(made, "connect", _mysql_reads_only)
    return made


def _with_tls(url: sa.URL) -> tuple[sa.URL, dict[str, Any]]:
    """The URL as the driver wants it, and its options: pg8000 knows no sslmode, but what is meant by it."""
    mode = url.query.get("sslmode")
    if mode is None or url.get_driver_name() != "pg8000":
        return url, {}
    wanted: Any = {"disable": False, "require": True}.get(str(mode))
    if mode in ("verify-ca", "verify-full"):
        wanted = ssl.create_default_context()
        wanted.check_hostname = mode == "verify-full"
    return url.difference_update_query(["sslmode"]), {"ssl_context": wanted}


def _sqlite(address: Address) -> sqlite3.Connection:
    assert address.path is not None
    # rw, not ro: a database with a write-ahead log must be allowed to look into it; and it is never made anew.
    file = address.path.resolve().as_uri() + "?mode=rw"
    connection = sqlite3.connect(file, uri=True, timeout=_PATIENCE, detect_types=0)
    connection.execute("PRAGMA query_only = ON")
    # Text that is no UTF-8 must not end the reading: its record is set aside.
    connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    return connection


def _mysql_reads_only(connection: Any, _: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION TRANSACTION READ ONLY")


@contextmanager
def connected(engine: sa.Engine, address: Address) -> Iterator[sa.Connection]:
    """A connection for reading; every error of the database comes out as a SourceError without the password."""
    _reach(address)
    try:
        with engine.connect() as connection:
            yield connection
            connection.rollback()
    except SourceError:
        raise
    except (SQLAlchemyError, sqlite3.Error, OSError, UnicodeError, ValueError) as error:
        raise _failed(address, error) from None
    except Exception as error:
        # Drivers let their own errors through while rows are fetched.
        if type(error).__module__.partition(".")[0] not in (
            "pg8000",
            "pymysql",
            "psycopg",
            "psycopg2",
            "struct",
        ):
            raise
        raise _failed(address, error) from None


def _reach(address: Address) -> None:
    """Does anybody listen there? A driver would wait for minutes."""
    if address.server is None:
        return
    host, port = address.server
    try:
        socket.create_connection((host, port), timeout=_PATIENCE).close()
    except OSError as error:
        why = "it does not answer" if isinstance(error, TimeoutError) else error.strerror or str(error)
        raise SourceError(
            f'source "{address.source}": the database at {host}, port {port}, cannot be reached: {why}.',
            hint="Check the host and the port in the URL, and whether the server runs and lets this machine in.",
            source=address.source,
        ) from None


def _failed(address: Address, error: BaseException) -> SourceError:
    """The error of a driver in a sentence."""
    said = _message(getattr(error, "orig", None) or error)
    tamed = address.tame(said)
    hint = next((hint for words, hint in _HINTS if re.search(words, said, re.I)), "")
    return SourceError(
        f'source "{address.source}": the database {address.shown} says: {tamed}',
        hint=hint,
        source=address.source,
    )


def _message(error: Any) -> str:
    """What the driver says; pg8000 answers a mapping of letters, of which M is the message and C the code."""
    first = error.args[0] if getattr(error, "args", ()) else None
    if isinstance(first, dict):
        return f"{first.get('M', '')} ({first.get('C', '')})"
    return str(error.args[1]) if isinstance(first, int) and len(error.args) > 1 else str(error)
