"""Who is in a segment? A rule over customers, as it stood when each visit was entered, as SQL.

A trait is the last one that an event up to then had said; count(…) and ever(…) look at the events up to then; a plain
column (channel, properties.…) is that of the event that entered the visit. So nothing leaks back from the future.
"""

from __future__ import annotations

from desirepath.collect.expression import Column, Rule
from desirepath.journey.to_sql import EventColumns, quoted


def segment_sql(rule: Rule, columns: EventColumns) -> str:
    """segment: the visits whose customer satisfied `rule` at entry.

    Grain: visit · column visit. Needs the relations moments(visit, customer, at, event_no), events and
    event_customers. Rows keep no order.
    """
    joins: list[str] = []
    traits: dict[Column, str] = {}

    def column(one: Column) -> str:
        kind = rule.kinds.get(one, "unknown")
        if one.group != "traits":
            return columns.column(one, kind)
        if one not in traits:
            traits[one] = f"t{len(traits)}"
            joins.append(_trait_join(one, traits[one], columns))
        cast = columns.column(one, kind).replace(f"e.{quoted(f'traits.{one.name}')}", f"{traits[one]}.said")
        return cast

    def aggregate(number: int) -> str:
        name = f"a{number}"
        word, inner = rule.aggregates[number]
        joins.append(_count_join(inner, name, columns))
        counted = f"coalesce({name}.n, 0)"
        return f"({counted} > 0)" if word == "ever" else counted

    where = rule.sql(column, aggregate)
    return f"SELECT m.visit FROM moments m LEFT JOIN events e ON e.event_no = m.event_no {' '.join(joins)} WHERE {where}"


def _trait_join(one: Column, name: str, columns: EventColumns) -> str:
    wide = f"traits.{one.name}"
    if wide not in columns.present:
        return f"LEFT JOIN (SELECT NULL::INTEGER AS customer, NULL AS said WHERE false) {name} ON false"
    # Of two values said at one instant the greater counts: any rule would do that does not ask who was loaded first.
    said = (
        f"SELECT c.customer, e.time, max(e.{quoted(wide)}) AS said FROM events e "
        f"JOIN event_customers c ON c.event_no = e.event_no WHERE e.{quoted(wide)} IS NOT NULL "
        "GROUP BY c.customer, e.time"
    )
    return f"ASOF LEFT JOIN ({said}) {name} ON {name}.customer = m.customer AND {name}.time <= m.at"


def _count_join(inner: Rule, name: str, columns: EventColumns) -> str:
    counted = (
        "SELECT customer, time, sum(k) OVER (PARTITION BY customer ORDER BY time) AS n FROM ("
        "SELECT c.customer, e.time, count(*) AS k FROM events e "
        f"JOIN event_customers c ON c.event_no = e.event_no WHERE {columns.of(inner)} "
        "GROUP BY c.customer, e.time)"
    )
    return f"ASOF LEFT JOIN ({counted}) {name} ON {name}.customer = m.customer AND {name}.time <= m.at"
