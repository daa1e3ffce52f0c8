"""journey.yaml as data: stages, touchpoints, promises, segments, personas, identity, what people wrote.

These are the shapes that the other rooms read; journey/read.py makes them from YAML and reports every
mistake with its line.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict

from desirepath.collect.rule_fields import EventNamed, EventOrSegmentRule, EventRule, GoalRule, SegmentRule
from desirepath.core.definition import Duration, checked_duration, refused
from desirepath.core.money import EXPONENTS, unknown_currency
from desirepath.core.words import By
from desirepath.core.zones import Zone
from desirepath.journey.claim import Claim
from desirepath.journey.hours import BusinessTime, Holidays, Hours, parse_business_time
from desirepath.journey.money import Rate

LANES = ("actions", "motivations", "thoughts", "pain_points", "opportunities", "ideas", "owners", "backstage")
"""What people write on the map, by stage."""


def _currency(value: object) -> object:
    if isinstance(value, str) and value.upper() not in EXPONENTS:
        raise refused(unknown_currency(value))
    return value.upper() if isinstance(value, str) else value


def _business_time(value: object) -> object:
    found = parse_business_time(value) if isinstance(value, str) else None
    if found is None:
        return checked_duration(value)
    if found.amount <= 0 or (found.unit == "day" and found.amount != int(found.amount)):
        raise refused(
            (f'"{value}" is no business time', 'Write it like "4 business hours" or "2 business days".')
        )
    return found


Within = Annotated[BusinessTime | timedelta, BeforeValidator(_business_time)]
"""A promised time: '5 days', '4 business hours', '2 business days'."""


def _share(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = value.strip()
    try:
        found = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        found = -1.0
    if not 0 < found <= 1:
        raise refused((f'"{value}" is no share', 'Write it like "80 %" or 0.8.'))
    return found


Share = Annotated[float, BeforeValidator(_share)]
"""'80 %', 0.8."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Stage(_Part):
    """One phase. `goal` None: the stage succeeds by advancing; 'repeat': another match of `enter`.

    after: a stage whose goal (without one: whose evidence) must have been reached before, ever.
    """

    id: str
    label: str
    about: str = ""
    enter: EventRule
    goal: GoalRule | None = None
    exit: EventRule | None = None
    after: str | None = None
    lapse_after: Duration
    horizon: Duration | None = None
    goal_advances: bool = False  # reaching the goal begins the next stage; true for `decision` unless said

    @property
    def measured_within(self) -> timedelta:
        """The horizon of the stage's rate: its own, or its lapse_after."""
        return self.horizon or self.lapse_after


class Touchpoint(_Part):
    """A named point of contact: the first declared whose `when` (and `by`, `channel`) an event meets."""

    id: str
    label: str
    about: str = ""
    stage: str | None = None
    channel: str | None = None  # where the rule's events are shown; also filters when `when` is absent
    when: EventRule
    by: By | None = None
    support: bool = False  # a contact made because something was unclear or wrong: counts as effort
    backstage: str = ""


class Promise(_Part):
    """What customers are led to expect as a time between two events of one customer."""

    id: str
    label: str
    stage: str | None = None
    opens: EventRule  # `from:` in the file
    closes: EventRule  # `to:` in the file
    within: Within | None = None
    or_by: str | None = None  # a column of the opening event with the promised instant; it wins over `within`
    key: str | None = None  # a column that pairs the two ends (order_id); else first opened, first closed
    waits_at_most: Duration | None = None  # how long an unkept promise keeps a customer from lapsing


class Segment(_Part):
    """A rule over customers, as of the entry of the visit in question."""

    id: str
    label: str
    about: str = ""
    rule: SegmentRule


class Persona(_Part):
    """A segment with a described face."""

    id: str
    label: str
    segment: SegmentRule
    about: str = ""


class Exclusion(_Part):
    """Customers who do not count at all, such as staff: with any such event, or of whom a rule over customers holds."""

    id: str
    label: str
    rule: EventOrSegmentRule


class Identifier(_Part):
    """How one kind of identifier makes customers."""

    kind: str
    known: bool = False  # names a person (user_id, email, phone), not a device or an order
    limit: int | None = None  # the most values of this kind that one customer may have
    shared_after: int | None = None  # tied to more known people than this, a value links nobody
    blocked: tuple[str, ...] = ()  # values, or /regular expressions/, that are never identifiers


class Identity(_Part):
    """Identifiers from the strongest to the weakest, and whose an anonymous past is."""

    anonymous_past: Literal["graph", "last_known", "device_split"] = "graph"
    identifiers: tuple[Identifier, ...] = ()
    phone_region: str | None = None


class VoidedBy(_Part):
    """An event with the same key that comes later undoes evidence and goal: a cancelled order."""

    event: EventNamed
    key: str


class ActiveWhile(_Part):
    """Between `start` and `end` (a subscription) a customer is alive whatever they do."""

    start: EventNamed
    end: EventNamed


class Target(_Part):
    """What a stage's rate ought to be; of `journey`, the rate of the whole way. Changes no number."""

    stage: str
    rate: Share


class Written(_Part):
    """What a person wrote for one cell of the map; shown as assumed. holds: what each text claims, beside it."""

    lane: str
    stage: str | None
    text: tuple[str, ...]
    holds: tuple[Claim | None, ...] = ()
    by: str = ""
    line: int = 0


class Journey(_Part):
    """The whole definition. `version` is a digest of everything that changes a number."""

    title: str
    kind: Literal["customer", "buyer"] = "customer"
    customer: Literal["person", "account"] = "person"
    time_zone: Zone = "UTC"
    currency: Annotated[str, BeforeValidator(_currency)] | None = None
    rates: tuple[Rate, ...] = ()  # what other currencies are worth in this one
    business_hours: tuple[Hours, ...] = ()
    holidays: Holidays = Holidays()
    stages: tuple[Stage, ...]
    exit: EventRule | None = None
    touchpoints: tuple[Touchpoint, ...] = ()
    promises: tuple[Promise, ...] = ()
    segments: tuple[Segment, ...] = ()
    personas: tuple[Persona, ...] = ()
    voided_by: tuple[VoidedBy, ...] = ()
    active_while: ActiveWhile | None = None
    returns_to: str | None = None
    exclude: tuple[Exclusion, ...] = ()
    identity: Identity = Identity()
    targets: tuple[Target, ...] = ()
    written: tuple[Written, ...] = ()
    guesses: tuple[str, ...] = ()  # what `init` guessed and nobody confirmed yet
    version: str = ""

    def index(self, stage: str) -> int:
        """The place of a stage in the journey. Raises KeyError."""
        for place, one in enumerate(self.stages):
            if one.id == stage:
                return place
        raise KeyError(stage)
