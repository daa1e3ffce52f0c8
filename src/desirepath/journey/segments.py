"""Who is in a segment? A rule over customers, as it stood when each visit was entered, as SQL.

A trait (or identifier) is the last that an event up to then had said; count(…) and ever(…) look at the events up
to then. So nothing leaks back from the future.
"""

from __future__ import annotations

from desirepath.collect.expression import Column, Rule, quote_name
from desirepath.journey.to_sql import EventColumns


def segment_sql(rule: Rule, columns: EventColumns) -> str:
    """segment: the visits whose customer satisfied `rule` at entry.

    Grain: visit · column visit. Needs the relations moments(visit, customer, moment TIMESTAMP), events and
    event_customers. The rows come in no order.
    """
    joins: list[str] = []
    said: dict[Column, str] = {}

    def column(one: Column) -> str:
        if one not in said:
            said[one] = f"t{len(said)}"
            joins.append(_as_of(_said(one, columns), said[one]))
        return columns.wide(one, f"{said[one]}.said")

    def aggregate(number: int) -> str:
        name = f"a{number}"
        word, inner = rule.aggregates[number]
        joins.append(_as_of(_counted(inner, columns), name))
        return f"(coalesce({name}.said, 0) > 0)" if word == "ever" else f"coalesce({name}.said, 0)"

    where = rule.sql(column, aggregate)
    return f"SELECT m.visit FROM moments m {' '.join(joins)} WHERE {where}"


def _as_of(relation: str, name: str) -> str:
    return f"ASOF LEFT JOIN ({relation}) {name} ON {name}.customer = m.customer AND {name}.time <= m.moment"


def _said(one: Column, columns: EventColumns) -> str:
    """What a customer's events had said of themselves, by time. Grain: customer and time · customer, time, said."""
    if str(one) not in columns.present:
        return (
            "SELECT customer, TIMESTAMP '1970-01-01' AS time, NULL AS said FROM event_customers WHERE false"
        )
    # Of two values said at one instant the greater counts: a rule that does not ask who was loaded first.
    value = f"e.{quote_name(str(one))}"
    return (
        f"SELECT c.customer, e.time, max({value}) AS said FROM {columns.events} e "
        f"JOIN event_customers c ON c.event_no = e.event_no WHERE {value} IS NOT NULL GROUP BY c.customer, e.time"
    )


def _counted(inner: Rule, columns: EventColumns) -> str:
    """How many events had satisfied a rule, by time. Grain: customer and time · customer, time, said."""
    return (
        "SELECT customer, time, sum(k) OVER (PARTITION BY customer ORDER BY time) AS said FROM ("
        f"SELECT c.customer, e.time, count(*) AS k FROM {columns.events} e "
        f"JOIN event_customers c ON c.event_no = e.event_no WHERE {columns.of(inner)} GROUP BY c.customer, e.time)"
    )
