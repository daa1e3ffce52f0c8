"""`serve` and `demo` as people start and end them: in a process of their own, with Ctrl-C."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from desirepath.app.workspace import Workspace
from desirepath.testing import FixedClock
from tests.commands import PATIENCE, cli, small_shop


@contextmanager
def started(*words: object) -> Iterator[tuple[subprocess.Popen[str], int, str]]:
    """The command in a process, its port once it has told the address, and what it said until then."""
    said = [sys.executable, "-m", "desirepath", *map(str, words)]
    no_screen = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "BROWSER")}
    with subprocess.Popen(
        said, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=no_screen
    ) as process:
        try:
            assert process.stdout is not None
            heard = ""
            for line in process.stdout:
                heard += line
                found = re.search(r"http://127\.0\.0\.\d:(\d+)/", line)
                if found:
                    yield process, int(found[1]), heard
                    break
            else:
                pytest.fail(f"no address: {heard}")
        finally:
            process.kill()


def get(port: int, path: str, host: str = "127.0.0.1") -> tuple[int, bytes]:
    """The status and the body."""
    connection = http.client.HTTPConnection(host, port, timeout=PATIENCE)
    connection.request("GET", path)
    said = connection.getresponse()
    body = said.read()
    connection.close()
    return said.status, body


def workspace_at(port: int) -> dict[str, Any]:
    """What the API says of the workspace."""
    status, body = get(port, "/api/v1/workspace")
    told: dict[str, Any] = json.loads(body)
    assert status == 200, told
    return told


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small shop, loaded."""
    made = small_shop(tmp_path / "shop", 12)
    Workspace.open(made, clock=FixedClock()).load()
    return made


def test_serve_says_where_it_is_answers_and_ends_quietly_with_ctrl_c(folder: Path) -> None:
    with started("serve", folder, "--port", 0) as (process, port, said):
        assert "Ctrl-C" in said
        status, page = get(port, "/stages/decision")
        assert status in (200, 503)  # 503: the pages are not built here
        assert b"<!doctype html>" in page.lower()
        assert workspace_at(port)["state"] == "current"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, err) == (0, "", "")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a machine has one such address")
def test_the_address_that_was_asked_for_is_answered(folder: Path) -> None:
    with started("serve", folder, "--host", "127.0.0.2", "--port", 0) as (_, port, said):
        assert f"http://127.0.0.2:{port}/" in said
        assert get(port, "/", "127.0.0.2")[0] in (200, 503)
        assert get(port, "/api/v1/workspace", "127.0.0.2")[0] == 200


def test_two_apps_on_one_workspace_have_two_ports(folder: Path) -> None:
    with (
        started("serve", folder, "--no-browser") as (_, one, _),
        started("serve", folder, "--no-browser") as (_, other, _),
    ):
        assert one != other
        assert workspace_at(one)["stored"] == workspace_at(other)["stored"]


def test_a_port_that_is_taken_is_told_with_one_that_is_free(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = cli("serve", folder, "--port", port)
    assert said.code == 1
    assert f"Cannot listen on 127.0.0.1:{port}" in said.err
    free = re.search(r"Free is: --port (\d+)", said.err)
    assert free is not None
    assert int(free[1]) > port


def test_a_folder_in_whatever_state_is_served_and_told(folder: Path, tmp_path: Path) -> None:
    with started("serve", tmp_path / "new", "--port", 0) as (_, port, _):
        assert workspace_at(port)["state"] == "empty"

    shutil.rmtree(folder / ".desirepath")
    with started("serve", folder, "--port", 0) as (_, port, _):
        assert workspace_at(port)["state"] == "new"

    (folder / ".desirepath").mkdir()
    (folder / ".desirepath" / "events.duckdb").write_bytes(b"DUCK half of it")
    with started("serve", folder, "--port", 0) as (_, port, _):
        status, body = get(port, "/api/v1/workspace/data")
        told = json.loads(body)
        assert (status, told["code"]) == (409, "workspace")
        assert "delete the folder .desirepath" in told["hint"]

    (folder / "journey.yaml").write_text("journey: A shop\nstages:\n  awareness: {ent", "utf-8")
    with started("serve", folder, "--port", 0) as (_, port, _):
        status, body = get(port, "/api/v1/workspace")
        assert status == 422
        assert json.loads(body)["problems"][0]["file"].endswith("journey.yaml")


@pytest.mark.slow
def test_the_demo_is_made_and_opened_and_the_next_time_only_opened(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    with started("demo", folder, "--customers", 300, "--port", 0) as (process, port, said):
        assert "events of" in said
        assert "map.html" in said
        assert workspace_at(port)["state"] == "current"
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=PATIENCE) == 0
    changed = (folder / "map.html").stat().st_mtime_ns
    with started("demo", folder, "--port", 0, "--no-browser") as (_, port, said):
        assert "events of" not in said
        assert workspace_at(port)["state"] == "current"
    assert (folder / "map.html").stat().st_mtime_ns == changed
