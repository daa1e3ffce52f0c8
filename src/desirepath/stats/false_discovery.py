"""Of many comparisons, which would chance alone not have made? Benjamini–Hochberg adjusted p-values."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def adjusted(p_values: ArrayLike) -> NDArray[np.float64]:
    """The smallest false discovery rate at which each comparison would be called beyond chance.

    p_values: any order; NaN where there was no comparison: those do not count, and stay NaN.
    Controls the rate for independent and positively dependent comparisons. Source: Benjamini & Hochberg (1995).
    """
    p = np.asarray(p_values, np.float64)
    q = np.full(p.shape, np.nan)
    asked = np.flatnonzero(~np.isnan(p))
    if not len(asked):
        return q
    order = asked[np.argsort(p[asked], kind="stable")]
    rank = np.arange(1, len(order) + 1)
    raised = p[order] * len(order) / rank
    # A smaller p never has a larger q: from the largest down, take the least so far.
    q[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    return q
