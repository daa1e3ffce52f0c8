"""What the shop sells, and what is in an order."""

from __future__ import annotations

import numpy as np

from desirepath.simulate import people as who
from desirepath.simulate.chance import Chance, Flags, Floats, Ids, Ints
from desirepath.simulate.people import People
from desirepath.simulate.seasons import DAY, Span
from desirepath.simulate.tables import Table

# name, price in cents, popularity, and what a customer would call it
GOODS = (
    ("Harbour Raincoat", 18900, 16, "raincoat"),
    ("Drizzle Jacket", 12900, 14, "jacket"),
    ("Pocket Poncho", 3995, 12, "poncho"),
    ("Storm Umbrella", 4495, 12, "umbrella"),
    ("Puddle Boots", 8995, 10, "boots"),
    ("Puddle Boots Kids", 4995, 8, "boots"),
    ("Kids Raincoat", 7995, 8, "raincoat"),
    ("Ferry Trench", 24900, 5, "trench coat"),
    ("Bucket Hat", 3495, 6, "hat"),
    ("Rain Trousers", 9995, 5, "trousers"),
    ("Dry Bag 20 L", 5495, 4, "bag"),
    ("Dog Raincoat", 4295, 3, "dog coat"),
)
POPULARITY = tuple(float(g[2]) for g in GOODS)
_PRICES = np.array([g[1] for g in GOODS], dtype=np.int64)
SHIPPING = 995
FREE_SHIPPING_FROM = 15000


def basket(
    chance: Chance,
    span: Span,
    people: People,
    person: Ints,
    ids: Ids,
    ordered: Floats,
    place: Ints,
    coupon: Flags,
    fails: Ints,
    cycle: int,
) -> Table:
    """The orders that these people made and paid for.

    person, ids, cycle, created and paid (wall seconds), place (web, app, store), coupon, fails, gift, product, items,
    total (cents, after a tenth off for a coupon, with postage).
    """
    product = chance.pick(ids, "product bought", POPULARITY)
    second = chance.pick(ids, "second product", POPULARITY)
    items = 1 + chance.count(ids, "items", 0.32, 3)
    gift_chance = np.where(people.persona[person] == who.GIFT, 0.7, 0.08)
    goods = _PRICES[product] + (items - 1) * _PRICES[second]
    goods = np.where(coupon, goods - goods // 10, goods)
    postage = np.where((goods >= FREE_SHIPPING_FROM) | (place == 2), 0, SHIPPING)
    # Cards are paid at once; a transfer takes a day or so.
    transfer = chance.happens(ids, "bank transfer", 0.03) & (place == 0) & (ordered + 2 * DAY < span.end)
    paid = np.floor(ordered) + np.where(transfer, np.floor((0.4 + chance.share(ids, "transfer")) * DAY), 0.0)
    return {
        "person": person,
        "ids": ids,
        "cycle": np.full(len(ids), cycle, dtype=np.int64),
        "paid": paid,
        "created": np.floor(ordered),
        "place": place,
        "coupon": coupon,
        "fails": fails,
        "gift": chance.happens(ids, "gift", gift_chance),
        "product": product,
        "items": items,
        "total": goods + postage,
    }
