"""Kernels compile where nothing can be kept: an installation that is read-only, a user without a home."""

from __future__ import annotations

from typing import Any

import numba
import pytest

from desirepath.core.compiled import kernel


def test_a_kernel_whose_machine_code_cannot_be_kept_still_runs() -> None:
    names: dict[str, Any] = {}
    exec(compile("def twice(x):\n    return 2 * x\n", "/nowhere/kernels.py", "exec"), names)
    with pytest.raises(RuntimeError, match="no locator"):
        numba.njit(cache=True)(names["twice"])
    assert kernel(names["twice"])(21) == 42
