"""Who was left out of a build, as what, and why?

In: the store of the build, with its table `excluded`. Out: counts by name when the build is made, and for one
customer the name, the rule and the event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from desirepath.core.times import from_us
from desirepath.journey.exclusions import Excluded

if TYPE_CHECKING:
    from desirepath.journey.definition import Journey
    from desirepath.store.events_db import EventStore


def count_excluded(store: EventStore, journey: Journey) -> tuple[Excluded, ...]:
    """How many customers and events each exclusion leaves out, in the order of the definition."""
    rows = store.rows(
        "SELECT x.exclusion, count(*), sum(c.events) FROM excluded x JOIN customers c USING (customer) GROUP BY ALL"
    )
    found = {int(place): (int(customers), int(events)) for place, customers, events in rows}
    return tuple(
        Excluded(one.id, one.label, *found.get(place, (0, 0))) for place, one in enumerate(journey.exclude)
    )


def why_excluded(store: EventStore, journey: Journey, customer: int) -> str | None:
    """'excluded as staff (…): event "Page Viewed" of 2024-01-31 09:30, web'; None for a customer who counts."""
    rows = store.rows("SELECT exclusion, event_no FROM excluded WHERE customer = ?", [customer])
    if not rows:
        return None
    one = journey.exclude[int(rows[0][0])]
    said = f"excluded as {one.id} ({one.rule.text})"
    events = store.rows(
        "SELECT event, epoch_us(time), date_only, source FROM events WHERE event_no = ?", [rows[0][1]]
    )
    if not events:
        return f"{said}: all their events together"
    event, time, date_only, source = events[0]
    at = from_us(int(time), journey.time_zone)
    return f'{said}: event "{event}" of {at:{"%Y-%m-%d" if date_only else "%Y-%m-%d %H:%M"}}, {source}'
