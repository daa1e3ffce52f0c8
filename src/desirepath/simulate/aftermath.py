"""What people say and do after an order: reviews, answers to surveys, mentions, friends sent.

In: orders with their buyers' delight. Out: one table each. Who speaks up depends on what they feel: the
delighted and the angry answer more than the rest, so the answers are not the customers. `everybody` in the
survey table holds what each invited person would have said: the truth before that bias.
"""

from __future__ import annotations

import numpy as np

from desirepath.simulate import people as who
from desirepath.simulate.chance import Chance, Ints, child
from desirepath.simulate.experience import FAULT, PAYMENT, QUESTION, SIZE, WHERE, answered_in_time
from desirepath.simulate.people import People, of_persona
from desirepath.simulate.seasons import DAY, HOUR, Span, awake, desk_hours, hour_of_day
from desirepath.simulate.tables import Rows, Table, joined, where

# What a text is about, in the order of phrases.TOPICS.
QUALITY, DELIVERY, SIZING, PAYING, SERVICE, PRESENT, PRICE = range(7)


def stars(chance: Chance, orders: Table) -> Ints:
    """The stars that each buyer would give the order, 1 … 5."""
    noise = 0.4 * chance.normal(orders["ids"], "stars")
    return np.rint(4.0 + 0.95 * orders["satisfaction"] + noise).clip(1, 5).astype(np.int64)


def nps_score(chance: Chance, orders: Table) -> Ints:
    """How likely each buyer would say they are to recommend the shop, 0 … 10."""
    noise = 0.8 * chance.normal(orders["ids"], "nps")
    return np.rint(7.9 + 1.7 * orders["delight"] + noise).clip(0, 10).astype(np.int64)


def subject(chance: Chance, orders: Table) -> Ints:
    """What the buyer would write about: what went wrong first, else what they came for."""
    plain = chance.pick(orders["ids"], "subject", [0.62, 0.12, 0.06, 0.0, 0.08, 0.0, 0.12])
    helped = (orders["topic"] >= 0) & answered_in_time(orders)
    return np.select(
        [orders["faulty"], orders["late"], orders["wrong_size"], orders["fails"] > 0, helped, orders["gift"]],
        [QUALITY, DELIVERY, SIZING, PAYING, SERVICE, PRESENT],
        plain,
    )


def reviews(chance: Chance, people: People, orders: Table) -> Table:
    """person, order (row), ids, time, stars, subject, product."""
    mood = orders["satisfaction"]
    chance_of = 0.07 + 0.10 * (people.persona[orders["person"]] == who.FAN)
    chance_of = chance_of + 0.24 * (mood > 0.8) + 0.22 * (mood < -1.1)
    speaks = chance.happens(orders["ids"], "reviews", chance_of) & ~np.isnan(orders["delivered"])
    row = np.flatnonzero(speaks)
    own = where(orders, row)
    wait = chance.wait(own["ids"], "before the review", 6.0, 0.8) * DAY
    return {
        "person": own["person"],
        "order": row,
        "ids": own["ids"],
        "time": awake(chance, own["ids"], "review", own["delivered"] + DAY + wait),
        "stars": stars(chance, own),
        "subject": subject(chance, own),
        "product": own["product"],
    }


def nps_invitations(chance: Chance, orders: Table) -> Table:
    """Two weeks after the first order came, and after each third one more.

    person, order (row), ids, invited, everybody (what they would say), answered (NaN: not), writes, subject.
    """
    asked = (orders["cycle"] % 3 == 0) & ~np.isnan(orders["delivered"])
    row = np.flatnonzero(asked)
    own = where(orders, row)
    ids = own["ids"]
    invited = np.floor(own["delivered"] / DAY) * DAY + 14 * DAY + 10 * HOUR
    feels = own["delight"]
    answers = chance.happens(ids, "answers nps", 0.13 + 0.24 * (feels > 0.45) + 0.13 * (feels < -1.3))
    wait = chance.wait(ids, "before answering", 0.4, 1.2) * DAY
    return {
        "person": own["person"],
        "order": row,
        "ids": ids,
        "invited": invited,
        "everybody": nps_score(chance, own),
        "answered": np.where(answers, awake(chance, ids, "nps", invited + wait), np.nan),
        "writes": chance.happens(ids, "writes with nps", 0.55),
        "subject": subject(chance, own),
        "product": own["product"],
    }


