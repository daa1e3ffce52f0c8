"""What happens when a load is killed, when two want to write, when the disk says no."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from desirepath.app.load import DATABASE
from desirepath.core.errors import WorkspaceBusy, WorkspaceError
from desirepath.store.events_db import EventStore
from tests.loaded import HEAD, WEB, Loaded

REPO = Path(__file__).resolve().parents[2]
KILLS = int(os.environ.get("DESIREPATH_KILLS", "8"))  # `./run faults` kills a hundred times
SEVERAL = (
    WEB.replace("web.csv", "'web-*.csv'")
    + """
  deals:
    files: deals.csv
    key: deal
    time: ts
    event: Deal Opened
    identifiers: {user_id: user}
"""
)
# The child loads and says when it begins, so that the killing falls into the load and not into the imports.
CHILD = """
import sys
from pathlib import Path
from tests.loaded import Loaded
shop = Loaded(Path(sys.argv[1]), Path(sys.argv[1], "sources.yaml").read_text())
print("begun", flush=True)
shop.load()
"""


HOLD = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"


def fill(shop: Loaded, parts: int = 6, rows: int = 4000) -> None:
    for part in range(parts):
        lines = (
            f"2025-01-{1 + n % 28:02} 10:00,Page Viewed,a{part}-{n},{'' if n % 3 else f'u{n}'},\n"
            for n in range(rows)
        )
        shop.write(f"web-{part}.csv", HEAD + "".join(lines) + "bad,x,a,,\n")
    deals = (f"d{n % 3000},2025-02-01,u{n}\n" for n in range(rows))
    shop.write("deals.csv", "deal,ts,user\n" + "".join(deals))


def start_child(folder: Path, program: str = CHILD) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": f"{REPO / 'src'}{os.pathsep}{REPO}"}
    child = subprocess.Popen(
        [sys.executable, "-c", program, str(folder)], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None and child.stdout.readline() == "begun\n"
    return child


@pytest.mark.slow
def test_a_load_that_is_killed_at_any_moment_can_go_on(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    calm, shaken = Loaded(tmp_path / "calm", SEVERAL), Loaded(tmp_path / "shaken", SEVERAL)
    fill(calm)
    fill(shaken)
    began = time.perf_counter()
    calm.load()
    whole = time.perf_counter() - began
    killed = 0
    for _ in range(KILLS):
        child = start_child(shaken.folder)
        time.sleep(chance.uniform(0, whole))
        child.send_signal(signal.SIGKILL)
        assert child.wait() in (-signal.SIGKILL, 0)
        killed += child.returncode == -signal.SIGKILL
        assert child.stdout is not None
        child.stdout.close()
        if (shaken.stores / DATABASE).exists():
            with shaken.open(write=True) as store:  # it opens, and every part is there whole or not at all
                sizes = store.rows("SELECT count(*) FROM event_log JOIN parts USING (part) GROUP BY part")
                assert {n for (n,) in sizes} <= {4000, 3000}
    assert killed
    shaken.load()
    assert shaken.everything() == calm.everything()
    assert shaken.reasons() == calm.reasons()
    assert shaken.load().events == 0
    assert not (shaken.stores / "loading").exists()


def test_two_writers_and_a_reader_beside_a_writer_are_told_who_is_in_the_way(tmp_path: Path) -> None:
    shop = Loaded(tmp_path)
    shop.write("web.csv", HEAD)
    shop.load()
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(shop.stores / DATABASE)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert holder.stdout is not None and holder.stdin is not None
    holder.stdout.readline()
    try:
        for attempt in (shop.load, shop.open):
            with pytest.raises(WorkspaceBusy, match=rf"process {holder.pid}") as busy:
                attempt()
            assert busy.value.facts["pid"] == holder.pid
    finally:
        holder.stdin.close()
        holder.wait()
        holder.stdout.close()
    shop.load()


def test_several_may_read_while_nobody_writes(tmp_path: Path) -> None:
    shop = Loaded(tmp_path)
    shop.write("web.csv", HEAD + "2025-01-01,Page Viewed,a1,,\n")
    shop.load()
    with shop.open() as one, shop.open() as other:
        assert one.rows("SELECT event FROM events") == other.rows("SELECT event FROM events")


def test_a_reader_can_neither_write_nor_reach_other_files(tmp_path: Path) -> None:
    shop = Loaded(tmp_path)
    path = shop.write("web.csv", HEAD + "2025-01-01,Page Viewed,a1,,\n")
    shop.load()
    with shop.open() as store:
        for wrong in (
            "INSERT INTO meta VALUES ('a', 'b')",
            f"SELECT * FROM read_csv('{path}')",
            f"COPY events TO '{tmp_path / 'out.csv'}'",
            "INSTALL httpfs",
            "LOAD httpfs",
            "SET enable_external_access = true",
            "ATTACH 'other.duckdb'",
        ):
            with pytest.raises(Exception, match=r"read-only|disabled|locked|not allowed|Cannot"):
                store.execute(wrong)
    assert not (tmp_path / "out.csv").exists()


def test_nothing_loaded_yet_says_so(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="Nothing has been loaded here yet"):
        EventStore.open(tmp_path / DATABASE)


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Loaded(tmp_path)
    shop.write("web.csv", HEAD)
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write anywhere
    with pytest.raises(WorkspaceError, match="Cannot write in"):
        shop.load()


def test_a_store_of_another_version_is_refused(tmp_path: Path) -> None:
    shop = Loaded(tmp_path)
    shop.write("web.csv", HEAD)
    shop.load()
    with shop.open(write=True) as store:
        store.set_meta("schema", "0")
    with pytest.raises(WorkspaceError, match="another version"):
        shop.open()


# A limit on the size of files stands for a full disk: writing fails in the middle.
FULL = CHILD.replace("import sys", "import resource, signal, sys").replace(
    "shop.load()",
    """
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, 1_500_000))
try:
    shop.load()
except Exception as error:
    print(type(error).__name__, error, flush=True)
""",
)


def test_a_load_onto_a_full_disk_says_so_and_can_go_on(tmp_path: Path) -> None:
    calm, full = Loaded(tmp_path / "calm", SEVERAL), Loaded(tmp_path / "full", SEVERAL)
    for shop in (calm, full):
        fill(shop, parts=8, rows=20_000)
    calm.load()
    child = start_child(full.folder, FULL)
    said = child.communicate()[0]
    assert said.startswith("WorkspaceError The disk under"), said
    full.load()
    assert full.everything() == calm.everything()
