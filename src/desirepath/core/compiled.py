"""How are kernels compiled? To machine code, once: what was compiled is kept for the next process.

In: a loop over plain arrays. Out: the same, compiled when it is first called. Where nothing can be kept
(an installation that is not ours to write to, and a user without a home) it compiles in every process.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba


def kernel(loop: Callable[..., Any]) -> Any:
    """The loop, compiled; other threads run meanwhile."""
    try:
        return numba.njit(cache=True, nogil=True)(loop)
    except RuntimeError as error:
        if "no locator" not in str(error):
            raise
        return numba.njit(nogil=True)(loop)