def tickets(chance: Chance, people: People, orders: Table, questions: Table, stuck: Table) -> Table:
    """Questions before buying, calls for help from the checkout, tickets after it, and how
    some rated the answer.

    person, order (row, −1: before buying), ids, topic, by (e-mail, phone, chat), opened, answered, resolved,
    csat (what they would say), rated (NaN: did not).
    """
    row = np.flatnonzero(orders["topic"] >= 0)
    own = where(orders, row)
    trouble = joined(
        {
            "person": own["person"], "order": row, "ids": child(own["ids"], 1), "topic": own["topic"],
            "by": np.where(own["by_phone"], 1, 0), "opened": own["opened"], "answered": own["answered"],
            "resolved": own["resolved"],
        },
        _asked(questions, QUESTION),
        _asked(stuck, PAYMENT),
    )  # fmt: skip
    ids = trouble["ids"]
    feels = 0.5 * people.taste[trouble["person"]] + np.where(answered_in_time(trouble), 0.5, -0.7)
    feels += np.select(
        [trouble["topic"] == WHERE, trouble["topic"] == FAULT, trouble["topic"] == SIZE],
        [-0.5, -0.4, -0.1],
        0.2,
    )
    csat = np.rint(3.9 + 0.9 * feels + 0.5 * chance.normal(ids, "csat")).clip(1, 5).astype(np.int64)
    rates = chance.happens(ids, "rates", 0.22 + 0.15 * (csat <= 2) + 0.08 * (csat == 5))
    rated = trouble["resolved"] + chance.wait(ids, "before rating", 5.0, 1.0) * HOUR
    return trouble | {"csat": csat, "rated": np.where(rates, rated, np.nan)}


def _asked(questions: Table, topic: int) -> Table:
    """Questions as tickets that belong to no order."""
    none = np.full(len(questions["ids"]), -1, dtype=np.int64)
    return {
        "person": questions["person"], "order": none, "ids": questions["ids"], "topic": none + 1 + topic,
        "by": questions["channel"], "opened": questions["time"], "answered": questions["answered"],
        "resolved": questions["resolved"],
    }  # fmt: skip


def payment_tickets(chance: Chance, attempts: Table) -> Table:
    """Some whose payment failed for good ask for help: the columns of `questions`."""
    stuck = (
        (attempts["fails"] > 0) & ~attempts["won"] & chance.happens(attempts["ids"], "asks for help", 0.16)
    )
    own = where(attempts, stuck)
    opened = own["time"] + 900.0 + 1800.0 * chance.share(own["ids"], "before asking")
    answered = desk_hours(opened) + chance.wait(own["ids"], "answer", 1.7, 1.0) * HOUR
    return {
        "person": own["person"],
        "ids": child(own["ids"], 7),
        "time": opened,
        "answered": answered,
        "resolved": answered + chance.wait(own["ids"], "resolved", 5.0, 1.2) * HOUR,
        "channel": chance.pick(own["ids"], "asks by", [0.4, 0.3, 0.3]),
    }


def mentions(chance: Chance, orders: Table) -> Table:
    """What buyers say in public about the shop: person, order, ids, time, feels, subject, product."""
    mood = orders["satisfaction"]
    speaks = chance.happens(orders["ids"], "mentions us", 0.012 + 0.06 * (mood > 1.1) + 0.07 * (mood < -1.5))
    row = np.flatnonzero(speaks & ~np.isnan(orders["delivered"]))
    own = where(orders, row)
    moment = own["delivered"] + chance.wait(own["ids"], "before the mention", 2.0, 1.2) * DAY
    return {
        "person": own["person"],
        "order": row,
        "ids": child(own["ids"], 3),
        "time": awake(chance, own["ids"], "mention", moment),
        "feels": own["satisfaction"],
        "subject": subject(chance, own),
        "product": own["product"],
    }


def referrals(chance: Chance, people: People, orders: Table) -> Table:
    """Who sends a friend, when, and when the friend comes (NaN: never): person, ids, sent, arrives."""
    mood = orders["delight"]
    chance_of = of_persona("refers", people.persona[orders["person"]]) * 2.0 / (1.0 + np.exp(-1.8 * mood))
    sends = chance.happens(orders["ids"], "sends a friend", chance_of) & ~np.isnan(orders["delivered"])
    own = where(orders, np.flatnonzero(sends))
    ids = who.friend_ids(own["ids"])
    wait = chance.wait(ids, "before sending", 6.0, 0.9) * DAY
    sent = awake(chance, ids, "sending", own["delivered"] + 0.2 * DAY + wait)
    comes = chance.happens(ids, "friend comes", 0.5)
    arrives = awake(chance, ids, "friend", sent + HOUR + chance.wait(ids, "friend", 1.6, 1.1) * DAY)
    return {"person": own["person"], "ids": ids, "sent": sent, "arrives": np.where(comes, arrives, np.nan)}


def strangers(chance: Chance, span: Span, count: int, first: int) -> Table:
    """Mentions by people who are nobody's customers: ids, time, feels."""
    ids = chance.ids(np.arange(first, first + count, dtype=np.int64) + (1 << 50))
    days = (span.end - span.start) / DAY
    day = np.floor(chance.share(ids, "stranger's day") * days) * DAY
    rows = Rows("ids", "time", "feels")
    rows.add(
        ids=ids,
        time=span.start + day + hour_of_day(chance, ids, "stranger's hour"),
        feels=0.2 + chance.normal(ids, "stranger feels"),
    )
    return rows.table()


def within(table: Table, column: str, end: float) -> Table:
    """The rows whose time is known by the end."""
    return where(table, table[column] < end)
