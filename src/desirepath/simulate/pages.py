"""What the website and the app saw: every page, click and payment of a block's people.

In: a Block. Out: one row per event, in time order. A session is a landing and what follows; a visit to the
cart is a fixed row of steps of which some happen; an order on its way is looked up, the more the later it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from desirepath.simulate import people as who
from desirepath.simulate.block import Block
from desirepath.simulate.chance import Chance, Flags, Floats, Ids, Ints, child
from desirepath.simulate.goods import POPULARITY
from desirepath.simulate.people import People, of_persona
from desirepath.simulate.seasons import DAY, Span, awake
from desirepath.simulate.tables import Rows, Table, joined, where
from desirepath.simulate.walk import CONSIDERATION, IN_STORE

# The website's own names, in the order of their codes.
NAMES = (
    "page_view", "story_read", "search", "product_list", "product_view", "size_guide", "reviews_read", "faq",
    "compare", "wishlist_add", "add_to_cart", "cart_view", "sign_in", "checkout_start", "coupon_entered",
    "payment_submit", "payment_error", "order_thanks", "order_tracked", "newsletter_signup", "returns_page",
    "app_open",
)  # fmt: skip
(
    PAGE, STORY, SEARCH, LIST, PRODUCT, SIZES, REVIEWS, FAQ, COMPARE, WISH, ADD, CART, SIGN_IN, CHECKOUT,
    COUPON, PAY, PAY_FAILED, THANKS, TRACKED, NEWSLETTER, RETURNS, APP_OPEN,
) = range(len(NAMES))  # fmt: skip
_LONGEST = 16
_SIGN_IN_STEP, _COUPON_SITE_STEP = 3, 4  # places in the steps at the cart
_COLUMNS = ("person", "ids", "time", "code", "device", "channel", "product", "signed", "order")
#                    page story search list product sizes reviews faq compare wish
_BROWSING = np.array([[0.45, 0.27, 0.0, 0.28, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
                      [0.04, 0.02, 0.10, 0.16, 0.42, 0.08, 0.09, 0.03, 0.02, 0.04],
                      [0.02, 0.01, 0.09, 0.12, 0.33, 0.12, 0.16, 0.07, 0.07, 0.01]])  # fmt: skip


@dataclass(frozen=True)
class Known:
    """From when on the shop can name each person (wall seconds, inf: never).

    account: they have a customer number. email: their address is on file, by an account, an order as a
    guest, the newsletter or a ticket. newsletter: they joined it.
    """

    account: Floats
    email: Floats
    newsletter: Floats


def known_from(chance: Chance, block: Block) -> Known:
    """When each person's account and address came to be."""
    size = len(block.people)
    first_order, first_look, first_ticket = (np.full(size, np.inf) for _ in range(3))
    np.minimum.at(first_order, block.orders["person"], block.orders["paid"] - 900)
    looks = where(block.sessions, block.sessions["kind"] == CONSIDERATION)
    np.minimum.at(first_look, looks["person"], looks["time"])
    np.minimum.at(first_ticket, block.tickets["person"], block.tickets["opened"])
    early = chance.happens(block.people.ids, "early account", 0.06) & ~block.people.guest
    account = np.where(
        block.people.guest, np.inf, np.minimum(first_order, np.where(early, first_look, np.inf))
    )
    newsletter = np.where(block.people.newsletter, first_look, np.inf)
    email = np.minimum(np.minimum(account, first_order), np.minimum(newsletter, first_ticket))
    return Known(account, email, newsletter)


