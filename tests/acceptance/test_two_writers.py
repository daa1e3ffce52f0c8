"""Two programs that write the same definitions at once: what each has written is there, and nothing else is lost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from desirepath.app.annotations import notes
from desirepath.app.definition_edit import Editing, Part
from desirepath.app.journeys import journey_file
from desirepath.app.kept_versions import versions
from desirepath.app.one_writer import one_writer
from desirepath.core.errors import WorkspaceBusy
from desirepath.core.words import MAIN_JOURNEY
from desirepath.journey.read import read_journey
from desirepath.testing import FixedClock
from tests.commands import small_shop

EACH = 20
WRITER = """
import sys
from datetime import date
from pathlib import Path
from desirepath.app.annotations import add_note
from desirepath.app.definition_edit import Editing, Part
from desirepath.app.journeys import journey_file
from desirepath.core.words import MAIN_JOURNEY
from desirepath.testing import FixedClock

folder, name, each, now = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), FixedClock().now()
editing = Editing(journey_file(folder, MAIN_JOURNEY), None, now)
print("ready", flush=True)
sys.stdin.readline()
for i in range(each):
    add_note(folder, date(2024, 1, 1), date(2024, 1, 2), "other", f"{name} {i}", now)
    editing.save("segments", Part(f"{name}_{i}", "ever(channel = 'ads')"))
"""


def test_two_programs_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    folder = small_shop(tmp_path / "shop")
    before = read_journey(folder / "journey.yaml")
    patient = {**os.environ, "DESIREPATH_WAIT": "60"}
    both = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder), name, str(EACH)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=patient,
        )
        for name in ("ana", "bela")
    ]  # fmt: skip
    for one in both:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in both:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    for one in both:
        one.communicate()
        assert one.returncode == 0
    wanted = {f"{name} {i}" for name in ("ana", "bela") for i in range(EACH)}
    assert {one.text for one in notes(folder)} == wanted
    after = read_journey(folder / "journey.yaml")
    told = {one.id for one in before.segments} | {one.replace(" ", "_") for one in wanted}
    assert {one.id for one in after.segments} == told
    # Every version that was written over is kept, each once: none was written over unseen.
    kept = [path.read_text("utf-8") for path in versions(folder, "journey.yaml").values()]
    assert len(kept) == len(set(kept)) == 2 * EACH


def test_a_writer_who_waits_for_too_long_is_told_so_and_the_next_one_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = small_shop(tmp_path / "shop")
    monkeypatch.setenv("DESIREPATH_WAIT", "0.05")
    editing = Editing(journey_file(folder, MAIN_JOURNEY), None, FixedClock().now())
    part = Part("ads", "ever(channel = 'ads')")
    with one_writer(folder), pytest.raises(WorkspaceBusy, match="Another program is writing"):
        editing.save("segments", part)
    assert "ads" in {one.id for one in editing.save("segments", part).segments}
