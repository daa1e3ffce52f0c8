"""A small clean shop, and faults to plant in it: for tests of doctor and check.

The shop is in Sydney; its people are awake by day, look at goods on the web, and order: the order page on the web and
the order in the order book are told at one moment. Nothing in it is wrong, and doctor must find nothing wrong.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from desirepath.app.doctor.examine import Report
from desirepath.app.workspace import Workspace
from desirepath.doctor.finding import Finding
from desirepath.testing import FixedClock

SYDNEY = ZoneInfo("Australia/Sydney")
FIRST = datetime(2024, 8, 1)  # on Sydney's clock; its clocks skip an hour on 6 October
DAYS = 120
NOW = datetime(2025, 1, 5, tzinfo=UTC)
CUSTOMERS = 400

JOURNEY = """
journey: A shop in Sydney
time_zone: Australia/Sydney
currency: AUD
stages:
  awareness:
    enter: "event = 'Ad Clicked'"
    lapse_after: 30 days
  consideration:
    enter: "event = 'Product Viewed'"
    lapse_after: 60 days
  decision:
    enter: "event = 'Cart Viewed'"
    goal: "event = 'Order Completed'"
    lapse_after: 14 days
  retention:
    enter: "event = 'Order Completed'"
    goal: repeat
    lapse_after: 90 days
touchpoints:
  ad:
    stage: awareness
    channel: ads
    when: "event = 'Ad Clicked'"
  page:
    stage: consideration
    when: "event = 'Product Viewed'"
  cart:
    stage: decision
    when: "event = 'Cart Viewed'"
promises:
  sent:
    from: "event = 'Order Completed'"
    to: "event = 'Order Sent'"
    within: 3 days
    key: order_id
segments:
  buyers: "ever(event = 'Order Completed')"
"""
SOURCES = """
sources:
  web:
    files: web.csv
    time: time
    event: {column: event}
    channel: {column: channel}
    identifiers: {anonymous_id: device, email: email}
    complete_until: 2024-12-31
  orders:
    files: orders.csv
    key: order_no
    zone: Australia/Sydney
    identifiers: {email: email, order_id: order_no}
    complete_until: 2024-12-31
    events:
      - event: Order Completed
        time: paid_at
        value: total
        currency: AUD
      - event: Order Sent
        time: sent_at
        by: business
"""
Row = dict[str, str]


def local(moment: datetime) -> str:
    """On Sydney's clock, without a zone."""
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def zoned(moment: datetime) -> str:
    """The same instant in UTC, saying so."""
    return moment.replace(tzinfo=SYDNEY).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Shop:
    """Rows and definitions that a test changes before they are written."""

    web: list[Row] = field(default_factory=list)
    orders: list[Row] = field(default_factory=list)
    journey: str = JOURNEY
    sources: str = SOURCES
    more: dict[str, str] = field(default_factory=dict)  # further files

    def say(self, old: str, new: str) -> Shop:
        """Change one text in one of the definitions."""
        assert (old in self.journey) != (old in self.sources), old
        self.journey = self.journey.replace(old, new)
        self.sources = self.sources.replace(old, new)
        return self

    def add_source(self, text: str, **files: str) -> Shop:
        """A further source; files: name without .csv → content."""
        self.sources += text
        self.more |= {f"{name}.csv": content for name, content in files.items()}
        return self

    def visit(self, moment: datetime, event: str, device: str, email: str = "", **more: str) -> None:
        """A row of the web export."""
        row = {"time": zoned(moment), "event": event, "channel": "web", "device": device, "email": email}
        self.web.append({**row, **more})

    def write(self, folder: Path) -> Workspace:
        """The files on the disk, and their workspace."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "journey.yaml").write_text(self.journey, "utf-8")
        (folder / "sources.yaml").write_text(self.sources, "utf-8")
        write_csv(folder / "web.csv", self.web)
        write_csv(folder / "orders.csv", self.orders)
        for name, content in self.more.items():
            (folder / name).write_text(content, "utf-8")
        return Workspace.open(folder, clock=FixedClock(NOW), variables={})

    def examined(self, folder: Path) -> Report:
        """What doctor says of it."""
        workspace = self.write(folder)
        workspace.load()
        return workspace.doctor()


def write_csv(path: Path, rows: Iterable[Row]) -> None:
    """Rows as CSV; a column that only some have is empty elsewhere."""
    rows = list(rows)
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(rows)


def clean_shop(customers: int = CUSTOMERS, seed: int = 7) -> Shop:
    """Everybody clicks an ad and looks; every second one fills a cart, every third orders, every ninth twice."""
    chance, shop = random.Random(seed), Shop()
    for i in range(customers):
        who, device = f"c{i}@mail.example", f"d{i}"
        at = FIRST + timedelta(days=i * DAYS / customers)
        at = at.replace(hour=0, minute=0, second=0) + timedelta(hours=chance.triangular(8, 22, 16))
        shop.visit(at, "Ad Clicked", device, channel="ads")
        at += timedelta(minutes=chance.uniform(0.5, 9))
        shop.visit(at, "Product Viewed", device, who if i % 4 else "")
        if i % 2 == 0:
            at += timedelta(minutes=chance.uniform(1, 9))
            shop.visit(at, "Cart Viewed", device, who)
        if i % 3 == 0:
            shop_order(shop, chance, at, device, who, f"{1000 + i}")
        if i % 9 == 0:
            shop_order(
                shop,
                chance,
                at + timedelta(days=20, minutes=chance.uniform(-200, 90)),
                device,
                who,
                f"{5000 + i}",
            )
    return shop


def shop_order(shop: Shop, chance: random.Random, at: datetime, device: str, who: str, number: str) -> None:
    """An order, told by the web and by the order book, and sent a day or two later."""
    at = (at + timedelta(minutes=chance.uniform(2, 9))).replace(microsecond=0)
    shop.visit(at, "Order Page Viewed", device, who)
    total = f"{chance.randint(20, 200)}.00"
    sent = at + timedelta(days=1, hours=chance.uniform(0, 20))
    shop.orders.append(
        {"order_no": number, "paid_at": local(at), "sent_at": local(sent), "email": who, "total": total}
    )


def the_one(report: Report, code: str, subject: str | None = None) -> Finding:
    """The only finding of a check (about one subject)."""
    found = [one for one in report.of(code) if subject in (None, one.subject)]
    assert len(found) == 1, [(one.code, one.subject, one.message) for one in report.findings]
    return found[0]
