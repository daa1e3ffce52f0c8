"""Customers with known truths, to judge how far touchpoints are said to carry them.

Each enters a stage, acts in sessions, and at some point advances or silently goes: a lapse shows only 30 days later.
Those who are keener act more often and succeed more often, so whoever lives longer meets more touchpoints.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from desirepath.core.times import DAY, NEVER
from desirepath.core.words import By
from desirepath.journey.bits import BY_BUSINESS, BY_CUSTOMER, ENTER
from desirepath.journey.definition import Stage, Touchpoint
from desirepath.journey.placing.place import place
from desirepath.journey.placing.plan import plan_for
from desirepath.trail.trails import Trails
from tests.by_hand import START, Shop, rule, shop_journey

KINDS = 8  # touchpoints that customers go to; the last two of all are mails
MAILS = 2


@dataclass(frozen=True)
class World:
    """effect: what meeting a touchpoint adds to the chance of success, by code.

    least: the chance of the least keen without any. steps: what going from one touchpoint to the next adds; waits: what
    coming on from one only after so many days adds.
    persuades: the chance that a mail turns one who would not have succeeded.
    """

    customers: int = 1500
    least: float = 0.15
    effect: tuple[tuple[int, float], ...] = ()
    mail_share: float = 0.5
    persuades: tuple[float, ...] = (0.0,) * MAILS
    steps: tuple[tuple[int, int, float], ...] = ()
    waits: tuple[tuple[int, float, float], ...] = ()


@dataclass(frozen=True)
class Simulated(Shop):
    """turned: of those whom each mail reached on the way, the share that it turned: the truth about mails."""

    turned: tuple[float, ...] = ()


def simulated(seed: int, world: World = World()) -> Simulated:
    """Two stages, `look` and `buy`; success of the first is entering the second."""
    draw = np.random.default_rng(seed)
    stages = (
        Stage(
            id="look", label="Look", enter=rule(), lapse_after=timedelta(days=30), horizon=timedelta(days=40)
        ),
        Stage(id="buy", label="Buy", enter=rule(), lapse_after=timedelta(days=30)),
    )
    touchpoints = tuple(
        Touchpoint(id=f"t{i}", label=f"T{i}", stage="look", when=rule()) for i in range(KINDS)
    )
    mails = tuple(Touchpoint(id=f"m{i}", label=f"M{i}", by=By.BUSINESS, when=rule()) for i in range(MAILS))
    journey = shop_journey(stages=stages, touchpoints=touchpoints + mails)
    effect = dict(world.effect)
    liking = draw.dirichlet(np.full(KINDS, 2.0))
    offset, ts, code, bits = [0], [], [], []
    reached, turned = [0] * MAILS, [0] * MAILS
    for _ in range(world.customers):
        keen = draw.random()
        start = draw.random() * 150
        count = 1 + draw.geometric(1 / (1 + 6 * keen))
        gaps = np.where(
            draw.random(count) < 0.75, draw.exponential(0.002, count), draw.exponential(2.5, count)
        )
        gaps[0] = 0.0
        when = start + np.cumsum(gaps)
        kinds = draw.choice(KINDS, count, p=liking)
        sent = [start + draw.random() * 8 for _ in range(MAILS)]
        mail = [m for m in range(MAILS) if draw.random() < world.mail_share]
        chance = world.least + 0.5 * keen + sum(effect.get(k, 0.0) for k in set(kinds.tolist()))
        walked = set(zip(kinds[:-1].tolist(), kinds[1:].tolist(), strict=True))
        chance += sum(adds for a, b, adds in world.steps if (a, b) in walked)
        chance += sum(adds for a, days, adds in world.waits if ((kinds[:-1] == a) & (gaps[1:] > days)).any())
        events = [(t, int(k), BY_CUSTOMER | 1 << ENTER) for t, k in zip(when, kinds, strict=True)]
        done = when[-1] + draw.exponential(0.3) if draw.random() < chance else None
        for m in sorted(mail, key=lambda m: sent[m]):
            if done is None or sent[m] < done:
                reached[m] += 1
                if done is None and draw.random() < world.persuades[m]:
                    done = max(when[-1], sent[m]) + draw.exponential(0.5)
                    turned[m] += 1
        if done is not None:
            events.append((done, -1, BY_CUSTOMER | 1 << (ENTER + 1)))
        events += [(sent[m], KINDS + m, BY_BUSINESS) for m in mail]
        events.sort()
        offset.append(offset[-1] + len(events))
        ts += [START + round(t * DAY) for t, _, _ in events]
        code += [k for _, k, _ in events]
        bits += [b for _, _, b in events]
    n = len(ts)
    trails = Trails(
        offset=np.array(offset, np.int64), ts=np.array(ts, np.int64), touchpoint=np.array(code, np.int16),
        channel=np.zeros(n, np.int16), evidence=np.array(bits, np.int64), value=np.zeros(n, np.int64),
        event=np.arange(n, dtype=np.int64), waits_until=np.full(n, NEVER, np.int64),
    )  # fmt: skip
    as_of = START + 260 * DAY
    visits = place(trails, plan_for(journey, {s.id: as_of for s in stages}), threads=1)
    truth = tuple(t / max(r, 1) for t, r in zip(turned, reached, strict=True))
    return Simulated(journey, trails, visits, as_of, (), truth)
