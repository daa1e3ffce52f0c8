"""The sample shop, made and loaded once for all tests of a run, in whichever worker they are."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desirepath.app.asking import Asking
from desirepath.app.workspace import Workspace
from desirepath.simulate import Truth, make_shop, read_truth
from desirepath.testing import FixedClock

CLOCK = FixedClock(datetime(2026, 1, 2, tzinfo=UTC))


@dataclass(frozen=True)
class SampleShop:
    """The shop as shipped: its workspace, loaded and placed, and what is true of it."""

    workspace: Workspace
    truth: Truth


def opened(folder: Path) -> Workspace:
    return Workspace.open(folder, clock=CLOCK)


@pytest.fixture(scope="session")
def sample_shop(tmp_path_factory: pytest.TempPathFactory) -> SampleShop:
    """Made by the first worker that asks; the others wait. Not to be changed: see `own_shop`."""
    base = tmp_path_factory.getbasetemp()
    # Workers of one run have folders side by side; without workers there is only this one.
    home = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "sample-shop"
    ready, failed = home / "ready", home / "failed"
    try:
        home.mkdir()
    except FileExistsError:
        for _ in range(3000):
            if ready.exists() or failed.exists():
                break
            time.sleep(0.2)
        assert ready.exists(), "another worker could not make the sample shop: see its own failure"
        return SampleShop(opened(home / "shop"), read_truth(home / "shop"))
    try:
        truth = make_shop(home / "shop")
        workspace = opened(home / "shop")
        workspace.load()
    except BaseException:
        failed.touch()
        raise
    ready.touch()
    return SampleShop(workspace, truth)


@pytest.fixture(scope="session")
def asking(sample_shop: SampleShop) -> Iterator[Asking]:
    """The sample shop, open for questions."""
    with sample_shop.workspace.asking() as questions:
        yield questions


@pytest.fixture
def own_shop(sample_shop: SampleShop, tmp_path: Path) -> SampleShop:
    """A copy that a test may change."""
    folder = tmp_path / "shop"
    shutil.copytree(sample_shop.truth.folder, folder)
    return SampleShop(opened(folder), read_truth(folder))
