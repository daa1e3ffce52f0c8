"""The command line as a test runs it: in this process, with what it says, or in one of its own."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from desirepath.cli.program import run

PATIENCE = 180  # s: how long another process or thread is waited for, on a machine that has much else to do
JOURNEY = """
journey: A shop
time_zone: UTC
currency: EUR
stages:
  awareness:     {enter: "event = 'Ad Clicked'", lapse_after: 30 days}
  consideration: {enter: "event = 'Product Viewed'", lapse_after: 60 days}
  decision:      {enter: "event = 'Cart Viewed'", goal: "event = 'Order Completed'", lapse_after: 14 days}
  retention:     {enter: "event = 'Order Completed'", goal: repeat, lapse_after: 180 days}
touchpoints:
  ad:   {stage: awareness, channel: ads, when: "event = 'Ad Clicked'"}
  page: {stage: consideration, when: "event = 'Product Viewed'"}
  cart: {stage: decision, when: "event = 'Cart Viewed'"}
promises:
  sent: {from: "event = 'Order Completed'", to: "event = 'Order Sent'", within: 2 days}
segments:
  from_ads: "ever(channel = 'ads')"
personas:
  keen: {segment: "count(event = 'Product Viewed') >= 2", about: "Looks twice."}
"""
SOURCES = """
sources:
  visits:
    files: visits.csv
    event: {column: event}
    time: time
    identifiers: {anonymous_id: device, email: email}
    channel: {column: channel}
    text: note
    complete_until: 2024-12-31
  orders:
    files: orders.csv
    event: Order Completed
    time: paid_at
    key: order_no
    identifiers: {email: email}
    value: total
    complete_until: 2024-12-31
"""
VISITS = "event,time,device,email,channel,note\n"
ORDERS = "order_no,paid_at,email,total\n"


def small_shop(folder: Path, customers: int = 40, *, extra_visits: str = "", extra_orders: str = "") -> Path:
    """A workspace of two CSVs that is not loaded yet: every third customer orders, every sixth twice.

    The third visit is broken: it has no time.
    """
    folder.mkdir(parents=True, exist_ok=True)
    visits, orders = [], []
    for i in range(customers):
        day, who = f"2024-{i % 6 + 1:02d}-{i % 28 + 1:02d}", f"c{i}@mail.example"
        visits.append(f"Ad Clicked,{day}T09:00:00Z,d{i},,ads,")
        visits.append(f"Product Viewed,{day}T09:05:00Z,d{i},{who},web,")
        if i % 2 == 0:
            visits.append(f"Product Viewed,{day}T09:06:00Z,d{i},,web,")
        if i % 3 == 0:
            visits.append(f"Cart Viewed,{day}T09:07:00Z,d{i},,web,so many steps")
            orders.append(f"{i},{day}T09:20:00Z,{who},20.00")
        if i % 6 == 0:
            orders.append(f"{i}b,2024-08-{i % 28 + 1:02d},{who},30.00")
    visits.insert(2, "Ad Clicked,soon,d0,,ads,")
    (folder / "journey.yaml").write_text(JOURNEY, "utf-8")
    (folder / "sources.yaml").write_text(SOURCES, "utf-8")
    (folder / "visits.csv").write_text(VISITS + "\n".join(visits) + "\n" + extra_visits, "utf-8")
    (folder / "orders.csv").write_text(ORDERS + "\n".join(orders) + "\n" + extra_orders, "utf-8")
    return folder


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its answer as JSON: the whole of stdout, and nothing that JSON does not have."""

        def refuse(word: str) -> Any:
            raise AssertionError(f"{word} is no JSON")

        return json.loads(self.out, parse_constant=refuse)


def cli(*args: object, columns: int | None = None) -> Ran:
    """Run a command in this process. Only what the command line promises comes out of it: an exception is a bug."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), _columns(columns):
        code = run([str(arg) for arg in args])
    return Ran(code, out.getvalue(), err.getvalue())


@contextmanager
def _columns(columns: int | None) -> Iterator[None]:
    with mock.patch.dict(os.environ):
        os.environ.pop("COLUMNS", None)
        if columns is not None:
            os.environ["COLUMNS"] = str(columns)
        yield


def command(*args: object) -> list[str]:
    """The command line of a process of its own."""
    return [sys.executable, "-m", "desirepath", *(str(arg) for arg in args)]


def process(*args: object, **environment: str) -> Ran:
    """Run a command in a process of its own."""
    done = subprocess.run(
        command(*args), capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )
    return Ran(done.returncode, done.stdout, done.stderr)