def events(chance: Chance, span: Span, block: Block, known: Known) -> Table:
    """person, ids (of the event), time, code, device, channel (−1: within the session), product (−1: none),
    signed (logged in), order (row, −1: none); in time order; nothing at or after the end of the span."""
    visits = _sessions(chance, block, known)
    before = _before_the_cart(chance, block, known)
    carts = _carts(chance, block, known)
    after = _afterwards(chance, block, known)
    tablet = _tablet(chance, block, known)
    table = joined(
        *({name: part[name] for name in _COLUMNS} for part in (visits, before, carts, after, tablet))
    )
    table = where(table, table["time"] < span.end)
    # Only those whose address the shop has can come by its newsletter.
    by_mail = (table["channel"] == who.EMAIL) & (known.email[table["person"]] > table["time"])
    table["channel"] = np.where(by_mail, who.DIRECT, table["channel"])
    # Milliseconds, as the exports have them, so that the order here is the order there.
    table["time"] = np.floor(table["time"] * 1000) / 1000
    table = where(table, np.argsort(table["time"], kind="stable"))
    return _followed(block, table)


def _followed(block: Block, table: Table) -> Table:
    """The same events in time order; an ad follows only those browsers that have looked at goods already."""
    browser = anonymous_ids(block.people, table["person"], table["device"], table["time"])
    _, own = np.unique(browser, return_inverse=True)
    first_look = np.full(int(own.max(initial=0)) + 1, len(own), dtype=np.int64)
    looks = np.flatnonzero(table["code"] == PRODUCT)
    np.minimum.at(first_look, own[looks], looks)
    unknown = (table["channel"] == who.RETARGETING) & (np.arange(len(own)) < first_look[own])
    return table | {"channel": np.where(unknown, who.SEARCH, table["channel"])}


def _has_account(chance: Chance, known: Known, person: Ints, ids: Ids, moment: Floats, device: Ints) -> Flags:
    """Who is logged in during a visit: always in the app, now and then elsewhere."""
    often = np.where(device == who.APP, 1.0, 0.42)
    return (known.account[person] <= moment) & chance.happens(ids, "logs in", often)


def _sessions(chance: Chance, block: Block, known: Known) -> Table:
    """Visits of awareness and consideration."""
    s = block.sessions
    signed = _has_account(chance, known, s["person"], s["ids"], s["time"], s["device"])
    return _visit(
        chance, block, s, s["kind"] == CONSIDERATION, signed, s["time"] == known.newsletter[s["person"]]
    )


def _before_the_cart(chance: Chance, block: Block, known: Known) -> Table:
    """What people look at in the visit in which they fill the cart: a visit of consideration like any other,
    counted back from the cart."""
    a = block.attempts
    signed = (known.account[a["person"]] <= a["time"]) & (a["device"] == who.APP)
    every = np.ones(len(a["ids"]), dtype=bool)
    seen = _visit(chance, block, a | {"ids": child(a["ids"], 200)}, every, signed, ~every)
    end = np.zeros(len(block.attempts["ids"]))
    np.maximum.at(end, seen["visit"], seen["time"])
    return seen | {"time": seen["time"] - (end - a["time"])[seen["visit"]] - 8.0}


