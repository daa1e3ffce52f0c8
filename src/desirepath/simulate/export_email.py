"""The mailing tool's log: what was sent, opened, clicked, and who had enough.

email/log.jsonl: JSON lines, milliseconds since 1970. Machines send, and machines open many a mail before its
reader does: an opening tells little. A click is a visit that began in a mail.
"""

from __future__ import annotations

import numpy as np

from desirepath.simulate import people as who
from desirepath.simulate.chance import Floats, Ids, Ints, child
from desirepath.simulate.desk import Desk
from desirepath.simulate.dirt import cut
from desirepath.simulate.render import epoch_ms, hexadecimal, lines, named
from desirepath.simulate.seasons import DAY, HOUR, wall
from desirepath.simulate.tables import Rows, Table, where

CAMPAIGNS = ("newsletter", "care_guide", "cart_reminder", "win_back", "survey_invitation")
NEWSLETTER, CARE_GUIDE, CART_REMINDER, WIN_BACK, SURVEY = range(len(CAMPAIGNS))
KINDS = ("sent", "opened", "clicked", "unsubscribed")
SENT, OPENED, CLICKED, UNSUBSCRIBED = range(len(KINDS))
_COLLECTED = ("Email Sent", "Email Opened", "Email Clicked", "Unsubscribed")
_OPENS = np.array([0.34, 0.55, 0.48, 0.22, 0.50])


def write_email(desk: Desk, events: Table) -> None:
    """Every mail to the people of this block, and what became of it."""
    gone = _had_enough(desk)
    sent = _sent(desk)
    sent = where(sent, (sent["time"] < desk.span.end) & (sent["time"] < gone[sent["person"]]))
    opens = desk.chance.happens(sent["ids"], "opens", _OPENS[sent["campaign"]])
    opened = where(sent, opens)
    opened["time"] = opened["time"] + desk.chance.wait(opened["ids"], "before opening", 3.0, 1.6) * HOUR
    clicks = where(events, events["channel"] == who.EMAIL)
    rows = Rows("person", "ids", "time", "campaign", "kind")
    rows.add(**sent, kind=SENT)
    rows.add(**opened, kind=OPENED)
    rows.add(
        person=clicks["person"],
        ids=child(clicks["ids"], 1),
        time=clicks["time"] - 3.0,
        campaign=NEWSLETTER,
        kind=CLICKED,
    )
    left = np.flatnonzero(gone < desk.span.end)
    rows.add(
        person=left,
        ids=child(desk.block.people.ids[left], 901),
        time=gone[left],
        campaign=NEWSLETTER,
        kind=UNSUBSCRIBED,
    )
    table = rows.table()
    table = where(table, table["time"] < desk.span.end)
    table = where(table, np.argsort(table["time"], kind="stable"))
    desk.contacts.wrote_email[table["person"]] = True
    for kind, count in enumerate(np.bincount(table["kind"], minlength=len(KINDS)).tolist()):
        desk.tally.event("email", _COLLECTED[kind], count)
    written = lines(
        b'{"ts":', epoch_ms(desk.span, table["time"]),
        b',"type":"', named(KINDS, table["kind"]),
        b'","to":"', desk.contacts.email[table["person"]],
        b'","campaign":"', named(CAMPAIGNS, table["campaign"]),
        b'","mail_id":"', hexadecimal(table["ids"]), b'"}',
    )  # fmt: skip
    dirt = {"bad time": _soon, "line cut off": cut}
    desk.write("email", "email/log.jsonl", b"", written, dirt, doubles=0.002, breaks=0.0004)


def _had_enough(desk: Desk) -> Floats:
    """When each person unsubscribes; inf for most."""
    ids, known = desk.block.people.ids, desk.known.email
    wait = -np.log(desk.chance.share(ids, "has enough")) * 1500 * DAY
    return np.where(np.isfinite(known), known + wait, np.inf)


def _sent(desk: Desk) -> Table:
    """person, ids, time, campaign of every mail that would be sent."""
    rows = Rows("person", "ids", "time", "campaign")
    block, known, people = desk.block, desk.known, desk.block.people

    def add(person: Ints, ids: Ids, moment: Floats, campaign: int) -> None:
        rows.add(person=person, ids=ids, time=moment, campaign=campaign)

    # The newsletter: on the third of the month, to those with an account or who asked for it.
    since = np.minimum(known.account, known.newsletter)
    for place, first in enumerate(desk.span.month_starts):
        moment = wall(first) + 2 * DAY + 9 * HOUR
        person = np.flatnonzero(since < moment)
        ids = child(people.ids[person], 1000 + place)
        add(person, ids, moment + 1800 * desk.chance.share(ids, "queue"), NEWSLETTER)
    orders = block.orders
    guide = where(orders, orders["guide"] & ~np.isnan(orders["delivered"]))
    add(
        guide["person"],
        child(guide["ids"], 20),
        np.floor(guide["delivered"] / DAY) * DAY + 2 * DAY + 8 * HOUR,
        CARE_GUIDE,
    )
    forgot = where(block.attempts, ~block.attempts["won"])
    forgot = where(forgot, known.email[forgot["person"]] < forgot["time"])
    add(forgot["person"], child(forgot["ids"], 21), forgot["time"] + 4 * HOUR, CART_REMINDER)
    # Who has not ordered for five months hears of us once.
    rank = np.lexsort((orders["paid"], orders["person"]))
    person, paid = orders["person"][rank], orders["paid"][rank]
    following = np.append(np.where(person[1:] == person[:-1], paid[1:], np.inf), np.inf)[: len(paid)]
    silent = following > paid + 150 * DAY
    add(person[silent], child(orders["ids"][rank][silent], 22), paid[silent] + 150 * DAY, WIN_BACK)
    nps = block.nps
    add(nps["person"], child(nps["ids"], 23), nps["invited"], SURVEY)
    return rows.table()


def _soon(line: bytes) -> bytes:
    """A line whose time is a word."""
    return b'{"ts":"soon"' + line[line.index(b',"type"') :]
