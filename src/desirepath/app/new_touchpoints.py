"""Kinds of events that the journey says nothing of yet: a touchpoint drafted for each, and those wanted put in.

In: one build. Out: an Offer: each kind with its counts, an example, and the touchpoint that `init` would have drafted;
and the journey's definition with the ones that somebody chose at the end of its touchpoints, all else in it as it was.
Nothing is written here: the text is tried and saved as any other change of the rules (rule_preview.py, rule_files.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from desirepath.app.more_sources import CannotAdd
from desirepath.app.yaml_edit import put
from desirepath.app.yaml_places import said
from desirepath.core.errors import NotFound, nearest
from desirepath.core.file_names import JOURNEY
from desirepath.journey.bits import BY_BUSINESS, BY_CUSTOMER, BY_MACHINE

if TYPE_CHECKING:
    from desirepath.app.asking import Asking
    from desirepath.journey.definition import Journey
    from desirepath.journey.draft.facts import EventSummary

MOST = 40  # kinds that are offered at once, as many as `init` drafts
_SAID = 4  # properties of an example
_SECTION = "touchpoints"
_BY = {"customer": BY_CUSTOMER, "business": BY_BUSINESS, "machine": BY_MACHINE}
_RULES = (1 << 48) - 1  # the bits of an event that say which stages' rules it meets


@dataclass(frozen=True, slots=True)
class Example:
    """The latest event of a kind. said: its first properties, by bare name. customer: the id."""

    at: int
    date_only: bool
    customer: str
    text: str
    said: tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class NewKind:
    """Events of one name that no rule meets, with the drafted touchpoint.

    channels: the commonest first, with counts. stage: '' where nothing says one; why: what says it. channel: '' where
    its events are of several. support: it counts as effort. fields: the touchpoint's, as YAML writes them, without a
    stage.
    """

    event: str
    events: int
    customers: int
    by: str
    channels: tuple[tuple[str, int], ...]
    example: Example
    id: str
    label: str
    rule: str
    channel: str
    support: bool
    fields: dict[str, str]
    stage: str
    why: str


@dataclass(frozen=True, slots=True)
class Offer:
    """All of them, the commonest first. more: how many kinds are not offered yet, with how many events."""

    kinds: tuple[NewKind, ...]
    more: int = 0
    more_events: int = 0


@dataclass(frozen=True, slots=True)
class Chosen:
    """A drafted touchpoint that is wanted. stage '': of any."""

    event: str
    stage: str = ""


def offer(asking: Asking) -> Offer:
    """What the journey says nothing of: no touchpoint, stage, exit or promise."""
    found = _Unmet(asking)
    shown = [found.kind(code) for code in found.codes[:MOST]]
    times = asking.trails.ts
    examples = _examples(asking, [int(places[np.argmax(times[places])]) for _, places in shown])
    taken = {one.id for one in asking.journey.touchpoints}
    labels = {one.label.casefold() for one in asking.journey.touchpoints}
    return Offer(
        tuple(
            _drafted(asking.journey, summary, found.stages(places), example, taken, labels)
            for (summary, places), example in zip(shown, examples, strict=True)
        ),
        max(0, len(found.codes) - MOST),
        sum(found.count(code) for code in found.codes[MOST:]),
    )


def with_touchpoints(text: str, journey: Journey, offered: Offer, chosen: Sequence[Chosen]) -> str:
    """The definition with the touchpoints that were chosen. Raises NotFound, CannotAdd, DefinitionError."""
    before = said(text, JOURNEY)
    kinds, stages = {one.event: one for one in offered.kinds}, [one.id for one in journey.stages]
    wanted: dict[str, dict[str, str]] = {}
    for one in chosen:
        if one.event not in kinds:
            hint = nearest(one.event, kinds, "Not in the journey")
            raise NotFound(f'"{one.event[:80]}" is no event that the journey says nothing of', hint=hint)
        if one.stage and one.stage not in stages:
            raise NotFound(f'there is no stage "{one.stage[:80]}"', hint=nearest(one.stage, stages, "Stages"))
        fields = kinds[one.event].fields
        first = {"label": fields["label"]} if "label" in fields else {}
        wanted[kinds[one.event].id] = first | ({"stage": one.stage} if one.stage else {}) | fields
    changed = text
    for name, fields in wanted.items():
        changed = put(changed, (_SECTION, name), fields)
    if not _same_but(before, said(changed, JOURNEY), wanted.keys()):
        raise CannotAdd(
            "The definition is written in a way that nothing can be added to by itself.",
            hint="Write the touchpoints by hand, on the page Rules.",
        )
    return changed


# ── behind it ────────────────────────────────────────────────────────────────────────────────────────────


class _Unmet:
    """The kinds of events that no rule meets. A kind of which one event is met is in the journey.

    codes: of their names, the commonest first.
    """

    def __init__(self, asking: Asking) -> None:
        from desirepath.collect.rules.text import is_sayable
        from desirepath.journey.draft.template import wanted_events

        self._asking, trails = asking, asking.trails
        names = asking.layers.codes("event")
        self._labels, self._code = names.labels, np.asarray(names.code)
        there = self._code >= 0
        met = (np.asarray(trails.touchpoint) >= 0) | ((np.asarray(trails.evidence) & _RULES) != 0)
        self._counts = np.bincount(self._code[there], minlength=len(names.labels))
        known = np.bincount(self._code[there & met], minlength=len(names.labels)) > 0
        asked = set(wanted_events(asking.journey))  # a promise's end leaves no mark on its events
        new = [
            int(code)
            for code in np.flatnonzero((self._counts > 0) & ~known)
            if names.labels[code] not in asked and is_sayable(names.labels[code])
        ]
        self.codes = sorted(new, key=lambda code: (-self._counts[code], names.labels[code]))
        self._visits: NDArray[np.int64] | None = None

    def count(self, code: int) -> int:
        """How many events."""
        return int(self._counts[code])

    def kind(self, code: int) -> tuple[EventSummary, NDArray[np.intp]]:
        """What drafting is told of a kind, and the places of its events."""
        from desirepath.collect.rules.text import is_sayable
        from desirepath.journey.draft.facts import EventSummary

        asking, trails = self._asking, self._asking.trails
        places = np.flatnonzero(self._code == code)
        customers = np.unique(np.searchsorted(trails.offset, places, "right"))
        channel, bits = trails.channel[places], trails.evidence[places]
        channels = Counter(dict(enumerate(np.bincount(channel[channel >= 0]).tolist())))
        by = Counter({word: int(np.count_nonzero(bits & bit)) for word, bit in _BY.items()})
        named = tuple(
            (asking.channels[one], many)
            for one, many in channels.most_common(MOST)
            if many and is_sayable(asking.channels[one])
        )
        who = by.most_common(1)[0][0]
        return EventSummary(self._labels[code], len(places), len(customers), who, channels=named), places

    def stages(self, places: NDArray[np.intp]) -> dict[str, int]:
        """In which stage customers were, how many of these events. Outside of any: counted nowhere."""
        from desirepath.measure.meetings import visit_of_events

        asking = self._asking
        if self._visits is None:
            self._visits = visit_of_events(asking.visits, asking.trails)
        visit, stages = self._visits[places], asking.journey.stages
        counts = np.bincount(asking.visits.stage[visit[visit >= 0]], minlength=len(stages))
        return {one.id: int(many) for one, many in zip(stages, counts, strict=True) if many}


def _drafted(
    journey: Journey,
    summary: EventSummary,
    where: Mapping[str, int],
    example: Example,
    taken: set[str],
    labels: set[str],
) -> NewKind:
    """The touchpoint that `init` drafts of such an event, with an id and a name that are free; they are taken then."""
    from desirepath.collect.guess.words import slug, unique
    from desirepath.collect.guess.yaml import scalar
    from desirepath.journey.draft.journey import touch_fields, touch_of
    from desirepath.journey.draft.stages import role_of, stage_within
    from desirepath.journey.read import label_of

    stage, why = stage_within(summary.name, [one.id for one in journey.stages], where)
    touch, base = touch_of(summary, ""), slug(summary.name, "event")
    name = unique(base, taken)
    fields = touch_fields(touch, role_of(summary.name), base)
    label, number = summary.name if "label" in fields else label_of(name), 2
    while label.casefold() in labels:
        label, number = f"{summary.name} ({number})", number + 1
    labels.add(label.casefold())
    if label != label_of(name):
        fields = {"label": scalar(label)} | {key: one for key, one in fields.items() if key != "label"}
    return NewKind(
        summary.name, summary.count, summary.customers, summary.by, summary.channels, example, name, label,
        touch.rule, touch.channel, "support" in fields, fields, stage, why,
    )  # fmt: skip


def _examples(asking: Asking, places: Sequence[int]) -> Iterator[Example]:
    from desirepath.app.customers.events import stored

    trails = asking.trails
    told = stored(asking, [int(trails.event[place]) for place in places])
    for place in places:
        row = told[int(trails.event[place])]
        telling = [
            (name.removeprefix("properties."), value)
            for name, value in row.items()
            if name.startswith("properties.") and value is not None
        ]
        customer = int(np.searchsorted(trails.offset, place, "right")) - 1
        yield Example(
            int(trails.ts[place]), bool(row["date_only"]), asking.customer_ids[customer],
            str(row["text"] or ""), tuple(telling[:_SAID]),
        )  # fmt: skip


def _same_but(before: dict[str, Any], after: dict[str, Any], added: Collection[str]) -> bool:
    """Does the changed text say what the old one said, with these touchpoints more?"""
    old, new = before.pop(_SECTION, None) or {}, after.pop(_SECTION, None)
    if not isinstance(old, dict) or not isinstance(new, dict) or before != after:
        return False
    return new.keys() == old.keys() | set(added) and all(new[name] == one for name, one in old.items())
