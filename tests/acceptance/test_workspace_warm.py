"""Warming up compiles all that a real shop needs: nobody's first map waits for a compiler."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from desirepath.simulate import make_shop

# In a process of its own: what is compiled stays compiled.
_CODE = """
import json, sys
from datetime import UTC, datetime
from numba.core.dispatcher import Dispatcher
from desirepath.app.warm import warm_up
from desirepath.app.workspace import Workspace
from desirepath.testing import FixedClock

def compiled():
    ours = [module for name, module in list(sys.modules.items()) if name.startswith("desirepath")]
    kernels = {id(one): one for module in ours for one in vars(module).values() if isinstance(one, Dispatcher)}
    return {f"{one.py_func.__qualname__}: {each}" for one in kernels.values() for each in one.signatures}

warm_up()
before = compiled()
shop = Workspace.open(sys.argv[1], clock=FixedClock(datetime(2026, 1, 2, tzinfo=UTC)))
shop.load()
shop.map()
shop.map(segment="mobile")
print(json.dumps([len(before), sorted(compiled() - before)]))
"""


@pytest.mark.slow
def test_a_shop_needs_nothing_that_is_not_compiled_by_then(tmp_path: Path) -> None:
    make_shop(tmp_path / "shop", customers=400, effects=False)
    ran = subprocess.run(
        [sys.executable, "-c", _CODE, str(tmp_path / "shop")], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    count, missing = json.loads(ran.stdout)
    assert count >= 20
    assert missing == []
