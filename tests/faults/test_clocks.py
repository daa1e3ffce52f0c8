"""Clocks that are wrong: the machine's own, and those of the records."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from desirepath.app.load import LoadFailed
from desirepath.app.map_files import FORMATS
from desirepath.app.workspace import Workspace
from desirepath.testing import FixedClock
from tests.commands import small_shop

# The end of what nanoseconds since 1970 can hold, and of what Python can.
LATE = ["2262-04-11T23:47:16", "9999-12-30T00:00:00"]
EARLY = ["1970-01-01T00:00:00", "1969-12-31T23:59:59"]


def opened(folder: Path, now: str) -> Workspace:
    return Workspace.open(folder, clock=FixedClock(datetime.fromisoformat(now).replace(tzinfo=UTC)))


@pytest.mark.parametrize("now", LATE)
def test_a_machine_that_believes_in_the_far_future_says_what_it_knows(tmp_path: Path, now: str) -> None:
    workspace = opened(small_shop(tmp_path / "shop"), now)
    assert workspace.load().events > 0
    for one in workspace.stages():
        assert one.in_flight + one.lapsed + one.left + one.advanced == one.entered
    for name in FORMATS:
        workspace.map().write(tmp_path / f"map.{name}")


@pytest.mark.parametrize("now", EARLY)
def test_before_its_time_nothing_can_have_happened_and_later_all_of_it_can(tmp_path: Path, now: str) -> None:
    folder = small_shop(tmp_path / "shop")
    with pytest.raises(LoadFailed, match="its time is more than a day ahead"):
        opened(folder, now).load()
    assert opened(folder, "2025-01-01T00:00:00").load().events > 0


def test_a_clock_that_is_put_back_loses_nothing(tmp_path: Path) -> None:
    folder = small_shop(tmp_path / "shop")
    later, earlier = opened(folder, "2025-06-01T00:00:00"), opened(folder, "2025-01-01T00:00:00")
    count = later.load().events
    with (folder / "orders.csv").open("a", encoding="utf-8") as file:
        file.write("late,2024-09-01,c1@mail.example,7.00\n")
    assert earlier.load().events == 1
    (events,) = earlier.sql("SELECT count(*) AS n FROM events").column("n")
    assert events == count + 1


EDGES = [
    "0001-01-01T00:00:00Z", "1582-10-04T00:00:00Z", "1899-12-30", "1970-01-01T00:00:00Z", "1969-12-31T23:59:59Z",
    "2024-02-29T23:59:59.999999Z", "2024-12-31T23:59:60Z", "2025-03-30T02:30:00", "2025-10-26T02:30:00",
    "2262-04-12T00:00:00Z", "9999-12-31T23:59:59Z", "10000-01-01T00:00:00Z", "-0044-03-15T00:00:00Z",
    "294247-01-10T04:00:54Z", "2024-13-45T99:99:99Z", "infinity", "NaT", "0", "-1", "1e400", "99999999999999999999",
]  # fmt: skip


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Pacific/Apia"])
def test_every_time_that_can_be_written_is_placed_or_set_aside(tmp_path: Path, zone: str) -> None:
    folder = small_shop(tmp_path / "shop")
    text = (folder / "journey.yaml").read_text("utf-8").replace("time_zone: UTC", f"time_zone: {zone}")
    (folder / "journey.yaml").write_text(text, "utf-8")
    with (folder / "visits.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"Product Viewed,{at},d{n},edge{n}@mail.example,web,\n" for n, at in enumerate(EDGES))
    workspace = opened(folder, "2025-12-01T00:00:00")
    workspace.load()
    placed = set(workspace.sql('SELECT "id.email" AS who FROM events', reveal=True).column("who"))
    aside = {row["raw"].split(",")[3] for row in workspace.rejects(limit=1000) if "edge" in row["raw"]}
    edges = {f"edge{n}@mail.example" for n in range(len(EDGES))}
    assert placed & edges | aside == edges
    assert not placed & aside
    for at in ("2024-02-29T23:59:59.999999Z", "2025-03-30T02:30:00", "1970-01-01T00:00:00Z"):
        assert f"edge{EDGES.index(at)}@mail.example" in placed, at
    workspace.map().to("html")
    workspace.write_journeys(tmp_path / "all.xes")
