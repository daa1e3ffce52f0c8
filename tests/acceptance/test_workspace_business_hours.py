"""A support desk that promises an answer within four business hours, on a long weekend."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from desirepath.app.workspace import Workspace
from desirepath.core.estimate import Estimate
from desirepath.testing import FixedClock

JOURNEY = """
journey: A desk
time_zone: Europe/Berlin
business_hours: {monday-friday: 09:00-17:00}
holidays: DE
stages:
  consideration: {enter: "event = 'Asked'", lapse_after: 30 days}
promises:
  answered:
    {from: "event = 'Asked'", to: "event = 'Answered'", key: ticket, within: 4 business hours, stage: consideration}
"""
SOURCES = """
sources:
  tickets:
    files: tickets.csv
    event: {column: event}
    time: at
    identifiers: {user_id: who}
    properties: ticket
"""


def test_a_weekend_does_not_count_against_the_promise(tmp_path: Path) -> None:
    """Asked on Maundy Thursday at 16:00, answered on Tuesday at 12:00 (in time) or at 12:01 (late)."""
    rows = ["event,at,who,ticket"]
    for n in range(30):
        answered = "12:00" if n < 20 else "12:01"
        rows += [f"Asked,2026-04-02 16:00,c{n},t{n}", f"Answered,2026-04-07 {answered},c{n},t{n}"]
    files = {"journey.yaml": JOURNEY, "sources.yaml": SOURCES, "tickets.csv": "\n".join(rows)}
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    workspace = Workspace.open(tmp_path, clock=FixedClock(datetime(2026, 5, 1, tzinfo=UTC)))
    workspace.load()
    (cell,) = [cell for cell in workspace.map().cells() if cell.id == "promises.consideration.answered"]
    values = {value.name: value for value in cell.values}
    kept, took = values["kept"].measured, values["took"].measured
    assert isinstance(kept, Estimate) and kept.n == 30 and kept.value == pytest.approx(20 / 30)
    assert isinstance(took, Estimate) and took.value == 4 * 3600 * 1_000_000
    assert "business hours" in values["took"].label
    assert cell.text == "within 4 business hours"
