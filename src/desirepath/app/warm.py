"""Compile every kernel once, at install, by walking the whole road with a handful of events.

Compiled kernels are kept beside the code; whoever asks the first question then waits a quarter of a second, not
half a minute.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from desirepath.app.workspace import JOURNEY, SOURCES, Workspace

_JOURNEY = """
journey: Warm-up
time_zone: Europe/Berlin
currency: EUR
stages:
  awareness: {enter: "event = 'Seen'", lapse_after: 30 days}
  decision:  {enter: "event = 'Cart'", goal: "event = 'Bought'", lapse_after: 14 days}
  retention: {enter: "event = 'Bought'", goal: repeat, lapse_after: 90 days}
touchpoints:
  seen: {stage: awareness, when: "event = 'Seen'"}
  cart: {stage: decision, when: "event = 'Cart'"}
promises:
  sent: {from: "event = 'Bought'", to: "event = 'Sent'", within: 2 days}
"""
_SOURCES = """
sources:
  events:
    files: events.csv
    event: {column: event}
    time: time
    identifiers: {anonymous_id: device, email: email}
    value: value
"""
_ROWS = (
    "Seen,{d}T09:00:00Z,d{i},,",
    "Cart,{d}T09:01:00Z,d{i},p{i}@mail.example,",
    "Bought,{d},d{i},p{i}@mail.example,20",
)


def warm_up() -> None:
    """Load, place and map a tiny workspace in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="desirepath-warm-") as name:
        folder = Path(name)
        (folder / JOURNEY).write_text(_JOURNEY, "utf-8")
        (folder / SOURCES).write_text(_SOURCES, "utf-8")
        lines = [row.format(i=i, d=f"2024-01-{i % 28 + 1:02d}") for i in range(60) for row in _ROWS]
        (folder / "events.csv").write_text("event,time,device,email,value\n" + "\n".join(lines), "utf-8")
        workspace = Workspace.open(folder, clock=_Clock())
        workspace.load()
        workspace.map()


class _Clock:
    """A fixed instant: what is compiled does not depend on the day."""

    def now(self) -> datetime:
        return datetime(2024, 3, 1, tzinfo=UTC)
