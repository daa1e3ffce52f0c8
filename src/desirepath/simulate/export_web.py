"""The website's and the app's own logs, and what the ads cost.

web/events-YYYY-MM.csv.gz: commas, UTC with milliseconds; cookies, a customer number only after a login.
web/events-YYYY-MM-again.csv.gz: one month exported twice: the first time before it was over.
app/events-YYYY-qN.jsonl: JSON lines, by quarter of the upload; telephones that were offline report late.
ads/spend.csv: semicolons, days first, decimal commas.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from desirepath.simulate import people as who
from desirepath.simulate.chance import Floats, Ints, child
from desirepath.simulate.desk import STAFF_DOMAIN, Desk
from desirepath.simulate.dirt import blanked, cut, foreign_bytes, longer, replaced, swapped
from desirepath.simulate.files import Exports
from desirepath.simulate.goods import GOODS
from desirepath.simulate.pages import (
    ADD,
    APP_OPEN,
    CHECKOUT,
    COUPON,
    NAMES,
    NEWSLETTER,
    PAGE,
    PRODUCT,
    anonymous_ids,
)
from desirepath.simulate.render import (
    day_first,
    digits,
    glue,
    hexadecimal,
    iso_utc,
    lines,
    money,
    named,
    only,
    separated,
)
from desirepath.simulate.seasons import DAY, HOUR, Span, wall
from desirepath.simulate.tables import Table, where

WEB_HEADER = (
    b"message_id,time,event,anonymous_id,user_id,email,device,page,product,"
    b"utm_source,utm_medium,utm_campaign,coupon,order_no,agent"
)
# The names that the collected events get (sources.yaml maps the website's names to them).
COLLECTED = (
    "Page Viewed", "Story Read", "Products Searched", "Product List Viewed", "Product Viewed",
    "Size Guide Viewed", "Reviews Read", "FAQ Viewed", "Products Compared", "Wishlist Added", "Product Added",
    "Cart Viewed", "Signed In", "Checkout Started", "Coupon Entered", "Payment Submitted", "Payment Failed",
    "Order Confirmation Viewed", "Order Tracked", "Newsletter Joined", "Returns Page Viewed", "App Opened",
)  # fmt: skip
_SOURCE = ("", "findit", "findit", "glimpse", "glimpse", "couponcorner", "friend", "newsletter", "findit")
_MEDIUM = ("", "organic", "cpc", "paid_social", "social", "affiliate", "referral", "email", "retargeting")
_CAMPAIGN = ("", "", "raincoats", "rain_story", "", "corner10", "", "newsletter", "come_back")
_PAGES = (
    "/", "/stories/rain", "/search", "/all", "/p", "/size-guide", "/reviews", "/faq", "/compare", "/wishlist",
    "/cart/add", "/cart", "/login", "/checkout", "/checkout", "/checkout/pay", "/checkout/pay", "/thanks",
    "/orders", "/newsletter", "/returns", "/app",
)  # fmt: skip
_AGENTS = ("Desktop", "Mobile", "App", "StoreTablet")
BOT_AGENT = b"CrawlerBot/2.1"
STAFF = 4


def write_web(desk: Desk, events: Table) -> None:
    """The website's events of this block, month by month."""
    seen = where(events, events["device"] != who.APP)
    parts = [_people_columns(desk, seen), *_house_columns(desk)]
    columns = {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}
    columns = where(columns, np.argsort(columns["time"], kind="stable"))
    for code, count in enumerate(np.bincount(columns["code"], minlength=len(NAMES)).tolist()):
        desk.tally.event("web", COLLECTED[code], count)
    rows = _web_lines(desk, columns)
    month = desk.span.month_of(columns["time"])
    edges = np.searchsorted(month, np.arange(desk.span.months + 1)).tolist()
    twice = max(desk.span.months - 3, 0)
    for place, first in enumerate(desk.span.month_starts):
        own = rows[edges[place] : edges[place + 1]]
        file = f"web/events-{first:%Y-%m}"
        if place == twice:
            taken = wall(first) + 19 * DAY
            early = int(np.searchsorted(columns["time"], taken)) - edges[place]
            desk.files.write(f"{file}.csv.gz", own[:early], WEB_HEADER)
            desk.tally.notes["web lines exported again"] += early
            file += "-again"
        desk.write("web", f"{file}.csv.gz", WEB_HEADER, own, _WEB_DIRT, part=place)


_WEB_DIRT = {
    "bad time": replaced(b",", 1, b"2025-13-45T99:00:00Z"),
    "no identifier": blanked(b",", 3, 4, 5, 13),
    "too many fields": longer(b","),
    "line cut off": cut,
    "foreign bytes": foreign_bytes(b",", 7),
}


