"""Everything derived, made again from the events: evidence, trails, promises, visits.

In: the event store, with its customers, and the definition. Out: a Build beside the last one; it becomes the
current one when the caller commits its name together with the customers. What the last build has of customers
whom nothing touched is kept (refresh_part.py), where the same is asked of events as then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

from desirepath.app.excluded import count_excluded
from desirepath.app.knowledge import complete_until, stage_knowledge
from desirepath.app.read_events import Reading, asked, channels_of, count_foreign, seen_in
from desirepath.app.refresh_part import Kept, forget_touched, refresh_part
from desirepath.collect.sources import Sources
from desirepath.journey.definition import Journey
from desirepath.journey.placing import place, plan_for
from desirepath.journey.to_sql import EventColumns
from desirepath.store.events_db import EventStore
from desirepath.store.trail_files import Build, NewBuild, TrailFiles

Say = Callable[[str, float], None]  # what is being done, and how far along it is (0 … 1)
READING = "1"  # raise it when the same question reads other trails or promises out of the same events


def quiet(step: str, share: float) -> None:
    """No progress wanted."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a refresh reads besides the store. zone: of times that sources.yaml writes without one."""

    journey: Journey
    sources: Sources
    zone: str
    currency: str | None
    read_at: Mapping[str, int]  # source → when it was last loaded, µs
    now: int  # µs


def refresh(
    store: EventStore,
    files: TrailFiles,
    inputs: Inputs,
    stamp: str,
    say: Say = quiet,
    before: Build | None = None,
) -> Build:
    """Make everything derived again. `stamp` names what it was made from; it is kept in the build's facts.

    The store must be open for writing, with customers resolved (app/identify.py). before: the current build, where
    customers were resolved in part: it speaks of those who were.
    """
    journey = inputs.journey
    columns = EventColumns.for_journey(journey, store.columns(), inputs.currency)
    question = hashlib.sha256(f"{asked(journey, columns)} {READING}".encode()).hexdigest()[:24]
    if before is not None and before.facts.get("asked") != question:
        before = None
    channels = channels_of(store)
    new = files.begin()
    try:
        read = _read(store, journey, columns, channels, before, new, say)
        trails = read.trails
        seen = seen_in(store, trails)
        ends = complete_until(inputs.sources, seen, inputs.read_at, inputs.zone)
        knowledge = stage_knowledge(journey, seen, ends)
        say("stages", 0.8)
        visits = place(trails, plan_for(journey, knowledge))
        facts = {
            "stamp": stamp,
            "made_at": inputs.now,
            "definition": journey.version,
            "asked": question,
            "channels": channels,
            "touchpoints": [t.id for t in journey.touchpoints],
            "knowledge": knowledge,
            "sources": [end.as_dict() for end in ends],
            "customers": trails.customers,
            "events": trails.events,
            "foreign_currency_events": count_foreign(store, columns),
            "excluded": [asdict(one) for one in count_excluded(store, journey)],
            "customers_read": read.customers_read,
            "events_read": read.events_read,
        }
        say("writing", 0.95)
        return new.finish(trails, visits, read.promises, facts)
    except BaseException:
        new.abandon()
        raise


def _read(
    store: EventStore,
    journey: Journey,
    columns: EventColumns,
    channels: list[str],
    before: Build | None,
    new: NewBuild,
    say: Say,
) -> Kept:
    """Trails and promises: in part where that can be, else of all customers."""

    def said(share: float) -> None:
        say("trails", 0.1 + 0.7 * share)

    say("promises", 0.0)
    if before is not None:
        kept = refresh_part(store, journey, columns, channels, before, new.allocate, said)
        forget_touched(store)
        if kept is not None:
            return kept
    reading = Reading.begin(store, journey, columns, channels)
    promises = reading.promises()
    said(0.0)
    trails = reading.trails(new.allocate, promises, said)
    return Kept(trails, promises, trails.customers, trails.events)
