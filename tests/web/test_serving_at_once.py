"""Many at once: nobody who reads is refused because somebody writes, in this process or in another one."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from desirepath.app.serving import Serving
from desirepath.app.workspace import Workspace
from desirepath.testing import FixedClock
from desirepath.web.api import create_api
from tests.commands import PATIENCE, small_shop
from tests.web.conftest import client_of

API = "/api/v1"
READS: dict[str, Callable[[TestClient], Any]] = {
    "workspace": lambda client: client.get(f"{API}/workspace"),
    "data": lambda client: client.get(f"{API}/workspace/data"),
    "segments": lambda client: client.get(f"{API}/segments"),
    "kpis": lambda client: client.get(f"{API}/today/kpis"),
    "stages": lambda client: client.get(f"{API}/stages"),
    "written": lambda client: client.get(f"{API}/map/written"),
    "sources": lambda client: client.get(f"{API}/sources"),
    "loads": lambda client: client.get(f"{API}/loads"),
    "rejects": lambda client: client.get(f"{API}/rejects"),
    "notes": lambda client: client.get(f"{API}/notes"),
    "identity": lambda client: client.get(f"{API}/identity"),
    "try": lambda client: client.post(f"{API}/segments/try", json={"text": "ever(channel = 'ads')"}),
    "retention": lambda client: client.post(f"{API}/ask/retention", json={}),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small shop of one's own, loaded."""
    made = small_shop(tmp_path / "shop", 24)
    Workspace.open(made, clock=FixedClock()).load()
    return made


@pytest.fixture
def own(folder: Path) -> Iterator[TestClient]:
    """The app on it."""
    with client_of(folder) as client:
        yield client


def at_once(*work: Callable[[], None]) -> None:
    """Run them all in threads, and wait for all; the first mistake of any is raised."""
    mistakes: list[BaseException] = []

    def run(one: Callable[[], None]) -> None:
        try:
            one()
        except BaseException as error:  # whatever it is belongs to the test
            mistakes.append(error)

    threads = [threading.Thread(target=run, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if mistakes:
        raise mistakes[0]


def ended(client: TestClient, job: str) -> dict[str, Any]:
    """A job's last state."""
    over = time.monotonic() + PATIENCE
    while time.monotonic() < over:
        told: dict[str, Any] = client.get(f"{API}/jobs/{job}").json()
        if told["state"] != "running":
            return told
        time.sleep(0.02)
    raise AssertionError(f"job {job} does not end")


def test_whoever_reads_is_answered_while_others_save_load_and_place(own: TestClient, folder: Path) -> None:
    writing = threading.Semaphore(0)  # one more for each writer that has ended
    refused: list[tuple[str, int, str]] = []
    answered: Counter[str] = Counter()

    def keep(name: str, said: Any) -> None:
        if said.status_code != 200:
            refused.append((name, said.status_code, said.text[:300]))
        answered[name] += 1

    def save(id: str) -> None:
        for n in range(3):
            rule = {"label": id, "rule": f"count(event = 'Product Viewed') >= {n + 1}"}
            keep("save a segment", own.put(f"{API}/segments/{id}", json={**rule, "was": id if n else None}))
        keep("delete a segment", own.delete(f"{API}/segments/{id}"))

    def tell() -> None:
        for n in range(5):
            note = {"begins": "2024-03-01", "ends": "2024-03-02", "text": f"sale {n}"}
            keep("write a note", own.post(f"{API}/notes", json=note))
            keep("set a target", own.put(f"{API}/today/targets/decision", json={"rate": 0.2 + n / 10}))

    def load() -> None:
        for n in range(3):
            with (folder / "orders.csv").open("a", encoding="utf-8") as file:
                file.write(f"new-{n},2024-09-0{n + 1}T10:00:00Z,c{n}@mail.example,12.00\n")
            job = own.post(f"{API}/loads", json={})
            keep("load", job)
            assert ended(own, job.json()["id"])["state"] == "done"

    writers = (lambda: save("first"), lambda: save("second"), tell, load)

    def write(one: Callable[[], None]) -> None:
        try:
            one()
        finally:
            writing.release()

    over = threading.Event()

    def read(names: list[str]) -> None:
        while not over.is_set():
            for name in names:
                keep(name, READS[name](own))

    def wait() -> None:
        for _ in writers:
            writing.acquire()
        over.set()

    names = list(READS)
    at_once(
        *(lambda one=one: write(one) for one in writers),
        *(lambda k=k: read(names[k::4]) for k in range(4)),
        *[lambda: read(["workspace"])] * 2,  # the first thing that every page asks, and the quickest
        wait,
    )
    assert not refused
    assert answered["save a segment"] == 6
    assert answered["write a note"] == 5
    assert min(answered[name] for name in READS) > 0
    assert own.get(f"{API}/loads").json()[0]["events"] == 1


def command(folder: Path, *args: str, wait: str = str(PATIENCE)) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own."""
    said = [sys.executable, "-m", "desirepath", *args, str(folder)]
    patient = {**os.environ, "DESIREPATH_WAIT": wait}
    return subprocess.run(said, capture_output=True, text=True, check=False, env=patient)


def test_a_load_on_the_command_line_goes_well_while_the_app_is_used_and_is_seen_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESIREPATH_WAIT", str(PATIENCE))
    told: list[subprocess.CompletedProcess[str]] = []
    api = create_api(Serving(folder, FixedClock(), idle=0.1), hosts=("testserver",))
    with TestClient(api) as client:
        before = client.get(f"{API}/workspace").json()["stored"]
        events = client.get(f"{API}/workspace/data").json()["events"]
        with (folder / "orders.csv").open("a", encoding="utf-8") as file:
            file.write("new,2024-09-01T10:00:00Z,c1@mail.example,12.00\n")
        loading = threading.Thread(target=lambda: told.append(command(folder, "load")))
        loading.start()
        seen = []
        while loading.is_alive():
            seen.append(client.get(f"{API}/workspace/data").status_code)
            seen.append(client.get(f"{API}/segments").status_code)
            time.sleep(0.4)  # as somebody does who reads what is there: the store is let go of meanwhile
        loading.join()
        assert told[0].returncode == 0, told[0].stderr
        assert set(seen) == {200}
        assert client.get(f"{API}/workspace/data").json()["events"] == events + 1
        assert client.get(f"{API}/workspace").json()["stored"] != before


def test_two_apps_serve_one_workspace(folder: Path) -> None:
    with client_of(folder) as one, client_of(folder) as other:
        rule = {"label": "Buyers", "rule": "ever(event = 'Order Completed')"}
        assert other.get(f"{API}/segments").status_code == 200
        assert one.put(f"{API}/segments/buyers", json=rule).status_code == 200
        ids = [told["counted"]["id"] for told in other.get(f"{API}/segments").json()["people"]]
        assert "buyers" in ids
