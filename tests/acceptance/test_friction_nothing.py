"""Where nothing can be compared, friction says why, by what most customers met, and what to do."""

from __future__ import annotations

from pathlib import Path

from desirepath.app.questions.friction import Friction
from desirepath.app.workspace import Workspace
from desirepath.testing import FixedClock

SOURCES = """
sources:
  crm:
    files: crm.csv
    event: {column: what}
    time: at
    identifiers: {lead: lead}
    channel: {column: origin}
    complete_until: 2024-12-31
"""
JOURNEY = """
journey: Leads
kind: buyer
time_zone: UTC
stages:
  lead: {label: Lead, enter: "event = 'Lead'", lapse_after: 60 days, horizon: 30 days}
  deal: {label: Deal, enter: "event = 'Deal'", goal: "event = 'Deal'", lapse_after: 1 day}
"""
TOUCHPOINTS = """touchpoints:
  search: {label: Search, stage: lead, when: "event = 'Lead' and channel = 'search'"}
  social: {label: Social, stage: lead, when: "event = 'Lead' and channel = 'social'"}
"""


def says(folder: Path, leads: int, touchpoints: str = TOUCHPOINTS) -> str:
    """The answer for so many leads, two of three by search, every fourth a deal."""
    rows = ["what,at,lead,origin"]
    for i in range(leads):
        origin = "social" if i % 3 == 0 else "search"
        rows.append(f"Lead,2024-01-{i % 27 + 1:02d}T09:00:00Z,l{i},{origin}")
        if i % 4 == 0:
            rows.append(f"Deal,2024-02-{i % 27 + 1:02d}T09:00:00Z,l{i},sales")
    folder.mkdir()
    (folder / "crm.csv").write_text("\n".join(rows) + "\n", "utf-8")
    (folder / "sources.yaml").write_text(SOURCES, "utf-8")
    (folder / "journey.yaml").write_text(JOURNEY + touchpoints, "utf-8")
    workspace = Workspace.open(folder, clock=FixedClock())
    workspace.load()
    answer = workspace.ask(Friction())
    assert answer.result.ranked == ()
    return " ".join(answer.says)


def test_how_everybody_comes_in_is_told_as_such(tmp_path: Path) -> None:
    told = says(tmp_path / "leads", 180)
    assert "120 customers met Search in Lead, but nearly everybody who is like them met it, too" in told
    assert "load what customers meet afterwards" in told


def test_too_few_are_told_as_too_few(tmp_path: Path) -> None:
    told = says(tmp_path / "few", 18)
    assert "no touchpoint was met by 20 customers" in told
    assert "Search, the most, by 12" in told
    assert "a longer time" in told


def test_without_touchpoints_it_says_where_they_are_declared(tmp_path: Path) -> None:
    told = says(tmp_path / "none", 60, touchpoints="")
    assert "the journey declares no touchpoint" in told
    assert "touchpoints in journey.yaml" in told
