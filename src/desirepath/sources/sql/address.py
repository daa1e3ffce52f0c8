"""Which database is meant? A URL becomes an address that can be shown: its password is in no message, ever.

In: the URL of sources.yaml, filled in, and the folder of sources.yaml (where the path of a SQLite file starts). Out: an
Address, or a SourceError that says what is wrong with the URL or which driver to install.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, quote_plus

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from desirepath.core.errors import SourceError, nearest

# The first word of a URL → what SQLAlchemy is told, the module that it needs, the extra that brings it.
_KINDS = {
    "sqlite": ("sqlite", "sqlite3", ""),
    "postgresql": ("postgresql+pg8000", "pg8000", "postgres"),
    "postgres": ("postgresql+pg8000", "pg8000", "postgres"),
    "mysql": ("mysql+pymysql", "pymysql", "mysql"),
    "mariadb": ("mariadb+pymysql", "pymysql", "mysql"),
}
_OTHERS = {
    "psycopg": "psycopg",
    "psycopg2": "psycopg2",
    "mysqldb": "MySQLdb",
}  # drivers that a URL may name itself
_PORTS = {"postgresql": 5432, "mysql": 3306, "mariadb": 3306}


@dataclass(frozen=True, slots=True)
class Address:
    """A database. shown: without its password; port: where it listens, None for a file or a socket."""

    url: URL = field(repr=False)
    source: str
    shown: str
    path: Path | None = None

    @property
    def dialect(self) -> str:
        """sqlite, postgresql, mysql or mariadb."""
        return self.url.get_backend_name()

    @property
    def server(self) -> tuple[str, int] | None:
        """Host and port of a server that is reached over the network."""
        if self.path is not None or "unix_sock" in self.url.query or "unix_socket" in self.url.query:
            return None
        return self.url.host or "localhost", self.url.port or _PORTS.get(self.dialect, 0)

    def tame(self, text: object) -> str:
        """What a driver said, its first line, with the password taken out however it is written."""
        said = next((line.strip() for line in str(text).splitlines() if line.strip()), "")
        asked = [self.url.query.get(key, "") for key in ("password", "passwd", "pass")]
        for password in map(str, (self.url.password or "", *asked)):
            for secret in {password, quote(password), quote_plus(password), repr(password)[1:-1]} - {""}:
                said = said.replace(secret, "***")
        return said


def address_of(source: str, text: str, folder: Path) -> Address:
    """The address that a URL means. Raises SourceError."""
    try:
        if (
            text.partition("?")[0].count("@") > 1
        ):  # a piece of the password would be taken for the host, and shown
            raise ValueError
        url = make_url(text.strip())
    except (ArgumentError, ValueError):
        raise SourceError(
            f'source "{source}": what `database` says is no URL of a database.',
            hint="For example postgresql://reader:PASSWORD@db.example/shop, or sqlite:///shop.db; signs such as @ and /"
            " in a password are written as %40 and %2F.",
            source=source,
        ) from None
    name, _, driver = url.drivername.partition("+")
    if name not in _KINDS:
        raise SourceError(
            f'source "{source}": "{name}" is no kind of database that can be read.',
            hint=nearest(name, _KINDS, "Kinds"),
            source=source,
        )
    spelt, module, extra = _KINDS[name]
    if driver in _OTHERS:
        spelt, module, extra = f"{spelt.partition('+')[0]}+{driver}", _OTHERS[driver], ""
    if importlib.util.find_spec(module) is None:
        wanted = f"desirepath[{extra}]" if extra else module
        raise SourceError(
            f'source "{source}": to read {name} the Python package {module} is needed, and it is not installed.',
            hint=f"Install it with: pip install '{wanted}'",
            source=source,
        )
    url = url.set(drivername=spelt)
    if name == "sqlite":
        return _file(source, url, folder)
    return Address(_socket(url), source, url.set(query={}).render_as_string(hide_password=True))


def _file(source: str, url: URL, folder: Path) -> Address:
    """A SQLite file, from the folder of sources.yaml."""
    if not url.database or url.database == ":memory:":
        raise SourceError(
            f'source "{source}": the URL names no file.', hint="Write sqlite:///shop.db.", source=source
        )
    path = Path(url.database).expanduser()
    path = path if path.is_absolute() else folder / path
    if not path.is_file():
        there = sorted(one.name for one in path.parent.glob("*") if one.is_file())
        raise SourceError(
            f'source "{source}": there is no database {path}.',
            hint=nearest(path.name, there, f"In {path.parent}"),
            source=source,
        )
    return Address(url, source, path.name, path)


def _socket(url: URL) -> URL:
    """`?host=/run/postgresql` means the socket in that folder, as libpq has it."""
    host = url.query.get("host")
    if url.get_backend_name() != "postgresql" or not isinstance(host, str) or not host.startswith("/"):
        return url
    rest = {key: value for key, value in url.query.items() if key != "host"}
    if url.get_driver_name() != "pg8000":
        return url
    return url.set(host=None, query={**rest, "unix_sock": f"{host}/.s.PGSQL.{url.port or 5432}"})
