"""Until when do we know? What each source is complete until, and so each stage.

A visit can only be called lapsed, and a rate final, where every source that could have shown otherwise has been
read that far. A source that declares nothing is taken to be complete until its newest event, and said to be assumed.
One that is complete until `now` is so until it was last loaded: what happened since, nobody has read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from desirepath.collect.sources import Sources
from desirepath.core.times import FOREVER, to_us
from desirepath.journey.bits import BY_CUSTOMER, ENTER, EXIT, GOAL
from desirepath.journey.definition import Journey


class SeenSource(Protocol):
    """What a source's events were seen to be."""

    source: str
    bits: int
    newest: int


@dataclass(frozen=True, slots=True)
class SourceEnd:
    """Until when a source is complete (µs), and whether it said so."""

    source: str
    until: int
    declared: bool

    def as_dict(self) -> dict[str, object]:
        """Plain data."""
        return asdict(self)


def complete_until(
    sources: Sources, seen: Sequence[SeenSource], read_at: Mapping[str, int], zone: str
) -> list[SourceEnd]:
    """The end of each source that has events, by name. read_at: when each was last loaded (µs), where known."""
    declared = {source.id: source.complete_until for source in sources.sources}
    ends = []
    for one in seen:
        said = declared.get(one.source)
        if said is None or (said == "now" and one.source not in read_at):
            ends.append(SourceEnd(one.source, one.newest, declared=False))
        elif said == "now":
            ends.append(SourceEnd(one.source, read_at[one.source], declared=True))
        else:
            ends.append(SourceEnd(one.source, _instant(said, zone), declared=True))
    return sorted(ends, key=lambda end: end.source)


def _instant(said: datetime, zone: str) -> int:
    """A declared end; without a zone it is the main journey's, and a bare date is its whole day."""
    if said.tzinfo is not None:
        return to_us(said)
    if said.hour == said.minute == said.second == said.microsecond == 0:
        said += timedelta(days=1) - timedelta(microseconds=1)
    return to_us(said.replace(tzinfo=ZoneInfo(zone)))


def stage_knowledge(
    journey: Journey, seen: Sequence[SeenSource], ends: Sequence[SourceEnd]
) -> dict[str, int]:
    """Stage id → until when its exits and activity are known (µs); FOREVER where no source can say anything."""
    until = {end.source: end.until for end in ends}
    known = {}
    for place, stage in enumerate(journey.stages):
        matters = BY_CUSTOMER | 1 << (EXIT + place) | 1 << (GOAL + place)
        for later in range(place + 1, len(journey.stages)):
            matters |= 1 << (ENTER + later)
        known[stage.id] = min((until[s.source] for s in seen if s.bits & matters), default=FOREVER)
    return known
