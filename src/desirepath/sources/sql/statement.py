"""The one SELECT that a source means: a table or a query, from a cursor's value on.

In: what sources.yaml says, the columns that are there. Out: a statement of SQLAlchemy, which quotes every name and
binds every value. A query is one SELECT, and it stands in brackets: nothing that changes data can stand there.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from desirepath.core.errors import SourceError
from desirepath.sources.sql.cursor import Value

_DIALECTS = {"postgresql": "postgres", "mysql": "mysql", "mariadb": "mysql", "sqlite": "sqlite"}


def table_name(table: str) -> tuple[str | None, str]:
    """`sales.orders` is the table orders of the schema sales."""
    schema, _, name = table.rpartition(".")
    return schema or None, name


def of_table(table: str, columns: tuple[str, ...]) -> sa.Select[Any]:
    """Every column of a table or view. The columns have no type: what the driver answers is taken as it is."""
    schema, name = table_name(table)
    there = sa.table(name, *map(sa.column, columns), schema=schema)
    found: sa.Select[Any] = sa.select(there)
    return found


def of_query(query: str) -> sa.Select[Any]:
    """Every column of a query."""
    inner = sa.text(query.replace(":", "\\:")).columns().alias("rows_of_the_query")
    return sa.select(sa.text("*")).select_from(inner)


def since(select: sa.Select[Any], cursor: str | None, value: Value | None) -> sa.Select[Any]:
    """In the order of the cursor, from a value on. Rows that have no cursor's value are read every time."""
    if cursor is None:
        return select
    column: sa.ColumnElement[Any] = sa.column(cursor)
    if value is not None:
        select = select.where(sa.or_(column >= sa.bindparam("since", value, _type(value)), column.is_(None)))
    return select.order_by(column)


def _type(value: Value) -> sa.types.TypeEngine[Any]:
    """The type to bind a value as: a driver that guesses loses a zone."""
    if isinstance(value, datetime):
        return sa.DateTime(timezone=value.tzinfo is not None)
    if isinstance(value, date):
        return sa.Date()
    if isinstance(value, int):
        return sa.BigInteger()
    if isinstance(value, Decimal):
        return sa.Numeric()
    return sa.Double() if isinstance(value, float) else sa.String()


def only_one_select(query: str, dialect: str, source: str) -> str:
    """The query without its semicolon. Raises SourceError where it is anything but one SELECT."""
    import sqlglot
    from sqlglot import exp

    query = query.strip().rstrip(";").strip()
    try:
        statements = sqlglot.parse(query, dialect=_DIALECTS[dialect])
    except sqlglot.errors.SqlglotError as error:
        raise SourceError(
            f'The query of source "{source}" cannot be read: {str(error).splitlines()[0]}', source=source
        ) from None
    changing = (exp.DML, exp.DDL, exp.Into, exp.Command, exp.Lock)
    query_itself = statements[0] if len(statements) == 1 else None
    inner = query_itself.walk() if isinstance(query_itself, exp.Query) else ()
    if not isinstance(query_itself, exp.Query) or any(
        isinstance(one, changing) and not isinstance(one, exp.Query) for one in inner
    ):
        raise SourceError(
            f'The query of source "{source}" is not one SELECT.',
            hint="Write one SELECT or WITH … SELECT.",
            source=source,
        )
    return query
