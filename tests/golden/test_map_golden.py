"""The sample shop's map in three formats that people read, compare and keep, as it was accepted by eye.

Origin: made by the exports from tests/map_shop.py, then read in full. After a change that is meant:
DESIREPATH_GOLDEN=write pytest tests/golden/test_map_golden.py, and read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from desirepath.journey_map.build import build_map
from desirepath.journey_map.exports import export
from tests.map_shop import inputs

HERE = Path(__file__).parent


@pytest.mark.parametrize("ending", ["md", "csv", "mmd"])
def test_the_shops_map_is_as_it_was_accepted(ending: str) -> None:
    file = HERE / f"map_shop.{ending}"
    made = export(build_map(inputs()), ending)
    if os.environ.get("DESIREPATH_GOLDEN") == "write":
        file.write_bytes(made)
    assert made.decode() == file.read_bytes().decode()
