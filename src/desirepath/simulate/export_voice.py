"""What customers said: tickets and calls, ratings of answers, reviews, NPS answers, mentions, referrals.

support/tickets.csv ends days before the other exports; later/support/tickets.csv is the same file, grown.
surveys/csat.csv and surveys/nps.csv have offsets in their times, reviews/reviews.csv only days,
social/mentions.jsonl seconds since 1970.
"""

from __future__ import annotations

import json

import numpy as np

from desirepath.simulate.aftermath import DELIVERY, QUALITY, strangers
from desirepath.simulate.desk import Desk
from desirepath.simulate.dirt import cut, replaced
from desirepath.simulate.experience import TOPICS
from desirepath.simulate.goods import GOODS
from desirepath.simulate.phrases import GLAD, SO_SO, SORRY, comments, moods, texts
from desirepath.simulate.render import (
    Bytes,
    digits,
    glue,
    iso_day,
    iso_offset,
    named,
    only,
    plain_time,
    quoted,
    separated,
)
from desirepath.simulate.seasons import DAY
from desirepath.simulate.tables import Table, where

TICKETS_HEADER = (
    b"ticket_no,channel,customer_email,customer_phone,topic,order_no,opened,first_answer,resolved"
)
TICKETS_END_BEFORE = 9 * DAY
_BY = ("email", "phone", "chat")


def write_voice(desk: Desk) -> None:
    """All of them, for this block."""
    ticket_no = _write_tickets(desk)
    _write_csat(desk, ticket_no)
    _write_reviews(desk)
    _write_nps(desk)
    _write_mentions(desk)
    _write_referrals(desk)


def _write_tickets(desk: Desk) -> Bytes:
    """Two exports of the same book: one ends early, with answers that came later still blank."""
    t = desk.block.tickets
    rank = np.argsort(t["opened"], kind="stable")
    number = np.empty(len(rank), dtype=np.int64)
    number[rank] = np.arange(len(rank))
    ticket_no = glue(b"T%d-" % desk.number, digits(number + 1))
    t, own_no = where(t, rank), ticket_no[rank]
    for file, end, tally in (
        ("support/tickets.csv", desk.span.end - TICKETS_END_BEFORE, True),
        ("../later/support/tickets.csv", desk.span.end, False),
    ):
        row = t["opened"] < end
        own = where(t, row)
        times = {c: np.where(own[c] < end, own[c], np.nan) for c in ("opened", "answered", "resolved")}
        phone = (own["by"] == 1) & desk.contacts.has_phone[own["person"]]
        lines = separated(
            b",",
            own_no[row],
            named(_BY, own["by"]),
            only(~phone, desk.contacts.typed_email(own["person"], "ticket")),
            only(phone, desk.contacts.written_phone(own["person"], "ticket")),
            named(TOPICS, own["topic"]),
            desk.order_no[own["order"]],
            *(plain_time(times[c]) for c in ("opened", "answered", "resolved")),
        )
        if tally:
            desk.contacts.wrote_email[own["person"][~phone]] = True
            desk.contacts.wrote_phone[own["person"][phone]] = True
            desk.count("tickets", "Ticket Opened", times["opened"])
            desk.count("tickets", "Ticket Answered", times["answered"])
            desk.count("tickets", "Ticket Resolved", times["resolved"])
            desk.write("tickets", file, TICKETS_HEADER, lines, _TICKET_DIRT, doubles=0.002, breaks=0.002)
        else:
            desk.files.write(file, lines, TICKETS_HEADER)
            desk.tally.notes["tickets in the later export"] += len(lines)
    return ticket_no


_TICKET_DIRT = {"bad time": replaced(b",", 6, b"yesterday", without=(7, 8)), "line cut off": cut}


def _write_csat(desk: Desk, ticket_no: Bytes) -> None:
    t = desk.block.tickets
    row = np.flatnonzero(~np.isnan(t["rated"]))
    row = row[np.argsort(t["rated"][row], kind="stable")]
    own = where(t, row)
    words = quoted(comments(desk.chance, own["ids"], own["csat"]))
    lines = separated(
        b",",
        ticket_no[row],
        desk.contacts.email[own["person"]],
        iso_offset(desk.span, own["rated"]),
        digits(own["csat"]),
        _utf8(words),
    )
    desk.tally.event("csat", "Answer Rated", len(lines))
    desk.write("csat", "surveys/csat.csv", b"ticket_no,email,answered_at,score,comment", lines, doubles=0.0)


def _write_reviews(desk: Desk) -> None:
    r = where(desk.block.reviews, np.argsort(desk.block.reviews["time"], kind="stable"))
    words = texts(desk.chance, r["ids"], r["subject"], moods(r["stars"]), r["product"], "review")
    fields = zip(
        iso_day(r["time"]).tolist(),
        r["stars"].tolist(),
        r["product"].tolist(),
        desk.contacts.typed_email(r["person"], "review").tolist(),
        [n.replace(b"\0", b"") for n in desk.order_no[r["order"]].tolist()],
        quoted(words),
        strict=True,
    )
    # Texts hold commas, quotes and line ends: these rows are made one by one.
    lines = [
        b"%s,%d,%s,%s,%s,%s" % (_tight(day), star, GOODS[product][0].encode(), email, order, text.encode())
        for day, star, product, email, order, text in fields
    ]
    desk.tally.event("reviews", "Review Posted", len(lines))
    header = b"\xef\xbb\xbfdate,stars,product,email,order_no,text"
    dirt = {"bad time": replaced(b",", 0, b"2025-02-30")}
    desk.write("reviews", "reviews/reviews.csv", header, lines, dirt, doubles=0.004, breaks=0.002)


