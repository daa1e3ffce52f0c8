"""Analysts' questions in SQL: over documented views of what is placed, reading only.

In: an opened build, a query, and whether personal data may be seen. Out: a Table, or the views that there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desirepath.app.results import Table
from desirepath.app.views import View, placed_rows, views
from desirepath.store import analyst_sql

if TYPE_CHECKING:
    import pyarrow as pa

    from desirepath.app.opened import Opened


@dataclass(frozen=True, slots=True)
class ViewTold:
    """A view as `desirepath sql` lists it: what a row is, and the columns with their types."""

    name: str
    grain: str
    columns: tuple[tuple[str, str], ...]


def ask_sql(opened: Opened, text: str, *, reveal: bool = False) -> Table:
    """One query's answer. Raises SqlError."""
    with _made(opened, reveal) as (made, sql):
        del made
        answer = analyst_sql.ask(opened.store, text, sql)
    contract = {"definition": opened.journey.version, "personal_data": "shown" if reveal else "masked"}
    return Table.of_arrow(answer, "row of the query", contract)


def list_views(opened: Opened) -> list[ViewTold]:
    """Every view that can be asked."""
    with _made(opened, reveal=False) as (made, _):
        return [
            ViewTold(one.name, one.grain, tuple(analyst_sql.described(opened.store, one.name)))
            for one in made
        ]


@contextmanager
def _made(opened: Opened, reveal: bool) -> Iterator[tuple[list[View], Mapping[str, str]]]:
    made = views(opened, reveal=reveal)
    sql = {one.name: one.sql for one in made}
    rows: dict[str, pa.Table] = {f"{one.name}_rows": one.rows for one in made if one.rows is not None}
    rows["placed_rows"] = placed_rows(opened)
    analyst_sql.make_views(opened.store, sql, rows)
    try:
        yield made, sql
    finally:
        analyst_sql.drop_views(opened.store, sql, rows)
