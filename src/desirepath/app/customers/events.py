"""A customer's events, a page at a time, the latest first: each with what it did and where it was recorded.

In: an opened build, a customer, of which channel, from which event on. Out: a page of events; only those are read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from desirepath.app.customers.find import find
from desirepath.app.customers.masking import Masking, Said
from desirepath.app.customers.trail import Own, by_word
from desirepath.collect.expression import quote_name
from desirepath.core.errors import NotFound, nearest
from desirepath.core.times import NEVER
from desirepath.core.words import Outcome, Track
from desirepath.journey.bits import ENTER, EXIT, GOAL, VOIDED

if TYPE_CHECKING:
    from desirepath.app.asking import Asking


@dataclass(frozen=True, slots=True)
class RuleMet:
    """A rule that an event satisfies. what: enter, goal or exit, of a stage."""

    stage: str
    what: str
    rule: str


@dataclass(frozen=True, slots=True)
class EventTold:
    """An event. number: its place among the customer's own, from 0; event_no: in the store; file, record: where it was.

    gap: since the event before, µs. stage: where the customer was from then on. did: what it did to the placement.
    score_share: 0 … 1. voided: it was undone later. promises: those that it made.
    """

    number: int
    event_no: int
    at: int
    date_only: bool
    gap: int | None
    event: str
    touchpoint: str | None
    channel: str | None
    by: str
    stage: str | None
    value: int
    text: str | None
    score: float | None
    score_share: float | None
    score_kind: str | None
    did: list[str]
    evidence: list[RuleMet]
    voided: bool
    identifiers: list[Said]
    said: list[Said]
    source: str
    file: str
    record: int


@dataclass(frozen=True, slots=True)
class EventPage:
    """The latest first. total: of the customer (and channel). next: where the next page begins; null at the end."""

    events: list[EventTold]
    total: int
    next: int | None


def events(
    asking: Asking,
    asked: str,
    *,
    channel: str | None = None,
    start: int | None = None,
    most: int = 50,
    reveal: bool = False,
) -> EventPage:
    """Events before (and with) number `start`; from the latest on unless given. Raises NotFound."""
    code, _ = find(asking.store, asked)
    own = Own(asking, code)
    masking = Masking(reveal, str(asking.store.meta("store")), asking.journey.time_zone)
    numbers = np.arange(own.events)
    if channel is not None:
        if channel not in asking.channels:
            raise NotFound(
                f'there is no channel "{channel}"', hint=nearest(channel, asking.channels, "Channels")
            )
        numbers = numbers[own.column("channel") == asking.channels.index(channel)]
    total = len(numbers)
    if start is not None:
        numbers = numbers[numbers <= start]
    page, rest = numbers[::-1][:most].tolist(), numbers[::-1][most : most + 1].tolist()
    told = stored(asking, [int(asking.trails.event[own.first + n]) for n in page])
    did = _did(own)
    made = [_event(own, n, told, did, masking) for n in page]
    return EventPage(made, total, rest[0] if rest else None)


def stored(asking: Asking, numbers: list[int]) -> dict[int, dict[str, Any]]:
    """What the store says of these events."""
    if not numbers:
        return {}
    wide = [name for name in asking.columns if name.partition(".")[0] in ("id", "properties", "traits")]
    columns = [
        "e.event_no", "e.event", "e.date_only", "e.text", "e.score", "e.score_share", "e.score_kind", "e.source",
        "p.name AS file", "e.row", *(f"e.{quote_name(name)}" for name in wide),
    ]  # fmt: skip
    wanted = ", ".join(map(str, numbers))
    table = asking.store.query(
        f"SELECT {', '.join(columns)} FROM events e JOIN parts p ON p.part = e.part WHERE e.event_no IN ({wanted})"
    )
    return {int(row["event_no"]): row for row in table.to_pylist()}


def _did(own: Own) -> dict[int, list[str]]:
    """By place of event: what it did to the placement, in words."""
    v, stages = own.asking.visits, own.asking.journey.stages
    out: dict[int, list[str]] = {}
    for row in own.rows:
        if v.skipped[row]:
            continue
        stage = stages[int(v.stage[row])]
        again = " (repeat cycle)" if v.track[row] == Track.REPEAT else ""
        out.setdefault(int(v.entry_event[row]), []).append(f"entered {stage.label}{again}")
        if stage.goal is not None and v.succeeded[row] != NEVER:
            out.setdefault(int(v.success_event[row]), []).append(f"the goal of {stage.label}{again}")
        if v.outcome[row] == Outcome.LEFT:
            out.setdefault(int(v.end_event[row]), []).append(f"left{again}")
    return out


def _event(
    own: Own, number: int, told: dict[int, dict[str, Any]], did: dict[int, list[str]], masking: Masking
) -> EventTold:
    asking, place = own.asking, own.first + number
    t, stages = asking.trails, asking.journey.stages
    stored, bits, stage = told[int(t.event[place])], int(t.evidence[place]), own.stage_at(place)
    touchpoint, channel = int(t.touchpoint[place]), int(t.channel[place])

    def group(prefix: str) -> list[Said]:
        found = []
        for name, value in stored.items():
            if value is not None and name.startswith(prefix):
                bare = name.removeprefix(prefix)
                one = Said(bare, masking.value(str(value)), not masking.reveal)
                found.append(one if prefix == "id." else masking.said(bare, value))
        return found

    return EventTold(
        number=number,
        event_no=int(t.event[place]),
        at=int(t.ts[place]),
        date_only=bool(stored["date_only"]),
        gap=int(t.ts[place] - t.ts[place - 1]) if number else None,
        event=str(stored["event"]),
        touchpoint=asking.journey.touchpoints[touchpoint].label if touchpoint >= 0 else None,
        channel=asking.channels[channel] if channel >= 0 else None,
        by=by_word(bits),
        stage=stages[stage].id if stage >= 0 else None,
        value=int(t.value[place]),
        text=None if not stored["text"] else masking.words(str(stored["text"])),
        score=stored["score"],
        score_share=stored["score_share"],
        score_kind=stored["score_kind"],
        did=did.get(place, []),
        evidence=_evidence(asking, bits),
        voided=bool(bits & VOIDED),
        identifiers=group("id."),
        said=[*group("properties."), *group("traits.")],
        source=str(stored["source"]),
        file=str(stored["file"]),
        record=int(stored["row"]),
    )


def _evidence(asking: Asking, bits: int) -> list[RuleMet]:
    found = []
    for place, stage in enumerate(asking.journey.stages):
        if bits >> (ENTER + place) & 1:
            found.append(RuleMet(stage.id, "enter", stage.enter.text))
        if bits >> (GOAL + place) & 1 and stage.goal is not None:
            rule = f"another match of {stage.enter.text}" if stage.goal == "repeat" else stage.goal.text
            found.append(RuleMet(stage.id, "goal", rule))
        if bits >> (EXIT + place) & 1:
            exit = stage.exit or asking.journey.exit
            found.append(RuleMet(stage.id, "exit", exit.text if exit is not None else ""))
    return found