def _write_nps(desk: Desk) -> None:
    n = where(desk.block.nps, np.argsort(desk.block.nps["invited"], kind="stable"))
    answered = ~np.isnan(n["answered"])
    score = n["everybody"]
    mood = np.select([score >= 9, score >= 7], [GLAD, SO_SO], SORRY)
    words = texts(desk.chance, n["ids"], n["subject"], mood, n["product"], "nps")
    words = [
        w if says else ""
        for w, says in zip(quoted(words, "\t"), (answered & n["writes"]).tolist(), strict=True)
    ]
    lines = separated(
        b"\t",
        desk.contacts.email[n["person"]],
        iso_offset(desk.span, n["invited"]),
        iso_offset(desk.span, n["answered"]),
        only(answered, digits(score)),
        _utf8(words),
    )
    # The survey tool writes one line for each invitation, so its texts hold no line ends.
    desk.tally.event("nps", "Survey Sent", len(lines))
    desk.count("nps", "Survey Answered", n["answered"])
    desk.write(
        "nps", "surveys/nps.tsv", b"respondent\tsent_at\tanswered_at\tscore\tcomment", lines, doubles=0.0
    )


def _write_mentions(desk: Desk) -> None:
    m = desk.block.mentions
    size = len(m["ids"])
    others = strangers(desk.chance, desk.span, max(len(desk.block.people) // 120, 10), desk.number << 20)
    mood = np.select([m["feels"] > 0.3, m["feels"] > -0.7], [GLAD, SO_SO], SORRY)
    words = texts(desk.chance, m["ids"], m["subject"], mood, m["product"], "mention")
    pick = desk.chance.pick(others["ids"], "about", [3, 1])
    words += texts(
        desk.chance,
        others["ids"],
        np.where(pick == 0, QUALITY, DELIVERY),
        np.where(others["feels"] > 0, GLAD, SORRY),
        desk.chance.pick(others["ids"], "product", [1.0] * len(GOODS)),
        "mention",
    )
    handles = [_tight(h).decode() for h in desk.contacts.handle[m["person"]].tolist()]
    handles += [f"@rainwatcher_{n % 9973}" for n in others["ids"].tolist()]
    followers = (
        30 * np.exp(1.6 * desk.chance.normal(np.append(m["ids"], others["ids"]), "followers"))
    ).astype(np.int64)
    moment = np.floor(desk.span.utc(np.append(m["time"], others["time"]))).astype(np.int64)
    rows = []
    for row in np.argsort(moment, kind="stable").tolist():
        said = {
            "posted_at": int(moment[row]),
            "platform": "glimpse",
            "handle": handles[row],
            "followers": int(followers[row]),
            "text": words[row],
        }
        rows.append(json.dumps(said, ensure_ascii=False).encode())
    desk.tally.event("mentions", "Shop Mentioned", len(rows))
    desk.tally.notes["mentions by strangers"] += len(rows) - size
    desk.write(
        "mentions", "social/mentions.jsonl", b"", rows, {"line cut off": cut}, doubles=0.0, breaks=0.004
    )


def _write_referrals(desk: Desk) -> None:
    r = where(desk.block.referrals, np.argsort(desk.block.referrals["sent"], kind="stable"))
    paid, order = first_orders(desk)
    friend = r["friend"]
    converted = desk.known_by(np.where(friend >= 0, paid[friend], np.nan))
    contacts = desk.contacts
    stranger = glue(b"friend.of.", contacts.email[r["person"]])
    lines = separated(
        b",",
        glue(b"F%d-" % desk.number, digits(np.arange(len(friend)) + 1)),
        contacts.typed_email(r["person"], "referral"),
        np.where(friend >= 0, contacts.email[friend], stranger),
        plain_time(r["sent"]),
        plain_time(converted),
        desk.order_no[np.where(np.isnan(converted), -1, order[friend])],
    )
    desk.count("referrals", "Referral Sent", r["sent"])
    desk.count("referrals", "Referral Converted", converted)
    header = b"referral_no,referrer_email,friend_email,sent_at,friend_ordered_at,friend_order_no"
    desk.write("referrals", "referrals/referrals.csv", header, lines, doubles=0.004)


def first_orders(
    desk: Desk,
) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """When each person first paid (inf: never), and the row of that order."""
    orders: Table = desk.block.orders
    paid = np.full(len(desk.block.people), np.inf)
    row = np.full(len(desk.block.people), -1, dtype=np.int64)
    latest_first = np.argsort(-orders["paid"], kind="stable")
    paid[orders["person"][latest_first]] = orders["paid"][latest_first]
    row[orders["person"][latest_first]] = latest_first
    return paid, row


def _tight(field: bytes) -> bytes:
    return field.replace(b"\0", b"")


def _utf8(words: list[str]) -> Bytes:
    raw = [w.replace("\n", " ").replace("\t", " ").encode() for w in words]
    return np.array(raw, dtype="S") if raw else np.empty(0, dtype="S1")