def _visit(
    chance: Chance, block: Block, visits: Table, considering: Flags, signed: Flags, joins: Flags
) -> Table:
    """The pages of visits that begin at their time: a landing and what follows; `visit` is the row of each.

    signed: is logged in from the third page on; joins: joins the newsletter there.
    """
    persona = block.people.persona[visits["person"]]
    more = np.where(considering, 0.62, 0.42)
    depth = np.where(considering, 1 + of_persona("depth", persona), 0).astype(np.int64)
    pages = np.minimum(1 + chance.count(visits["ids"], "pages", more, 9) + depth, _LONGEST)
    row = np.repeat(np.arange(len(pages)), pages)
    first = np.cumsum(pages) - pages
    place = np.arange(len(row)) - np.repeat(first, pages)
    ids = child(visits["ids"][row], place)
    mix = np.where(considering, np.where(persona == who.COMPARER, 2, 1), 0)[row]
    channel, device = visits["channel"][row], visits["device"][row]
    land = np.where(considering[row] & chance.happens(ids, "lands on a product", 0.5), PRODUCT, PAGE)
    to_story = ~considering[row] & (channel == who.STORIES) & chance.happens(ids, "lands on a story", 0.75)
    land = np.select([device == who.APP, to_story], [APP_OPEN, STORY], land)
    signs_in = (signed & (visits["device"] != who.APP))[row]
    code = np.select(
        [place == 0, considering[row] & (place == 1), (place == 2) & signs_in, (place == 2) & joins[row]],
        [land, PRODUCT, SIGN_IN, NEWSLETTER],
        chance.pick(ids, "page", _BROWSING[mix]),
    )
    gap = np.where(place == 0, 0.0, np.minimum(chance.wait(ids, "reading", 38.0, 0.9), 900.0))
    walked = np.cumsum(gap)
    return {
        "person": visits["person"][row],
        "ids": ids,
        "time": visits["time"][row] + walked - walked[first][row],
        "code": code,
        "device": device,
        "channel": np.where(place == 0, channel, -1),
        "product": _product(chance, ids, code, visits["product"][row]),
        "signed": signed[row] & ((place >= 2) | (device == who.APP)),
        "order": np.full(len(row), -1, dtype=np.int64),
        "visit": row,
    }


def _product(chance: Chance, ids: Ids, code: Ints, main: Ints) -> Ints:
    """Mostly the product that the session is about; −1 where the page shows none."""
    other = chance.pick(ids, "other product", POPULARITY)
    looked = np.where(chance.happens(ids, "same product", 0.6), main, other)
    return np.where(np.isin(code, (PRODUCT, SIZES, REVIEWS, COMPARE, WISH, ADD)), looked, -1)


def order_of(block: Block, attempts: Table) -> Ints:
    """The order that each won visit to the cart led to, −1 for the others."""
    online = np.flatnonzero(block.orders["place"] != IN_STORE)
    key = block.orders["person"][online] * 64 + block.orders["cycle"][online]
    rank = np.argsort(key, kind="stable")
    wanted = attempts["person"] * 64 + attempts["cycle"]
    found = np.searchsorted(key[rank], wanted)
    row = np.append(online[rank], -1)[np.minimum(found, len(rank))]
    return np.where(attempts["won"], row, -1)


def _carts(chance: Chance, block: Block, known: Known) -> Table:
    """Visits to the cart: the possible steps, each at its moment."""
    a, ids = block.attempts, block.attempts["ids"]
    fails, won, began, coupon = a["fails"], a["won"], a["began"], a["coupon"]
    guest = block.people.guest[a["person"]]
    had_account = known.account[a["person"]] <= a["time"]
    signs = began & ~guest & (won | (had_account & chance.happens(ids, "signs in to pay", 0.9)))
    app = a["device"] == who.APP
    signs |= app & had_account
    detour = np.where(coupon, 120.0, 0.0)
    steps: list[tuple[Flags | bool, Ints | int, Floats | float]] = [
        (chance.happens(ids, "adds", 0.75), ADD, 50.0),
        (True, CART, 95.0),
        (began, CHECKOUT, 150.0),
        (signs & ~app, SIGN_IN, 185.0),
        (coupon, PAGE, 225.0),
        (coupon, COUPON, 330.0),
    ]
    for attempt in range(3):
        pays = 310.0 + 75.0 * attempt + detour
        steps.append(((fails > attempt) | (won & (fails == attempt)), PAY, pays))
        steps.append((fails > attempt, PAY_FAILED, pays + 25.0))
    steps.append((won, THANKS, 372.0 + 75.0 * fails + detour))
    order = order_of(block, a)
    rows = Rows(*_COLUMNS)
    for place, (happens, code, at) in enumerate(steps):
        row = np.flatnonzero(np.broadcast_to(happens, (len(ids),)))
        own = child(ids[row], place)
        after = np.broadcast_to(at, (len(ids),))[row] + 15.0 * chance.share(own, "step")
        code = np.broadcast_to(code, (len(ids),))[row]
        rows.add(
            person=a["person"][row], ids=own, time=a["time"][row] + after, code=code, device=a["device"][row],
            channel=who.COUPON_SITE if place == _COUPON_SITE_STEP else -1,
            product=np.where(code == ADD, a["product"][row], -1),
            signed=signs[row] & (place >= _SIGN_IN_STEP) | app[row] & had_account[row],
            order=order[row] if code.size and place == len(steps) - 1 else -1,
        )  # fmt: skip
    return rows.table()


