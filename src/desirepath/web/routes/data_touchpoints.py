"""Kinds of events that the journey says nothing of yet, each with a drafted touchpoint; those wanted, as a text."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from desirepath.app.customers.masking import Masking
from desirepath.app.journeys import journey_file
from desirepath.app.new_touchpoints import Chosen, NewKind, Offer, offer, with_touchpoints
from desirepath.app.rule_files import rule_file
from desirepath.core.words import MAIN_JOURNEY
from desirepath.web.context import Here, JourneyName, Reveal
from desirepath.web.masks import masking_of

router = APIRouter(tags=["data"])
_LONGEST = 160  # characters of an example's words and properties


class ChannelCountOut(BaseModel):
    """Events in a channel."""

    channel: str
    events: int


class PropertyOut(BaseModel):
    """What an event says beside. masked: it is hidden for now."""

    name: str
    value: str
    masked: bool


class KindExampleOut(BaseModel):
    """The latest event of a kind. at: µs. customer: the id; shown: as it may be shown."""

    at: int
    date_only: bool
    customer: str
    shown: str
    text: str
    said: list[PropertyOut]


class NewKindOut(BaseModel):
    """Events of one name, and the touchpoint drafted for them.

    channels: the commonest first. channel: the touchpoint's, "" where its events are of several. support: it counts as
    effort. stage: null where nothing says one; why: what says it.
    """

    event: str
    events: int
    customers: int
    by: str
    channels: list[ChannelCountOut]
    example: KindExampleOut
    id: str
    label: str
    rule: str
    channel: str
    support: bool
    stage: str | None
    why: str


class OfferOut(BaseModel):
    """Kinds of events that no rule of the journey meets, the commonest first. more: kinds that are not listed yet."""

    kinds: list[NewKindOut]
    more: int
    more_events: int


class ChosenIn(BaseModel):
    """A drafted touchpoint that is wanted. stage: null for any."""

    event: str = Field(max_length=10_000)
    stage: str | None = Field(None, max_length=200)


class TouchpointsIn(BaseModel):
    """The drafted touchpoints that are wanted."""

    chosen: list[ChosenIn] = Field(min_length=1, max_length=500)


class ChangedRulesOut(BaseModel):
    """A definition with a change that is not saved yet. stamp: of what stands there, to save it over."""

    name: str
    text: str
    stamp: str


@router.get("/touchpoints/offer")
def touchpoint_offer(here: Here, journey: JourneyName = None, reveal: Reveal = False) -> OfferOut:
    """What the journey says nothing of yet, with a drafted touchpoint for each kind."""
    found = here.serving.kept(journey, "touchpoint offer", offer)
    masking = masking_of(here.serving, reveal)
    return OfferOut(
        kinds=[_kind(one, masking) for one in found.kinds],
        more=found.more,
        more_events=found.more_events,
    )


@router.post("/touchpoints/draft")
def draft_touchpoints(here: Here, said: TouchpointsIn, journey: JourneyName = None) -> ChangedRulesOut:
    """The journey's definition with these touchpoints at their end: to be tried and saved by /rules/{name}."""
    found: Offer = here.serving.kept(journey, "touchpoint offer", offer)
    file = rule_file(
        here.serving.folder, journey_file(here.serving.folder, journey or MAIN_JOURNEY).path.name
    )
    chosen = [Chosen(one.event, one.stage or "") for one in said.chosen]
    text = with_touchpoints(file.text, here.serving.workspace(journey).journey, found, chosen)
    return ChangedRulesOut(name=file.name, text=text, stamp=file.stamp)


def _kind(one: NewKind, masking: Masking) -> NewKindOut:
    example = one.example
    said = [masking.said(name, value) for name, value in example.said]
    return NewKindOut(
        event=one.event, events=one.events, customers=one.customers, by=one.by,
        channels=[ChannelCountOut(channel=name, events=count) for name, count in one.channels],
        example=KindExampleOut(
            at=example.at, date_only=example.date_only, customer=example.customer,
            shown=masking.customer(example.customer), text=_short(masking.words(example.text)),
            said=[PropertyOut(name=s.name, value=_short(s.value), masked=s.masked) for s in said],
        ),
        id=one.id, label=one.label, rule=one.rule, channel=one.channel, support=one.support,
        stage=one.stage or None, why=one.why,
    )  # fmt: skip


def _short(text: str) -> str:
    """A masked text: cut before, half an address would be no address any more, and be shown."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"
