"""Several journeys outlive kills, and each keeps its own calendar."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desirepath.app.workspace import Workspace
from desirepath.testing import FixedClock
from tests.commands import small_shop

REPO = Path(__file__).resolve().parents[2]
BUYER = """
journey: Becoming a buyer
kind: buyer
stages:
  looking: {enter: "event = 'Product Viewed'", goal: "event = 'Order Completed'", lapse_after: 20 days}
"""
NEWS = "".join(f"new{i},2024-09-{i + 1:02d},n{i}@mail.example,7.00\n" for i in range(5))
LOOKS = "".join(f"Product Viewed,2024-09-{i + 1:02d}T08:00:00Z,,n{i}@mail.example,web,\n" for i in range(5))

# Loads, and ends as if killed at one moment of the second journey's refresh.
_KILLED = """
import os, signal, sys
import desirepath
import desirepath.app.refresh
from desirepath.app.derived import Derived

def die(*args, **named):
    os.kill(os.getpid(), signal.SIGKILL)

when, whole = sys.argv[2], Derived.refresh

def refresh(self, **named):
    if self.name == "buyer":
        if when == "before":
            die()
        desirepath.app.refresh.place = die
    return whole(self, **named)

Derived.refresh = refresh
desirepath.open(sys.argv[1]).load()
"""


def opened(folder: Path, journey: str | None = None) -> Workspace:
    return Workspace.open(folder, journey, clock=FixedClock(datetime(2025, 1, 1, tzinfo=UTC)))


def entered(folder: Path, journey: str | None = None) -> dict[str, int]:
    return {one.stage: one.entered for one in opened(folder, journey).stages()}


def states(folder: Path) -> list[str]:
    found: list[str] = opened(folder).journeys_table().column("state")
    return found


@pytest.mark.parametrize("when", ["before", "within"])
def test_a_kill_between_the_refreshes_of_two_journeys_leaves_both_answering(
    tmp_path: Path, when: str
) -> None:
    folder = small_shop(tmp_path / "shop")
    (folder / "buyer.journey.yaml").write_text(BUYER, "utf-8")
    opened(folder).load()
    main, buyer = entered(folder), entered(folder, "buyer")
    for file, rows in (("orders.csv", NEWS), ("visits.csv", LOOKS)):
        with (folder / file).open("a", encoding="utf-8") as end:
            end.write(rows)

    done = subprocess.run(
        [sys.executable, "-c", _KILLED, folder, when], cwd=REPO, capture_output=True, check=False
    )
    assert done.returncode == -9, done.stderr.decode()
    assert states(folder) == ["current", "changed"]
    assert entered(folder)["consideration"] == main["consideration"] + 5
    # The journey that was not reached is brought up to date by its next question.
    assert entered(folder, "buyer")["looking"] == buyer["looking"] + 5
    assert states(folder) == ["current", "current"]
    assert len(list((folder / ".desirepath" / "trails").iterdir())) == 2
    assert opened(folder).load().events == 0


def test_each_journey_has_its_own_calendar_over_the_same_instants(tmp_path: Path) -> None:
    """Half past one in the afternoon in London is already tomorrow in Sydney."""
    folder = tmp_path / "zones"
    folder.mkdir()
    stages = "stages: {look: {enter: \"event = 'Look'\", lapse_after: 5 days}}\n"
    (folder / "journey.yaml").write_text(f"time_zone: Europe/London\n{stages}", "utf-8")
    (folder / "sydney.journey.yaml").write_text(f"time_zone: Australia/Sydney\n{stages}", "utf-8")
    (folder / "same.journey.yaml").write_text(stages, "utf-8")
    (folder / "sources.yaml").write_text(
        "sources: {web: {files: web.csv, event: {column: e}, time: t, identifiers: {user_id: u}}}\n", "utf-8"
    )
    # Without a zone: London's, whichever journey is asked.
    (folder / "web.csv").write_text("e,t,u\nLook,2024-01-01 13:30,ana\nLook,2024-01-01 09:00,bo\n", "utf-8")
    opened(folder).load()
    zones = {name: opened(folder, name).journey.time_zone for name in ("main", "same", "sydney")}
    assert zones == {"main": "Europe/London", "same": "Europe/London", "sydney": "Australia/Sydney"}

    def since(journey: str, day: str) -> int:
        return opened(folder, journey).stages(since=day)["look"].entered

    assert [since(name, "2024-01-02") for name in ("main", "same", "sydney")] == [0, 0, 1]
    assert [since(name, "2024-01-01") for name in ("main", "same", "sydney")] == [2, 2, 2]
    (_, london), (_, sydney) = (
        sorted(opened(folder, name).visits().column("entered")) for name in ("main", "sydney")
    )
    assert london == sydney == datetime(2024, 1, 1, 13, 30, tzinfo=UTC)
    assert (london.hour, sydney.day) == (13, 2)


def test_a_change_of_the_main_zone_is_told_by_every_journey_until_it_is_loaded(tmp_path: Path) -> None:
    folder = small_shop(tmp_path / "shop")
    (folder / "buyer.journey.yaml").write_text(BUYER + "time_zone: Asia/Tokyo\n", "utf-8")
    opened(folder).load()
    assert opened(folder, "buyer").unread() == ()
    definition = folder / "journey.yaml"
    definition.write_text(definition.read_text("utf-8").replace("UTC", "Europe/Rome"), "utf-8")
    assert opened(folder, "buyer").unread() == ("orders", "visits")
    opened(folder, "buyer").load()
    assert opened(folder, "buyer").unread() == ()