def _afterwards(chance: Chance, block: Block, known: Known) -> Table:
    """An order on its way is looked up, the more the later it is; a wrong size leads to the page on returns."""
    o, rows = block.orders, Rows(*_COLUMNS)
    waits = ~np.isnan(o["shipped"])
    looks = np.where(o["late"], 2, 0) + chance.count(o["ids"], "looks it up", 0.45, 4)
    steps = [(waits & (looks > turn), TRACKED, turn) for turn in range(6)]
    steps.append((o["wrong_size"] & chance.happens(o["ids"], "reads on returns", 0.7), RETURNS, 9))
    for happens, code, turn in steps:
        row = np.flatnonzero(happens & ~np.isnan(o["delivered"]))
        ids = child(o["ids"][row], 300 + turn)
        person = o["person"][row]
        if code == TRACKED:
            span = o["delivered"][row] - o["shipped"][row]
            moment = o["shipped"][row] + span * (turn + chance.share(ids, "look")) / looks[row]
        else:
            moment = o["delivered"][row] + (0.2 + 2 * chance.share(ids, "look")) * DAY
        moment = awake(chance, ids, "look", moment)
        in_app = (o["place"][row] == 1) | (
            chance.happens(ids, "in the app", 0.3) & (known.account[person] < moment)
        )
        device = np.where(in_app & (o["place"][row] == 1), who.APP, block.people.primary[person])
        signed = ~block.people.guest[person] & ((device == who.APP) | chance.happens(ids, "logs in", 0.5))
        rows.add(
            person=person, ids=ids, time=moment, code=code, device=device,
            channel=np.where(device == who.APP, who.DIRECT, who.EMAIL), product=-1, signed=signed, order=row,
        )  # fmt: skip
    return rows.table()


def _tablet(chance: Chance, block: Block, known: Known) -> Table:
    """Many who buy in the store look at the goods on its shared tablet first; most log in there."""
    o, rows = block.orders, Rows(*_COLUMNS)
    for place, code in enumerate((PRODUCT, SIGN_IN, PRODUCT, SIZES)):
        here = (o["place"] == IN_STORE) & chance.happens(o["ids"], "tablet", 0.6)
        member = ~block.people.guest[o["person"]]
        row = np.flatnonzero(here & (member if code == SIGN_IN else True))
        ids = child(o["ids"][row], 400 + place)
        moment = o["paid"][row] - 600 + 100 * place + 60 * chance.share(ids, "tablet step")
        rows.add(
            person=o["person"][row], ids=ids, time=moment, code=code, device=who.TABLET, channel=-1,
            product=np.where(code == SIGN_IN, -1, o["product"][row]),
            signed=member[row] & (place >= 1), order=-1,
        )  # fmt: skip
    return rows.table()


def anonymous_ids(people: People, person: Ints, device: Ints, moment: Floats) -> Ids:
    """The cookie or device id of an event: one for each device; who forgets cookies gets a new one now and then."""
    old = np.floor((moment - people.arrives[person]) / (110 * DAY)).astype(np.int64)
    renewed = people.forgets_cookies[person] & (device != who.APP)
    own = child(people.ids[person], 500 + 4 * np.where(renewed, old, 0) + device)
    shared = child(np.full(len(person), 77, dtype=np.uint64), people.number[person] % 2)
    return np.where(device == who.TABLET, shared, own)
