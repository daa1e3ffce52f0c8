"""What can be wrong with a source that is a table of a database, said with the nearest fix.

In: the entries of one source, as written and as read. Out: (key, message, hint) of each mistake. Whether the database
answers is known when it is loaded. Nothing here repeats the URL: it may hold a password.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from desirepath.collect.sources import Reading

OF_DATABASES = ("table", "cursor", "cursor_overlap")
_OF_FILES = (
    "format", "delimiter", "encoding", "header", "columns", "skip", "sheet", "header_rows",
)  # fmt: skip
_PASSWORDS = re.compile(r"(?://[^/@\s]*?:(?=[^/@\s]+@)|[?&]pass(?:word|wd)?=)([^/@&\s]+)", re.I)
_EXAMPLE = "For example database: ${SHOP_DATABASE}"
SET_IT = "export {}=postgresql://reader:PASSWORD@db.example/shop"


def mistakes(
    reading: Reading, raw: Mapping[str, Any], named: str, metrics: bool
) -> list[tuple[str, str, str]]:
    """Every mistake about the database of a source. raw: its entries as written; named: the source, for messages."""
    if "database" not in raw:
        said = [key for key in OF_DATABASES if key in raw]
        if said and not reading.files and not reading.query:
            misspelt = get_close_matches("database", set(raw))  # which is told already
            return [] if misspelt else [(said[0], f'"database" is missing in {named}', f"{_EXAMPLE}.")]
        return [
            (key, f'"{key}" is of databases, and none is given in {named}', f"{_EXAMPLE}.") for key in said
        ]
    found = list(_where(reading, raw, named))
    found += [
        (key, f'"{key}" is of files, and {named} is read from a database', "Take it away.")
        for key in _OF_FILES
        if key in raw
    ]
    if "cursor" in raw and metrics:
        found.append(("cursor", "metrics are always read whole", "Take cursor away."))
    if "cursor_overlap" in raw and "cursor" not in raw:
        found.append(
            ("cursor_overlap", "cursor_overlap is given and cursor is not", "For example cursor: updated_at.")
        )
    return found


def _where(reading: Reading, raw: Mapping[str, Any], named: str) -> list[tuple[str, str, str]]:
    """What is read, and where it is."""
    found = []
    if reading.files:
        found.append(("files", f"both files and database are given in {named}", "Keep one of them."))
    if reading.table and reading.query:
        found.append(("query", f"both table and query are given in {named}", "Keep one of them."))
    if not reading.table and not reading.query:
        hint = 'For example table: orders, or query: "SELECT …".'
        found.append(("database", f'"table" is missing in {named}', hint))
    written = str(raw["database"])
    if any("${" not in password for password in _PASSWORDS.findall(written)):
        hint = f"{_EXAMPLE}, and, before you start: {SET_IT.format('SHOP_DATABASE')}"
        found.append(("database", "a password stands in the file, where everybody can read it", hint))
    elif "${" not in written and "://" not in written:
        hint = f"{_EXAMPLE}, or sqlite:///shop.db."
        found.append(("database", f"what database says in {named} is no URL", hint))
    return found
