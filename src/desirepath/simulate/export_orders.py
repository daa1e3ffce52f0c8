"""The order book and the CRM.

orders/orders-YYYY.csv: one row an order, which becomes up to six events; days first, the shop's clock.
crm/contacts.csv: semicolons, windows-1252; one row a contact, the day they joined and the day they left.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from desirepath.simulate.chance import child
from desirepath.simulate.desk import STAFF_DOMAIN, Desk
from desirepath.simulate.dirt import cut, replaced
from desirepath.simulate.goods import GOODS
from desirepath.simulate.people import REGIONS
from desirepath.simulate.render import (
    day_first,
    day_first_time,
    digits,
    glue,
    money,
    named,
    only,
    separated,
)
from desirepath.simulate.seasons import DAY, wall
from desirepath.simulate.walk import IN_STORE

ORDERS_HEADER = (
    b"Order no,Customer no,Email,Phone,State,Placed,Paid,Shipped,Promised,Delivered,Cancelled,Refunded,"
    b"Items,Product,Total,Refund,Coupon,Sold in,Gift"
)
CRM_HEADER = (
    b"CustomerNo;FirstName;LastName;Email;Phone;State;BirthYear;Newsletter;Handle;CareGuide;Joined;Left"
)
PLACES = ("web", "app", "store")
NOBODY = b"null@null.com"


def write_orders(desk: Desk) -> None:
    """The orders of this block, by year."""
    o = {name: column[desk.order_rows] for name, column in desk.block.orders.items()}
    person, contacts = o["person"], desk.contacts
    guest = desk.block.people.guest[person]
    times = {
        c: desk.known_by(np.floor(o[c]))
        for c in ("created", "paid", "shipped", "delivered", "cancelled", "refunded")
    }
    nobody = guest & (o["place"] == IN_STORE) & desk.chance.happens(o["ids"], "no address", 0.5)
    contacts.wrote_email[person[~nobody]] = contacts.wrote_phone[person[~nobody]] = True
    email = np.where(nobody, NOBODY, contacts.typed_email(person, "order"))
    refunded = ~np.isnan(times["refunded"])
    rows = separated(
        b",",
        desk.order_no[desk.order_rows],
        only(~guest, contacts.account[person]),
        email,
        only(~nobody, contacts.written_phone(person, "order")),
        named(REGIONS, desk.block.people.region[person]),
        *(day_first_time(times[c]) for c in ("created", "paid", "shipped")),
        day_first_time(o["promised"]),
        *(day_first_time(times[c]) for c in ("delivered", "cancelled", "refunded")),
        digits(o["items"]),
        named([g[0] for g in GOODS], o["product"]),
        money(o["total"]),
        only(refunded, money(o["total"])),
        only(o["coupon"], np.full(len(person), b"CORNER10")),
        named(PLACES, o["place"]),
        np.where(o["gift"], b"yes", b"no"),
    )
    for column, name in _EVENTS.items():
        desk.count("orders", name, times[column])
    desk.count("orders", "Order Placed", o["created"] != o["paid"])
    came = ~np.isnan(times["delivered"])
    desk.count("orders", "Order Delivered", came & (o["place"] != IN_STORE))
    desk.count("orders", "Goods Handed Over", came & (o["place"] == IN_STORE))
    desk.tally.notes["orders under null@null.com"] += int(nobody.sum())
    years = np.array([wall(date(y, 1, 1)) for y in range(desk.span.opening.year, desk.span.until.year + 2)])
    year = np.searchsorted(years, o["created"], side="right") - 1
    for place in np.unique(year).tolist():
        own = [rows[row] for row in np.flatnonzero(year == place).tolist()]
        name = f"orders/orders-{desk.span.opening.year + place}.csv"
        desk.write("orders", name, ORDERS_HEADER, own, _ORDER_DIRT, part=place, doubles=0.003, breaks=0.0012)
    if desk.number == 0:
        _write_tests(desk)


_EVENTS = {
    "paid": "Order Completed",
    "shipped": "Order Shipped",
    "cancelled": "Order Cancelled",
    "refunded": "Order Refunded",
}
_ORDER_DIRT = {
    "bad time": replaced(b",", 5, b"31/02/2025 12:00:00", without=(6, 7, 9, 10, 11)),
    "line cut off": cut,
}


def _write_tests(desk: Desk) -> None:
    """The order page is tried out now and then: one-dollar orders by an account of the staff."""
    count = 6
    day = desk.span.start + (np.arange(count, dtype=np.float64) * 40 + 9) * DAY + 9.5 * 3600
    day = day[day < desk.span.end]
    blank = np.full(len(day), b"", dtype="S1")
    rows = separated(
        b",",
        glue(b"T", digits(np.arange(len(day)) + 900)),
        blank,
        glue(b"test+", digits(np.arange(len(day)) % 2), STAFF_DOMAIN),
        *([blank] * 2),
        day_first_time(day),
        day_first_time(day),
        *([blank] * 5),
        glue(digits(np.ones(len(day)))),
        np.full(len(day), b"Pocket Poncho"),
        np.full(len(day), b"1.00"),
        *([blank] * 2),
        np.full(len(day), b"web"),
        np.full(len(day), b"no"),
    )
    name = f"orders/orders-{desk.span.opening.year}.csv"
    desk.files.write(name, rows, ORDERS_HEADER)
    desk.tally.records["orders"] += len(rows)
    desk.tally.event("orders", "Order Completed", len(rows))
    desk.tally.notes["test orders"] += len(rows)


def write_crm(desk: Desk) -> None:
    """Everyone with an account or the newsletter, as of the end."""
    people, contacts, known = desk.block.people, desk.contacts, desk.known
    joined = np.minimum(known.account, known.newsletter)
    row = np.flatnonzero(joined < desk.span.end)
    row = row[np.argsort(joined[row], kind="stable")]
    left = desk.known_by(_left(desk)[row])
    contacts.wrote_email[row] = contacts.wrote_phone[row] = True
    has_account = known.account[row] < desk.span.end
    lines = separated(
        b";",
        only(has_account, contacts.account[row]),
        contacts.first[row],
        contacts.last[row],
        contacts.typed_email(row, "crm"),
        contacts.written_phone(row, "crm"),
        named(REGIONS, people.region[row]),
        digits(people.birth_year[row]),
        np.where(people.newsletter[row], b"yes", b"no"),
        only(contacts.knows_handle()[row], contacts.handle[row]),
        np.where(people.care_guide[row], b"yes", b"no"),
        day_first(joined[row]),
        day_first(left),
    )
    desk.tally.event("crm", "Contact Created", len(lines))
    desk.count("crm", "Account Closed", left)
    dirt = {"bad time": replaced(b";", 10, b"00/00/0000", without=(11,))}
    desk.write("crm", "crm/contacts.csv", CRM_HEADER, lines, dirt, doubles=0.002, breaks=0.0015)


def _left(desk: Desk) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """When each person closed their account: some of the most disappointed do, a month after the last order."""
    people, orders = desk.block.people, desk.block.orders
    last = np.full(len(people), -np.inf)
    np.maximum.at(last, orders["person"], orders["paid"])
    mood = np.zeros(len(people))
    final = orders["paid"] == last[orders["person"]]
    mood[orders["person"][final]] = orders["delight"][final]
    angry = desk.chance.happens(people.ids, "leaves", np.where(mood < -0.9, 0.16, 0.004))
    ids = child(people.ids, 900)
    moment = last + (25 + 15 * desk.chance.share(ids, "leaves after")) * DAY
    return np.where(angry & np.isfinite(desk.known.account) & np.isfinite(last), moment, np.nan)
