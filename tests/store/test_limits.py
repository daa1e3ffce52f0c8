"""The database takes half of what there is, or what it was told; what does not fit is spilled or refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from desirepath.core.errors import WorkspaceError
from desirepath.store import limits
from desirepath.store.events_db import EventStore

GIB = 2**30


def opened(folder: Path) -> EventStore:
    return EventStore.open(folder / "events.duckdb", write=True)


def settings_of(store: EventStore) -> tuple[str, str]:
    return store.rows("SELECT current_setting('memory_limit'), current_setting('max_temp_directory_size')")[0]  # type: ignore[return-value]


def test_unless_said_the_database_takes_half_of_the_memory_and_half_of_the_free_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DESIREPATH_MEMORY", raising=False)
    monkeypatch.delenv("DESIREPATH_SPILL", raising=False)
    monkeypatch.setattr(limits, "_memory", lambda: 6 * GIB)
    monkeypatch.setattr(limits, "_half_of_disk", lambda folder: 40 * GIB)
    with opened(tmp_path) as store:
        assert settings_of(store) == ("3.0 GiB", "40.0 GiB")


def test_the_environment_can_say_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESIREPATH_MEMORY", "2GB")
    monkeypatch.setenv("DESIREPATH_SPILL", "1.5 GiB")
    with opened(tmp_path) as store:
        assert settings_of(store) == ("2.0 GiB", "1.5 GiB")


def test_a_container_with_less_than_the_machine_is_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = tmp_path / "memory.max"
    monkeypatch.setattr(limits, "_GROUPS", (group,))
    group.write_text(str(2 * GIB))
    monkeypatch.delenv("DESIREPATH_MEMORY", raising=False)
    assert limits.memory_limit() == "1024MiB"
    whole = limits._memory()
    group.write_text("max\n")
    assert limits._memory() >= whole


def test_a_tiny_machine_still_gets_something_to_work_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DESIREPATH_MEMORY", raising=False)
    monkeypatch.setattr(limits, "_memory", lambda: 256 * 2**20)
    assert limits.memory_limit() == "512MiB"


@pytest.mark.parametrize("text", ["lots", "4", "-1GB", "0GB", "4 elephants"])
def test_a_setting_that_is_no_size_says_how_to_write_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("DESIREPATH_MEMORY", text)
    with pytest.raises(WorkspaceError, match="no size") as caught:
        opened(tmp_path)
    assert "DESIREPATH_MEMORY=4GB" in str(caught.value)


def test_two_connections_of_one_process_agree_though_the_disk_fills_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DESIREPATH_SPILL", raising=False)
    first = limits.spill_limit(tmp_path)
    monkeypatch.setattr(limits.shutil, "disk_usage", lambda path: pytest.fail("looked at the disk again"))
    assert limits.spill_limit(tmp_path) == first


def test_what_fits_neither_memory_nor_the_spill_is_an_error_and_the_store_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESIREPATH_MEMORY", "64MB")
    monkeypatch.setenv("DESIREPATH_SPILL", "8MB")
    noise = "SELECT hash(n), hash(n, 1), hash(n, 2), hash(n, 3) FROM range(10000000) r(n)"
    with opened(tmp_path) as store:
        with pytest.raises(WorkspaceError, match="not enough memory or disk"):
            store.execute(f"CREATE TEMP TABLE big AS {noise}")
        assert store.value("SELECT 1 + 1") == 2
    assert sum(p.stat().st_size for p in tmp_path.rglob("temp/*")) < 16 * 2**20


@pytest.mark.parametrize("text", ["soon", "nan"])
def test_who_waits_for_no_number_of_seconds_is_told(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("DESIREPATH_WAIT", text)
    with pytest.raises(WorkspaceError, match="no number"):
        limits.waiting()
