"""What is made once for all tests of a run, in whichever worker they are."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder of that name that `make` fills. The first worker that asks makes it; the others wait.

    What is in it is everybody's: not to be changed.
    """
    base = factory.getbasetemp()
    # Workers of one run have folders side by side; without workers there is only this one.
    home = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / f"once-{name}"
    ready, failed = home.with_name(f"{home.name}.ready"), home.with_name(f"{home.name}.failed")
    try:
        home.mkdir()
    except FileExistsError:
        for _ in range(3000):
            if ready.exists() or failed.exists():
                break
            time.sleep(0.2)
        assert ready.exists(), f"another worker could not make {name}: see its own failure"
        return home
    try:
        make(home)
    except BaseException:
        failed.touch()
        raise
    ready.touch()
    return home
