"""Who does not count at all? Staff, tests and bots, named by `exclude`, as SQL.

In: a journey's exclusions and the store's columns. Out: SQL text; `store` runs it. A rule over events names the
customers who have any such event; a rule over customers (count(…), ever(…)) those of whom it holds by now.
"""

from __future__ import annotations

from dataclasses import dataclass

from desirepath.collect.expression import Rule
from desirepath.journey.definition import Journey
from desirepath.journey.segments import segment_sql
from desirepath.journey.to_sql import EventColumns


@dataclass(frozen=True, slots=True)
class Excluded:
    """How many customers an exclusion leaves out, and with how many events; each customer under one name only."""

    name: str
    label: str
    customers: int
    events: int

    def __str__(self) -> str:
        def counted(n: int, one: str) -> str:
            return f"{n:,} {one}{'' if n == 1 else 's'}"

        return f"{self.label}: {counted(self.customers, 'customer')}, {counted(self.events, 'event')}"


def excluded_sql(journey: Journey, columns: EventColumns) -> str:
    """excluded: the customers who do not count.

    Grain: customer · columns customer, exclusion (the place of the first declared that names them), event_no (the
    first event that its rule matched; −1 where it is a rule over customers). Needs events, event_customers, customers.
    """
    parts = [_named_by(one.rule, place, columns) for place, one in enumerate(journey.exclude)]
    parts.append("SELECT 0::INTEGER AS customer, 0 AS exclusion, 0::BIGINT AS event_no WHERE false")
    return (
        "SELECT customer, min(exclusion)::INTEGER AS exclusion, arg_min(event_no, exclusion) AS event_no "
        f"FROM ({' UNION ALL '.join(parts)}) GROUP BY customer"
    )


def _named_by(rule: Rule, place: int, columns: EventColumns) -> str:
    """Those whom one rule names. Grain: customer · columns customer, exclusion, event_no."""
    if rule.aggregates:
        moments = "SELECT customer AS visit, customer, last_seen AS moment FROM customers"
        held = f"WITH moments AS ({moments}) {segment_sql(rule, columns)}"
        return f"SELECT visit AS customer, {place} AS exclusion, (-1)::BIGINT AS event_no FROM ({held})"
    return (
        f"SELECT c.customer, {place} AS exclusion, min(e.event_no) AS event_no "
        f"FROM {columns.events} e JOIN event_customers c ON c.event_no = e.event_no WHERE {columns.of(rule)} "
        "GROUP BY c.customer"
    )
