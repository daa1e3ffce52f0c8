"""A block of people with all that they and their friends ever do: what the exports are written from.

In: the numbers of the people who come by themselves. Out: a Block. Friends are people too: those sent by the
first generation make the second, and so on. A block needs memory for its own people only, so a shop of any
size is written block by block.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from desirepath.simulate import aftermath
from desirepath.simulate import people as who
from desirepath.simulate.chance import Chance, Ints
from desirepath.simulate.people import People, draw_friends, draw_people
from desirepath.simulate.seasons import Span
from desirepath.simulate.tables import Table, joined, where
from desirepath.simulate.walk import Life, Walk
from desirepath.simulate.world import World

GENERATIONS = 4


@dataclass(frozen=True)
class Block:
    """Columns `person` are rows of `people`, columns `order` rows of `orders`; times are wall seconds."""

    people: People
    sessions: Table
    attempts: Table
    orders: Table
    tickets: Table
    reviews: Table
    nps: Table
    mentions: Table
    referrals: Table  # with `friend`, the row of the friend who came, −1 for none


def make_block(chance: Chance, span: Span, world: World, numbers: Ints, friends_from: int) -> Block:
    """Everything about the people of these numbers; friends are numbered from `friends_from` on."""
    people = draw_people(chance, span, numbers)
    if not world.coupon_site:
        people = who.through_search(people)
    parts: list[Life] = []
    sent: list[Table] = []
    first_row, newest = 0, people
    for generation in range(GENERATIONS):
        life = Walk(newest, world, chance, span).life()
        referrals = aftermath.referrals(chance, newest, life.orders)
        referrals = where(referrals, referrals["sent"] < span.end)
        parts.append(_shifted(life, first_row))
        comes = referrals["arrives"] < span.end
        if generation == GENERATIONS - 1:
            comes[:] = False
        first_friend = first_row + len(newest)
        friend = np.where(comes, first_friend + np.cumsum(comes) - 1, -1)
        sent.append(referrals | {"person": referrals["person"] + first_row, "friend": friend})
        count = int(comes.sum())
        if not count:
            break
        numbers = np.arange(friends_from, friends_from + count, dtype=np.int64)
        friends_from += count
        newest = draw_friends(
            chance, referrals["ids"][comes], numbers, referrals["arrives"][comes], sent[-1]["person"][comes]
        )
        people, first_row = people.joined(newest), first_friend
    return _with_aftermath(chance, span, people, parts, joined(*sent))


def _shifted(life: Life, by: int) -> Life:
    """The same life, its persons counted from the first of the block."""
    tables = (life.sessions, life.attempts, life.questions, life.orders)
    return Life(life.people, *({**t, "person": t["person"].astype(np.int64) + by} for t in tables))


def _with_aftermath(chance: Chance, span: Span, people: People, parts: list[Life], sent: Table) -> Block:
    orders = joined(*(p.orders for p in parts))
    attempts = joined(*(p.attempts for p in parts))
    questions = joined(*(p.questions for p in parts))
    stuck = aftermath.payment_tickets(chance, attempts)
    help_wanted = aftermath.tickets(chance, people, orders, questions, stuck)
    invited = aftermath.nps_invitations(chance, orders)
    invited["answered"][~(invited["answered"] < span.end)] = np.nan
    help_wanted["rated"][~(help_wanted["rated"] < span.end)] = np.nan
    return Block(
        people=people,
        sessions=aftermath.within(joined(*(p.sessions for p in parts)), "time", span.end),
        attempts=aftermath.within(attempts, "time", span.end),
        orders=orders,
        tickets=aftermath.within(help_wanted, "opened", span.end),
        reviews=aftermath.within(aftermath.reviews(chance, people, orders), "time", span.end),
        nps=aftermath.within(invited, "invited", span.end),
        mentions=aftermath.within(aftermath.mentions(chance, orders), "time", span.end),
        referrals=sent,
    )
