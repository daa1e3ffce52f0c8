"""Loads are listed and taken back by the command line: it says what will go, asks, and says what was done."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path

from tests.commands import cli, command, small_shop

WRONG = "x1,2024-09-01,c3@mail.example,7.00\n"


def test_a_wrong_file_is_taken_back_and_the_map_is_that_of_before(tmp_path: Path) -> None:
    folder = small_shop(tmp_path / "shop")
    assert cli("loads", "list", folder).code == 1, "nothing has been loaded yet"
    cli("load", folder)
    before = cli("stages", folder).out
    right = (folder / "orders.csv").read_text("utf-8")
    (folder / "orders.csv").write_text(right.replace("20.00", "21.00") + WRONG, "utf-8")
    cli("load", folder)
    assert cli("stages", folder).out != before
    listed = cli("loads", "list", folder)
    assert [line.split()[0] for line in listed.out.splitlines()[2:]] == ["2", "1"]
    refused = cli("loads", "undo", folder, 2)
    assert refused.code == 1
    assert "Say --yes to do it." in refused.err
    assert "orders" in refused.out, "what would go is shown before"
    assert cli("stages", folder).out != before
    done = cli("loads", "undo", folder, 2, "--yes", "--json")
    assert (done.code, done.json["undone"], done.json["events"]) == (0, [2], 15)
    assert cli("stages", folder).out.split("Changed since")[0] == before
    assert "taken back" in cli("loads", "list", folder).out
    (folder / "orders.csv").write_text(right, "utf-8")
    assert cli("load", folder, "--json").json["events"] == 0, "the file is as it was"


def test_what_cannot_be_taken_back_says_why(tmp_path: Path) -> None:
    folder = small_shop(tmp_path / "shop")
    cli("load", folder)
    with (folder / "orders.csv").open("a") as file:
        file.write(WRONG)
    cli("load", folder)
    built_on = cli("loads", "undo", folder, 1, "--yes")
    assert (built_on.code, "Later loads have built on load 1: 2" in built_on.err) == (1, True)
    unknown = cli("loads", "undo", folder, 9, "--yes", "--json")
    assert (unknown.code, unknown.json["error"]["code"]) == (1, "not_found")
    assert cli("loads", "undo", folder, 1, "--and-later", "--yes").code == 0
    again = cli("loads", "undo", folder, 1, "--yes")
    assert (again.code, "was taken back already" in again.err) == (1, True)
    assert cli("stages", folder).code == 0, "a workspace without events answers, too"
    assert cli("load", folder, "--json").json["events"] == 136


def test_on_a_terminal_it_asks_and_no_is_no(tmp_path: Path) -> None:
    folder = small_shop(tmp_path / "shop")
    cli("load", folder)
    for answer, code in ((b"n\n", 1), (b"y\n", 0)):
        ours, theirs = pty.openpty()
        child = subprocess.Popen(
            command("loads", "undo", folder, 1),
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        os.write(ours, answer)
        said = child.communicate()[0].decode()
        assert child.returncode == code, said
        assert "Take this back?" in said
        os.close(ours)
        os.close(theirs)
    assert "taken back" in cli("loads", "list", folder).out
