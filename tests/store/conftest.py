"""What tests of stores share: one PostgreSQL server for the whole run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.databases import PostgresServer, postgres_server


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[PostgresServer]:
    """A real server; under xdist the same one for every worker."""
    base = tmp_path_factory.getbasetemp()
    with postgres_server(base if worker_id == "master" else base.parent) as server:
        yield server
