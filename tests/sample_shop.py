"""The sample shop, made and loaded once for all tests of a run, in whichever worker they are."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desirepath.app.asking import Asking
from desirepath.app.workspace import Workspace
from desirepath.simulate import Truth, make_shop, read_truth
from desirepath.testing import FixedClock
from tests.once import once

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
    """Not to be changed: see `own_shop`."""

    def make(home: Path) -> None:
        make_shop(home / "shop")
        opened(home / "shop").load()

    folder = once(tmp_path_factory, "sample-shop", make) / "shop"
    return SampleShop(opened(folder), read_truth(folder))


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
