"""What all tests share: the folder of real data, the browser's path, and where chance comes from."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

REPO = Path(__file__).resolve().parent.parent
REQUIRE_DATA = os.environ.get("DESIREPATH_REQUIRE_DATA") == "1"
IN_CI = bool(os.environ.get("CI"))

# A laptop under load is no failure: properties judge answers, and bench/ judges speed.
settings.register_profile(
    "here", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
# In CI the examples follow from the test alone, so that red means this change and never luck.
settings.register_profile("ci", settings.get_profile("here"), derandomize=True)
# For hunting: HYPOTHESIS_PROFILE=deep ./run test tests/properties
settings.register_profile("deep", settings.get_profile("here"), max_examples=5_000)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """One seed for the run: Hypothesis and the `seed` fixture use it, and the header prints it."""
    os.environ.setdefault("DESIREPATH_WAIT", "0")  # who is in the way is told at once
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if IN_CI else "here"))
    # Set as an option, it reaches the workers of xdist as well.
    if config.getoption("hypothesis_seed", default=None) is None:
        drawn = 20_260_101 if IN_CI else random.SystemRandom().randrange(2**32)
        config.option.hypothesis_seed = str(drawn)


def pytest_report_header(config: pytest.Config) -> list[str]:
    """The seed, so that a red run can be had again."""
    data = data_folder()
    seed = config.getoption("hypothesis_seed")
    return [
        f"seed: {seed} (again: --hypothesis-seed={seed})",
        f"real data: {data}" if data.is_dir() else f"real data: none at {data}",
    ]


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """The run's seed, for tests that draw their own random numbers."""
    return int(request.config.getoption("hypothesis_seed"))


def data_folder() -> Path:
    """DESIREPATH_DATA, or the folder beside the repository."""
    return Path(os.environ.get("DESIREPATH_DATA", REPO / ".." / "shared" / "data")).resolve()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A real_data test without the data: skipped, or failed where the data are required."""
    if item.get_closest_marker("real_data") is None or data_folder().is_dir():
        return
    reason = f"no real data at {data_folder()}: set DESIREPATH_DATA"
    if REQUIRE_DATA:
        pytest.fail(f"{reason} (DESIREPATH_REQUIRE_DATA=1)", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real data; for tests marked real_data."""
    folder = data_folder()
    assert folder.is_dir(), "a test that uses data_dir carries @pytest.mark.real_data"
    return folder


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The browser that is installed here. Never a skip: `./run test` installs it or says how."""
    names = (os.environ.get("DESIREPATH_CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    for name in filter(None, names):
        if found := shutil.which(name):
            return found
    pytest.fail("no chromium: apt install chromium, or name one in DESIREPATH_CHROMIUM", pytrace=False)
