"""What the server lives through: a full disk, being killed while it loads, jobs that are stopped, lost readers."""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from desirepath.app.workspace import Workspace
from desirepath.testing import FixedClock
from desirepath.web.jobs import Job, Jobs
from tests.commands import PATIENCE, small_shop

API = "/api/v1"
# A server whose files cannot grow beyond so many bytes, as on a full disk.
_SERVER = """
import resource, signal, sys, threading
from pathlib import Path
from desirepath.web.api import app_for
from desirepath.web.server import listen
import uvicorn
sock = listen("127.0.0.1", 0)
port = sock.getsockname()[1]
if int(sys.argv[2]):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
print(port, flush=True)
uvicorn.Server(uvicorn.Config(app_for(Path(sys.argv[1]), port), log_level="error")).run([sock])
"""


@contextmanager
def server(folder: Path, limit: int = 0) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server in a process of its own, and its port."""
    said = [sys.executable, "-c", _SERVER, str(folder), str(limit)]
    with subprocess.Popen(said, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, int(process.stdout.readline())
        finally:
            process.kill()


def ask(port: int, method: str, path: str, body: bytes | None = None) -> tuple[int, Any]:
    """The status, and the answer's JSON."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    head = {"Content-Type": "application/json"} if body and body[:1] == b"{" else {}
    connection.request(method, f"{API}{path}", body, head)
    said = connection.getresponse()
    told = json.loads(said.read())
    connection.close()
    return said.status, told


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small shop, loaded."""
    made = small_shop(tmp_path / "shop", 12)
    Workspace.open(made, clock=FixedClock()).load()
    return made


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit there")
def test_a_full_disk_is_a_problem_in_words_and_nothing_is_lost(folder: Path) -> None:
    journey = (folder / "journey.yaml").read_bytes()
    with server(folder, limit=1_000) as (_, port):
        status, told = ask(port, "POST", "/uploads?name=orders2.csv", b"order_no,total\n" * 10_000)
        assert (status, told["code"]) == (409, "disk_full")
        assert "Free some space" in told["hint"]
        status, told = ask(port, "GET", "/uploads")
        assert (status, told["files"]) == (200, [])
        rule = {"label": "Buyers", "rule": "ever(event = 'Order Completed')", "about": "x" * 1_500}
        status, told = ask(port, "PUT", "/segments/buyers", json.dumps(rule).encode())
        assert (status, told["code"]) == (409, "workspace")
        assert "journey.yaml" in told["detail"]
        assert ask(port, "GET", "/workspace/data")[0] == 200
    assert (folder / "journey.yaml").read_bytes() == journey
    assert not list((folder / ".desirepath" / "incoming").iterdir())


def test_a_server_that_is_killed_while_it_loads_is_started_anew_and_loads_the_rest(folder: Path) -> None:
    before = {"events": 0, "orders": 0}
    with server(folder) as (_, port):
        before["events"] = ask(port, "GET", "/workspace/data")[1]["events"]
    lines = [f"new-{n},2024-09-01T10:00:00Z,c{n % 9}@mail.example,12.00\n" for n in range(20_000)]
    with (folder / "orders.csv").open("a", encoding="utf-8") as file:
        file.writelines(lines)
    with server(folder) as (process, port):
        job = ask(port, "POST", "/loads", b"{}")[1]["id"]
        while ask(port, "GET", f"/jobs/{job}")[1]["share"] <= 0:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
    with server(folder) as (_, port):
        status, told = ask(port, "GET", "/workspace/data")
        assert status == 200
        assert told["events"] in (before["events"], before["events"] + len(lines))
        job = ask(port, "POST", "/loads", b"{}")[1]["id"]
        while (told := ask(port, "GET", f"/jobs/{job}")[1])["state"] == "running":
            time.sleep(0.05)
        assert told["state"] == "done", told
        assert ask(port, "GET", "/workspace/data")[1]["events"] == before["events"] + len(lines)


def threads_of(pid: int) -> int:
    """How many threads a process has."""
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="only Linux tells threads so")
def test_who_follows_a_job_and_goes_away_leaves_no_thread(folder: Path) -> None:
    with server(folder) as (process, port):
        assert ask(port, "GET", "/workspace/data")[0] == 200
        job = ask(port, "POST", "/loads", b"{}")[1]["id"]
        followers = []
        before = threads_of(process.pid)
        for _ in range(30):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
            connection.request("GET", f"{API}/jobs/{job}/events")
            followers.append(connection)
        ends = [one.getresponse().read().decode() for one in followers[:15]]  # read to the end: it does end
        for one in followers:
            one.close()
        told = [json.loads(end.strip().splitlines()[-1].removeprefix("data: ")) for end in ends]
        assert {one["state"] for one in told} == {"done"}
        over = time.monotonic() + PATIENCE
        while threads_of(process.pid) > before + 2 and time.monotonic() < over:
            time.sleep(0.05)  # the server hears a moment later that nobody reads on
        assert threads_of(process.pid) <= before + 2
        assert ask(port, "GET", "/workspace")[1]["state"] == "current"


def test_a_stopped_job_frees_its_thread_and_few_ended_ones_are_kept() -> None:
    jobs, begun = Jobs(), threading.Event()

    def on_and_on(job: Job) -> None:
        while True:
            begun.set()
            job.say("on and on", 0.5)
            time.sleep(0.001)

    running = jobs.start("endless", on_and_on)
    begun.wait()
    jobs.stop_all(wait=10)
    assert running.now()[1]["state"] == "stopped"
    ended = [jobs.start("short", lambda job: None) for _ in range(200)]
    for one in ended:
        list(one.changes())
    assert not [one for one in threading.enumerate() if one.name == "job-endless"]
    jobs.start("last", lambda job: None)
    assert len(jobs._jobs) <= 52
