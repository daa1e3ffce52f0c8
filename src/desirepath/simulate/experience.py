"""How an order turns out for its buyer, what they make of it, and whether they want more.

In: orders. Out: the same orders with delivery, trouble, tickets and satisfaction, and the people who want to
buy again with the moment of it. A late parcel, a wrong size, a slow answer each take something away;
`delight` is what a person feels about the shop by now, on a scale whose deviation is about one.
"""

from __future__ import annotations

import numpy as np

from desirepath.simulate.chance import Chance, Flags, Floats, Ints, child
from desirepath.simulate.people import People, of_persona
from desirepath.simulate.seasons import DAY, HOUR, Span, awake, desk_hours, working_hours
from desirepath.simulate.tables import Table
from desirepath.simulate.world import (
    ANSWER_HOURS,
    CARE_GUIDE_LOGIT,
    World,
    gets_care_guide,
    promised,
    through_depot,
)

IN_STORE = 2
LATE_COSTS = 1.45  # of delight
LATE_LOGIT = -0.9  # beside that, a broken promise costs trust: log-odds of wanting to buy again
_TRANSIT = np.array([2.0, 2.2, 2.4, 2.8, 2.5])  # days by region, median, after the parcel is packed
_DEPOT_DAYS = 5.8
TOPICS = ("Where is my parcel", "Wrong size", "Payment failed", "Faulty item", "Question before buying")
WHERE, SIZE, PAYMENT, FAULT, QUESTION = range(len(TOPICS))


def experience(
    chance: Chance, span: Span, world: World, people: People, delight: Floats, orders: Table
) -> Table:
    """Adds: shipped, promised, delivered, cancelled, refunded (NaN: never), late, wrong_size, faulty,
    guide (gets the onboarding e-mail), topic (−1: no ticket), opened, answered, resolved, by_phone,
    satisfaction, delight. Updates `delight` of the buyers."""
    ids, person, paid = orders["ids"], orders["person"], orders["paid"]
    region = people.region[person]
    at_once = orders["place"] == IN_STORE
    cancelled = chance.happens(ids, "cancelled", 0.03) & ~at_once
    shipped = working_hours(paid + 2 * HOUR) + chance.wait(ids, "packing", 9.0, 0.6) * HOUR
    days = np.where(through_depot(world, span, region, paid), _DEPOT_DAYS, _TRANSIT[region])
    delivered = shipped + chance.wait(ids, "transit", days, 0.30) * DAY
    delivered = np.floor(delivered / DAY) * DAY + 8 * HOUR + 10 * HOUR * chance.share(ids, "courier")
    delivered = np.where(at_once, paid, np.maximum(delivered, shipped + 6 * HOUR))
    due = promised(paid)
    late = (delivered > due) & ~at_once & ~cancelled
    wrong_size = chance.happens(ids, "wrong size", 0.11) & ~orders["gift"] & ~cancelled
    faulty = chance.happens(ids, "faulty", 0.025) & ~cancelled
    out = orders | {
        "shipped": np.where(cancelled | at_once, np.nan, shipped),
        "promised": np.where(at_once, np.nan, due),
        "delivered": np.where(cancelled, np.nan, delivered),
        "cancelled": np.where(cancelled, paid + 0.5 * HOUR + 6 * HOUR * chance.share(ids, "regret"), np.nan),
        "late": late,
        "wrong_size": wrong_size,
        "faulty": faulty,
        "guide": gets_care_guide(world, people.care_guide[person])
        & (orders["cycle"] == 0)
        & ~cancelled
        & ~people.guest[person],
    }
    out |= _ticket(chance, out)
    returned = (wrong_size & chance.happens(ids, "sends back", 0.55)) | (
        faulty & chance.happens(ids, "claims", 0.8)
    )
    back = delivered + (6 + 9 * chance.share(ids, "return")) * DAY
    out["refunded"] = np.where(returned, working_hours(back), np.nan)
    felt = people.taste[person] + 0.55 * chance.normal(ids, "how it was")
    felt += -LATE_COSTS * late - 0.8 * wrong_size - 1.2 * faulty - 0.4 * cancelled
    in_time = answered_in_time(out)
    felt += np.where(out["topic"] >= 0, np.where(in_time, 0.45, -0.35), 0.0)
    delight[person] += 0.6 * (felt - delight[person])
    return out | {"satisfaction": felt, "delight": delight[person]}


