"""Files that are written as a whole or not at all."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from desirepath.app.whole_files import replaced, write_file
from desirepath.core.errors import WorkspaceError
from tests.commands import PATIENCE


def test_a_writer_who_gives_up_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "answer.csv"
    path.write_bytes(b"old")
    with (
        pytest.raises(WorkspaceError, match=r"Cannot write .*answer\.csv: the disk is full\."),
        replaced(path) as beside,
    ):
        beside.write_bytes(b"half of the n")
        raise OSError("the disk is full")
    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["answer.csv"]


def test_a_link_stays_a_link_and_what_it_means_is_written(tmp_path: Path) -> None:
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    real.write_bytes(b"old")
    link.symlink_to(real)
    write_file(link, b"new")
    assert link.is_symlink() and real.read_bytes() == b"new"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    write_file(pipe, b"through the pipe")
    reader.join(timeout=PATIENCE)
    assert read == [b"through the pipe"] and pipe.is_fifo()


def test_a_folder_is_no_file_and_says_so(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="Cannot write"):
        write_file(tmp_path, b"anything")
    assert not list(tmp_path.iterdir())


def test_the_folder_of_a_file_is_made(tmp_path: Path) -> None:
    path = tmp_path / "answers" / "2026" / "map.html"
    write_file(path, b"<html>")
    assert path.read_bytes() == b"<html>"
