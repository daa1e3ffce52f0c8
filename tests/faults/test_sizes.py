"""Things that are far too large: each is told or bounded, and costs neither the memory nor the good records."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.loaded import HEAD, WEB, Loaded

REPO = Path(__file__).resolve().parents[2]
GOOD = "2025-01-01,Page Viewed,a1,,\n"
GB = 1 << 30
# A child has its own memory to measure, and a limit that stops it before the machine is hurt.
CHILD = """
import resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
from tests.loaded import Loaded
shop = Loaded(Path(sys.argv[1]), Path(sys.argv[1], "sources.yaml").read_text())
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    summary = shop.load()
    print(summary.rows, summary.events, summary.rejected)
except Exception as error:
    print(type(error).__name__, error)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, file=sys.stderr)
"""


def load_apart(shop: Loaded) -> tuple[str, int]:
    """What a process of its own says of loading it, and by how many bytes its memory grew."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(shop.folder)], capture_output=True, text=True, cwd=REPO, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip(), int(done.stderr.strip().splitlines()[-1]) * 1024


@pytest.mark.slow
def test_a_line_of_two_gigabytes_costs_itself_only(tmp_path: Path) -> None:
    shop = Loaded(tmp_path)
    with (tmp_path / "web.csv").open("wb") as file:
        file.write((HEAD + GOOD).encode())
        file.write(b"2025-01-02,")
        # A hole in a file is read as zeros: two gigabytes of one field that take no room on the disk.
        file.seek(2 * GB, 1)
        file.write(b",a2,,\n")
        file.write(GOOD.replace("01-01", "01-03").replace("a1", "a3").encode())
    said, grown = load_apart(shop)
    assert said == "3 2 1"
    assert grown < 1.5 * GB
    (bad,) = shop.rejects()
    assert bad.line == 3 and len(bad.raw or "") < 100_000


def test_a_field_of_five_million_lines_is_told(tmp_path: Path) -> None:
    shop = Loaded(tmp_path)
    with (tmp_path / "web.csv").open("w") as file:
        file.write(HEAD + GOOD + '2025-01-02,"')
        for _ in range(10):
            file.write("x\n" * (1 << 19))
        file.write('",a2,,\n' + GOOD.replace("a1", "a3"))
    said, grown = load_apart(shop)
    assert (
        said.startswith("LoadFailed")
        and "more than 500,000 lines are no records; the first is line 3" in said
    )
    assert grown < GB


def test_a_field_of_ten_megabytes_costs_itself_only(tmp_path: Path) -> None:
    shop = Loaded(tmp_path)
    shop.write("web.csv", HEAD + GOOD + f'2025-01-02,"{"x" * 10_000_000}",a2,,\n' + GOOD.replace("a1", "a3"))
    said, grown = load_apart(shop)
    assert said == "3 2 1"
    assert grown < GB


def test_a_million_columns_are_told(tmp_path: Path) -> None:
    shop = Loaded(tmp_path)
    names = ",".join(f"c{n}" for n in range(1_000_000))
    shop.write("web.csv", f"{HEAD.strip()},{names}\n{GOOD}")
    said, grown = load_apart(shop)
    assert said.startswith("LoadFailed") and "at most 2,000" in said
    assert grown < GB


def test_a_million_keys_in_json_are_told(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, WEB.replace("web.csv", "web.jsonl"))
    keys = ", ".join(f'"k{n}": {n}' for n in range(1_000_000))
    shop.write("web.jsonl", f'{{"ts": "2025-01-01", "event": "Page Viewed", "anon": "a1", {keys}}}\n')
    said, grown = load_apart(shop)
    assert said.startswith("LoadFailed") or said.split()[1] in ("0", "1")
    assert grown < 2 * GB


def test_brackets_without_end_are_told(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, WEB.replace("web.csv", "web.jsonl"))
    deep = '{"ts": ' + "[" * 200_000 + "]" * 200_000 + "}\n"
    shop.write("web.jsonl", '{"ts": "2025-01-01", "event": "Page Viewed", "anon": "a1"}\n' * 2 + deep)
    said, _ = load_apart(shop)
    assert said == "3 2 1"


def test_a_source_of_many_files_is_one_source(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, WEB.replace("web.csv", "'web/*.csv'"))
    for n in range(100):
        shop.write(f"web/{n:04}.csv", HEAD + GOOD.replace("a1", f"a{n}"))
    assert shop.load().events == 100
    assert shop.load().events == 0


def test_the_limit_of_open_files_is_no_limit_of_files(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, WEB.replace("web.csv", "'web/*.csv'"))
    for n in range(40):
        shop.write(f"web/{n:04}.csv", HEAD + GOOD)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 64 + _open_files()), hard))
    try:
        assert shop.load().rows == 40
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def _open_files() -> int:
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.is_dir() else 64
