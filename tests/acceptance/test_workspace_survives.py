"""A workspace outlives whoever works on it: kills, a second process, a full disk, a folder that cannot be written."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from desirepath.app.workspace import Workspace
from desirepath.core.errors import WorkspaceBusy, WorkspaceError
from desirepath.testing import FixedClock
from tests.commands import cli, small_shop

REPO = Path(__file__).resolve().parents[2]
KILLS = int(os.environ.get("DESIREPATH_KILLS", "12"))  # `./run faults` kills a hundred times


def opened(folder: Path) -> Workspace:
    return Workspace.open(folder, clock=FixedClock())


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = small_shop(tmp_path_factory.mktemp("survives") / "shop")
    opened(folder).load()
    return folder


@pytest.fixture
def own(shop: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(shop, tmp_path / "shop"))


def asked(folder: Path) -> list[int]:
    return [one.entered for one in opened(folder).stages()]


def builds(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / ".desirepath" / "trails").iterdir())


# ── kills ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_a_kill_at_any_moment_leaves_a_workspace_that_opens_and_goes_on(own: Path, seed: int) -> None:
    rounds = KILLS
    done = subprocess.run(
        [sys.executable, "-m", "tests.killed", str(own), str(seed), str(rounds)],
        capture_output=True, text=True, check=False, cwd=REPO,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    *told, end = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(told) == rounds
    for one in told:
        counts, visits, customers = json.loads(one["between"])
        assert counts[0][1] > 0, one
        assert visits >= customers > 0
        # Whatever was killed: the state of before, or the state of after, and nothing between.
        allowed = (one["before"], one["whole"])
        assert one["between"] in allowed or one["work"] in ("decides", "takes_back"), one
        fine = ("nobody decided", "has been taken back", "was taken back")
        assert "Error" not in one["last"] or any(words in one["last"] for words in fine), one
        assert one["builds"] == 1, one
        assert set(one["inside"]) <= {"events.duckdb", "trails"}, one
        assert one["whole"].startswith("[["), one
    assert not [name for one in told[-1:] for name in one["drafts"] if not name.startswith(".map.md")]
    # After all kills: nothing is lost, and nothing is there twice.
    assert end["shaken"] == end["calm"]


# ── a second process ─────────────────────────────────────────────────────────────────────────────────────

_HOLDER = """
import sys, time
from pathlib import Path
from desirepath.store.events_db import EventStore
with EventStore.open(Path(sys.argv[1]) / ".desirepath" / "events.duckdb", write=sys.argv[2] == "write"):
    print("open", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held(folder: Path, how: str) -> Iterator[int]:
    """Another process has the store open to read or write; its process id."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(folder), how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "open\n"
        yield child.pid
        child.communicate()


def test_while_another_process_writes_everything_says_so(own: Path) -> None:
    with held(own, "write") as pid:
        for args in (("load",), ("stages",), ("map",), ("rejects",), ("identity", "merges")):
            said = cli(*args, own, "--json")
            assert said.code == 1
            assert said.json["error"]["code"] == "workspace_busy", args
            assert said.json["error"]["facts"]["pid"] == pid
        assert f"(process {pid})" in cli("load", own).err
    assert cli("load", own).code == 0


def test_while_others_read_anybody_may_read_and_nobody_may_write(own: Path) -> None:
    with held(own, "read"), held(own, "read"):
        assert cli("stages", own).code == 0
        assert cli("map", own).code == 0
        with opened(own).asking() as one, opened(own).asking() as two:
            assert [a.entered for a in one.stages()] == [a.entered for a in two.stages()]
        with pytest.raises(WorkspaceBusy):
            opened(own).load()
    opened(own).load()


def test_a_question_that_needs_placing_waits_for_nobody_and_says_so(own: Path) -> None:
    journey = own / "journey.yaml"
    journey.write_text(journey.read_text("utf-8").replace("30 days", "31 days"), "utf-8")
    with held(own, "read"), pytest.raises(WorkspaceBusy):
        opened(own).stages()
    opened(own).stages()


# ── a full disk ──────────────────────────────────────────────────────────────────────────────────────────

_LIMITED = """
import resource, signal, sys
import desirepath
from desirepath.core.errors import WorkspaceError
workspace = desirepath.open(sys.argv[1])
workspace.stages()
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    workspace.refresh(force=True)
except WorkspaceError as error:
    print(error)
"""


def limited(folder: Path, size: int) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, str(folder), str(size)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("size", [100, 700, 4000])
def test_a_file_that_cannot_grow_leaves_what_was_there(own: Path, size: int) -> None:
    """RLIMIT_FSIZE: the system refuses to let any file grow beyond so many bytes, as a full disk would."""
    want, before = asked(own), builds(own)
    said = limited(own, size)
    assert "is full." in said
    assert "Traceback" not in said
    assert builds(own) == before
    assert asked(own) == want


@contextmanager
def small_disk(where: Path, megabytes: int) -> Iterator[Path]:
    """A disk of its own, where we may mount one."""
    where.mkdir()
    options = f"size={megabytes}m"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", where], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no right to mount a disk; the limit on file sizes above tests the same")
    try:
        yield where
    finally:
        subprocess.run(["umount", "-l", where], check=True)


@pytest.mark.skipif(shutil.which("mount") is None or os.geteuid() != 0, reason="only root mounts disks")
def test_a_disk_that_is_full_leaves_what_was_there(own: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 24) as disk:
        folder = Path(shutil.copytree(own, disk / "shop"))
        want, before = asked(folder), builds(folder)
        with (disk / "ballast").open("wb") as ballast:
            free = shutil.disk_usage(disk).free
            ballast.write(b"x" * (free - 10_000))
        with pytest.raises(WorkspaceError, match="is full"):
            opened(folder).refresh(force=True)
        assert builds(folder) == before
        assert asked(folder) == want
        (folder / "map.html").write_text("the old map", "utf-8")
        said = cli("map", folder)
        assert said.code == 1
        assert "No space left" in said.err
        assert (folder / "map.html").read_text("utf-8") == "the old map"
        assert sorted(path.name for path in folder.glob(".map*")) == []
        (disk / "ballast").unlink()
        opened(folder).refresh(force=True)
        assert asked(folder) == want


# ── a folder that cannot be written ──────────────────────────────────────────────────────────────────────


@contextmanager
def read_only(folder: Path, tmp_path: Path) -> Iterator[Path]:
    """The workspace where nothing can be written: by its rights; for root, who needs none, on a read-only disk."""
    if os.geteuid() != 0:
        places = [folder, *folder.rglob("*")]
        rights = {path: path.stat().st_mode for path in places}
        for path in places:
            path.chmod(rights[path] & ~0o222)
        yield folder
        for path in places:
            path.chmod(rights[path])
        return
    with small_disk(tmp_path / "disk", 64) as disk:
        copy = Path(shutil.copytree(folder, disk / "shop"))
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        yield copy


def test_a_read_only_workspace_answers_while_its_build_is_current(own: Path, tmp_path: Path) -> None:
    want = asked(own)
    with read_only(own, tmp_path) as folder:
        assert asked(folder) == want
        assert cli("map", folder, "-o", tmp_path / "map.html").code == 0
        assert cli("explain", "visit", folder, "c0@mail.example").code == 0
        said = cli("map", folder)
        assert said.code == 1
        assert "Cannot write" in said.err
        assert "Cannot write" in cli("load", folder).err


def test_a_read_only_workspace_that_is_out_of_date_says_why_it_cannot_answer(
    own: Path, tmp_path: Path
) -> None:
    journey = own / "journey.yaml"
    journey.write_text(journey.read_text("utf-8").replace("30 days", "31 days"), "utf-8")
    with read_only(own, tmp_path) as folder:
        said = cli("stages", folder)
        assert said.code == 1
        assert "have changed since customers were placed, and they cannot be placed again." in said.err
        assert "Cannot write" in said.err
