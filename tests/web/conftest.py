"""The API over a small shop and over the sample shop, without a socket."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from desirepath.app.serving import Serving
from desirepath.app.workspace import Workspace
from desirepath.testing import FixedClock
from desirepath.web.api import create_api
from tests.commands import small_shop
from tests.once import once
from tests.sample_shop import CLOCK, SampleShop, own_shop, sample_shop

__all__ = ["own_shop", "sample_shop"]
API = "/api/v1"


@pytest.fixture(scope="session")
def small_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small shop, loaded. Not to be changed."""

    def make(home: Path) -> None:
        Workspace.open(small_shop(home / "shop", 60), clock=FixedClock()).load()

    return once(tmp_path_factory, "small-shop", make) / "shop"


def client_of(folder: Path, built: Path | None = None) -> TestClient:
    """A client of the app on a workspace. Use it as a context: leaving it lets go of the workspace."""
    extra = {} if built is None else {"built": built}
    return TestClient(create_api(Serving(folder, CLOCK), hosts=("testserver",), **extra))


def ended(client: TestClient, job: Any) -> dict[str, Any]:
    """A job's state at its end. job: the answer that began it."""
    assert job.status_code == 200, job.text
    client.get(f"{API}/jobs/{job.json()['id']}/events")  # which last until it has ended
    told: dict[str, Any] = client.get(f"{API}/jobs/{job.json()['id']}").json()
    assert told["state"] != "running"
    return told


@pytest.fixture
def client(small_folder: Path) -> Iterator[TestClient]:
    """The app on the small shop."""
    with client_of(small_folder) as one:
        yield one


@pytest.fixture
def shop_client(sample_shop: SampleShop) -> Iterator[TestClient]:
    """The app on the sample shop."""
    with client_of(sample_shop.workspace.folder) as one:
        yield one
