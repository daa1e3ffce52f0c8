"""A small shop written by hand: a customer's events as words and days, placed by the engine.

    shop = walked({"ana": "0 ad, 1 page, 2 order 50", "ben": "0 page"}, known=100)

Days are counted from START; an amount after a word is its value. The words are WORDS' keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from desirepath.collect.expression import Rule
from desirepath.core.times import DAY, NEVER
from desirepath.core.words import By
from desirepath.journey.bits import BY_BUSINESS, BY_CUSTOMER, ENTER, EXIT, GOAL
from desirepath.journey.definition import Journey, Stage, Touchpoint
from desirepath.journey.placing.place import place
from desirepath.journey.placing.plan import plan_for
from desirepath.journey.visits import Visits
from desirepath.trail.trails import Trails

START = 1_767_225_600_000_000  # 2026-01-01, UTC
LAPSE = {"awareness": 30, "consideration": 60, "decision": 14, "retention": 180, "advocacy": 365}
CHANNELS = ["ads", "web", "mail"]


def rule(text: str = "true") -> Rule:
    """A rule that nobody reads: the words below say which events satisfy it."""
    return Rule(text, frozenset())


def day(number: float) -> int:
    """The instant of a day of the shop."""
    return START + round(number * DAY)


TOUCHPOINTS = (
    Touchpoint(id="ad", label="Ad", stage="awareness", channel="ads", when=rule()),
    Touchpoint(id="page", label="Product page", stage="consideration", channel="web", when=rule()),
    Touchpoint(id="faq", label="Questions", stage="consideration", channel="web", when=rule(), support=True),
    Touchpoint(id="cart", label="Cart", stage="decision", channel="web", when=rule()),
    Touchpoint(id="pay", label="Payment", stage="decision", channel="web", when=rule()),
    Touchpoint(id="parcel", label="Parcel", stage="retention", channel="mail", when=rule(), by=By.BUSINESS),
    Touchpoint(id="review", label="Review", stage="advocacy", channel="web", when=rule()),
    Touchpoint(
        id="tip", label="Tips by mail", stage="retention", channel="mail", when=rule(), by=By.BUSINESS
    ),
)
CODE = {t.id: code for code, t in enumerate(TOUCHPOINTS)}

# word: (touchpoint, channel, by, evidence bits)
ORDER = 1 << (ENTER + 3) | 1 << (GOAL + 2) | 1 << (GOAL + 3)
WORDS: dict[str, tuple[int, int, int, int]] = {
    "ad": (CODE["ad"], 0, BY_CUSTOMER, 1 << ENTER),
    "post": (-1, 1, BY_CUSTOMER, 1 << ENTER),
    "page": (CODE["page"], 1, BY_CUSTOMER, 1 << (ENTER + 1)),
    "faq": (CODE["faq"], 1, BY_CUSTOMER, 1 << (ENTER + 1)),
    "cart": (CODE["cart"], 1, BY_CUSTOMER, 1 << (ENTER + 2)),
    "pay": (CODE["pay"], 1, BY_CUSTOMER, 1 << (ENTER + 2)),
    "order": (-1, 1, BY_CUSTOMER, ORDER),
    "parcel": (CODE["parcel"], 2, BY_BUSINESS, 0),
    "tip": (CODE["tip"], 2, BY_BUSINESS, 0),
    "review": (CODE["review"], 1, BY_CUSTOMER, 1 << (ENTER + 4)),
    "look": (-1, 1, BY_CUSTOMER, 0),
    "cancel": (-1, 1, BY_CUSTOMER, sum(1 << (EXIT + s) for s in range(5))),
}


def shop_journey(**changes: object) -> Journey:
    """Awareness to advocacy; decision ends with the order, retention with the next one."""
    goals: dict[str, object] = {"decision": rule(), "retention": "repeat"}
    stages = tuple(
        Stage(
            id=name, label=name.capitalize(), enter=rule(), goal=goals.get(name), lapse_after=timedelta(days=days),
            after="decision" if name == "advocacy" else None, goal_advances=name == "decision",
        )
        for name, days in LAPSE.items()
    )  # fmt: skip
    facts: dict[str, object] = {
        "title": "By hand", "stages": stages, "touchpoints": TOUCHPOINTS, "currency": "EUR", "version": "by hand",
    }  # fmt: skip
    return Journey.model_validate(facts | changes)


@dataclass(frozen=True)
class Shop:
    """What was placed. `customers` are names in the order of their codes."""

    journey: Journey
    trails: Trails
    visits: Visits
    as_of: int
    customers: tuple[str, ...] = ()

    def at(self, customer: str, number: int) -> int:
        """The place in the trails of a customer's event, counted from 0."""
        return int(self.trails.offset[self.customers.index(customer)]) + number


def trails_of(offset: list[int], ts: list[int], words: list[str], value: list[int]) -> Trails:
    """Trails of events that are already in order."""
    facts = [WORDS[word] for word in words]
    n = len(ts)
    return Trails(
        offset=np.array(offset, np.int64),
        ts=np.array(ts, np.int64),
        touchpoint=np.array([f[0] for f in facts], np.int16),
        channel=np.array([f[1] for f in facts], np.int16),
        evidence=np.array([f[2] | f[3] for f in facts], np.int64),
        value=np.array(value, np.int64),
        event=np.arange(1000, 1000 + n, dtype=np.int64),
        waits_until=np.full(n, NEVER, np.int64),
    )


def walked(stories: Mapping[str, str], known: float, journey: Journey | None = None) -> Shop:
    """Place the customers of the stories, all known until day `known`."""
    journey = journey or shop_journey()
    offset, ts, words, value = [0], [], [], []
    for story in stories.values():
        for part in filter(None, (p.strip() for p in story.split(","))):
            when, word, *amount = part.split()
            ts.append(day(float(when)))
            words.append(word)
            value.append(round(100 * float(amount[0])) if amount else 0)
        offset.append(len(ts))
    trails = trails_of(offset, ts, words, value)
    as_of = day(known)
    plan = plan_for(journey, {s.id: as_of for s in journey.stages})
    return Shop(journey, trails, place(trails, plan, threads=1), as_of, tuple(stories))


def random_shop(seed: int, customers: int = 60, events: int = 10, days: float = 200) -> Shop:
    """Customers who do anything in any order, ties included; known until some days before the last event."""
    draw = np.random.default_rng(seed)
    words = np.array([*WORDS, "order", "page", "page"])
    counts = draw.integers(0, 2 * events + 1, customers)
    offset = np.append(0, np.cumsum(counts))
    ts = np.empty(offset[-1])
    for c in range(customers):
        steps = draw.exponential(draw.choice([0.01, 1, 20]), counts[c]) * (draw.random(counts[c]) > 0.15)
        ts[offset[c] : offset[c + 1]] = draw.random() * days + np.cumsum(steps)
    names = [str(w) for w in words[draw.integers(0, len(words), offset[-1])]]
    value = [int(draw.integers(1, 200)) if name == "order" else 0 for name in names]
    trails = trails_of(offset.tolist(), [day(t) for t in ts.tolist()], names, value)
    journey = shop_journey()
    as_of = day(days)
    known = {s.id: as_of - int(draw.integers(0, 20)) * DAY for s in journey.stages}
    visits = place(trails, plan_for(journey, known), threads=1)
    return Shop(journey, trails, visits, as_of, tuple(f"c{i}" for i in range(customers)))
