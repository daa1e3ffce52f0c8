"""Analysts' SQL over the store: one SELECT that names only what it may, and is given a time and a place to end.

In: a store open for reading, views with their SQL, and a query as somebody wrote it. Out: its answer as Arrow. What
the query reads is told by DuckDB's own parser, so that it cannot be read otherwise than it is run.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import duckdb

from desirepath.collect.expression import quote_name
from desirepath.core.errors import DesirepathError, nearest

if TYPE_CHECKING:
    import pyarrow as pa

    from desirepath.store.events_db import EventStore

# Views have names of their own inside: a view of the store that reads "customers" means the store's.
_INSIDE = "asked_"
_FUNCTIONS = ("range", "generate_series", "unnest")  # functions that may stand where a table stands


class SqlError(DesirepathError):
    """A query that cannot be run, or may not."""

    code = "sql"


def make_views(store: EventStore, views: Mapping[str, str], rows: Mapping[str, pa.Table]) -> None:
    """Make the views, for this connection only.

    In their SQL `{all}` stands for where everybody's tables are, `{own}` for where the journey's are, and `{view}`
    begins the name of another view.

    rows: Arrow tables by the name under which views read them.
    """
    for name, table in rows.items():
        store.register(name, table)
    database, schema = store.rows("SELECT current_database(), current_schema()")[0]
    for name, sql in views.items():
        # Events and metrics are everybody's; customers and identifiers are the journey's own.
        text = sql.replace("{all}", f"{quote_name(database)}.main.")
        text = text.replace("{own}", f"{quote_name(database)}.{quote_name(schema)}.")
        text = text.replace("{view}", _INSIDE)
        store.execute(f"CREATE OR REPLACE TEMP VIEW {quote_name(_INSIDE + name)} AS {text}")


def drop_views(store: EventStore, views: Iterable[str], rows: Iterable[str]) -> None:
    """Take them away again."""
    for name in views:
        store.execute(f"DROP VIEW IF EXISTS {quote_name(_INSIDE + name)}")
    for name in rows:
        store.unregister(name)


def ask(store: EventStore, text: str, views: Mapping[str, str]) -> pa.Table:
    """The answer of one query over the views. Raises SqlError."""
    query = _checked(store, text, views)
    try:
        return store.query(query)
    except duckdb.Error as error:
        raise _told(error) from error


def described(store: EventStore, view: str) -> list[tuple[str, str]]:
    """The columns of a view with their types."""
    return [(str(n), str(t)) for n, t, *_ in store.rows(f"DESCRIBE {quote_name(_INSIDE + view)}")]


def _checked(store: EventStore, text: str, views: Mapping[str, str]) -> str:
    """The query over the views by their names inside, as DuckDB writes it down."""
    found: dict[str, Any] = json.loads(store.value("SELECT json_serialize_sql(?)", [text]))
    if found.get("error"):
        raise _unreadable(found)
    if len(found["statements"]) != 1:
        raise SqlError("One query at a time.", hint="Leave out what stands after the semicolon.")
    named = {name for node in _nodes(found) if "cte_map" in node for name in _ctes(node)}
    known = {name.casefold() for name in views}
    # A name of the query's own must not be one of the store's: where it does not reach, the store's would be read.
    for name in sorted(named & (_hidden(store) | known)):
        raise SqlError(
            f'"{name}" cannot be the name of a common table expression.', hint="Call it something else."
        )
    for node in _nodes(found):
        kind = node.get("type")
        if kind == "BASE_TABLE":
            path = node["qualified_name"]["path"]  # catalog and schema where they are given, and the name
            name = str(path[-1])
            if len(path) > 1 or name.casefold() not in known | named:
                raise SqlError(f'there is no table "{name}"', hint=nearest(name, views, "Tables"), table=name)
            if name.casefold() in known:
                node["alias"] = node.get("alias") or name
                node["qualified_name"]["path"] = [_INSIDE + name]
        elif kind == "TABLE_FUNCTION":
            function = str(node["function"]["function_name"])
            if function.casefold() not in _FUNCTIONS:
                raise SqlError(
                    f"{function}() cannot be asked here.",
                    hint=f"Tables: {', '.join(views)}.",
                    function=function,
                )
        elif kind == "SHOW_REF" and node.get("table_name"):
            raise SqlError(
                "That cannot be shown here.", hint=f"Write DESCRIBE and one of: {', '.join(views)}."
            )
    return str(store.value("SELECT json_deserialize_sql(?)", [json.dumps(found)]))


def _hidden(store: EventStore) -> set[str]:
    """Everything that has rows in this connection."""
    sql = "SELECT table_name FROM duckdb_tables() UNION ALL SELECT view_name FROM duckdb_views()"
    return {str(name).casefold() for (name,) in store.rows(sql)}


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every node of the parsed query."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


def _ctes(node: dict[str, Any]) -> list[str]:
    return [str(entry["key"]).casefold() for entry in node["cte_map"]["map"]]


def _unreadable(found: dict[str, Any]) -> SqlError:
    if found.get("error_type") == "not implemented":
        return SqlError(
            "Only questions can be asked: SELECT, FROM, WITH or DESCRIBE.",
            hint="Nothing can be changed here.",
        )
    place = str(found.get("position", ""))
    at = f" (at character {int(place) + 1})" if place.isdecimal() else ""
    return SqlError(f"The query cannot be read: {found['error_message']}{at}.")


def _told(error: duckdb.Error) -> SqlError:
    """DuckDB's words, without the picture of the query beneath them."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    message = lines[0].split(": ", 1)[-1]
    hint = next((line for line in lines[1:] if line.startswith(("Did you mean", "Candidate"))), "")
    return SqlError(message.rstrip(".!") + ".", hint=hint)