def _ticket(chance: Chance, orders: Table) -> Table:
    """Who writes or calls about an order, when, and when it is answered and resolved."""
    ids = child(orders["ids"], 1)
    late, wrong, faulty = orders["late"], orders["wrong_size"], orders["faulty"]
    asks = chance.share(ids, "contacts us")
    topic = np.select(
        [faulty & (asks < 0.8), late & (asks < 0.42), wrong & (asks < 0.45), asks < 0.03],
        [FAULT, WHERE, SIZE, WHERE],
        -1,
    )
    topic = np.where(np.isnan(orders["delivered"]) | (orders["place"] == IN_STORE), -1, topic)
    after_it_came = orders["delivered"] + (0.2 + 2.5 * chance.share(ids, "notices")) * DAY
    while_waiting = np.where(
        late,
        orders["promised"] + (0.3 + 0.5 * chance.share(ids, "impatience")) * DAY,
        orders["paid"] + 2.2 * DAY,
    )
    while_waiting = np.minimum(while_waiting, orders["delivered"] - HOUR)
    opened = awake(chance, ids, "ticket", np.where(topic == WHERE, while_waiting, after_it_came))
    by_phone = chance.happens(ids, "calls", 0.35)
    wait = chance.wait(ids, "answer", np.where(by_phone, 0.05, 1.9), 1.0) * HOUR
    opened = np.where(by_phone, desk_hours(np.nan_to_num(opened)), opened)  # nobody calls a closed desk
    answered = desk_hours(np.nan_to_num(opened)) + wait
    resolved = answered + chance.wait(ids, "resolved", np.where(topic == WHERE, 20.0, 9.0), 1.0) * HOUR
    none = topic < 0
    return {
        "topic": topic,
        "opened": np.where(none, np.nan, opened),
        "answered": np.where(none, np.nan, answered),
        "resolved": np.where(none, np.nan, resolved),
        "by_phone": by_phone & ~none,
    }


def again_chance(people: People, person: Ints, delight: Floats, orders: Table) -> Floats:
    """The chance that a buyer wants to buy again, before the question of when."""
    logit = of_persona("again", people.persona[person]) + 1.2 * (
        delight - of_persona("delight", people.persona[person])
    )
    logit += CARE_GUIDE_LOGIT * orders["guide"] + LATE_LOGIT * orders["late"]
    logit -= 0.7 * ~np.isnan(orders["cancelled"])
    return 1.0 / (1.0 + np.exp(-logit))


def wants_more(
    chance: Chance, people: People, delight: Floats, orders: Table, span: Span
) -> tuple[Ints, Floats]:
    """Who wants to buy again within the span, and when; some come back after a long silence."""
    person, ids = orders["person"], orders["ids"]
    again = chance.happens(ids, "again", again_chance(people, person, delight[person], orders))
    since = np.where(np.isnan(orders["delivered"]), orders["paid"], orders["delivered"]) + DAY
    days = of_persona("again_days", people.persona[person])
    soon = chance.wait(ids, "again after", days, 0.5)
    long = 210.0 + 170.0 * chance.share(ids, "long silence")
    returns = ~again & chance.happens(ids, "returns", 0.09)
    moment = awake(chance, ids, "again", since + np.where(again, soon, long) * DAY)
    wants = (again | returns) & (moment < span.end)
    return person[wants], moment[wants]


def answered_in_time(orders: Table) -> Flags:
    """Whose ticket had its first answer within the promised hours."""
    return np.asarray(orders["answered"] - orders["opened"] <= ANSWER_HOURS * HOUR)
