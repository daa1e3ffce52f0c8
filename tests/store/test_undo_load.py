"""Taking a load back: what it brought is gone, what it corrected or replaced holds again, and the ledger says so."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import pytest

from desirepath.app.load import LoadFailed
from desirepath.app.loads import loads_table, plan_undo, undo
from desirepath.core.errors import NotFound, WorkspaceError
from tests.loaded import HEAD, WEB, Loaded

DEALS = """
sources:
  deals:
    files: "deals-*.csv"
    key: deal
    time: ts
    event: Deal Opened
    identifiers: {user_id: user}
    value: amount
"""
DEAL_HEAD = "deal,ts,user,amount\n"
DAILY = WEB.replace("web.csv", "'web-*.csv'")


def take_back(shop: Loaded, number: int, *, and_later: bool = False) -> tuple[int, ...]:
    with shop.open(write=True) as store:
        return undo(store, number, and_later=and_later, clock=shop.clock).numbers


def day(number: int) -> str:
    return HEAD + f"2025-01-0{number} 10:00,Page Viewed,a{number},,\n"


def test_a_correction_is_taken_back_with_the_load_that_made_it(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, DEALS)
    shop.write("deals-1.csv", DEAL_HEAD + "d1,2025-01-01,u1,100\n")
    shop.load()
    shop.write("deals-2.csv", DEAL_HEAD + "d1,2025-01-01,u1,120\nd2,2025-01-02,u2,50\nd3,soon,u3,7\n")
    wrong = shop.load()
    assert shop.column("value") == [12000, 5000]
    assert take_back(shop, wrong.load_no) == (2,)
    assert shop.column("(key, value)") == [("d1", 10000)]
    assert shop.reasons() == []
    assert shop.ask("SELECT count(*) FROM event_log") == [(3,)], "events only grow"
    again = shop.load()
    assert (again.events, again.sources[0].corrected, again.rejected) == (2, 1, 1)


def test_what_went_and_came_back_can_be_found_by_the_number_of_the_undoing(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, DEALS)
    shop.write("deals-1.csv", DEAL_HEAD + "d1,2025-01-01,u1,100\n")
    shop.load()
    shop.write("deals-1.csv", DEAL_HEAD + "d1,2025-01-01,u1,120\n")
    shop.load()
    with shop.open() as store:
        before = store.events_version()
    take_back(shop, 2)
    with shop.open() as store:
        assert store.events_version() != before
    assert shop.ask("SELECT load_no, takes_back FROM loads WHERE takes_back IS NOT NULL") == [(3, 2)]
    assert shop.ask("SELECT event_no, by_load FROM superseded") == [(1, 3)]
    assert shop.ask("SELECT event_no, by_load FROM held_again") == [(0, 3)]
    assert shop.load().sources[0].corrected == 1, "the file says it still, and nobody knows it any more"
    assert shop.column("value") == [12000]


def test_a_load_on_which_nothing_was_built_can_go_alone(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, DAILY)
    for number in (1, 2, 3):
        shop.write(f"web-{number}.csv", day(number))
        shop.load()
    assert take_back(shop, 2) == (2,)
    assert shop.column('"id.anonymous_id"') == ["a1", "a3"]
    assert shop.load().events == 1, "its file is still there"


def test_a_load_on_which_another_was_built_goes_with_it_or_not_at_all(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, DAILY)
    shop.write("web-1.csv", day(1))
    shop.load()
    shop.write("web-1.csv", "2025-01-05 10:00,Page Viewed,a5,,\n", append=True)
    shop.load()
    with pytest.raises(WorkspaceError, match="have built on load 1: 2") as refused:
        take_back(shop, 1)
    assert refused.value.facts["later"] == [2]
    assert len(shop.column("row")) == 2, "nothing was taken back"
    assert take_back(shop, 1, and_later=True) == (2, 1)
    assert shop.column("row") == []


def test_rows_that_a_later_file_only_repeated_are_found_in_it_by_the_next_load(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, DAILY)
    shop.write("web-1.csv", day(1))
    shop.load()
    shop.write("web-2.csv", day(1))
    assert shop.load().events == 0
    assert take_back(shop, 1) == (1,), "the second load brought nothing: it is not in the way"
    (tmp_path / "web-1.csv").unlink()
    assert shop.load().events == 1


def test_a_load_that_read_a_source_otherwise_is_taken_back_to_the_earlier_way(tmp_path: Path) -> None:
    shop = Loaded(tmp_path)
    shop.write("web.csv", day(1))
    shop.load()
    shop.say(WEB.replace("channel: web", "channel: app"))
    shop.load()
    assert shop.column("channel") == ["app"]
    with shop.open() as store:
        assert plan_undo(store, 2).loads[0].sources[0].replaced == 1
    take_back(shop, 2)
    assert shop.column("channel") == ["web"]


def test_figures_and_rejects_of_the_reading_before_hold_again(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, "metrics:\n  ads: {files: ads.csv, day: day, channel: ads, clicks: n}\n")
    shop.write("ads.csv", "day,n\n2025-01-01,5\n2025-01-02,many\n2025-01-03,1\n")
    shop.load()
    shop.write("ads.csv", "day,n\n2025-01-01,6\n2025-01-02,7\n2025-01-03,1\n")
    shop.load()
    assert shop.ask("SELECT clicks FROM metrics ORDER BY day") == [(6,), (7,), (1,)]
    take_back(shop, 2)
    assert shop.ask("SELECT clicks FROM metrics ORDER BY day") == [(5,), (1,)]
    assert shop.reasons() == [(3, "number_unreadable")]


def test_rejects_of_a_file_that_was_too_bad_go_too(tmp_path: Path) -> None:
    shop = Loaded(tmp_path)
    shop.write("web.csv", day(1))
    shop.load()
    shop.write("web.csv", HEAD + "soon,Page Viewed,a1,,\n")
    with pytest.raises(LoadFailed):
        shop.load()
    assert shop.reasons() == [(2, "time_unreadable")]
    take_back(shop, 2)
    assert shop.reasons() == []


def test_the_ledger_lists_every_load_and_which_were_taken_back(tmp_path: Path) -> None:
    shop = Loaded(tmp_path)
    shop.write("web.csv", day(1) + "soon,Page Viewed,a2,,\n2025-01-02,Page Viewed,a3,,\n")
    shop.load()
    take_back(shop, 1)
    shop.load()
    with shop.open() as store:
        rows = loads_table(store).to_dicts()
        assert [(row["load"], row["sources"], row["parts"], row["rows"], row["events"]) for row in rows] == [
            (3, ("web",), 1, 3, 2),
            (1, ("web",), 1, 3, 2),
        ]
        assert [row["undone"] is not None for row in rows] == [False, True]
        with pytest.raises(WorkspaceError, match="taken back already"):
            plan_undo(store, 1)
        for unknown in (2, 7, 0, -1):  # 2 is the undoing itself
            with pytest.raises(NotFound, match=rf"no load {unknown}"):
                plan_undo(store, unknown)


@pytest.mark.slow
def test_an_undo_that_is_killed_is_done_or_not_done(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    shop = Loaded(tmp_path, DAILY)
    rows = "".join(f"2025-01-01 10:{n % 60:02},Page Viewed,b{n},,\n" for n in range(30_000))
    shop.write("web-1.csv", day(1))
    shop.load()
    without = shop.everything()
    shop.write("web-2.csv", HEAD + rows)
    shop.load()
    whole = shop.everything()
    began = time.perf_counter()
    take_back(shop, 2)
    took = time.perf_counter() - began
    shop.load()
    number = 4  # the undoing was 3
    for _ in range(6):
        pid = os.fork()
        if not pid:
            try:
                take_back(shop, number)
            finally:
                os._exit(0)
        time.sleep(chance.uniform(0, 1.5 * took))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        held = shop.everything()
        assert held in (whole, without)
        if held == without:
            assert shop.load().events == 30_000
            (number,) = shop.ask("SELECT max(load_no) FROM loads WHERE takes_back IS NULL")[0]
        assert shop.everything() == whole