def _people_columns(desk: Desk, e: Table) -> Table:
    """What differs from row to row, for the events of customers."""
    person = e["person"]
    anonymous = anonymous_ids(desk.block.people, person, e["device"], e["time"])
    joins = e["code"] == NEWSLETTER
    desk.contacts.wrote_email[person[joins]] = True
    return {
        "time": e["time"],
        "code": e["code"],
        "message": hexadecimal(e["ids"]),
        "anonymous": hexadecimal(anonymous),
        "user": only(e["signed"], desk.contacts.account[person]),
        "email": only(
            joins, desk.contacts.typed_email(person, "newsletter") if joins.any() else np.array([b""])
        ),
        "device": e["device"],
        "channel": e["channel"],
        "product": e["product"],
        "order": desk.order_no[e["order"]],
        "agent": named(_AGENTS, e["device"]),
    }


def _house_columns(desk: Desk) -> list[Table]:
    """The staff at work and a crawler by night: no customers, but they stand in the log."""
    days = int((desk.span.end - desk.span.start) / DAY)
    size = len(desk.block.people)
    crawl = max(size // 25, 150)
    numbers = np.arange(crawl, dtype=np.int64)
    ids = child(desk.chance.ids(np.full(crawl, desk.number + (1 << 55), dtype=np.int64)), numbers)
    night = np.floor(desk.chance.share(ids[:1], "night")[0] * days) + numbers // 700
    crawler = desk.span.start + (night % days) * DAY + 2 * HOUR + 11.0 * (numbers % 700)
    work = max(size // 60, 60)
    numbers = np.arange(work, dtype=np.int64)
    staff_ids = child(desk.chance.ids(np.full(work, desk.number + (1 << 56), dtype=np.int64)), numbers)
    day = np.floor(desk.chance.share(staff_ids, "day") * days)
    clerk = desk.chance.pick(staff_ids, "clerk", [1.0] * STAFF)
    moment = desk.span.start + day * DAY + (9 + 8 * desk.chance.share(staff_ids, "hour")) * HOUR
    code = np.array([PAGE, PRODUCT, ADD, CHECKOUT])[desk.chance.pick(staff_ids, "task", [3, 4, 2, 2])]
    desk.tally.notes["crawler events"] += crawl
    desk.tally.notes["staff events"] += work
    return [
        _house(ids, crawler, np.where(numbers_mod(crawl), PRODUCT, PAGE), b"c4a3137000000001", BOT_AGENT),
        _house(staff_ids, moment, code, b"5af0000000000001", b"Desktop", clerk),
    ]


def numbers_mod(count: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Two pages of goods, then another page: the crawler's round."""
    return np.arange(count) % 3 < 2


def _house(
    ids: np.ndarray[tuple[int], np.dtype[np.uint64]],
    moment: Floats,
    code: Ints,
    cookie: bytes,
    agent: bytes,
    clerk: Ints | None = None,
) -> Table:
    size = len(ids)
    none = np.full(size, b"", dtype="S1")
    user = none if clerk is None else glue(b"S00", digits(clerk + 1))
    email = none if clerk is None else glue(b"clerk", digits(clerk + 1), STAFF_DOMAIN)
    return {
        "time": np.floor(moment * 1000) / 1000,
        "code": code,
        "message": hexadecimal(ids),
        "anonymous": np.full(size, cookie),
        "user": user,
        "email": email,
        "device": np.full(size, who.DESKTOP),
        "channel": np.full(size, -1),
        "product": np.full(size, -1),
        "order": none,
        "agent": np.full(size, agent),
    }


def _web_lines(desk: Desk, c: Table) -> list[bytes]:
    return separated(
        b",",
        c["message"],
        iso_utc(desk.span, c["time"]),
        named(NAMES, c["code"]),
        c["anonymous"],
        c["user"],
        c["email"],
        named(who.DEVICES, c["device"]),
        named(_PAGES, c["code"]),
        named([g[0] for g in GOODS], c["product"]),
        named(_SOURCE, c["channel"]),
        named(_MEDIUM, c["channel"]),
        named(_CAMPAIGN, c["channel"]),
        only(c["code"] == COUPON, np.full(len(c["code"]), b"CORNER10")),
        c["order"],
        c["agent"],
    )


# ---- the app -----------------------------------------------------------------------------------------


def write_app(desk: Desk, events: Table) -> None:
    """The app's events: everybody there is logged in, so all carry the customer number."""
    e = where(events, events["device"] == who.APP)
    for code, count in enumerate(np.bincount(e["code"], minlength=len(NAMES)).tolist()):
        desk.tally.event("app", COLLECTED[code], count)
    person = e["person"]
    device = hexadecimal(anonymous_ids(desk.block.people, person, e["device"], e["time"]))
    offline = desk.chance.happens(e["ids"], "offline", 0.012)
    delay = np.where(offline, (1 + 12 * desk.chance.share(e["ids"], "offline for")) * DAY, 2.0)
    sent = np.minimum(e["time"] + delay, desk.span.end - 1.0)
    sent = np.maximum(sent, e["time"])
    desk.tally.notes["app events reported late"] += int(offline.sum())
    rows = lines(
        b'{"messageId":"', hexadecimal(e["ids"]),
        b'","type":"track","event":"', named(NAMES, e["code"]),
        b'","timestamp":"', iso_utc(desk.span, e["time"]),
        b'","sentAt":"', iso_utc(desk.span, sent),
        b'","deviceId":"', device,
        b'","userId":"', only(e["signed"], desk.contacts.account[person]),
        b'","os":"', np.where(desk.block.people.number[person] % 3 == 0, b"Android", b"iOS"),
        b'","product":"', named([g[0] for g in GOODS], e["product"]),
        b'","orderNo":"', desk.order_no[e["order"]],
        b'","opened":', np.where(e["code"] == APP_OPEN, b"true", b"false"), b"}",
    )  # fmt: skip
    quarters = [f"{first.year}-q{(first.month + 2) // 3}" for first in desk.span.month_starts]
    quarter = np.array(quarters)[desk.span.month_of(sent)]
    for place, name in enumerate(dict.fromkeys(quarters)):
        own = [rows[row] for row in np.flatnonzero(quarter == name).tolist()]
        if own:
            desk.write("app", f"app/events-{name}.jsonl", b"", own, _APP_DIRT, part=place)


_APP_DIRT = {
    "bad time": swapped(b'"timestamp":"20', b'"timestamp":"19xx'),
    "line cut off": cut,
}


# ---- what ads cost -------------------------------------------------------------------------------------

PAID = (who.SEARCH_ADS, who.STORIES, who.COUPON_SITE, who.RETARGETING)
_NETWORK = ("FindIt Search", "Glimpse Stories", "Coupon Corner", "FindIt Retargeting")
_CLICK_CENTS = np.array([125.0, 42.0, 310.0, 58.0])
_PER_CLICK = np.array([24.0, 420.0, 6.0, 160.0])  # impressions
_PER_REACH = np.array([1.3, 2.1, 1.2, 5.5])  # impressions for each person reached


@dataclass
class AdBook:
    """Clicks on ads, by day and network, over all blocks."""

    span: Span
    clicks: np.ndarray[tuple[int, int], np.dtype[np.int64]] = field(init=False)

    def __post_init__(self) -> None:
        self.clicks = np.zeros(((self.span.until - self.span.opening).days, len(PAID)), dtype=np.int64)

    def add(self, events: Table) -> None:
        """The landings of a block."""
        for place, channel in enumerate(PAID):
            moments = events["time"][events["channel"] == channel]
            day = ((moments - self.span.start) // DAY).astype(np.int64)
            self.clicks[:, place] += np.bincount(day, minlength=len(self.clicks))


def write_ads(files: Exports, book: AdBook) -> dict[str, int]:
    """One row per day and network. Returns the spend of each network in cents."""
    days, networks = book.clicks.shape
    first: date = book.span.opening
    clicks = book.clicks.reshape(-1)
    place = np.tile(np.arange(networks), days)
    moment = np.repeat(np.array([wall(first + timedelta(days=d)) for d in range(days)]), networks)
    # A week's rhythm in prices, so that spend is no mere multiple of clicks.
    swing = 1.0 + 0.15 * np.sin(2 * np.pi * np.repeat(np.arange(days), networks) / 7.0)
    impressions = np.rint(clicks * _PER_CLICK[place] * swing + 40 * _PER_CLICK[place]).astype(np.int64)
    spend = np.rint(clicks * _CLICK_CENTS[place] * swing).astype(np.int64)
    rows = separated(
        b";",
        day_first(moment, b"."),
        named(_NETWORK, place),
        named([_CAMPAIGN[c] for c in PAID], place),
        digits(impressions),
        digits(np.rint(impressions / _PER_REACH[place])),
        digits(clicks),
        money(spend, b","),
    )
    files.write("ads/spend.csv", rows, b"Day;Network;Campaign;Impressions;Reach;Clicks;Spend AUD")
    return {_NETWORK[p]: int(spend[place == p].sum()) for p in range(networks)}
