"""The command as a program among others: its name, pipes, terminals, signals, completion."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.cells import cell_len

import desirepath
from tests.commands import cli, command, process, small_shop


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = small_shop(tmp_path_factory.mktemp("process") / "shop")
    assert cli("load", folder, "-q").code == 0
    return folder


def test_its_version_by_either_name() -> None:
    script = Path(sys.executable).with_name("desirepath")
    for said in (
        process("--version").out,
        subprocess.run([script, "--version"], capture_output=True, text=True, check=True).stdout,
    ):
        assert said == f"{desirepath.__version__}\n"


def test_answers_and_errors_go_their_ways(shop: Path) -> None:
    good = process("stages", shop, "--json")
    assert (good.code, good.err) == (0, "")
    assert json.loads(good.out)["stages"]
    bad = process("stages", shop, "--segment", "nobody")
    assert (bad.code, bad.out) == (1, "")
    assert 'no segment "nobody"' in bad.err
    assert process("nonsense").code == 2


def test_a_reader_that_goes_away_is_no_error(shop: Path) -> None:
    with subprocess.Popen(
        command("map", shop, "--format", "json", "-o", "-", "-q"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as map_:
        assert map_.stdout is not None
        assert map_.stderr is not None
        map_.stdout.read(10)
        map_.stdout.close()
        assert map_.stderr.read() == b""
        assert map_.wait() == 0


def test_names_that_the_terminal_cannot_write_stop_nothing(tmp_path: Path) -> None:
    folder = small_shop(tmp_path / "bücher", extra_visits="Ad Clicked,überall,d1,安娜@mail.example,ads,\n")
    assert cli("load", folder, "-q").code == 0
    people = process("rejects", folder, PYTHONIOENCODING="ascii")
    assert people.code == 0
    assert "\\xfcberall" in people.out
    programs = process("rejects", folder, "--json", PYTHONIOENCODING="ascii")
    assert "überall" in json.loads(programs.out)["rejects"][1]["raw"]


def on_a_terminal(*args: object, columns: int, environment: dict[str, str] | None = None) -> str:
    """What a person sees in a terminal of that width."""
    ours, theirs = pty.openpty()
    fresh = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR")}
    with subprocess.Popen(
        command(*args), stdout=theirs, stderr=theirs, stdin=theirs, start_new_session=True,
        env={**fresh, "TERM": "xterm", "COLUMNS": str(columns), **(environment or {})},
    ) as child:  # fmt: skip
        os.close(theirs)
        said = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # Linux says so when the last writer has gone
                break
            if not piece:
                break
            said += piece
        child.wait()
    os.close(ours)
    return said.decode()


def test_a_narrow_terminal(shop: Path) -> None:
    said = on_a_terminal("stages", shop, columns=60, environment={"NO_COLOR": "1"})
    table = [line for line in said.replace("\r", "").splitlines() if line[:9] in ("stage    ", "awareness")]
    assert max(cell_len(line.rstrip()) for line in table if "?" not in line) <= 60
    assert "in flight" in said


def test_a_terminal_sees_progress_and_then_only_the_answer(shop: Path, tmp_path: Path) -> None:
    folder = small_shop(tmp_path / "shop")
    said = on_a_terminal("load", folder, columns=100)
    assert "placing customers" in said
    assert "new events" in said
    quiet = on_a_terminal("load", small_shop(tmp_path / "other"), "-q", columns=100)
    assert "placing customers" not in quiet


def test_ctrl_c_says_that_what_was_loaded_is_kept(tmp_path: Path) -> None:
    folder = small_shop(tmp_path / "shop")
    (folder / "visits.csv").unlink()
    os.mkfifo(folder / "visits.fifo")
    code = (
        "import signal, sys, os, desirepath.app.load as load, desirepath.cli.program as p\n"
        "load.find_files = lambda *a: (print('loading', file=sys.stderr, flush=True), signal.pause())\n"
        "sys.exit(p.run(['load', sys.argv[1]]))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stderr is not None
        assert child.stderr.readline() == "loading\n"
        time.sleep(0.2)
        child.send_signal(signal.SIGINT)
        said = child.stderr.read()
        assert child.wait() == 130
    assert said == "Stopped. What was loaded is kept; run it again to go on.\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_printed_for_each_shell(shell: str) -> None:
    said = process("--show-completion", shell, _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")
    assert said.code == 0
    assert "_DESIREPATH_COMPLETE" in said.out


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("desirepath sta", {"stages"}),
        ("desirepath explain ", {"customer", "visit"}),
        ("desirepath stages {} --members de", {"decision:"}),
        ("desirepath stages {} --members decision:la", {"decision:lapsed"}),
        ("desirepath stages {} --segment ", {"from_ads", "keen"}),
        ("desirepath load {} --only o", {"orders"}),
        ("desirepath explain visit {} ana ", {"awareness", "consideration", "decision", "retention"}),
        ("desirepath map {} --format m", {"md", "mmd"}),
        ("desirepath load nowhere --only o", set()),
    ],
)
def test_names_are_completed_from_the_workspace(shop: Path, typed: str, offered: set[str]) -> None:
    words = typed.format(shop)
    said = process(
        _DESIREPATH_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=str(len(words.split(" ")) - 1)
    )
    assert set(said.out.split()) == offered
